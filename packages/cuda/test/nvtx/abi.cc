// The addon's declarations of NVTX against NVIDIA's headers. Compiled where those are installed, never run.

#include "../../addon/nvtx/protocol.h"

#include <nvtx3/nvToolsExt.h>

#include <type_traits>

namespace own = sparsek::nvtx;

/** Of members of different enumerations. */
constexpr bool same(unsigned int own, unsigned int theirs) { return own == theirs; }

static_assert(same(own::kVersion, NVTX_VERSION));
static_assert(same(own::kCallbacksTable, NVTX_ETID_CALLBACKS));
static_assert(same(own::kVersionTable, NVTX_ETID_VERSIONINFO));

static_assert(same(own::kCore, NVTX_CB_MODULE_CORE));
static_assert(same(own::kCuda, NVTX_CB_MODULE_CUDA));
static_assert(same(own::kOpenCl, NVTX_CB_MODULE_OPENCL));
static_assert(same(own::kCudaRuntime, NVTX_CB_MODULE_CUDART));
static_assert(same(own::kCore2, NVTX_CB_MODULE_CORE2));
static_assert(same(own::kSync, NVTX_CB_MODULE_SYNC));
static_assert(same(own::kModules, NVTX_CB_MODULE_SIZE));

static_assert(same(own::kFunctions[own::kCore], NVTX_CBID_CORE_SIZE));
static_assert(same(own::kFunctions[own::kCuda], NVTX_CBID_CUDA_SIZE));
static_assert(same(own::kFunctions[own::kOpenCl], NVTX_CBID_OPENCL_SIZE));
static_assert(same(own::kFunctions[own::kCudaRuntime], NVTX_CBID_CUDART_SIZE));
static_assert(same(own::kFunctions[own::kCore2], NVTX_CBID_CORE2_SIZE));
static_assert(same(own::kFunctions[own::kSync], NVTX_CBID_SYNC_SIZE));

static_assert(same(own::kRangeStartEx, NVTX_CBID_CORE_RangeStartEx));
static_assert(same(own::kRangeStartA, NVTX_CBID_CORE_RangeStartA));
static_assert(same(own::kRangeEnd, NVTX_CBID_CORE_RangeEnd));
static_assert(same(own::kRangePushEx, NVTX_CBID_CORE_RangePushEx));
static_assert(same(own::kRangePushA, NVTX_CBID_CORE_RangePushA));
static_assert(same(own::kRangePop, NVTX_CBID_CORE_RangePop));

static_assert(sizeof(own::CallbacksTable) == sizeof(NvtxExportTableCallbacks));
static_assert(offsetof(own::CallbacksTable, moduleTable) == offsetof(NvtxExportTableCallbacks, GetModuleFunctionTable));
static_assert(sizeof(own::VersionTable) == sizeof(NvtxExportTableVersionInfo));
static_assert(offsetof(own::VersionTable, version) == offsetof(NvtxExportTableVersionInfo, version));
static_assert(offsetof(own::VersionTable, setToolVersion) ==
              offsetof(NvtxExportTableVersionInfo, SetInjectionNvtxVersion));

static_assert(sizeof(own::EventAttributes) == NVTX_EVENT_ATTRIB_STRUCT_SIZE);
static_assert(offsetof(own::EventAttributes, version) == offsetof(nvtxEventAttributes_t, version));
static_assert(offsetof(own::EventAttributes, bytes) == offsetof(nvtxEventAttributes_t, size));
static_assert(offsetof(own::EventAttributes, colorType) == offsetof(nvtxEventAttributes_t, colorType));
static_assert(offsetof(own::EventAttributes, payloadType) == offsetof(nvtxEventAttributes_t, payloadType));
static_assert(offsetof(own::EventAttributes, messageType) == offsetof(nvtxEventAttributes_t, messageType));
static_assert(offsetof(own::EventAttributes, message) == offsetof(nvtxEventAttributes_t, message));
static_assert(same(own::kAsciiMessage, NVTX_MESSAGE_TYPE_ASCII));
static_assert(same(own::EventAttributes{}.colorType, NVTX_COLOR_UNKNOWN));
static_assert(same(own::EventAttributes{}.payloadType, NVTX_PAYLOAD_UNKNOWN));

static_assert(std::is_same_v<own::Function, NvtxFunctionPointer>);
static_assert(std::is_same_v<own::FunctionTable, NvtxFunctionTable>);
static_assert(std::is_same_v<own::GetExportTable, NvtxGetExportTableFunc_t>);
static_assert(std::is_same_v<own::InitializeInjection, NvtxInitializeInjectionNvtxFunc_t>);
static_assert(std::is_same_v<own::RangePushA, nvtxRangePushA_impl_fntype>);
static_assert(std::is_same_v<own::RangePop, nvtxRangePop_impl_fntype>);
static_assert(std::is_same_v<own::RangeStartA, nvtxRangeStartA_impl_fntype>);
static_assert(std::is_same_v<own::RangeEnd, nvtxRangeEnd_impl_fntype>);
