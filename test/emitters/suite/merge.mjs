/**
 * What a service makes of the pieces that its SDK posts, in one file: LangSmith's runs begin with one post and end with
 * another, Braintrust's rows are merged by id. A user gets the whole from the service.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function mergeLines(folder, from, to, keyOf, merge) {
  const lines = readFileSync(join(folder, from), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const whole = new Map();
  for (const line of lines) whole.set(keyOf(line), merge(whole.get(keyOf(line)) ?? {}, line));
  writeFileSync(join(folder, to), [...whole.values()].map((value) => `${JSON.stringify(value)}\n`).join(''));
  rmSync(join(folder, from));
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function mergeDeep(before, after) {
  const merged = { ...before };
  for (const [key, value] of Object.entries(after)) {
    if (value === null && merged[key] !== undefined) continue;
    merged[key] = isObject(value) && isObject(merged[key]) ? mergeDeep(merged[key], value) : value;
  }
  return merged;
}

export const MERGES = {
  langsmith: (folder) => mergeLines(folder, 'langsmith-posts.jsonl', 'runs.jsonl', ({ id }) => id, mergeDeep),
  braintrust: (folder) => mergeLines(folder, 'braintrust-posts.jsonl', 'logs.jsonl', ({ id }) => id, mergeDeep),
  genkit: (folder) => mergeLines(folder, 'genkit-posts.jsonl', 'traces.jsonl', ({ traceId }) => traceId, mergeDeep),
};
