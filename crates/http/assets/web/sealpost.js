/**
 * sealpost.js: the JavaScript SDK of Sealpost, one ES module for browsers and Node 20.
 *
 * It speaks the native API (`/v1`) and holds what must never reach the server: private keys. It knows nothing of pages.
 * No password, token, key or text of a message stands in any error of this module.
 *
 * Where to start reading:
 * - {@link Server}: a place; register and log in there;
 * - {@link Session}: somebody who is logged in. It renews its tokens by itself;
 * - {@link Inbox}: what happens to the account, through lost connections, each event once and in order;
 * - {@link DeviceKeys} and {@link Correspondent}: private keys, and messages and files that the server cannot read;
 * - {@link FileLink}: a file that somebody shared by link, without an account.
 *
 * @example
 * const server = new Server('http://localhost:5000/');
 * const session = await server.logIn('bob', 'correct horse battery');
 * const bob = new Correspondent(session, await DeviceKeys.generate());
 * await bob.publish();
 * const { id } = await session.post('/v1/conversations', { username: 'alice' });
 * await bob.send(id, 'Hello Alice');
 *
 * @module sealpost
 */

const subtle = globalThis.crypto?.subtle;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether this page may use cryptography at all: browsers offer it to `https:` and `localhost` alone. */
export const canSeal = Boolean(subtle);

// --- Failures --------------------------------------------------------------------------------------------------------

/** The server refused, or could not be reached (`status` 0, `code` `unreachable`). */
export class ServerError extends Error {
  /** @param {number} status @param {object} problem the members of the RFC 9457 problem @param {number|null} retryAfter seconds */
  constructor(status, problem, retryAfter = null) {
    super(problem.detail || problem.title || `the server answered ${status}`);
    this.name = 'ServerError';
    this.status = status;
    /** The stable name of what is wrong. */
    this.code = problem.code || 'unknown';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** Whether asking again later can help. */
  get isTemporary() {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** The password was right, and a second factor is asked for: {@link Server#completeLogIn} takes `ticket` and a code. */
export class SecondFactorRequired extends ServerError {
  constructor(status, problem) {
    super(status, problem);
    this.name = 'SecondFactorRequired';
    this.ticket = problem.ticket;
    this.factors = problem.factors || [];
  }
}

/**
 * A message, file or backup that does not open. `code` is one of `malformed`, `not-for-you`, `undecryptable`, `not-signed`,
 * `unknown-sender`, `bad-signature`, `elsewhere`, `not-sealed`, `deleted`, `wrong-code`. Nothing of it is to be shown.
 */
export class CannotOpen extends Error {
  constructor(code) {
    super(`cannot be opened: ${code}`);
    this.name = 'CannotOpen';
    this.code = code;
  }
}

/** A message that was not sealed: `no-key` (of `username`), `bad-key`, `not-approved`, `too-many-keys`. Nothing was sent. */
export class CannotSeal extends Error {
  constructor(code, username = null) {
    super(username ? `cannot seal for ${username}: ${code}` : `cannot seal: ${code}`);
    this.name = 'CannotSeal';
    this.code = code;
    this.username = username;
  }
}

// --- Bytes and texts -------------------------------------------------------------------------------------------------

/** Base64url without padding (RFC 7515, section 2), strictly: one value has one spelling. */
export const base64url = {
  /** @param {Uint8Array} bytes @returns {string} */
  encode(bytes) {
    let binary = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  },
  /** @param {string} text @returns {Uint8Array|null} null if the text is no such spelling */
  decode(text) {
    if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return null;
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0));
    return base64url.encode(bytes) === text ? bytes : null;
  },
};

/** A random name: a UUID, version 4. */
export const randomId = () => crypto.randomUUID();
/** A message's name: a UUID, version 7 (RFC 9562), which begins with the time: the server keeps names that follow each other together. */
export const timedId = (now = Date.now()) =>
  now.toString(16).padStart(12, '0').replace(/^.{8}/, '$&-') + crypto.randomUUID().slice(13).replace(/^-4/, '-7');

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const utf8 = (text) => encoder.encode(text);

function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => whole.set(part, at) ?? at + part.length, 0);
  return whole;
}

const uint32 = (number) => Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);

function isEqual(a, b) {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at += 1) difference |= a[at] ^ b[at];
  return difference === 0;
}

function uuidBytes(id) {
  const digits = id.replaceAll('-', '');
  if (!/^[0-9a-fA-F]{32}$/.test(digits)) throw new TypeError('not a UUID');
  return Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
}

const sha256 = async (bytes) => new Uint8Array(await subtle.digest('SHA-256', bytes));

/**
 * The members of the JSON object that this text is; null if it is none, or says something twice (RFC 7515, section 4: two
 * readers that choose differently would see two headers in one text).
 */
function strictObject(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const open = [];
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g) || [];
  for (const [at, token] of tokens.entries()) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(null);
    else if (token === '}' || token === ']') open.pop();
    else if (token !== ':' && tokens[at + 1] === ':') {
      const name = JSON.parse(token);
      const names = open.at(-1);
      if (names.has(name)) return null;
      names.add(name);
    }
  }
  return value;
}

function decodeText(bytes) {
  try {
    return bytes && decoder.decode(bytes);
  } catch {
    return null;
  }
}

// --- Keys ------------------------------------------------------------------------------------------------------------

const P256 = { name: 'ECDH', namedCurve: 'P-256' };
const PS256 = { name: 'RSA-PSS', saltLength: 32 };

/** What the algorithms of keys are called for WebCrypto: by what a JWK says of itself. */
function agreementOf(jwk) {
  if (jwk?.kty === 'OKP' && jwk.crv === 'X25519') return { name: 'X25519' };
  if (jwk?.kty === 'EC' && jwk.crv === 'P-256') return P256;
  return null;
}

/** The members that make a public key, in lexicographic order (RFC 7638, section 3); null for another kind of key. */
function publicMembers(jwk) {
  const { kty, crv } = jwk ?? {};
  const is32 = (text) => base64url.decode(text)?.length === 32;
  if (kty === 'OKP' && (crv === 'X25519' || crv === 'Ed25519') && is32(jwk.x)) return { crv, kty, x: jwk.x };
  if (kty === 'EC' && crv === 'P-256' && is32(jwk.x) && is32(jwk.y)) return { crv, kty, x: jwk.x, y: jwk.y };
  const modulus = kty === 'RSA' && base64url.decode(jwk.n);
  if (modulus && modulus.length >= 256 && modulus.length <= 1024 && modulus[0] !== 0 && base64url.decode(jwk.e)) {
    return { e: jwk.e, kty, n: jwk.n };
  }
  return null;
}

/**
 * The RFC 7638 thumbprint of a public JWK, in base64url: what Sealpost calls the `kid` and the fingerprint of a key.
 * @param {object} jwk @returns {Promise<string>}
 */
export async function thumbprint(jwk) {
  const members = publicMembers(jwk);
  if (!members) throw new CannotSeal('bad-key');
  return base64url.encode(await sha256(utf8(JSON.stringify(members))));
}

async function supports(algorithm, uses) {
  try {
    await subtle.generateKey(algorithm, false, uses);
    return true;
  } catch {
    return false;
  }
}

async function makePair(preferred, fallback, uses) {
  const algorithm = (await supports(preferred, uses)) ? preferred : fallback;
  const pair = await subtle.generateKey(algorithm, true, uses);
  return KeyPair.of(await subtle.exportKey('jwk', pair.privateKey));
}

/** A private key, with its public half and its name. */
export class KeyPair {
  constructor(privateKey, jwk, kid, exported) {
    this.privateKey = privateKey;
    /** The public half. */
    this.jwk = jwk;
    /** Its RFC 7638 thumbprint. */
    this.kid = kid;
    this.exported = exported;
  }

  /** The pair of a private JWK. Without `isExtractable` nobody gets the private half out again. */
  static async of(privateJwk, isExtractable = true) {
    const jwk = publicMembers(privateJwk);
    const signing = { Ed25519: { name: 'Ed25519' }, 'P-256': { name: 'ECDSA', namedCurve: 'P-256' } }[privateJwk.crv];
    const seals = privateJwk.crv === 'X25519' || privateJwk.key_ops?.includes('deriveBits');
    const algorithm = seals ? agreementOf(privateJwk) : signing;
    if (!jwk || !algorithm) throw new CannotSeal('bad-key');
    const uses = seals ? ['deriveBits'] : ['sign'];
    const kept = { ...jwk, d: privateJwk.d, key_ops: uses };
    const privateKey = await subtle.importKey('jwk', kept, algorithm, isExtractable, uses);
    return new KeyPair(privateKey, jwk, await thumbprint(jwk), isExtractable ? kept : null);
  }
}

/**
 * The private keys of a device: a pair that others seal to, and a pair that it signs with. X25519 and Ed25519, or P-256 where
 * the browser has no others.
 */
export class DeviceKeys {
  /** @param {KeyPair} sealing @param {KeyPair} signing */
  constructor(sealing, signing) {
    this.sealing = sealing;
    this.signing = signing;
  }

  /** New keys, which can be exported for a backup: keep what {@link DeviceKeys#locked} gives. */
  static async generate() {
    return new DeviceKeys(
      await makePair({ name: 'X25519' }, P256, ['deriveBits']),
      await makePair({ name: 'Ed25519' }, { name: 'ECDSA', namedCurve: 'P-256' }, ['sign', 'verify']),
    );
  }

  /** The same keys, whose private halves nobody gets out again. They can be kept in IndexedDB as they are. */
  async locked() {
    const [sealing, signing] = this.exportPrivate();
    return new DeviceKeys(await KeyPair.of(sealing, false), await KeyPair.of(signing, false));
  }

  /** The private JWKs, for a backup: the sealing key, the signing key. Locked keys have none. */
  exportPrivate() {
    if (!this.sealing.exported || !this.signing.exported) throw new TypeError('these keys are locked');
    return [this.sealing.exported, this.signing.exported];
  }

  /** The keys of {@link DeviceKeys#exportPrivate}. */
  static async importPrivate([sealing, signing], isExtractable = true) {
    return new DeviceKeys(await KeyPair.of(sealing, isExtractable), await KeyPair.of(signing, isExtractable));
  }

  /** What IndexedDB can keep. */
  toStored() {
    const plain = ({ privateKey, jwk, kid }) => ({ privateKey, jwk, kid });
    return { sealing: plain(this.sealing), signing: plain(this.signing) };
  }

  /** The keys of {@link DeviceKeys#toStored}. */
  static fromStored({ sealing, signing }) {
    const pair = ({ privateKey, jwk, kid }) => new KeyPair(privateKey, jwk, kid, null);
    return new DeviceKeys(pair(sealing), pair(signing));
  }
}

// --- Sealed messages, format `jose`: a JWS inside, a JWE in general JSON serialization around it ---------------------

const AGREEMENT = 'ECDH-ES+A256KW';
const OAEP = 'RSA-OAEP-256';
const MAX_RECIPIENTS = 1000;
const MAX_BODY = 1024 * 1024;
const MAX_WRAPPED = 4096;

/** Concat KDF (RFC 7518, section 4.6.2), one round of SHA-256. */
async function wrappingKey(privateKey, publicKey, algorithm, apu, apv, use) {
  const secret = new Uint8Array(await subtle.deriveBits({ name: algorithm.name, public: publicKey }, privateKey, 256));
  const field = (bytes) => concat(uint32(bytes.length), bytes);
  const derived = await sha256(concat(uint32(1), secret, field(utf8(AGREEMENT)), field(apu), field(apv), uint32(256)));
  return subtle.importKey('raw', derived, 'AES-KW', false, [use]);
}

async function wrapFor(jwk, kid, contentKey) {
  const members = publicMembers(jwk);
  const algorithm = agreementOf(members);
  if (members?.kty === 'RSA') {
    const key = await subtle.importKey('jwk', members, { name: 'RSA-OAEP', hash: 'SHA-256' }, false, ['encrypt']);
    const raw = await subtle.exportKey('raw', contentKey);
    const wrapped = new Uint8Array(await subtle.encrypt('RSA-OAEP', key, raw));
    return { header: { alg: OAEP, kid }, encrypted_key: base64url.encode(wrapped) };
  }
  if (!algorithm) throw new CannotSeal('bad-key');
  const theirs = await subtle.importKey('jwk', members, algorithm, false, []);
  const mine = await subtle.generateKey(algorithm, true, ['deriveBits']);
  const nothing = new Uint8Array(0);
  const wrapping = await wrappingKey(mine.privateKey, theirs, algorithm, nothing, nothing, 'wrapKey');
  const wrapped = new Uint8Array(await subtle.wrapKey('raw', contentKey, wrapping, 'AES-KW'));
  const epk = publicMembers(await subtle.exportKey('jwk', mine.publicKey));
  return { header: { alg: AGREEMENT, epk, kid }, encrypted_key: base64url.encode(wrapped) };
}

async function sign(payload, signing) {
  const isEd25519 = signing.jwk.crv === 'Ed25519';
  const header = `{"alg":"${isEd25519 ? 'EdDSA' : 'ES256'}","kid":"${signing.kid}"}`;
  const message = `${base64url.encode(utf8(header))}.${base64url.encode(payload)}`;
  const algorithm = isEd25519 ? 'Ed25519' : { name: 'ECDSA', hash: 'SHA-256' };
  const signature = new Uint8Array(await subtle.sign(algorithm, signing.privateKey, utf8(message)));
  return `${message}.${base64url.encode(signature)}`;
}

/**
 * Signs a message and seals it to each of the keys: the body of a message in format `jose`.
 *
 * @param {{conversation: string, clientId: string, sentAt?: Date, content: string, files?: SealedFile[]}} draft
 * @param {KeyPair} signing the sender's
 * @param {object[]} recipients public JWKs; the sender's own among them, or the message cannot be read again
 * @returns {Promise<string>}
 */
export async function seal(draft, signing, recipients) {
  const payload = {
    v: 1,
    conversation: draft.conversation,
    client_id: draft.clientId,
    sent_at: (draft.sentAt ?? new Date()).toISOString(),
    content: draft.content,
  };
  if (draft.files?.length) payload.files = draft.files;
  return sealPayload(payload, signing, recipients);
}

/** Signs this and seals it to each of the keys. */
async function sealPayload(payload, signing, recipients) {
  if (recipients.length < 1 || recipients.length > MAX_RECIPIENTS) throw new CannotSeal('too-many-keys');
  const signed = await sign(utf8(JSON.stringify(payload)), signing);
  const contentKey = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt']);
  const entries = [];
  for (const jwk of recipients) {
    try {
      entries.push(await wrapFor(jwk, await thumbprint(jwk), contentKey));
    } catch {
      throw new CannotSeal('bad-key');
    }
  }
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const shared = base64url.encode(utf8('{"enc":"A256GCM","typ":"JOSE+JSON","cty":"JOSE"}'));
  const parameters = { name: 'AES-GCM', iv, additionalData: utf8(shared) };
  const sealed = new Uint8Array(await subtle.encrypt(parameters, contentKey, utf8(signed)));
  return JSON.stringify({
    protected: shared,
    recipients: entries,
    iv: base64url.encode(iv),
    ciphertext: base64url.encode(sealed.subarray(0, -16)),
    tag: base64url.encode(sealed.subarray(-16)),
  });
}

const isUnderstood = (header) => !('crit' in header) && !('zip' in header);
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

function readJwe(body) {
  if (typeof body !== 'string' || body.length > MAX_BODY) return null;
  const jwe = strictObject(body);
  if (!jwe || 'header' in jwe || 'encrypted_key' in jwe) return null;
  const shared = strictObject(decodeText(base64url.decode(jwe.protected)) ?? '');
  if (!shared || shared.enc !== 'A256GCM') return null;
  if (jwe.unprotected !== undefined) {
    if (!isObject(jwe.unprotected) || Object.keys(jwe.unprotected).some((name) => name in shared)) return null;
    Object.assign(shared, jwe.unprotected);
  }
  const entries = jwe.recipients;
  if (!isUnderstood(shared) || !Array.isArray(entries) || !entries.length || entries.length > MAX_RECIPIENTS) return null;
  const recipients = entries.map((entry) => readRecipient(entry, shared));
  const parts = [jwe.iv, jwe.ciphertext, jwe.tag].map(base64url.decode);
  if (recipients.includes(null) || parts.includes(null) || parts[0].length !== 12 || parts[2].length !== 16) return null;
  if (jwe.aad !== undefined && !base64url.decode(jwe.aad)) return null;
  const aad = utf8(jwe.aad === undefined ? jwe.protected : `${jwe.protected}.${jwe.aad}`);
  return { recipients, aad, iv: parts[0], sealed: concat(parts[1], parts[2]) };
}

function readRecipient(entry, shared) {
  const own = isObject(entry) ? (entry.header ?? {}) : null;
  if (!isObject(own) || !isUnderstood(own) || Object.keys(own).some((name) => name in shared)) return null;
  const header = { ...shared, ...own };
  const encryptedKey = base64url.decode(entry.encrypted_key);
  const isKnown = header.alg === AGREEMENT || header.alg === OAEP;
  return isKnown && typeof header.kid === 'string' && encryptedKey ? { header, encryptedKey } : null;
}

async function unwrap({ header, encryptedKey }, pair) {
  const algorithm = agreementOf(pair.jwk);
  const members = publicMembers(header.epk);
  const apu = base64url.decode(header.apu ?? '');
  const apv = base64url.decode(header.apv ?? '');
  if (header.alg !== AGREEMENT || !members || members.crv !== pair.jwk.crv || !apu || !apv) throw new TypeError('no agreement');
  const ephemeral = await subtle.importKey('jwk', members, algorithm, false, []);
  const wrapping = await wrappingKey(pair.privateKey, ephemeral, algorithm, apu, apv, 'unwrapKey');
  return subtle.unwrapKey('raw', encryptedKey, wrapping, 'AES-KW', 'AES-GCM', false, ['decrypt']);
}

function readJws(text) {
  const parts = text.split('.');
  const [header, payload, signature] = parts.map((part) => base64url.decode(part));
  const members = strictObject(decodeText(header) ?? '');
  if (parts.length !== 3 || !members || 'crit' in members || !payload || !signature) return null;
  if (base64url.decode(members.kid)?.length !== 32 || !['EdDSA', 'ES256', 'PS256'].includes(members.alg)) return null;
  return { alg: members.alg, kid: members.kid, payload, signature, message: utf8(`${parts[0]}.${parts[1]}`) };
}

async function isSignedBy(jws, jwk) {
  const [kty, algorithm, how] = {
    EdDSA: ['OKP', { name: 'Ed25519' }, 'Ed25519'],
    ES256: ['EC', { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-256' }],
    PS256: ['RSA', { name: 'RSA-PSS', hash: 'SHA-256' }, PS256],
  }[jws.alg];
  const members = publicMembers(jwk);
  // The key must be of the kind that the header asks for (RFC 8725, section 3.1).
  if (members?.kty !== kty || members.crv === 'X25519') return false;
  try {
    const key = await subtle.importKey('jwk', members, algorithm, false, ['verify']);
    return await subtle.verify(how, key, jws.signature, jws.message);
  } catch {
    return false;
  }
}

/**
 * Opens a body in format `jose`, checks the signature, and checks that it was written for the place where it was found.
 *
 * @param {string} body
 * @param {{conversation: string, clientId: string}} place what the envelope says
 * @param {KeyPair[]} mine
 * @param {(kid: string) => Promise<object|null>|object|null} senderKey the public JWK of this name, of the account that the
 *   envelope names as the sender and of no other
 * @returns {Promise<Opened>}
 * @throws {CannotOpen}
 */
export async function open(body, place, mine, senderKey) {
  const { payload, kid } = await openPayload(body, mine, senderKey);
  const texts = [payload.conversation, payload.client_id, payload.sent_at, payload.content];
  if (texts.some((text) => typeof text !== 'string')) throw new CannotOpen('not-signed');
  if (payload.conversation !== place.conversation || payload.client_id !== place.clientId) throw new CannotOpen('elsewhere');
  return {
    conversation: payload.conversation,
    clientId: payload.client_id,
    sentAt: new Date(payload.sent_at),
    content: payload.content,
    files: readFiles(payload.files),
    senderKid: kid,
  };
}

/** What {@link sealPayload} has sealed to one of these keys, if it is signed with a key that `senderKey` knows. */
async function openPayload(body, mine, senderKey) {
  const jwe = readJwe(body);
  if (!jwe) throw new CannotOpen('malformed');
  const recipient = jwe.recipients.find(({ header }) => mine.some(({ kid }) => kid === header.kid));
  if (!recipient) throw new CannotOpen('not-for-you');
  let signed;
  try {
    const key = await unwrap(recipient, mine.find(({ kid }) => kid === recipient.header.kid));
    signed = await subtle.decrypt({ name: 'AES-GCM', iv: jwe.iv, additionalData: jwe.aad }, key, jwe.sealed);
  } catch {
    // Which step failed is not said (RFC 7516, section 11.5).
    throw new CannotOpen('undecryptable');
  }
  const jws = readJws(decodeText(signed) ?? '');
  if (!jws) throw new CannotOpen('not-signed');
  const jwk = await senderKey(jws.kid);
  if (!jwk || (await thumbprint(jwk).catch(() => null)) !== jws.kid) throw new CannotOpen('unknown-sender');
  if (!(await isSignedBy(jws, jwk))) throw new CannotOpen('bad-signature');
  const payload = strictObject(decodeText(jws.payload) ?? '');
  if (!payload || (payload.v ?? 1) !== 1) throw new CannotOpen('not-signed');
  return { payload, kid: jws.kid };
}

function readFiles(files) {
  const isGood = (file) => isObject(file) && typeof file.id === 'string' && typeof file.name === 'string'
    && typeof file.type === 'string' && Number.isSafeInteger(file.size)
    && base64url.decode(file.key)?.length === 32 && Boolean(base64url.decode(file.context));
  return Array.isArray(files) ? files.filter(isGood) : [];
}

// --- Trust -----------------------------------------------------------------------------------------------------------

/**
 * What two people compare: 60 digits, the same on both sides, different as soon as either's keys are others than the other
 * sees. Half of it comes from each side: PBKDF2-HMAC-SHA-512 with 100,000 rounds and the salt `sealpost/safety-number/v1`
 * over the account's id (16 bytes) and the thumbprints of its good keys that its clients hold, sorted, 32 bytes each; of the
 * result, six times five bytes, big-endian, modulo 100,000. The smaller half comes first.
 *
 * @param {{id: string, kids: string[]}} one @param {{id: string, kids: string[]}} other
 * @returns {Promise<string>} 60 digits
 */
export async function safetyNumber(one, other) {
  return (await Promise.all([one, other].map(safetyHalf))).sort().join('');
}

async function safetyHalf({ id, kids }) {
  const prints = kids.map((kid) => base64url.decode(kid)).sort((a, b) => (hex(a) < hex(b) ? -1 : 1));
  const key = await subtle.importKey('raw', concat(uuidBytes(id), ...prints), 'PBKDF2', false, ['deriveBits']);
  const how = { name: 'PBKDF2', hash: 'SHA-512', salt: utf8('sealpost/safety-number/v1'), iterations: 100_000 };
  const bytes = new Uint8Array(await subtle.deriveBits(how, key, 240));
  const groups = [];
  for (let at = 0; at < 30; at += 5) {
    const number = bytes.subarray(at, at + 5).reduce((sum, byte) => sum * 256 + byte, 0);
    groups.push(String(number % 100_000).padStart(5, '0'));
  }
  return groups.join('');
}

/** The keys of a list of the server that count: not withdrawn, held by their owner's clients alone. */
export function goodKeys(keys) {
  return keys.filter((key) => key.custody === 'client' && !key.revoked_at);
}

// --- The key backup --------------------------------------------------------------------------------------------------

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function base32(bytes) {
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{5}/g).map((five) => ALPHABET[parseInt(five, 2)]).join('');
}

/** A new recovery code: 120 random bits and 20 that find slips of the pen, as `ABCD-EFGH-JKMN-PQRS-TVWX-YZ01-2345`. */
export async function newRecoveryCode() {
  const secret = crypto.getRandomValues(new Uint8Array(15));
  const check = (await sha256(secret)).subarray(0, 5);
  return (base32(secret) + base32(check).slice(0, 4)).match(/.{4}/g).join('-');
}

/** The secret of a recovery code, however it is spaced; `I`, `L` and `O` are read as what they look like. */
async function recoverySecret(code) {
  const letters = code.toUpperCase().replace(/[\s-]/g, '').replace(/[IL]/g, '1').replaceAll('O', '0');
  const digits = Array.from(letters, (letter) => ALPHABET.indexOf(letter));
  if (digits.length !== 28 || digits.includes(-1)) throw new CannotOpen('wrong-code');
  const bits = digits.slice(0, 24).map((digit) => digit.toString(2).padStart(5, '0')).join('');
  const secret = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
  const check = base32((await sha256(secret)).subarray(0, 5)).slice(0, 4);
  if (Array.from(check, (letter) => ALPHABET.indexOf(letter)).join() !== digits.slice(24).join()) throw new CannotOpen('wrong-code');
  return secret;
}

async function backupKey(code, accountId) {
  const secret = await subtle.importKey('raw', await recoverySecret(code), 'HKDF', false, ['deriveKey']);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: uuidBytes(accountId), info: utf8('sealpost/key-backup/v1') };
  return subtle.deriveKey(how, secret, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

const BACKUP_HEADER = '{"alg":"dir","enc":"A256GCM","typ":"sealpost-backup+json"}';

/**
 * Seals private keys under a recovery code: a JWE in compact serialization (`dir`, `A256GCM`), to be left with the server.
 * @returns {Promise<string>}
 */
export async function sealBackup(code, accountId, keys) {
  const key = await backupKey(code, accountId);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const header = base64url.encode(utf8(BACKUP_HEADER));
  const content = utf8(JSON.stringify({ v: 1, keys: keys.exportPrivate() }));
  const sealed = new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(header) }, key, content));
  return [header, '', base64url.encode(iv), base64url.encode(sealed.subarray(0, -16)), base64url.encode(sealed.subarray(-16))].join('.');
}

/** Opens a backup. @returns {Promise<DeviceKeys>} @throws {CannotOpen} `wrong-code` or `malformed` */
export async function openBackup(code, accountId, backup) {
  const parts = backup.trim().split('.');
  const [, , iv, ciphertext, tag] = parts.map((part) => base64url.decode(part));
  const header = strictObject(decodeText(base64url.decode(parts[0])) ?? '');
  if (parts.length !== 5 || header?.alg !== 'dir' || header.enc !== 'A256GCM' || !iv || !ciphertext || !tag) throw new CannotOpen('malformed');
  const key = await backupKey(code, accountId);
  const how = { name: 'AES-GCM', iv, additionalData: utf8(parts[0]) };
  const content = await subtle.decrypt(how, key, concat(ciphertext, tag)).catch(() => {
    throw new CannotOpen('wrong-code');
  });
  const opened = strictObject(decodeText(content) ?? '');
  if (opened?.v !== 1 || !Array.isArray(opened.keys)) throw new CannotOpen('malformed');
  return DeviceKeys.importPrivate(opened.keys);
}

// --- Files: C2SP chunked-encryption v1, AES-256-GCM with SHA-512 -----------------------------------------------------

/** How sealed files are made. */
export const FILE_ALGORITHM = 'c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM';
const CHUNK = 16_384;
const SEALED_CHUNK = CHUNK + 16;
const FILE_HEAD = 56;

async function fileSchedule(key, salt, context) {
  const info = concat(utf8(FILE_ALGORITHM), Uint8Array.of(0), salt, context);
  // HKDF-Expand alone (RFC 5869, section 2.3); WebCrypto has only the whole of HKDF.
  const mac = await subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-512' }, false, ['sign']);
  const first = new Uint8Array(await subtle.sign('HMAC', mac, concat(info, Uint8Array.of(1))));
  const second = new Uint8Array(await subtle.sign('HMAC', mac, concat(first, info, Uint8Array.of(2))));
  const derived = concat(first, second);
  return {
    key: await subtle.importKey('raw', derived.subarray(0, 32), 'AES-GCM', false, ['encrypt', 'decrypt']),
    nonce: derived.slice(32, 44),
    commitment: derived.slice(44, 76),
  };
}

function chunkNonce(base, index) {
  const nonce = base.slice();
  for (let at = 11, rest = index; rest > 0; at -= 1, rest = Math.floor(rest / 256)) nonce[at] ^= rest % 256;
  return nonce;
}

/** Cuts a stream into pieces of exactly `size` bytes; the last one, which `last` is called with, is shorter and may be empty. */
function inPieces(size, each, last) {
  let rest = new Uint8Array(0);
  return {
    async transform(bytes, controller) {
      rest = rest.length ? concat(rest, bytes) : bytes;
      let at = 0;
      for (; rest.length - at >= size; at += size) await each(rest.subarray(at, at + size), controller);
      rest = rest.slice(at);
    },
    flush: (controller) => last(rest, controller),
  };
}

/** Seals the bytes that pass through it. @param {Uint8Array} key 32 bytes, never used twice @param {Uint8Array} context */
export function fileSealer(key, context) {
  const salt = crypto.getRandomValues(new Uint8Array(24));
  let schedule;
  let index = 0;
  const chunk = async (bytes, controller) => {
    const how = { name: 'AES-GCM', iv: chunkNonce(schedule.nonce, index) };
    index += 1;
    controller.enqueue(new Uint8Array(await subtle.encrypt(how, schedule.key, bytes)));
  };
  return new TransformStream({
    async start(controller) {
      schedule = await fileSchedule(key, salt, context);
      controller.enqueue(concat(salt, schedule.commitment));
    },
    ...inPieces(CHUNK, chunk, chunk),
  });
}

/** Opens the bytes that pass through it; the stream fails with {@link CannotOpen} if anything is not as it was made, or is missing. */
export function fileOpener(key, context) {
  let schedule = null;
  let index = 0;
  let head = new Uint8Array(0);
  const chunk = async (bytes, controller) => {
    const how = { name: 'AES-GCM', iv: chunkNonce(schedule.nonce, index) };
    index += 1;
    const opened = await subtle.decrypt(how, schedule.key, bytes).catch(() => {
      throw new CannotOpen('undecryptable');
    });
    controller.enqueue(new Uint8Array(opened));
  };
  const pieces = inPieces(SEALED_CHUNK, chunk, chunk);
  return new TransformStream({
    async transform(bytes, controller) {
      if (schedule) return pieces.transform(bytes, controller);
      head = concat(head, bytes);
      if (head.length < FILE_HEAD) return undefined;
      const made = await fileSchedule(key, head.slice(0, 24), context);
      if (!isEqual(made.commitment, head.subarray(24, FILE_HEAD))) throw new CannotOpen('undecryptable');
      schedule = made;
      return pieces.transform(head.slice(FILE_HEAD), controller);
    },
    async flush(controller) {
      // Without its last, shorter chunk a file has been cut off.
      if (!schedule) throw new CannotOpen('malformed');
      await pieces.flush(controller);
    },
  });
}

/** How many bytes a file of `size` bytes has when it is sealed. */
export function sealedSize(size) {
  return FILE_HEAD + size + 16 * (Math.floor(size / CHUNK) + 1);
}

/** What binds the sealed bytes of a file to its id. */
const fileContext = (id) => base64url.encode(concat(utf8('sealpost/file/v1'), Uint8Array.of(0), uuidBytes(id)));

/**
 * The bytes of a body, through lost connections: `ask` gives the response from an offset on.
 * @param {(offset: number) => Promise<Response>} ask @param {(bytes: number) => void} progress
 */
function steadily(ask, progress) {
  let [reader, offset, failures] = [null, 0, 0];
  return new ReadableStream({
    async pull(controller) {
      for (;;) {
        try {
          const response = reader ? null : await ask(offset);
          if (offset && response?.status === 200) throw new CannotOpen('malformed'); // it begins anew
          reader ??= response.body.getReader();
          const { done, value } = await reader.read();
          if (done) return controller.close();
          [offset, failures] = [offset + value.length, 0];
          progress(offset);
          return controller.enqueue(value);
        } catch (error) {
          // A body that breaks off is a TypeError.
          if (!(error.isTemporary || error instanceof TypeError) || failures === 8) throw error;
          [reader, failures] = [null, failures + 1];
          await new Promise((resolve) => setTimeout(resolve, (error.retryAfter ?? Math.min(2 ** failures / 4, 5)) * 1000));
        }
      }
    },
    cancel: (reason) => reader?.cancel(reason),
  });
}

const fromOffset = (offset) => (offset ? { range: `bytes=${offset}-` } : {});

/** Who has a link reads a file without an account. What opens it is its secret, which never leaves this program. */
export class FileLink {
  /** @param {Server} server @param {string} id @param {Uint8Array} secret 32 bytes */
  constructor(server, id, secret) {
    this.server = server;
    this.id = id;
    this.secret = secret;
  }

  /** The link of an address (`…/link/ID#SECRET`); null if it is none, or not the whole of one. */
  static parse(address, options) {
    const url = new URL(address);
    const [, base, id] = /^(.*\/)link\/([0-9a-fA-F-]{36})\/?$/.exec(url.pathname) ?? [];
    const secret = base64url.decode(url.hash.slice(1));
    return id && secret?.length === 32 ? new FileLink(new Server(new URL(base, url), options), id, secret) : null;
  }

  /** The address, to be given on. It is secret. */
  get url() {
    return `${this.server.url(`/link/${this.id}`)}#${base64url.encode(this.secret)}`;
  }

  async #derive(purpose) {
    const info = concat(utf8(`sealpost/link/${purpose}/v1`), Uint8Array.of(0), uuidBytes(this.id));
    const secret = await subtle.importKey('raw', this.secret, 'HKDF', false, ['deriveBits']);
    return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info }, secret, 256));
  }

  /** What shows the server that somebody knows the secret. */
  proof = async () => base64url.encode(await this.#derive('proof'));

  async #wrap(iv, use) {
    const key = await subtle.importKey('raw', await this.#derive('wrap'), 'AES-GCM', false, [use]);
    return [{ name: 'AES-GCM', iv, additionalData: uuidBytes(this.id) }, key];
  }

  /** What opens a sealed file, for whoever has the link: its key, then its name and type. @param {SealedFile} file */
  async seal({ key, name, type }) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const content = concat(base64url.decode(key), utf8(JSON.stringify({ name, type })));
    return base64url.encode(concat(iv, new Uint8Array(await subtle.encrypt(...(await this.#wrap(iv, 'encrypt')), content))));
  }

  async #unseal(wrapped) {
    const bytes = base64url.decode(wrapped) ?? new Uint8Array(0);
    const content = await subtle.decrypt(...(await this.#wrap(bytes.subarray(0, 12), 'decrypt')), bytes.subarray(12)).catch(() => {
      throw new CannotOpen('undecryptable');
    });
    return { key: new Uint8Array(content, 0, 32), ...strictObject(decodeText(content.slice(32)) || '{}') };
  }

  /** Whether it can be opened, and until when; it counts for nothing. @returns {Promise<{id: string, expires_at: string}>} */
  look = async () => (await this.server.request('GET', `/v1/links/${this.id}`)).json();

  /** Opens it, which counts as one download. What it answers is good for six hours, as often as it takes. */
  async open() {
    return (await this.server.request('POST', `/v1/links/${this.id}/open`, { json: { proof: await this.proof() } })).json();
  }

  /**
   * What the link leads to. @param {object} opened what {@link FileLink#open} has answered
   * @returns {Promise<{name: string, type: string, size: number, protection: string, stream: (progress?: (bytes: number) => void) => ReadableStream}>}
   */
  async file(opened) {
    const { protection, size, token } = opened;
    const isSealed = protection === 'e2ee';
    const { key, name, type } = isSealed ? await this.#unseal(opened.wrapped_key) : {};
    const path = `/v1/links/${this.id}/${isSealed ? 'ciphertext' : 'content'}`;
    const ask = (offset) => this.server.request('GET', path, { token, headers: fromOffset(offset) });
    return {
      protection,
      size,
      name: String(name ?? opened.name ?? ''),
      type: String(type ?? opened.content_type),
      stream(progress = () => {}) {
        const bytes = steadily(ask, progress);
        return isSealed ? bytes.pipeThrough(fileOpener(key, base64url.decode(fileContext(opened.file_id)))) : bytes;
      },
    };
  }
}

// --- The server ------------------------------------------------------------------------------------------------------

/** A place. */
export class Server {
  /** @param {string|URL} base such as `https://chat.example/` @param {{fetch?: typeof fetch}} [options] */
  constructor(base, { fetch: ask = globalThis.fetch } = {}) {
    const url = new URL(base);
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    this.base = url;
    this.ask = (...parameters) => ask(...parameters);
  }

  /** The address of a path such as `/v1/server`. */
  url(path, query = {}) {
    const url = new URL(path.replace(/^\//, ''), this.base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null) url.searchParams.set(name, value);
    }
    return url;
  }

  /** One request. @returns {Promise<Response>} @throws {ServerError} for every answer that is not 2xx or 304 */
  async request(method, path, { json, body, headers = {}, query, token, signal } = {}) {
    const sent = new Headers(headers);
    if (json !== undefined && !sent.has('content-type')) sent.set('content-type', 'application/json');
    if (token) sent.set('authorization', `Bearer ${token}`);
    const content = json === undefined ? body : JSON.stringify(json);
    let response;
    try {
      response = await this.ask(this.url(path, query), { method, headers: sent, body: content, signal, credentials: 'omit', cache: 'no-store' });
    } catch (error) {
      if (error?.name === 'AbortError') throw error;
      throw new ServerError(0, { code: 'unreachable', detail: 'the server cannot be reached' });
    }
    if (response.ok || response.status === 304) return response;
    throw await refusal(response);
  }

  async #json(method, path, options) {
    return (await this.request(method, path, options)).json();
  }

  /** What the server is and allows: `GET /v1/server`. */
  describe = () => this.#json('GET', '/v1/server');

  /** A sentence for people to complete: `GET /v1/challenges`. */
  challenge = () => this.#json('GET', '/v1/challenges');

  /** Makes an account. @param {{username: string, password: string, email?: string, invite?: string, challenge?: {token: string, answer: string}}} account */
  register = (account) => this.#json('POST', '/v1/accounts', { json: account });

  /**
   * Logs in. @param {string} identifier username or mail address
   * @returns {Promise<Session>} @throws {SecondFactorRequired}
   */
  async logIn(identifier, password, options) {
    return new Session(this, heldTokens(await this.#json('POST', '/v1/sessions', { json: { identifier, password } })), options);
  }

  /** The second step of a login. @param {string} ticket of {@link SecondFactorRequired} */
  async completeLogIn(ticket, code, options) {
    return new Session(this, heldTokens(await this.#json('POST', '/v1/sessions/factors', { json: { ticket, code } })), options);
  }

  /** Has a code mailed, for the second step of a login. */
  async mailCode(ticket) {
    await this.request('POST', '/v1/email-codes', { json: { ticket } });
  }
}

async function refusal(response) {
  let problem = {};
  try {
    problem = JSON.parse(await response.text());
  } catch {
    // A proxy in between may answer anything.
  }
  if (!isObject(problem)) problem = {};
  if (problem.code === 'second-factor-required') return new SecondFactorRequired(response.status, problem);
  const after = Number(response.headers.get('retry-after'));
  return new ServerError(response.status, problem, Number.isFinite(after) && after > 0 ? after : null);
}

function heldTokens(opened) {
  return {
    access: opened.access_token,
    refresh: opened.refresh_token,
    expiresAt: Date.now() + opened.expires_in * 1000,
    sessionId: opened.session_id,
    account: opened.account,
  };
}

/**
 * Somebody who is logged in. Emits `renewed` when there are new tokens and `ended` when the session is over.
 *
 * Several pages may share a session: `store` (`load`, `save`) keeps the tokens, and `lock` runs one function at a time
 * among all of them.
 */
export class Session extends EventTarget {
  #tokens;
  #renewal = null;

  /** @param {Server} server @param {object} tokens @param {{store?: object, lock?: (run: () => Promise<any>) => Promise<any>}} [options] */
  constructor(server, tokens, { store = null, lock = (run) => run() } = {}) {
    super();
    this.server = server;
    this.#tokens = tokens;
    this.store = store;
    this.lock = lock;
    this.hasEnded = false;
  }

  /** The account, as it was when the tokens were made. */
  get account() {
    return this.#tokens.account;
  }

  get id() {
    return this.#tokens.sessionId;
  }

  /** What has to be kept to go on later. It is secret. */
  get tokens() {
    return { ...this.#tokens };
  }

  /** An access token that is good for half a minute at the least. */
  async accessToken() {
    if (Date.now() > this.#tokens.expiresAt - 30_000) await this.renew();
    return this.#tokens.access;
  }

  /** Exchanges the refresh token. However many ask at once, it is done once. */
  renew() {
    this.#renewal ??= this.lock(() => this.#renew()).finally(() => {
      this.#renewal = null;
    });
    return this.#renewal;
  }

  async #renew() {
    const kept = await this.store?.load();
    if (kept && kept.refresh !== this.#tokens.refresh) {
      // Another page was faster.
      this.#tokens = kept;
      if (Date.now() < kept.expiresAt - 30_000) return;
    }
    const opened = await this.#exchange().catch((error) => {
      if (error.status === 401 || error.status === 403) this.#end();
      throw error;
    });
    this.#tokens = heldTokens(opened);
    await this.store?.save(this.tokens);
    this.dispatchEvent(new Event('renewed'));
  }

  async #exchange() {
    const json = { refresh_token: this.#tokens.refresh };
    for (let tries = 1; ; tries += 1) {
      try {
        return await (await this.server.request('POST', '/v1/sessions/refresh', { json })).json();
      } catch (error) {
        // An answer that was lost can be asked for again within ten seconds: it has the same successor.
        if (error.status !== 0 || tries === 3) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500 * tries));
      }
    }
  }

  #end() {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.dispatchEvent(new Event('ended'));
  }

  /** One request with a token, once more with a new one if it has expired. @returns {Promise<Response>} */
  async request(method, path, options = {}) {
    try {
      return await this.server.request(method, path, { ...options, token: await this.accessToken() });
    } catch (error) {
      if (error.code === 'session-ended' || error.code === 'account-gone') this.#end();
      if (error.code !== 'expired-token' && error.code !== 'invalid-token') throw error;
      await this.renew();
      return this.server.request(method, path, { ...options, token: this.#tokens.access });
    }
  }

  async #json(method, path, options) {
    const response = await this.request(method, path, options);
    return response.status === 204 || response.status === 202 && !response.headers.get('content-type') ? null : response.json();
  }

  get = (path, query, options) => this.#json('GET', path, { query, ...options });
  post = (path, json, options) => this.#json('POST', path, { json, ...options });
  put = (path, json, options) => this.#json('PUT', path, { json, ...options });
  patch = (path, json, options) => this.#json('PATCH', path, { json, headers: { 'content-type': 'application/merge-patch+json' }, ...options });
  delete = (path, options) => this.#json('DELETE', path, options);

  /** A list, page by page to its end, or to `most`. */
  async all(path, query = {}, most = 1000) {
    const found = [];
    for (let cursor; ; ) {
      const page = await this.get(path, { ...query, cursor });
      found.push(...page.data);
      cursor = page.next_cursor;
      if (!cursor || found.length >= most) return found;
    }
  }

  /** Proves the password once more and goes on as the session of that login: for what wants a login not older than 15 minutes. */
  async logInAgain(password, code = null) {
    const { username } = await this.get('/v1/me');
    let opened;
    try {
      opened = await this.server.logIn(username, password);
    } catch (error) {
      if (!(error instanceof SecondFactorRequired) || !code) throw error;
      opened = await this.server.completeLogIn(error.ticket, code);
    }
    const old = this.id;
    this.#tokens = opened.tokens;
    await this.store?.save(this.tokens);
    this.dispatchEvent(new Event('renewed'));
    await this.delete(`/v1/sessions/${old}`).catch(() => {});
  }

  /** Logs out. */
  async end() {
    await this.delete('/v1/sessions/current').catch((error) => {
      if (error.status !== 401) throw error;
    });
    this.#end();
  }

  /** The newest key backup, or null. */
  async readBackup() {
    try {
      const response = await this.request('GET', '/v1/me/key-backup');
      return { etag: response.headers.get('etag'), text: await response.text() };
    } catch (error) {
      if (error.status === 404) return null;
      throw error;
    }
  }

  /** Replaces the key backup that `etag` names; without one, it must be the first. @returns {Promise<string>} the new one's */
  async writeBackup(text, etag = null) {
    const headers = { 'content-type': 'application/octet-stream', ...(etag ? { 'if-match': etag } : { 'if-none-match': '*' }) };
    return (await this.request('PUT', '/v1/me/key-backup', { body: text, headers })).headers.get('etag');
  }
}

// --- The inbox -------------------------------------------------------------------------------------------------------

/**
 * Follows what happens to the account: over a WebSocket, or by long polls where there is none.
 *
 * `handle(event)` is awaited for each event, in order; then `save(cursor)`. Emits `state` (`connecting`, `live`, `waiting`,
 * `ended`; with `retryAt` while it waits), `signal` (`detail`), and `gap`: something is missing, read the conversations anew.
 */
export class Inbox extends EventTarget {
  #socket = null;
  #failures = 0;
  #timer = null;
  #isOpen = false;
  #work = Promise.resolve();
  #round = 0;

  /** @param {Session} session @param {{cursor?: {epoch: string, offset: number}|null, handle: Function, save?: Function, WebSocket?: any}} options */
  constructor(session, { cursor = null, handle, save = () => {}, WebSocket = globalThis.WebSocket }) {
    super();
    this.session = session;
    this.cursor = cursor;
    this.handle = handle;
    this.save = save;
    this.WebSocket = WebSocket;
    this.state = 'ended';
    this.retryAt = null;
  }

  open() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#connect();
  }

  close() {
    this.#isOpen = false;
    this.#round += 1;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
    this.#socket = null;
    this.#become('ended');
  }

  /** Tries at once instead of waiting: after the network came back, say. */
  hurry() {
    if (this.state !== 'waiting') return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Says that the user is writing. */
  typing(conversation) {
    if (this.state === 'live' && this.#socket) this.#send({ type: 'typing', conversation });
  }

  #become(state, retryAt = null) {
    this.state = state;
    this.retryAt = retryAt;
    this.dispatchEvent(new Event('state'));
  }

  #send(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  async #connect() {
    this.#round += 1;
    const round = this.#round;
    this.#become('connecting');
    try {
      if (!this.WebSocket) return await this.#poll(round);
      const { ticket } = await this.session.post('/v1/ws-tickets');
      if (this.#isOpen && round === this.#round) this.#attach(ticket, round);
    } catch (error) {
      if (round === this.#round) this.#lost(error.retryAfter);
    }
    return undefined;
  }

  #attach(ticket, round) {
    const url = this.session.server.url('/v1/ws');
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new this.WebSocket(url.href, ['sealpost', ticket]);
    this.#socket = socket;
    const isCurrent = () => this.#isOpen && round === this.#round;
    socket.onopen = () => this.#send(this.cursor ? { type: 'resume', ...this.cursor } : { type: 'start' });
    socket.onmessage = ({ data }) => {
      // One frame after the other: an event is dealt with before the next is looked at.
      this.#work = this.#work.then(() => isCurrent() && this.#frame(JSON.parse(data))).catch((error) => {
        if (isCurrent()) this.dispatchEvent(Object.assign(new Event('failure'), { error }));
        socket.close();
      });
    };
    socket.onclose = ({ code, reason }) => {
      if (!isCurrent()) return;
      this.#socket = null;
      this.#work.finally(() => isCurrent() && this.#closed(code, reason));
    };
  }

  #closed(code, reason) {
    if (code === 4401) {
      // Either the session is over, or its access token: asking tells.
      this.session.renew().catch(() => {});
    }
    let wait = null;
    try {
      wait = JSON.parse(reason).retry_in_ms / 1000;
    } catch {
      // Most reasons are no JSON.
    }
    this.#lost(wait);
  }

  #lost(seconds) {
    if (!this.#isOpen) return;
    if (this.session.hasEnded) {
      this.close();
      return;
    }
    const backOff = Math.min(60, 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    const wait = (Number.isFinite(seconds) && seconds !== null ? seconds : backOff) * 1000;
    this.#become('waiting', Date.now() + wait);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #live() {
    this.#failures = 0;
    this.#become('live');
  }

  async #frame(frame) {
    switch (frame.type) {
      case 'started':
        await this.#moveTo({ epoch: frame.epoch, offset: frame.offset });
        this.#live();
        break;
      case 'resumed':
        this.#live();
        break;
      case 'gap':
        await this.#gap({ epoch: frame.epoch, offset: frame.latest });
        this.#live();
        break;
      case 'events':
        await this.#events(frame.events);
        this.#send({ type: 'ack', offset: this.cursor.offset });
        break;
      case 'signal':
        this.dispatchEvent(Object.assign(new Event('signal'), { detail: frame.signal }));
        break;
      default: // Whatever comes later: passed over.
    }
  }

  async #events(events) {
    for (const event of events) {
      if (event.offset > this.cursor.offset) {
        await this.handle(event);
        await this.#moveTo({ epoch: this.cursor.epoch, offset: event.offset });
      }
    }
  }

  async #gap(cursor) {
    await this.#moveTo(cursor);
    this.dispatchEvent(new Event('gap'));
  }

  async #moveTo(cursor) {
    this.cursor = cursor;
    await this.save(cursor);
  }

  async #poll(round) {
    while (this.#isOpen && round === this.#round) {
      const query = { after: this.cursor?.offset ?? 'latest', epoch: this.cursor?.epoch, wait: this.cursor ? 30 : 0 };
      try {
        const { epoch, events, next } = await this.session.get('/v1/events', query);
        if (round !== this.#round) return;
        if (this.state !== 'live') this.#live();
        this.cursor ??= { epoch, offset: next };
        await this.#events(events);
        if (events.length) await this.session.post('/v1/events/ack', { offset: this.cursor.offset });
      } catch (error) {
        if (error.status !== 410) throw error;
        this.cursor = null;
        this.dispatchEvent(new Event('gap'));
      }
    }
  }
}

// --- Talking ---------------------------------------------------------------------------------------------------------

/** Somebody with a session and keys: writes and reads messages that the server cannot read. */
export class Correspondent {
  #senders = new Map();
  #known = new Map();

  /**
   * @param {Session} session @param {DeviceKeys} keys
   * @param {{approve?: (user: {id: string, username: string}, keys: object[]) => void|Promise<void>}} [options] `approve` sees
   *   every list of keys that a message is about to be sealed to, and throws to stop it
   */
  constructor(session, keys, { approve = () => {} } = {}) {
    this.session = session;
    this.keys = keys;
    this.approve = approve;
  }

  /** Publishes the public halves of the keys, if they are not published yet. */
  async publish() {
    const published = await this.session.all('/v1/me/keys');
    for (const [use, pair] of [['seal', this.keys.sealing], ['sign', this.keys.signing]]) {
      if (!published.some(({ fingerprint }) => fingerprint === pair.kid)) {
        await this.session.post('/v1/me/keys', { use, jwk: pair.jwk });
      }
    }
  }

  /** The good keys of somebody, from the server, or as they were read within the last minute. */
  async keysOf(username, { isFresh = false } = {}) {
    return this.#lately(`keys of ${username}`, isFresh, async () => {
      const keys = goodKeys((await this.session.get(`/v1/users/${encodeURIComponent(username)}/keys`)).data);
      // The server says what a key is called; whoever seals to it must know.
      for (const key of keys) {
        if ((await thumbprint(key.jwk).catch(() => null)) !== key.fingerprint) throw new CannotSeal('bad-key', username);
      }
      return keys;
    });
  }

  /** What this name stood for within the last minute, or what `read` gives. */
  async #lately(name, isFresh, read) {
    const known = this.#known.get(name);
    if (known && !isFresh && Date.now() - known.at < 60_000) return known.value;
    const value = await read();
    this.#known.set(name, { at: Date.now(), value });
    return value;
  }

  /** Forgets what is known of somebody's keys: they have changed. */
  forgetKeys(user) {
    this.#senders.delete(user.id);
    this.#known.delete(`keys of ${user.username}`);
  }

  /** Everybody in a conversation, likewise: the server refuses what is sealed to others than are in it. */
  membersOf(conversation, { isFresh = false } = {}) {
    return this.#lately(`members of ${conversation}`, isFresh, async () => {
      const found = await this.session.get(`/v1/conversations/${conversation}`);
      return found.member_count <= found.members.length ? found.members : this.session.all(`/v1/conversations/${conversation}/members`);
    });
  }

  /**
   * Seals and sends. If somebody has published or withdrawn a key meanwhile, so that the server does not take it, it is sealed
   * once more, to the keys as they are then.
   *
   * @param {string} conversation
   * @param {string} content
   * @param {{clientId?: string, sentAt?: Date, files?: SealedFile[], expiresIn?: number}} [options] the same `clientId` again
   *   stays one message
   * @returns {Promise<object|null>} the server's receipt; null if a message of this `clientId` was taken before
   */
  async send(conversation, content, { clientId = timedId(), sentAt = new Date(), files = [], expiresIn } = {}) {
    const attempt = async (isFresh) => {
      const recipients = await this.recipients(conversation, { isFresh });
      const body = await seal({ conversation, clientId, sentAt, content, files }, this.keys.signing, recipients);
      const message = { client_id: clientId, format: 'jose', body, sent_at: sentAt.toISOString() };
      if (expiresIn) message.expires_in = expiresIn;
      if (files.length) message.attachments = files.map(({ id }) => id);
      return this.session.post(`/v1/conversations/${conversation}/messages`, message);
    };
    try {
      return await attempt(false);
    } catch (error) {
      // Sealed anew it is another text, so the server calls a repeat by this name.
      if (error.code === 'client-id-reused') return null;
      if (error.code !== 'mismatched-recipients') throw error;
      return attempt(true);
    }
  }

  /** The keys of everybody in a conversation, one's own included: JWKs. */
  async recipients(conversation, options) {
    const recipients = new Map([[this.keys.sealing.kid, this.keys.sealing.jwk]]);
    for (const member of await this.membersOf(conversation, options)) {
      const keys = await this.keysOf(member.username, options);
      const sealing = keys.filter(({ use }) => use === 'seal');
      if (!sealing.length) throw new CannotSeal('no-key', member.username);
      await this.approve(member, keys);
      for (const key of sealing) recipients.set(key.fingerprint, key.jwk);
    }
    return [...recipients.values()];
  }

  /**
   * Opens a message, if it is what it seems: sealed to these keys, signed with a key of the account that the server names as its
   * sender, and written for this conversation and under this `client_id`.
   * @returns {Promise<Opened>} @throws {CannotOpen}
   */
  async open(message) {
    if (message.format !== 'jose') throw new CannotOpen('not-sealed');
    if (message.body === null) throw new CannotOpen('deleted');
    const place = { conversation: message.conversation_id, clientId: message.client_id };
    return open(message.body, place, [this.keys.sealing], (kid) => this.#senderKey(message.sender, kid));
  }

  async #senderKey(sender, kid) {
    const known = this.#senders.get(sender.id);
    if (known?.has(kid)) return known.get(kid);
    if (!sender.username) return null;
    const { data } = await this.session.get(`/v1/users/${encodeURIComponent(sender.username)}/keys`);
    const keys = new Map(data.filter(({ use }) => use === 'sign').map(({ fingerprint, jwk }) => [fingerprint, jwk]));
    this.#senders.set(sender.id, keys);
    return keys.get(kid) ?? null;
  }

  /** The safety number between this account and somebody: 60 digits. */
  async safetyNumberWith(user) {
    const me = this.session.account;
    const [mine, theirs] = await Promise.all([me, user].map(({ username }) => this.keysOf(username, { isFresh: true })));
    const kids = (keys) => keys.map(({ fingerprint }) => fingerprint);
    return safetyNumber({ id: me.id, kids: kids(mine) }, { id: user.id, kids: kids(theirs) });
  }

  /**
   * Seals a file in this program and stores what it became: the server learns its size and nothing else. Its key, name and type
   * are kept beside it, sealed to the account's own keys.
   * @param {Blob} file
   * @param {{name?: string, upload?: (sealed: Blob, about: {id: string, wrappedKey: string}) => Promise<any>}} [options]
   * @returns {Promise<SealedFile>} what goes into a message
   */
  async uploadSealed(file, { name = file.name ?? '', upload = (...parts) => this.#upload(...parts) } = {}) {
    const { id } = await this.session.post('/v1/files/ids');
    const [key, context] = [crypto.getRandomValues(new Uint8Array(32)), fileContext(id)];
    const sealed = await new Response(file.stream().pipeThrough(fileSealer(key, base64url.decode(context)))).blob();
    const made = { id, name, type: file.type || 'application/octet-stream', size: file.size, key: base64url.encode(key), context };
    const own = (await this.keysOf(this.session.account.username)).filter(({ use }) => use === 'seal');
    await upload(sealed, { id, wrappedKey: await this.#wrapKey(made, [{ fingerprint: this.keys.sealing.kid, jwk: this.keys.sealing.jwk }, ...own]) });
    return made;
  }

  #upload(body, { id, wrappedKey }) {
    const headers = { 'content-type': 'application/octet-stream', 'wrapped-key': wrappedKey };
    return this.session.request('POST', '/v1/files', { body, headers, query: { protection: 'e2ee', id } });
  }

  /** What opens a file, signed and sealed to these keys. */
  async #wrapKey({ id, name, type, size, key }, keys) {
    const jwks = new Map(keys.map(({ fingerprint, jwk }) => [fingerprint, jwk]));
    const wrapped = await sealPayload({ v: 1, file: id, name, type, size, key }, this.keys.signing, [...jwks.values()]);
    if (wrapped.length > MAX_WRAPPED) throw new CannotSeal('too-many-keys');
    return wrapped;
  }

  /**
   * What opens a sealed file of one's own, or one that was shared: out of its `wrapped_key`, if its owner has signed that.
   * @param {object} file as `GET /v1/files` has it @returns {Promise<SealedFile>} @throws {CannotOpen}
   */
  async unwrapKey(file) {
    const owner = file.shared_by ?? this.session.account;
    const { payload } = await openPayload(file.wrapped_key, [this.keys.sealing], (kid) => this.#senderKey(owner, kid));
    if (payload.file !== file.id) throw new CannotOpen('elsewhere');
    const { name, type, size, key } = payload;
    const [found] = readFiles([{ id: file.id, name, type, size, key, context: fileContext(file.id) }]);
    if (!found) throw new CannotOpen('malformed');
    return found;
  }

  /** The bytes of a sealed file, opened. @param {SealedFile} file @returns {Promise<Blob>} */
  async downloadSealed(file, progress = () => {}) {
    const ask = (offset) => this.session.request('GET', `/v1/files/${file.id}/ciphertext`, { headers: fromOffset(offset) });
    const sealed = steadily(ask, progress);
    const opened = sealed.pipeThrough(fileOpener(base64url.decode(file.key), base64url.decode(file.context)));
    return new Blob([await new Response(opened).blob()], { type: file.type });
  }

  /**
   * Lets somebody read a file; of one that is sealed, its key is sealed to theirs.
   * @param {object} file as `GET /v1/files` has it @param {{id: string, username: string}} user
   */
  async shareFile(file, user) {
    const path = `/v1/files/${file.id}/shares/${encodeURIComponent(user.username)}`;
    if (file.protection !== 'e2ee') return this.session.put(path);
    const keys = await this.keysOf(user.username, { isFresh: true });
    const sealing = keys.filter(({ use }) => use === 'seal');
    if (!sealing.length) throw new CannotSeal('no-key', user.username);
    await this.approve(user, keys);
    return this.session.put(path, { wrapped_key: await this.#wrapKey(await this.unwrapKey(file), sealing) });
  }

  /**
   * Makes a link to a file. @param {object} file as `GET /v1/files` has it
   * @param {{expiresIn: number, maxDownloads?: number|null}} options seconds; as often as people like
   * @returns {Promise<object>} the link; its `url` is told once
   */
  async linkFile(file, { expiresIn, maxDownloads = null }) {
    const path = `/v1/files/${file.id}/links`;
    const wanted = { expires_in: expiresIn, ...(maxDownloads ? { max_downloads: maxDownloads } : {}) };
    if (file.protection !== 'e2ee') return this.session.post(path, wanted);
    const { public_url: place } = await this.session.server.describe();
    const link = new FileLink(new Server(place), randomId(), crypto.getRandomValues(new Uint8Array(32)));
    const sealed = { id: link.id, proof: await link.proof(), wrapped_key: await link.seal(await this.unwrapKey(file)) };
    return { ...(await this.session.post(path, { ...wanted, ...sealed })), url: link.url };
  }
}

/**
 * What opens a sealed file, as it stands inside a sealed message.
 * @typedef {{id: string, name: string, type: string, size: number, key: string, context: string}} SealedFile
 */
/**
 * A message that was opened, whose signature is good and which was written for the place where it was found.
 * @typedef {{conversation: string, clientId: string, sentAt: Date, content: string, files: SealedFile[], senderKid: string}} Opened
 */
