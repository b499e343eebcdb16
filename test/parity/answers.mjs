// node answers.mjs BUILD ROOT SHARED OUT: runs all commands with the program in BUILD/dist; what they print goes to OUT as JSON.
import { copyFileSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { worlds } from './commands.mjs';

const [build, root, shared, out, only] = process.argv.slice(2);
const { main } = await import(pathToFileURL(join(build, 'dist/cli.js')).href);
const pattern = new RegExp(only ?? '');

function collector() {
  const chunks = [];
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  return [stream, () => Buffer.concat(chunks).toString('utf8')];
}

async function answer(argv, cwd, now) {
  const [stdout, printed] = collector();
  const [stderr, said] = collector();
  let code = 0;
  await main([...argv], {
    stdin: new PassThrough().end(),
    stdout,
    stderr,
    env: {},
    cwd,
    now: () => new Date(`${now}T12:00:00Z`),
    sleep: async () => {},
    interrupted: () => new AbortController().signal,
    setExitCode: (given) => {
      code = given;
    },
  });
  return `${printed()}${said()}exit code ${code}\n`.replaceAll(cwd, 'CWD');
}

const answers = {};
for (const world of worlds(root, shared).filter(({ name }) => pattern.test(name))) {
  const cwd = mkdtempSync(join(tmpdir(), 'llmcost-parity-'));
  for (const [name, path] of Object.entries(world.files ?? {})) copyFileSync(join(root, path), join(cwd, name));
  for (const [name, path] of Object.entries(world.links ?? {})) symlinkSync(path, join(cwd, name));
  for (const argv of world.make) await answer(argv, cwd, world.now);
  for (const argv of world.commands) answers[`${world.name}: ${argv.join(' ')}`] = await answer(argv, cwd, world.now);
  rmSync(cwd, { recursive: true });
  process.stderr.write(`${world.name}\n`);
}
writeFileSync(out, JSON.stringify(answers, null, 1));
