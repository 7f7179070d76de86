// createStream, dropStream, streamHandle, isIdle, whenDone, waitEvent,
// createEvent, dropEvent, recordEvent, hasPassed, elapsed

#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

using driver::check;

/** createStream(device, priority): lower numbers go first. */
Napi::Value createStream(const Napi::CallbackInfo& info) {
  return makeHandle(info.Env(), std::make_shared<StreamObject>(fromHandle<Device>(info[0]), intAt(info, 1)));
}

/** streamHandle(stream): the CUstream, for other libraries in the process. */
Napi::Value streamHandle(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  return Napi::BigInt::New(info.Env(), static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(stream->stream)));
}

/** False for CUDA_ERROR_NOT_READY; other failures throw. */
bool isReady(driver::CUresult result, const char* call) {
  if (result == driver::CUDA_ERROR_NOT_READY) return false;
  check(result, call);
  return true;
}

Napi::Value isIdle(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const bool idle = onDevice(*stream->device, [&] {
    return isReady(stream->device->api().cuStreamQuery(stream->stream), "cuStreamQuery");
  });
  return Napi::Boolean::New(info.Env(), idle);
}

/** whenDone(stream): a promise that settles when everything enqueued so far is done. */
Napi::Value whenDone(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const std::shared_ptr<Device> device = stream->device;
  const auto deferred = Napi::Promise::Deferred::New(info.Env());
  onDevice(*device, [&] {
    device->completions->whenPassed(
        device->api(), stream->stream, [device, stream, deferred](Napi::Env env, driver::CUresult result) {
          // The driver tells of a fault in earlier work by the result that it passes to the callback.
          device->noteResult("cuStreamAddCallback", result);
          if (result == driver::CUDA_SUCCESS) {
            deferred.Resolve(env.Undefined());
          } else {
            deferred.Reject(driverFailure(env, &device->api(), "cuStreamAddCallback", result).Value());
          }
        });
  });
  return deferred.Promise();
}

/** waitEvent(stream, event) */
Napi::Value waitEvent(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const auto event = fromHandle<EventObject>(info[1]);
  onDevice(*stream->device, [&] {
    check(stream->device->api().cuStreamWaitEvent(stream->stream, event->event, 0), "cuStreamWaitEvent");
  });
  return info.Env().Undefined();
}

/** createEvent(device, timing) */
Napi::Value createEvent(const Napi::CallbackInfo& info) {
  return makeHandle(info.Env(),
                    std::make_shared<EventObject>(fromHandle<Device>(info[0]), info[1].ToBoolean()));
}

/** recordEvent(event, stream) */
Napi::Value recordEvent(const Napi::CallbackInfo& info) {
  const auto event = fromHandle<EventObject>(info[0]);
  const auto stream = fromHandle<StreamObject>(info[1]);
  onDevice(*stream->device, [&] {
    check(stream->device->api().cuEventRecord(event->event, stream->stream), "cuEventRecord");
  });
  return info.Env().Undefined();
}

Napi::Value hasPassed(const Napi::CallbackInfo& info) {
  const auto event = fromHandle<EventObject>(info[0]);
  const bool passed = onDevice(
      *event->device, [&] { return isReady(event->device->api().cuEventQuery(event->event), "cuEventQuery"); });
  return Napi::Boolean::New(info.Env(), passed);
}

/** elapsed(start, end): milliseconds; both events have passed. */
Napi::Value elapsed(const Napi::CallbackInfo& info) {
  const auto start = fromHandle<EventObject>(info[0]);
  const auto end = fromHandle<EventObject>(info[1]);
  float milliseconds = 0;
  onDevice(*start->device, [&] {
    check(start->device->api().cuEventElapsedTime(&milliseconds, start->event, end->event), "cuEventElapsedTime");
  });
  return Napi::Number::New(info.Env(), milliseconds);
}

}  // namespace

void defineStreamFunctions(Napi::Object exports) {
  define<createStream>(exports, "createStream");
  define<drop<StreamObject>>(exports, "dropStream");
  define<streamHandle>(exports, "streamHandle");
  define<isIdle>(exports, "isIdle");
  define<whenDone>(exports, "whenDone");
  define<waitEvent>(exports, "waitEvent");
  define<createEvent>(exports, "createEvent");
  define<drop<EventObject>>(exports, "dropEvent");
  define<recordEvent>(exports, "recordEvent");
  define<hasPassed>(exports, "hasPassed");
  define<elapsed>(exports, "elapsed");
}

}  // namespace sparsek::binding
