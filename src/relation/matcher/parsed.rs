//! A sentence as clauses, and which of its mentions the names of the clauses are.

use crate::relation::line::TaggedSentence;
use crate::syntax::clause::Clauses;
use crate::text::Span;

/// Names of a longer list are not told to do something with each other. Of 40 such pairs that rules found in newly labelled
/// passages of news ("the meeting was attended by A, B, C and D") the labels had one.
const MOST_TOGETHER: usize = 3;

/// The clauses of a sentence.
#[derive(Debug)]
pub(crate) struct ParsedSentence {
    pub(crate) clauses: Clauses,
    /// The mentions that are the names of the clauses, in order.
    pub(crate) mentions: Vec<usize>,
    /// The node of each of these.
    nodes: Vec<Option<usize>>,
}

impl ParsedSentence {
    /// None if the model does not parse.
    pub(crate) fn of(sentence: &TaggedSentence<'_>) -> Option<Self> {
        let document = &sentence.document;
        let tree = sentence.tree()?;
        let mentions: Vec<usize> = sentence.mentions().map(|(mention, _)| mention).collect();
        let spans: Vec<Span> = mentions.iter().map(|&mention| document.mentions[mention].name).collect();
        let clauses = Clauses::of(document.text, tree, &spans);
        let mut nodes = vec![None; mentions.len()];
        for (number, node) in clauses.nodes.iter().enumerate() {
            if let Some(of_name) = node.name.and_then(|name| nodes.get_mut(name)) {
                of_name.get_or_insert(number);
            }
        }
        Some(ParsedSentence { clauses, mentions, nodes })
    }

    /// The node of a mention.
    pub(super) fn node_of(&self, mention: usize) -> Option<usize> {
        self.nodes[self.mentions.binary_search(&mention).ok()?]
    }

    fn nodes_of(&self, a: usize, b: usize) -> Option<(usize, usize)> {
        self.node_of(a).zip(self.node_of(b))
    }

    /// Whether one of two mentions is said of another member of the other's list.
    pub(super) fn is_of_neighbour(&self, a: usize, b: usize) -> bool {
        self.nodes_of(a, b).is_some_and(|(a, b)| self.clauses.is_of_neighbour(a, b))
    }

    /// Whether two mentions are of a list of so many that what these do together is not said of each two.
    pub(super) fn are_of_crowd(&self, a: usize, b: usize) -> bool {
        let length = self.nodes_of(a, b).and_then(|(a, b)| self.clauses.common_list(a, b));
        length.is_some_and(|length| length > MOST_TOGETHER)
    }

    /// Whether two mentions that look like members of one list are not by the tree: in "a bridge in Oslo, and Kelm
    /// Bridge in Bergen" the second and the third.
    pub(super) fn are_of_two_lists(&self, a: usize, b: usize) -> bool {
        self.nodes_of(a, b).is_some_and(|(a, b)| self.clauses.is_inside_list(a, b))
    }
}
