import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { drawing } from '../store/drawing.js';
import { exact } from './exact.js';

/* Stores of invented calls whose prices are known: every rate is one's own. */

/** USD per million tokens. */
export interface Rates {
  input: string;
  cacheRead: string;
  cacheWrite: string;
  output: string;
}

export interface Call {
  timestamp: string;
  request_id: string;
  provider: 'ours';
  model: string;
  input_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  customer: string | null;
  feature: string | null;
  environment: string | null;
  status: 'ok' | 'error';
  latency_ms: number;
  tags: Record<string, string>;
}

export interface Invented {
  calls: readonly Call[];
  rates: Readonly<Record<string, Rates>>;
  /** The answer of the program, as JSON; throws where it does not end with one of the codes. */
  ask: (argv: readonly string[], codes?: readonly number[]) => Promise<Answer>;
}

export type Answer = { rows: Record<string, unknown>[]; totals: Record<string, unknown> };

const CUSTOMERS = ['acme', 'globex', 'initech', 'Ünïcorn & Söhne', null];
const FEATURES = ['chat', 'search', 'summaries', null];
const ENVIRONMENTS = ['prod', 'staging', null];
/** Around what is hard: months, years, and the nights in which clocks are changed (Europe, New York, Lord Howe, Apia). */
const MOMENTS = [
  '2026-03-08T06:30:00Z',
  '2026-03-29T00:30:00Z',
  '2026-04-04T14:45:00Z',
  '2026-06-30T23:30:00Z',
  '2026-10-03T15:15:00Z',
  '2026-10-25T00:30:00Z',
  '2026-11-01T05:30:00Z',
  '2026-12-31T23:30:00Z',
].map((text) => Date.parse(text));
const DAY = 86_400_000;

/** A store of so many calls; the same seed gives the same one. */
export async function inventStore(seed: number, size: number): Promise<Invented> {
  const draw = drawing(seed);
  const below = (limit: number) => Math.floor(draw() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const money = (limit: number) => `${below(limit)}.${String(below(10_000)).padStart(4, '0')}`;
  const models = Array.from({ length: 2 + below(3) }, (_, index) => `model-${'abcde'.charAt(index)}`);
  const rates = Object.fromEntries(
    models.map((model): [string, Rates] => [
      model,
      { input: money(5), cacheRead: money(2), cacheWrite: money(7), output: money(30) },
    ]),
  );
  const calls = Array.from({ length: size }, (_, index): Call => {
    const failed = draw() < 0.05;
    const prompt = below(draw() < 0.1 ? 2_000_000 : 20_000);
    const read = below(prompt + 1);
    return {
      timestamp: new Date(one(MOMENTS) + below(2 * DAY) - DAY).toISOString(),
      request_id: `call-${seed}-${String(index).padStart(24, '0')}`,
      provider: 'ours',
      model: one(models),
      input_tokens: failed ? 0 : prompt,
      cache_read_tokens: failed ? 0 : read,
      cache_write_tokens: failed ? 0 : below(prompt - read + 1),
      output_tokens: failed ? 0 : below(5000),
      customer: one(CUSTOMERS),
      feature: one(FEATURES),
      environment: one(ENVIRONMENTS),
      status: failed ? 'error' : 'ok',
      latency_ms: below(60_000),
      tags: draw() < 0.5 ? { team: one(['red', 'blue']) } : {},
    };
  });
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-arithmetic-'));
  writeFileSync(join(cwd, 'calls.jsonl'), calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  const ask = async (argv: readonly string[], codes: readonly number[] = [0]) => {
    const io = fakeIo({ cwd, now: '2027-01-05T00:00:00Z' });
    await main([...argv], io);
    if (!codes.includes(io.exitCode())) throw new Error(`${argv.join(' ')}: ${io.exitCode()} ${io.err()}`);
    return io.out().startsWith('{') ? (JSON.parse(io.out()) as Answer) : { rows: [], totals: {} };
  };
  for (const [model, { input, cacheRead, cacheWrite, output }] of Object.entries(rates)) {
    const own = ['--input', input, '--cache-read', cacheRead, '--cache-write', cacheWrite, '--output', output];
    await ask(['pricing', 'override', 'add', `ours/${model}`, ...own]);
  }
  await ask(['import', 'calls.jsonl', '-q']);
  return { calls, rates, ask };
}

/** What calls cost at given rates, in 10^-18 USD: by default each at those of its model. */
export function costOf(
  calls: readonly Call[],
  rates: Readonly<Record<string, Rates>>,
  model: (call: Call) => string = (call) => call.model,
): bigint {
  return calls.reduce((sum, call) => {
    const rate = rates[model(call)];
    if (rate === undefined) throw new Error(`no rates of ${model(call)}`);
    const { input_tokens: prompt, cache_read_tokens: read, cache_write_tokens: written, output_tokens: answer } = call;
    const parts: [number, string][] = [
      [prompt - read - written, rate.input],
      [read, rate.cacheRead],
      [written, rate.cacheWrite],
      [answer, rate.output],
    ];
    // A millionth of a price of four places has ten: nothing is rounded.
    return parts.reduce((cost, [tokens, price]) => cost + (BigInt(tokens) * exact(price)) / 1_000_000n, sum);
  }, 0n);
}
