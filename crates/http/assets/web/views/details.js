/** About a conversation: whom it is with, whether their keys are theirs, who is in the group, how long messages stay. */
import { engine, go, listen, to } from '../app.js';
import { busily, dialog, field, fill, h, icon, squares } from '../dom.js';
import { explain, t } from '../i18n.js';
import { qrOfDigits } from '../qr.js';
import { avatar, avatarOf, titleOf } from './people.js';

const EXPIRY = [null, 3600, 86_400, 604_800, 2_592_000];

export function detailsView(id, signal) {
  const body = h('div', { class: 'body' }, h('p', {}, t('loading')));
  const element = h('section', { class: 'page' }, h('header', { class: 'bar' },
    h('a', { class: 'button round quiet back', href: to('c', id), aria: { label: t('back') } }, icon('back')), h('h1', {}, t('about'))), body);
  const draw = async () => {
    const conversation = await engine.conversation(id);
    const other = engine.other(conversation);
    const parts = other ? await pairParts(conversation, other) : await groupParts(conversation);
    if (!signal.aborted) fill(body, h('div', { class: 'who' }, avatarOf(conversation), h('h2', {}, titleOf(conversation))), parts);
  };
  const drawOr = () => draw().catch((error) => fill(body, h('p', { class: 'error', role: 'alert' }, explain(error))));
  drawOr();
  listen(signal, ['trust', 'conversations'], () => {
    if (!body.contains(document.activeElement) || document.activeElement.tagName === 'BUTTON') drawOr();
  });
  return element;
}

/** A button that does something and says what went wrong. */
export function act(label, run, kind = '') {
  const button = h('button', { class: kind, onclick: () => busily(button, async () => {
    try {
      await run();
    } catch (error) {
      button.after(h('p', { class: 'error', role: 'alert' }, explain(error)));
    }
  }) }, label);
  return button;
}

async function pairParts(conversation, other) {
  const profile = await engine.session.get(`/v1/users/${encodeURIComponent(other.username)}`).catch(() => ({}));
  return [await trustPart(other), expiryPart(conversation), contactPart(other, profile)];
}

async function trustPart(other) {
  let keys;
  let digits;
  try {
    keys = await engine.correspondent.keysOf(other.username);
    digits = await engine.correspondent.safetyNumberWith(other);
  } catch (error) {
    return h('section', {}, h('h3', {}, t('trust.title')), h('p', { class: 'error' }, explain(error)));
  }
  if (!keys.length) return h('section', {}, h('h3', {}, t('trust.title')), h('p', {}, t('error.no-key', { name: other.username })));
  const row = engine.trust.get(other.id);
  const groups = digits.match(/.{5}/g);
  return h('section', { class: 'trust' }, h('h3', {}, t('trust.title')),
    row?.pending.length > 0 && h('p', { class: 'alarm' }, icon('warning'), t('trust.changed', { name: other.username })),
    h('p', {}, t('trust.explain', { name: other.username })),
    h('div', { class: 'safety' }, squares(qrOfDigits(digits), t('trust.qr')),
      h('ol', { class: 'digits', dataset: { digits }, aria: { label: t('trust.digits') } }, groups.map((group) => h('li', {}, group)))),
    h('p', { class: row?.isVerified ? 'verified' : 'hint' }, row?.isVerified && icon('shield'), row?.isVerified ? t('trust.verified.long', { name: other.username }) : t('trust.unverified')),
    h('div', { class: 'choices' },
      row?.pending.length > 0 && act(t('trust.accept'), () => engine.trust.accept(other), 'danger'),
      row && !row.pending.length && act(row.isVerified ? t('trust.unverify') : t('trust.verify'), () => engine.trust.verify(other, !row.isVerified), row.isVerified ? '' : 'main')),
    h('details', {}, h('summary', {}, t('trust.fingerprints')),
      h('ul', { class: 'fingerprints' }, keys.map((key) => h('li', {}, h('span', {}, t(`key.${key.use}`), ' · ', key.algorithm), h('code', {}, key.fingerprint))))));
}

function expiryPart(conversation) {
  const mayChange = conversation.kind === 'pair' || conversation.role !== 'member';
  const options = [...new Set([...EXPIRY, conversation.expires_in])];
  const choice = h('select', { disabled: !mayChange }, options.map((seconds) => h('option', { value: seconds ?? '', selected: seconds === conversation.expires_in }, seconds ? (t(EXPIRY.includes(seconds) ? `expiry.${seconds}` : 'expiry.other', { seconds })) : t('expiry.never'))));
  const part = field(t('expiry.title'), choice, t('expiry.explain'));
  choice.addEventListener('change', async () => {
    try {
      Object.assign(conversation, await engine.session.patch(`/v1/conversations/${conversation.id}`, { expires_in: Number(choice.value) || null }));
    } catch (error) {
      part.refuse(explain(error));
    }
  });
  return h('section', {}, part);
}

function contactPart({ username }, profile) {
  const path = encodeURIComponent(username);
  const again = () => dispatchEvent(new HashChangeEvent('hashchange'));
  const change = (method, kind) => async () => {
    await engine.session[method](`/v1/me/${kind}/${path}`);
    engine.lookAround();
    again();
  };
  const contact = {
    none: () => act(t('contact.ask'), change('put', 'contacts')),
    requested_by_me: () => [h('span', { class: 'hint' }, t('contact.asked')), act(t('contact.withdraw'), change('delete', 'contacts'))],
    requested_by_them: () => [act(t('contact.accept'), change('put', 'contacts'), 'main'), act(t('contact.decline'), change('delete', 'contacts'))],
    mutual: () => act(t('contact.end'), change('delete', 'contacts')),
  }[profile.contact];
  return h('section', {}, h('h3', {}, t('contact.title')), h('div', { class: 'choices' }, contact?.(),
    profile.is_blocked ? act(t('unblock'), change('delete', 'blocks')) : act(t('block'), change('put', 'blocks'), 'danger')),
  h('p', { class: 'hint' }, t('block.explain')));
}

async function groupParts(conversation) {
  const members = await engine.session.all(`/v1/conversations/${conversation.id}/members`);
  const isManager = conversation.role !== 'member';
  return [titlePart(conversation, isManager), membersPart(conversation, members), isManager && addPart(conversation), expiryPart(conversation), leavePart(conversation)];
}

function titlePart(conversation, isManager) {
  if (!isManager) return null;
  const input = h('input', { value: conversation.title ?? '', maxlength: 100 });
  const part = field(t('group.title'), input, t('group.title.hint'));
  input.addEventListener('change', async () => {
    try {
      Object.assign(conversation, await engine.session.patch(`/v1/conversations/${conversation.id}`, { title: input.value.trim() || null }));
    } catch (error) {
      part.refuse(explain(error));
    }
  });
  return h('section', {}, part);
}

function membersPart(conversation, members) {
  const path = (name) => `/v1/conversations/${conversation.id}/members/${encodeURIComponent(name)}`;
  const isOwner = conversation.role === 'owner';
  const mayRemove = (member) => member.id !== engine.me.id && (isOwner || (conversation.role === 'admin' && member.role === 'member'));
  const again = () => dispatchEvent(new HashChangeEvent('hashchange'));
  const role = (member) => {
    const choice = h('select', { aria: { label: t('role.of', { name: member.username }) } }, ['member', 'admin', 'owner'].map((name) => h('option', { value: name, selected: name === member.role }, t(`role.${name}`))));
    choice.addEventListener('change', () => engine.session.patch(path(member.username), { role: choice.value }).then(again, (error) => choice.after(h('p', { class: 'error', role: 'alert' }, explain(error)))));
    return choice;
  };
  return h('section', {}, h('h3', {}, t('group.members', { n: members.length })), h('ul', { class: 'people' }, members.map((member) => h('li', {},
    avatar(member.id, member.username, member.username), h('span', {}, member.username, member.id === engine.me.id && ` (${t('you')})`),
    isOwner && member.id !== engine.me.id ? role(member) : h('small', {}, t(`role.${member.role}`)),
    mayRemove(member) && act(t('group.remove'), async () => {
      await engine.session.delete(path(member.username));
      again();
    }, 'quiet')))));
}

function addPart(conversation) {
  const part = field(t('group.add'), h('input', { autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' }));
  const add = async () => {
    part.refuse(null);
    try {
      await engine.session.post(`/v1/conversations/${conversation.id}/members`, { username: part.input.value.trim() });
      dispatchEvent(new HashChangeEvent('hashchange'));
    } catch (error) {
      part.refuse(explain(error));
    }
  };
  return h('form', { onsubmit: (event) => {
    event.preventDefault();
    add();
  } }, part, h('button', { type: 'submit' }, t('group.add.do')));
}

function leavePart(conversation) {
  return h('section', {}, act(t('group.leave'), async () => {
    const isSure = await dialog(t('group.leave'), (close) => [h('p', {}, t('group.leave.explain')),
      h('div', { class: 'choices' }, h('button', { class: 'danger', onclick: () => close(true) }, t('group.leave')), h('button', { autofocus: true, onclick: () => close() }, t('cancel')))]);
    if (!isSure) return;
    await engine.session.delete(`/v1/conversations/${conversation.id}/members/${encodeURIComponent(engine.me.username)}`);
    engine.conversations.delete(conversation.id);
    go();
  }, 'danger'));
}
