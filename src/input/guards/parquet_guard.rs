//! What stands between the Parquet parser and damaged or hostile files: the parser takes their word for sizes.

use std::fs::File;
use std::io::{self, BufReader, Read};

use bytes::Bytes;
use parquet::bloom_filter::Sbbf;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length, RowGroupReader};
use parquet::record::reader::RowIter;
use parquet::schema::types::Type;

/// A file that is not read beyond its end. Of a plain one the parser takes nothing for zeros there: a damaged
/// page that claims billions of numbers keeps it busy for hours.
pub(in crate::input) struct Bounded {
    file: File,
    size: u64,
}

impl Bounded {
    /// A file of `size` bytes.
    pub(in crate::input) fn new(file: File, size: u64) -> Self {
        Bounded { file, size }
    }
}

impl Length for Bounded {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Bounded {
    type T = UntilEnd;

    fn get_read(&self, start: u64) -> Result<UntilEnd> {
        self.file.get_read(start).map(UntilEnd)
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Before memory is allocated for them.
        if start.saturating_add(length as u64) > self.size {
            return Err(ParquetError::EOF(format!("there are no {length} bytes at {start}")));
        }
        self.file.get_bytes(start, length)
    }
}

/// Fails at the end.
pub(in crate::input) struct UntilEnd(BufReader<File>);

impl Read for UntilEnd {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.0.read(into)? {
            0 if !into.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

/// A group of rows whose dictionaries hold what they claim. The parser allocates as many values as a dictionary
/// says it has, which a few bytes can say are billions.
pub(in crate::input) struct Checked<'g>(pub(in crate::input) Box<dyn RowGroupReader + 'g>);

impl RowGroupReader for Checked<'_> {
    fn metadata(&self) -> &RowGroupMetaData {
        self.0.metadata()
    }

    fn num_columns(&self) -> usize {
        self.0.num_columns()
    }

    fn get_column_page_reader(&self, i: usize) -> Result<Box<dyn PageReader>> {
        Ok(Box::new(CheckedPages(self.0.get_column_page_reader(i)?)))
    }

    fn get_column_bloom_filter(&self, i: usize) -> Option<&Sbbf> {
        self.0.get_column_bloom_filter(i)
    }

    fn get_row_iter(&self, projection: Option<Type>) -> Result<RowIter<'_>> {
        self.0.get_row_iter(projection)
    }
}

/// The pages of a column.
struct CheckedPages(Box<dyn PageReader>);

impl Iterator for CheckedPages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for CheckedPages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.0.get_next_page()?;
        match &page {
            // A value takes a byte or more.
            Some(Page::DictionaryPage { buf, num_values, .. }) if *num_values as usize > buf.len() => {
                Err(ParquetError::EOF(format!(
                    "no {num_values} values fit in a dictionary of {} bytes",
                    buf.len()
                )))
            }
            _ => Ok(page),
        }
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }

    fn at_record_boundary(&mut self) -> Result<bool> {
        self.0.at_record_boundary()
    }
}
