// When the articles behind what is shown were published: a bar for each month (or year, where there are many). Click or drag
// chooses dates.

const MOST_BARS = 240;
const WIDEST = 60;

let firstMonth = Infinity;
let lastMonth = -Infinity;
for (const month of evidenceMonth) {
  if (month < 0) continue;
  if (month < firstMonth) firstMonth = month;
  if (month > lastMonth) lastMonth = month;
}
const unit = lastMonth - firstMonth >= MOST_BARS ? 12 : 1;
if (unit === 12) [firstMonth, lastMonth] = [Math.floor(firstMonth / 12) * 12, Math.floor(lastMonth / 12) * 12 + 11];
const barCount = firstMonth > lastMonth ? 0 : Math.floor((lastMonth - firstMonth) / unit) + 1;

// How much evidence each bar has: of an entity or of all, and of the two chosen.
function countBars({ focus, pair }) {
  const all = new Int32Array(barCount);
  const ofPair = new Int32Array(barCount);
  let undated = 0;
  const add = (t) => {
    if (!passes[t]) return;
    const chosen = pair && [triples.subject[t], triples.object[t]].every((e) => pair.includes(e)) && (pair[0] !== pair[1]) !== isSelf(t);
    for (let i = firstEvidence[t]; i < firstEvidence[t + 1]; i++) {
      if (evidenceMonth[i] < 0) undated++;
      else {
        const bar = Math.floor((evidenceMonth[i] - firstMonth) / unit);
        all[bar]++;
        if (chosen) ofPair[bar]++;
      }
    }
  };
  if (focus >= 0) triplesOfEntity(focus).forEach(add);
  else for (let t = 0; t < tripleCount; t++) add(t);
  return { all, ofPair, undated };
}

function makeTimeline(box, datesChanged) {
  const word = el("p", { class: "timeline-word" });
  const chart = svg("svg", { class: "bars", tabindex: "0", role: "slider", "aria-label": "Months. Arrow keys choose one, with Shift several.", "aria-valuemin": 0, "aria-valuemax": barCount - 1, "aria-valuenow": 0 });
  box.append(word, chart);
  let anchor = -1;
  let head = -1;
  let dragging = false;
  let bars = { all: [], ofPair: [] };

  const stepOf = (width) => Math.min(width / Math.max(barCount, 1), WIDEST);
  const monthOfBar = (bar) => firstMonth + bar * unit;
  const barOf = (event) => {
    const { left, width } = chart.getBoundingClientRect();
    return Math.min(barCount - 1, Math.max(0, Math.floor((event.clientX - left) / stepOf(width))));
  };
  const barWords = (bar) => (unit === 12 ? String(Math.floor(monthOfBar(bar) / 12)) : monthWords(monthOfBar(bar)));

  function choose(a, b) {
    anchor = a;
    head = b;
    const [first, last] = [Math.min(a, b), Math.max(a, b)];
    datesChanged(monthOfBar(first), monthOfBar(last) + unit - 1);
  }
  function clear() {
    anchor = head = -1;
    datesChanged(-1, -1);
  }
  chart.addEventListener("pointerdown", (event) => {
    if (!barCount || event.button) return;
    dragging = true;
    chart.setPointerCapture(event.pointerId);
    anchor = head = barOf(event);
    draw();
  });
  chart.addEventListener("pointermove", (event) => {
    const bar = barOf(event);
    if (event.pointerType === "mouse" && barCount) tip([el("b", {}, barWords(bar)), el("small", {}, count(bars.all[bar], "sentence"))], event);
    if (!dragging || bar === head) return;
    head = bar;
    draw();
  });
  chart.addEventListener("pointerup", () => {
    if (!dragging) return;
    dragging = false;
    const [first, last] = [Math.min(anchor, head), Math.max(anchor, head)];
    const again = filters.from === monthOfBar(first) && filters.to === monthOfBar(last) + unit - 1;
    if (again) clear();
    else choose(anchor, head);
  });
  chart.addEventListener("pointercancel", () => { dragging = false; draw(); });
  chart.addEventListener("pointerleave", () => tip(null));
  chart.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && datesChosen()) clear();
    else if (step && barCount) {
      const next = head < 0 ? (step > 0 ? 0 : barCount - 1) : Math.min(barCount - 1, Math.max(0, head + step));
      choose(event.shiftKey && anchor >= 0 ? anchor : next, next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  let shownState = { focus: -1, pair: null };
  function draw(state = shownState) {
    shownState = state;
    bars = countBars(state);
    if (!datesChosen() && !dragging) anchor = head = -1;
    const width = Math.max(chart.clientWidth, 100);
    const height = Math.max(chart.clientHeight, 40);
    const base = height - 15;
    const step = stepOf(width);
    const most = Math.max(1, ...bars.all);
    const tall = (n) => (n ? Math.max(2, (n / most) * (base - 3)) : 0);
    const chosen = (bar) => (dragging ? bar >= Math.min(anchor, head) && bar <= Math.max(anchor, head)
      : !datesChosen() || (inDates(monthOfBar(bar)) || inDates(monthOfBar(bar) + unit - 1)));
    const gap = step > 4 ? 1 : 0;
    const parts = [];
    for (let bar = 0; bar < barCount; bar++) {
      const rect = (n, kind) => n && parts.push(svg("rect", { class: kind, x: (bar * step + gap / 2).toFixed(2), width: Math.max(step - gap, 0.5).toFixed(2), y: (base - tall(n)).toFixed(1), height: tall(n).toFixed(1) }));
      rect(bars.all[bar], chosen(bar) ? "bar" : "bar out");
      rect(bars.ofPair[bar], "bar of-pair");
    }
    // A tick where a year begins, or with every month, as far as the words have room.
    const every = [1, 2, 5, 10, 20, 50, 100].find((n) => ((step * 12) / unit) * n > 40) ?? 200;
    for (let bar = 0; bar < barCount; bar++) {
      const month = monthOfBar(bar);
      const words = step > 52 ? barWords(bar) : month % 12 === 0 && (month / 12) % every === 0 ? String(month / 12) : step > 28 ? MONTHS[month % 12] : null;
      if (!words) continue;
      parts.push(svg("line", { class: "tick", x1: bar * step, x2: bar * step, y1: base, y2: base + 4 }),
        svg("text", { class: "year", x: bar * step + 3, y: height - 2 }, words));
    }
    parts.push(svg("line", { class: "base", x1: 0, x2: barCount * step, y1: base, y2: base }));
    chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    chart.setAttribute("aria-valuenow", String(Math.max(head, 0)));
    chart.setAttribute("aria-valuetext", datesChosen() ? periodOfFilters() : "all dates");
    chart.replaceChildren(...parts);
    word.replaceChildren(
      el("b", {}, datesChosen() ? periodOfFilters() : unit === 12 ? "Sentences by year" : "Sentences by month"),
      datesChosen() ? button({ class: "quiet", id: "all-dates", onclick: clear }, "All dates ×")
        : el("span", { class: "faint hint" }, barCount ? "Click a month, or drag over several" : "No article has a date"),
      bars.undated > 0 && barCount ? el("span", { class: "faint" }, `${number(bars.undated)} without a month`) : "");
  }
  new ResizeObserver(() => draw()).observe(chart);
  return { draw };
}

const periodOfFilters = () =>
  filters.from >= 0 && filters.from === filters.to ? monthWords(filters.from)
    : [filters.from >= 0 ? monthWords(filters.from) : "…", filters.to >= 0 ? monthWords(filters.to) : "…"].join(" – ");
