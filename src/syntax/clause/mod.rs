//! Who does what to whom: the clauses of a sentence, read from its tree.
//!
//! A clause is a predicate word with its roles. Passive, relative clauses, participles, control and shared subjects
//! are undone, so that "X, who condemned Y", "Y was condemned by X" and "X wanted to condemn Y" all are
//! `condemn(agent=X, patient=Y)`. Nouns with something attached are clauses too: "X's attack on Y",
//! "Ana, president of Acme"; and so are adjectives, "critical of Y".
//!
//! `nodes` makes one node of each name, `mend` corrects attachments that the parser often gets wrong, `verbs` finds the roles of verbs, `nouns` those of nouns and adjectives, `mood`
//! reads from the tree what is denied, planned or doubtful. What the roles mean, [`Role`] says; the idea is that of
//! PredPatt (White et al., "Universal Decompositional Semantics on Universal Dependencies", EMNLP 2016).
//!
//! # Example
//!
//! ```
//! use triplewire::syntax::clause::{Clauses, Kind, Mood, Role};
//! use triplewire::syntax::{Deprel, Pos, Sentence, Word};
//! use triplewire::text::Span;
//!
//! // As a parser would see it.
//! let text = "Acme condemned Bolt.";
//! let word = |start, end, pos: Pos, lemma: &str, head: Option<usize>, relation: Deprel| {
//!     Word { span: Span::new(start, end), pos, lemma: lemma.into(), head, relation }
//! };
//! let words = vec![
//!     word(0, 4, Pos::Propn, "Acme", Some(1), Deprel::Nsubj),
//!     word(5, 14, Pos::Verb, "condemn", None, Deprel::Root),
//!     word(15, 19, Pos::Propn, "Bolt", Some(1), Deprel::Obj),
//!     word(19, 20, Pos::Punct, ".", Some(1), Deprel::Punct),
//! ];
//! let names = [Span::new(0, 4), Span::new(15, 19)];
//! let clauses = Clauses::of(text, &Sentence { words, ..Sentence::default() }, &names);
//! assert_eq!(clauses.written(), ["condemn(agent=acme, patient=bolt)"]);
//!
//! let clause = clauses.clause(1).expect("a verb has a clause");
//! assert_eq!((clause.kind, clause.mood, clause.negated), (Kind::Verb, Mood::Fact, false));
//! let patients = clauses.filled(clause, &Role::Patient);
//! assert_eq!(clauses.nodes[patients[0]].name, Some(1));
//! ```

mod lists;
mod mend;
mod mood;
mod nodes;
mod nouns;
mod particles;
mod parts;
mod verbs;

use std::collections::BTreeSet;

use crate::syntax::{Deprel, Sentence};
use crate::text::Span;

pub use nodes::Node;
use parts::by_node;
pub use parts::{Clause, Kind, Mood, Role};

/// The clauses of a sentence.
///
/// See the [example](crate::syntax::clause#example).
#[derive(Debug, Clone, Default)]
pub struct Clauses {
    /// Its words, each name being one.
    pub nodes: Vec<Node>,
    /// The clauses, in the order of their predicate words.
    pub all: Vec<Clause>,
    /// For each node its clause.
    of_node: Vec<Option<usize>>,
}

impl Clauses {
    /// Those of a sentence with these names, which are in order and do not overlap.
    pub fn of(text: &str, sentence: &Sentence, names: &[Span]) -> Self {
        let mut nodes = nodes::nodes(text, sentence, names);
        mend::mend(&mut nodes);
        let verbs = verbs::Verbs::of(&nodes);
        let mut all = verbs.clauses();
        all.extend(nouns::clauses(&nodes, &verbs));
        mood::set(&nodes, &mut all);
        all.sort_by_key(|clause| clause.head);
        let of_node = by_node(nodes.len(), &all);
        Clauses { nodes, all, of_node }
    }

    /// The clause of which a node is the predicate; of "is in a dispute", which is one of "be" too, that of the noun.
    pub fn clause(&self, node: usize) -> Option<&Clause> {
        self.of_node.get(node).copied().flatten().map(|number| &self.all[number])
    }

    /// The clauses for people, one a line: `condemn(agent=ana ruiz, patient=acme)!`, where `!` stands for denied, `>` for
    /// planned and `?` for doubtful.
    pub fn written(&self) -> Vec<String> {
        let has_roles = |clause: &&Clause| !clause.roles.is_empty();
        self.all.iter().filter(has_roles).map(|clause| self.one_line(clause)).collect()
    }

    /// One of these clauses for people.
    pub fn one_line(&self, clause: &Clause) -> String {
        let filler = |(role, node): &(Role, usize)| {
            let members: Vec<&str> =
                self.members(*node).into_iter().map(|member| self.nodes[member].form.as_str()).collect();
            format!("{}={}", role.name(), members.join("+"))
        };
        let roles: Vec<String> = clause.roles.iter().map(filler).collect();
        let denied = if clause.negated { "!" } else { "" };
        let mood = match clause.mood {
            Mood::Fact => "",
            Mood::Planned => ">",
            Mood::Doubtful => "?",
        };
        format!("{}({}){denied}{mood}", clause.lemma, roles.join(", "))
    }

    /// What fills a role of one of these clauses, all members of a list included. A title before a list belongs to
    /// its first name: "President A and B"; "Presidents A and B" are two.
    pub fn filled(&self, clause: &Clause, role: &Role) -> Vec<usize> {
        let is_title = *role == Role::Who && clause.granted && clause.kind == Kind::Noun;
        let head = &self.nodes[clause.head];
        let is_one = is_title && head.form == clause.lemma;
        let before = |filler: usize| is_one && clause.head < filler && head.head == Some(filler);
        let all = |filler: usize| if before(filler) { vec![filler] } else { self.members(filler) };
        clause.fillers(role).flat_map(all).collect()
    }

    /// Whether a node stands behind one of these prepositions ("due to", "on"; the possessive is `'s`). That of a list stands
    /// before its first member, and that of a place before what it is and what is there: "from its capital, Kelm", "from the city
    /// of Kelm", "from a camp in Kelm".
    pub fn is_behind(&self, node: usize, prepositions: &BTreeSet<String>) -> bool {
        let above = |&at: &usize| {
            let Node { head, relation, .. } = self.nodes[at];
            let head = head?;
            let is_same = match nodes::preposition(&self.nodes, at).as_deref() {
                None => matches!(relation, Deprel::Conj | Deprel::Appos),
                Some("of") => relation == Deprel::Nmod && self.nodes[head].is_word(&lists::KINDS_OF_PLACE),
                Some("in") => relation == Deprel::Nmod,
                Some(_) => false,
            };
            is_same.then_some(head)
        };
        std::iter::successors(Some(node), above)
            .take(self.nodes.len())
            .filter_map(|at| nodes::preposition(&self.nodes, at))
            .any(|preposition| prepositions.contains(&preposition))
    }

    /// Whether a sentence takes for granted what a noun says, whatever is said around it: a title, an apposition, or a
    /// noun that no verb is about ("the border with Y", "X's home in Y").
    pub fn is_in_passing(&self, clause: &Clause) -> bool {
        let by_itself = || {
            let has_be = nodes::children(&self.nodes, clause.head, &[Deprel::Cop]).next().is_some();
            let is_said = has_be || matches!(self.nodes[clause.head].relation, Deprel::Xcomp | Deprel::Root);
            clause.kind == Kind::Noun
                && !is_said
                && !clause.has(&Role::Agent)
                && nodes::preposition(&self.nodes, clause.head).as_deref() != Some("as")
        };
        clause.granted || by_itself()
    }

    /// A node and the others of the list that it begins: "Turkey, Iran and Russia".
    pub fn members(&self, node: usize) -> Vec<usize> {
        nodes::members(&self.nodes, node)
    }

    /// Whether one of two nodes is said of another member of the other's list: of "Norway's Ana Ruiz of Acme and Bo Lee of
    /// Bolt" neither are Acme and Norway Bo Lee's nor is Bolt Ana Ruiz's.
    pub fn is_of_neighbour(&self, a: usize, b: usize) -> bool {
        let is_anothers = |node, member| {
            // "Bo Lee and other Acme executives" has only one name.
            let is_other = |&owner: &usize| owner != member && self.nodes[owner].name.is_some();
            self.owner(node, member).filter(is_other).is_some() || self.is_of_first_alone(node, member)
        };
        is_anothers(a, b) || is_anothers(b, a) || self.is_crosswise(a, b) || self.is_crosswise(b, a)
    }

    /// Whether a place and a person belong to others in two lists of one length around a title: in "the Polish and Czech
    /// ministers, Bo Lee and Ana Ruiz" Bo Lee is not Czech.
    fn is_crosswise(&self, place: usize, person: usize) -> bool {
        self.all.iter().filter(|clause| clause.granted && clause.kind == Kind::Noun).any(|clause| {
            let list = |role: &Role| -> BTreeSet<usize> {
                clause.fillers(role).flat_map(|node| self.members(node)).collect()
            };
            let places = list(&Role::Mod);
            if places.len() < 2 {
                return false;
            }
            let persons = list(&Role::Who);
            let number = |list: &BTreeSet<usize>, node| list.iter().position(|&at| at == node);
            places.len() == persons.len()
                && number(&places, place).zip(number(&persons, person)).is_some_and(|(i, j)| i != j)
        })
    }

    /// Whether one of two nodes stands inside the other's list and is said of a member of it: in "a bridge in Oslo, and
    /// Kelm Bridge", Oslo and Kelm Bridge are no list.
    pub fn is_inside_list(&self, a: usize, b: usize) -> bool {
        self.owner(a, b).is_some() || self.owner(b, a).is_some()
    }

    /// How many members the list has that two nodes are in, if they are in one.
    pub fn common_list(&self, a: usize, b: usize) -> Option<usize> {
        let list = self.list_of(a)?;
        (list.contains(&a) && list.contains(&b)).then_some(list.len())
    }

    /// The members of the list that a node is in, or begins.
    fn list_of(&self, member: usize) -> Option<Vec<usize>> {
        let mut first = member;
        while self.nodes[first].relation == Deprel::Conj {
            first = self.nodes[first].head?;
        }
        Some(self.members(first))
    }

    /// Whether a node is an owner or place of the first of the list that `member` is in, and the member has its own. If it
    /// has none, what stands before the list is said of all.
    fn is_of_first_alone(&self, node: usize, member: usize) -> bool {
        let first = self.list_of(member).and_then(|members| members.first().copied());
        let Some(first) = first.filter(|&first| first != member) else { return false };
        let owners = |of: usize| {
            let roles = ["poss", "mod", "of", "from"].map(Role::named);
            let named = |node: &usize| self.nodes[*node].name.is_some();
            let of_clause = |clause: &Clause| -> Vec<usize> {
                roles.iter().flat_map(|role| clause.fillers(role)).filter(named).collect()
            };
            self.clause(of).map(of_clause).unwrap_or_default()
        };
        let of_first = owners(first);
        of_first.contains(&node) && owners(member).iter().any(|own| !of_first.contains(own))
    }

    /// Of the list that `member` is in, the member of which `node` is said, if it stands between two of them.
    fn owner(&self, node: usize, member: usize) -> Option<usize> {
        let up = |at: usize| self.nodes[at].head;
        let members = self.list_of(member)?;
        let behind = members.partition_point(|&at| at < node);
        let before = *members[..behind].last()?;
        if behind == members.len() || members[behind] == node || !members.contains(&member) {
            return None;
        }
        let by_tree = std::iter::successors(up(node), |&at| up(at)).find(|at| members.contains(at));
        match by_tree {
            // A dependent of a member that stands before it.
            Some(owner) if owner > node => Some(owner),
            Some(owner) if owner == before => Some(owner),
            // Parsers depend on the first member what stands after the others, too.
            _ => nodes::preposition(&self.nodes, node).map(|_| before),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::IntoEnumIterator;

    use super::*;
    use crate::syntax::{Pos, Word, lemma};

    const WORDS: [&str; 32] = [
        "Acme",
        "Bo",
        "Lee",
        "said",
        "to",
        "by",
        "of",
        "elected",
        "leader",
        "'s",
        ",",
        "was",
        "accused",
        "killing",
        "who",
        "not",
        "and",
        "down",
        "shot",
        "police",
        "X",
        "on",
        "gave",
        "it",
        "that",
        "attack",
        "president",
        "would",
        "Monday",
        "be",
        "é",
        "\"",
    ];
    const RELATIONS: [&str; 32] = [
        "acl",
        "acl:relcl",
        "advcl",
        "advmod",
        "amod",
        "appos",
        "aux",
        "aux:pass",
        "case",
        "cc",
        "ccomp",
        "compound",
        "compound:prt",
        "conj",
        "cop",
        "csubj",
        "dep",
        "det",
        "expl",
        "flat",
        "iobj",
        "mark",
        "nmod",
        "nmod:poss",
        "nmod:desc",
        "nsubj",
        "nsubj:pass",
        "obj",
        "obl",
        "obl:agent",
        "vocative",
        "xcomp",
    ];

    /// A sentence of words given by numbers: the word, its part of speech, its relation, and which of the words
    /// before it in `order` it depends on.
    fn sentence(numbers: &[[usize; 4]], order: &[usize]) -> (String, Sentence) {
        let tags: Vec<Pos> = Pos::iter().collect();
        let (mut text, mut words) = (String::new(), Vec::new());
        for &[form, tag, relation, _] in numbers {
            let form = WORDS[form % WORDS.len()];
            let (start, pos) = (text.len(), tags[tag % tags.len()]);
            text.push_str(form);
            let span = Span::new(start, text.len());
            text.push(' ');
            let relation = Deprel::named(RELATIONS[relation % RELATIONS.len()]);
            words.push(Word { span, pos, lemma: lemma(form, pos).into(), head: None, relation });
        }
        for at in 1..order.len() {
            words[order[at]].head = Some(order[numbers[order[at]][3] % at]);
        }
        if let Some(&root) = order.first() {
            words[root].relation = Deprel::Root;
        }
        (text, Sentence { number: 0, words, is_cut: false, ..Sentence::default() })
    }

    fn names(sentence: &Sentence, ends: &[usize]) -> Vec<Span> {
        let words = &sentence.words;
        let mut names: Vec<Span> = Vec::new();
        for &start in ends {
            let start = start % words.len().max(1);
            let Some(end) = words.get(start + 1).or(words.get(start)) else { continue };
            let name = Span::new(words[start].span.start, end.span.end);
            if names.last().is_none_or(|last| last.end <= name.start) {
                names.push(name);
            }
        }
        names
    }

    /// What must be so of the clauses of any tree.
    fn check(text: &str, sentence: &Sentence, names: &[Span]) {
        let clauses = Clauses::of(text, sentence, names);
        let count = clauses.nodes.len();
        let roots = clauses.nodes.iter().filter(|node| node.head.is_none()).count();
        assert_eq!(roots, usize::from(count > 0), "the repairs leave a tree");
        for (at, node) in clauses.nodes.iter().enumerate() {
            assert!(node.head.is_none_or(|head| clauses.nodes[head].children.contains(&at)));
            assert!(node.head.is_none_or(|head| clauses.nodes[head].depth < node.depth));
        }
        for clause in &clauses.all {
            for (role, filler) in &clause.roles {
                assert!(*filler < count);
                assert!(clauses.filled(clause, role).contains(filler));
            }
            assert_eq!(clauses.clause(clause.head).map(|known| known.head), Some(clause.head));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn any_tree_has_clauses(
            numbers in proptest::collection::vec(any::<[usize; 4]>(), 0..30),
            mut ends in proptest::collection::vec(0..30_usize, 0..4),
            seed in any::<u64>(),
        ) {
            let mut order: Vec<usize> = (0..numbers.len()).collect();
            order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1) >> 7);
            let (text, sentence) = sentence(&numbers, &order);
            ends.sort_unstable();
            check(&text, &sentence, &names(&sentence, &ends));
        }
    }

    #[test]
    fn long_sentences_take_linear_time() {
        let order: Vec<usize> = (0..20_000).collect();
        // All on the root, each on the one before, and each on any before.
        let heads: [fn(usize) -> usize; 3] = [|_| 0, |i| i.saturating_sub(1), |i| i / 2];
        for head in heads {
            let numbers: Vec<[usize; 4]> = order.iter().map(|&i| [i * 7, i * 5, i * 11, head(i)]).collect();
            let (text, sentence) = sentence(&numbers, &order);
            let started = std::time::Instant::now();
            check(&text, &sentence, &[]);
            assert!(started.elapsed().as_secs() < 20);
        }
    }
}
