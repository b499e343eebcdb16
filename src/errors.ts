/**
 * Every error a user can cause: what happened, where, what to do next, and the exit code (docs/exit-codes.md).
 * Anything thrown that is not one of these is a bug of ours.
 */
export class UserError extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.exitCode = exitCode;
  }
}

/** 2: the command line or the configuration is wrong. */
export class UsageError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(2, message, options);
  }
}

/** 3: input could not be read, or too much of it was rejected. */
export class InputError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(3, message, options);
  }
}

/** No coding agent has logs on this machine. */
export class NoAgents extends InputError {}

/** 4: there is not enough to decide on. */
export class UndecidedError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(4, message, options);
  }
}

/** There is no usage with a price that could be priced elsewhere. */
export class NothingToSimulate extends UndecidedError {
  constructor(unpriced: number | string) {
    const left = Number(unpriced) === 0 ? '' : `: of ${unpriced} rows in scope no price is known`;
    const next = Number(unpriced) === 0 ? '' : ' llmcost report names the models without one.';
    super(
      `No usage with a price is in scope, so there is nothing to simulate${left}.\nWiden --period or --where.${next}`,
    );
  }
}

/** 5: no usable prices. */
export class PriceSourceError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(5, message, options);
  }
}

const READ_A_FILE = 'A list downloaded elsewhere needs no network: llmcost pricing refresh --from FILE';

/** An answer that asking again will not change: not found, no permission, … */
export class PriceListRefused extends PriceSourceError {
  constructor(address: string, answer: string) {
    super(`${address} answered ${answer}.\nCheck the address. ${READ_A_FILE}`);
  }
}

/** No usable answer, however often it was asked. */
export class PriceListUnreachable extends PriceSourceError {
  constructor(address: string, { tries, trouble }: { tries: number; trouble: string }, cause?: unknown) {
    super(
      `${address} could not be fetched in ${tries === 1 ? '1 try' : `${tries} tries`}: ${trouble}.\nTry again later. ${READ_A_FILE}`,
      { cause },
    );
  }
}

export class PriceListTooLarge extends PriceSourceError {
  constructor(address: string, megabytes: string) {
    super(
      `${address} sends more than ${megabytes} MB; no more of it was read.\nCheck the address, or allow more with --max-size MB.`,
    );
  }
}

export class PriceListIsPage extends PriceSourceError {
  constructor(address: string) {
    super(
      `${address} answered with a web page instead of a price list.\nThe login page of a network or proxy looks like this: open the address in a browser. ${READ_A_FILE}`,
    );
  }
}

export class PriceListElsewhere extends PriceSourceError {
  constructor(address: string, found: string, expected: string) {
    super(`${address} holds the list of ${found}, not the one of ${expected}.\nCheck the address of ${expected}.`);
  }
}

export class PriceRedirectRefused extends PriceSourceError {
  constructor(address: string, why: string) {
    super(`${address} redirects ${why}.\nGive the address it should lead to with --from URL. ${READ_A_FILE}`);
  }
}

/** The user's proxy does not let us through. */
export class ProxyRefused extends PriceSourceError {
  constructor(address: string, answer: string) {
    super(
      `${address} could not be fetched: the proxy answered ${answer}.\nCheck HTTPS_PROXY and HTTP_PROXY (http://USER:PASSWORD@HOST:PORT), or name the host in NO_PROXY. ${READ_A_FILE}`,
    );
  }
}

/** The address cannot prove who it is. */
export class PriceAddressUntrusted extends PriceSourceError {
  constructor(address: string, code: string) {
    super(
      `${address} shows a certificate that is not trusted (${code}).\nIf your network reads along with a certificate of its own, name that: NODE_EXTRA_CA_CERTS=FILE llmcost pricing refresh. ${READ_A_FILE}`,
    );
  }
}

/** --strict: a price list that could not be used is an error. */
export class NotAllRefreshed extends PriceSourceError {
  constructor(failed: number, all: number) {
    super(
      `${failed} of ${all} price lists could not be used, which --strict does not allow.\nThe reasons stand above; what the others brought is kept.`,
    );
  }
}

/** A refresh that brought nothing: a script has to know that its prices grow old. */
export class NothingRefreshed extends PriceSourceError {
  constructor(lists: number) {
    super(
      lists === 1
        ? 'The price list could not be used; the prices are those of before.\nThe reason stands above.'
        : `None of the ${lists} price lists could be used; the prices are those of before.\nThe reasons stand above.`,
    );
  }
}

/** A bundle of some of its lists would lack prices without anybody noticing. */
export class BundleIncomplete extends PriceSourceError {
  constructor(directory: string, { failed, all }: { failed: number; all: number }) {
    super(
      `No bundle was written to ${directory}: ${failed} of ${all} price lists could not be used.\nThe reasons stand above.`,
    );
  }
}

/** Nothing could be fetched, and the book holds nothing either. */
export class NoPrices extends PriceSourceError {
  constructor(reasons: readonly string[]) {
    super(`No price list could be read, and the price book is empty.\n${reasons.join('\n')}`);
  }
}

/** 6: the database. */
export class StoreError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(6, message, options);
  }
}

export class StoreMissing extends StoreError {
  constructor(path: string) {
    super(
      `There is no database at ${path}.\nImport something first: llmcost import <files>, or point to an existing one with --db PATH.`,
    );
  }
}

/** The database would have to be written to before it can be read. */
export class StoreUnready extends StoreError {
  constructor(path: string) {
    super(
      `The database ${path} is of an earlier llmcost, or an import into it was interrupted.\nThe next command that reads it brings it up to date: llmcost report`,
    );
  }
}

export class StoreLocked extends StoreError {
  constructor(path: string, holder: string, cause: unknown) {
    super(
      `The database ${path} is in use by ${holder}.\nWait until it has finished (only one process can write at a time), or use another file with --db PATH.`,
      { cause },
    );
  }
}

export class StoreNewer extends StoreError {
  constructor(path: string, found: number, known: number) {
    super(
      `The database ${path} was written by a newer llmcost (schema ${found}; this one knows up to ${known}).\nUpdate llmcost: npm install llmcost@latest.`,
    );
  }
}

export class StoreForeign extends StoreError {
  constructor(path: string, what: string, cause?: unknown) {
    super(`${path} is ${what}.\nName another file with --db PATH; this one was left untouched.`, { cause });
  }
}

export class StoreUnreachable extends StoreError {
  constructor(path: string, detail: string, cause: unknown) {
    super(
      `The database ${path} cannot be opened: ${detail}.\nCheck that its folder exists and that you may write there, or name another file with --db PATH.`,
      { cause },
    );
  }
}

export class StoreDamaged extends StoreError {
  constructor(path: string, detail: string, cause: unknown) {
    super(
      `The database ${path} cannot be opened: ${detail}\nRestore it from a backup, or move it away and import the logs again.`,
      { cause },
    );
  }
}

/** There is some space left, but a transaction that runs out of it while it commits ends the process. */
export class StoreNearlyFull extends StoreError {
  constructor(path: string, megabytes: number) {
    super(
      `There are less than ${megabytes} MB left to write ${path}, too little to be sure that it stays whole.\nThe database holds what it held before; free some space and run the same command again.`,
    );
  }
}

export class StoreOutOfMemory extends StoreError {
  constructor(path: string, cause: unknown) {
    super(
      `This takes more memory than llmcost allows itself (1 GB), and temporary files do not help.\nNothing in ${path} was changed. Ask for less at a time: a shorter --period, --where to narrow it, fewer models or files.`,
      { cause },
    );
  }
}

export class StoreFull extends StoreError {
  constructor(path: string, cause: unknown) {
    super(
      `There is no space left to write ${path}.\nThe database holds what it held before; free some space and run the same command again.`,
      { cause },
    );
  }
}

/** 5: the place that a team shares cannot be reached, or does not let us in. */
export class TeamPlaceError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(5, message, options);
  }
}
