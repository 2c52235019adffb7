/** One file: what it is, who may read it, and the links to it. */
import { engine, go, listen, to } from '../app.js';
import { busily, dialog, field, fill, h, icon } from '../dom.js';
import { explain, fileSize, nearTime, t } from '../i18n.js';
import { isShown, pictureOf, save } from '../saving.js';
import { act } from './details.js';
import { nameOf, nothingHere, protectionMark } from './files.js';
import { avatar } from './people.js';
import { form } from './welcome.js';

const LIFETIMES = [3600, 86_400, 604_800, 2_592_000];

export function fileView(id, signal) {
  const body = h('div', { class: 'body' }, h('p', {}, t('loading')));
  const back = () => to('files', ...(element.dataset.shared ? ['shared'] : []));
  const element = h('section', { class: 'page' }, h('header', { class: 'bar' },
    h('a', { class: 'button round quiet back', href: to('files'), aria: { label: t('back') } }, icon('back')), h('h1', {}, t('file.title'))), body);
  const draw = async () => {
    const file = await engine.files.find(id);
    if (file.shared_by) element.dataset.shared = 'yes';
    element.querySelector('.back').setAttribute('href', back());
    const parts = file.shared_by ? [] : [await peoplePart(file, draw), await linksPart(file, draw)];
    if (!signal.aborted) fill(body, headPart(file), parts);
  };
  const fail = (error) => nothingHere(body, explain(error), back());
  draw().catch(fail);
  listen(signal, 'files', (about) => about === id && draw().catch(fail));
  return element;
}

function headPart(file) {
  const { about } = file;
  const problem = h('p', { class: 'error', role: 'alert' });
  const name = nameOf(about);
  const picture = h('figure', { class: 'picture' });
  const keep = h('button', { class: 'main', disabled: Boolean(about.problem), onclick: () => busily(keep, () => save(about.name, () => engine.files.read(file)).catch((error) => {
    problem.textContent = `${t('file.failed')} ${explain(error)}`;
  })) }, t('file.save'));
  if (!about.problem && isShown(about)) {
    const show = (blob) => pictureOf(new Blob([blob], { type: about.type }), about.name).then((image) => picture.append(image), () => {
      problem.textContent = t('file.no-picture');
    });
    engine.files.read(file).then(show).catch((error) => {
      problem.textContent = explain(error);
    });
  }
  return h('section', {}, h('h2', { dir: 'auto' }, name),
    h('p', { class: 'hint' }, [fileSize(about.size), nearTime(new Date(file.created_at)), file.shared_by && t('files.from', { name: file.shared_by.username })].filter(Boolean).join(' · ')),
    h('p', { class: 'note' }, protectionMark(file), t(file.protection === 'e2ee' ? 'file.e2ee' : 'protection.server')),
    about.problem && h('p', { class: 'error' }, t(`file.closed.${about.problem === 'not-for-you' ? 'not-for-you' : 'other'}`)),
    picture, problem, h('div', { class: 'choices' }, keep, removal(file)));
}

function removal(file) {
  const kind = file.shared_by ? 'give-up' : 'delete';
  return act(t(`file.${kind}`), async () => {
    const isSure = await dialog(t(`file.${kind}`), (close) => [h('p', {}, t(`file.${kind}.explain`)),
      h('div', { class: 'choices' }, h('button', { class: 'danger', onclick: () => close(true) }, t(`file.${kind}`)), h('button', { autofocus: true, onclick: () => close() }, t('cancel')))]);
    if (!isSure) return;
    if (file.shared_by) await engine.session.delete(`/v1/files/${file.id}/shares/${encodeURIComponent(engine.me.username)}`);
    else await engine.files.remove(file);
    go('files', ...(file.shared_by ? ['shared'] : []));
  }, 'danger');
}

async function peoplePart(file, draw) {
  const path = `/v1/files/${file.id}/shares`;
  const { data } = await engine.session.get(path);
  const fields = { username: field(t('share.with'), h('input', { name: 'share-with', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' }), t('share.with.hint')) };
  const share = async () => {
    const name = fields.username.input.value.trim();
    if (!name) return fields.username.input.focus();
    try {
      const user = await engine.session.get(`/v1/users/${encodeURIComponent(name)}`);
      await engine.correspondent.shareFile(file, user);
    } catch (error) {
      if (error.code === 'not-approved') return fields.username.refuse(t('share.not-approved', { name }));
      if (error.status === 404) return fields.username.refuse(t('error.unknown-user'));
      throw error;
    }
    return draw();
  };
  return h('section', {}, h('h3', {}, t('share.title')), !data.length && h('p', { class: 'hint' }, t('share.none')),
    h('ul', { class: 'people' }, data.map(({ user, created_at: since }) => h('li', {}, avatar(user.id, user.username, user.username),
      h('span', {}, user.username, h('small', {}, t('share.since', { time: nearTime(new Date(since)) }))),
      act(t('share.end'), () => engine.session.delete(`${path}/${encodeURIComponent(user.username)}`).then(draw), 'quiet')))),
    !file.about.problem && form(fields, share, t('share.do')));
}

async function linksPart(file, draw) {
  const path = `/v1/files/${file.id}/links`;
  const { data } = await engine.session.get(path);
  const fields = {
    expires_in: field(t('link.expires'), h('select', {}, LIFETIMES.map((seconds) => h('option', { value: seconds, selected: seconds === 604_800 }, t(`expiry.${seconds}`))))),
    max_downloads: field(t('link.most'), h('input', { type: 'number', min: 1, max: 10_000, step: 1, inputmode: 'numeric', autocomplete: 'off' }), t('link.most.hint')),
  };
  const make = async () => {
    const most = fields.max_downloads.input;
    if (!most.validity.valid) {
      fields.max_downloads.refuse(t('link.most.wrong'));
      return most.focus();
    }
    const made = await engine.correspondent.linkFile(file, { expiresIn: Number(fields.expires_in.input.value), maxDownloads: Number(most.value) || null });
    await showLink(made.url);
    return draw();
  };
  return h('section', {}, h('h3', {}, t('link.title')), h('p', { class: 'hint' }, data.length ? t('link.explain') : t('link.none')),
    h('ul', { class: 'entries' }, data.map((link) => h('li', {},
      h('span', {}, h('b', {}, link.max_downloads ? t('link.opened.of', { n: link.downloads, most: link.max_downloads }) : t('link.opened', { n: link.downloads })),
        h('small', {}, t('link.until', { time: nearTime(new Date(link.expires_at)) }))),
      act(t('link.end'), () => engine.session.delete(`${path}/${link.id}`).then(draw), 'quiet')))),
    !file.about.problem && form(fields, make, t('link.make')));
}

/** Shows a link once: the server does not keep what stands behind its `#`. */
function showLink(url) {
  return dialog(t('link.made'), (close) => {
    const shown = h('input', { value: url, readonly: true, autofocus: true, class: 'link-made', aria: { label: t('link.made') }, onfocus: () => shown.select() });
    const copy = h('button', { class: 'main', onclick: async () => {
      await navigator.clipboard.writeText(url);
      copy.textContent = t('copied');
    } }, t('copy'));
    return [h('p', {}, t('link.once')), shown, h('div', { class: 'choices' }, copy, h('button', { onclick: () => close() }, t('done')))];
  });
}
