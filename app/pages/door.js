// The door of pages whose link works once: exchange it, prove the mailbox, get a fresh one.
import { Problem, byId, call, during, note, say, tell, tokenOfLink } from "./common.js";

/**
 * Wires the elements of the door. `name` is what the session is kept under; `show` fills the page
 * with what the session may see.
 */
export function doorTo(name, show) {
  const door = { session: null };

  /** The session outlives a reload of this tab, as the link itself works once. */
  function kept() {
    const found = JSON.parse(sessionStorage.getItem(name) ?? "null");
    return found !== null && (!tokenOfLink() || found.link === tokenOfLink()) ? found : null;
  }

  async function open() {
    door.session = kept();
    if (door.session === null || !(await resumed())) {
      await exchange(tokenOfLink());
      await show();
    }
    byId("door").hidden = true;
    byId("inside").hidden = false;
  }

  async function resumed() {
    try {
      await show();
    } catch (problem) {
      if (!(problem instanceof Problem && problem.slug === "not-authenticated")) throw problem;
      sessionStorage.removeItem(name);
      return false;
    }
    return true;
  }

  /** Gives the code that was typed, if one was asked for. */
  async function exchange(link) {
    const code = byId("proof").hidden ? null : byId("code").value.trim() || null;
    try {
      const made = await call("POST", "links/exchange", { body: { token: link, code } });
      door.session = { link, ...made };
    } catch (problem) {
      const slug = problem instanceof Problem ? problem.slug : "";
      const bound = slug === "link-code-needed" || slug === "link-code-wrong";
      byId("renew").hidden = slug !== "link-spent";
      byId("proof").hidden = !bound;
      byId("open").hidden = bound;
      byId("code").value = "";
      throw bound ? new Problem({ detail: say(slug.replaceAll("-", "_")) }) : problem;
    }
    sessionStorage.setItem(name, JSON.stringify(door.session));
  }

  async function another() {
    byId("code").value = "";
    await open();
  }

  async function renew() {
    const answer = await call("POST", "links/renew", { body: { token: tokenOfLink() } });
    byId("renew").hidden = true;
    tell(null);
    note(answer.detail);
  }

  byId("open").addEventListener("click", (event) => during(event.target, open));
  byId("proof").addEventListener("submit", (event) => submit(event, open));
  byId("another").addEventListener("click", (event) => during(event.target, another));
  byId("renew").addEventListener("click", (event) => during(event.target, renew));
  if (!tokenOfLink() && !kept()) {
    byId("open").hidden = true;
    note(say("no_link"));
  }
  return door;
}

export function submit(event, action) {
  event.preventDefault();
  return during(event.target.querySelector("button"), action);
}
