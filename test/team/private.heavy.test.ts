import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { fakeIo } from '../fake_io.js';
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

test('no prompt, no key and nothing that is left out or hidden is in any object', async () => {
  const share = join(world.cwd, 'private');
  const [one, hub] = [machine('one-p'), machine('hub-p')];
  expect((await one.run('team', 'init', share, '--hide', 'machine')).code).toBe(0);
  writeFileSync(
    join(one.cwd, 'llmcost.yaml'),
    `team:\n  place: ${share}\n  leave_out: [session_id, tags]\n  hide: [user_id]\n  push: after-import\n`,
  );
  const content = {
    messages: [{ role: 'user', content: 'PLANTED PROMPT' }],
    response: 'PLANTED ANSWER',
    api_key: 'sk-PLANTED',
  };
  const people = { user_id: 'PLANTED-USER', session_id: 'PLANTED-SESSION', tags: { secret: 'PLANTED-TAG' } };
  writeFileSync(join(one.cwd, 'PLANTED-FILE.jsonl'), calls(1, 10, 10, { ...content, ...people, customer: 'acme' }));
  const imported = await one.run('import', 'PLANTED-FILE.jsonl', '--summary', 'json');
  expect({ code: imported.code, pushed: imported.err.startsWith('Pushed 10 rows') }).toEqual({ code: 0, pushed: true });
  expect((await hub.run('sync', share)).code).toBe(0);
  const users = await hub.run('report', '--by', 'user,customer,machine', '--format', 'csv');
  // HMAC-SHA256 by openssl: printf PLANTED-USER | openssl dgst -sha256 -hmac 'a key of all machines'
  expect(users.out).toContain('\ngroup,h:40a3e17bbde2d112f5b10ef84aa74046,acme,h:ddd878b01864dfa4701f0f95612c710e,10,');
  for (const name of objectsIn(share)) {
    const text = readFileSync(join(share, name)).toString('latin1');
    expect({ name, planted: /PLANTED|sk-|one-p/.exec(text)?.[0] }).toEqual({ name, planted: undefined });
  }
});

test('an encrypted place holds nothing that can be read, and takes the key', async () => {
  const share = join(world.cwd, 'sealed');
  const [one, hub] = [machine('one-s'), machine('hub-s')];
  expect((await one.run('team', 'init', share, '--encrypted')).code).toBe(0);
  writeFileSync(join(one.cwd, 'a.jsonl'), calls(1, 10, 10, { customer: 'acme' }));
  await one.run('import', 'a.jsonl');
  expect((await one.run('push', share)).code).toBe(0);
  for (const name of objectsIn(share).filter((one_) => one_.endsWith('.enc'))) {
    expect(/PAR1|acme|gpt-4o|one-s/.test(readFileSync(join(share, name)).toString('latin1'))).toBe(false);
  }
  expect((await hub.run('sync', share)).out).toContain('10 new calls');
  const stranger = fakeIo({ cwd: hub.cwd, env: { LLMCOST_TEAM_KEY: 'another' } });
  await main(['sync', share], stranger);
  expect({ code: stranger.exitCode(), err: stranger.err() }).toEqual({
    code: 2,
    err: expect.stringContaining('is not the key of the team'),
  });
});

test('many small pushes are put together, nothing is lost, and each can still be taken back', async () => {
  const share = await place('many');
  const [hub, late] = [machine('hub-m'), machine('late-m')];
  for (const number of [1, 2, 3]) {
    const one = machine(`m${number}`);
    writeFileSync(join(one.cwd, 'a.jsonl'), calls(number * 10, number * 10 + 14, 10 + number));
    await one.run('import', 'a.jsonl');
    await one.run('push', share);
  }
  await hub.run('sync', share);
  expect((await hub.run('team', 'compact', share, '--before', '2026-11', '--dry-run')).out).toContain(
    'Would put 3 pushes',
  );
  expect((await hub.run('team', 'compact', share, '--before', '2026-11')).out).toContain('Put 3 pushes of ');
  expect((await hub.run('team', 'compact', share, '--before', '2026-11')).out).toContain('nothing to put together');
  const wanted = await byMachine(hub);
  const { m3 = '' } = await pushIds(machine('asks'), share);
  // The originals go; a week later compact does it.
  const compaction = readdirSync(join(share, 'manifests')).find((name) =>
    readFileSync(join(share, 'manifests', name), 'utf8').includes('"contains":[{'),
  );
  await hub.run('sync', share);
  const packs = (
    JSON.parse(readFileSync(join(share, 'manifests', compaction ?? ''), 'utf8')) as { packs: { name: string }[] }
  ).packs;
  for (const name of objectsIn(share)) {
    const kept =
      name === 'llmcost-team.json' || name.endsWith(compaction ?? '') || packs.some((pack) => pack.name === name);
    if (!kept) rmSync(join(share, name));
  }
  expect((await late.run('sync', share)).out).toContain('took in 3 pushes of m1, m2, m3');
  expect(await byMachine(late)).toEqual(wanted);
  await hub.run('team', 'remove', m3, '--dest', share);
  for (const each of [hub, late]) {
    expect((await each.run('sync', share)).code).toBe(0);
    // m1 has 10 to 19 alone, m2 has 20 to 34: 15 calls that count more than those of m1.
    expect((await each.run('report', '--by', 'machine', '--format', 'csv')).out.split('\n').slice(1, 4)).toEqual([
      expect.stringMatching(/^group,m2,15,/),
      expect.stringMatching(/^group,m1,10,/),
      expect.stringMatching(/^total,,25,/),
    ]);
  }
});

test('what is no team place, and settings that cannot be', async () => {
  const one = machine('one-e');
  expect(await one.run('push', 'nowhere')).toMatchObject({
    code: 2,
    err: expect.stringContaining('To make it one: llmcost team init nowhere'),
  });
  expect(await one.run('sync')).toMatchObject({ code: 2, err: expect.stringContaining('No team place is named.') });
  expect(await one.run('sync', 's3://user:secret@bucket/x')).toMatchObject({
    code: 2,
    err: expect.not.stringContaining('secret'),
  });
  expect(await one.run('sync', 'ftp://x/y')).toMatchObject({ code: 2 });
  expect((await one.run('sync', 's3://bucket/x')).err).toContain('AWS_ACCESS_KEY_ID');
  writeFileSync(join(one.cwd, 'llmcost.yaml'), 'team:\n  place: x\n  secret_key: abc\n');
  expect(await one.run('push')).toMatchObject({ code: 2, err: expect.stringContaining('team.secret_key') });
  writeFileSync(join(one.cwd, 'llmcost.yaml'), 'team:\n  machine: off\n');
  writeFileSync(join(one.cwd, 'a.jsonl'), calls(1, 2));
  await one.run('import', 'a.jsonl');
  expect((await one.run('report', '--by', 'machine', '--format', 'csv')).out).toMatch(/^group,\(none\),2,/m);
  const share = await place('newer');
  writeFileSync(join(share, 'llmcost-team.json'), '{"schema":"llmcost.team/2","id":"00000000"}');
  expect(await one.run('push', share)).toMatchObject({ code: 2, err: expect.stringContaining('Update llmcost') });
});
