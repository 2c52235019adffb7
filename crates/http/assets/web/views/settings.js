/** The account: a page for each part of it. */
import { engine, go, to } from '../app.js';
import { dialog, field, fill, h, icon } from '../dom.js';
import { currentLanguage, explain, fullTime, has, languages, loadTexts, t } from '../i18n.js';
import * as vault from '../vault.js';
import { act } from './details.js';
import { avatar, forgetPicture } from './people.js';
import { stepUp } from './stepup.js';
import { form } from './welcome.js';

const SECTIONS = { profile, security, sessions, apps, privacy, people, account };

export function settingsView(section = 'profile', signal, news = null) {
  const name = SECTIONS[section] ? section : 'profile';
  const body = h('div', { class: 'body' }, h('p', {}, t('loading')));
  const draw = () => SECTIONS[name](draw, news).then((parts) => !signal.aborted && fill(body, h('h2', {}, t(`settings.${name}`)), parts), (error) => fill(body, h('p', { class: 'error', role: 'alert' }, explain(error))));
  draw();
  const tabs = h('nav', { class: 'tabs', aria: { label: t('settings') } }, Object.keys(SECTIONS).map((each) => h('a', { href: to('settings', each), aria: { current: each === name ? 'page' : null } }, t(`settings.${each}`))));
  // On a narrow screen the tab may stand out of sight.
  requestAnimationFrame(() => tabs.querySelector('[aria-current]').scrollIntoView({ inline: 'center', block: 'nearest' }));
  return h('section', { class: 'page settings' }, h('header', { class: 'bar' },
    h('a', { class: 'button round quiet back', href: to(), aria: { label: t('back') } }, icon('back')), h('h1', {}, t('settings'))),
  tabs, body);
}

const said = (text) => h('p', { role: 'status', class: 'done' }, text);

async function profile(draw) {
  const me = await engine.session.get('/v1/me');
  const picker = h('input', { type: 'file', accept: 'image/png,image/jpeg,image/webp', class: 'unseen', tabindex: '-1', aria: { hidden: 'true' } });
  const problem = h('p', { class: 'error', role: 'alert' });
  picker.addEventListener('change', async () => {
    try {
      await engine.session.request('PUT', '/v1/me/avatar', { body: picker.files[0], headers: { 'content-type': picker.files[0].type } });
      forgetPicture(me.username);
      draw();
    } catch (error) {
      problem.textContent = explain(error);
    }
  });
  const username = { username: field(t('username'), h('input', { value: me.username, autocapitalize: 'none', spellcheck: 'false' }), t('username.change')) };
  const names = await languages();
  const choice = h('select', {}, Object.entries(names).map(([code, name]) => h('option', { value: code, selected: code === currentLanguage() }, name)));
  choice.addEventListener('change', async () => {
    await vault.put('profile', 'language', choice.value);
    await loadTexts(choice.value);
    location.reload();
  });
  return [
    h('section', { class: 'who' }, avatar(me.id, me.username, me.username), picker, h('div', { class: 'choices' }, act(t('avatar.change'), () => picker.click()),
      !me.avatar_url.endsWith('/default.png') && act(t('avatar.remove'), async () => {
        await engine.session.delete('/v1/me/avatar');
        forgetPicture(me.username);
        draw();
      })), problem),
    h('section', {}, form(username, async () => {
      const changed = await stepUp(() => engine.session.patch('/v1/me', { username: username.username.input.value.trim() }));
      if (!changed) return;
      await engine.session.renew();
      draw();
    }, t('save'))),
    h('section', {}, field(t('language'), choice)),
    h('section', {}, h('h3', {}, t('logout')), h('div', { class: 'choices' }, act(t('logout'), () => engine.leave(false)), act(t('logout.forget'), () => engine.leave(true))), h('p', { class: 'hint' }, t('logout.explain'))),
  ];
}

async function security(draw, news) {
  const [me, factors, keys] = await Promise.all([engine.session.get('/v1/me'), engine.session.get('/v1/me/factors'), engine.ownKeys()]);
  const own = engine.keys;
  return [passwordPart(), emailPart(me, draw), factorsPart(me, factors, draw),
    h('section', {}, h('h3', {}, t('keys.code')), h('p', {}, t('keys.renew.explain')), news === 'renewed' && said(t('keys.renew.done')),
      h('a', { class: 'button', href: to('new-code') }, t('keys.renew'))),
    h('section', {}, h('h3', {}, t('keys.mine')), h('p', {}, t('keys.mine.explain')), h('ul', { class: 'fingerprints' }, keys.map((key) => {
      const isHere = key.fingerprint === own.sealing.kid || key.fingerprint === own.signing.kid;
      return h('li', {}, h('span', {}, t(`key.${key.use}`), ' · ', key.algorithm, ' · ', isHere ? t('key.here') : fullTime(new Date(key.created_at))), h('code', {}, key.fingerprint),
        !isHere && act(t('key.withdraw'), async () => {
          await engine.session.delete(`/v1/me/keys/${key.id}`);
          draw();
        }, 'quiet'));
    })))];
}

function passwordPart() {
  const fields = {
    current_password: field(t('password.current'), h('input', { type: 'password', autocomplete: 'current-password' })),
    new_password: field(t('password.new'), h('input', { type: 'password', autocomplete: 'new-password' }), t('password.change.hint')),
  };
  const section = h('section', {}, h('h3', {}, t('password')), form(fields, async () => {
    const json = { current_password: fields.current_password.input.value, new_password: fields.new_password.input.value };
    await stepUp(() => engine.session.put('/v1/me/password', json));
    Object.values(fields).forEach(({ input }) => {
      input.value = '';
    });
    section.append(said(t('password.changed')));
  }, t('password.change')));
  return section;
}

function emailPart(me, draw) {
  const fields = { email: field(t('email'), h('input', { type: 'email', autocomplete: 'email', value: me.email ?? '' }), me.email ? t(me.email_verified ? 'email.verified' : 'email.unverified') : t('email.none')) };
  const section = h('section', {}, form(fields, async () => {
    await stepUp(() => engine.session.post('/v1/me/email', { email: fields.email.input.value.trim() }));
    const code = { code: field(t('code'), h('input', { autocomplete: 'one-time-code' }), t('email.code')) };
    section.append(form(code, async () => {
      await engine.session.post('/v1/me/email/verify', { code: code.code.input.value.trim() });
      draw();
    }, t('email.verify')));
  }, t('save'), me.email && act(t('email.remove'), () => stepUp(() => engine.session.delete('/v1/me/email')).then(draw))));
  return section;
}

function factorsPart(me, factors, draw) {
  const section = h('section', {}, h('h3', {}, t('factor.title')), h('p', {}, factors.totp || factors.email_code ? t('factor.on') : t('factor.off')));
  const show = ({ recovery_codes: codes }) => codes?.length && dialog(t('factor.codes'), (close) => [h('p', {}, t('factor.codes.explain')), h('ul', { class: 'code small' }, codes.map((code) => h('li', {}, code))), h('button', { class: 'main', onclick: () => close() }, t('done'))]);
  const enrol = async () => {
    const enrolment = await stepUp(() => engine.session.post('/v1/me/factors/totp'));
    if (!enrolment) return;
    const picture = URL.createObjectURL(new Blob([enrolment.qr_svg], { type: 'image/svg+xml' }));
    const codes = await dialog(t('factor.totp'), (close) => {
      const fields = { code: field(t('code'), h('input', { autocomplete: 'one-time-code', inputmode: 'numeric', autofocus: true })) };
      return [h('p', {}, t('factor.totp.explain')), h('img', { class: 'qr', src: picture, alt: t('factor.totp.qr') }), h('p', {}, t('factor.totp.secret'), ' ', h('code', { class: 'secret' }, enrolment.secret)),
        form(fields, async () => close(await engine.session.post('/v1/me/factors/totp/confirm', { code: fields.code.input.value.trim() })), t('factor.totp.confirm'), h('button', { type: 'button', onclick: () => close() }, t('cancel')))];
    });
    URL.revokeObjectURL(picture);
    if (codes) await show(codes);
    draw();
  };
  const drop = (path) => () => stepUp(() => engine.session.delete(path)).then(draw);
  section.append(h('div', { class: 'choices' },
    factors.totp ? act(t('factor.totp.off'), drop('/v1/me/factors/totp'), 'danger') : act(t('factor.totp.on'), enrol, 'main'),
    me.email_verified && (factors.email_code ? act(t('factor.mail.off'), drop('/v1/me/factors/email-code')) : act(t('factor.mail.on'), async () => {
      const codes = await stepUp(() => engine.session.put('/v1/me/factors/email-code'));
      if (codes) await show(codes);
      draw();
    })),
    (factors.totp || factors.email_code) && act(t('factor.codes.new', { left: factors.recovery_codes }), async () => {
      const codes = await stepUp(() => engine.session.post('/v1/me/factors/recovery-codes'));
      if (codes) await show(codes);
      draw();
    })));
  return section;
}

async function sessions(draw) {
  const list = await engine.session.all('/v1/sessions');
  const others = list.filter(({ current }) => !current);
  const end = async ({ id }) => engine.session.delete(`/v1/sessions/${id}`);
  return [h('ul', { class: 'entries' }, list.map((one) => h('li', {},
    h('span', {}, h('b', { title: one.client }, programName(one.client)), h('small', {}, t('session.since', { time: fullTime(new Date(one.created_at)), dialect: one.dialect }))),
    one.current ? h('span', { class: 'verified' }, t('session.current')) : act(t('session.end'), () => end(one).then(draw), 'quiet')))),
  others.length > 0 && h('p', {}, act(t('session.end.others'), () => Promise.all(others.map(end)).then(draw), 'danger'))];
}

/** What a browser says of itself, in two words; other programs say it themselves. */
function programName(client) {
  if (!client) return t('session.unnamed');
  const browser = [['Edg/', 'Edge'], ['OPR/', 'Opera'], ['Firefox/', 'Firefox'], ['Chrome/', 'Chrome'], ['Safari/', 'Safari']].find(([mark]) => client.includes(mark));
  const system = [['iPhone', 'iPhone'], ['iPad', 'iPad'], ['Android', 'Android'], ['Windows', 'Windows'], ['Mac OS', 'macOS'], ['Linux', 'Linux']].find(([mark]) => client.includes(mark));
  return browser && client.startsWith('Mozilla/') ? t('session.browser', { browser: browser[1], system: system?.[1] ?? '?' }) : client;
}

async function apps(draw) {
  const list = await engine.session.all('/v1/me/app-passwords');
  const fields = {
    name: field(t('app.name'), h('input', { autocomplete: 'off', maxlength: 64 }), t('app.name.hint')),
    dialect: field(t('app.dialect'), h('select', {}, ['messenger', 'channel', 'social', 'mailbox', 'vault'].map((each) => h('option', { value: each }, each)))),
  };
  const make = async () => {
    const made = await stepUp(() => engine.session.post('/v1/me/app-passwords', { name: fields.name.input.value.trim(), dialect: fields.dialect.input.value }));
    if (!made) return;
    await dialog(t('app.made'), (close) => [h('p', {}, t('app.once')), h('p', { class: 'code small' }, h('code', {}, made.app_password)), h('button', { class: 'main', onclick: () => close() }, t('done'))]);
    draw();
  };
  return [h('p', {}, t('app.explain')), h('ul', { class: 'entries' }, list.map((one) => h('li', {}, h('span', {}, h('b', {}, one.name), h('small', {}, one.dialect, ' · ', one.last_used_at ? t('app.used', { time: fullTime(new Date(one.last_used_at)) }) : t('app.unused'))),
    act(t('app.revoke'), () => stepUp(() => engine.session.delete(`/v1/me/app-passwords/${one.id}`)).then(draw), 'quiet')))), form(fields, make, t('app.make'))];
}

async function privacy() {
  const settings = await engine.session.get('/v1/me/settings');
  const save = (input, change) => engine.session.patch('/v1/me/settings', change).catch((error) => input.closest('.switch, .field').after(h('p', { class: 'error', role: 'alert' }, explain(error))));
  const toggle = (name) => {
    const input = h('input', { type: 'checkbox', role: 'switch', checked: settings[name] });
    input.addEventListener('change', () => save(input, { [name]: input.checked }));
    return h('label', { class: 'switch' }, input, h('span', {}, h('b', {}, t(`privacy.${name}`)), h('small', {}, t(`privacy.${name}.explain`))));
  };
  const who = h('select', {}, ['everyone', 'contacts', 'nobody'].map((each) => h('option', { value: each, selected: each === settings.messages_from }, t(`privacy.from.${each}`))));
  who.addEventListener('change', () => save(who, { messages_from: who.value }));
  return [toggle('discoverable'), toggle('show_presence'), toggle('send_receipts'), field(t('privacy.messages_from'), who)];
}

async function people(draw) {
  const [contacts, blocks] = await Promise.all([engine.session.all('/v1/me/contacts'), engine.session.all('/v1/me/blocks')]);
  const change = (method, kind, { username }) => () => engine.session[method](`/v1/me/${kind}/${encodeURIComponent(username)}`).then(draw);
  const talk = ({ username }) => act(t('new.start'), async () => go('c', await engine.startPair(username)), 'quiet');
  return [h('h3', {}, t('people.contacts')), !contacts.length && h('p', { class: 'hint' }, t('people.none')),
    h('ul', { class: 'people' }, contacts.map(({ user, state, online }) => h('li', {}, avatar(user.id, user.username, user.username), h('span', {}, user.username, h('small', {}, online ? t('online') : t(`contact.state.${state}`))),
      state === 'requested_by_them' && act(t('contact.accept'), change('put', 'contacts', user), 'main'), talk(user),
      act(state === 'requested_by_them' ? t('contact.decline') : t('contact.end'), change('delete', 'contacts', user), 'quiet')))),
    h('h3', {}, t('people.blocked')), !blocks.length && h('p', { class: 'hint' }, t('people.blocked.none')),
    h('ul', { class: 'people' }, blocks.map(({ user }) => h('li', {}, avatar(user.id, user.username), h('span', {}, user.username), act(t('unblock'), change('delete', 'blocks', user), 'quiet'))))];
}

async function account() {
  const leave = async () => {
    const isSure = await dialog(t('leave.title'), (close) => {
      const fields = { name: field(t('leave.type', { name: engine.me.username }), h('input', { autocomplete: 'off', autocapitalize: 'none', autofocus: true })) };
      return [h('p', {}, t('leave.explain')), form(fields, async () => (fields.name.input.value.trim() === engine.me.username ? close(true) : fields.name.refuse(t('leave.other'))), t('leave.do'), h('button', { type: 'button', onclick: () => close() }, t('cancel')))];
    });
    if (!isSure || (await stepUp(() => engine.session.delete('/v1/me').then(() => true))) !== true) return;
    await engine.leave(true);
  };
  const save = async () => {
    const response = await stepUp(() => engine.session.request('GET', '/v1/me/export'));
    if (!response) return;
    const url = URL.createObjectURL(await response.blob());
    h('a', { href: url, download: `sealpost-${engine.me.username}.zip` }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  };
  const audit = await engine.session.get('/v1/me/audit', { limit: 30 });
  return [h('section', {}, h('h3', {}, t('export.title')), h('p', {}, t('export.explain')), act(t('export.do'), save)),
    h('section', {}, h('h3', {}, t('leave.title')), h('p', {}, t('leave.hint')), act(t('leave.do'), leave, 'danger')),
    h('section', {}, h('h3', {}, t('audit.title')), h('ul', { class: 'entries' }, audit.data.map((event) => h('li', {}, h('span', {}, h('b', {}, has(`audit.${event.kind}`) ? t(`audit.${event.kind}`) : event.kind), h('small', {}, fullTime(new Date(event.created_at))))))))];
}
