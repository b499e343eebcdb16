import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';

/** A home with one call of Claude Code and one of Codex; `more` are further files. */
function newHome(more: Record<string, string> = {}): string {
  const home = mkdtempSync(join(tmpdir(), 'llmcost-home-'));
  const files: Record<string, string> = {
    '.claude/projects/shop/7d9e2f31.jsonl': CLAUDE,
    '.codex/sessions/2026/10/rollout-1.jsonl': CODEX,
    ...more,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return home;
}

const CLAUDE = `${JSON.stringify({
  type: 'assistant',
  timestamp: '2026-10-02T08:00:00.000Z',
  sessionId: '7d9e2f31',
  uuid: 'u1',
  requestId: 'req_1',
  version: '2.1.150',
  cwd: '/home/dev/shop',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5-20250929',
    usage: { input_tokens: 1000, output_tokens: 100, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 },
  },
})}\n`;

const total = { input_tokens: 10_000, cached_input_tokens: 0, output_tokens: 500, reasoning_output_tokens: 0 };
const CODEX = [
  { type: 'session_meta', payload: { id: 'a0', cwd: '/home/dev/shop', model_provider: 'openai' } },
  { type: 'turn_context', payload: { model: 'gpt-5.4' } },
  { type: 'event_msg', payload: { type: 'token_count', info: { total_token_usage: total, last_token_usage: total } } },
]
  .map((line, index) => `${JSON.stringify({ timestamp: `2026-10-03T08:00:0${index}.000Z`, ...line })}\n`)
  .join('');

async function run(home: string, argv: string[], env: Record<string, string> = {}) {
  const io = fakeIo({ cwd: home, env: { HOME: home, ...env } });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

test('import without a path finds the folders of agents, says so, and has nothing to do the second time', async () => {
  const home = newHome({ '.gemini/tmp/empty/readme.txt': 'no chats' });
  const first = await run(home, ['import']);
  expect(first.code).toBe(0);
  // 1,000 × $3 + 100 × $15 a million, and 10,000 × $2.50 + 500 × $15.
  expect(first.out).toContain('Found on this machine: Claude Code (1 file), Codex (1 file).\n');
  expect(first.out).toContain('\n2 files: 4 lines = 2 imported + 2 skipped\n');
  expect(first.out).toContain(
    '  from 2026-10-02 08:00 to 2026-10-03 08:00 UTC, cost $0.04\n  skipped: 2 lines about the session\n  next: llmcost report --by model\n',
  );
  expect((await run(home, ['import'])).out).toContain('2 files: nothing new\n');
  expect(await run(home, ['import', '-q'])).toEqual({ out: '', err: '', code: 0 });
});

test('--from narrows it; the variables of the agents and the XDG folders count', async () => {
  const home = newHome({ 'elsewhere/sessions/s.jsonl': CODEX, 'config/claude/projects/p/s.jsonl': CLAUDE });
  const only = await run(home, ['import', '--from', 'claude-code']);
  expect(only.out).toContain('Found on this machine: Claude Code (1 file).\n');
  const moved = await run(home, ['import', '--from', 'codex,claude-code'], {
    CODEX_HOME: join(home, 'elsewhere'),
    XDG_CONFIG_HOME: join(home, 'config'),
  });
  expect(moved.out).toContain('Found on this machine: Claude Code (2 files), Codex (1 file).\n');
});

test('what cannot be found or is not known is said, with what to do', async () => {
  const home = mkdtempSync(join(tmpdir(), 'llmcost-home-'));
  expect(await run(home, ['import'])).toEqual({
    out: '',
    err: expect.stringMatching(/^llmcost: No logs of coding agents were found on this machine .*\nName your files/),
    code: 3,
  });
  const unknown = await run(home, ['import', '--from', 'nobody']);
  expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining('claude-code, codex') });
  for (const more of [[], ['--watch']]) {
    const both = await run(newHome(), ['import', 'x.jsonl', '--from', 'codex', ...more]);
    expect(both).toMatchObject({ code: 2, err: expect.stringContaining('--from is for an import without paths') });
  }
});

test('llmcost alone imports what it finds and shows this month; without logs the demo and the ways in', async () => {
  const { out, code } = await run(newHome(), []);
  expect(code).toBe(0);
  // It is October 2026.
  expect(out).toContain("> llmcost report --by model --period 'this month'\n");
  expect(out).toMatch(/claude-sonnet-4-5-20250929 +1 /);
  const nothing = await run(mkdtempSync(join(tmpdir(), 'llmcost-home-')), []);
  expect(nothing.code).toBe(0);
  expect(nothing.out).toContain('invented data');
  expect(nothing.out).toContain('Three ways to your own figures');
});
