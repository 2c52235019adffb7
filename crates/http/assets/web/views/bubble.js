/** One message. */
import { engine } from '../app.js';
import { busily, dialog, h, icon } from '../dom.js';
import { clockTime, explain, fileSize, fullTime, t } from '../i18n.js';
import { isShown, pictureOf, save as keep } from '../saving.js';

/** The row of a message. @param {{conversation: object, message: object, isFollowing: boolean}} what */
export function bubble({ conversation, message, isFollowing }) {
  const isMine = message.sender.id === engine.me.id;
  const opened = engine.opened.get(message) ?? { problem: 'unknown' };
  const sentAt = new Date(message.created_at);
  const name = message.sender.username ?? t('somebody');
  const body = opened.problem
    ? h('p', { class: 'closed' }, t(opened.problem === 'deleted' ? 'message.deleted' : `closed.${opened.problem}`))
    : [opened.text && h('p', { class: 'text', dir: 'auto' }, opened.text), opened.files.map(sealedFile), plainFiles(message, opened)];
  const element = h('li', { class: `row ${isMine ? 'mine' : 'theirs'} ${isFollowing ? 'following' : ''}`, dataset: { seq: message.seq, id: message.id } },
    h('article', { class: 'bubble', tabindex: '-1', aria: { label: t('message.by', { name: isMine ? t('you') : name, time: clockTime(sentAt) }) } },
      conversation.kind === 'group' && !isMine && !isFollowing && h('p', { class: 'sender' }, name),
      body,
      h('footer', {},
        message.expires_at && !message.deleted_at && icon('timer', t('message.expires', { time: fullTime(new Date(message.expires_at)) })),
        protection(message),
        h('time', { datetime: message.created_at, title: fullTime(sentAt) }, clockTime(sentAt)),
        isMine && !message.deleted_at && progressMark(engine.marks.progress(message))),
      canDelete(conversation, message) && h('button', { class: 'quiet delete', aria: { label: t('message.delete') }, onclick: () => askDelete(message) }, icon('trash'))));
  return element;
}

/** The row of what waits to be sent. */
export function waitingBubble(row) {
  const isRefused = row.state === 'refused';
  return h('li', { class: 'row mine waiting', dataset: { client: row.clientId, state: row.state } },
    h('article', { class: 'bubble' },
      row.text && h('p', { class: 'text', dir: 'auto' }, row.text),
      row.files.map((file) => h('p', { class: 'file' }, icon('file'), file.name)),
      h('footer', {}, isRefused ? icon('warning', t('message.refused')) : progressMark(row.state === 'sent' ? 'sent' : 'queued')),
      isRefused && h('div', { class: 'refused', role: 'alert' }, h('p', {}, explain(row.error)),
        h('button', { onclick: () => engine.outbox.retry(row.clientId) }, t('retry')), h('button', { onclick: () => engine.outbox.discard(row.clientId) }, t('discard')))));
}

export function progressMark(progress) {
  const drawing = { queued: 'clock', sent: 'check', delivered: 'checks', read: 'checks' }[progress];
  return h('span', { class: `progress ${progress}` }, icon(drawing, t(`progress.${progress}`)));
}

/** Who can read this: said as the server says it, and checked here by opening it. */
function protection({ protection: kind, deleted_at: deleted }) {
  if (deleted) return null;
  if (kind === 'e2ee') return h('span', { class: 'protection e2ee', title: t('protection.e2ee') }, icon('lock', t('protection.e2ee')));
  return h('span', { class: 'protection server', title: t('protection.server') }, icon('server'), t('protection.server.short'));
}

function canDelete(conversation, message) {
  const isMine = message.sender.id === engine.me.id;
  return !message.deleted_at && (isMine || (conversation.kind === 'group' && conversation.role !== 'member'));
}

async function askDelete(message) {
  const isSure = await dialog(t('message.delete'), (close) => [
    h('p', {}, t('message.delete.explain')),
    h('div', { class: 'choices' }, h('button', { class: 'danger', onclick: () => close(true) }, t('message.delete')), h('button', { autofocus: true, onclick: () => close() }, t('cancel'))),
  ]);
  if (isSure) await engine.deleteMessage(message);
}

/** A file that was sealed with the message. */
function sealedFile(file) {
  const save = h('button', { class: 'file', onclick: () => busily(save, () => keep(file.name, () => engine.correspondent.downloadSealed(file)).catch((error) => complain(save, error))) },
    icon('file'), h('span', {}, h('b', {}, file.name || t('file.nameless')), h('small', {}, fileSize(file.size))), icon('lock', t('protection.e2ee')));
  if (!isShown(file)) return save;
  const figure = h('figure', { class: 'picture', aria: { busy: 'true' } }, save);
  const show = async () => {
    const picture = await pictureOf(await engine.files.open(file), file.name);
    picture.addEventListener('click', () => save.click());
    figure.prepend(picture);
  };
  show().catch((error) => complain(save, error)).finally(() => figure.removeAttribute('aria-busy'));
  return figure;
}

/** Files that the server can read. */
function plainFiles(message, opened) {
  const sealed = new Set((opened.files ?? []).map(({ id }) => id));
  return message.attachments.filter(({ id }) => !sealed.has(id)).map((file) => {
    const download = async () => (await engine.session.request('GET', `/v1/files/${file.id}/content`)).blob();
    const save = h('button', { class: 'file', onclick: () => busily(save, () => keep(file.name, download).catch((error) => complain(save, error))) },
      icon('file'), h('span', {}, h('b', {}, file.name ?? t('file.nameless')), h('small', {}, fileSize(file.size))), icon('server', t('protection.server')));
    return save;
  });
}

const complain = (button, error) => button.after(h('p', { class: 'error', role: 'alert' }, t('file.failed'), ' ', explain(error)));
