//! The second reader: what no rule thought of, learned from labelled texts.
//!
//! The model gives each word three vectors: as subject, as object, and as what links the two. Of each two names of a
//! sentence [`Reader`] takes the means of the one's vectors as subject and the other's as object, the mean over the
//! words on the path between them in the tree, and what kind of path it is; two layers make a probability of each
//! predicate from that. The weights are in the model folder (`relations.safetensors`), beside the network that they
//! were trained with: see `models/train`.

mod features;
mod taught;
mod weights;

use std::collections::BTreeSet;
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::entity::EntityType;
use crate::error::{Error, Result};
use crate::syntax::{Deprel, Sentence};
use crate::text::Span;

use features::{NameWords, Pair};
use weights::{Layer, Weights};

pub use taught::{Classifier, Taught};

/// The file in a model folder.
///
/// [How to give a matcher its second reader](crate#example).
pub const FILE: &str = "relations.safetensors";

/// How the ids begin of the rules that stand for what the second reader finds.
pub(super) const LEARNED: &str = "learned/";

/// Names of a sentence that are farther apart are not read as a pair, so that a long list costs little.
const FARTHEST_NAMES: usize = 12;

/// Reads relations between the names of a sentence. [How to give it to a matcher](crate#example).
#[derive(Debug, Clone)]
pub struct Reader {
    /// The names of the predicates, in the order of [`Reading::odds`].
    predicates: Vec<String>,
    types: Vec<EntityType>,
    relations: Vec<Deprel>,
    /// The numbers of one vector.
    width: usize,
    /// What the type of a name adds to its vector.
    subject_type: Layer,
    object_type: Layer,
    hidden: Layer,
    out: Layer,
    /// SHA-256 of the file, in hexadecimal.
    hash: String,
    /// The predicates that labels of the user's own have taught.
    taught: BTreeSet<String>,
}

/// What the reader says of a pair.
///
/// [How to give a matcher its second reader](crate#example).
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The number of the name among those given.
    pub subject: usize,
    /// Likewise.
    pub object: usize,
    /// The numbers of the layer from which the odds are made.
    pub hidden: Vec<f32>,
    /// For each of [`Reader::predicates`] the log odds that the sentence tells it of the pair.
    pub odds: Vec<f32>,
}

impl Reader {
    /// Reads the weights.
    ///
    /// # Errors
    /// If the file is unreadable, or not of this kind.
    pub fn open(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).map_err(|e| Error::io(path, e, "Make the file readable"))?;
        let broken = |problem| Error::model(path, problem, "Take it and model.onnx from one place");
        Self::of(&bytes).map_err(broken)
    }

    /// The one in a model folder, if it has one.
    ///
    /// # Errors
    /// Those of [`Reader::open`].
    pub fn in_folder(model: &Path) -> Result<Option<Self>> {
        let weights = model.join(FILE);
        weights.is_file().then(|| Self::open(&weights)).transpose()
    }

    fn of(bytes: &[u8]) -> std::result::Result<Self, String> {
        let weights = Weights::read(bytes)?;
        let types: Vec<EntityType> =
            weights.listed("types")?.iter().map(|name| EntityType::named(name)).collect();
        let predicates = weights.listed("predicates")?;
        let relations: Vec<Deprel> =
            weights.listed("relations")?.iter().map(|name| Deprel::named(name)).collect();
        let subject_type = weights.table("subject.type")?;
        let width = subject_type.rows();
        let inputs = 4 * width + features::count(relations.len());
        let hidden = weights.layer("hidden", inputs)?;
        let out = weights.layer("out", hidden.rows())?;
        let object_type = weights.table("object.type")?;
        let fits = out.rows() == predicates.len()
            && [&subject_type, &object_type]
                .iter()
                .all(|table| table.columns() == types.len() && table.rows() == width);
        if !fits {
            return Err("its weights do not fit each other".into());
        }
        let hash = base16ct::lower::encode_string(&Sha256::digest(bytes));
        Ok(Reader {
            predicates,
            types,
            relations,
            width,
            subject_type,
            object_type,
            hidden,
            out,
            hash,
            taught: BTreeSet::new(),
        })
    }

    /// The names of the predicates that it knows.
    pub fn predicates(&self) -> &[String] {
        &self.predicates
    }

    /// Whether the user's own labels have taught it the predicate.
    pub fn is_taught(&self, predicate: &str) -> bool {
        self.taught.contains(predicate)
    }

    /// SHA-256 of the weights that came with the model, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// How many numbers it is given of each word.
    pub fn inputs(&self) -> usize {
        3 * self.width
    }

    /// What it says of every two names of a sentence, in both directions. `names` are in order, in bytes of the
    /// article's text. Nothing if the model gives no vectors, or others than these weights were trained with.
    pub fn read(&self, sentence: &Sentence, names: &[(Span, EntityType)]) -> Vec<Reading> {
        self.read_pairs(sentence, names, |_, _| true)
    }

    /// The same of those pairs that are wanted, by the numbers of the two names, the first one first.
    pub(super) fn read_pairs(
        &self,
        sentence: &Sentence,
        names: &[(Span, EntityType)],
        is_wanted: impl Fn(usize, usize) -> bool,
    ) -> Vec<Reading> {
        if sentence.vectors.len() != self.inputs() * sentence.words.len() {
            return Vec::new();
        }
        let words: Vec<Option<NameWords>> =
            names.iter().map(|(span, _)| NameWords::of(sentence, *span)).collect();
        let known: Vec<Option<Known>> = names
            .iter()
            .zip(&words)
            .map(|((_, kind), words)| self.known(sentence, words.as_ref()?, *kind))
            .collect();
        let mut found = Vec::new();
        for a in 0..names.len() {
            for b in a + 1..names.len().min(a + 1 + FARTHEST_NAMES) {
                if !is_wanted(a, b) {
                    continue;
                }
                for (subject, object) in [(a, b), (b, a)] {
                    let (Some(s), Some(o)) = (&known[subject], &known[object]) else { continue };
                    let (Some(first), Some(second)) = (&words[subject], &words[object]) else { continue };
                    let pair = Pair::of(sentence, first, second, b - a - 1, &self.relations);
                    let hidden = self.hidden(sentence, s, o, &pair);
                    let odds = self.odds(&hidden);
                    found.push(Reading { subject, object, hidden, odds });
                }
            }
        }
        found
    }

    /// What of the hidden layer comes from one name alone.
    fn known(&self, sentence: &Sentence, words: &NameWords, kind: EntityType) -> Option<Known> {
        let kind = self.types.iter().position(|&known| known == kind)?;
        let mean = |part: usize| {
            let mut mean = vec![0.0; self.width];
            for word in words.all() {
                let vector = &sentence.vectors_of(word)[part * self.width..(part + 1) * self.width];
                mean.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x);
            }
            let share = (words.count() as f32).recip();
            mean.iter_mut().for_each(|sum| *sum *= share);
            mean
        };
        let vector = |part: usize, table: &Layer| -> Vec<f32> {
            mean(part).iter().zip(table.column(kind)).map(|(x, y)| (x + y).max(0.0)).collect()
        };
        let as_subject = vector(0, &self.subject_type);
        let as_object = vector(1, &self.object_type);
        let mut subject_sum = vec![0.0; self.hidden.rows()];
        self.hidden.add(0, &as_subject, &mut subject_sum);
        let mut object_sum = vec![0.0; self.hidden.rows()];
        self.hidden.add(self.width, &as_object, &mut object_sum);
        Some(Known { as_subject, as_object, subject_sum, object_sum })
    }

    /// Of the numbers of the hidden layer the log odds of each predicate.
    fn odds(&self, hidden: &[f32]) -> Vec<f32> {
        let mut odds = self.out.bias().to_vec();
        self.out.add(0, hidden, &mut odds);
        odds
    }

    fn hidden(&self, sentence: &Sentence, subject: &Known, object: &Known, pair: &Pair) -> Vec<f32> {
        let mut sum = self.hidden.bias().to_vec();
        for part in [&subject.subject_sum, &object.object_sum] {
            sum.iter_mut().zip(part).for_each(|(sum, x)| *sum += x);
        }
        let both: Vec<f32> = subject.as_subject.iter().zip(&object.as_object).map(|(s, o)| s * o).collect();
        self.hidden.add(2 * self.width, &both, &mut sum);
        let mut path = vec![0.0; self.width];
        for &word in &pair.path {
            let vector = &sentence.vectors_of(word)[2 * self.width..];
            path.iter_mut().zip(vector).for_each(|(sum, x)| *sum += x.max(0.0));
        }
        let share = (pair.path.len().max(1) as f32).recip();
        path.iter_mut().for_each(|sum| *sum *= share);
        self.hidden.add(3 * self.width, &path, &mut sum);
        for &feature in &pair.features {
            self.hidden.add(4 * self.width + feature, &[1.0], &mut sum);
        }
        sum.iter_mut().for_each(|x| *x = x.max(0.0));
        sum
    }
}

/// What a name brings to each of its pairs.
struct Known {
    as_subject: Vec<f32>,
    as_object: Vec<f32>,
    subject_sum: Vec<f32>,
    object_sum: Vec<f32>,
}

/// What `tests/reference/reader.py` writes: a sentence, and what a reader with random weights says of it.
#[cfg(test)]
pub(super) struct Case {
    pub(super) text: String,
    pub(super) sentence: Sentence,
    names: Vec<(Span, EntityType)>,
    /// Subject, object, and the odds of each predicate.
    pairs: Vec<(usize, usize, Vec<f32>)>,
}

#[cfg(test)]
impl Case {
    const FOLDER: &str = "tests/reference/reader";

    pub(super) fn read() -> (Reader, Self) {
        #[derive(serde::Deserialize)]
        struct Written {
            text: String,
            words: Vec<(usize, usize, isize, String)>,
            names: Vec<(usize, usize, String)>,
            vectors: Vec<f32>,
            pairs: Vec<(usize, usize, Vec<f32>)>,
        }
        let reader = Reader::open(&Path::new(Self::FOLDER).join(FILE)).unwrap();
        let written = std::fs::read_to_string(Path::new(Self::FOLDER).join("case.json")).unwrap();
        let Written { text, words, names, vectors, pairs } = serde_json::from_str(&written).unwrap();
        let word = |(start, end, head, relation): &(usize, usize, isize, String)| crate::syntax::Word {
            span: Span::new(*start, *end),
            pos: crate::syntax::Pos::X,
            lemma: "".into(),
            head: usize::try_from(*head).ok(),
            relation: Deprel::named(relation),
        };
        let sentence = Sentence { words: words.iter().map(word).collect(), vectors, ..Sentence::default() };
        let name =
            |(start, end, name): &(usize, usize, String)| (Span::new(*start, *end), EntityType::named(name));
        let names = names.iter().map(name).collect();
        (reader, Case { text, sentence, names, pairs })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_reads_as_it_was_trained_to() {
        let (reader, Case { sentence, names, pairs, .. }) = Case::read();
        let found = reader.read(&sentence, &names);
        assert_eq!(found.len(), names.len() * (names.len() - 1));
        for (subject, object, expected) in pairs {
            let reading = found.iter().find(|r| (r.subject, r.object) == (subject, object)).unwrap();
            for ((odds, expected), predicate) in reading.odds.iter().zip(expected).zip(reader.predicates()) {
                assert!((odds - expected).abs() < 2e-3, "{subject} {predicate} {object}: {odds} {expected}");
            }
        }
    }

    #[test]
    fn without_its_vectors_it_reads_nothing() {
        let (reader, Case { sentence, names, .. }) = Case::read();
        for vectors in [Vec::new(), vec![0.0; 3 * sentence.words.len()]] {
            assert_eq!(reader.read(&Sentence { vectors, ..sentence.clone() }, &names), []);
        }
        assert_eq!(reader.read(&sentence, &names[..1]), []);
        assert_eq!(reader.read(&Sentence::default(), &names), []);
        // A name in no word, and one of a type that it does not know.
        let (mut nowhere, mut date) = (names.clone(), names);
        nowhere[0].0 = Span::new(900, 905);
        date[0].1 = EntityType::Date;
        for names in [nowhere, date] {
            assert!(reader.read(&sentence, &names).iter().all(|r| r.subject != 0 && r.object != 0));
        }
    }

    #[test]
    fn a_long_list_costs_little() {
        let (reader, Case { sentence, names, .. }) = Case::read();
        let list: Vec<_> = names.iter().cycle().take(200).copied().collect();
        let found = reader.read(&sentence, &list);
        assert!(found.iter().all(|r| r.subject.abs_diff(r.object) <= FARTHEST_NAMES));
    }

    #[test]
    fn a_file_of_another_kind_is_told() {
        let bytes = std::fs::read(Path::new(Case::FOLDER).join(FILE)).unwrap();
        let cases: [(&[u8], &str); 3] = [
            (b"{}", "this is no safetensors file"),
            (&bytes[..bytes.len() - 1], "this is no safetensors file"),
            (b"\x02\0\0\0\0\0\0\0{}", "its header has no `types`"),
        ];
        for (bytes, expected) in cases {
            let problem = Reader::of(bytes).unwrap_err();
            assert!(problem.contains(expected), "{problem}");
        }
    }
}
