//! What the matcher saw, for people and programs: the tree and the clauses of each sentence, the spelled line of each
//! pair, the rules that matched, what became of what they found, and the rule that nearly matched.

use serde::Serialize;

use crate::entity::EntityType;
use crate::relation::calibration::share;
use crate::relation::compile::{Compiler, LazyRegex, common};
use crate::relation::line::{OBJECT, OTHER, SUBJECT, Sentence, View, is_name};
use crate::relation::matcher::{Fate, Hit, LITTLE};
use crate::relation::pattern::Node;
use crate::relation::reader::Reading;
use crate::relation::{Document, Matcher, Predicate, RuleSet};
use crate::syntax::clause::{Clauses, Role};
use crate::text::Span;

/// A sentence with at least two names, or a piece of a very long one.
#[derive(Debug, Clone, Serialize)]
pub struct SentenceExplanation {
    /// Its text.
    pub text: String,
    /// Its words as frames see them, each name being one; none if nobody has parsed it.
    pub words: Vec<WordExplanation>,
    /// Its clauses.
    pub clauses: Vec<ClauseExplanation>,
    /// Its names.
    pub names: Vec<NameExplanation>,
    /// Every two names, in both directions where both could be.
    pub pairs: Vec<PairExplanation>,
}

/// A word in its tree.
#[derive(Debug, Clone, Serialize)]
pub struct WordExplanation {
    /// As it stands in the text.
    pub form: String,
    /// Its base form.
    pub lemma: String,
    /// Its part of speech.
    pub pos: String,
    /// The place of the word that it hangs on, from 0; none for the root.
    pub head: Option<usize>,
    /// How it hangs there.
    pub relation: String,
}

/// A clause with its roles.
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
#[derive(Debug, Clone, Serialize)]
pub struct RoleExplanation {
    /// Its name in rule files.
    pub role: String,
    /// The places of the words that fill it, all members of a list.
    pub words: Vec<usize>,
}

/// A name.
#[derive(Debug, Clone, Serialize)]
pub struct NameExplanation {
    /// As it stands in the text.
    pub text: String,
    /// Its type.
    #[serde(rename = "type")]
    pub entity_type: EntityType,
    /// Whom it names.
    pub entity: String,
    /// Whether it is an adjective made from a place's name.
    pub adjective: bool,
}

/// One pair of names of a sentence.
#[derive(Debug, Clone, Serialize)]
pub struct PairExplanation {
    /// The name that was tried as subject.
    pub subject: String,
    /// The name that was tried as object.
    pub object: String,
    /// The line that the patterns were matched against.
    pub line: String,
    /// Rules that matched: what is told first, then by score.
    pub matched: Vec<MatchExplanation>,
    /// What the second reader takes for possible, the likeliest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub second: Vec<SecondExplanation>,
    /// The rule that came nearest, if none matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<NearMiss>,
}

/// A rule that matched.
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
    /// Why what it finds is not told, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hidden: Option<String>,
}

/// What the second reader says of a pair.
#[derive(Debug, Clone, Serialize)]
pub struct SecondExplanation {
    /// What it may be.
    pub predicate: Predicate,
    /// How likely it is by that reader alone, 0 to 1.
    pub share: f32,
}

/// What is less likely by the second reader is not shown.
const LEAST_SHARE: f32 = 0.1;

/// A rule that nearly matched.
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
fn speaks(node: &Node) -> bool {
    matches!(node, Node::Word(_) | Node::Inflected(_) | Node::List(_) | Node::Alt(_)) && !node.has_slot()
}

/// How much of a pattern some items are: optional ones count nothing.
fn weight(items: &[Node]) -> f32 {
    items.iter().filter(|node| speaks(node) || node.has_slot()).count() as f32
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
            let parsed = Self::clauses(sentence);
            let clauses = parsed.as_ref().map(|(clauses, _)| clauses);
            let names: Vec<(usize, usize)> =
                sentence.mentions().map(|(mention, place)| (place, mention)).collect();
            let mut hits = self.hits(sentence, parsed.as_ref());
            self.read_again(sentence, parsed.as_ref(), &mut hits);
            let readings = self.second_readings(sentence, parsed.as_ref());
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
        sentence: &Sentence<'_>,
        hits: &[Hit],
        clauses: Option<&Clauses>,
    ) -> Vec<Option<MatchExplanation>> {
        let document = sentence.document;
        let text = |mention: usize| document.mentions[mention].span.of(document.text);
        let patterns: Vec<&str> =
            set.rules().iter().flat_map(|rule| &rule.patterns).map(|pattern| pattern.text.as_str()).collect();
        let explained = |(hit, fate): (&Hit, Fate)| {
            let (id, predicate) = self.of_rule(hit.rule);
            let score = hit.learned_share().unwrap_or_else(|| set.rules()[hit.rule].score);
            let hidden = match fate {
                Fate::Told if set.least_score.is_some_and(|least| score < least) => {
                    let least = set.least_score.unwrap_or_default();
                    Some(format!("scores less than {least}, which is asked for"))
                }
                Fate::Told => None,
                Fate::Beaten(better) if better == hit.rule => return None,
                Fate::Beaten(better) => {
                    Some(format!("{} is better and finds the same", self.of_rule(better).0))
                }
                Fate::Hidden(strong) => Some(format!("{strong} says more than {predicate}")),
                Fate::Elsewhere { subject, object } => {
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
        hits.iter().zip(self.fates(document, hits)).map(explained).collect()
    }

    fn explain_reading(&self, document: Document<'_>, reading: &Reading) -> Vec<SecondExplanation> {
        let said = self.said(document, reading).map(|(rule, odds)| SecondExplanation {
            predicate: self.of_rule(rule).1,
            share: share(f64::from(odds)) as f32,
        });
        let mut said: Vec<SecondExplanation> = said.filter(|one| one.share >= LEAST_SHARE).collect();
        said.sort_by(|a, b| b.share.total_cmp(&a.share));
        said
    }

    fn prefixes<'r>(&self, set: &'r RuleSet) -> Vec<Prefixes<'r>> {
        let lists = self.list_numbers();
        let compiler = Compiler {
            vocabulary: &self.vocabulary,
            lists: &lists,
            tagger: &self.tagger,
            spelled: &self.spelled,
            keys: self.keys,
            common: common(&self.vocabulary),
        };
        let rules = set.rules().iter().enumerate();
        rules
            .flat_map(|(number, rule)| rule.patterns.iter().map(move |p| (number, rule, p.node.items())))
            .map(|(number, rule, items)| {
                let regexes = (1..=items.len())
                    .map(|n| {
                        let prefix = Node::Seq(items[..n].to_vec());
                        compiler.regex(&prefix, &rule.subject, &rule.object)
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
        sentence: &Sentence<'_>,
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
        let mut line = sentence.line(view, &self.spelled);
        line.set_all(OTHER);
        line.set(places.0, SUBJECT);
        line.set(places.1, OBJECT);
        let sight = line.sight(places.0, places.1);
        let seen = &line.bytes[sight.clone()];
        let mut best: Option<(f32, NearMiss)> = None;
        for prefix in prefixes {
            // If a longer prefix matches, so do all shorter ones.
            let found = prefix.regexes.iter().map_while(|regex| regex.find(seen));
            let Some((last, found)) = found.enumerate().last() else { continue };
            let (matched, rest) = prefix.items.split_at(last + 1);
            let Some(failed) = rest.first() else { continue };
            // What matched must speak of the pair and of more than names.
            let spoken = matched.iter().any(speaks) && matched.iter().any(Node::has_slot);
            let done = weight(matched) / weight(prefix.items);
            if spoken && best.as_ref().is_none_or(|(least, _)| done > *least) {
                let (start, end) = (sight.start + found.start, sight.start + found.end);
                let at = line
                    .items()
                    .find(|&(at, _)| at >= end)
                    .filter(|&(at, _)| line.bytes.get(at).is_some_and(|&b| b < 0x10))
                    .map(|(_, (first, last))| words_between(sentence, first, last));
                let (first, last) = line.tokens_of(start..end);
                let matched = words_between(sentence, first, last);
                let rule = set.rules()[prefix.rule].id.to_string();
                best = Some((done, NearMiss { rule, matched, failed: failed.to_string(), at }));
            }
        }
        (self.spelled(sentence, &line), best.map(|(_, near)| near))
    }

    /// The line that a sentence is spelled as, before anybody has a role.
    pub(crate) fn readable(&self, sentence: &Sentence<'_>) -> String {
        let mut line = sentence.line(View::Slots, &self.spelled);
        line.set_all(OTHER);
        self.spelled(sentence, &line)
    }

    fn spelled(&self, sentence: &Sentence<'_>, line: &crate::relation::line::Line) -> String {
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
                Some(&first_byte) if first_byte < 0x10 && first >= covered => {
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
    fn spelled_word(&self, sentence: &Sentence<'_>, token: usize) -> (String, usize) {
        // That "the" and "of" are little is no news.
        let news = |list: u32| self.list_name(list) != LITTLE;
        let tags: Vec<_> = sentence.tags_of(token).filter(|tag| news(tag.list)).collect();
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
            text.push_str(self.list_name(tag.list));
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

/// The clauses that have a role at all.
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

fn words_between(sentence: &Sentence<'_>, first: usize, last: usize) -> String {
    let (first, last) = (sentence.tokens[first].span, sentence.tokens[last].span);
    sentence.document.text[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relation::Bracketed;

    const RULES: &str = r#"
[lists]
leader = ["president", "prime minister"]
[[rule]]
id = "leads/x"
pattern = "SUBJ , @leader of OBJ"
score = 0.9
[[rule]]
id = "leads/y"
pattern = ["SUBJ , ANY{0,2} of OBJ", "SUBJ , MOD{0,2} of OBJ"]
score = 0.8
[[rule]]
id = "works_for/x"
pattern = "SUBJ , @leader of OBJ"
score = 0.7
"#;

    fn explained(text: &str) -> Vec<PairExplanation> {
        let mut set = RuleSet::default();
        set.add_files(vec![("x.toml".into(), RULES.into())]).unwrap();
        let read = Bracketed::text(text);
        let found = Matcher::new(&set).unwrap().explain(&set, read.document());
        found.into_iter().flat_map(|sentence| sentence.pairs).collect()
    }

    #[test]
    fn the_line_shows_lists_and_roles() {
        let found = explained("[PER Ana Ruiz], prime minister of [LOC Spain] and [LOC Peru], left.");
        assert_eq!(
            found[0].line,
            "⟨SUBJ·PER: Ana Ruiz⟩ , ⟨prime minister·@leader⟩ of ⟨OBJ·LOC: Spain and Peru⟩ , left ."
        );
    }

    #[test]
    fn every_match_says_on_what_and_why_it_is_hidden() {
        let found = explained("[PER Ana Ruiz], president of [LOC Spain], left.");
        let matched: Vec<(&str, &str, Option<&str>)> =
            found[0].matched.iter().map(|m| (m.rule.as_str(), m.on.as_str(), m.hidden.as_deref())).collect();
        assert_eq!(
            matched,
            [
                ("leads/x", "SUBJ , @leader of OBJ", None),
                ("leads/y", "SUBJ , ANY{0,2} of OBJ", Some("leads/x is better and finds the same")),
                ("works_for/x", "SUBJ , @leader of OBJ", Some("leads says more than works_for")),
            ]
        );
        assert_eq!(found[0].matched[0].words, "Ana Ruiz, president of Spain");
    }

    #[test]
    fn a_near_miss_names_the_word() {
        let found = explained("[PER Ana Ruiz], president for [LOC Spain], left.");
        let near = found[0].nearest.as_ref().unwrap();
        assert_eq!((near.failed.as_str(), near.at.as_deref()), ("of", Some("for")));
    }
}
