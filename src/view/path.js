// The shortest ways from one entity to another, by what is shown and not denied. Dates and second names lead nowhere.

const MOST_IN_STEP = 6;

function findPath(from, to) {
  const distance = new Int32Array(entityCount).fill(-1);
  distance[from] = 0;
  let edge = [from];
  const leads = (t) => shown[t] && !triples.negated[t] && !isSelf(t);
  while (edge.length && distance[to] < 0) {
    const next = [];
    for (const e of edge) {
      for (const t of triplesOfEntity(e)) {
        const other = otherEnd(t, e);
        if (!leads(t) || distance[other] >= 0 || entities.type[other] === DATE) continue;
        distance[other] = distance[e] + 1;
        next.push(other);
      }
    }
    edge = next;
  }
  if (distance[to] < 0) return { from, to, steps: [], entities: [from, to] };
  // Back from the end: of each step those with most evidence.
  const steps = [[to]];
  let cut = false;
  for (let d = distance[to] - 1; d >= 0; d--) {
    const weights = new Map();
    for (const e of steps[0]) {
      for (const t of triplesOfEntity(e)) {
        const other = otherEnd(t, e);
        if (leads(t) && distance[other] === d) weights.set(other, (weights.get(other) ?? 0) + triples.evidence[t]);
      }
    }
    const best = [...weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    cut ||= best.length > MOST_IN_STEP;
    steps.unshift(best.slice(0, MOST_IN_STEP).map(([e]) => e));
  }
  return { from, to, steps, entities: steps.flat(), lengths: cut };
}
