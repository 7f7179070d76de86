// Loads and stores of any dtype, whole vectors or their first lanes. Included after an instruction-set header.
#pragma once

namespace sparsek::SPARSEK_ISA {

constexpr unsigned kAllLanes = W == 32 ? ~0u : (1u << W) - 1u;

/// W elements from `index` on, as floats.
template <Dtype D>
inline Vec loadAs(const void* data, std::int64_t index) {
  if constexpr (D == Dtype::F32) return load(static_cast<const float*>(data) + index);
  if constexpr (D == Dtype::F16) return loadF16(static_cast<const std::uint16_t*>(data) + index);
  if constexpr (D == Dtype::Bf16) return loadBf16(static_cast<const std::uint16_t*>(data) + index);
}

/// The first `count` of W elements; the other lanes are 0 and their memory is not touched.
template <Dtype D>
inline Vec loadFirst(const void* data, std::int64_t index, int count) {
  if (count >= W) return loadAs<D>(data, index);
  alignas(64) float lanes[W] = {};
  for (int i = 0; i < count; ++i) lanes[i] = loadElement(data, D, index + i);
  return load(lanes);
}

inline Vec loadFirst(const void* data, Dtype dtype, std::int64_t index, int count) {
  switch (dtype) {
    case Dtype::F16: return loadFirst<Dtype::F16>(data, index, count);
    case Dtype::Bf16: return loadFirst<Dtype::Bf16>(data, index, count);
    default: return loadFirst<Dtype::F32>(data, index, count);
  }
}

inline void storeFirst(void* data, Dtype dtype, std::int64_t index, int count, Vec value) {
  if (count >= W) {
    switch (dtype) {
      case Dtype::F16: storeF16(static_cast<std::uint16_t*>(data) + index, value); break;
      case Dtype::Bf16: storeBf16(static_cast<std::uint16_t*>(data) + index, value); break;
      default: store(static_cast<float*>(data) + index, value);
    }
    return;
  }
  alignas(64) float lanes[W];
  store(lanes, value);
  for (int i = 0; i < count; ++i) storeElement(data, dtype, index + i, lanes[i]);
}

template <Dtype D>
struct DtypeTag {
  static constexpr Dtype value = D;
};

/// Calls `body` with the tag of a dtype, so that loops are compiled once a dtype.
template <typename Body>
inline void withDtype(Dtype dtype, const Body& body) {
  switch (dtype) {
    case Dtype::F16: body(DtypeTag<Dtype::F16>{}); break;
    case Dtype::Bf16: body(DtypeTag<Dtype::Bf16>{}); break;
    default: body(DtypeTag<Dtype::F32>{});
  }
}

/// Converts `count` consecutive elements to floats.
inline void convertRun(const void* data, Dtype dtype, std::int64_t index, std::int64_t count, float* to) {
  withDtype(dtype, [&](auto tag) {
    constexpr Dtype D = decltype(tag)::value;
    std::int64_t i = 0;
    for (; i + W <= count; i += W) store(to + i, loadAs<D>(data, index + i));
    for (; i < count; ++i) to[i] = loadElement(data, D, index + i);
  });
}

}  // namespace sparsek::SPARSEK_ISA
