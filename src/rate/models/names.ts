import { sellerOfForm } from './authors.js';
import { canonicalProvider, isIntermediary } from './providers.js';

export { oneSpelling } from './spelling.js';

/** Why no price list can say what a string costs. */
export interface Opaque {
  rule: string;
  reason: string;
}

/** A model string freed from the path around the name. */
export interface PlainName {
  name: string;
  /** The name before paths were taken off, for lists that write them. */
  written: string;
  /** What the path said about the seller. */
  provider: string | null;
  region: string | null;
  /** The publisher a Vertex AI path names; some models are listed under `publisher/name`. */
  publisher: string | null;
  /** The forms that were taken off, for the rule: arn, resource, route, prefix, proxy. */
  taken: string[];
  /** Set when the string names something private whose price cannot be known. */
  opaque: Opaque | null;
}

/** A name whose seller is known. */
export type SoldName = PlainName & { provider: string };

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html, resource types. */
const ARN = /^arn:aws[a-z-]*:(?:bedrock|sagemaker):([a-z0-9-]*):\d*:([a-z-]+)\/(.+)$/i;
/** The only resources whose id is a public model. */
const PUBLIC_ARNS: ReadonlySet<string> = new Set(['foundation-model', 'inference-profile']);
const VERTEX_PATH = /^(?:projects\/[^/]+\/locations\/([^/]+)\/)?publishers\/([^/]+)\/models\/(.+)$/i;
/** Tuned models and endpoints of one's own, on Vertex AI and in the Gemini API. */
const PRIVATE_PATH = /^(?:projects\/[^/]+\/locations\/[^/]+\/(?:endpoints|models)\/|endpoints\/|tunedModels\/)/i;
/** The method of a REST path: `…/gemini-2.5-pro:generateContent`. */
const METHOD =
  /:(?:generateContent|streamGenerateContent|countTokens|rawPredict|streamRawPredict|predict|embedContent)$/i;
const BEDROCK_ROUTE = /^(?:converse|converse_like|invoke|async_invoke|mantle)\/(.+)$/i;
const REGION = /^([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d)\/(.+)$/i;
const COMMITMENT = /^\d+-month-commitment\//i;
const AZURE_ROUTE = /^(?:responses|o_series|gpt5_series)\/(.+)$/i;
const AZURE_REGION = /^(eu|us|us-gov|global|global-standard)\/(.+)$/i;
/** Two zones, two prices; which one, only the region of the log can tell. */
const AZURE_ZONE = /^data-?zone(?:-standard)?\/(.+)$/i;

/** Words that stand where a model's name should be. `<synthetic>`: messages Claude Code writes without calling a model. */
const NO_NAME =
  /^(?:<.*>|auto|default|unknown|none|null|undefined|n\/?a|-|\*|auto-beta|bodybuilder|fusion|pareto-code)$/i;

/** Takes quotes, resource paths, ARNs and the name of a proxy off a model string. Never touches the name itself. */
export function plainName(text: string, region: string | null): PlainName {
  const start: PlainName = {
    name: text,
    written: unquoted(text),
    provider: null,
    region,
    publisher: null,
    taken: [],
    opaque: null,
  };
  return bare(start);
}

/** `provider/name` or `provider:name` with a provider that `isKnown`: the name and who sells it. */
export function withoutPrefix(plain: PlainName, isKnown: (provider: string) => boolean): SoldName | undefined {
  const match = /^@?([^/:@]+)[/:](.+)$/.exec(plain.name);
  if (match === null) return undefined;
  const [, prefix = '', rest = ''] = match;
  const provider = canonicalProvider(prefix);
  if (!isKnown(provider) || prefix.toLowerCase() === 'ft') return undefined;
  const inner = bare({ ...plain, name: rest, written: rest, taken: [...plain.taken, 'prefix'] });
  return { ...withoutRoute({ ...inner, provider }), provider };
}

/** `us-east-1/…`, `converse/…` on Bedrock; `eu/…` on Azure; then whatever paths are left. */
export function withoutRoute(plain: PlainName): PlainName {
  const next =
    plain.provider === 'bedrock'
      ? withoutBedrockRoute(plain)
      : plain.provider === 'azure' || plain.provider === 'azure_ai'
        ? withoutAzureRoute(plain)
        : plain;
  return next === plain ? plain : withoutRoute(bare(next));
}

/** Whether a name, or the last part of it, stands for no model: `auto`, `openrouter/auto`, `<synthetic>`. */
export function namesNoModel(name: string): boolean {
  return NO_NAME.test(name.trim()) || NO_NAME.test(/^(?:openrouter|cursor|openai)[/:](.*)$/i.exec(name)?.[1] ?? '');
}

function bare(plain: PlainName): PlainName {
  const start = { ...plain, name: unquoted(plain.name) };
  const steps = [withoutArn, withoutVertexPath, withoutModels, withoutRegion, withoutProxy];
  const next = steps.reduce((name, step) => step(name), start);
  return next.name === start.name ? next : bare(next);
}

/** Without quotes, a stray one included. A string copied from a URL has its colons and slashes encoded. */
function unquoted(text: string): string {
  const plain = text
    .trim()
    .replace(/^["'`]+|["'`]+$/g, '')
    .trim();
  return /%3a|%2f/i.test(plain) ? plain.replaceAll(/%3a/gi, ':').replaceAll(/%2f/gi, '/') : plain;
}

function withoutArn(plain: PlainName): PlainName {
  const match = ARN.exec(plain.name);
  if (match === null) return plain;
  const [, region = '', kind = '', tail = ''] = match;
  const reason = `an ARN of the kind ${kind} does not say which model it is`;
  const opaque = PUBLIC_ARNS.has(kind.toLowerCase()) ? null : { rule: 'opaque_arn', reason };
  const taken = [...plain.taken, 'arn'];
  return { ...plain, name: tail, provider: 'bedrock', region: plain.region ?? (region || null), taken, opaque };
}

function withoutVertexPath(plain: PlainName): PlainName {
  if (PRIVATE_PATH.test(plain.name)) {
    const reason = 'an endpoint or tuned model of your own does not say which model it is';
    return { ...plain, opaque: { rule: 'opaque_path', reason } };
  }
  const match = VERTEX_PATH.exec(plain.name);
  if (match === null) return plain;
  const [, region, publisher = '', name = ''] = match;
  const place = plain.region ?? region ?? null;
  const taken = [...plain.taken, 'resource'];
  return { ...plain, name: name.replace(METHOD, ''), provider: 'vertex_ai', region: place, publisher, taken };
}

function withoutModels(plain: PlainName): PlainName {
  const match = /^models\/(.+)$/i.exec(plain.name);
  if (match === null) return plain;
  const name = (match[1] ?? '').replace(METHOD, '');
  return { ...plain, name, taken: [...plain.taken, 'resource'] };
}

/** `us-east-1/anthropic.claude-…`, `converse/us.amazon.nova-…`: a region or route before a name that is Bedrock's alone. */
function withoutRegion(plain: PlainName): PlainName {
  const routed = BEDROCK_ROUTE.exec(plain.name)?.[1];
  const [, region = null, located] = REGION.exec(plain.name) ?? [];
  const name = routed ?? located;
  if (name === undefined || sellerOfForm(name) !== 'bedrock') return plain;
  return { ...plain, name, region: plain.region ?? region?.toLowerCase() ?? null, taken: [...plain.taken, 'route'] };
}

/** `litellm_proxy/gpt-4o`: the proxy only passes on; what it calls gpt-4o is for its operator to say. */
function withoutProxy(plain: PlainName): PlainName {
  const match = /^([^/:]+)[/:](.+)$/.exec(plain.name);
  if (match === null || !isIntermediary(canonicalProvider(match[1] ?? ''))) return plain;
  return { ...plain, name: match[2] ?? '', taken: [...plain.taken, 'proxy'] };
}

function withoutBedrockRoute(plain: PlainName): PlainName {
  const route = BEDROCK_ROUTE.exec(plain.name)?.[1];
  if (route !== undefined) return { ...plain, name: route, taken: [...plain.taken, 'route'] };
  if (COMMITMENT.test(plain.name)) {
    const reason = 'committed capacity is paid by the hour, not by use';
    return plain.opaque === null ? { ...plain, opaque: { rule: 'commitment', reason } } : plain;
  }
  const located = REGION.exec(plain.name);
  if (located === null) return plain;
  const [, region = '', name = ''] = located;
  return { ...plain, name, region: plain.region ?? region.toLowerCase(), taken: [...plain.taken, 'route'] };
}

function withoutAzureRoute(plain: PlainName): PlainName {
  const route = AZURE_ROUTE.exec(plain.name)?.[1];
  const zoned = plain.region === 'eu' || plain.region === 'us' ? AZURE_ZONE.exec(plain.name)?.[1] : undefined;
  const inner = route ?? zoned;
  if (inner !== undefined) return { ...plain, name: inner, taken: [...plain.taken, 'route'] };
  const located = AZURE_REGION.exec(plain.name);
  if (located === null) return plain;
  const [, region = '', name = ''] = located;
  const written = region.toLowerCase() === 'global-standard' ? 'global' : region.toLowerCase();
  return { ...plain, name, region: plain.region ?? written, taken: [...plain.taken, 'route'] };
}
