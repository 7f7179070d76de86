#pragma once
// What a program and a profiler agree on in NVTX 3: identifiers and layouts, as NVIDIA's headers of the CUDA toolkit
// 13.0 give them (include/nvtx3/nvToolsExt.h and nvtxDetail/nvtxTypes.h). Declared here because the addon is built on
// machines without a CUDA toolkit; a test compares values, sizes and offsets with those headers where they are installed.

#include <cstddef>
#include <cstdint>

namespace sparsek::nvtx {

/** Names the profiler's library in the environment of a 64-bit process. */
constexpr const char* kInjectionVariable = "NVTX_INJECTION64_PATH";
/** The function of that library which is handed `GetExportTable`; 0 says that it does not attach. */
constexpr const char* kInjectionFunction = "InitializeInjectionNvtx2";

constexpr std::uint16_t kVersion = 3;

enum ExportTableId : std::uint32_t { kCallbacksTable = 1, kVersionTable = 3 };

/** Groups of functions, each with a table of its own. */
enum Module : std::uint32_t { kCore = 1, kCuda, kOpenCl, kCudaRuntime, kCore2, kSync, kModules };

/** Length of each module's table; its first entry stands for no function. */
constexpr unsigned int kFunctions[kModules] = {0, 16, 9, 15, 7, 16, 7};
constexpr unsigned int kMostFunctions = 16;

/** Places in the table of kCore. */
enum CoreFunction : unsigned int {
  kRangeStartEx = 4,
  kRangeStartA = 5,
  kRangeEnd = 7,
  kRangePushEx = 8,
  kRangePushA = 9,
  kRangePop = 11,
};

/** Of any type; cast before it is called. */
using Function = void (*)();

/** Where a profiler puts its functions: an array of pointers to places. */
using FunctionTable = Function**;

struct CallbacksTable {
  std::size_t bytes;
  /** 1 and the table of a module, or 0. */
  int (*moduleTable)(std::uint32_t module, FunctionTable* table, unsigned int* count);
};

struct VersionTable {
  std::size_t bytes;
  std::uint32_t version;
  std::uint32_t reserved;
  void (*setToolVersion)(std::uint32_t version);
};

using GetExportTable = const void* (*)(std::uint32_t id);
using InitializeInjection = int (*)(GetExportTable);

enum MessageType : std::int32_t { kAsciiMessage = 1 };

/** What the functions ending in Ex are given. */
struct EventAttributes {
  std::uint16_t version = kVersion;
  std::uint16_t bytes = sizeof(EventAttributes);
  std::uint32_t category = 0;
  std::int32_t colorType = 0;
  std::uint32_t color = 0;
  std::int32_t payloadType = 0;
  std::int32_t reserved = 0;
  std::uint64_t payload = 0;
  std::int32_t messageType = kAsciiMessage;
  const char* message = nullptr;
};

using RangeId = std::uint64_t;
using RangePushA = int (*)(const char* message);
using RangePushEx = int (*)(const EventAttributes* attributes);
using RangePop = int (*)();
using RangeStartA = RangeId (*)(const char* message);
using RangeStartEx = RangeId (*)(const EventAttributes* attributes);
using RangeEnd = void (*)(RangeId id);

}  // namespace sparsek::nvtx
