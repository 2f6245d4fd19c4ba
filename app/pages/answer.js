// Answering an invitation and naming representatives, with the link from the mail.
import {
  Problem, byId, call, during, fill, inLanguage, make, moment, note, save, say, sayOf, tell,
  tokenOfLink, translate,
} from "./common.js";

const KEPT = "secretariat.invitation";
let session = null;

translate();
byId("open").addEventListener("click", (event) => during(event.target, open));
byId("proof").addEventListener("submit", (event) => submit(event, open));
byId("another").addEventListener("click", (event) => during(event.target, another));
byId("renew").addEventListener("click", (event) => during(event.target, renew));
byId("letter").addEventListener("click", (event) => during(event.target, letter));
byId("answer").addEventListener("submit", (event) => submit(event, answer));
byId("register").addEventListener("submit", (event) => submit(event, register));
if (!tokenOfLink() && !kept()) {
  byId("open").hidden = true;
  note(say("no_link"));
}

function submit(event, action) {
  event.preventDefault();
  return during(event.target.querySelector("button"), action);
}

/** The session outlives a reload of this tab, as the link itself works once. */
function kept() {
  const found = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  return found !== null && (!tokenOfLink() || found.link === tokenOfLink()) ? found : null;
}

async function open() {
  session = kept();
  if (session === null || !(await resumed())) {
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
    sessionStorage.removeItem(KEPT);
    return false;
  }
  return true;
}

/** Gives the code that was typed, if one was asked for. */
async function exchange(link) {
  const code = byId("proof").hidden ? null : byId("code").value.trim() || null;
  try {
    session = { link, ...(await call("POST", "links/exchange", { body: { token: link, code } })) };
  } catch (problem) {
    const slug = problem instanceof Problem ? problem.slug : "";
    const bound = slug === "link-code-needed" || slug === "link-code-wrong";
    byId("renew").hidden = slug !== "link-spent";
    byId("proof").hidden = !bound;
    byId("open").hidden = bound;
    byId("code").value = "";
    throw bound ? new Problem({ detail: say(slug.replaceAll("-", "_")) }) : problem;
  }
  sessionStorage.setItem(KEPT, JSON.stringify(session));
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

async function show() {
  const [meeting, invitation, people] = await Promise.all([
    inSession("GET", ""),
    inSession("GET", `/invitations/${session.invitation_id}`),
    listPeople(),
  ]);
  byId("title").textContent = inLanguage(meeting.title);
  document.title = inLanguage(meeting.title);
  fill(byId("facts"), [
    [say("entity"), inLanguage(invitation.entity.name)],
    [say("when"), momentThere(meeting.starts_at, meeting)],
    [say("ends"), momentThere(meeting.ends_at, meeting)],
    [say("when_here"), moment(meeting.starts_at)],
    [say("seats"), seatsOf(invitation)],
    [say("deadline"), meeting.registration_closes_at && moment(meeting.registration_closes_at)],
    [say("status"), say(invitation.status)],
  ]);
  byId("note").value = invitation.answer_note ?? "";
  for (const choice of document.querySelectorAll("input[name=answer]")) {
    choice.checked = choice.value === invitation.status;
  }
  showPeople(people.filter((each) => SHOWN.includes(each.status)));
}

const SHOWN = ["confirmed", "offered", "waiting", "pending"];

function momentThere(instant, meeting) {
  return `${moment(instant, meeting.timezone)} (${meeting.timezone})`;
}

/** Of the entity's own quota, else of the pool that it shares. */
function seatsOf({ pool, seat_quota: quota, seats_taken: taken }) {
  if (quota !== null) {
    return `${taken} / ${quota}`;
  }
  return `${taken} (${pool.name}: ${pool.seats_taken} / ${pool.seats})`;
}

function stateOf(registration) {
  return registration.status === "offered"
    ? sayOf("offered_until", { until: moment(registration.offer_ends_at) })
    : say(registration.status);
}

function showPeople(people) {
  byId("nobody").hidden = people.length > 0;
  byId("people").replaceChildren(
    ...people.map((each) => {
      const row = make("li", "");
      const told = { name: each.person.name, role: say(each.role), status: stateOf(each) };
      const words = sayOf("person_line", told);
      row.append(make("span", words, { dir: "auto" }));
      if (each.status === "offered") {
        row.append(action("accept_offer", each, accept));
      }
      row.append(action("withdraw", each, withdraw));
      return row;
    }),
  );
}

function action(word, registration, act) {
  const button = make("button", say(word), {
    type: "button",
    class: "small",
    "aria-label": `${say(word)}: ${registration.person.name}`,
  });
  button.addEventListener("click", () => during(button, () => act(registration)));
  return button;
}

function letter() {
  const path = `meetings/${session.meeting_id}/invitations/${session.invitation_id}/letter.pdf`;
  return save(path, "letter.pdf", session.token);
}

async function answer() {
  const chosen = document.querySelector("input[name=answer]:checked");
  const words = byId("note").value.trim();
  await inSession("POST", `/invitations/${session.invitation_id}/answer`, {
    answer: chosen.value,
    note: words || null,
  });
  await show();
  note(say("answered"));
}

async function register() {
  const made = await inSession("POST", "/registrations", {
    person: {
      name: byId("name").value,
      email: byId("email").value,
      job_title: byId("job").value || null,
    },
    role: byId("role").value,
  });
  byId("register").reset();
  await show();
  const told = { waiting: "listed", pending: "asked" };
  note(say(told[made.status] ?? "registered"));
}

async function accept(registration) {
  await inSession("POST", `/registrations/${registration.id}/accept-offer`);
  await show();
  note(say("offer_accepted"));
}

async function withdraw(registration) {
  await inSession("POST", `/registrations/${registration.id}/withdraw`);
  await show();
  note(say("withdrawn"));
}

async function listPeople() {
  const people = [];
  let cursor = "";
  do {
    const page = await inSession("GET", `/registrations?limit=200${cursor}`);
    people.push(...page.items);
    cursor = page.next_cursor ? `&cursor=${encodeURIComponent(page.next_cursor)}` : null;
  } while (cursor !== null);
  return people;
}

function inSession(method, path, body) {
  return call(method, `meetings/${session.meeting_id}${path}`, { body, bearer: session.token });
}
