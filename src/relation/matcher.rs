//! Matches compiled rules against sentences.
//!
//! A sentence is spelled once. Of all patterns, only those are tried whose words, lists and types
//! the sentence has at all (an index from keys to patterns finds them without looking at the
//! others); of these, only those that match when every name may play any role; and only these few
//! are tried on each pair of names.
//!
//! What is capped, so that no text takes more than linear time: sentences of more than
//! `LONGEST_PIECE` tokens are matched in pieces; a pair is tried if its names are at most
//! `FARTHEST_NAMES` names and `FARTHEST_TOKENS` tokens apart; a pattern sees 30 tokens to the left
//! and right of its pair; members of a list beyond `LONGEST_COORDINATION` have no relations.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use itertools::Itertools as _;

use crate::entity::{EntityType, Mention, Origin, is_country};
use crate::error::{Error, Result};
use crate::relation::calibration::share;
use crate::relation::compile::{CLOSING, Clause, Compiler, Keys, LazyRegex, OPENING, common};
use crate::relation::context::{Certainty, Cues};
use crate::relation::frame::{Frames, NameKind, Reached};
use crate::relation::line::{
    self, Kind, Line, OBJECT, OTHER, SUBJECT, Sentence, Slot, Spelled, Speller, Token, View, type_letter,
};
use crate::relation::lists::{self, Tagger};
use crate::relation::pattern::Node;
use crate::relation::reader::{LEARNED, Reader, Reading};
use crate::relation::said::Said;
use crate::relation::scope::plain;
use crate::relation::status;
use crate::relation::time::{Times, When};
use crate::relation::words::Vocabulary;
use crate::relation::{
    Calibration, Document, Evidence, Holds, Predicate, Predicates, Relation, Rule, RuleSet, Status,
};
use crate::syntax::clause::{Clauses, Mood};
use crate::text::Span;

/// Names between the two of a pair.
const FARTHEST_NAMES: usize = 10;
/// Tokens (a list of names is one) between the two of a pair.
const FARTHEST_TOKENS: usize = 50;
/// The same where a sentence has lost its punctuation and may be two.
const FARTHEST_UNPUNCTUATED: usize = 12;

/// Sentences in which is looked for who "he" in "he said" is.
const SPEAKER_BEFORE: usize = 3;

/// The list of words that `MOD` does not match.
pub(crate) const LITTLE: &str = "little";

/// The lists of what stands before the name of one person: "President Ana Ruiz, Bo Lee and Cy Marsh" is one
/// president and two others.
const TITLES: [&str; 4] = ["title", "leader", "minister", "post"];

/// A compiled rule set. Immutable and shared by all workers.
#[derive(Debug)]
pub struct Matcher {
    pub(crate) vocabulary: Vocabulary,
    pub(crate) tagger: Tagger,
    pub(crate) keys: Keys,
    pub(crate) spelled: Spelled,
    /// The lists whose entries are looked for inside names.
    held: BTreeSet<u32>,
    /// The lists named in [`TITLES`].
    titles: BTreeSet<u32>,
    predicates: Predicates,
    /// The predicates that are left out where one holds.
    hides: BTreeMap<Predicate, Vec<Predicate>>,
    rules: Vec<CompiledRule>,
    patterns: Vec<CompiledPattern>,
    /// For each key the patterns that cannot match without it (or another one of its clause).
    index: Vec<Vec<u32>>,
    list_names: Vec<String>,
    cue_tagger: Tagger,
    cue_names: Vec<String>,
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

/// Below these log odds the second reader proposes nothing.
const LEAST_ODDS: f32 = -1.0;

/// What the second reader is asked for.
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

/// What is told of an article.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Told {
    /// As [`Matcher::relations`] has them.
    pub relations: Vec<Relation>,
    /// How many relations that rules find are left out for their scores.
    pub left_out: usize,
}

impl Told {
    /// This and what is told further on.
    #[must_use]
    pub fn and(mut self, further: Told) -> Told {
        self.relations.extend(further.relations);
        self.left_out += further.left_out;
        self
    }
}

#[derive(Debug)]
pub(super) struct CompiledRule {
    id: Arc<str>,
    predicate: Predicate,
    score: f32,
    /// Which of two rules that find the same is believed; see [`Rule::prior`].
    prior: f32,
    /// Whether it finds descriptions that a sentence takes for granted.
    pub(super) granted: bool,
    punctuated: bool,
    pub(super) is_frame: bool,
    built_in: bool,
    unless: Vec<LazyRegex>,
    subject: Types,
    object: Types,
}

impl CompiledRule {
    /// What stands for the finds of the second reader. Every other rule is believed sooner.
    fn learned(predicate: Predicate) -> Self {
        CompiledRule {
            id: format!("{LEARNED}{predicate}").into(),
            predicate,
            score: 0.0,
            prior: 0.0,
            granted: false,
            punctuated: false,
            is_frame: false,
            built_in: true,
            unless: Vec::new(),
            subject: Types::of(&predicate.schema().subject),
            object: Types::of(&predicate.schema().object),
        }
    }
}

#[derive(Debug)]
struct CompiledPattern {
    rule: usize,
    regex: LazyRegex,
    /// All of these must be in the sentence.
    needs: Vec<Vec<u32>>,
    /// The keys of every word and list in the pattern.
    own: BTreeSet<u32>,
}

/// A set of types.
#[derive(Debug, Clone, Copy)]
struct Types(u8);

impl Types {
    fn of(types: &[EntityType]) -> Self {
        Types(types.iter().filter_map(|&t| type_letter(t)).fold(0, |set, letter| set | Self::bit(letter)))
    }

    fn bit(letter: u8) -> u8 {
        1 << "POLMD".bytes().position(|l| l == letter).unwrap_or(7)
    }

    fn has(self, letter: u8) -> bool {
        self.0 & Self::bit(letter) != 0
    }
}

/// The clauses of a sentence, and the mentions that are its names.
pub(crate) type Parsed = (Clauses, Vec<usize>);

/// That a rule matched on a pair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hit {
    pub(crate) rule: usize,
    found: Found,
    /// The log odds of the second reader, if it has read the pair.
    second: Option<f32>,
    /// Mentions.
    pub(crate) subject: usize,
    pub(crate) object: usize,
    /// First and last token that the pattern covers.
    pub(crate) tokens: (usize, usize),
}

impl Hit {
    /// The number of the pattern that matched, if one did.
    pub(crate) fn pattern(&self) -> Option<usize> {
        match self.found {
            Found::Pattern(pattern) => Some(pattern),
            Found::Clause { .. } | Found::Learned => None,
        }
    }

    /// How likely it is, if the second reader alone has found it.
    pub(crate) fn learned_share(&self) -> Option<f32> {
        let odds = self.second.filter(|_| self.found == Found::Learned)?;
        Some(share(f64::from(odds)) as f32)
    }

    /// The predicate word of the clause, if a frame matched.
    pub(crate) fn word(&self) -> Option<Span> {
        match self.found {
            Found::Pattern(_) | Found::Learned => None,
            Found::Clause { word, .. } => Some(word),
        }
    }
}

/// What a rule matched by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    /// The pattern of that number.
    Pattern(usize),
    /// A frame, on a clause.
    Clause {
        /// The predicate word.
        word: Span,
        granted: bool,
        negated: bool,
        is_fact: bool,
    },
    /// The second reader.
    Learned,
}

/// Mentions of subject and object, and predicate; or their entities.
type Key = (usize, usize, Predicate);

/// What becomes of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is a relation.
    Told,
    /// A better rule, of that number, finds the same of the pair.
    Beaten(usize),
    /// This predicate of the same pair says more.
    Hidden(Predicate),
    /// The sentence tells the same of the same entities by these mentions, which are nearer, or by a better rule.
    Elsewhere {
        /// The other subject.
        subject: usize,
        /// The other object.
        object: usize,
    },
}

/// Keys that a sentence has.
struct Present {
    bits: Vec<u64>,
    keys: Vec<u32>,
}

impl Present {
    fn add(&mut self, key: u32) {
        let (word, bit) = (key as usize / 64, 1 << (key % 64));
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.keys.push(key);
        }
    }

    fn has(&self, key: u32) -> bool {
        self.bits[key as usize / 64] & 1 << (key % 64) != 0
    }
}

impl Matcher {
    /// Compiles a rule set.
    ///
    /// # Errors
    /// If a pattern is too large to compile.
    pub fn new(set: &RuleSet) -> Result<Self> {
        let mut vocabulary = Vocabulary::default();
        for mark in OPENING.iter().chain(&CLOSING) {
            vocabulary.add(mark);
        }
        for pattern in set.rules().iter().flat_map(|rule| rule.patterns.iter().chain(&rule.unless)) {
            pattern.node.walk(&mut |node| match node {
                Node::Word(word) | Node::Punct(word) => {
                    vocabulary.add(word);
                }
                Node::Inflected(forms) => forms.iter().for_each(|form| {
                    vocabulary.add(form);
                }),
                _ => {}
            });
        }
        let mut keys = Keys { words: vocabulary.len() as u32, lists: 0 };
        let mut tagger = Tagger::default();
        let mut list_numbers = BTreeMap::new();
        for (i, name) in set.lists.keys().enumerate() {
            tagger.add(i as u32, &lists::expand(&set.lists, name)?, &mut vocabulary);
            list_numbers.insert(name.clone(), i as u32);
        }
        let mut cue_tagger = Tagger::default();
        let cue_names: Vec<String> = set.cues.keys().cloned().collect();
        for (i, name) in cue_names.iter().enumerate() {
            cue_tagger.add(i as u32, &lists::expand(&set.cues, name)?, &mut vocabulary);
        }
        keys.lists = list_numbers.len() as u32;
        let mut little = vec![false; vocabulary.len()];
        for word in lists::expand(&set.lists, LITTLE)? {
            if let Some(number) = vocabulary.number(word) {
                little[number as usize] = true;
            }
        }
        let spelled = Spelled { words: keys.words, little };
        let compiler = Compiler {
            vocabulary: &vocabulary,
            lists: &list_numbers,
            tagger: &tagger,
            spelled: &spelled,
            keys,
            common: common(&vocabulary),
        };
        let mut rules = Vec::new();
        let mut patterns = Vec::new();
        let mut index = vec![Vec::new(); keys.count()];
        for rule in set.rules() {
            for pattern in &rule.patterns {
                let regex = compile(&compiler, rule, &pattern.text, &pattern.node)?;
                let mut needs = compiler.needs(&pattern.node, &rule.subject, &rule.object);
                needs.sort_by_key(|clause| compiler.frequency(clause));
                let rarest: Clause = needs.first().cloned().unwrap_or_default();
                for key in rarest {
                    index[key as usize].push(patterns.len() as u32);
                }
                let needs = needs.into_iter().map(|clause| clause.into_iter().collect()).collect();
                patterns.push(CompiledPattern {
                    rule: rules.len(),
                    regex,
                    needs,
                    own: compiler.own(&pattern.node),
                });
            }
            let unless = rule
                .unless
                .iter()
                .map(|p| compile(&compiler, rule, &p.text, &p.node))
                .collect::<Result<Vec<_>>>()?;
            rules.push(CompiledRule {
                id: rule.id.clone(),
                predicate: rule.predicate,
                score: rule.score,
                prior: rule.prior,
                granted: rule.granted,
                punctuated: rule.punctuated,
                is_frame: rule.frame.is_some(),
                built_in: rule.built_in,
                unless,
                subject: Types::of(&rule.subject),
                object: Types::of(&rule.object),
            });
        }
        let nodes =
            set.rules().iter().flat_map(|rule| rule.patterns.iter().chain(&rule.unless)).map(|p| &p.node);
        let held = nodes.flat_map(Node::held_lists).filter_map(|l| list_numbers.get(l).copied()).collect();
        let titles = TITLES.iter().filter_map(|&list| list_numbers.get(list).copied()).collect();
        let list_names = list_numbers.into_keys().collect();
        let hidden = |predicate: Predicate| -> Vec<Predicate> {
            predicate.schema().hides.iter().filter_map(|name| set.predicates().named(name)).collect()
        };
        let hides = set.predicates().all().map(|predicate| (predicate, hidden(predicate))).collect();
        Ok(Matcher {
            vocabulary,
            tagger,
            keys,
            spelled,
            held,
            titles,
            predicates: set.predicates().clone(),
            hides,
            rules,
            patterns,
            index,
            list_names,
            cue_tagger,
            cue_names,
            second: None,
            unlearned: set.unlearned.clone(),
            calibration: set.calibration,
            least_score: set.least_score,
            frames: Frames::new(
                set.rules().iter().enumerate().filter_map(|(i, rule)| Some((i, rule.frame.as_ref()?))),
                &set.nouns,
                &set.acting,
            ),
        })
    }

    /// The same with a second reader.
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

    /// The relations of one article, ordered by position of subject, object and predicate; at most
    /// one (the best-scored) for each subject mention, predicate and object mention.
    pub fn relations(&self, document: Document<'_>) -> Vec<Relation> {
        self.told(document, 0..document.sentences.len()).relations
    }

    /// The same in some of the sentences, and how many there would be more but for their scores. No relation goes beyond
    /// a sentence.
    pub fn told(&self, document: Document<'_>, sentences: Range<usize>) -> Told {
        let (found, left_out) = self.relations_in(document, |sentence| sentences.contains(&sentence));
        Told { relations: found.into_iter().map(|(_, relation)| relation).collect(), left_out }
    }

    /// The same, of the sentences that are `wanted`, each relation with its rule.
    pub(super) fn relations_in(
        &self,
        document: Document<'_>,
        wanted: impl Fn(usize) -> bool,
    ) -> (Vec<(&CompiledRule, Relation)>, usize) {
        let mut found = Vec::new();
        let mut left_out = 0;
        self.each_sentence_of(document, wanted, |sentence, index| {
            let parsed = Self::clauses(sentence);
            let mut hits = self.hits(sentence, parsed.as_ref());
            self.read_again(sentence, parsed.as_ref(), &mut hits);
            if hits.is_empty() {
                return;
            }
            let fates = self.fates(document, &hits);
            let told = hits.iter().zip(fates).filter(|(_, fate)| *fate == Fate::Told).map(|(hit, _)| hit);
            let told = told.sorted_by_key(|hit| self.key(hit));
            let cues = Cues::of(sentence, &self.cue_tagger, &self.cue_names);
            let elsewhere = OnceCell::new();
            let times = OnceCell::new();
            for hit in told {
                let (subject, object, predicate) = self.key(hit);
                let rule = &self.rules[hit.rule];
                let granted = match hit.found {
                    Found::Pattern(_) => rule.granted,
                    Found::Clause { granted, .. } => granted,
                    // What no verb says is a description.
                    Found::Learned => sentence.tree().is_some_and(|tree| {
                        let names = [subject, object].map(|mention| document.mentions[mention].name);
                        Said::of(tree, names, None).is_none_or(|said| !said.is_event(tree))
                    }),
                };
                let is_own = |token: usize| match hit.found {
                    Found::Pattern(pattern) => {
                        let own = &self.patterns[pattern].own;
                        self.keys_of(sentence, token).any(|key| own.contains(&key))
                    }
                    Found::Clause { word, .. } => sentence.tokens[token].span.overlaps(word),
                    Found::Learned => false,
                };
                // Behind the names of a description the sentence goes on with something else, though the
                // pattern may look there.
                let is_one = |kind| matches!(kind, Kind::Name(name) if name == subject || name == object);
                let names_end = sentence.tokens.iter().rposition(|token| is_one(token.kind));
                let (first, last) = hit.tokens;
                let last = names_end.filter(|_| granted).map_or(last, |end| last.min(end));
                let mut context = cues.context((first, last), granted, is_own);
                if let Found::Clause { negated, is_fact, .. } = hit.found {
                    context.negated = negated;
                    if !is_fact {
                        context.certainty = Certainty::Alleged;
                    }
                }
                let attributed_to = match context.source_elsewhere {
                    true => elsewhere.get_or_init(|| self.speaker_before(document, index)).clone(),
                    false => context.attributed_to,
                };
                let ends = [subject, object].map(|i| &document.mentions[i]);
                let evidence = Evidence {
                    rule: rule.score,
                    names: ends.iter().map(|name| trust(name)).product(),
                    anaphor: ends.iter().any(|name| name.origin == Origin::Anaphor),
                    unasserted: context.negated
                        || context.certainty != Certainty::Stated
                        || attributed_to.is_some(),
                    unpunctuated: sentence.unpunctuated,
                    distance: last.saturating_sub(first),
                    learned: hit.found == Found::Learned,
                    second: hit.second,
                    taught: self.reader().is_some_and(|reader| reader.is_taught(predicate.as_str())),
                };
                let score = self.calibration.score(&evidence);
                // As the tables write it, with four places.
                let least = self.least_score.unwrap_or_else(|| self.calibration.least(&evidence));
                if (score * 1e4).round() / 1e4 < least {
                    left_out += usize::from(!evidence.learned);
                    continue;
                }
                let said_by = match hit.found {
                    Found::Clause { word, .. } => Some(word),
                    Found::Pattern(_) | Found::Learned => None,
                };
                let (mut when, mut status) = (None, Status::Current);
                if let Some(tree) = sentence.tree().filter(|_| predicate.schema().holds != Holds::Always) {
                    let times = times.get_or_init(|| Times::of(document.text, tree));
                    let said = Said::of(tree, ends.map(|name| name.name), said_by);
                    let timed = said.as_ref().map(|said| if granted { said.alone() } else { said.clone() });
                    when = timed.as_ref().and_then(|said| times.when(tree, said, granted));
                    let looked_at =
                        Span::new(sentence.tokens[first].span.start, sentence.tokens[last].span.end);
                    let told = status::Told {
                        text: document.text,
                        tree,
                        predicate,
                        said: said.as_ref(),
                        timed: timed.as_ref(),
                        looked_at,
                        is_next: when.as_ref().is_some_and(When::is_next),
                        has_end: timed.as_ref().is_some_and(|said| times.has_end(said)),
                    };
                    // What is denied has neither ended nor is it to come.
                    if !context.negated {
                        status = told.status();
                    }
                }
                let relation = Relation {
                    subject,
                    predicate,
                    object,
                    score,
                    evidence,
                    negated: context.negated,
                    certainty: context.certainty,
                    attributed_to,
                    when,
                    status,
                    sentence: document.sentences[index],
                    rule: rule.id.clone(),
                };
                found.push((rule, relation));
            }
        });
        (found, left_out)
    }

    /// Who was named last as speaking in the few sentences before number `index`; if nobody was, the
    /// only person of the sentence before.
    fn speaker_before(&self, document: Document<'_>, index: usize) -> Option<String> {
        let speller = self.speller();
        let speaker = (index.saturating_sub(SPEAKER_BEFORE)..index).rev().find_map(|before| {
            let in_it = |&i: &usize| document.mentions[i].sentence == before;
            let mentions: Vec<usize> = (0..document.mentions.len()).filter(in_it).collect();
            let pieces = line::pieces(document, before, &mentions, &speller);
            pieces.iter().rev().find_map(|p| Cues::of(p, &self.cue_tagger, &self.cue_names).last_speaker())
        });
        speaker.or_else(|| {
            let is_person = |m: &&Mention| m.sentence + 1 == index && m.entity_type == EntityType::Per;
            let mut persons = document.mentions.iter().filter(is_person).map(|m| m.entity);
            let first = persons.next()?;
            persons.all(|other| other == first).then(|| document.entities[first].name.clone())
        })
    }

    fn speller(&self) -> Speller<'_> {
        Speller { vocabulary: &self.vocabulary, tagger: &self.tagger, held: &self.held }
    }

    fn key(&self, hit: &Hit) -> Key {
        (hit.subject, hit.object, self.rules[hit.rule].predicate)
    }

    /// What becomes of each hit of a sentence.
    pub(crate) fn fates(&self, document: Document<'_>, hits: &[Hit]) -> Vec<Fate> {
        let mut fates = vec![Fate::Told; hits.len()];
        let mut of_pair: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (i, hit) in hits.iter().enumerate() {
            of_pair.entry(self.key(hit)).or_default().push(i);
        }
        let mut told: BTreeMap<Key, usize> = BTreeMap::new();
        for (key, same) in of_pair {
            let best = self.best(hits, &same, |_| 0);
            for i in same.into_iter().filter(|&i| i != best) {
                fates[i] = Fate::Beaten(hits[best].rule);
            }
            told.insert(key, best);
        }
        let is_learned = |i: usize| hits[i].found == Found::Learned;
        let says_more = told.iter().flat_map(|(&(subject, object, strong), &by)| {
            let hidden = self.hides.get(&strong).into_iter().flatten();
            hidden.map(move |&weak| ((subject, object, weak), strong, by))
        });
        // What the second reader finds hides nothing that a rule finds.
        let hidden: Vec<(usize, Predicate)> = says_more
            .filter_map(|(key, strong, by)| Some((*told.get(&key)?, strong, by)))
            .filter(|&(weak, _, by)| !is_learned(by) || is_learned(weak))
            .map(|(weak, strong, _)| (weak, strong))
            .collect();
        for (i, strong) in hidden {
            fates[i] = Fate::Hidden(strong);
        }
        told.retain(|_, i| fates[*i] == Fate::Told);
        self.tell_each_triple_once(document, hits, &told, &mut fates);
        fates
    }

    /// The best of some hits of the same: of built-in rules that of the best score in its file (see
    /// [`Rule::prior`]), and of that and the user's rules the best by score, where the user's need only be as good.
    /// Then the greater `nearness` counts, and the first.
    fn best(&self, hits: &[Hit], of: &[usize], nearness: impl Fn(&Hit) -> isize) -> usize {
        let rule = |i: usize| &self.rules[hits[i].rule];
        let best = |built_in: bool| {
            let ours = of.iter().copied().rev().filter(|&i| rule(i).built_in == built_in);
            ours.max_by(|&a, &b| {
                let nearer = || nearness(&hits[a]).cmp(&nearness(&hits[b]));
                rule(a).prior.total_cmp(&rule(b).prior).then_with(nearer)
            })
        };
        match (best(false), best(true)) {
            (Some(user), Some(ours)) if rule(user).score < rule(ours).score => ours,
            (Some(only), _) | (None, Some(only)) => only,
            (None, None) => 0,
        }
    }

    /// Where a sentence names an entity twice, as in "the Stockholm Center for Freedom (SCF)", a triple
    /// is told once: by the best rule, and then by the names that are nearest to each other. Second
    /// names are the exception: there each form counts.
    fn tell_each_triple_once(
        &self,
        document: Document<'_>,
        hits: &[Hit],
        told: &BTreeMap<Key, usize>,
        fates: &mut [Fate],
    ) {
        let mut of_triple: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for (&(subject, object, predicate), &i) in told.iter().filter(|(key, _)| !key.2.is_alias()) {
            let (mut subject, mut object) =
                (document.mentions[subject].entity, document.mentions[object].entity);
            if predicate.schema().symmetric && object < subject {
                std::mem::swap(&mut subject, &mut object);
            }
            of_triple.entry((subject, object, predicate)).or_default().push(i);
        }
        let nearness = |hit: &Hit| {
            let (subject, object) = (document.mentions[hit.subject].span, document.mentions[hit.object].span);
            let distance = subject.start.max(object.start).saturating_sub(subject.end.min(object.end));
            -(distance as isize)
        };
        for same in of_triple.into_values().filter(|same| same.len() > 1) {
            let best = self.best(hits, &same, nearness);
            for i in same.into_iter().filter(|&i| i != best) {
                fates[i] = Fate::Elsewhere { subject: hits[best].subject, object: hits[best].object };
            }
        }
    }

    /// Id and predicate of the rule of that number, which may stand for the second reader.
    pub(crate) fn of_rule(&self, rule: usize) -> (&str, Predicate) {
        let CompiledRule { id, predicate, .. } = &self.rules[rule];
        (id, *predicate)
    }

    /// The name of a list by its number.
    pub(crate) fn list_name(&self, list: u32) -> &str {
        self.list_names.get(list as usize).map(|key| plain(key)).unwrap_or_default()
    }

    /// The numbers of all lists.
    pub(crate) fn list_numbers(&self) -> BTreeMap<String, u32> {
        self.list_names.iter().enumerate().map(|(i, name)| (name.clone(), i as u32)).collect()
    }

    /// Calls `visit` with each piece of each sentence that has at least two names, and the index
    /// of the sentence.
    pub(crate) fn each_sentence<'d>(&self, document: Document<'d>, visit: impl FnMut(&Sentence<'d>, usize)) {
        self.each_sentence_of(document, |_| true, visit);
    }

    /// The same with those sentences that are `wanted`.
    fn each_sentence_of<'d>(
        &self,
        document: Document<'d>,
        wanted: impl Fn(usize) -> bool,
        mut visit: impl FnMut(&Sentence<'d>, usize),
    ) {
        let mut in_sentence: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, mention) in document.mentions.iter().enumerate() {
            if mention.sentence < document.sentences.len() && wanted(mention.sentence) {
                in_sentence.entry(mention.sentence).or_default().push(i);
            }
        }
        let speller = self.speller();
        for (&index, mentions) in &in_sentence {
            if mentions.len() < 2 {
                continue;
            }
            for piece in line::pieces(document, index, mentions, &speller) {
                if piece.slots.iter().map(|slot| slot.names.len()).sum::<usize>() >= 2 {
                    visit(&piece, index);
                }
            }
        }
    }

    /// Every rule that matches, on every pair. Symmetric relations have the earlier name as
    /// subject.
    pub(crate) fn hits(&self, sentence: &Sentence<'_>, parsed: Option<&Parsed>) -> Vec<Hit> {
        let mut hits = self.frame_hits(sentence, parsed);
        self.pattern_hits(sentence, parsed, &mut hits);
        if let Some((clauses, mentions)) = parsed {
            hits.retain(|hit| !is_of_neighbour(clauses, mentions, hit.subject, hit.object));
        }
        hits
    }

    /// Every pattern that matches, on every pair of names.
    fn pattern_hits(&self, sentence: &Sentence<'_>, parsed: Option<&Parsed>, hits: &mut Vec<Hit>) {
        let candidates = self.candidates(sentence);
        if candidates.is_empty() {
            return;
        }
        let spelled = &self.spelled;
        let slots = &sentence.slots;
        let farthest = if sentence.unpunctuated { FARTHEST_UNPUNCTUATED } else { FARTHEST_TOKENS };
        if slots.len() > 1 {
            let mut line = sentence.line(View::Slots, spelled);
            self.pairs(&mut line, &candidates, farthest, |pattern, a, b, tokens| {
                // A list has no second name.
                let predicate = self.rules[self.patterns[pattern].rule].predicate;
                if predicate.is_alias() && slots[a].names.len().max(slots[b].names.len()) > 1 {
                    return;
                }
                // What stands nearest to the other name is meant, and what the tree joins to it.
                let is_meant = |name: usize, slot: &Slot, other: &Slot| {
                    let nearest =
                        if slot.first < other.first { slot.names.last() } else { slot.names.first() };
                    nearest.is_none_or(|&nearest| may_be_listed(sentence, parsed, name, nearest))
                };
                let subjects = self.described(sentence, pattern, &slots[a], tokens).iter();
                for &subject in subjects.filter(|&&name| is_meant(name, &slots[a], &slots[b])) {
                    let objects = slots[b].names.iter();
                    for &object in objects.filter(|&&name| is_meant(name, &slots[b], &slots[a])) {
                        self.hit(sentence, pattern, subject, object, tokens, hits);
                    }
                }
            });
        }
        for (i, slot) in slots.iter().enumerate().filter(|(_, slot)| slot.names.len() > 1) {
            let mut line = sentence.line(View::Apart(i), spelled);
            self.pairs(&mut line, &candidates, farthest, |pattern, a, b, tokens| {
                self.hit(sentence, pattern, slot.names[a], slot.names[b], tokens, hits);
            });
            if slot.names.len() > 2 {
                let mut line = sentence.line(View::Two(i), spelled);
                self.pairs(&mut line, &candidates, farthest, |pattern, a, b, tokens| {
                    for (i, &first) in slot.names.iter().enumerate() {
                        for &second in &slot.names[i + 1..] {
                            let (subject, object) = if a < b { (first, second) } else { (second, first) };
                            self.hit(sentence, pattern, subject, object, tokens, hits);
                        }
                    }
                });
            }
        }
    }

    /// The names of a list that a description is about, given that they are the subject of what `pattern`
    /// found in `tokens`: all, or the first if a title in the singular stands before the list.
    fn described<'s>(
        &self,
        sentence: &Sentence<'_>,
        pattern: usize,
        slot: &'s Slot,
        tokens: (usize, usize),
    ) -> &'s [usize] {
        let is_titled = || {
            let before = slot.first.checked_sub(1).filter(|&before| before >= tokens.0);
            before.is_some_and(|before| sentence.tags_of(before).any(|tag| self.titles.contains(&tag.list)))
        };
        let first_only = self.rules[self.patterns[pattern].rule].granted && is_titled();
        if first_only { &slot.names[..1] } else { &slot.names }
    }

    fn hit(
        &self,
        sentence: &Sentence<'_>,
        pattern: usize,
        subject: usize,
        object: usize,
        tokens: (usize, usize),
        hits: &mut Vec<Hit>,
    ) {
        let (Kind::Name(mut subject), Kind::Name(mut object)) =
            (sentence.tokens[subject].kind, sentence.tokens[object].kind)
        else {
            return;
        };
        let rule = self.patterns[pattern].rule;
        let predicate = self.rules[rule].predicate;
        if predicate.schema().symmetric && object < subject {
            (subject, object) = (object, subject);
        }
        let document = &sentence.document;
        let (first, second) = (&document.mentions[subject], &document.mentions[object]);
        let usable = if predicate.is_alias() {
            first.span.of(document.text).to_lowercase() != second.span.of(document.text).to_lowercase()
        } else {
            first.entity != second.entity
        };
        if usable {
            hits.push(Hit { rule, found: Found::Pattern(pattern), second: None, subject, object, tokens });
        }
    }

    /// The clauses of a sentence, and the mentions that are its names.
    pub(crate) fn clauses(sentence: &Sentence<'_>) -> Option<Parsed> {
        let document = &sentence.document;
        let tree = sentence.tree()?;
        let mentions: Vec<usize> = sentence.mentions().map(|(mention, _)| mention).collect();
        let spans: Vec<Span> = mentions.iter().map(|&mention| document.mentions[mention].name).collect();
        Some((Clauses::of(document.text, tree, &spans), mentions))
    }

    /// What names are.
    fn kinds(document: &Document<'_>, mentions: &[usize]) -> Vec<NameKind> {
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

    /// The predicate words of a sentence and the mentions that they lead to.
    pub(super) fn ways(&self, sentence: &Sentence<'_>) -> (Vec<Reached>, Vec<usize>) {
        let Some((clauses, mentions)) = Self::clauses(sentence) else { return Default::default() };
        let kinds = Self::kinds(&sentence.document, &mentions);
        (self.frames.ways(&clauses, &kinds), mentions)
    }

    /// Every frame that fits, on every pair of names.
    fn frame_hits(&self, sentence: &Sentence<'_>, parsed: Option<&Parsed>) -> Vec<Hit> {
        let Some((clauses, mentions)) = parsed.filter(|_| !self.frames.is_empty()) else {
            return Vec::new();
        };
        let document = &sentence.document;
        let kinds = Self::kinds(document, mentions);
        let mut hits = Vec::new();
        for fit in self.frames.fits(clauses, &kinds) {
            let rule = &self.rules[fit.rule];
            let is_taken = |name: usize, types: Types| {
                type_letter(kinds[name].entity_type).is_some_and(|letter| types.has(letter))
            };
            if !is_taken(fit.subject, rule.subject) || !is_taken(fit.object, rule.object) {
                continue;
            }
            let (mut subject, mut object) = (mentions[fit.subject], mentions[fit.object]);
            if rule.predicate.schema().symmetric && object < subject {
                (subject, object) = (object, subject);
            }
            if document.mentions[subject].entity == document.mentions[object].entity {
                continue;
            }
            let word = clauses.nodes[fit.head].span;
            let name = |number: usize| document.mentions[mentions[number]].name;
            let covered = [word, name(fit.subject), name(fit.object)];
            let at = |span: Span| sentence.tokens.iter().position(|token| token.span.overlaps(span));
            let places: Vec<usize> = covered.into_iter().filter_map(at).collect();
            let (Some(&first), Some(&last)) = (places.iter().min(), places.iter().max()) else { continue };
            if sentence.unpunctuated && last - first > FARTHEST_UNPUNCTUATED {
                continue;
            }
            let Some(clause) = clauses.clause(fit.head) else { continue };
            let is_state = rule.predicate.schema().state;
            let found = Found::Clause {
                word,
                granted: clause.granted || is_state && clauses.is_in_passing(clause),
                negated: clause.negated,
                is_fact: clause.mood == Mood::Fact,
            };
            hits.push(Hit { rule: fit.rule, found, second: None, subject, object, tokens: (first, last) });
        }
        hits
    }

    /// What the second reader says of every two mentions of a sentence: nothing if there is no second reader, or the
    /// sentence has no tree.
    pub(crate) fn second_readings(&self, sentence: &Sentence<'_>, parsed: Option<&Parsed>) -> Vec<Reading> {
        let (Some(second), Some(tree)) = (&self.second, sentence.tree()) else { return Vec::new() };
        let document = &sentence.document;
        let mentions: Vec<usize> = sentence.mentions().map(|(mention, _)| mention).collect();
        let given = |&mention: &usize| {
            let mention = &document.mentions[mention];
            (mention.name, document.type_of(mention))
        };
        let given: Vec<(Span, EntityType)> = mentions.iter().map(given).collect();
        let mut readings = second.reader.read(tree, &given);
        for reading in &mut readings {
            (reading.subject, reading.object) = (mentions[reading.subject], mentions[reading.object]);
        }
        let is_pair = |r: &Reading| {
            let of_neighbour = parsed
                .is_some_and(|(clauses, mentions)| is_of_neighbour(clauses, mentions, r.subject, r.object));
            document.mentions[r.subject].entity != document.mentions[r.object].entity && !of_neighbour
        };
        readings.retain(is_pair);
        readings
    }

    /// The predicates of a reading that the types of the pair allow, by the number of the rule that stands for each, with
    /// their log odds.
    pub(crate) fn said<'r>(
        &'r self,
        document: Document<'r>,
        reading: &'r Reading,
    ) -> impl Iterator<Item = (usize, f32)> + 'r {
        let rules = self.second.iter().flat_map(|second| &second.rules);
        let is_taken = move |mention: usize, types: Types| {
            type_letter(document.type_of(&document.mentions[mention])).is_some_and(|letter| types.has(letter))
        };
        rules.zip(&reading.odds).filter_map(|(rule, &odds)| Some(((*rule)?, odds))).filter(
            move |&(rule, _)| {
                let CompiledRule { subject, object, .. } = self.rules[rule];
                is_taken(reading.subject, subject) && is_taken(reading.object, object)
            },
        )
    }

    /// Has the second reader read the pairs of a sentence: what it thinks of `hits` is written to them, and what it
    /// finds itself, of other pairs, put behind them. It does not read pronouns and descriptions.
    pub(crate) fn read_again(&self, sentence: &Sentence<'_>, parsed: Option<&Parsed>, hits: &mut Vec<Hit>) {
        let Some(second) = &self.second else { return };
        let document = sentence.document;
        let readings = self.second_readings(sentence, parsed);
        let is_read = |mention: usize| document.mentions[mention].origin != Origin::Anaphor;
        let mut odds: BTreeMap<Key, f32> = BTreeMap::new();
        for reading in readings.iter().filter(|r| is_read(r.subject) && is_read(r.object)) {
            for (rule, of_rule) in self.said(document, reading) {
                let predicate = self.rules[rule].predicate;
                let (mut subject, mut object) = (reading.subject, reading.object);
                if predicate.schema().symmetric && object < subject {
                    (subject, object) = (object, subject);
                }
                let best = odds.entry((subject, object, predicate)).or_insert(of_rule);
                *best = best.max(of_rule);
            }
        }
        if second.checks {
            for hit in hits.iter_mut() {
                hit.second = odds.get(&self.key(hit)).copied();
            }
        }
        // Where two sentences may have become one, it guesses.
        if second.adds && !sentence.unpunctuated {
            let places: BTreeMap<usize, usize> = sentence.mentions().collect();
            // Of a pair of which a rule tells something, it is wrong more often than right.
            let known: BTreeSet<(usize, usize)> = hits.iter().map(|hit| (hit.subject, hit.object)).collect();
            let is_unread = |object: usize, predicate: Predicate| {
                let behind = &predicate.schema().unread_behind;
                let preposition = || {
                    let (clauses, mentions) = parsed?;
                    clauses.preposition(node_of(clauses, mentions, object)?)
                };
                !behind.is_empty() && preposition().is_some_and(|preposition| behind.contains(&preposition))
            };
            let rule_of: BTreeMap<Predicate, usize> =
                second.rules.iter().flatten().map(|&rule| (self.rules[rule].predicate, rule)).collect();
            for ((subject, object, predicate), odds) in
                odds.into_iter().filter(|&(_, odds)| odds >= LEAST_ODDS)
            {
                let is_known = known.contains(&(subject, object)) || known.contains(&(object, subject));
                if is_known || is_unread(object, predicate) {
                    continue;
                }
                let [a, b] = [places[&subject], places[&object]];
                hits.push(Hit {
                    rule: rule_of[&predicate],
                    found: Found::Learned,
                    second: Some(odds),
                    subject,
                    object,
                    tokens: (a.min(b), a.max(b)),
                });
            }
        }
    }

    /// The keys of a token.
    fn keys_of<'s>(&self, sentence: &'s Sentence<'_>, token: usize) -> impl Iterator<Item = u32> + 's {
        let keys = self.keys;
        let Token { kind, word, .. } = sentence.tokens[token];
        let name = match kind {
            Kind::Name(mention) => line::name_letters(&sentence.document, mention),
            _ => None,
        };
        let name = name.map(|(letter, form)| keys.name(letter, form));
        let number = (kind == Kind::Number).then(|| keys.number());
        let word = word.and_then(|w| keys.word(w));
        let lists = sentence.tags_of(token).map(move |tag| keys.list(tag.list));
        name.into_iter().chain(number).chain(word).chain(lists)
    }

    /// The patterns for which the sentence has everything, in order.
    fn candidates(&self, sentence: &Sentence<'_>) -> Vec<usize> {
        let mut present = Present { bits: vec![0; self.keys.count().div_ceil(64)], keys: Vec::new() };
        for token in 0..sentence.tokens.len() {
            self.keys_of(sentence, token).for_each(|key| present.add(key));
        }
        let mut found: Vec<usize> = Vec::new();
        for &key in &present.keys {
            for &pattern in &self.index[key as usize] {
                let needs = &self.patterns[pattern as usize].needs;
                if needs.iter().all(|clause| clause.iter().any(|&key| present.has(key))) {
                    found.push(pattern as usize);
                }
            }
        }
        if sentence.unpunctuated {
            found.retain(|&pattern| !self.rules[self.patterns[pattern].rule].punctuated);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Tries patterns on the pairs of a line, at most `farthest` tokens apart, and reports pattern, subject's place, object's place and
    /// the tokens covered.
    fn pairs(
        &self,
        line: &mut Line,
        candidates: &[usize],
        farthest: usize,
        mut found: impl FnMut(usize, usize, usize, (usize, usize)),
    ) {
        let live: Vec<usize> =
            candidates.iter().copied().filter(|&p| self.patterns[p].regex.is_match(&line.bytes)).collect();
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
                    for &number in &live {
                        let pattern = &self.patterns[number];
                        let rule = &self.rules[pattern.rule];
                        if !rule.subject.has(subject_type) || !rule.object.has(object_type) {
                            continue;
                        }
                        let seen = &line.bytes[sight.clone()];
                        if let Some(span) = pattern.regex.find(seen)
                            && !rule.unless.iter().any(|unless| unless.is_match(seen))
                        {
                            let bytes = sight.start + span.start..sight.start + span.end;
                            found(number, subject, object, line.tokens_of(bytes));
                        }
                    }
                    line.set(subject, OTHER);
                    line.set(object, OTHER);
                }
            }
        }
    }
}

/// Whether two names that look like a list, given as tokens of a sentence, may be one by its tree: in "a bridge in Oslo,
/// and Kelm Bridge in Bergen" the second and the third are none.
fn may_be_listed(sentence: &Sentence<'_>, parsed: Option<&Parsed>, a: usize, b: usize) -> bool {
    let node = |token: usize| {
        let (clauses, mentions) = parsed?;
        let Kind::Name(mention) = sentence.tokens[token].kind else { return None };
        node_of(clauses, mentions, mention)
    };
    let nodes = node(a).zip(node(b)).zip(parsed);
    nodes.is_none_or(|((a, b), (clauses, _))| !clauses.is_inside_list(a, b))
}

/// The node of a mention.
fn node_of(clauses: &Clauses, mentions: &[usize], mention: usize) -> Option<usize> {
    let name = mentions.binary_search(&mention).ok()?;
    clauses.nodes.iter().position(|node| node.name == Some(name))
}

/// Whether one of two mentions is said of another member of the other's list.
fn is_of_neighbour(clauses: &Clauses, mentions: &[usize], subject: usize, object: usize) -> bool {
    let node = |mention| node_of(clauses, mentions, mention);
    let ends = node(subject).zip(node(object));
    ends.is_some_and(|(subject, object)| clauses.is_of_neighbour(subject, object))
}

/// What a name is trusted in a relation. The model's own score is too sure about the best names and
/// too doubtful about the worst, of which most that a rule connects are right: the root and the factor were
/// chosen on the training part of CoNLL04, which the model has not seen.
fn trust(name: &Mention) -> f32 {
    match name.origin {
        Origin::Given => name.score,
        _ => 0.95 * name.score.sqrt(),
    }
}

fn compile(compiler: &Compiler<'_>, rule: &Rule, text: &str, node: &Node) -> Result<LazyRegex> {
    let regex = compiler.regex(node, &rule.subject, &rule.object);
    // That the built-in ones are small enough, a test makes sure.
    if rule.built_in || regex.get().is_some() {
        return Ok(regex);
    }
    Err(Error::config(
        rule.place.clone(),
        format!("rule `{}`: pattern `{text}` is too large", rule.id),
        "Lower the counts in { }, above all where one repetition stands inside another",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::Entity;
    use crate::relation::Bracketed;
    use crate::relation::reader::Case;
    use crate::text::Span;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static BUILT_IN: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&RuleSet::built_in()).unwrap());

    fn matcher(rules: &str) -> Matcher {
        let mut set = RuleSet::empty();
        set.add_files(vec![("x.toml".into(), rules.into())]).unwrap();
        Matcher::new(&set).unwrap()
    }

    fn triples(matcher: &Matcher, text: &str) -> String {
        let read = Bracketed::sentence(text);
        let found: Vec<String> = matcher
            .relations(read.document())
            .iter()
            .map(|r| format!("{} {} {}", read.name_of(r.subject), r.predicate, read.name_of(r.object)))
            .collect();
        found.join("; ")
    }

    const TABLE: &str = r#"
[lists]
organ = ["ministry", "armed forces"]
[[rule]]
id = "fights/x"
pattern = ["SUBJ fights OBJ", "SUBJ , ANY , fights OBJ", "SUBJ and OBJ clash", "^ OBJ fears SUBJ $", "SUBJ MOD MOD OBJ"]
score = 0.9
[[rule]]
id = "allied_with/x"
pattern = "SUBJ and OBJ are allies"
score = 0.5
[[rule]]
id = "allied_with/better"
pattern = ["SUBJ and OBJ are", "OBJ @det ally of SUBJ"]
score = 0.6
[[rule]]
id = "alias_of/x"
pattern = 'SUBJ "(" OBJ ")"'
score = 0.9
[[rule]]
id = "part_of/x"
pattern = "OBJ 's SUBJ=@organ"
score = 0.5
[[rule]]
id = "leads/adj"
pattern = ["OBJ/adj (gov | president) SUBJ", "SUBJ , president~ of OBJ -"]
score = 0.9
unless = "former OBJ/adj"
"#;

    #[test]
    fn a_title_before_a_list_is_the_first_names() {
        let rules = r#"
[[rule]]
id = "leads/adj"
pattern = "OBJ/adj @leader SUBJ"
granted = true
score = 0.9
[[rule]]
id = "works_for/adj"
pattern = "OBJ/adj (senators | leaders)? SUBJ"
granted = true
score = 0.9
"#;
        let matcher = matcher(rules);
        let table = [
            ("[LOC/adj Spanish] President [PER A], [PER B] and [PER C] met.", "A leads Spanish"),
            (
                "[LOC/adj Spanish] senators [PER A] and [PER B] met.",
                "A works_for Spanish; B works_for Spanish",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(triples(&matcher, text), expected, "{text}");
        }
    }

    #[test]
    fn matches_of_a_table() {
        let matcher = matcher(TABLE);
        let table = [
            ("[LOC A] fights [LOC B].", "A fights B"),
            ("[LOC A] FIGHTS [LOC B].", "A fights B"),
            ("[LOC A] fights [LOC A].", ""),
            ("[LOC A] fights [MISC B].", ""),
            (
                "[LOC A], [LOC C] and [LOC B] fight; [LOC D] and the [LOC E] fights [LOC F].",
                "D fights F; E fights F",
            ),
            ("[LOC A] fights [LOC B], [LOC C] and [LOC D].", "A fights B; A fights C; A fights D"),
            // Commas alone make no list.
            ("[LOC A] fights [LOC B], [LOC C].", "A fights B"),
            ("[LOC A], [LOC B] and [LOC C] clash.", "A fights B; A fights C; B fights C"),
            ("[LOC A], strong, fights [LOC B].", "A fights B"),
            ("\"[LOC A] fears [LOC B]!\"", "B fights A"),
            ("So [LOC A] fears [LOC B].", ""),
            ("[LOC A] old red [LOC B], [LOC C] of red [LOC D].", "A fights B"),
            ("[LOC A] 2,600,000 old [LOC B], [LOC C] 26, 27 [LOC D].", "A fights B"),
            // Once for both directions, by the better rule.
            ("[LOC A] and [LOC B] are allies.", "A allied_with B"),
            ("[LOC B] an ally of [LOC A].", "B allied_with A"),
            ("The [ORG Alpha Beta] ([ORG AB]).", "Alpha Beta alias_of AB"),
            ("The [ORG AB] ([ORG AB]).", ""),
            ("[LOC A]'s [ORG Ministry of War].", "Ministry of War part_of A"),
            ("[LOC A]'s [ORG Royal Armed Forces] and [ORG War Bank].", ""),
            (
                "[LOC A]'s [ORG War Ministry] and [ORG Ministry of Fun].",
                "War Ministry part_of A; Ministry of Fun part_of A",
            ),
            ("[LOC A]'s [ORG War Bank].", ""),
            ("[LOC/adj Turkish] Gov. [PER Ana] left.", "Ana leads Turkish"),
            ("Former [LOC/adj Turkish] Gov. [PER Ana] left.", ""),
            ("[LOC Turkey] Gov. [PER Ana] left.", ""),
            ("[PER Ana], presidents of [LOC Turkey]-based firms.", "Ana leads Turkey"),
        ];
        for (text, expected) in table {
            assert_eq!(triples(&matcher, text), expected, "{text}");
        }
    }

    #[test]
    fn without_punctuation_rules_are_careful() {
        let matcher = matcher(
            r#"
[[rule]]
id = "leads/plain"
pattern = "OBJ president SUBJ"
punctuated = true
score = 0.9
[[rule]]
id = "fights/far"
pattern = "SUBJ fights ANY* OBJ"
score = 0.9
"#,
        );
        let table = [
            (
                "[LOC Iraq] president [PER Ana] said that she was not going to resign so soon.",
                "Ana leads Iraq",
            ),
            ("The troops went to [LOC Iraq] president [PER Ana] said that they would stay there", ""),
            ("[ORG Acme] fights a b c d e f g h i j [ORG Bolt]", "Acme fights Bolt"),
            ("[ORG Acme] fights a b c d e f g h i j k l [ORG Bolt]", ""),
            ("[ORG Acme] fights a b c d e f g h i j k l [ORG Bolt].", "Acme fights Bolt"),
        ];
        for (text, expected) in table {
            assert_eq!(triples(&matcher, text), expected, "{text}");
        }
    }

    #[test]
    fn workers_can_share_a_matcher() {
        fn shared<T: Send + Sync>() {}
        shared::<Matcher>();
    }

    #[test]
    fn every_built_in_pattern_can_be_compiled() {
        for pattern in &BUILT_IN.patterns {
            assert!(pattern.regex.get().is_some(), "{}", BUILT_IN.rules[pattern.rule].id);
        }
        assert!(BUILT_IN.rules.iter().flat_map(|rule| &rule.unless).all(|unless| unless.get().is_some()));
    }

    #[test]
    fn the_best_rule_wins_and_less_sure_names_score_less() {
        let matcher = matcher(TABLE);
        let mut read = Bracketed::sentence("[LOC A] and [LOC B] are allies.");
        let mut last = 1.0;
        // A model's names are trusted less where it is sure, and more where it is not.
        let names = [(Origin::Given, 1.0, 1.0), (Origin::Model, 1.0, 0.9025), (Origin::Model, 0.16, 0.361)];
        for (origin, score, trusted) in names {
            for mention in &mut read.mentions {
                *mention = Mention { score, origin, ..mention.clone() };
            }
            read.mentions[1].score = 1.0;
            let relations = matcher.relations(read.document());
            assert_eq!(relations.len(), 1);
            let Relation { rule, evidence, score, sentence, .. } = &relations[0];
            assert_eq!(&**rule, "allied_with/better");
            assert_eq!(*sentence, Span::new(0, read.text.len()));
            assert!((evidence.names - trusted).abs() < 1e-6 && evidence.rule == 0.6, "{evidence:?}");
            assert_eq!(*score, Calibration::default().score(evidence));
            assert!(*score < last);
            last = *score;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Any text, any mentions, even overlapping or in the wrong sentence.
        #[test]
        fn nothing_panics(
            words in prop::collection::vec("(president|of|,|killed|the|\"|\\(|\\)|and|'s|in|\\PC{1,3})", 0..60),
            cuts in prop::collection::vec((0usize..300, 0usize..30, 0usize..5, any::<bool>()), 0..12),
            sorted in any::<bool>(),
        ) {
            let text = words.join(" ");
            let ends = |at: usize| (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
            let types = [EntityType::Per, EntityType::Org, EntityType::Loc, EntityType::Date, EntityType::Other("X")];
            let mut mentions: Vec<Mention> = cuts.iter().enumerate().map(|(i, &(start, length, entity_type, demonym))| {
                let (start, end) = (ends(start), ends(start + length));
                Mention {
                    span: Span::new(start, end.max(start)),
                    name: Span::new(start, end.max(start)),
                    sentence: i % 2,
                    entity_type: types[entity_type],
                    score: 1.0,
                    origin: Origin::Model,
                    entity: i % 4,
                    demonym,
                }
            }).collect();
            if sorted {
                mentions.sort_by_key(|m| m.span);
                mentions.iter_mut().for_each(|m| m.sentence = 0);
            }
            let entities: Vec<Entity> = (0..3).map(|i| Entity {
                id: i.to_string(), name: i.to_string(), entity_type: types[i], external_id: None,
            }).collect();
            let sentences = [Span::new(0, ends(200)), Span::new(ends(200), text.len())];
            let document = Document { text: &text, sentences: &sentences, mentions: &mentions, entities: &entities, syntax: &[] };
            for relation in BUILT_IN.relations(document) {
                prop_assert!(relation.subject != relation.object);
                prop_assert!((0.0..=1.0).contains(&relation.score));
            }
        }
    }

    fn long_sentence(words: usize) -> Bracketed {
        let unit = "[LOC/adj Turkish] police killed [PER Ana Ruiz], president of [ORG Acme], and [PER Bo Lee] met in \
                    [LOC Bolt], [LOC Ohio], with officials who said nothing of the attack by [ORG Reds] ";
        Bracketed::sentence(&unit.repeat(words / 31))
    }

    /// A method whose time grew with the square of the words would not come to an end here.
    #[test]
    fn a_sentence_of_a_hundred_thousand_words_tells_what_each_piece_of_it_tells() {
        let words = 100_000;
        let read = long_sentence(words);
        // Each piece tells its triples, however often it repeats them.
        assert!(BUILT_IN.relations(read.document()).len() > words / 300);
    }

    #[test]
    fn a_sentence_tells_a_triple_once_by_its_nearest_names() {
        let text = "[PER Ana Ruiz] and guards say [PER Ana Ruiz] fights [ORG Acme], and [PER Ana Ruiz] fights [ORG Acme].";
        let found = matcher(TABLE).relations(Bracketed::sentence(text).document()).len();
        assert_eq!(found, 1);
    }

    #[test]
    fn a_list_of_two_hundred_names_is_no_trouble() {
        let names: Vec<String> = (0..200).map(|i| format!("[PER Name{i}]")).collect();
        let matcher = matcher(TABLE);
        let text = format!("{} and [PER Last] clash.", names.join(", "));
        let found = matcher.relations(Bracketed::sentence(&text).document());
        assert_eq!(found.len(), line::LONGEST_COORDINATION * (line::LONGEST_COORDINATION - 1) / 2);
        let text = format!("{} fights [LOC Peru].", names.join(" fights "));
        // One pair is lost where the sentence is cut into pieces.
        assert_eq!(matcher.relations(Bracketed::sentence(&text).document()).len(), 199);
    }

    /// What the second reader of `tests/reference/reader` and a rule find of its sentence.
    fn with_second(rules: &str, asked: Learned, least: Option<f32>) -> Vec<(String, f32)> {
        let (reader, Case { text, sentence, .. }) = Case::read();
        let mut read = Bracketed::sentence(
            "[PER Ana Ruiz] , head of [ORG Acme] in [LOC Lima] met [PER Bo Lee] , who left [LOC Spain] . ",
        );
        assert_eq!(read.text, text);
        read.syntax = vec![sentence];
        let mut set = RuleSet::empty();
        set.add_files(vec![("x.toml".into(), rules.into())]).unwrap();
        set.set_least_score(least);
        let found = Matcher::new(&set).unwrap().with_reader(reader, asked).relations(read.document());
        let told = |r: &Relation| {
            (
                format!(
                    "{} {} {} ({})",
                    read.name_of(r.subject),
                    r.predicate,
                    read.name_of(r.object),
                    r.rule
                ),
                r.score,
            )
        };
        found.iter().map(told).collect()
    }

    #[test]
    fn the_second_reader_adds_what_no_rule_finds_and_hides_nothing() {
        const RULE: &str = r#"
            [[rule]]
            id = "works_for/x"
            pattern = "SUBJ , head of OBJ"
            score = 0.6
            yes = ["[PER Ana Ruiz], head of [ORG Acme], left."]
        "#;
        let rules_alone = with_second(RULE, Learned::Off, None);
        assert_eq!(rules_alone.len(), 1, "{rules_alone:?}");
        let all = with_second(RULE, Learned::Add, Some(0.0));
        assert!(all.contains(&rules_alone[0]), "{all:?}");
        let learned: Vec<_> = all.iter().filter(|(told, _)| told.contains("(learned/")).collect();
        assert_eq!(learned.len(), all.len() - 1);
        assert!(!learned.is_empty());
        let of_known_pair = |told: &str| told.starts_with("Ana Ruiz ") && told.contains(" Acme (");
        assert!(!learned.iter().any(|(told, _)| of_known_pair(told)), "{all:?}");
        for (told, _) in learned {
            let predicate = told.split("(learned/").nth(1).unwrap().trim_end_matches(')');
            assert!(told.contains(&format!(" {predicate} ")), "{told}");
        }
        // Less is told where more is asked for, and what a rule finds is doubted only where that is asked for.
        assert!(with_second(RULE, Learned::Add, None).len() < all.len());
        assert_eq!(with_second(RULE, Learned::Check, Some(0.0)).len(), 1);
    }
}
