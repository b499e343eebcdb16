import { join } from 'node:path';
import { NoAgents, UsageError } from '../../errors.js';
import { kindOf } from './source.js';

/** A coding agent and where it keeps what its calls used. */
interface Agent {
  name: string;
  title: string;
  /** The variable that moves its folder; several folders are separated by commas. */
  variable?: string;
  /** Its own folders, one of which the variable replaces. */
  folders: readonly string[];
  /** What holds usage inside of them: folders, files or globs. */
  logs: readonly string[];
}

/** Where programs keep data and settings, by platform; HOME stands for the user's folder. */
const DATA = '$DATA';
const SETTINGS = '$SETTINGS';
/** Editors whose extensions keep their tasks in globalStorage. */
const EDITORS = ['Code', 'Code - Insiders', 'VSCodium', 'Cursor', 'Windsurf'];

/** Agents of which a format reads the logs; docs/formats.md tells of each. */
const AGENTS: readonly Agent[] = [
  agent('claude-code', 'Claude Code', ['~/.claude', `${SETTINGS}/claude`], ['projects'], 'CLAUDE_CONFIG_DIR'),
  agent('codex', 'Codex', ['~/.codex'], ['sessions', 'archived_sessions'], 'CODEX_HOME'),
  agent('gemini-cli', 'Gemini CLI', ['~/.gemini'], ['tmp/*/chats/*.{json,jsonl}'], 'GEMINI_DIR'),
  agent('qwen-code', 'Qwen Code', ['~/.qwen'], ['projects/*/chats/*.jsonl'], 'QWEN_HOME'),
  agent('opencode', 'OpenCode', [`${DATA}/opencode`], ['opencode*.db', 'storage/message'], 'OPENCODE_DATA_DIR'),
  agent('kilo', 'Kilo', [`${DATA}/kilo`], ['kilo*.db', 'storage/message']),
  agent('copilot-cli', 'Copilot CLI', ['~/.copilot'], ['session-state'], 'COPILOT_HOME'),
  agent('cline', 'Cline', ['~/.cline/data'], ['sessions/*/*.messages.json']),
  agent('cline-editor', 'Cline in an editor', editors('saoudrizwan.claude-dev'), ['tasks/*/ui_messages.json']),
  agent('roo-code', 'Roo Code', editors('rooveterinaryinc.roo-cline'), ['tasks/*/ui_messages.json']),
  agent('kilo-code', 'Kilo Code', editors('kilocode.kilo-code'), ['tasks/*/ui_messages.json']),
  agent('continue', 'Continue', ['~/.continue'], ['sessions/*.json'], 'CONTINUE_GLOBAL_DIR'),
  agent('pi', 'pi', ['~/.pi/agent'], ['sessions'], 'PI_CODING_AGENT_DIR'),
  agent('kimi', 'Kimi', ['~/.kimi', '~/.kimi-code'], ['sessions'], 'KIMI_SHARE_DIR'),
  agent('vibe', 'Mistral Vibe', ['~/.vibe'], ['logs/session'], 'VIBE_HOME'),
  agent('openhands', 'OpenHands', ['~/.openhands'], ['conversations'], 'OPENHANDS_PERSISTENCE_DIR'),
  agent('openclaw', 'OpenClaw', ['~/.openclaw'], ['agents'], 'OPENCLAW_STATE_DIR'),
  agent('hermes', 'Hermes', ['~/.hermes'], ['state.db'], 'HERMES_HOME'),
  agent('gptme', 'gptme', [`${DATA}/gptme`], ['logs/*/conversation.jsonl']),
  agent('amp', 'Amp', [`${DATA}/amp`], ['threads']),
  agent('droid', 'Droid', ['~/.factory'], ['sessions']),
  agent('goose', 'Goose', [`${DATA}/goose`], ['sessions']),
  agent('zed', 'Zed', [`${DATA}/zed`], ['threads/threads.db']),
  agent('grok-build', 'Grok Build', ['~/.grok'], ['sessions'], 'GROK_HOME'),
  agent('codebuff', 'Codebuff', ['~/.config/manicode'], ['projects/*/chats/*/chat-messages.json']),
  agent('mux', 'Mux', ['~/.mux'], ['sessions'], 'MUX_ROOT'),
];

function agent(
  name: string,
  title: string,
  folders: readonly string[],
  logs: readonly string[],
  variable?: string,
): Agent {
  return { name, title, folders, logs, ...(variable === undefined ? {} : { variable }) };
}

function editors(extension: string): string[] {
  return EDITORS.map((editor) => `${SETTINGS}/${editor}/User/globalStorage/${extension}`);
}

/** The logs of an agent on this machine. */
export interface AgentLogs {
  name: string;
  title: string;
  /** Folders, files and globs, absolute. */
  paths: string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where coding agents keep their logs on this machine: by the variable of each (CLAUDE_CONFIG_DIR, CODEX_HOME, …), the XDG folders, or
 * its own default. `only` narrows it to some agents by name. Throws UsageError for a name there is not.
 */
export function findAgents(env: Env, only: readonly string[] = []): AgentLogs[] {
  const unknown = only.find((name) => !AGENTS.some((one) => one.name === name));
  if (unknown !== undefined) {
    throw new UsageError(
      `--from '${unknown}' is no agent whose logs llmcost finds by itself.\nIt finds: ${AGENTS.map(({ name }) => name).join(', ')}. Anything else: llmcost import <files>`,
    );
  }
  return AGENTS.filter(({ name }) => only.length === 0 || only.includes(name)).flatMap((one) => {
    const paths = foldersOf(one, env).flatMap((folder) => logsIn(folder, one.logs));
    return paths.length === 0 ? [] : [{ name: one.name, title: one.title, paths }];
  });
}

/** What to say where no agent has logs. */
export function noAgents(): NoAgents {
  const folders = AGENTS.flatMap(({ folders: own }) => own.slice(0, 1)).filter((folder) => folder.startsWith('~'));
  return new NoAgents(
    `No logs of coding agents were found on this machine (looked for ${folders.slice(0, 4).join(', ')}, …).\nName your files or folders: llmcost import <files>`,
  );
}

function foldersOf({ variable, folders }: Agent, env: Env): string[] {
  const moved = variable === undefined ? undefined : env[variable];
  if (moved !== undefined && moved.trim() !== '') return moved.split(',').map((folder) => inHome(folder.trim(), env));
  return folders.map((folder) => inHome(folder, env));
}

/** The standard folders: https://specifications.freedesktop.org/basedir-spec/latest/, those of macOS and of Windows. */
function inHome(folder: string, env: Env): string {
  const home = env.HOME ?? env.USERPROFILE ?? '';
  const data = env.XDG_DATA_HOME ?? env.LOCALAPPDATA ?? join(home, '.local/share');
  const mac = join(home, 'Library/Application Support');
  const settings = env.XDG_CONFIG_HOME ?? env.APPDATA ?? (kindOf(mac, mac) === 'folder' ? mac : join(home, '.config'));
  if (folder.startsWith(DATA)) return join(data, folder.slice(DATA.length));
  if (folder.startsWith(SETTINGS)) return join(settings, folder.slice(SETTINGS.length));
  return folder === '~' || folder.startsWith('~/') ? join(home, folder.slice(1)) : folder;
}

/** What there is of the logs of an agent; whether a glob finds something shows later. */
function logsIn(folder: string, logs: readonly string[]): string[] {
  if (kindOf(folder, folder) !== 'folder') return [];
  return logs
    .map((log) => ({ path: join(folder, log), fixed: /^[^*{]*(?=\/[^/]*[*{]|$)/.exec(log)?.[0] ?? '' }))
    .filter(({ path, fixed }) =>
      /[*{]/.test(path) ? kindOf(join(folder, fixed), folder) === 'folder' : kindOf(path, path) !== undefined,
    )
    .map(({ path }) => path);
}
