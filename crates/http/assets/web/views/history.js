/**
 * The messages of a conversation as one scroll: of a history of any length, so many rows as a reader can overlook are in the
 * page. What scrolls far away is taken out and read anew when it comes back.
 */
import { engine } from '../app.js';
import { fill, h } from '../dom.js';
import { dayName, explain, t } from '../i18n.js';
import { bubble, progressMark, waitingBubble } from './bubble.js';

const MOST_ROWS = 200;
const NEAR = 600;

export function historyView(conversation, signal) {
  const { id } = conversation;
  const rows = h('ol', { class: 'rows' });
  const waiting = h('ol', { class: 'rows waiting-rows', aria: { label: t('history.waiting') } });
  const top = h('p', { class: 'hint top' });
  const element = h('div', { class: 'history', tabindex: '0', role: 'log', aria: { label: t('history'), live: 'polite' } }, top, rows, waiting);
  let shown = [];
  let atTop = false;
  let atEnd = true;
  let isLoading = false;

  // Pictures are decrypted after their rows are there: who looks at the end goes on looking at it.
  let isAtEnd = true;
  const watch = new ResizeObserver(() => isAtEnd && atEnd && toEnd());
  watch.observe(rows);
  watch.observe(element);
  signal.addEventListener('abort', () => watch.disconnect());
  const isNearEnd = () => element.scrollTop + element.clientHeight > element.scrollHeight - 120;
  const toEnd = () => {
    element.scrollTop = element.scrollHeight;
  };

  function build(messages, previous) {
    return messages.flatMap((message) => {
      const made = new Date(message.created_at);
      const isNewDay = !previous || new Date(previous.created_at).toDateString() !== made.toDateString();
      const isFollowing = !isNewDay && previous.sender.id === message.sender.id && made - new Date(previous.created_at) < 300_000;
      previous = message;
      const row = bubble({ conversation, message, isFollowing });
      return isNewDay ? [h('li', { class: 'day' }, h('span', {}, dayName(made))), row] : [row];
    });
  }

  /** Draws all rows anew, with what the reader looks at where it was. */
  function redraw(keepEnd) {
    const anchor = [...rows.children].find((row) => row.dataset.seq && row.offsetTop + row.offsetHeight > element.scrollTop);
    const offset = anchor ? anchor.offsetTop - element.scrollTop : 0;
    fill(rows, build(shown, null));
    top.textContent = atTop ? t('history.top') : '';
    if (keepEnd) toEnd();
    else if (anchor) {
      const again = rows.querySelector(`[data-seq="${anchor.dataset.seq}"]`);
      if (again) element.scrollTop = again.offsetTop - offset;
    }
  }

  const rowOf = (message) => rows.querySelector(`[data-seq="${message.seq}"]`);

  /** Puts older messages above, and takes out what is then too far below. The reader's place stays where it is. */
  function addBefore(found) {
    if (!found.length || signal.aborted) return;
    const height = element.scrollHeight;
    // The first row that was there had no row before it: it may not be the first of its day.
    const first = rowOf(shown[0]);
    if (first.previousElementSibling) first.previousElementSibling.remove();
    first.remove();
    rows.prepend(...build([...found, shown[0]], null));
    element.scrollTop += element.scrollHeight - height;
    shown = [...found, ...shown];
    if (shown.length <= MOST_ROWS) return;
    const last = rowOf(shown[MOST_ROWS - 1]);
    while (last.nextElementSibling) last.nextElementSibling.remove();
    shown = shown.slice(0, MOST_ROWS);
    atEnd = false;
  }

  /** The other way round. */
  function addAfter(found) {
    if (!found.length || signal.aborted) return;
    rows.append(...build(found, shown.at(-1)));
    shown = [...shown, ...found];
    if (shown.length <= MOST_ROWS) return;
    const height = element.scrollHeight;
    const kept = shown.slice(-MOST_ROWS);
    const first = rowOf(kept[0]);
    while (first.previousElementSibling) first.previousElementSibling.remove();
    first.replaceWith(...build([kept[0]], null));
    element.scrollTop += element.scrollHeight - height;
    shown = kept;
    atTop = false;
  }

  async function load(direction) {
    if (isLoading) return;
    isLoading = true;
    try {
      if (direction === 'newest') {
        shown = await engine.messages(id);
        atTop = shown.length < 50;
        atEnd = true;
      } else if (direction === 'older') {
        const found = await engine.messages(id, { before: shown[0].seq });
        atTop = !found.length;
        addBefore(found);
      } else {
        const found = await engine.messages(id, { after: shown.at(-1).seq });
        atEnd = !found.length;
        addAfter(found);
      }
      if (direction === 'newest' && !signal.aborted) redraw(true);
      top.textContent = atTop ? t('history.top') : '';
    } catch (error) {
      top.textContent = explain(error);
    } finally {
      isLoading = false;
    }
    if (!signal.aborted) markRead();
  }

  function markRead() {
    const last = shown.at(-1);
    if (last && atEnd && isNearEnd() && document.visibilityState === 'visible') engine.marks.markRead(id, last.seq);
  }

  function drawWaiting() {
    const known = new Set(shown.map(({ client_id: name }) => name));
    fill(waiting, engine.outbox.of(id).filter(({ clientId }) => !known.has(clientId)).map(waitingBubble));
  }

  function arrived(message) {
    if (message.conversation_id !== id) return;
    const at = shown.findIndex((one) => one.id === message.id);
    const wasNearEnd = isNearEnd();
    if (at >= 0) shown[at] = message;
    else if (atEnd && message.seq > (shown.at(-1)?.seq ?? 0)) shown.push(message);
    else return;
    drawWaiting();
    if (at < 0 && shown.length <= MOST_ROWS) {
      rows.append(...build([message], shown.at(-2)));
      if (wasNearEnd || message.sender.id === engine.me.id) toEnd();
    } else {
      if (wasNearEnd) shown = shown.slice(-MOST_ROWS);
      redraw(wasNearEnd);
    }
    markRead();
  }

  element.addEventListener('scroll', () => {
    isAtEnd = isNearEnd();
    if (isLoading || !shown.length) return;
    if (element.scrollTop < NEAR && !atTop) load('older');
    else if (!atEnd && element.scrollTop + element.clientHeight > element.scrollHeight - NEAR) load('newer');
    else markRead();
  }, { signal, passive: true });
  document.addEventListener('visibilitychange', markRead, { signal });
  engine.addEventListener('message', ({ detail }) => arrived(detail), { signal });
  // Messages vanish when their time is over, whoever looks.
  const clock = setInterval(() => {
    if (shown.some(({ expires_at: end, deleted_at: gone }) => end && !gone && new Date(end) <= new Date())) {
      for (const message of shown) if (message.expires_at && new Date(message.expires_at) <= new Date()) message.deleted_at ??= message.expires_at;
      redraw(isNearEnd());
    }
  }, 1000);
  signal.addEventListener('abort', () => clearInterval(clock));

  return {
    element,
    /** The marks beside one's own messages, and what waits. */
    refresh() {
      const wasNearEnd = isNearEnd();
      drawWaiting();
      for (const message of shown) {
        const mark = rows.querySelector(`[data-seq="${message.seq}"] .progress`);
        const progress = engine.marks.progress(message);
        if (mark && !mark.classList.contains(progress)) mark.replaceWith(progressMark(progress));
      }
      if (wasNearEnd) toEnd();
    },
    reload: () => load('newest').then(drawWaiting),
    /** Back to the last message, after writing one. */
    async toNewest() {
      if (!atEnd) await load('newest');
      toEnd();
    },
  };
}
