/** How far everybody has come with the messages of a conversation, and who is writing. */

/** Marks of delivery are gathered for so long, in milliseconds. */
const GATHERS = 200;

export class Marks {
  #receipts = new Map();
  #delivered = new Map();
  #typing = new Map();

  constructor(engine) {
    this.engine = engine;
  }

  clear() {
    this.#receipts.clear();
    this.#delivered.clear();
    this.#typing.clear();
  }

  /** Reads how far the others have come. */
  async load(id) {
    const list = await this.engine.session.all(`/v1/conversations/${id}/receipts`);
    this.#receipts.set(id, new Map(list.map(({ user, read_seq, delivered_seq }) => [user.id, { read: read_seq, delivered: delivered_seq }])));
    this.engine.tell('messages', id);
  }

  /** How far a message of one's own has come: `sent`, `delivered` or `read`, by the slowest of those who show it. */
  progress(message) {
    const marks = [...(this.#receipts.get(message.conversation_id) ?? [])].filter(([id, { read }]) => id !== this.engine.me.id && read !== null);
    if (!marks.length) return 'sent';
    if (marks.every(([, { read }]) => read >= message.seq)) return 'read';
    return marks.every(([, { delivered }]) => delivered >= message.seq) ? 'delivered' : 'sent';
  }

  /** The user has seen everything up to here. */
  async markRead(id, seq) {
    const conversation = this.engine.conversations.get(id);
    if (!conversation || seq <= conversation.read_seq) return;
    conversation.read_seq = seq;
    conversation.unread_count = 0;
    this.engine.tell('conversations');
    await this.engine.session.put(`/v1/conversations/${id}/read-marker`, { seq }).catch(() => {});
  }

  /** A message has reached this device. */
  arrived({ conversation_id: id, seq, sender }) {
    if (!id || sender.id === this.engine.me.id || (this.#delivered.get(id)?.seq ?? 0) >= seq) return;
    const waiting = this.#delivered.get(id);
    this.#delivered.set(id, { seq, isWaiting: true });
    if (waiting?.isWaiting) return;
    setTimeout(() => {
      const last = this.#delivered.get(id);
      if (!last) return;
      last.isWaiting = false;
      this.engine.session?.put(`/v1/conversations/${id}/delivered-marker`, { seq: last.seq }).catch(() => {});
    }, GATHERS);
  }

  /** What the server passes on and keeps nowhere. */
  signal(signal) {
    const { conversation_id: id, user_id: user, seq } = signal;
    if (signal.type === 'typing' && user !== this.engine.me.id) this.#writes(id, user, new Date(signal.until));
    const mark = this.#receipts.get(id)?.get(user);
    if (!mark) return;
    if (signal.type === 'read_marker') Object.assign(mark, { read: Math.max(mark.read, seq), delivered: Math.max(mark.delivered, seq) });
    if (signal.type === 'delivered') mark.delivered = Math.max(mark.delivered, seq);
    this.engine.tell('messages', id);
  }

  #writes(id, user, until) {
    const writing = this.#typing.get(id) ?? new Map();
    writing.set(user, until);
    this.#typing.set(id, writing);
    this.engine.tell('typing', id);
    setTimeout(() => this.engine.tell('typing', id), until - Date.now() + 50);
  }

  /** Somebody writes no longer: what they wrote is there. */
  hasWritten(id, user) {
    if (this.#typing.get(id)?.delete(user)) this.engine.tell('typing', id);
  }

  /** Who is writing in a conversation, by id. */
  whoIsTyping(id) {
    return [...(this.#typing.get(id) ?? [])].filter(([, until]) => until > new Date()).map(([user]) => user);
  }
}
