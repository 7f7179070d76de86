// Memory and copies.

#include <cstdlib>
#include <cstring>

#include "entry.h"

using namespace fake;

namespace fake {
int currentDevice();
}

namespace {

void* host(CUdeviceptr address) { return reinterpret_cast<void*>(address); }

FakeStream& streamOf(CUstream stream) { return *reinterpret_cast<FakeStream*>(stream); }

template <typename Element>
CUresult fill(CUdeviceptr target, Element value, std::size_t count, CUstream stream) {
  streamOf(stream).give({"fill",
                         [=] {
                           auto* elements = static_cast<Element*>(host(target));
                           for (std::size_t i = 0; i < count; i += 1) elements[i] = value;
                         },
                         nullptr});
  return CUDA_SUCCESS;
}

CUresult copy(void* target, const void* source, std::size_t bytes, CUstream stream) {
  streamOf(stream).give({"copy", [=] { std::memcpy(target, source, bytes); }, nullptr});
  return CUDA_SUCCESS;
}

}  // namespace

EXPORTED CUresult cuMemGetInfo_v2(std::size_t* free, std::size_t* total) {
  ENTER(cuMemGetInfo_v2);
  *free = memory().freeBytes(currentDevice());
  *total = static_cast<std::size_t>(number("FAKE_CUDA_MEMORY", 1LL << 30));
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemAlloc_v2(CUdeviceptr* pointer, std::size_t bytes) {
  ENTER(cuMemAlloc_v2, bytes);
  if (currentDevice() < 0) return CUDA_ERROR_NOT_INITIALIZED;
  return memory().allocate(pointer, bytes, currentDevice());
}

EXPORTED CUresult cuMemFree_v2(CUdeviceptr pointer) {
  ENTER(cuMemFree_v2);
  synchronizeAll();
  return memory().release(pointer);
}

EXPORTED CUresult cuMemHostAlloc(void** pointer, std::size_t bytes, unsigned int flags) {
  ENTER(cuMemHostAlloc, bytes, flags);
  *pointer = std::aligned_alloc(512, (bytes + 511) / 512 * 512);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemFreeHost(void* pointer) {
  ENTER(cuMemFreeHost);
  std::free(pointer);
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuPointerGetAttribute(void* data, CUpointer_attribute attribute, CUdeviceptr pointer) {
  CUdeviceptr start = 0;
  std::size_t bytes = 0;
  int device = 0;
  if (!memory().find(pointer, start, bytes, device)) return CUDA_ERROR_INVALID_VALUE;
  switch (attribute) {
    case CU_POINTER_ATTRIBUTE_MEMORY_TYPE: *static_cast<unsigned int*>(data) = CU_MEMORYTYPE_DEVICE; break;
    case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL: *static_cast<int*>(data) = device; break;
    case CU_POINTER_ATTRIBUTE_RANGE_START_ADDR: *static_cast<CUdeviceptr*>(data) = start; break;
    case CU_POINTER_ATTRIBUTE_RANGE_SIZE: *static_cast<std::size_t*>(data) = bytes; break;
  }
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr target, const void* source, std::size_t bytes, CUstream stream) {
  ENTER(cuMemcpyHtoDAsync_v2, bytes);
  // The source may be pageable memory, which the driver reads before it returns.
  auto staged = std::make_shared<std::vector<char>>(static_cast<const char*>(source),
                                                    static_cast<const char*>(source) + bytes);
  streamOf(stream).give({"copy", [=] { std::memcpy(host(target), staged->data(), bytes); }, nullptr});
  return CUDA_SUCCESS;
}

EXPORTED CUresult cuMemcpyDtoHAsync_v2(void* target, CUdeviceptr source, std::size_t bytes, CUstream stream) {
  ENTER(cuMemcpyDtoHAsync_v2, bytes);
  return copy(target, host(source), bytes, stream);
}

EXPORTED CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr target, CUdeviceptr source, std::size_t bytes, CUstream stream) {
  ENTER(cuMemcpyDtoDAsync_v2, bytes);
  return copy(host(target), host(source), bytes, stream);
}

EXPORTED CUresult cuMemcpyPeerAsync(CUdeviceptr target, CUcontext, CUdeviceptr source, CUcontext, std::size_t bytes,
                                    CUstream stream) {
  ENTER(cuMemcpyPeerAsync, bytes);
  return copy(host(target), host(source), bytes, stream);
}

EXPORTED CUresult cuMemsetD8Async(CUdeviceptr target, unsigned char value, std::size_t count, CUstream stream) {
  ENTER(cuMemsetD8Async, count);
  return fill(target, value, count, stream);
}

EXPORTED CUresult cuMemsetD16Async(CUdeviceptr target, unsigned short value, std::size_t count, CUstream stream) {
  ENTER(cuMemsetD16Async, count);
  return fill(target, value, count, stream);
}

EXPORTED CUresult cuMemsetD32Async(CUdeviceptr target, unsigned int value, std::size_t count, CUstream stream) {
  ENTER(cuMemsetD32Async, count);
  return fill(target, value, count, stream);
}
