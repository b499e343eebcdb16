import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { main } from '../../src/cli.js';
import { readConfig } from '../../src/config/config.js';
import { notifyTargets } from '../../src/config/notify.js';
import { mailed } from '../../src/notify/mail.js';
import { slackBody, webhookBody } from '../../src/notify/message.js';
import { posted } from '../../src/notify/webhook.js';
import { withStore } from '../../src/store/store.js';
import { fakeIo } from '../fake_io.js';
import { addUsage } from '../query/usage_rows.js';
import { mailServer, webhook } from './servers.js';

const cwd = mkdtempSync(join(tmpdir(), 'llmcost-notify-'));
const BREACH = '<b>, <b>acme & co: breached, cost USD 12 of USD 10 (120.00%) (2026-10-01 → 2026-11-01)';
const VERDICT = 'verdict: breach (exit code 1): 1 breach, 1 ok\n';

beforeAll(async () => {
  writeFileSync(
    join(cwd, 'llmcost.yaml'),
    `\
budgets:
  - {name: <b>, group_by: [customer], limit: 10 USD, max_price_age: any}
notify:
  - {name: chat, slack: $CHAT_URL}
  - {name: hook, webhook: HOOK_URL, on: [breach]}
  - {name: mail, smtp: SMTP_URL, from: llmcost@example.com, to: [ops@example.com]}
`,
  );
  await withStore(join(cwd, 'llmcost.duckdb'), { access: 'write' }, (store) =>
    addUsage(store, [
      { customer: '<b>acme & co', cost: '12', occurred_at: '2026-10-14 09:00:00' },
      { customer: 'globex', cost: '1', occurred_at: '2026-10-14 09:00:00' },
    ]),
  );
});

async function check(env: Record<string, string>, ...argv: string[]) {
  const io = fakeIo({ cwd, env });
  await main(['budget-check', ...argv], io);
  return { err: io.err(), code: io.exitCode(), waits: io.waits };
}

test('--dry-run sends nothing and remembers nothing', async () => {
  const server = await webhook(200);
  const { err, code } = await check({ CHAT_URL: server.url }, '--notify', 'chat', '--dry-run');
  server.close();
  expect(server.bodies).toEqual([]);
  expect([err, code]).toEqual([
    `chat (slack) would be sent:\n  llmcost: 1 budget needs attention\n  breach: ${BREACH}\n${VERDICT}`,
    1,
  ]);
});

test('failures are told, tried again, and change no verdict', async () => {
  const broken = await webhook(500);
  const gone = await webhook(404);
  const refusing = await mailServer('550 no such user');
  const failed = await check({ CHAT_URL: broken.url, HOOK_URL: gone.url, SMTP_URL: refusing.url });
  for (const server of [broken, gone, refusing]) server.close();
  expect(failed).toEqual({
    err: `\
note: chat was not told: it answered 500 Internal Server Error. The next check tries again.
note: hook was not told: it answered 404 Not Found. The next check tries again.
note: mail was not told: the mail was not taken (EENVELOPE 550). The next check tries again.
${VERDICT}`,
    code: 1,
    waits: [1000, 2000],
  });
  expect([broken.bodies.length, gone.bodies.length, refusing.mails.length]).toEqual([3, 1, 0]);
  const nobody = await check({ CHAT_URL: broken.url, HOOK_URL: 'hook' });
  expect(nobody.err).toBe(`\
note: chat was not told: no answer (ECONNREFUSED). The next check tries again.
note: hook was not told: it is no web address. The next check tries again.
note: mail was not told: the variable SMTP_URL is not set. The next check tries again.
${VERDICT}`);
  expect(nobody.code).toBe(1);
  expect((await check({ SMTP_URL: 'http://x' }, '--notify', 'mail')).err).toContain(
    'it is no address smtp://HOST:PORT',
  );
});

test('everybody is told once of a budget, group, period and verdict', async () => {
  const chat = await webhook(503, 200);
  const hook = await webhook(200);
  const mail = await mailServer();
  const env = { CHAT_URL: chat.url, HOOK_URL: hook.url, SMTP_URL: mail.url };
  const first = await check(env);
  expect(first).toEqual({
    err: `chat was told of 1 budget.\nhook was told of 1 budget.\nmail was told of 1 budget.\n${VERDICT}`,
    code: 1,
    waits: [1000],
  });
  expect(JSON.parse(chat.bodies[1] ?? '')).toEqual({
    text: `*llmcost: 1 budget needs attention*\n• breach: ${BREACH.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}`,
  });
  expect(JSON.parse(hook.bodies[0] ?? '')).toMatchObject({
    schema: 'llmcost.notification/1',
    subject: 'llmcost: 1 budget needs attention',
    rows: [{ rule: '<b>', verdict: 'breach', used: '12.000000000000000000' }],
  });
  expect(mail.mails[0]).toContain('Subject: llmcost: 1 budget needs attention');
  expect(mail.mails[0]).toContain('To: ops@example.com');
  expect(await check(env)).toEqual({ err: VERDICT, code: 1, waits: [] });
  expect(await check(env, '--no-notify')).toEqual({ err: VERDICT, code: 1, waits: [] });
  // Another limit is another matter.
  const other = await check(
    env,
    '--at',
    '2026-10-15',
    '--notify',
    'hook',
    '--limit',
    '5 USD',
    '--max-price-age',
    'any',
  );
  expect(other.err).toContain('hook was told of 1 budget.\n');
  expect([chat.bodies.length, hook.bodies.length, mail.mails.length]).toEqual([2, 2, 1]);
  for (const server of [chat, hook, mail]) server.close();
});

test('--notify names a target of the file', async () => {
  expect(await check({}, '--notify', 'pager')).toMatchObject({
    err: "llmcost: --notify 'pager' is no target of the section notify of llmcost.yaml.\nThere are: chat, hook, mail.\n",
    code: 2,
  });
});

test.each([
  ['{name: a}', 'notify[0]: must have one of slack, webhook and smtp.'],
  [
    '{name: a, slack: https://hooks.example.com/x}',
    'notify[0].slack: must be the name of a variable of the environment that holds the address, such as SLACK_WEBHOOK_URL.',
  ],
  ['{name: a, smtp: X}', 'notify[0]: with smtp must have from and to.'],
  ['{name: a, slack: X, to: [b]}', 'notify[0]: can have from and to only with smtp.'],
  ['{name: a, slack: X}, {name: a, slack: Y}', "notify[1].name: there is a target 'a' before."],
])('%s', async (entry, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmcost-notify-'));
  writeFileSync(join(folder, 'llmcost.yaml'), `notify: [${entry}]`);
  const read = async () => notifyTargets(await readConfig(undefined, fakeIo({ cwd: folder })));
  await expect(read()).rejects.toThrow(`llmcost.yaml:1: ${message}`);
});

test('names from data mention nobody', () => {
  const message = {
    subject: '@everyone',
    lines: ['customer @here, <!channel>, ＠all, a@b.example'],
    rows: [],
    at: 'now',
  };
  expect(JSON.parse(slackBody(message)).text).toBe(
    '*@\u200beveryone*\n• customer @\u200bhere, &lt;!channel&gt;, ＠\u200ball, a@\u200bb.example',
  );
  expect(JSON.parse(webhookBody(message)).subject).toBe('@\u200beveryone');
});

test('one time-out holds for all webhooks, and a password is not sent without encryption unless the address says so', async () => {
  const server = await webhook(500);
  const over = await posted(server.url, '{}', fakeIo({ cwd }), AbortSignal.abort());
  server.close();
  expect([over, server.bodies]).toEqual(['the time for notifications was over', []]);
  const mail = await mailServer();
  const login = mail.url.replace('smtp://', 'smtp://user:pass@');
  const message = { subject: 's', lines: [], rows: [], at: 'now' };
  const target = { from: 'a@example.com', to: ['b@example.com'] };
  expect(await mailed(login, message, target)).toBe('the mail was not taken (ETLS 502)');
  expect(await mailed(login.replace('pass', 'pa%ss'), message, target)).toBe(
    'its user or password has a % that is no escape; write %25 for a percent sign',
  );
  expect(mail.mails).toEqual([]);
  mail.close();
});
