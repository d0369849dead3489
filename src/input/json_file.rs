//! JSON (.json): one article an object, in a list of them, wherever in the file the list is; or the file is one
//! article itself.
//!
//! Objects are found here and taken apart as a line of JSONL is, so that one is in memory at a time and a broken one
//! costs itself.

use std::collections::VecDeque;
use std::io::{self, BufRead as _};
use std::path::PathBuf;

use super::bytes::{Bytes, LONGEST};
use super::columns::{self, Missing, Role};
use super::decode::{self, Charset};
use super::jsonl::{self, Record};
use super::options::Options;
use super::reader::{ReadItem, Reader, stopped, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem};

/// How deep in a file articles are looked for: `{"hits": {"hits": [{"_source": {...}}]}}` are five.
const DEEPEST: usize = 8;

/// Reads a file object by object.
pub(super) struct Json {
    text: Text,
    file: PathBuf,
    name: String,
    options: Options,
    charset: Charset,
    /// What is open around the next value.
    open: Vec<Open>,
    /// The number of objects that were taken for articles.
    objects: u64,
    /// The keys of the first object without a text, and its line.
    other: Option<(Vec<String>, u64)>,
    /// What is wrong with the first object in no list that cannot be read as a whole.
    broken: Option<Problem>,
}

/// A list or an object whose values are looked at one by one.
enum Open {
    List {
        /// Whether an article stood in it.
        articles: bool,
        /// Objects without a text before its first article, each with how many articles there were before.
        without: Vec<(u64, Problem)>,
    },
    Object,
}

/// So many objects without a text are remembered of a list that may yet hold articles.
const MOST_WITHOUT: usize = 10_000;

/// What can follow in a file, blanks, commas and keys passed over.
enum Next {
    Object,
    List,
    Close,
    /// A value that is none of these.
    Other,
    End,
}

impl Json {
    pub(super) fn new(bytes: Bytes, file: PathBuf, name: String, options: Options) -> Self {
        Json {
            text: Text { back: Vec::new(), position: 0, bytes, line: 1 },
            file,
            name,
            options,
            charset: Charset::default(),
            open: Vec::new(),
            objects: 0,
            other: None,
            broken: None,
        }
    }

    /// Takes in what comes next. False at the end of the file.
    fn next(&mut self, out: &mut VecDeque<ReadItem>) -> io::Result<bool> {
        match self.text.next()? {
            Next::End => {
                self.end(out);
                return Ok(false);
            }
            Next::Close => {
                self.open.pop();
            }
            Next::Other => {}
            Next::List => {
                // Lists within what may be an article are its parts.
                let in_list = self.open.iter().any(|it| matches!(it, Open::List { .. }));
                if in_list || self.open.len() >= DEEPEST {
                    self.text.pass_over(&mut Vec::new(), 0)?;
                } else {
                    self.text.skip_byte();
                    self.open.push(Open::List { articles: false, without: Vec::new() });
                }
            }
            Next::Object => self.object(out)?,
        }
        Ok(true)
    }

    /// Takes in the object that begins here: as an article, or as what holds them.
    fn object(&mut self, out: &mut VecDeque<ReadItem>) -> io::Result<()> {
        let line = self.text.line;
        let place = Place::line(&self.file, line);
        let among_articles = matches!(self.open.last(), Some(Open::List { articles: true, .. }));
        // Of a list whose first articles are broken nothing else tells that there were any.
        let in_list = matches!(self.open.last(), Some(Open::List { .. }));
        let mut bytes = Vec::new();
        let passed = self.text.pass_over(&mut bytes, LONGEST + 1)?;
        if bytes.len() > LONGEST && among_articles {
            self.text.finish(passed)?;
            out.push_back(too_long(place, "the object"));
            return Ok(());
        }
        let whole = bytes.len() <= LONGEST;
        let (decoded, parsed) = if whole {
            let decoded = self.charset.decode(bytes.clone());
            let parsed = jsonl::parse(&decoded.text);
            (decoded, Some(parsed))
        } else {
            (decode::Decoded::default(), None)
        };
        match parsed {
            Some(Ok((object, broken))) => {
                let names = object.keys().map(String::as_str);
                let found = columns::Columns::find_some(names.clone(), &self.options);
                let text = found.ok().and_then(|(columns, _)| object.values().nth(columns.text));
                // Under such a name there may be a list of them.
                let has_text = text.is_some_and(|text| !text.is_array() && !text.is_object());
                if has_text || among_articles {
                    if let Some(Open::List { articles, without }) = self.open.last_mut() {
                        *articles = true;
                        out.extend(lost(without, self.objects));
                    }
                    self.objects += 1;
                    out.extend(decode::problems(&place, &decoded));
                    let name = format!("{}#{}", self.name, self.objects);
                    // The only article of a file is called after the file.
                    let name =
                        if self.open.is_empty() && self.objects == 1 { self.name.clone() } else { name };
                    let record = Record { object, broken, name, place, options: &self.options };
                    record.take(out);
                    return Ok(());
                }
                if let Some(Open::List { without, .. }) = self.open.last_mut()
                    && without.len() < MOST_WITHOUT
                {
                    let (message, remedy) =
                        columns::explain(Missing(Role::Text), "key", names.clone(), &self.options);
                    without.push((self.objects, Problem::skipped(place, message, remedy)));
                }
                let keys = names.map(str::to_owned).collect();
                self.other.get_or_insert((keys, line));
            }
            Some(Err(message)) => {
                let message = if passed.is_cut() { ENDS.to_owned() } else { message };
                let remedy = "The other objects are read. Write it as {\"id\": \"a1\", \"text\": \"...\"}.";
                let problem = Problem::skipped(place, message, remedy);
                if in_list || self.open.len() >= DEEPEST {
                    out.push_back(ReadItem::Problem(ProblemKind::Json, problem));
                    return Ok(());
                }
                self.broken.get_or_insert(problem);
            }
            None => {}
        }
        if self.open.len() >= DEEPEST {
            return self.text.finish(passed);
        }
        // What it holds is read again.
        self.text.put_back(bytes, line);
        self.text.skip_byte();
        self.open.push(Open::Object);
        Ok(())
    }

    fn end(&mut self, out: &mut VecDeque<ReadItem>) {
        let place = Place::file(&self.file);
        if !self.open.is_empty() {
            let remedy = "What stands before is kept. Copy or download the file again.";
            let problem = Problem::skipped(Place::line(&self.file, self.text.line), ENDS, remedy);
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
        } else if self.objects == 0 {
            let problem = match (self.broken.take(), self.other.take()) {
                (Some(broken), _) => broken,
                (None, Some((keys, line))) => {
                    let names = keys.iter().map(String::as_str);
                    let (message, remedy) =
                        columns::explain(Missing(Role::Text), "key", names, &self.options);
                    Problem::skipped(Place::line(&self.file, line), message, remedy)
                }
                (None, None) => Problem::skipped(
                    place,
                    "there is not one article in it",
                    "Articles are objects like {\"id\": \"a1\", \"text\": \"...\"}, one or a list of them.",
                ),
            };
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
        }
    }
}

/// What is told of the objects before the first article of a list: those that hold no articles themselves are lost.
/// `objects` articles were before that one.
fn lost(without: &mut Vec<(u64, Problem)>, objects: u64) -> Vec<ReadItem> {
    let behind: Vec<u64> = without.iter().skip(1).map(|(count, _)| *count).chain([objects]).collect();
    let of_each = without.drain(..).zip(behind);
    let holds_none = of_each.filter(|((before, _), behind)| before == behind);
    holds_none.map(|((_, problem), _)| ReadItem::Problem(ProblemKind::NoText, problem)).collect()
}

const ENDS: &str = "the file ends in the middle of this object";

impl Reader for Json {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        self.next(out).unwrap_or_else(|error| {
            let place = Place::line(&self.file, self.text.line);
            out.push_back(stopped(place, &error, "The articles before this line are kept."));
            false
        })
    }
}

/// The bytes of a file, and the line that the next one is in.
struct Text {
    /// What was put back, and how much of it has been read again.
    back: Vec<u8>,
    position: usize,
    bytes: Bytes,
    line: u64,
}

/// How far into a list or object one has come.
#[derive(Clone, Copy)]
struct Passed {
    depth: u64,
    in_string: bool,
    escaped: bool,
    ended: bool,
}

impl Passed {
    /// Takes in a byte. Says whether it is the last one of the value.
    fn take(&mut self, byte: u8) -> bool {
        if self.escaped {
            self.escaped = false;
            return false;
        }
        if self.in_string {
            self.escaped = byte == b'\\';
            self.in_string = byte != b'"';
            return byte == b'"' && self.depth == 0;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    /// Whether the file ended before it did.
    fn is_cut(self) -> bool {
        self.ended && self.depth > 0
    }
}

impl Text {
    /// Goes to what comes next. Strings, numbers and words are passed over.
    fn next(&mut self) -> io::Result<Next> {
        loop {
            let Some(&byte) = self.fill()?.first() else { return Ok(Next::End) };
            return Ok(match byte {
                b'{' => Next::Object,
                b'[' => Next::List,
                b'}' | b']' => {
                    self.skip_byte();
                    Next::Close
                }
                b'"' => {
                    self.string()?;
                    Next::Other
                }
                byte => {
                    self.line += u64::from(byte == b'\n');
                    self.skip_byte();
                    continue;
                }
            });
        }
    }

    /// Passes over the byte that was looked at.
    fn skip_byte(&mut self) {
        self.consume(1);
    }

    fn string(&mut self) -> io::Result<()> {
        let string = Passed { depth: 0, in_string: false, escaped: false, ended: false };
        self.pass(string, &mut Vec::new(), 0).map(drop)
    }

    /// Passes over the list or object that begins here, and keeps its bytes up to `most` of them: then it stops.
    fn pass_over(&mut self, kept: &mut Vec<u8>, most: usize) -> io::Result<Passed> {
        self.pass(Passed { depth: 0, in_string: false, escaped: false, ended: false }, kept, most)
    }

    /// Passes over the rest.
    fn finish(&mut self, passed: Passed) -> io::Result<()> {
        if passed.depth > 0 && !passed.ended {
            self.pass(passed, &mut Vec::new(), 0)?;
        }
        Ok(())
    }

    /// Goes on until a value has ended. `most` bytes of it are kept, and that many are read if it is not 0.
    fn pass(&mut self, mut passed: Passed, kept: &mut Vec<u8>, most: usize) -> io::Result<Passed> {
        loop {
            let (mut line, bytes) = (self.line, self.fill()?);
            if bytes.is_empty() {
                passed.ended = true;
                return Ok(passed);
            }
            let left = if most > 0 { most - kept.len() } else { bytes.len() };
            let bytes = &bytes[..bytes.len().min(left)];
            let mut used = 0;
            let mut whole = false;
            while used < bytes.len() && !whole {
                if passed.in_string && !passed.escaped {
                    let rest = &bytes[used..];
                    let skip = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    line += memchr::memchr_iter(b'\n', &rest[..skip]).count() as u64;
                    used += skip;
                }
                let Some(&byte) = bytes.get(used) else { break };
                used += 1;
                line += u64::from(byte == b'\n');
                whole = passed.take(byte);
            }
            if most > 0 {
                kept.extend_from_slice(&bytes[..used]);
            }
            self.line = line;
            self.consume(used);
            if whole || (most > 0 && kept.len() >= most) {
                return Ok(passed);
            }
        }
    }

    /// Puts bytes back that began in `line`.
    fn put_back(&mut self, mut bytes: Vec<u8>, line: u64) {
        self.line = line;
        if self.position >= bytes.len() {
            // They came from there.
            self.position -= bytes.len();
            return;
        }
        bytes.extend_from_slice(&self.back[self.position..]);
        self.back = bytes;
        self.position = 0;
    }

    /// What can be read without reading more of the file; nothing at its end.
    fn fill(&mut self) -> io::Result<&[u8]> {
        if self.back.is_empty() { self.bytes.fill_buf() } else { Ok(&self.back[self.position..]) }
    }

    fn consume(&mut self, count: usize) {
        if self.back.is_empty() {
            return self.bytes.consume(count);
        }
        self.position += count;
        if self.position == self.back.len() {
            self.back = Vec::new();
            self.position = 0;
        }
    }
}
