/** Puts the content security policy into the built page. The development server needs inline scripts and a socket, so there it stays out. */
import type { Plugin } from 'vite';

const POLICY = {
  'default-src': "'none'",
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  // The editor and Svelte's transitions write style elements of their own.
  'style-src': "'self' 'unsafe-inline'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

export function contentSecurityPolicy(): Plugin {
  const content = Object.entries(POLICY)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
  return {
    name: 'headroom-content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  };
}
