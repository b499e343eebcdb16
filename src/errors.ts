/**
 * Every error a user can cause: what happened, where, what to do next, and the exit code (README, "Exit codes").
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

/** 4: there is not enough to decide on. */
export class UndecidedError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(4, message, options);
  }
}

/** 5: no usable prices. */
export class PriceSourceError extends UserError {
  constructor(message: string, options?: ErrorOptions) {
    super(5, message, options);
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

export class StoreFull extends StoreError {
  constructor(path: string, cause: unknown) {
    super(
      `There is no space left to write ${path}.\nThe database holds what it held before; free some space and run the same command again.`,
      { cause },
    );
  }
}
