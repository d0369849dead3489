//! Frames on the clauses of a sentence.

use crate::entity::{Origin, is_country};
use crate::relation::frame::{NameKind, Reached};
use crate::relation::line::TaggedSentence;
use crate::relation::matcher::compiled::TypeSet;
use crate::relation::matcher::hit::{Hit, MatchedBy, ordered};
use crate::relation::matcher::limits::FARTHEST_UNPUNCTUATED;
use crate::relation::matcher::parsed::ParsedSentence;
use crate::relation::{Document, Matcher};
use crate::syntax::clause::Mood;
use crate::text::Span;

impl Matcher {
    /// The predicate words of a sentence and the mentions that they lead to.
    pub(in crate::relation) fn ways(&self, sentence: &TaggedSentence<'_>) -> (Vec<Reached>, Vec<usize>) {
        let Some(ParsedSentence { clauses, mentions, .. }) = ParsedSentence::of(sentence) else {
            return Default::default();
        };
        let kinds = name_kinds(&sentence.document, &mentions);
        (self.frames.ways(&clauses, &kinds), mentions)
    }

    /// Every frame that fits, on every pair of names.
    pub(super) fn frame_hits(
        &self,
        sentence: &TaggedSentence<'_>,
        parsed: Option<&ParsedSentence>,
    ) -> Vec<Hit> {
        let Some(parsed) = parsed.filter(|_| !self.frames.is_empty()) else { return Vec::new() };
        let ParsedSentence { clauses, mentions, .. } = parsed;
        let document = &sentence.document;
        let kinds = name_kinds(document, mentions);
        let mut hits = Vec::new();
        for fit in self.frames.fits(clauses, &kinds) {
            let rule = &self.rules[fit.rule];
            let is_taken = |name: usize, types: TypeSet| types.has(kinds[name].entity_type);
            if !is_taken(fit.subject, rule.subject) || !is_taken(fit.object, rule.object) {
                continue;
            }
            let (subject, object) = ordered(rule.predicate, mentions[fit.subject], mentions[fit.object]);
            if document.mentions[subject].entity == document.mentions[object].entity
                || parsed.are_of_crowd(subject, object)
            {
                continue;
            }
            let word = clauses.nodes[fit.head].span;
            let covered = [word, document.mentions[subject].name, document.mentions[object].name];
            let Some((first, last)) = tokens_of(sentence, covered) else { continue };
            if sentence.unpunctuated && last - first > FARTHEST_UNPUNCTUATED {
                continue;
            }
            let Some(clause) = clauses.clause(fit.head) else { continue };
            let is_state = rule.predicate.schema().state;
            let by = MatchedBy::Clause {
                word,
                granted: clause.granted || is_state && clauses.is_in_passing(clause),
                negated: clause.negated,
                is_fact: clause.mood == Mood::Fact,
            };
            hits.push(Hit { rule: fit.rule, by, second: None, subject, object, tokens: (first, last) });
        }
        hits
    }
}

/// The first and the last token of some spans.
fn tokens_of(sentence: &TaggedSentence<'_>, spans: [Span; 3]) -> Option<(usize, usize)> {
    let at = |span: Span| sentence.tokens.iter().position(|token| token.span.overlaps(span));
    let places: Vec<usize> = spans.into_iter().filter_map(at).collect();
    Some((*places.iter().min()?, *places.iter().max()?))
}

/// What names are.
fn name_kinds(document: &Document<'_>, mentions: &[usize]) -> Vec<NameKind> {
    let kind = |&mention: &usize| {
        let mention = &document.mentions[mention];
        let entity = &document.entities[mention.entity];
        NameKind {
            entity_type: document.type_of(mention),
            adjective: mention.demonym,
            is_country: is_country(&entity.name),
            is_anaphor: mention.origin == Origin::Anaphor
                && !mention.name.of(document.text).contains(char::is_whitespace),
        }
    };
    mentions.iter().map(kind).collect()
}
