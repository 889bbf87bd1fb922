// A small static server for dist/: what any plain host does, with or without the headers that isolate a page.
// As a program: node scripts/static-server.mjs [--port 4173] [--base /sub/path/] [--isolated] [--dir dist]
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { readOptions } from './lib/options.mjs';
import { ROOT } from './lib/run.mjs';
import { ISOLATION_HEADERS } from './lib/isolation.mjs';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
};

/**
 * Serves a folder on 127.0.0.1. Port 0 takes any free one. Nothing outside `base` answers, as on a shared host.
 * @returns {Promise<{url: string, close: () => Promise<void>}>} `url` ends in `base`
 */
export async function serveFolder({ dir = 'dist', port = 0, base = '/', isolated = false } = {}) {
  const folder = resolve(ROOT, dir);
  const server = createServer(async (request, response) => {
    for (const [name, value] of Object.entries(isolated ? ISOLATION_HEADERS : {})) response.setHeader(name, value);
    const file = await fileFor(folder, base, request.url ?? '/');
    if (!file) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    // A file that goes while it is being sent ends that answer, not the server.
    pipeline(createReadStream(file), response, () => {});
  });
  await new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
  const close = () =>
    new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${server.address().port}${base}`, close };
}

async function fileFor(folder, base, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, 'http://host').pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith(base)) return undefined;
  const inside = path.slice(base.length);
  const file = normalize(join(folder, inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside));
  if (!file.startsWith(folder + sep)) return undefined;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() ? file : undefined;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const options = readOptions({ port: 4173, base: '/', isolated: false, dir: 'dist' });
  try {
    const { url } = await serveFolder(options);
    console.log(`Serving ${options.dir} at ${url}${options.isolated ? ' (cross-origin isolated)' : ''}`);
  } catch (error) {
    const taken = error.code === 'EADDRINUSE';
    console.error(taken ? `Port ${options.port} is taken. Give another one with --port.` : error.message);
    process.exit(1);
  }
}
