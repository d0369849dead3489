//! The best tree over scored arcs: Chu-Liu and Edmonds' maximum spanning arborescence with a single root.
//!
//! Where every word's best head already gives a tree, that is it. Otherwise cycles are contracted with the heaps of
//! Gabow, Galil, Spencer and Tarjan ("Efficient algorithms for finding minimum spanning trees in undirected and
//! directed graphs", Combinatorica 1986): O(arcs · log words), also for a sentence of thousands of words.

/// An arc that may be chosen: from `dependent` to its `head`, or to itself as the root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Arc {
    pub(super) dependent: usize,
    pub(super) head: usize,
    /// A log-probability: 0 at best.
    pub(super) score: f32,
}

/// No sum of the scores of a sentence outweighs this, so that a second root is taken only where no tree has a single
/// one.
const EVERY_ROOT: f64 = 1e9;
/// The rounding error of a sum of losses is less.
const SLACK: f64 = 1e-3;
/// Lower scores are clamped to this, which keeps their sums below [`EVERY_ROOT`].
const WORST: f32 = -1e4;

/// The head of each of `words` words in the best tree, `None` for the root. The arcs come in the order of their
/// dependents, and every word has one as root.
///
/// Among equally good trees it is always the same one. Where the arcs allow no tree with a single root there are
/// several.
pub(super) fn best_tree(words: usize, arcs: &[Arc]) -> Vec<Option<usize>> {
    // NaN is the lowest score.
    let known = |score: f32| if score.is_nan() { WORST } else { score.clamp(WORST, 0.0) };
    let mut arcs: Vec<Arc> = arcs.iter().map(|&arc| Arc { score: known(arc.score), ..arc }).collect();
    debug_assert!(arcs.is_sorted_by_key(|arc| arc.dependent));
    let mut best: Vec<Option<Arc>> = vec![None; words];
    for &arc in &arcs {
        let best = &mut best[arc.dependent];
        if best.is_none_or(|best| arc.score > best.score) {
            *best = Some(arc);
        }
    }
    let greedy: Vec<Option<usize>> =
        best.iter().map(|arc| arc.and_then(|arc| (arc.head != arc.dependent).then_some(arc.head))).collect();
    if is_tree(&greedy) {
        return greedy;
    }
    if let Some(lost) = loss_of_a_tree(&arcs, &best, &greedy) {
        arcs.retain(|arc| loss(&best, arc) <= lost + SLACK);
    }
    Contraction::of(words, &mut arcs).heads()
}

/// How much worse an arc is than the best one of its dependent.
fn loss(best: &[Option<Arc>], arc: &Arc) -> f64 {
    best[arc.dependent].map_or(0.0, |best| f64::from(best.score) - f64::from(arc.score))
}

/// How much worse some good tree with a single root is than if every word had its best head. An arc that loses more by
/// itself is not in the best tree, and few of a sentence's arcs lose less. `None` if no tree was found.
fn loss_of_a_tree(arcs: &[Arc], best: &[Option<Arc>], greedy: &[Option<usize>]) -> Option<f64> {
    let roots = arcs.iter().filter(|arc| arc.dependent == arc.head);
    let root = roots.min_by(|a, b| loss(best, a).total_cmp(&loss(best, b)))?;
    let mut lost = loss(best, root);
    // By its best heads every word leads to one of these: the root, another root, or a cycle.
    let mut ends = vec![root.dependent];
    let mut end_of: Vec<Option<usize>> = vec![None; greedy.len()];
    end_of[root.dependent] = Some(0);
    let next = |word: usize| greedy[word].unwrap_or(word);
    let mut met_from: Vec<Option<usize>> = vec![None; greedy.len()];
    for start in 0..greedy.len() {
        let mut at = start;
        while end_of[at].is_none() && met_from[at] != Some(start) {
            met_from[at] = Some(start);
            at = next(at);
        }
        let end = end_of[at].unwrap_or_else(|| {
            ends.push(at);
            ends.len() - 1
        });
        at = start;
        while end_of[at].is_none() {
            end_of[at] = Some(end);
            at = next(at);
        }
    }
    // One word of each other end goes where it loses least, to what leads to the root already.
    let mut leads_to_root = vec![false; ends.len()];
    leads_to_root[0] = true;
    for (number, &end) in ends.iter().enumerate().skip(1) {
        let cycle = std::iter::successors(Some(end), |&word| greedy[word].filter(|&head| head != end));
        let arcs = cycle.flat_map(|word| {
            let from = arcs.partition_point(|arc| arc.dependent < word);
            arcs[from..].iter().take_while(move |arc| arc.dependent == word)
        });
        let arcs = arcs.filter(|arc| end_of[arc.head].is_some_and(|end| leads_to_root[end]));
        lost += arcs.map(|arc| loss(best, arc)).min_by(f64::total_cmp)?;
        leads_to_root[number] = true;
    }
    Some(lost)
}

/// Whether it has one root, which every word leads to.
fn is_tree(heads: &[Option<usize>]) -> bool {
    if heads.iter().filter(|head| head.is_none()).count() != 1 {
        return false;
    }
    // In which walk a word was met: 0 for none.
    let mut met = vec![0; heads.len()];
    (0..heads.len()).all(|word| {
        let mut at = word;
        while met[at] == 0 {
            met[at] = word + 1;
            match heads[at] {
                Some(head) => at = head,
                None => return true,
            }
        }
        met[at] <= word
    })
}

/// An arc in the graph with an artificial root, which has the number of words.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    cost: f64,
}

struct Contraction {
    root: usize,
    groups: Groups,
    heap: Heap,
    /// The heap of the arcs into each group, by its representative.
    into: Vec<Option<usize>>,
}

impl Contraction {
    fn of(words: usize, arcs: &mut [Arc]) -> Self {
        let mut contraction = Contraction {
            root: words,
            groups: Groups::new(words + 1),
            heap: Heap { nodes: Vec::with_capacity(arcs.len()), spine: Vec::new() },
            into: vec![None; words + 1],
        };
        for arcs in arcs.chunk_by_mut(|a, b| a.dependent == b.dependent) {
            let edge = |&Arc { dependent, head, score }: &Arc| {
                let cost = -f64::from(score);
                let (from, cost) = if head == dependent { (words, cost + EVERY_ROOT) } else { (head, cost) };
                Edge { from, to: dependent, cost }
            };
            arcs.sort_by(|a, b| edge(a).cost.total_cmp(&edge(b).cost));
            let dependent = arcs[0].dependent;
            contraction.into[dependent] = contraction.heap.sorted(arcs.iter().map(edge));
        }
        contraction
    }

    fn heads(mut self) -> Vec<Option<usize>> {
        let words = self.root;
        // In which walk a group was met.
        let mut met: Vec<Option<usize>> = vec![None; words + 1];
        met[self.root] = Some(usize::MAX);
        let mut chosen: Vec<Option<Edge>> = vec![None; words + 1];
        // The cycles that became groups, innermost first: the representative, the state of the groups before, and
        // the arcs of the cycle.
        let mut cycles: Vec<(usize, usize, Vec<Edge>)> = Vec::new();
        for start in 0..words {
            let mut path: Vec<(usize, Edge)> = Vec::new();
            let mut at = self.groups.find(start);
            while met[at].is_none() {
                let Some(edge) = self.cheapest_into(at) else { break };
                met[at] = Some(start);
                path.push((at, edge));
                at = self.groups.find(edge.from);
                if met[at] == Some(start) {
                    let before = self.groups.joined.len();
                    let begins = path.iter().position(|&(group, _)| group == at).unwrap_or(0);
                    let cycle = path.split_off(begins);
                    let mut heap = None;
                    for &(group, _) in &cycle {
                        heap = self.heap.merge(heap, self.into[group]);
                        self.groups.join(at, group);
                    }
                    at = self.groups.find(at);
                    self.into[at] = heap;
                    met[at] = None;
                    cycles.push((at, before, cycle.into_iter().map(|(_, edge)| edge).collect()));
                }
            }
            for (_, edge) in path {
                let group = self.groups.find(edge.to);
                chosen[group] = Some(edge);
            }
        }
        // Open the cycles again, outermost first: the arc into a cycle takes the place of one of its own.
        for (group, before, cycle) in cycles.into_iter().rev() {
            self.groups.undo(before);
            let into = chosen[group];
            for edge in cycle {
                let group = self.groups.find(edge.to);
                chosen[group] = Some(edge);
            }
            if let Some(edge) = into {
                let group = self.groups.find(edge.to);
                chosen[group] = Some(edge);
            }
        }
        chosen.truncate(words);
        chosen.into_iter().map(|edge| edge.map(|edge| edge.from).filter(|&from| from != words)).collect()
    }

    /// Takes the cheapest arc from elsewhere into a group, and makes its cost that of leaving the others in favour of
    /// it: from now on they cost what they cost more.
    fn cheapest_into(&mut self, group: usize) -> Option<Edge> {
        loop {
            let top = self.into[group]?;
            let edge = self.heap.edge(top);
            self.into[group] = self.heap.pop(top);
            if self.groups.find(edge.from) != group {
                if let Some(rest) = self.into[group] {
                    self.heap.add(rest, -edge.cost);
                }
                return Some(edge);
            }
        }
    }
}

/// Skew heaps of edges, the cheapest on top. What is added to all costs of a heap waits at its top.
struct Heap {
    nodes: Vec<Node>,
    /// The stack of [`Heap::merge`], which is empty between its calls.
    spine: Vec<usize>,
}

struct Node {
    edge: Edge,
    children: [Option<usize>; 2],
    /// Still to be added to the costs below.
    added: f64,
}

impl Heap {
    /// A heap of edges that come cheapest first: each is the child of the one before.
    fn sorted(&mut self, edges: impl Iterator<Item = Edge>) -> Option<usize> {
        let first = self.nodes.len();
        for edge in edges {
            let below = self.nodes.len() + 1;
            self.nodes.push(Node { edge, children: [Some(below), None], added: 0.0 });
        }
        let last = self.nodes.get_mut(first..)?.last_mut()?;
        last.children[0] = None;
        Some(first)
    }

    fn edge(&self, top: usize) -> Edge {
        self.nodes[top].edge
    }

    fn add(&mut self, top: usize, cost: f64) {
        self.nodes[top].edge.cost += cost;
        self.nodes[top].added += cost;
    }

    /// Hands what waits at a node on to its children.
    fn settle(&mut self, node: usize) {
        let added = std::mem::take(&mut self.nodes[node].added);
        for child in self.nodes[node].children.into_iter().flatten() {
            self.add(child, added);
        }
    }

    fn merge(&mut self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        let (mut a, mut b) = match (a, b) {
            (Some(a), Some(b)) => (a, b),
            (one, other) => return one.or(other),
        };
        // Down the right spines without recursion, which a heap of a long sentence would make deep.
        let mut spine = std::mem::take(&mut self.spine);
        let end = loop {
            if self.before(b, a) {
                std::mem::swap(&mut a, &mut b);
            }
            self.settle(a);
            spine.push(a);
            match self.nodes[a].children[1] {
                Some(right) => a = right,
                None => break b,
            }
        };
        let mut below = end;
        while let Some(node) = spine.pop() {
            let children = &mut self.nodes[node].children;
            *children = [Some(below), children[0]];
            below = node;
        }
        self.spine = spine;
        Some(below)
    }

    /// Whether `a` belongs above `b`; of two that cost the same the one that was there first.
    fn before(&self, a: usize, b: usize) -> bool {
        self.nodes[a].edge.cost.total_cmp(&self.nodes[b].edge.cost).then(a.cmp(&b)).is_lt()
    }

    fn pop(&mut self, top: usize) -> Option<usize> {
        self.settle(top);
        let [left, right] = self.nodes[top].children;
        self.merge(left, right)
    }
}

/// Disjoint sets whose unions can be undone.
struct Groups {
    /// The representative's own size, negative; or what it was joined to.
    parent: Vec<isize>,
    /// What was joined, and its size before.
    joined: Vec<(usize, isize)>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Groups { parent: vec![-1; count], joined: Vec::new() }
    }

    fn find(&self, mut member: usize) -> usize {
        while let Ok(parent) = usize::try_from(self.parent[member]) {
            member = parent;
        }
        member
    }

    fn join(&mut self, a: usize, b: usize) {
        let (mut a, mut b) = (self.find(a), self.find(b));
        if a == b {
            return;
        }
        if self.parent[a] > self.parent[b] {
            std::mem::swap(&mut a, &mut b);
        }
        self.joined.push((b, self.parent[b]));
        self.parent[a] += self.parent[b];
        self.parent[b] = a as isize;
    }

    fn undo(&mut self, before: usize) {
        while self.joined.len() > before
            && let Some((member, size)) = self.joined.pop()
        {
            let parent = self.parent[member];
            self.parent[member] = size;
            if let Ok(parent) = usize::try_from(parent) {
                self.parent[parent] -= size;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn arcs(scores: &[Vec<f32>]) -> Vec<Arc> {
        let row = |(dependent, row): (usize, &Vec<f32>)| {
            row.iter()
                .enumerate()
                .map(move |(head, &score)| Arc { dependent, head, score })
                .collect::<Vec<_>>()
        };
        scores.iter().enumerate().flat_map(row).collect()
    }

    fn total(scores: &[Vec<f32>], heads: &[Option<usize>]) -> f64 {
        heads.iter().enumerate().map(|(i, head)| f64::from(scores[i][head.unwrap_or(i)])).sum()
    }

    /// The best of all trees, by trying each.
    fn by_trying(scores: &[Vec<f32>]) -> f64 {
        let words = scores.len();
        let mut best = f64::NEG_INFINITY;
        for mut number in 0..words.pow(words as u32) {
            let heads: Vec<Option<usize>> = (0..words)
                .map(|i| {
                    let head = number % words;
                    number /= words;
                    (head != i).then_some(head)
                })
                .collect();
            if is_tree(&heads) {
                best = best.max(total(scores, &heads));
            }
        }
        best
    }

    #[test]
    fn a_cycle_is_broken_where_it_costs_least() {
        // 0 and 1 want each other; 2 wants to be root.
        let scores = [vec![-9.0, -0.1, -2.0], vec![-0.1, -9.0, -3.0], vec![-4.0, -4.0, -0.1]];
        assert_eq!(best_tree(3, &arcs(&scores)), [Some(2), Some(0), None]);
    }

    #[test]
    fn there_is_one_root_however_many_words_would_be_it() {
        let scores = [vec![-0.1, -5.0], vec![-7.0, -0.1]];
        assert_eq!(best_tree(2, &arcs(&scores)), [Some(1), None]);
    }

    #[test]
    fn a_sentence_of_five_thousand_words_takes_linear_time() {
        // Every word's best head is its neighbour, which wants it in turn.
        let all: Vec<Arc> = (0..5000usize)
            .flat_map(|dependent| {
                let near = dependent.saturating_sub(60)..(dependent + 60).min(5000);
                near.map(move |head| {
                    let score = if head == dependent ^ 1 { -0.1 } else { -1.0 - (head * 7 % 13) as f32 };
                    Arc { dependent, head, score }
                })
            })
            .collect();
        let start = cpu_time::ThreadTime::now();
        let heads = best_tree(5000, &all);
        assert!(is_tree(&heads));
        assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn it_is_the_best_of_all_trees(
            scores in (1usize..6).prop_flat_map(|n| prop::collection::vec(prop::collection::vec(-9f32..0.0, n), n)),
        ) {
            let heads = best_tree(scores.len(), &arcs(&scores));
            prop_assert!(is_tree(&heads));
            prop_assert!((total(&scores, &heads) - by_trying(&scores)).abs() < 1e-4);
        }

        #[test]
        fn it_is_a_tree_whatever_the_scores(
            scores in (1usize..40).prop_flat_map(|n| prop::collection::vec(prop::collection::vec(
                prop_oneof![Just(f32::NAN), Just(f32::NEG_INFINITY), -20f32..0.0], n), n)),
        ) {
            prop_assert!(is_tree(&best_tree(scores.len(), &arcs(&scores))));
        }
    }
}
