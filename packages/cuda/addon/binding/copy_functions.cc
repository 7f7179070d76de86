// copyToDevice, copyToHost, copyOnDevice, fill, firstNonFinite

#include <algorithm>
#include <cstring>

#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

using driver::check;

/**
 * copyToDevice(stream, address, array). Memory that is not page-locked is read before this returns; page-locked
 * memory is read later, in stream order.
 */
Napi::Value copyToDevice(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const driver::CUdeviceptr address = addressAt(info, 1);
  const Bytes source = bytesAt(info, 2);
  if (source.count == 0) return info.Env().Undefined();
  onDevice(*stream->device, [&] {
    check(stream->device->api().cuMemcpyHtoDAsync(address, source.data, source.count, stream->stream),
          "cuMemcpyHtoDAsync");
  });
  return info.Env().Undefined();
}

/** A download on its way: where the device writes it, and the array that it is for. */
struct Download {
  Napi::ObjectReference target;
  std::unique_ptr<cuda::PinnedPool::Block> staging;
  std::size_t bytes = 0;
  Napi::Promise::Deferred deferred;
};

void settleDownload(Napi::Env env, Device& device, Download& download, driver::CUresult result) {
  const cuda::CurrentContext current(*device.context, std::nothrow);
  const std::unique_ptr<cuda::PinnedPool::Block> staging = std::move(download.staging);
  if (result != driver::CUDA_SUCCESS) {
    device.noteResult("cuMemcpyDtoHAsync", result);
    download.deferred.Reject(driverFailure(env, &device.api(), "cuMemcpyDtoHAsync", result).Value());
    return;
  }
  const auto array = download.target.Value().As<Napi::TypedArray>();
  if (array.ByteLength() < download.bytes) {
    download.deferred.Reject(Napi::Error::New(env, "The array was detached while it was being written").Value());
    return;
  }
  if (staging) {
    auto* start = static_cast<std::uint8_t*>(array.ArrayBuffer().Data()) + array.ByteOffset();
    std::memcpy(start, staging->data(), download.bytes);
  }
  download.deferred.Resolve(array);
}

/** copyToHost(stream, address, array, pinned): a promise of the array, filled. */
Napi::Value copyToHost(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto stream = fromHandle<StreamObject>(info[0]);
  const std::shared_ptr<Device> device = stream->device;
  const driver::CUdeviceptr address = addressAt(info, 1);
  const Bytes target = bytesAt(info, 2);
  const bool pinned = info[3].ToBoolean();
  auto download = std::make_shared<Download>(
      Download{Napi::Persistent(info[2].As<Napi::Object>()), nullptr, target.count, Napi::Promise::Deferred(env)});
  if (target.count == 0) {
    download->deferred.Resolve(info[2]);
    return download->deferred.Promise();
  }
  onDevice(*device, [&] {
    // The driver would wait for the stream before it copied to pageable memory.
    if (!pinned) download->staging = device->pinned->allocate(target.count);
    void* data = pinned ? target.data : download->staging->data();
    check(device->api().cuMemcpyDtoHAsync(data, address, target.count, stream->stream), "cuMemcpyDtoHAsync");
    device->completions->whenPassed(device->api(), stream->stream,
                                    [device, stream, download](Napi::Env later, driver::CUresult result) {
                                      settleDownload(later, *device, *download, result);
                                    });
  });
  return download->deferred.Promise();
}

/** copyOnDevice(stream, target, targetDevice, source, sourceDevice, bytes): between any two devices. */
Napi::Value copyOnDevice(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const driver::CUdeviceptr target = addressAt(info, 1);
  const auto targetDevice = fromHandle<Device>(info[2]);
  const driver::CUdeviceptr source = addressAt(info, 3);
  const auto sourceDevice = fromHandle<Device>(info[4]);
  const std::uint64_t bytes = sizeAt(info, 5);
  if (bytes == 0) return info.Env().Undefined();
  onDevice(*stream->device, [&] {
    const driver::Api& api = stream->device->api();
    const driver::CUcontext to = targetDevice->context->handle();
    const driver::CUcontext from = sourceDevice->context->handle();
    if (to == from) {
      check(api.cuMemcpyDtoDAsync(target, source, bytes, stream->stream), "cuMemcpyDtoDAsync");
    } else {
      check(api.cuMemcpyPeerAsync(target, to, source, from, bytes, stream->stream), "cuMemcpyPeerAsync");
    }
  });
  return info.Env().Undefined();
}

/** fill(stream, address, width, pattern, count): count elements of width 1, 2 or 4 bytes. */
Napi::Value fill(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  const driver::CUdeviceptr address = addressAt(info, 1);
  const int width = intAt(info, 2);
  if (width != 1 && width != 2 && width != 4) {
    throw Napi::RangeError::New(info.Env(), "Expected 1, 2 or 4 for width but received " + std::to_string(width));
  }
  const auto pattern = static_cast<std::uint32_t>(sizeAt(info, 3));
  const std::uint64_t count = sizeAt(info, 4);
  if (count == 0) return info.Env().Undefined();
  onDevice(*stream->device, [&] {
    const driver::Api& api = stream->device->api();
    if (width == 4) {
      check(api.cuMemsetD32Async(address, pattern, count, stream->stream), "cuMemsetD32Async");
    } else if (width == 2) {
      check(api.cuMemsetD16Async(address, static_cast<unsigned short>(pattern), count, stream->stream),
            "cuMemsetD16Async");
    } else {
      check(api.cuMemsetD8Async(address, static_cast<unsigned char>(pattern), count, stream->stream),
            "cuMemsetD8Async");
    }
  });
  return info.Env().Undefined();
}

/**
 * firstNonFinite(array, exponentMask): position of the first 16-bit word whose exponent bits are all set, which is
 * infinity or NaN; -1 when there is none.
 */
Napi::Value firstNonFinite(const Napi::CallbackInfo& info) {
  const Bytes bytes = bytesAt(info, 0);
  const auto mask = static_cast<std::uint16_t>(sizeAt(info, 1));
  const auto* words = reinterpret_cast<const std::uint16_t*>(bytes.data);
  const std::size_t count = bytes.count / sizeof(std::uint16_t);
  // Short runs without a branch inside, so that the compiler vectorises them.
  constexpr std::size_t kRun = 4096;
  for (std::size_t start = 0; start < count; start += kRun) {
    const std::size_t end = std::min(count, start + kRun);
    unsigned int found = 0;
    for (std::size_t i = start; i < end; i += 1) found |= (words[i] & mask) == mask;
    if (found == 0) continue;
    for (std::size_t i = start; i < end; i += 1) {
      if ((words[i] & mask) == mask) return Napi::Number::New(info.Env(), static_cast<double>(i));
    }
  }
  return Napi::Number::New(info.Env(), -1);
}

}  // namespace

void defineCopyFunctions(Napi::Object exports) {
  define<copyToDevice>(exports, "copyToDevice", "sparsek.upload");
  define<copyToHost>(exports, "copyToHost", "sparsek.download");
  define<copyOnDevice>(exports, "copyOnDevice", "sparsek.copy");
  define<fill>(exports, "fill", "sparsek.fill");
  define<firstNonFinite>(exports, "firstNonFinite", "sparsek.nonfinite.find");
}

}  // namespace sparsek::binding
