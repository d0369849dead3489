//! The inputs of `extract`, `label` and `parse`.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::error::Result;
use crate::input;

/// Which articles to read: the arguments that `extract`, `label` and `parse` share.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Inputs {
    /// Text files, .html, .csv/.tsv, .json, .jsonl/.ndjson, .eml, .mbox, .warc (also .gz and .zst), .docx,
    /// .pdf, .xlsx/.xls/.ods, .parquet, folders, or - for JSONL on standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Column (table, sheet) or key (JSON) that holds the id of an article
    #[arg(long, value_name = "C")]
    id_column: Option<String>,
    /// Column (table, sheet) or key (JSON) that holds the text of an article
    #[arg(long, value_name = "C")]
    text_column: Option<String>,
    /// Column (table, sheet) or key (JSON) that holds the date on which an article was published
    #[arg(long, value_name = "C")]
    date_column: Option<String>,
    /// Column (table, sheet) or key (JSON) that holds the headline of an article
    #[arg(long, value_name = "C")]
    title_column: Option<String>,
    /// Column (table, sheet) or key (JSON) that holds the publisher of an article
    #[arg(long, value_name = "C")]
    source_column: Option<String>,
    /// Sheet of a spreadsheet that holds the articles [default: the first with a text column]
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
}

impl Inputs {
    /// Opens the articles; `dealt` as in [`input::Options::dealt`]. Files in the output folder `out` are skipped.
    pub(crate) fn open(&self, out: Option<&Path>, dealt: bool) -> Result<input::Articles> {
        let pass_over = out.into_iter().map(Path::to_owned).collect();
        input::open(&self.inputs, input::Options { dealt, pass_over, ..self.options() })
    }

    /// The options of the reader.
    pub(crate) fn options(&self) -> input::Options {
        input::Options {
            id_column: self.id_column.clone(),
            text_column: self.text_column.clone(),
            date_column: self.date_column.clone(),
            title_column: self.title_column.clone(),
            source_column: self.source_column.clone(),
            sheet: self.sheet.clone(),
            ..input::Options::default()
        }
    }

    /// The columns and the sheet that were named.
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&'static str, String)> {
        let named = |column: &Option<String>| column.clone().unwrap_or("not given".to_owned());
        [
            ("--id-column", named(&self.id_column)),
            ("--text-column", named(&self.text_column)),
            ("--date-column", named(&self.date_column)),
            ("--title-column", named(&self.title_column)),
            ("--source-column", named(&self.source_column)),
        ]
        .into_iter()
        // Older results do not say.
        .chain(self.sheet.clone().map(|sheet| ("--sheet", sheet)))
    }

    /// The inputs as given, and a hash of their absolute paths, which tells inputs of one name apart.
    pub(crate) fn named(&self) -> [(&'static str, String); 2] {
        let names: Vec<String> = self.inputs.iter().map(|it| it.display().to_string()).collect();
        let mut places = Sha256::new();
        for input in &self.inputs {
            let place = input.canonicalize().unwrap_or_else(|_| input.clone());
            places.update(place.as_os_str().as_encoded_bytes());
            places.update([0]);
        }
        let places = base16ct::lower::encode_string(&places.finalize()[..8]);
        [("the inputs", names.join(" ")), ("the place of the inputs", places)]
    }

    /// Removes the inputs for which `is_other` holds.
    pub(crate) fn split_off(&mut self, is_other: impl Fn(&Path) -> bool) -> Vec<PathBuf> {
        self.inputs.extract_if(.., |path| is_other(path)).collect()
    }

    /// Whether nothing is left to read.
    pub(crate) fn are_none(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Whether standard input is among them.
    pub(crate) fn have_standard_input(&self) -> bool {
        self.inputs.iter().any(|input| input == Path::new("-"))
    }

    /// Whether there is nothing but standard input.
    pub(crate) fn are_standard_input(&self) -> bool {
        self.inputs == [Path::new("-")]
    }
}
