/** Uploads that can be paused, and that go on by themselves after a break. */
import { ServerError } from './sealpost.js';

/** Pauses and goes on. Emits `change`. */
export class Brake extends EventTarget {
  isPaused = false;
  isStopped = false;

  pause() {
    this.isPaused = true;
    this.dispatchEvent(new Event('change'));
  }

  resume() {
    this.isPaused = false;
    this.dispatchEvent(new Event('change'));
  }

  stop() {
    this.isStopped = true;
    this.dispatchEvent(new Event('change'));
  }

  /** Until it is not paused. */
  async isFree() {
    while (this.isPaused && !this.isStopped) await new Promise((resolve) => this.addEventListener('change', resolve, { once: true }));
    if (this.isStopped) throw new DOMException('stopped', 'AbortError');
  }
}

/**
 * Stores sealed bytes, through lost connections and pauses: what did not come whole is sent again. `progress` hears how much of
 * it is there, from 0 to 1, and whether it waits for the connection.
 */
export async function upload(session, blob, { id, wrappedKey }, { progress, brake }) {
  const headers = { 'content-type': 'application/octet-stream', 'wrapped-key': wrappedKey };
  const path = `/v1/files?protection=e2ee&id=${id}`;
  for (let failures = 0; ; ) {
    await brake.isFree();
    try {
      await put(session, 'POST', path, blob, headers, (loaded) => progress(loaded / blob.size, false), brake);
      return;
    } catch (error) {
      // The answer to an upload that was whole may have been lost.
      if (error.code === 'unreserved-file-id' && failures) return;
      const canGoOn = brake.isPaused || error.isTemporary;
      if (brake.isStopped || !canGoOn || failures > 60) throw error;
      failures += 1;
      progress(0, !brake.isPaused);
      await brake.isFree();
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** failures, 5000)));
    }
  }
}

/** A request whose body's way can be watched: `fetch` does not tell. */
async function put(session, method, path, body, headers, progress, brake) {
  const token = await session.accessToken();
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, session.server.url(path));
    request.responseType = 'json';
    for (const [name, value] of Object.entries({ ...headers, authorization: `Bearer ${token}` })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded }) => progress(loaded);
    request.onload = () => (request.status < 300 ? resolve(request) : reject(new ServerError(request.status, request.response ?? {})));
    request.onerror = () => reject(new ServerError(0, { code: 'unreachable' }));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    const halt = () => (brake.isPaused || brake.isStopped) && request.abort();
    brake.addEventListener('change', halt);
    request.onloadend = () => brake.removeEventListener('change', halt);
    request.send(body);
  });
}
