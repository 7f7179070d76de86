// Shared-memory swizzles of the copy engine and of wgmma: inside a repeat of 8 rows, the 16-byte chunk index is XORed
// with the row, so that both row and column accesses touch all banks.
#pragma once

#include <cstdint>

#include "../ptx/common.cuh"

namespace sparsek::tile {

// Bytes of one row of a swizzled tile; the value is also the width of the repeat.
enum class Swizzle : int { kNone = 16, k32 = 32, k64 = 64, k128 = 128 };

// Bytes after which the pattern repeats; a tile must start at a multiple of this.
__host__ __device__ constexpr int swizzle_repeat(Swizzle s) { return 8 * static_cast<int>(s); }

// Where tiles with the 128-byte swizzle may start. Dynamic shared memory promises only 16 bytes.
constexpr int kTileAlignment = swizzle_repeat(Swizzle::k128);

// Bytes from the start of dynamic shared memory to the first such place; kernels ask for kTileAlignment bytes more.
__device__ __forceinline__ uint32_t bytes_to_tile(const void* dynamic) {
  const uint32_t past = ptx::shared_address(dynamic) % kTileAlignment;
  return past ? kTileAlignment - past : 0;
}

// Code in bits 62-63 of a wgmma descriptor. (The code in a tensor map runs the other way.)
__host__ __device__ constexpr uint64_t descriptor_code(Swizzle s) {
  return s == Swizzle::k128 ? 1 : s == Swizzle::k64 ? 2 : s == Swizzle::k32 ? 3 : 0;
}

// Swizzled byte offset of a byte offset from the start of a tile that is aligned to the repeat.
template <Swizzle S>
__device__ __forceinline__ uint32_t swizzled(uint32_t offset) {
  if constexpr (S == Swizzle::k128) return offset ^ ((offset >> 3) & 0x70);  // bits 4-6 ^= bits 7-9
  if constexpr (S == Swizzle::k64) return offset ^ ((offset >> 3) & 0x30);   // bits 4-5 ^= bits 7-8
  if constexpr (S == Swizzle::k32) return offset ^ ((offset >> 3) & 0x10);   // bit 4 ^= bit 7
  return offset;
}

}  // namespace sparsek::tile
