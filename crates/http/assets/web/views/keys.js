/** Keys for this browser: made, or brought back by the recovery code. */
import { engine, go } from '../app.js';
import { busily, field, fill, h, icon } from '../dom.js';
import { explain, t } from '../i18n.js';
import { DeviceKeys, newRecoveryCode, openBackup, sealBackup } from '../sealpost.js';
import { stepUp } from './stepup.js';
import { form, outside } from './welcome.js';

export function keysView() {
  const hole = h('div', { aria: { busy: 'true' } }, h('p', {}, t('loading')));
  const page = outside(t('keys.title'), hole);
  const card = page.querySelector('.card');
  const fail = (error) => fill(hole, h('p', { class: 'error', role: 'alert' }, explain(error)), h('button', { onclick: () => go('keys') }, t('retry')));
  engine.session.readBackup().then((backup) => (backup ? restore(card, backup) : firstKeys(card, null)).catch(fail), fail);
  return page;
}

const logOut = () => h('p', { class: 'below' }, h('button', { type: 'button', class: 'link', onclick: () => engine.leave(true) }, t('logout')));

/** Makes keys, shows the code once, asks it back, and leaves the sealed backup with the server. */
async function firstKeys(card, oldBackup) {
  const [keys, code] = [await DeviceKeys.generate(), await newRecoveryCode()];
  const groups = code.split('-');
  const shown = h('ol', { class: 'code', aria: { label: t('keys.code') }, dataset: { code } }, groups.map((group) => h('li', {}, group)));
  const copy = h('button', { type: 'button', onclick: async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = t('copied');
  } }, t('copy'));
  const next = h('button', { type: 'button', class: 'main', onclick: () => askBack(card, { keys, code, groups, oldBackup }) }, t('keys.written'));
  fill(card, h('h1', {}, t('keys.code')), h('p', {}, t('keys.explain')), shown, h('p', { class: 'note' }, icon('warning'), t('keys.once')), h('div', { class: 'choices' }, next, copy), logOut());
  next.focus();
}

function askBack(card, made) {
  const { keys, code, groups, oldBackup } = made;
  const first = Math.floor(Math.random() * 3);
  const asked = [first, first + 3];
  const fields = Object.fromEntries(asked.map((at) => [at, field(t('keys.group', { number: at + 1 }), h('input', { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 4, dataset: { group: at } }))]));
  const submit = async () => {
    const wrong = asked.filter((at) => fields[at].input.value.trim().toUpperCase() !== groups[at]);
    wrong.forEach((at) => fields[at].refuse(t('keys.wrong-group')));
    if (wrong.length) return fields[wrong[0]].input.focus();
    const backup = await sealBackup(code, engine.me.id, keys);
    if ((await stepUp(() => engine.session.writeBackup(backup, oldBackup?.etag).then(() => true))) !== true) return undefined;
    await engine.install(keys);
    return go();
  };
  const again = h('button', { type: 'button', onclick: () => showAgain(card, made) }, t('keys.again'));
  fill(card, h('h1', {}, t('keys.check')), h('p', {}, t('keys.check.explain')), form(fields, submit, t('keys.done'), again));
  fields[asked[0]].input.focus();
}

function showAgain(card, made) {
  const shown = h('ol', { class: 'code', aria: { label: t('keys.code') } }, made.groups.map((group) => h('li', {}, group)));
  const next = h('button', { type: 'button', class: 'main', onclick: () => askBack(card, made) }, t('keys.written'));
  fill(card, h('h1', {}, t('keys.code')), h('p', {}, t('keys.explain')), shown, next);
  next.focus();
}

/** Brings the keys of another device here. */
async function restore(card, backup) {
  const fields = { code: field(t('keys.code'), h('input', { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', class: 'wide-letters', autofocus: true }), t('keys.restore.hint')) };
  const submit = async () => {
    try {
      await engine.install(await openBackup(fields.code.input.value, engine.me.id, backup.text));
      go();
    } catch (error) {
      if (error.code !== 'wrong-code') throw error;
      fields.code.refuse(t('keys.wrong'));
      fields.code.input.focus();
    }
  };
  const afresh = h('button', { type: 'button', onclick: () => busily(afresh, () => firstKeys(card, backup)) }, t('keys.afresh.do'));
  fill(card, h('h1', {}, t('keys.restore')), h('p', {}, t('keys.restore.explain')), form(fields, submit, t('keys.restore.submit')),
    h('details', {}, h('summary', {}, t('keys.afresh')), h('p', {}, t('keys.afresh.explain')), afresh), logOut());
  fields.code.input.focus();
}
