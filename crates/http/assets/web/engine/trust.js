/** Whose keys this browser has seen, which of them the user has compared, and what has changed since. */
import { CannotSeal } from '../sealpost.js';
import * as vault from '../vault.js';

export class Trust {
  #rows = new Map();

  constructor(engine) {
    this.engine = engine;
  }

  /** What is known of somebody's keys: `{kids, pending, isVerified}`. */
  get(id) {
    return this.#rows.get(id);
  }

  /** Takes up what this browser keeps. */
  async load() {
    for (const row of await vault.all('trust')) this.#rows.set(row.id, row);
  }

  clear() {
    this.#rows.clear();
  }

  /** Forgets what was known of somebody: their keys were made here. */
  forget(id) {
    this.#rows.delete(id);
  }

  /** Sees somebody's keys. The first ones are taken as they are; a new one waits until the user has looked at it. */
  async see(user, keys, { isAccepted = false } = {}) {
    const kids = keys.map(({ fingerprint }) => fingerprint).sort();
    const known = this.#rows.get(user.id);
    const fresh = kids.filter((kid) => !known?.kids.includes(kid));
    let row = { id: user.id, username: user.username, kids, isVerified: known?.isVerified ?? false, pending: [] };
    if (known && fresh.length && !isAccepted) row = { ...known, username: user.username, pending: fresh };
    if (isAccepted && fresh.length) row.isVerified = false;
    if (JSON.stringify(row) === JSON.stringify(known)) return row;
    await this.#keep(row);
    return row;
  }

  async #keep(row) {
    this.#rows.set(row.id, row);
    await vault.put('trust', row.id, row);
    this.engine.tell('trust', row.id);
  }

  /** Lets keys be sealed to, unless the user has to look at them first. */
  async approve(user, keys) {
    const { pending } = await this.see(user, keys);
    if (pending.length) throw new CannotSeal('not-approved', user.username);
  }

  /** Reads somebody's keys anew. */
  async check(user) {
    return this.see(user, await this.engine.correspondent.keysOf(user.username, { isFresh: true }));
  }

  /** Whose keys have changed in a conversation, and were not looked at yet. */
  warnings(conversation) {
    return conversation.members.map(({ id }) => this.#rows.get(id)).filter((row) => row?.pending.length);
  }

  /** The user has looked at the new keys and wants to go on with them. */
  async accept(user) {
    await this.see(user, await this.engine.correspondent.keysOf(user.username, { isFresh: true }), { isAccepted: true });
    this.engine.outbox.release('not-approved');
  }

  /** The user has compared the safety number. */
  async verify(user, isVerified) {
    await this.#keep({ ...this.#rows.get(user.id), isVerified });
  }
}
