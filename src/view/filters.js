// What is shown. A triple passes as a whole; the dates choose among its evidence.

const filters = {};
const NO_FILTERS = () => ({
  predicates: new Set(), // none: all
  types: new Set(types.keys()),
  certainties: new Set(CERTAINTIES.keys()),
  statuses: new Set(STATUSES.keys()),
  score: 0,
  denied: true,
  from: -1,
  to: -1,
});
Object.assign(filters, NO_FILTERS());

const datesChosen = () => filters.from >= 0 || filters.to >= 0;
const inDates = (month) => month >= 0 && (filters.from < 0 || month >= filters.from) && (filters.to < 0 || month <= filters.to);
const evidenceShown = (i) => !datesChosen() || inDates(evidenceMonth[i]);

// Whether each triple passes all but the dates, and all.
const passes = new Uint8Array(tripleCount);
const shown = new Uint8Array(tripleCount);
let shownCount = 0;

function passesFilters(t) {
  return (
    (!filters.predicates.size || filters.predicates.has(triples.predicate[t])) &&
    filters.types.has(entities.type[triples.subject[t]]) &&
    filters.types.has(entities.type[triples.object[t]]) &&
    filters.certainties.has(triples.certainty[t]) &&
    filters.statuses.has(triples.status[t]) &&
    triples.score[t] >= filters.score * 100 &&
    (filters.denied || !triples.negated[t])
  );
}

// How much evidence of the triple is within the dates.
function evidenceCount(t) {
  if (!datesChosen()) return triples.evidence[t];
  let n = 0;
  for (let i = firstEvidence[t]; i < firstEvidence[t + 1]; i++) n += inDates(evidenceMonth[i]) ? 1 : 0;
  return n;
}

function applyFilters() {
  shownCount = 0;
  const dates = datesChosen();
  for (let t = 0; t < tripleCount; t++) {
    passes[t] = passesFilters(t) ? 1 : 0;
    shown[t] = passes[t] && (!dates || evidenceCount(t) > 0) ? 1 : 0;
    shownCount += shown[t];
  }
  neighbourCounts = null;
}

// How many others each entity is connected to, by what is shown. What denies a connection makes none.
let neighbourCounts = null;
function countNeighbours() {
  if (neighbourCounts) return neighbourCounts;
  neighbourCounts = new Int32Array(entityCount);
  const seen = new Int32Array(entityCount).fill(-1);
  for (let e = 0; e < entityCount; e++) {
    for (const t of triplesOfEntity(e)) {
      const other = otherEnd(t, e);
      if (!shown[t] || triples.negated[t] || isSelf(t) || seen[other] === e) continue;
      seen[other] = e;
      neighbourCounts[e]++;
    }
  }
  return neighbourCounts;
}

// Those an entity is connected to by what is shown: the other, the triples, and how much evidence; most first.
function neighbours(e) {
  const found = new Map();
  for (const t of triplesOfEntity(e)) {
    if (!shown[t] || isSelf(t)) continue;
    const other = otherEnd(t, e);
    const link = found.get(other) ?? found.set(other, { other, triples: [], evidence: 0 }).get(other);
    link.triples.push(t);
    link.evidence += evidenceCount(t);
  }
  return [...found.values()].sort((a, b) => b.evidence - a.evidence || entities.mentions[b.other] - entities.mentions[a.other] || a.other - b.other);
}

// The triples shown between two entities, most evidence first; of one and itself its second names.
const triplesBetween = (a, b) => Array.from(triplesOfEntity(a)).filter((t) => shown[t] && otherEnd(t, a) === b && (a !== b || isSelf(t)));

// How many kinds of filters are in use.
function filtersInUse() {
  const none = NO_FILTERS();
  return ["predicates", "types", "certainties", "statuses"].filter((key) => filters[key].size !== none[key].size).length
    + (filters.score > 0) + !filters.denied + datesChosen();
}

// The form. `changed` is called when something was changed in it.
function drawFilters(changed) {
  const form = byId("filters");
  const toggles = (title, key, words) =>
    el("fieldset", {}, el("legend", {}, title), el("div", { class: "toggles" },
      words.map(([value, ...word]) =>
        button({ "data-key": key, "data-value": value, onclick: () => {
          const set = filters[key];
          if (!set.delete(value)) set.add(value);
          changed();
        } }, ...word))));
  const used = [...new Set(triples.predicate)];
  const uses = new Map(used.map((p) => [p, 0]));
  triples.predicate.forEach((p) => uses.set(p, uses.get(p) + 1));
  used.sort((a, b) => uses.get(b) - uses.get(a));
  const typesUsed = new Set(triples.subject.concat(triples.object).map((e) => entities.type[e]));
  const month = (key, title) => el("label", {}, title, el("input", { type: "text", id: `filter-${key}`, placeholder: "2019-03", autocomplete: "off", onchange: (event) => {
    filters[key] = monthFrom(event.target.value, key === "to");
    changed();
  } }));
  form.replaceChildren(
    el("fieldset", { class: "predicates" }, el("legend", {}, "Connection ", el("small", {}, "none chosen: all")), el("div", { class: "toggles" },
      used.map((p) => button({ "data-key": "predicates", "data-value": p, title: predicates[p][2], onclick: () => {
        if (!filters.predicates.delete(p)) filters.predicates.add(p);
        changed();
      } }, phrase(p, false), el("small", {}, number(uses.get(p))))))),
    toggles("Names", "types", types.map((_, type) => [type, shape(type), TYPE_WORDS[type][1]]).filter(([type]) => typesUsed.has(type))),
    toggles("As the text puts it", "certainties", CERTAINTIES.map((word, i) => [i, capital(word)])),
    toggles("State", "statuses", STATUSES.map((word, i) => [i, capital(word)])),
    el("fieldset", {}, el("legend", {}, "Denied"), el("div", { class: "toggles" },
      button({ "data-key": "denied", onclick: () => { filters.denied = !filters.denied; changed(); } }, "Show denied"))),
    el("fieldset", {}, el("legend", {}, "Sure, at least ", el("output", { id: "filter-score-word" })),
      el("input", { type: "range", id: "filter-score", min: 0, max: 95, step: 5, "aria-label": "Sure, at least, in per cent", oninput: (event) => {
        filters.score = Number(event.target.value);
        changed();
      } })),
    el("fieldset", {}, el("legend", {}, "Articles of"), el("div", { class: "months" }, month("from", "from "), month("to", "to "), el("small", {}, "year and month"))),
    el("p", { class: "outcome" }, el("span", { id: "filters-word", role: "status" }), " ",
      button({ id: "filters-reset", onclick: () => { Object.assign(filters, NO_FILTERS()); changed(); } }, "Show all")));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// Makes the form say what the filters are.
function markFilters() {
  const form = byId("filters");
  for (const toggle of form.querySelectorAll("button[data-key]")) {
    const set = filters[toggle.dataset.key];
    toggle.setAttribute("aria-pressed", String(typeof set === "boolean" ? set : set.has(Number(toggle.dataset.value))));
  }
  byId("filter-score").value = filters.score;
  byId("filter-score-word").textContent = filters.score ? `${filters.score} %` : "any";
  for (const key of ["from", "to"]) byId(`filter-${key}`).value = filters[key] < 0 ? "" : monthValue(filters[key]);
  byId("filters-word").textContent = `${number(shownCount)} of ${count(tripleCount, "connection")} shown`;
  const used = filtersInUse();
  byId("to-filters").replaceChildren("Filters", ...(used ? [el("b", { class: "badge" }, String(used))] : []));
  byId("filters-reset").disabled = !used;
}
