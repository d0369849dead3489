//! Relation extraction by rules, which are data: see `rules/*.toml`.
//!
//! `rule_file` reads rules into a `rule_set`; their two kinds are `pattern` and `frame`. `lexicon` numbers the words of
//! patterns, `line` spells a sentence by these numbers, and `compile` makes regular expressions over such lines. `matcher`
//! matches both kinds; `context`, `said`, `time` and `status` say how the text puts what it finds. `reader` is the second
//! reader, `calibration` makes the score of evidence.
//!
//! # Example
//!
//! A rule of your own, its own examples, and what it finds in a text whose names are in brackets. That needs no model; only
//! frames do.
//!
//! ```
//! use triplewire::relation::{Bracketed, Certainty, Matcher, RuleSet, check, scores_csv};
//!
//! let folder = tempfile::tempdir()?;
//! let file = folder.path().join("my.toml");
//! let written = r#"
//!     [[rule]]
//!     id = "leads/boss-of"
//!     pattern = "SUBJ , boss (of | at) OBJ"
//!     score = 0.9
//!     yes = ["[PER Ana Ruiz], boss of [ORG Acme], resigned."]
//!     no = ["[PER Ana Ruiz] met the boss of [ORG Acme]."]
//! "#;
//! std::fs::write(&file, written)?;
//! let mut rules = RuleSet::empty();
//! rules.add_path(&file)?;
//! let checked = check(&rules, |_| Ok(Vec::new()), |_| true)?;
//! assert_eq!((checked.examples, checked.failures.len()), (2, 0));
//!
//! let matcher = Matcher::new(&rules)?;
//! let text = Bracketed::text("It rained. [PER Bo Lee], boss of [ORG Bolt], left.");
//! let found = matcher.relations(text.document());
//! assert_eq!(text.told(&found[0]), "Bo Lee leads Bolt");
//! assert_eq!((found[0].certainty, &*found[0].rule), (Certainty::Stated, "leads/boss-of"));
//!
//! // Why it was found, and its score if labels had shown it right three times and wrong once.
//! let explained = matcher.explain(&rules, text.document());
//! assert!(explained[0].pairs.iter().any(|pair| pair.matched.iter().any(|it| it.rule == "leads/boss-of")));
//! assert!(scores_csv(rules.rules(), |_| Some((3, 1)))?.contains("leads/boss-of,3,1,"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod anaphors;
mod calibration;
mod check;
mod compile;
mod context;
mod coreference;
mod cues;
mod example;
mod explain;
mod frame;
mod keys;
mod lexicon;
mod line;
mod lists;
mod matcher;
mod measured;
mod pattern;
mod reader;
mod rule;
mod rule_file;
mod rule_set;
mod said;
mod schema;
mod scope;
mod scores;
mod status;
mod suggest;
mod time;
mod token_set;
mod words;

use std::sync::Arc;

use crate::entity::{Argument, Entity, EntityType, Mention, is_country, is_sovereign};
use crate::syntax::Sentence;
use crate::text::Span;

pub use calibration::{Calibration, Evidence};
pub use check::{Checked, Failure, check};
pub use context::Certainty;
pub use coreference::coreferent;
pub use example::Bracketed;
pub use explain::{
    ClauseExplanation, MatchExplanation, NameExplanation, NearMiss, PairExplanation, RoleExplanation,
    SecondExplanation, SentenceExplanation, WordExplanation,
};
pub use matcher::{Learned, Matcher, Told};
pub use measured::MeasuredScore;
pub use reader::{Classifier, FILE as READER_FILE, Reader, Reading, Taught};
pub use rule::{Pattern, Rule, YesExample};
pub use rule_set::RuleSet;
pub(crate) use schema::is_alias;
pub use schema::{Holds, Predicate, Predicates, Pronoun, Schema};
pub use scores::{scores_csv, stale};
pub use status::Status;
pub use suggest::{Demand, Labelled, Suggestion, suggest};

pub use time::When;

/// What rules see of an article.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The article's text.
    pub text: &'a str,
    /// Its sentences, in order.
    pub sentences: &'a [Span],
    /// Its mentions, in order, not overlapping.
    pub mentions: &'a [Mention],
    /// The entities the mentions point to.
    pub entities: &'a [Entity],
    /// The trees of its sentences, in order; without them frames find nothing.
    pub syntax: &'a [Sentence],
}

impl Document<'_> {
    /// The type of a name for rules: that of its entity where it is an adjective, part of a word ("Boston-based")
    /// or a country, whatever the type of the mention.
    fn type_of(&self, mention: &Mention) -> EntityType {
        let Some(Entity { entity_type, name, .. }) = self.entities.get(mention.entity) else {
            return mention.entity_type;
        };
        let is_entitys = mention.demonym || mention.name != mention.span || is_country(name);
        if is_entitys { *entity_type } else { mention.entity_type }
    }

    /// Whether a predicate can hold of what two mentions are, whatever the text says.
    fn can_hold(&self, predicate: Predicate, subject: usize, object: usize) -> bool {
        let entity = |mention: usize| self.entities.get(self.mentions[mention].entity);
        let is_country = |mention: usize| entity(mention).is_some_and(|entity| is_sovereign(&entity.name));
        let type_of = |mention: usize| self.type_of(&self.mentions[mention]);
        let schema = predicate.schema();
        !(schema.countries_apart && is_country(subject) && is_country(object))
            && (!schema.same_type || type_of(subject) == type_of(object))
    }
}

/// One piece of evidence: two arguments, a predicate, and how the text puts it.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The subject.
    pub subject: Argument,
    /// What connects them.
    pub predicate: Predicate,
    /// The object.
    pub object: Argument,
    /// How often such relations are right, 0 to 1; see [`Calibration`].
    pub score: f32,
    /// The evidence for it.
    pub evidence: Evidence,
    /// Whether the text denies it.
    pub negated: bool,
    /// Whether the text states, reports or alleges it.
    pub certainty: Certainty,
    /// Whom the text names as the source.
    pub attributed_to: Option<String>,
    /// The time that the text gives for it.
    pub when: Option<When>,
    /// Whether it is still so.
    pub status: Status,
    /// The sentence it is in, in bytes of the article's text.
    pub sentence: Span,
    /// The identifier of the rule.
    pub rule: Arc<str>,
}
