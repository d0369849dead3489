//! Word lists, and the tagger that finds their entries in a sentence.
//!
//! An entry hides the shorter ones that it ends with, whatever list they are in: where a list has
//! "vice president", the "president" in it is not tagged, because the last word is what an
//! English noun phrase is about. "director of" hides nothing of "director".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Place, Result};
use crate::relation::scope::plain;
use crate::relation::words::{Lexeme, Vocabulary, inflections, lexemes};

/// A word list as written.
#[derive(Debug, Clone)]
pub(crate) struct List {
    /// Where it is defined.
    pub(crate) place: Place,
    /// Words, `word~` for every inflection, or `@list` for all entries of another list, by its name in the whole set.
    pub(crate) entries: Vec<String>,
}

/// All lists by their names in the whole set; see [`crate::relation::scope`].
pub(crate) type Lists = BTreeMap<String, List>;

/// Checks that every entry is a word, before any rule is compiled.
pub(crate) fn check(lists: &Lists) -> Result<()> {
    for (name, list) in lists {
        let is_no_word = |entry: &&String| !entry.starts_with('@') && rows(entry).is_empty();
        if let Some(entry) = list.entries.iter().find(is_no_word) {
            return Err(Error::config(
                list.place.clone(),
                format!("list `{}` has the entry \"{entry}\", which is no word", plain(name)),
                "Remove it",
            ));
        }
    }
    Ok(())
}

/// The entries of a list with those of the lists it includes, sorted, each once.
pub(crate) fn expand<'a>(lists: &'a Lists, name: &str) -> BTreeSet<&'a str> {
    let mut entries = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let Some((name, list)) = lists.get_key_value(name) else { continue };
        if !seen.insert(name.as_str()) {
            continue;
        }
        for entry in &list.entries {
            match entry.strip_prefix('@') {
                Some(other) => open.push(other),
                None => {
                    entries.insert(entry.as_str());
                }
            }
        }
    }
    entries
}

/// The rows of words that an entry stands for: several, if it asks for inflections. At most
/// `MOST_FORMS`.
fn rows(entry: &str) -> Vec<Vec<String>> {
    let mut rows = vec![Vec::new()];
    for part in entry.split_whitespace() {
        let forms: Vec<Vec<String>> = match part.strip_suffix('~').map(lexemes).as_deref() {
            Some([Lexeme::Word(word)]) => inflections(word).into_iter().map(|form| vec![form]).collect(),
            _ => {
                let word = |lexeme| match lexeme {
                    Lexeme::Word(word) | Lexeme::Punct(word) => word,
                };
                vec![lexemes(part).into_iter().map(word).collect()]
            }
        };
        rows = rows
            .iter()
            .flat_map(|row: &Vec<String>| forms.iter().map(|form| [row.as_slice(), form].concat()))
            .take(MOST_FORMS)
            .collect();
    }
    rows.retain(|row| !row.is_empty());
    rows
}

/// Rows of words that one entry may stand for.
const MOST_FORMS: usize = 200;

/// Finds the entries of lists in a row of words.
#[derive(Debug, Default)]
pub(crate) struct Tagger {
    nodes: Vec<TrieNode>,
    /// The lists that have an entry of several words.
    several_words: BTreeSet<u32>,
}

#[derive(Debug, Default)]
struct TrieNode {
    next: HashMap<u32, u32>,
    lists: BTreeSet<u32>,
}

impl Tagger {
    /// That of all lists, which are numbered in order.
    pub(crate) fn of(lists: &Lists, vocabulary: &mut Vocabulary) -> Self {
        let mut lists_of: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (number, name) in lists.keys().enumerate() {
            for entry in expand(lists, name) {
                lists_of.entry(entry).or_default().push(number as u32);
            }
        }
        let mut tagger = Tagger::default();
        for (entry, lists) in lists_of {
            tagger.add(entry, &lists, vocabulary);
        }
        tagger
    }

    /// Adds an entry of these lists.
    fn add(&mut self, entry: &str, lists: &[u32], vocabulary: &mut Vocabulary) {
        if self.nodes.is_empty() {
            self.nodes.push(TrieNode::default());
        }
        for row in rows(entry) {
            let mut at = 0;
            for word in &row {
                let new = self.nodes.len() as u32;
                let child = *self.nodes[at].next.entry(vocabulary.add(word)).or_insert(new);
                if child == new {
                    self.nodes.push(TrieNode::default());
                }
                at = child as usize;
            }
            self.nodes[at].lists.extend(lists);
            if row.len() > 1 {
                self.several_words.extend(lists);
            }
        }
    }

    /// Whether some entry of the list has several words.
    pub(crate) fn has_several_words(&self, list: u32) -> bool {
        self.several_words.contains(&list)
    }

    /// Calls `found(start, length, list)` for every entry that no longer one ends with. Words that
    /// have no number, and names, are in no entry.
    pub(crate) fn tag(&self, row: &[Option<u32>], mut found: impl FnMut(usize, usize, u32)) {
        let Some(root) = self.nodes.first() else { return };
        let mut entries: Vec<(usize, usize, &TrieNode)> = Vec::new();
        for start in 0..row.len() {
            let mut node = root;
            for (before, word) in row[start..].iter().enumerate() {
                let Some(&next) = word.as_ref().and_then(|word| node.next.get(word)) else { break };
                node = &self.nodes[next as usize];
                if !node.lists.is_empty() {
                    entries.push((start, before + 1, node));
                }
            }
        }
        // Where the longest entry that ends there starts.
        let mut longest: Vec<usize> = (0..=row.len()).collect();
        for &(start, length, _) in &entries {
            longest[start + length] = longest[start + length].min(start);
        }
        for (start, length, node) in entries {
            if longest[start + length] == start {
                for &list in &node.lists {
                    found(start, length, list);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> List {
        List { place: Place::file("x.toml"), entries: entries.iter().map(|e| (*e).to_owned()).collect() }
    }

    fn tags(lists: &Lists, text: &str) -> String {
        let mut vocabulary = Vocabulary::default();
        let tagger = Tagger::of(lists, &mut vocabulary);
        let row: Vec<Option<u32>> = text.split(' ').map(|word| vocabulary.number(word)).collect();
        let names: Vec<&String> = lists.keys().collect();
        let mut found = Vec::new();
        tagger.tag(&row, |start, length, list| {
            found.push(format!("{}:{start}+{length}", names[list as usize]))
        });
        found.join(" ")
    }

    #[test]
    fn an_entry_hides_those_it_ends_with() {
        let lists = Lists::from([
            ("deputy".into(), list(&["vice president", "deputy"])),
            ("leader".into(), list(&["president", "prime minister"])),
            ("maker".into(), list(&["president of"])),
            ("kill".into(), list(&["kill~", "shot dead", "slew"])),
            ("post".into(), list(&["@leader", "@deputy"])),
        ]);
        assert_eq!(tags(&lists, "the president"), "leader:1+1 post:1+1");
        assert_eq!(tags(&lists, "vice president"), "deputy:0+2 post:0+2");
        assert_eq!(tags(&lists, "president of"), "leader:0+1 post:0+1 maker:0+2");
        assert_eq!(tags(&lists, "prime"), "");
        assert_eq!(tags(&lists, "prime minister killing"), "leader:0+2 post:0+2 kill:2+1");
        assert_eq!(tags(&lists, "shot dead president"), "kill:0+2 leader:2+1 post:2+1");
    }

    #[test]
    fn a_list_that_includes_itself_is_no_loop() {
        let lists = Lists::from([("a".into(), list(&["@b", "x"])), ("b".into(), list(&["@a"]))]);
        assert!(check(&lists).is_ok());
    }
}
