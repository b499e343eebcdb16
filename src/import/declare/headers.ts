import { InputError } from '../../errors.js';

/*
 * A header is known by its letters: `Model`, `MODEL ` and `model` are one column, whatever program wrote the file. Only
 * where a file has two such columns their case tells them apart.
 */

/** Where a column stands among the headers of a file, from 0; -1 if it is not there. What is written exactly so comes first. */
export function columnOf(headers: readonly string[], wanted: string): number {
  const exact = headers.indexOf(wanted);
  return exact >= 0 ? exact : headers.findIndex((header) => sameHeader(header, wanted));
}

/** Whether two headers differ in nothing but case and blanks around them. */
export function sameHeader(one: string, other: string): boolean {
  return plainHeader(one) === plainHeader(other);
}

function plainHeader(header: string): string {
  return header.trim().normalize('NFC').toLowerCase();
}

/** Throws InputError where a name that is looked for could be either of two columns. */
export function checkUnambiguous(headers: readonly string[], wanted: readonly string[], file: string): void {
  for (const name of wanted) {
    if (headers.includes(name)) continue;
    const [one, other] = headers.filter((header) => sameHeader(header, name));
    if (one === undefined || other === undefined) continue;
    throw new InputError(
      `${file} has two columns that could be '${name}': '${one}' and '${other}'.\nRename the one that is not meant in the header line.`,
    );
  }
}

/** A mapping names one column, and the format reads another one of the same letters. */
export function twins(file: string, one: string, other: string): InputError {
  return new InputError(
    `${file} has the columns '${one}' and '${other}', which differ in case only, and both are read.\nRename one of them in the header line.`,
  );
}
