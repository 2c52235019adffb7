/** What becomes of the bytes of a file that was opened: a picture in the page, or a download of the browser. */
import { h } from './dom.js';

/** Kinds of pictures that are nothing else: an SVG may hold a script. */
const PICTURES = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif', 'image/avif']);
const SHOWN_AT_ONCE = 8 * 1024 * 1024;

/** Whether a file is shown without being asked for. */
export const isShown = ({ type, size }) => PICTURES.has(type) && size <= SHOWN_AT_ONCE;

/** The picture that these bytes are; fails if they are none. */
export async function pictureOf(blob, name) {
  const url = URL.createObjectURL(blob);
  const image = h('img', { src: url, alt: name });
  await image.decode().finally(() => URL.revokeObjectURL(url));
  return image;
}

/** Hands a file to the browser's downloads, whatever it says it is. */
export async function save(name, read) {
  const url = URL.createObjectURL(new Blob([await read()], { type: 'application/octet-stream' }));
  h('a', { href: url, download: name || 'file' }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
