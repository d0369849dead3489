// What is chosen, where it is kept (the address, so that the browser's "back" works), and who draws it.

const state = { focus: -1, pair: null, path: null, grown: [], view: "network", redrawn: 0 };

const parts = {};

function address() {
  const words = new URLSearchParams();
  if (state.path) {
    words.set("from", entities.id[state.path.from]);
    words.set("to", entities.id[state.path.to]);
  } else if (state.focus >= 0) words.set("name", entities.id[state.focus]);
  if (state.pair) words.set("link", state.pair.map((e) => entities.id[e]).join(" "));
  if (state.view === "table") words.set("view", "table");
  return words.toString();
}

// Goes where `change` says, as a step that "back" undoes.
function go(change) {
  Object.assign(state, change);
  const next = address();
  if (next === location.hash.slice(1)) draw();
  else location.hash = next; // draws on hashchange
}

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const entity = (id) => entityNumbers.get(id) ?? -1;
  const before = [state.focus, state.path?.from, state.path?.to].join();
  const [from, to] = [entity(words.get("from")), entity(words.get("to"))];
  state.path = from >= 0 && to >= 0 ? findPath(from, to) : null;
  state.focus = state.path ? from : entity(words.get("name"));
  const pair = (words.get("link") ?? "").split(" ").map(entity);
  state.pair = pair.length === 2 && pair.every((e) => e >= 0) ? pair : null;
  state.view = words.get("view") === "table" ? "table" : "network";
  if ([state.focus, state.path?.from, state.path?.to].join() !== before) state.grown = [];
}

const actions = {
  open: (e) => go({ focus: e, path: null, pair: null, grown: [] }),
  openLink: (a, b) => go({ pair: [a, b] }),
  openPath: (from, to) => go({ focus: from, path: findPath(from, to), pair: null, grown: [] }),
  close: () => go({ pair: null }),
  redraw: () => drawCard(),
  togglePredicate(p) {
    if (!filters.predicates.delete(p)) filters.predicates.add(p);
    filtersChanged();
  },
};

const narrow = matchMedia("(max-width: 760px)");

let drawnCard = "";
function drawCard() {
  const card = byId("card");
  const key = [state.focus, state.path?.to].join();
  const top = key === drawnCard ? card.scrollTop : 0;
  const inside = { ...actions, pair: state.pair };
  const [head, list] = state.path ? pathCard(state.path, inside) : state.focus >= 0 ? entityCard(state.focus, inside) : overview(inside);
  card.replaceChildren(el("div", {}, head), el("div", {}, list));
  card.scrollTop = top;
  if (key !== drawnCard && narrow.matches) scrollTo(0, 0);
  drawnCard = key;
}

function markCard() {
  for (const row of byId("card").querySelectorAll("[data-pair]")) {
    const [a, b] = row.dataset.pair.split(" ").map(Number);
    if (state.pair?.includes(a) && state.pair.includes(b)) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

// What the drawing of the network depends on; if nothing of that changed, it stays as it is.
let drawnGraph = "";
function drawGraph() {
  const key = JSON.stringify([state.focus, state.path?.to, state.grown, state.redrawn, byId("graph").clientWidth, byId("graph").clientHeight]);
  if (key === drawnGraph) return parts.graph.mark(state.pair);
  drawnGraph = key;
  const { hidden, nodes } = parts.graph.draw(state);
  byId("graph-word").textContent = hidden > 0 ? `The ${number(nodes - 1)} with most sentences; ${number(hidden)} more in the list`
    : !nodes ? "No connections to draw" : state.focus < 0 ? "The best connected" : "";
}

function draw() {
  const isTable = state.view === "table";
  byId("network").hidden = isTable;
  byId("table").hidden = !isTable;
  byId("to-network").setAttribute("aria-pressed", String(!isTable));
  byId("to-table").setAttribute("aria-pressed", String(isTable));
  const panel = byId("evidence");
  const opened = Boolean(state.pair) && !document.body.classList.contains("reading");
  document.body.classList.toggle("reading", Boolean(state.pair));
  document.body.classList.toggle("rows-in-view", isTable);
  if (state.pair) drawEvidence(panel, state.pair, actions);
  else drawLatest(panel, state.focus, actions);
  const key = [state.focus, state.path?.to, state.redrawn].join();
  if (key !== draw.key) {
    draw.key = key;
    drawCard();
  } else markCard();
  parts.timeline.draw(state);
  if (isTable) parts.table.draw(state);
  else drawGraph();
  if (opened) {
    draw.before = document.activeElement;
    panel.focus({ preventScroll: true });
  } else if (!state.pair && draw.before?.isConnected) {
    draw.before.focus({ preventScroll: true });
    draw.before = null;
  }
  document.title = state.focus >= 0 ? `${entities.name[state.focus]} – ${result.name}` : result.name;
}

function filtersChanged() {
  applyFilters();
  state.redrawn++;
  if (state.path) state.path = findPath(state.path.from, state.path.to);
  markFilters();
  draw();
}

function showFilters(open) {
  byId("filters").hidden = !open;
  byId("to-filters").setAttribute("aria-expanded", String(open));
}

// Light or dark as the system has it, until one of them is chosen.
function switchTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

function legend() {
  const line = (kind, word) => el("span", {}, svg("svg", { class: "key", viewBox: "0 0 26 8" }, svg("g", { class: `line ${kind}` }, svg("path", { class: "stroke", d: "M 1 4 H 25", "stroke-width": 2 }))), word);
  byId("legend").replaceChildren(
    ...[0, 1, 2, 3].map((type) => el("span", {}, shape(type), TYPE_WORDS[type][0].toLowerCase())),
    line("unsure", "only reported or alleged"), line("denied", "denied"));
}

function notice() {
  const left = result.left_out;
  const words = [];
  if (left.triples > 0) {
    words.push(`This result has ${number(result.totals.triples)} connections, more than a page can hold. It shows the ${number(tripleCount)} between the best connected names; ${number(left.triples)} connections are only in triples.csv.`);
  }
  if (left.names > 0) words.push(`${number(left.names)} names without a connection shown here are only in entities.csv.`);
  byId("notice").hidden = !words.length;
  byId("notice").textContent = words.join(" ");
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return;
  if (event.target.matches("input:not([type=checkbox], [type=range]), select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const does = {
    "/": () => byId("search").focus(),
    n: () => go({ view: "network" }),
    t: () => { go({ view: "table" }); setTimeout(() => parts.table.focus()); },
    f: () => { showFilters(byId("filters").hidden); if (!byId("filters").hidden) byId("filters").querySelector("button").focus(); },
    "?": () => byId("help").showModal(),
    "+": () => parts.graph.zoomBy(1.25),
    "=": () => parts.graph.zoomBy(1.25),
    "-": () => parts.graph.zoomBy(0.8),
    0: () => parts.graph.fitView(),
    Escape: () => {
      if (!byId("filters").hidden) showFilters(false);
      else if (state.pair) actions.close();
      else if (state.focus >= 0) go({ focus: -1, path: null, pair: null, grown: [] });
    },
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
}

function start() {
  if (narrow.matches) byId("search").placeholder = "Search for a name";
  byId("result").textContent = result.name;
  applyFilters();
  parts.graph = makeGraph(byId("graph"), {
    chosenName: actions.open,
    chosenLink: actions.openLink,
    grow: (e) => { state.grown = [...state.grown.filter((it) => it !== e), e]; drawGraph(); },
  });
  parts.timeline = makeTimeline(byId("timeline"), (from, to) => {
    Object.assign(filters, { from, to });
    filtersChanged();
  });
  parts.table = makeTable(byId("table"), actions);
  drawFilters(filtersChanged);
  markFilters();
  legend();
  notice();
  nameField(byId("search"), actions.open);
  const on = (id, does) => byId(id).addEventListener("click", does);
  on("home", () => go({ focus: -1, path: null, pair: null, grown: [], view: "network" }));
  on("to-network", () => go({ view: "network" }));
  on("to-table", () => go({ view: "table" }));
  on("to-filters", () => showFilters(byId("filters").hidden));
  on("theme", switchTheme);
  on("to-help", () => byId("help").showModal());
  on("zoom-in", () => parts.graph.zoomBy(1.25));
  on("zoom-out", () => parts.graph.zoomBy(0.8));
  on("zoom-fit", () => parts.graph.fitView());
  byId("help").addEventListener("click", (event) => event.target === byId("help") && byId("help").close());
  addEventListener("keydown", keys);
  addEventListener("hashchange", () => { readAddress(); draw(); });
  let resized = 0;
  new ResizeObserver(() => {
    clearTimeout(resized);
    resized = setTimeout(() => state.view === "network" && drawGraph(), 120);
  }).observe(byId("graph"));
  readAddress();
  draw();
  performance.mark("ready");
  // The names are folded while nobody types yet.
  setTimeout(foldAll, 50);
}

// The page is painted before the result is drawn.
requestAnimationFrame(() => setTimeout(start));
