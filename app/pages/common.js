// What the pages share: words, calls, and text that is never markup.
import { TEXTS } from "./texts.js";

const tags = (navigator.languages ?? [navigator.language]).map((tag) => tag.split("-")[0]);
export const language = tags.find((tag) => Object.hasOwn(TEXTS, tag)) ?? "en";
const FROM_THE_RIGHT = ["ar"];
const DIRECTIONS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

export const byId = (id) => document.getElementById(id);

export function say(key) {
  return TEXTS[language][key] ?? TEXTS.en[key] ?? key;
}

/** The words with values in their places; each keeps its own direction of writing. */
export function sayOf(key, values) {
  const plain = (name) => String(values[name]).replace(DIRECTIONS, "");
  return say(key).replace(/{(\w+)}/g, (_, name) => `\u2068${plain(name)}\u2069`);
}

/** The words of a text that comes in several languages. */
export function inLanguage(text) {
  return text[language] ?? text.en ?? Object.values(text)[0] ?? "";
}

export function translate() {
  document.documentElement.lang = language;
  document.documentElement.dir = FROM_THE_RIGHT.includes(language) ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
}

export function make(name, text, attributes = {}) {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  return element;
}

export function fill(list, facts) {
  list.replaceChildren();
  for (const [label, value] of facts) {
    if (value === null || value === undefined || value === "") continue;
    list.append(make("dt", label));
    const place = make("dd", typeof value === "string" ? value : "", { dir: "auto" });
    if (typeof value !== "string") place.append(value);
    list.append(place);
  }
}

/** A link only where the address is one of the web; anything else stays text. */
export function webLink(address) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return address;
  }
  const safe = url.protocol === "https:" || url.protocol === "http:";
  return safe ? make("a", address, { href: url.href, rel: "noreferrer" }) : address;
}

export class Problem extends Error {
  constructor(document) {
    super(document.detail ?? document.title ?? say("failed"));
    this.slug = (document.type ?? "").split("/").pop();
    this.errors = document.errors ?? [];
  }
}

function send(method, path, { body, file, bearer, accept = "application/json", headers: more } = {}) {
  const headers = { Accept: accept, "Accept-Language": language, ...more };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (file !== undefined) headers["Content-Type"] = file.type;
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  return fetch(new URL(`v1/${path}`, document.baseURI), {
    method,
    headers,
    body: body === undefined ? file : JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
  });
}

export async function call(method, path, options) {
  const answer = await send(method, path, options);
  const content = await read(answer);
  if (!answer.ok) throw new Problem(content);
  return content;
}

/** Sends a file as it is, under its own name. */
export function handIn(path, file, bearer) {
  return call("POST", `${path}?name=${encodeURIComponent(file.name)}`, { file, bearer });
}

/** Lets the browser keep a file that only the bearer, or the holder of a link, may read. */
export async function save(path, name, bearer, headers) {
  const answer = await send("GET", path, { bearer, accept: "*/*", headers });
  if (!answer.ok) throw new Problem(await read(answer));
  const address = URL.createObjectURL(await answer.blob());
  make("a", name, { href: address, download: name }).click();
}

async function read(answer) {
  const text = await answer.text();
  try {
    return text ? JSON.parse(text) : {};
  } catch {
    return {}; // Something between here and the service answered: the status has to do.
  }
}

export function tell(problem) {
  const place = byId("problem");
  place.replaceChildren();
  place.hidden = problem === null;
  if (problem === null) return;
  const words = problem instanceof Problem ? problem.message : say("unreachable");
  place.append(make("p", words));
  for (const error of problem.errors ?? []) {
    place.append(make("p", `${error.pointer}: ${error.detail}`));
  }
}

export function note(words) {
  byId("notice").textContent = words;
  byId("notice").hidden = words === "";
}

/** Runs an action once at a time and shows how it ended. */
export async function during(button, action) {
  button.disabled = true;
  tell(null);
  note("");
  try {
    await action();
  } catch (problem) {
    tell(problem);
  } finally {
    button.disabled = false;
  }
}

/** The token of the link; only this page ever sees it. */
export function tokenOfLink() {
  return decodeURIComponent(location.hash.slice(1));
}

export function moment(instant, timeZone) {
  return new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
    dateStyle: "full",
    timeStyle: "short",
    ...(timeZone ? { timeZone } : {}),
  }).format(new Date(instant));
}
