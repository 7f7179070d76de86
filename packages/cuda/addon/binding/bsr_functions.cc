// launchCheck, describeCheck, transposeBlocks

#include "../ops/bsr_convert.h"
#include "arguments.h"
#include "errors.h"
#include "functions.h"
#include "handle.h"
#include "objects.h"

namespace sparsek::binding {
namespace {

/** Numbers of block rows, block columns and blocks from three arguments. */
ops::DevicePattern extentsAt(const Napi::CallbackInfo& info, std::size_t first) {
  ops::DevicePattern pattern;
  pattern.block_rows = intAt(info, first);
  pattern.block_columns = intAt(info, first + 1);
  pattern.blocks = intAt(info, first + 2);
  return pattern;
}

/** launchCheck(stream, indptr, indices, blockRows, blockColumns, blocks, result) */
Napi::Value launchCheck(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  ops::DevicePattern pattern = extentsAt(info, 3);
  pattern.indptr = addressAt(info, 1);
  pattern.indices = addressAt(info, 2);
  const driver::CUdeviceptr result = addressAt(info, 6);
  Device& device = *stream->device;
  onDevice(device, [&] {
    ops::launch_check_bsr(device.api(), device.context->modules(), pattern, result, stream->stream);
  });
  return info.Env().Undefined();
}

/** describeCheck(result, blockRows, blockColumns, blocks) */
Napi::Value describeCheck(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), ops::describe_check(addressAt(info, 0), extentsAt(info, 1)));
}

/** transposeBlocks(stream, values, transposed, source, blocks, blockRows, blockColumns, elementBytes) */
Napi::Value transposeBlocks(const Napi::CallbackInfo& info) {
  const auto stream = fromHandle<StreamObject>(info[0]);
  ops::BlockTranspose job;
  job.values = addressAt(info, 1);
  job.transposed = addressAt(info, 2);
  job.source = addressAt(info, 3);
  job.blocks = static_cast<std::int64_t>(sizeAt(info, 4));
  job.block_rows = intAt(info, 5);
  job.block_columns = intAt(info, 6);
  job.element_bytes = intAt(info, 7);
  Device& device = *stream->device;
  onDevice(device, [&] {
    ops::launch_transpose_blocks(device.api(), device.context->modules(), job, stream->stream);
  });
  return info.Env().Undefined();
}

}  // namespace

void defineBsrFunctions(Napi::Object exports) {
  define<launchCheck>(exports, "launchCheck");
  define<describeCheck>(exports, "describeCheck");
  define<transposeBlocks>(exports, "transposeBlocks");
}

}  // namespace sparsek::binding
