//! Matches compiled rules against sentences.
//!
//! [`pattern_hits`] tries patterns on spelled sentences, [`frame_hits`] frames on clauses, and [`second_reader`] reads
//! the pairs of names again. [`outcome`] keeps the best of what they find, [`relate`] makes relations of it.
//!
//! What is capped, so that no text takes more than linear time: long sentences are matched in pieces; a pair is tried if
//! its names are near enough to each other ([`limits`]); a pattern sees 30 tokens to the left and right of its pair;
//! members of a list beyond the thirtieth have no relations ([`crate::relation::line`]).

mod compiled;
mod frame_hits;
mod hit;
mod limits;
mod outcome;
mod parsed;
mod pattern_hits;
mod relate;
mod second_reader;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Result;
use crate::relation::frame::Frames;
use crate::relation::lexicon::Lexicon;
use crate::relation::line::{self, TaggedSentence};
use crate::relation::matcher::compiled::PatternIndex;
use crate::relation::matcher::hit::PairKey;
use crate::relation::reader::Reader;
use crate::relation::{Calibration, Document, Predicate, Predicates, Relation, RuleSet};

pub(in crate::relation) use compiled::CompiledRule;
pub(crate) use hit::Hit;
pub(crate) use outcome::Outcome;
pub(crate) use parsed::ParsedSentence;

/// A compiled rule set. Immutable and shared by all workers. [An example](crate#example).
#[derive(Debug)]
pub struct Matcher {
    pub(crate) lexicon: Lexicon,
    predicates: Predicates,
    /// The predicates that are left out where one holds.
    implies: BTreeMap<Predicate, Vec<Predicate>>,
    rules: Vec<CompiledRule>,
    patterns: PatternIndex,
    frames: Frames,
    second: Option<SecondReader>,
    /// What that is not asked for.
    unlearned: BTreeSet<Predicate>,
    calibration: Calibration,
    /// Relations that score less are left out; if it is not said, by what finds them.
    least_score: Option<f32>,
}

/// The second reader among the rules.
#[derive(Debug)]
struct SecondReader {
    reader: Reader,
    /// For each of its predicates the number of the rule that stands for it, if the rules know the predicate.
    rules: Vec<Option<usize>>,
    adds: bool,
    checks: bool,
}

/// What the second reader is asked for.
///
/// [How to give a matcher its second reader](crate#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Learned {
    /// Nothing.
    Off,
    /// Relations that no rule finds.
    Add,
    /// Doubt about relations that rules find.
    Check,
    /// Both.
    #[default]
    Both,
}

/// The relations of an article, or of some of its sentences.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// As [`Matcher::relations`] has them.
    pub relations: Vec<Relation>,
    /// How many relations that rules find are left out for their scores.
    pub left_out: usize,
}

impl Told {
    /// This and what later sentences add.
    #[must_use]
    pub fn and(mut self, further: Told) -> Told {
        self.relations.extend(further.relations);
        self.left_out += further.left_out;
        self
    }
}

impl Matcher {
    /// Compiles a rule set.
    ///
    /// # Errors
    /// If a pattern is too large to compile.
    pub fn new(set: &RuleSet) -> Result<Self> {
        let lexicon = Lexicon::of(set);
        let frames = set.rules().iter().enumerate().filter_map(|(i, rule)| Some((i, rule.frame.as_ref()?)));
        let rules = || set.rules().iter().map(|rule| CompiledRule::of(rule, &lexicon)).collect::<Result<_>>();
        // A thread of its own and none of rayon's: one of those might take up work that waits for this matcher.
        let (patterns, rules, frames) = std::thread::scope(|scope| {
            let patterns = scope.spawn(|| PatternIndex::of(set.rules(), &lexicon));
            let (rules, frames) = (rules(), Frames::new(frames, &set.nouns, &set.acting));
            (patterns.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), rules, frames)
        });
        let implied = |predicate: Predicate| -> Vec<Predicate> {
            predicate.schema().hides.iter().filter_map(|name| set.predicates().named(name)).collect()
        };
        Ok(Matcher {
            predicates: set.predicates().clone(),
            implies: set.predicates().all().map(|predicate| (predicate, implied(predicate))).collect(),
            rules: rules?,
            patterns: patterns?,
            frames,
            second: None,
            unlearned: set.unlearned.clone(),
            calibration: set.calibration.clone(),
            least_score: set.least_score,
            lexicon,
        })
    }

    /// The same with a second reader, as in [the example](crate#example).
    #[must_use]
    pub fn with_reader(mut self, reader: Reader, asked: Learned) -> Self {
        let first = self.rules.len();
        let asked_for = |name: &String| {
            self.predicates.named(name).filter(|predicate| !self.unlearned.contains(predicate))
        };
        let known: Vec<Option<Predicate>> = reader.predicates().iter().map(asked_for).collect();
        self.rules.extend(known.iter().flatten().map(|&predicate| CompiledRule::learned(predicate)));
        let mut numbers = first..;
        let rules = known.into_iter().map(|predicate| predicate.and_then(|_| numbers.next())).collect();
        let (adds, checks) =
            (matches!(asked, Learned::Add | Learned::Both), matches!(asked, Learned::Check | Learned::Both));
        self.second = Some(SecondReader { reader, rules, adds, checks });
        self
    }

    /// The second reader, if it has one.
    pub fn reader(&self) -> Option<&Reader> {
        self.second.as_ref().map(|second| &second.reader)
    }

    /// The predicates that its rules, and the tables of what they find, may name.
    pub fn predicates(&self) -> &Predicates {
        &self.predicates
    }

    /// Id and predicate of the rule of that number, which may stand for the second reader.
    pub(crate) fn of_rule(&self, rule: usize) -> (&str, Predicate) {
        let CompiledRule { id, predicate, .. } = &self.rules[rule];
        (id, *predicate)
    }

    /// The rule of a pattern.
    fn rule_of(&self, pattern: usize) -> &CompiledRule {
        &self.rules[self.patterns.patterns[pattern].rule]
    }

    fn key(&self, hit: &Hit) -> PairKey {
        (hit.subject, hit.object, self.rules[hit.rule].predicate)
    }

    /// Calls `visit` with each piece of each sentence that has at least two names, and the index
    /// of the sentence.
    pub(crate) fn each_sentence<'d>(
        &self,
        document: Document<'d>,
        visit: impl FnMut(&TaggedSentence<'d>, usize),
    ) {
        self.each_sentence_of(document, |_| true, visit);
    }

    /// The same with those sentences that are `wanted`.
    fn each_sentence_of<'d>(
        &self,
        document: Document<'d>,
        wanted: impl Fn(usize) -> bool,
        mut visit: impl FnMut(&TaggedSentence<'d>, usize),
    ) {
        let mut in_sentence: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, mention) in document.mentions.iter().enumerate() {
            if mention.sentence < document.sentences.len() && wanted(mention.sentence) {
                in_sentence.entry(mention.sentence).or_default().push(i);
            }
        }
        for (&index, mentions) in in_sentence.iter().filter(|(_, mentions)| mentions.len() > 1) {
            for piece in line::pieces(document, index, mentions, &self.lexicon) {
                if piece.slots.iter().map(|slot| slot.names.len()).sum::<usize>() >= 2 {
                    visit(&piece, index);
                }
            }
        }
    }

    /// Every rule that matches, on every pair. Symmetric relations have the earlier name as
    /// subject.
    pub(crate) fn hits(&self, sentence: &TaggedSentence<'_>, parsed: Option<&ParsedSentence>) -> Vec<Hit> {
        let mut hits = self.frame_hits(sentence, parsed);
        self.pattern_hits(sentence, parsed, &mut hits);
        hits.retain(|&Hit { rule, subject, object, .. }| {
            sentence.document.can_hold(self.rules[rule].predicate, subject, object)
                && !parsed.is_some_and(|parsed| parsed.is_of_neighbour(subject, object))
        });
        hits
    }
}
#[cfg(test)]
mod tests;
