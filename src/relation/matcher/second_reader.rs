//! The second reader: its log odds for the hits of rules, and the hits that it adds.

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::{EntityType, Origin};
use crate::relation::line::TaggedSentence;
use crate::relation::matcher::compiled::CompiledRule;
use crate::relation::matcher::hit::{Hit, MatchedBy, PairKey, ordered};
use crate::relation::matcher::parsed::ParsedSentence;
use crate::relation::reader::Reading;
use crate::relation::{Document, Matcher, Predicate};
use crate::syntax::clause::{Clause, Kind, Role};
use crate::text::Span;

/// Below these log odds the second reader proposes nothing. The calibration asks for more; this saves looking at every
/// pair.
const LEAST_ODDS: f32 = -1.0;

impl Matcher {
    /// What the second reader says of every two mentions of a sentence: nothing if there is no second reader, or the
    /// sentence has no tree. Where there are anaphors, the names have been read without them, and are not read again.
    fn second_readings(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
    ) -> Vec<Reading> {
        let (Some(second), Some(tree)) = (&self.second, sentence.tree()) else { return Vec::new() };
        let document = &sentence.document;
        let mentions: Vec<usize> = sentence.mentions().map(|(mention, _)| mention).collect();
        let given = |&mention: &usize| {
            let mention = &document.mentions[mention];
            (mention.name, document.type_of(mention))
        };
        let given: Vec<(Span, EntityType)> = mentions.iter().map(given).collect();
        let is_anaphor = |mention: usize| document.mentions[mention].origin == Origin::Anaphor;
        let has_anaphors = mentions.iter().any(|&mention| is_anaphor(mention));
        let is_wanted = |a: usize, b: usize| {
            let (a, b) = (mentions[a], mentions[b]);
            (!has_anaphors || is_anaphor(a) || is_anaphor(b))
                && document.mentions[a].entity != document.mentions[b].entity
                && !parsed.is_some_and(|parsed| parsed.is_of_neighbour(a, b))
        };
        let mut readings = second.reader.read_pairs(tree, &given, is_wanted);
        for reading in &mut readings {
            (reading.subject, reading.object) = (mentions[reading.subject], mentions[reading.object]);
        }
        readings
    }

    /// The predicates of a reading that the types of the pair allow, by the number of the rule that stands for each, with
    /// their log odds.
    pub(crate) fn odds_by_rule<'r>(
        &'r self,
        document: Document<'r>,
        reading: &'r Reading,
    ) -> impl Iterator<Item = (usize, f32)> + 'r {
        let rules = self.second.iter().flat_map(|second| &second.rules);
        let [of_subject, of_object] =
            [reading.subject, reading.object].map(|mention| document.type_of(&document.mentions[mention]));
        rules.zip(&reading.odds).filter_map(|(rule, &odds)| Some(((*rule)?, odds))).filter(
            move |&(rule, _)| {
                let CompiledRule { subject, object, predicate, .. } = self.rules[rule];
                subject.has(of_subject)
                    && object.has(of_object)
                    && document.can_hold(predicate, reading.subject, reading.object)
            },
        )
    }

    /// Has the second reader read the pairs of a sentence: its log odds are written to `hits`, and what it finds of other
    /// pairs is put after them. Gives all that it says.
    pub(crate) fn read_again(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
        hits: &mut Vec<Hit>,
    ) -> Vec<Reading> {
        let Some(second) = &self.second else { return Vec::new() };
        let document = sentence.document;
        let readings = self.second_readings(sentence, parsed);
        let told: BTreeSet<PairKey> = hits.iter().map(|hit| self.key(hit)).collect();
        // Of the others nothing is asked, and they are nearly all.
        let mut odds: BTreeMap<PairKey, f32> = BTreeMap::new();
        for reading in &readings {
            for (rule, of_rule) in self.odds_by_rule(document, reading) {
                let predicate = self.rules[rule].predicate;
                let (subject, object) = ordered(predicate, reading.subject, reading.object);
                let key = (subject, object, predicate);
                if of_rule >= LEAST_ODDS || told.contains(&key) {
                    let best = odds.entry(key).or_insert(of_rule);
                    *best = best.max(of_rule);
                }
            }
        }
        if second.checks {
            for hit in hits.iter_mut() {
                hit.second = odds.get(&self.key(hit)).copied();
            }
        }
        // Where two sentences may have become one, it guesses.
        if second.adds && !sentence.unpunctuated {
            self.add_learned(sentence, parsed, odds, hits);
        }
        readings
    }

    /// Adds what the second reader finds of pairs of which no rule finds anything.
    fn add_learned(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
        odds: BTreeMap<PairKey, f32>,
        hits: &mut Vec<Hit>,
    ) {
        let places: BTreeMap<usize, usize> = sentence.mentions().collect();
        // Of a pair of which a rule tells something, it is wrong more often than right.
        let known: BTreeSet<(usize, usize)> = hits.iter().map(|hit| (hit.subject, hit.object)).collect();
        let is_unread = |object: usize, predicate: Predicate| {
            let behind = &predicate.schema().unread_behind;
            let is_behind = |parsed: &ParsedSentence| {
                parsed.node_of(object).is_some_and(|node| parsed.clauses.is_behind(node, behind))
            };
            !behind.is_empty() && parsed.is_some_and(is_behind)
        };
        let only_tells = |subject: usize, predicate: Predicate| {
            let verbs = &predicate.schema().unread_of;
            let does_no_more = || {
                let parsed = parsed?;
                let clauses = &parsed.clauses;
                let node = parsed.node_of(subject)?;
                let is_doer = |clause: &&Clause| {
                    clause.kind == Kind::Verb && clauses.filled(clause, &Role::Agent).contains(&node)
                };
                let mut done = clauses.all.iter().filter(is_doer).peekable();
                Some(done.peek().is_some() && done.all(|clause| verbs.contains(&clause.lemma)))
            };
            !verbs.is_empty() && does_no_more().unwrap_or(false)
        };
        let rules = self.second.iter().flat_map(|second| &second.rules).flatten();
        let rule_of: BTreeMap<Predicate, usize> =
            rules.map(|&rule| (self.rules[rule].predicate, rule)).collect();
        for ((subject, object, predicate), odds) in odds.into_iter().filter(|&(_, odds)| odds >= LEAST_ODDS) {
            let is_known = known.contains(&(subject, object)) || known.contains(&(object, subject));
            if is_known || is_unread(object, predicate) || only_tells(subject, predicate) {
                continue;
            }
            let [a, b] = [places[&subject], places[&object]];
            hits.push(Hit {
                rule: rule_of[&predicate],
                by: MatchedBy::SecondReader,
                second: Some(odds),
                subject,
                object,
                tokens: (a.min(b), a.max(b)),
            });
        }
    }
}
