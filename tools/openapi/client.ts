// A front end in small, written against the generated types. It is only type-checked: what it
// sends and reads must be what the document says, and what it marks as wrong must be refused.

import type { components, operations, paths } from "./build/api";

type Schemas = components["schemas"];
type Problem = Schemas["ProblemDocument"];
type Operation = keyof operations;

type Content<Part> = Part extends { content: infer Media } ? Media[keyof Media] : never;
type Body<O extends Operation> = operations[O] extends { requestBody?: infer Sent }
  ? Content<NonNullable<Sent>>
  : never;
type Answer<O extends Operation, Status extends number> =
  operations[O] extends { responses: infer Answers }
    ? Status extends keyof Answers
      ? Content<Answers[Status]>
      : never
    : never;

type Query<O extends Operation> = NonNullable<operations[O]["parameters"]["query"]>;

function asked(query: object): string {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, `${value}`])).toString();
}

export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

export class Secretariat {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async meeting(meeting: string): Promise<Answer<"getMeeting", 200>> {
    return this.ask("GET", `/v1/meetings/${meeting}`);
  }

  async everybody(meeting: string): Promise<Schemas["RegistrationOut"][]> {
    const found: Schemas["RegistrationOut"][] = [];
    let cursor: string | null | undefined;
    do {
      const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : "";
      const page: Answer<"listRegistrations", 200> = await this.ask(
        "GET",
        `/v1/meetings/${meeting}/registrations${query}`,
      );
      found.push(...page.items);
      cursor = page.next_cursor;
    } while (cursor);
    return found;
  }

  async register(
    meeting: string,
    body: Body<"registerPerson">,
  ): Promise<Answer<"registerPerson", 201>> {
    return this.ask("POST", `/v1/meetings/${meeting}/registrations`, body);
  }

  async postpone(
    meeting: string,
    body: Body<"postponeMeeting">,
    plan: boolean,
  ): Promise<Answer<"postponeMeeting", 200>> {
    return this.ask("POST", `/v1/meetings/${meeting}/postpone?plan=${plan}`, body);
  }

  async mails(query: Query<"listMessages">): Promise<Answer<"listMessages", 200>> {
    return this.ask("GET", `/v1/messages?${asked(query)}`);
  }

  async inbox(query: Query<"listIncomingMails">): Promise<Answer<"listIncomingMails", 200>> {
    return this.ask("GET", `/v1/incoming-mails?${asked(query)}`);
  }

  async preview(
    meeting: string,
    body: Body<"previewMail">,
  ): Promise<Answer<"previewMail", 200>> {
    return this.ask("POST", `/v1/meetings/${meeting}/previews`, body);
  }

  async form(meeting: string): Promise<Answer<"getForm", 200>> {
    return this.ask("GET", `/v1/meetings/${meeting}/form`);
  }

  async rehearse(meeting: string, cells: string): Promise<Answer<"importRegistrations", 200>> {
    const path = `/v1/meetings/${meeting}/registrations/import?dry_run=true`;
    return this.ask("POST", path, cells, "text/plain");
  }

  async line(
    meeting: string,
    query: Query<"listRegistrations">,
  ): Promise<Answer<"listRegistrations", 200>> {
    return this.ask("GET", `/v1/meetings/${meeting}/registrations?${asked(query)}`);
  }

  async queue(meeting: string): Promise<Answer<"listApprovals", 200>> {
    return this.ask("GET", `/v1/meetings/${meeting}/approvals?limit=200`);
  }

  async decide(
    meeting: string,
    body: Body<"decideRegistrations">,
  ): Promise<Answer<"decideRegistrations", 200>> {
    return this.ask("POST", `/v1/meetings/${meeting}/registrations/decisions`, body);
  }

  async figures(meeting: string): Promise<Answer<"getMeetingStatistics", 200>> {
    return this.ask("GET", `/v1/meetings/${meeting}/statistics`);
  }

  private async ask<Found>(
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ): Promise<Found> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "Content-Type": type }),
      },
      body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    });
    if (!answer.ok) throw new Refused((await answer.json()) as Problem);
    return (await answer.json()) as Found;
  }
}

export async function delegation(service: Secretariat, handle: string): Promise<string> {
  const meeting = await service.meeting(handle);
  const people = await service.everybody(meeting.handle);
  const waiting = people.filter((each) => each.status === "waiting");
  return `${meeting.number}: ${people.length} registered, ${waiting.length} waiting`;
}

export async function consequences(service: Secretariat, meeting: string): Promise<string> {
  const answer = await service.postpone(meeting, { note: "The room is needed." }, true);
  if (!("notices" in answer)) return `It is ${answer.status} now.`;
  const [first] = answer.notices;
  return `${answer.recipients} people, such as ${first?.name}, in ${Object.keys(answer.languages)}`;
}

export async function open(service: Secretariat, row: Schemas["InvitationOut"]): Promise<string[]> {
  const mails = await service.mails({ invitation_id: row.id, limit: 200 });
  const again = mails.items.filter((each) => each.allowed.includes("retry"));
  const held = await service.inbox({ invitation_id: row.id, state: "held" });
  return [
    ...again.map((each) => `${each.recipient}: ${each.last_error}`),
    ...held.items.map((each) => `${each.sender}: ${each.calendar?.participation ?? each.reason}`),
  ];
}

export async function draft(
  service: Secretariat,
  meeting: string,
  wording: Body<"putWording">,
): Promise<string> {
  const seen = await service.preview(meeting, { kind: "invitation", wording });
  return `${seen.subject} (${seen.attachments.join(", ")})`;
}

type Given = NonNullable<Schemas["RegistrationCreate"]["answers"]>;

function holds(condition: Schemas["ConditionMembers"], given: Given): boolean {
  const answer = given[condition.question] ?? null;
  const value = condition.value ?? null;
  const operator = condition.operator ?? "is";
  if (operator === "is_not_answered") return answer === null;
  if (answer === null) return false;
  switch (operator) {
    case "is_answered":
      return true;
    case "is":
      return answer === value;
    case "is_not":
      return answer !== value;
    case "is_one_of":
      return Array.isArray(value) && typeof answer === "string" && value.includes(answer);
    case "contains":
      return Array.isArray(answer) && typeof value === "string" && answer.includes(value);
    case "at_least":
    case "at_most": {
      if (typeof answer !== typeof value || value === null) return false;
      return operator === "at_least" ? answer >= value : answer <= value;
    }
  }
}

export async function asks(
  service: Secretariat,
  meeting: string,
  role: Schemas["RegistrationRole"],
  answers: Given,
): Promise<Schemas["QuestionMembers"][]> {
  const { questions } = await service.form(meeting);
  const given: Given = {};
  const shown: Schemas["QuestionMembers"][] = [];
  for (const question of questions) {
    const roles = question.roles ?? [];
    if (roles.length > 0 && !roles.includes(role)) continue;
    if (!(question.conditions ?? []).every((each) => holds(each, given))) continue;
    shown.push(question);
    const answer = answers[question.id];
    if (answer !== undefined) given[question.id] = answer;
  }
  return shown;
}

export async function preview(service: Secretariat, meeting: string, cells: string): Promise<string[]> {
  const { rows } = await service.rehearse(meeting, cells);
  return rows.map((row) => {
    const alike = row.possible_duplicates.map((each) => `${each.name} (${each.reasons.join(", ")})`);
    const wrong = row.errors.map((each) => `${each.pointer}: ${each.detail}`);
    return [row.row, row.outcome, row.detail ?? "", ...wrong, ...row.differs, ...alike].join(" ");
  });
}

export async function places(service: Secretariat, meeting: string): Promise<string[]> {
  const waiting = await service.line(meeting, { status: "waiting", limit: 200 });
  const offered = await service.line(meeting, { status: "offered", limit: 200 });
  const lines = waiting.items.map((each) => `${each.waiting_in_meeting}. ${each.person.name}`);
  for (const { person, offer_ends_at, allowed } of offered.items) {
    const left = offer_ends_at === null ? 0 : Date.parse(offer_ends_at) - Date.now();
    const button = allowed.includes("accept_offer") ? "accept" : "";
    lines.push(`${person.name}: ${Math.max(0, Math.ceil(left / 60_000))} minutes ${button}`);
  }
  return lines;
}

export async function approveWhatFits(service: Secretariat, meeting: string): Promise<string[]> {
  const { items } = await service.queue(meeting);
  const fitting = items.filter((each) => each.would_be === "confirmed");
  const { rows } = await service.decide(
    meeting,
    fitting.map(({ registration }) => ({ registration_id: registration.id, decision: "approve" })),
  );
  return rows.filter((row) => row.outcome === "refused").map((row) => `${row.problem}: ${row.detail}`);
}

export async function hits(service: Secretariat, meeting: string, words: string): Promise<string[]> {
  const { items } = await service.line(meeting, { search: words, sort: "name" });
  return items.map(({ person, entity }) => `${person.name}, ${entity.abbreviation}`);
}

export async function byEntity(service: Secretariat, meeting: string): Promise<string[]> {
  const { by_entity } = await service.figures(meeting);
  return by_entity.map(({ label, registered }) => `${label}: ${registered ?? "hidden"}`);
}

export async function alike(service: Secretariat, meeting: string, name: string): Promise<string[]> {
  try {
    await service.register(meeting, { person: { name, email: "a.rossi@example.org" } });
    return [];
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return (refused.problem.possible_duplicates ?? []).map((each) => `${each.name}: ${each.score}`);
  }
}

export const known: keyof paths = "/v1/meetings/{m}/registrations";

// @ts-expect-error  there is no such address
export const unknown: keyof paths = "/v1/no-such-address";

export const state: Schemas["RegistrationStatus"] = "confirmed";

// @ts-expect-error  a registration is never in this state
export const wrong: Schemas["RegistrationStatus"] = "forgotten";
