/**
 * The page behind a link to a file: for whoever has the link, without an account. It keeps nothing in this browser, asks the
 * server only whether the link is good, and opens it when somebody presses the button.
 *
 * The secret behind the `#` is taken out of the address at once, into the state of this one entry of the tab's history: a
 * reload finds it, and whoever looks at the screen does not. What the browser has noted of the visit by itself, no page can undo.
 */
import { announce, busily, fill, h, icon } from './dom.js';
import { explain, fileSize, nearTime, loadTexts, t } from './i18n.js';
import { isShown, pictureOf, save } from './saving.js';
import { FileLink, canSeal } from './sealpost.js';

const app = document.getElementById('app');

function page(title, ...content) {
  const heading = h('h1', { tabindex: '-1' }, title);
  fill(app, h('main', { class: 'outside' }, h('div', { class: 'card' },
    h('p', { class: 'brand' }, h('span', { class: 'mark', aria: { hidden: 'true' } }), 'Sealpost'), heading, content)));
  return heading;
}

/** The link of the address, or of the entry of the history that had it. */
function takeLink() {
  const kept = history.state ?? {};
  const hash = location.hash.length > 1 ? location.hash : (kept.secret ?? '');
  const link = FileLink.parse(new URL(location.pathname + hash, location.href));
  const opened = hash === kept.secret ? kept.opened : undefined;
  history.replaceState(link ? { secret: hash, opened } : null, '', location.pathname);
  return { link, opened: opened && new Date(opened.token_expires_at) > new Date() ? opened : null };
}

/** Nobody learns why a link does not open: it never was, is over, used up, deleted, or its secret is another one. */
const refusal = (error) => (error.status === 404 || error.status === 422 ? t('link.gone') : explain(error));

function failed(error, again) {
  const canHelp = error.status !== 404 && error.status !== 422;
  page(t('link.page.failed'), h('p', { role: 'alert' }, refusal(error)), canHelp && h('div', { class: 'choices' }, h('button', { class: 'main', onclick: again }, t('retry')))).focus();
}

async function look(link) {
  page(t('link.page.title'), h('p', {}, t('loading')));
  try {
    const { expires_at: end } = await link.look();
    const open = h('button', { class: 'main', onclick: () => busily(open, () => show(link)) }, t('link.page.open'));
    page(t('link.page.title'), h('p', { class: 'lead' }, t('link.page.lead')), h('p', { class: 'below' }, t('link.until', { time: nearTime(new Date(end)) })),
      h('div', { class: 'choices' }, open), h('p', { class: 'below' }, t('link.page.counts')));
    open.focus();
  } catch (error) {
    failed(error, () => look(link));
  }
}

/** Opens the link, which counts, and remembers for this tab that it was opened. */
async function show(link) {
  try {
    const opened = await link.open();
    history.replaceState({ ...history.state, opened }, '');
    await draw(link, opened);
  } catch (error) {
    failed(error, () => look(link));
  }
}

async function draw(link, opened) {
  const file = await link.file(opened);
  const name = file.name || t('file.nameless');
  const bar = h('progress', { max: 1, value: 0, aria: { label: t('link.page.loading', { name }) } });
  const picture = h('figure', { class: 'picture' });
  const problem = h('p', { class: 'error', role: 'alert' });
  const keep = h('button', { class: 'main', onclick: () => busily(keep, () => attempt(() => save(file.name, read))) }, t('file.save'));
  let bytes = null;
  /** Its bytes, fetched and opened once. */
  const read = () => {
    const total = Math.max(file.protection === 'e2ee' ? opened.ciphertext_size : file.size, 1);
    bytes ??= new Response(file.stream((there) => {
      bar.value = there / total;
      bar.hidden = there >= total;
    })).blob();
    bytes.catch(() => {
      bytes = null;
    });
    bar.hidden = bar.value === 1;
    return bytes;
  };
  const attempt = (run) => run().catch((error) => {
    bar.hidden = true;
    problem.textContent = `${t('file.failed')} ${refusal(error)}`;
  });
  bar.hidden = true;
  const isSealed = file.protection === 'e2ee';
  page(name, h('p', { class: 'hint' }, fileSize(file.size)),
    h('p', { class: 'note' }, icon(isSealed ? 'lock' : 'server'), t(isSealed ? 'link.page.e2ee' : 'link.page.server')),
    picture, bar, problem, h('div', { class: 'choices' }, keep), h('p', { class: 'below' }, t('link.page.until', { time: nearTime(new Date(opened.token_expires_at)) })));
  announce(t('link.page.is-open', { name }));
  keep.focus();
  if (!isShown(file)) return;
  await attempt(async () => {
    const blob = new Blob([await read()], { type: file.type });
    await pictureOf(blob, file.name).then((image) => picture.append(image), () => {
      problem.textContent = t('file.no-picture');
    });
  });
}

async function begin() {
  const { link, opened } = takeLink();
  await loadTexts();
  document.title = `${t('link.page.title')} · Sealpost`;
  if (!canSeal) page('Sealpost', h('p', {}, t('boot.insecure')));
  else if (!link) page(t('link.page.failed'), h('p', { role: 'alert' }, t('link.incomplete')));
  else if (opened) await draw(link, opened).catch((error) => failed(error, () => look(link)));
  else await look(link);
}

// Another link in the same tab.
addEventListener('hashchange', begin);
begin().catch((error) => page('Sealpost', h('p', { role: 'alert' }, explain(error))));
