/** Before anybody is logged in. */
import { engine, go, to } from '../app.js';
import { busily, field, fill, h, icon } from '../dom.js';
import { explain, t } from '../i18n.js';
import { SecondFactorRequired } from '../sealpost.js';

/** The frame of the pages outside: the mark, a card, nothing else. */
export function outside(title, ...content) {
  return h('main', { class: 'outside' },
    h('div', { class: 'card' }, h('p', { class: 'brand' }, h('span', { class: 'mark', aria: { hidden: 'true' } }), 'Sealpost'), h('div', { class: 'content' }, h('h1', {}, title), content)));
}

/** A form that says what is wrong where it is wrong. */
export function form(fields, submit, label, ...more) {
  const general = h('p', { class: 'error', role: 'alert' });
  const button = h('button', { type: 'submit', class: 'main' }, label);
  const refuse = (error) => {
    const errors = error.problem?.errors ?? [];
    const named = errors.filter(({ pointer }) => fields[pointer.slice(1)]);
    for (const { pointer, detail, code } of named) fields[pointer.slice(1)].refuse(explain({ code, problem: { detail } }));
    if (!named.length) general.textContent = explain(error);
    else fields[named[0].pointer.slice(1)].input.focus();
  };
  const onsubmit = (event) => {
    event.preventDefault();
    general.textContent = '';
    Object.values(fields).forEach((each) => each.refuse(null));
    busily(button, () => submit().catch(refuse));
  };
  return h('form', { onsubmit, novalidate: true }, Object.values(fields), general, button, more);
}

export function welcomeView() {
  return outside(t('welcome.title'),
    h('p', { class: 'lead' }, t('welcome.lead')),
    h('div', { class: 'choices' },
      h('a', { class: 'button main', href: to('signup'), autofocus: true }, t('welcome.signup')),
      h('a', { class: 'button', href: to('login') }, t('welcome.login'))),
    h('ul', { class: 'points' }, ['sealed', 'yours', 'checked'].map((name) => h('li', {}, icon(name === 'sealed' ? 'lock' : name === 'yours' ? 'server' : 'shield'), t(`welcome.${name}`)))));
}

export function signUpView() {
  const hole = h('div', { aria: { busy: 'true' } }, h('p', {}, t('loading')));
  const page = outside(t('signup.title'), hole);
  engine.server.describe()
    .then((server) => {
      fill(hole, signUpForm(server));
      hole.querySelector('[autofocus]')?.focus();
    }, (error) => fill(hole, h('p', { role: 'alert', class: 'error' }, explain(error))))
    .finally(() => hole.removeAttribute('aria-busy'));
  return page;
}

function signUpForm({ features, limits }) {
  if (features.registration_policy === 'closed') return h('p', {}, t('signup.closed'));
  const fields = {
    username: field(t('username'), h('input', { name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', autofocus: true, required: true, maxlength: limits.username_characters }), t('username.rules', { most: limits.username_characters })),
    password: field(t('password'), h('input', { type: 'password', name: 'password', autocomplete: 'new-password', required: true }), t('password.rules', { least: limits.password_characters_min, most: limits.password_characters_max })),
  };
  if (features.human_check === 'sentence') fields.challenge = sentenceField();
  if (features.registration_policy === 'invite') fields.invite = field(t('invite'), h('input', { name: 'invite', autocomplete: 'off', required: true }), t('invite.hint'));
  const submit = async () => {
    const account = Object.fromEntries(Object.entries(fields).map(([name, { input }]) => [name, input.value.trim() && input.value]));
    if ([...account.password].length < limits.password_characters_min) {
      fields.password.refuse(t('password.rules', { least: limits.password_characters_min, most: limits.password_characters_max }));
      fields.password.input.focus();
      return;
    }
    if (fields.challenge) account.challenge = { token: fields.challenge.token, answer: account.challenge ?? '' };
    try {
      await engine.server.register(account);
    } catch (error) {
      // Each sentence is good once, and for ten minutes.
      if (error.problem?.errors?.some(({ code }) => code === 'challenge-failed')) await fields.challenge.another();
      throw error;
    }
    await engine.enter(await engine.server.logIn(account.username, account.password));
    go('keys');
  };
  return form(fields, submit, t('signup.submit'), h('p', { class: 'below' }, t('signup.have'), ' ', h('a', { href: to('login') }, t('welcome.login'))));
}

/** A sentence to complete: people can, simple programs cannot. */
function sentenceField() {
  const question = h('q', { lang: 'en', class: 'sentence' });
  const again = h('button', { type: 'button', class: 'link', onclick: () => busily(again, part.another).catch(() => {}) }, t('challenge.another'));
  const part = field([t('challenge.label'), ' ', question], h('input', { name: 'challenge', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', required: true }), [t('challenge.hint'), ' ', again]);
  part.another = async () => {
    const asked = await engine.server.challenge();
    part.token = asked.token;
    question.textContent = asked.question;
    part.input.value = '';
  };
  part.another().catch((error) => part.refuse(explain(error)));
  return part;
}

export function logInView() {
  const fields = {
    identifier: field(t('login.identifier'), h('input', { name: 'username', autocomplete: 'username', autocapitalize: 'none', spellcheck: 'false', autofocus: true, required: true })),
    password: field(t('password'), h('input', { type: 'password', name: 'password', autocomplete: 'current-password', required: true })),
  };
  const submit = async () => {
    try {
      await entered(await engine.server.logIn(fields.identifier.input.value.trim(), fields.password.input.value));
    } catch (error) {
      if (!(error instanceof SecondFactorRequired)) throw error;
      fill(page.querySelector('.content'), secondFactor(error));
      page.querySelector('input').focus();
    }
  };
  const page = outside(t('login.title'), form(fields, submit, t('login.submit'),
    h('p', { class: 'below' }, h('a', { href: to('recover') }, t('login.forgot'))),
    h('p', { class: 'below' }, t('login.new'), ' ', h('a', { href: to('signup') }, t('welcome.signup')))));
  return page;
}

async function entered(session) {
  await engine.enter(session);
  go();
}

/** The second step of a login. */
function secondFactor({ ticket, factors }) {
  const fields = { code: field(t('code'), h('input', { name: 'code', autocomplete: 'one-time-code', autocapitalize: 'none', spellcheck: 'false', required: true }), t('code.hint')) };
  const submit = async () => entered(await engine.server.completeLogIn(ticket, fields.code.input.value.trim()));
  const mail = h('button', { type: 'button', onclick: () => busily(mail, async () => {
    await engine.server.mailCode(ticket);
    mail.replaceWith(h('p', { role: 'status' }, t('code.mailed')));
  }) }, t('code.mail'));
  return [h('h1', {}, t('factor.title')), form(fields, submit, t('login.submit'), factors.includes('email-code') && mail)];
}

/** A forgotten password: a code by mail, then a new one. */
export function recoverView() {
  const start = { identifier: field(t('login.identifier'), h('input', { autocomplete: 'username', autofocus: true, required: true }), t('recover.hint')) };
  const ask = async () => {
    const { id } = await (await engine.server.request('POST', '/v1/recoveries', { json: { identifier: start.identifier.input.value.trim() } })).json();
    fill(page.querySelector('.content'), h('h1', {}, t('recover.title')), second(id));
    page.querySelector('input').focus();
  };
  const second = (id) => {
    const fields = {
      code: field(t('code'), h('input', { autocomplete: 'one-time-code', required: true }), t('recover.code')),
      new_password: field(t('password.new'), h('input', { type: 'password', autocomplete: 'new-password', required: true })),
      otp: field(t('recover.otp'), h('input', { autocomplete: 'off' })),
    };
    return form(fields, async () => {
      const { token } = await (await engine.server.request('POST', `/v1/recoveries/${id}/verify`, { json: { code: fields.code.input.value.trim() } })).json();
      const json = { token, new_password: fields.new_password.input.value };
      if (fields.otp.input.value) json.otp = fields.otp.input.value.trim();
      await engine.server.request('POST', `/v1/recoveries/${id}/complete`, { json });
      go('login');
    }, t('recover.submit'));
  };
  const page = outside(t('recover.title'), form(start, ask, t('recover.ask'), h('p', { class: 'below' }, h('a', { href: to('login') }, t('back')))));
  return page;
}
