import { beforeAll, describe, expect, test } from 'vitest';
import type { ImportedFile } from '../../src/import/load/answer.js';
import { sql } from '../../src/sql.js';
import { newWorld, type World } from '../import/world.js';
import {
  attodollars,
  costOf,
  imported,
  noTotals,
  realFile,
  recordsOf,
  storedTotals,
  type Totals,
} from './real_files.js';

const MESSAGES = realFile('samples/anthropic-messages-jsonl/messages.jsonl');
const EVENTS = realFile('samples/anthropic-messages-jsonl/stream_events.jsonl');
const WHEN = ['--set', 'timestamp=2026-10-01T00:00:00Z'];

interface Usage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  cache_creation?: { ephemeral_1h_input_tokens: number } | null;
}
interface Message {
  id: string;
  model: string;
  usage: Usage;
}

/**
 * USD per million tokens, input and output: https://platform.claude.com/docs/en/about-claude/pricing (older models:
 * https://www.anthropic.com/news of their day). A read from the cache is a tenth of input, a write 1.25 times.
 */
const PRICES: Record<string, { input: string; output: string; read: string; written: string }> = {
  'claude-3-opus-20240229': { input: '15', output: '75', read: '1.5', written: '18.75' },
  'claude-3-haiku-20240307': { input: '0.25', output: '1.25', read: '0.03', written: '0.3' },
  'claude-3-5-haiku-20241022': { input: '0.8', output: '4', read: '0.08', written: '1' },
  'claude-3-5-sonnet-20240620': { input: '3', output: '15', read: '0.3', written: '3.75' },
  'claude-3-7-sonnet-20250219': { input: '3', output: '15', read: '0.3', written: '3.75' },
  'claude-sonnet-4-5-20250929': { input: '3', output: '15', read: '0.3', written: '3.75' },
};

/** Counted anew: input excludes what was read from or written to the cache, output includes thinking. */
function totalsOf(messages: Iterable<Message>): Totals {
  const totals = noTotals();
  for (const { model, usage } of messages) {
    const written_1h = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
    const written = (usage.cache_creation_input_tokens ?? 0) - written_1h;
    const read = usage.cache_read_input_tokens ?? 0;
    totals.uncached += usage.input_tokens;
    totals.written += written;
    totals.written_1h += written_1h;
    totals.read += read;
    totals.text += usage.output_tokens;
    const price = PRICES[model];
    if (price === undefined) continue;
    totals.cost += costOf(usage.input_tokens, price.input) + costOf(usage.output_tokens, price.output);
    totals.cost += costOf(read, price.read) + costOf(written, price.written);
  }
  return totals;
}

describe.skipIf(!MESSAGES.present)(`real answers of Anthropic (SKIPPED when ${MESSAGES.path} is absent)`, () => {
  let world: World;
  let file: ImportedFile;
  let messages: Message[] = [];
  const calls = new Map<string, Message>();

  beforeAll(async () => {
    world = await newWorld();
    messages = recordsOf<Message>(MESSAGES.path);
    for (const message of messages) calls.set(message.id, message);
    file = await imported(world, [MESSAGES.path, ...WHEN]);
  });

  test('every answer is one call, however often it was recorded', () => {
    expect(file).toMatchObject({
      format: 'anthropic-messages',
      lines: messages.length,
      imported: calls.size,
      duplicates: messages.length - calls.size,
      skipped: 0,
      rejected: 0,
      // all copies agree
      differing: 0,
      undated: 0,
    });
    expect(calls.size).toBeLessThan(messages.length);
  });

  test('tokens of every class, and the cost', async () => {
    const counted = totalsOf(calls.values());
    expect(counted.read).toBeGreaterThan(0);
    expect(counted.written).toBeGreaterThan(0);
    expect(await storedTotals(world)).toEqual(counted);
  });

  test('a model whose price is not known is named and not free', async () => {
    const unknown = [...calls.values()].filter(({ model }) => PRICES[model] === undefined);
    expect(new Set(unknown.map(({ model }) => model))).toEqual(new Set(['claude-2.1']));
    expect(file.unpriced).toBe(unknown.length);
    expect(await world.rows(sql`select model, cost_usd from usage where cost_usd is null`)).toEqual([
      { model: 'claude-2.1', cost_usd: null },
    ]);
  });

  test.each([
    // 1,311 × $15 + 53 × $75 per million
    ['msg_01DWnmUo9hWk4Fk7V7Ddfa2w', '0.02364'],
    // 4 × $3 + 1,165 written × $3.75 + 207 × $15
    ['msg_01AGcJaUoaQe4VfWUjnSBrXg', '0.00748575'],
    // 4 × $3 + 1,165 read × $0.30 + 224 × $15
    ['msg_01Q8hYZvCMAQKC4n8X3zFnrX', '0.0037215'],
    // 1,382 × $0.80 + 80 × $4
    ['msg_01EtAvxHCWn5jjdUCnG4wEAd', '0.0014256'],
  ])('%s cost $%s', async (id, usd) => {
    const found = await world.rows<{ id: string; cost: string }>(
      sql`select request_id as id, cast(cost_usd as varchar) as cost from usage`,
    );
    expect(found.filter((row) => row.id === id).map(({ cost }) => attodollars(cost))).toEqual([attodollars(usd)]);
  });
});

describe.skipIf(!EVENTS.present)(`real streams of Anthropic (SKIPPED when ${EVENTS.path} is absent)`, () => {
  interface Event {
    type: string;
    message?: Message;
    usage?: Partial<Usage>;
  }

  /** The usage of message_start, overwritten by that of message_delta. */
  function streamed(events: readonly Event[]): Message[] {
    const messages: Message[] = [];
    for (const { type, message, usage } of events) {
      if (type === 'message_start' && message !== undefined) messages.push(message);
      const last = messages.at(-1);
      if (type === 'message_delta' && last !== undefined) last.usage = { ...last.usage, ...usage };
    }
    return messages;
  }

  test('every stream is one call with the counts of its end', async () => {
    const world = await newWorld();
    const events = recordsOf<Event>(EVENTS.path);
    const messages = streamed(events);
    expect(await imported(world, [EVENTS.path, ...WHEN])).toMatchObject({
      format: 'anthropic-stream',
      lines: events.length,
      imported: messages.length,
      duplicates: 0,
      skipped: events.length - messages.length,
      rejected: 0,
      unpriced: 0,
    });
    expect(await storedTotals(world)).toEqual(totalsOf(messages));
  });

  test('message_start counts too little: 17 × $0.80 + 108 × $4 per million', async () => {
    const world = await newWorld();
    await imported(world, [EVENTS.path, ...WHEN]);
    const [first] = await world.rows<{ cost: string }>(
      sql`select cast(cost_usd as varchar) as cost from usage where request_id = 'msg_01MCkQZZtEKF3nVbFaExwATe'`,
    );
    expect(attodollars(first?.cost ?? '')).toBe(attodollars('0.0004456'));
  });
});
