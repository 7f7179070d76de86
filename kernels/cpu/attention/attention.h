// Block-sparse attention: what the kernels of every instruction set share.
#pragma once
#include "../dtype.h"
#include "mask.h"

namespace sparsek {

/// Element (batch, head, token, d) is data[batch * batchStride + head * headStride + token * tokenStride + d].
struct AttentionView {
  const void* data;
  std::int64_t batchStride;
  std::int64_t headStride;
  std::int64_t tokenStride;
};

struct AttentionArgs {
  std::int64_t heads;
  std::int64_t kvHeads;
  int headDim;
  int valueDim;
  Dtype dtype;
  AttentionView q;
  AttentionView k;
  AttentionView v;
  /// Written.
  AttentionView o;
  Dtype outDtype;
  /// [batch, heads, queryLength], or null.
  float* lse;
  float scale;
  /// 0: none.
  float softcap;
  /// One a query head, or null.
  const float* sinks;
  const float* alibiSlopes;
  const BlockMask* mask;
  const bool* cancelled;
};

struct AttentionKernels {
  /// Floats of scratch that `run` needs.
  std::int64_t (*scratch)(const AttentionArgs&);
  /// Computes the queries [query, query + queries), at most kTileQueries, of one head.
  void (*run)(const AttentionArgs&, std::int64_t batch, std::int64_t head, std::int64_t query, int queries,
              float* scratch, MaskScratch& maskScratch);
};

#define SPARSEK_DECLARE(isa)               \
  namespace isa {                          \
  extern const AttentionKernels kAttention; \
  }
SPARSEK_DECLARE(portable)
SPARSEK_DECLARE(avx2)
SPARSEK_DECLARE(avx512)
SPARSEK_DECLARE(neon)
#undef SPARSEK_DECLARE

}  // namespace sparsek
