// The built page in dist/, made anew when its sources are newer. Ends the process when it cannot be built.
import { join } from 'node:path';
import { ROOT, runTool } from './run.mjs';
import { isStale, PAGE_SOURCES } from './stale.mjs';

export async function buildIfStale() {
  if (!isStale('dist/index.html', PAGE_SOURCES)) return;
  console.log('dist/ is older than the sources: building');
  const { code, output } = await runTool(join(ROOT, 'node_modules/vite/bin/vite.js'), ['build']);
  if (code === 0) return;
  console.error(output);
  process.exit(1);
}
