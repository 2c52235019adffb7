// Opens a file's ciphertext with WebCrypto, in browsers and in Node.js from version 20 on.
// openFile(what GET /v1/files/{id}/key answered, the ciphertext as Uint8Array) gives a Blob, or throws.
const decode = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const join = async (...parts) => new Uint8Array(await new Blob(parts).arrayBuffer());

export async function openFile({ alg, key, context }, file) {
  const { subtle } = globalThis.crypto;
  const hmac = await subtle.importKey("raw", decode(key), { name: "HMAC", hash: "SHA-512" }, false, ["sign"]);
  const info = await join(new TextEncoder().encode(alg + "\0"), file.subarray(0, 24), decode(context));
  const first = await subtle.sign("HMAC", hmac, await join(info, Uint8Array.of(1))); // HKDF-Expand: RFC 5869, 2.3
  const second = await subtle.sign("HMAC", hmac, await join(first, info, Uint8Array.of(2)));
  const okm = (await join(first, second)).subarray(0, 76);
  if (file.length < 72 || file.subarray(24, 56).some((byte, at) => byte !== okm[44 + at]))
    throw new Error("this key is not the file's");
  const aead = await subtle.importKey("raw", okm.subarray(0, 32), "AES-GCM", false, ["decrypt"]);
  for (let index = 0, chunks = []; ; index++) {
    const [iv, at] = [new DataView(okm.slice(32, 44).buffer), 56 + 16400 * index];
    iv.setUint32(8, iv.getUint32(8) ^ index);
    chunks.push(await subtle.decrypt({ name: "AES-GCM", iv }, aead, file.subarray(at, at + 16400)));
    if (file.length < at + 16400) return new Blob(chunks);
  }
}
