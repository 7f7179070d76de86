#include "launch.h"

namespace sparsek::cuda {

using namespace driver;

void launchPacked(const Api& api, CUfunction kernel, const LaunchShape& shape, void** parameters) {
  if (shape.grid.x == 0 || shape.grid.y == 0 || shape.grid.z == 0) return;
  CUlaunchAttribute attributes[2] = {};
  unsigned int count = 0;
  if (shape.cluster.x * shape.cluster.y * shape.cluster.z > 1) {
    attributes[count].id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
    attributes[count].value.clusterDim = {shape.cluster.x, shape.cluster.y, shape.cluster.z};
    count += 1;
  }
  if (shape.overlapPrevious) {
    attributes[count].id = CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION;
    attributes[count].value.programmaticStreamSerializationAllowed = 1;
    count += 1;
  }
  CUlaunchConfig config = {};
  config.gridDimX = shape.grid.x;
  config.gridDimY = shape.grid.y;
  config.gridDimZ = shape.grid.z;
  config.blockDimX = shape.block.x;
  config.blockDimY = shape.block.y;
  config.blockDimZ = shape.block.z;
  config.sharedMemBytes = shape.dynamicSharedBytes;
  config.hStream = shape.stream;
  config.attrs = attributes;
  config.numAttrs = count;
  check(api.cuLaunchKernelEx(&config, kernel, parameters, nullptr), "cuLaunchKernelEx");
}

}  // namespace sparsek::cuda
