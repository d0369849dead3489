// The sentences behind the connections of two entities: how do we know, when, who says so.

const FIRST_SENTENCES = 8;

// Only a web address is made a link.
function articleLink(a) {
  const title = articles.title[a] || articles.id[a];
  const address = /^https?:\/\//i.test(articles.url[a]) ? articles.url[a] : null;
  return address
    ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address }, bdi(title), "\u00a0↗")
    : bdi(title, { class: "title" });
}

// The sentence with its subject and object marked. The places are those of UTF-16 in it; a length of 0 marks nothing.
function markedSentence(i) {
  const text = sentences[evidence.sentence[i]];
  const marks = [
    ["subject", evidence.subject_start[i], evidence.subject_length[i]],
    ["object", evidence.object_start[i], evidence.object_length[i]],
  ].filter(([, , length]) => length > 0).sort((a, b) => a[1] - b[1]);
  const parts = [];
  let at = 0;
  for (const [role, start, length] of marks) {
    if (start < at) continue;
    parts.push(text.slice(at, start), el("mark", { class: role, title: capital(role) }, text.slice(start, start + length)));
    at = start + length;
  }
  return el("blockquote", { dir: "auto" }, ...parts, text.slice(at));
}

function badges({ negated, certainty, status }) {
  return [
    negated && el("span", { class: "badge denied" }, "denied"),
    certainty > 0 && el("span", { class: "badge" }, CERTAINTIES[certainty]),
    status > 0 && el("span", { class: "badge" }, STATUSES[status]),
  ];
}

const sureness = (score) =>
  el("span", { class: "sure", title: "How often findings like this one are right" },
    el("meter", { min: 0, max: 100, value: Math.round(score / 100), "aria-hidden": "true" }), `${percent(score)} sure`);

function piece(i) {
  const a = evidence.article[i];
  const rule = result.rules[evidence.rule[i]];
  const by = evidence.source[i] ? result.sources[evidence.source[i] - 1] : null;
  return el("li", {},
    markedSentence(i),
    el("p", { class: "about" },
      badges({ negated: evidence.negated[i], certainty: evidence.certainty[i], status: evidence.status[i] }),
      by && el("span", {}, evidence.negated[i] ? "denied by " : "according to ", bdi(by, { class: "by" })),
      evidence.event[i] > 0 && el("span", {}, `time given: ${dateWords(evidence.event[i])}`)),
    el("p", { class: "about" },
      articles.date[a] > 0 && el("time", {}, dateWords(articles.date[a])),
      articles.source[a] && bdi(articles.source[a]),
      articleLink(a)),
    el("p", { class: "about faint" }, sureness(evidence.score[i]), el("span", {}, rule.startsWith("learned/") ? "found by the second reader" : `rule ${rule}`), copyButton(i)));
}

// Copies the sentence with where it is from, to be pasted into notes.
function copyButton(i) {
  const a = evidence.article[i];
  const from = [articles.title[a] || articles.id[a], articles.source[a], dateWords(articles.date[a]), articles.url[a]].filter(Boolean).join(", ");
  return navigator.clipboard && button({ class: "quiet", title: "Copy the sentence and its source", onclick: async (event) => {
    const self = event.target;
    try {
      await navigator.clipboard.writeText(`“${sentences[evidence.sentence[i]]}” (${from})`);
      self.textContent = "Copied";
    } catch {
      self.textContent = "The browser does not allow it";
    }
  } }, "Copy");
}

function piecesOf(t) {
  const inside = [];
  for (let i = firstEvidence[t]; i < firstEvidence[t + 1]; i++) if (evidenceShown(i)) inside.push(i);
  const list = el("ol", { class: "pieces" }, inside.slice(0, FIRST_SENTENCES).map(piece));
  const rest = inside.slice(FIRST_SENTENCES);
  const more = rest.length > 0 && button({ class: "more", onclick: (event) => {
    event.target.remove();
    list.append(...rest.map(piece));
    list.children[FIRST_SENTENCES].querySelector("a, button")?.focus();
  } }, `Show ${count(rest.length, "more sentence")}`);
  const outside = triples.kept[t] - inside.length;
  const missing = triples.evidence[t] - triples.kept[t];
  return [
    list,
    more,
    outside > 0 && el("p", { class: "faint" }, `${count(outside, "sentence")} outside the chosen dates`),
    missing > 0 && el("p", { class: "faint" }, `${count(missing, "sentence")} more in relations.csv, left out of this page for its size`),
  ];
}

function drawEvidence(panel, [a, b], { open, close }) {
  const between = triplesBetween(a, b);
  const title = a === b
    ? el("h2", {}, "Second names of ", bdi(entities.name[a]))
    : el("h2", {}, button({ class: "name-button", onclick: () => open(a) }, shapedName(a)), el("span", { class: "and" }, "and"),
      button({ class: "name-button", onclick: () => open(b) }, shapedName(b)));
  const section = (t) =>
    el("section", {},
      el("h3", {}, bdi(entities.name[triples.subject[t]]), ` ${phrase(triples.predicate[t], false)} `, bdi(objectName(t)), " ",
        badges({ negated: triples.negated[t], certainty: triples.certainty[t], status: triples.status[t] })),
      el("p", { class: "about" }, `${count(evidenceCount(t), "sentence")}, ${count(triples.articles[t], "article")}`,
        triples.first[t] > 0 && el("span", {}, periodWords(triples.first[t], triples.last[t]))),
      piecesOf(t));
  panel.replaceChildren(
    button({ class: "close", "aria-label": "Close", title: "Close (Esc)", onclick: close }, "×"),
    title,
    ...(between.length ? between.map(section) : [el("p", {}, "The filters hide what connects them.")]));
  panel.scrollTop = 0;
}

// Where no connection is chosen: the latest sentences about the entity, or about all.
const LATEST = 12;

function drawLatest(panel, focus, { openLink }) {
  let found = [];
  const better = (a, b) => b[0] - a[0] || b[1] - a[1] || a[2] - b[2];
  const keep = () => { found = found.sort(better).slice(0, LATEST * 8); };
  const add = (t) => {
    if (!shown[t]) return;
    for (let i = firstEvidence[t]; i < firstEvidence[t + 1]; i++) {
      if (evidenceShown(i)) found.push([articles.date[evidence.article[i]], evidence.score[i], i, t]);
    }
    // Of many, those that will not be among the latest are let go in between.
    if (found.length > 4000) keep();
  };
  if (focus >= 0) triplesOfEntity(focus).forEach(add);
  else for (let t = 0; t < tripleCount; t++) add(t);
  keep();
  const dated = found.length > 0 && found[0][0] > 0;
  // A sentence that tells several connections stands once.
  const seen = new Set();
  const latest = found.filter(([, , i]) => !seen.has(evidence.sentence[i]) && seen.add(evidence.sentence[i])).slice(0, LATEST);
  panel.replaceChildren(
    el("h2", {}, dated ? "Latest" : "Sentences", focus >= 0 && [" about ", bdi(entities.name[focus])]),
    el("p", { class: "faint" }, found.length ? "Choose a connection to read all its sentences." : "Nothing is shown. Change the filters."),
    el("ol", { class: "pieces" }, latest.map(([, , i, t]) => {
      const item = piece(i);
      item.prepend(button({ class: "what", onclick: () => openLink(triples.subject[t], triples.object[t]) },
        evidence.negated[i] ? "Denied: " : "", bdi(entities.name[triples.subject[t]]), ` ${phrase(triples.predicate[t], false)} `, bdi(objectName(t))));
      return item;
    })));
}

// The object of a second name is that name, not the entity.
const objectName = (t) => triples.other[t] ?? entities.name[triples.object[t]];
