/**
 * @typedef {object} Taken
 * @property {number} wall milliseconds on the clock
 * @property {number} cpu milliseconds of computing in this process, on all cores: on a machine that others use, too, the steadier figure
 */

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

/** What a function takes. @param {() => unknown} fn @returns {Promise<Taken>} */
async function taken(fn) {
  const before = process.cpuUsage();
  const wall = await milliseconds(fn);
  const { user, system } = process.cpuUsage(before);
  return { wall, cpu: (user + system) / 1000 };
}

/**
 * Runs several things in turn, round after round, so that a slow minute of the machine hits all of them alike.
 * @template {string} Name
 * @param {number} rounds
 * @param {Record<Name, () => unknown>} contestants
 * @returns {Promise<Record<Name, Taken>>} the median of each
 */
export async function takenInTurn(rounds, contestants) {
  const entries = /** @type {[Name, () => unknown][]} */ (Object.entries(contestants)).map(([name, run]) => ({
    name,
    run,
    times: /** @type {Taken[]} */ ([]),
  }));
  for (let round = 0; round < rounds; round++) {
    for (const { run, times } of entries) times.push(await taken(run));
  }
  const medians = entries.map(({ name, times }) => [
    name,
    { wall: median(times.map(({ wall }) => wall)), cpu: median(times.map(({ cpu }) => cpu)) },
  ]);
  return /** @type {Record<Name, Taken>} */ (Object.fromEntries(medians));
}

/**
 * The same of what runs in other processes, which tell their computing time.
 * @param {number} rounds
 * @param {Record<string, () => { cpu: number }>} contestants
 * @returns {Promise<Record<string, Taken>>} the median of each
 */
export async function takenElsewhere(rounds, contestants) {
  /** @type {Record<string, number[]>} */
  const cpu = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  const timed = Object.entries(contestants).map(([name, run]) => [name, () => cpu[name]?.push(run().cpu)]);
  const wall = await interleaved(rounds, Object.fromEntries(timed));
  return Object.fromEntries(
    Object.entries(wall).map(([name, time]) => [name, { wall: time, cpu: median(cpu[name] ?? []) }]),
  );
}

/**
 * The same, on the clock alone: for what runs in other processes.
 * @param {number} rounds
 * @param {Record<string, () => unknown>} contestants
 * @returns {Promise<Record<string, number>>} the median of each in milliseconds
 */
export async function interleaved(rounds, contestants) {
  const medians = await takenInTurn(rounds, contestants);
  return Object.fromEntries(Object.entries(medians).map(([name, { wall }]) => [name, wall]));
}
