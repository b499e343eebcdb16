import type { Readable } from 'node:stream';
import type { Sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { AnyFormat, Format } from '../declare/format.js';
import type { Mapping } from '../declare/mapping.js';
import type { Own } from '../identify/identify.js';
import type { Source } from '../read/source.js';
import type { Lines } from '../rows/statement.js';

/** What is done with usage that a test over usage_fact (aliased fact) finds, before anybody sees it. */
export type Attribute = (store: Store, usage: Sql) => Promise<void>;

/** How files are to be imported. */
export interface ImportOptions {
  format?: string;
  mapping: Mapping;
  /** The formats of the configuration. */
  own?: Own;
  /** How many of a number of lines may be bad before a file is refused. */
  tolerance: (lines: number) => number;
  /** Load, count, and throw away. */
  dryRun: boolean;
  /** Read files also where path, size, inode and modification time are those of an earlier import. */
  verify?: boolean;
  now: Date;
  /** Says to whom new usage belongs, in the transaction that makes it visible. */
  attribute?: Attribute;
  stdin: Readable;
  /** The machine that the usage was read on; not given: unknown. */
  machine?: string | undefined;
  /** Called when files begin to be read. */
  onFile?: (files: { size: number }) => void;
}

/** A file that is known in every respect, ready to be loaded. */
export interface Load<F extends AnyFormat = Format> {
  /** As DuckDB reads it, with the name, size and times of the file it was made of. */
  source: Source;
  format: F;
  /** The lines of this file alone. */
  lines: Lines;
  /** The same for some of its rows, and the parameter `$lines` of JSON. */
  sample: Lines;
  sampleLines: () => Promise<string | undefined>;
  /** What `--map` and `--set` said, as text. */
  options: string;
  digest: string;
  /** The import that read what stands before these lines in their file. */
  continues?: number;
  tolerance: ImportOptions['tolerance'];
  now: Date;
  attribute?: Attribute;
  /** See ImportOptions. */
  machine?: string | undefined;
  /** The whole load is one transaction of the caller's, to be rolled back. */
  rehearsal: boolean;
}
