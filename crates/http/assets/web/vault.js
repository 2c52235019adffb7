/**
 * What this browser keeps, in IndexedDB: private keys whose halves nobody gets out, and all else that is secret sealed under a
 * key of the same kind. Nothing of it is in `localStorage`, and nothing in an address.
 */

const NAME = 'sealpost';
const STORES = ['profile', 'trust', 'outbox'];
let opening = null;

function database() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => STORES.forEach((store) => request.result.createObjectStore(store));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opening;
}

async function run(store, mode, work) {
  const transaction = (await database()).transaction(store, mode);
  const request = work(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

export const get = (store, key) => run(store, 'readonly', (rows) => rows.get(key));
export const all = (store) => run(store, 'readonly', (rows) => rows.getAll());
export const put = (store, key, value) => run(store, 'readwrite', (rows) => rows.put(value, key));
export const remove = (store, key) => run(store, 'readwrite', (rows) => rows.delete(key));

/** Forgets everything. */
export async function clear() {
  for (const store of STORES) await run(store, 'readwrite', (rows) => rows.clear());
}

async function sealingKey() {
  const kept = await get('profile', 'local-key');
  if (kept) return kept;
  const made = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
  await put('profile', 'local-key', made);
  return made;
}

/** Keeps a value sealed. */
export async function putSealed(store, key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await sealingKey(), bytes);
  await put(store, key, { iv, sealed });
}

async function unseal({ iv, sealed }) {
  const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await sealingKey(), sealed);
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** A value of {@link putSealed}, or null. */
export async function getSealed(store, key) {
  const row = await get(store, key);
  return row ? unseal(row) : null;
}

/** All of them. */
export async function allSealed(store) {
  return Promise.all((await all(store)).map(unseal));
}
