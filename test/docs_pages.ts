import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of the checkout. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A page for users or contributors: README.md, SKILL.md, CONTRIBUTING.md or one of docs/. */
export interface Page {
  /** From the top of the checkout, with slashes: `docs/commands/report.md`. */
  path: string;
  text: string;
}

/** A fenced block (`info` is what follows its three marks), or a comment `setup: …` with what has to be done before the next one. */
export interface Block {
  kind: 'fence' | 'setup';
  info: string;
  body: string;
  /** Where the body begins in the text. */
  at: number;
}

/** Every page, in the order of their paths. */
export function readPages(): Page[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md'));
  return ['README.md', 'SKILL.md', 'CONTRIBUTING.md', ...docs.toSorted()].map((path) => ({
    path,
    text: readFileSync(join(ROOT, path), 'utf8'),
  }));
}

/** The blocks of a page, in its order. */
export function blocksIn(text: string): Block[] {
  const found = text.matchAll(/^```(.*)\n([\s\S]*?)^```$|^<!-- setup: (.*) -->$/gm);
  return [...found].map(({ index, 1: info = '', 2: body = '', 3: setup }) =>
    setup === undefined
      ? { kind: 'fence', info, body, at: index + '```'.length + info.length + 1 }
      : { kind: 'setup', info: setup, body: '', at: index },
  );
}

/** The commands written in the text itself, such as `llmcost report --by model`, outside of fenced blocks. */
export function inlineCommandsIn(text: string): string[] {
  const prose = text.replaceAll(/^```.*\n[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/`(?:npx )?(llmcost [^`]*)`/g)].map(([, command = '']) => command.replaceAll('\\|', '|'));
}
