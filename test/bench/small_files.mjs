// Thousands of short files: node test/bench/small_files.mjs [FILES=100000] [FOLDER]. Logs of Amazon Bedrock's model invocations as
// they lie in a bucket, packed, in a folder for each hour. Prints milliseconds a file, of a first and of a second import, the
// most memory, and how long the printed summary is.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { milliseconds } from './measure.mjs';
import { BINARY, importFile } from './program.mjs';

const MODELS = [
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'amazon.nova-pro-v1:0',
  'anthropic.claude-haiku-4-5-20251001-v1:0',
];
const FILES_AN_HOUR = 140;
const CALLS = 3;

/** @param {number} number */
function call(number) {
  const [input, output] = [100 + ((number * 7919) % 4000), 20 + ((number * 104_729) % 800)];
  return {
    timestamp: new Date(Date.UTC(2026, 8, 1) + number * 8000).toISOString(),
    accountId: '123456789012',
    identity: { arn: `arn:aws:sts::123456789012:assumed-role/app-${number % 9}/worker` },
    region: 'us-east-1',
    requestId: `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`,
    operation: 'InvokeModel',
    modelId: MODELS[number % MODELS.length],
    input: {
      inputContentType: 'application/json',
      inputBodyJson: { messages: [{ role: 'user', content: 'x'.repeat(300) }] },
      inputTokenCount: input,
    },
    output: { outputContentType: 'application/json', outputTokenCount: output },
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  };
}

/** @param {string} folder @param {number} files */
function write(folder, files) {
  for (let file = 0; file < files; file++) {
    const hour = Math.floor(file / FILES_AN_HOUR);
    const start = new Date(Date.UTC(2026, 8, 1) + hour * 3_600_000).toISOString();
    const place = join(folder, start.slice(0, 4), start.slice(5, 7), start.slice(8, 10), start.slice(11, 13));
    if (file % FILES_AN_HOUR === 0) mkdirSync(place, { recursive: true });
    const lines = Array.from({ length: CALLS }, (_, index) => JSON.stringify(call(file * CALLS + index)));
    writeFileSync(join(place, `${file.toString(36).padStart(8, '0')}.json.gz`), gzipSync(`${lines.join('\n')}\n`));
  }
}

const files = Number(process.argv[2] ?? 100_000);
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), 'llmcost-files-'));
try {
  write(join(folder, 'logs'), files);
  const database = join(folder, 'usage.duckdb');
  for (const what of ['first', 'second']) {
    let spent = { memory: 0, cpu: 0 };
    const time = await milliseconds(() => {
      spent = importFile(join(folder, 'logs'), database);
    });
    const each = `${(time / files).toFixed(2)} ms a file, ${(spent.cpu / files).toFixed(2)} ms of a processor`;
    process.stdout.write(`${what} import of ${files} files: ${each}, ${(spent.memory / 1e9).toFixed(2)} GB\n`);
  }
  const { stdout } = spawnSync(process.execPath, [BINARY, 'import', join(folder, 'logs'), '--db', database], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const lines = stdout.trimEnd().split('\n');
  process.stdout.write(`summary: ${lines.length} lines, the last one: ${lines.at(-1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
