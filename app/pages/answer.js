// Answering an invitation and naming representatives, with the link from the mail.
import {
  Problem, byId, call, during, fill, inLanguage, make, moment, note, say, tell, tokenOfLink,
  translate,
} from "./common.js";

const KEPT = "secretariat.invitation";
let session = null;

translate();
byId("open").addEventListener("click", (event) => during(event.target, open));
byId("renew").addEventListener("click", (event) => during(event.target, renew));
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

async function exchange(link) {
  try {
    session = { link, ...(await call("POST", "links/exchange", { body: { token: link } })) };
  } catch (problem) {
    byId("renew").hidden = !(problem instanceof Problem && problem.slug === "link-spent");
    throw problem;
  }
  sessionStorage.setItem(KEPT, JSON.stringify(session));
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
    [say("when"), `${moment(meeting.starts_at, meeting.timezone)}, ${meeting.timezone}`],
    [say("ends"), `${moment(meeting.ends_at, meeting.timezone)}, ${meeting.timezone}`],
    [say("when_here"), moment(meeting.starts_at)],
    [say("seats"), `${invitation.seats_taken} / ${invitation.seat_quota}`],
    [say("deadline"), meeting.registration_closes_at && moment(meeting.registration_closes_at)],
    [say("status"), say(invitation.status)],
  ]);
  byId("note").value = invitation.answer_note ?? "";
  for (const choice of document.querySelectorAll("input[name=answer]")) {
    choice.checked = choice.value === invitation.status;
  }
  showPeople(people.filter((each) => ["confirmed", "waiting"].includes(each.status)));
}

function showPeople(people) {
  byId("nobody").hidden = people.length > 0;
  byId("people").replaceChildren(
    ...people.map((each) => {
      const row = make("li", "");
      const words = `${each.person.name}, ${say(each.role)}: ${say(each.status)}`;
      row.append(make("span", words, { dir: "auto" }));
      const button = make("button", say("withdraw"), {
        type: "button",
        class: "small",
        "aria-label": `${say("withdraw")}: ${each.person.name}`,
      });
      button.addEventListener("click", () => during(button, () => withdraw(each)));
      row.append(button);
      return row;
    }),
  );
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
  note(say(made.status === "waiting" ? "listed" : "registered"));
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
