/**
 * The emitters that are run. `name` (package and what it was used for), `package` and `environment` (environments.json pins
 * them), `tells` (what it leaves), `run` (a command; `python` and `node` are those of the environment), `set` (its
 * environment variables), `reads` (what is imported; else all it left), `options` (of the import), `refused` (llmcost must say that it cannot read it), `limit` in seconds. What it does not tell
 * is in emitters/untold.mjs.
 */
import { AGENTS } from './emitters/agents.mjs';
import { NPM } from './emitters/npm.mjs';
import { PYPI } from './emitters/pypi.mjs';
import { UNTOLD } from './emitters/untold.mjs';

export const EMITTERS = [...PYPI, ...NPM, ...AGENTS].map((emitter) => ({ ...emitter, ...UNTOLD[emitter.name] }));

/** A few that take little time and cover much: what .ci/run runs. */
export const HANDFUL = [
  'openai-python chat',
  'anthropic-python messages',
  'openai-node chat',
  'anthropic-node messages',
];
