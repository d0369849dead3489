//! What `extract`, `label` and `parse` read.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::input;

/// Which articles to read: the arguments that `extract`, `label` and `parse` share.
#[derive(Debug, clap::Args)]
pub(crate) struct Inputs {
    /// Text files, .html, .csv/.tsv, .jsonl/.ndjson, .warc (also .gz and .zst), .parquet, folders, or -
    /// for JSONL on standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the id of an article
    #[arg(long, value_name = "C")]
    id_column: Option<String>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the text of an article
    #[arg(long, value_name = "C")]
    text_column: Option<String>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the date on which an article was published
    #[arg(long, value_name = "C")]
    date_column: Option<String>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the headline of an article
    #[arg(long, value_name = "C")]
    title_column: Option<String>,
    /// Column (CSV, Parquet) or key (JSONL) that holds the publisher of an article
    #[arg(long, value_name = "C")]
    source_column: Option<String>,
}

impl Inputs {
    /// Opens the articles; `dealt` as in [`input::Options::dealt`]. What is in `out`, the folder that is written
    /// to, is none of them.
    pub(crate) fn open(&self, out: Option<&Path>, dealt: bool) -> Result<input::Articles> {
        let options = input::Options {
            id_column: self.id_column.clone(),
            text_column: self.text_column.clone(),
            date_column: self.date_column.clone(),
            title_column: self.title_column.clone(),
            source_column: self.source_column.clone(),
            dealt,
            pass_over: out.into_iter().map(Path::to_owned).collect(),
        };
        input::open(&self.inputs, options)
    }

    /// Which columns were named.
    pub(crate) fn columns(&self) -> [(&'static str, String); 5] {
        let named = |column: &Option<String>| column.clone().unwrap_or("not given".to_owned());
        [
            ("--id-column", named(&self.id_column)),
            ("--text-column", named(&self.text_column)),
            ("--date-column", named(&self.date_column)),
            ("--title-column", named(&self.title_column)),
            ("--source-column", named(&self.source_column)),
        ]
    }

    /// Takes those out that `is_other` names.
    pub(crate) fn split_off(&mut self, is_other: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        self.inputs.extract_if(.., |path| is_other(path)).collect()
    }

    /// Whether nothing is left to read.
    pub(crate) fn are_none(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Whether there is nothing but standard input.
    pub(crate) fn are_standard_input(&self) -> bool {
        self.inputs == [Path::new("-")]
    }
}
