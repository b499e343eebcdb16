import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

const HOLD = `
import { DuckDBInstance } from '@duckdb/node-api';
const instance = await DuckDBInstance.create(process.argv[1], { access_mode: process.argv[2] });
process.stdout.write('held');
process.stdin.resume().on('end', () => instance.closeSync());
`;

/** Another process that holds a database file until it is told to let go. */
export interface Holder {
  pid: number;
  letGo: () => Promise<void>;
}

/** Starts a process that opens the file, for writing unless told otherwise; resolves when it has it. */
export async function hold(path: string, access: 'READ_WRITE' | 'READ_ONLY' = 'READ_WRITE'): Promise<Holder> {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', HOLD, path, access], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { pid, stdin, stdout } = child;
  if (pid === undefined || stdin === null || stdout === null) throw new Error('the holder could not be started');
  await once(stdout, 'data');
  const gone = once(child, 'exit');
  return {
    pid,
    letGo: async () => {
      stdin.end();
      await gone;
    },
  };
}
