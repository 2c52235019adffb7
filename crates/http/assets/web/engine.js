/**
 * What the client knows and does, without a page: the session, the keys, the conversations, what waits to be sent.
 * Views read its fields, call its methods, and hear `change` events (`detail.what`: `connection`, `conversations`,
 * `messages`, `typing`, `trust`, `files`, `session`, with the `id` of the conversation, user or file it is about).
 * Parts of it stand in `engine/`: `opened`, `outbox`, `trust`, `marks`, `files`.
 */
import { Files } from './engine/files.js';
import { Marks } from './engine/marks.js';
import { Opened } from './engine/opened.js';
import { Outbox } from './engine/outbox.js';
import { Trust } from './engine/trust.js';
import { Correspondent, DeviceKeys, Inbox, Server, Session, goodKeys } from './sealpost.js';
import * as vault from './vault.js';

const PAGE = 50;

export class Engine extends EventTarget {
  conversations = new Map();
  online = new Map();
  opened = new Opened(this);
  outbox = new Outbox(this);
  trust = new Trust(this);
  marks = new Marks(this);
  files = new Files(this);
  hasMore = false;
  #cursor = null;

  constructor() {
    super();
    // The page stands at `…/web/VERSION/`.
    this.server = new Server(new URL('../../', import.meta.url));
    this.session = null;
    this.keys = null;
    this.inbox = null;
  }

  /** Says to the views that something has changed. */
  tell(what, id = null) {
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
    this.correspondent = new Correspondent(this.session, keys, { approve: (user, list) => this.trust.approve(user, list) });
  }

  /** Keeps keys in this browser, locked, and publishes their public halves. */
  async install(keys) {
    const locked = await keys.locked();
    await vault.put('profile', 'keys', locked.toStored());
    await this.#useKeys(locked);
    await this.correspondent.publish();
    this.trust.forget(this.me.id);
    await this.trust.see(this.me, await this.correspondent.keysOf(this.me.username, { isFresh: true }), { isAccepted: true });
  }

  /** Begins to follow what happens. */
  async start() {
    if (this.inbox) return;
    await this.trust.load();
    await this.outbox.load();
    this.inbox = new Inbox(this.session, { handle: (event) => this.#happened(event) });
    this.inbox.addEventListener('state', () => {
      this.tell('connection');
      if (this.inbox?.state === 'live') this.#live();
    });
    this.inbox.addEventListener('gap', () => this.reload());
    this.inbox.addEventListener('signal', ({ detail }) => this.marks.signal(detail));
    addEventListener('online', this.#onNetwork);
    addEventListener('offline', this.#onNetwork);
    this.inbox.open();
  }

  #onNetwork = () => {
    this.tell('connection');
    if (!navigator.onLine) return;
    this.inbox?.hurry();
    this.outbox.flush();
  };

  async #live() {
    if (!this.conversations.size) await this.reload().catch(() => {});
    this.lookAround();
    this.outbox.flush();
  }

  async #ended() {
    this.inbox?.close();
    this.inbox = null;
    removeEventListener('online', this.#onNetwork);
    removeEventListener('offline', this.#onNetwork);
    await vault.remove('profile', 'tokens');
    this.session = null;
    for (const part of [this.conversations, this.outbox, this.opened, this.files, this.marks]) part.clear();
    this.tell('session');
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
    this.tell('messages');
  }

  /** The next ones of the list. */
  async more() {
    if (this.hasMore) await this.#take(await this.session.get('/v1/conversations', { limit: PAGE, cursor: this.#cursor }));
  }

  async #take({ data, next_cursor: next }) {
    for (const conversation of data) {
      if (!this.conversations.has(conversation.id)) this.conversations.set(conversation.id, conversation);
      if (conversation.last_message) this.marks.arrived(conversation.last_message);
    }
    this.#cursor = next;
    this.hasMore = Boolean(next);
    this.tell('conversations');
    await Promise.all(data.map(({ last_message: last }) => last && this.opened.open(last)));
    this.tell('conversations');
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
      this.tell('conversations');
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
    this.tell('conversations');
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
    await Promise.all(found.map((message) => this.opened.open(message)));
    return found;
  }

  async deleteMessage(message) {
    await this.session.delete(`/v1/conversations/${message.conversation_id}/messages/${message.id}`);
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
      'file.shared': () => this.files.wasShared(data),
      'file.unshared': () => this.files.wasUnshared(data.file_id),
      'account.renamed': () => this.#renamed(data.user),
      'account.deleted': () => this.reload(),
      'contact.requested': () => this.tell('contacts'),
      'contact.accepted': () => this.tell('contacts'),
      'contact.removed': () => this.tell('contacts'),
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
    await this.opened.open(message);
    this.marks.arrived(message);
    const conversation = await this.conversation(id).catch(() => null);
    if (!conversation) return;
    const isMine = message.sender.id === this.me.id;
    if (message.seq > (conversation.last_message?.seq ?? 0)) {
      conversation.last_message = message;
      conversation.last_seq = Math.max(conversation.last_seq, message.seq);
    }
    if (isMine) await this.outbox.discard(message.client_id);
    else if (message.seq > conversation.read_seq) conversation.unread_count += 1;
    this.marks.hasWritten(id, message.sender.id);
    this.tell('conversations');
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  async #deleted(message) {
    this.opened.forget(message.id);
    const conversation = this.conversations.get(message.conversation_id);
    if (conversation?.last_message?.id === message.id) conversation.last_message = message;
    this.tell('conversations');
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

  async #keysChanged(user) {
    if (!user.username || !this.correspondent) return;
    this.correspondent.forgetKeys(user);
    await this.trust.check(user).catch(() => {});
  }

  #renamed(user) {
    for (const conversation of this.conversations.values()) {
      for (const member of conversation.members) if (member.id === user.id) member.username = user.username;
    }
    this.tell('conversations');
  }

  /** Reads who of the contacts is there. */
  async lookAround() {
    const contacts = await this.session?.get('/v1/me/contacts').catch(() => null);
    if (!contacts) return;
    this.online = new Map(contacts.data.map(({ user, online }) => [user.id, online]));
    this.tell('presence');
  }

  /** One's own published keys. */
  async ownKeys() {
    return goodKeys(await this.session.all('/v1/me/keys'));
  }
}
