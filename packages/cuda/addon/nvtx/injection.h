#pragma once
// The profiler that watches this process, if one does.

#include "protocol.h"

namespace sparsek::nvtx {

/**
 * What the profiler wants called for a function of kCore; null where it does not care, and everywhere without one.
 * The first call, of whichever thread, loads the library that NVTX_INJECTION64_PATH names; one that cannot be loaded or
 * does not attach is as none, which is how NVIDIA's own headers treat it. Never throws.
 */
Function callback(CoreFunction function) noexcept;

}  // namespace sparsek::nvtx
