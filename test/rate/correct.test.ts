import { describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { newLife, used } from '../query/life.js';

/** gpt-x cost $1 per million and was seen at $5 on 1 August; a call in June, one in September, 110 tokens each. */
async function afterAChange() {
  const life = newLife();
  await life.refresh('2026-01-31', { 'gpt-x': 1e-6, 'gpt-z': 3e-6 });
  await life.log('a.jsonl', used('gpt-x', '2026-06-01', 1), used('gpt-z', '2026-06-01', 2));
  await life.refresh('2026-08-01', { 'gpt-x': 5e-6, 'gpt-z': 3e-6 });
  await life.log('b.jsonl', used('gpt-x', '2026-09-01', 3));
  return life;
}

async function total(life: ReturnType<typeof newLife>): Promise<string> {
  const { out } = await life.report();
  return JSON.parse(out).totals.cost;
}

describe('pricing correct', () => {
  test('what has the price of the book already is left alone', async () => {
    const life = await afterAChange();
    expect(await life.run('pricing', 'correct', '--all', '--yes')).toEqual({
      code: 0,
      out: 'Every call in scope already has the price of the book: nothing to correct.\n',
      err: '',
    });
  });

  test('--backdate: shows the effect, asks for --yes, changes the past, and the answer of before can still be had', async () => {
    const life = await afterAChange();
    // 110 × $1 + 110 × $3 + 110 × $5 per million
    expect(await total(life)).toBe('0.000990000000000000');
    // The first command of prices brings the bundled ones: book 3.
    await life.run('pricing', 'correct', 'gpt-x', '--dry-run');
    const before = await life.report();
    const shown = `provider  model  requests      before       after       change
openai    gpt-x         1  $0.0001100  $0.0005500  +$0.0004400
total                   1  $0.0001100  $0.0005500  +$0.0004400
`;
    expect(await life.run('pricing', 'correct', 'gpt-x', '--backdate')).toEqual({
      code: 2,
      out: shown,
      err: 'llmcost: Nothing was changed: there is no terminal to ask on.\nAdd --yes to do it without asking.\n',
    });
    expect(await life.run('pricing', 'correct', 'gpt-x', '--backdate', '--dry-run')).toEqual({
      code: 0,
      out: shown,
      err: 'Nothing was changed (--dry-run).\n',
    });
    expect((await life.report()).out).toBe(before.out);

    expect(await life.run('pricing', 'correct', 'openai/gpt-x', '--backdate', '--yes')).toEqual({
      code: 0,
      out: shown,
      err: '2 rates hold for the past now; 1 rows of usage were rated again. What they cost before: llmcost report --as-of.\n',
    });
    // 110 × $5 twice + 110 × $3
    expect(await total(life)).toBe('0.001430000000000000');
    expect((await life.report('--price-book', '3')).out).toBe(before.out);
    const timeline = await life.open((store) =>
      store.rows(sql`
        select cast(usd_per_unit as varchar) as usd, strftime(effective_from, '%Y-%m-%d') as since, strftime(effective_to, '%Y-%m-%d') as until
        from price_rate
        where model = 'gpt-x' and dimension = 'input' and removed_in is null`),
    );
    expect(timeline).toEqual([{ usd: '0.000005000000000000', since: null, until: null }]);
  });

  test('--backdate DAY moves the day of the change', async () => {
    const life = await afterAChange();
    await life.run('pricing', 'correct', 'gpt-x', '--backdate', '2026-06-15', '--yes');
    expect(await total(life)).toBe('0.000990000000000000');
    await life.run('pricing', 'correct', 'gpt-x', '--backdate', '2026-06-01', '--yes');
    expect(await total(life)).toBe('0.001430000000000000');
  });

  test.each([
    [
      [],
      'Say whose usage is to be rated again: a model, --provider NAME, or --all.\nFor example: llmcost pricing correct gpt-4o --since 2026-09-01',
    ],
    [
      ['gpt-x', '--backdate', 'June'],
      "--backdate 'June' is not a day.\nWrite it as --backdate 2026-08-01, or leave the day out.",
    ],
    [
      ['gpt-x', '--period', '2026-09', '--since', '2026-09-01'],
      '--period cannot be combined with --since or --until.\nUse either the one or the others.',
    ],
  ])('%j is refused', async (argv, message) => {
    expect(await newLife().run('pricing', 'correct', ...argv)).toEqual({
      code: 2,
      out: '',
      err: `llmcost: ${message}\n`,
    });
  });
});

describe('rating again', () => {
  test('only cards that say something else are replaced, only what had no price is touched', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6, 'gpt-z': 3e-6 });
    await life.log(
      'a.jsonl',
      used('gpt-x', '2026-06-01', 1),
      used('gpt-y', '2026-06-01', 2),
      used('gpt-z', '2026-06-01', 3),
    );
    const rated = await life.refresh('2026-08-01', { 'gpt-x': 1e-6, 'gpt-y': 2e-6, 'gpt-z': 4e-6 });
    // gpt-y got one card; gpt-z two, before and after the change; gpt-x kept its own.
    expect(rated).toMatchObject({ cards: 3, rows: 1 });
    const cards = await life.open((store) =>
      store.rows(sql`
        select model, cast(count(*) filter (retired_at is null) as integer) as held, cast(count(*) filter (retired_at is not null) as integer) as retired
        from rate_card
        group by model
        order by model`),
    );
    expect(cards).toEqual([
      { model: 'gpt-x', held: 1, retired: 0 },
      { model: 'gpt-y', held: 1, retired: 1 },
      { model: 'gpt-z', held: 2, retired: 1 },
    ]);
    expect(await life.refresh('2026-08-01', { 'gpt-x': 1e-6, 'gpt-y': 2e-6, 'gpt-z': 4e-6 })).toMatchObject({
      cards: 0,
      rows: 0,
    });
  });

  test('why tells what a call cost before', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log('a.jsonl', used('gpt-y', '2026-06-01', 2));
    await life.refresh('2026-08-01', { 'gpt-x': 1e-6, 'gpt-y': 2e-6 });
    const { out } = await life.run('why', 'req_000000000000000000000002');
    expect(out).toMatch(/^until \d{4}-\d{2}-\d{2}T[\d:]+\.\d+Z: unpriced \(priced\)$/m);
    expect(out).toContain('0.00022');
  });

  test('what a removed import cost before does not stick to the next one of its number', async () => {
    const life = newLife();
    await life.refresh('2026-01-31', { 'gpt-x': 1e-6 });
    await life.log('a.jsonl', used('gpt-y', '2026-06-01', 2));
    await life.refresh('2026-08-01', { 'gpt-x': 1e-6, 'gpt-y': 2e-6 });
    await life.run('imports', 'remove', '1');
    await life.log('b.jsonl', used('gpt-y', '2026-06-01', 2));
    const { out } = await life.run('why', 'req_000000000000000000000002');
    expect(out).toContain('0.00022');
    expect(out).not.toContain('unpriced');
  });
});
