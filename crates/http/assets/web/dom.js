/** Elements from code. Every text becomes a text node: nothing anybody wrote is ever markup. */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element: `h('button', { class: 'main', onclick }, 'Send')`. Properties beginning with `on` are listeners, `dataset` and
 * `aria` are maps, `false` and `null` leave an attribute out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties ?? {})) set(element, name, value);
  append(element, children);
  return element;
}

function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
  else if (name === 'dataset') Object.assign(element.dataset, value);
  else if (name === 'aria') for (const [key, text] of Object.entries(value)) set(element, `aria-${key}`, text);
  else if (name === 'value') element.value = value;
  else element.setAttribute(name, value === true ? '' : value);
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Puts these children in place of all that is there. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

const PATHS = {
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12l16-8-6 16-3-7z',
  settings: 'M4 7h10M18 7h2M4 17h2M10 17h10M14 4v6M6 14v6',
  attach: 'M20 11l-8.500 8.500a5 5 0 0 1-7-7L13 4a3.500 3.500 0 0 1 5 5l-8.500 8.500a2 2 0 0 1-3-3L14 7',
  lock: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3',
  shield: 'M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6zM8.500 12l2.500 2.500 4.500-5',
  warning: 'M12 4l9 16H3zM12 10v5M12 17.500v.500',
  server: 'M4 5h16v6H4zM4 13h16v6H4zM8 8h.010M8 16h.010',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2',
  check: 'M5 12l5 5 9-10',
  checks: 'M2 12l5 5 8-10M11 16l1 1 9-10',
  people: 'M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3 20a6 6 0 0 1 12 0M16 4.500a3.500 3.500 0 0 1 0 6M17 14a6 6 0 0 1 4 6',
  info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 11v5M12 8v.500',
  trash: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  folder: 'M3 6h6l2 2h10v11H3z',
  close: 'M6 6l12 12M18 6L6 18',
  pause: 'M8 5v14M16 5v14',
  play: 'M8 5l11 7-11 7z',
  timer: 'M9 2h6M12 6a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 10v4l2 2',
};

/** A small drawing. With a label it says something; without, it is decoration. */
export function icon(name, label = null) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('class', `icon icon-${name}`);
  if (label) {
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
  } else svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

/** A drawing of dark squares (a QR code), row by row. */
export function squares(rows, label) {
  const svg = document.createElementNS(SVG, 'svg');
  const size = rows.length + 8;
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('class', 'qr');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const path = document.createElementNS(SVG, 'path');
  const steps = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 4} ${y + 4}h1v1h-1z` : '')));
  path.setAttribute('d', steps.join(''));
  svg.append(path);
  return svg;
}

/** A labelled field with its hint and its error below. */
export function field(label, input, hint = null) {
  const id = input.id || `f${Math.random().toString(36).slice(2)}`;
  input.id = id;
  const error = h('p', { class: 'error', id: `${id}-error`, role: 'alert' });
  const described = [hint && `${id}-hint`, `${id}-error`].filter(Boolean).join(' ');
  input.setAttribute('aria-describedby', described);
  const element = h('div', { class: 'field' }, h('label', { for: id }, label), input,
    hint && h('p', { class: 'hint', id: `${id}-hint` }, hint), error);
  element.refuse = (text) => {
    error.textContent = text ?? '';
    if (text) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  };
  element.input = input;
  return element;
}

/**
 * A dialog over the page: focus goes in and comes back, Escape closes. `build(close)` gives its content; resolves with what
 * `close` is called with, or null.
 */
export function dialog(title, build) {
  return new Promise((resolve) => {
    let answer = null;
    const close = (value = null) => {
      answer = value;
      element.close();
    };
    const heading = h('h2', { id: `d${Math.random().toString(36).slice(2)}` }, title);
    const element = h('dialog', { aria: { labelledby: heading.id } });
    append(element, [heading, build(close)]);
    element.addEventListener('close', () => {
      element.remove();
      resolve(answer);
    });
    document.body.append(element);
    element.showModal();
  });
}

/** Says something to people who do not see the page. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

/** Runs what a button does, which cannot be pressed meanwhile. Who stood on it stands there again, if nothing else took them. */
export async function busily(button, run) {
  const hadFocus = document.activeElement === button;
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  try {
    return await run();
  } finally {
    button.disabled = false;
    button.removeAttribute('aria-busy');
    if (hadFocus && (document.activeElement ?? document.body) === document.body) button.focus();
  }
}
