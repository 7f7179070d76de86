#pragma once
// What JavaScript holds handles to. Each object keeps its device alive, so that the order in which the garbage
// collector finds them does not matter.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../driver/error.h"
#include "../runtime/context.h"
#include "../runtime/pinned_pool.h"
#include "completion_queue.h"

namespace sparsek::binding {

/** An earlier fault made the device's context unusable. */
class DeviceLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Device {
  static constexpr const char* kName = "device";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70001};

  Device(std::shared_ptr<const driver::Api> api, int ordinal, std::string cubins,
         std::shared_ptr<CompletionQueue> completions);
  ~Device();

  const driver::Api& api() const { return context->api(); }
  /** Remembers a result after which nothing can be trusted. */
  void noteResult(const char* call, driver::CUresult result);
  void throwIfLost() const;

  std::unique_ptr<cuda::Context> context;
  std::shared_ptr<cuda::PinnedPool> pinned;
  std::shared_ptr<CompletionQueue> completions;
  std::optional<std::string> lost;
};

struct StreamObject {
  static constexpr const char* kName = "stream";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70002};

  StreamObject(std::shared_ptr<Device> device, int priority);
  ~StreamObject();

  std::shared_ptr<Device> device;
  driver::CUstream stream = nullptr;
};

struct EventObject {
  static constexpr const char* kName = "event";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70003};

  EventObject(std::shared_ptr<Device> device, bool timing);
  ~EventObject();

  std::shared_ptr<Device> device;
  driver::CUevent event = nullptr;
};

struct BufferObject {
  static constexpr const char* kName = "device buffer";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70004};

  BufferObject(std::shared_ptr<Device> device, std::size_t bytes, const StreamObject& stream);
  ~BufferObject();

  std::shared_ptr<Device> device;
  cuda::DeviceBuffer buffer;
};

struct GraphObject {
  static constexpr const char* kName = "graph";
  static constexpr napi_type_tag kTag = {0x8f1d0b7c5a2e4c01, 0x9b6e52f3a1d70005};

  GraphObject(std::shared_ptr<Device> device, driver::CUgraph graph, std::vector<cuda::DeviceBuffer> memory);
  ~GraphObject();

  std::shared_ptr<Device> device;
  driver::CUgraphExec executable = nullptr;
  std::size_t nodes = 0;
  /** Everything whose address the graph replays. */
  std::vector<cuda::DeviceBuffer> memory;
};

/**
 * Runs `body` with the device's context current. Throws DeviceLost when it is lost, and notes a driver error that
 * makes it so.
 */
template <typename Body>
auto onDevice(Device& device, Body body) {
  device.throwIfLost();
  try {
    const cuda::CurrentContext current(*device.context);
    return body();
  } catch (const driver::DriverError& error) {
    device.noteResult(error.call().c_str(), error.result());
    throw;
  }
}

}  // namespace sparsek::binding
