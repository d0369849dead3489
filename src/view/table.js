// All that is shown as rows. Only those in sight are made.

const ROW = 34;
const AHEAD = 8;

const COLUMNS = [
  { key: "subject", title: "Subject", text: (t) => entities.name[triples.subject[t]], entity: (t) => triples.subject[t] },
  { key: "predicate", title: "Connection", text: (t) => phrase(triples.predicate[t], false) },
  { key: "object", title: "Object", text: objectName, entity: (t) => triples.object[t] },
  { key: "evidence", title: "Sentences", number: evidenceCount },
  { key: "articles", title: "Articles", number: (t) => triples.articles[t] },
  { key: "score", title: "Sure", number: (t) => triples.score[t], show: (t) => percent(triples.score[t]) },
  { key: "certainty", title: "Certainty", number: (t) => triples.negated[t] * 10 + triples.certainty[t], show: (t) => (triples.negated[t] ? "denied" : CERTAINTIES[triples.certainty[t]]), word: true },
  { key: "status", title: "State", number: (t) => triples.status[t], show: (t) => STATUSES[triples.status[t]], word: true },
  { key: "first", title: "First", number: (t) => triples.first[t], show: (t) => dateWords(triples.first[t]) },
  { key: "last", title: "Last", number: (t) => triples.last[t], show: (t) => dateWords(triples.last[t]) },
];

const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });

// The place of each text in the alphabet: comparing numbers is much faster than comparing texts at each sorting.
const alphabets = new Map();
function alphabet(column) {
  if (!alphabets.has(column.key)) {
    const texts = Array.from({ length: tripleCount }, (_, t) => column.text(t));
    const rank = new Map([...new Set(texts)].sort(collator.compare).map((text, i) => [text, i]));
    alphabets.set(column.key, texts.map((text) => rank.get(text)));
  }
  return alphabets.get(column.key);
}

function makeTable(box, { openLink }) {
  let sortBy = { column: COLUMNS[3], down: true };
  let rows = [];
  let at = 0;
  let state = { focus: -1, pair: null };
  let onlyFocus = true;
  let words = "";

  const filterField = el("input", { type: "search", id: "table-search", placeholder: "Rows with these words", "aria-label": "Rows with these words", autocomplete: "off", spellcheck: "false", oninput: (event) => {
    words = fold(event.target.value.trim());
    redraw();
  } });
  const only = el("input", { type: "checkbox", id: "only-focus", checked: true, onchange: () => { onlyFocus = only.checked; redraw(); } });
  const onlyLabel = el("label", { for: "only-focus" });
  const status = el("span", { class: "faint", role: "status" });
  const heads = COLUMNS.map((column) => el("th", { scope: "col", class: column.key }, button({ onclick: () => sort(column) }, column.title, el("span", { class: "order", "aria-hidden": "true" }))));
  const [above, below] = [el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: COLUMNS.length })), el("tr", { class: "space", "aria-hidden": "true" }, el("td", { colspan: COLUMNS.length }))];
  const body = el("tbody");
  const grid = el("table", { "aria-label": "Connections" }, el("thead", {}, el("tr", {}, heads)), body);
  const scroll = el("div", { class: "scroll", tabindex: "0" }, grid);
  box.append(el("div", { class: "table-head" }, filterField, el("span", { class: "only" }, only, onlyLabel), status), scroll);

  function sort(column) {
    sortBy = { column, down: sortBy.column === column ? !sortBy.down : Boolean(column.number && !column.word) };
    redraw();
  }

  function collect() {
    rows = [];
    const wanted = words.split(/\s+/).filter(Boolean);
    const matches = (t) => {
      const text = `${foldAll()[triples.subject[t]]} ${phrase(triples.predicate[t], false)} ${foldAll()[triples.object[t]]}`;
      return wanted.every((word) => text.includes(word));
    };
    const add = (t) => { if (shown[t] && (!wanted.length || matches(t))) rows.push(t); };
    if (state.focus >= 0 && onlyFocus) triplesOfEntity(state.focus).forEach(add);
    else for (let t = 0; t < tripleCount; t++) add(t);
    const { column, down } = sortBy;
    let value = column.number;
    if (!value) {
      const ranks = alphabet(column);
      value = (t) => ranks[t];
    }
    const values = new Map(rows.map((t) => [t, value(t)]));
    rows.sort((a, b) => (down ? values.get(b) - values.get(a) : values.get(a) - values.get(b)) || a - b);
  }

  const isChosen = (t) => state.pair && triples.subject[t] === state.pair[0] && triples.object[t] === state.pair[1];

  function row(i) {
    const t = rows[i];
    const cells = COLUMNS.map((column) => {
      const text = column.show ? column.show(t) : column.number ? number(column.number(t)) : column.text(t);
      return el("td", { class: column.key, title: column.entity ? text : null }, column.entity ? [shape(entities.type[column.entity(t)]), bdi(text)] : text);
    });
    return el("tr", {
      "data-row": i, "aria-rowindex": i + 2, class: [triples.negated[t] && "denied", i === at && "at", isChosen(t) && "chosen"].filter(Boolean).join(" "),
      onclick: () => { at = i; pick(); },
    }, cells);
  }

  function pick() {
    const t = rows[at];
    if (t === undefined) return;
    openLink(triples.subject[t], triples.object[t]);
  }

  function window() {
    const first = Math.max(0, Math.floor(scroll.scrollTop / ROW) - AHEAD);
    const last = Math.min(rows.length, Math.ceil((scroll.scrollTop + scroll.clientHeight) / ROW) + AHEAD);
    above.firstChild.style.height = `${first * ROW}px`;
    below.firstChild.style.height = `${(rows.length - last) * ROW}px`;
    const made = [];
    for (let i = first; i < last; i++) made.push(row(i));
    body.replaceChildren(above, ...made, below);
  }

  function redraw(keepPlace = false) {
    collect();
    if (!keepPlace) {
      at = 0;
      scroll.scrollTop = 0;
    }
    grid.setAttribute("aria-rowcount", rows.length + 1);
    COLUMNS.forEach((column, i) => {
      const sorted = sortBy.column === column;
      if (sorted) heads[i].setAttribute("aria-sort", sortBy.down ? "descending" : "ascending");
      else heads[i].removeAttribute("aria-sort");
      heads[i].querySelector(".order").textContent = sorted ? (sortBy.down ? "▾" : "▴") : "";
    });
    only.parentElement.hidden = state.focus < 0;
    if (state.focus >= 0) onlyLabel.replaceChildren("only ", bdi(entities.name[state.focus]));
    status.textContent = count(rows.length, "row");
    window();
  }

  scroll.addEventListener("scroll", () => requestAnimationFrame(window));
  scroll.addEventListener("keydown", (event) => {
    const page = Math.max(1, Math.floor(scroll.clientHeight / ROW) - 2);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (event.target.closest("thead")) return;
    if (step !== undefined && rows.length) {
      at = Math.min(rows.length - 1, Math.max(0, at + step));
      const top = at * ROW;
      const head = grid.tHead.offsetHeight;
      if (top < scroll.scrollTop) scroll.scrollTop = top;
      else if (top + ROW + head > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + ROW + head - scroll.clientHeight;
      window();
    } else if (event.key === "Enter") pick();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  new ResizeObserver(() => !box.hidden && window()).observe(scroll);

  return {
    draw(next) {
      const samePlace = next.focus === state.focus && next.redrawn === state.redrawn;
      state = { ...next };
      redraw(samePlace);
    },
    focus: () => scroll.focus(),
  };
}
