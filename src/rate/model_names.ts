import { canonicalProvider } from './providers.js';

/** A model string freed from the path around the name. */
export interface PlainName {
  name: string;
  /** What the path said about the seller. */
  provider: string | null;
  region: string | null;
  /** The forms that were taken off, for the rule: arn, resource, route, prefix. */
  taken: string[];
  /** Set when the string names something private whose price cannot be known. */
  opaque: string | null;
}

const ARN = /^arn:aws[a-z-]*:(?:bedrock|sagemaker):([a-z0-9-]*):\d*:([a-z-]+)\/(.+)$/;
const OPAQUE_ARNS: ReadonlySet<string> = new Set([
  'application-inference-profile',
  'provisioned-model',
  'custom-model',
]);
const VERTEX_PATH = /^(?:projects\/[^/]+\/locations\/([^/]+)\/)?publishers\/[^/]+\/models\/(.+)$/;
const BEDROCK_ROUTE = /^(?:converse|converse_like|invoke)\/(.+)$/;
const REGION = /^([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\/(.+)$/;
const AZURE_REGION = /^(eu|us|global|global-standard)\/(.+)$/;

/** Takes quotes, resource paths, ARNs and routes off a model string. Never touches the name itself. */
export function plainName(text: string): PlainName {
  const start: PlainName = { name: unquoted(text), provider: null, region: null, taken: [], opaque: null };
  return [withoutArn, withoutVertexPath, withoutModels].reduce((plain, step) => step(plain), start);
}

/** `provider/name` or `provider:name` with a provider in `known`: the name and who sells it. */
export function withoutPrefix(plain: PlainName, known: ReadonlySet<string>): PlainName | undefined {
  const match = /^([^/:]+)[/:](.+)$/.exec(plain.name);
  if (match === null) return undefined;
  const [, prefix = '', rest = ''] = match;
  const provider = canonicalProvider(prefix);
  if (!known.has(provider) || prefix.toLowerCase() === 'ft') return undefined;
  return withoutRoute({ ...plain, name: rest, provider, taken: [...plain.taken, 'prefix'] });
}

/** `us-east-1/…`, `converse/…` on Bedrock; `eu/…` on Azure. */
export function withoutRoute(plain: PlainName): PlainName {
  const route = plain.provider === 'bedrock' ? BEDROCK_ROUTE.exec(plain.name)?.[1] : undefined;
  if (route !== undefined) return withoutRoute({ ...plain, name: route, taken: [...plain.taken, 'route'] });
  const located =
    plain.provider === 'bedrock'
      ? REGION.exec(plain.name)
      : plain.provider === 'azure' || plain.provider === 'azure_ai'
        ? AZURE_REGION.exec(plain.name)
        : null;
  if (located === null) return plain;
  const [, region = '', name = ''] = located;
  const written = region === 'global-standard' ? 'global' : region;
  return { ...plain, name, region: plain.region ?? written, taken: [...plain.taken, 'route'] };
}

function unquoted(text: string): string {
  return text
    .trim()
    .replace(/^(["'`])(.*)\1$/, '$2')
    .trim();
}

function withoutArn(plain: PlainName): PlainName {
  const match = ARN.exec(plain.name);
  if (match === null) return plain;
  const [, region = '', kind = '', tail = ''] = match;
  const opaque = OPAQUE_ARNS.has(kind) ? kind : null;
  return { name: tail, provider: 'bedrock', region: region || null, taken: [...plain.taken, 'arn'], opaque };
}

function withoutVertexPath(plain: PlainName): PlainName {
  const match = VERTEX_PATH.exec(plain.name);
  if (match === null) return plain;
  const [, region, name = ''] = match;
  return { ...plain, name, provider: 'vertex_ai', region: region ?? plain.region, taken: [...plain.taken, 'resource'] };
}

function withoutModels(plain: PlainName): PlainName {
  const match = /^models\/(.+)$/.exec(plain.name);
  return match === null ? plain : { ...plain, name: match[1] ?? plain.name, taken: [...plain.taken, 'resource'] };
}

/** The same name with dots and dashes of version numbers, and `@` before a date, written one way. */
export function oneSpelling(model: string): string {
  return model
    .toLowerCase()
    .replaceAll(/(?<=\d)\.(?=\d)/g, '-')
    .replace(/@(?=\d)/, '-');
}

/** The name without ONE trailing date, or undefined if it has none. A day and month alone (-0613) is no date. */
export function withoutDate(model: string): string | undefined {
  const match = /^(.+?)[-@](?:20\d{2}-(?:0[1-9]|1[0-2])-\d{2}|20\d{2}(?:0[1-9]|1[0-2])\d{2})$/.exec(model);
  return match?.[1];
}

/** `o3-mini-high` → `o3-mini`: reasoning effort is a setting, not a model. Only where the maker has such settings. */
export function withoutEffort(model: string): string | undefined {
  return /^((?:gpt-5|o[1-9]).*?)-(?:minimal|low|medium|high|xhigh)$/i.exec(model)?.[1];
}
