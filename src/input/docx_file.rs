//! A document of Word (.docx): one article, of the paragraphs of its body, those in tables and text boxes too.
//!
//! Headers, footers, notes and comments stand in other parts of the file. What changes were tracked to be deleted, what
//! is hidden, and the codes of fields are not text.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::background::{Background, Outlet, Unwanted};
use super::bytes::LONGEST;
use super::packed::{self, Unfit};
use super::reader::{Given, ReadItem, too_long};
use super::repeats::ProblemKind;
use super::{dateline, decode};
use crate::error::{Place, Problem};
use crate::text::one_line;

/// A reader of the file.
pub(super) fn open(path: PathBuf, name: String) -> Result<Background, Problem> {
    let place = Place::file(&path);
    Background::start(place.clone(), move |out| read(&path, name, &place, out))
}

fn read(path: &std::path::Path, name: String, place: &Place, out: &Outlet) -> Result<(), Unwanted> {
    let document = match packed::open(path).and_then(|mut archive| Document::of(&mut archive)) {
        Ok(document) => document,
        Err(unfit) => {
            let (message, remedy) = unfit.explain();
            return out.skipped(ProblemKind::File, place.clone(), message, remedy);
        }
    };
    let Document { mut text, title, created } = document;
    if text.len() > LONGEST {
        return out.put(too_long(place.clone(), "the document"));
    }
    if text.trim().is_empty() {
        let remedy =
            "If it holds pictures of pages, read them with a program for text recognition (OCR) first.";
        return out.skipped(
            ProblemKind::EmptyText,
            place.clone(),
            "there is no text in this document",
            remedy,
        );
    }
    let nuls = decode::blank_nuls(&mut text);
    if nuls > 0 {
        out.put(ReadItem::Problem(ProblemKind::Nul, decode::nul_problem(place.clone(), nuls)))?;
    }
    // The day that the text gives is surer than the one on which the document was created.
    let date = created.filter(|_| dateline::date_of(&text).is_none());
    let given = Given { title, date, ..Given::new(name, text, place.clone()) };
    out.put(ReadItem::Article(Box::new(given)))
}

/// What is taken from the file.
#[derive(Debug, Default)]
struct Document {
    /// With an empty line between paragraphs.
    text: String,
    title: Option<String>,
    created: Option<String>,
}

impl Document {
    fn of<R: Read + std::io::Seek>(archive: &mut ZipArchive<R>) -> Result<Document, Unfit> {
        let is_body = |name: &str| {
            let number = name.strip_prefix("word/document").and_then(|it| it.strip_suffix(".xml"));
            number.is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let mut names = archive.file_names().filter_map(Result::ok);
        let body = names.find(|name| is_body(name)).map(|name| name.into_owned());
        drop(names);
        let body = body.ok_or_else(|| Unfit::Broken("there is no document in it".to_owned()))?;
        let Body { text, title, .. } = Body::read(BufReader::new(archive.by_name(&body)?))?;
        let mut document = Document { text, title, created: None };
        if let Ok(core) = archive.by_name("docProps/core.xml") {
            document.properties(BufReader::new(core))?;
        }
        Ok(document)
    }

    /// Takes in what the file says about itself.
    fn properties(&mut self, xml: impl BufRead) -> Result<(), Unfit> {
        let mut reader = Reader::from_reader(xml);
        let (mut buffer, mut value) = (Vec::new(), String::new());
        loop {
            match event(&mut reader, &mut buffer)? {
                Event::Start(_) => value.clear(),
                Event::Text(_) | Event::GeneralRef(_) | Event::CData(_) if value.len() > 1024 => {}
                Event::End(end) => {
                    let said = one_line(&value);
                    match end.local_name().as_ref() {
                        "title" if is_title(&said) => {
                            self.title.get_or_insert(said);
                        }
                        "created" if !said.is_empty() => self.created = Some(said),
                        _ => {}
                    }
                    value.clear();
                }
                Event::Eof => return Ok(()),
                other => push_text(&mut value, &other),
            }
            buffer.clear();
        }
    }
}

/// Whether a document's title is not what a program puts there.
pub(super) fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let made = ["microsoft word", "untitled", "word document", "document1", "powerpoint"];
    let is_file = [".doc", ".docx", ".odt", ".rtf", ".pdf", ".indd"].iter().any(|end| lower.ends_with(end));
    !title.is_empty() && !is_file && !made.iter().any(|start| lower.starts_with(start))
}

/// The body of a document, as far as it has been read.
#[derive(Debug, Default)]
struct Body {
    text: String,
    title: Option<String>,
    /// Paragraphs that are open: within one, a text box may hold others.
    open: Vec<Paragraph>,
    /// The text of the run that is open, unless it is hidden.
    run: String,
    hidden: bool,
    in_text: bool,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    is_title: bool,
}

impl Body {
    fn read(xml: impl BufRead) -> Result<Body, Unfit> {
        let mut body = Body::default();
        let mut reader = Reader::from_reader(xml);
        let (mut buffer, mut passed_over) = (Vec::new(), Vec::new());
        while body.text.len() <= LONGEST {
            match event(&mut reader, &mut buffer)? {
                Event::Start(tag) if is_no_text(tag.local_name().as_ref()) => {
                    let end = tag.to_end().into_owned();
                    reader.read_to_end_into(end.name(), &mut passed_over).map_err(broken)?;
                    passed_over.clear();
                }
                Event::Start(tag) => body.start(&tag),
                Event::Empty(tag) => {
                    body.start(&tag);
                    body.end(tag.local_name().as_ref());
                }
                Event::End(tag) => body.end(tag.local_name().as_ref()),
                Event::Eof => break,
                other if body.in_text => push_text(&mut body.run, &other),
                _ => {}
            }
            buffer.clear();
        }
        while !body.open.is_empty() {
            body.end("p");
        }
        Ok(body)
    }

    fn start(&mut self, tag: &BytesStart) {
        match tag.local_name().as_ref() {
            "p" => {
                self.flush();
                self.open.push(Paragraph::default());
            }
            "r" => {
                self.flush();
                self.hidden = false;
            }
            "t" => self.in_text = true,
            "tab" | "ptab" | "cr" => self.run.push(' '),
            "br" => self.run.push('\n'),
            "noBreakHyphen" => self.run.push('-'),
            "vanish" => self.hidden = !matches!(value(tag).as_deref(), Some("0" | "false" | "off")),
            "pStyle" if value(tag).is_some_and(|it| it == "Title") => {
                if let Some(paragraph) = self.open.last_mut() {
                    paragraph.is_title = true;
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => self.flush(),
            "p" => {
                self.flush();
                let Some(Paragraph { text, is_title }) = self.open.pop() else { return };
                let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                if lines.is_empty() {
                    return;
                }
                if !self.text.is_empty() {
                    self.text.push_str("\n\n");
                }
                self.text.push_str(&lines.join("\n"));
                if is_title {
                    self.title.get_or_insert_with(|| lines.join(" "));
                }
            }
            _ => {}
        }
    }

    /// Ends a run.
    fn flush(&mut self) {
        let run = std::mem::take(&mut self.run);
        if let Some(paragraph) = self.open.last_mut()
            && !self.hidden
        {
            paragraph.text.push_str(&run);
        }
        self.hidden = false;
    }
}

/// Elements whose text is no text of the article: what was deleted or moved elsewhere, a second form of what stands
/// before it, how to say a word, the settings of tab stops.
fn is_no_text(name: &str) -> bool {
    matches!(name, "del" | "moveFrom" | "Fallback" | "rt" | "tabs" | "instrText" | "sectPr")
}

fn value(tag: &BytesStart) -> Option<String> {
    let attribute =
        tag.attributes().filter_map(Result::ok).find(|it| it.key.local_name().as_ref() == "val")?;
    Some(attribute.value.into_owned())
}

/// The next event of a document.
fn event<'b>(reader: &mut Reader<impl BufRead>, buffer: &'b mut Vec<u8>) -> Result<Event<'b>, Unfit> {
    reader.read_event_into(buffer).map_err(broken)
}

fn broken(error: quick_xml::Error) -> Unfit {
    Unfit::Broken(error.to_string())
}

/// Adds what an event says.
fn push_text(text: &mut String, event: &Event) {
    match event {
        Event::Text(part) => text.push_str(part),
        Event::CData(part) => text.push_str(part),
        Event::GeneralRef(reference) => {
            let named = quick_xml::escape::resolve_predefined_entity(reference);
            match (reference.resolve_char_ref(), named) {
                (Ok(Some(letter)), _) => text.push(letter),
                (_, Some(letters)) => text.push_str(letters),
                _ => {}
            }
        }
        _ => {}
    }
}
