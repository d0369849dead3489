//! What the pipeline delivers.

use crate::entity::Names;
use crate::error::Problem;
use crate::relation::{Document, Relation};
use crate::syntax::Sentence;
use crate::text::{Article, Span};

/// All that was found in one article. [How to print its relations](crate#example).
#[derive(Debug, Clone)]
pub struct Extraction {
    /// The article as read.
    pub article: Article,
    /// Its sentences.
    pub sentences: Vec<Span>,
    /// The trees of those that have words; none if the model knows no syntax.
    pub syntax: Vec<Sentence>,
    /// Its mentions and entities.
    pub names: Names,
    /// Its relations.
    pub relations: Vec<Relation>,
    /// How many relations that rules find are left out for their scores.
    pub left_out: usize,
}

impl Extraction {
    /// What rules see of it.
    pub fn document(&self) -> Document<'_> {
        let Names { mentions, entities, .. } = &self.names;
        Document {
            text: &self.article.text,
            sentences: &self.sentences,
            mentions,
            entities,
            syntax: &self.syntax,
        }
    }
}

/// What [`Pipeline::run`](super::Pipeline::run) delivers, in input order.
#[derive(Debug)]
pub enum Delivery {
    /// The next article's extraction.
    Extraction(Box<Extraction>),
    /// An article that nothing could be extracted from, and why.
    Skipped(Article, Problem),
    /// Something wrong with an input.
    Problem(Problem),
}
