/** Keys for this browser: made, or brought back by the recovery code; and another code for them. */
import { engine, go, to } from '../app.js';
import { busily, field, fill, h, icon } from '../dom.js';
import { explain, t } from '../i18n.js';
import { DeviceKeys, newRecoveryCode, openBackup, sealBackup } from '../sealpost.js';
import { stepUp } from './stepup.js';
import { form, outside } from './welcome.js';

export function keysView() {
  const hole = h('div', { aria: { busy: 'true' } }, h('p', {}, t('loading')));
  const page = outside(t('keys.title'), hole);
  const card = page.querySelector('.content');
  const fail = (error) => fill(hole, h('p', { class: 'error', role: 'alert' }, explain(error)), h('button', { onclick: () => go('keys') }, t('retry')));
  engine.session.readBackup().then((backup) => (backup ? restore(card, backup) : firstKeys(card, null)).catch(fail), fail);
  return page;
}

/** So many backups the server keeps: of keys that get another code, all of them are replaced. */
const GENERATIONS = 5;

/** Another recovery code for the keys there are. This browser cannot get at them without the old one. */
export function newCodeView() {
  const hole = h('div', { aria: { busy: 'true' } }, h('p', {}, t('loading')));
  const page = outside(t('keys.renew'), hole);
  const card = page.querySelector('.content');
  const fail = (error) => fill(hole, h('p', { class: 'error', role: 'alert' }, explain(error)), h('button', { onclick: () => go('settings', 'security') }, t('back')));
  engine.session.readBackup().then((backup) => (backup ? askOld(card, backup) : firstKeys(card, null))).catch(fail);
  return page;
}

function askOld(card, backup) {
  const fields = { code: codeField() };
  const back = h('a', { class: 'button', href: to('settings', 'security') }, t('cancel'));
  const submit = async () => {
    const keys = await opened(fields.code, backup);
    if (keys) await showNew(card, { keys, code: await newRecoveryCode(), oldBackup: backup, isRenewal: true });
  };
  fill(card, h('h1', {}, t('keys.renew')), h('p', {}, t('keys.renew.explain')), form(fields, submit, t('keys.renew.submit'), back),
    h('details', {}, h('summary', {}, t('keys.afresh')), h('p', {}, t('keys.afresh.explain')), afreshButton(card, backup)));
  fields.code.input.focus();
}

const codeField = () => field(t('keys.code'), h('input', { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', class: 'wide-letters', autofocus: true }), t('keys.restore.hint'));

/** The keys of a backup; null if the code is another one, which the field then says. */
async function opened(part, backup) {
  try {
    return await openBackup(part.input.value, engine.me.id, backup.text);
  } catch (error) {
    if (error.code !== 'wrong-code') throw error;
    part.refuse(t('keys.wrong'));
    part.input.focus();
    return null;
  }
}

function afreshButton(card, backup) {
  const button = h('button', { type: 'button', onclick: () => busily(button, () => firstKeys(card, backup)) }, t('keys.afresh.do'));
  return button;
}

const logOut = () => h('p', { class: 'below' }, h('button', { type: 'button', class: 'link', onclick: () => engine.leave(true) }, t('logout')));

/** Makes keys. */
const firstKeys = async (card, oldBackup) => showNew(card, { keys: await DeviceKeys.generate(), code: await newRecoveryCode(), oldBackup });

/** Shows the code once, asks it back, and leaves the sealed backup with the server. */
async function showNew(card, { keys, code, oldBackup, isRenewal = false }) {
  const groups = code.split('-');
  const shown = h('ol', { class: 'code', aria: { label: t('keys.code') }, dataset: { code } }, groups.map((group) => h('li', {}, group)));
  const copy = h('button', { type: 'button', onclick: async () => {
    await navigator.clipboard.writeText(code);
    copy.textContent = t('copied');
  } }, t('copy'));
  const next = h('button', { type: 'button', class: 'main', onclick: () => askBack(card, { keys, code, groups, oldBackup, isRenewal }) }, t('keys.written'));
  fill(card, h('h1', {}, t('keys.code')), h('p', {}, t(isRenewal ? 'keys.renew.once' : 'keys.explain')), shown, h('p', { class: 'note' }, icon('warning'), t('keys.once')), h('div', { class: 'choices' }, next, copy), !isRenewal && logOut());
  next.focus();
}

function askBack(card, made) {
  const { keys, code, groups, oldBackup, isRenewal } = made;
  const first = Math.floor(Math.random() * 3);
  const asked = [first, first + 3];
  const fields = Object.fromEntries(asked.map((at) => [at, field(t('keys.group', { number: at + 1 }), h('input', { autocomplete: 'off', autocapitalize: 'characters', spellcheck: 'false', maxlength: 4, dataset: { group: at } }))]));
  const submit = async () => {
    const wrong = asked.filter((at) => fields[at].input.value.trim().toUpperCase() !== groups[at]);
    wrong.forEach((at) => fields[at].refuse(t('keys.wrong-group')));
    if (wrong.length) return fields[wrong[0]].input.focus();
    const backup = await sealBackup(code, engine.me.id, keys);
    if (!(await stepUp(() => store(backup, oldBackup, isRenewal)))) return undefined;
    if (isRenewal) return go('settings', 'security', 'renewed');
    await engine.install(keys);
    return go();
  };
  const again = h('button', { type: 'button', onclick: () => showAgain(card, made) }, t('keys.again'));
  fill(card, h('h1', {}, t('keys.check')), h('p', {}, t('keys.check.explain')), form(fields, submit, t(isRenewal ? 'keys.renew.do' : 'keys.done'), again));
  fields[asked[0]].input.focus();
}

async function store(backup, oldBackup, isRenewal) {
  let etag = oldBackup?.etag;
  for (let times = isRenewal ? GENERATIONS : 1; times > 0; times -= 1) etag = await engine.session.writeBackup(backup, etag);
  return etag;
}

function showAgain(card, made) {
  const shown = h('ol', { class: 'code', aria: { label: t('keys.code') } }, made.groups.map((group) => h('li', {}, group)));
  const next = h('button', { type: 'button', class: 'main', onclick: () => askBack(card, made) }, t('keys.written'));
  fill(card, h('h1', {}, t('keys.code')), h('p', {}, t('keys.explain')), shown, next);
  next.focus();
}

/** Brings the keys of another device here. */
async function restore(card, backup) {
  const fields = { code: codeField() };
  const submit = async () => {
    const keys = await opened(fields.code, backup);
    if (!keys) return;
    await engine.install(keys);
    go();
  };
  fill(card, h('h1', {}, t('keys.restore')), h('p', {}, t('keys.restore.explain')), form(fields, submit, t('keys.restore.submit')),
    h('details', {}, h('summary', {}, t('keys.afresh')), h('p', {}, t('keys.afresh.explain')), afreshButton(card, backup)), logOut());
  fields.code.input.focus();
}
