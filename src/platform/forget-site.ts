/** What a page keeps besides its databases: small marks, cached files, the service worker. Gone afterwards, as on a first visit. */
const NAMES = 'headroom-';

/** Never rejects: what the browser does not give is not there either. */
export async function forgetSite(): Promise<void> {
  await Promise.allSettled([Promise.resolve().then(forgetMarks), forgetServiceWorker()]);
}

function forgetMarks(): void {
  const names = Array.from({ length: localStorage.length }, (_, index) => localStorage.key(index));
  for (const name of names) if (name?.startsWith(NAMES)) localStorage.removeItem(name);
}

/** Of this copy of the page alone: another one may live on the same host. */
async function forgetServiceWorker(): Promise<void> {
  const registration = await navigator.serviceWorker.getRegistration('./');
  const scope = registration?.scope ?? new URL('./', location.href).href;
  await registration?.unregister();
  const prefix = `${NAMES}${new URL(scope).pathname}-`;
  for (const name of await caches.keys()) if (name.startsWith(prefix)) await caches.delete(name);
}
