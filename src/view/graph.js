// The network around a name, drawn as SVG: few enough names that each can be read.

const MOST_NODES = 150;
const GROWTH = 10;
const LABEL_LENGTH = 26;

const pen = document.createElement("canvas").getContext("2d");
const short = (name) => ([...name].length > LABEL_LENGTH ? `${[...name].slice(0, LABEL_LENGTH - 1).join("")}…` : name);

// Which entities: those of the path, or the entity and those it is connected to most, with those of the ones that were
// made to grow; without an entity the best connected of all.
function choose({ focus, grown, path }, room) {
  const chosen = new Map(); // entity to the one that brought it
  const add = (e, by) => chosen.size < MOST_NODES && !chosen.has(e) && chosen.set(e, by);
  let hidden = 0;
  if (path) path.entities.forEach((e) => add(e, path.entities[0]));
  else if (focus >= 0) {
    add(focus, focus);
    const all = neighbours(focus);
    all.slice(0, room).forEach(({ other }) => add(other, focus));
    hidden = all.length - Math.min(all.length, room);
  } else {
    const counts = countNeighbours();
    const best = [...counts.keys()].filter((e) => counts[e] > 0).sort((a, b) => counts[b] - counts[a] || a - b).slice(0, room);
    const inside = new Set(best);
    best.filter((e) => neighbours(e).some(({ other }) => inside.has(other))).forEach((e) => add(e, best[0]));
  }
  for (const e of grown) {
    add(e, focus);
    const fresh = neighbours(e).filter(({ other }) => !chosen.has(other));
    fresh.slice(0, GROWTH).forEach(({ other }) => add(other, e));
  }
  return { chosen, hidden };
}

// What connects the chosen, a line for each two.
function connect(chosen) {
  const place = new Map([...chosen.keys()].map((e, i) => [e, i]));
  const lines = [];
  for (const [e, from] of place) {
    for (const link of neighbours(e)) {
      const to = place.get(link.other);
      if (to === undefined || to <= from) continue;
      const directions = new Set(link.triples.filter((t) => !isSymmetric(triples.predicate[t])).map((t) => triples.subject[t]));
      lines.push({
        ...link, from, to, a: e, b: link.other,
        denied: link.triples.every((t) => triples.negated[t]),
        unsure: link.triples.every((t) => triples.certainty[t] > 0),
        former: link.triples.every((t) => triples.status[t] === 1),
        directed: directions.size === 1 && link.triples.every((t) => !isSymmetric(triples.predicate[t])) ? [...directions][0] : -1,
      });
    }
  }
  return lines;
}

// What a connection says, in a line: the phrases from one end.
function linkWords(triplesOfLink, from) {
  const phrases = triplesOfLink.map((t) => `${triples.negated[t] ? "denied: " : ""}${phrase(triples.predicate[t], triples.subject[t] !== from)}`);
  return [...new Set(phrases)].join(" · ");
}

// Makes the network in `box`. `chosenName`, `chosenLink` and `grow` are told what was clicked.
function makeGraph(box, { chosenName, chosenLink, grow }) {
  const root = svg("svg", { class: "graph", role: "group", "aria-label": "Network. Arrow keys go from name to name.", tabindex: "0" });
  const stage = svg("g");
  root.append(stage);
  box.append(root);
  let nodes = [];
  let lines = [];
  let view = { x: 0, y: 0, zoom: 1 };
  let drawn = 0; // which drawing an animation belongs to
  let at = -1; // the node of the keyboard
  let centre = -1;
  let about = ""; // what the last drawing was about, and its size
  let lastSize = [1, 1];

  const size = () => [Math.max(box.clientWidth, 200), Math.max(box.clientHeight, 200)];
  const applyView = () => stage.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.zoom})`);

  function place(node) {
    node.element.setAttribute("transform", `translate(${node.px.toFixed(1)} ${node.py.toFixed(1)})`);
  }
  // How far an arrow keeps from the middle of a name in that direction: its shape, and what is written below.
  function reach({ r, half }, ux, uy) {
    const bottom = r + 17;
    if (uy * half > r * Math.abs(ux)) return Math.min(bottom / uy, ux ? half / Math.abs(ux) : Infinity) + 2;
    return r + 2;
  }
  function placeLine(line) {
    const [a, b] = [nodes[line.from], nodes[line.to]];
    const length = Math.hypot(b.px - a.px, b.py - a.py) || 1;
    const [ux, uy] = [(b.px - a.px) / length, (b.py - a.py) / length];
    const [before, behind] = [line.directed === line.b ? reach(a, ux, uy) : a.r + 2, line.directed === line.a ? reach(b, -ux, -uy) : b.r + 2]
      .map((it) => Math.min(it, length * 0.45));
    const [x1, y1] = [a.px + ux * before, a.py + uy * before];
    const [x2, y2] = [b.px - ux * behind, b.py - uy * behind];
    const path = `M ${x1.toFixed(1)} ${y1.toFixed(1)} L ${x2.toFixed(1)} ${y2.toFixed(1)}`;
    line.stroke.setAttribute("d", path);
    line.hit.setAttribute("d", path);
    if (line.arrow) {
      const forward = line.directed === line.a;
      const [x, y, dx, dy] = forward ? [x2, y2, ux, uy] : [x1, y1, -ux, -uy];
      const s = 5 + line.width;
      line.arrow.setAttribute("d", `M ${x} ${y} L ${x - dx * s - dy * s * 0.55} ${y - dy * s + dx * s * 0.55} L ${x - dx * s + dy * s * 0.55} ${y - dy * s - dx * s * 0.55} z`);
    }
    line.label?.setAttribute("transform", `translate(${((x1 + x2) / 2).toFixed(1)} ${((y1 + y2) / 2 - 4).toFixed(1)})`);
  }
  const placeAll = () => {
    nodes.forEach(place);
    lines.forEach(placeLine);
  };

  // From where the names stood to where they stand now.
  function animate() {
    const mine = ++drawn;
    const from = nodes.map(({ px, py }) => [px, py]);
    const begin = performance.now();
    const step = (now) => {
      if (mine !== drawn) return;
      const done = calm.matches ? 1 : Math.min(1, (now - begin) / 320);
      const eased = 1 - (1 - done) ** 3;
      nodes.forEach((node, i) => {
        node.px = from[i][0] + (node.x - from[i][0]) * eased;
        node.py = from[i][1] + (node.y - from[i][1]) * eased;
      });
      placeAll();
      if (done < 1) requestAnimationFrame(step);
    };
    step(begin);
  }

  function lineElement(line, pair) {
    const kind = [line.denied && "denied", line.unsure && "unsure", line.former && "former", centre >= 0 && ![line.a, line.b].includes(centre) && "aside"];
    line.width = Math.min(1 + 0.9 * Math.log2(1 + line.evidence), 8);
    line.stroke = svg("path", { class: "stroke", "stroke-width": line.width });
    line.arrow = line.directed >= 0 ? svg("path", { class: "arrow" }) : null;
    line.hit = svg("path", { class: "hit" });
    line.label = null;
    const words = () => [el("b", {}, bdi(entities.name[line.a])), ` ${linkWords(line.triples, line.a)} `, el("b", {}, bdi(entities.name[line.b])),
      el("small", {}, count(line.evidence, "sentence"))];
    line.element = svg("g", {
      class: ["line", ...kind].filter(Boolean).join(" "),
      "data-pair": `${line.a} ${line.b}`,
      onclick: () => chosenLink(line.a, line.b),
      onpointermove: (event) => event.pointerType === "mouse" && tip(words(), event),
      onpointerleave: () => tip(null),
    }, line.stroke, line.arrow, line.hit);
    if (lines.length <= 14 || (pair && isPair(line, pair))) {
      const from = line.directed >= 0 ? line.directed : line.a;
      const text = linkWords(line.triples, from);
      line.label = svg("text", { class: "line-label" }, text.length > 34 ? `${text.slice(0, 33)}…` : text);
      line.element.append(line.label);
    }
    return line.element;
  }

  function nodeElement(node, i, visible) {
    const { e } = node;
    const all = countNeighbours()[e];
    const element = svg("g", {
      class: `node type-${looksLike(entities.type[e])}${e === centre ? " centre" : ""}`,
      role: "button",
      "data-entity": e,
      "aria-label": `${entities.name[e]}, ${TYPE_WORDS[entities.type[e]][0]}, ${count(all, "connection")}`,
      onpointerenter: () => hover(i),
      onpointerleave: () => { hover(-1); tip(null); },
      onpointermove: (event) => event.pointerType === "mouse" && !root.classList.contains("dragging")
        && tip([el("b", {}, bdi(entities.name[e])), el("small", {}, `${TYPE_WORDS[entities.type[e]][0]}, connected to ${number(all)}`)], event),
    },
    svg("path", { class: "dot", d: SHAPES[looksLike(entities.type[e])](node.r) }),
    svg("text", { class: "label", y: node.r + 13 }, `\u2068${short(entities.name[e])}\u2069`));
    if (all > visible) {
      element.append(svg("g", { class: "grow", transform: `translate(${node.r + 3} ${-node.r - 1})`, "data-grow": e },
        svg("circle", { r: 7 }), svg("path", { d: "M -3.5 0 H 3.5 M 0 -3.5 V 3.5" }), svg("title", {}, `Add its neighbours (${number(all - visible)} more)`)));
    }
    node.element = element;
    return element;
  }

  const isPair = (line, [a, b]) => (line.a === a && line.b === b) || (line.a === b && line.b === a);

  function hover(i) {
    if (root.classList.contains("dragging")) return;
    root.classList.toggle("hovering", i >= 0);
    nodes.forEach(({ element }) => element.classList.remove("near"));
    lines.forEach(({ element }) => element.classList.remove("near"));
    if (i < 0) return;
    nodes[i].element.classList.add("near");
    for (const line of lines) {
      if (line.from !== i && line.to !== i) continue;
      line.element.classList.add("near");
      nodes[line.from].element.classList.add("near");
      nodes[line.to].element.classList.add("near");
    }
  }

  function draw(state) {
    const [width, height] = size();
    const room = Math.max(8, Math.min(state.focus >= 0 ? 42 : 34, Math.floor((width * height) / 11000)));
    const { chosen, hidden } = choose(state, room);
    centre = state.path ? -1 : state.focus;
    const same = about === [state.focus, state.path?.to].join();
    about = [state.focus, state.path?.to].join();
    const before = new Map(nodes.map((node) => [node.e, node]));
    pen.font = "600 12px system-ui, sans-serif";
    let i = 0;
    const counts = countNeighbours();
    nodes = [...chosen].map(([e, by]) => {
      const turn = i++ * 2.39996;
      const far = Math.sqrt(i / chosen.size) * 0.42;
      const old = before.get(e);
      const source = before.get(by);
      const isCentre = e === centre;
      const x = isCentre ? width / 2 : width * (0.5 + far * Math.cos(turn));
      const y = isCentre ? height / 2 : height * (0.5 + far * Math.sin(turn));
      // What was there stays about where it was, if the network is of the same.
      const kept = old && same ? { x: (old.x * width) / lastSize[0], y: (old.y * height) / lastSize[1] } : null;
      return {
        e, x: isCentre ? x : kept?.x ?? x, y: isCentre ? y : kept?.y ?? y, px: old?.px ?? source?.px ?? width / 2, py: old?.py ?? source?.py ?? height / 2,
        r: Math.min(5 + 1.9 * Math.log2(1 + counts[e]), 17) + (isCentre ? 3 : 0),
        half: Math.max(pen.measureText(short(entities.name[e])).width / 2 + 3, 16),
        fixed: isCentre,
      };
    });
    lines = connect(chosen);
    const degree = new Int32Array(nodes.length);
    lines.forEach(({ from, to }) => { degree[from]++; degree[to]++; });
    // A line of a hub pulls less, or its names come to lie on each other.
    lines.forEach((line) => { line.pull = 1 / Math.sqrt(Math.min(degree[line.from], degree[line.to])); });
    if (state.path) layInRow(width, height, state.path);
    else {
      const scale = Math.max(1, Math.sqrt(nodes.length / (room + 1)));
      layOut(nodes, lines, [width * scale, height * scale], same ? 0.4 : 1);
    }
    root.classList.toggle("overview", state.focus < 0);
    stage.replaceChildren(
      svg("g", {}, ...lines.map((line) => lineElement(line, state.pair))),
      svg("g", {}, ...nodes.map((node, i) => nodeElement(node, i, degree[i]))));
    lastSize = [width, height];
    at = -1;
    hover(-1);
    mark(state.pair);
    fitView(true);
    animate();
    return { hidden, nodes: nodes.length };
  }

  // The names of a path from left to right (from top to bottom where it is narrow), those of one distance above each other.
  function layInRow(width, height, { steps }) {
    const upright = width < 600;
    nodes.forEach((node) => {
      const column = steps.findIndex((step) => step.includes(node.e));
      const row = steps[column].indexOf(node.e);
      const along = (column + 0.5) / steps.length;
      const across = (row + 0.5) / steps[column].length;
      [node.x, node.y] = upright ? [width * across, height * along] : [width * along, height * across];
    });
    for (let round = 0; round < 60 && pushApart(nodes, width, height); round++);
  }

  function mark(pair) {
    lines.forEach((line) => line.element.classList.toggle("chosen", Boolean(pair && isPair(line, pair))));
  }

  function zoomBy(factor, x = size()[0] / 2, y = size()[1] / 2) {
    const zoom = Math.min(Math.max(view.zoom * factor, 0.2), 6);
    view.x = x - ((x - view.x) * zoom) / view.zoom;
    view.y = y - ((y - view.y) * zoom) / view.zoom;
    view.zoom = zoom;
    applyView();
  }

  function fitView() {
    const [width, height] = size();
    if (!nodes.length) return;
    const [left, right] = [Math.min(...nodes.map((n) => n.x - n.half)), Math.max(...nodes.map((n) => n.x + n.half))];
    const [top, bottom] = [Math.min(...nodes.map((n) => n.y - n.r)), Math.max(...nodes.map((n) => n.y + n.r + 18))];
    const below = bottomOf(width) - 22;
    const zoom = Math.min(1, (width - 12) / (right - left), (height - TOP - below) / (bottom - top));
    view = { zoom, x: width / 2 - (zoom * (left + right)) / 2, y: (height + TOP - below) / 2 - (zoom * (top + bottom)) / 2 };
    applyView();
  }

  // Pointers: drag a name or the background, two fingers zoom.
  const local = (event) => {
    const { left, top } = root.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };
  const fingers = new Map();
  let held = null;
  let moved = false;
  root.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    fingers.set(event.pointerId, local(event));
    moved = false;
    const element = event.target.closest(".node");
    held = element && !event.target.closest(".grow") ? nodes.find((node) => node.element === element) : null;
  });
  root.addEventListener("pointermove", (event) => {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const now = local(event);
    const [dx, dy] = [now[0] - last[0], now[1] - last[1]];
    if (!moved && Math.hypot(dx, dy) < 4) return;
    if (!moved) {
      moved = true;
      root.setPointerCapture(event.pointerId);
      root.classList.add("dragging");
      tip(null);
    }
    if (fingers.size === 2) {
      const [other] = [...fingers].filter(([id]) => id !== event.pointerId).map(([, it]) => it);
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
      zoomBy(apart(now) / apart(last), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
    } else if (held) {
      drawn++;
      held.x = held.px += dx / view.zoom;
      held.y = held.py += dy / view.zoom;
      held.fixed = true;
      place(held);
      lines.filter(({ from, to }) => nodes[from] === held || nodes[to] === held).forEach(placeLine);
    } else {
      view.x += dx;
      view.y += dy;
      applyView();
    }
    fingers.set(event.pointerId, now);
  });
  const release = (event) => {
    fingers.delete(event.pointerId);
    root.classList.remove("dragging");
    held = null;
  };
  root.addEventListener("pointerup", release);
  root.addEventListener("pointercancel", release);
  root.addEventListener("click", (event) => {
    if (moved) {
      event.stopPropagation();
      moved = false;
      return;
    }
    const handle = event.target.closest(".grow");
    if (handle) return grow(Number(handle.dataset.grow));
    const element = event.target.closest(".node");
    if (!element) return;
    const e = Number(element.dataset.entity);
    tip(null);
    if (event.shiftKey) grow(e);
    else chosenName(e);
  }, true);
  root.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoomBy(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0016)), ...local(event));
  }, { passive: false });

  // Keys: to the nearest name in the direction of the arrow.
  function keyTo(i) {
    nodes[at]?.element.classList.remove("key");
    at = i;
    nodes[at].element.classList.add("key");
    hover(at);
    root.setAttribute("aria-activedescendant", (nodes[at].element.id ||= `node-${nodes[at].e}`));
  }
  root.addEventListener("keydown", (event) => {
    const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (direction && nodes.length) {
      event.preventDefault();
      if (at < 0) return keyTo(0);
      let [best, least] = [-1, Infinity];
      nodes.forEach((node, i) => {
        const [dx, dy] = [node.x - nodes[at].x, node.y - nodes[at].y];
        const along = dx * direction[0] + dy * direction[1];
        const aside = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
        if (along > 4 && along + 2 * aside < least) [best, least] = [i, along + 2 * aside];
      });
      if (best >= 0) keyTo(best);
    } else if (at >= 0 && event.key === "Enter") chosenName(nodes[at].e);
    else if (at >= 0 && event.key === "e") grow(nodes[at].e);
    else if (at >= 0 && event.key === " ") {
      event.preventDefault();
      if (centre >= 0 && nodes[at].e !== centre) chosenLink(centre, nodes[at].e);
    } else return;
    event.stopPropagation();
  });
  root.addEventListener("blur", () => { nodes[at]?.element.classList.remove("key"); hover(-1); });

  return { draw, mark, zoomBy, fitView };
}
