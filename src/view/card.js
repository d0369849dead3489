// What stands at the side: the overview, the card of an entity, or the way from one entity to another.

const FIRST_NEIGHBOURS = 60;
const FIRST_ALIASES = 6;

// By what others call an entity: its item in Wikidata, or an identifier of the reader's own.
function external(e) {
  const id = entities.external[e];
  if (!id) return null;
  return el("p", { class: "facts" }, /^Q[0-9]+$/.test(id)
    ? el("a", { href: `https://www.wikidata.org/wiki/${id}`, target: "_blank", rel: "noopener noreferrer" }, `Wikidata ${id}\u00a0↗`)
    : ["Known as ", bdi(id)]);
}

// Each of them has a head and a list, which on a phone stand above and below the network.

// A list that begins with so many, and a button for more.
function longList(items, first, make, noun) {
  const list = el("ul", { class: "rows" }, items.slice(0, first).map(make));
  arrowsIn(list, ".row");
  let made = Math.min(first, items.length);
  const more = button({ class: "more", onclick: () => {
    const from = made;
    made = Math.min(made + 300, items.length);
    list.append(...items.slice(from, made).map(make));
    list.children[from].querySelector("button")?.focus();
    label();
  } });
  const label = () => {
    more.hidden = made >= items.length;
    more.textContent = `Show ${count(Math.min(300, items.length - made), `more ${noun}`)} of ${number(items.length)}`;
  };
  label();
  return [list, more];
}

function overview({ open }) {
  const counts = countNeighbours();
  const { totals } = result;
  const best = (type) => [...counts.keys()].filter((e) => counts[e] > 0 && entities.type[e] === type).sort((a, b) => counts[b] - counts[a] || a - b).slice(0, 8);
  const dates = barCount && unit === 1 ? `, ${monthWords(firstMonth)} – ${monthWords(lastMonth)}` : "";
  const row = (e) =>
    el("li", {}, button({ class: "row", onclick: () => open(e) }, el("span", { class: "who" }, shapedName(e)), el("span", { class: "n", title: "Connected to so many" }, number(counts[e]))));
  const head = [
    el("h1", {}, "Who is connected to whom"),
    el("p", { class: "facts" }, `${count(totals.articles, "article")}${dates}: ${count(totals.triples, "connection")}, ${count(totals.entities, "name")}.`),
  ];
  return [head, [
    el("p", {}, "Search for a name, or start with the best connected:"),
    ...[...types.keys()].filter((type) => type !== DATE).map((type) => [type, best(type)]).filter(([, found]) => found.length).map(([type, found]) => {
      const list = el("ul", { class: "rows" }, found.map(row));
      arrowsIn(list, ".row");
      return el("section", {}, el("h3", {}, TYPE_WORDS[type][1]), list);
    }),
  ]];
}

// The predicates of a connection, in words, each said once.
function linkPhrases(link, e) {
  const seen = new Map();
  for (const t of link.triples) {
    const words = phrase(triples.predicate[t], triples.subject[t] !== e);
    const marks = [triples.negated[t] && "denied", triples.certainty[t] > 0 && CERTAINTIES[triples.certainty[t]], triples.status[t] > 0 && STATUSES[triples.status[t]]].filter(Boolean);
    if (!seen.has(words)) seen.set(words, marks);
  }
  return [...seen].map(([words, marks], i) => [i ? " · " : "", words, marks.length ? el("i", {}, ` (${marks.join(", ")})`) : ""]);
}

function neighbourRow(link, e, { open, openLink, pair }) {
  const chosen = pair && pair.includes(e) && pair.includes(link.other);
  return el("li", {},
    button({ class: "row", "data-pair": `${e} ${link.other}`, "aria-current": chosen ? "true" : null, onclick: () => openLink(e, link.other), title: "Read the sentences" },
      el("span", { class: "who" }, shapedName(link.other), el("small", {}, linkPhrases(link, e))),
      el("span", { class: "n", title: count(link.evidence, "sentence") }, number(link.evidence))),
    button({ class: "go", "aria-label": `Card of ${entities.name[link.other]}`, title: "Its card", onclick: () => open(link.other) }, "→"));
}

const ORDERS = {
  evidence: ["most sentences", () => 0],
  name: ["name", (a, b) => entities.name[a.other].localeCompare(entities.name[b.other])],
  latest: ["latest", (a, b) => latest(b) - latest(a)],
  connected: ["best connected", (a, b) => countNeighbours()[b.other] - countNeighbours()[a.other]],
};
const latest = (link) => Math.max(...link.triples.map((t) => triples.last[t]));
let order = "evidence";

function entityCard(e, actions) {
  const all = neighbours(e);
  const aliases = entities.aliases[e];
  const names = Array.from(triplesOfEntity(e)).filter((t) => shown[t] && isSelf(t));
  // Counted without the filter by predicate, so that another can be chosen.
  const kinds = new Map();
  for (const t of triplesOfEntity(e)) {
    if (isSelf(t)) continue;
    const p = triples.predicate[t];
    kinds.set(p, (kinds.get(p) ?? 0) + 1);
  }
  const kindButtons = [...kinds].sort((a, b) => b[1] - a[1]).map(([p, n]) =>
    button({ class: "kind", "aria-pressed": String(filters.predicates.has(p)), onclick: () => actions.togglePredicate(p), title: predicates[p][2] }, phrase(p, false), el("small", {}, number(n))));
  const aliasList = (shownAliases) => shownAliases.flatMap((alias, i) => [i ? ", " : "", bdi(alias)]);
  const aliasLine = aliases.length > 0 && el("p", { class: "aliases" }, "Also: ", ...aliasList(aliases.slice(0, FIRST_ALIASES)),
    aliases.length > FIRST_ALIASES && button({ class: "quiet", onclick: (event) => event.target.replaceWith(", ", ...aliasList(aliases.slice(FIRST_ALIASES))) }, ` and ${aliases.length - FIRST_ALIASES} more`));
  const choice = el("select", { id: "order", "aria-label": "Order", onchange: (event) => { order = event.target.value; actions.redraw(); } },
    Object.entries(ORDERS).map(([key, [word]]) => el("option", { value: key, selected: key === order }, word)));
  const sorted = order === "evidence" ? all : [...all].sort(ORDERS[order][1]);
  const field = el("input", { id: "path-to", type: "search", placeholder: "How is it connected to … ?", "aria-label": "Find the way to another name", autocomplete: "off", spellcheck: "false" });
  const fieldBox = el("div", { class: "path-box" }, field);
  nameField(field, (other) => other !== e && actions.openPath(e, other));
  const head = [
    el("p", { class: "kind-of-name" }, shape(entities.type[e]), TYPE_WORDS[entities.type[e]][0]),
    el("h1", {}, bdi(entities.name[e])),
    aliasLine,
    names.length > 0 && el("p", { class: "aliases" }, button({ class: "quiet", onclick: () => actions.openLink(e, e) }, `Where the text says so: ${count(names.length, "second name")}`)),
    el("p", { class: "facts" }, `Named ${count(entities.mentions[e], "time")} in ${count(entities.articles[e], "article")}`,
      entities.first[e] > 0 && [", ", periodWords(entities.first[e], entities.last[e])], "."),
    external(e),
    fieldBox,
  ];
  return [head, [
    kindButtons.length > 1 && el("div", { class: "kinds", "aria-label": "Connections by kind" }, kindButtons),
    el("div", { class: "list-head" }, el("h3", {}, `Connected to ${number(all.length)}`), all.length > 1 && choice),
    all.length ? longList(sorted, FIRST_NEIGHBOURS, (link) => neighbourRow(link, e, actions), "name")
      : el("p", { class: "faint" }, firstOf[e + 1] > firstOf[e] ? "The filters hide all its connections."
        : result.left_out.triples ? "None of its connections, if it has any, is on this page." : "The articles name it, but no connection was found."),
    together(e, actions),
  ]];
}

// A lead where the program found no connection: it misses many.
function together(e, { open }) {
  const connected = new Set(Array.from(triplesOfEntity(e), (t) => otherEnd(t, e)));
  const all = namedTogether(e).filter(({ other }) => !connected.has(other));
  if (!all.length) return null;
  const row = ({ other, sentences: n }) =>
    el("li", {}, button({ class: "row", onclick: () => open(other) }, el("span", { class: "who" }, shapedName(other)), el("span", { class: "n", title: count(n, "sentence") }, number(n))));
  const box = el("details", { class: "together" }, el("summary", {}, `In the same sentences, no connection found: ${number(all.length)}`));
  box.addEventListener("toggle", () => box.open && box.append(...longList(all, 20, row, "name")), { once: true });
  return box;
}

function pathCard({ from, to, steps, lengths }, actions) {
  const name = (e) => button({ class: "name-button", onclick: () => actions.open(e) }, shapedName(e));
  const rows = [];
  for (let i = 0; i + 1 < steps.length; i++) {
    for (const a of steps[i]) {
      for (const link of neighbours(a)) {
        if (!steps[i + 1].includes(link.other)) continue;
        rows.push(el("li", {}, button({ class: "row", "data-pair": `${a} ${link.other}`, onclick: () => actions.openLink(a, link.other) },
          el("span", { class: "who" }, bdi(entities.name[a], { class: "name" }), el("small", {}, linkPhrases(link, a)), bdi(entities.name[link.other], { class: "name" })),
          el("span", { class: "n", title: count(link.evidence, "sentence") }, number(link.evidence)))));
      }
    }
  }
  const list = el("ul", { class: "rows" }, rows);
  arrowsIn(list, ".row");
  const head = [
    el("p", { class: "kind-of-name" }, "The way from one to the other"),
    el("h1", { class: "path-title" }, name(from), el("span", { class: "and" }, "to"), name(to)),
    steps.length
      ? el("p", { class: "facts" }, steps.length === 2 ? "They are connected directly." : `Connected over ${count(steps.length - 2, "other name")}${lengths ? "; the best proven ways" : ""}.`)
      : el("p", { class: "facts" }, "Nothing that is shown connects them."),
  ];
  return [head, list];
}
