/** Coding agents. */

/** `reads` are folders and files of its home. */
function agent(name, environment, packageName, tells, reads, more = {}) {
  return {
    name,
    package: packageName,
    environment,
    tells,
    run: ['node', '{here}agents/agents.mjs', name],
    reads: reads.map((path) => `home/${path}`),
    limit: 400,
    ...more,
  };
}

const NOW = ['--set', 'timestamp=2026-11-30T12:00:00Z'];

export const AGENTS = [
  agent('codex', 'npm/codex', '@openai/codex', 'sessions', ['.codex']),
  agent('claude', 'npm/claude', '@anthropic-ai/claude-code', 'sessions', ['.claude/projects']),
  agent('gemini', 'npm/gemini', '@google/gemini-cli', 'chats', ['.gemini/tmp']),
  agent('qwen', 'npm/qwen', '@qwen-code/qwen-code', 'chats', ['.qwen/projects']),
  agent('opencode', 'npm/opencode', 'opencode-ai', 'its database', ['.local/share/opencode']),
  agent('pi', 'npm/pi', '@mariozechner/pi-coding-agent', 'sessions', ['.pi/agent/sessions']),
  agent('continue', 'npm/continue', '@continuedev/cli', 'sessions', ['.continue/sessions'], { options: NOW }),
  agent('copilot', 'npm/copilot', '@github/copilot', 'sessions', ['.copilot']),
  agent('gptme', 'pypi/gptme', 'gptme', 'conversations', ['.local/share/gptme/logs']),
];
