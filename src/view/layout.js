// Where the names of a network stand: forces as by Fruchterman and Reingold (1991), then boxes of names pushed apart.
// The same names come to the same places; nothing is random.

const INWARDS = 1.3;

// Room for the words above and below.
const TOP = 34;
const bottomOf = (width) => (width < 600 ? 66 : 48); // the legend takes two lines there
const BUTTONS = 130;

// Nodes have x, y, r, and half the width of what is written below them; `fixed` ones stay. The box is [width, height]. Less
// heat keeps them nearer to where they stood.
function layOut(nodes, edges, [width, height], heat = 1) {
  const n = nodes.length;
  const ideal = 0.8 * Math.sqrt((width * height) / Math.max(n, 4));
  const ticks = n > 120 ? 120 : 240;
  const [stepX, stepY] = [new Float64Array(n), new Float64Array(n)];
  for (let tick = 0; tick < ticks; tick++) {
    const warmth = (1 - tick / ticks) ** 1.5 * Math.min(width, height) * 0.08 * heat + 0.5;
    stepX.fill(0);
    stepY.fill(0);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) {
        const dx = nodes[i].x - nodes[j].x || (i % 2 ? 0.1 : -0.1);
        const dy = nodes[i].y - nodes[j].y || (j % 2 ? 0.1 : -0.1);
        const push = (ideal * ideal) / Math.max(dx * dx + dy * dy, 25);
        stepX[i] += dx * push;
        stepY[i] += dy * push;
        stepX[j] -= dx * push;
        stepY[j] -= dy * push;
      }
    }
    for (const { from, to, pull } of edges) {
      const [dx, dy] = [nodes[from].x - nodes[to].x, nodes[from].y - nodes[to].y];
      const draw = (Math.hypot(dx, dy) / ideal) * pull;
      stepX[from] -= dx * draw;
      stepY[from] -= dy * draw;
      stepX[to] += dx * draw;
      stepY[to] += dy * draw;
    }
    for (let i = 0; i < n; i++) {
      const node = nodes[i];
      if (node.fixed) continue;
      // Towards the middle as strongly as all together push out of the box.
      const gx = stepX[i] - (node.x - width / 2) * INWARDS * (height / width);
      const gy = stepY[i] - (node.y - height / 2) * INWARDS * (width / height);
      const length = Math.hypot(gx, gy) || 1;
      node.x += (gx / length) * Math.min(length, warmth);
      node.y += (gy / length) * Math.min(length, warmth);
      keepInside(node, width, height);
    }
  }
  for (let round = 0; round < 120 && pushApart(nodes, width, height); round++);
}

function keepInside(node, width, height) {
  // The buttons stand at the upper right.
  const right = node.y < BUTTONS ? width - 50 : width - 6;
  node.x = Math.min(Math.max(node.x, node.half + 6), Math.max(right - node.half, node.half + 6));
  node.y = Math.min(Math.max(node.y, node.r + TOP), Math.max(height - node.r - bottomOf(width), node.r + TOP));
}

// One round; whether anything overlapped.
function pushApart(nodes, width, height) {
  let overlaps = false;
  for (let i = 0; i < nodes.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [nodes[i], nodes[j]];
      const dx = b.x - a.x;
      const dy = b.y + b.r / 2 - (a.y + a.r / 2);
      const overX = a.half + b.half + 8 - Math.abs(dx);
      const overY = a.r + b.r + 20 - Math.abs(dy);
      if (overX <= 0 || overY <= 0) continue;
      overlaps = true;
      const [shareA, shareB] = [a.fixed ? 0 : b.fixed ? 1 : 0.5, b.fixed ? 0 : a.fixed ? 1 : 0.5];
      if (overY < overX) {
        const step = overY * (dy < 0 ? -1 : 1) * 0.6;
        a.y -= step * shareA;
        b.y += step * shareB;
      } else {
        const step = overX * (dx < 0 ? -1 : 1) * 0.6;
        a.x -= step * shareA;
        b.x += step * shareB;
      }
      keepInside(a, width, height);
      keepInside(b, width, height);
    }
  }
  return overlaps;
}
