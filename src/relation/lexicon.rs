//! The words and word lists of a rule set, numbered.

use std::collections::BTreeSet;

use crate::relation::RuleSet;
use crate::relation::keys::Keys;
use crate::relation::line::Spelling;
use crate::relation::lists::{self, Tagger};
use crate::relation::pattern::Node;
use crate::relation::scope::plain;
use crate::relation::words::{Vocabulary, fold};
use crate::text::{Span, words};

/// Punctuation that `^` and `$` look over.
pub(crate) const OPENING: [&str; 4] = ["\"", "'", "(", "—"];
pub(crate) const CLOSING: [&str; 7] = [".", "!", "?", "\"", "'", ")", ";"];

/// The list of function words, which `MOD` does not match.
pub(crate) const FUNCTION_WORDS: &str = "little";

/// The lists of what stands before the name of one person: "President Ana Ruiz, Bo Lee and Cy Marsh" is one
/// president and two others.
const TITLES: [&str; 4] = ["title", "leader", "minister", "post"];

/// The numbered words and word lists of a rule set.
#[derive(Debug)]
pub(crate) struct Lexicon {
    pub(crate) vocabulary: Vocabulary,
    /// Finds entries of the word lists.
    pub(crate) tagger: Tagger,
    pub(crate) keys: Keys,
    pub(crate) spelling: Spelling,
    /// Finds the cues of denial, doubt and source.
    pub(crate) cue_tagger: Tagger,
    pub(crate) cue_names: Vec<String>,
    /// The names of the word lists by number, which are in order.
    list_names: Vec<String>,
    /// The lists whose entries are looked for inside names.
    held: BTreeSet<u32>,
    /// The lists named in [`TITLES`].
    titles: BTreeSet<u32>,
}

impl Lexicon {
    /// That of a rule set.
    pub(crate) fn of(set: &RuleSet) -> Self {
        let mut vocabulary = Vocabulary::default();
        for mark in OPENING.iter().chain(&CLOSING) {
            vocabulary.add(mark);
        }
        let patterns = || set.rules().iter().flat_map(|rule| rule.patterns.iter().chain(&rule.unless));
        for pattern in patterns() {
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
        // What is only in lists comes after the words of patterns, and is not spelled.
        let keys = Keys { words: vocabulary.len() as u32, lists: set.lists.len() as u32 };
        let tagger = Tagger::of(&set.lists, &mut vocabulary);
        let cue_tagger = Tagger::of(&set.cues, &mut vocabulary);
        let mut function_words = vec![false; vocabulary.len()];
        for word in lists::expand(&set.lists, FUNCTION_WORDS) {
            if let Some(number) = vocabulary.number(word) {
                function_words[number as usize] = true;
            }
        }
        let mut lexicon = Lexicon {
            vocabulary,
            tagger,
            keys,
            spelling: Spelling { words: keys.words, function_words },
            cue_tagger,
            cue_names: set.cues.keys().cloned().collect(),
            list_names: set.lists.keys().cloned().collect(),
            held: BTreeSet::new(),
            titles: BTreeSet::new(),
        };
        let held = patterns().flat_map(|pattern| pattern.node.held_lists());
        lexicon.held = held.filter_map(|name| lexicon.list(name)).collect();
        lexicon.titles = TITLES.iter().filter_map(|name| lexicon.list(name)).collect();
        lexicon
    }

    /// The number of a list.
    pub(crate) fn list(&self, name: &str) -> Option<u32> {
        let number = self.list_names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        Some(number as u32)
    }

    /// The name of a list as rule files write it.
    pub(crate) fn list_name(&self, list: u32) -> &str {
        self.list_names.get(list as usize).map(|key| plain(key)).unwrap_or_default()
    }

    /// The lists of which a name holds an entry, among those that a pattern asks for.
    pub(crate) fn lists_in(&self, name: &str) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        if !self.held.is_empty() {
            let spans = words(name, Span::new(0, name.len()));
            let row: Vec<_> = spans.iter().map(|w| self.vocabulary.number(&fold(w.of(name)))).collect();
            self.tagger.tag(&row, |_, _, list| {
                if self.held.contains(&list) {
                    found.insert(list);
                }
            });
        }
        found
    }

    /// Whether a list is one of titles in the singular.
    pub(crate) fn is_of_titles(&self, list: u32) -> bool {
        self.titles.contains(&list)
    }
}
