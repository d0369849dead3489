//! From a file to a stream of bytes: counted for the progress bar, decompressed, UTF-16 made UTF-8,
//! byte-order mark dropped.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

/// How a file is compressed, by its last extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// What the format readers read from.
pub(super) type Bytes = Box<dyn BufRead + Send>;

const BUFFER: usize = 64 * 1024;

/// The longest text file, table row, line or record that is read, in bytes: what a file may unpack to
/// has no bound, and memory has.
pub(super) const LONGEST: usize = 32 << 20;

/// Opens a file. Also says how many bytes it has on disk.
pub(super) fn open(path: &Path, compression: Compression, read: Arc<AtomicU64>) -> io::Result<(Bytes, u64)> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let raw = BufReader::with_capacity(BUFFER, Counting { inner: file, read });
    let plain: Bytes = match compression {
        Compression::None => Box::new(raw),
        Compression::Gzip => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(raw))),
        Compression::Zstd => {
            Box::new(BufReader::with_capacity(BUFFER, zstd::stream::read::Decoder::with_buffer(raw)?))
        }
    };
    Ok((unicode(plain)?, size))
}

/// Standard input.
pub(super) fn stdin(read: Arc<AtomicU64>) -> io::Result<Bytes> {
    unicode(Box::new(BufReader::with_capacity(BUFFER, Counting { inner: io::stdin(), read })))
}

/// What [`read_line`] read.
pub(super) struct Line {
    /// How many bytes were added; 0 at the end of the file.
    pub(super) read: usize,
    /// Whether more than [`LONGEST`] bytes would have been needed. The rest of the line is gone.
    pub(super) cut: bool,
}

/// Appends the next line, with its end, to `line`.
pub(super) fn read_line(bytes: &mut Bytes, line: &mut Vec<u8>) -> io::Result<Line> {
    let read = bytes.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', line)?;
    let cut = read > LONGEST && line.last() != Some(&b'\n');
    if cut {
        bytes.skip_until(b'\n')?;
    }
    Ok(Line { read, cut })
}

/// Drops a byte-order mark, and turns UTF-16 into UTF-8 if the mark says so.
fn unicode(mut bytes: Bytes) -> io::Result<Bytes> {
    let mut head = Vec::with_capacity(3);
    (&mut bytes).take(3).read_to_end(&mut head)?;
    let (mark, encoding) = match head.as_slice() {
        [0xef, 0xbb, 0xbf] => (3, None),
        [0xff, 0xfe, ..] => (2, Some(UTF_16LE)),
        [0xfe, 0xff, ..] => (2, Some(UTF_16BE)),
        _ => (0, None),
    };
    let rest = Cursor::new(head.split_off(mark)).chain(bytes);
    Ok(match encoding {
        None => Box::new(rest),
        Some(encoding) => Box::new(Utf16 {
            inner: rest,
            decoder: encoding.new_decoder_without_bom_handling(),
            decoded: Vec::new(),
            position: 0,
            ended: false,
        }),
    })
}

/// Counts the bytes that pass.
struct Counting<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// UTF-16 read as UTF-8. An unpaired surrogate becomes U+FFFD.
struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    decoded: Vec<u8>,
    position: usize,
    ended: bool,
}

impl<R: BufRead> BufRead for Utf16<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.position == self.decoded.len() && !self.ended {
            let source = self.inner.fill_buf()?;
            self.ended = source.is_empty();
            // Three bytes of UTF-8 for two of UTF-16, and room for what the decoder held back.
            self.decoded.resize(source.len() * 2 + 16, 0);
            let (_, consumed, written, _) =
                self.decoder.decode_to_utf8(source, &mut self.decoded, self.ended);
            self.inner.consume(consumed);
            self.decoded.truncate(written);
            self.position = 0;
        }
        Ok(&self.decoded[self.position..])
    }

    fn consume(&mut self, count: usize) {
        self.position += count;
    }
}

impl<R: BufRead> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: Vec<u8>) -> String {
        let mut text = String::new();
        unicode(Box::new(BufReader::with_capacity(5, Cursor::new(bytes))))
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn marks_are_dropped() {
        assert_eq!(all(b"\xef\xbb\xbfab".to_vec()), "ab");
        assert_eq!(all(b"ab".to_vec()), "ab");
        assert_eq!(all(b"a\xef\xbb\xbfb".to_vec()), "a\u{feff}b");
        assert_eq!(all(Vec::new()), "");
    }

    #[test]
    fn utf16_of_either_order_is_read_across_buffers() {
        let text = "Erdoğan – 🦀 “yes”\r\n".repeat(50);
        let little: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> =
            [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        assert_eq!(all(little), text);
        assert_eq!(all(big), text);
    }
}
