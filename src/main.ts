/** The page's entry: starts the engine worker, mounts the page, and says plainly when something is missing. */
import { mount } from 'svelte';
import wasmUrl from 'sql.js/dist/sql-wasm.wasm?url';
import type { Port } from './core/rpc.ts';
import { EngineClient } from './engine/client.ts';
import { registerServiceWorker } from './platform/service-worker.ts';
import App from './ui/App.svelte';
import './ui/tokens.css';
import './ui/base.css';
import { createConsoleApi } from './ui/console-api.ts';
import { EngineState } from './ui/state/engine.svelte.ts';
import { theme } from './ui/state/theme.svelte.ts';

const QUIET_AFTER_START_MS = 1500;

theme.restore();

const target = document.getElementById('app') ?? document.body;
const { port, onFailure } = startEngine();
const engine = new EngineState(new EngineClient(port));
onFailure((message) => engine.fail(message));
engine.forgetSite = async () => (await import('./platform/forget-site.ts')).forgetSite();
mount(App, {
  target,
  props: {
    engine,
    boot: {
      safe: new URLSearchParams(window.location.search).has('safe'),
      wasmUrl: new URL(wasmUrl, window.location.href).href,
      cores: navigator.hardwareConcurrency || 1,
    },
  },
});
Object.assign(window, { headroom: createConsoleApi(engine.client) });
// Installing fetches every file of the page: not while the first rows are on their way.
void engine.started.then(() => setTimeout(() => registerServiceWorker(offerUpdate), QUIET_AFTER_START_MS));

function offerUpdate(apply: () => void): void {
  engine.notify({
    id: 'update',
    tone: 'info',
    message: 'A newer version of Headroom is ready.',
    action: { title: 'Reload with it', run: apply },
  });
}

/** A port to the engine worker. Where none can be had the port stays silent, and `onFailure` hears why. */
function startEngine(): { port: Port; onFailure: (listener: (message: string) => void) => void } {
  const silent: Port = { postMessage: () => {}, listen: () => {} };
  if (typeof WebAssembly !== 'object' || typeof Worker !== 'function') {
    const missing = typeof Worker === 'function' ? 'WebAssembly' : 'web workers';
    return {
      port: silent,
      onFailure: (listener) =>
        listener(
          `This browser has no ${missing} (or a setting turns it off), and SQLite needs it. Try another browser.`,
        ),
    };
  }
  const worker = new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module' });
  let answered = false;
  return {
    port: {
      postMessage: (message, transfer = []) => worker.postMessage(message, transfer),
      listen: (onMessage) => {
        worker.onmessage = (event: MessageEvent<unknown>) => {
          answered = true;
          onMessage(event.data);
        };
      },
    },
    onFailure: (listener) => {
      worker.onerror = (event) => {
        // An error before the first answer means that the script never ran; later ones are the engine's own to report.
        if (answered) return;
        event.preventDefault();
        listener('The engine script could not be loaded. Check the connection and reload the page.');
      };
    },
  };
}
