//! What the numbers of the last layer mean, told by their names in `config.json`.

use crate::model::folder::Label;

/// The columns of a token's scores.
///
/// Besides the labels of names a model may score parts of speech (`pos:VERB`), relations of Universal
/// Dependencies (`rel:nsubj`), and give two vectors (`dep:0`, `dep:1`, ... and `head:0`, ...) whose product scores
/// that the one token's word depends on the other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// How many there are.
    pub count: usize,
    /// Those of the labels of names, in the order of [`crate::model::ModelFolder::labels`].
    pub(crate) names: Vec<usize>,
    /// Those of the syntax, if the model knows any.
    pub syntax: Option<SyntaxOutputs>,
}

/// The columns that tell the syntax of a sentence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyntaxOutputs {
    /// Parts of speech, as Universal Dependencies name them, in the order of their scores.
    pub tags: Vec<String>,
    /// Relations, likewise.
    pub relations: Vec<String>,
    pub(crate) tag_columns: Vec<usize>,
    pub(crate) relation_columns: Vec<usize>,
    pub(crate) dependent: Vec<usize>,
    pub(crate) head: Vec<usize>,
}

impl Outputs {
    /// Sorts the names of `id2label`, in order, and reads those of labels of names.
    ///
    /// # Errors
    /// If there is some syntax, but not all of it; the text says what is missing.
    pub(crate) fn read(names: &[&String]) -> Result<(Self, Vec<Label>), String> {
        let mut outputs = Outputs { count: names.len(), names: Vec::new(), syntax: None };
        let mut labels = Vec::new();
        let mut syntax = SyntaxOutputs::default();
        for (column, name) in names.iter().enumerate() {
            match name.split_once(':') {
                Some(("pos", tag)) => {
                    syntax.tags.push(tag.to_owned());
                    syntax.tag_columns.push(column);
                }
                Some(("rel", relation)) => {
                    syntax.relations.push(relation.to_owned());
                    syntax.relation_columns.push(column);
                }
                Some(("dep", _)) => syntax.dependent.push(column),
                Some(("head", _)) => syntax.head.push(column),
                _ => {
                    outputs.names.push(column);
                    labels.push(Label::parse(name));
                }
            }
        }
        let SyntaxOutputs { tags, relations, dependent, head, .. } = &syntax;
        let counts = [tags.len(), relations.len(), dependent.len(), head.len()];
        match counts {
            [0, 0, 0, 0] => {}
            _ if dependent.len() == head.len() && !counts.contains(&0) => outputs.syntax = Some(syntax),
            [tags, relations, dependent, head] => {
                return Err(format!(
                    "of the outputs of a syntax it has {tags} pos:, {relations} rel:, {dependent} dep: and {head} head:, \
                     and each must be there, dep: as often as head:"
                ));
            }
        }
        Ok((outputs, labels))
    }
}
