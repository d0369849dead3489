//! The summary at the end of a run.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use crate::output::{Connected, Run};
use crate::text::counted;

/// The summary of a run, for people.
pub(crate) struct Summary<'a> {
    pub(crate) run: &'a Run,
    pub(crate) connected: &'a [Connected],
    pub(crate) files: &'a [PathBuf],
}

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Run { counts, seconds, engine, precision, engine_reason, skipped, .. } = self.run;
        let rate = counts.articles as f64 / seconds.extraction.max(1e-9);
        writeln!(
            f,
            "{} in {:.1} s ({rate:.1} articles/s)\nEngine {engine}, {precision}: {engine_reason}",
            counted(counts.articles, "articles"),
            seconds.extraction
        )?;
        if counts.duplicates > 0 {
            writeln!(
                f,
                "{} of them tell a story again and do not count in entities, triples and cooccurrences \
                 (duplicates lists them; --keep-duplicates counts them)",
                counts.duplicates
            )?;
        }
        writeln!(f, "\nMentions by type ({})", counted(counts.entities, "entities"))?;
        table(f, &counts.mentions)?;
        writeln!(f, "\nRelations by predicate ({})", counted(counts.triples, "distinct triples"))?;
        table(f, &counts.relations)?;
        if counts.left_out > 0 {
            writeln!(
                f,
                "  {:>7}  left out: the second reader thinks them wrong (--min-score 0 keeps them)",
                counts.left_out
            )?;
        }
        if !self.connected.is_empty() {
            writeln!(f, "\nMost connected entities")?;
            for entity in self.connected {
                writeln!(f, "  {:>7}  {} ({})", entity.neighbours, entity.name, entity.entity_type)?;
            }
        }
        if !skipped.is_empty() {
            writeln!(f, "\nSkipped inputs: {} (run.json names each)", skipped.len())?;
        }
        writeln!(f, "\nFiles")?;
        self.files.iter().try_for_each(|file| writeln!(f, "  {}", file.display()))
    }
}

/// Most frequent first.
fn table(f: &mut fmt::Formatter<'_>, counts: &BTreeMap<String, u64>) -> fmt::Result {
    let mut rows: Vec<(&str, u64)> = counts.iter().map(|(name, &count)| (name.as_str(), count)).collect();
    rows.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    if rows.is_empty() {
        writeln!(f, "  none")?;
    }
    rows.into_iter().try_for_each(|(name, count)| writeln!(f, "  {count:>7}  {name}"))
}
