// launchCheck, describeCheck, transposeBlocks

#include "../ops/bsr_convert.h"
#include "argument_reader.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

/** Numbers of block rows, block columns and blocks from three arguments. */
ops::DevicePattern readExtents(ArgumentReader& next) {
  ops::DevicePattern pattern;
  pattern.block_rows = next.integer();
  pattern.block_columns = next.integer();
  pattern.blocks = next.integer();
  return pattern;
}

/** The place of a pattern's reports in a typed array. */
std::uint64_t* reportsAt(const Bytes& bytes, const ops::DevicePattern& pattern, Napi::Env env) {
  requireLength(env, bytes, sizeof(std::uint64_t) * static_cast<std::size_t>(ops::check_reports(pattern)),
                "the bytes of reports");
  return reinterpret_cast<std::uint64_t*>(bytes.data);
}

/** launchCheck(stream, indptr, indices, blockRows, blockColumns, blocks, reports): `reports` is page-locked. */
Napi::Value launchCheck(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto stream = next.handle<StreamObject>();
  const driver::CUdeviceptr indptr = next.address(), indices = next.address();
  ops::DevicePattern pattern = readExtents(next);
  pattern.indptr = indptr;
  pattern.indices = indices;
  // Page-locked memory has one address for host and devices (unified addressing).
  const auto reports = reinterpret_cast<driver::CUdeviceptr>(reportsAt(next.bytes(), pattern, info.Env()));
  Device& device = *stream->device;
  onDevice(device, [&] {
    ops::launch_check_bsr(device.api(), device.context->modules(), pattern, reports, stream->stream);
  });
  return info.Env().Undefined();
}

/** describeCheck(reports, blockRows, blockColumns, blocks) */
Napi::Value describeCheck(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const Bytes reports = next.bytes();
  const ops::DevicePattern pattern = readExtents(next);
  return Napi::String::New(info.Env(), ops::describe_check(reportsAt(reports, pattern, info.Env()), pattern));
}

/** transposeBlocks(stream, values, transposed, source, blocks, blockRows, blockColumns, elementBytes) */
Napi::Value transposeBlocks(const Napi::CallbackInfo& info) {
  ArgumentReader next(info);
  const auto stream = next.handle<StreamObject>();
  ops::BlockTranspose job;
  job.values = next.address();
  job.transposed = next.address();
  job.source = next.address();
  job.blocks = next.size();
  job.block_rows = next.integer();
  job.block_columns = next.integer();
  job.element_bytes = next.integer();
  Device& device = *stream->device;
  onDevice(device, [&] {
    ops::launch_transpose_blocks(device.api(), device.context->modules(), job, stream->stream);
  });
  return info.Env().Undefined();
}

}  // namespace

void defineBsrFunctions(Napi::Object exports) {
  define<launchCheck>(exports, "launchCheck", "sparsek.bsr.check");
  define<describeCheck>(exports, "describeCheck");
  define<transposeBlocks>(exports, "transposeBlocks", "sparsek.bsr.transpose");
}

}  // namespace sparsek::binding
