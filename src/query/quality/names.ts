import { join } from 'node:path';
import { sql } from '../../sql.js';
import type { Store } from '../../store/store.js';
import type { ModelName } from './refresh.js';
import { csvRows } from './scores.js';

/** What boards call the models that are sold: quality/names.csv, made by hand from what boards and sellers publish. */
export async function modelNames(store: Store, directory: string): Promise<ModelName[]> {
  return store.rows<{ [name in keyof ModelName]: ModelName[name] }>(sql`
    select model, epoch, arena, aider, confidence, undated, note
    from ${csvRows(join(directory, 'names.csv'))}`);
}
