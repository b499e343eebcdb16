import type { ImportedFile } from '../../import/load/answer.js';
import { importLine, sumText, totalOf } from './import.js';

/** One import of a watched file: '12:00:05 logs/app.jsonl: llmcost-jsonl, 5 new lines = 5 imported, cost $0.002'; the time is UTC. */
export function watchedLine(file: ImportedFile, at: Date): string {
  return `${at.toISOString().slice(11, 19)} ${importLine(file)}\n`;
}

/** The same for programs: an object on a line. */
export function watchedAsJson(file: ImportedFile, at: Date): string {
  return `${JSON.stringify({ schema: 'llmcost.import_watch/1', at: at.toISOString(), ...file, rejects: file.rejects.slice(0, 100) })}\n`;
}

/** What was imported while files were watched. */
export function watchedSum(files: readonly ImportedFile[]): string {
  const imports = files.filter(({ status }) => status === 'imported');
  const failed = files.length - imports.length;
  const problems = failed === 0 ? '' : `; ${failed === 1 ? '1 file was' : `${failed} files were`} not imported`;
  if (imports.length === 0) return `Nothing was imported${problems}.\n`;
  const count = imports.length === 1 ? '1 import' : `${imports.length} imports`;
  return `${count}: ${sumText(totalOf(imports))}${problems}.\n`;
}
