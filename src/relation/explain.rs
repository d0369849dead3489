//! What the matcher saw, for people and programs: the tree and the clauses of each sentence, the spelled line of each
//! pair, the rules that matched, what became of what they found, and the rule that nearly matched.

use std::sync::Arc;

use serde::Serialize;

use crate::entity::EntityType;
use crate::relation::calibration::share;
use crate::relation::compile::LazyRegex;
use crate::relation::lexicon::FUNCTION_WORDS;
use crate::relation::line::{Line, OBJECT, OTHER, SUBJECT, TaggedSentence, View, is_name, is_token};
use crate::relation::matcher::{Hit, Outcome, ParsedSentence};
use crate::relation::pattern::Node;
use crate::relation::reader::Reading;
use crate::relation::{Document, Matcher, Predicate, RuleSet};
use crate::syntax::clause::{Clauses, Role};
use crate::text::Span;

/// A sentence with at least two names, or a piece of a very long one.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct SentenceExplanation {
    /// Its text.
    pub text: String,
    /// Its words as frames see them, each name being one; none if it was not parsed.
    pub words: Vec<WordExplanation>,
    /// Its clauses.
    pub clauses: Vec<ClauseExplanation>,
    /// Its names.
    pub names: Vec<NameExplanation>,
    /// Every two names, in both directions where both could be.
    pub pairs: Vec<PairExplanation>,
}

/// A word in its tree.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct WordExplanation {
    /// As it stands in the text.
    pub form: String,
    /// Its base form.
    pub lemma: String,
    /// Its part of speech.
    pub pos: String,
    /// The place of its head, from 0; none for the root.
    pub head: Option<usize>,
    /// Its relation to the head.
    pub relation: String,
}

/// A clause with its roles.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct ClauseExplanation {
    /// On one line: `lemma(role=word, ...)`, with `!` if it is denied, `>` if it is planned, `?` if it is doubtful.
    pub written: String,
    /// The place of the predicate word.
    pub word: usize,
    /// The predicate.
    pub lemma: String,
    /// The roles and the places of the words that fill them.
    pub roles: Vec<RoleExplanation>,
}

/// A role of a clause.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct RoleExplanation {
    /// Its name in rule files.
    pub role: String,
    /// The places of the words that fill it, all members of a list.
    pub words: Vec<usize>,
}

/// A name.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct NameExplanation {
    /// As it stands in the text.
    pub text: String,
    /// Its type.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    /// The entity that it names.
    pub entity: String,
    /// Whether it is an adjective made from a place's name.
    pub adjective: bool,
}

/// One pair of names of a sentence.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct PairExplanation {
    /// The name that was tried as subject.
    pub subject: String,
    /// The name that was tried as object.
    pub object: String,
    /// The line that the patterns were matched against.
    pub line: String,
    /// Rules that matched: those that give a relation first, then by score.
    pub matched: Vec<MatchExplanation>,
    /// What the second reader finds possible, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub second: Vec<SecondExplanation>,
    /// The rule that came nearest, if none matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearMiss>,
}

/// A rule that matched.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct MatchExplanation {
    /// Its id.
    pub rule: String,
    /// What it finds.
    pub predicate: Predicate,
    /// Its score.
    pub score: f32,
    /// The pattern, or the clause, that it matched on.
    pub on: String,
    /// The words from the first to the last that it looked at.
    pub words: String,
    /// Why it gives no relation, if it gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
}

/// What the second reader says of a pair.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct SecondExplanation {
    /// What it may be.
    pub predicate: Predicate,
    /// How likely it is by that reader alone, 0 to 1.
    pub share: f32,
}

/// Readings of the second reader below this are not shown: most of its predicates are near 0.
const LEAST_SHARE: f32 = 0.1;

/// A rule that nearly matched.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Serialize)]
pub struct NearMiss {
    /// Its id.
    pub rule: String,
    /// The words that the beginning of its pattern matched.
    pub matched: String,
    /// The first item that did not.
    pub failed: String,
    /// The word at which it failed; `None` at the end of the sentence.
    pub at: Option<String>,
}

/// Whether an item asks for certain words.
fn is_lexical(node: &Node) -> bool {
    matches!(node, Node::Word(_) | Node::Inflected(_) | Node::List(_) | Node::Alt(_)) && !node.has_slot()
}

/// The weight of some items in a pattern: that of optional ones is 0.
fn weight(items: &[Node]) -> f32 {
    items.iter().filter(|node| is_lexical(node) || node.has_slot()).count() as f32
}

struct Prefixes<'r> {
    rule: usize,
    items: &'r [Node],
    /// `regexes[i]` is for the first `i + 1` items.
    regexes: Vec<LazyRegex>,
}

impl Matcher {
    /// Explains every sentence with two names. `set` must be the set that the matcher was made from.
    pub fn explain(&self, set: &RuleSet, document: Document<'_>) -> Vec<SentenceExplanation> {
        let prefixes = self.prefixes(set);
        let mut found = Vec::new();
        self.each_sentence(document, |sentence, _| {
            let parsed = ParsedSentence::of(sentence);
            let clauses = parsed.as_ref().map(|parsed| &parsed.clauses);
            let names: Vec<(usize, usize)> =
                sentence.mentions().map(|(mention, place)| (place, mention)).collect();
            let mut hits = self.hits(sentence, parsed.as_ref());
            let readings = self.read_again(sentence, parsed.as_ref(), &mut hits);
            let matched = self.explain_hits(set, sentence, &hits, clauses);
            let text = |mention: usize| document.mentions[mention].span.of(document.text).to_owned();
            let mut pairs = Vec::new();
            for (i, &first) in names.iter().enumerate() {
                for &second in &names[i + 1..] {
                    for ((s, subject), (o, object)) in [(first, second), (second, first)] {
                        let of_pair = hits.iter().zip(&matched);
                        let of_pair =
                            of_pair.filter(|(hit, _)| (hit.subject, hit.object) == (subject, object));
                        let mut matched: Vec<MatchExplanation> =
                            of_pair.filter_map(|(_, matched)| matched.clone()).collect();
                        matched.sort_by(|a, b| {
                            let told = a.hidden.is_some().cmp(&b.hidden.is_some());
                            told.then(b.score.total_cmp(&a.score)).then_with(|| a.rule.cmp(&b.rule))
                        });
                        matched.dedup_by(|again, first| again.rule == first.rule);
                        let (line, nearest) = self.explain_pair(set, sentence, s, o, &prefixes);
                        let nearest = nearest.filter(|_| matched.is_empty());
                        let reading = readings.iter().find(|r| (r.subject, r.object) == (subject, object));
                        let second = reading.map(|r| self.explain_reading(document, r)).unwrap_or_default();
                        if !matched.is_empty() || !second.is_empty() || nearest.is_some() || s < o {
                            let (subject, object) = (text(subject), text(object));
                            pairs.push(PairExplanation { subject, object, line, matched, second, nearest });
                        }
                    }
                }
            }
            let name = |&(_, mention): &(usize, usize)| NameExplanation {
                text: text(mention),
                entity_type: document.mentions[mention].entity_type,
                entity: document.entities[document.mentions[mention].entity].name.clone(),
                adjective: document.mentions[mention].demonym,
            };
            let last = sentence.tokens.len().saturating_sub(1);
            found.push(SentenceExplanation {
                text: words_between(sentence, 0, last),
                words: clauses.map(|all| explain_words(all, document.text)).unwrap_or_default(),
                clauses: clauses.map(explain_clauses).unwrap_or_default(),
                names: names.iter().map(name).collect(),
                pairs,
            });
        });
        found
    }

    /// What each hit is, and what becomes of it; none for what the same rule finds of the same pair again.
    fn explain_hits(
        &self,
        set: &RuleSet,
        sentence: &TaggedSentence<'_>,
        hits: &[Hit],
        clauses: Option<&Clauses>,
    ) -> Vec<Option<MatchExplanation>> {
        let document = sentence.document;
        let text = |mention: usize| document.mentions[mention].span.of(document.text);
        let patterns: Vec<&str> =
            set.rules().iter().flat_map(|rule| &rule.patterns).map(|pattern| pattern.text.as_str()).collect();
        let explained = |(hit, outcome): (&Hit, Outcome)| {
            let (id, predicate) = self.of_rule(hit.rule);
            let score = hit.learned_share().unwrap_or_else(|| set.rules()[hit.rule].score);
            let hidden = match outcome {
                Outcome::Kept if set.least_score.is_some_and(|least| score < least) => {
                    let least = set.least_score.unwrap_or_default();
                    Some(format!("scores less than {least}, which is asked for"))
                }
                Outcome::Kept => None,
                Outcome::Beaten(better) if better == hit.rule => return None,
                Outcome::Beaten(better) => {
                    Some(format!("{} is better and finds the same", self.of_rule(better).0))
                }
                Outcome::Implied(strong) => Some(format!("{strong} says more than {predicate}")),
                Outcome::Elsewhere { subject, object } => {
                    Some(format!("told already of {} and {} in this sentence", text(subject), text(object)))
                }
            };
            let (first, last) = hit.tokens;
            let on = match hit.pattern() {
                Some(pattern) => patterns.get(pattern).copied().unwrap_or_default().to_owned(),
                None if hit.learned_share().is_some() => "what it has learned".to_owned(),
                None => clauses.and_then(|all| written(all, hit.word()?)).unwrap_or_default(),
            };
            Some(MatchExplanation {
                rule: id.to_string(),
                predicate,
                score,
                on,
                words: words_between(sentence, first, last),
                hidden,
            })
        };
        hits.iter().zip(self.outcomes(document, hits)).map(explained).collect()
    }

    fn explain_reading(&self, document: Document<'_>, reading: &Reading) -> Vec<SecondExplanation> {
        let said = self.odds_by_rule(document, reading).map(|(rule, odds)| SecondExplanation {
            predicate: self.of_rule(rule).1,
            share: share(f64::from(odds)) as f32,
        });
        let mut said: Vec<SecondExplanation> = said.filter(|one| one.share >= LEAST_SHARE).collect();
        said.sort_by(|a, b| b.share.total_cmp(&a.share));
        said
    }

    fn prefixes<'r>(&self, set: &'r RuleSet) -> Vec<Prefixes<'r>> {
        let rules = set.rules().iter().enumerate();
        rules
            .flat_map(|(number, rule)| rule.patterns.iter().map(move |p| (number, rule, p.node.items())))
            .map(|(number, rule, items)| {
                let regexes = (1..=items.len())
                    .map(|n| {
                        let prefix = Node::Seq(items[..n].to_vec());
                        LazyRegex::of(Arc::new(prefix), &rule.subject, &rule.object)
                    })
                    .collect();
                Prefixes { rule: number, items, regexes }
            })
            .collect()
    }

    /// The line for two tokens that are names, and the rule that came nearest.
    fn explain_pair(
        &self,
        set: &RuleSet,
        sentence: &TaggedSentence<'_>,
        subject: usize,
        object: usize,
        prefixes: &[Prefixes<'_>],
    ) -> (String, Option<NearMiss>) {
        let slot = |token: usize| sentence.slots.iter().position(|slot| slot.names.contains(&token));
        let (Some(subject_slot), Some(object_slot)) = (slot(subject), slot(object)) else {
            return (self.readable(sentence), None);
        };
        let place = |token: usize| sentence.slots[subject_slot].names.iter().position(|&t| t == token);
        let (view, places) = if subject_slot == object_slot {
            (View::Apart(subject_slot), (place(subject).unwrap_or(0), place(object).unwrap_or(0)))
        } else {
            (View::Slots, (subject_slot, object_slot))
        };
        let mut line = sentence.line(view, &self.lexicon.spelling);
        line.set_all(OTHER);
        line.set(places.0, SUBJECT);
        line.set(places.1, OBJECT);
        let sight = line.sight(places.0, places.1);
        let seen = &line.bytes[sight.clone()];
        let mut best: Option<(f32, NearMiss)> = None;
        for prefix in prefixes {
            // If a longer prefix matches, so do all shorter ones.
            let found = prefix.regexes.iter().map_while(|regex| regex.find(&self.lexicon, seen));
            let Some((last, found)) = found.enumerate().last() else { continue };
            let (matched, rest) = prefix.items.split_at(last + 1);
            let Some(failed) = rest.first() else { continue };
            // What matched must contain an argument and a word.
            let is_telling = matched.iter().any(is_lexical) && matched.iter().any(Node::has_slot);
            let done = weight(matched) / weight(prefix.items);
            if is_telling && best.as_ref().is_none_or(|(least, _)| done > *least) {
                let (start, end) = (sight.start + found.start, sight.start + found.end);
                let at = line
                    .items()
                    .find(|&(at, _)| at >= end)
                    .filter(|&(at, _)| line.bytes.get(at).is_some_and(|&b| is_token(b)))
                    .map(|(_, (first, last))| words_between(sentence, first, last));
                let (first, last) = line.tokens_of(start..end);
                let matched = words_between(sentence, first, last);
                let rule = set.rules()[prefix.rule].id.to_string();
                best = Some((done, NearMiss { rule, matched, failed: failed.to_string(), at }));
            }
        }
        (self.spelled(sentence, &line), best.map(|(_, near)| near))
    }

    /// The line that a sentence is spelled as, before any name has a role.
    pub(crate) fn readable(&self, sentence: &TaggedSentence<'_>) -> String {
        let mut line = sentence.line(View::Slots, &self.lexicon.spelling);
        line.set_all(OTHER);
        self.spelled(sentence, &line)
    }

    fn spelled(&self, sentence: &TaggedSentence<'_>, line: &Line) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut covered = 0;
        for (at, (first, last)) in line.items() {
            let bytes = &line.bytes[at..];
            match bytes.first() {
                Some(&first_byte) if is_name(first_byte) => {
                    let role = match first_byte {
                        SUBJECT => "SUBJ·",
                        OBJECT => "OBJ·",
                        _ => "",
                    };
                    let letter = match bytes[1].to_ascii_uppercase() {
                        b'P' => "PER",
                        b'O' => "ORG",
                        b'L' => "LOC",
                        b'M' => "MISC",
                        _ => "DATE",
                    };
                    let adjective = if bytes[1].is_ascii_lowercase() { "/adj" } else { "" };
                    let words = words_between(sentence, first, last);
                    parts.push(format!("⟨{role}{letter}{adjective}: {words}⟩"));
                    covered = last + 1;
                }
                Some(&first_byte) if is_token(first_byte) && first >= covered => {
                    let (text, tokens) = self.spelled_word(sentence, first);
                    parts.push(text);
                    covered = first + tokens;
                }
                _ => {}
            }
        }
        parts.join(" ")
    }

    /// A word with its lists, and how many tokens the entry of the list has.
    fn spelled_word(&self, sentence: &TaggedSentence<'_>, token: usize) -> (String, usize) {
        // The list of function words would be shown on every other word.
        let is_shown = |list: u32| self.lexicon.list_name(list) != FUNCTION_WORDS;
        let tags: Vec<_> = sentence.tags_of(token).filter(|tag| is_shown(tag.list)).collect();
        let mut last = token;
        if tags.iter().any(|tag| tag.part == b'B') {
            while last + 1 < sentence.tokens.len()
                && sentence.tags_of(last + 1).any(|tag| matches!(tag.part, b'C' | b'E'))
            {
                last += 1;
                if sentence.tags_of(last).any(|tag| tag.part == b'E') {
                    break;
                }
            }
        }
        let mut text = words_between(sentence, token, last);
        if tags.is_empty() {
            return (text, 1);
        }
        for tag in tags {
            text.push_str("·@");
            text.push_str(self.lexicon.list_name(tag.list));
        }
        (format!("⟨{text}⟩"), last + 1 - token)
    }
}

fn explain_words(clauses: &Clauses, text: &str) -> Vec<WordExplanation> {
    let nodes = clauses.nodes.iter();
    nodes
        .map(|node| WordExplanation {
            form: node.span.of(text).to_owned(),
            lemma: node.lemma.to_string(),
            pos: node.pos.to_string(),
            head: node.head,
            relation: node.relation.to_string(),
        })
        .collect()
}

/// The clauses that have a role.
fn explain_clauses(clauses: &Clauses) -> Vec<ClauseExplanation> {
    let role = |(role, node): &(Role, usize)| RoleExplanation {
        role: role.name().to_owned(),
        words: clauses.members(*node),
    };
    let all = clauses.all.iter().filter(|clause| !clause.roles.is_empty());
    all.map(|clause| ClauseExplanation {
        written: clauses.one_line(clause),
        word: clause.head,
        lemma: clause.lemma.clone(),
        roles: clause.roles.iter().map(role).collect(),
    })
    .collect()
}

/// The clause of a predicate word, on one line.
fn written(clauses: &Clauses, word: Span) -> Option<String> {
    let node = clauses.nodes.iter().position(|node| node.span == word)?;
    clauses.clause(node).map(|clause| clauses.one_line(clause))
}

fn words_between(sentence: &TaggedSentence<'_>, first: usize, last: usize) -> String {
    let (first, last) = (sentence.tokens[first].span, sentence.tokens[last].span);
    sentence.document.text[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
