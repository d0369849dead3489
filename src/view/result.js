// The result, unpacked from the columns in the page. Everywhere else, an entity, a triple or a piece of evidence is its number here.

const CERTAINTIES = ["stated", "reported", "alleged"];
const STATUSES = ["current", "former", "planned"];

const result = JSON.parse(document.getElementById("data").textContent);
const { types, entities, triples, evidence, articles, sentences, predicates } = result;
const DATE = 4;
const entityCount = entities.name.length;
const tripleCount = triples.subject.length;

// The evidence of a triple stands together: that of triple t is from firstEvidence[t] to firstEvidence[t + 1].
const firstEvidence = new Int32Array(tripleCount + 1);
for (let t = 0; t < tripleCount; t++) firstEvidence[t + 1] = firstEvidence[t] + triples.kept[t];

// The triples of an entity, most evidence first (the order of triples): from firstOf[e] to firstOf[e + 1] in triplesOf.
const firstOf = new Int32Array(entityCount + 1);
const isSelf = (t) => triples.subject[t] === triples.object[t];
for (let t = 0; t < tripleCount; t++) {
  firstOf[triples.subject[t] + 1]++;
  if (!isSelf(t)) firstOf[triples.object[t] + 1]++;
}
for (let e = 0; e < entityCount; e++) firstOf[e + 1] += firstOf[e];
const triplesOf = new Int32Array(firstOf[entityCount]);
{
  const next = firstOf.slice();
  for (let t = 0; t < tripleCount; t++) {
    triplesOf[next[triples.subject[t]]++] = t;
    if (!isSelf(t)) triplesOf[next[triples.object[t]]++] = t;
  }
}
const triplesOfEntity = (e) => triplesOf.subarray(firstOf[e], firstOf[e + 1]);

// Of each entity those that share sentences with it in which nothing connects them, most sentences first.
let togetherOf = null;
function namedTogether(e) {
  if (!togetherOf) {
    togetherOf = new Map();
    const { one, other, sentences: shared } = result.together;
    const add = (a, b, n) => (togetherOf.get(a) ?? togetherOf.set(a, []).get(a)).push({ other: b, sentences: n });
    shared.forEach((n, i) => {
      add(one[i], other[i], n);
      add(other[i], one[i], n);
    });
  }
  return togetherOf.get(e) ?? [];
}

const otherEnd = (t, e) => (triples.subject[t] === e ? triples.object[t] : triples.subject[t]);

// Dates are numbers, 20190329; 20190300 and 20190000 where the day, or the month too, is not known; 0 if nothing is.
// A month is counted from the year 0; -1 if it is not known.
const monthOf = (date) => (Math.floor(date / 100) % 100 === 0 ? -1 : Math.floor(date / 10000) * 12 + (Math.floor(date / 100) % 100) - 1);
const articleMonth = Int32Array.from(articles.date, monthOf);
const evidenceMonth = Int32Array.from(evidence.article, (a) => articleMonth[a]);

const entityNumbers = new Map(entities.id.map((id, e) => [id, e]));
