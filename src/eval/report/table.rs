//! A plain-text table.

use std::fmt::Write as _;

/// A share in per cent with one place, or `-`.
pub(crate) fn pc(ratio: Option<f64>) -> String {
    ratio.map_or("-".to_owned(), |ratio| format!("{:.1}", 100.0 * ratio))
}

/// A table whose first column is flush left and the others flush right.
pub(in crate::eval) struct TextTable {
    rows: Vec<Vec<String>>,
}

impl TextTable {
    pub(in crate::eval) fn new(header: &[&str]) -> Self {
        TextTable { rows: vec![header.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    pub(in crate::eval) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(in crate::eval) fn finish(self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut out = String::new();
        for row in &self.rows {
            let mut line = String::from(" ");
            for (i, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let _ =
                    if i == 0 { write!(line, " {cell:<width$}") } else { write!(line, "  {cell:>width$}") };
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}
