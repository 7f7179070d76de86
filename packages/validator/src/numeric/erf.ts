/** From here on the continued fraction of erfc converges quickly; below, 1 - erf loses no accuracy that counts. */
const SERIES_LIMIT = 1.5;
const FRACTION_TERMS = 200;

/**
 * The error function to about 1e-15: Abramowitz and Stegun 7.1.6, whose terms are all of one sign.
 */
export function erf(x: number): number {
  return Math.abs(x) < SERIES_LIMIT ? series(x) : Math.sign(x) * (1 - fraction(Math.abs(x)));
}

/** 1 - erf(x), accurate in relative terms for large x too: Abramowitz and Stegun 7.1.14. */
export function erfc(x: number): number {
  if (x >= SERIES_LIMIT) return fraction(x);
  return x <= -SERIES_LIMIT ? 2 - fraction(-x) : 1 - series(x);
}

/** The distribution function of the standard normal distribution. */
export function normalDistribution(x: number): number {
  return erfc(-x / Math.SQRT2) / 2;
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc for x >= SERIES_LIMIT, from the last term to the first. */
function fraction(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  let tail = x;
  for (let n = FRACTION_TERMS; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
