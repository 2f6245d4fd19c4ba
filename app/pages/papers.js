// The papers that somebody who speaks may read, each language of them with a button that keeps it.
import { byId, call, during, inLanguage, language, make, save, say, sayOf } from "./common.js";

/** The whole list, page by page. */
async function all(path, options) {
  const found = [];
  let cursor = null;
  do {
    const rest = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await call("GET", `${path}?limit=200${rest}`, options);
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return found;
}

/** Of each document what is in force, under its title. */
export async function showPapers(path, { bearer, headers } = {}) {
  const found = await all(path, { bearer, headers });
  byId("reading").hidden = found.length === 0;
  byId("documents").replaceChildren(...found.flatMap((each) => inForce(each).map((r) => line(each, r))));

  function line(paper, { symbol, versions }) {
    const row = make("li", "");
    const title = inLanguage(paper.title);
    row.append(make("span", sayOf("paper_line", { title, symbol }), { dir: "auto" }));
    for (const version of ownFirst(versions)) row.append(keeper(version, symbol));
    return row;
  }

  function keeper({ language: tag, name, size, address }, symbol) {
    if (size === null) return make("span", say("paper_embargoed"), { class: "small" });
    const label = languageName(tag);
    const button = make("button", label, { type: "button", class: "small", lang: language });
    button.setAttribute("aria-label", `${symbol}: ${label}`);
    const own = address.replace("/v1/", "");
    button.addEventListener("click", () => during(button, () => save(own, name, bearer, headers)));
    return button;
  }
}

/** The last that replaces all before it, and what corrects it and adds to it. */
function inForce({ revisions }) {
  const there = revisions.filter((each) => each.versions.length > 0);
  const replaces = ({ kind }) => kind === "original" || kind === "revision";
  return [...there.filter(replaces).slice(-1), ...there.filter((each) => !replaces(each))];
}

function ownFirst(versions) {
  const own = ({ language: tag }) => tag.split("-")[0] === language;
  return [...versions.filter(own), ...versions.filter((each) => !own(each))];
}

function languageName(tag) {
  return new Intl.DisplayNames([language], { type: "language" }).of(tag) ?? tag;
}
