/** The one engine, and the way from page to page: what stands behind the `#` of the address. No secret stands there. */
import { Engine } from './engine.js';

export const engine = new Engine();

/** Where the reader is, as parts: `#/c/ID/info` is `['c', 'ID', 'info']`. */
export const place = () => location.hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent);

/** Goes somewhere: `go('c', id)`. */
export function go(...parts) {
  const hash = `#/${parts.map(encodeURIComponent).join('/')}`;
  if (location.hash === hash) dispatchEvent(new HashChangeEvent('hashchange'));
  else location.hash = hash;
}

/** The address of a place, for links. */
export const to = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;

/** Hears what changes, until the page is left. `listen(signal, 'conversations', run)`. */
export function listen(signal, what, run) {
  const kinds = [what].flat();
  engine.addEventListener('change', ({ detail }) => kinds.includes(detail.what) && run(detail.id), { signal });
}
