// Names by what is typed, whatever their accents and case.

const UNMARKED = { ı: "i", ø: "o", ł: "l", đ: "d", ß: "ss", æ: "ae", œ: "oe", þ: "th", ð: "d" };
function fold(text) {
  const lower = text.toLowerCase();
  if (/^[\n\x20-\x7e]*$/.test(lower)) return lower;
  return lower.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").replace(/[ıøłđßæœþð]/g, (c) => UNMARKED[c]).replace(/[‘’]/g, "'");
}

// Of each entity its name and its aliases, folded. Made on first use: the page is drawn before.
let foldedNames = null;
const foldAll = () =>
  (foldedNames ??= entities.name.map((name, e) => fold([name, ...entities.aliases[e]].join("\n"))));

const MOST_FOUND = 12;

// How well a name fits: the whole name, its beginning, the beginning of a word, an alias, anywhere.
function fit(folded, query, words) {
  if (!words.every((word) => folded.includes(word))) return -1;
  const end = folded.indexOf("\n");
  const name = end < 0 ? folded : folded.slice(0, end);
  if (name === query) return 5;
  if (name.startsWith(query)) return 4;
  if (folded.includes(`\n${query}`) && (folded.endsWith(`\n${query}`) || folded.includes(`\n${query}\n`))) return 4;
  if (words.every((word) => name.startsWith(word) || name.includes(` ${word}`))) return 3;
  if (words.every((word) => folded.startsWith(word) || /[\s-]/.test(folded[folded.indexOf(word) - 1] ?? " "))) return 2;
  return 1;
}

function findNames(text) {
  const query = fold(text.trim()).replace(/\s+/g, " ");
  if (!query) return [];
  const words = query.split(" ");
  const connected = (e) => (firstOf[e + 1] > firstOf[e] ? 1 : 0);
  const better = ([a, d], [b, e]) => a - b || connected(d) - connected(e) || entities.mentions[d] - entities.mentions[e] || e - d;
  // Only the best are kept, in order: a letter fits most names.
  const best = [];
  foldAll().forEach((folded, e) => {
    const fits = fit(folded, query, words);
    if (fits < 0 || (best.length === MOST_FOUND && better([fits, e], best.at(-1)) < 0)) return;
    let at = best.length;
    while (at > 0 && better([fits, e], best[at - 1]) > 0) at--;
    best.splice(at, 0, [fits, e]);
    best.length = Math.min(best.length, MOST_FOUND);
  });
  return best.map(([, e]) => e);
}

// Which alias was meant, if the name itself does not have what was typed.
function aliasMeant(e, text) {
  const words = fold(text.trim()).split(/\s+/);
  const has = (name) => words.every((word) => fold(name).includes(word));
  return has(entities.name[e]) ? null : entities.aliases[e].find(has);
}

// Makes a field that finds names while one types. `picked` is told the entity.
function nameField(input, picked) {
  const list = el("ul", { class: "found", role: "listbox", id: `${input.id}-found`, "aria-label": "Names found", hidden: true });
  const status = el("span", { class: "unseen", role: "status" });
  fill(input, { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list.id }, []);
  input.after(list, status);
  let found = [];
  let at = -1;

  function choose(next) {
    at = next;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === at)));
    if (at >= 0 && list.children[at]) {
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  }
  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
  }
  function pick(e) {
    show(false);
    input.value = "";
    input.blur();
    picked(e);
  }
  function search() {
    const text = input.value;
    found = findNames(text);
    list.replaceChildren(
      ...found.map((e, i) => {
        const alias = aliasMeant(e, text);
        const item = el("li", { role: "option", id: `${input.id}-${i}`, "aria-selected": "false" },
          shapedName(e), alias && el("small", {}, "also ", bdi(alias)),
          el("small", { class: "right" }, firstOf[e + 1] > firstOf[e] ? count(entities.articles[e], "article") : "no connections"));
        item.addEventListener("pointerdown", (event) => event.preventDefault());
        item.addEventListener("click", () => pick(e));
        return item;
      }),
      ...(text.trim() && !found.length ? [el("li", { class: "none" }, "No such name in this result")] : []));
    status.textContent = text.trim() ? count(found.length, "name") : "";
    show(Boolean(text.trim()));
    choose(found.length ? 0 : -1);
  }
  input.addEventListener("input", search);
  input.addEventListener("focus", () => input.value && search());
  input.addEventListener("blur", () => show(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (found.length) choose((at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length);
    } else if (event.key === "Enter") {
      if (found[at] !== undefined && !list.hidden) pick(found[at]);
    } else if (event.key === "Escape") {
      if (!input.value) input.blur();
      input.value = "";
      show(false);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
