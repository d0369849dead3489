//! Relations judged one by one: for each a person has said whether the text states it.
//!
//! Hand labels say what a text holds; judgements say only whether what was found is right, and so give
//! precision where not everything is labelled. They are about one output. Of a later one they count as
//! far as it has the same relations: see [`Judgements::still_in`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::error::{Error, Problem, Result};
use crate::eval::gold::rows;
use crate::eval::report::{TextTable, pc};

/// What identifies a relation in `relations.csv`. Offsets are code points of the article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Key {
    article: String,
    subject_start: u64,
    subject_end: u64,
    predicate: String,
    object_start: u64,
    object_end: u64,
    #[serde(deserialize_with = "in_small_letters")]
    negated: String,
    #[serde(deserialize_with = "in_small_letters")]
    certainty: String,
}

const KEY: [&str; 8] = [
    "article",
    "subject_start",
    "subject_end",
    "predicate",
    "object_start",
    "object_end",
    "negated",
    "certainty",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    Right,
    Wrong,
    Unsure,
}

/// A row of the judgements. (That it repeats the key's columns is because the csv crate guesses the types of
/// flattened ones, and would read an article named `12` as a number.)
#[derive(Debug, Clone, Deserialize)]
struct Row {
    article: String,
    subject_start: u64,
    subject_end: u64,
    predicate: String,
    object_start: u64,
    object_end: u64,
    #[serde(deserialize_with = "in_small_letters")]
    negated: String,
    #[serde(deserialize_with = "in_small_letters")]
    certainty: String,
    source: String,
    rule: String,
    judgement: Verdict,
}

/// Spreadsheets write FALSE.
fn in_small_letters<'de, D: Deserializer<'de>>(value: D) -> std::result::Result<String, D::Error> {
    Ok(String::deserialize(value)?.trim().to_lowercase())
}

impl Row {
    fn key(&self) -> Key {
        Key {
            article: self.article.clone(),
            subject_start: self.subject_start,
            subject_end: self.subject_end,
            predicate: self.predicate.clone(),
            object_start: self.object_start,
            object_end: self.object_end,
            negated: self.negated.clone(),
            certainty: self.certainty.clone(),
        }
    }
}

/// How many relations were judged how.
///
/// [`Judgements`] has an example.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// The text tells it.
    pub right: u64,
    /// It does not.
    pub wrong: u64,
    /// Who judged could not tell.
    pub unsure: u64,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Right => &mut self.right,
            Verdict::Wrong => &mut self.wrong,
            Verdict::Unsure => &mut self.unsure,
        } += 1;
    }

    /// The share that is right, with what is unsure counted as wrong; `None` if nothing was judged.
    pub fn precision(&self) -> Option<f64> {
        let all = self.right + self.wrong + self.unsure;
        (all > 0).then(|| self.right as f64 / all as f64)
    }

    /// Wilson's 95 % interval of the precision, which holds for few judgements, too.
    pub fn interval(&self) -> Option<(f64, f64)> {
        const Z: f64 = 1.959_964;
        let p = self.precision()?;
        let n = (self.right + self.wrong + self.unsure) as f64;
        let middle = p + Z * Z / (2.0 * n);
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        Some(((middle - half).max(0.0) / scale, ((middle + half) / scale).min(1.0)))
    }
}

/// A file of judgements.
///
/// ```
/// use triplewire::eval::Judgements;
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("judged.csv");
/// let table = "article,subject_start,subject_end,predicate,object_start,object_end,negated,certainty,\
///              source,rule,judgement\n\
///              a,0,8,leads,15,19,false,stated,Daily,leads/heads-runs-rules,right\n\
///              b,4,9,leads,20,24,false,stated,Daily,leads/heads-runs-rules,wrong\n";
/// std::fs::write(&file, table)?;
/// let judged = Judgements::read(&file, &mut Vec::new())?;
/// assert_eq!(judged.by_source()["Daily"].precision(), Some(0.5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Judgements {
    rows: Vec<Row>,
    /// Judged relations that an output no longer has.
    gone: u64,
}

impl Judgements {
    /// Reads a table with the columns `source`, `rule`, `judgement` (`right`, `wrong` or `unsure`) and those of
    /// `relations.csv` that identify a relation. Rows that cannot be read are reported.
    ///
    /// # Errors
    /// If the file cannot be read, lacks a column or has no row.
    pub fn read(path: &Path, problems: &mut Vec<Problem>) -> Result<Self> {
        let needed: Vec<&str> = KEY.into_iter().chain(["source", "rule", "judgement"]).collect();
        let (by_article, _) = rows(path, &needed, problems, |row: &Row| row.article.clone())?;
        let rows: Vec<Row> = by_article.into_values().flatten().map(|(_, row)| row).collect();
        if rows.is_empty() {
            return Err(Error::Usage(format!("{}: there are no judgements in it", path.display())));
        }
        Ok(Judgements { rows, gone: 0 })
    }

    /// Leaves out what the outputs of `extract` in these folders no longer have: the relation itself, or its
    /// `negated` or `certainty`.
    ///
    /// # Errors
    /// If a `relations.csv` cannot be read or lacks a column.
    pub fn still_in(mut self, folders: &[impl AsRef<Path>], problems: &mut Vec<Problem>) -> Result<Self> {
        let mut present: BTreeSet<Key> = BTreeSet::new();
        for folder in folders {
            let path = folder.as_ref().join("relations.csv");
            let (by_article, _) = rows(&path, &KEY, problems, |key: &Key| key.article.clone())?;
            present.extend(by_article.into_values().flatten().map(|(_, key)| key));
        }
        let before = self.rows.len();
        self.rows.retain(|row| present.contains(&row.key()));
        self.gone += (before - self.rows.len()) as u64;
        Ok(self)
    }

    /// How many judged relations the outputs no longer have.
    pub fn gone(&self) -> u64 {
        self.gone
    }

    /// All judgements.
    pub fn all(&self) -> Tally {
        self.by(|_| "").remove("").unwrap_or_default()
    }

    /// By source of the articles.
    pub fn by_source(&self) -> BTreeMap<&str, Tally> {
        self.by(|row| &row.source)
    }

    /// By the rule that found the relation when it was judged.
    pub fn by_rule(&self) -> BTreeMap<&str, Tally> {
        self.by(|row| &row.rule)
    }

    fn by<'a>(&'a self, name: impl Fn(&'a Row) -> &'a str) -> BTreeMap<&'a str, Tally> {
        let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
        for row in &self.rows {
            tallies.entry(name(row)).or_default().add(row.judgement);
        }
        tallies
    }

    /// Tables for people.
    pub fn text(&self) -> String {
        let header =
            |first| TextTable::new(&[first, "precision", "95 % interval", "right", "wrong", "unsure"]);
        let row = |name: &str, tally: Tally| {
            let interval = tally.interval().map(|(low, high)| (pc(Some(low)), pc(Some(high))));
            let interval = interval.map_or("-".to_owned(), |(low, high)| format!("{low}-{high}"));
            let counts = [tally.right, tally.wrong, tally.unsure].map(|n| n.to_string());
            [name.to_owned(), pc(tally.precision()), interval].into_iter().chain(counts)
        };
        let mut sources = header("source");
        self.by_source().into_iter().for_each(|(name, tally)| sources.row(row(name, tally)));
        sources.row(row("all", self.all()));
        let mut rules = header("rule");
        self.by_rule().into_iter().for_each(|(name, tally)| rules.row(row(name, tally)));
        let gone = match self.gone {
            0 => String::new(),
            gone => format!("{gone} judged relations are no longer in the output and are left out.\n"),
        };
        format!(
            "Judged relations (%); what is unsure counts as wrong\n{}{gone}\nBy rule (%)\n{}",
            sources.finish(),
            rules.finish()
        )
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let tally = |tally: Tally| {
            json!({
                "precision": tally.precision(),
                "interval": tally.interval().map(|(low, high)| [low, high]),
                "right": tally.right,
                "wrong": tally.wrong,
                "unsure": tally.unsure,
            })
        };
        let all = |tallies: BTreeMap<&str, Tally>| -> Value {
            tallies
                .into_iter()
                .map(|(name, t)| (name.to_owned(), tally(t)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        json!({
            "all": tally(self.all()),
            "by_source": all(self.by_source()),
            "by_rule": all(self.by_rule()),
            "gone": self.gone,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_wilson() {
        // Computed with SciPy: binomtest(right, all).proportion_ci(method="wilson").
        let table = [
            ((8, 2, 0), (0.490_162, 0.943_318)),
            ((0, 1, 0), (0.0, 0.793_451)),
            ((80, 15, 5), (0.711_170, 0.866_633)),
        ];
        for ((right, wrong, unsure), expected) in table {
            let (low, high) = Tally { right, wrong, unsure }.interval().unwrap();
            assert!((low - expected.0).abs() < 1e-5 && (high - expected.1).abs() < 1e-5, "{low} {high}");
        }
        assert_eq!(Tally::default().interval(), None);
    }
}
