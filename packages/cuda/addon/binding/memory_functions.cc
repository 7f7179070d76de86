// allocate, dropBuffer, bufferAddress, useBuffer, allocatePinned, detach, poolStatistics, trimPool, limitPool

#include <limits>

#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

/** allocate(stream, bytes) */
Napi::Value allocate(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const std::uint64_t bytes = sizeAt(info, 1);
  return makeHandle(info.Env(), std::make_shared<BufferObject>(stream->device, bytes, *stream));
}

Napi::Value bufferAddress(const Napi::CallbackInfo& info) {
  const auto buffer = fromHandle<BufferObject>(info[0]);
  return Napi::BigInt::New(info.Env(), static_cast<std::uint64_t>(buffer->buffer.pointer()));
}

/** useBuffer(buffer, stream): work on the stream is about to use the memory. */
Napi::Value useBuffer(const Napi::CallbackInfo& info) {
  fromHandle<BufferObject>(info[0])->buffer.useOn(fromHandle<StreamObject>(info[1])->stream);
  return info.Env().Undefined();
}

struct PinnedMemory {
  std::shared_ptr<Device> device;
  std::unique_ptr<cuda::PinnedPool::Block> block;
};

/** allocatePinned(device, bytes): an ArrayBuffer; the memory goes back when it is detached or collected. */
Napi::Value allocatePinned(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  const std::uint64_t bytes = sizeAt(info, 1);
  auto memory = std::make_unique<PinnedMemory>(PinnedMemory{device, nullptr});
  onDevice(*device, [&] { memory->block = device->pinned->allocate(bytes); });
  void* data = memory->block->data();
  const auto giveBack = [](Napi::Env, void*, PinnedMemory* finished) {
    const std::shared_ptr<Device> owner = finished->device;
    const cuda::CurrentContext current(*owner->context, std::nothrow);
    delete finished;
  };
  return Napi::ArrayBuffer::New(info.Env(), data, bytes, giveBack, memory.release());
}

/** detach(arrayBuffer): its typed arrays have length 0 from then on. */
Napi::Value detach(const Napi::CallbackInfo& info) {
  info[0].As<Napi::ArrayBuffer>().Detach();
  return info.Env().Undefined();
}

Napi::Value statisticsObject(Napi::Env env, const cuda::PoolStatistics& statistics) {
  Napi::Object answer = Napi::Object::New(env);
  answer.Set("used", static_cast<double>(statistics.used));
  answer.Set("held", static_cast<double>(statistics.held));
  answer.Set("peakUsed", static_cast<double>(statistics.peakUsed));
  answer.Set("peakHeld", static_cast<double>(statistics.peakHeld));
  const bool unlimited = statistics.limit == UINT64_MAX;
  answer.Set("limit", unlimited ? std::numeric_limits<double>::infinity() : static_cast<double>(statistics.limit));
  answer.Set("allocations", static_cast<double>(statistics.allocations));
  answer.Set("reuses", static_cast<double>(statistics.reuses));
  return answer;
}

/** poolStatistics(device, pinned) */
Napi::Value poolStatistics(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  const bool pinned = info[1].ToBoolean();
  return statisticsObject(info.Env(), pinned ? device->pinned->statistics() : device->context->pool().statistics());
}

/** trimPool(device, pinned, keep): the bytes given back */
Napi::Value trimPool(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  const bool pinned = info[1].ToBoolean();
  const std::uint64_t keep = sizeAt(info, 2);
  const std::uint64_t given = onDevice(
      *device, [&] { return pinned ? device->pinned->trim(keep) : device->context->pool().trim(keep); });
  return Napi::Number::New(info.Env(), static_cast<double>(given));
}

/** The largest whole number that JavaScript represents exactly stands for no limit. */
constexpr std::uint64_t kNoLimit = (std::uint64_t{1} << 53) - 1;

/** limitPool(device, pinned, bytes) */
Napi::Value limitPool(const Napi::CallbackInfo& info) {
  const auto device = fromHandle<Device>(info[0]);
  const bool pinned = info[1].ToBoolean();
  const std::uint64_t asked = sizeAt(info, 2);
  const std::uint64_t bytes = asked == kNoLimit ? UINT64_MAX : asked;
  onDevice(*device, [&] { pinned ? device->pinned->setLimit(bytes) : device->context->pool().setLimit(bytes); });
  return info.Env().Undefined();
}

}  // namespace

void defineMemoryFunctions(Napi::Object exports) {
  define<allocate>(exports, "allocate", "sparsek.memory.allocate");
  define<drop<BufferObject>>(exports, "dropBuffer");
  define<bufferAddress>(exports, "bufferAddress");
  define<useBuffer>(exports, "useBuffer");
  define<allocatePinned>(exports, "allocatePinned", "sparsek.memory.allocate_pinned");
  define<detach>(exports, "detach");
  define<poolStatistics>(exports, "poolStatistics");
  define<trimPool>(exports, "trimPool", "sparsek.memory.trim");
  define<limitPool>(exports, "limitPool");
}

}  // namespace sparsek::binding
