// Streams, events and graphs.

#include "entry.h"

using namespace fake;

namespace {

FakeStream& streamOf(CUstream stream) { return *reinterpret_cast<FakeStream*>(stream); }
FakeEvent& eventOf(CUevent event) { return *reinterpret_cast<FakeEvent*>(event); }

}  // namespace

EXPORTED CUresult cuStreamCreateWithPriority(CUstream* stream, unsigned int flags, int priority) {
  ENTER(cuStreamCreateWithPriority, flags, priority);
  *stream = reinterpret_cast<CUstream>(new FakeStream());
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamDestroy_v2(CUstream stream) {
  log("cuStreamDestroy_v2");
  delete &streamOf(stream);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamQuery(CUstream stream) {
  ENTER(cuStreamQuery);
  return streamOf(stream).isIdle() ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

EXPORTED CUresult cuStreamSynchronize(CUstream stream) {
  ENTER(cuStreamSynchronize);
  streamOf(stream).synchronize();
  return stuck;
}

EXPORTED CUresult cuStreamAddCallback(CUstream stream, CUstreamCallback callback, void* data, unsigned int) {
  ENTER(cuStreamAddCallback);
  streamOf(stream).give({"callback", nullptr, [=](CUresult result) { callback(stream, result, data); }});
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuEventCreate(CUevent* event, unsigned int flags) {
  ENTER(cuEventCreate, flags);
  *event = reinterpret_cast<CUevent>(new FakeEvent());
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuEventDestroy_v2(CUevent event) {
  log("cuEventDestroy_v2");
  // Streams may still hold work that touches it: tests are short, so that it is left to the process's end.
  (void)event;
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuEventRecord(CUevent event, CUstream stream) {
  ENTER(cuEventRecord);
  FakeEvent& target = eventOf(event);
  {
    const std::lock_guard<std::mutex> lock(target.mutex);
    target.pending += 1;
  }
  streamOf(stream).give({"event", nullptr, [&target](CUresult) {
                           const std::lock_guard<std::mutex> lock(target.mutex);
                           target.pending -= 1;
                           target.milliseconds = now();
                           target.changed.notify_all();
                         }});
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuEventQuery(CUevent event) {
  ENTER(cuEventQuery);
  const std::lock_guard<std::mutex> lock(eventOf(event).mutex);
  return eventOf(event).pending == 0 ? CUDA_SUCCESS : CUDA_ERROR_NOT_READY;
}

EXPORTED CUresult cuEventElapsedTime(float* milliseconds, CUevent start, CUevent end) {
  ENTER(cuEventElapsedTime);
  *milliseconds = static_cast<float>(eventOf(end).milliseconds - eventOf(start).milliseconds);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned int) {
  ENTER(cuStreamWaitEvent);
  FakeEvent& target = eventOf(event);
  streamOf(stream).give({"wait", nullptr, [&target](CUresult) {
                           std::unique_lock<std::mutex> lock(target.mutex);
                           target.changed.wait(lock, [&] { return target.pending == 0; });
                         }});
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamBeginCapture_v2(CUstream stream, CUstreamCaptureMode mode) {
  ENTER(cuStreamBeginCapture_v2, mode);
  streamOf(stream).capturing = true;
  streamOf(stream).captured.clear();
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuStreamEndCapture(CUstream stream, CUgraph* graph) {
  streamOf(stream).capturing = false;
  ENTER(cuStreamEndCapture);
  *graph = reinterpret_cast<CUgraph>(new FakeGraph{streamOf(stream).captured});
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphDestroy(CUgraph graph) {
  log("cuGraphDestroy");
  delete reinterpret_cast<FakeGraph*>(graph);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphGetNodes(CUgraph graph, CUgraphNode*, std::size_t* count) {
  ENTER(cuGraphGetNodes);
  *count = reinterpret_cast<FakeGraph*>(graph)->work.size();
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphInstantiateWithFlags(CUgraphExec* executable, CUgraph graph, unsigned long long) {
  ENTER(cuGraphInstantiateWithFlags);
  *executable = reinterpret_cast<CUgraphExec>(new FakeGraph(*reinterpret_cast<FakeGraph*>(graph)));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphExecDestroy(CUgraphExec executable) {
  log("cuGraphExecDestroy");
  delete reinterpret_cast<FakeGraph*>(executable);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  ENTER(cuGraphLaunch);
  for (const Work& work : reinterpret_cast<FakeGraph*>(executable)->work) streamOf(stream).give(work);
  return CUDA_SUCCESS;
}
