// Plain words for what the tables name by codes.

const TYPE_WORDS = [["Person", "People"], ["Organisation", "Organisations"], ["Place", "Places"], ["Other name", "Other names"], ["Date", "Dates"]];
for (const type of types.slice(TYPE_WORDS.length)) TYPE_WORDS.push([type, type]);

// Read from the subject, and from the object: "Ana leads Acme", "Acme is led by Ana".
const PHRASES = {
  works_for: ["works for", "employs"],
  leads: ["leads", "is led by"],
  member_of: ["is a member of", "has as a member"],
  founded: ["founded", "was founded by"],
  part_of: ["is part of", "includes"],
  based_in: ["is based in", "is the base of"],
  located_in: ["lies in", "contains"],
  borders: ["borders", "borders"],
  lives_in: ["lives in", "is the home of"],
  born_in: ["was born in", "is the birthplace of"],
  died_in: ["died in", "is where died"],
  nationality: ["is a national of", "has as a national"],
  nationality_of_group: ["has the nationality of", "is the nationality of"],
  alias_of: ["is also called", "is also called"],
  linked_to: ["is linked to", "is linked to"],
  allied_with: ["is allied with", "is allied with"],
  fights: ["fights", "is fought by"],
  attacked: ["attacked", "was attacked by"],
  killed: ["killed", "was killed by"],
  detained: ["detained", "was detained by"],
  supports: ["supports", "is supported by"],
  opposes: ["opposes", "is opposed by"],
  communicates_with: ["spoke with", "spoke with"],
  travels_to: ["travelled to", "was visited by"],
  spouse_of: ["is married to", "is married to"],
  child_of: ["is a child of", "is a parent of"],
  sibling_of: ["is a sibling of", "is a sibling of"],
  educated_at: ["studied at", "taught"],
  owns: ["owns", "is owned by"],
  produced: ["made", "was made by"],
  born_on: ["was born on", "is the birthday of"],
  died_on: ["died on", "is the day of death of"],
  founded_on: ["was founded on", "is the founding day of"],
};

const predicateName = (p) => predicates[p][0];
const isSymmetric = (p) => predicates[p][1] === 1;
const spelled = (name) => name.replaceAll("_", " ");

// How the triple reads from one of its ends.
function phrase(p, fromObject) {
  const name = predicateName(p);
  const phrases = Object.hasOwn(PHRASES, name) ? PHRASES[name] : [spelled(name), `← ${spelled(name)}`];
  return phrases[fromObject && !isSymmetric(p) ? 1 : 0];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function dateWords(date) {
  if (!date) return "";
  const [year, month, day] = [Math.floor(date / 10000), Math.floor(date / 100) % 100, date % 100];
  return [day || "", MONTHS[month - 1] ?? "", year].filter((it) => it !== "").join(" ");
}

function periodWords(first, last) {
  return first === last || !last ? dateWords(first) : `${dateWords(first)} – ${dateWords(last)}`;
}

const monthWords = (month) => `${MONTHS[month % 12]} ${Math.floor(month / 12)}`;

// "2019-03", and back, a year being its first or last month; -1 for what is no month.
const monthValue = (month) => `${String(Math.floor(month / 12)).padStart(4, "0")}-${String((month % 12) + 1).padStart(2, "0")}`;
function monthFrom(value, last) {
  const match = /^(\d{4})(?:-(\d{1,2}))?$/.exec(value.trim());
  if (!match) return -1;
  const month = Number(match[2] ?? (last ? 12 : 1));
  return month >= 1 && month <= 12 ? match[1] * 12 + month - 1 : -1;
}

const grouped = new Intl.NumberFormat("en");
const number = (n) => grouped.format(n);
const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;
// Nothing is certain, whatever the rounding.
const percent = (score) => (score >= 9950 ? "over 99 %" : `${Math.round(score / 100)} %`);
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
