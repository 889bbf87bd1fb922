/**
 * Registers the service worker of a built page and tells when a newer version is ready. Nothing changes under the
 * person's hands: the new version waits until `apply` is called, which reloads the page.
 */

/** Calls `onUpdateReady` each time that a newer version is ready to take over. Does nothing in development. */
export function registerServiceWorker(onUpdateReady: (apply: () => void) => void): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Where registration is refused (private mode, plain http) the lab simply works without it.
  void register(onUpdateReady).catch(() => undefined);
}

async function register(onUpdateReady: (apply: () => void) => void): Promise<void> {
  const { serviceWorker } = navigator;
  // A page without a controller is the first visit: the first worker takes over without a word.
  let hadController = serviceWorker.controller !== null;
  let asked = false;
  serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    // Another tab asked for the new version: this page still runs the old one.
    else if (hadController) onUpdateReady(() => location.reload());
    hadController = true;
  });

  const registration = await serviceWorker.register('./sw.js');
  const offer = (worker: ServiceWorker): void =>
    onUpdateReady(() => {
      asked = true;
      worker.postMessage({ type: 'skip-waiting' });
    });
  if (registration.waiting && registration.active) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const incoming = registration.installing;
    incoming?.addEventListener('statechange', () => {
      if (incoming.state === 'installed' && registration.active) offer(incoming);
    });
  });
}
