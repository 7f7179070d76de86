#pragma once
// The driver's functions as a table of pointers, filled at run time from libcuda.so.1 (see loader.h).
//
//   api.cuMemAlloc(&pointer, bytes)   calls the driver's cuMemAlloc_v2
//
// Do not include cuda.h beside this header: its macros rename the members.

#include "types.h"

namespace sparsek::driver {

/** NEED: the driver is too old without it. MAY: the pointer is null where the driver does not have it. */
#define SPARSEK_DRIVER_FUNCTIONS(NEED, MAY)                                                                          \
  NEED(cuInit, cuInit, (unsigned int flags))                                                                         \
  NEED(cuDriverGetVersion, cuDriverGetVersion, (int* version))                                                       \
  NEED(cuGetErrorName, cuGetErrorName, (CUresult result, const char** text))                                         \
  NEED(cuDeviceGetCount, cuDeviceGetCount, (int* count))                                                             \
  NEED(cuDeviceGet, cuDeviceGet, (CUdevice * device, int ordinal))                                                   \
  NEED(cuDeviceGetName, cuDeviceGetName, (char* name, int length, CUdevice device))                                  \
  NEED(cuDeviceGetUuid, cuDeviceGetUuid_v2, (CUuuid * uuid, CUdevice device))                                        \
  NEED(cuDeviceTotalMem, cuDeviceTotalMem_v2, (std::size_t * bytes, CUdevice device))                                \
  NEED(cuDeviceGetAttribute, cuDeviceGetAttribute, (int* value, CUdevice_attribute attribute, CUdevice device))      \
  NEED(cuDevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device))                   \
  NEED(cuDevicePrimaryCtxRelease, cuDevicePrimaryCtxRelease_v2, (CUdevice device))                                   \
  NEED(cuCtxPushCurrent, cuCtxPushCurrent_v2, (CUcontext context))                                                   \
  NEED(cuCtxPopCurrent, cuCtxPopCurrent_v2, (CUcontext * context))                                                   \
  NEED(cuModuleLoadDataEx, cuModuleLoadDataEx,                                                                       \
       (CUmodule * module, const void* image, unsigned int count, CUjit_option* options, void** values))             \
  NEED(cuModuleUnload, cuModuleUnload, (CUmodule module))                                                            \
  NEED(cuModuleGetFunction, cuModuleGetFunction, (CUfunction * function, CUmodule module, const char* name))         \
  NEED(cuFuncSetAttribute, cuFuncSetAttribute, (CUfunction function, CUfunction_attribute attribute, int value))     \
  NEED(cuLaunchKernelEx, cuLaunchKernelEx,                                                                           \
       (const CUlaunchConfig* config, CUfunction function, void** parameters, void** extra))                         \
  NEED(cuMemGetInfo, cuMemGetInfo_v2, (std::size_t * free, std::size_t * total))                                     \
  NEED(cuMemAlloc, cuMemAlloc_v2, (CUdeviceptr * pointer, std::size_t bytes))                                        \
  NEED(cuMemFree, cuMemFree_v2, (CUdeviceptr pointer))                                                               \
  NEED(cuMemHostAlloc, cuMemHostAlloc, (void** pointer, std::size_t bytes, unsigned int flags))                      \
  NEED(cuMemFreeHost, cuMemFreeHost, (void* pointer))                                                                \
  NEED(cuPointerGetAttribute, cuPointerGetAttribute,                                                                 \
       (void* data, CUpointer_attribute attribute, CUdeviceptr pointer))                                             \
  NEED(cuMemcpyHtoDAsync, cuMemcpyHtoDAsync_v2,                                                                      \
       (CUdeviceptr target, const void* source, std::size_t bytes, CUstream stream))                                 \
  NEED(cuMemcpyDtoHAsync, cuMemcpyDtoHAsync_v2,                                                                      \
       (void* target, CUdeviceptr source, std::size_t bytes, CUstream stream))                                       \
  NEED(cuMemcpyDtoDAsync, cuMemcpyDtoDAsync_v2,                                                                      \
       (CUdeviceptr target, CUdeviceptr source, std::size_t bytes, CUstream stream))                                 \
  NEED(cuMemcpyPeerAsync, cuMemcpyPeerAsync,                                                                         \
       (CUdeviceptr target, CUcontext targetContext, CUdeviceptr source, CUcontext sourceContext,                    \
        std::size_t bytes, CUstream stream))                                                                         \
  NEED(cuMemsetD8Async, cuMemsetD8Async,                                                                             \
       (CUdeviceptr target, unsigned char value, std::size_t count, CUstream stream))                                \
  NEED(cuMemsetD16Async, cuMemsetD16Async,                                                                           \
       (CUdeviceptr target, unsigned short value, std::size_t count, CUstream stream))                               \
  NEED(cuMemsetD32Async, cuMemsetD32Async,                                                                           \
       (CUdeviceptr target, unsigned int value, std::size_t count, CUstream stream))                                 \
  NEED(cuStreamCreateWithPriority, cuStreamCreateWithPriority,                                                       \
       (CUstream * stream, unsigned int flags, int priority))                                                        \
  NEED(cuStreamDestroy, cuStreamDestroy_v2, (CUstream stream))                                                       \
  NEED(cuStreamQuery, cuStreamQuery, (CUstream stream))                                                              \
  NEED(cuStreamSynchronize, cuStreamSynchronize, (CUstream stream))                                                  \
  NEED(cuStreamWaitEvent, cuStreamWaitEvent, (CUstream stream, CUevent event, unsigned int flags))                   \
  NEED(cuStreamAddCallback, cuStreamAddCallback,                                                                     \
       (CUstream stream, CUstreamCallback callback, void* userData, unsigned int flags))                             \
  NEED(cuStreamBeginCapture, cuStreamBeginCapture_v2, (CUstream stream, CUstreamCaptureMode mode))                   \
  NEED(cuStreamEndCapture, cuStreamEndCapture, (CUstream stream, CUgraph * graph))                                   \
  NEED(cuEventCreate, cuEventCreate, (CUevent * event, unsigned int flags))                                          \
  NEED(cuEventDestroy, cuEventDestroy_v2, (CUevent event))                                                           \
  NEED(cuEventRecord, cuEventRecord, (CUevent event, CUstream stream))                                               \
  NEED(cuEventQuery, cuEventQuery, (CUevent event))                                                                  \
  NEED(cuEventElapsedTime, cuEventElapsedTime, (float* milliseconds, CUevent start, CUevent end))                    \
  NEED(cuGraphDestroy, cuGraphDestroy, (CUgraph graph))                                                              \
  NEED(cuGraphGetNodes, cuGraphGetNodes, (CUgraph graph, CUgraphNode * nodes, std::size_t * count))                  \
  NEED(cuGraphInstantiate, cuGraphInstantiateWithFlags,                                                              \
       (CUgraphExec * executable, CUgraph graph, unsigned long long flags))                                          \
  NEED(cuGraphExecDestroy, cuGraphExecDestroy, (CUgraphExec executable))                                             \
  NEED(cuGraphLaunch, cuGraphLaunch, (CUgraphExec executable, CUstream stream))                                      \
  MAY(cuTensorMapEncodeTiled, cuTensorMapEncodeTiled,                                                                \
      (CUtensorMap * map, CUtensorMapDataType type, std::uint32_t rank, void* globalAddress,                         \
       const std::uint64_t* globalDim, const std::uint64_t* globalStrides, const std::uint32_t* boxDim,              \
       const std::uint32_t* elementStrides, CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle,            \
       CUtensorMapL2promotion l2Promotion, CUtensorMapFloatOOBfill oobFill))

struct Api {
#define SPARSEK_DECLARE(name, symbol, parameters) CUresult(*name) parameters = nullptr;
  SPARSEK_DRIVER_FUNCTIONS(SPARSEK_DECLARE, SPARSEK_DECLARE)
#undef SPARSEK_DECLARE
};

}  // namespace sparsek::driver
