import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { contentSecurityPolicy } from './scripts/content-security-policy.ts';
import { ISOLATION_HEADERS } from './scripts/lib/isolation.mjs';
import { precache } from './scripts/precache.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Relative addresses: the build works from any sub-path of any static host.
  base: './',
  plugins: [
    svelte({
      configFile: false,
      // Runes for our own components only; libraries may still be written the old way.
      dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? undefined : { runes: true }),
    }),
    contentSecurityPolicy(),
    precache(here('./public'), here('./scripts/service-worker.js')),
  ],
  worker: { format: 'es' },
  build: { target: 'es2022', sourcemap: true },
  server: { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS },
  // Found late otherwise, because only workers or lazy parts import them: the page would reload once.
  optimizeDeps: {
    include: [
      'sql.js',
      'idb-keyval',
      'uplot',
      'node-sql-parser/build/sqlite.js',
      'sqlite3-parser',
      'papaparse',
      'hyparquet',
      'hyparquet-compressors',
    ],
  },
  test: {
    // Bounds against what hangs, tests and the hooks that open whole labs alike; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['tests/unit/**/*.test.ts', 'tests/tidy.test.ts'],
          exclude: ['**/*.svelte.test.ts'],
          environment: 'node',
          // Our modules hold no state of their own, and SQLite is one per process anyway; loading them anew for every
          // file takes longer than all tests together.
          isolate: false,
        },
      },
      {
        extends: true,
        // Components need Svelte's browser build: in its server build effects do not run.
        resolve: { conditions: ['browser'] },
        test: { name: 'dom', include: ['tests/unit/**/*.svelte.test.ts'], environment: 'happy-dom' },
      },
    ],
  },
});
