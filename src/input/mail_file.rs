//! Mail: a message (.eml) or a mailbox (.mbox), one article a message.
//!
//! Messages are found here, so that one is in memory at a time, and taken apart by the `mail-parser` crate; a message
//! that comes as a page only is read as a page of the web is.

use std::io::{self, Read};
use std::path::PathBuf;

use mail_parser::{Address, Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::background::{Background, Outlet, Unwanted};
use super::bytes::{self, Bytes, LONGEST};
use super::decode;
use super::page::{self, LONGEST_PAGE};
use super::reader::{Given, ReadItem, stopped};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// A reader of a message.
pub(super) fn message(bytes: Bytes, path: PathBuf, name: String) -> Result<Background, Problem> {
    let place = Place::file(&path);
    Background::start(place.clone(), move |out| {
        let mut message = Vec::new();
        if let Err(error) = bytes.take(LONGEST as u64 + 1).read_to_end(&mut message) {
            return out.put(stopped(place, &error, "The message is left out."));
        }
        let cut = message.len() > LONGEST;
        article(&message, cut, name, place, out)
    })
}

/// A reader of a mailbox.
pub(super) fn mailbox(bytes: Bytes, path: PathBuf, name: String) -> Result<Background, Problem> {
    Background::start(Place::file(&path), move |out| {
        let mut mailbox = Mailbox { bytes, mark: Vec::new(), started: false };
        for number in 1.. {
            let place = Place::message(&path, number);
            let (message, cut) = match mailbox.next() {
                Ok(Some(found)) => found,
                Ok(None) if number == 1 => {
                    let message = "there is not one message in it";
                    let remedy = "In a mailbox, a line that begins with `From ` stands before each message.";
                    return out.skipped(ProblemKind::File, Place::file(&path), message, remedy);
                }
                Ok(None) => break,
                Err(error) => {
                    return out.put(stopped(place, &error, "The messages before this one are kept."));
                }
            };
            article(&message, cut, format!("{name}#{number}"), place, out)?;
        }
        Ok(())
    })
}

/// Messages, one after the other.
struct Mailbox {
    bytes: Bytes,
    /// The line before the next message, if it has been read.
    mark: Vec<u8>,
    started: bool,
}

impl Mailbox {
    /// The next message, and whether there was more of it than is read.
    fn next(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let (mut message, mut line, mut cut) = (Vec::new(), Vec::new(), false);
        // What stands before the first mark is no message.
        while !self.started {
            line.clear();
            if bytes::read_line(&mut self.bytes, &mut line)?.read == 0 {
                return Ok(None);
            }
            self.started = is_mark(&line);
            self.mark = std::mem::take(&mut line);
        }
        if self.mark.is_empty() {
            return Ok(None);
        }
        self.mark.clear();
        let mut behind_blank = false;
        loop {
            line.clear();
            let read = bytes::read_line(&mut self.bytes, &mut line)?;
            if read.read == 0 {
                break;
            }
            if behind_blank && is_mark(&line) {
                self.mark = line;
                break;
            }
            behind_blank = line.trim_ascii().is_empty();
            cut |= read.cut || message.len() + line.len() > LONGEST;
            if !cut {
                // What began like the line before a message was marked in the mailbox.
                let marks = line.iter().take_while(|&&byte| byte == b'>').count();
                let escaped = marks > 0 && line[marks..].starts_with(b"From ");
                message.extend_from_slice(&line[usize::from(escaped)..]);
            }
        }
        Ok(Some((message, cut)))
    }
}

/// Whether this is the line before a message: `From ana@example.org Fri Mar 29 11:00:00 2019`.
fn is_mark(line: &[u8]) -> bool {
    let has_time =
        || line.windows(3).any(|it| it[1] == b':' && it[0].is_ascii_digit() && it[2].is_ascii_digit());
    line.starts_with(b"From ") && has_time()
}

fn article(bytes: &[u8], cut: bool, name: String, place: Place, out: &Outlet) -> Result<(), Unwanted> {
    let message = MessageParser::default().parse(bytes);
    let is_message = |it: &Message| it.from().is_some() || it.date().is_some() || it.subject().is_some();
    let Some(message) = message.filter(is_message) else {
        let remedy = "A message begins with fields such as From, Date and Subject. Save it again from the mail program.";
        return out.skipped(ProblemKind::Record, place, "this is no message", remedy);
    };
    let mut text = match text_of(&message) {
        Ok(text) => text,
        Err(why) => {
            let remedy = match why {
                NoText::Encrypted => "Save it decrypted from the mail program.",
                NoText::Empty => "Nothing can be found in it; what is attached is not read.",
            };
            let kind = if why == NoText::Empty { ProblemKind::EmptyText } else { ProblemKind::Record };
            return out.skipped(kind, place, why.message(), remedy);
        }
    };
    let nuls = decode::blank_nuls(&mut text);
    if nuls > 0 {
        out.put(ReadItem::Problem(ProblemKind::Nul, decode::nul_problem(place.clone(), nuls)))?;
    }
    if cut {
        let message = format!("the message is longer than {} MB", LONGEST >> 20);
        let remedy = "What stands behind that is left out: attachments, as a rule.";
        out.put(ReadItem::Problem(ProblemKind::TooLong, Problem::mended(place.clone(), message, remedy)))?;
    }
    let attached = message.attachments().filter(|part| is_document(part)).count();
    if attached > 0 {
        let files = if attached == 1 {
            "1 attached file is".to_owned()
        } else {
            format!("{attached} attached files are")
        };
        let remedy = "To have them read, save them into the input folder.";
        let problem = Problem::mended(place.clone(), format!("{files} not read"), remedy);
        out.put(ReadItem::Problem(ProblemKind::Attachment, problem))?;
    }
    let title = message.subject().map(one_line).filter(|subject| !subject.is_empty());
    let date = message.date().map(|it| format!("{:04}-{:02}-{:02}", it.year, it.month, it.day));
    let source = message.from().and_then(Address::first).and_then(|sender| {
        let said = [sender.name(), sender.address()].into_iter().flatten().map(one_line);
        said.into_iter().find(|it| !it.is_empty())
    });
    let given = Given { title, date, source, ..Given::new(name, text, place) };
    out.put(ReadItem::Article(Box::new(given)))
}

fn one_line(text: &str) -> String {
    crate::text::one_line(&text.replace('\0', " "))
}

/// Why there is nothing to read in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NoText {
    Encrypted,
    Empty,
}

impl NoText {
    fn message(self) -> &'static str {
        match self {
            NoText::Encrypted => "the message is encrypted",
            NoText::Empty => "there is no text in this message",
        }
    }
}

/// The text of a message: as it is, or as the page that it is.
fn text_of(message: &Message) -> Result<String, NoText> {
    let is = |part: &MessagePart, kind: &str, sub: &str| {
        part.content_type().is_some_and(|it| {
            it.c_type.eq_ignore_ascii_case(kind)
                && it.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case(sub))
        })
    };
    let is_sealed = |part: &MessagePart| {
        let is_mime = is(part, "application", "pkcs7-mime") || is(part, "application", "x-pkcs7-mime");
        is(part, "multipart", "encrypted") || is_mime
    };
    if message.parts.iter().any(is_sealed) {
        return Err(NoText::Encrypted);
    }
    let plain: Vec<String> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(paragraphs(text)),
            PartType::Html(html) => page_text(html),
            _ => None,
        })
        .filter(|text| !text.trim().is_empty())
        .collect();
    if !plain.is_empty() {
        return Ok(plain.join("\n\n"));
    }
    let pages = message.html_bodies().filter_map(|part| match &part.body {
        PartType::Html(html) => page_text(html),
        _ => None,
    });
    let pages: Vec<String> = pages.collect();
    if pages.is_empty() { Err(NoText::Empty) } else { Ok(pages.join("\n\n")) }
}

/// A message's page: its article, or, in a short one, all its text.
fn page_text(html: &str) -> Option<String> {
    if html.len() > LONGEST_PAGE {
        return None;
    }
    let text = page::read(html).map(|page| page.text).unwrap_or_else(|_| {
        let text = mail_parser::decoders::html::html_to_text(html);
        text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
    });
    Some(text).filter(|text| !text.trim().is_empty())
}

/// Lines without the marks of quoting.
fn paragraphs(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let quoted = line.trim_start_matches(['>', ' ']);
        if line.starts_with('>') { quoted.trim_end() } else { line.trim_end() }
    });
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Whether a part of a message is an attached file: no signature, no picture within the text.
fn is_document(part: &MessagePart) -> bool {
    let Some(kind) = part.content_type() else { return true };
    let subtype = kind.subtype().unwrap_or_default().to_lowercase();
    let is_picture = kind.c_type.eq_ignore_ascii_case("image") && part.content_id().is_some();
    !is_picture && !subtype.ends_with("-signature")
}
