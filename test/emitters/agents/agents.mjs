/**
 * Coding agents without a terminal: agents.mjs NAME. Each gets an empty home, a configuration that points at the provider,
 * and a few things to do: a session, another one, and one that goes on.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const { PACKAGES, PROVIDER, HOME, OUT } = process.env;
const OPENAI = `${PROVIDER}/v1`;
const SONNET = 'claude-sonnet-4-5-20250929';
const BIN = [join(PACKAGES, 'node_modules/.bin'), join(PACKAGES, 'bin')];

function writeHome(path, content) {
  const file = join(HOME, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
}

/** Runs a program in an empty folder; what it prints goes to `saved`, if that is named. */
function run(program, words, { environment = {}, saved } = {}) {
  const folder = join(HOME, 'shop');
  mkdirSync(folder, { recursive: true });
  const done = spawnSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    input: '',
    timeout: 90_000,
    env: { ...process.env, PATH: [...BIN, process.env.PATH].join(':'), TERM: 'dumb', NO_COLOR: '1', ...environment },
  });
  process.stderr.write(`${program} ${words.join(' ')}: ${done.status ?? done.error}\n${done.stderr}\n`);
  if (saved === undefined) process.stderr.write(done.stdout);
  else writeFileSync(join(OUT, saved), done.stdout);
  if (done.status !== 0) throw new Error(`${program} ended with ${done.status ?? done.error}`);
}

function codex() {
  writeHome(
    '.codex/config.toml',
    `model = "gpt-5"
model_provider = "shop"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.shop]
name = "shop"
base_url = "${OPENAI}"
env_key = "SHOP_KEY"
wire_api = "responses"
`,
  );
  const environment = { SHOP_KEY: 'none', CODEX_HOME: join(HOME, '.codex') };
  const exec = ['exec', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];
  run('codex', [...exec, 'say hello'], { environment });
  run('codex', [...exec, '-m', 'gpt-5-mini', 'another session'], { environment });
  run('codex', [...exec, 'resume', '--last', 'go on'], { environment });
}

function claude(more = []) {
  const environment = {
    ANTHROPIC_BASE_URL: PROVIDER,
    ANTHROPIC_API_KEY: 'none',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    IS_SANDBOX: '1',
  };
  const print = ['-p', '--dangerously-skip-permissions', '--model', SONNET, ...more];
  run('claude', [...print, 'say hello'], { environment });
  run('claude', [...print, 'another session'], { environment });
  run('claude', [...print, '--continue', 'go on'], { environment });
}

function gemini() {
  const settings = {
    security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
    telemetry: { enabled: true, target: 'local', outfile: join(HOME, 'telemetry.log'), logPrompts: false },
  };
  writeHome('.gemini/settings.json', settings);
  const environment = { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: PROVIDER, GEMINI_CLI_NO_RELAUNCH: 'true' };
  const words = ['--yolo', '--skip-trust', '-m', 'gemini-2.5-flash', '-p'];
  run('gemini', [...words, 'say hello'], { environment });
  run('gemini', [...words, 'another session'], { environment });
}

function qwen() {
  const settings = {
    security: { auth: { selectedType: 'openai' }, folderTrust: { enabled: false } },
    general: { disableAutoUpdate: true, enableAutoUpdate: false },
    privacy: { usageStatisticsEnabled: false },
  };
  writeHome('.qwen/settings.json', settings);
  const environment = { OPENAI_API_KEY: 'none', OPENAI_BASE_URL: OPENAI, OPENAI_MODEL: 'gpt-4o-mini' };
  const words = ['--yolo', '--auth-type', 'openai', '-m', 'gpt-4o-mini'];
  run('qwen', [...words, '-p', 'say hello'], { environment });
  run('qwen', [...words, '-p', 'another session'], { environment });
  run('qwen', [...words, '--continue', '-p', 'go on'], { environment });
}

function opencode() {
  const limit = { context: 200000, output: 32000 };
  writeHome('.config/opencode/opencode.json', {
    autoupdate: false,
    share: 'disabled',
    model: 'openai/gpt-5',
    small_model: 'openai/gpt-5-mini',
    provider: {
      openai: {
        npm: '@ai-sdk/openai',
        options: { baseURL: OPENAI, apiKey: 'none' },
        models: { 'gpt-5': { name: 'gpt-5', limit }, 'gpt-5-mini': { name: 'gpt-5-mini', limit } },
      },
      anthropic: {
        npm: '@ai-sdk/anthropic',
        options: { baseURL: OPENAI, apiKey: 'none' },
        models: { [SONNET]: { name: 'sonnet', limit } },
      },
    },
  });
  const environment = {
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
  };
  run('opencode', ['run', '-m', 'openai/gpt-5', 'say hello'], { environment });
  run('opencode', ['run', '-m', `anthropic/${SONNET}`, 'another session'], { environment });
  run('opencode', ['run', '-m', `anthropic/${SONNET}`, '--continue', 'go on'], { environment });
}

function pi() {
  const model = (id, reasoning) => ({
    id,
    name: id,
    reasoning,
    input: ['text'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 200000,
    maxTokens: 32000,
  });
  const provider = (baseUrl, api, id, reasoning) => ({ baseUrl, api, apiKey: 'none', models: [model(id, reasoning)] });
  writeHome('.pi/agent/models.json', {
    providers: {
      shop: provider(OPENAI, 'openai-responses', 'gpt-5', true),
      chat: provider(OPENAI, 'openai-completions', 'gpt-4o-mini', false),
      claude: provider(PROVIDER, 'anthropic-messages', SONNET, true),
      google: provider(`${PROVIDER}/v1beta`, 'google-generative-ai', 'gemini-2.5-flash', true),
    },
  });
  const environment = { PI_OFFLINE: '1', PI_TELEMETRY: '0', PI_SKIP_VERSION_CHECK: '1' };
  run('pi', ['-p', '--provider', 'shop', '--model', 'gpt-5', 'say hello'], { environment });
  run('pi', ['-p', '--provider', 'claude', '--model', SONNET, '--continue', 'go on'], { environment });
  run('pi', ['-p', '--provider', 'google', '--model', 'gemini-2.5-flash', 'another session'], { environment });
  run('pi', ['-p', '--provider', 'chat', '--model', 'gpt-4o-mini', 'one more'], { environment });
}

function continueCli() {
  const config = (provider, model, apiBase) => `name: shop
version: 1.0.0
schema: v1
models:
  - {name: shop, provider: ${provider}, model: ${model}, apiBase: "${apiBase}", apiKey: none, roles: [chat]}
`;
  writeHome('openai.yaml', config('openai', 'gpt-4o-mini', OPENAI));
  writeHome('claude.yaml', config('anthropic', SONNET, OPENAI));
  const environment = {
    CONTINUE_TELEMETRY_ENABLED: '0',
    FORCE_NO_TTY: '1',
    CONTINUE_CLI_DISABLE_COMMIT_SIGNATURE: '1',
  };
  const words = (file) => ['-p', '--auto', '--config', join(HOME, file)];
  run('cn', [...words('openai.yaml'), 'say hello'], { environment });
  run('cn', [...words('claude.yaml'), 'another session'], { environment });
}

function copilot() {
  const environment = {
    COPILOT_OFFLINE: 'true',
    COPILOT_PROVIDER_BASE_URL: OPENAI,
    COPILOT_PROVIDER_API_KEY: 'none',
    COPILOT_PROVIDER_WIRE_API: 'responses',
    COPILOT_MODEL: 'gpt-5',
    COPILOT_AUTO_UPDATE: 'false',
  };
  const words = ['--allow-all-tools', '--disable-client-telemetry', '-p'];
  run('copilot', [...words, 'say hello'], { environment });
  const claudes = { COPILOT_PROVIDER_TYPE: 'anthropic', COPILOT_PROVIDER_BASE_URL: PROVIDER, COPILOT_MODEL: SONNET };
  run('copilot', [...words, 'another session'], { environment: { ...environment, ...claudes } });
}

function gptme() {
  const environment = {
    OPENAI_API_KEY: 'none',
    OPENAI_BASE_URL: OPENAI,
    ANTHROPIC_API_KEY: 'none',
    ANTHROPIC_BASE_URL: PROVIDER,
    GPTME_CHECK: 'false',
  };
  run('gptme', ['-n', '--no-confirm', '-m', 'openai/gpt-4o-mini', '--name', 'one', 'say hello'], { environment });
  run('gptme', ['-n', '--no-confirm', '-m', `anthropic/${SONNET}`, '--name', 'two', 'another one'], { environment });
}

const AGENTS = { codex, claude, gemini, qwen, opencode, pi, continue: continueCli, copilot, gptme };

AGENTS[process.argv[2]]();
