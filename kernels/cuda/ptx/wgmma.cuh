// Warpgroup matrix products (sm_90a): D[64 x N] (+)= A[64 x 16] B[16 x N], f16 or bf16 in, float32 accumulators.
//
//   Wgmma<T, N, TransA, TransB>::ss(d, a, b, accumulate)   A and B by shared-memory descriptors
//   Wgmma<T, N, 0, TransB>::rs(d, a, b, accumulate)        A in registers (four per thread), B by descriptor
//
// Trans = 1 says that the operand is MN-major in shared memory (m or n contiguous). accumulate = 0 overwrites D.
// Thread t of the warpgroup, w = t / 32, l = t % 32: d[4j], d[4j+1] = (row 16w + l/4, columns 8j + 2(l%4) + 0, 1),
// d[4j+2], d[4j+3] = the same columns of row + 8. The registers of A follow ptx/mma.cuh for rows 16w..16w+15.
//
// Discipline: wgmma_fence() before the first product and after any other access to D or to A's registers;
// wgmma_commit(); wgmma_wait<n>(); then pin(d) before D is read, because the compiler does not know that D is written
// asynchronously and may move reads above the wait.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "common.cuh"

namespace sparsek::ptx {

__device__ __forceinline__ void wgmma_fence() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ __forceinline__ void wgmma_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

template <int Pending>
__device__ __forceinline__ void wgmma_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Pending) : "memory");
}

template <int Count>
__device__ __forceinline__ void pin(float (&d)[Count]) {
#pragma unroll
  for (int i = 0; i < Count; ++i) asm volatile("" : "+f"(d[i])::"memory");
}

template <int Count>
__device__ __forceinline__ void pin(uint32_t (&r)[Count]) {
#pragma unroll
  for (int i = 0; i < Count; ++i) asm volatile("" : "+r"(r[i])::"memory");
}

// Zeroes. A branch around it stays a branch: plain assignments would become a select for each register, always run.
template <int Count>
__device__ __forceinline__ void clear(float (&d)[Count]) {
#pragma unroll
  for (int i = 0; i < Count; ++i) asm volatile("mov.f32 %0, 0f00000000;" : "=f"(d[i]));
}

template <typename T, int N, int TransA, int TransB>
struct Wgmma;

// Operand text and operand lists in groups of eight accumulators.
#define SPARSEK_R0 "%0,%1,%2,%3,%4,%5,%6,%7"
#define SPARSEK_R1 "%8,%9,%10,%11,%12,%13,%14,%15"
#define SPARSEK_R2 "%16,%17,%18,%19,%20,%21,%22,%23"
#define SPARSEK_R3 "%24,%25,%26,%27,%28,%29,%30,%31"
#define SPARSEK_R4 "%32,%33,%34,%35,%36,%37,%38,%39"
#define SPARSEK_R5 "%40,%41,%42,%43,%44,%45,%46,%47"
#define SPARSEK_R6 "%48,%49,%50,%51,%52,%53,%54,%55"
#define SPARSEK_R7 "%56,%57,%58,%59,%60,%61,%62,%63"
#define SPARSEK_R8 "%64,%65,%66,%67,%68,%69,%70,%71"
#define SPARSEK_R9 "%72,%73,%74,%75,%76,%77,%78,%79"
#define SPARSEK_R10 "%80,%81,%82,%83,%84,%85,%86,%87"
#define SPARSEK_R11 "%88,%89,%90,%91,%92,%93,%94,%95"
#define SPARSEK_R12 "%96,%97,%98,%99,%100,%101,%102,%103"
#define SPARSEK_R13 "%104,%105,%106,%107,%108,%109,%110,%111"
#define SPARSEK_R14 "%112,%113,%114,%115,%116,%117,%118,%119"
#define SPARSEK_R15 "%120,%121,%122,%123,%124,%125,%126,%127"
#define SPARSEK_TEXT16 SPARSEK_R0
#define SPARSEK_TEXT32 SPARSEK_TEXT16 "," SPARSEK_R1
#define SPARSEK_TEXT64 SPARSEK_TEXT32 "," SPARSEK_R2 "," SPARSEK_R3
#define SPARSEK_TEXT96 SPARSEK_TEXT64 "," SPARSEK_R4 "," SPARSEK_R5
#define SPARSEK_TEXT128 SPARSEK_TEXT96 "," SPARSEK_R6 "," SPARSEK_R7
#define SPARSEK_TEXT192 SPARSEK_TEXT128 "," SPARSEK_R8 "," SPARSEK_R9 "," SPARSEK_R10 "," SPARSEK_R11
#define SPARSEK_TEXT256 SPARSEK_TEXT192 "," SPARSEK_R12 "," SPARSEK_R13 "," SPARSEK_R14 "," SPARSEK_R15
#define SPARSEK_OUT(g)                                                                                              \
  "+f"(d[8 * g]), "+f"(d[8 * g + 1]), "+f"(d[8 * g + 2]), "+f"(d[8 * g + 3]), "+f"(d[8 * g + 4]), "+f"(d[8 * g + 5]), \
      "+f"(d[8 * g + 6]), "+f"(d[8 * g + 7])
#define SPARSEK_LIST16 SPARSEK_OUT(0)
#define SPARSEK_LIST32 SPARSEK_LIST16, SPARSEK_OUT(1)
#define SPARSEK_LIST64 SPARSEK_LIST32, SPARSEK_OUT(2), SPARSEK_OUT(3)
#define SPARSEK_LIST96 SPARSEK_LIST64, SPARSEK_OUT(4), SPARSEK_OUT(5)
#define SPARSEK_LIST128 SPARSEK_LIST96, SPARSEK_OUT(6), SPARSEK_OUT(7)
#define SPARSEK_LIST192 SPARSEK_LIST128, SPARSEK_OUT(8), SPARSEK_OUT(9), SPARSEK_OUT(10), SPARSEK_OUT(11)
#define SPARSEK_LIST256 SPARSEK_LIST192, SPARSEK_OUT(12), SPARSEK_OUT(13), SPARSEK_OUT(14), SPARSEK_OUT(15)

// P0.. are the operand numbers that follow the N / 2 accumulators.
#define SPARSEK_WGMMA(TYPE, NAME, N, P0, P1, P2, P3, P4, P5, P6)                                                     \
  template <int TransA, int TransB>                                                                                  \
  struct Wgmma<TYPE, N, TransA, TransB> {                                                                            \
    static constexpr int kAccumulators = N / 2;                                                                      \
    __device__ __forceinline__ static void ss(float (&d)[N / 2], uint64_t a, uint64_t b, int accumulate) {           \
      asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %" #P2 ", 0;\n\t"                                           \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." NAME "." NAME " {" SPARSEK_TEXT##N "}, %" #P0   \
                   ", %" #P1 ", p, 1, 1, %" #P3 ", %" #P4 ";\n\t}"                                                   \
                   : SPARSEK_LIST##N                                                                                 \
                   : "l"(a), "l"(b), "r"(accumulate), "n"(TransA), "n"(TransB));                                     \
    }                                                                                                                \
    __device__ __forceinline__ static void rs(float (&d)[N / 2], const uint32_t (&a)[4], uint64_t b,                 \
                                              int accumulate) {                                                      \
      static_assert(TransA == 0, "an operand in registers has no major-ness");                                       \
      asm volatile("{\n\t.reg .pred p;\n\tsetp.ne.b32 p, %" #P5 ", 0;\n\t"                                           \
                   "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." NAME "." NAME " {" SPARSEK_TEXT##N "}, {%" #P0  \
                   ",%" #P1 ",%" #P2 ",%" #P3 "}, %" #P4 ", p, 1, 1, %" #P6 ";\n\t}"                                 \
                   : SPARSEK_LIST##N                                                                                 \
                   : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(accumulate), "n"(TransB));              \
    }                                                                                                                \
  };

#define SPARSEK_WGMMA_ALL(TYPE, NAME)                        \
  SPARSEK_WGMMA(TYPE, NAME, 16, 8, 9, 10, 11, 12, 13, 14)    \
  SPARSEK_WGMMA(TYPE, NAME, 32, 16, 17, 18, 19, 20, 21, 22)  \
  SPARSEK_WGMMA(TYPE, NAME, 64, 32, 33, 34, 35, 36, 37, 38)  \
  SPARSEK_WGMMA(TYPE, NAME, 96, 48, 49, 50, 51, 52, 53, 54)  \
  SPARSEK_WGMMA(TYPE, NAME, 128, 64, 65, 66, 67, 68, 69, 70) \
  SPARSEK_WGMMA(TYPE, NAME, 192, 96, 97, 98, 99, 100, 101, 102) \
  SPARSEK_WGMMA(TYPE, NAME, 256, 128, 129, 130, 131, 132, 133, 134)

SPARSEK_WGMMA_ALL(__half, "f16")
SPARSEK_WGMMA_ALL(__nv_bfloat16, "bf16")

#undef SPARSEK_WGMMA_ALL
#undef SPARSEK_WGMMA

}  // namespace sparsek::ptx
