/** A file on its way to the server: how far it is, and the buttons to pause it, to go on, and to give it up. */
import { engine } from '../app.js';
import { fill, h, icon } from '../dom.js';
import { fileSize, t } from '../i18n.js';
import { Brake } from '../upload.js';

/**
 * Begins to upload. @returns {{row: HTMLElement, done: Promise<object|null>}} `done` gives what opens the file, or null if it
 * was given up.
 */
export function beginUpload(file, { onStop }) {
  const { name } = file;
  const brake = new Brake();
  const bar = h('progress', { max: 1, value: 0, aria: { label: t('file.uploading', { name }) } });
  const state = h('small', {}, fileSize(file.size));
  const pause = h('button', { type: 'button', class: 'quiet', onclick: () => (brake.isPaused ? brake.resume() : brake.pause()) });
  const drawPause = () => {
    fill(pause, icon(brake.isPaused ? 'play' : 'pause'));
    pause.setAttribute('aria-label', t(brake.isPaused ? 'file.resume' : 'file.pause', { name }));
    state.textContent = brake.isPaused ? t('file.paused') : fileSize(file.size);
  };
  drawPause();
  brake.addEventListener('change', drawPause);
  const stop = () => {
    brake.stop();
    onStop();
  };
  const row = h('li', { dataset: { name } }, icon('file'), h('span', {}, h('b', {}, name), state), bar, pause,
    h('button', { type: 'button', class: 'quiet', aria: { label: t('file.remove', { name }) }, onclick: stop }, icon('close')));
  const progress = (share, isWaiting) => {
    bar.value = share ?? bar.value;
    if (!brake.isPaused) state.textContent = isWaiting ? t('file.waiting') : fileSize(file.size);
  };
  const done = engine.files.upload(file, { progress, brake }).then((sealed) => {
    pause.remove();
    bar.replaceWith(h('span', { class: 'ready' }, icon('check', t('file.ready'))));
    return sealed;
  }, (error) => {
    if (brake.isStopped) return null;
    throw error;
  });
  return { row, done };
}
