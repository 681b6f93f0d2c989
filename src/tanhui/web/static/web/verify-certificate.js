// Checks a certificate of retirement in the reader's own browser: the same steps as
// verify/tanhui_verify.py. It knows no page; what it does, it tells to whoever asks.
"use strict";
import { canonical, checkProof, hashed, hex, joined, need, words, Wrong } from "./verify-log.js";

const encoder = new TextEncoder();
const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SUITE = "eddsa-jcs-2022";

/** W3C's spelling of keys and signatures: a z, and the digits of a number of `size` bytes. */
export function unbase58(text, size) {
  const malformed = new Wrong("malformed", { what: String(text).slice(0, 40) });
  if (typeof text !== "string" || !/^z[1-9A-HJ-NP-Za-km-z]{1,100}$/.test(text)) throw malformed;
  let number = 0n;
  for (const digit of text.slice(1)) number = number * 58n + BigInt(DIGITS.indexOf(digit));
  const digits = number.toString(16).padStart(size * 2, "0");
  if (digits.length > size * 2) throw malformed;
  const data = Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  const zeros = data.findIndex((byte) => byte !== 0);
  const ones = text.slice(1).match(/^1*/)[0].length;
  if (ones !== (zeros < 0 ? size : zeros)) throw malformed;
  return data;
}

function read(bytes) {
  const text = words(bytes).trim();
  let said;
  try {
    said = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Wrong("no-certificate");
    throw error;
  }
  // A name that stands twice, or a number in another form, would mean two things.
  need(canonical(said) === text, "second-way");
  return said;
}

async function signedBy(issuer, message, value) {
  const raw = unbase58(issuer.replace(/^did:key:/, ""), 34);
  need(raw[0] === 0xed && raw[1] === 1, "malformed", { what: issuer.slice(0, 40) });
  let key;
  try {
    key = await crypto.subtle.importKey("raw", raw.slice(2), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Wrong("no-ed25519");
    throw new Wrong("malformed", { what: issuer.slice(0, 40) });
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, unbase58(value, 64), message);
}

const hashOf = (value) => hashed(encoder.encode(canonical(value)));
const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

/** The issuers that a file of keys names. */
export const issuersOf = (text) =>
  text.split("\n").filter((line) => line.startsWith("issuer ")).map((line) => line.slice(7));

/** Answers the picture of its proof and what the certificate says; throws Wrong. */
export async function checkCertificate({ policy, issuers, bytes, tell }) {
  const { proof, ...bare } = read(bytes);
  const subject = bare.credentialSubject;
  const log = Array.isArray(proof) ? proof[proof.length - 1] : null;
  need(log?.type === "TlogProof" && proof.length > 1 && subject, "no-certificate");
  const issuer = bare.issuer?.id;
  need(typeof issuer === "string" && issuers.includes(issuer), "issuer-unknown");
  const older = proof.slice(0, -2);
  const { proofValue, ...options } = proof[proof.length - 2];
  const document = older.length ? { ...bare, proof: older } : bare;
  const message = joined(await hashOf(options), await hashOf(document));
  const good = await signedBy(issuer, message, proofValue);
  need(good && options.cryptosuite === SUITE, "issuer-signature");
  tell("issued-by", { key: issuer.slice(8) });
  need(Object.keys(log).sort().join() === "leaf,proof,type", "leaf-other");
  await checkLeaf(bare, subject, log.leaf);
  tell("committed", { number: subject.number });
  const found = await checkProof({
    policy, proof: encoder.encode(log.proof), leaf: encoder.encode(log.leaf), tell,
  });
  return { ...found, subject };
}

async function checkLeaf(bare, subject, text) {
  need(typeof text === "string" && typeof subject.salt === "string", "leaf-other");
  const leaf = read(encoder.encode(text));
  const salted = joined(fromHex(subject.salt), encoder.encode(canonical(bare)));
  const { slices, ...told } = leaf;
  const own = {
    v: 1, t: "retire", number: subject.number, at: bare.validFrom, cert: hex(await hashed(salted)),
  };
  need(canonical(told) === canonical(own), "leaf-other");
  need(Array.isArray(slices) && Array.isArray(subject.retired), "leaf-numbers");
  const order = (one, other) => one[0] - other[0];
  const ranges = subject.retired.map((line) => [line.first, line.last]).sort(order);
  const retired = slices.map((slice) => slice.slice(0, 2)).sort(order);
  const kg = ranges.reduce((sum, [first, last]) => sum + Math.max(0, last - first + 1), 0);
  need(canonical(ranges) === canonical(retired) && subject.kg === kg, "leaf-numbers");
}
