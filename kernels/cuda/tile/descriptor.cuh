// wgmma shared-memory descriptors for 16-bit operands.
//
// K-major tile (k contiguous), 128-byte swizzle: rows of 64 k; +16 k is +32 bytes; the next 64 k is rows * 128 bytes on.
// MN-major tile (m or n contiguous), 128-byte swizzle: chunks of 64 mn; inside a chunk, k rows of 128 bytes; +16 k is
// +2048 bytes; chunks lie `chunk_bytes` (= k rows * 128) apart. This is what a TMA box {64, k rows} per chunk leaves.
#pragma once

#include <cstdint>

#include "../ptx/common.cuh"
#include "swizzle.cuh"

namespace sparsek::tile {

// address, leading and stride offsets are in units of 16 bytes inside the descriptor.
__device__ __forceinline__ uint64_t make_descriptor(uint32_t shared_address, uint32_t leading_bytes,
                                                    uint32_t stride_bytes, Swizzle swizzle) {
  return static_cast<uint64_t>((shared_address & 0x3FFFF) >> 4) | (static_cast<uint64_t>(leading_bytes >> 4) << 16) |
         (static_cast<uint64_t>(stride_bytes >> 4) << 32) | (descriptor_code(swizzle) << 62);
}

// K-major: the leading offset is ignored with a swizzle; eight rows lie 8 * row bytes apart.
template <Swizzle S>
__device__ __forceinline__ uint64_t k_major(const void* tile) {
  return make_descriptor(ptx::shared_address(tile), 16, swizzle_repeat(S), S);
}

// MN-major with 128-byte swizzle: the stride offset joins groups of 8 k, the leading offset joins 64-wide chunks.
__device__ __forceinline__ uint64_t mn_major(const void* tile, uint32_t chunk_bytes) {
  return make_descriptor(ptx::shared_address(tile), chunk_bytes, swizzle_repeat(Swizzle::k128), Swizzle::k128);
}

// Moves a descriptor by a byte offset. Only the low word changes: shared memory is below 256 KB, so no carry reaches the
// leading offset as long as the operand lies inside shared memory.
__device__ __forceinline__ uint64_t advance(uint64_t descriptor, uint32_t bytes) {
  return descriptor + (bytes >> 4);
}

constexpr uint32_t kStepKMajor = 32;     // +16 k inside a swizzle row
constexpr uint32_t kStepMnMajor = 2048;  // +16 k rows of 128 bytes

}  // namespace sparsek::tile
