/*
 * The commands whose output two builds are compared by. A world is a folder with a database; `make` says how it is filled. Everything is
 * asked at noon (UTC) of the day `now`, so that what depends on the clock agrees.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DIMENSIONS =
  `provider model request_model customer feature environment user session trace operation status error_class http_status
  service_tier speed region attempt gateway_cached cost_status import api_key granularity hour day week month quarter year weekday
  hour_of_day input_tokens:0,1k,10k,100k output_tokens:0,100,1k latency_ms:0,1000,10000 cost:0,0.01,0.1`.split(/\s+/);

const REPORTS = [
  [],
  ['--by', 'feature,model', '--where', 'customer=initech', '--top', '4'],
  ['--by', 'week', '--since', '2026-10-05', '--until', '2026-10-19', '--tz', 'Europe/Berlin'],
  ['--by', 'customer', '--period', '2026-10', '--sort', 'requests:desc', '--top', '2'],
  ['--by', 'feature', '--metrics', 'latency'],
  [
    '--by',
    'model',
    '--metrics',
    'requests,error_rate,p95,cost_per_request,vs_min,cache_savings',
    '--sort',
    'p95',
    '--top',
    '3',
  ],
  ['--every', 'week', '--metrics', 'requests,cost,error_rate,p95,tokens_per_minute'],
  ['--by', 'customer', '--every', 'day', '--metrics', 'cost,share', '--top', '4'],
  ['--heatmap', '--metrics', 'requests', '--tz', 'Europe/Berlin'],
  ['--by', 'feature', '--period', '2026-W43', '--compare', 'previous'],
  ['--by', 'customer', '--period', '2026-W43', '--compare', 'previous', '--effects', '--top', '3'],
  ['--every', 'day', '--period', '2026-W43', '--compare', 'previous', '--metrics', 'requests,cost'],
  ['--by', 'model', '--compare', '2026-W40', '--period', '2026-W43'],
  ['--metrics', 'all', '--by', 'customer,model', '--wide'],
];

const demo = {
  name: 'demo',
  now: '2026-11-05',
  files: { 'calls.jsonl.gz': 'fixtures/demo/calls.jsonl.gz' },
  make: [['import', 'calls.jsonl.gz', '-q']],
  commands: [
    ...DIMENSIONS.map((dimension) => ['report', '--by', dimension, '--format', 'csv', '--top', '12']),
    ...REPORTS.flatMap((report) =>
      ['table', 'csv', 'json', 'jsonl', 'markdown', 'html'].map((format) => ['report', ...report, '--format', format]),
    ),
    ['dashboard', '--format', 'json'],
    ['dashboard', '--format', 'html', '-o', '-'],
    ...['table', 'csv', 'json', 'markdown', 'html'].flatMap((format) =>
      [
        ['drift', '--until', '2026-11-01', '--all'],
        ['drift', '--until', '2026-11-01', '--metric', 'output_tokens', '--by', 'customer'],
        ['explain', '--period', '2026-W43'],
        ['explain', '--day', '2026-10-21'],
        ['waste', '--top', '3'],
        ['forecast', '--by', 'customer', '--at', '2026-10-30', '--period', 'week', '--top', '4'],
        ['forecast', '--at', '2026-10-20'],
        ['margin', '--period', '2026-10'],
        ['simulate', '--swap', 'claude-*=gpt-5-mini', '--by', 'customer', '--top', '3'],
        ['simulate', '--batch', 'feature=summaries'],
        ['simulate', '--all', '--provider', 'openai', '--where', 'feature=summaries', '--top', '5'],
      ].map((command) => [...command, '--format', format]),
    ),
    ...['table', 'csv', 'json', 'markdown', 'github', 'junit', 'sarif', 'gitlab'].flatMap((format) => [
      [
        'budget-check',
        '--limit',
        '20 USD',
        '--where',
        'model=gpt-5-2025-08-07',
        '--at',
        '2026-10-31',
        '--format',
        format,
      ],
      ['budget-check', '--limit', '1 USD', '--group-by', 'customer', '--at', '2026-10-24', '--all', '--format', format],
    ]),
    ['why', 'chatcmpl-ZikLNRAqsa3QXak7tBuKPk'],
    ['why', 'chatcmpl-ZikLNRAqsa3QXak7tBuKPk', '--format', 'json'],
    ['imports', 'list', '--format', 'csv'],
    ['attribute', '--dry-run', '--format', 'json'],
    ['quality', 'list', '--format', 'json'],
    ['pricing', 'status'],
    ['pricing', 'status', '--format', 'json'],
    ['pricing', 'history', '--format', 'csv'],
    ['pricing', 'show', 'o3', '--provider', 'openai'],
    ['pricing', 'show', 'claude-sonnet-4-5', '--format', 'json'],
    ['pricing', 'list', '--provider', 'anthropic', '--format', 'csv'],
    ['pricing', 'list', '--format', 'csv'],
    [
      'pricing',
      'cost',
      'claude-sonnet-4-5',
      '--input-tokens',
      '250000',
      '--output-tokens',
      '1000',
      '--at',
      '2026-11-01',
    ],
    ['pricing', 'diff', '2025-06-01', '2025-06-30', '--model', 'o3*', '--provider', 'openai', '--on', '2026-10'],
    ['pricing', 'override', 'list'],
    ['pricing', 'alias', 'list'],
    ['schema'],
    ['schema', 'report'],
    ['schema', 'config'],
    ['report', '--by', 'nothing'],
    ['report', '--metrics', 'nothing'],
    ['report', '--period', 'someday'],
    ['report', '--where', 'model'],
    ['budget-check', '--limit', 'much'],
    ['why', 'nobody'],
  ],
};

/** A world for the sample of each format: how it is read, and what is known of its calls. */
function formatWorlds(root) {
  return readdirSync(join(root, 'fixtures'))
    .filter((name) => existsSync(join(root, 'fixtures', name, 'expected.json')))
    .map((name) => {
      const sample = readdirSync(join(root, 'fixtures', name)).find((file) => file.startsWith('sample.'));
      return {
        name: `format ${name}`,
        now: '2026-11-05',
        files: { [sample]: `fixtures/${name}/${sample}` },
        make: [],
        commands: [
          ['import', sample, '--summary', 'json', '--max-rejects', '100%'],
          ['report', '--metrics', 'all', '--by', 'provider,model,cost_status', '--format', 'csv', '-q'],
        ],
      };
    });
}

/** Real files beside the checkout, where there are any. */
function sharedWorlds(shared) {
  const folders = ['samples', 'datasets/claude-code', 'datasets/codex', 'datasets/langfuse', 'datasets/openhands'];
  return folders
    .filter((folder) => existsSync(join(shared, folder)))
    .map((folder) => ({
      name: `shared ${folder}`,
      now: '2026-11-05',
      links: { real: join(shared, folder) },
      make: [],
      commands: [
        ['import', 'real', '--summary', 'json', '--max-rejects', '100%', '-q'],
        ['report', '--by', 'import,provider,model', '--metrics', 'all', '--format', 'csv'],
        ['report', '--by', 'day', '--format', 'json', '-q'],
        ['report', '--by', 'cost_status', '--format', 'table'],
        ['margin', '--format', 'json'],
        ['waste', '--format', 'json'],
        ['pricing', 'status', '--format', 'json'],
        ['imports', 'list', '--format', 'csv'],
      ],
    }));
}

/** All worlds: the demo, the samples of `root`, the data beside it. */
export function worlds(root, shared) {
  return [demo, ...formatWorlds(root), ...sharedWorlds(shared)];
}
