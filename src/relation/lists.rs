//! Word lists, and the tagger that finds their entries in a sentence.
//!
//! The longest entry wins, whatever list it is in: in "vice president" the list that has "vice
//! president" is tagged, and the list that has "president" is not.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::error::{Error, Place, Result};
use crate::relation::words::{Lexeme, Vocabulary, lexemes, stem};

/// A word list as written.
#[derive(Debug, Clone)]
pub(crate) struct List {
    /// Where it is defined.
    pub(crate) place: Place,
    /// Words, `word~` for every inflection, or `@list` for all entries of another list.
    pub(crate) entries: Vec<String>,
}

/// All lists by name.
pub(crate) type Lists = BTreeMap<String, List>;

/// Checks that every entry means something, before any rule is compiled.
pub(crate) fn check(lists: &Lists) -> Result<()> {
    for name in lists.keys() {
        expand(lists, name)?;
    }
    Ok(())
}

/// The entries of a list with those of the lists it includes, sorted, each once.
pub(crate) fn expand<'a>(lists: &'a Lists, name: &str) -> Result<BTreeSet<&'a str>> {
    let mut entries = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let Some((name, list)) = lists.get_key_value(name) else { continue };
        if !seen.insert(name.as_str()) {
            continue;
        }
        for entry in &list.entries {
            if let Some(other) = entry.strip_prefix('@') {
                if !lists.contains_key(other) {
                    return Err(Error::config(
                        list.place.clone(),
                        format!("list `{name}` includes `{entry}`, and there is no such list"),
                        format!(
                            "Define `{other}` under [lists], or correct the name{}",
                            nearest(lists, other)
                        ),
                    ));
                }
                open.push(other);
            } else if steps(entry).is_empty() {
                return Err(Error::config(
                    list.place.clone(),
                    format!("list `{name}` has the entry \"{entry}\", which is no word"),
                    "Remove it",
                ));
            } else {
                entries.insert(entry.as_str());
            }
        }
    }
    Ok(entries)
}

/// " (did you mean ...?)" if a list of nearly that name exists.
pub(crate) fn nearest(lists: &Lists, name: &str) -> String {
    lists
        .keys()
        .find(|known| known.starts_with(name) || name.starts_with(known.as_str()))
        .map(|known| format!(" (did you mean `@{known}`?)"))
        .unwrap_or_default()
}

/// One word of an entry.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Word(String),
    Stem(String),
}

fn steps(entry: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in entry.split_whitespace() {
        match part.strip_suffix('~').map(lexemes).as_deref() {
            Some([Lexeme::Word(word)]) => steps.push(Step::Stem(stem(word))),
            _ => steps.extend(lexemes(part).into_iter().map(|lexeme| match lexeme {
                Lexeme::Word(word) | Lexeme::Punct(word) => Step::Word(word),
            })),
        }
    }
    steps
}

/// Finds the entries of lists in a row of words.
#[derive(Debug, Default)]
pub(crate) struct Tagger {
    nodes: Vec<TrieNode>,
    /// The lists that have an entry of several words.
    several_words: BTreeSet<u32>,
}

#[derive(Debug, Default)]
struct TrieNode {
    words: HashMap<u32, u32>,
    stems: HashMap<u32, u32>,
    lists: Vec<u32>,
}

/// The numbers of a word and of its stem, as far as they have one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Symbols {
    pub(crate) word: Option<u32>,
    pub(crate) stem: Option<u32>,
}

impl Tagger {
    /// Adds every entry of list number `list`.
    pub(crate) fn add(&mut self, list: u32, entries: &BTreeSet<&str>, vocabulary: &mut Vocabulary) {
        if self.nodes.is_empty() {
            self.nodes.push(TrieNode::default());
        }
        for entry in entries {
            let steps = steps(entry);
            let mut at = 0;
            for step in &steps {
                let next = self.nodes.len() as u32;
                let node = &mut self.nodes[at];
                let child = match step {
                    Step::Word(word) => *node.words.entry(vocabulary.add_word(word)).or_insert(next),
                    Step::Stem(stem) => *node.stems.entry(vocabulary.add_stem(stem)).or_insert(next),
                };
                if child == next {
                    self.nodes.push(TrieNode::default());
                }
                at = child as usize;
            }
            if !self.nodes[at].lists.contains(&list) {
                self.nodes[at].lists.push(list);
            }
            if steps.len() > 1 {
                self.several_words.insert(list);
            }
        }
    }

    /// Whether some entry of the list has several words.
    pub(crate) fn has_several_words(&self, list: u32) -> bool {
        self.several_words.contains(&list)
    }

    /// Calls `found(start, length, list)` for the longest entries, from left to right. Names
    /// (`None`) are in no entry.
    pub(crate) fn tag(&self, row: &[Option<Symbols>], mut found: impl FnMut(usize, usize, u32)) {
        if self.nodes.is_empty() {
            return;
        }
        let mut start = 0;
        // The ends that are open: pairs of trie node and words taken.
        let mut open: Vec<usize> = Vec::new();
        let mut next: Vec<usize> = Vec::new();
        let mut lists: Vec<u32> = Vec::new();
        while start < row.len() {
            open.clear();
            open.push(0);
            lists.clear();
            let mut length = 0;
            for (taken, symbols) in row[start..].iter().enumerate() {
                let Some(symbols) = symbols else { break };
                next.clear();
                for &at in &open {
                    let node = &self.nodes[at];
                    next.extend(symbols.word.and_then(|w| node.words.get(&w)).map(|&n| n as usize));
                    next.extend(symbols.stem.and_then(|s| node.stems.get(&s)).map(|&n| n as usize));
                }
                if next.is_empty() {
                    break;
                }
                if next.iter().any(|&n| !self.nodes[n].lists.is_empty()) {
                    length = taken + 1;
                    lists.clear();
                    lists.extend(next.iter().flat_map(|&n| self.nodes[n].lists.iter().copied()));
                }
                std::mem::swap(&mut open, &mut next);
            }
            lists.sort_unstable();
            lists.dedup();
            for &list in &lists {
                found(start, length, list);
            }
            start += length.max(1);
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
        let mut tagger = Tagger::default();
        for (i, name) in lists.keys().enumerate() {
            tagger.add(i as u32, &expand(lists, name).unwrap(), &mut vocabulary);
        }
        let row: Vec<Option<Symbols>> = text
            .split(' ')
            .map(|w| Some(Symbols { word: vocabulary.word(w), stem: vocabulary.stem_of(w) }))
            .collect();
        let names: Vec<&String> = lists.keys().collect();
        let mut found = Vec::new();
        tagger.tag(&row, |start, length, list| {
            found.push(format!("{}:{start}+{length}", names[list as usize]))
        });
        found.join(" ")
    }

    #[test]
    fn the_longest_entry_wins() {
        let lists = Lists::from([
            ("deputy".into(), list(&["vice president", "deputy"])),
            ("leader".into(), list(&["president", "prime minister"])),
            ("kill".into(), list(&["kill~", "shot dead", "slew"])),
            ("post".into(), list(&["@leader", "@deputy"])),
        ]);
        assert_eq!(tags(&lists, "the president"), "leader:1+1 post:1+1");
        assert_eq!(tags(&lists, "vice president"), "deputy:0+2 post:0+2");
        assert_eq!(tags(&lists, "prime"), "");
        assert_eq!(tags(&lists, "prime minister killing"), "leader:0+2 post:0+2 kill:2+1");
        assert_eq!(tags(&lists, "shot dead president"), "kill:0+2 leader:2+1 post:2+1");
    }

    #[test]
    fn an_unknown_list_is_named() {
        let lists = Lists::from([("a".into(), list(&["@leaders"])), ("leader".into(), list(&["x"]))]);
        let message = check(&lists).unwrap_err().to_string();
        assert!(message.contains("`@leaders`") && message.contains("x.toml"), "{message}");
        // A list that includes itself is no loop.
        let lists = Lists::from([("a".into(), list(&["@b", "x"])), ("b".into(), list(&["@a"]))]);
        assert!(check(&lists).is_ok());
    }
}
