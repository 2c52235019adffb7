/** Type declarations of sealpost.js; what each thing does stands there. */

/** Whether this page may use cryptography at all. */
export const canSeal: boolean;

/** The server refused, or could not be reached (`status` 0, `code` `unreachable`). */
export class ServerError extends Error {
  constructor(status: number, problem: Record<string, unknown>, retryAfter?: number | null);
  readonly status: number;
  readonly code: string;
  readonly problem: Record<string, any>;
  readonly retryAfter: number | null;
  readonly isTemporary: boolean;
}

/** The password was right, and a second factor is asked for. */
export class SecondFactorRequired extends ServerError {
  readonly ticket: string;
  readonly factors: string[];
}

/** A message, file or backup that does not open. */
export class CannotOpen extends Error {
  constructor(code: CannotOpenCode);
  readonly code: CannotOpenCode;
}
export type CannotOpenCode =
  | 'malformed' | 'not-for-you' | 'undecryptable' | 'not-signed' | 'unknown-sender' | 'bad-signature' | 'elsewhere'
  | 'not-sealed' | 'deleted' | 'wrong-code';

/** A message that was not sealed. Nothing was sent. */
export class CannotSeal extends Error {
  constructor(code: 'no-key' | 'bad-key' | 'not-approved' | 'too-many-keys', username?: string | null);
  readonly code: string;
  readonly username: string | null;
}

/** Base64url without padding, strictly. */
export const base64url: {
  encode(bytes: Uint8Array): string;
  decode(text: string): Uint8Array | null;
};

/** A random UUID. */
export function randomId(): string;
/** A name for a message: a UUID, version 7, which begins with the time. */
export function timedId(now?: number): string;

/** A public key as a JWK (RFC 7517). */
export interface Jwk {
  kty: string;
  crv?: string;
  x?: string;
  y?: string;
  n?: string;
  e?: string;
  [member: string]: unknown;
}

/** The RFC 7638 thumbprint of a public JWK. */
export function thumbprint(jwk: Jwk): Promise<string>;

/** A private key, with its public half and its name. */
export class KeyPair {
  static of(privateJwk: Jwk, isExtractable?: boolean): Promise<KeyPair>;
  readonly privateKey: CryptoKey;
  readonly jwk: Jwk;
  readonly kid: string;
}

/** The private keys of a device. */
export class DeviceKeys {
  constructor(sealing: KeyPair, signing: KeyPair);
  static generate(): Promise<DeviceKeys>;
  static importPrivate(jwks: Jwk[], isExtractable?: boolean): Promise<DeviceKeys>;
  static fromStored(stored: object): DeviceKeys;
  readonly sealing: KeyPair;
  readonly signing: KeyPair;
  locked(): Promise<DeviceKeys>;
  exportPrivate(): Jwk[];
  toStored(): object;
}

/** What is said of a file inside a sealed message. */
export interface SealedFile {
  id: string;
  name: string;
  type: string;
  size: number;
  key: string;
  context: string;
}

export interface Draft {
  conversation: string;
  clientId: string;
  sentAt?: Date;
  content: string;
  files?: SealedFile[];
}

/** A message that was opened. */
export interface Opened {
  conversation: string;
  clientId: string;
  sentAt: Date;
  content: string;
  files: SealedFile[];
  senderKid: string;
}

/** Signs a message and seals it to each of the keys. */
export function seal(draft: Draft, signing: KeyPair, recipients: Jwk[]): Promise<string>;

/** Opens a message, checks its signature and its place. */
export function open(
  body: string,
  place: { conversation: string; clientId: string },
  mine: KeyPair[],
  senderKey: (kid: string) => Promise<Jwk | null> | Jwk | null,
): Promise<Opened>;

/** The keys of an account, for a safety number. */
export interface Identity {
  id: string;
  kids: string[];
}

/** What two people compare: 60 digits. */
export function safetyNumber(one: Identity, other: Identity): Promise<string>;

/** A published key, as the server lists it. */
export interface PublishedKey {
  id: string;
  use: 'seal' | 'sign';
  algorithm: string;
  custody: string;
  jwk: Jwk;
  fingerprint: string;
  created_at: string;
  revoked_at: string | null;
}

/** The keys of a list that count. */
export function goodKeys(keys: PublishedKey[]): PublishedKey[];

export function newRecoveryCode(): Promise<string>;
export function sealBackup(code: string, accountId: string, keys: DeviceKeys): Promise<string>;
export function openBackup(code: string, accountId: string, backup: string): Promise<DeviceKeys>;

/** How sealed files are made. */
export const FILE_ALGORITHM: string;
export function fileSealer(key: Uint8Array, context: Uint8Array): TransformStream<Uint8Array, Uint8Array>;
export function fileOpener(key: Uint8Array, context: Uint8Array): TransformStream<Uint8Array, Uint8Array>;
export function sealedSize(size: number): number;

export interface RequestOptions {
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  query?: Record<string, string | number | null | undefined>;
  token?: string;
  signal?: AbortSignal;
}

/** What has to be kept of a session to go on later. */
export interface Tokens {
  access: string;
  refresh: string;
  expiresAt: number;
  sessionId: string;
  account: Account;
}

export interface Account {
  id: string;
  username: string;
  email: string | null;
  email_verified: boolean;
  avatar_url: string;
  created_at: string;
}

export interface SessionOptions {
  store?: { load(): Promise<Tokens | null>; save(tokens: Tokens): Promise<void> } | null;
  lock?: <T>(run: () => Promise<T>) => Promise<T>;
}

/** A place. */
export class Server {
  constructor(base: string | URL, options?: { fetch?: typeof fetch });
  readonly base: URL;
  url(path: string, query?: RequestOptions['query']): URL;
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  describe(): Promise<any>;
  challenge(): Promise<{ question: string; token: string; expires_at: string }>;
  register(account: {
    username: string;
    password: string;
    email?: string;
    invite?: string;
    challenge?: { token: string; answer: string };
  }): Promise<Account>;
  logIn(identifier: string, password: string, options?: SessionOptions): Promise<Session>;
  completeLogIn(ticket: string, code: string, options?: SessionOptions): Promise<Session>;
  mailCode(ticket: string): Promise<void>;
}

/** Somebody who is logged in. Emits `renewed` and `ended`. */
export class Session extends EventTarget {
  constructor(server: Server, tokens: Tokens, options?: SessionOptions);
  readonly server: Server;
  readonly account: Account;
  readonly id: string;
  readonly tokens: Tokens;
  readonly hasEnded: boolean;
  accessToken(): Promise<string>;
  renew(): Promise<void>;
  request(method: string, path: string, options?: RequestOptions): Promise<Response>;
  get(path: string, query?: RequestOptions['query'], options?: RequestOptions): Promise<any>;
  post(path: string, json?: unknown, options?: RequestOptions): Promise<any>;
  put(path: string, json?: unknown, options?: RequestOptions): Promise<any>;
  patch(path: string, json?: unknown, options?: RequestOptions): Promise<any>;
  delete(path: string, options?: RequestOptions): Promise<any>;
  all(path: string, query?: RequestOptions['query'], most?: number): Promise<any[]>;
  logInAgain(password: string, code?: string | null): Promise<void>;
  end(): Promise<void>;
  readBackup(): Promise<{ etag: string | null; text: string } | null>;
  writeBackup(text: string, etag?: string | null): Promise<string>;
}

export interface Cursor {
  epoch: string;
  offset: number;
}

/** An event of the inbox. */
export interface InboxEvent {
  offset: number;
  type: string;
  created_at: string;
  data: any;
}

/** Follows what happens to the account. Emits `state`, `signal`, `gap` and `failure`. */
export class Inbox extends EventTarget {
  constructor(session: Session, options: {
    cursor?: Cursor | null;
    handle: (event: InboxEvent) => unknown;
    save?: (cursor: Cursor) => unknown;
    WebSocket?: unknown;
  });
  readonly cursor: Cursor | null;
  readonly state: 'connecting' | 'live' | 'waiting' | 'ended';
  readonly retryAt: number | null;
  open(): void;
  close(): void;
  hurry(): void;
  typing(conversation: string): void;
}

export interface User {
  id: string;
  username: string;
}

/** Writes and reads messages that the server cannot read. */
export class Correspondent {
  constructor(session: Session, keys: DeviceKeys, options?: {
    approve?: (user: User, keys: PublishedKey[]) => void | Promise<void>;
  });
  readonly session: Session;
  readonly keys: DeviceKeys;
  publish(): Promise<void>;
  keysOf(username: string, options?: { isFresh?: boolean }): Promise<PublishedKey[]>;
  forgetKeys(user: User): void;
  membersOf(conversation: string, options?: { isFresh?: boolean }): Promise<User[]>;
  recipients(conversation: string, options?: { isFresh?: boolean }): Promise<Jwk[]>;
  send(conversation: string, content: string, options?: {
    clientId?: string;
    sentAt?: Date;
    files?: SealedFile[];
    expiresIn?: number;
  }): Promise<any>;
  open(message: any): Promise<Opened>;
  safetyNumberWith(user: User): Promise<string>;
  uploadSealed(file: Blob, options?: {
    name?: string;
    upload?: (sealed: Blob, about: { id: string; wrappedKey: string }) => Promise<unknown>;
  }): Promise<SealedFile>;
  unwrapKey(file: StoredFile): Promise<SealedFile>;
  downloadSealed(file: SealedFile, progress?: (bytes: number) => void): Promise<Blob>;
  shareFile(file: StoredFile, user: User): Promise<any>;
  linkFile(file: StoredFile, options: { expiresIn: number; maxDownloads?: number | null }): Promise<MadeLink>;
}

/** A file as `GET /v1/files` has it; of its members, those that are needed here. */
export interface StoredFile {
  id: string;
  protection: 'server' | 'e2ee';
  wrapped_key: string | null;
  shared_by: User | null;
}

/** A link that was made; `url` is told once. */
export interface MadeLink {
  id: string;
  url: string;
  downloads: number;
  max_downloads: number | null;
  created_at: string;
  expires_at: string;
}

/** What a link leads to; `stream` gives its bytes, opened, through lost connections. */
export interface LinkedFile {
  name: string;
  type: string;
  size: number;
  protection: 'server' | 'e2ee';
  stream(progress?: (bytes: number) => void): ReadableStream<Uint8Array>;
}

/** Who has a link reads a file without an account. What opens it is its secret, which never leaves this program. */
export class FileLink {
  constructor(server: Server, id: string, secret: Uint8Array);
  static parse(address: string | URL, options?: { fetch?: typeof fetch }): FileLink | null;
  readonly server: Server;
  readonly id: string;
  readonly secret: Uint8Array;
  readonly url: string;
  proof(): Promise<string>;
  seal(file: SealedFile): Promise<string>;
  look(): Promise<{ id: string; expires_at: string }>;
  open(): Promise<any>;
  file(opened: any): Promise<LinkedFile>;
}
