//! The relations behind each triple, in the order of the triples, without holding them in memory.

use crate::error::Result;
use crate::export::filter::Selection;
use crate::export::result::{Relation, ResultFolder, Rows};

/// Which relations are exported, in the order of their triples.
pub(super) struct Evidence {
    /// The place of the triple, and where the row begins in the table.
    rows: Vec<(u32, u64)>,
    /// For each triple, the number of its first row, and how many there are.
    of_triple: Vec<(u32, u32)>,
}

/// The place of relations that count towards no triple: their article tells a story again.
const NOWHERE: u32 = u32::MAX;

impl Evidence {
    /// Finds them.
    pub(super) fn read(result: &ResultFolder, selection: &Selection) -> Result<Self> {
        let mut rows = Vec::new();
        let mut relations = result.relations()?;
        loop {
            let offset = relations.offset();
            let Some(relation) = relations.next() else { break };
            match selection.triples.get(&result.key_of(&relation?)) {
                Some(&place) => rows.push((place, offset)),
                None if selection.left_out == 0 => rows.push((NOWHERE, offset)),
                None => {}
            }
        }
        rows.sort_unstable();
        let mut of_triple = vec![(0, 0); selection.triples.len()];
        for (row, &(place, _)) in (0..).zip(&rows) {
            if let Some((first, count)) = of_triple.get_mut(place as usize) {
                if *count == 0 {
                    *first = row;
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

    /// The relations of a triple.
    pub(super) fn of<'a>(
        &'a self,
        place: usize,
        relations: &'a mut Rows<Relation>,
    ) -> impl Iterator<Item = Result<Relation>> + 'a {
        let (first, count) = self.of_triple.get(place).copied().unwrap_or_default();
        let rows = &self.rows[first as usize..(first + count) as usize];
        rows.iter().map(|&(_, offset)| relations.at(offset))
    }

    /// All relations.
    pub(super) fn all<'a>(
        &'a self,
        relations: &'a mut Rows<Relation>,
    ) -> impl Iterator<Item = Result<Relation>> + 'a {
        self.rows.iter().map(|&(_, offset)| relations.at(offset))
    }
}
