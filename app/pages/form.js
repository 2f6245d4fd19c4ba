// The questions of a meeting about somebody who is registered: shown, hidden again, read.
import { byId, inLanguage, make, say } from "./common.js";

const YES_NO = { yes: true, no: false };
const KINDS = "application/pdf,image/png,image/jpeg";
let version = null;
let fields = [];

/** What was typed stays as long as the questions are the same. */
export function showForm(form) {
  if (form.version !== version) {
    version = form.version;
    fields = form.questions.map(fieldOf);
    byId("questions").replaceChildren(...fields.map((each) => each.block));
  }
  refresh();
}

/** Only what is asked of the role with these answers can be seen. */
export function refresh() {
  const now = asked(byId("role").value);
  for (const each of fields) {
    each.block.hidden = !now.has(each.question.id);
    each.control.required =
      !each.block.hidden && !each.several && each.question.required === "at_registration";
  }
}

/** The answers to what is asked; files are handed in on the way. */
export async function answers(handIn) {
  const found = {};
  for (const [id, value] of asked(byId("role").value)) {
    if (value === null) continue;
    const field = fields.find((each) => each.question.id === id);
    found[id] = field.question.kind === "file" ? await handIn(value) : value;
  }
  return found;
}

/** One pass is enough, as conditions look at earlier questions only. */
function asked(role) {
  const found = new Map();
  for (const { question, read } of fields) {
    const concerns = question.roles.length === 0 || question.roles.includes(role);
    if (concerns && question.conditions.every((each) => holds(each, found.get(each.question)))) {
      found.set(question.id, read());
    }
  }
  return found;
}

function holds({ operator, value }, answer = null) {
  if (operator === "is_not_answered") return answer === null;
  if (answer === null) return false;
  switch (operator) {
    case "is": return answer === value;
    case "is_not": return answer !== value;
    case "is_one_of": return value.includes(answer);
    case "contains": return answer.includes(value);
    case "at_least": return answer >= value;
    case "at_most": return answer <= value;
    default: return true;
  }
}

function fieldOf(question) {
  const id = `question-${question.id}`;
  const several = question.kind === "many_choices";
  const block = make(several ? "fieldset" : "div", "");
  const { control, read } = CONTROLS[question.kind](question, id);
  const label = inLanguage(question.label);
  block.append(several ? make("legend", label) : make("label", label, { for: id }));
  for (const words of [question.help, question.statement]) {
    if (inLanguage(words)) block.append(make("p", inLanguage(words), { dir: "auto" }));
  }
  block.append(control, make("small", inLanguage(question.purpose), { dir: "auto" }));
  return { question, block, control, read, several };
}

function input(type, id, attributes = {}) {
  const given = Object.entries(attributes).filter(([, value]) => value !== null);
  return make("input", "", { type, id, ...Object.fromEntries(given) });
}

const typed = (control) => ({ control, read: () => control.value.trim() || null });

function chosen(id, options, valueOf) {
  const control = make("select", "", { id });
  for (const [value, label] of [["", "—"], ...options]) {
    control.append(make("option", label, { value }));
  }
  return { control, read: () => valueOf(control.value) };
}

const labelled = (question) => question.options.map((each) => [each.value, inLanguage(each.label)]);

const CONTROLS = {
  short_text: (q, id) => typed(input("text", id, { maxlength: q.max_length ?? 500 })),
  long_text: (q, id) =>
    typed(make("textarea", "", { id, rows: 3, maxlength: q.max_length ?? 5000 })),
  one_choice: (q, id) => chosen(id, labelled(q), (value) => value || null),
  yes_no: (_, id) =>
    chosen(id, [["yes", say("accepted")], ["no", say("declined")]], (v) => YES_NO[v] ?? null),
  date: (q, id) => typed(input("date", id, { min: q.earliest, max: q.latest })),
  number: (q, id) => {
    const bounds = { min: q.minimum, max: q.maximum, step: q.whole ? 1 : "any" };
    const control = input("number", id, bounds);
    return { control, read: () => (control.value === "" ? null : Number(control.value)) };
  },
  consent: (_, id) => {
    const control = input("checkbox", id);
    return { control, read: () => control.checked || null };
  },
  file: (_, id) => {
    const control = input("file", id, { accept: KINDS });
    return { control, read: () => control.files?.[0] ?? null };
  },
  many_choices: (q, id) => {
    const control = make("div", "");
    const boxes = labelled(q).map(([value, label]) => {
      const box = input("checkbox", `${id}-${value}`);
      control.append(box, make("label", label, { for: `${id}-${value}` }));
      return { value, box };
    });
    const ticked = () => boxes.filter((each) => each.box.checked).map((each) => each.value);
    return { control, read: () => (ticked().length > 0 ? ticked() : null) };
  },
};
