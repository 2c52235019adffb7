// Seals with WebCrypto, in Node.js and in browsers: the other direction of docs/examples/open_file.mjs. Test code.
const join = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());

export async function sealFile(alg, key, context, plaintext) {
  const { subtle } = globalThis.crypto;
  const salt = globalThis.crypto.getRandomValues(new Uint8Array(24));
  const hmac = await subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const info = await join(new TextEncoder().encode(alg + "\0"), salt, context);
  const first = await subtle.sign("HMAC", hmac, await join(info, Uint8Array.of(1)));
  const second = await subtle.sign("HMAC", hmac, await join(first, info, Uint8Array.of(2)));
  const okm = (await join(first, second)).subarray(0, 76);
  const aead = await subtle.importKey("raw", okm.subarray(0, 32), "AES-GCM", false, ["encrypt"]);
  const parts = [salt, okm.slice(44)];
  for (let index = 0; ; index++) {
    const iv = new DataView(okm.slice(32, 44).buffer);
    iv.setUint32(8, iv.getUint32(8) ^ index);
    const chunk = plaintext.subarray(16384 * index, 16384 * (index + 1));
    parts.push(await subtle.encrypt({ name: "AES-GCM", iv }, aead, chunk));
    if (chunk.length < 16384) return join(...parts);
  }
}
