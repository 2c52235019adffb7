/** How people and conversations are shown everywhere. */
import { engine } from '../app.js';
import { h, icon } from '../dom.js';
import { t } from '../i18n.js';

const pictures = new Map();

/** What a conversation is called. */
export function titleOf(conversation) {
  const other = engine.other(conversation);
  if (other) return other.username ?? t('somebody');
  if (conversation.title) return conversation.title;
  const others = conversation.members.filter(({ id }) => id !== engine.me.id).map(({ username }) => username);
  return others.join(', ') || t('group.nobody');
}

/** A picture, or the first letter on a colour that is always the same for this id. */
export function avatar(id, name, username = null) {
  const hue = parseInt((id ?? '0').replaceAll('-', '').slice(-6), 16) % 360;
  const element = h('span', { class: 'avatar', aria: { hidden: 'true' } }, [...(name ?? '?')][0]?.toUpperCase());
  element.style.setProperty('--hue', hue);
  if (username) {
    pictureOf(username).then((url) => {
      if (url) element.replaceChildren(h('img', { src: url, alt: '' }));
    });
  }
  return element;
}

/** The address of somebody's picture; null for none. Asked once. */
function pictureOf(username) {
  if (!pictures.has(username)) {
    const asked = engine.session.request('GET', `/v1/users/${encodeURIComponent(username)}/avatar`).then((response) => {
      const own = /\/media\/avatars\/[0-9a-f]{32}\.png$/.test(response.url);
      return own ? response.blob().then((blob) => URL.createObjectURL(blob)) : null;
    }, () => null);
    pictures.set(username, asked);
  }
  return pictures.get(username);
}

/** Forgets a picture: it has changed. */
export const forgetPicture = (username) => pictures.delete(username);

/** The picture of a conversation. */
export function avatarOf(conversation) {
  const other = engine.other(conversation);
  return other ? avatar(other.id, other.username, other.username) : avatar(conversation.id, titleOf(conversation));
}

/** A mark for whom the user has compared the safety number with. */
export function verifiedMark(userId) {
  const row = engine.trust.get(userId);
  if (row?.pending.length) return h('span', { class: 'alarm' }, icon('warning', t('trust.changed.short')));
  return row?.isVerified ? h('span', { class: 'verified' }, icon('shield', t('trust.verified'))) : null;
}
