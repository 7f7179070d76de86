// How the columns of a block are cut into pieces that the micro-kernel takes.
#pragma once

namespace sparsek::SPARSEK_ISA {

inline int vectorsFor(std::int64_t columns) { return static_cast<int>((columns + W - 1) / W); }

/// Vectors of the next piece when `left` remain: never a lone vector after a full piece if two and two will do.
inline int nextPiece(int left) {
  if (left <= NV) return left;
  return left == NV + 1 ? 2 : NV;
}

}  // namespace sparsek::SPARSEK_ISA
