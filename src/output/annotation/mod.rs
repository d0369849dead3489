//! Extractions as labels to correct, in the formats of annotation tools. [`crate::eval::gold`] reads what
//! comes back.
//!
//! Offsets are Unicode code points, end exclusive: doccano, Label Studio (since 1.4, of 2021) and brat count
//! so, too. Browsers and these tools do not agree on what a carriage return is, so there every one is written as
//! a blank, which leaves all offsets as they are. A relation that the text denies is left out, because none
//! of the three could say so; only our own tables have a column for it.
//!
//! # Example
//!
//! ```
//! use triplewire::entity::Names;
//! use triplewire::eval::gold;
//! use triplewire::output::annotation::{Annotations, Tool};
//! use triplewire::pipeline::Extraction;
//! use triplewire::relation::{Bracketed, Predicates};
//! use triplewire::text::Article;
//!
//! // What a pipeline delivers; here of names that are known, without relations.
//! let read = Bracketed::text("[PER Ana Ruiz] leads [ORG Acme].");
//! let found = Extraction {
//!     article: Article { id: "a".into(), text: read.text, ..Article::default() },
//!     sentences: read.sentences,
//!     syntax: Vec::new(),
//!     names: Names { mentions: read.mentions, entities: read.entities, ..Names::default() },
//!     relations: Vec::new(),
//!     left_out: 0,
//! };
//! let folder = tempfile::tempdir()?;
//! let mut labels =
//!     Annotations::create(&folder.path().join("labels"), Tool::Doccano, [], Predicates::built_in())?;
//! labels.add(&found)?;
//! let (files, written) = labels.finish()?;
//! assert_eq!((written.articles, written.mentions), (1, 2));
//!
//! // When somebody has corrected them:
//! let gold = gold::read(&files[0], &[])?;
//! assert_eq!(gold.documents[0].labels.mentions.len(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod brat;
mod doccano;
mod file_name;
mod label_studio;
mod labelled;
mod tables;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::output::file::{check_folder, create_folder};
use crate::pipeline::Extraction;
use crate::relation::Predicates;
use crate::text::Article;

use labelled::{Labelled, Writer};

pub(crate) use file_name::{article_id, flat_name};

/// The tool that labels are written for.
///
/// See the [example](crate::output::annotation#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tool {
    /// doccano: JSON Lines with entities and relations.
    Doccano,
    /// Label Studio: tasks with predictions, and the labelling configuration.
    LabelStudio,
    /// brat: a `.txt` and an `.ann` file for each article, and `annotation.conf`.
    Brat,
    /// A spreadsheet: our `mentions.csv` and `relations.csv`, with the texts beside them.
    Csv,
}

/// A folder of labels to correct.
///
/// [`Annotations::create`] opens it, [`Annotations::add`] takes extractions in order,
/// [`Annotations::finish`] completes it. No file ever appears half-written.
///
/// See the [example](crate::output::annotation#example).
pub struct Annotations {
    writer: Box<dyn Writer>,
    written: Written,
}

/// How much was written.
///
/// See the [example](crate::output::annotation#example).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Articles, those without any name included.
    pub articles: u64,
    /// Names.
    pub mentions: u64,
    /// Relations.
    pub relations: u64,
    /// Relations that were left out because the text denies them.
    pub denied: u64,
}

impl Annotations {
    /// Whether labels can be written to a folder.
    ///
    /// # Errors
    /// As of [`Self::create`].
    pub fn check(folder: &Path) -> Result<()> {
        check_folder(folder)?;
        let names = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
        match names.into_iter().find(|name| !name.to_string_lossy().starts_with('.')) {
            Some(name) => Err(Error::Usage(format!(
                "{}: not empty (there is {}), and labels that were corrected by hand must not be lost. Choose a new \
                 folder with --out",
                folder.display(),
                name.to_string_lossy()
            ))),
            None => Ok(()),
        }
    }

    /// Opens `folder`, creating it if needed, for labels of `types` (what may be chosen besides the types
    /// that rules and alias tables use) and `predicates`.
    ///
    /// # Errors
    /// If the folder cannot be written, or if there is anything in it: it could be labels that
    /// somebody has corrected by hand.
    pub fn create(
        folder: &Path,
        tool: Tool,
        types: impl IntoIterator<Item = EntityType>,
        predicates: &Predicates,
    ) -> Result<Self> {
        Self::check(folder)?;
        create_folder(folder)?;
        let mut all = BTreeSet::from([
            EntityType::Per,
            EntityType::Org,
            EntityType::Loc,
            EntityType::Misc,
            EntityType::Date,
        ]);
        all.extend(types);
        let writer: Box<dyn Writer> = match tool {
            Tool::Doccano => Box::new(doccano::Doccano::create(folder)?),
            Tool::LabelStudio => Box::new(label_studio::LabelStudio::create(folder, &all, predicates)?),
            Tool::Brat => Box::new(brat::Brat::create(folder, &all, predicates)?),
            Tool::Csv => Box::new(tables::Tables::create(folder)?),
        };
        Ok(Annotations { writer, written: Written::default() })
    }

    /// Writes the labels of one article.
    ///
    /// # Errors
    /// If the disk is full or the folder has gone.
    pub fn add(&mut self, extraction: &Extraction) -> Result<()> {
        let plain = without_byte_order_mark(extraction);
        let article = Labelled::of(&plain);
        let left_out = self.writer.add(&article)?;
        self.written.articles += 1;
        self.written.mentions += extraction.names.mentions.len() as u64;
        self.written.relations += article.relations.len() as u64 - left_out;
        self.written.denied += left_out;
        Ok(())
    }

    /// Completes the folder. Returns the paths of the files to open (for brat, the folder), and how much is
    /// in them.
    ///
    /// # Errors
    /// If a file cannot be written or renamed.
    pub fn finish(self) -> Result<(Vec<PathBuf>, Written)> {
        Ok((self.writer.finish()?, self.written))
    }
}

/// The extraction with a text that may begin a file: a mark of byte order that is part of it would be taken for
/// the file's. The word joiner in its place is its successor as an invisible character, and as long.
fn without_byte_order_mark(extraction: &Extraction) -> Cow<'_, Extraction> {
    match extraction.article.text.strip_prefix('\u{feff}') {
        Some(rest) => {
            let text = format!("\u{2060}{rest}");
            let article = Article { text, ..extraction.article.clone() };
            Cow::Owned(Extraction { article, ..extraction.clone() })
        }
        None => Cow::Borrowed(extraction),
    }
}
