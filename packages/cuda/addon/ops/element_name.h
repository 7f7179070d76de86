// Element types as the names of modules and kernels spell them.
#pragma once

#include "../../../../kernels/cuda/include/epilogue_params.h"

namespace sparsek::ops {

constexpr const char* element_name(ElementType type) {
  return type == ElementType::kF32 ? "f32" : type == ElementType::kF16 ? "f16" : "bf16";
}

}  // namespace sparsek::ops
