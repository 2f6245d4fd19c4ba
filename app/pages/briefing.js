// Naming who briefs for a working group, sending the papers, and saying that one comes.
import {
  byId, call, during, fill, inLanguage, language, make, moment, note, save, say, tokenOfLink, translate,
} from "./common.js";
import { showPapers } from "./papers.js";

translate();
const token = tokenOfLink();
byId("zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
byId("open").addEventListener("click", (event) => during(event.target, open));
byId("confirm").addEventListener("click", (event) => during(event.target, () => answer("confirm")));
byId("decline").addEventListener("click", (event) => during(event.target, () => answer("decline")));
byId("calendar").addEventListener("click", (event) => during(event.target, keepEntry));
byId("briefer").addEventListener("submit", (event) => submitted(event, name));
byId("paper").addEventListener("submit", (event) => submitted(event, send));
if (!token) {
  byId("open").hidden = true;
  note(say("no_link"));
}

function submitted(event, action) {
  event.preventDefault();
  return during(event.target.querySelector("button"), action);
}

async function open() {
  const found = await call("POST", "briefing-links/open", { body: { token } });
  show(found);
  begin(found.briefing.briefer);
  await read();
}

async function name() {
  const text = (id) => byId(id).value.trim() || null;
  const briefer = {
    name: text("name"),
    honorific: text("honorific"),
    job_title: text("job"),
    affiliation: text("affiliation"),
    email: text("email"),
    timezone: text("zone"),
    language: byId("language").value,
  };
  show(await call("POST", "briefing-links/name", { body: { token, briefer } }));
  note(say("briefing_named_note"));
}

async function answer(said) {
  show(await call("POST", "briefing-links/answer", { body: { token, answer: said } }));
  await read();
  note(say("answered"));
}

/** What others have written for the item; what the group has sent comes once it is published. */
function read() {
  return showPapers("briefing-links/documents", { headers: { "Briefing-Link": token } });
}

function keepEntry() {
  const headers = { "Briefing-Link": token };
  return save("briefing-links/calendar.ics", "briefing.ics", undefined, headers);
}

async function send() {
  const file = byId("file").files[0];
  const path = `briefing-links/papers/${byId("written").value}`;
  const options = { file, headers: { "Briefing-Link": token } };
  show(await call("PUT", `${path}?name=${encodeURIComponent(file.name)}`, options));
  note(say("briefing_sent"));
}

/** What was said of the briefer so far, to be corrected. */
function begin(briefer) {
  byId("language").value = briefer?.language ?? language;
  byId("written").value = language;
  if (!briefer) return;
  byId("name").value = briefer.name;
  byId("honorific").value = briefer.honorific ?? "";
  byId("job").value = briefer.job_title ?? "";
  byId("affiliation").value = briefer.affiliation ?? "";
  byId("email").value = briefer.email ?? "";
  byId("zone").value = briefer.timezone;
}

function show({ holder, briefing, timezone, too_late: late }) {
  const { item, briefer } = briefing;
  const zone = briefer?.timezone ?? timezone;
  const time = item.starts_at && `${moment(item.starts_at, zone)} (${zone})`;
  byId("title").textContent = inLanguage(item.title);
  fill(byId("facts"), [
    [say("briefing_meeting"), inLanguage(briefing.meeting_title)],
    [say("briefing_group"), inLanguage(briefing.working_group.name)],
    [say("briefing_time"), time],
    [say("briefing_minutes"), item.minutes === null ? null : String(item.minutes)],
    [say("briefing_briefer"), briefer?.name],
    [say("briefing_state"), say(`briefing_${briefing.status}`)],
    [say("briefing_due"), moment(briefing.due_at, timezone)],
  ]);
  byId("papers").replaceChildren();
  for (const file of briefing.files) byId("papers").append(make("li", file.name, { dir: "auto" }));
  byId("group").hidden = holder !== "group" || late;
  byId("confirm").hidden = !briefing.allowed.includes("confirm");
  byId("decline").hidden = !briefing.allowed.includes("decline");
  byId("calendar").hidden = briefing.status !== "confirmed";
  byId("answering").hidden = holder === "group" && late;
  byId("paper").hidden = holder === "group" && late;
  byId("inside").hidden = false;
  byId("door").hidden = true;
  if (holder === "group" && late) note(say("briefing_late"));
}
