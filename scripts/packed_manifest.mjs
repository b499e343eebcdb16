// The package.json of the package: without scripts and what only they need, which npm warns of when the package is installed.
//   node scripts/packed_manifest.mjs strip     before packing (prepack)
//   node scripts/packed_manifest.mjs restore   after it (postpack)
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const manifest = fileURLToPath(new URL('../package.json', import.meta.url));
const whole = fileURLToPath(new URL('../.package.whole.json', import.meta.url));

function restore() {
  // Also what a pack that was cut off left behind.
  if (existsSync(whole)) renameSync(whole, manifest);
}

function strip() {
  restore();
  const text = readFileSync(manifest, 'utf8');
  const { scripts: _, devDependencies: __, ...packed } = JSON.parse(text);
  writeFileSync(whole, text);
  writeFileSync(manifest, `${JSON.stringify(packed, null, 2)}\n`);
}

if (process.argv[2] === 'strip') strip();
else restore();
