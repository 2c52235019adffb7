/** The page of somebody who is logged in: the list at the side, and beside it whatever is open. */
import { engine, listen, to } from '../app.js';
import { announce, fill, h, icon } from '../dom.js';
import { shortTime, t } from '../i18n.js';
import { conversationView } from './conversation.js';
import { detailsView } from './details.js';
import { composeView } from './compose.js';
import { fileView } from './file.js';
import { filesView } from './files.js';
import { avatar, avatarOf, titleOf, verifiedMark } from './people.js';
import { settingsView } from './settings.js';

export function shellView(signal) {
  const list = h('ul', { class: 'conversations', id: 'conversations' });
  const connection = h('p', { class: 'connection', role: 'status' });
  const files = h('a', { class: 'button round quiet', href: to('files') });
  const drawFiles = () => {
    const news = engine.files.news.size;
    files.href = to('files', ...(news ? ['shared'] : []));
    files.dataset.news = news ? 'yes' : 'no';
    files.setAttribute('aria-label', news ? t('files.news', { n: news }) : t('files'));
  };
  fill(files, icon('folder'));
  drawFiles();
  const pane = h('main', { id: 'pane', tabindex: '-1' });
  const side = h('nav', { class: 'side', aria: { label: t('conversations') } },
    h('header', {},
      h('a', { class: 'self', href: to('settings') }, avatar(engine.me.id, engine.me.username, engine.me.username), h('b', {}, engine.me.username), icon('settings', t('settings'))),
      files,
      h('a', { class: 'button round', href: to('new'), aria: { label: t('new.title') } }, icon('plus'))),
    connection, list);
  const element = h('div', { class: 'shell' }, side, pane);
  let current = null;
  let parts = [];

  const draw = () => drawList(list, parts[0] === 'c' ? parts[1] : null);
  let isDrawing = false;
  const drawSoon = () => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      draw();
    });
  };
  listen(signal, ['conversations', 'trust', 'presence'], drawSoon);
  listen(signal, 'files', () => {
    drawFiles();
    if (engine.files.news.size) announce(t('files.news', { n: engine.files.news.size }));
  });
  listen(signal, 'connection', () => drawConnection(connection));
  list.addEventListener('scroll', () => {
    if (list.scrollTop + list.clientHeight > list.scrollHeight - 200) engine.more();
  }, { signal });
  signal.addEventListener('abort', () => current?.abort());
  drawConnection(connection);

  return {
    element,
    open(wanted) {
      parts = wanted;
      current?.abort();
      current = new AbortController();
      const [first, second, third] = wanted;
      element.dataset.open = first ?? '';
      let view = () => emptyView();
      if (first === 'c' && third === 'info') view = () => detailsView(second, current.signal);
      else if (first === 'c' && second) view = () => conversationView(second, current.signal);
      else if (first === 'new') view = () => composeView(current.signal);
      else if (first === 'files') view = () => filesView(second, current.signal);
      else if (first === 'file' && second) view = () => fileView(second, current.signal);
      else if (first === 'settings') view = () => settingsView(second, current.signal, third);
      fill(pane, view());
      (pane.querySelector('[autofocus]') ?? pane).focus();
      draw();
    },
  };
}

function emptyView() {
  return h('div', { class: 'empty' }, icon('lock'), h('h1', {}, t('empty.title')), h('p', {}, t('empty.lead')), h('a', { class: 'button main', href: to('new') }, t('new.title')));
}

function drawConnection(element) {
  const { state } = engine;
  element.dataset.state = state;
  const waiting = engine.outbox.queued;
  element.textContent = state === 'live' ? '' : `${t(`connection.${state}`)} ${waiting ? t('connection.queued', { n: waiting }) : ''}`;
}

function drawList(list, open) {
  const rows = engine.sorted().map((conversation) => row(conversation, conversation.id === open));
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null;
  fill(list, rows.length ? rows : h('li', { class: 'hint' }, engine.state === 'live' ? t('conversations.none') : t('loading')));
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  const unread = engine.sorted().reduce((sum, { unread_count: count }) => sum + count, 0);
  const title = unread ? `(${unread}) Sealpost` : 'Sealpost';
  if (document.title !== title) {
    document.title = title;
    if (unread) announce(t('unread', { n: unread }));
  }
}

function row(conversation, isOpen) {
  const other = engine.other(conversation);
  const { last_message: last, unread_count: unread } = conversation;
  return h('li', {},
    h('a', { href: to('c', conversation.id), aria: { current: isOpen ? 'page' : null } },
      h('span', { class: 'with-presence', dataset: { online: other && engine.online.get(other.id) ? 'yes' : 'no' } }, avatarOf(conversation)),
      h('span', { class: 'lines' },
        h('span', { class: 'line' }, h('b', { class: 'name' }, titleOf(conversation)), other && verifiedMark(other.id),
          last && h('time', { datetime: last.created_at }, shortTime(new Date(last.created_at)))),
        h('span', { class: 'line' }, h('span', { class: 'preview' }, preview(conversation)),
          unread > 0 && h('span', { class: 'count', aria: { label: t('unread', { n: unread }) } }, unread >= 999 ? '999+' : String(unread))))));
}

/** The beginning of what was last said. */
function preview({ kind, last_message: last }) {
  if (!last) return t('preview.nothing');
  const opened = engine.opened.get(last);
  const text = !opened ? '…' : opened.problem ? t(opened.problem === 'deleted' ? 'message.deleted' : 'message.closed') : opened.text || t('preview.files', { n: opened.files.length });
  if (last.sender.id === engine.me.id) return t('preview.mine', { text });
  return kind === 'group' ? `${last.sender.username ?? t('somebody')}: ${text}` : text;
}
