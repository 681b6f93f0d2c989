// The page /verify: takes what is asked, lets verify-log.js check it, and says line by line what was
// done. Nothing leaves the browser but requests for the log's own files.
"use strict";
import { checkCertificate, issuersOf } from "./verify-certificate.js";
import { checkLog, checkProof, hex, readPolicy, Wrong } from "./verify-log.js";

const page = document.querySelector("[data-verify]");
const base = page.dataset.log;
const verdict = page.querySelector("[data-verdict]");
const list = page.querySelector("[data-steps]");
const figure = page.querySelector("[data-tree]");
const policyField = page.querySelector("#policy");
const encoder = new TextEncoder();
// Files are kept as bytes: a text field would change their line ends.
const files = new Map();

const fallback = (code) => document.querySelector(`[data-word="${CSS.escape(code)}"]`);
function word(code, facts = {}) {
  const found = fallback(code);
  if (!found) return code;
  return found.textContent.replace(/\{(\w+)\}/g, (all, name) => facts[name] ?? all);
}

const whole = (value) => Number(value).toLocaleString("en-US");
function shown(code, facts) {
  const told = { ...facts };
  for (const name of ["size", "bytes", "added", "days", "deeds", "points", "done"]) {
    if (name in told) told[name] = whole(told[name]);
  }
  if ("mg" in told) {
    const grams = BigInt(Math.abs(told.mg)) / 1000n;
    const rest = String(grams % 1000n).padStart(3, "0");
    told.kg = `${told.mg < 0 ? "\u2212" : ""}${whole(grams / 1000n)}.${rest}`;
  }
  if ("time" in told) {
    told.time = new Date(told.time * 1000).toLocaleString(document.documentElement.lang);
  }
  return word(code, told);
}

function line(text, kind) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  list.append(item);
  return item;
}

function tell(code, facts) {
  const silent = code === "witnessed" && facts.count === 0;
  line(shown(silent ? "unwitnessed" : code, facts), "ok");
}

function say(kind, title, text = "") {
  const note = document.createElement("p");
  note.className = `note ${kind}`;
  const strong = document.createElement("b");
  strong.textContent = title;
  note.append(strong, text);
  verdict.replaceChildren(note);
}

async function fetched(name, whole = false) {
  let answer;
  try {
    answer = await fetch(whole ? name : base + name, { cache: name.startsWith("tile/") ? "default" : "no-store" });
  } catch (error) {
    if (error instanceof TypeError) {
      throw new Wrong("not-fetched", { name, why: word("offline") });
    }
    throw error;
  }
  if (!answer.ok) throw new Wrong("not-fetched", { name, why: answer.status });
  return new Uint8Array(await answer.arrayBuffer());
}

// The log's policy with the issuers of certificates; without them where none was ever issued.
async function ownKeys() {
  try {
    return await fetched(page.dataset.keys, true);
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return fetched("policy");
  }
}

async function policyInUse() {
  if (!policyField.value.trim()) {
    policyField.value = new TextDecoder().decode(await ownKeys());
  }
  const policy = await readPolicy(policyField.value);
  tell("policy", { logs: policy.logs.length, witnesses: policy.witnesses.size });
  return policy;
}

function given(name) {
  const field = page.querySelector(`#${name}`);
  const file = files.get(name);
  if (file && file.text === field.value) return file.bytes;
  // A pasted text lost the last line end, or gained others; both files are written in one way only.
  const text = field.value.replaceAll("\r\n", "\n");
  const proof = name === "proof" && !text.endsWith("\n") ? `${text}\n` : text;
  return encoder.encode(name === "leaf" ? proof.replace(/\n$/, "") : proof);
}

const checks = {
  async day(form) {
    const policy = await policyInUse();
    const doing = line("", "doing");
    const progress = (done, size) => { doing.textContent = shown("progress", { done, size }); };
    const kept = (code, facts) => {
      doing.remove();
      tell(code, facts);
      if (code === "witnessed") list.append(doing);
    };
    const day = form.elements.day.value;
    try {
      return await checkLog({ policy, fetched, day, tell: kept, progress });
    } finally {
      doing.remove();
    }
  },
  async certificate() {
    const policy = await policyInUse();
    const issuers = issuersOf(policyField.value);
    const found = await checkCertificate({ policy, issuers, bytes: given("certificate"), tell });
    const { number, kg, beneficiary, purpose } = found.subject;
    const chinese = document.documentElement.lang.startsWith("zh");
    const who = chinese ? beneficiary.zh : beneficiary.en;
    tell("certified", { number, retired: whole(kg), who, why: chinese ? purpose.zh : purpose.en });
    return found;
  },
  async proof() {
    const policy = await policyInUse();
    return checkProof({ policy, proof: given("proof"), leaf: given("leaf"), tell });
  },
  async index(form) {
    const policy = await policyInUse();
    const index = String(Number(form.elements.index.value));
    const [proof, leaf] = await Promise.all([fetched(`proof/${index}`), fetched(`leaf/${index}`)]);
    for (const [name, bytes] of [["proof", proof], ["leaf", leaf]]) keep(name, bytes);
    return checkProof({ policy, proof, leaf, tell });
  },
};

async function check(form) {
  list.replaceChildren();
  figure.hidden = true;
  say("", word("working"));
  try {
    if (!globalThis.crypto?.subtle) throw new Wrong("no-crypto");
    const found = await checks[form.dataset.check](form);
    draw(found);
    say("ok", word("valid"), list.lastElementChild.textContent);
  } catch (error) {
    if (!(error instanceof Wrong)) {
      say("no", word("invalid"), String(error));
      throw error;
    }
    const missing = error.code === "not-fetched" && error.facts.name === "policy";
    const text = missing ? word("no-policy") : shown(error.code, error.facts);
    line(text, "no");
    say("no", word("invalid"), text);
  }
}

// The picture: own nodes on one line that climbs, the given ones beside it.
function drawn(parent, name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function draw({ index, start, steps }) {
  const rise = 44;
  const height = steps.length * rise + 80;
  const label = word("picture", { index, steps: steps.length });
  const holder = page.querySelector("[data-picture]");
  holder.replaceChildren();
  const svg = drawn(holder, "svg", { viewBox: `0 0 640 ${height}`, role: "img", "aria-label": label });
  let [x, y] = [320, height - 40];
  const nodes = [[x, y, hex(start), false]];
  for (const { left, other, node } of steps) {
    const side = left ? -150 : 150;
    const above = [x + side / 2 > 440 || x + side / 2 < 200 ? x : x + side / 6, y - rise];
    drawn(svg, "line", { x1: x, y1: y, x2: above[0], y2: above[1], class: "link" });
    drawn(svg, "line", { x1: x + side, y1: y, x2: above[0], y2: above[1], class: "link" });
    drawn(svg, "circle", { cx: x + side, cy: y, r: 6, class: "other" });
    const anchor = left ? "end" : "start";
    const at = { x: x + side + (left ? -12 : 12), y: y + 4, "text-anchor": anchor };
    drawn(svg, "text", at, hex(other).slice(0, 8));
    [x, y] = above;
    nodes.push([x, y, hex(node), true]);
  }
  nodes.forEach(([cx, cy], place) => {
    const top = place === nodes.length - 1;
    drawn(svg, "circle", { cx, cy, r: top ? 10 : 7, class: top ? "top-node" : "own" });
  });
  const last = nodes[nodes.length - 1];
  const root = { x: last[0], y: last[1] - 18, "text-anchor": "middle", class: "said" };
  drawn(svg, "text", root, `${word("root-label")} ${last[2].slice(0, 8)}`);
  const below = { x: nodes[0][0], y: nodes[0][1] + 26, "text-anchor": "middle", class: "said" };
  drawn(svg, "text", below, `${word("leaf-label")} ${index} · ${nodes[0][2].slice(0, 8)}`);
  const path = page.querySelector("[data-path]");
  path.replaceChildren();
  for (const { other, node } of steps) {
    const item = document.createElement("li");
    item.textContent = `${word("given")} ${hex(other)} → ${word("computed")} ${hex(node)}`;
    path.append(item);
  }
  figure.hidden = false;
}

function keep(name, bytes) {
  const field = page.querySelector(`#${name}`);
  field.value = new TextDecoder().decode(bytes);
  files.set(name, { bytes, text: field.value });
}

for (const form of page.querySelectorAll("form[data-check]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    check(form);
  });
}
for (const picker of page.querySelectorAll("[data-file]")) {
  picker.addEventListener("change", async () => {
    const [file] = picker.files;
    if (file) keep(picker.dataset.file, new Uint8Array(await file.arrayBuffer()));
    // The same file chosen again may have been changed meanwhile.
    picker.value = "";
  });
}
for (const zone of page.querySelectorAll("[data-drop]")) {
  const over = (event) => {
    event.preventDefault();
    zone.classList.add("over");
  };
  zone.addEventListener("dragenter", over);
  zone.addEventListener("dragover", over);
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const [file] = event.dataTransfer.files;
    if (file) keep(zone.dataset.drop, new Uint8Array(await file.arrayBuffer()));
  });
}

page.hidden = false;
// The keys are fetched at once, so that a proof can be checked after the line is cut.
ownKeys().then(
  (bytes) => {
    if (!policyField.value) policyField.value = new TextDecoder().decode(bytes);
  },
  (error) => {
    if (!(error instanceof Wrong)) throw error;
  },
);
const asked = new URLSearchParams(location.search).get("index");
if (asked !== null && /^[0-9]{1,12}$/.test(asked)) {
  const form = page.querySelector('form[data-check="index"]');
  form.elements.index.value = asked;
  check(form);
}
