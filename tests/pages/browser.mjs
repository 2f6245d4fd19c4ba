// A browser as small as these pages need: elements, text, events, fetch. It runs a page's script
// against a server, does what it is told and prints what can then be read on the page.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { folder, page, html, address, language, session, steps } = JSON.parse(readFileSync(0, "utf8"));
const VOID = new Set(["meta", "link", "input", "br"]);

class Element {
  constructor(tag, attributes = {}) {
    Object.assign(this, { tag, attributes, children: [], parent: null, listeners: {} });
    this.value = attributes.value ?? "";
    this.checked = false;
    this.disabled = false;
    this.dataset = { text: attributes["data-text"] };
  }
  get hidden() { return "hidden" in this.attributes; }
  set hidden(on) { if (on) this.attributes.hidden = ""; else delete this.attributes.hidden; }
  get textContent() {
    return this.children.map((c) => (typeof c === "string" ? c : c.textContent)).join("");
  }
  set textContent(text) { this.children = text === "" ? [] : [String(text)]; }
  set innerHTML(_) { throw new Error("markup from text"); }
  setAttribute(name, value) { this.attributes[name] = value; }
  append(...nodes) {
    for (const node of nodes) {
      if (typeof node !== "string") node.parent = this;
      this.children.push(node);
    }
  }
  replaceChildren(...nodes) { this.children = []; this.append(...nodes); }
  click() { downloads.push(this.attributes); }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  reset() {
    for (const input of this.all((e) => e.tag === "input")) {
      Object.assign(input, { value: "", checked: false });
    }
  }
  *walk() {
    yield this;
    for (const child of this.children) if (typeof child !== "string") yield* child.walk();
  }
  all(test) { return [...this.walk()].filter(test); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] ?? null; }
  querySelectorAll(selector) { return this.all(matcher(selector)); }
}

function matcher(selector) {
  if (selector === "[data-text]") return (e) => e.dataset.text !== undefined;
  if (selector === "button") return (e) => e.tag === "button";
  const named = selector.match(/^input\[name=(\w+)\](:checked)?$/);
  if (named) {
    const radio = (e) => e.tag === "input" && e.attributes.name === named[1];
    return named[2] ? (e) => radio(e) && e.checked : radio;
  }
  throw new Error(`no such selector here: ${selector}`);
}

function parse(html) {
  const root = new Element("#document");
  let place = root;
  for (const [, end, tag, attributes, text] of html.matchAll(
    /<(\/?)([a-z0-9]+)([^>]*)>|([^<]+)/gi,
  )) {
    if (text !== undefined) place.append(text);
    else if (end) place = place.parent;
    else {
      const found = {};
      for (const [, name, value] of attributes.matchAll(/([a-z-]+)(?:="([^"]*)")?/g)) {
        found[name] = value ?? "";
      }
      const element = new Element(tag, found);
      place.append(element);
      if (!VOID.has(tag)) place = element;
    }
  }
  return root;
}

const root = parse(html.replace(/<!doctype html>/i, ""));
for (const select of root.all((e) => e.tag === "select")) {
  select.value = select.all((e) => e.tag === "option")[0]?.attributes.value ?? "";
}
const called = [];
const downloads = [];
const kept = new Map(Object.entries(session));
const busy = new Set();
const define = (name, value) =>
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
const realFetch = globalThis.fetch;
define("document", {
  baseURI: address.split("#")[0],
  documentElement: root.children.find((c) => c.tag === "html"),
  createElement: (tag) => new Element(tag),
  getElementById: (id) => root.all((e) => e.attributes.id === id)[0] ?? null,
  querySelector: (selector) => root.querySelector(selector),
  querySelectorAll: (selector) => root.querySelectorAll(selector),
});
define("location", new URL(address));
define("navigator", { language });
define("sessionStorage", {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
});
define("fetch", (url, options) => {
  called.push(`${options.method} ${new URL(url).pathname}`);
  const going = realFetch(url, options);
  busy.add(going);
  return going.finally(() => busy.delete(going));
});

await import(pathToFileURL(`${folder}/${page}.js`));
const seen = [visible()];
for (const step of steps) {
  for (const [id, value] of Object.entries(step.set ?? {})) byId(id).value = value;
  for (const id of step.tick ?? []) byId(id).checked = true;
  for (const [id, name] of Object.entries(step.attach ?? {})) {
    byId(id).files = [new File(["%PDF-1.7\n%%EOF\n"], name, { type: "application/pdf" })];
  }
  byId("register")?.listeners.change?.({});
  if (step.choose) {
    const value = (e) => e.attributes.type === "radio" && e.attributes.value === step.choose;
    const { name } = root.all(value)[0].attributes;
    for (const radio of root.querySelectorAll(`input[name=${name}]`)) {
      radio.checked = radio.attributes.value === step.choose;
    }
  }
  const name = step.press ? "click" : "submit";
  if (step.press || step.submit) {
    const target = step.press ? button(step.press) : byId(step.submit);
    await target.listeners[name]({ target, preventDefault() {} });
  }
  seen.push(visible());
}
const links = root.all((e) => e.tag === "a").map((e) => e.attributes.href);
const files = await Promise.all(
  downloads.map(async ({ href, download }) => {
    const blob = await realFetch(href).then((answer) => answer.blob());
    return { name: download, type: blob.type, start: (await blob.text()).slice(0, 5) };
  }),
);
const { lang, dir } = document.documentElement;
const result = { seen, called, links, files, lang, dir };
process.stdout.write(JSON.stringify({ ...result, session: Object.fromEntries(kept) }));

function byId(id) {
  return document.getElementById(id);
}

/** By id, or by what it is called on the page. */
function button(name) {
  const label = (e) => e.attributes["aria-label"];
  return byId(name) ?? root.all((e) => e.tag === "button" && label(e) === name)[0];
}

/** Every line of text that is not hidden. */
function visible(element = root.all((e) => e.tag === "main")[0]) {
  if (element.hidden || ["option", "noscript"].includes(element.tag)) return [];
  return element.children.flatMap((child) =>
    typeof child === "string" ? (child.trim() ? [child.trim()] : []) : visible(child),
  );
}
