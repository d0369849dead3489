//! Candidate rules, learnt from hand labels.
//!
//! The words between and around each labelled pair of names are generalised step by step (words to their
//! inflections and lists, all but one or two content words to blanks), and written as patterns. Patterns that
//! several documents give are matched like any rule; the best are chosen one after the other, each for the
//! labelled relations that it adds to those the present rules and the earlier choices find. How good a pattern
//! is on text it was not learnt from, cross-validation tells: a fold's hits count only if the other
//! folds alone would have given the pattern.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::entity::EntityType;
use crate::error::Result;
use crate::relation::line::{Kind, Sentence};
use crate::relation::words::{Lexeme, fold, inflections, lexemes};
use crate::relation::{Document, Matcher, Predicate, RuleSet};
use crate::text::Span;

/// A text whose names and relations people have labelled.
#[derive(Debug, Clone)]
pub struct Labelled<'a> {
    /// The text with its names.
    pub document: Document<'a>,
    /// Subject, predicate and object; the numbers are indices of mentions.
    pub relations: BTreeSet<(usize, Predicate, usize)>,
    /// The predicates that were labelled in this text: elsewhere a hit is neither right nor wrong.
    pub judged: BTreeSet<Predicate>,
    /// The relations that the present rules find already.
    pub found: BTreeSet<(usize, Predicate, usize)>,
}

/// What is asked of a suggestion.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// Documents that must give a pattern, and relations that it must add.
    pub least: usize,
    /// Least precision in cross-validation.
    pub precision: f64,
}

/// A rule that the labels suggest.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What it finds.
    pub predicate: Predicate,
    /// Its pattern.
    pub pattern: String,
    /// Hits that are labelled.
    pub right: usize,
    /// Hits that are not.
    pub wrong: usize,
    /// Of these the hits in folds whose other folds give the pattern, too.
    pub unseen: (usize, usize),
    /// Labelled relations that neither the present rules nor the suggestions before it find.
    pub new: usize,
    /// Labelled relations of this predicate.
    pub labelled: usize,
    /// The rule as it is written in a rule file, with sentences of the labelled texts as examples.
    pub toml: String,
}

/// Parts for cross-validation.
const FOLDS: usize = 5;
/// Tokens between the names of a pair.
const LONGEST_GAP: usize = 9;
/// Longest example, in bytes.
const LONGEST_EXAMPLE: usize = 400;
/// Examples of either kind.
const EXAMPLES: usize = 3;

/// A candidate: predicate, types of subject and object, pattern.
type Candidate = (Predicate, EntityType, EntityType, String);

/// A hit: document, subject, object.
type Hit = (usize, usize, usize);

/// Learns rules from `labelled`, written with the word lists of `set`, which `present` is made from.
///
/// # Errors
/// If a pattern is too large to compile.
pub fn suggest(
    set: &RuleSet,
    present: &Matcher,
    labelled: &[Labelled<'_>],
    demand: Demand,
) -> Result<Vec<Suggestion>> {
    let mut found: BTreeMap<Predicate, HashSet<Hit>> = BTreeMap::new();
    let mut given: BTreeMap<Candidate, BTreeSet<usize>> = BTreeMap::new();
    let bases = Bases::of(labelled);
    for (number, text) in labelled.iter().enumerate() {
        for &(subject, predicate, object) in &text.found {
            found.entry(predicate).or_default().insert((number, subject, object));
        }
        present.each_sentence(text.document, |sentence, _| {
            for &(subject, predicate, object) in &text.relations {
                for candidate in candidates(present, sentence, predicate, subject, object, &bases) {
                    given.entry(candidate).or_default().insert(number);
                }
            }
        });
    }
    given.retain(|_, documents| documents.len() >= demand.least);
    let given: Vec<(Candidate, BTreeSet<usize>)> = given.into_iter().collect();
    let hits = hits(set, labelled, &given)?;

    let scored = given.iter().zip(hits).filter_map(|((candidate, documents), hits)| {
        let scored = Scored::of(candidate, documents, hits, labelled, demand.least);
        (scored.precision_unseen()? >= demand.precision).then_some(scored)
    });
    let mut open: Vec<Scored> = scored.collect();
    let mut chosen = Vec::new();
    loop {
        for scored in &mut open {
            let found = found.get(&scored.candidate.0);
            scored.new.retain(|hit| found.is_none_or(|found| !found.contains(hit)));
        }
        open.retain(|scored| scored.new.len() >= demand.least);
        // The most new relations; then the better and the shorter pattern.
        let rank = |s: &Scored| {
            let smoothed = (s.right.len() as f64 + 1.0) / ((s.right.len() + s.wrong.len()) as f64 + 2.0);
            (s.new.len() as f64 * smoothed, std::cmp::Reverse(s.candidate.3.len()))
        };
        let best = (0..open.len()).max_by(|&a, &b| {
            let (a, b) = (rank(&open[a]), rank(&open[b]));
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        let Some(best) = best else { break };
        let scored = open.swap_remove(best);
        found.entry(scored.candidate.0).or_default().extend(scored.right.iter().copied());
        let number = chosen.iter().filter(|s: &&Suggestion| s.predicate == scored.candidate.0).count() + 1;
        chosen.push(scored.suggestion(number, labelled));
    }
    Ok(chosen)
}

/// The hits of each candidate.
fn hits(
    set: &RuleSet,
    labelled: &[Labelled<'_>],
    given: &[(Candidate, BTreeSet<usize>)],
) -> Result<Vec<Vec<Hit>>> {
    let mut rules = set.without_rules();
    let text = given.iter().enumerate().fold(String::new(), |mut text, (i, (candidate, _))| {
        let _ = write!(text, "{}", rule_toml(candidate, &format!("candidate-{i}"), 0.5));
        text
    });
    rules.add_files(vec![(PathBuf::from("candidates"), text)])?;
    let matcher = Matcher::new(&rules)?;
    let mut hits = vec![BTreeSet::new(); given.len()];
    for (number, text) in labelled.iter().enumerate() {
        matcher.each_sentence(text.document, |sentence, _| {
            for hit in matcher.hits(sentence) {
                hits[hit.rule].insert((number, hit.subject, hit.object));
            }
        });
    }
    Ok(hits.into_iter().map(|hits| hits.into_iter().collect()).collect())
}

/// A candidate with its hits.
struct Scored<'c> {
    candidate: &'c Candidate,
    right: Vec<Hit>,
    wrong: Vec<Hit>,
    unseen: (usize, usize),
    new: Vec<Hit>,
}

impl<'c> Scored<'c> {
    fn of(
        candidate: &'c Candidate,
        documents: &BTreeSet<usize>,
        hits: Vec<Hit>,
        labelled: &[Labelled<'_>],
        least: usize,
    ) -> Self {
        let predicate = candidate.0;
        let judged = hits.into_iter().filter(|hit| labelled[hit.0].judged.contains(&predicate));
        let (right, wrong): (Vec<Hit>, Vec<Hit>) = judged.partition(|&(text, subject, object)| {
            let has = |s, o| labelled[text].relations.contains(&(s, predicate, o));
            has(subject, object) || predicate.schema().symmetric && has(object, subject)
        });
        let known = |fold: usize| documents.iter().filter(|&&d| d % FOLDS != fold).count() >= least;
        let known: Vec<bool> = (0..FOLDS).map(known).collect();
        let unseen = |hits: &[Hit]| hits.iter().filter(|hit| known[hit.0 % FOLDS]).count();
        Scored { candidate, unseen: (unseen(&right), unseen(&wrong)), new: right.clone(), right, wrong }
    }

    fn precision_unseen(&self) -> Option<f64> {
        let (right, wrong) = self.unseen;
        (right > 0).then(|| right as f64 / (right + wrong) as f64)
    }

    fn suggestion(&self, number: usize, labelled: &[Labelled<'_>]) -> Suggestion {
        let (predicate, _, _, pattern) = self.candidate;
        let (right, wrong) = (self.right.len(), self.wrong.len());
        // One of each kind more than there are: a rule is never always right.
        let score = (right as f64 + 1.0) / ((right + wrong) as f64 + 2.0);
        let mut toml = rule_toml(self.candidate, &format!("suggested-{number}"), score);
        let first = self.new.iter().chain(&self.right).collect::<Vec<_>>();
        let yes = examples(labelled, first.iter().map(|hit| (hit.0, hit.1)));
        let _ = writeln!(toml, "yes = {}", array(&yes));
        let hit: BTreeSet<(usize, usize)> = self
            .right
            .iter()
            .chain(&self.wrong)
            .map(|hit| (hit.0, labelled[hit.0].document.mentions[hit.1].sentence))
            .collect();
        let _ = writeln!(toml, "no = {}", array(&self.counterexamples(labelled, &hit)));
        Suggestion {
            predicate: *predicate,
            pattern: pattern.clone(),
            right,
            wrong,
            unseen: self.unseen,
            new: self.new.len(),
            labelled: labelled.iter().flat_map(|l| &l.relations).filter(|r| r.1 == *predicate).count(),
            toml,
        }
    }

    /// Sentences with two names of the right types in which the pattern does not match, first those that
    /// share words with it.
    fn counterexamples(&self, labelled: &[Labelled<'_>], hit: &BTreeSet<(usize, usize)>) -> Vec<String> {
        let (_, subject, object, pattern) = self.candidate;
        let words: Vec<&str> = pattern.split([' ', '~', '(', ')', '?']).filter(|w| w.len() > 3).collect();
        let mut ranked: Vec<(usize, usize, usize)> = Vec::new();
        for (number, text) in labelled.iter().enumerate() {
            let mentions = text.document.mentions;
            for (i, mention) in mentions.iter().enumerate().filter(|(_, m)| m.entity_type == *subject) {
                let other = |(j, m): (usize, &crate::entity::Mention)| {
                    j != i && m.sentence == mention.sentence && m.entity_type == *object
                };
                if hit.contains(&(number, mention.sentence)) || !mentions.iter().enumerate().any(other) {
                    continue;
                }
                let sentence =
                    text.document.sentences[mention.sentence].of(text.document.text).to_lowercase();
                let shared = words.iter().filter(|w| sentence.contains(**w)).count();
                ranked.push((usize::MAX - shared, number, i));
            }
        }
        ranked.sort_unstable();
        examples(labelled, ranked.into_iter().map(|(_, text, mention)| (text, mention)))
    }
}

/// The sentences of some mentions, with their names in brackets, each sentence once.
fn examples(labelled: &[Labelled<'_>], mentions: impl Iterator<Item = (usize, usize)>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    mentions
        .filter_map(|(number, mention)| {
            let document = labelled[number].document;
            let sentence = document.mentions[mention].sentence;
            let span = *document.sentences.get(sentence)?;
            (span.len() <= LONGEST_EXAMPLE && seen.insert((number, sentence)))
                .then(|| bracketed(document, sentence, span))
        })
        .take(EXAMPLES)
        .collect()
}

fn bracketed(document: Document<'_>, sentence: usize, span: Span) -> String {
    let mut out = String::new();
    let mut at = span.start;
    for mention in document.mentions.iter().filter(|m| m.sentence == sentence) {
        if mention.span.start < at || mention.span.end > span.end {
            continue;
        }
        out.push_str(&document.text[at..mention.span.start]);
        let name = mention.span.of(document.text);
        let entity_type = document.entities[mention.entity].entity_type;
        let _ = match mention.demonym {
            true => write!(out, "[{entity_type}/adj {name}]"),
            false => write!(out, "[{} {name}]", mention.entity_type),
        };
        at = mention.span.end;
    }
    out.push_str(&document.text[at..span.end]);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn array(items: &[String]) -> String {
    let quoted: Vec<String> =
        items.iter().map(|item| format!("    {},\n", toml::Value::from(item.as_str()))).collect();
    if quoted.is_empty() { "[]".to_owned() } else { format!("[\n{}]", quoted.concat()) }
}

fn rule_toml((predicate, subject, object, pattern): &Candidate, name: &str, score: f64) -> String {
    format!(
        "[[rule]]\nid = \"{predicate}/{name}\"\npattern = {}\nsubject = [\"{subject}\"]\nobject = [\"{object}\"]\nscore = {score:.2}\n",
        toml::Value::from(pattern.as_str()),
    )
}

/// The words of the labelled texts: what tells that "shipped" comes from "ship" and not from "shipp".
struct Bases(HashSet<String>);

impl Bases {
    fn of(labelled: &[Labelled<'_>]) -> Self {
        let texts = labelled.iter().map(|l| l.document.text);
        let words = texts.flat_map(|text| text.split(|c: char| !c.is_alphabetic())).filter(|w| w.len() > 2);
        Bases(words.map(|word| fold(word).into_owned()).collect())
    }

    /// The word that `form` is a regular inflection of, if the texts have it; else `form`.
    fn base<'w>(&self, form: &'w str) -> &'w str {
        let shorter =
            (form.len().saturating_sub(4)..form.len()).filter(|&i| i > 2 && form.is_char_boundary(i));
        let mut bases = shorter.map(|i| &form[..i]).filter(|base| self.0.contains(*base));
        bases.find(|base| inflections(base).iter().any(|f| f == form)).unwrap_or(form)
    }
}

/// A token on its way into a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Item {
    /// Names, marks, numbers, little words, determiners: written as they are.
    Fixed(String),
    /// A content word: how it is written, with a list if one has it, or not at all.
    Word { written: String, list: Option<String> },
}

/// The patterns for one labelled pair; none if the sentence does not have both names.
fn candidates(
    matcher: &Matcher,
    sentence: &Sentence<'_>,
    predicate: Predicate,
    subject: usize,
    object: usize,
    bases: &Bases,
) -> BTreeSet<Candidate> {
    let place = |mention: usize| sentence.tokens.iter().position(|t| t.kind == Kind::Name(mention));
    let (Some(s), Some(o)) = (place(subject), place(object)) else { return BTreeSet::new() };
    let (first, last) = (s.min(o), s.max(o));
    if last - first > LONGEST_GAP + 1 {
        return BTreeSet::new();
    }
    let slot = |token: usize| {
        let role = if token == s { "SUBJ" } else { "OBJ" };
        let adjective =
            matches!(sentence.tokens[token].kind, Kind::Name(m) if sentence.document.mentions[m].demonym);
        format!("{role}{}", if adjective { "/adj" } else { "" })
    };
    let items = |range: std::ops::Range<usize>| -> Option<Vec<Item>> {
        range.map(|token| item(matcher, sentence, token, bases)).collect()
    };
    let Some(between) = items(first + 1..last) else { return BTreeSet::new() };
    let left = items(first.saturating_sub(2)..first).unwrap_or_default();
    let right = items(last + 1..(last + 3).min(sentence.tokens.len())).unwrap_or_default();
    let entity_type = |mention: usize| {
        let mention = &sentence.document.mentions[mention];
        let of_entity = sentence.document.entities[mention.entity].entity_type;
        if mention.demonym { of_entity } else { mention.entity_type }
    };
    let mut found = BTreeSet::new();
    let mut add = |left: &[Item], between: &[Item], right: &[Item]| {
        let words = |items: &[Item]| items.iter().filter(|i| matches!(i, Item::Word { .. })).count();
        // Two names next to each other, or with nothing but little words between, say nothing by themselves.
        if words(left) + words(between) + words(right) == 0 {
            return;
        }
        for between in generalised(between) {
            let parts = [written(left), slot(first), between, slot(last), written(right)];
            let pattern = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" ");
            found.insert((predicate, entity_type(subject), entity_type(object), pattern));
        }
    };
    add(&[], &between, &[]);
    for n in 1..=left.len() {
        add(&left[left.len() - n..], &between, &[]);
    }
    for n in 1..=right.len() {
        add(&[], &between, &right[..n]);
    }
    let schema = predicate.schema();
    found
        .retain(|(_, subject, object, _)| schema.subject.contains(subject) && schema.object.contains(object));
    found
}

/// What a token is in a pattern; `None` for what patterns cannot say.
fn item(matcher: &Matcher, sentence: &Sentence<'_>, token: usize, bases: &Bases) -> Option<Item> {
    let found = &sentence.tokens[token];
    let form = found.span.of(sentence.document.text);
    Some(match found.kind {
        Kind::Name(mention) => {
            let mention = &sentence.document.mentions[mention];
            let plain = ["PER", "ORG", "LOC", "MISC", "DATE"].contains(&mention.entity_type.as_str());
            match (mention.demonym, plain) {
                (true, _) => Item::Fixed("LOC/adj".to_owned()),
                (false, true) => Item::Fixed(mention.entity_type.to_string()),
                _ => return None,
            }
        }
        Kind::Number => Item::Fixed("NUM".to_owned()),
        Kind::Punct => match form {
            "," | ":" | "-" | "—" | "–" => Item::Fixed(form.replace('–', "—")),
            "'s" | "’s" | "'" | "’" => Item::Fixed("'s".to_owned()),
            "(" | ")" => Item::Fixed(format!("\"{form}\"")),
            _ => return None,
        },
        Kind::Word => {
            let Ok([Lexeme::Word(word)]) = <[Lexeme; 1]>::try_from(lexemes(form)) else { return None };
            if !word.chars().all(|c| c.is_ascii_lowercase()) {
                return None;
            }
            if matches!(word.as_str(), "a" | "an" | "the" | "his" | "her" | "its" | "their") {
                return Some(Item::Fixed("@det?".to_owned()));
            }
            if matcher.is_little(found.word) || word.len() < 3 {
                return Some(Item::Fixed(word));
            }
            let lists = sentence.tags_of(token).filter(|tag| tag.part == b'S' && matcher.is_common(tag.list));
            let names = lists.map(|tag| matcher.list_name(tag.list));
            let list = names.filter(|name| !["little", "det", "aux", "be", "gap"].contains(name)).min();
            let base = bases.base(&word);
            let written = if base == word { word.clone() } else { format!("{base}~") };
            Item::Word { written, list: list.map(|name| format!("@{name}")) }
        }
    })
}

/// The ways to write what stands between the names: as it is; with lists; with all but one content word
/// blank, where there are several.
fn generalised(items: &[Item]) -> BTreeSet<String> {
    let words: Vec<usize> = (0..items.len()).filter(|&i| matches!(items[i], Item::Word { .. })).collect();
    let mut found = BTreeSet::from([written(items), with_lists(items, &words)]);
    if words.len() > 1 {
        for &keep in &words {
            found.insert(with_lists(items, &[keep]));
        }
    }
    found
}

/// Items as a pattern, content words as they are.
fn written(items: &[Item]) -> String {
    let word = |item: &Item| match item {
        Item::Fixed(written) | Item::Word { written, .. } => written.clone(),
    };
    items.iter().map(word).collect::<Vec<_>>().join(" ")
}

/// Items as a pattern: the words at `keep` by their list, or as they are; runs of others as blanks.
fn with_lists(items: &[Item], keep: &[usize]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut blanks = 0;
    let flush = |blanks: &mut usize, parts: &mut Vec<String>| {
        if *blanks > 0 {
            parts.push(format!("MOD{{0,{}}}", *blanks + 1));
            *blanks = 0;
        }
    };
    for (i, item) in items.iter().enumerate() {
        match item {
            Item::Word { .. } if !keep.contains(&i) => blanks += 1,
            Item::Word { written, list } => {
                flush(&mut blanks, &mut parts);
                parts.push(list.as_ref().unwrap_or(written).clone());
            }
            Item::Fixed(written) => {
                flush(&mut blanks, &mut parts);
                parts.push(written.clone());
            }
        }
    }
    flush(&mut blanks, &mut parts);
    parts.join(" ")
}
