/** The files of the account, and those that others have shared with it. */
import { engine, listen, to } from '../app.js';
import { fill, h, icon } from '../dom.js';
import { explain, fileSize, shortTime, t } from '../i18n.js';
import { beginUpload } from './uploads.js';

export function filesView(section = 'mine', signal) {
  const isShared = section === 'shared';
  const list = h('ul', { class: 'files', aria: { label: t(isShared ? 'files.shared' : 'files.mine') } });
  const more = h('button', { hidden: true, onclick: () => load(false) }, t('files.more'));
  const state = h('p', { class: 'hint', role: 'status' }, t('loading'));
  let next = null;

  async function load(isAnew) {
    try {
      const page = await engine.files.page(isShared, isAnew ? null : next);
      if (signal.aborted) return;
      next = page.next;
      if (isAnew) list.replaceChildren();
      list.append(...page.files.map(row));
      more.hidden = !next;
      state.textContent = list.children.length ? '' : t(isShared ? 'files.shared.none' : 'files.none');
    } catch (error) {
      state.textContent = explain(error);
    }
  }
  load(true);
  listen(signal, 'files', () => load(true));
  if (isShared) engine.files.areSeen();
  const tab = (name) => h('a', { href: to('files', name), aria: { current: (name === 'shared') === isShared ? 'page' : null } }, t(`files.${name}`));
  const body = h('div', { class: 'body' }, !isShared && adder(), state, list, more);
  return h('section', { class: 'page' }, h('header', { class: 'bar' },
    h('a', { class: 'button round quiet back', href: to(), aria: { label: t('back') } }, icon('back')), h('h1', {}, t('files'))),
  h('nav', { class: 'tabs', aria: { label: t('files') } }, tab('mine'), tab('shared')), body);
}

function row(file) {
  const { about } = file;
  const from = file.shared_by && t('files.from', { name: file.shared_by.username });
  return h('li', {}, h('a', { href: to('file', file.id) }, icon('file'),
    h('span', { class: 'lines' }, h('b', { class: 'name', dir: 'auto' }, nameOf(about)),
      h('small', {}, [fileSize(about.size), shortTime(new Date(file.created_at)), from].filter(Boolean).join(' · '))),
    protectionMark(file)));
}

/** What a file is called, or why that is not known. */
export function nameOf(about) {
  if (about.problem) return t('file.closed');
  return about.name || t('file.nameless');
}

/** Who can read a file. */
export function protectionMark({ protection }) {
  return protection === 'e2ee'
    ? h('span', { class: 'protection e2ee', title: t('file.e2ee') }, icon('lock', t('file.e2ee')))
    : h('span', { class: 'protection server', title: t('protection.server') }, icon('server'), t('protection.server.short'));
}

/** What is on its way, which goes on while the reader looks at something else. */
const running = new Set();
addEventListener('beforeunload', (event) => running.size && event.preventDefault());

function start(file) {
  const end = () => {
    running.delete(upload);
    upload.row.remove();
  };
  const upload = beginUpload(file, { onStop: end });
  running.add(upload);
  upload.done.then((sealed) => {
    end();
    if (sealed) engine.tell('files');
  }, (error) => {
    upload.row.append(h('p', { class: 'error', role: 'alert' }, t('file.failed'), ' ', explain(error)));
  });
  return upload;
}

/** Where files are put in: a button, and a place to drop them. */
function adder() {
  const uploads = h('ul', { class: 'uploads', aria: { label: t('files.uploads') } }, [...running].map(({ row: one }) => one));
  const picker = h('input', { type: 'file', multiple: true, class: 'unseen', tabindex: '-1', aria: { hidden: 'true' } });
  const add = (files) => {
    for (const file of files) uploads.append(start(file).row);
  };
  picker.addEventListener('change', () => {
    add([...picker.files]);
    picker.value = '';
  });
  const place = h('div', { class: 'drop' }, h('button', { class: 'main', onclick: () => picker.click() }, icon('plus'), t('files.add')), picker,
    h('p', { class: 'hint' }, t('files.drop')), uploads);
  place.addEventListener('dragover', (event) => {
    event.preventDefault();
    place.dataset.over = 'yes';
  });
  place.addEventListener('dragleave', () => delete place.dataset.over);
  place.addEventListener('drop', (event) => {
    event.preventDefault();
    delete place.dataset.over;
    add([...event.dataTransfer.files]);
  });
  return place;
}

/** Puts a message of emptiness in place of a page that is not there. */
export const nothingHere = (element, text, back) => fill(element, h('div', { class: 'empty' }, h('p', { role: 'alert' }, text), h('a', { class: 'button', href: back }, t('back'))));
