// Makes dist/template.duckdb, the database that every new one begins as a copy of: all tables, the bundled prices, no usage.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUNDLE_DIRECTORY } from '../dist/commands/pricing/book.js';
import { loadBundledBook } from '../dist/rate/bundle/bundle.js';
import { withStore } from '../dist/store/store.js';

const path = fileURLToPath(new URL('../dist/template.duckdb', import.meta.url));
for (const file of [path, `${path}.wal`]) rmSync(file, { force: true });
await withStore(path, { access: 'write' }, (store) => loadBundledBook(store, BUNDLE_DIRECTORY));
