//! Small repairs of the tree, where the words themselves say better than the parser what their heads are: `verbs` those
//! around verbs, `nouns` those around nouns.

mod nouns;
mod verbs;

use crate::syntax::clause::nodes::{Node, children};
use crate::syntax::{Deprel, Pos};

const SUBJECT: &[Deprel] =
    &[Deprel::Nsubj, Deprel::NsubjPass, Deprel::NsubjOuter, Deprel::Csubj, Deprel::CsubjPass];

/// Mends the tree of these nodes.
pub(super) fn mend(nodes: &mut [Node]) {
    let mut tree = Tree { nodes, first: Vec::new(), last: Vec::new() };
    let all = tree.nodes.len();
    for node in 0..all {
        tree.preposition(node);
    }
    tree.subject_as_root();
    tree.measure();
    for node in 0..all {
        tree.speech(node);
        tree.owner(node);
        tree.of_phrase(node);
        tree.before_to(node);
        tree.beside_verb(node);
        tree.beside_title(node);
        tree.astray(node);
        tree.behind_preposition(node);
        tree.behind_list(node);
        tree.spoken_with(node);
        tree.place_of_clause(node);
        tree.subject_behind_participle(node);
        tree.object_of_gerund(node);
        tree.named(node);
        tree.given(node);
        tree.said_noun(node);
        tree.gerund_as_adjective(node);
        tree.by_phrase(node);
    }
    tree.measure();
    for node in 0..all {
        tree.title(node);
        tree.deed(node);
        tree.list(node);
        tree.particle(node);
    }
    tree.depths();
}

struct Tree<'n> {
    nodes: &'n mut [Node],
    /// The first and the last node of the subtree of each.
    first: Vec<usize>,
    last: Vec<usize>,
}

impl Tree<'_> {
    fn children(&self, node: usize, relations: &[Deprel]) -> Vec<usize> {
        children(self.nodes, node, relations).collect()
    }

    fn child(&self, node: usize, relations: &[Deprel]) -> Option<usize> {
        self.nodes[node]
            .children
            .iter()
            .copied()
            .find(|&child| relations.contains(&self.nodes[child].relation))
    }

    fn case(&self, node: usize) -> Option<&str> {
        self.child(node, &[Deprel::Case]).map(|case| &*self.nodes[case].form)
    }

    fn is_comma(&self, node: usize) -> bool {
        self.nodes[node].pos == Pos::Punct
    }

    /// Whether `node` is in the subtree of `above`.
    fn is_below(&self, node: usize, above: usize) -> bool {
        let mut at = Some(node);
        for _ in 0..=self.nodes.len() {
            match at {
                Some(node) if node == above => return true,
                Some(node) => at = self.nodes[node].head,
                None => return false,
            }
        }
        true
    }

    fn detach(&mut self, node: usize) {
        if let Some(old) = self.nodes[node].head.take() {
            self.nodes[old].children.retain(|&child| child != node);
        }
    }

    /// Attaches a node to another, unless that is in its subtree.
    fn attach(&mut self, node: usize, head: usize, relation: Deprel) {
        if self.is_below(head, node) {
            return;
        }
        self.detach(node);
        self.put(node, head, relation);
    }

    fn put(&mut self, node: usize, head: usize, relation: Deprel) {
        self.nodes[node].head = Some(head);
        self.nodes[node].relation = relation;
        let at = self.nodes[head].children.partition_point(|&child| child < node);
        self.nodes[head].children.insert(at, node);
    }

    /// Puts `lower`, a child of `upper`, in its place, and `upper` below it.
    fn swap(&mut self, upper: usize, lower: usize, relation: Deprel) {
        let (head, old) = (self.nodes[upper].head, self.nodes[upper].relation);
        self.detach(lower);
        self.detach(upper);
        match head {
            Some(head) => self.put(lower, head, old),
            None => self.nodes[lower].relation = old,
        }
        self.put(upper, lower, relation);
    }

    /// Reads `first` and `last` of all nodes from the tree.
    fn measure(&mut self) {
        self.depths();
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        order.sort_by_key(|&node| std::cmp::Reverse(self.nodes[node].depth));
        self.first = (0..self.nodes.len()).collect();
        self.last = self.first.clone();
        for node in order {
            if let Some(head) = self.nodes[node].head {
                self.first[head] = self.first[head].min(self.first[node]);
                self.last[head] = self.last[head].max(self.last[node]);
            }
        }
    }

    fn depths(&mut self) {
        let roots = (0..self.nodes.len()).filter(|&node| self.nodes[node].head.is_none());
        let mut below: Vec<(usize, usize)> = roots.map(|root| (root, 0)).collect();
        while let Some((node, depth)) = below.pop() {
            self.nodes[node].depth = depth;
            below.extend(self.nodes[node].children.iter().map(|&child| (child, depth + 1)));
        }
    }

    /// What something after a preposition is to its head.
    fn oblique_of(&self, head: usize) -> Deprel {
        if self.nodes[head].is_verb() { Deprel::Obl } else { Deprel::Nmod }
    }

    fn subject_relation(&self, verb: usize) -> Deprel {
        if self.child(verb, &[Deprel::AuxPass]).is_some() { Deprel::NsubjPass } else { Deprel::Nsubj }
    }

    /// The highest node above `node` that is inside a range, and whether it names something.
    fn top(&self, node: usize, inside: std::ops::Range<usize>) -> Option<usize> {
        let mut top = node;
        for _ in inside.clone() {
            match self.nodes[top].head {
                Some(head) if inside.contains(&head) && !self.nodes[head].is_verb() => top = head,
                _ => break,
            }
        }
        (inside.contains(&top) && self.nodes[top].is_nominal()).then_some(top)
    }
}
