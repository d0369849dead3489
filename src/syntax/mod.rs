//! The words of a sentence and the tree over them, once for every stage that reads sentences.
//!
//! [`crate::model`] scores parts of speech, arcs and relations; [`Parser`] chooses: `words` cuts a sentence into
//! the words of Universal Dependencies, `arborescence` finds the best tree over scored arcs, `tree` puts words, tree
//! and relations together, `lemma` gives base forms, and [`conllu`] reads and writes the format of treebanks.
//!
//! # Example
//!
//! ```
//! use triplewire::syntax::{Deprel, Pos, lemma};
//!
//! assert_eq!(lemma("largest", Pos::Adj), "large");
//! assert_eq!("PROPN".parse(), Ok(Pos::Propn));
//! assert_eq!(Deprel::named("flat:foreign"), Deprel::Flat);
//! ```
//!
//! With a model, the trees of a text:
//!
//! ```no_run
//! use std::path::Path;
//!
//! use triplewire::model::{EngineChoice, Model, Window};
//! use triplewire::syntax::{Parser, conllu};
//! use triplewire::text::sentences;
//!
//! let model = Model::open(Path::new("models/newswire"), EngineChoice::Auto, 1)?;
//! let parser = model.folder().outputs.syntax.as_ref().map(Parser::new).expect("it scores syntax");
//! let text = "Ana Ruiz leads Acme. She lives in Lisbon.";
//! let windows = model.windows(text, &sentences(text));
//! let scores = model.score(&windows.iter().collect::<Vec<&Window>>())?;
//! for scores in model.syntax(&scores) {
//!     let sentence = parser.parse(text, &scores, &[]);
//!     println!("{}", conllu::sentence(text, &sentence.number.to_string(), &sentence));
//! }
//! # Ok::<(), triplewire::Error>(())
//! ```

mod arborescence;
pub mod clause;
pub mod conllu;
mod labels;
mod lemma;
mod tree;
mod words;

use crate::text::Span;

pub use labels::{Deprel, Pos};
pub use lemma::lemma;
pub use tree::Parser;

/// A word and its place in the tree.
///
/// See the [example](crate::syntax::conllu#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where, in bytes of the article's text.
    pub span: Span,
    /// Its part of speech.
    pub pos: Pos,
    /// Its base form, in lower case unless it is a proper noun.
    pub lemma: Box<str>,
    /// The index of its head among the sentence's words; `None` for the root.
    pub head: Option<usize>,
    /// What it is to its head.
    pub relation: Deprel,
}

/// A parsed sentence: a tree with one root.
///
/// See the [example](crate::syntax::conllu#example).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sentence {
    /// The index of the sentence in the article.
    pub number: usize,
    /// Its words, in order.
    pub words: Vec<Word>,
    /// Whether it is longer than a window of the model, so that words far from each other were not compared.
    pub is_cut: bool,
    /// For each word what the model gives for the second reader of relations, one after the other; nothing if it gives
    /// nothing.
    pub vectors: Vec<f32>,
}

impl Sentence {
    /// The model's vectors of a word, for the second reader.
    pub fn vectors_of(&self, word: usize) -> &[f32] {
        let width = self.vectors.len() / self.words.len().max(1);
        &self.vectors[word * width..(word + 1) * width]
    }
}
