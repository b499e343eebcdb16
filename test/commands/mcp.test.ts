import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type JSONRPCMessage, JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
import { call, newWorld, type World } from '../import/world.js';

let world: World;
let client: Client;

/** The program behind two pipes, as a client starts it. */
function served(words: readonly string[]) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const ended = main(['mcp', ...words], { ...fakeIo({ cwd: world.cwd }), stdin, stdout });
  return { stdin, lines: createInterface({ input: stdout }), ended, stdout };
}

/** The official client's end of such pipes. */
function transportTo({ stdin, lines, ended }: ReturnType<typeof served>): Transport {
  const transport: Transport = {
    start: async () => {
      lines.on('line', (line) => transport.onmessage?.(JSONRPCMessageSchema.parse(JSON.parse(line))));
    },
    send: async (message: JSONRPCMessage) => void stdin.write(`${JSON.stringify(message)}\n`),
    close: async () => {
      stdin.end();
      await ended;
    },
  };
  return transport;
}

/** Calls of October 2026: two of acme, one of globex; $0.00035 each. It is noon of 15 October. */
beforeAll(async () => {
  world = await newWorld();
  const lines = ['01', '02', '13'].map((day, at) =>
    call(`req_${day.padStart(24, '0')}`, {
      timestamp: `2026-10-${day}T10:00:00Z`,
      customer: at === 2 ? 'globex' : 'acme',
    }),
  );
  world.write('calls.jsonl', lines.join('\n'));
  await world.imported(['calls.jsonl']);
  world.write(
    'llmcost.yaml',
    'budgets: [{name: all, period: month, limit: 0.001 USD, max_price_age: any}]\nviews: {v: {by: customer, top: 1}}\n',
  );
  client = new Client({ name: 'test', version: '1' });
  await client.connect(transportTo(served([])));
});

afterAll(() => client.close());

async function asked(name: string, input: Record<string, unknown> = {}) {
  const { structuredContent, content, isError } = await client.callTool({ name, arguments: input });
  return {
    answer: structuredContent as Record<string, unknown>,
    text: (content as { text: string }[])[0]?.text,
    isError,
  };
}

describe('the official client', () => {
  test('is told who answers, and four tools that only read', async () => {
    expect(client.getServerVersion()).toMatchObject({ name: 'llmcost' });
    expect(client.getInstructions()).toContain('what LLM calls cost');
    const { tools } = await client.listTools();
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ...[
        ['report', true],
        ['why', true],
        ['explain', true],
        ['budget', true],
      ],
    ]);
    await client.ping();
  });

  test('report is the JSON of the command, with the same options', async () => {
    const { answer, text } = await asked('report', { by: ['customer'], where: ['customer=acme'], metrics: 'cost' });
    const { out } = await world.llmcost([
      'report',
      '--by',
      'customer',
      '--where',
      'customer=acme',
      '--metrics',
      'cost',
      '--json',
    ]);
    expect(text).toBe(out);
    expect(answer).toEqual(JSON.parse(out));
    expect(answer.rows).toMatchObject([{ group: { customer: 'acme' }, cost: '0.000700000000000000' }]);
    expect((await asked('report', { view: 'v' })).answer.query).toMatchObject({ by: ['customer'], top: 1 });
    expect((await asked('report', { top: 1, by: 'customer' })).answer.query).toMatchObject({ top: 1 });
  });

  test('why, explain and budget', async () => {
    const why = await asked('why', { id: 'req_000000000000000000000013' });
    expect(why.answer).toMatchObject({ schema: 'llmcost.why/1' });
    const explained = await asked('explain', { since: '2026-10-08', until: '2026-10-15' });
    expect(explained.answer).toMatchObject({ schema: 'llmcost.explain/1' });
    const budget = await asked('budget');
    expect(budget.answer).toMatchObject({
      verdict: 'breach',
      exit_code: 1,
      rows: [{ rule: 'all', used: '0.001050000000000000' }],
    });
    const limited = await asked('budget', { limit: '5 USD', period: 'month', group_by: ['customer'] });
    expect(limited.answer).toMatchObject({ counts: { ok: 2 } });
  });

  test('what is wrong is told in words, and the next question is answered', async () => {
    expect(await asked('report', { by: ['modle'] })).toMatchObject({
      isError: true,
      text: expect.stringContaining("There is no dimension 'modle'"),
    });
    expect(await asked('report', { group: 'model' })).toMatchObject({
      isError: true,
      text: expect.stringContaining("There is no argument 'group'. There are: by, period"),
    });
    expect(await asked('report', { by: [{}] })).toMatchObject({ isError: true, text: 'by must be a list of texts.' });
    expect(await asked('why')).toMatchObject({ isError: true, text: expect.stringContaining('id is missing') });
    // What an argument holds is never an option.
    expect(await asked('why', { id: '--db=/etc/passwd' })).toMatchObject({
      isError: true,
      text: expect.stringContaining('--db=/etc/passwd'),
    });
    expect(await asked('report', { period: '--output=x' })).toMatchObject({
      isError: true,
      text: expect.stringContaining("'--output=x' is not a period"),
    });
    await expect(client.callTool({ name: 'import', arguments: {} })).rejects.toThrow(
      /-32602: There is no tool 'import'/,
    );
    const both = await Promise.all([asked('report'), asked('budget')]);
    expect(both.map(({ isError }) => isError)).toEqual([undefined, undefined]);
  });
});

test('--db and --config hold for every question', async () => {
  world.write('other.yaml', 'views: {w: {by: day}}\n');
  const other = new Client({ name: 'test', version: '1' });
  await other.connect(transportTo(served(['--db', 'llmcost.duckdb', '--config', 'other.yaml'])));
  expect(await other.callTool({ name: 'report', arguments: { view: 'w' } })).toMatchObject({
    structuredContent: { query: { by: ['day'] } },
  });
  expect((await other.callTool({ name: 'budget' })).isError).toBe(true);
  await other.close();
});

test('what is no message is answered by its error, and everything before the end of the input', async () => {
  const { stdin, lines, ended, stdout } = served([]);
  const answers: unknown[] = [];
  lines.on('line', (line) => answers.push(JSON.parse(line)));
  stdin.end(
    [
      'no JSON',
      '[]',
      '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      '{"jsonrpc":"2.0","id":"a","method":"resources/list"}',
      '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"1999-01-01"}}',
      '{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}',
      '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"budget"}}',
    ].join('\n'),
  );
  await ended;
  stdout.end();
  await new Promise((resolve) => lines.on('close', resolve));
  expect(answers).toMatchObject([
    { id: null, error: { code: -32700 } },
    { id: null, error: { code: -32600 } },
    { id: 'a', error: { code: -32601 } },
    { id: 1, result: { protocolVersion: '2025-11-25' } },
    { id: 2, result: { protocolVersion: '2024-11-05' } },
    { id: 3, result: { structuredContent: { verdict: 'breach' } } },
  ]);
});
