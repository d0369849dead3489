//! The relations behind each triple, in the order of the triples, without holding them in memory.

use std::collections::HashMap;

use crate::error::Result;
use crate::export::filter::Selection;
use crate::export::marked::{Marked, Marks};
use crate::export::result::{Relation, ResultFolder, Rows, number_of};

/// Which relations are exported, in the order of their triples.
pub(super) struct Evidence {
    rows: Vec<Row>,
    /// For each triple, the number of its first row, and how many there are.
    of_triple: Vec<(u32, u32)>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    /// The place of its triple.
    place: u32,
    /// Where it begins in the table.
    offset: u64,
    /// Where the first of subject and object stands in the sentence, in code points.
    first: u32,
}

/// Of a sentence of which that is not known.
const UNKNOWN: u32 = u32::MAX;

/// The place of relations that count towards no triple: their article tells a story again.
const NOWHERE: u32 = u32::MAX;

impl Evidence {
    /// Finds them, and, if they shall be `marked`, where subject and object stand in their sentences.
    pub(super) fn read(result: &ResultFolder, selection: &Selection, marked: bool) -> Result<Self> {
        let mut articles: HashMap<u64, u32> = HashMap::new();
        if marked {
            for (place, article) in (0..).zip(result.articles()?) {
                articles.insert(number_of(&article?.article), place);
            }
        }
        let mut marks = marked.then(|| Marks::new(result, &articles)).transpose()?;
        let mut rows = Vec::new();
        let mut relations = result.relations()?;
        loop {
            let offset = relations.offset();
            let Some(relation) = relations.next() else { break };
            let relation = relation?;
            let place = match selection.triples.get(&result.key_of(&relation)) {
                Some(&place) => place,
                None if selection.left_out == 0 => NOWHERE,
                None => continue,
            };
            let begin = match &mut marks {
                Some(marks) => marks.begin(&relation)?,
                None => None,
            };
            let first = begin.and_then(|begin| u32::try_from(start(&relation).checked_sub(begin)?).ok());
            rows.push(Row { place, offset, first: first.unwrap_or(UNKNOWN) });
        }
        rows.sort_unstable();
        let mut of_triple = vec![(0, 0); selection.triples.len()];
        for (number, row) in (0..).zip(&rows) {
            if let Some((first, count)) = of_triple.get_mut(row.place as usize) {
                if *count == 0 {
                    *first = number;
                }
                *count += 1;
            }
        }
        Ok(Evidence { rows, of_triple })
    }

    /// How many relations there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The number of the first relation of a triple, if it has any.
    pub(super) fn first(&self, place: usize) -> Option<u32> {
        self.of_triple.get(place).filter(|(_, count)| *count > 0).map(|&(first, _)| first)
    }

    /// The relations of a triple, with their marks if these are known.
    pub(super) fn of<'a>(
        &'a self,
        place: usize,
        relations: &'a mut Rows<Relation>,
    ) -> impl Iterator<Item = Result<Piece>> + 'a {
        let (first, count) = self.of_triple.get(place).copied().unwrap_or_default();
        let rows = &self.rows[first as usize..(first + count) as usize];
        rows.iter().map(|row| row.piece(relations))
    }

    /// All relations.
    pub(super) fn all<'a>(
        &'a self,
        relations: &'a mut Rows<Relation>,
    ) -> impl Iterator<Item = Result<Piece>> + 'a {
        self.rows.iter().map(|row| row.piece(relations))
    }
}

/// A relation, and where its subject and object stand in its sentence.
pub(super) type Piece = (Relation, Option<Marked>);

impl Row {
    fn piece(&self, relations: &mut Rows<Relation>) -> Result<Piece> {
        let relation = relations.at(self.offset)?;
        let begin = start(&relation).checked_sub(self.first.into()).filter(|_| self.first != UNKNOWN);
        let marked = begin.and_then(|begin| Marked::of(&relation, begin));
        Ok((relation, marked))
    }
}

/// Where the first of subject and object stands in the article.
fn start(relation: &Relation) -> u64 {
    relation.subject_start.min(relation.object_start)
}
