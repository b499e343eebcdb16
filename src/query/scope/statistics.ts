/** What is between two bounds with 95 % confidence; null where there is no bound. */
export interface Interval {
  low: number | null;
  high: number | null;
}

/**
 * The chance of a value of Student's t as far from 0 as `t`, on either side.
 * https://www.itl.nist.gov/div898/handbook/eda/section3/eda3664.htm
 */
export function studentTwoSided(t: number, df: number): number {
  return Number.isFinite(t) ? betaRegularized(df / (df + t * t), df / 2, 0.5) : 0;
}

/** The t beyond which, on either side, lies a share of `p` (0 < p < 1). */
export function studentCritical(p: number, df: number): number {
  let [low, high] = [0, 1];
  while (studentTwoSided(high, df) > p) high *= 2;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (studentTwoSided(middle, df) > p) low = middle;
    else high = middle;
  }
  return high;
}

/** The chance that of `n` draws, each with chance `p`, so many or a rarer number hit; both tails, at most 1. */
export function binomialTwoSided(hits: number, n: number, p: number): number {
  const atLeast = hits <= 0 ? 1 : betaRegularized(p, hits, n - hits + 1);
  const atMost = hits >= n ? 1 : 1 - betaRegularized(p, hits + 1, n - hits);
  return Math.min(1, 2 * Math.min(atLeast, atMost));
}

/**
 * Wilson's interval of a share of `n`; `z` is 1.96 for 95 % of many.
 * https://www.itl.nist.gov/div898/handbook/prc/section2/prc241.htm
 */
export function wilson(share: number, n: number, z: number): { low: number; high: number } {
  const z2 = z * z;
  const centre = share + z2 / (2 * n);
  const spread = z * Math.sqrt((share * (1 - share)) / n + z2 / (4 * n * n));
  const scale = 1 + z2 / n;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

/** One of two shares that are compared. */
export interface Sample {
  share: number;
  n: number;
}

/**
 * Newcombe's interval of the difference after − before, out of the Wilson intervals of both (method 10 of Newcombe 1998,
 * https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I).
 */
export function newcombe(before: Sample, after: Sample, z: number): { low: number; high: number } {
  const [was, is] = [wilson(before.share, before.n, z), wilson(after.share, after.n, z)];
  const change = after.share - before.share;
  return {
    low: change - Math.hypot(after.share - is.low, was.high - before.share),
    high: change + Math.hypot(is.high - after.share, before.share - was.low),
  };
}

/**
 * The p of each of many comparisons, raised so that of those at or below 0.05 no more than 5 % are expected to be false
 * (Benjamini and Hochberg 1995, https://doi.org/10.1111/j.2517-6161.1995.tb02031.x). In the order given.
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const ranked = ps.map((p, index) => ({ p, index })).toSorted((a, b) => b.p - a.p);
  const adjusted = ps.map(() => 1);
  let least = 1;
  for (const [place, { p, index }] of ranked.entries()) {
    least = Math.min(least, (p * ps.length) / (ps.length - place));
    adjusted[index] = least;
  }
  return adjusted;
}

/** I_x(a, b), by the continued fraction of the incomplete beta function (https://dlmf.nist.gov/8.17#SS5). */
export function betaRegularized(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaRegularized(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  return front * continuedFraction(x, a, b);
}

const TINY = 1e-300;
const STEPS = 500;

function continuedFraction(x: number, a: number, b: number): number {
  let [c, d] = [1, 1 / nonZero(1 - ((a + b) * x) / (a + 1))];
  let value = d;
  for (let m = 1; m <= STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    value *= c * d;
    if (Math.abs(c * d - 1) < 1e-14) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Stirling's series, from 8 on exact to 14 digits; below that shifted up (https://dlmf.nist.gov/5.11#E1). */
function logGamma(z: number): number {
  if (z < 8) return logGamma(z + 1) - Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse * (1 / 1680 - inverse / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + Math.log(2 * Math.PI) / 2 + series;
}
