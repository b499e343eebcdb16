/** How the records of JSON documents are found. */
export interface Cut {
  /** Where a document is an object: the key of the list that holds its records. Without, the object itself is a record. */
  list?: string;
  /** Every record stays in a small document of its own, `{"data":[…]}`, as the format of the document reads it. */
  wrapped: boolean;
  /** The list that records without one are given, where they were taken out of their pages before. */
  around?: string;
}

const [SPACE, TAB, LINE_FEED, CARRIAGE_RETURN, RECORD_SEPARATOR] = [0x20, 0x09, 0x0a, 0x0d, 0x1e];
const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d];
/** In short texts a look at every byte is faster than a search for the quotation mark. */
const SHORT_TEXT = 48;
const END_OF_LINE = Buffer.from('\n');
/** Lists around records: what lies deeper is a record itself, so that a file of nothing but brackets takes no memory. */
const DEEPEST_LIST = 64;
/** Of a key so much is kept. */
const LONGEST_KEY = 1 << 12;

/**
 * Cuts JSON documents, chunk by chunk, into lines with one record each: the elements of lists, or of the list under
 * one key, or whole objects, whatever their layout and however many follow each other. It sees brackets and quotation
 * marks only; what is in a record is for DuckDB to read.
 *
 * DuckDB reads a document as one value: 500 MB of usage pages (1.3 million rows) take it 33 s and 2.7 GB, and fail with
 * the 1 GB it may take. Cutting them takes 2 to 4 s and no memory, and the whole import then 29 s and 0.94 GB (2 cores).
 */
export class Cutter {
  /** Records found so far. */
  records = 0;
  /** The bytes of the longest one. */
  longest = 0;
  /** Keys of lists in objects that were opened, other than the one looked for. */
  readonly lists: string[] = [];
  private readonly prefix: Buffer;
  private readonly suffix: Buffer;
  /** What is open around the place of the next record. */
  private readonly open: ('list' | 'object')[] = [];
  private found = false;
  private key: string | undefined;
  private state: 'between' | 'key' | 'value' | 'record' | 'passed' = 'between';
  private depth = 0;
  private inText = false;
  private escaped = false;
  private scalar = false;
  /** The bytes of the record so far. */
  private length = 0;

  constructor(private readonly cut: Cut) {
    const around = cut.wrapped ? cut.list : cut.around;
    this.prefix = Buffer.from(around === undefined ? '' : `{${JSON.stringify(around)}:[`);
    this.suffix = Buffer.concat([Buffer.from(around === undefined ? '' : ']}'), END_OF_LINE]);
  }

  /** The lines, or parts of them, that a chunk gives. The chunk is changed: line breaks between values become blanks. */
  push(chunk: Buffer): Buffer {
    const parts: Buffer[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'record' || this.state === 'passed') at = this.passValue(chunk, at, parts);
      else if (this.state === 'key') at = this.readKey(chunk, at);
      else at = this.passBetween(chunk, at, parts);
    }
    return Buffer.concat(parts);
  }

  /** What is left at the end: the end of a last record without brackets. False if a document is not whole. */
  end(): { rest: Buffer; whole: boolean } {
    if (this.state === 'record' && this.scalar && !this.inText && this.open.length === 0) {
      this.state = 'between';
      return { rest: this.suffix, whole: true };
    }
    return { rest: Buffer.alloc(0), whole: this.state === 'between' && this.open.length === 0 };
  }

  /** One byte between values: what it opens or closes. */
  private passBetween(chunk: Buffer, at: number, parts: Buffer[]): number {
    const byte = chunk[at];
    if (isBlank(byte) || byte === COMMA || byte === COLON) return at + 1;
    if (byte === BRACE_END || byte === BRACKET_END) {
      if (this.open.pop() === 'object' && !this.found) parts.push(this.prefix, this.missing());
      this.key = undefined;
      this.state = 'between';
      return at + 1;
    }
    if (this.open.at(-1) === 'object') return this.passMember(chunk, at);
    if (byte === BRACKET && this.open.length < DEEPEST_LIST) this.open.push('list');
    else if (byte === BRACE && this.cut.list !== undefined && !this.open.includes('object')) {
      this.open.push('object');
      this.found = false;
    } else {
      parts.push(this.prefix);
      this.begin('record', byte);
      return at;
    }
    return at + 1;
  }

  /** In an object that was opened: the beginning of a key, or of its value. */
  private passMember(chunk: Buffer, at: number): number {
    if (this.state === 'between') {
      this.state = 'key';
      this.key = undefined;
      return at;
    }
    if (chunk[at] === BRACKET && this.key === this.cut.list) {
      this.open.push('list');
      this.found = true;
      this.state = 'between';
      return at + 1;
    }
    if (chunk[at] === BRACKET && this.key !== undefined) this.lists.push(this.key);
    this.begin('passed', chunk[at]);
    return at;
  }

  private begin(state: 'record' | 'passed', byte: number | undefined): void {
    this.state = state;
    this.length = 0;
    this.depth = 0;
    this.inText = false;
    this.escaped = false;
    this.scalar = byte !== BRACE && byte !== BRACKET;
  }

  /** A document without the list: a record that has nothing. */
  private missing(): Buffer {
    this.records++;
    return Buffer.concat([Buffer.from('{}'), this.suffix]);
  }

  /** A key of an object that was opened, which may go on in the next chunk. */
  private readKey(chunk: Buffer, from: number): number {
    let at = from;
    if (this.key === undefined) {
      this.key = '';
      if (chunk[at] === QUOTE) at++;
    }
    const end = chunk.indexOf(QUOTE, at);
    const to = Math.min(end < 0 ? chunk.length : end, at + Math.max(LONGEST_KEY - this.key.length, 0));
    this.key += chunk.toString('utf8', at, to);
    if (end < 0) return chunk.length;
    this.state = 'value';
    return end + 1;
  }

  /** A record, or the value of a key that is passed over, to its end or to that of the chunk. */
  private passValue(chunk: Buffer, from: number, parts: Buffer[]): number {
    const at = this.scalar ? this.endOfScalar(chunk, from) : this.endOfBrackets(chunk, from);
    const ended = at >= 0;
    const to = ended ? at : chunk.length;
    this.length += to - from;
    if (this.state === 'record') parts.push(chunk.subarray(from, to));
    if (!ended) return to;
    if (this.state === 'record') {
      parts.push(this.suffix);
      this.records++;
      this.longest = Math.max(this.longest, this.length);
    }
    this.state = 'between';
    return at;
  }

  /** Where a value in brackets ends in the chunk; -1 if it does not. Every byte passes here: no calls but for long texts. */
  private endOfBrackets(chunk: Buffer, from: number): number {
    const { length } = chunk;
    let { depth } = this;
    let at = from;
    if (this.inText) {
      at = this.endOfText(chunk, from) + 1;
      if (at === 0) return -1;
    }
    while (at < length) {
      const byte = chunk[at++];
      if (byte === QUOTE) {
        const near = Math.min(at + SHORT_TEXT, length);
        while (at < near && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
        if (at < near && chunk[at] === QUOTE) at++;
        else {
          this.inText = true;
          at = this.endOfText(chunk, at) + 1;
          if (at === 0) break;
        }
      } else if (byte === BRACE || byte === BRACKET) depth++;
      else if (byte === BRACE_END || byte === BRACKET_END) {
        depth--;
        if (depth === 0) return at;
      } else if (byte === LINE_FEED || byte === CARRIAGE_RETURN) chunk[at - 1] = SPACE;
    }
    this.depth = depth;
    return -1;
  }

  private endOfScalar(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.inText) {
        at = this.endOfText(chunk, at);
        if (at < 0) return -1;
      } else if (byte === QUOTE) this.inText = true;
      else if (isBlank(byte) || byte === COMMA || byte === BRACE_END || byte === BRACKET_END) return at;
    }
    return -1;
  }

  /** The quotation mark that closes a text; -1 if it is not in the chunk. */
  private endOfText(chunk: Buffer, from: number): number {
    let at = from;
    const near = Math.min(chunk.length, from + SHORT_TEXT);
    for (; at < near; at++) {
      const byte = chunk[at];
      if (this.escaped) this.escaped = false;
      else if (byte === BACKSLASH) this.escaped = true;
      else if (byte === QUOTE) {
        this.inText = false;
        return at;
      }
    }
    return at === chunk.length ? -1 : this.endOfLongText(chunk, at);
  }

  private endOfLongText(chunk: Buffer, from: number): number {
    for (let at = from; ; at++) {
      const end = chunk.indexOf(QUOTE, at);
      const stop = end < 0 ? chunk.length : end;
      let backslashes = stop;
      while (backslashes > from && chunk[backslashes - 1] === BACKSLASH) backslashes--;
      const before = backslashes === from && this.escaped ? 1 : 0;
      const escaped = (stop - backslashes + before) % 2 === 1;
      if (end < 0) {
        this.escaped = escaped;
        return -1;
      }
      if (!escaped) {
        this.inText = false;
        this.escaped = false;
        return end;
      }
      at = end;
    }
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB || byte === RECORD_SEPARATOR;
}
