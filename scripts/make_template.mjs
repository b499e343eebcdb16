// Makes dist/template.duckdb, the database that every new one begins as a copy of: all tables, the bundled prices,
// what each model costs by them, no usage.
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BUNDLE_DIRECTORY } from '../dist/commands/pricing/book.js';
import { loadBundledBook } from '../dist/rate/bundle/bundle.js';
import { fillPriceCards } from '../dist/rate/cards/price_cards.js';
import { withStore } from '../dist/store/store.js';

const path = fileURLToPath(new URL('../dist/template.duckdb', import.meta.url));
for (const file of [path, `${path}.wal`]) rmSync(file, { force: true });
await withStore(path, { access: 'write' }, async (store) => {
  await loadBundledBook(store, BUNDLE_DIRECTORY);
  await fillPriceCards(store);
});
// It holds nobody's usage, and another user than the one who installed the package copies it.
chmodSync(path, 0o644);
