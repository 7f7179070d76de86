#include "objects.h"

#include <utility>

namespace sparsek::binding {

using driver::check;

Device::Device(std::shared_ptr<const driver::Api> api, int ordinal, std::string cubins,
               std::shared_ptr<CompletionQueue> completions_)
    : context(std::make_unique<cuda::Context>(api, ordinal, std::move(cubins))),
      pinned(cuda::PinnedPool::create(std::move(api))),
      completions(std::move(completions_)) {}

Device::~Device() {
  const cuda::CurrentContext current(*context, std::nothrow);
  pinned->trim(0);
}

void Device::noteResult(const char* call, driver::CUresult result) {
  if (lost || !driver::isSticky(result)) return;
  const char* name = nullptr;
  api().cuGetErrorName(result, &name);
  lost = std::string(call) + " reported " + (name != nullptr ? name : "an unknown result");
  context->pool().abandon();
}

void Device::throwIfLost() const {
  if (lost) throw DeviceLost(*lost);
}

StreamObject::StreamObject(std::shared_ptr<Device> device_, int priority) : device(std::move(device_)) {
  onDevice(*device, [&] {
    check(device->api().cuStreamCreateWithPriority(&stream, driver::CU_STREAM_NON_BLOCKING, priority),
          "cuStreamCreateWithPriority");
  });
}

// Destructors ignore results: the driver frees the object in any case, and a fault shows at the next call.

StreamObject::~StreamObject() {
  const cuda::CurrentContext current(*device->context, std::nothrow);
  device->context->pool().forgetStream(stream);
  device->api().cuStreamDestroy(stream);
}

EventObject::EventObject(std::shared_ptr<Device> device_, bool timing) : device(std::move(device_)) {
  onDevice(*device, [&] {
    const unsigned int flags = timing ? driver::CU_EVENT_DEFAULT : driver::CU_EVENT_DISABLE_TIMING;
    check(device->api().cuEventCreate(&event, flags), "cuEventCreate");
  });
}

EventObject::~EventObject() {
  const cuda::CurrentContext current(*device->context, std::nothrow);
  device->api().cuEventDestroy(event);
}

BufferObject::BufferObject(std::shared_ptr<Device> device_, std::size_t bytes, const StreamObject& stream)
    : device(std::move(device_)) {
  onDevice(*device, [&] { buffer = device->context->allocate(bytes, stream.stream); });
}

BufferObject::~BufferObject() {
  const cuda::CurrentContext current(*device->context, std::nothrow);
  buffer.reset();
}

GraphObject::GraphObject(std::shared_ptr<Device> device_, driver::CUgraph graph,
                         std::vector<cuda::DeviceBuffer> memory_)
    : device(std::move(device_)), memory(std::move(memory_)) {
  const driver::Api& api = device->api();
  check(api.cuGraphGetNodes(graph, nullptr, &nodes), "cuGraphGetNodes");
  check(api.cuGraphInstantiate(&executable, graph, 0), "cuGraphInstantiate");
}

GraphObject::~GraphObject() {
  const cuda::CurrentContext current(*device->context, std::nothrow);
  if (executable != nullptr) device->api().cuGraphExecDestroy(executable);
  memory.clear();
}

}  // namespace sparsek::binding
