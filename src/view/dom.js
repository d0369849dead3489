// Elements are made of nodes, never of markup: no text of an article can be taken for HTML.

const byId = (id) => document.getElementById(id);

function fill(element, properties, children) {
  for (const [key, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child));
  return element;
}

const el = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
const svg = (tag, properties, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);
const button = (properties, ...children) => el("button", { type: "button", ...properties }, ...children);

// A name reads in its own direction, whatever stands around it.
const bdi = (text, properties) => el("bdi", properties, text);

// Types differ in shape too, not only in colour.
const SHAPES = [
  (r) => `M ${-r} 0 a ${r} ${r} 0 1 0 ${2 * r} 0 a ${r} ${r} 0 1 0 ${-2 * r} 0 z`,
  (r) => { const s = r * 0.9; return `M ${-s} ${-s} H ${s} V ${s} H ${-s} z`; },
  (r) => { const s = r * 1.2; return `M 0 ${-s} L ${s} 0 L 0 ${s} L ${-s} 0 z`; },
  (r) => { const s = r * 1.15; return `M 0 ${-s} L ${s} ${s * 0.8} H ${-s} z`; },
  (r) => { const s = r * 0.55; return `M ${-s * 2} ${-s} H ${s * 2} V ${s} H ${-s * 2} z`; },
];
// Types that only some models have look like other names.
const looksLike = (type) => (type < SHAPES.length ? type : 3);
const shape = (type) =>
  svg("svg", { class: `shape type-${looksLike(type)}`, viewBox: "-8 -8 16 16", "aria-hidden": "true" }, svg("path", { d: SHAPES[looksLike(type)](6) }));

const shapedName = (e) => [shape(entities.type[e]), bdi(entities.name[e], { class: "name" })];

// A word beside the pointer.
function tip(text, event) {
  const box = byId("tip");
  box.hidden = !text;
  if (!text) return;
  box.replaceChildren(...[text].flat());
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - width - 8))}px`;
  box.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18}px`;
}

// Up and down go through the buttons of a list.
function arrowsIn(list, selector) {
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !event.target.matches(selector)) return;
    const all = [...list.querySelectorAll(selector)];
    all[all.indexOf(event.target) + step]?.focus();
    event.preventDefault();
  });
}

const calm = matchMedia("(prefers-reduced-motion: reduce)");
