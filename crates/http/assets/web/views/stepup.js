/** What wants a login not older than 15 minutes. */
import { engine } from '../app.js';
import { dialog, field, h } from '../dom.js';
import { t } from '../i18n.js';
import { form } from './welcome.js';

/**
 * Does something that wants a login not older than 15 minutes: if the server says so, the password is asked for once.
 */
export async function stepUp(run) {
  try {
    return await run();
  } catch (error) {
    if (error.code !== 'insufficient-user-authentication') throw error;
  }
  const isDone = await dialog(t('stepup.title'), (close) => {
    const fields = {
      password: field(t('password'), h('input', { type: 'password', autocomplete: 'current-password', autofocus: true, required: true })),
      code: field(t('stepup.code'), h('input', { autocomplete: 'one-time-code' })),
    };
    return [h('p', {}, t('stepup.explain')), form(fields, async () => {
      await engine.session.logInAgain(fields.password.input.value, fields.code.input.value.trim() || null);
      close(true);
    }, t('stepup.submit'), h('button', { type: 'button', onclick: () => close() }, t('cancel')))];
  });
  return isDone ? run() : null;
}
