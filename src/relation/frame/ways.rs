//! From the predicate of a clause to a name: what a frame that finds the name would have to say.

use std::collections::BTreeSet;

use crate::relation::frame::fit::{Bounds, InSentence};
use crate::relation::frame::{Frames, NameKind, Path};
use crate::syntax::clause::{Clause, Clauses, Kind};

/// A way to a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way {
    /// One role, or the role of a noun that fills a role.
    pub(crate) path: Path,
    /// That noun.
    pub(crate) through: Option<String>,
}

/// A clause and the ways to names in it.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) kind: Kind,
    /// The predicate word as a frame writes it: nouns may be of several words.
    pub(crate) word: String,
    /// For each way the name that it leads to, as a number among the names of the sentence.
    pub(crate) ways: BTreeSet<(Way, usize)>,
}

impl Frames {
    /// The verbs, nouns and adjectives of a sentence with the names that lie on some way from them.
    pub(crate) fn ways(&self, clauses: &Clauses, names: &[NameKind]) -> Vec<Reached> {
        let sentence = InSentence { frames: self, clauses, names };
        let all = clauses.all.iter().filter(|clause| clause.kind != Kind::Name);
        all.map(|clause| sentence.reached(clause)).collect()
    }
}

impl InSentence<'_> {
    fn reached(&self, clause: &Clause) -> Reached {
        let mut ways = BTreeSet::new();
        for role in self.roles(clause) {
            let mut add = |path: Path, through: Option<&str>| {
                for name in self.names_at(
                    clause,
                    std::slice::from_ref(&path),
                    &Bounds { by_acting: true, ..Bounds::default() },
                ) {
                    ways.insert((Way { path: path.clone(), through: through.map(str::to_owned) }, name));
                }
            };
            add(vec![role.clone()], None);
            let fillers = self.role(clause, &role).into_iter().flat_map(|node| self.clauses.members(node));
            for noun in fillers.filter_map(|node| self.clauses.clause(node)) {
                if noun.kind != Kind::Noun || noun.head == clause.head {
                    continue;
                }
                let word = self.word(noun);
                for last in self.roles(noun) {
                    let path = vec![role.clone(), last];
                    add(path.clone(), None);
                    add(path, Some(&word));
                }
            }
        }
        Reached { kind: clause.kind, word: self.word(clause), ways }
    }

    /// The roles that the clause has, and those put together of them.
    fn roles(&self, clause: &Clause) -> BTreeSet<String> {
        let own = clause.roles.iter().map(|(role, _)| role.name().to_owned());
        let together = ["agent", "whose"].map(str::to_owned).into_iter();
        own.chain(together.filter(|_| clause.kind == Kind::Noun)).collect()
    }

    fn word(&self, clause: &Clause) -> String {
        if clause.kind != Kind::Noun {
            return clause.lemma.clone();
        }
        let head = self.clauses.nodes[clause.head].lemma.to_lowercase();
        self.longest(clause.head, &head).map_or(head.clone(), |phrase| phrase.words.join(" "))
    }
}
