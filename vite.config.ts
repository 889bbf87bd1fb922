import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [
    svelte({
      dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? undefined : { runes: true }),
    }),
  ],
  worker: { format: 'es', plugins: () => [] },
  build: { target: 'es2022', sourcemap: true },
  optimizeDeps: { include: ['sql.js', 'idb-keyval', 'uplot', 'node-sql-parser/build/sqlite'] },
  test: { include: ['tests/unit/**/*.test.ts', 'tests/tidy.test.ts'], environment: 'node' },
});
