import { z } from 'zod';

/*
 * The words in which a section of llmcost.yaml declares what it may hold. Numbers arrive as they are written, as text: what is
 * money never becomes a float. Every complaint is a sentence without subject; the reader puts file, line and key before it.
 */

/** What a declared piece of the file becomes once it is read. */
export type Read<S extends z.ZodType> = z.output<S>;

/** Something that does not fit: where in the file, as keys and positions in lists, and what is allowed. */
export interface Misfit {
  path: (string | number)[];
  sentence: string;
}

/** The JSON Schema of a value that is parsed from its text, so that editors can check it. */
type JsonType = { type: ('string' | 'number')[] } | { type: 'string'; format: string } | { enum: readonly string[] };

const TEXT_OR_NUMBER: JsonType = { type: ['string', 'number'] };

/** Text or a number that `parse` understands; `allowed` completes "must be …" and names an example. */
export function parsed<T>(parse: (text: string) => T | undefined, allowed: string, json = TEXT_OR_NUMBER) {
  return z
    .string({
      error: ({ input }) => (input === undefined ? `is missing: it must be ${allowed}.` : `must be ${allowed}.`),
    })
    .meta({ ...json, description: `Must be ${allowed}.` })
    .transform((text, context): T => {
      const value = parse(text.trim());
      if (value !== undefined) return value;
      context.addIssue({ code: 'custom', message: `must be ${allowed}.` });
      return z.NEVER;
    });
}

/** Any text but an empty one. */
export function words(allowed: string) {
  return parsed((text) => (text === '' ? undefined : text), allowed);
}

/** One of several words. */
export function oneOf<const W extends string>(options: readonly W[]) {
  const isOption = (text: string): text is W => options.some((option) => option === text);
  return parsed((text) => (isOption(text) ? text : undefined), `one of ${options.join(', ')}`, { enum: options });
}

/** true or false. */
export function yesOrNo() {
  return z.boolean({ error: 'must be true or false.' });
}

/** A day, written YYYY-MM-DD. */
export function day() {
  const type = { type: 'string', format: 'date' } as const;
  return parsed((text) => (isDay(text) ? text : undefined), 'a day, written YYYY-MM-DD', type);
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true;
}

/** What may be left out. */
export function optional<S extends z.ZodType>(schema: S) {
  return schema.optional();
}

/** A list; a single thing is not one. */
export function list<S extends z.ZodType>(of: S) {
  return z.array(of, { error: 'must be a list: lines that begin with a dash.' });
}

/** An object whose keys are names the user chooses; `allowed` completes "must be …". */
export function named<S extends z.ZodType>(of: S, allowed: string) {
  return z.record(z.string(), of, { error: `must be ${allowed}.` });
}

/** A text where one will do, else what says more: an object, or a list. */
export function either<T extends z.ZodType, S extends z.ZodType>(text: T, more: S) {
  return z
    .unknown()
    .meta({ anyOf: [jsonSchema(text), jsonSchema(more)] })
    .transform((value, context): z.output<T> | z.output<S> => {
      const result = typeof value === 'string' ? checked(text, value) : checked(more, value);
      if ('value' in result) return result.value;
      for (const { path, sentence } of result.misfits) context.addIssue({ code: 'custom', message: sentence, path });
      return z.NEVER;
    });
}

/** An object with these keys and no others. */
export function object<S extends z.ZodRawShape>(shape: S) {
  return z.strictObject(shape, {
    error: ({ code, input }) => {
      if (code === 'unrecognized_keys') return `is not known here. Known are: ${Object.keys(shape).join(', ')}.`;
      return `${input === undefined ? 'is missing: it' : ''} must have the keys ${Object.keys(shape).join(', ')}.`.trim();
    },
  });
}

/** An object with any keys of a kind; `allowed` lists them. */
export function keyed<S extends z.ZodType>(isKey: (key: string) => boolean, allowed: string, of: S) {
  const entries = z.record(z.string(), of, {
    error: ({ input }) =>
      input === undefined ? 'is missing: it must have keys and values.' : 'must have keys and values.',
  });
  return entries.superRefine((value, context) => {
    for (const key of Object.keys(value).filter((name) => !isKey(name))) {
      context.addIssue({ code: 'custom', message: `is not known here. Known are: ${allowed}.`, path: [key] });
    }
  });
}

/** A rule about several keys of an object: what is wrong with it, and at which key ('' is the object itself). */
export function ruled<S extends z.ZodType>(
  schema: S,
  rule: (value: z.output<S>) => { key: string; sentence: string } | undefined,
) {
  return schema.superRefine((value, context) => {
    const broken = rule(value);
    if (broken === undefined) return;
    context.addIssue({ code: 'custom', message: broken.sentence, path: broken.key === '' ? [] : [broken.key] });
  });
}

/** Checks plain data: what it reads as, or everything that does not fit. */
export function checked<S extends z.ZodType>(schema: S, data: unknown): { value: z.output<S> } | { misfits: Misfit[] } {
  const result = schema.safeParse(data);
  return result.success ? { value: result.data } : { misfits: result.error.issues.flatMap(misfitsOf) };
}

/** An unknown key is a complaint of its own, at that key. */
function misfitsOf(issue: z.core.$ZodIssue): Misfit[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code !== 'unrecognized_keys') return [{ path, sentence: issue.message }];
  return issue.keys.map((key) => ({ path: [...path, key], sentence: issue.message }));
}

/** The JSON Schema (2020-12) of what a file may hold. */
export function jsonSchema(schema: z.ZodType): object {
  return z.toJSONSchema(schema, { io: 'input' });
}
