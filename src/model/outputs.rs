//! What the numbers of the last layer mean, by their names in `config.json`.

use crate::model::labels::Label;

/// The columns of a token's scores.
///
/// Besides the labels of names a model may score parts of speech (`pos:VERB`), relations of Universal
/// Dependencies (`rel:nsubj`), and give two vectors (`dep:0`, `dep:1`, ... and `head:0`, ...) whose product scores
/// that the one token's word depends on the other's. For the second reader of relations it may give three more: a
/// word's as subject (`subj:0`, ...), as object (`obj:0`, ...), and as what links the two (`link:0`, ...).
///
/// See the [example](crate::model#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// How many there are.
    pub count: usize,
    /// Those of the labels of names, in the order of [`crate::model::ModelFolder::labels`].
    pub(crate) names: Vec<usize>,
    /// Those of the syntax, if the model knows any.
    pub syntax: Option<SyntaxOutputs>,
    /// Those of the vectors for the second reader, if there are any: as subject, object and link, each as long.
    pub(crate) vectors: Vec<usize>,
}

/// The columns with the syntax of a sentence.
///
/// See the [example](crate::model#example).
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
        let mut outputs =
            Outputs { count: names.len(), names: Vec::new(), syntax: None, vectors: Vec::new() };
        let [mut subject, mut object, mut link] = [const { Vec::new() }; 3];
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
                Some(("subj", _)) => subject.push(column),
                Some(("obj", _)) => object.push(column),
                Some(("link", _)) => link.push(column),
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
        let counts = [&subject, &object, &link].map(Vec::len);
        if counts.iter().any(|&count| count != counts[0]) || (counts[0] > 0 && outputs.syntax.is_none()) {
            let [subject, object, link] = counts;
            return Err(format!(
                "of the outputs for relations it has {subject} subj:, {object} obj: and {link} link:, and there must be as many \
                 of each, beside a syntax"
            ));
        }
        outputs.vectors = [subject, object, link].concat();
        Ok((outputs, labels))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(names: &str) -> Result<Outputs, String> {
        let names: Vec<String> = names.split(' ').map(str::to_owned).collect();
        Outputs::read(&names.iter().collect::<Vec<_>>()).map(|(outputs, _)| outputs)
    }

    #[test]
    fn vectors_of_relations_are_concatenated_in_one_order() {
        let outputs = read("O B-PER obj:0 pos:X rel:dep dep:0 head:0 link:0 subj:0").unwrap();
        assert_eq!((outputs.names, outputs.vectors), (vec![0, 1], vec![8, 2, 7]));
        assert!(read("O B-PER").unwrap().vectors.is_empty());
    }

    #[test]
    fn some_of_what_belongs_together_is_a_problem_that_says_what_there_is() {
        let cases = [
            ("O B-PER pos:X rel:dep dep:0", "1 pos:, 1 rel:, 1 dep: and 0 head:"),
            ("O pos:X rel:dep dep:0 head:0 subj:0 obj:0", "1 subj:, 1 obj: and 0 link:"),
            ("O subj:0 obj:0 link:0", "beside a syntax"),
        ];
        for (names, expected) in cases {
            let problem = read(names).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
