// Answering an invitation and naming representatives, with the link from the mail.
import {
  byId, call, during, fill, handIn, inLanguage, make, moment, note, save, say, sayOf, translate,
} from "./common.js";
import { doorTo, submit } from "./door.js";
import { answers, refresh, showForm } from "./form.js";

translate();
const door = doorTo("secretariat.invitation", show);
byId("letter").addEventListener("click", (event) => during(event.target, letter));
byId("answer").addEventListener("submit", (event) => submit(event, answer));
byId("register").addEventListener("submit", (event) => submit(event, register));
byId("register").addEventListener("change", refresh);
byId("again").addEventListener("submit", (event) => submit(event, registerAgain));

async function show() {
  const own = `/invitations/${door.session.invitation_id}`;
  const [meeting, form, invitation, people, earlier] = await Promise.all([
    inSession("GET", ""),
    inSession("GET", "/form"),
    inSession("GET", own),
    listPeople(),
    inSession("GET", `${own}/earlier-delegations?limit=20`),
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
  showForm(form);
  byId("note").value = invitation.answer_note ?? "";
  for (const choice of document.querySelectorAll("input[name=answer]")) {
    choice.checked = choice.value === invitation.status;
  }
  showPeople(people.filter((each) => SHOWN.includes(each.status)));
  showEarlier(earlier.items);
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

function showEarlier(delegations) {
  byId("again").hidden = delegations.length === 0;
  byId("earlier").replaceChildren(
    ...delegations.map((each) => {
      const title = inLanguage(each.title);
      const words = sayOf("earlier_line", { title, date: moment(each.starts_at), people: each.people });
      return make("option", words, { value: each.meeting_id });
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
  const path = `meetings/${door.session.meeting_id}/invitations/${door.session.invitation_id}/letter.pdf`;
  return save(path, "letter.pdf", door.session.token);
}

async function answer() {
  const chosen = document.querySelector("input[name=answer]:checked");
  const words = byId("note").value.trim();
  await inSession("POST", `/invitations/${door.session.invitation_id}/answer`, {
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
    answers: await answers(handInFile),
  });
  byId("register").reset();
  await show();
  const told = { waiting: "listed", pending: "asked" };
  note(say(told[made.status] ?? "registered"));
}

/** Each by themselves; whoever has to answer something first is registered with the form above. */
async function registerAgain() {
  const body = { meeting: byId("earlier").value };
  const made = await inSession("POST", "/registrations/copy?mode=rows", body);
  await show();
  const left = made.rows.filter((each) => each.outcome === "refused");
  const names = left.map((each) => each.person.name).join(", ");
  const registered = made.confirmed + made.waiting + made.pending;
  note(sayOf(left.length > 0 ? "again_some" : "again_all", { people: registered, names }));
}

async function accept(registration) {
  await inSession("POST", `/registrations/${registration.id}/accept-offer`);
  await show();
  note(say("offer_accepted"));
}

async function handInFile(file) {
  const path = `meetings/${door.session.meeting_id}/invitations/${door.session.invitation_id}/files`;
  return (await handIn(path, file, door.session.token)).id;
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
  return call(method, `meetings/${door.session.meeting_id}${path}`, { body, bearer: door.session.token });
}
