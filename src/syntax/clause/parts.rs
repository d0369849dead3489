//! What a clause is made of.

/// What a filler is to the predicate.
///
/// See the [example](crate::syntax::clause#example).
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
    /// What stands after a preposition.
    Prep(Box<str>),
}

/// What kind of word a predicate is.
///
/// See the [example](crate::syntax::clause#example).
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
///
/// See the [example](crate::syntax::clause#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// The node of the predicate word.
    pub head: usize,
    /// What kind of word that is.
    pub kind: Kind,
    /// Its base form; of a verb with its particle: `carry out`.
    pub lemma: String,
    /// Roles and the nodes that fill them. A list fills a role with its first member; see `Clauses::members`.
    pub roles: Vec<(Role, usize)>,
    /// Whether the text denies it.
    pub negated: bool,
    /// Whether it is stated as a fact.
    pub mood: Mood,
    /// Whether the sentence takes it for granted, as a title or an apposition: what is denied or said around it is
    /// not about it.
    pub granted: bool,
}

/// Whether a clause is stated as a fact.
///
/// See the [example](crate::syntax::clause#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mood {
    /// As one.
    #[default]
    Fact,
    /// It is to come: "will", "plans to".
    Planned,
    /// It may be, or is wished for: "could", "if", "wants to", "is believed to".
    Doubtful,
}

/// For each of `count` nodes the number of its clause.
pub(super) fn by_node(count: usize, clauses: &[Clause]) -> Vec<Option<usize>> {
    let mut of_node = vec![None; count];
    for (number, clause) in clauses.iter().enumerate() {
        of_node[clause.head] = Some(number);
    }
    of_node
}

impl Clause {
    /// What fills a role.
    pub fn fillers(&self, role: &Role) -> impl Iterator<Item = usize> {
        self.roles.iter().filter(move |(of, _)| of == role).map(|&(_, node)| node)
    }

    /// Adds a filler once.
    pub(super) fn fill(&mut self, role: Role, node: usize) {
        if node != self.head && !self.roles.iter().any(|(known, filler)| *filler == node && *known == role) {
            self.roles.push((role, node));
        }
    }

    pub(super) fn has(&self, role: &Role) -> bool {
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
