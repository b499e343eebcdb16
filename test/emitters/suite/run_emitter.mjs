/**
 * Runs one emitter against a provider of its own: run_emitter.mjs SPECIFICATION. Meant to run in a network namespace that has
 * loopback alone, so that nothing an emitter does reaches anybody. Writes ledger.json and client.log.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startProvider } from '../provider/server.mjs';

const { folder, command, words, environment, limit, name } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const out = join(folder, 'out');
const provider = await startProvider(out, { name });
const fill = (text) =>
  text.replaceAll('{provider}', provider.address).replaceAll('{out}', out).replaceAll('{home}', join(folder, 'home'));
const log = openSync(join(folder, 'client.log'), 'w');
const child = spawn(fill(command), words.map(fill), {
  cwd: out,
  detached: true,
  stdio: ['ignore', log, log],
  env: {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: join(folder, 'home'),
    LANG: 'C.UTF-8',
    PROVIDER: provider.address,
    OUT: out,
    PYTHONDONTWRITEBYTECODE: '1',
    ...Object.fromEntries(Object.entries(environment).map(([key, value]) => [key, fill(value)])),
  },
});
const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), limit * 1000);
const exit = await new Promise((done) => child.on('close', (code, signal) => done(code ?? signal)));
clearTimeout(timer);
closeSync(log);
const { ledger, unknown } = provider;
writeFileSync(join(folder, 'ledger.json'), JSON.stringify({ exit, ledger, unknown }, null, 1));
await provider.close();
process.exit(0);
