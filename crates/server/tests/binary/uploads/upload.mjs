// A stock tus client uploads a file: node upload.mjs MODULES ENDPOINT TOKEN FILE CHUNK
// It says where the upload is, each offset that was acknowledged, and at the end that it is done.
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [modules, endpoint, token, file, chunk] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), "anything.js"));
const tus = require("tus-js-client");

const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint,
  chunkSize: Number(chunk) || Infinity,
  uploadSize: fs.statSync(file).size,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: path.basename(file), filetype: "application/octet-stream" },
  // As long as the connection breaks and the server is away, again; nothing else is retried for ever.
  retryDelays: Array(2000).fill(100),
  storeFingerprintForResuming: false,
  onUploadUrlAvailable() { console.log(`at ${upload.url}`); },
  onChunkComplete(_size, accepted) { console.log(`accepted ${accepted}`); },
  onError(error) { console.error(String(error)); process.exit(1); },
  onSuccess() { console.log("done"); process.exit(0); },
});
upload.start();
