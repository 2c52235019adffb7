/** An open conversation: who it is with, what was said, and the place to write. */
import { engine, go, listen, to } from '../app.js';
import { busily, fill, h, icon } from '../dom.js';
import { explain, t } from '../i18n.js';
import { historyView } from './history.js';
import { avatarOf, titleOf, verifiedMark } from './people.js';
import { beginUpload } from './uploads.js';

const MOST_FILES = 10;

export function conversationView(id, signal) {
  const element = h('section', { class: 'conversation' });
  engine.conversation(id).then((conversation) => {
    if (!signal.aborted) open(element, conversation, signal);
  }, (error) => {
    fill(element, h('div', { class: 'empty' }, h('p', { role: 'alert' }, explain(error)), h('a', { class: 'button', href: to() }, t('back'))));
  });
  return element;
}

function open(element, conversation, signal) {
  const { id } = conversation;
  const history = historyView(conversation, signal);
  const header = h('header', { class: 'bar' });
  const warnings = h('div', { class: 'warnings' });
  const typing = h('p', { class: 'typing', role: 'status' });
  fill(element, header, warnings, history.element, typing, writer(conversation, history, signal));
  const drawHeader = () => fill(header, headerOf(conversation));
  const drawWarnings = () => fill(warnings, engine.trust.warnings(conversation).map((row) => keyWarning(row)));
  drawHeader();
  drawWarnings();
  listen(signal, ['trust', 'conversations', 'presence'], () => {
    conversation = engine.conversations.get(id) ?? conversation;
    drawHeader();
    drawWarnings();
  });
  listen(signal, 'messages', (about) => (about === null ? history.reload() : about === id && history.refresh()));
  listen(signal, 'typing', (about) => about === id && (typing.textContent = typingText(conversation)));
  element.addEventListener('dragover', (event) => event.preventDefault(), { signal });
  history.reload();
  engine.marks.load(id).catch(() => {});
  for (const member of conversation.members) if (member.id !== engine.me.id) engine.trust.check(member).catch(() => {});
  element.querySelector('textarea').focus();
}

function headerOf(conversation) {
  const other = engine.other(conversation);
  let state = other ? '' : t('group.members', { n: conversation.member_count });
  if (other && engine.online.get(other.id)) state = t('online');
  return [
    h('a', { class: 'button round quiet back', href: to(), aria: { label: t('back') } }, icon('back')),
    h('a', { class: 'about', href: to('c', conversation.id, 'info') }, avatarOf(conversation),
      h('span', { class: 'lines' }, h('h1', {}, titleOf(conversation), other && verifiedMark(other.id)), h('small', {}, state || t('about.open')))),
    conversation.expires_in && h('span', { class: 'note', title: t('expiry.on') }, icon('timer', t('expiry.on'))),
  ];
}

/** What nobody may overlook: somebody's keys are others than they were. */
function keyWarning({ id, username, isVerified }) {
  const isMe = id === engine.me.id;
  const accept = h('button', { class: 'danger', onclick: () => busily(accept, () => engine.trust.accept({ id, username })) }, t('trust.accept'));
  return h('div', { class: 'alarm-box', role: 'alertdialog', aria: { label: t('trust.changed', { name: username }) } },
    icon('warning'),
    h('div', {}, h('h2', {}, isMe ? t('trust.changed.me') : t('trust.changed', { name: username })),
      h('p', {}, isMe ? t('trust.changed.me.explain') : t(isVerified ? 'trust.changed.verified' : 'trust.changed.explain', { name: username })),
      h('div', { class: 'choices' }, !isMe && h('button', { class: 'main', onclick: () => compare(id, username) }, t('trust.compare')), accept)));
}

function compare(id) {
  const pair = [...engine.conversations.values()].find((one) => one.kind === 'pair' && one.members.some((member) => member.id === id));
  const [, current] = location.hash.replace('#/', '').split('/');
  go('c', pair?.id ?? current, 'info');
}

function typingText(conversation) {
  const names = engine.marks.whoIsTyping(conversation.id).map((user) => conversation.members.find(({ id }) => id === user)?.username ?? t('somebody'));
  return names.length ? t('typing', { n: names.length, names: names.join(', ') }) : '';
}

/** The place to write: text, files, and what is being uploaded. */
function writer(conversation, history, signal) {
  const { id } = conversation;
  const text = h('textarea', { rows: 1, placeholder: t('write.placeholder'), aria: { label: t('write.placeholder') }, autofocus: true });
  const files = [];
  const uploads = h('ul', { class: 'uploads' });
  const picker = h('input', { type: 'file', multiple: true, class: 'unseen', tabindex: '-1', aria: { hidden: 'true' } });
  const problem = h('p', { class: 'error', role: 'alert' });
  let toldAt = 0;

  const fit = () => {
    text.style.height = 'auto';
    text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
  };
  const add = (list) => {
    for (const file of list) {
      if (files.length >= MOST_FILES) {
        problem.textContent = t('file.too-many');
        return;
      }
      const entry = { sealed: null };
      const drop = () => {
        files.splice(files.indexOf(entry), 1);
        row.remove();
      };
      const { row, done } = beginUpload(file, { onStop: drop });
      uploads.append(row);
      files.push(entry);
      entry.done = done.then((sealed) => {
        entry.sealed = sealed;
      }, (error) => {
        drop();
        problem.textContent = `${t('file.failed')} ${explain(error)}`;
      });
    }
  };
  const send = async () => {
    problem.textContent = '';
    const content = text.value.trim();
    await Promise.all(files.map(({ done }) => done));
    const sealed = files.map((entry) => entry.sealed).filter(Boolean);
    if (!content && !sealed.length) return;
    text.value = '';
    files.length = 0;
    uploads.replaceChildren();
    fit();
    await engine.outbox.send(id, content, { files: sealed });
    history.toNewest();
  };
  text.addEventListener('input', () => {
    fit();
    if (text.value && Date.now() - toldAt > 4000) {
      toldAt = Date.now();
      engine.inbox?.typing(id);
    }
  });
  text.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  text.addEventListener('paste', (event) => event.clipboardData.files.length && add(event.clipboardData.files));
  picker.addEventListener('change', () => {
    add([...picker.files]);
    picker.value = '';
  });
  const takeDrop = (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  history.element.addEventListener('drop', takeDrop, { signal });
  text.addEventListener('drop', (event) => event.dataTransfer.files.length && takeDrop(event));
  return h('form', { class: 'writer', onsubmit: (event) => {
    event.preventDefault();
    send();
  } }, uploads, problem,
  h('div', { class: 'line' },
    h('button', { type: 'button', class: 'round quiet', aria: { label: t('file.attach') }, onclick: () => picker.click() }, icon('attach')), picker,
    text, h('button', { type: 'submit', class: 'round main', aria: { label: t('send') } }, icon('send'))));
}
