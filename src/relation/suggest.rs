//! Candidate frames, learnt from hand labels.
//!
//! In the clauses of every sentence that states a labelled relation, each verb, noun and adjective from which paths lead
//! to both names is a candidate: its word and the two paths. The candidates are matched like any frame; those that are
//! precise enough, also on texts that they were not learnt from, are chosen greedily, each
//! for the labelled relations that it adds to those the present rules and the earlier choices find. Words with the same
//! paths become one frame.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::error::Result;
use crate::relation::check::pairs;
use crate::relation::frame::Way;
use crate::relation::matcher::ParsedSentence;
use crate::relation::{Bracketed, Document, Matcher, Predicate, RuleSet};
use crate::syntax::Sentence;
use crate::syntax::clause::Kind;
use crate::text::Span;

/// A text whose names and relations people have labelled.
///
/// [`suggestions`](fn@crate::eval::suggestions) has an example of what uses it.
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
///
/// [`suggestions`](fn@crate::eval::suggestions) has an example.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// Texts that must show a word with its ways, and relations that it must add.
    pub least: usize,
    /// Least precision, also on texts that it was not learnt from.
    pub precision: f64,
}

/// A frame that the labels suggest.
///
/// [`suggestions`](fn@crate::eval::suggestions) has an example.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// What it finds.
    pub predicate: Predicate,
    /// Its words.
    pub words: Vec<String>,
    /// Finds that are labelled.
    pub right: usize,
    /// Finds that are not.
    pub wrong: usize,
    /// Of these the finds in texts without which the others suggest it, too.
    pub unseen: (usize, usize),
    /// Labelled relations that neither the present rules nor the suggestions before it find.
    pub new: usize,
    /// Labelled relations of this predicate.
    pub labelled: usize,
    /// The frame as it is written in a rule file, with sentences of the labelled texts as examples.
    pub toml: String,
}

/// Longest example, in bytes.
const LONGEST_EXAMPLE: usize = 400;
/// Examples of either kind.
const EXAMPLES: usize = 3;
/// Sentences that are tried as examples.
const TRIED: usize = 10;

/// What a frame says besides its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Shape {
    predicate: Predicate,
    kind: Kind,
    subject: Vec<String>,
    object: Vec<String>,
    through: BTreeSet<String>,
}

impl Shape {
    /// None if one of the ways leads through a certain noun and the other through any.
    fn of(predicate: Predicate, kind: Kind, subject: &Way, object: &Way) -> Option<Self> {
        let is_open = |way: &Way| way.path.len() > 1 && way.through.is_none();
        let through: BTreeSet<String> =
            [subject, object].iter().filter_map(|way| way.through.clone()).collect();
        if !through.is_empty() && (is_open(subject) || is_open(object)) {
            return None;
        }
        let (mut subject, mut object) = (subject.path.clone(), object.path.clone());
        if predicate.schema().symmetric && object < subject {
            std::mem::swap(&mut subject, &mut object);
        }
        Some(Shape { predicate, kind, subject, object, through })
    }

    /// The frame with these words, without examples.
    fn toml(&self, name: &str, words: &[String], score: f64) -> String {
        let kind = match self.kind {
            Kind::Verb => "verb",
            Kind::Noun => "noun",
            Kind::Adjective => "adjective",
            Kind::Name => "name",
        };
        let through = match self.through.is_empty() {
            true => String::new(),
            false => format!("through = {}\n", list(self.through.iter())),
        };
        format!(
            "[[frame]]\nid = \"{}/{name}\"\n{kind} = {}\nsubject = \"{}\"\nobject = \"{}\"\n{through}score = {score:.2}\n",
            self.predicate,
            list(words.iter()),
            self.subject.join("."),
            self.object.join("."),
        )
    }
}

fn list<'w>(words: impl Iterator<Item = &'w String>) -> String {
    let quoted: Vec<String> = words.map(|word| toml::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", quoted.join(", "))
}

/// A shape and a word.
type Candidate = (Shape, String);

/// A find: text, subject, object.
type Find = (usize, usize, usize);

/// Learns frames from `labelled`, in addition to the rules of `set`, which `present` is made from. `parse` gives the trees of
/// examples.
///
/// [`suggestions`](fn@crate::eval::suggestions) has an example.
///
/// # Errors
/// If `parse` fails.
pub fn suggest(
    set: &RuleSet,
    present: &Matcher,
    labelled: &[Labelled<'_>],
    demand: Demand,
    parse: impl Fn(&Bracketed) -> Result<Vec<Sentence>>,
) -> Result<Vec<Suggestion>> {
    let mut known: BTreeMap<Predicate, HashSet<Find>> = BTreeMap::new();
    let mut given: BTreeMap<Candidate, BTreeSet<usize>> = BTreeMap::new();
    for (number, text) in labelled.iter().enumerate() {
        for &(subject, predicate, object) in &text.found {
            known.entry(predicate).or_default().insert((number, subject, object));
        }
        for candidate in candidates(present, text) {
            given.entry(candidate).or_default().insert(number);
        }
    }
    given.retain(|_, texts| texts.len() >= demand.least);
    let given: Vec<Candidate> = given.into_keys().collect();
    // The words of the frames that there are hide shorter ones from the new ones, too.
    let mut bare = set.without_rules();
    let frames = set.rules().iter().filter_map(|rule| rule.frame.as_ref());
    bare.nouns.extend(frames.filter(|frame| frame.kind == Kind::Noun).flat_map(|frame| frame.words.clone()));

    let finds = finds(&bare, labelled, &given)?;
    let scored = given.iter().zip(finds);
    let open = scored
        .map(|(candidate, finds)| Scored::of(candidate, finds, labelled, demand))
        .filter(|scored| scored.precision_unseen().is_some_and(|precision| precision >= demand.precision))
        .collect();
    let mut groups: Vec<Vec<Scored<'_>>> = Vec::new();
    for scored in chosen(open, known, demand) {
        match groups.iter_mut().find(|group| group[0].candidate.0 == scored.candidate.0) {
            Some(group) => group.push(scored),
            None => groups.push(vec![scored]),
        }
    }
    let mut numbers: BTreeMap<Predicate, usize> = BTreeMap::new();
    let mut suggestions = Vec::new();
    for group in groups {
        let number = numbers.entry(group[0].candidate.0.predicate).or_default();
        *number += 1;
        suggestions.push(suggestion(&bare, &group, &format!("suggested-{number}"), labelled, &parse)?);
    }
    Ok(suggestions)
}

/// Chooses candidates one after the other, each for the labelled relations that it adds to those `known` and to what the
/// earlier ones find.
fn chosen<'c>(
    mut open: Vec<Scored<'c>>,
    mut known: BTreeMap<Predicate, HashSet<Find>>,
    demand: Demand,
) -> Vec<Scored<'c>> {
    let mut chosen: Vec<Scored<'c>> = Vec::new();
    loop {
        for scored in &mut open {
            let known = known.get(&scored.candidate.0.predicate);
            scored.new.retain(|find| known.is_none_or(|known| !known.contains(find)));
        }
        open.retain(|scored| scored.new.len() >= demand.least);
        let best = (0..open.len()).max_by(|&a, &b| {
            let (a, b) = (&open[a], &open[b]);
            // The shorter way, and the first, of two that are as good.
            a.worth()
                .total_cmp(&b.worth())
                .then_with(|| b.length().cmp(&a.length()).then(b.candidate.cmp(a.candidate)))
        });
        let Some(best) = best else { break };
        let scored = open.swap_remove(best);
        known.entry(scored.candidate.0.predicate).or_default().extend(scored.right.iter().copied());
        chosen.push(scored);
    }
    chosen
}

/// The candidates that the labelled relations of a text give.
fn candidates(present: &Matcher, text: &Labelled<'_>) -> BTreeSet<Candidate> {
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphabetic() || " -'".contains(c));
    let mut told: BTreeMap<(usize, usize), Vec<Predicate>> = BTreeMap::new();
    for &(subject, predicate, object) in &text.relations {
        told.entry((subject, object)).or_default().push(predicate);
    }
    let mut found = BTreeSet::new();
    present.each_sentence(text.document, |sentence, _| {
        let (all, mentions) = present.ways(sentence);
        for reached in all.iter().filter(|reached| is_word(&reached.word)) {
            for (first, subject) in &reached.ways {
                for (second, object) in &reached.ways {
                    for &predicate in told.get(&(mentions[*subject], mentions[*object])).into_iter().flatten()
                    {
                        let shape = Shape::of(predicate, reached.kind, first, second);
                        found.extend(shape.map(|shape| (shape, reached.word.clone())));
                    }
                }
            }
        }
    });
    found
}

/// What each candidate finds.
fn finds(bare: &RuleSet, labelled: &[Labelled<'_>], given: &[Candidate]) -> Result<Vec<BTreeSet<Find>>> {
    let mut rules = bare.clone();
    let tomls = given.iter().enumerate();
    let text: String = tomls
        .map(|(i, (shape, word))| shape.toml(&format!("candidate-{i}"), std::slice::from_ref(word), 0.5))
        .collect();
    rules.add_files(vec![(PathBuf::from("candidates"), text)])?;
    let matcher = Matcher::new(&rules)?;
    let mut finds = vec![BTreeSet::new(); given.len()];
    for (number, text) in labelled.iter().enumerate() {
        matcher.each_sentence(text.document, |sentence, _| {
            for hit in matcher.hits(sentence, ParsedSentence::of(sentence).as_ref()) {
                finds[hit.rule].insert((number, hit.subject, hit.object));
            }
        });
    }
    Ok(finds)
}

/// A candidate with its finds.
struct Scored<'c> {
    candidate: &'c Candidate,
    right: Vec<Find>,
    wrong: Vec<Find>,
    unseen: (usize, usize),
    new: Vec<Find>,
}

impl<'c> Scored<'c> {
    fn of(
        candidate: &'c Candidate,
        finds: BTreeSet<Find>,
        labelled: &[Labelled<'_>],
        demand: Demand,
    ) -> Self {
        let predicate = candidate.0.predicate;
        let judged = finds.into_iter().filter(|find| labelled[find.0].judged.contains(&predicate));
        let (right, wrong): (Vec<Find>, Vec<Find>) = judged.partition(|&(text, subject, object)| {
            let has = |s, o| labelled[text].relations.contains(&(s, predicate, o));
            has(subject, object) || predicate.schema().symmetric && has(object, subject)
        });
        let mut by_text: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        right.iter().for_each(|find| by_text.entry(find.0).or_default().0 += 1);
        wrong.iter().for_each(|find| by_text.entry(find.0).or_default().1 += 1);
        // A text's finds count if the others alone would have given the candidate.
        let showing = by_text.values().filter(|counts| counts.0 > 0).count();
        let mut unseen = (0, 0);
        for here in by_text.values() {
            let others = (right.len() - here.0, wrong.len() - here.1);
            let is_shown = showing - usize::from(here.0 > 0) + 1 >= demand.least;
            if is_shown && precision(others).is_some_and(|precision| precision >= demand.precision) {
                unseen = (unseen.0 + here.0, unseen.1 + here.1);
            }
        }
        Scored { candidate, unseen, new: right.clone(), right, wrong }
    }

    fn precision_unseen(&self) -> Option<f64> {
        precision(self.unseen)
    }

    /// How many relations it would add, if its precision is what it seems.
    fn worth(&self) -> f64 {
        self.new.len() as f64 * smoothed(self.right.len(), self.wrong.len())
    }

    fn length(&self) -> usize {
        let Shape { subject, object, through, .. } = &self.candidate.0;
        subject.len() + object.len() + through.len()
    }
}

fn precision((right, wrong): (usize, usize)) -> Option<f64> {
    (right > 0).then(|| right as f64 / (right + wrong) as f64)
}

/// One of each kind more than there are: a rule is never always right.
fn smoothed(right: usize, wrong: usize) -> f64 {
    (right as f64 + 1.0) / ((right + wrong) as f64 + 2.0)
}

/// Words with the same ways, as one frame.
fn suggestion(
    bare: &RuleSet,
    group: &[Scored<'_>],
    name: &str,
    labelled: &[Labelled<'_>],
    parse: &impl Fn(&Bracketed) -> Result<Vec<Sentence>>,
) -> Result<Suggestion> {
    let shape = &group[0].candidate.0;
    let words: Vec<String> = group.iter().map(|scored| scored.candidate.1.clone()).collect();
    let sum = |count: fn(&Scored<'_>) -> usize| group.iter().map(count).sum::<usize>();
    let (right, wrong) = (sum(|s| s.right.len()), sum(|s| s.wrong.len()));
    let frame = shape.toml(name, &words, smoothed(right, wrong));

    let mut rules = bare.clone();
    rules.add_files(vec![(PathBuf::from("suggestion"), frame.clone())])?;
    let matcher = Matcher::new(&rules)?;
    // A sentence alone may be read otherwise than in its text.
    let fires = |example: &str| Ok(!pairs(&matcher, 0, example, parse)?.0.is_empty());
    let told = group.iter().flat_map(|s| s.new.iter().chain(&s.right)).map(|find| (find.0, find.1));
    let yes = examples(labelled, told, true, fires)?;
    let no = examples(labelled, others(shape.predicate, &words, labelled).into_iter(), false, fires)?;
    Ok(Suggestion {
        predicate: shape.predicate,
        words,
        right,
        wrong,
        unseen: (sum(|s| s.unseen.0), sum(|s| s.unseen.1)),
        new: sum(|s| s.new.len()),
        labelled: labelled.iter().flat_map(|l| &l.relations).filter(|r| r.1 == shape.predicate).count(),
        toml: format!("{frame}yes = {}\nno = {}\n", array(&yes), array(&no)),
    })
}

/// Mentions near another that the predicate could join them with, in sentences that do not state it: first
/// in those with one of these words.
fn others(predicate: Predicate, words: &[String], labelled: &[Labelled<'_>]) -> Vec<(usize, usize)> {
    let schema = predicate.schema();
    let mut ranked: Vec<(bool, usize, usize)> = Vec::new();
    for (number, text) in labelled.iter().enumerate() {
        let Document { mentions, sentences, .. } = text.document;
        let told = text.relations.iter().filter(|relation| relation.1 == predicate);
        let told: BTreeSet<usize> = told.map(|relation| mentions[relation.0].sentence).collect();
        let text = text.document.text;
        for pair in mentions.windows(2).enumerate() {
            let (i, [first, second]) = pair else { continue };
            let fits =
                schema.subject.contains(&first.entity_type) && schema.object.contains(&second.entity_type);
            if fits && first.sentence == second.sentence && !told.contains(&first.sentence) {
                let sentence = sentences[first.sentence].of(text).to_lowercase();
                ranked.push((!words.iter().any(|word| sentence.contains(word.as_str())), number, i));
            }
        }
    }
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, text, mention)| (text, mention)).collect()
}

/// The first sentences of some mentions in which the frame does or does not fire, with their names in brackets.
fn examples(
    labelled: &[Labelled<'_>],
    mentions: impl Iterator<Item = (usize, usize)>,
    must_fire: bool,
    fires: impl Fn(&str) -> Result<bool>,
) -> Result<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for (number, mention) in mentions {
        let document = labelled[number].document;
        let sentence = document.mentions[mention].sentence;
        let span = document.sentences[sentence];
        if span.len() > LONGEST_EXAMPLE || !seen.insert((number, sentence)) {
            continue;
        }
        let example = bracketed(document, sentence, span);
        if fires(&example)? == must_fire {
            found.push(example);
        }
        if found.len() == EXAMPLES || seen.len() == TRIED {
            break;
        }
    }
    Ok(found)
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
