/*
 * The service worker: the lab works offline, and is cross-origin isolated on hosts that cannot send headers (from the
 * second visit on). The build writes it to sw.js with the version and the file list filled in.
 *
 * A new version waits until the page asks for it ({type: 'skip-waiting'}). The version before it stays in its cache
 * for one more round, for tabs that are still open on the old page and load a part of it late.
 */
const VERSION = __VERSION__;
const FILES = __FILES__;
const HEADERS = __HEADERS__;

// Several copies of the lab may live on one host: each keeps to the caches of its own scope.
const PREFIX = `headroom-${new URL(self.registration.scope).pathname}-`;
const CACHE = PREFIX + VERSION;

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('message', (event) => {
  if (event.data && event.data.type === 'skip-waiting') self.skipWaiting();
});
self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return;
  event.respondWith(answer(request));
});

/** Responses are kept with their headers already set, so that answering from the cache costs nothing. */
async function install() {
  const cache = await caches.open(CACHE);
  await Promise.all(FILES.map((file) => keep(cache, new Request(file, { cache: 'no-cache' }))));
}

async function keep(cache, request) {
  const response = await fetch(request);
  if (!response.ok) throw new Error(`${request.url} answered ${response.status}`);
  await cache.put(request, isolated(response));
}

async function activate() {
  const own = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  // keys() is in the order of creation: the last one is the version that tabs may still be using.
  await Promise.all(own.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answer(request) {
  return (await fromCache(request)) || isolated(await fetch(request));
}

async function fromCache(request) {
  const current = await caches.open(CACHE);
  const found = await current.match(request, { ignoreSearch: request.mode === 'navigate' });
  if (found) return found;
  if (request.mode === 'navigate') return current.match('./');
  for (const name of await caches.keys()) {
    const older = name.startsWith(PREFIX) && (await (await caches.open(name)).match(request));
    if (older) return older;
  }
  return undefined;
}

/** The same response with the headers of a cross-origin isolated page. */
function isolated(response) {
  if (response.status === 0 || response.type === 'error') return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const { status, statusText } = response;
  const empty = status === 204 || status === 205 || status === 304;
  return new Response(empty ? null : response.body, { status, statusText, headers });
}
