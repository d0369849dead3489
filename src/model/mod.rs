//! A transformer that finds names and syntax: folder, tokenizer, windows, engine, decoding.
//!
//! [`Model::open`] reads a folder, [`Model::windows`] turns an article's sentences into token
//! windows, [`Model::score`] runs a batch of windows of any articles, [`Model::decode`] turns the
//! scores of one article's windows into mentions, [`Model::syntax`] into scores of words and arcs.
//! Batching and parallelism belong to [`crate::pipeline`].
//!
//! # Example
//!
//! [`Model`] finds the names of a text. What labels and models are called:
//!
//! ```
//! use triplewire::model::{HubModel, Label, LabelPrefix};
//! use triplewire::text::EntityType;
//!
//! assert_eq!(Label::parse("B-PER"), Label::Mention(LabelPrefix::Begin, EntityType::Per));
//! assert_eq!(Label::parse("O"), Label::Outside);
//! let model = HubModel::new("dslim/bert-base-NER", None)?;
//! assert_eq!(model.folder_name(), "dslim--bert-base-NER");
//! # Ok::<(), triplewire::Error>(())
//! ```
//!
//! A model of the hub, and what an engine says of a text before it is decoded:
//!
//! ```no_run
//! use triplewire::model::{Batch, EngineChoice, HubModel, Model, Step, Window, at_hand, find, pull};
//! use triplewire::text::sentences;
//!
//! let wanted = HubModel::new("dslim/bert-base-NER", None)?;
//! let pulled = pull(&wanted, &mut |step: Step| println!("{}: {} of {}", step.file, step.done, step.total))?;
//! println!("{} files in {}", pulled.files, pulled.folder.display());
//! println!("{} models are at hand", at_hand().len());
//!
//! // The bundled one.
//! let model = Model::open(&find(None)?, EngineChoice::Rten, 1)?;
//! println!("{} by {}", model.folder().name, model.engine().kind().name());
//! let text = "Ana Ruiz leads Acme.";
//! let windows = model.windows(text, &sentences(text));
//! let batch = Batch::of(&windows.iter().collect::<Vec<&Window>>(), model.folder().pad_id());
//! let scores = model.engine().label_scores(&batch)?;
//! println!("{} scores for the first token", scores.token(0, 0).len());
//! # Ok::<(), triplewire::Error>(())
//! ```

mod choice;
mod decode;
mod engine;
mod engine_kind;
mod find;
mod folder;
mod hub;
mod int8;
mod labels;
mod onnx;
mod outputs;
#[cfg(test)]
mod reference;
mod rten;
#[cfg(feature = "rust-bert")]
mod rust_bert;
mod syntax;
mod window;

use std::path::Path;

use crate::error::Result;
use crate::text::Span;
use crate::timings::{Stage, measure};

use choice::Chosen;
use decode::Decoder;
use window::Packer;

pub use choice::EngineChoice;
pub use engine::{Batch, Engine, Scores};
pub use engine_kind::EngineKind;
pub use find::{at_hand, find, look_in, places};
pub use folder::{LabelledPieces, ModelFolder, TokenTypes};
pub use hub::{HubModel, Pulled, Step, pull};
pub use labels::{Label, LabelPrefix};
pub use outputs::{Outputs, SyntaxOutputs};
#[cfg(test)]
pub(crate) use syntax::MadeUp;
pub use syntax::SyntaxScores;
pub use window::Window;

pub use crate::text::RawMention;

/// What the model says about one window.
///
/// [`Model`] has an example.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowScores {
    /// Of the labels of names: one row, without padding.
    names: Scores,
    /// Of words and arcs, by sentence; empty if the model knows no syntax.
    syntax: Vec<syntax::Part>,
}

/// A token-classification model, ready to run.
///
/// ```no_run
/// use std::path::Path;
///
/// use triplewire::model::{EngineChoice, Model, Window};
/// use triplewire::text::sentences;
///
/// let model = Model::open(Path::new("models/newswire"), EngineChoice::Auto, 1)?;
/// let text = "Ana Ruiz, the president of Acme, was born in Lisbon.";
/// let windows = model.windows(text, &sentences(text));
/// let scores = model.score(&windows.iter().collect::<Vec<&Window>>())?;
/// for mention in model.decode(text, &windows, &scores) {
///     println!("{} {} {}", mention.span.of(text), mention.entity_type, mention.score);
/// }
/// # Ok::<(), triplewire::Error>(())
/// ```
pub struct Model {
    folder: ModelFolder,
    packer: Packer,
    decoder: Decoder,
    engine: Chosen,
}

impl Model {
    /// Opens a model folder with the chosen engine for `workers` threads at once.
    ///
    /// # Errors
    /// If the folder lacks a file, its files do not fit each other, or the engine is not built in.
    pub fn open(path: &Path, choice: EngineChoice, workers: usize) -> Result<Self> {
        let folder = ModelFolder::open(path)?;
        let packer = Packer::new(&folder)?;
        let decoder = Decoder::new(&folder);
        let engine = choice::open(&folder, choice, workers)?;
        Ok(Model { folder, packer, decoder, engine })
    }

    /// Gives no vectors for the second reader from now on: they take 1.5 kB a word.
    pub(crate) fn forget_vectors(&mut self) {
        self.folder.outputs.vectors.clear();
    }

    /// What the folder says.
    pub fn folder(&self) -> &ModelFolder {
        &self.folder
    }

    /// The engine in use.
    pub fn engine(&self) -> &dyn Engine {
        self.engine.engine.as_ref()
    }

    /// Why that engine was taken, for people.
    pub fn engine_reason(&self) -> &str {
        &self.engine.reason
    }

    /// Packs an article's sentences into token windows. Every word of every sentence is in a window,
    /// except those of which the tokenizer's normaliser leaves nothing (invisible characters).
    pub fn windows(&self, text: &str, sentences: &[Span]) -> Vec<Window> {
        self.packer.windows(text, sentences)
    }

    /// Scores for each of `windows`, in their order: one run of the engine over a padded batch.
    pub fn score(&self, windows: &[&Window]) -> Result<Vec<WindowScores>> {
        let batch = Batch::of(windows, self.folder.pad_id());
        Ok(self.read(windows, &self.engine().label_scores(&batch)?))
    }

    /// What an engine's scores for a batch of `windows` say about each of them.
    pub fn read(&self, windows: &[&Window], scores: &Scores) -> Vec<WindowScores> {
        let Outputs { names, syntax, vectors, .. } = &self.folder.outputs;
        let of_names = measure(Stage::Decoding, || {
            let one = |(row, window): (usize, &&Window)| scores.of_columns(row, window.ids.len(), names);
            windows.iter().enumerate().map(one).collect::<Vec<Scores>>()
        });
        measure(Stage::Syntax, || {
            let rows = windows.iter().zip(of_names).enumerate();
            let one = |(row, (window, names)): (usize, (&&Window, Scores))| {
                let parts = |outputs| syntax::parts(window, scores, row, outputs, vectors);
                WindowScores { names, syntax: syntax.as_ref().map(parts).unwrap_or_default() }
            };
            rows.map(one).collect()
        })
    }

    /// The mentions of one article from all its windows and their scores: in text order, not
    /// overlapping, each within one sentence.
    pub fn decode(&self, text: &str, windows: &[Window], scores: &[WindowScores]) -> Vec<RawMention> {
        self.decoder.mentions(text, windows.iter().zip(scores.iter().map(|scores| &scores.names)))
    }

    /// What the model says of the syntax of one article's sentences, from the scores of all its windows in order;
    /// nothing if it knows no syntax.
    pub fn syntax(&self, scores: &[WindowScores]) -> Vec<SyntaxScores> {
        syntax::sentences(scores.iter().flat_map(|scores| &scores.syntax))
    }
}
