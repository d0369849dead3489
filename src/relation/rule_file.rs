//! Reads rule files: their text to rules and word lists, every mistake with its line and its remedy.

mod names;
mod rules;
mod source;

use std::ops::Range;
use std::path::Path;

use crate::error::{Error, Place, Result, words};
use crate::relation::pattern;
use source::FileSource;

/// A rule file while it is read.
pub(super) struct RuleFile<'a> {
    path: &'a Path,
    text: &'a str,
    /// Its number among all files of the set.
    number: usize,
    /// Where its lines begin.
    lines: Vec<usize>,
}

impl<'a> RuleFile<'a> {
    pub(super) fn new(path: &'a Path, text: &'a str, number: usize) -> Self {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        RuleFile { path, text, number, lines }
    }

    /// What stands in it.
    pub(super) fn parse(&self) -> Result<FileSource> {
        toml::from_str(self.text).map_err(|error| self.syntax_error(&error))
    }

    /// The line of an offset.
    pub(super) fn place(&self, offset: usize) -> Place {
        Place::line(self.path, self.lines.partition_point(|&line| line <= offset).max(1) as u64)
    }

    /// "rule `x`: " for the rule around an offset.
    fn rule_around(&self, offset: usize) -> String {
        let line = usize::try_from(self.place(offset).line.unwrap_or(1)).unwrap_or(1);
        let lines: Vec<&str> = self.text.lines().collect();
        let start = lines[..line.min(lines.len())].iter().rposition(|l| l.trim_start().starts_with('['));
        let Some(start) = start.filter(|&i| lines[i].trim() == "[[rule]]") else { return String::new() };
        lines[start + 1..]
            .iter()
            .take_while(|l| !l.trim_start().starts_with("[["))
            .find_map(|l| l.trim().strip_prefix("id")?.trim_start().strip_prefix('='))
            .map(|id| {
                format!("rule `{}`: ", id.split('#').next().unwrap_or("").trim().trim_matches(['"', '\'']))
            })
            .unwrap_or_default()
    }

    /// A mistake that TOML finds, or a key that does not exist.
    fn syntax_error(&self, error: &toml::de::Error) -> Error {
        let message = error.message();
        let (place, rule) = match error.span() {
            Some(span) => (self.place(span.start), self.rule_around(span.start)),
            None => (Place::file(self.path), String::new()),
        };
        let remedy = if message.contains("unknown field") {
            "Correct the key; rules have id, pattern, unless, subject, object, score, granted, punctuated, yes and no"
        } else if message.contains("missing field") {
            "Add it: every rule needs id, pattern, score and examples"
        } else {
            "Correct the TOML: texts stand in quotes, lists in [ ], each rule starts with [[rule]]"
        };
        Error::config(place, format!("{rule}{}", words::toml(error)), remedy)
    }

    /// That `name` can name a list or phrase.
    fn check_name(&self, name: &str, of: &str, place: &Place) -> Result<()> {
        if pattern::valid_list_name(name) {
            return Ok(());
        }
        let remedy = "Use small letters, digits, _ and -";
        Err(Error::config(place.clone(), format!("`{name}` cannot name {of}"), remedy))
    }

    /// A mistake in a rule.
    fn wrong(&self, id: &str, span: Range<usize>, problem: String, remedy: String) -> Error {
        Error::config(self.place(span.start), format!("rule `{id}`: {problem}"), remedy)
    }
}

/// With a capital at the start.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
