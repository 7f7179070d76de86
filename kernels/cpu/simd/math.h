// Elementary functions on vectors. Included after one of the instruction-set headers, into its namespace.
// Relative errors are a few units in the last place of binary32; NaN goes in, NaN comes out.
#pragma once

namespace sparsek::SPARSEK_ISA {

constexpr float kLog2E = 1.44269504088896341f;
constexpr float kLn2 = 0.69314718055994531f;

template <int N>
inline Vec polynomial(Vec x, const float (&highestFirst)[N]) {
  Vec sum = splat(highestFirst[0]);
  for (int i = 1; i < N; ++i) sum = fma(sum, x, splat(highestFirst[i]));
  return sum;
}

/// 2^x; 0 below 2^-127, infinite above 2^127.5.
inline Vec exp2(Vec x) {
  // Chebyshev fit of 2^f on [-1/2, 1/2], relative error 2.6e-9.
  constexpr float coefficients[] = {0.00015469732f, 0.00134004322f, 0.0096180256f, 0.0555032721f,
                                    0.240226512f,   0.693147207f,   1.0f};
  const Vec clamped = min(splat(128.0f), max(splat(-127.0f), x));
  const Vec whole = roundNearest(clamped);
  return mul(polynomial(sub(clamped, whole), coefficients), powerOfTwo(whole));
}

/// e^x, with ln 2 split in two so that the argument keeps its bits.
inline Vec exp(Vec x) {
  constexpr float coefficients[] = {0.00015469732f, 0.00134004322f, 0.0096180256f, 0.0555032721f,
                                    0.240226512f,   0.693147207f,   1.0f};
  // To -127 and 128 in base 2, where powerOfTwo ends.
  const Vec clamped = min(splat(89.0f), max(splat(-88.0f), x));
  const Vec whole = roundNearest(mul(clamped, splat(kLog2E)));
  const Vec rest = fma(whole, splat(-1.42860677e-06f), fma(whole, splat(-0.693145752f), clamped));
  return mul(polynomial(mul(rest, splat(kLog2E)), coefficients), powerOfTwo(whole));
}

/// Hyperbolic tangent: an odd polynomial near 0, exponentials elsewhere (Moshier, Cephes tanhf).
inline Vec tanh(Vec x) {
  constexpr float coefficients[] = {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f, 1.33314422036e-1f,
                                    -3.33332819422e-1f};
  const Vec square = mul(x, x);
  const Vec small = fma(mul(polynomial(square, coefficients), square), x, x);
  const Vec magnitude = min(splat(20.0f), abs(x));
  const Vec large = sub(splat(1.0f), div(splat(2.0f), add(exp(add(magnitude, magnitude)), splat(1.0f))));
  const Vec signedLarge = select(lessThan(x, zero()), sub(zero(), large), large);
  // abs(NaN) goes through `small`, since the comparison below is false for it.
  return select(lessThan(splat(0.625f), abs(x)), signedLarge, small);
}

/// x * Phi(x), Phi the standard normal distribution function, as x / 2 * erfc(-x / sqrt 2) (Moshier, Cephes erfcf).
inline Vec gelu(Vec x) {
  constexpr float nearZero[] = {7.853861353153693e-5f, -8.010193625184903e-4f, 5.188327685732524e-3f,
                                -2.685381193529856e-2f, 1.128358514861418e-1f, -3.761262582423300e-1f,
                                1.128379165726710f};
  constexpr float middle[] = {2.326819970068386e-2f,  -1.387039388740657e-1f, 3.687424674597105e-1f,
                              -5.824733027278666e-1f, 6.210004621745983e-1f,  -4.944515323274145e-1f,
                              3.404879937665872e-1f,  -2.741127028184656e-1f, 5.638259427386472e-1f};
  constexpr float tail[] = {-1.047766399936249e1f, 1.297719955372516e1f,   -7.495518717768503f, 2.921019019210786f,
                            -1.015265279202700f,   4.218463358204948e-1f, -2.820767439740514e-1f,
                            5.641895067754075e-1f};
  const Vec half = mul(splat(0.5f), x);
  const Vec u = mul(splat(0.707106781f), x);
  const Vec magnitude = max(splat(1.0f), min(splat(10.0f), abs(u)));
  const Vec square = mul(u, u);
  const Vec inverse = div(splat(1.0f), magnitude);
  const Vec y = mul(inverse, inverse);
  const Vec series = select(lessThan(magnitude, splat(2.0f)), polynomial(y, middle), polynomial(y, tail));
  const Vec upper = mul(mul(exp(sub(zero(), mul(magnitude, magnitude))), inverse), series);
  const Vec outer = select(lessThan(u, zero()), upper, sub(splat(2.0f), upper));
  const Vec inner = fma(u, polynomial(square, nearZero), splat(1.0f));
  // Beyond 13 the tail is below the smallest binary32 number; -infinity gives -0 there rather than NaN.
  const Vec bounded = max(splat(-14.0f), half);
  return select(lessThan(abs(u), splat(1.0f)), mul(half, inner), mul(select(lessThan(u, zero()), bounded, half), outer));
}

/// x / (1 + e^-x).
inline Vec silu(Vec x) {
  const Vec quotient = div(x, add(splat(1.0f), exp(sub(zero(), x))));
  // The limit at -infinity, and what underflows on the way there, is 0.
  return select(lessThan(x, splat(-104.0f)), zero(), quotient);
}

inline Vec relu(Vec x) { return max(zero(), x); }

}  // namespace sparsek::SPARSEK_ISA
