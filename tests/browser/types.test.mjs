// esbuild strips types without looking at them; this looks.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { test } from 'node:test';

test('the scripts of the pages agree with their types', () => {
  execFileSync(process.execPath, [createRequire(import.meta.url).resolve('typescript/bin/tsc'), '--project', 'server/web/assets'], { stdio: 'inherit' });
});
