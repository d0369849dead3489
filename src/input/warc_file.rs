//! Web archives (WARC, as of Common Crawl and CC-News): one article a page that a server sent.
//!
//! Records are found here, so that a damaged one costs itself and not what follows; their headers are
//! read by the `warc` crate, the server's answers by `httparse`, the pages by [`page`].

use std::collections::VecDeque;
use std::io::{self, BufRead, Read, sink};
use std::path::PathBuf;

use encoding_rs::Encoding;
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use warc::{RecordType, WarcHeader, WarcReader};

use super::bytes::Bytes;
use super::decode;
use super::page::{self, LONGEST_PAGE, Page};
use super::reader::{Given, ReadItem, Reader, stopped};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// The longest header of a record, in bytes, and the most fields in a server's answer.
const LONGEST_HEADER: usize = 64 * 1024;
const MOST_FIELDS: usize = 256;

/// What every record begins with.
const MARK: &[u8] = b"WARC/";

const DAMAGED: &str = "The records around it are read. Download the file again to have them all.";

/// Reads a file record by record.
pub(super) struct Warc {
    bytes: Bytes,
    file: PathBuf,
    name: String,
    /// The number of the record that is being read, counted from 1.
    record: u64,
    /// The first line of the next record, if it has been read already.
    mark: Vec<u8>,
    /// Whether a page has been seen.
    started: bool,
}

/// The header of a record.
struct Header {
    kind: RecordType,
    length: u64,
    uri: Option<String>,
    content_type: Media,
}

impl Warc {
    pub(super) fn new(bytes: Bytes, file: PathBuf, name: String) -> Self {
        Warc { bytes, file, name, record: 0, mark: Vec::new(), started: false }
    }

    fn place(&self) -> Place {
        Place::record(&self.file, self.record)
    }

    fn skipped(&self, kind: ProblemKind, message: impl Into<String>, remedy: &str) -> ReadItem {
        ReadItem::Problem(kind, Problem::skipped(self.place(), message, remedy))
    }

    /// Goes to the first line of the next record. Says how many bytes were passed over, line ends
    /// not counted; none at the end of the file.
    fn seek(&mut self) -> io::Result<Option<u64>> {
        let mut passed_over = 0;
        while self.mark.is_empty() {
            let mut line = Vec::new();
            let read = self.bytes.by_ref().take(LONGEST_HEADER as u64).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            if line.starts_with(MARK) {
                self.mark = line;
            } else {
                passed_over += line.trim_ascii().len() as u64;
            }
        }
        Ok(Some(passed_over))
    }

    /// The header whose first line has been read, as it stands in the file; none if it is longer than
    /// may be, or cut off by the next record or the end of the file.
    fn header(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut header = std::mem::take(&mut self.mark);
        loop {
            let start = header.len();
            let left = LONGEST_HEADER.saturating_sub(start) as u64;
            self.bytes.by_ref().take(left).read_until(b'\n', &mut header)?;
            let line = &header[start..];
            if line.starts_with(MARK) {
                self.mark = line.to_vec();
                return Ok(None);
            }
            if !line.ends_with(b"\n") {
                return Ok(None);
            }
            if line.trim_ascii().is_empty() {
                return Ok(Some(header));
            }
        }
    }

    /// Takes in the record whose header has been read. False if the file ends in it.
    fn body(&mut self, header: &Header, out: &mut VecDeque<ReadItem>) -> io::Result<bool> {
        let wanted = match header.kind {
            RecordType::Response => header.content_type.is("application/http"),
            RecordType::Resource | RecordType::Conversion => {
                header.content_type.is_page() || header.content_type.is("text/plain")
            }
            _ => false,
        };
        let mut body = Vec::new();
        let kept = if wanted { header.length.min(LONGEST_PAGE as u64 + 1) } else { 0 };
        let mut rest = self.bytes.by_ref().take(header.length);
        rest.by_ref().take(kept).read_to_end(&mut body)?;
        let whole = io::copy(&mut rest, &mut sink())? + body.len() as u64 == header.length;
        if !whole {
            out.push_back(self.skipped(
                ProblemKind::File,
                "the file ends in the middle of this record",
                "The records before it are kept. Download the file again.",
            ));
            return Ok(false);
        }
        if wanted {
            self.started = true;
            self.article(header, body, out);
        }
        Ok(true)
    }

    fn article(&self, header: &Header, body: Vec<u8>, out: &mut VecDeque<ReadItem>) {
        if body.is_empty() {
            let remedy = "Nothing can be found in it; no need to do anything if that is right.";
            out.push_back(self.skipped(ProblemKind::EmptyText, "the record has no body", remedy));
            return;
        }
        if body.len() > LONGEST_PAGE {
            let message = format!("the record is longer than {} MB", LONGEST_PAGE >> 20);
            out.push_back(self.skipped(ProblemKind::TooLong, message, "The other records are read."));
            return;
        }
        let (media, content) = match header.kind {
            RecordType::Response => match answer(&body) {
                Ok(Some(answer)) => answer,
                Ok(None) => return,
                Err(message) => {
                    out.push_back(self.skipped(ProblemKind::Record, message, DAMAGED));
                    return;
                }
            },
            _ => (header.content_type.clone(), body),
        };
        let decoded = page::decode(content, media.charset());
        let page = if media.is_page() {
            page::read(&decoded.text)
        } else {
            // Text that was extracted from a page, as in Common Crawl's WET files.
            let text = decoded.text.clone();
            if text.trim().is_empty() {
                Err(page::NoArticle::NoText)
            } else {
                Ok(Page { text, ..Page::default() })
            }
        };
        match page {
            Ok(page) => {
                out.extend(decode::problems(&self.place(), &decoded));
                let id = header.uri.clone().unwrap_or_else(|| format!("{}#{}", self.name, self.record));
                let given = page.given(id, self.place());
                let url = given.url.or_else(|| header.uri.clone());
                out.push_back(ReadItem::Article(Box::new(Given { url, ..given })));
            }
            Err(why) => {
                let uri = header.uri.as_deref().unwrap_or("no address");
                let message = format!("{} ({uri})", why.message());
                out.push_back(self.skipped(ProblemKind::Page, message, "The other pages are read."));
            }
        }
    }

    /// Reads the next record. False at the end of the file.
    fn next(&mut self, out: &mut VecDeque<ReadItem>) -> io::Result<bool> {
        self.record += 1;
        let Some(passed_over) = self.seek()? else {
            if !self.started {
                out.push_back(ReadItem::Problem(
                    ProblemKind::File,
                    Problem::skipped(
                        Place::file(&self.file),
                        "there is not one web page in it",
                        "Name WARC files whose records are responses with HTML, or conversions to text.",
                    ),
                ));
            }
            return Ok(false);
        };
        if passed_over > 0 {
            let message = format!("{passed_over} bytes before this record belong to none");
            out.push_back(self.skipped(ProblemKind::Record, message, DAMAGED));
        }
        let header = self.header()?.map(|header| parse(&header));
        match header {
            Some(Ok(header)) => self.body(&header, out),
            Some(Err(why)) => {
                self.started = true;
                out.push_back(self.skipped(
                    ProblemKind::Record,
                    format!("the record's header is broken ({why})"),
                    DAMAGED,
                ));
                Ok(true)
            }
            None => {
                self.started = true;
                out.push_back(self.skipped(ProblemKind::Record, "the record's header has no end", DAMAGED));
                Ok(true)
            }
        }
    }
}

impl Reader for Warc {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        self.next(out).unwrap_or_else(|error| {
            out.push_back(stopped(self.place(), &error, "The records before this one are kept."));
            false
        })
    }
}

/// A record's header from its bytes.
fn parse(bytes: &[u8]) -> Result<Header, String> {
    // The crate relies on fields that are UTF-8.
    let text = String::from_utf8_lossy(bytes);
    let mut reader = WarcReader::new(text.as_bytes());
    let record = match reader.stream_records().next_item() {
        Some(Ok(record)) => Header {
            kind: record.warc_type().clone(),
            length: record.content_length(),
            uri: record.header(WarcHeader::TargetURI).and_then(|uri| {
                // Early versions of the standard put it between angle brackets.
                let uri = uri.trim().trim_start_matches('<').trim_end_matches('>');
                Some(uri.to_owned()).filter(|uri| !uri.is_empty())
            }),
            content_type: Media(record.header(WarcHeader::ContentType).unwrap_or_default().into_owned()),
        },
        Some(Err(error)) => return Err(short(&error)),
        None => return Err("it is empty".to_owned()),
    };
    Ok(record)
}

/// What is wrong with a header, without the header itself.
fn short(error: &warc::Error) -> String {
    match error {
        warc::Error::MissingHeader(header) => format!("there is no field `{header}`"),
        warc::Error::MalformedHeader(header, _) => format!("field `{header}` is not what it should be"),
        _ => "it is no list of fields".to_owned(),
    }
}

/// The page in a server's answer, and what kind of page the server says it is. None if the answer is
/// not a page: a redirection, a picture.
fn answer(bytes: &[u8]) -> Result<Option<(Media, Vec<u8>)>, String> {
    let mut fields = [httparse::EMPTY_HEADER; MOST_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    let start = match httparse::ParserConfig::default().parse_response(&mut response, bytes) {
        Ok(httparse::Status::Complete(start)) => start,
        Ok(httparse::Status::Partial) => return Err("the server's answer ends in its header".to_owned()),
        Err(_) => return Err("this is not the answer of a web server".to_owned()),
    };
    let field = |wanted: &str| {
        let field = response.headers.iter().find(|field| field.name.eq_ignore_ascii_case(wanted));
        field.map(|field| String::from_utf8_lossy(field.value).to_lowercase()).unwrap_or_default()
    };
    let media = Media(field("content-type"));
    if response.code != Some(200) || !(media.is_page() || media.is("text/plain")) {
        return Ok(None);
    }
    let mut content = bytes[start..].to_vec();
    // Many crawlers undo these and leave the fields as they were: what cannot be undone has been.
    if field("transfer-encoding").contains("chunked") {
        content = undone(chunked_transfer::Decoder::new(&content[..])).unwrap_or(content);
    }
    let packed = &content[..];
    let unpacked = match field("content-encoding").trim() {
        "gzip" | "x-gzip" => undone(MultiGzDecoder::new(packed)),
        "deflate" => undone(ZlibDecoder::new(packed)),
        "br" => undone(brotli::Decompressor::new(packed, 4096)),
        "zstd" => zstd::stream::read::Decoder::with_buffer(packed).ok().and_then(undone),
        _ => None,
    };
    content = unpacked.unwrap_or(content);
    if content.len() > LONGEST_PAGE {
        return Err(format!("the page unpacks to more than {} MB", LONGEST_PAGE >> 20));
    }
    Ok(Some((media, content)))
}

/// What a decoder makes of its input, up to one byte more than a page may have; none if it fails.
fn undone(decoder: impl Read) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(LONGEST_PAGE as u64 + 1).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A media type with its parameters, as in `text/html; charset=utf-8`.
#[derive(Debug, Clone)]
struct Media(String);

impl Media {
    fn is(&self, wanted: &str) -> bool {
        self.0.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case(wanted))
    }

    fn is_page(&self) -> bool {
        self.is("text/html") || self.is("application/xhtml+xml")
    }

    fn charset(&self) -> Option<&'static Encoding> {
        let parameter = |it: &str| {
            let (name, value) = it.split_once('=')?;
            name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
        };
        let label = self.0.split(';').skip(1).find_map(parameter)?;
        page::named(label.as_bytes())
    }
}
