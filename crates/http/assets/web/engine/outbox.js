/** What waits to be sent: kept sealed in this browser, sent in the order it was written. */
import { timedId } from '../sealpost.js';
import * as vault from '../vault.js';

/** The event of a message that was sent takes its place; should it be late, a moment is enough. */
const LINGERS = 10_000;

export class Outbox {
  #rows = new Map();
  #isSending = false;

  constructor(engine) {
    this.engine = engine;
  }

  /** Takes up what this browser keeps. */
  async load() {
    for (const row of await vault.allSealed('outbox')) this.#rows.set(row.clientId, { ...row, state: 'queued' });
  }

  clear() {
    this.#rows.clear();
  }

  /** How many messages wait for a connection. */
  get queued() {
    return [...this.#rows.values()].filter(({ state }) => state === 'queued').length;
  }

  /** What waits in a conversation, in the order it was written. */
  of(conversation) {
    return [...this.#rows.values()].filter((row) => row.conversation === conversation);
  }

  /** Puts a text here: it is sent now, or as soon as there is a connection. */
  async send(conversation, text, { files = [], expiresIn = null } = {}) {
    const row = { clientId: timedId(), conversation, text, files, expiresIn, sentAt: new Date().toISOString() };
    await vault.putSealed('outbox', row.clientId, row);
    this.#rows.set(row.clientId, { ...row, state: 'queued' });
    this.engine.tell('messages', conversation);
    this.flush();
  }

  /** Tries a refused message again. */
  retry(clientId) {
    const row = this.#rows.get(clientId);
    if (row) row.state = 'queued';
    this.flush();
  }

  /** Tries those again that were refused for this reason. */
  release(code) {
    for (const row of this.#rows.values()) if (row.state === 'refused' && row.error.code === code) row.state = 'queued';
    this.flush();
  }

  /** Does not send it any more: it was given up, or has come back as a message. */
  async discard(clientId) {
    const row = this.#rows.get(clientId);
    this.#rows.delete(clientId);
    await vault.remove('outbox', clientId);
    if (row) this.engine.tell('messages', row.conversation);
  }

  /** Sends what waits, one after the other. */
  async flush() {
    if (this.#isSending || !this.engine.correspondent) return;
    this.#isSending = true;
    try {
      for (let row = this.#next(); row; row = this.#next()) {
        if (!(await this.#sendOne(row))) break;
      }
    } finally {
      this.#isSending = false;
    }
  }

  #next() {
    return [...this.#rows.values()].find(({ state }) => state === 'queued');
  }

  /** Whether it makes sense to go on with the next. */
  async #sendOne(row) {
    const { clientId, files, expiresIn } = row;
    try {
      await this.engine.correspondent.send(row.conversation, row.text, { clientId, files, sentAt: new Date(row.sentAt), expiresIn });
      row.state = 'sent';
      await vault.remove('outbox', clientId);
      setTimeout(() => this.#rows.delete(clientId) && this.engine.tell('messages', row.conversation), LINGERS);
    } catch (error) {
      if (error.isTemporary) {
        setTimeout(() => this.flush(), (error.retryAfter ?? 5) * 1000);
        return false;
      }
      row.state = 'refused';
      row.error = error;
    }
    this.engine.tell('messages', row.conversation);
    return true;
  }
}
