//! Patterns on the pairs of names of a sentence.
//!
//! The sentence is spelled once. Of all patterns, only those are tried whose words, lists and types the sentence has at
//! all; of these, only those that match when every name may play any role; and only these few on each pair of names.

use crate::relation::Matcher;
use crate::relation::keys::KeySet;
use crate::relation::line::{Line, OBJECT, OTHER, SUBJECT, Slot, TaggedSentence, TokenKind, View};
use crate::relation::matcher::hit::{Hit, MatchedBy, ordered};
use crate::relation::matcher::limits::{FARTHEST_NAMES, FARTHEST_TOKENS, FARTHEST_UNPUNCTUATED};
use crate::relation::matcher::parsed::ParsedSentence;

impl Matcher {
    /// Every pattern that matches, on every pair of names.
    pub(super) fn pattern_hits(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
        hits: &mut Vec<Hit>,
    ) {
        let candidates = self.candidates(sentence);
        if candidates.is_empty() {
            return;
        }
        let spelling = &self.lexicon.spelling;
        let slots = &sentence.slots;
        let farthest = if sentence.unpunctuated { FARTHEST_UNPUNCTUATED } else { FARTHEST_TOKENS };
        if slots.len() > 1 {
            let mut line = sentence.line(View::Slots, spelling);
            self.pairs(&mut line, &candidates, farthest, |found| {
                self.hits_of_slots(sentence, parsed, &found, hits);
            });
        }
        for (i, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.names.len() > 1) {
            let mut line = sentence.line(View::Apart(i), spelling);
            self.pairs(&mut line, &candidates, farthest, |found| {
                let (subject, object) = (slot.names[found.subject], slot.names[found.object]);
                self.hit(sentence, &found, subject, object, hits);
            });
            if slot.names.len() > 2 {
                let mut line = sentence.line(View::Two(i), spelling);
                self.pairs(&mut line, &candidates, farthest, |found| {
                    for (i, &first) in slot.names.iter().enumerate() {
                        for &second in &slot.names[i + 1..] {
                            let is_first = found.subject < found.object;
                            let (subject, object) = if is_first { (first, second) } else { (second, first) };
                            self.hit(sentence, &found, subject, object, hits);
                        }
                    }
                });
            }
        }
    }

    /// The patterns for which the sentence has everything, in order.
    fn candidates(&self, sentence: &TaggedSentence<'_>) -> Vec<usize> {
        let keys = self.lexicon.keys;
        let mut present = KeySet::of(keys);
        for token in 0..sentence.tokens.len() {
            sentence.keys_of(token, keys).for_each(|key| present.add(key));
        }
        let found = self.patterns.candidates(&present).into_iter();
        found.filter(|&pattern| !(sentence.unpunctuated && self.rule_of(pattern).punctuated)).collect()
    }

    /// Tries patterns on the pairs of a line whose names are at most `farthest` tokens apart.
    fn pairs(
        &self,
        line: &mut Line,
        candidates: &[usize],
        farthest: usize,
        mut report: impl FnMut(PatternMatch),
    ) {
        let regex = |pattern: usize| &self.patterns.patterns[pattern].regex;
        let live: Vec<usize> = candidates
            .iter()
            .copied()
            .filter(|&pattern| regex(pattern).is_match(&self.lexicon, &line.bytes))
            .collect();
        if live.is_empty() {
            return;
        }
        line.set_all(OTHER);
        for a in 0..line.places.len() {
            for b in a + 1..line.places.len().min(a + 2 + FARTHEST_NAMES) {
                if line.between(a, b) > farthest {
                    break;
                }
                for (subject, object) in [(a, b), (b, a)] {
                    let (subject_type, object_type) = (line.letter(subject), line.letter(object));
                    line.set(subject, SUBJECT);
                    line.set(object, OBJECT);
                    let sight = line.sight(a, b);
                    let seen = &line.bytes[sight.clone()];
                    for &pattern in &live {
                        let rule = self.rule_of(pattern);
                        if !rule.subject.has_letter(subject_type) || !rule.object.has_letter(object_type) {
                            continue;
                        }
                        if let Some(span) = regex(pattern).find(&self.lexicon, seen)
                            && !rule.unless.iter().any(|unless| unless.is_match(&self.lexicon, seen))
                        {
                            let bytes = sight.start + span.start..sight.start + span.end;
                            let tokens = line.tokens_of(bytes);
                            report(PatternMatch { pattern, subject, object, tokens });
                        }
                    }
                    line.set(subject, OTHER);
                    line.set(object, OTHER);
                }
            }
        }
    }

    /// What a pattern that matched on two slots finds of their names.
    fn hits_of_slots(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
        found: &PatternMatch,
        hits: &mut Vec<Hit>,
    ) {
        let [a, b] = [found.subject, found.object].map(|slot| &sentence.slots[slot]);
        // A list has no second name.
        let is_alias = self.rule_of(found.pattern).predicate.is_alias();
        if is_alias && a.names.len().max(b.names.len()) > 1 {
            return;
        }
        // What stands nearest to the other name is meant, and what the tree joins to it.
        let is_meant = |name: usize, slot: &Slot, other: &Slot| {
            let nearest = if slot.first < other.first { slot.names.last() } else { slot.names.first() };
            nearest.is_none_or(|&nearest| may_be_listed(sentence, parsed, name, nearest))
        };
        let subjects = self.described(sentence, found, a).iter();
        for &subject in subjects.filter(|&&name| is_meant(name, a, b)) {
            for &object in b.names.iter().filter(|&&name| is_meant(name, b, a)) {
                self.hit(sentence, found, subject, object, hits);
            }
        }
    }

    /// The names of a list that a description is about, given that they are the subject: all, or the first if a
    /// title in the singular stands before the list.
    fn described<'s>(
        &self,
        sentence: &TaggedSentence<'_>,
        found: &PatternMatch,
        slot: &'s Slot,
    ) -> &'s [usize] {
        let is_titled = || {
            let before = slot.first.checked_sub(1).filter(|&before| before >= found.tokens.0);
            before.is_some_and(|it| sentence.tags_of(it).any(|tag| self.lexicon.is_of_titles(tag.list)))
        };
        let first_only = self.rule_of(found.pattern).granted && is_titled();
        if first_only { &slot.names[..1] } else { &slot.names }
    }

    /// Adds the hit of a pattern on two tokens that are names, unless they name the same.
    fn hit(
        &self,
        sentence: &TaggedSentence<'_>,
        found: &PatternMatch,
        subject: usize,
        object: usize,
        hits: &mut Vec<Hit>,
    ) {
        let (TokenKind::Name(subject), TokenKind::Name(object)) =
            (sentence.tokens[subject].kind, sentence.tokens[object].kind)
        else {
            return;
        };
        let rule = self.patterns.patterns[found.pattern].rule;
        let predicate = self.rules[rule].predicate;
        let (subject, object) = ordered(predicate, subject, object);
        let document = &sentence.document;
        let (first, second) = (&document.mentions[subject], &document.mentions[object]);
        let usable = if predicate.is_alias() {
            first.span.of(document.text).to_lowercase() != second.span.of(document.text).to_lowercase()
        } else {
            first.entity != second.entity
        };
        if usable {
            let by = MatchedBy::Pattern(found.pattern);
            hits.push(Hit { rule, by, second: None, subject, object, tokens: found.tokens });
        }
    }
}

/// That a pattern matched on two places of a line.
struct PatternMatch {
    pattern: usize,
    subject: usize,
    object: usize,
    /// First and last token that it covers.
    tokens: (usize, usize),
}

/// Whether two names that look like a list, given as tokens of a sentence, may be one by its tree.
fn may_be_listed(sentence: &TaggedSentence<'_>, parsed: Option<&ParsedSentence>, a: usize, b: usize) -> bool {
    match (sentence.tokens[a].kind, sentence.tokens[b].kind) {
        (TokenKind::Name(a), TokenKind::Name(b)) => {
            parsed.is_none_or(|parsed| !parsed.are_of_two_lists(a, b))
        }
        _ => true,
    }
}
