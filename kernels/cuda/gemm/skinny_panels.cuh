// Panels of B of the kernel for few columns: from memory to a stage in shared memory, and from there to fragments of mma,
// for both orders of B.
#pragma once

#include "../ptx/common.cuh"
#include "../ptx/cp_async.cuh"
#include "../ptx/matrix_move.cuh"

namespace sparsek::gemm {

// Rows of Pieces 16-byte pieces, eight rows after each other in different banks. Pieces is 1, 2, 4 or 8. Moving down by
// 8 n rows adds to an offset; changing bits of `piece` is an XOR of 16 times these bits.
template <int Pieces>
__device__ __forceinline__ uint32_t piece_offset(int row, int piece) {
  return static_cast<uint32_t>(row * Pieces + (piece ^ ((row & 7) * Pieces / 8))) * 16;
}

// What a ring needs to know of B.
struct ViewOfB {
  const uint16_t* b;
  int64_t leading;
  int32_t rows, columns;
  bool aligned;  // pieces of 8 elements may be read at once
};

// The two orders of B have the same three members. `Copier` is a thread's share of a panel of Step rows, computed once:
// Threads threads copy it. `fetch` gives product i's fragments, f[t] for columns 8 t.

// ---- B in row order: staged as rows of NT pieces, read transposed --------------------------------------------------
template <int NT, int Step>
struct RowsOfB {
  template <int Threads>
  struct Copier {
    static constexpr int kRowsAtOnce = Threads / NT;
    static constexpr int kCopies = Step / kRowsAtOnce > 0 ? Step / kRowsAtOnce : 1;
    static_assert(kRowsAtOnce % 4 == 0);
    const uint16_t* from;  // row 0 of the panel at k = 0
    int64_t stride;        // between two copies
    uint32_t to;
    int row, piece, bytes;

    __device__ Copier(const ViewOfB& v, int thread) : row(thread / NT), piece(thread % NT) {
      bytes = 2 * max(0, min(8, v.columns - 8 * piece));
      from = v.b + row * v.leading + (bytes > 0 ? 8 * piece : 0);
      stride = kRowsAtOnce * v.leading;
      to = piece_offset<NT>(row, piece);
    }

    __device__ void copy(uint32_t stage, const ViewOfB& v, int32_t k) const {
      if (Step * NT < Threads && row >= Step) return;
      if (v.aligned && k + Step <= v.rows) {
        const uint16_t* source = from + k * v.leading;
#pragma unroll
        for (int j = 0; j < kCopies; ++j, source += stride) {
          // Every other copy of four rows starts in the middle of a group of eight.
          const uint32_t place = kRowsAtOnce % 8 != 0 && j % 2 != 0 ? to ^ 4 * 16 : to;
          ptx::cp_async_16_cached(stage + place + j * (kRowsAtOnce * NT * 16), source, bytes);
        }
        return;
      }
#pragma unroll 1
      for (int j = 0; j < kCopies; ++j) copy_piece(stage, v, k, row + j * kRowsAtOnce);
    }

    // At the end of B, or element by element.
    __device__ void copy_piece(uint32_t stage, const ViewOfB& v, int32_t k, int r) const {
      const int valid = k + r < v.rows ? bytes / 2 : 0;
      const uint16_t* source = v.b + (valid > 0 ? (k + r) * v.leading + 8 * piece : 0);
      const uint32_t place = stage + piece_offset<NT>(r, piece);
      if (v.aligned) {
        ptx::cp_async_16_cached(place, source, 2 * valid);
        return;
      }
      uint32_t words[4];
#pragma unroll
      for (int w = 0; w < 4; ++w) {
        const uint32_t low = 2 * w < valid ? __ldg(source + 2 * w) : 0;
        const uint32_t high = 2 * w + 1 < valid ? __ldg(source + 2 * w + 1) : 0;
        words[w] = low | high << 16;
      }
      ptx::store_shared(place, make_uint4(words[0], words[1], words[2], words[3]));
    }
  };

  static __device__ uint32_t fetch_offset(int lane) { return piece_offset<NT>(lane & 15, NT == 1 ? 0 : lane >> 4); }

  static __device__ void fetch(uint32_t (&f)[NT][2], uint32_t panel, uint32_t offset, int i) {
    const uint32_t rows = panel + i * (16 * NT * 16);
    if constexpr (NT == 1) {
      ptx::ldmatrix_x2_trans(f[0], rows + offset);
    } else {
#pragma unroll
      for (int t = 0; t < NT; t += 2) {
        uint32_t r[4];
        ptx::ldmatrix_x4_trans(r, rows + (offset ^ 16 * t));
        f[t][0] = r[0], f[t][1] = r[1], f[t + 1][0] = r[2], f[t + 1][1] = r[3];
      }
    }
  }
};

// ---- B in column order, aligned: staged as columns of Step / 8 pieces ----------------------------------------------
template <int NT, int Step>
struct ColumnsOfB {
  static constexpr int kPieces = Step / 8;

  template <int Threads>
  struct Copier {
    static constexpr int kColumnsAtOnce = Threads / kPieces;
    static constexpr int kCopies = 8 * NT / kColumnsAtOnce > 0 ? 8 * NT / kColumnsAtOnce : 1;
    static_assert(kColumnsAtOnce % 4 == 0);
    const uint16_t* from;
    int64_t stride;
    uint32_t to;
    int column, piece;

    __device__ Copier(const ViewOfB& v, int thread) : column(thread / kPieces), piece(thread % kPieces) {
      from = v.b + (column < v.columns ? column * v.leading + 8 * piece : 0);
      stride = kColumnsAtOnce * v.leading;
      to = piece_offset<kPieces>(column, piece);
    }

    __device__ void copy(uint32_t stage, const ViewOfB& v, int32_t k) const {
      if (Step * NT < Threads && column >= 8 * NT) return;
      const int bytes = 2 * max(0, min(8, v.rows - k - 8 * piece));
      const uint16_t* source = from + (bytes > 0 ? k : 0);
#pragma unroll
      for (int j = 0; j < kCopies; ++j, source += stride) {
        const uint32_t place = kColumnsAtOnce % 8 != 0 && j % 2 != 0 ? to ^ 4 * kPieces / 8 * 16 : to;
        ptx::cp_async_16_cached(stage + place + j * (kColumnsAtOnce * kPieces * 16), source,
                                column + j * kColumnsAtOnce < v.columns ? bytes : 0);
      }
    }
  };

  static __device__ uint32_t fetch_offset(int lane) {
    return piece_offset<kPieces>((NT == 1 ? 0 : 8 * (lane >> 4)) + (lane & 7), (lane >> 3) & 1);
  }

  static __device__ void fetch(uint32_t (&f)[NT][2], uint32_t panel, uint32_t offset, int i) {
    const uint32_t pieces = panel + (offset ^ 32 * i);
    if constexpr (NT == 1) {
      ptx::ldmatrix_x2(f[0], pieces);
    } else {
#pragma unroll
      for (int t = 0; t < NT; t += 2) {
        uint32_t r[4];
        ptx::ldmatrix_x4(r, pieces + t * (8 * kPieces * 16));
        f[t][0] = r[0], f[t][1] = r[1], f[t + 1][0] = r[2], f[t + 1][1] = r[3];
      }
    }
  }
};

}  // namespace sparsek::gemm
