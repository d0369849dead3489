//! The trees of an article's sentences, with names as nodes.

use crate::entity::{Mention, Names};
use crate::syntax::clause::{Clauses, Kind, Node, Role};
use crate::syntax::{Deprel, Sentence};
use crate::text::Span;

/// The tree of a sentence.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) clauses: Clauses,
    /// The number of the first mention of the sentence.
    first: usize,
    /// The node of each mention of the sentence.
    nodes_of: Vec<Option<usize>>,
}

/// The trees of an article, by the numbers of its sentences.
#[derive(Debug)]
pub(super) struct Trees(Vec<Option<Tree>>);

const SUBJECTS: [Deprel; 3] = [Deprel::Nsubj, Deprel::NsubjPass, Deprel::NsubjOuter];
const RELATIVE: [&str; 4] = ["who", "which", "that", "whom"];

/// Longest sentence, in words. Longer ones are lists and tables, and slow.
const MOST_WORDS: usize = 600;

/// Limit of steps up a tree.
const HIGHEST: usize = 40;

impl Trees {
    pub(super) fn of(text: &str, sentences: usize, syntax: &[Sentence], names: &Names) -> Self {
        let mut trees: Vec<Option<Tree>> = (0..sentences).map(|_| None).collect();
        for sentence in syntax.iter().filter(|sentence| sentence.words.len() <= MOST_WORDS) {
            let first = names.mentions.partition_point(|m| m.sentence < sentence.number);
            let here = names.mentions[first..].iter().take_while(|m| m.sentence == sentence.number);
            let spans: Vec<Span> = here.map(|m| m.name).collect();
            let clauses = Clauses::of(text, sentence, &spans);
            let mut nodes_of = vec![None; spans.len()];
            for (number, node) in clauses.nodes.iter().enumerate() {
                if let Some(name) = node.name {
                    nodes_of[name] = Some(number);
                }
            }
            if let Some(place) = trees.get_mut(sentence.number) {
                *place = Some(Tree { clauses, first, nodes_of });
            }
        }
        Trees(trees)
    }

    pub(super) fn tree(&self, sentence: usize) -> Option<&Tree> {
        self.0.get(sentence)?.as_ref()
    }

    /// Whether the mention of that number is the subject of a verb.
    pub(super) fn is_subject(&self, names: &Names, mention: usize) -> bool {
        let node =
            |tree: &Tree| tree.node_of(mention).is_some_and(|node| tree.is_subject(tree.described_by(node)));
        self.tree(names.mentions[mention].sentence).is_some_and(node)
    }

    /// Whether the mention of that number is the subject of its sentence.
    pub(super) fn is_main_subject(&self, names: &Names, mention: usize) -> bool {
        let is_main = |tree: &Tree| {
            let node = tree.node_of(mention).map(|node| tree.described_by(node));
            node.is_some_and(|node| tree.main_subject() == Some(node) && !tree.is_joined(node, usize::MAX))
        };
        self.tree(names.mentions[mention].sentence).is_some_and(is_main)
    }
}

impl Tree {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.clauses.nodes
    }

    /// The mention that a node is.
    pub(super) fn mention<'n>(&self, node: usize, names: &'n Names) -> Option<&'n Mention> {
        self.number(node).map(|number| &names.mentions[number])
    }

    /// The number of the mention that a node is.
    pub(super) fn number(&self, node: usize) -> Option<usize> {
        self.nodes()[node].name.map(|name| self.first + name)
    }

    pub(super) fn node_of(&self, mention: usize) -> Option<usize> {
        self.nodes_of.get(mention.checked_sub(self.first)?).copied().flatten()
    }

    /// The node that begins at a place.
    pub(super) fn node_at(&self, start: usize) -> Option<usize> {
        self.nodes().binary_search_by_key(&start, |node| node.span.start).ok()
    }

    pub(super) fn children(&self, node: usize) -> impl Iterator<Item = (usize, &Node)> {
        self.nodes()[node].children.iter().map(|&child| (child, &self.nodes()[child]))
    }

    pub(super) fn is_subject(&self, node: usize) -> bool {
        SUBJECTS.contains(&self.nodes()[node].relation)
    }

    /// Whether a node is in a list whose next member precedes another node.
    pub(super) fn is_joined(&self, node: usize, before: usize) -> bool {
        let members = self.clauses.members(node);
        members.iter().filter(|&&member| member < before && self.nodes()[member].head != Some(before)).count()
            > 1
            && members.iter().any(|&member| member != node && self.nodes()[member].name.is_some())
    }

    /// The subject of a node; of a relative pronoun, its antecedent.
    fn subject(&self, node: usize, but: usize) -> Option<usize> {
        let (subject, word) =
            self.children(node).find(|&(child, word)| child != but && SUBJECTS.contains(&word.relation))?;
        let is_relative = word.name.is_none() && RELATIVE.contains(&&*word.form);
        match (is_relative, self.nodes()[node].relation, self.nodes()[node].head) {
            (true, Deprel::AclRelcl, Some(head)) => Some(head),
            (true, ..) => None,
            _ => Some(subject),
        }
    }

    /// The subject of the sentence.
    pub(super) fn main_subject(&self) -> Option<usize> {
        let root = self.nodes().iter().position(|node| node.head.is_none())?;
        self.subject(root, usize::MAX)
    }

    /// The name that stands in apposition to a noun: "Acme's boss, Bo Lee, left".
    pub(super) fn name_of(&self, noun: usize) -> Option<usize> {
        let clause =
            self.clauses.clause(noun).filter(|clause| clause.kind == Kind::Noun && clause.granted)?;
        let mut named = clause.fillers(&Role::Who);
        let name = named.next().filter(|&name| self.nodes()[name].head == Some(noun))?;
        (named.next().is_none() && self.nodes()[name].name.is_some()).then_some(name)
    }

    /// The noun to which a name stands in apposition, or the name itself.
    fn described_by(&self, name: usize) -> usize {
        let noun = self.nodes()[name].head.filter(|&noun| self.name_of(noun) == Some(name));
        noun.unwrap_or(name)
    }

    /// Whether a node is an argument of a verb, and no possessive or other part of a noun phrase.
    pub(super) fn is_argument(&self, node: usize) -> bool {
        let this = &self.nodes()[node];
        let is_of_noun = matches!(
            this.relation,
            Deprel::NmodPoss
                | Deprel::Nmod
                | Deprel::Compound
                | Deprel::Conj
                | Deprel::NmodDesc
                | Deprel::Det
        );
        !is_of_noun
    }

    /// The governors of a node, nearest first: the subjects of the verbs above it that precede it, and the names to
    /// which a phrase with it is attached. The subject of the verb of which the node itself is an argument is left out:
    /// it is not the antecedent.
    pub(super) fn above(&self, node: usize) -> Vec<usize> {
        let nodes = self.nodes();
        let mut found = Vec::new();
        let mut at = node;
        let mut is_own = self.is_argument(node) && !self.is_subject(node);
        for _ in 0..HIGHEST {
            let Some(head) = nodes[at].head else { break };
            // The head of a relative clause is no antecedent within it.
            let joins = matches!(nodes[at].relation, Deprel::Conj | Deprel::Acl);
            let may_be = nodes[head].name.is_some()
                || joins && matches!(nodes[head].pos, crate::syntax::Pos::Noun | crate::syntax::Pos::Propn);
            if at != node && head < node && may_be && !found.contains(&head) {
                found.push(head);
            }
            if let Some(subject) = self.subject(head, at).filter(|&subject| subject < node) {
                // A wrong attachment: "The Senate, which has a majority, and it must be signed".
                let is_misjoined = nodes[at].relation == Deprel::Conj && nodes[subject].head != Some(head);
                if !is_own && !is_misjoined && !found.contains(&subject) {
                    found.push(subject);
                }
                is_own = false;
            }
            at = head;
        }
        found
    }

    /// The entities that are no antecedent of a node: other arguments of its verb, and the noun it belongs to. `entity`
    /// gives the entity of a node.
    pub(super) fn others(&self, node: usize, entity: impl Fn(usize) -> Option<usize>) -> Vec<usize> {
        let nodes = self.nodes();
        let mut found = Vec::new();
        let mut add = |at: usize| found.extend(entity(self.name_of(at).unwrap_or(at)));
        let Some(head) = nodes[node].head else { return found };
        add(head);
        // "The firm's best asset Acme".
        if matches!(nodes[head].relation, Deprel::NmodDesc | Deprel::Appos | Deprel::Flat) {
            nodes[head].head.into_iter().for_each(&mut add);
        }
        if self.is_argument(node) {
            let of_verb = |relation: Deprel| {
                SUBJECTS.contains(&relation)
                    || matches!(relation, Deprel::Obj | Deprel::Iobj | Deprel::Obl | Deprel::OblAgent)
            };
            for (child, word) in self.children(head).filter(|&(child, _)| child != node) {
                // "For Acme, Bo Lee left the company": an opening phrase may hold the antecedent.
                let in_front = word.relation == Deprel::Obl && child < head;
                if of_verb(word.relation) && !in_front {
                    self.clauses.members(child).into_iter().for_each(&mut add);
                }
            }
        }
        // "Acme bought shares of the company": the subject of the verb above, if it is no possessive.
        if !self.is_subject(node) && nodes[node].relation != Deprel::NmodPoss {
            let mut at = node;
            for _ in 0..HIGHEST {
                let Some(head) = nodes[at].head.filter(|_| at == node || !self.is_subject(at)) else { break };
                if let Some(subject) = self.subject(head, at) {
                    self.clauses.members(subject).into_iter().for_each(&mut add);
                    break;
                }
                at = head;
            }
        }
        // "The group's company Acme".
        if !self.is_argument(node) {
            for (child, _) in self.children(head).filter(|&(child, _)| child > head) {
                add(child);
            }
        }
        found
    }
}
