//! Sorting and adding up more than fits in memory.
//!
//! A [`Part`] is what one article adds to a row. Parts are pushed in any order; when there are many,
//! sorted runs of them go to disk. What comes out, merged, depends on the parts alone and never on
//! whether they were on disk.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Seek, Write};
use std::path::{Path, PathBuf};
use std::vec;

use itertools::{Either, Itertools};
use serde::{Serialize, de::DeserializeOwned};

/// Sorted runs on disk before they are made one: a system lets a program open some hundred files.
const MOST_RUNS: usize = 64;

/// A summand of a row.
pub(super) trait Part: Serialize + DeserializeOwned + Send {
    /// Parts that are equal here belong to one row.
    fn by_key(&self, other: &Self) -> Ordering;

    /// Adds a part of the same row. The order of adding must not matter.
    fn add(&mut self, other: Self);
}

/// An order of parts that leaves none beside another unless they are of one row.
pub(super) type Order<T> = fn(&T, &T) -> Ordering;

/// Takes parts in any order and gives them back sorted.
pub(super) struct Sorter<T: Part> {
    /// Where sorted runs go, to files without names, which are gone when the program is.
    folder: PathBuf,
    in_memory: usize,
    order: Order<T>,
    parts: Vec<T>,
    runs: Vec<File>,
}

impl<T: Part> Sorter<T> {
    /// A sorter with at most `in_memory` parts in memory, which keeps the rest on the disk of `folder`.
    pub(super) fn new(folder: &Path, in_memory: usize, order: Order<T>) -> Self {
        Sorter { folder: folder.to_path_buf(), in_memory, order, parts: Vec::new(), runs: Vec::new() }
    }

    /// A sorter by key; see [`Part::by_key`].
    pub(super) fn by_key(folder: &Path, in_memory: usize) -> Self {
        Sorter::new(folder, in_memory, T::by_key)
    }

    pub(super) fn push(&mut self, part: T) -> io::Result<()> {
        self.parts.push(part);
        if self.parts.len() >= self.in_memory { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.parts.sort_by(self.order);
        let run = written(self.parts.drain(..).map(Ok), &self.folder)?;
        self.runs.push(run);
        if self.runs.len() == MOST_RUNS {
            let runs = std::mem::take(&mut self.runs).into_iter().map(Run::new);
            self.runs.push(written(runs.kmerge_by(before(self.order)), &self.folder)?);
        }
        Ok(())
    }

    /// All parts in order.
    pub(super) fn sorted(mut self) -> io::Result<impl Iterator<Item = io::Result<T>>> {
        self.parts.sort_by(self.order);
        let in_memory = Either::Left(self.parts.into_iter().map(Ok as fn(T) -> io::Result<T>));
        let runs = self.runs.into_iter().map(|run| Either::Right(Run::new(run)));
        let all: Vec<Either<InMemory<T>, Run<T>>> = std::iter::once(in_memory).chain(runs).collect();
        Ok(all.into_iter().kmerge_by(before(self.order)))
    }

    /// All rows in order of their keys, if the sorter is one by key.
    pub(super) fn rows(self) -> io::Result<impl Iterator<Item = io::Result<T>>> {
        let mut parts = self.sorted()?;
        let mut open: Option<T> = None;
        Ok(std::iter::from_fn(move || {
            loop {
                match (parts.next(), &mut open) {
                    (None, _) => return open.take().map(Ok),
                    (Some(Err(error)), _) => return Some(Err(error)),
                    (Some(Ok(part)), Some(row)) if row.by_key(&part).is_eq() => row.add(part),
                    (Some(Ok(part)), _) => {
                        if let Some(row) = open.replace(part) {
                            return Some(Ok(row));
                        }
                    }
                }
            }
        }))
    }
}

/// Which of two parts comes first.
fn before<T>(order: Order<T>) -> impl Fn(&io::Result<T>, &io::Result<T>) -> bool {
    move |a, b| match (a, b) {
        (Ok(a), Ok(b)) => order(a, b).is_lt(),
        // An error comes at once.
        (Err(_), _) => true,
        (Ok(_), Err(_)) => false,
    }
}

/// A sorted run of these parts, in a file without a name in `folder`.
fn written<T: Part>(parts: impl Iterator<Item = io::Result<T>>, folder: &Path) -> io::Result<File> {
    let mut writer = BufWriter::new(tempfile::tempfile_in(folder)?);
    for part in parts {
        write(&mut writer, &part?)?;
    }
    let mut run = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
    run.rewind()?;
    Ok(run)
}

type InMemory<T> = std::iter::Map<vec::IntoIter<T>, fn(T) -> io::Result<T>>;

/// A sorted run on disk.
struct Run<T> {
    file: BufReader<File>,
    part: std::marker::PhantomData<T>,
}

impl<T> Run<T> {
    fn new(file: File) -> Self {
        Run { file: BufReader::new(file), part: std::marker::PhantomData }
    }
}

impl<T: Part> Iterator for Run<T> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        read(&mut self.file).transpose()
    }
}

/// Writes a part: its length, four bytes, then itself.
fn write<T: Part>(writer: &mut impl Write, part: &T) -> io::Result<()> {
    let bytes = postcard::to_stdvec(part).map_err(io::Error::other)?;
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    writer.write_all(&length.to_le_bytes())?;
    writer.write_all(&bytes)
}

/// Reads a part; none at the end.
fn read<T: Part>(reader: &mut impl io::BufRead) -> io::Result<Option<T>> {
    if reader.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut length = [0; 4];
    reader.read_exact(&mut length)?;
    let mut bytes = vec![0; u32::from_le_bytes(length) as usize];
    reader.read_exact(&mut bytes)?;
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Count(String, u64);

    impl Part for Count {
        fn by_key(&self, other: &Self) -> Ordering {
            self.0.cmp(&other.0)
        }

        fn add(&mut self, other: Self) {
            self.1 += other.1;
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn rows_are_sums_in_order_however_little_is_in_memory(
            parts in prop::collection::vec(("[a-e]{0,2}", 0u64..9), 0..200),
            in_memory in 1usize..250,
        ) {
            let scratch = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::by_key(scratch.path(), in_memory);
            let mut sums: BTreeMap<String, u64> = BTreeMap::new();
            for (key, count) in parts {
                *sums.entry(key.clone()).or_default() += count;
                sorter.push(Count(key, count)).unwrap();
            }
            let rows: Vec<Count> = sorter.rows().unwrap().map(Result::unwrap).collect();
            let expected: Vec<Count> = sums.into_iter().map(|(key, sum)| Count(key, sum)).collect();
            prop_assert_eq!(rows, expected);
        }
    }
}
