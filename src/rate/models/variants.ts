import { authorOf } from './authors.js';
import type { ModelIndex } from './index.js';
import { canonicalProvider } from './providers.js';
import { datedName } from './spelling.js';

/** Another way to write a name of a seller, by declared rules only. */
export interface Variant {
  name: string;
  /** The rules that led from the name as written to this one, in their order. */
  rules: readonly string[];
  /** Whether one of the rules supposes something about the price. */
  assumed: boolean;
  /** The kinds of the rules; each applies once at most. */
  kinds: ReadonlySet<string>;
  /** The date that was left off, as YYYYMMDD. */
  date: string | null;
}

/** What a rule looks at: the name in its parts, and who sells it. */
interface Part {
  /** `us.anthropic.` or `anthropic/`, with its separator; '' where there is none. */
  head: string;
  /** The name the author gave it. */
  core: string;
  /** Bedrock's version: `-v1:0`. */
  tail: string;
  seller: string;
  index: ModelIndex;
}

/** A rule that writes the core of a name in another way; undefined where it does not apply. */
interface Rule {
  rule: string;
  kind: string;
  assumed: boolean;
  apply: (part: Part) => string | undefined;
}

/** Settings of a call, written behind the name by tools that let one choose them. They are no part of the model. */
const EFFORT =
  /^((?:gpt-5|gpt-oss-|o[1-9]|claude-|grok-3-mini|gemini-[3-9]).*?)-(?:none|minimal|low|medium|high|xhigh)$/i;

/**
 * The rules in their order. What is not in this list is another model: sizes (mini, pro, flash, max, fast, turbo, …),
 * -preview and -exp, a month and day (-0613), a author's number for a snapshot (-2407).
 */
const RULES: readonly Rule[] = [
  // Claude Code's mark for the window of a million tokens: the same model; what a long prompt costs is in its bands.
  { rule: 'context_stripped', kind: 'context', assumed: false, apply: ({ core }) => /^(.+)\[1m\]$/i.exec(core)?.[1] },
  // The same tokens at the same price.
  {
    rule: 'variant_stripped',
    kind: 'variant',
    assumed: false,
    apply: ({ core }) => /^(.+):(?:thinking|beta)$/i.exec(core)?.[1],
  },
  // A search beside it, or a host chosen by speed or price: https://openrouter.ai/docs/guides/routing/model-variants
  {
    rule: 'variant_stripped',
    kind: 'variant',
    assumed: true,
    apply: ({ core }) => /^(.+):(?:online|nitro|floor|exacto)$/i.exec(core)?.[1],
  },
  {
    rule: 'azure_spelling',
    kind: 'azure',
    assumed: false,
    apply: ({ core }) => (/^gpt-35-/i.test(core) ? core.replace(/^gpt-35-/i, 'gpt-3.5-') : undefined),
  },
  {
    rule: 'azure_spelling',
    kind: 'azure',
    assumed: false,
    apply: ({ core }) => (/^gpt-3\.5-/i.test(core) ? core.replace(/^gpt-3\.5-/i, 'gpt-35-') : undefined),
  },
  { rule: 'fireworks_path', kind: 'path', assumed: false, apply: fireworksPath },
  {
    rule: 'cloudflare_path',
    kind: 'path',
    assumed: false,
    apply: ({ seller, core, head }) =>
      seller === 'cloudflare' && /^[^@]+\/$/.test(head) ? `@cf/${head}${core}` : undefined,
  },
  {
    rule: 'databricks_path',
    kind: 'path',
    assumed: false,
    apply: ({ seller, core, head }) =>
      seller === 'databricks' && head === '' && !/^databricks-/i.test(core) ? `databricks-${core}` : undefined,
  },
  { rule: 'order', kind: 'order', assumed: false, apply: ({ core }) => claudeOrder(core) ?? geminiOrder(core) },
  // Anthropic's names of the first of a line: claude-sonnet-4-0 is claude-sonnet-4.
  {
    rule: 'zero_stripped',
    kind: 'zero',
    assumed: false,
    apply: ({ core }) => /^(claude-[a-z]+-\d)[-.]0$/i.exec(core)?.[1],
  },
  {
    rule: 'version_stripped',
    kind: 'version',
    assumed: false,
    apply: ({ core }) => /^(.+)@(?:default|latest)$/i.exec(core)?.[1],
  },
  { rule: 'effort_stripped', kind: 'effort', assumed: false, apply: ({ core }) => EFFORT.exec(core)?.[1] },
  // Thinking tokens of Claude are output. Elsewhere -thinking is a model of its own (kimi, qwen) or had its own price (gemini).
  {
    rule: 'thinking_stripped',
    kind: 'effort',
    assumed: false,
    apply: ({ core }) => /^(claude-.+)-thinking$/i.exec(core)?.[1],
  },
  { rule: 'date_stripped', kind: 'date', assumed: false, apply: withoutDate },
  { rule: 'number_stripped', kind: 'date', assumed: true, apply: withoutNumber },
  // A name without a date is the author's word for the latest snapshot; only where the name says which version.
  {
    rule: 'latest_added',
    kind: 'date',
    assumed: false,
    apply: ({ core }) =>
      /^(?!ft:).*\d/.test(core) && datedName(core) === undefined && !/-latest$/i.test(core)
        ? `${core}-latest`
        : undefined,
  },
  {
    rule: 'latest_stripped',
    kind: 'date',
    assumed: true,
    apply: ({ core }) => /^(.*\d.*)-latest$/i.exec(core)?.[1],
  },
];

/** All ways to write a name that the rules allow, the nearest first. The first is the name itself. */
export function nameVariants(index: ModelIndex, seller: string, name: string): Variant[] {
  const found: Variant[] = [{ name, rules: [], assumed: false, kinds: new Set(), date: null }];
  const seen = new Set([name.toLowerCase()]);
  for (const from of found) {
    for (const next of onwards(index, seller, from)) {
      if (seen.has(next.name.toLowerCase())) continue;
      seen.add(next.name.toLowerCase());
      found.push(next);
    }
  }
  return found;
}

function onwards(index: ModelIndex, seller: string, from: Variant): Variant[] {
  const part = { ...partsOf(seller, from.name), seller, index };
  const renamed = RULES.filter(({ kind }) => !from.kinds.has(kind)).flatMap((rule) => {
    const core = rule.apply(part);
    if (core === undefined || core === part.core) return [];
    const whole = rule.kind === 'path' ? core : part.head + core + part.tail;
    const date = rule.rule === 'date_stripped' ? datedName(part.core)?.date : undefined;
    return [further(from, { ...rule, name: whole, date })];
  });
  const rehomed = withoutAuthor(part);
  const settled = from.kinds.has('author') || rehomed === undefined;
  return settled ? renamed : [...renamed, further(from, { ...rehomed, kind: 'author' })];
}

function further(
  from: Variant,
  step: { name: string; rule: string; kind: string; assumed: boolean; date?: string | undefined },
): Variant {
  return {
    name: step.name,
    rules: [...from.rules, step.rule],
    assumed: from.assumed || step.assumed,
    kinds: new Set([...from.kinds, step.kind]),
    date: step.date ?? from.date,
  };
}

function partsOf(seller: string, name: string): { head: string; core: string; tail: string } {
  const mark = /\[1m\]$/i.exec(name)?.[0] ?? '';
  const plain = name.slice(0, name.length - mark.length);
  const slash = plain.lastIndexOf('/') + 1;
  if (seller !== 'bedrock') return { head: plain.slice(0, slash), core: plain.slice(slash) + mark, tail: '' };
  const vendor = /^(?:[a-z-]+\.)?[a-z0-9]+\.(?=[a-z])/i.exec(plain.slice(slash))?.[0] ?? '';
  const tail = /(?:-v\d+(?::\d+)?|(?<=-\d)(?::0)|:\d+)$/.exec(plain)?.[0] ?? '';
  const from = slash + vendor.length;
  return { head: plain.slice(0, from), core: plain.slice(from, plain.length - tail.length) + mark, tail };
}

/**
 * Who sells a model may leave its author off: `openai/gpt-4o` at OpenAI's resellers. Bedrock writes a dot instead; a bare
 * name there leaves open which geography was called, so its price is an assumption.
 */
function withoutAuthor({
  head,
  core,
  tail,
  seller,
}: Part): { name: string; rule: string; assumed: boolean } | undefined {
  if (seller === 'bedrock') {
    const vendor = head === '' || /^[^/.]+\/$/.test(head) ? bedrockVendor(core) : undefined;
    return vendor === undefined
      ? undefined
      : { name: `${vendor}.${core}${tail}`, rule: 'bedrock_vendor', assumed: true };
  }
  const author = /^([^/@~]+)\/$/.exec(head)?.[1];
  if (author === undefined || canonicalProvider(author) !== authorOf(core)) return undefined;
  return { name: core + tail, rule: 'author_stripped', assumed: false };
}

function bedrockVendor(core: string): string | undefined {
  if (/^(?:nova|titan)-/i.test(core)) return 'amazon';
  if (/^llama-?\d/i.test(core)) return 'meta';
  const author = authorOf(core);
  return author === 'anthropic' || author === 'cohere' || author === 'mistral' ? author : undefined;
}

function fireworksPath({ seller, head, core }: Part): string | undefined {
  if (seller !== 'fireworks_ai') return undefined;
  const model = core.replaceAll(/(?<=\d)\.(?=\d)/g, 'p');
  const path = head === '' || head.endsWith('/models/') ? `accounts/fireworks/models/${model}` : undefined;
  return path === head + core ? undefined : path;
}

/** `claude-4-sonnet`, `claude-3.7-sonnet` ↔ `claude-sonnet-4`, `claude-sonnet-3.7`: Anthropic itself changed the order. */
function claudeOrder(core: string): string | undefined {
  const [, , version, line, rest] =
    /^(claude-)(\d+(?:[-.]\d)?)-(opus|sonnet|haiku|fable)(?![a-z])(.*)$/i.exec(core) ?? [];
  if (line !== undefined) return `claude-${line}-${version}${rest}`;
  const [, first, number, after] = /^claude-(opus|sonnet|haiku|fable)-(\d(?:[-.]\d)?)(?!\d)(.*)$/i.exec(core) ?? [];
  return first === undefined ? undefined : `claude-${number}-${first}${after}`;
}

/** `gemini-pro-1.5`, as OpenRouter wrote it, ↔ `gemini-1.5-pro`. */
function geminiOrder(core: string): string | undefined {
  const [, line, version, rest] = /^gemini-(pro|flash)-(\d[-.]\d)(.*)$/i.exec(core) ?? [];
  if (line !== undefined) return `gemini-${version}-${line}${rest}`;
  const [, number, size, after] = /^gemini-(\d[-.]\d)-(pro|flash)(.*)$/i.exec(core) ?? [];
  return number === undefined ? undefined : `gemini-${size}-${number}${after}`;
}

/** One trailing date. Whether a row may be taken without it is for `mayLeaveDate` to say. */
function withoutDate({ core }: Part): string | undefined {
  return datedName(core)?.name;
}

/**
 * Whether the price of an undated row holds for a date of it. Another date is another snapshot, which may cost something else
 * (gpt-4o-2024-05-13 costs twice what gpt-4o costs): so only where the seller lists no snapshot of the model, and its author
 * none but this one.
 */
export function mayLeaveDate(index: ModelIndex, seller: string, { row, date }: { row: string; date: string }): boolean {
  if (index.hasSnapshots(seller, row)) return false;
  const author = authorOf(row);
  if (author === undefined || author === seller) return true;
  const { core } = partsOf(seller, row);
  return index.snapshots(author, core).every((snapshot) => snapshot.date === date);
}

/** Google's -001 is the first stable version of a name: stripped where no version of the name is listed. */
function withoutNumber({ head, core, seller, index }: Part): string | undefined {
  const [, name] = /^(gemini-\d.*)-001$/i.exec(core) ?? [];
  if (name === undefined) return undefined;
  const listed = ['001', '002', '003'].some((number) => index.find(seller, `${head}${name}-${number}`) !== undefined);
  return listed ? undefined : name;
}
