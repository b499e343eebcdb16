import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { BUNDLE_DIRECTORY } from '../../src/commands/pricing/book.js';
import { loadBundledBook } from '../../src/rate/bundle/bundle.js';
import { knownModels } from '../../src/rate/models/index.js';
import { buildResolver, type Resolver } from '../../src/rate/models/resolve.js';
import { inMemory, NOW } from '../rate/price_rows.js';
import { realFile } from './real_files.js';

const FOLDERS = [realFile('samples'), realFile('datasets')];
const present = FOLDERS.every((folder) => folder.present);

/** The keys under which logs keep the name of a model, also as an attribute of OpenTelemetry. */
const KEYS = [
  'model',
  'modelId',
  'modelID',
  'model_id',
  'model_name',
  'model_group',
  'model_permaslug',
  'model_version',
  'modelName',
  'modelVersion',
  'modelDeploymentName',
  'ai_model',
  'ls_model_name',
  'request_model',
  'response_model',
  'gen_ai\\.request\\.model',
  'gen_ai\\.response\\.model',
  'llm\\.model_name',
].join('|');
const NAMED = new RegExp(`"(?:${KEYS})"\\s*:\\s*"([^"]{0,200})"`, 'g');
const ATTRIBUTE = new RegExp(
  `"key"\\s*:\\s*"(?:${KEYS})"\\s*,\\s*"value"\\s*:\\s*\\{\\s*"stringValue"\\s*:\\s*"([^"]{0,200})"`,
  'g',
);

/** Every name of a model in the files, once. JSON in a string has its quotes escaped. */
function modelStrings(): string[] {
  const found = new Set<string>();
  const paths = FOLDERS.flatMap(({ path }) =>
    readdirSync(path, { recursive: true, encoding: 'utf8' }).map((name) => `${path}/${name}`),
  );
  for (const path of paths.filter((name) => /\.(json|jsonl|ndjson|txt|log)$/.test(name))) {
    const text = readFileSync(path, 'utf8').replaceAll('\\"', '"');
    for (const pattern of [NAMED, ATTRIBUTE]) for (const [, name = ''] of text.matchAll(pattern)) found.add(name);
  }
  return [...found].sort();
}

/** Looked at one by one: what has no price while nothing but the string is known, by the rule that says why. */
const UNPRICED: Record<string, readonly string[]> = {
  // A column left empty, Claude Code's own messages, the default version of a deployment.
  no_model: ['', '<synthetic>', 'default'],
  opaque_arn: ['arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/abc123def456'],
  no_provider: [
    // Versions, deployments and stand-ins: no names of models.
    '0301',
    '2024-08-06',
    'chat-prod',
    'fixture-model',
    'm1',
    // Open weights: every host has a price of its own.
    'Qwen/Qwen2.5-VL-72B-Instruct',
    'deepseek-ai/DeepSeek-R1',
    'glm-4.7',
    'glm-5.2',
    'gpt-oss-120b',
    'gpt-oss:20b',
    'llama-3.3-70b-versatile',
    'llama3-8b-8192',
    'meta-llama/Llama-4-Scout-17B-16E-Instruct',
    'meta-llama/llama-4-maverick-17b-128e-instruct',
    'meta-llama/llama-4-scout-17b-16e-instruct',
    'mistralai/mistral-small',
    'openai/gpt-oss-120b',
    'qwen-3-coder-480b',
    'qwen/qwen3-30b-a3b-instruct-2507',
    'qwen/qwen3-32b',
    'qwen3:0.6b',
    'z-ai/glm-4.6',
    'zai-glm-4.7',
  ],
  not_found: [
    // Not in any list: an old minor version, a system of several models, a distillation DeepSeek does not sell.
    'claude-2.1',
    'deepseek-r1-distill-llama-70b',
    'groq/compound',
    // Names of deployments, and of a model group behind a proxy.
    'gpt-chat-pilot',
    'openai/openrouter-llama-4-maverick',
  ],
};

describe.skipIf(!present)(`model strings of real logs (SKIPPED when ${FOLDERS[0]?.path} is absent)`, () => {
  let resolve: Resolver;
  beforeAll(() =>
    inMemory(async (store) => {
      await loadBundledBook(store, BUNDLE_DIRECTORY, NOW);
      resolve = buildResolver(await knownModels(store), []);
    }),
  );

  test('each has a price or a reason that was looked at', () => {
    const strings = modelStrings();
    expect(strings.length).toBeGreaterThan(100);
    const unpriced: Record<string, string[]> = {};
    for (const model of strings) {
      const found = resolve({ provider: null, model, region: null });
      if (found.kind !== 'unpriced') continue;
      const rule = found.rule.slice(found.rule.lastIndexOf('+') + 1);
      unpriced[rule] = [...(unpriced[rule] ?? []), model];
    }
    const looked = Object.entries(UNPRICED).map(([rule, models]) => [rule, [...models].sort()]);
    expect(unpriced).toEqual(Object.fromEntries(looked));
  });

  test('none of the priced ones is an assumption', () => {
    const assumed = modelStrings().filter((model) => {
      const found = resolve({ provider: null, model, region: null });
      return found.kind === 'priced' && found.assumed;
    });
    expect(assumed).toEqual([]);
  });

  test('with the host in the log, open weights have the price of that host', () => {
    const price = (provider: string, model: string) => {
      const found = resolve({ provider, model, region: null });
      return found.kind === 'priced' ? `${found.price_provider}/${found.price_model}` : found.rule;
    };
    expect(price('groq', 'llama-3.3-70b-versatile')).toBe('groq/llama-3.3-70b-versatile');
    expect(price('together', 'deepseek-ai/DeepSeek-R1')).toBe('together_ai/deepseek-ai/DeepSeek-R1');
    expect(price('openrouter', 'z-ai/glm-4.6')).toBe('openrouter/z-ai/glm-4.6');
    expect(price('cerebras', 'zai-glm-4.7')).toBe('cerebras/zai-glm-4.7');
    expect(price('ollama', 'qwen3:0.6b')).toBe('self_hosted');
  });
});
