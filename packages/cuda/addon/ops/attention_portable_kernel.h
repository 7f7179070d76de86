// Which portable attention kernel takes a plan: every plan has one, also those made for the Hopper kernels.
#pragma once

#include <string>

#include "attention_plan.h"

namespace sparsek::ops {

struct PortableAttentionKernel {
  std::string module, name;  // file without its extension, and symbol
  int query_rows = 0;        // of a tile
  int step_keys = 0;
  int threads = 0, shared_bytes = 0;
};

PortableAttentionKernel portable_attention_kernel(const AttentionPlan& plan);

}  // namespace sparsek::ops
