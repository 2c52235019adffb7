/**
 * What the client knows and does, without a page: the session, the keys, the conversations, what waits to be sent.
 * Views read its fields, call its methods, and hear `change` events (`detail.what`: `connection`, `conversations`,
 * `messages`, `typing`, `trust`, `session`, with the `id` of the conversation or user it is about).
 */
import { CannotSeal, Correspondent, DeviceKeys, Inbox, Server, Session, randomId, goodKeys } from './sealpost.js';
import { upload } from './upload.js';
import * as vault from './vault.js';

const PAGE = 50;
const MOST_KEPT = 2000;

export class Engine extends EventTarget {
  conversations = new Map();
  outbox = new Map();
  typing = new Map();
  receipts = new Map();
  trust = new Map();
  online = new Map();
  hasMore = false;
  #opened = new Map();
  #files = new Map();
  #cursor = null;
  #sending = false;
  #delivered = new Map();

  constructor() {
    super();
    // The page stands at `…/web/VERSION/`.
    this.server = new Server(new URL('../../', import.meta.url));
    this.session = null;
    this.keys = null;
    this.inbox = null;
  }

  #tell(what, id = null) {
    this.dispatchEvent(new CustomEvent('change', { detail: { what, id } }));
  }

  get me() {
    return this.session?.account ?? null;
  }

  get state() {
    return navigator.onLine === false ? 'offline' : (this.inbox?.state ?? 'ended');
  }

  // --- Coming and going -----------------------------------------------------------------------------------------------

  #options() {
    const store = {
      load: () => vault.getSealed('profile', 'tokens'),
      save: (tokens) => vault.putSealed('profile', 'tokens', tokens),
    };
    const lock = (run) => (navigator.locks ? navigator.locks.request('sealpost-renew', run) : run());
    return { store, lock };
  }

  /** Takes up what this browser keeps. @returns {Promise<'out'|'keyless'|'in'>} */
  async resume() {
    const tokens = await vault.getSealed('profile', 'tokens').catch(() => null);
    if (!tokens) return 'out';
    await this.#adopt(new Session(this.server, tokens, this.#options()));
    return this.keys ? 'in' : 'keyless';
  }

  /** Somebody has logged in here. */
  async enter(session) {
    const kept = await vault.get('profile', 'account');
    if (kept && kept !== session.account.id) await vault.clear();
    await vault.put('profile', 'account', session.account.id);
    await vault.putSealed('profile', 'tokens', session.tokens);
    await this.#adopt(new Session(this.server, session.tokens, this.#options()));
  }

  async #adopt(session) {
    this.session = session;
    this.keys = null;
    this.trust.clear();
    session.addEventListener('ended', () => this.#ended());
    const kept = await vault.get('profile', 'keys');
    if (kept) await this.#useKeys(DeviceKeys.fromStored(kept));
  }

  async #useKeys(keys) {
    this.keys = keys;
    this.correspondent = new Correspondent(this.session, keys, { approve: (user, list) => this.#approve(user, list) });
  }

  /** Keeps keys in this browser, locked, and publishes their public halves. */
  async install(keys) {
    const locked = await keys.locked();
    await vault.put('profile', 'keys', locked.toStored());
    await this.#useKeys(locked);
    await this.correspondent.publish();
    this.trust.delete(this.me.id);
    await this.#see(this.me, await this.correspondent.keysOf(this.me.username, { isFresh: true }), { isAccepted: true });
  }

  /** Begins to follow what happens. */
  async start() {
    if (this.inbox) return;
    for (const row of await vault.all('trust')) this.trust.set(row.id, row);
    for (const row of await vault.allSealed('outbox')) this.outbox.set(row.clientId, { ...row, state: 'queued' });
    this.inbox = new Inbox(this.session, { handle: (event) => this.#happened(event) });
    this.inbox.addEventListener('state', () => {
      this.#tell('connection');
      if (this.inbox?.state === 'live') this.#live();
    });
    this.inbox.addEventListener('gap', () => this.reload());
    this.inbox.addEventListener('signal', ({ detail }) => this.#signal(detail));
    addEventListener('online', this.#onNetwork);
    addEventListener('offline', this.#onNetwork);
    this.inbox.open();
  }

  #onNetwork = () => {
    this.#tell('connection');
    if (!navigator.onLine) return;
    this.inbox?.hurry();
    this.flush();
  };

  async #live() {
    if (!this.conversations.size) await this.reload().catch(() => {});
    this.lookAround();
    this.flush();
  }

  async #ended() {
    this.inbox?.close();
    this.inbox = null;
    removeEventListener('online', this.#onNetwork);
    removeEventListener('offline', this.#onNetwork);
    await vault.remove('profile', 'tokens');
    this.session = null;
    for (const map of [this.conversations, this.outbox, this.#opened, this.#files, this.receipts]) map.clear();
    this.#tell('session');
  }

  /** Logs out; with `isForgetting`, nothing of the account stays in this browser. */
  async leave(isForgetting) {
    await this.session?.end().catch(() => this.#ended());
    if (isForgetting) {
      await vault.clear();
      this.keys = null;
      this.trust.clear();
    }
  }

  // --- Conversations --------------------------------------------------------------------------------------------------

  /** Reads the list anew. */
  async reload() {
    const page = await this.session.get('/v1/conversations', { limit: PAGE });
    this.conversations.clear();
    await this.#take(page);
    this.#tell('messages');
  }

  /** The next ones of the list. */
  async more() {
    if (this.hasMore) await this.#take(await this.session.get('/v1/conversations', { limit: PAGE, cursor: this.#cursor }));
  }

  async #take({ data, next_cursor: next }) {
    for (const conversation of data) {
      if (!this.conversations.has(conversation.id)) this.conversations.set(conversation.id, conversation);
      if (conversation.last_message) this.#hasArrived(conversation.last_message);
    }
    this.#cursor = next;
    this.hasMore = Boolean(next);
    this.#tell('conversations');
    await Promise.all(data.map(({ last_message: last }) => last && this.openMessage(last)));
    this.#tell('conversations');
  }

  /** In the order of the list. */
  sorted() {
    const last = (conversation) => conversation.last_message?.created_at ?? conversation.created_at;
    return [...this.conversations.values()].sort((a, b) => (last(a) < last(b) ? 1 : -1));
  }

  /** One of them, from the server if it is not in the list yet. */
  async conversation(id) {
    if (!this.conversations.has(id)) {
      const found = await this.session.get(`/v1/conversations/${id}`);
      this.conversations.set(id, { last_message: null, unread_count: 0, read_seq: found.last_seq, ...found });
      this.#tell('conversations');
    }
    return this.conversations.get(id);
  }

  /** Who the other one of a pair is. */
  other(conversation) {
    return conversation.kind === 'pair' ? conversation.members.find(({ id }) => id !== this.me.id) ?? conversation.members[0] : null;
  }

  async startPair(username) {
    return this.#started(await this.session.post('/v1/conversations', { username }));
  }

  async startGroup(title, members) {
    return this.#started(await this.session.post('/v1/conversations', { title: title || undefined, members, shows_history: false }));
  }

  #started(found) {
    const known = this.conversations.get(found.id);
    this.conversations.set(found.id, { last_message: null, unread_count: 0, read_seq: 0, ...known, ...found });
    this.#tell('conversations');
    return found.id;
  }

  // --- Messages -------------------------------------------------------------------------------------------------------

  /**
   * Up to 50 messages of a conversation, oldest first: the newest, or those next to the number `before` or `after`.
   */
  async messages(id, { before = null, after = null } = {}) {
    const around = before ?? after;
    const query = around === null ? { limit: PAGE } : { limit: PAGE * 2, around };
    const { data } = await this.session.get(`/v1/conversations/${id}/messages`, query);
    let found = data.sort((a, b) => a.seq - b.seq);
    if (before !== null) found = found.filter(({ seq }) => seq < before).slice(-PAGE);
    if (after !== null) found = found.filter(({ seq }) => seq > after).slice(0, PAGE);
    await Promise.all(found.map((message) => this.openMessage(message)));
    return found;
  }

  /** Opens a message once. @returns {Promise<{text?: string, files?: object[], problem?: string}>} */
  async openMessage(message) {
    if (message.deleted_at) return this.#remember(message.id, { problem: 'deleted' });
    const known = this.#opened.get(message.id);
    if (known && known.problem !== 'deleted') return known;
    if (message.format === 'text') return this.#remember(message.id, { text: message.body, files: [] });
    try {
      const { content, files, sentAt } = await this.correspondent.open(message);
      return this.#remember(message.id, { text: content, files, sentAt });
    } catch (error) {
      return this.#remember(message.id, { problem: error.code ?? 'unknown' });
    }
  }

  #remember(id, opened) {
    this.#opened.set(id, opened);
    if (this.#opened.size > MOST_KEPT) this.#opened.delete(this.#opened.keys().next().value);
    return opened;
  }

  /** What {@link Engine#openMessage} found, if it has. */
  openedMessage(message) {
    if (message.deleted_at || (message.expires_at && new Date(message.expires_at) <= new Date())) return { problem: 'deleted' };
    return this.#opened.get(message.id) ?? null;
  }

  /** Puts a text into the outbox: it is sent now, or as soon as there is a connection. */
  async send(conversation, text, { files = [], expiresIn = null } = {}) {
    const row = { clientId: randomId(), conversation, text, files, expiresIn, sentAt: new Date().toISOString() };
    await vault.putSealed('outbox', row.clientId, row);
    this.outbox.set(row.clientId, { ...row, state: 'queued' });
    this.#tell('messages', conversation);
    this.flush();
  }

  /** What waits, in the order it was written. */
  waiting(conversation) {
    return [...this.outbox.values()].filter((row) => row.conversation === conversation);
  }

  /** Tries a refused message again. */
  retry(clientId) {
    const row = this.outbox.get(clientId);
    if (row) row.state = 'queued';
    this.flush();
  }

  async discard(clientId) {
    const row = this.outbox.get(clientId);
    this.outbox.delete(clientId);
    await vault.remove('outbox', clientId);
    this.#tell('messages', row?.conversation);
  }

  /** Sends what waits, one after the other. */
  async flush() {
    if (this.#sending || !this.correspondent) return;
    this.#sending = true;
    try {
      for (let row = this.#nextWaiting(); row; row = this.#nextWaiting()) {
        if (!(await this.#sendOne(row))) break;
      }
    } finally {
      this.#sending = false;
    }
  }

  #nextWaiting() {
    return [...this.outbox.values()].find(({ state }) => state === 'queued');
  }

  /** Whether it makes sense to go on with the next. */
  async #sendOne(row) {
    const { clientId, files, expiresIn } = row;
    try {
      await this.correspondent.send(row.conversation, row.text, { clientId, files, sentAt: new Date(row.sentAt), expiresIn });
      row.state = 'sent';
      await vault.remove('outbox', clientId);
      // The event of the message takes its place; should it be late, a moment is enough.
      setTimeout(() => this.outbox.delete(clientId) && this.#tell('messages', row.conversation), 10_000);
    } catch (error) {
      if (error.isTemporary) {
        setTimeout(() => this.flush(), (error.retryAfter ?? 5) * 1000);
        return false;
      }
      row.state = 'refused';
      row.error = error;
    }
    this.#tell('messages', row.conversation);
    return true;
  }

  async deleteMessage(message) {
    await this.session.delete(`/v1/conversations/${message.conversation_id}/messages/${message.id}`);
  }

  /** The bytes of a file that came sealed with a message; those of the last pictures are kept. */
  openFile(file) {
    const kept = this.#files.get(file.id) ?? this.correspondent.downloadSealed(file);
    this.#files.delete(file.id);
    this.#files.set(file.id, kept);
    kept.catch(() => this.#files.delete(file.id));
    if (this.#files.size > 24) this.#files.delete(this.#files.keys().next().value);
    return kept;
  }

  /** Seals a file here and uploads what it became. */
  upload(file, options) {
    return this.correspondent.uploadSealed(file, { upload: (sealed) => upload(this.session, sealed, options) });
  }

  // --- Marks ----------------------------------------------------------------------------------------------------------

  async readReceipts(id) {
    const list = await this.session.all(`/v1/conversations/${id}/receipts`);
    this.receipts.set(id, new Map(list.map(({ user, read_seq, delivered_seq }) => [user.id, { read: read_seq, delivered: delivered_seq }])));
    this.#tell('messages', id);
  }

  /** How far a message of one's own has come: `sent`, `delivered` or `read`, by the slowest of those who show it. */
  progress(message) {
    const marks = [...(this.receipts.get(message.conversation_id) ?? [])].filter(([id, { read }]) => id !== this.me.id && read !== null);
    if (!marks.length) return 'sent';
    if (marks.every(([, { read }]) => read >= message.seq)) return 'read';
    return marks.every(([, { delivered }]) => delivered >= message.seq) ? 'delivered' : 'sent';
  }

  async markRead(id, seq) {
    const conversation = this.conversations.get(id);
    if (!conversation || seq <= conversation.read_seq) return;
    conversation.read_seq = seq;
    conversation.unread_count = 0;
    this.#tell('conversations');
    await this.session.put(`/v1/conversations/${id}/read-marker`, { seq }).catch(() => {});
  }

  #hasArrived(message) {
    const { conversation_id: id, seq, sender } = message;
    if (!id || sender.id === this.me.id || (this.#delivered.get(id)?.seq ?? 0) >= seq) return;
    const waiting = this.#delivered.get(id);
    this.#delivered.set(id, { seq, isWaiting: true });
    if (waiting?.isWaiting) return;
    setTimeout(() => {
      const last = this.#delivered.get(id);
      last.isWaiting = false;
      this.session?.put(`/v1/conversations/${id}/delivered-marker`, { seq: last.seq }).catch(() => {});
    }, 200);
  }

  // --- What happens ---------------------------------------------------------------------------------------------------

  async #happened({ type, data }) {
    if (!data) {
      if (type.startsWith('conversation.') || type === 'account.deleted') await this.reload().catch(() => {});
      return;
    }
    const deal = {
      'message.created': () => this.#created(data),
      'message.deleted': () => this.#deleted(data),
      'conversation.created': () => this.#started(data),
      'conversation.updated': () => this.#started(data),
      'member.added': () => this.#membersChanged(data),
      'member.removed': () => this.#membersChanged(data),
      'member.changed': () => this.#membersChanged(data),
      'key.changed': () => this.#keysChanged(data.user),
      'account.renamed': () => this.#renamed(data.user),
      'account.deleted': () => this.reload(),
      'contact.requested': () => this.#tell('contacts'),
      'contact.accepted': () => this.#tell('contacts'),
      'contact.removed': () => this.#tell('contacts'),
    }[type];
    try {
      await deal?.();
    } catch (error) {
      // Without a connection it comes again; what cannot be dealt with must not stop what comes after it.
      if (error.isTemporary) throw error;
      console.warn(`an event of type ${type} was passed over`);
    }
  }

  async #created(message) {
    const id = message.conversation_id;
    if (!id) return;
    await this.openMessage(message);
    this.#hasArrived(message);
    const conversation = await this.conversation(id).catch(() => null);
    if (!conversation) return;
    const isMine = message.sender.id === this.me.id;
    if (message.seq > (conversation.last_message?.seq ?? 0)) {
      conversation.last_message = message;
      conversation.last_seq = Math.max(conversation.last_seq, message.seq);
    }
    if (isMine) {
      this.outbox.delete(message.client_id);
      await vault.remove('outbox', message.client_id);
    } else if (message.seq > conversation.read_seq) conversation.unread_count += 1;
    this.typing.get(id)?.delete(message.sender.id);
    this.#tell('conversations');
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  async #deleted(message) {
    this.#remember(message.id, { problem: 'deleted' });
    const conversation = this.conversations.get(message.conversation_id);
    if (conversation?.last_message?.id === message.id) conversation.last_message = message;
    this.#tell('conversations');
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  async #membersChanged({ conversation_id: id, user }) {
    if (user.id === this.me.id) {
      await this.reload().catch(() => {});
      return;
    }
    const found = await this.session.get(`/v1/conversations/${id}`).catch(() => null);
    if (found) this.#started(found);
  }

  #renamed(user) {
    for (const conversation of this.conversations.values()) {
      for (const member of conversation.members) if (member.id === user.id) member.username = user.username;
    }
    this.#tell('conversations');
  }

  #signal(signal) {
    const { conversation_id: id, user_id: user, seq } = signal;
    if (signal.type === 'typing' && user !== this.me.id) {
      const writing = this.typing.get(id) ?? new Map();
      writing.set(user, new Date(signal.until));
      this.typing.set(id, writing);
      this.#tell('typing', id);
      setTimeout(() => this.#tell('typing', id), new Date(signal.until) - Date.now() + 50);
    }
    const mark = this.receipts.get(id)?.get(user);
    if (mark && signal.type === 'read_marker') Object.assign(mark, { read: Math.max(mark.read, seq), delivered: Math.max(mark.delivered, seq) });
    if (mark && signal.type === 'delivered') mark.delivered = Math.max(mark.delivered, seq);
    if (mark) this.#tell('messages', id);
  }

  /** Who is writing in a conversation, by id. */
  whoIsTyping(id) {
    return [...(this.typing.get(id) ?? [])].filter(([, until]) => until > new Date()).map(([user]) => user);
  }

  /** Reads who of the contacts is there. */
  async lookAround() {
    const contacts = await this.session?.get('/v1/me/contacts').catch(() => null);
    if (!contacts) return;
    this.online = new Map(contacts.data.map(({ user, online }) => [user.id, online]));
    this.#tell('presence');
  }

  // --- Trust ----------------------------------------------------------------------------------------------------------

  /** Sees somebody's keys. The first ones are taken as they are; a new one waits until the user has looked at it. */
  async #see(user, keys, { isAccepted = false } = {}) {
    const kids = keys.map(({ fingerprint }) => fingerprint).sort();
    const known = this.trust.get(user.id);
    const fresh = kids.filter((kid) => !known?.kids.includes(kid));
    let row = { id: user.id, username: user.username, kids, isVerified: known?.isVerified ?? false, pending: [] };
    if (known && fresh.length && !isAccepted) row = { ...known, username: user.username, pending: fresh };
    if (isAccepted && fresh.length) row.isVerified = false;
    if (JSON.stringify(row) === JSON.stringify(known)) return row;
    this.trust.set(user.id, row);
    await vault.put('trust', user.id, row);
    this.#tell('trust', user.id);
    return row;
  }

  async #approve(user, keys) {
    const { pending } = await this.#see(user, keys);
    if (pending.length) throw new CannotSeal('not-approved', user.username);
  }

  async #keysChanged(user) {
    if (!user.username || !this.correspondent) return;
    this.correspondent.forgetKeys(user);
    await this.checkKeys(user).catch(() => {});
  }

  /** Reads somebody's keys anew. */
  async checkKeys(user) {
    return this.#see(user, await this.correspondent.keysOf(user.username, { isFresh: true }));
  }

  /** Whose keys have changed in a conversation, and were not looked at yet. */
  warnings(conversation) {
    return conversation.members.map(({ id }) => this.trust.get(id)).filter((row) => row?.pending.length);
  }

  /** The user has looked at the new keys and wants to go on with them. */
  async accept(user) {
    await this.#see(user, await this.correspondent.keysOf(user.username, { isFresh: true }), { isAccepted: true });
    for (const row of this.outbox.values()) {
      if (row.state === 'refused' && row.error.code === 'not-approved') row.state = 'queued';
    }
    this.flush();
  }

  /** The user has compared the safety number. */
  async verify(user, isVerified) {
    const row = { ...this.trust.get(user.id), isVerified };
    this.trust.set(user.id, row);
    await vault.put('trust', user.id, row);
    this.#tell('trust', user.id);
  }

  /** One's own published keys. */
  async ownKeys() {
    return goodKeys(await this.session.all('/v1/me/keys'));
  }
}
