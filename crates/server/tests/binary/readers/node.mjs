// node.mjs READER open KEY.json CIPHERTEXT OUT | node.mjs READER seal KEY.json PLAINTEXT OUT
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { sealFile } from "./seal.mjs";

const [reader, what, keyFile, input, output] = process.argv.slice(2);
const { openFile } = await import(pathToFileURL(reader));
const answer = JSON.parse(readFileSync(keyFile, "utf8"));
const content = new Uint8Array(readFileSync(input));
const decode = (text) => new Uint8Array(Buffer.from(text, "base64url"));
const made =
  what === "open"
    ? new Uint8Array(await (await openFile(answer, content)).arrayBuffer())
    : await sealFile(answer.alg, decode(answer.key), decode(answer.context), content);
writeFileSync(output, made);
