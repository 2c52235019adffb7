/** Uploads that can be paused, and that go on by themselves after a break: tus 1.0.0 at `/v1/uploads`. */
import { ServerError } from './sealpost.js';

const PIECE = 8 * 1024 * 1024;
const TUS = { 'tus-resumable': '1.0.0' };

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
 * Uploads, through lost connections and restarts of the server. `progress` hears how much of it is there, from 0 to 1, and
 * whether it waits for the connection.
 * @returns {Promise<{id: string}>} the file
 */
export async function upload(session, blob, { progress, brake }) {
  await brake.isFree();
  let path;
  try {
    const begun = await session.request('POST', '/v1/uploads', { headers: { ...TUS, 'upload-length': String(blob.size), 'upload-metadata': `filetype ${btoa('application/octet-stream')}` } });
    path = new URL(begun.headers.get('location'), session.server.base).pathname.replace(/^.*(?=\/v1\/uploads\/)/, '');
  } catch (error) {
    // A server that is older than this client takes files at one go.
    if (error.status !== 404) throw error;
    const sent = await put(session, 'POST', '/v1/files', blob, { 'content-type': 'application/octet-stream' }, (loaded) => progress(loaded / blob.size, false), brake);
    return sent.response;
  }
  const file = await fill(session, path, blob, { progress, brake });
  return { id: (file ?? path).split('/').at(-1) };
}

async function fill(session, path, blob, { progress, brake }) {
  let offset = 0;
  let failures = 0;
  let file = null;
  while (offset < blob.size) {
    try {
      await brake.isFree();
      const headers = { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
      const sent = await put(session, 'PATCH', path, blob.slice(offset, offset + PIECE), headers, (loaded) => progress((offset + loaded) / blob.size, false), brake);
      offset = Number(sent.getResponseHeader('upload-offset'));
      file = sent.getResponseHeader('upload-file') ?? file;
      failures = 0;
    } catch (error) {
      if (brake.isStopped) {
        session.request('DELETE', path, { headers: TUS }).catch(() => {});
        throw error;
      }
      const canGoOn = brake.isPaused || error.isTemporary || error.status === 409 || error.status === 423 || error.status === 500;
      if (!canGoOn || failures > 60) throw error;
      failures += brake.isPaused ? 0 : 1;
      progress(offset / blob.size, !brake.isPaused);
      await brake.isFree();
      await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** failures, 5000)));
      offset = await askOffset(session, path, offset);
    }
  }
  return file;
}

/** How much the server has; what was known before, if it does not answer. */
async function askOffset(session, path, known) {
  try {
    const { headers } = await session.request('HEAD', path, { headers: TUS });
    return Number(headers.get('upload-offset'));
  } catch (error) {
    if (!error.isTemporary) throw error;
    return known;
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
