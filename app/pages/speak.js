// A panellist's own page: what is planned, whether they come, and what they say of themselves.
import {
  byId, call, during, fill, inLanguage, language, make, moment, note, save, say, sayOf, translate, webLink,
} from "./common.js";
import { doorTo, submit } from "./door.js";
import { showPapers } from "./papers.js";

let place = null;
let wanted = null;

translate();
const door = doorTo("secretariat.panel", show);
for (const [button, verb, said] of [
  ["confirm", "confirm", "panel_confirmed"],
  ["decline", "decline", "panel_declined"],
  ["leave", "withdraw", "panel_withdrawn"],
]) {
  byId(button).addEventListener("click", (event) => during(event.target, () => answer(verb, said)));
}
byId("calendar").addEventListener("click", (event) => during(event.target, keepEntries));
byId("come").addEventListener("submit", (event) => event.preventDefault());
byId("consent").addEventListener("submit", (event) => submit(event, consent));
byId("about").addEventListener("submit", (event) => submit(event, keep));

async function show() {
  const places = (await inSession("GET", "?limit=200")).items;
  wanted = wanted ?? door.session.panellist_id;
  showPlaces(places);
  showPlace(await inSession("GET", `/${wanted}`));
  await showPapers(`panellists/${wanted}/documents`, { bearer: door.session.token });
}

/** Whoever is on several panels goes from one to the other. */
function showPlaces(places) {
  byId("several").hidden = places.length < 2;
  byId("places").replaceChildren(
    ...places.map((each) => {
      const row = make("li", "");
      const title = inLanguage(each.panel_title);
      const told = { panel: title, status: say(`panel_is_${each.status}`) };
      row.append(make("span", sayOf("place_line", told), { dir: "auto" }));
      const label = { type: "button", class: "small", "aria-label": `${say("open_page")}: ${title}` };
      const button = make("button", say("open_page"), label);
      button.addEventListener("click", () => during(button, () => goTo(each.id)));
      row.append(button);
      return row;
    }),
  );
}

async function goTo(id) {
  wanted = id;
  await show();
}

function showPlace(found) {
  place = found;
  byId("title").textContent = inLanguage(found.panel_title);
  document.title = inLanguage(found.panel_title);
  fill(byId("facts"), [...ofPanel(found), ...ofRehearsal(found.rehearsal), ...ofRoom(found)]);
  byId("standing").textContent = say(`panel_is_${found.status}`);
  for (const [button, verb] of [["confirm", "confirm"], ["decline", "decline"], ["leave", "withdraw"]]) {
    byId(button).hidden = !found.allowed.includes(verb);
  }
  byId("leave").hidden = found.status !== "confirmed";
  byId("calendar").hidden = found.status !== "confirmed";
  byId("come").hidden = found.allowed.length === 0;
  showConsent(found);
  for (const [field, name] of Object.entries(FIELDS)) byId(field).value = found[name] ?? "";
  byId("languages").value = found.spoken_languages.join(", ");
  byId("biography").value = found.biography[language] ?? "";
}

const FIELDS = {
  honorific: "honorific",
  name: "name",
  job: "job_title",
  affiliation: "affiliation",
  city: "city",
  timezone: "timezone",
  equipment: "equipment",
  needs: "needs",
};

function ofPanel(found) {
  const there = found.times && `${moment(found.times.starts_at, found.timezone)} (${found.timezone})`;
  const ends = found.times && moment(found.times.ends_at, found.timezone);
  const here = found.times && moment(found.times.starts_at, found.meeting_timezone);
  return [
    [say("meeting"), inLanguage(found.meeting_title)],
    [say("your_slot"), there ?? say("no_slot")],
    [say("ends"), ends],
    [say("meeting_clocks"), here && `${here} (${found.meeting_timezone})`],
    [say("your_part"), partOf(found)],
    [say("concept_note"), inLanguage(found.concept_note)],
    [say("with_you"), found.others.map(named).join("; ")],
    [say("contact"), found.contacts.map((each) => [each.name, each.email].filter(Boolean).join(", ")).join("; ")],
  ];
}

function partOf({ role, minutes }) {
  return minutes === null ? say(role) : sayOf("part_line", { role: say(role), minutes });
}

function named(other) {
  const name = [other.honorific, other.name].filter(Boolean).join(" ");
  return `${[name, other.job_title, other.affiliation].filter(Boolean).join(", ")} (${say(other.role)})`;
}

function ofRehearsal(rehearsal) {
  if (rehearsal === null) return [];
  return [
    [say("rehearsal"), `${moment(rehearsal.starts_at, rehearsal.timezone)} (${rehearsal.timezone})`],
    [say("rehearsal_at"), rehearsal.join_address && webLink(rehearsal.join_address)],
    [say("rehearsal_passcode"), rehearsal.passcode],
    [say("rehearsal_note"), rehearsal.note],
  ];
}

function ofRoom({ room, conference }) {
  return [
    [say("room"), room],
    [say("address"), conference && webLink(conference.join_address)],
    [say("passcode"), conference?.passcode],
    [say("dial_in"), conference?.dial_in],
  ];
}

function showConsent({ recording_consent: agreed, recording_consent_at: at }) {
  for (const choice of document.querySelectorAll("input[name=consent]")) {
    choice.checked = agreed !== null && (choice.value === "yes") === agreed;
  }
  byId("consented").textContent = at ? sayOf("consented_at", { when: moment(at) }) : "";
}

async function answer(verb, said) {
  const words = byId("reason").value.trim();
  const body = verb === "confirm" ? undefined : { reason: words || null };
  await inSession("POST", `/${place.id}/${verb}`, body);
  await show();
  note(say(said));
}

/** The slot and the rehearsal, as they came by mail. */
function keepEntries() {
  return save(`panellists/${place.id}/calendar.ics`, "panel.ics", door.session.token);
}

async function consent() {
  const chosen = document.querySelector("input[name=consent]:checked");
  const agreed = chosen.value === "yes";
  showPlace(await inSession("PUT", `/${place.id}/recording-consent`, { agreed }));
  note(say("answered"));
}

async function keep() {
  const said = Object.entries(FIELDS).map(([field, name]) => [name, byId(field).value.trim() || null]);
  const body = {
    ...Object.fromEntries(said),
    spoken_languages: byId("languages").value.split(/[\s,;\u060c\u061b\uff0c\u3001]+/).filter(Boolean),
    biography: { [language]: byId("biography").value.trim() || null },
  };
  showPlace(await inSession("PATCH", `/${place.id}`, body));
  note(say("kept"));
}

function inSession(method, path, body) {
  return call(method, `panellists${path}`, { body, bearer: door.session.token });
}
