// Joining a meeting with the personal link.
import {
  byId, call, during, fill, inLanguage, moment, note, say, tokenOfLink, translate, webLink,
} from "./common.js";

translate();
byId("join").addEventListener("click", (event) => during(event.target, join));
if (!tokenOfLink()) {
  byId("join").hidden = true;
  note(say("no_link"));
}

async function join() {
  const entrance = await call("POST", "check-ins", { body: { token: tokenOfLink() } });
  byId("title").textContent = inLanguage(entrance.meeting.title);
  document.title = inLanguage(entrance.meeting.title);
  fill(byId("facts"), [
    [say("registered_as"), entrance.name],
    [say("room"), entrance.label],
    [say("address"), entrance.join_address && webLink(entrance.join_address)],
    [say("passcode"), entrance.passcode],
    [say("dial_in"), entrance.dial_in],
    [say("present_since"), entrance.checked_in_at && moment(entrance.checked_in_at)],
  ]);
  byId("inside").hidden = false;
  if (entrance.checked_in_at) byId("door").hidden = true;
  if (!entrance.join_address) note(say("no_room"));
}
