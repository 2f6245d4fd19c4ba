// Reads calendar objects with Mozilla's ical.js: a list of texts comes in, what they say goes out.

import { readFileSync } from "node:fs";
import ICAL from "ical.js";

function instant(property) {
  const time = property.getFirstValue();
  if (time.zone === ICAL.Timezone.localTimezone) {
    throw new Error(`${time} floats`);
  }
  return time.convertToZone(ICAL.Timezone.utcTimezone).toUnixTime();
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const events = calendar.getAllSubcomponents("vevent").map((event) => ({
    uid: event.getFirstPropertyValue("uid"),
    sequence: event.getFirstPropertyValue("sequence"),
    start: instant(event.getFirstProperty("dtstart")),
    end: instant(event.getFirstProperty("dtend")),
  }));
  return { method: calendar.getFirstPropertyValue("method"), events };
}

function attempt(text) {
  try {
    return read(text);
  } catch (error) {
    return { error: String(error) };
  }
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(attempt)));
