/** The client begins here. */
import { engine, go, place } from './app.js';
import { fill, h } from './dom.js';
import { explain, loadTexts, t } from './i18n.js';
import { canSeal } from './sealpost.js';
import * as vault from './vault.js';
import { keysView, newCodeView } from './views/keys.js';
import { shellView } from './views/shell.js';
import { logInView, recoverView, signUpView, welcomeView } from './views/welcome.js';

const app = document.getElementById('app');
const OUTSIDE = { '': welcomeView, login: logInView, signup: signUpView, recover: recoverView };
let leaving = null;
let shell = null;

/** Shows a page; what the last one listened to ends. */
function show(build) {
  leaving?.abort();
  shell = null;
  leaving = new AbortController();
  fill(app, build(leaving.signal));
  app.querySelector('[autofocus]')?.focus();
}

async function route() {
  const [first = ''] = place();
  if (!engine.session) {
    show(OUTSIDE[first] ?? welcomeView);
  } else if (!engine.keys || first === 'keys' || first === 'new-code') {
    show(first === 'new-code' && engine.keys ? newCodeView : keysView);
  } else {
    await engine.start();
    if (!shell) {
      show((signal) => {
        const made = shellView(signal);
        queueMicrotask(() => {
          shell = made;
          shell.open(place());
        });
        return made.element;
      });
    } else shell.open(place());
  }
}

async function begin() {
  await loadTexts(await vault.get('profile', 'language').catch(() => null));
  if (!canSeal) {
    fill(app, h('main', { class: 'plain' }, h('h1', {}, 'Sealpost'), h('p', {}, t('boot.insecure'))));
    return;
  }
  await engine.resume();
  engine.addEventListener('change', ({ detail }) => {
    if (detail.what === 'session' && !engine.session) go();
  });
  addEventListener('hashchange', route);
  await route();
}

begin().catch((error) => {
  fill(app, h('main', { class: 'plain' }, h('h1', {}, 'Sealpost'), h('p', { role: 'alert' }, explain(error))));
});
