//! Who does what to whom: the clauses of a sentence, read from its tree.
//!
//! A clause is a predicate word with its roles. Passive, relative clauses, participles, control and shared subjects
//! are undone, so that "X, who condemned Y", "Y was condemned by X" and "X wanted to condemn Y" all are
//! `condemn(agent=X, patient=Y)`. Nouns with something attached are clauses too: "X's attack on Y",
//! "Ana, president of Acme"; and so are adjectives, "critical of Y".
//!
//! `nodes` makes one node of each name, `mend` hangs elsewhere what the parser often hangs wrongly, `verbs` finds the roles of verbs, `nouns` those of nouns and adjectives, `mood`
//! reads from the tree what is denied, planned or doubtful. What the roles mean, [`Role`] says; the idea is that of
//! PredPatt (White et al., "Universal Decompositional Semantics on Universal Dependencies", EMNLP 2016).

mod mend;
mod mood;
mod nodes;
mod nouns;
mod particles;
mod verbs;

use crate::syntax::Sentence;
use crate::text::Span;

pub use mood::Mood;
pub use nodes::Node;

/// What a filler is to the predicate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Of a verb who does it; of a noun the agent of a verb that says no more than the noun ("X launched an attack").
    Agent,
    /// Whom or what it is done to.
    Patient,
    /// To whom, beside a patient: "gave X a prize".
    Recipient,
    /// Whom a noun or adjective describes: "X is president", "X, president of Y", "President X".
    Who,
    /// Of a noun whose it is: "X's attack".
    Poss,
    /// A name before the noun: "Turkish attack", "the Acme president".
    Mod,
    /// What stands behind a preposition.
    Prep(Box<str>),
}

/// What kind of word a predicate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A verb, or "be" with a preposition.
    Verb,
    /// A noun.
    Noun,
    /// An adjective.
    Adjective,
    /// A name with something attached: "Germany's Acme", "Bo Lee of Acme". Its lemma is the name in lower case.
    Name,
}

/// A predicate and what fills its roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The node of the predicate word.
    pub head: usize,
    /// What kind of word that is.
    pub kind: Kind,
    /// Its base form; of a verb with its particle: `carry out`.
    pub lemma: String,
    /// Roles and the nodes that fill them. A list fills a role with its first member; see [`Clauses::members`].
    pub roles: Vec<(Role, usize)>,
    /// Whether the text denies it.
    pub negated: bool,
    /// Whether it is told as a fact.
    pub mood: Mood,
    /// Whether the sentence takes it for granted, as a title or an apposition: what is denied or said around it is
    /// not about it.
    pub granted: bool,
}

/// The clauses of a sentence.
#[derive(Debug, Clone, Default)]
pub struct Clauses {
    /// Its words, each name being one.
    pub nodes: Vec<Node>,
    /// The clauses, in the order of their predicate words.
    pub all: Vec<Clause>,
    /// For each node its clause.
    of_node: Vec<Option<usize>>,
}

/// For each of `count` nodes the number of its clause.
fn by_node(count: usize, clauses: &[Clause]) -> Vec<Option<usize>> {
    let mut of_node = vec![None; count];
    for (number, clause) in clauses.iter().enumerate() {
        of_node[clause.head] = Some(number);
    }
    of_node
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

    /// The clause of which a node is the predicate.
    pub fn clause(&self, node: usize) -> Option<&Clause> {
        self.of_node.get(node).copied().flatten().map(|number| &self.all[number])
    }

    /// The clauses for people, one a line: `condemn(agent=ana ruiz, patient=acme)!`, where `!` stands for denied, `>` for
    /// planned and `?` for doubtful.
    pub fn written(&self) -> Vec<String> {
        let one = |clause: &Clause| {
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
        };
        self.all.iter().filter(|clause| !clause.roles.is_empty()).map(one).collect()
    }

    /// What fills a role of one of these clauses, all members of a list being told. A title before a list belongs to
    /// its first name: "President A and B"; "Presidents A and B" are two.
    pub fn filled(&self, clause: &Clause, role: &Role) -> Vec<usize> {
        let is_title = *role == Role::Who && clause.granted && clause.kind == Kind::Noun;
        let head = &self.nodes[clause.head];
        let is_one = is_title && head.form == clause.lemma;
        let before = |filler: usize| is_one && clause.head < filler && head.head == Some(filler);
        let all = |filler: usize| if before(filler) { vec![filler] } else { self.members(filler) };
        clause.fillers(role).flat_map(all).collect()
    }

    /// A node and the others of the list that it begins: "Turkey, Iran and Russia".
    pub fn members(&self, node: usize) -> Vec<usize> {
        nodes::members(&self.nodes, node)
    }
}

impl Clause {
    /// What fills a role.
    pub fn fillers(&self, role: &Role) -> impl Iterator<Item = usize> {
        self.roles.iter().filter(move |(of, _)| of == role).map(|&(_, node)| node)
    }

    /// Adds a filler once.
    fn fill(&mut self, role: Role, node: usize) {
        if node != self.head && !self.roles.iter().any(|known| *known == (role.clone(), node)) {
            self.roles.push((role, node));
        }
    }

    fn has(&self, role: &Role) -> bool {
        self.fillers(role).next().is_some()
    }
}

impl Role {
    /// The role of that name: `agent`, `patient`, `recipient`, `who`, `poss`, `mod`, or a preposition.
    pub fn named(name: &str) -> Self {
        match name {
            "agent" => Role::Agent,
            "patient" => Role::Patient,
            "recipient" => Role::Recipient,
            "who" => Role::Who,
            "poss" => Role::Poss,
            "mod" => Role::Mod,
            preposition => Role::Prep(preposition.into()),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Role::Agent => "agent",
            Role::Patient => "patient",
            Role::Recipient => "recipient",
            Role::Who => "who",
            Role::Poss => "poss",
            Role::Mod => "mod",
            Role::Prep(preposition) => preposition,
        }
    }
}
