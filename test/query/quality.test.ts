import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { QUALITY_DIRECTORY, shippedBoards } from '../../src/commands/simulate/quality_scores.js';
import { BOARDS } from '../../src/query/quality/boards.js';
import { boardScores, successOf } from '../../src/query/quality/scores.js';
import { fakeIo } from '../fake_io.js';
import { inMemory } from '../rate/price_rows.js';

async function llmcost(cwd: string, ...argv: string[]) {
  const io = fakeIo({ cwd });
  await main(argv, io);
  return { out: io.out(), err: io.err(), code: io.exitCode() };
}

function folder(files: Record<string, string>): string {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-quality-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
  return cwd;
}

test('the boards that come with the program: dated, licensed, with whom to thank', async () => {
  const { out } = await llmcost('/', 'quality', 'list');
  for (const { board, title, as_of, licence, attribution } of await shippedBoards()) {
    expect(out).toContain(board);
    expect(out).toContain(title);
    expect(out).toContain(as_of);
    expect(out).toContain(licence);
    expect(out).toContain(attribution);
  }
  expect((await shippedBoards()).map(({ board }) => board)).toEqual(BOARDS.map(({ name }) => name));
  expect(out).not.toContain('LiveBench');
});

test('a name has a score of its own or none', () =>
  inMemory(async (store) => {
    const [board] = BOARDS;
    if (board === undefined) throw new Error('no board');
    const { of } = await boardScores(store, QUALITY_DIRECTORY, { board, about: undefined });
    const scoreOf = (name: string) => of(name)?.score;
    // The anchors of the index, Claude 3.5 Sonnet = 130 and GPT-5 = 150, and figures of Epoch's file of 2026-08-11.
    expect(scoreOf('gpt-5')).toBe(150);
    expect(scoreOf('gpt-5-2025-08-07')).toBe(150);
    expect(scoreOf('openai/gpt-5')).toBe(150);
    expect(scoreOf('claude-sonnet-4-5')).toBe(scoreOf('claude-sonnet-4-5-20250929'));
    expect(scoreOf('anthropic.claude-opus-4-8')).toBe(157.88);
    // A build of its own, a floating name, one that stands for two releases, a base that is not the snapshot.
    for (const name of [
      'gpt-5.2-codex',
      'claude-3-7-sonnet-latest',
      'claude-3-5-sonnet',
      'gpt-4o-2024-05-13',
      'deepseek-chat',
    ]) {
      expect([name, scoreOf(name)]).toEqual([name, undefined]);
    }
  }));

test('how often a model succeeds: by hand', () => {
  const eci = { success: { kind: 'curve', slope: 0.12 } } as const;
  // The same score succeeds as often; 10 points less: 1 / (1 + e^1.2 / 4) = 0.546439
  expect(successOf(eci, 150, { score: 150, assumed: 0.8 })).toBeCloseTo(0.8, 12);
  expect(successOf(eci, 140, { score: 150, assumed: 0.8 })).toBeCloseTo(0.546439, 6);
  // 400 points of Elo are ten to one.
  expect(successOf({ success: { kind: 'elo' } }, 1400, { score: 1000, assumed: 0.8 })).toBeCloseTo(10 / 11, 12);
  expect(successOf({ success: { kind: 'rate', of: 100 } }, 45, { score: 0, assumed: 0.8 })).toBe(0.45);
  expect(successOf({ success: null }, 45, { score: 0, assumed: 0.8 })).toBeNull();
});

test('refresh reads what boards publish, in both layouts of Epoch, the best run of each model', async () => {
  const cwd = folder({
    'eci-2026-10-01.csv':
      'Model version,ECI Score,Release date,Model name\ngpt-5_high,151.25,2025-08-07,GPT-5\ngpt-5_low,140,2025-08-07,GPT-5\nx,1,2025-01-01,Nobody\n',
    'runs-2026-10-02.csv':
      'benchmark,Model,model_version,performance,model_release_date,source\nGPQA diamond,GPT-5,gpt-5_high,0.83333333,2025-08-07,Epoch evaluations\nGPQA diamond,GPT-5,gpt-5_low,0.7,2025-08-07,Epoch evaluations\nGPQA diamond,GPT-5,x,0.99,2025-08-07,vendor\n',
    'board.yml': '- model: gpt-5 (high)\n  edit_format: diff\n  pass_rate_2: 88.0\n  date: 2025-08-23\n',
  });
  const from = ['eci-2026-10-01.csv', 'runs-2026-10-02.csv', 'board.yml'].flatMap((name) => ['--from', name]);
  const { out, code } = await llmcost(cwd, 'quality', 'refresh', ...from, '--output', 'scores');
  expect(code).toBe(0);
  expect(out).toBe(
    [
      'Epoch Capabilities Index of 2026-10-01: 2 models, 1 of them under the names they are sold by',
      'GPQA diamond, run by Epoch AI of 2026-10-02: 1 models, 1 of them under the names they are sold by',
      'Aider polyglot of 2025-08-23: 1 models, 1 of them under the names they are sold by',
      '',
    ].join('\n'),
  );
  expect(readFileSync(join(cwd, 'scores/scores.csv'), 'utf8')).toBe(
    [
      'board,model,score,low,high,effort,name,confidence,undated,note',
      'eci,gpt-5,151.25,,,,GPT-5,high,yes,ECI anchor (150 by definition)',
      'gpqa,gpt-5,0.8333,,,high,GPT-5,high,yes,ECI anchor (150 by definition)',
      'aider,gpt-5,88,,,,gpt-5 (high),high,yes,ECI anchor (150 by definition)',
      '',
    ].join('\n'),
  );
  expect(JSON.parse(readFileSync(join(cwd, 'scores/scores.json'), 'utf8')).boards[0]).toMatchObject({
    as_of: '2026-10-01',
    licence: 'CC BY 4.0',
  });
});

test('what cannot be used as scores is said, with what to do', async () => {
  const cwd = folder({
    'odd-2026-10-01.csv': 'a,b\n1,2\n',
    'eci.csv': 'Model,eci,eci_ci_low,eci_ci_high\nGPT-5,150,,\n',
    'eci-2026-10-01.csv': 'Model,eci,eci_ci_low,eci_ci_high\nGPT-5,150,,\n',
    'eci-2026-11-01.csv': 'Model,eci,eci_ci_low,eci_ci_high\nGPT-5,150,,\n',
  });
  const refresh = async (...files: string[]) =>
    llmcost(cwd, 'quality', 'refresh', ...files.flatMap((name) => ['--from', name]), '--output', 'out');
  expect(await refresh('odd-2026-10-01.csv')).toEqual({
    out: '',
    err: 'llmcost: odd-2026-10-01.csv holds no scores of a board llmcost knows; its columns are a, b.\nKnown are Epoch Capabilities Index, GPQA diamond, run by Epoch AI, Arena text, style control, Aider polyglot. Scores of your own are used as they are: llmcost simulate --all --quality FILE.csv\n',
    code: 3,
  });
  expect(await refresh('eci.csv')).toMatchObject({
    err: 'llmcost: Nothing says of which day eci.csv is.\nSay it: --as-of 2026-08-11, or put the day into the name of the file.\n',
    code: 2,
  });
  expect(await refresh('eci-2026-10-01.csv', 'eci-2026-11-01.csv')).toMatchObject({
    err: 'llmcost: eci-2026-10-01.csv and eci-2026-11-01.csv are both of Epoch Capabilities Index.\nGive the newest file of each board only.\n',
    code: 3,
  });
  expect((await refresh('none-2026-10-01.csv')).err).toMatch(/^llmcost: none-2026-10-01.csv cannot be read: ENOENT/);
});
