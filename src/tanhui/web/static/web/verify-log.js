// Checks the public log in the reader's own browser: the same steps as verify/tanhui_verify.py, with
// SHA-256 and Ed25519 from WebCrypto. It knows no page; what it does, it tells to whoever asks.
"use strict";

/** What was found to be wrong: `code` names a sentence of the page, `facts` fill it. */
export class Wrong extends Error {
  constructor(code, facts = {}) {
    super(code);
    this.code = code;
    this.facts = facts;
  }
}

export function need(condition, code, facts) {
  if (!condition) throw new Wrong(code, facts);
}

const encoder = new TextEncoder();
const NODE = Uint8Array.of(1);
const LEAF = Uint8Array.of(0);
const TOLD = ["deeds", "mg", "points"];

export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export function same(one, other) {
  return one.length === other.length && one.every((byte, place) => byte === other[place]);
}

export function joined(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export async function hashed(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
}

// Whatever is decoded is encoded again and compared: nothing may be written in two ways.
export function words(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Wrong("malformed", { what: "UTF-8" });
    throw error;
  }
}

function unbase64(text) {
  const malformed = new Wrong("malformed", { what: text.slice(0, 40) });
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) throw malformed;
  const binary = atob(text);
  if (btoa(binary) !== text) throw malformed;
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function whole(text) {
  need(/^(0|[1-9][0-9]{0,14})$/.test(text), "malformed", { what: text.slice(0, 40) });
  return Number(text);
}

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function readLeaf(bytes, index) {
  const text = words(bytes);
  let leaf;
  try {
    leaf = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Wrong("leaf-malformed", { index });
    throw error;
  }
  need(canonical(leaf) === text, "leaf-malformed", { index });
  return leaf;
}

// The tree.
export async function rootOf(row) {
  if (row.length === 0) return hashed();
  while (row.length > 1) {
    const above = [];
    for (let at = 0; at + 1 < row.length; at += 2) above.push(hashed(NODE, row[at], row[at + 1]));
    const odd = row.length % 2 ? [row[row.length - 1]] : [];
    row = [...(await Promise.all(above)), ...odd];
  }
  return row[0];
}

/** From one leaf's hash to the root; every step is kept for the picture. */
export async function climb(index, size, leaf, path) {
  need(index < size, "beyond", { index, size });
  let [place, last, node] = [index, size - 1, leaf];
  const steps = [];
  for (const other of path) {
    need(last > 0, "path");
    const left = place % 2 === 1 || place === last;
    node = await (left ? hashed(NODE, other, node) : hashed(NODE, node, other));
    steps.push({ left, other, node });
    while (left && place % 2 === 0 && place > 0) {
      place = Math.floor(place / 2);
      last = Math.floor(last / 2);
    }
    place = Math.floor(place / 2);
    last = Math.floor(last / 2);
  }
  need(last === 0, "path");
  return { root: node, steps };
}

/** The path of one leaf in a tree whose hashes are all there. */
export async function pathOf(index, row) {
  const path = [];
  while (row.length > 1) {
    const other = index % 2 ? index - 1 : index + 1;
    if (other < row.length) path.push(row[other]);
    const above = [];
    for (let at = 0; at < row.length; at += 2) {
      above.push(at + 1 < row.length ? hashed(NODE, row[at], row[at + 1]) : row[at]);
    }
    row = await Promise.all(above);
    index = Math.floor(index / 2);
  }
  return path;
}

// Who signs, and how many witnesses are enough.
async function readKey(vkey, kind) {
  const [name, id, ...rest] = vkey.split("+");
  const raw = unbase64(rest.join("+"));
  const own = hex((await hashed(encoder.encode(`${name}\n`), raw)).slice(0, 4));
  need(raw.length === 33 && raw[0] === kind && own === id, "policy-key", { name });
  let key;
  try {
    key = await crypto.subtle.importKey("raw", raw.slice(1), { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "NotSupportedError") throw new Wrong("no-ed25519");
    throw new Wrong("policy-key", { name });
  }
  return { name, id, kind, key };
}

async function holds(key, body, value) {
  let signature = value;
  let signed = body;
  if (key.kind === 4) {
    if (value.length < 8) return false;
    const time = new DataView(value.buffer, value.byteOffset).getBigUint64(0);
    signature = value.slice(8);
    signed = joined(encoder.encode(`cosignature/v1\ntime ${time}\n`), body);
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key.key, signature, signed);
}

export async function readPolicy(text) {
  const policy = { logs: [], witnesses: new Map(), groups: [], quorum: null };
  const known = new Set(["none"]);
  const free = new Set();
  for (const line of text.split("\n")) {
    const [kind, ...rest] = line.split(/[ \t]+/).filter((word) => word);
    if (kind === undefined || kind.startsWith("#")) continue;
    // Who signs certificates, and who verifies: other checks ask for them.
    if ((kind === "issuer" || kind === "verifier") && rest.length === 1) continue;
    const [name] = rest;
    if (kind === "log" && rest.length) {
      policy.logs.push(await readKey(name, 1));
    } else if (kind === "witness" && rest.length > 1 && !known.has(name)) {
      policy.witnesses.set(name, await readKey(rest[1], 4));
      free.add(name);
    } else if (kind === "group" && rest.length > 2 && !known.has(name)) {
      const members = rest.slice(2);
      const least = { any: 1, all: members.length }[rest[1]] ?? whole(rest[1]);
      for (const member of members) need(free.delete(member), "policy-line", { line });
      need(least >= 1 && least <= members.length, "policy-line", { line });
      policy.groups.push({ name, least, members });
      free.add(name);
    } else if (kind === "quorum" && rest.length === 1 && known.has(name) && !policy.quorum) {
      policy.quorum = name;
    } else {
      throw new Wrong("policy-line", { line: line.slice(0, 60) });
    }
    if (kind === "witness" || kind === "group") known.add(name);
  }
  need(policy.quorum && policy.logs.length, "policy-line", { line: "quorum" });
  return policy;
}

function quorumMet(policy, seen) {
  const met = new Map([["none", true]]);
  for (const name of policy.witnesses.keys()) met.set(name, seen.has(name));
  for (const { name, least, members } of policy.groups) {
    met.set(name, members.filter((member) => met.get(member)).length >= least);
  }
  return met.get(policy.quorum);
}

/** A checkpoint that the log signed and enough witnesses saw: its size and root, and who they are. */
export async function openCheckpoint(bytes, policy) {
  const text = words(bytes);
  const cut = text.lastIndexOf("\n\n");
  need(cut > 0 && text.endsWith("\n"), "signatures");
  const head = text.slice(0, cut + 1);
  const body = encoder.encode(head);
  const [origin, size, root] = head.split("\n");
  let logged = "";
  const seen = new Map();
  for (const line of text.slice(cut + 2, -1).split("\n").filter((each) => each)) {
    const [mark, name, blob, ...more] = line.split(" ");
    need(mark === "\u2014" && blob && !more.length, "signatures");
    const raw = unbase64(blob);
    const value = raw.slice(4);
    for (const [witness, key] of [...policy.logs.map((log) => ["", log]), ...policy.witnesses]) {
      const own = key.name === name && key.id === hex(raw.slice(0, 4));
      // Others may sign too; whoever is known signs under the own name only.
      need((await holds(key, body, value)) === own, "signature", { name: key.name });
      if (own && witness) {
        seen.set(witness, { name, time: Number(new DataView(value.buffer).getBigUint64(0)) });
      } else if (own && key.name === origin) {
        logged = name;
      }
    }
  }
  need(logged, "unsigned");
  need(quorumMet(policy, seen), "witnesses", { seen: seen.size, all: policy.witnesses.size });
  return { origin, size: whole(size), root: unbase64(root), seen: [...seen.values()] };
}

// A proof of one leaf.
export async function checkProof({ policy, proof, leaf, tell }) {
  const text = words(proof);
  const cut = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(cut, 0)).split("\n");
  need(lines[0] === "c2sp.org/tlog-proof@v1" && (lines[1] ?? "").startsWith("index "), "no-proof");
  const index = whole(lines[1].slice(6));
  const path = lines.slice(2).map(unbase64);
  tell("read-proof", { index, steps: path.length });
  const checkpoint = await openCheckpoint(encoder.encode(text.slice(cut + 2)), policy);
  tellCheckpoint(checkpoint, tell);
  const start = await hashed(LEAF, leaf);
  tell("hashed-leaf", { bytes: leaf.length, hash: hex(start) });
  const { root, steps } = await climb(index, checkpoint.size, start, path);
  need(same(root, checkpoint.root), "not-there", { index });
  tell("climbed", { steps: steps.length, root: hex(root) });
  return { index, size: checkpoint.size, start, steps, root };
}

function tellCheckpoint(checkpoint, tell) {
  tell("signed", { origin: checkpoint.origin, size: checkpoint.size });
  const names = checkpoint.seen.map((one) => one.name).join("，");
  const newest = Math.max(0, ...checkpoint.seen.map((one) => one.time));
  tell("witnessed", { count: checkpoint.seen.length, names, time: newest });
}

// The whole log.
export function tileName(level, n, width) {
  let digits = String(n);
  while (digits.length % 3) digits = `0${digits}`;
  const groups = digits.replace(/(...)(?=.)/g, "x$1/");
  return `tile/${level}/${groups}${width < 256 ? `.p/${width}` : ""}`;
}

async function entries(fetched, size, progress) {
  const leaves = [];
  for (let first = 0; first < size; first += 256) {
    const width = Math.min(256, size - first);
    const name = tileName("entries", first / 256, width);
    const bundle = await fetched(name);
    let at = 0;
    while (at + 2 <= bundle.length) {
      const end = at + 2 + bundle[at] * 256 + bundle[at + 1];
      leaves.push(bundle.subarray(at + 2, end));
      at = end;
    }
    need(at === bundle.length && leaves.length === first + width, "bundle", { name });
    progress(leaves.length, size);
  }
  return leaves;
}

/** Every statement of a day must be the sum of all that stands before it in the log. */
export function replay(leaves) {
  const sums = new Map();
  const stated = new Map();
  let added = 0;
  const add = (key, row) => {
    const sum = sums.get(key) ?? [0, 0, 0];
    sums.set(key, sum.map((value, place) => value + row[place + 2]));
  };
  leaves.forEach((bytes, index) => {
    const leaf = readLeaf(bytes, index);
    if (leaf?.t === "sums") {
      need(leaf.v === 1 && Array.isArray(leaf.sums), "leaf-unknown", { index });
      for (const row of leaf.sums) {
        const kinds = Array.isArray(row) ? row.map((one) => typeof one).join() : "";
        const fits = kinds === "string,string,number,number,number";
        need(fits && row.slice(2).every(Number.isSafeInteger), "leaf-unknown", { index });
        for (const key of [JSON.stringify(row.slice(0, 2)), `day ${row[0]}`, "all"]) add(key, row);
      }
      added += 1;
    } else if (leaf?.t === "totals") {
      const known = leaf.v === 1 && Array.isArray(leaf.scenes) && typeof leaf.day === "string";
      need(known && leaf.all, "leaf-unknown", { index });
      const cells = [...sums].filter(([key]) => key.startsWith(`[${JSON.stringify(leaf.day)},`));
      const rows = cells.map(([key, sum]) => [JSON.parse(key)[1], ...sum]);
      const wanted = rows.filter((row) => row.slice(1).some((value) => value !== 0));
      const zero = [0, 0, 0];
      const agree = (one, other) => canonical(one) === canonical(other ?? zero);
      const scenes = [leaf.scenes, wanted].map((each) => each.map(canonical).sort());
      const ofDay = agree(TOLD.map((name) => leaf[name]), sums.get(`day ${leaf.day}`));
      const inAll = agree(TOLD.map((name) => leaf.all[name]), sums.get("all"));
      need(ofDay && inAll && agree(...scenes), "totals", { index, day: leaf.day });
      stated.set(leaf.day, { index, leaf });
    }
  });
  return { stated, added };
}

/** Reads the whole log behind `fetched(path)`; answers the statement of `day` and its path. */
export async function checkLog({ policy, fetched, day, tell, progress = () => {} }) {
  const checkpoint = await openCheckpoint(await fetched("checkpoint"), policy);
  tellCheckpoint(checkpoint, tell);
  const leaves = await entries(fetched, checkpoint.size, progress);
  tell("fetched", { size: leaves.length, bytes: leaves.reduce((all, leaf) => all + leaf.length, 0) });
  const row = [];
  for (let at = 0; at < leaves.length; at += 256) {
    const part = leaves.slice(at, at + 256).map((leaf) => hashed(LEAF, leaf));
    row.push(...(await Promise.all(part)));
  }
  need(same(await rootOf(row), checkpoint.root), "root");
  tell("rooted", { root: hex(checkpoint.root) });
  const { stated, added } = replay(leaves);
  tell("replayed", { added, days: stated.size });
  need(stated.size, "no-days");
  const found = stated.get(day);
  need(found, "no-day", { day, last: [...stated.keys()].sort().pop() });
  const { index, leaf } = found;
  tell("stated", { day, index, deeds: leaf.deeds, mg: leaf.mg, points: leaf.points });
  const { root, steps } = await climb(index, row.length, row[index], await pathOf(index, row));
  need(same(root, checkpoint.root), "root");
  return { index, size: row.length, start: row[index], steps, root, leaf };
}
