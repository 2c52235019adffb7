/** With whom to begin to talk. */
import { engine, go, to } from '../app.js';
import { busily, field, fill, h, icon } from '../dom.js';
import { explain, t } from '../i18n.js';
import { avatar } from './people.js';

export function composeView() {
  const chosen = new Map();
  const problem = h('p', { class: 'error', role: 'alert' });
  const found = h('ul', { class: 'people', aria: { label: t('new.found') } });
  const picked = h('ul', { class: 'picked', aria: { label: t('new.picked') } });
  const search = field(t('new.search'), h('input', { type: 'search', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', autofocus: true }), t('new.hint'));
  const title = field(t('group.title'), h('input', { maxlength: 100, autocomplete: 'off' }));
  title.hidden = true;
  const start = h('button', { class: 'main', disabled: true, onclick: () => busily(start, begin) }, t('new.start'));
  let asked = 0;

  async function begin() {
    problem.textContent = '';
    const names = [...chosen.keys()];
    try {
      go('c', names.length === 1 && !title.input.value ? await engine.startPair(names[0]) : await engine.startGroup(title.input.value.trim(), names));
    } catch (error) {
      problem.textContent = explain(error);
    }
  }

  function pick(user) {
    if (!chosen.delete(user.username)) chosen.set(user.username, user);
    fill(picked, [...chosen.values()].map((one) => h('li', {}, h('button', { onclick: () => pick(one), aria: { label: t('new.remove', { name: one.username }) } }, one.username, icon('close')))));
    title.hidden = chosen.size < 2;
    start.disabled = chosen.size === 0;
    start.textContent = chosen.size > 1 ? t('new.start.group') : t('new.start');
    draw(shown);
  }

  let shown = [];
  function draw(users) {
    shown = users;
    fill(found, users.map((user) => h('li', {}, h('button', { aria: { pressed: String(chosen.has(user.username)) }, onclick: () => pick(user) },
      avatar(user.id, user.username, user.username), h('span', {}, user.username), user.is_contact && h('small', {}, t('contact')), chosen.has(user.username) && icon('check')))));
  }

  async function look() {
    asked += 1;
    const [turn, text] = [asked, search.input.value.trim()];
    search.refuse(null);
    if (!text) {
      draw([]);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
    if (turn !== asked) return;
    try {
      const { data } = await engine.session.get('/v1/users', { q: text, limit: 20 });
      const others = data.filter(({ id }) => id !== engine.me.id);
      if (turn !== asked) return;
      draw(others);
      if (!others.length) search.refuse(t('new.nobody'));
    } catch (error) {
      search.refuse(explain(error));
    }
  }
  search.input.addEventListener('input', look);
  search.input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && shown.length) pick(shown[0]);
  });
  return h('section', { class: 'page' }, h('header', { class: 'bar' }, h('a', { class: 'button round quiet back', href: to(), aria: { label: t('back') } }, icon('back')), h('h1', {}, t('new.title'))),
    h('div', { class: 'body' }, search, picked, title, problem, h('p', {}, start), found));
}
