#include "range.h"

#include "injection.h"

namespace sparsek::nvtx {
namespace {

template <typename Signature>
Signature wanted(CoreFunction function) noexcept {
  return reinterpret_cast<Signature>(callback(function));
}

/** The attributes of an event that has nothing but a name. */
EventAttributes named(const char* name) noexcept {
  EventAttributes attributes;
  attributes.message = name;
  return attributes;
}

}  // namespace

Range::Range(const char* name) noexcept {
  if (name == nullptr) return;
  const auto pop = wanted<RangePop>(kRangePop);
  if (pop == nullptr) return;
  if (const auto push = wanted<RangePushA>(kRangePushA)) {
    push(name);
  } else if (const auto pushEx = wanted<RangePushEx>(kRangePushEx)) {
    const EventAttributes attributes = named(name);
    pushEx(&attributes);
  } else {
    return;
  }
  pop_ = pop;
}

std::optional<RangeId> startRange(const char* name) noexcept {
  if (callback(kRangeEnd) == nullptr) return std::nullopt;
  if (const auto start = wanted<RangeStartA>(kRangeStartA)) return start(name);
  if (const auto startEx = wanted<RangeStartEx>(kRangeStartEx)) {
    const EventAttributes attributes = named(name);
    return startEx(&attributes);
  }
  return std::nullopt;
}

void endRange(RangeId id) noexcept {
  if (const auto end = wanted<RangeEnd>(kRangeEnd)) end(id);
}

}  // namespace sparsek::nvtx
