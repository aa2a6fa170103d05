// node scripts/build_web.mjs SOURCES OUT: bundles every *.ts and *.css of SOURCES (names that begin with '_' are only imported), copies *.svg,
// and puts a gzip copy beside each result. The same sources give the same bytes.
import { build } from 'esbuild';
import { mkdir, readdir, readFile, writeFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const [sources, out] = process.argv.slice(2);
if (!sources || !out) {
  console.error('usage: node scripts/build_web.mjs SOURCES OUT');
  process.exit(2);
}

const names = (await readdir(sources)).filter((name) => !name.startsWith('_')).sort();
const bundled = names.filter((name) => /\.(ts|css)$/.test(name) && !name.endsWith('.d.ts'));
const pictures = names.filter((name) => name.endsWith('.svg'));

await mkdir(out, { recursive: true });
await build({
  entryPoints: bundled.map((name) => join(sources, name)),
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022', 'chrome111', 'firefox115', 'safari16'],
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
});
await Promise.all(pictures.map((name) => copyFile(join(sources, name), join(out, name))));

for (const name of [...bundled.map((file) => file.replace(/\.ts$/, '.js')), ...pictures]) {
  await writeFile(join(out, `${name}.gz`), gzipSync(await readFile(join(out, name)), { level: 9 }));
}
