//! What stands between the parser of .xls files and damaged or hostile ones: it follows chains of sectors that return
//! to themselves, and allocates all cells between the first and the last that a sheet names.

use std::collections::HashSet;

/// Cells that all sheets may span together, empty ones counted.
const MOST_CELLS: u64 = 50_000_000;
/// Rows and columns of a sheet in this format, and one more: some writers count so.
const ROWS: u64 = 65_537;
const COLUMNS: u64 = 257;

/// Sector numbers from here on mean something else: the end of a chain, a free sector.
const NO_SECTOR: u32 = 0xffff_fffa;

/// Whether a file can be given to the parser.
pub(in crate::input) fn is_sound(file: &[u8]) -> bool {
    Container::of(file).and_then(|container| container.workbook()).is_some_and(|workbook| fits(&workbook))
}

/// The envelope of the file: a file system of sectors, each of which names the next one.
struct Container<'f> {
    file: &'f [u8],
    size: usize,
    next: Vec<u32>,
    /// The same of short sectors, which lie within one stream.
    next_short: Vec<u32>,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.as_chunks::<4>().0.iter().map(|chunk| u32::from_le_bytes(*chunk))
}

impl<'f> Container<'f> {
    /// None if chains do not end, or what is said of sizes cannot be.
    fn of(file: &'f [u8]) -> Option<Self> {
        let size = match file.get(30)? {
            9 => 512,
            12 => 4096,
            _ => return None,
        };
        let mut container = Container { file, size, next: Vec::new(), next_short: Vec::new() };
        let mut tables: Vec<u32> = numbers(file.get(76..512)?).collect();
        let mut more = number(file, 68)?;
        let mut seen = 0;
        while more < NO_SECTOR {
            seen += 1;
            if seen > file.len() / size {
                return None;
            }
            tables.extend(numbers(container.sector(more)?));
            more = tables.pop()?;
        }
        let tables = tables.into_iter().filter(|&id| id < NO_SECTOR);
        let most = file.len() / size + 1;
        for table in tables.take(most) {
            let table = container.sector(table)?;
            container.next.extend(numbers(table));
        }
        if has_circle(&container.next) {
            return None;
        }
        container.next_short = numbers(&container.chain(number(file, 60)?)?).collect();
        let said = u64::from(number(file, 64)?) * size as u64;
        let is_sound = !has_circle(&container.next_short) && said <= (file.len() + size) as u64;
        is_sound.then_some(container)
    }

    fn sector(&self, id: u32) -> Option<&'f [u8]> {
        let start = (id as usize + 1).checked_mul(self.size)?;
        self.file.get(start..self.file.len().min(start + self.size)).filter(|sector| !sector.is_empty())
    }

    /// What the sectors of a chain hold. There are no circles.
    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let (mut id, mut bytes) = (start, Vec::new());
        while id < NO_SECTOR {
            bytes.extend_from_slice(self.sector(id)?);
            id = *self.next.get(id as usize)?;
        }
        Some(bytes)
    }

    /// What the short sectors of a chain hold, which lie in the stream that begins at `root`.
    fn short(&self, root: u32, start: u32) -> Option<Vec<u8>> {
        const SIZE: usize = 64;
        let (all, mut id, mut bytes) = (self.chain(root)?, start, Vec::new());
        while id < NO_SECTOR {
            let at = id as usize * SIZE;
            bytes.extend_from_slice(all.get(at..all.len().min(at + SIZE))?);
            id = *self.next_short.get(id as usize)?;
        }
        Some(bytes)
    }

    /// The stream that holds the sheets.
    fn workbook(&self) -> Option<Vec<u8>> {
        const SHORT: u64 = 4096;
        let entries = self.chain(number(self.file, 48)?)?;
        let (mut root, mut workbook) = (None, None);
        for entry in entries.as_chunks::<128>().0 {
            let units: Vec<u16> =
                entry[..64].as_chunks::<2>().0.iter().map(|it| u16::from_le_bytes(*it)).collect();
            let name = String::from_utf16_lossy(&units);
            let name = name.split('\0').next().unwrap_or_default().to_lowercase();
            let high = if self.size == 512 { 0 } else { number(entry, 124)? };
            let length = u64::from(number(entry, 120)?) | u64::from(high) << 32;
            if length > self.file.len() as u64 {
                return None;
            }
            let start = number(entry, 116)?;
            root.get_or_insert(start);
            if matches!(&*name, "workbook" | "book") && workbook.is_none() {
                let mut stream = if length < SHORT { self.short(root?, start)? } else { self.chain(start)? };
                stream.truncate(length as usize);
                workbook = Some(stream);
            }
        }
        workbook
    }
}

/// Whether a chain of numbers, each the place of the next, has a cycle.
fn has_circle(next: &[u32]) -> bool {
    let mut seen_from = vec![u32::MAX; next.len()];
    (0..next.len() as u32).any(|start| {
        let mut id = start;
        while let Some(seen) = seen_from.get_mut(id as usize) {
            if *seen != u32::MAX {
                return *seen == start;
            }
            *seen = start;
            id = next[id as usize];
        }
        false
    })
}

/// Whether the sheets have no more than [`MOST_CELLS`] cells, and each begins where one does.
fn fits(workbook: &[u8]) -> bool {
    let (mut begins, mut sheets, mut cells) = (HashSet::new(), HashSet::new(), 0);
    let (mut rows, mut columns) = (0, 0);
    let mut rest = workbook;
    while let Some((&[a, b, c, d], behind)) = rest.split_first_chunk::<4>() {
        let at = (workbook.len() - rest.len()) as u32;
        let (kind, length) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        let Some((record, behind)) = behind.split_at_checked(length.into()) else { break };
        rest = behind;
        match kind {
            BEGIN => {
                cells += rows * columns;
                (rows, columns) = (0, 0);
                begins.insert(at);
            }
            // Two sheets that are one would be read twice.
            SHEET if !number(record, 0).is_some_and(|begin| sheets.insert(begin)) => return false,
            _ => {}
        }
        if let Some((row, column)) = last_cell(kind, record) {
            if row >= ROWS || column >= COLUMNS {
                return false;
            }
            (rows, columns) = (rows.max(row + 1), columns.max(column + 1));
        }
    }
    sheets.is_subset(&begins) && cells + rows * columns <= MOST_CELLS
}

const BEGIN: u16 = 0x0809;
const SHEET: u16 = 0x0085;
const DIMENSIONS: u16 = 0x0200;
const ROW_OF_NUMBERS: u16 = 0x00bd;
const CELLS: [u16; 8] = [0x0203, 0x0204, 0x0205, 0x00d6, 0x027e, 0x00fd, ROW_OF_NUMBERS, 0x0006];

/// The row and column of the last cell that a record of a sheet speaks of.
fn last_cell(kind: u16, record: &[u8]) -> Option<(u64, u64)> {
    let short = |at: usize| Some(u64::from(u16::from_le_bytes(record.get(at..at + 2)?.try_into().ok()?)));
    match kind {
        // Where sheets have 16,384 rows, the numbers of rows are short.
        DIMENSIONS if record.len() == 10 => Some((short(2)?.saturating_sub(1), short(6)?.saturating_sub(1))),
        DIMENSIONS => Some((u64::from(number(record, 4)?).saturating_sub(1), short(10)?.saturating_sub(1))),
        ROW_OF_NUMBERS => Some((short(0)?, short(2)? + record.len() as u64 / 6)),
        kind if CELLS.contains(&kind) => Some((short(0)?, short(2)?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found() {
        let end = u32::MAX;
        assert!(!has_circle(&[1, 2, end, 2, 9]));
        assert!(has_circle(&[1, 2, 3, 1]));
        assert!(has_circle(&[end, 1]));
        assert!(!has_circle(&[]));
    }

    fn record(kind: u16, content: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(content.len() as u16).to_le_bytes(), content].concat()
    }

    #[test]
    fn sheets_span_so_many_cells() {
        let cell =
            |row: u16, column: u16| record(0x0203, &[row.to_le_bytes(), column.to_le_bytes()].concat());
        let sheet = |last: &[u8]| [record(BEGIN, &[]), cell(0, 0), last.to_vec()].concat();
        let of_sheet = |begin: u32| record(SHEET, &begin.to_le_bytes());
        let book = |sheet: &[u8]| [of_sheet(8), sheet.to_vec()].concat();
        assert!(fits(&book(&sheet(&cell(9, 9)))));
        assert!(fits(&book(&sheet(&cell(65535, 255)))));
        assert!(!fits(&book(&sheet(&cell(9, 999)))));
        assert!(!fits(&book(&sheet(&cell(65535, 255)).repeat(4))));
        let dimensions = |last_row: u32| [&[0; 4][..], &last_row.to_le_bytes(), &[0, 0, 9, 0, 0, 0]].concat();
        assert!(fits(&book(&sheet(&record(DIMENSIONS, &dimensions(65536))))));
        assert!(!fits(&book(&sheet(&record(DIMENSIONS, &dimensions(65_538))))));
        // Sheets that begin in the middle of something, or twice at one place.
        assert!(!fits(&[of_sheet(9), sheet(&cell(9, 9))].concat()));
        assert!(!fits(&[of_sheet(16), of_sheet(16), sheet(&cell(9, 9))].concat()));
    }
}
