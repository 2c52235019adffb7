/** Texts in the reader's language, from `lang/*.json`. Another language is another file, and its name in `languages.json`. */

let texts = {};
let fallback = {};
let language = 'en';

const read = async (name) => (await fetch(new URL(`lang/${name}.json`, import.meta.url))).json();

/** All languages there are, by code. */
export const languages = () => read('languages');

/** Loads the texts: of the chosen language, or of the first of the browser's languages that there is. */
export async function loadTexts(chosen = null) {
  const known = await languages();
  const wanted = [chosen, ...navigator.languages].filter(Boolean).map((tag) => tag.split('-')[0]);
  language = wanted.find((code) => code in known) ?? 'en';
  fallback = await read('en');
  texts = language === 'en' ? fallback : await read(language);
  document.documentElement.lang = language;
}

/** The language in use. */
export const currentLanguage = () => language;

/** The text of this name; `{x}` in it is replaced. With `n`, `name.one` or `name.other` as the language counts. */
export function t(name, values = {}) {
  const counted = 'n' in values ? `${name}.${new Intl.PluralRules(language).select(values.n)}` : name;
  const text = texts[counted] ?? texts[`${name}.other`] ?? fallback[counted] ?? fallback[`${name}.other`] ?? name;
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? '');
}

/** Whether there is such a text. */
export const has = (name) => name in texts || name in fallback;

/** What a refusal says, in the reader's language if it is a known one. */
export function explain(error) {
  const code = error?.code ?? 'unknown';
  if (has(`error.${code}`)) return t(`error.${code}`, { name: error.username ?? '', seconds: error.retryAfter ?? '' });
  return error?.problem?.detail ?? t('error.unknown');
}

/** A time in the reader's zone: the hour today, the day before that. */
export function shortTime(date) {
  const isToday = new Date().toDateString() === date.toDateString();
  const isRecent = Date.now() - date < 6 * 86_400_000;
  let how = { day: 'numeric', month: 'short', year: '2-digit' };
  if (isToday) how = { hour: '2-digit', minute: '2-digit' };
  else if (isRecent) how = { weekday: 'short' };
  return new Intl.DateTimeFormat(language, how).format(date);
}

export const clockTime = (date) => new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(date);
export const fullTime = (date) => new Intl.DateTimeFormat(language, { dateStyle: 'full', timeStyle: 'medium' }).format(date);
export const nearTime = (date) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(date);
export const dayName = (date) => new Intl.DateTimeFormat(language, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(date);

/** A size as people read it. */
export function fileSize(bytes) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  let at = 0;
  let size = bytes;
  for (; size >= 1000 && at < units.length - 1; at += 1) size /= 1000;
  return new Intl.NumberFormat(language, { style: 'unit', unit: units[at], unitDisplay: at ? 'short' : 'long', maximumFractionDigits: at ? 1 : 0 }).format(size);
}
