// `npm start`: the lab on Vite's development server, cross-origin isolated. Options: --port N (5173 unless told).
import { createServer } from 'vite';
import { requireNode } from './lib/node-version.mjs';
import { readOptions } from './lib/options.mjs';
import { ROOT } from './lib/run.mjs';

requireNode();
const { port } = readOptions({ port: 5173 });

try {
  const server = await createServer({ root: ROOT, server: { port, strictPort: true }, clearScreen: false });
  await server.listen();
  console.log(
    `\n  Headroom is at ${server.resolvedUrls?.local[0] ?? `http://localhost:${port}/`}\n  Ctrl-C ends it.\n`,
  );
} catch (error) {
  const taken = error.code === 'EADDRINUSE' || /already in use/.test(error.message);
  console.error(
    taken
      ? `Port ${port} is taken by another program. Give another one: npm start -- --port ${port + 1}`
      : `The development server could not start: ${error.message}`,
  );
  process.exit(1);
}
