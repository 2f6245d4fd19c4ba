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

  private async ask<Found>(method: string, path: string, body?: unknown): Promise<Found> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
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

export const known: keyof paths = "/v1/meetings/{m}/registrations";

// @ts-expect-error  there is no such address
export const unknown: keyof paths = "/v1/no-such-address";

export const state: Schemas["RegistrationStatus"] = "confirmed";

// @ts-expect-error  a registration is never in this state
export const wrong: Schemas["RegistrationStatus"] = "forgotten";
