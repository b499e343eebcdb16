import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryLabel } from '../../src/import/formats/agent.js';
import { repositoryOf } from '../../src/import/load/projects.js';
import { repositoryName } from '../../src/names/project.js';
import { projectOfFolder, projectOfRepository } from '../../src/query/scope/project.js';
import { type Sql, sql } from '../../src/sql.js';
import { withStore } from '../../src/store/store.js';
import { newWorld, type World } from './world.js';

function asked(what: (text: Sql) => Sql, texts: readonly string[]): Promise<(string | null)[]> {
  return withStore(':memory:', { access: 'write' }, async (store) => {
    const rows = await store.rows<{ value: string | null }>(
      sql`select ${what(sql`text`)} as value from (select unnest(from_json($texts, '["VARCHAR"]')) as text)`,
      { texts: JSON.stringify(texts) },
    );
    return rows.map(({ value }) => value);
  });
}

describe('by the path alone, of whatever machine', () => {
  const FOLDERS: Record<string, string | null> = {
    '/home/u/src/app': 'app',
    '/home/u/src/app/': 'app',
    '/home/u/src/app/.git/worktrees/feature-x': 'app',
    '/srv/git/app.git/worktrees/feature-x': 'app',
    '/home/u/src/app/.bare/worktrees/x': 'app',
    '/home/u/src/app/.claude/worktrees/brave-hopper': 'app',
    '/home/u/src/app/.claude/worktrees/brave-hopper/packages/web': 'app',
    '/home/u/src/app/.worktrees/feature/x': 'app',
    '/home/u/src/app/.trees/x': 'app',
    '/home/u/src/my-app-wt/feature-x': 'my-app',
    '/home/u/src/app.worktrees/feature-x/src': 'app',
    '/home/u/.cursor/worktrees/app/x7f2': 'app',
    '/home/u/.codex/worktrees/x7f2/app': 'app',
    'C:\\Users\\u\\src\\app': 'app',
    'C:\\Users\\u\\src\\app\\.claude\\worktrees\\x': 'app',
    'file:///home/u/src/app': 'app',
    '/home/u/src/worktree-tool': 'worktree-tool',
    '/home/u/src/app-wt': 'app-wt',
    '/': null,
    'C:\\': null,
  };

  test('each folder', async () => {
    const found = await asked(projectOfFolder, Object.keys(FOLDERS));
    expect(Object.fromEntries(Object.keys(FOLDERS).map((folder, index) => [folder, found[index]]))).toEqual(FOLDERS);
  });
});

test('addresses of repositories: their name, and a label without user, password or token', async () => {
  const addresses: Record<string, [name: string, label: string]> = {
    'https://github.com/acme/app.git': ['app', 'github.com/acme/app'],
    'https://github.com/acme/app/': ['app', 'github.com/acme/app'],
    'git@github.com:acme/app.git': ['app', 'github.com/acme/app'],
    'ssh://git@gitlab.example/group/sub/app.git': ['app', 'gitlab.example/group/sub/app'],
    'https://u:secret-1@github.com/acme/app.git': ['app', 'github.com/acme/app'],
    'https://x:secret/2@github.com/acme/app.git': ['app', 'github.com/acme/app'],
    'https://github.com/acme/app.git?token=secret-3': ['app', 'github.com/acme/app'],
    'https://dev.azure.com/acme/web/_git/app': ['app', 'dev.azure.com/acme/web/_git/app'],
  };
  const texts = Object.keys(addresses);
  expect(await asked(projectOfRepository, texts)).toEqual(Object.values(addresses).map(([name]) => name));
  expect(texts.map(repositoryName)).toEqual(Object.values(addresses).map(([name]) => name));
  expect(await asked(repositoryLabel, texts)).toEqual(Object.values(addresses).map(([, label]) => label));
});

const home = realpathSync(mkdtempSync(join(tmpdir(), 'llmcost-projects-')));
const at = (...parts: string[]) => join(home, ...parts);

/** git with no settings of this machine. */
function git(folder: string, ...args: string[]): void {
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    stdio: 'ignore',
  });
}

function hasGit(): boolean {
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}

describe.skipIf(!hasGit())('as git has it', () => {
  beforeAll(() => {
    mkdirSync(at('shop', 'packages', 'web'), { recursive: true });
    git(at('shop'), 'init', '-q');
    git(at('shop'), 'commit', '-q', '--allow-empty', '-m', 'first');
    git(at('shop'), 'worktree', 'add', '-q', at('somewhere-else'));
    mkdirSync(at('clones'));
    for (const name of ['one', 'two']) {
      git(at('clones'), 'clone', '-q', at('shop'), name);
      git(at('clones', name), 'remote', 'set-url', 'origin', 'https://u:secret@github.com/acme/storefront.git');
    }
    mkdirSync(at('plain'));
  });

  test('a repository, a folder in it, a worktree with a name of its own, two clones, none', () => {
    expect(repositoryOf(at('shop'))).toBe('shop');
    expect(repositoryOf(at('shop', 'packages', 'web'))).toBe('shop');
    expect(repositoryOf(at('somewhere-else'))).toBe('shop');
    expect(repositoryOf(at('clones', 'one'))).toBe('storefront');
    expect(repositoryOf(at('clones', 'two'))).toBe('storefront');
    expect(repositoryOf(at('plain'))).toBeUndefined();
  });

  test('what is gone is in the repository that is still around it', () => {
    expect(repositoryOf(at('shop', 'packages', 'gone', 'deep'))).toBe('shop');
    expect(repositoryOf(at('gone'))).toBeUndefined();
  });

  test('a repository of the home folder is none of what lies in it', () => {
    expect(repositoryOf(at('shop'), at('shop'))).toBe('shop');
    expect(repositoryOf(at('shop', 'packages'), at('shop'))).toBeUndefined();
    expect(repositoryOf(at('shop', 'packages'), at('plain'))).toBe('shop');
    expect(repositoryOf(at('shop', 'packages', 'web'), at('shop', 'packages'))).toBeUndefined();
  });

  test('no path of another machine is looked at', () => {
    expect(repositoryOf('relative/shop')).toBeUndefined();
    expect(repositoryOf('//server/share/shop')).toBeUndefined();
    expect(repositoryOf('\\\\server\\share\\shop')).toBeUndefined();
  });

  describe('in the store', () => {
    let world: World;
    const turn = (number: number, cwd: string) =>
      JSON.stringify({
        type: 'assistant',
        sessionId: 's1',
        uuid: `u${number}`,
        cwd,
        timestamp: '2026-10-01T10:00:00Z',
        requestId: `req_${String(number).padStart(24, '0')}`,
        message: {
          id: `msg_${String(number).padStart(24, '0')}`,
          model: 'claude-sonnet-4-5-20250929',
          usage: { input_tokens: 1000, output_tokens: 100 },
        },
      });
    const reported = async (...more: string[]) => {
      const { out } = await world.llmcost(['report', '--by', 'project', '--metrics', 'requests', '--csv', ...more]);
      return out.split('\r\n').filter((line) => line.startsWith('group,'));
    };

    beforeAll(async () => {
      world = await newWorld();
      const folders = [
        at('shop'),
        at('shop', 'packages', 'web'),
        at('somewhere-else'),
        at('clones', 'one'),
        at('clones', 'two'),
        '/nowhere/app/.claude/worktrees/x',
      ];
      world.write('session.jsonl', folders.map((folder, index) => turn(index + 1, folder)).join('\n'));
      await world.imported(['session.jsonl']);
    });

    test('reports and filters by it, one row for each folder that git knows', async () => {
      expect(await reported()).toEqual(['group,shop,3', 'group,storefront,2', 'group,app,1']);
      expect(await reported('--where', 'project=shop')).toEqual(['group,shop,3']);
      const kept = await world.rows(sql`select folder, project from import_project order by folder`);
      expect(kept).toEqual([
        { folder: at('clones', 'one'), project: 'storefront' },
        { folder: at('clones', 'two'), project: 'storefront' },
        { folder: at('shop'), project: 'shop' },
        { folder: at('shop', 'packages', 'web'), project: 'shop' },
        { folder: at('somewhere-else'), project: 'shop' },
      ]);
    });

    test('what was told stays told when the worktree is gone; a removed import takes it along', async () => {
      git(at('shop'), 'worktree', 'remove', at('somewhere-else'));
      rmSync(at('clones', 'two'), { recursive: true });
      expect((await world.imported(['session.jsonl']))[0]).toMatchObject({ imported: 0 });
      expect(await reported()).toEqual(['group,shop,3', 'group,storefront,2', 'group,app,1']);
      // The session of the worktree goes on in another file.
      world.write('later.jsonl', turn(7, at('somewhere-else')));
      await world.imported(['later.jsonl']);
      expect(await reported()).toEqual(['group,shop,4', 'group,storefront,2', 'group,app,1']);
      await world.llmcost(['imports', 'remove', '2']);
      const { code } = await world.llmcost(['imports', 'remove', '1']);
      expect(code).toBe(0);
      expect(await world.rows(sql`select * from import_project`)).toEqual([]);
    });
  });
});

test('the address in a log of Codex comes first, a label of the user before it; without a folder there is none', async () => {
  const world = await newWorld();
  const codex = [
    {
      type: 'session_meta',
      timestamp: '2026-10-01T10:00:00.000Z',
      payload: {
        id: '01b7c9e4-aaaa-7b3a-9f42-000000000009',
        cwd: '/work/scratch-7',
        git: { branch: 'main', repository_url: 'https://u:secret-marker@github.com/acme/app.git' },
      },
    },
    {
      type: 'turn_context',
      timestamp: '2026-10-01T10:00:00.100Z',
      payload: { cwd: '/work/scratch-7', model: 'gpt-5.4' },
    },
    {
      type: 'event_msg',
      timestamp: '2026-10-01T10:00:01.000Z',
      payload: {
        type: 'token_count',
        info: {
          total_token_usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10, total_tokens: 110 },
          last_token_usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10, total_tokens: 110 },
        },
      },
    },
  ];
  world.write('rollout.jsonl', codex.map((line) => JSON.stringify(line)).join('\n'));
  const call = { timestamp: '2026-10-01T10:00:00Z', model: 'gpt-4o', input_tokens: 1, output_tokens: 1 };
  world.write(
    'calls.jsonl',
    [{ ...call, tags: { project: 'mine', cwd: '/work/other' } }, call].map((line) => JSON.stringify(line)).join('\n'),
  );
  await world.imported(['rollout.jsonl', 'calls.jsonl']);
  const rows = await world.rows(sql`select tags from usage_fact where tags['repository'] is not null`);
  expect(JSON.stringify(rows)).toContain('github.com/acme/app');
  expect(JSON.stringify(rows)).not.toContain('secret-marker');
  const { out } = await world.llmcost(['report', '--by', 'project', '--metrics', 'requests', '--csv']);
  expect(
    out
      .split('\r\n')
      .filter((line) => line.startsWith('group,'))
      .sort(),
  ).toEqual(['group,(none),1', 'group,app,1', 'group,mine,1']);
});
