// beginCapture, endCapture, cancelCapture, launchGraph, graphNodes, dropGraph

#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

using driver::check;

Napi::Value beginCapture(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  Device& device = *stream->device;
  onDevice(device, [&] {
    device.context->pool().beginCapture();
    // Relaxed: the pool may have to ask the driver for memory meanwhile, which is not part of the graph.
    const driver::CUresult result =
        device.api().cuStreamBeginCapture(stream->stream, driver::CU_STREAM_CAPTURE_MODE_RELAXED);
    if (result != driver::CUDA_SUCCESS) device.context->pool().endCapture();
    check(result, "cuStreamBeginCapture");
  });
  return info.Env().Undefined();
}

/** The captured graph and the memory whose addresses it holds. */
struct Captured {
  driver::CUgraph graph = nullptr;
  std::vector<cuda::DeviceBuffer> memory;
};

Captured finishCapture(const StreamObject& stream) {
  Captured captured;
  captured.memory = stream.device->context->pool().endCapture();
  check(stream.device->api().cuStreamEndCapture(stream.stream, &captured.graph), "cuStreamEndCapture");
  return captured;
}

Napi::Value endCapture(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const std::shared_ptr<Device> device = stream->device;
  std::shared_ptr<GraphObject> object;
  onDevice(*device, [&] {
    Captured captured = finishCapture(*stream);
    const std::shared_ptr<driver::CUgraph_st> graph(
        captured.graph, [&](driver::CUgraph handle) { device->api().cuGraphDestroy(handle); });
    object = std::make_shared<GraphObject>(device, graph.get(), std::move(captured.memory));
  });
  return makeHandle(info.Env(), object);
}

/** Ends a capture whose calls failed, without a graph. */
Napi::Value cancelCapture(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const cuda::CurrentContext current(*stream->device->context);
  const std::vector<cuda::DeviceBuffer> memory = stream->device->context->pool().endCapture();
  driver::CUgraph graph = nullptr;
  // An invalidated capture ends with an error, which says nothing new.
  stream->device->api().cuStreamEndCapture(stream->stream, &graph);
  if (graph != nullptr) stream->device->api().cuGraphDestroy(graph);
  return info.Env().Undefined();
}

/** launchGraph(graph, stream) */
Napi::Value launchGraph(const Napi::CallbackInfo& info) {
  const auto graph = fromHandle<GraphObject>(info[0]);
  const auto stream = fromHandle<StreamObject>(info[1]);
  onDevice(*stream->device, [&] {
    check(stream->device->api().cuGraphLaunch(graph->executable, stream->stream), "cuGraphLaunch");
    for (cuda::DeviceBuffer& buffer : graph->memory) buffer.useOn(stream->stream);
  });
  return info.Env().Undefined();
}

Napi::Value graphNodes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(fromHandle<GraphObject>(info[0])->nodes));
}

}  // namespace

void defineGraphFunctions(Napi::Object exports) {
  define<beginCapture>(exports, "beginCapture");
  define<endCapture>(exports, "endCapture", "sparsek.graph.instantiate");
  define<cancelCapture>(exports, "cancelCapture");
  define<launchGraph>(exports, "launchGraph", "sparsek.graph.replay");
  define<graphNodes>(exports, "graphNodes");
  define<drop<GraphObject>>(exports, "dropGraph");
}

}  // namespace sparsek::binding
