import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { digest } from '../../src/team/manifest.js';
import { newWorld, type World } from '../import/world.js';
import { byMachine, calls, machineOf, objectsIn, pushIds } from './machines.js';

let world: World;
const machine = (name: string) => machineOf(world, name);

beforeAll(async () => {
  world = await newWorld();
});

async function place(name: string): Promise<string> {
  const path = join(world.cwd, name);
  expect((await machine(`${name}-maker`).run('team', 'init', path)).code).toBe(0);
  return path;
}

describe('a folder that machines share', () => {
  test('what git said of a folder goes along with its calls, and the states of a call stay the same', async () => {
    const share = await place('projects');
    const [laptop, hub] = [machine('laptop'), machine('projects-hub')];
    const tags = (cwd: string) => ({ tags: { cwd } });
    writeFileSync(
      join(laptop.cwd, 'a.jsonl'),
      calls(1, 3, 10, tags('/nowhere/a-worktree')) + calls(4, 5, 10, tags('/nowhere/app')),
    );
    await laptop.run('import', 'a.jsonl');
    // As an import of logs of agents writes it down.
    await withStore(join(laptop.cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
      store.run(sql`insert into import_project values (1, '/nowhere/a-worktree', 'app')`),
    );
    expect((await laptop.run('push', share)).code).toBe(0);
    expect((await hub.run('sync', share)).code).toBe(0);
    const byProject = async () => {
      const { out } = await hub.run('report', '--by', 'project', '--metrics', 'requests', '--csv');
      return out.split('\r\n').filter((line) => line.startsWith('group,'));
    };
    expect(await byProject()).toEqual(['group,app,5']);
    expect(await hub.run('report', '--by', 'tag:llmcost.project', '--metrics', 'requests', '--csv')).toMatchObject({
      out: expect.stringContaining('group,(none),5'),
    });
    expect((await hub.run('team', 'check', share)).code).toBe(0);
  });

  test('two machines that saw some calls both make one truth, whoever syncs first', async () => {
    const share = await place('share');
    const [one, two, hub] = [machine('one'), machine('two'), machine('hub')];
    writeFileSync(join(one.cwd, 'a.jsonl'), calls(1, 100));
    // 51 to 80 are the same calls, 81 to 100 states that count more.
    writeFileSync(join(two.cwd, 'b.jsonl'), calls(51, 80) + calls(81, 150, 20));
    await one.run('import', 'a.jsonl');
    await two.run('import', 'b.jsonl');
    expect(await one.run('push', share)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Pushed 100 rows of 1 import (2 packs,'),
    });
    expect(await one.run('push', share)).toMatchObject({ code: 0, out: expect.stringContaining('Nothing to push') });
    expect((await two.run('push', share)).code).toBe(0);
    expect(await hub.run('sync', share)).toMatchObject({
      code: 0,
      out: expect.stringContaining('took in 2 pushes of one, two: 200 rows'),
    });
    const before = readFileSync(join(hub.cwd, 'llmcost.duckdb'));
    expect(await hub.run('sync', share)).toMatchObject({ code: 0, out: `${share}: nothing new.\n` });
    expect(readFileSync(join(hub.cwd, 'llmcost.duckdb')).equals(before)).toBe(true);
    // 80 calls of one at $0.00035; of two 20 better ones and 50 more at $0.00045. Equal states are of the machine first by name.
    const { out } = await hub.run('report', '--by', 'machine', '--format', 'csv');
    expect(out.split('\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^group,two,70,7000,1400,0,0\.031500000000000000,/),
      expect.stringMatching(/^group,one,80,8000,800,0,0\.028000000000000000,/),
      expect.stringMatching(/^total,,150,15000,2200,0,0\.059500000000000000,/),
    ]);
    // A machine says the same as the hub, though it knows its own calls from its own file.
    const all = await byMachine(hub);
    expect((await one.run('sync', share)).code).toBe(0);
    expect(await byMachine(one)).toEqual(all);
    const only = await hub.run('report', '--where', 'machine=one', '--by', 'model', '--format', 'csv');
    expect(only.out).toContain('group,gpt-4o,80,8000,800,');
    expect(await hub.run('team', 'check', share)).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 pushes, 4 packs, 200 rows; all is as'),
    });
  });

  test('a push that is taken back gives the calls back to those who had them, also where they had been own files', async () => {
    const share = join(world.cwd, 'share');
    const [one, two, hub] = [machine('one'), machine('two'), machine('hub')];
    const { two: id = '' } = await pushIds(machine('asks'), share);
    const removed = await two.run('team', 'remove', id.slice(0, 10), '--dest', share);
    expect(removed).toMatchObject({ code: 0, out: expect.stringContaining('of two (100 rows)') });
    for (const each of [one, hub]) {
      expect(await each.run('sync', share)).toMatchObject({
        code: 0,
        out: expect.stringContaining('1 push was taken out again'),
      });
      expect((await each.run('report', '--by', 'machine', '--format', 'csv')).out).toContain(
        'group,one,100,10000,1000,0,0.035000000000000000,',
      );
    }
    // Its machine does not push it again by itself.
    expect((await two.run('push', share)).out).toContain('Nothing to push');
    expect((await two.run('push', share, '--again')).out).toContain('Pushed 100 rows');
    await hub.run('sync', share);
    expect((await hub.run('report', '--by', 'machine', '--format', 'csv')).out).toMatch(/^total,,150,/m);
  });

  test('an import that was removed is taken back by the next push, and one of another machine cannot be removed here', async () => {
    const share = join(world.cwd, 'share');
    const [one, hub] = [machine('one'), machine('hub')];
    writeFileSync(join(one.cwd, 'c.jsonl'), calls(201, 210));
    await one.run('import', 'c.jsonl');
    await one.run('imports', 'remove', '1');
    const again = await one.run('push', share);
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Pushed 10 rows of 1 import .*\nIt takes the place of [0-9a-f]{12}\.\n$/),
    });
    await hub.run('sync', share);
    // 1 to 50 were of one alone and are gone.
    expect((await hub.run('report', '--by', 'machine', '--format', 'csv')).out.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^group,two,100,/),
      expect.stringMatching(/^group,one,10,/),
    ]);
    const { out } = await hub.run('imports', '--format', 'json');
    const [first] = (JSON.parse(out) as { imports: { import_id: number }[] }).imports;
    expect(await hub.run('imports', 'remove', String(first?.import_id))).toMatchObject({
      code: 2,
      err: expect.stringContaining('To take it back for everybody: llmcost team remove'),
    });
  });
});

test('interrupted before the manifest, and after it: pushed again, everything is there once', async () => {
  const share = await place('interrupted');
  const [one, hub] = [machine('one-i'), machine('hub-i')];
  writeFileSync(join(one.cwd, 'a.jsonl'), calls(1, 50));
  await one.run('import', 'a.jsonl');
  // Nobody may write manifests: the packs are there, and nobody sees them.
  writeFileSync(join(share, 'manifests'), 'in the way');
  expect((await one.run('push', share)).code).toBe(5);
  expect(objectsIn(share).filter((name) => name.startsWith('packs'))).toHaveLength(2);
  rmSync(join(share, 'manifests'));
  expect((await hub.run('sync', share)).out).toContain('nothing new');
  // The next push names the one that may have got through as replaced.
  expect((await one.run('push', share)).out).toMatch(/It takes the place of [0-9a-f]{12}/);
  // As after a kill between the manifest and the mark: nobody wrote down that it is complete.
  await withStore(join(one.cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    store.run(sql`update team_pushed set complete = false`),
  );
  await hub.run('sync', share);
  await one.run('push', share);
  expect((await hub.run('sync', share)).code).toBe(0);
  expect((await hub.run('report', '--format', 'csv')).out).toMatch(/^total,,50,/m);
  expect(objectsIn(share).filter((name) => name.startsWith('packs'))).toHaveLength(2);
  // Taken back by somebody: the database of its machine keeps its file, and says so.
  await hub.run('team', 'remove', (await pushIds(machine('asks'), share))['one-i'] ?? '', '--dest', share);
  expect((await one.run('sync', share)).err).toContain(
    'was taken back by the team; its usage is still here (llmcost imports remove 1)',
  );
});

test('damaged and hostile pushes are refused by name, and take nothing else with them', async () => {
  const share = await place('hostile');
  const [good, bad, hub] = [machine('good'), machine('bad'), machine('hub-h')];
  writeFileSync(join(good.cwd, 'a.jsonl'), calls(1, 20));
  writeFileSync(join(bad.cwd, 'b.jsonl'), calls(101, 120));
  await good.run('import', 'a.jsonl');
  await bad.run('import', 'b.jsonl');
  await bad.run('push', share);
  const [name = ''] = readdirSync(join(share, 'manifests'));
  const honest = JSON.parse(readFileSync(join(share, 'manifests', name), 'utf8')) as Record<string, unknown> & {
    packs: { name: string; sha256: string; bytes: number; rows: number; sums: Record<string, string> }[];
  };
  const [pack] = honest.packs;
  if (pack === undefined) throw new Error('no pack');
  const write = (change: object, id?: string) => {
    const bytes = Buffer.from(JSON.stringify({ ...honest, ...change }));
    writeFileSync(join(share, 'manifests', `${id ?? digest(bytes).slice(0, 32)}.json`), bytes);
  };
  write({ packs: [{ ...pack, name: `packs/month=2026-09/../../../${pack.sha256}.parquet` }] });
  write({ packs: [{ ...pack, rows: pack.rows + 1 }] });
  write({ packs: [{ ...pack, sums: { ...pack.sums, text_output_tokens: '1' } }] });
  write({ schema: 'llmcost.pack/9' });
  write({}, 'f'.repeat(32));
  const noParquet = Buffer.from('PAR1 this is none PAR1');
  const sha256 = digest(noParquet);
  const named = `packs/month=2026-09/${sha256}.parquet`;
  writeFileSync(join(share, named), noParquet);
  write({ packs: [{ ...pack, name: named, sha256, bytes: noParquet.length }] });
  write({
    packs: [{ ...pack, name: `packs/month=2026-09/${'0'.repeat(64)}.parquet`, sha256: '0'.repeat(64) }],
    nonce: 'gone',
  });
  // One byte of a pack of the honest manifest is changed: whoever names it is refused.
  const bytes = readFileSync(join(share, pack.name));
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  const other = honest.packs[1];
  if (other === undefined) throw new Error('one pack only');
  write({ packs: [other], nonce: 'damaged' });
  const spoilt = readFileSync(join(share, other.name));
  spoilt[40] = (spoilt[40] ?? 0) ^ 1;
  writeFileSync(join(share, other.name), spoilt);
  await good.run('push', share);
  const { code, err, out } = await hub.run('sync', share);
  expect(code).toBe(3);
  expect(out).toContain('took in 1 push of good: 20 rows = 20 new calls');
  expect(err).toContain(' as the name of a pack');
  expect(err).toContain('has 10 rows of it, not 11');
  expect(err).toContain('the sum of text_output_tokens');
  expect(err).toContain('it is of a newer layout ("llmcost.pack/9"); update llmcost');
  expect(err).toContain('push ffffffffffff was not taken in: its manifest is not what its name says');
  expect(err).toContain(`the pack ${named}: it is no Parquet file that can be read`);
  expect(err).toContain(`the pack ${other.name} is damaged: its bytes are not those that its name says`);
  expect(err).toContain('1 push in ');
  expect(err).toContain('is not complete yet (bad)');
  expect(err).toContain('8 pushes were not taken in; everything else was.');
  expect((await hub.run('report', '--format', 'csv')).out).toMatch(/^total,,20,/m);
  expect((await hub.run('team', 'check', share)).code).toBe(3);
});
