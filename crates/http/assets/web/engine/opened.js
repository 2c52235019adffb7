/** The messages that were opened: each once, and so many as a reader may come back to. */

const MOST_KEPT = 2000;

export class Opened {
  #kept = new Map();

  constructor(engine) {
    this.engine = engine;
  }

  clear() {
    this.#kept.clear();
  }

  /** Opens a message. @returns {Promise<{text?: string, files?: object[], problem?: string}>} */
  async open(message) {
    if (message.deleted_at) return this.#keep(message.id, { problem: 'deleted' });
    const known = this.#kept.get(message.id);
    if (known && known.problem !== 'deleted') return known;
    if (message.format === 'text') return this.#keep(message.id, { text: message.body, files: [] });
    try {
      const { content, files, sentAt } = await this.engine.correspondent.open(message);
      return this.#keep(message.id, { text: content, files, sentAt });
    } catch (error) {
      return this.#keep(message.id, { problem: error.code ?? 'unknown' });
    }
  }

  /** It is gone for everybody. */
  forget(id) {
    this.#keep(id, { problem: 'deleted' });
  }

  #keep(id, opened) {
    this.#kept.set(id, opened);
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(this.#kept.keys().next().value);
    return opened;
  }

  /** What {@link Opened#open} found, if it has. */
  get(message) {
    if (message.deleted_at || (message.expires_at && new Date(message.expires_at) <= new Date())) return { problem: 'deleted' };
    return this.#kept.get(message.id) ?? null;
  }
}
