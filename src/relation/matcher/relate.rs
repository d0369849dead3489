//! From hits to relations: how the text puts each, its score, its time and its status.

use std::cell::OnceCell;
use std::ops::Range;

use itertools::Itertools as _;

use crate::entity::{Argument, EntityType, Mention, Origin};
use crate::relation::context::{Certainty, Context, Cues};
use crate::relation::line::{TaggedSentence, TokenKind, pieces};
use crate::relation::matcher::compiled::CompiledRule;
use crate::relation::matcher::hit::{Hit, MatchedBy};
use crate::relation::matcher::outcome::Outcome;
use crate::relation::matcher::parsed::ParsedSentence;
use crate::relation::said::{Said, outer};
use crate::relation::status::StatusCues;
use crate::relation::time::{Times, When};
use crate::relation::{Document, Evidence, Holds, Matcher, Relation, Status, Told};
use crate::text::Span;

/// Sentences in which the person behind "he said" is looked for.
const SPEAKER_BEFORE: usize = 3;

/// By how much a rival scores better, at least: members of a list differ by less.
const CLEARLY: f32 = 0.02;

impl Matcher {
    /// The relations of one article, ordered by position of subject, object and predicate; at most
    /// one (the best-scored) for each subject mention, predicate and object mention.
    pub fn relations(&self, document: Document<'_>) -> Vec<Relation> {
        self.told(document, 0..document.sentences.len()).relations
    }

    /// The same in some of the sentences, and how many there would be more but for their scores. No relation goes beyond
    /// a sentence.
    pub fn told(&self, document: Document<'_>, sentences: Range<usize>) -> Told {
        let (found, left_out) =
            self.relations_in(document, |sentence| sentences.contains(&sentence), &Argument::Mention);
        Told { relations: found.into_iter().map(|(_, relation)| relation).collect(), left_out }
    }

    /// The same, of the sentences that are `wanted`, each relation with its rule. `argument` says what a mention of the
    /// document is to relations.
    pub(in crate::relation) fn relations_in(
        &self,
        document: Document<'_>,
        wanted: impl Fn(usize) -> bool,
        argument: &dyn Fn(usize) -> Argument,
    ) -> (Vec<(&CompiledRule, Relation)>, usize) {
        let mut found = Vec::new();
        let mut left_out = 0;
        self.each_sentence_of(document, wanted, |sentence, index| {
            let parsed = ParsedSentence::of(sentence);
            let mut hits = self.hits(sentence, parsed.as_ref());
            self.read_again(sentence, parsed.as_ref(), &mut hits);
            if hits.is_empty() {
                return;
            }
            let outcomes = self.outcomes(document, &hits);
            let kept = hits.iter().zip(outcomes).filter(|(_, outcome)| *outcome == Outcome::Kept);
            let surroundings = Surroundings {
                matcher: self,
                argument,
                sentence,
                index,
                cues: Cues::of(sentence, &self.lexicon.cue_tagger, &self.lexicon.cue_names),
                speaker: OnceCell::new(),
                times: OnceCell::new(),
            };
            let kept = kept.map(|(hit, _)| hit).sorted_by_key(|hit| self.key(hit));
            let mut tellings: Vec<Telling> = kept.map(|hit| surroundings.telling(hit)).collect();
            self.compare(document, &mut tellings);
            for telling in tellings {
                let hit = telling.hit;
                match surroundings.relation(telling) {
                    Some(relation) => found.push((&self.rules[hit.rule], relation)),
                    None => left_out += usize::from(!hit.is_learned()),
                }
            }
        });
        (found, left_out)
    }

    /// Counts the rivals of each telling among the others of its sentence; see [`Evidence::rivals`].
    fn compare(&self, document: Document<'_>, tellings: &mut [Telling]) {
        let entity = |mention: usize| document.mentions[mention].entity;
        let ends = |hit: &Hit| [hit.subject, hit.object].map(entity);
        let predicate = |hit: &Hit| self.rules[hit.rule].predicate;
        let scores: Vec<f32> = tellings.iter().map(|t| self.calibration.score(&t.evidence)).collect();
        let of_rules = tellings.iter().zip(&scores).filter(|(telling, _)| !telling.hit.is_learned());
        let told: Vec<_> = of_rules.map(|(t, score)| (predicate(t.hit), ends(t.hit), *score)).collect();
        for (telling, score) in tellings.iter_mut().zip(scores) {
            let (predicate, [subject, object]) = (predicate(telling.hit), ends(telling.hit));
            let shares_an_end = |&[a, b]: &[usize; 2]| {
                a == subject || b == object || predicate.schema().symmetric && (a == object || b == subject)
            };
            let rivals = told.iter().filter(|(of, ends, better)| {
                *of == predicate
                    && *ends != [subject, object]
                    && shares_an_end(ends)
                    && *better > score + CLEARLY
            });
            telling.evidence.rivals = rivals.map(|(_, ends, _)| ends).unique().count();
        }
    }
}

/// A hit, with how the text puts it and what speaks for it.
struct Telling<'h> {
    hit: &'h Hit,
    granted: bool,
    tokens: (usize, usize),
    context: Context,
    evidence: Evidence,
}

/// A sentence of which hits become relations, with what all of them share.
struct Surroundings<'m, 's, 'd> {
    matcher: &'m Matcher,
    argument: &'m dyn Fn(usize) -> Argument,
    sentence: &'s TaggedSentence<'d>,
    /// The index of the sentence in the article.
    index: usize,
    cues: Cues<'s, 'd>,
    /// Who speaks in the sentences before, found when first asked for.
    speaker: OnceCell<Option<String>>,
    times: OnceCell<Times>,
}

impl Surroundings<'_, '_, '_> {
    /// How the text puts a hit.
    fn telling<'h>(&self, hit: &'h Hit) -> Telling<'h> {
        let Surroundings { matcher, sentence, .. } = self;
        let rule = &matcher.rules[hit.rule];
        let granted = self.is_granted(hit);
        let tokens = self.tokens_of(hit, granted);
        let context = self.context(hit, tokens, granted);
        let ends = self.names(hit);
        let evidence = Evidence {
            rule: rule.score,
            names: ends.iter().map(|name| name_score(name)).product(),
            anaphor: ends.iter().any(|name| name.origin == Origin::Anaphor),
            unasserted: context.negated
                || context.certainty != Certainty::Stated
                || context.attributed_to.is_some(),
            unpunctuated: sentence.unpunctuated,
            distance: tokens.1.saturating_sub(tokens.0),
            learned: hit.is_learned().then_some(rule.predicate),
            second: hit.second,
            rivals: 0,
            taught: matcher.reader().is_some_and(|reader| reader.is_taught(rule.predicate.as_str())),
        };
        Telling { hit, granted, tokens, context, evidence }
    }

    /// The relation that it tells; none if it scores too low.
    fn relation(&self, telling: Telling<'_>) -> Option<Relation> {
        let Surroundings { matcher, sentence, .. } = self;
        let Telling { hit, granted, tokens, context, evidence } = telling;
        let (subject, object, predicate) = matcher.key(hit);
        let score = matcher.calibration.score(&evidence);
        let least = matcher.least_score.unwrap_or_else(|| matcher.calibration.least(&evidence));
        // As the tables write it, with four places.
        if (score * 1e4).round() / 1e4 < least {
            return None;
        }
        let (when, status) = self.time(hit, tokens, granted, context.negated);
        Some(Relation {
            subject: (self.argument)(subject),
            predicate,
            object: (self.argument)(object),
            score,
            evidence,
            negated: context.negated,
            certainty: context.certainty,
            attributed_to: context.attributed_to,
            when,
            status,
            sentence: sentence.document.sentences[self.index],
            rule: matcher.rules[hit.rule].id.clone(),
        })
    }

    fn names(&self, hit: &Hit) -> [&Mention; 2] {
        [hit.subject, hit.object].map(|mention| &self.sentence.document.mentions[mention])
    }

    /// Whether the sentence takes it for granted.
    fn is_granted(&self, hit: &Hit) -> bool {
        match hit.by {
            MatchedBy::Pattern(_) => self.matcher.rules[hit.rule].granted,
            MatchedBy::Clause { granted, .. } => granted,
            // What no verb says is a description.
            MatchedBy::SecondReader => self.sentence.tree().is_some_and(|tree| {
                let names = self.names(hit).map(|name| name.name);
                Said::of(tree, names, None).is_none_or(|said| !said.is_event(tree))
            }),
        }
    }

    /// First and last token of what a hit says. Behind the names of a description the sentence goes on with something
    /// else, though the pattern may look there.
    fn tokens_of(&self, hit: &Hit, granted: bool) -> (usize, usize) {
        let is_one =
            |kind| matches!(kind, TokenKind::Name(name) if name == hit.subject || name == hit.object);
        let names_end = self.sentence.tokens.iter().rposition(|token| is_one(token.kind));
        let (first, last) = hit.tokens;
        (first, names_end.filter(|_| granted).map_or(last, |end| last.min(end)))
    }

    /// How the text puts it.
    fn context(&self, hit: &Hit, tokens: (usize, usize), granted: bool) -> Context {
        let Surroundings { matcher, sentence, .. } = self;
        // The words of the rule itself are no cues.
        let is_own = |token: usize| match hit.by {
            MatchedBy::Pattern(pattern) => {
                let own = &matcher.patterns.patterns[pattern].own;
                sentence.keys_of(token, matcher.lexicon.keys).any(|key| own.contains(&key))
            }
            MatchedBy::Clause { word, .. } => sentence.tokens[token].span.overlaps(word),
            MatchedBy::SecondReader => false,
        };
        let mut context = self.cues.context(tokens, granted, is_own);
        if let MatchedBy::Clause { negated, is_fact, .. } = hit.by {
            context.negated = negated;
            if !is_fact {
                context.certainty = Certainty::Alleged;
            }
        }
        if context.source_elsewhere {
            let speaker = || matcher.speaker_before(sentence.document, self.index);
            context.attributed_to = self.speaker.get_or_init(speaker).clone();
        }
        context
    }

    /// When it is so, and whether it still is.
    fn time(
        &self,
        hit: &Hit,
        (first, last): (usize, usize),
        granted: bool,
        negated: bool,
    ) -> (Option<When>, Status) {
        let Surroundings { matcher, sentence, .. } = self;
        let predicate = matcher.rules[hit.rule].predicate;
        let Some(tree) = sentence.tree().filter(|_| predicate.schema().holds != Holds::Always) else {
            return (None, Status::Current);
        };
        let text = sentence.document.text;
        let times = self.times.get_or_init(|| Times::of(text, tree));
        let names = self.names(hit).map(|name| name.name);
        let said = Said::of(tree, names, hit.word());
        let timed = said.as_ref().map(|said| if granted { said.alone() } else { said.clone() });
        let when = timed.as_ref().and_then(|said| times.when(tree, said, granted));
        // What is denied has neither ended nor is it to come.
        if negated {
            return (when, Status::Current);
        }
        // "Senator Bo Lee said that the plan will help": nothing of the verb is told of a title.
        let is_title = granted && matches!(hit.by, MatchedBy::Pattern(_));
        let verb_is_ahead = || !is_title && timed.as_ref().is_some_and(|said| said.is_ahead(tree));
        let cues = StatusCues {
            text,
            tree,
            predicate,
            said: said.as_ref(),
            // Nor is what a verb says of somebody told of his firm: "worked for Acme of Lima until 2015".
            timed: timed.as_ref().filter(|said| !is_title || !said.is_event(tree)),
            names: outer(tree, names[0])
                .zip(outer(tree, names[1]))
                .map(|(subject, object)| [subject, object]),
            looked_at: Span::new(sentence.tokens[first].span.start, sentence.tokens[last].span.end),
            is_ahead: when.as_ref().is_some_and(When::is_next) || verb_is_ahead(),
            has_end: timed.as_ref().is_some_and(|said| times.has_end(said)),
        };
        let status = cues.status();
        (when, status)
    }
}

impl Matcher {
    /// Who was named last as speaking in the few sentences before number `index`; if nobody was, the
    /// only person of the sentence before.
    fn speaker_before(&self, document: Document<'_>, index: usize) -> Option<String> {
        let lexicon = &self.lexicon;
        let speaker = (index.saturating_sub(SPEAKER_BEFORE)..index).rev().find_map(|before| {
            let first_of = |sentence| document.mentions.partition_point(|m| m.sentence < sentence);
            let mentions: Vec<usize> = (first_of(before)..first_of(before + 1)).collect();
            let pieces = pieces(document, before, &mentions, lexicon);
            let cues = |piece| Cues::of(piece, &lexicon.cue_tagger, &lexicon.cue_names);
            pieces.iter().rev().find_map(|piece| cues(piece).last_speaker())
        });
        speaker.or_else(|| {
            let start = document.mentions.partition_point(|m| m.sentence + 1 < index);
            let before = document.mentions[start..].iter().take_while(|m| m.sentence + 1 == index);
            let mut persons = before.filter(|m| m.entity_type == EntityType::Per).map(|m| m.entity);
            let first = persons.next()?;
            persons.all(|other| other == first).then(|| document.entities[first].name.clone())
        })
    }
}

/// How far a name is trusted in a relation. The model's own score is too sure about the best names and
/// too doubtful about the worst, of which most that a rule connects are right: the root and the factor were
/// chosen on the training part of CoNLL04, which the model has not seen.
fn name_score(name: &Mention) -> f32 {
    match name.origin {
        Origin::Given => name.score,
        _ => 0.95 * name.score.sqrt(),
    }
}
