// Proxy fences. Generic writes to shared memory (st.shared, stmatrix) are not seen by wgmma or the copy engine until
// every writing thread has run a proxy fence and a barrier has followed.
#pragma once

namespace sparsek::ptx {

__device__ __forceinline__ void fence_async_shared() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

}  // namespace sparsek::ptx
