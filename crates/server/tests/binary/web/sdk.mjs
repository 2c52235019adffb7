// sealpost.js in Node against a running server, beside the Rust client where a program is given:
// node sdk.mjs SDK URL [SEALPOST FOLDER]
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [sdkPath, url, program, folder] = process.argv.slice(2);
const sdk = await import(pathToFileURL(sdkPath));
const { Correspondent, DeviceKeys, Inbox, Server, base64url } = sdk;
const PASSWORD = 'a password for two';
const server = new Server(url);
const said = (text) => console.log(text);

async function newcomer(name) {
  await server.register({ username: name, password: PASSWORD });
  const person = new Correspondent(await server.logIn(name, PASSWORD), await DeviceKeys.generate());
  await person.publish();
  await person.publish(); // once more changes nothing
  assert.equal((await person.session.all('/v1/me/keys')).length, 2);
  return person;
}

const history = async (person, id) => (await person.session.get(`/v1/conversations/${id}/messages`, { order: 'asc' })).data;

async function until(condition, what) {
  const began = Date.now();
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() - began < 15_000, what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// What is declared is what there is.
const declared = readFileSync(sdkPath.replace(/js$/, 'd.ts'), 'utf8').matchAll(/^export (?:const|class|function) (\w+)/gm);
assert.deepEqual([...declared].map(([, name]) => name).sort(), Object.keys(sdk).sort());
assert.ok(readFileSync(sdkPath, 'utf8').split('\n').length < 1500);

// Two people, both ways, live.
const [alice, bob] = [await newcomer('alice'), await newcomer('bob')];
const { id: talk } = await alice.session.post('/v1/conversations', { username: 'bob' });
const heard = [];
const inbox = new Inbox(bob.session, { handle: (event) => heard.push(event) });
inbox.open();
await until(() => inbox.state === 'live', 'the inbox is live');
await alice.send(talk, 'Grüße "an" \u0001 Bob 👋');
const event = await until(() => heard.find(({ type }) => type === 'message.created'), 'the message arrives');
assert.ok(!event.data.body.includes('Bob'));
const opened = await bob.open(event.data);
assert.equal(opened.content, 'Grüße "an" \u0001 Bob 👋');
assert.equal(opened.senderKid, alice.keys.signing.kid);
await bob.send(talk, 'I hear you', { clientId: 'twice' });
await bob.send(talk, 'I hear you', { clientId: 'twice' });
const both = await history(alice, talk);
assert.deepEqual(await Promise.all(both.map(async (message) => (await alice.open(message)).content)), ['Grüße "an" \u0001 Bob 👋', 'I hear you']);
inbox.close();
said('two people talk');

// What was written for another place, changed, or sealed to others does not open.
const refusal = (promise) => promise.then(() => 'opened', (error) => error.code);
const [first] = both;
const changed = (members) => JSON.stringify({ ...JSON.parse(first.body), ...members });
assert.equal(await refusal(bob.open({ ...first, client_id: 'another' })), 'elsewhere');
assert.equal(await refusal(bob.open({ ...first, sender: both[1].sender })), 'unknown-sender');
assert.equal(await refusal(bob.open({ ...first, body: changed({ iv: 'AAAAAAAAAAAAAAAA' }) })), 'undecryptable');
assert.equal(await refusal(bob.open({ ...first, body: changed({ tag: 'AAAA' }) })), 'malformed');
assert.equal(await refusal(bob.open({ ...first, body: first.body.replace('{', '{"iv":"AAAAAAAAAAAAAAAA",') })), 'malformed');
assert.equal(await refusal(bob.open({ ...first, body: 'hello' })), 'malformed');
const stranger = new Correspondent(bob.session, await DeviceKeys.generate());
assert.equal(await refusal(stranger.open(first)), 'not-for-you');
said('what is not as it was made does not open');

// A key that is published meanwhile: sealed once more.
await alice.keysOf('bob');
const second = await DeviceKeys.generate();
const bobElsewhere = new Correspondent(bob.session, second);
await bobElsewhere.publish();
await alice.send(talk, 'to both of your devices');
const last = (await history(alice, talk)).at(-1);
assert.equal((await bobElsewhere.open(last)).content, 'to both of your devices');
assert.equal((await bob.open(last)).content, 'to both of your devices');
const approving = new Correspondent(alice.session, alice.keys, { approve: () => { throw new sdk.CannotSeal('not-approved', 'bob'); } });
assert.equal(await refusal(approving.send(talk, 'never')), 'not-approved');
assert.equal((await history(alice, talk)).length, 3);
said('new keys are sealed to, if they are approved of');

// Who is in a conversation is asked once; somebody who came since is sealed to all the same.
const dora = await newcomer('dora');
const asked = [];
const watching = new Server(url, { fetch: (...request) => {
  asked.push(request[0].pathname.split('/').at(-1));
  return fetch(...request);
} });
const watched = new Correspondent(new sdk.Session(watching, alice.session.tokens), alice.keys);
const { id: group } = await alice.session.post('/v1/conversations', { title: 'three', members: ['bob'] });
await watched.send(group, 'first');
asked.length = 0;
await watched.send(group, 'second');
assert.deepEqual(asked, ['messages']);
await alice.session.post(`/v1/conversations/${group}/members`, { username: 'dora' });
await watched.send(group, 'to all three');
assert.equal((await dora.open((await history(dora, group)).at(-1))).content, 'to all three');
said('members are remembered, and newcomers are not left out');

// Names of messages stand in the order of time (the example of RFC 9562, appendix A.6).
const named = sdk.timedId(0x017f22e279b0);
assert.match(named, /^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
assert.ok(named < sdk.timedId(0x017f22e279b1) && named !== sdk.timedId(0x017f22e279b0));
assert.match((await history(bob, group)).at(-1).client_id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
said('names of messages begin with the time');

// The same number stands in the test of the Rust crate.
const kid = (byte) => base64url.encode(new Uint8Array(32).fill(byte));
const sides = [{ id: '019aa6b0-7c3a-7d52-9a5e-0242ac120001', kids: [kid(1), kid(200)] }, { id: '019aa6b0-7c3a-7d52-9a5e-0242ac120002', kids: [kid(7)] }];
assert.equal(await sdk.safetyNumber(...sides), '257039653783703421762744224029901168418011932381940704393383');

// The safety number is the same on both sides, and another one once a key is another one.
const [seenByAlice, seenByBob] = [
  await alice.safetyNumberWith({ id: bob.session.account.id, username: 'bob' }),
  await bob.safetyNumberWith({ id: alice.session.account.id, username: 'alice' }),
];
assert.equal(seenByAlice, seenByBob);
assert.match(seenByAlice, /^\d{60}$/);
const sealingKey = (await bob.session.all('/v1/me/keys')).find(({ fingerprint }) => fingerprint === second.sealing.kid);
await bob.session.delete(`/v1/me/keys/${sealingKey.id}`);
assert.notEqual(await alice.safetyNumberWith({ id: bob.session.account.id, username: 'bob' }), seenByAlice);
said('safety numbers agree and change with the keys');

// The backup opens with its code, on a device that has nothing else.
const code = await sdk.newRecoveryCode();
assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}$/);
const accountId = alice.session.account.id;
await alice.session.writeBackup(await sdk.sealBackup(code, accountId, alice.keys));
const backup = await alice.session.readBackup();
const restored = await sdk.openBackup(code.toLowerCase().replaceAll('-', ' '), accountId, backup.text);
assert.equal(restored.sealing.kid, alice.keys.sealing.kid);
const alicesPhone = new Correspondent(await server.logIn('alice', PASSWORD), await restored.locked());
assert.equal((await alicesPhone.open(first)).content, opened.content);
assert.throws(() => alicesPhone.keys.exportPrivate());
const another = await sdk.newRecoveryCode();
assert.equal(await refusal(sdk.openBackup(another, accountId, backup.text)), 'wrong-code');
assert.equal(await refusal(sdk.openBackup(code.replace(/^./, (letter) => (letter === '7' ? '8' : '7')), accountId, backup.text)), 'wrong-code');
assert.equal(await refusal(sdk.openBackup(code, bob.session.account.id, backup.text)), 'wrong-code');
await alice.session.writeBackup(await sdk.sealBackup(another, accountId, alice.keys), backup.etag);
assert.equal(await refusal(alice.session.writeBackup('x', backup.etag)), 'precondition-failed');
said('the key backup opens with its code alone');

// However many calls meet an old token, it is renewed once; another page's new tokens are taken over.
let renewals = 0;
const counting = new Server(url, { fetch: (address, ...rest) => {
  if (address.pathname.endsWith('/refresh')) renewals += 1;
  return fetch(address, ...rest);
} });
const kept = { ...(await server.logIn('alice', PASSWORD)).tokens, expiresAt: 0 };
let shared = kept;
const store = { load: async () => shared, save: async (tokens) => { shared = tokens; } };
const page = new sdk.Session(counting, kept, { store });
await Promise.all(Array.from({ length: 5 }, () => page.get('/v1/me')));
assert.equal(renewals, 1);
const otherPage = new sdk.Session(counting, kept, { store });
assert.equal((await otherPage.get('/v1/me')).username, 'alice');
assert.equal(renewals, 1);
let ended = 0;
page.addEventListener('ended', () => { ended += 1; });
await page.end();
assert.equal(ended, 1);
assert.equal(await refusal(otherPage.get('/v1/me')), 'session-ended');
said('tokens are renewed once');

// Files are sealed here and open there; a changed or shortened one does not.
for (const size of [0, 1, 16_383, 16_384, 16_385, 100_000]) {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
  const file = new File([bytes, new Uint8Array(size - bytes.length)], '<b>picture</b>.png', { type: 'image/png' });
  const sealed = await alice.uploadSealed(file);
  const stored = await alice.session.get(`/v1/files/${sealed.id}`);
  assert.equal(stored.size, size);
  assert.equal(stored.ciphertext_size, sdk.sealedSize(size));
  assert.equal(stored.protection, 'e2ee');
  assert.equal(stored.name, null);
  await alice.send(talk, 'look', { files: [sealed] });
  const [got] = (await bob.open((await history(bob, talk)).at(-1))).files;
  assert.deepEqual(got, sealed);
  const blob = await bob.downloadSealed(got);
  assert.deepEqual(Buffer.from(await blob.arrayBuffer()), Buffer.from(await file.arrayBuffer()));
}
// By name: the reader gets the key, signed by the owner and sealed to theirs. Nobody else does.
const holiday = await alice.uploadSealed(new File(['by the sea'], 'sea & sun.txt', { type: 'text/plain' }));
const mine = await alice.session.get(`/v1/files/${holiday.id}`);
assert.deepEqual(await alice.unwrapKey(mine), holiday);
await alice.shareFile(mine, { id: bob.session.account.id, username: 'bob' });
const [his] = (await bob.session.get('/v1/files', { shared: 'with-me' })).data;
assert.deepEqual(await bob.unwrapKey(his), holiday);
assert.equal(await (await bob.downloadSealed(await bob.unwrapKey(his))).text(), 'by the sea');
assert.equal(await refusal(stranger.unwrapKey(his)), 'not-for-you');
assert.equal(await refusal(bob.unwrapKey({ ...his, shared_by: bob.session.account })), 'unknown-sender');
assert.equal(await refusal(bob.unwrapKey({ ...his, id: talk })), 'elsewhere');
assert.equal(await refusal(bob.unwrapKey({ ...his, wrapped_key: first.body })), 'elsewhere');
assert.equal(await refusal(bob.open({ ...first, body: his.wrapped_key })), 'not-signed');
assert.equal(await refusal(bob.shareFile(his, { id: alice.session.account.id, username: 'alice' })), 'not-found');
said('files are shared by name');

// By link, of both protections, without an account; each opening is counted, and another secret opens nothing.
const asText = (file) => new Response(file.stream()).text();
const link = await alice.linkFile(mine, { expiresIn: 600, maxDownloads: 2 });
const parsed = sdk.FileLink.parse(link.url);
assert.equal(parsed.url, link.url);
assert.equal((await parsed.look()).id, link.id);
const way = await parsed.file(await parsed.open());
assert.deepEqual([way.name, way.type, way.size, way.protection], ['sea & sun.txt', 'text/plain', 10, 'e2ee']);
assert.equal(await asText(way), 'by the sea');
assert.equal(await asText(way), 'by the sea');
assert.equal(await refusal(new sdk.FileLink(server, link.id, new Uint8Array(32)).open()), 'not-found');
const { downloads } = (await alice.session.get(`/v1/files/${holiday.id}/links`)).data[0];
assert.equal(downloads, 1);
// A connection that breaks off in the middle: the rest is fetched, and nothing twice.
const large = await alice.uploadSealed(new File([new Uint8Array(100_000).fill(7)], 'large'));
const breaking = new Server(url, { fetch: async (...request) => {
  const response = await fetch(...request);
  if (!request[0].pathname.endsWith('/ciphertext') || request[1].headers.get('range')) return response;
  const bytes = new Uint8Array(await response.arrayBuffer());
  return new Response(new ReadableStream({ start(controller) {
    controller.enqueue(bytes.slice(0, 40_001));
    setTimeout(() => controller.error(new TypeError('terminated')), 20);
  } }), response);
} });
const brittle = sdk.FileLink.parse((await alice.linkFile(await alice.session.get(`/v1/files/${large.id}`), { expiresIn: 600 })).url);
const throughBreak = await new sdk.FileLink(breaking, brittle.id, brittle.secret).file(await brittle.open());
assert.equal(await asText(throughBreak), String.fromCharCode(7).repeat(100_000));
const { id: open } = await (await alice.session.request('POST', '/v1/files?name=plain.txt', { body: 'in clear' })).json();
const plainLink = sdk.FileLink.parse((await alice.linkFile(await alice.session.get(`/v1/files/${open}`), { expiresIn: 600 })).url);
const plainWay = await plainLink.file(await plainLink.open());
assert.deepEqual([plainWay.name, plainWay.protection, await asText(plainWay)], ['plain.txt', 'server', 'in clear']);
for (const broken of [link.url.split('#')[0], link.url.slice(0, -1), `${url}/link/x#${'A'.repeat(43)}`, url]) assert.equal(sdk.FileLink.parse(broken), null);
said('files are shared by link');

const through = async (bytes, stream) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
const [key, context] = [new Uint8Array(32).fill(1), new Uint8Array(3)];
const sealedBytes = await through(new Uint8Array(40_000), sdk.fileSealer(key, context));
const openFile = (bytes, name = context) => refusal(through(bytes, sdk.fileOpener(key, name)));
assert.equal(await openFile(sealedBytes), 'opened');
assert.notEqual(await openFile(sealedBytes.subarray(0, 56 + 16_400)), 'opened');
assert.notEqual(await openFile(sealedBytes.subarray(0, 56 + 16_400 * 2 + 3)), 'opened');
assert.notEqual(await openFile(sealedBytes.map((byte, at) => (at === 20_000 ? byte ^ 1 : byte))), 'opened');
assert.notEqual(await openFile(sealedBytes, new Uint8Array(4)), 'opened');
assert.notEqual(await openFile(sealedBytes.subarray(0, 40)), 'opened');
// What the server seals is the same format: its ciphertext opens with the key it gives to the owner.
const { id: plainFile } = await (await alice.session.request('POST', '/v1/files', { body: 'sealed by the server' })).json();
const disclosed = await alice.session.get(`/v1/files/${plainFile}/key`);
assert.equal(disclosed.alg, sdk.FILE_ALGORITHM);
const ciphertext = await (await alice.session.request('GET', `/v1/files/${plainFile}/ciphertext`)).arrayBuffer();
const plain = await through(ciphertext, sdk.fileOpener(base64url.decode(disclosed.key), base64url.decode(disclosed.context)));
assert.equal(new TextDecoder().decode(plain), 'sealed by the server');
said('files are sealed and opened');

// The inbox goes on where it was, and says when something is missing.
const cursor = inbox.cursor;
const later = [];
const again = new Inbox(bob.session, { cursor, handle: (one) => later.push(one) });
again.open();
await until(() => later.filter(({ type }) => type === 'message.created').length >= 7, 'what was missed comes');
assert.deepEqual(later.map(({ offset }) => offset), later.map((_, at) => cursor.offset + 1 + at));
again.close();
let gaps = 0;
const lost = new Inbox(bob.session, { cursor: { epoch: 'another', offset: 1 }, handle: () => {} });
lost.addEventListener('gap', () => { gaps += 1; });
lost.open();
await until(() => gaps === 1, 'the gap is told');
lost.close();
said('the inbox resumes');

// The Rust client on the other side.
if (program) {
  const carol = await newcomer('carol');
  const env = { ...process.env, SEALPOST_PASSWORD: PASSWORD, SEALPOST_HOME: folder, XDG_CONFIG_HOME: folder, HOME: folder };
  const run = (...words) => execFileSync(program, words, { env, cwd: folder, encoding: 'utf8', input: `${PASSWORD}\n` });
  run('login', url, 'alice', '--password-file', '-');
  run('send', 'carol', 'from Rust to JavaScript ✓');
  const place = (await carol.session.get('/v1/conversations')).data[0].id;
  const [fromRust] = await history(carol, place);
  assert.equal((await carol.open(fromRust)).content, 'from Rust to JavaScript ✓');
  await carol.send(place, 'from JavaScript to Rust ✓', { files: [] });
  assert.match(run('history', 'carol'), /from JavaScript to Rust ✓/);
  said('messages of the Rust client open here, and ours there');
}

said('sealpost.js keeps its word.');
process.exit(0);
