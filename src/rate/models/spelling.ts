const DATE = /-(20\d{2})-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/;
const VERSION = /(?:-v?(\d+):(\d+)|-v(\d+)|:(\d+))$/;

/**
 * The same name with dots and dashes of version numbers, spaces, underscores, `@` before a version and the two ways
 * to write a date made one. Two names of one spelling are one model.
 */
export function oneSpelling(model: string): string {
  return model
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-')
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
    .replace(/@(?=\d)/, '-')
    .replace(/-(20\d{2})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=$|-v\d|[:@[])/, '-$1$2$3');
}

/** The name without ONE trailing date, and the date as YYYYMMDD; undefined if it has none. A month and day (-0613) is no date. */
export function datedName(model: string): { name: string; date: string } | undefined {
  const match = DATE.exec(model.replace(/@(?=20\d{6}$)/, '-'));
  if (match === null || match.index === 0) return undefined;
  return { name: model.slice(0, match.index), date: match.slice(1, 4).join('') };
}

/** The name without a month and day behind it (`gpt-4-0613`); undefined if it has none. */
export function withoutDay(model: string): string | undefined {
  return /^(.+)-(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.exec(model)?.[1];
}

/** `…-v1:0`, `…-v2`, `…-1:0`: the version Bedrock writes behind a name, '' where there is none. */
export function bedrockVersion(model: string): { name: string; version: string } {
  const match = VERSION.exec(model);
  if (match === null) return { name: model, version: '' };
  const [, major, minor, plain, alone] = match;
  const version = major !== undefined ? `${major}:${minor}` : plain !== undefined ? `${plain}:0` : lone(alone);
  return { name: model.slice(0, match.index), version };
}

/** `nvidia.nemotron-nano-3-30b:0`: the first revision may be left unwritten, another not. */
function lone(revision: string | undefined): string {
  return revision === undefined || revision === '0' ? '' : `:${revision}`;
}
