const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/** Where there is nothing: no usage, or nothing known. */
const NOTHING = '·';
const WIDEST = 31;

type Drawn = number | string | null | undefined;

/**
 * Numbers (or decimal text) as a line of bars, the largest the highest; what is not 0 is never shown as nothing. More than 31 values
 * are drawn in that many bars, each as high as the largest value in it. Heights are worked out in whole numbers. `beside` are other numbers
 * drawn to the same scale.
 */
export function sparkline(values: readonly Drawn[], beside: readonly Drawn[] = []): string {
  const exact = values.map(scaled);
  const bars = Math.min(exact.length, WIDEST);
  const heights = Array.from({ length: bars }, (_, bar) => {
    const from = Math.floor((bar * exact.length) / bars);
    return largest(exact.slice(from, Math.floor(((bar + 1) * exact.length) / bars)));
  });
  const highest = largest([...heights, ...beside.map(scaled)]);
  return heights.map((height) => barOf(height, highest)).join('');
}

function barOf(height: bigint, highest: bigint): string {
  return stepOf(height, highest, BARS) ?? NOTHING;
}

/** The sign for a height; undefined for nothing. */
function stepOf(height: bigint, highest: bigint, signs: readonly string[]): string | undefined {
  if (height <= 0n) return undefined;
  return signs[Number((height * BigInt(signs.length) + highest - 1n) / highest - 1n)];
}

const SHADES = ['░', '▒', '▓', '█'];

/** Each number (or decimal text) as a shade, the largest the darkest; nothing as a point. */
export function shades(values: readonly Drawn[]): string[] {
  const exact = values.map(scaled);
  const highest = largest(exact);
  return exact.map((height) => stepOf(height, highest, SHADES) ?? NOTHING);
}

/** Where the largest number stands; -1 if all are nothing. */
export function peakOf(values: readonly Drawn[]): number {
  const exact = values.map(scaled);
  const highest = largest(exact);
  return highest === 0n ? -1 : exact.indexOf(highest);
}

function largest(values: readonly bigint[]): bigint {
  let most = 0n;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** In units of 10^-18. */
function scaled(value: Drawn): bigint {
  const found = /^(\d+)(?:\.(\d{1,18}))?$/.exec(String(value ?? ''));
  return found === null ? 0n : BigInt(`${found[1]}${(found[2] ?? '').padEnd(18, '0')}`);
}
