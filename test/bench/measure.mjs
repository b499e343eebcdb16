/** Milliseconds a function takes. @param {() => unknown} fn */
export async function milliseconds(fn) {
  const start = process.hrtime.bigint();
  await fn();
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** The middle one. @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/**
 * Runs several things in turn, as `interleaved` does.
 * @param {number} rounds
 * @param {Record<string, () => { cpu: number }>} contestants
 * @returns {Promise<Record<string, Taken>>} the median of each, and that of the processor time it tells
 *
 * @typedef {{ wall: number, cpu: number }} Taken milliseconds
 */
export async function taken(rounds, contestants) {
  /** @type {Record<string, number[]>} */
  const cpu = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const timed = Object.entries(contestants).map(([name, run]) => [name, () => cpu[name]?.push(run().cpu)]);
  const wall = await interleaved(rounds, Object.fromEntries(timed));
  return Object.fromEntries(
    Object.entries(wall).map(([name, time]) => [name, { wall: time, cpu: median(cpu[name] ?? []) }]),
  );
}

/**
 * Runs several things in turn, round after round, so that a slow minute of the machine hits all of them alike.
 * @param {number} rounds
 * @param {Record<string, () => unknown>} contestants
 * @returns {Promise<Record<string, number>>} the median of each in milliseconds
 */
export async function interleaved(rounds, contestants) {
  const entries = Object.entries(contestants).map(([name, run]) => ({
    name,
    run,
    times: /** @type {number[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of entries) times.push(await milliseconds(run));
  }
  return Object.fromEntries(entries.map(({ name, times }) => [name, median(times)]));
}
