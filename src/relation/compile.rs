//! From a pattern's tree to a regular expression over spelled lines, and to what a sentence must
//! have for it to match at all.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use regex::bytes::{Regex, RegexBuilder};

use crate::entity::EntityType;
use crate::relation::lexicon::{CLOSING, Lexicon, OPENING};
use crate::relation::line::{
    ANY_ROLE, FUNCTION_WORD, NUMBER, OBJECT, OTHER, PUNCT, SUBJECT, WORD, spelled_letter, type_letter,
};
use crate::relation::pattern::{Node, Role};
use crate::relation::token_set::{TokenSet, entry};
use crate::relation::words::is_number;

/// A regular expression may take this many bytes when compiled. Larger ones come from nested counts, and are slow.
const SIZE_LIMIT: usize = 1 << 20;

/// Bytes of the automaton that a regular expression builds while it searches, for each thread. There are
/// hundreds of expressions, and what they build stays in memory.
const CACHE_LIMIT: usize = 1 << 17;

/// Compiles the patterns of a rule set.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    lexicon: &'a Lexicon,
    /// The words and marks that are in most sentences.
    common: BTreeSet<u32>,
}

/// The regular expression of a pattern, written and built when it is first needed: most rules never match in a short
/// run, and to write and build the expressions of all would take longer than a short run itself.
#[derive(Debug)]
pub(crate) struct LazyRegex {
    node: Arc<Node>,
    subject: Vec<EntityType>,
    object: Vec<EntityType>,
    built: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    /// That of a pattern whose arguments have these types.
    pub(crate) fn of(node: Arc<Node>, subject: &[EntityType], object: &[EntityType]) -> Self {
        LazyRegex { node, subject: subject.to_vec(), object: object.to_vec(), built: OnceLock::new() }
    }

    /// Builds it. `None` if it is too large. `lexicon` must always be that of the rule set of the pattern.
    pub(crate) fn get(&self, lexicon: &Lexicon) -> Option<&Regex> {
        let build = || {
            RegexBuilder::new(&Compiler::of(lexicon).regex(&self.node, &self.subject, &self.object))
                .unicode(false)
                .size_limit(SIZE_LIMIT)
                .dfa_size_limit(CACHE_LIMIT)
                .build()
                .ok()
        };
        self.built.get_or_init(build).as_ref()
    }

    /// Whether it matches somewhere.
    pub(crate) fn is_match(&self, lexicon: &Lexicon, line: &[u8]) -> bool {
        self.get(lexicon).is_some_and(|regex| regex.is_match(line))
    }

    /// Where it matches first.
    pub(crate) fn find(&self, lexicon: &Lexicon, line: &[u8]) -> Option<Range<usize>> {
        self.get(lexicon)?.find(line).map(|found| found.range())
    }
}

/// At least one of these keys must be in the sentence.
pub(crate) type Clause = BTreeSet<u32>;

impl<'a> Compiler<'a> {
    pub(crate) fn of(lexicon: &'a Lexicon) -> Self {
        let common = COMMON.iter().filter_map(|word| lexicon.vocabulary.number(word)).collect();
        Compiler { lexicon, common }
    }

    /// The regular expression of a pattern whose arguments have these types.
    fn regex(&self, node: &Node, subject: &[EntityType], object: &[EntityType]) -> String {
        let mut source = String::new();
        self.write(node, subject, object, &mut source);
        source
    }

    fn write(&self, node: &Node, subject: &[EntityType], object: &[EntityType], out: &mut String) {
        if let Some(tokens) = self.one_token(node, subject, object) {
            out.push_str(&tokens.regex());
            return;
        }
        match node {
            Node::List(name) => {
                let entry = self.lexicon.list(name).map_or(TokenSet::default().regex(), entry);
                out.push_str(&entry);
            }
            Node::Start => {
                let _ = write!(out, r"\x10(?:{})*", self.marks(&OPENING).regex());
            }
            Node::End => {
                let _ = write!(out, r"(?:{})*\x11", self.marks(&CLOSING).regex());
            }
            Node::Seq(nodes) => nodes.iter().for_each(|n| self.write(n, subject, object, out)),
            Node::Alt(nodes) => {
                let mut ways: Vec<String> = Vec::new();
                let mut tokens: Option<TokenSet> = None;
                for node in nodes {
                    if self.add_one_token(node, subject, object, tokens.get_or_insert_default()) {
                        continue;
                    }
                    ways.extend(tokens.take().filter(|tokens| !tokens.is_empty()).map(|t| t.regex()));
                    let mut way = String::new();
                    self.write(node, subject, object, &mut way);
                    ways.push(way);
                }
                ways.extend(tokens.filter(|tokens| !tokens.is_empty()).map(|tokens| tokens.regex()));
                let _ = write!(out, "(?:{})", ways.join("|"));
            }
            Node::Repeat { node, min, max } => {
                out.push_str("(?:");
                self.write(node, subject, object, out);
                out.push(')');
                let _ = match (min, max) {
                    (0, Some(1)) => write!(out, "?"),
                    (min, None) => write!(out, "{{{min},}}"),
                    (min, Some(max)) => write!(out, "{{{min},{max}}}"),
                };
            }
            _ => {}
        }
    }

    /// The tokens that a node matches, if it always matches exactly one.
    fn one_token(&self, node: &Node, subject: &[EntityType], object: &[EntityType]) -> Option<TokenSet> {
        let mut tokens = TokenSet::default();
        self.add_one_token(node, subject, object, &mut tokens).then_some(tokens)
    }

    /// Adds the tokens that a node matches, if it always matches exactly one; tells whether it does.
    fn add_one_token(
        &self,
        node: &Node,
        subject: &[EntityType],
        object: &[EntityType],
        tokens: &mut TokenSet,
    ) -> bool {
        let held = |list: &Option<String>| list.as_ref().and_then(|name| self.lexicon.list(name));
        match node {
            Node::Word(word) => self.add_word(word, tokens),
            Node::Inflected(forms) => forms.iter().for_each(|form| self.add_word(form, tokens)),
            Node::Punct(mark) => self.add_mark(mark, tokens),
            Node::List(name) => match self.lexicon.list(name) {
                Some(list) if self.lexicon.tagger.has_several_words(list) => return false,
                list => list.into_iter().for_each(|list| tokens.add_list(list)),
            },
            Node::Slot { role, adjective, holds } => {
                let (role, types) = match role {
                    Role::Subject => (SUBJECT, subject),
                    Role::Object => (OBJECT, object),
                };
                tokens.add_names(&[role, ANY_ROLE], name_letters(types, *adjective), held(holds));
            }
            Node::Name { types, adjective, holds } => {
                tokens.add_names(&[OTHER, ANY_ROLE], name_letters(types, *adjective), held(holds));
            }
            Node::Any => {
                tokens.add_kinds(&[WORD, FUNCTION_WORD, NUMBER]);
                tokens.add_names(&[OTHER, ANY_ROLE], WORD_LIKE.into_iter(), None);
            }
            Node::Modifier => {
                tokens.add_kinds(&[WORD, NUMBER]);
                tokens.add_names(&[OTHER, ANY_ROLE], WORD_LIKE.into_iter(), None);
            }
            Node::Number => tokens.add_kinds(&[NUMBER]),
            Node::Alt(nodes) => {
                let mut either = TokenSet::default();
                if !nodes.iter().all(|node| self.add_one_token(node, subject, object, &mut either)) {
                    return false;
                }
                tokens.extend(either);
            }
            Node::Start | Node::End | Node::Seq(_) | Node::Repeat { .. } => return false,
        }
        true
    }

    fn add_word(&self, word: &str, tokens: &mut TokenSet) {
        if let Some(number) = self.lexicon.vocabulary.number(word) {
            tokens.add_word(self.lexicon.spelling.kind_of_word(number, is_number(word)), number);
        }
    }

    fn add_mark(&self, mark: &str, tokens: &mut TokenSet) {
        if let Some(number) = self.lexicon.vocabulary.number(mark) {
            tokens.add_word(PUNCT, number);
        }
    }

    fn marks(&self, marks: &[&str]) -> TokenSet {
        let mut tokens = TokenSet::default();
        marks.iter().for_each(|mark| self.add_mark(mark, &mut tokens));
        tokens
    }

    /// What a sentence must have for the pattern to match: all of the clauses.
    pub(crate) fn needs(&self, node: &Node, subject: &[EntityType], object: &[EntityType]) -> Vec<Clause> {
        let one = |key: Option<u32>| key.map(|key| vec![Clause::from([key])]).unwrap_or_default();
        let names = |types: &[EntityType], adjective: bool| {
            let form = if adjective { b'a' } else { b'n' };
            vec![
                types
                    .iter()
                    .filter_map(|&t| type_letter(t))
                    .map(|l| self.lexicon.keys.name(l, form))
                    .collect(),
            ]
        };
        match node {
            Node::Word(word) | Node::Punct(word) => one(self.word(word)),
            Node::Inflected(forms) => vec![forms.iter().filter_map(|form| self.word(form)).collect()],
            Node::List(name) => one(self.lexicon.list(name).map(|list| self.lexicon.keys.list(list))),
            Node::Slot { role: Role::Subject, adjective, .. } => names(subject, *adjective),
            Node::Slot { role: Role::Object, adjective, .. } => names(object, *adjective),
            Node::Name { types, adjective, .. } => names(types, *adjective),
            Node::Number => one(Some(self.lexicon.keys.number())),
            Node::Any | Node::Modifier | Node::Start | Node::End => Vec::new(),
            Node::Seq(nodes) => nodes.iter().flat_map(|n| self.needs(n, subject, object)).collect(),
            Node::Repeat { node, min, .. } if *min > 0 => self.needs(node, subject, object),
            Node::Repeat { .. } => Vec::new(),
            Node::Alt(nodes) => {
                // One clause from each branch, the rarest, and any of these will do.
                let mut either = Clause::new();
                for node in nodes {
                    let needs = self.needs(node, subject, object);
                    let Some(rarest) = needs.into_iter().min_by_key(|clause| self.frequency(clause)) else {
                        return Vec::new();
                    };
                    either.extend(rarest);
                }
                vec![either]
            }
        }
    }

    /// The key of a word or mark.
    fn word(&self, word: &str) -> Option<u32> {
        self.lexicon.vocabulary.number(word).and_then(|number| self.lexicon.keys.word(number))
    }

    /// The keys of the words and lists that a pattern cannot do without: neither optional ones nor
    /// alternatives.
    pub(crate) fn own(&self, node: &Node) -> BTreeSet<u32> {
        match node {
            Node::Word(word) => self.word(word).into_iter().collect(),
            Node::Inflected(forms) => forms.iter().filter_map(|form| self.word(form)).collect(),
            Node::List(name) => {
                self.lexicon.list(name).map(|list| self.lexicon.keys.list(list)).into_iter().collect()
            }
            Node::Seq(nodes) => nodes.iter().flat_map(|node| self.own(node)).collect(),
            Node::Repeat { node, min, .. } if *min > 0 => self.own(node),
            _ => BTreeSet::new(),
        }
    }

    /// A rough measure of how often a clause holds: names nearly always, punctuation and
    /// function words often, others seldom.
    pub(crate) fn frequency(&self, clause: &Clause) -> usize {
        let key = |&key: &u32| match key {
            key if key > self.lexicon.keys.number() => 1000,
            key if key < self.lexicon.keys.words && self.common.contains(&key) => 100,
            key if key < self.lexicon.keys.list(0) => 1,
            _ => 5,
        };
        clause.iter().map(key).sum()
    }
}

/// Words and marks that are in most sentences.
const COMMON: [&str; 34] = [
    "the", "a", "an", "of", "in", "and", "or", "to", "for", "by", "with", "on", "at", "from", "as", "that",
    "who", "which", "is", "was", "be", "been", "has", "had", "have", "his", "her", "its", "said", ",", "'s",
    "-", "(", ")",
];

/// The letters under which names of these types are spelled.
fn name_letters(types: &[EntityType], adjective: bool) -> impl Iterator<Item = u8> {
    types.iter().filter_map(|&t| type_letter(t)).map(move |letter| spelled_letter(letter, adjective))
}

/// Dates and adjectives ("Turkish") are words to a pattern that asks for any word.
const WORD_LIKE: [u8; 6] = [b'D', b'd', b'l', b'm', b'o', b'p'];
