/** Uploads that can be paused, and that go on by themselves after a break: tus 1.0.0 at `/v1/uploads`. */
import { ServerError } from './sealpost.js';

const PIECE = 8 * 1024 * 1024;
const MOST_FAILURES = 60;
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
 * Stores sealed bytes, through lost connections, pauses and restarts of the server: what is there is not sent again. `progress`
 * hears how much of it is there, from 0 to 1 (null: as much as before), and whether it waits for the connection.
 */
export async function upload(session, blob, about, { progress, brake }) {
  const path = `/v1/uploads/${about.id}`;
  let step = () => begin(session, blob, about);
  let there = 0;
  for (let failures = 0; there < blob.size; ) {
    try {
      await brake.isFree();
      there = await step();
      failures = 0;
      step = () => send(session, path, blob, there, { progress, brake });
    } catch (error) {
      if (brake.isStopped) {
        session.request('DELETE', path, { headers: TUS }).catch(() => {});
        throw error;
      }
      // Perhaps it goes on again already.
      const wasPaused = brake.isPaused || error.name === 'AbortError';
      if (!wasPaused && (!canGoOn(error, failures) || failures === MOST_FAILURES)) throw error;
      failures += wasPaused ? 0 : 1;
      progress(null, !wasPaused);
      if (!wasPaused) await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** failures, 5000)));
      // Whatever was under way: only the server knows how much of it has come.
      const [again, known] = [step, there];
      step = () => howMuch(session, path).catch((gone) => {
        if (gone.status === 404 && !known) return again();
        throw gone;
      });
    }
  }
}

/** Whether it can help to try again. That an id is used up may be by the request whose answer was lost. */
function canGoOn({ isTemporary, status, code }, failures) {
  return isTemporary || status === 423 || status === 500 || code === 'wrong-offset' || (code === 'unreserved-file-id' && failures > 0);
}

/** Begins the upload, which then has the id of its file. */
async function begin(session, blob, { id, wrappedKey }) {
  const about = { protection: 'e2ee', id, wrapped_key: wrappedKey };
  const metadata = Object.entries(about).map(([name, value]) => `${name} ${btoa(value)}`).join(',');
  await session.request('POST', '/v1/uploads', { headers: { ...TUS, 'upload-length': String(blob.size), 'upload-metadata': metadata } });
  return 0;
}

/** How much the server has. */
async function howMuch(session, path) {
  const { headers } = await session.request('HEAD', path, { headers: TUS });
  return Number(headers.get('upload-offset'));
}

/** Sends the next piece. */
async function send(session, path, blob, offset, { progress, brake }) {
  const headers = { ...TUS, 'upload-offset': String(offset), 'content-type': 'application/offset+octet-stream' };
  const told = (loaded) => progress((offset + loaded) / blob.size, false);
  const sent = await put(session, 'PATCH', path, blob.slice(offset, offset + PIECE), headers, told, brake);
  return Number(sent.getResponseHeader('upload-offset'));
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
