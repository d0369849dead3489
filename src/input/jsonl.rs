//! JSONL: one article a line.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::bytes::{self, Bytes};
use super::columns::{self, Columns, Missing, Role};
use super::decode::{self, Charset};
use super::options::Options;
use super::reader::{Given, ReadItem, Reader, empty_text, stopped, too_long};
use super::repeats::ProblemKind;
use crate::error::{Place, Problem, words};

const EXAMPLE: &str =
    r#"Write one object per line, like {"id": "a1", "text": "..."}; the other lines are read."#;

/// Reads a file line by line.
pub(super) struct Jsonl {
    bytes: Bytes,
    file: PathBuf,
    name: String,
    options: Options,
    charset: Charset,
    line: u64,
    /// Whether a line that is not blank has been seen.
    started: bool,
}

impl Jsonl {
    pub(super) fn new(bytes: Bytes, file: PathBuf, name: String, options: Options) -> Self {
        Jsonl { bytes, file, name, options, charset: Charset::default(), line: 0, started: false }
    }

    /// The same; `dealt` as in [`Options::dealt`].
    pub(super) fn dealt(self, dealt: bool) -> Self {
        Jsonl { started: dealt, ..self }
    }

    fn place(&self) -> Place {
        Place::line(&self.file, self.line)
    }
}

/// An object that holds an article.
pub(super) struct Record<'o> {
    pub(super) object: Map<String, Value>,
    /// How many lone surrogates were replaced to read it.
    pub(super) broken: usize,
    /// What the article is called if the object does not say.
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) options: &'o Options,
}

impl Record<'_> {
    /// Takes in the article, after what is wrong with it.
    pub(super) fn take(self, out: &mut VecDeque<ReadItem>) {
        let Record { mut object, broken, name, place, options } = self;
        if broken > 0 {
            let problem = Problem::mended(
                place.clone(),
                "half of a surrogate pair (\\ud800 to \\udfff) stands alone",
                "It is replaced by U+FFFD; it was most likely half of an emoji.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::Json, problem));
        }
        let explain = |object: &Map<String, Value>, missing| {
            columns::explain(missing, "key", object.keys().map(String::as_str), options)
        };
        // One record in another form is no reason to lose it.
        let found = Columns::find_some(object.keys().map(String::as_str), options);
        let (columns, missing) = match found {
            Ok(found) => found,
            Err(missing) => {
                let (message, remedy) = explain(&object, missing);
                let problem = Problem::skipped(place.clone(), message, remedy);
                out.push_back(ReadItem::Problem(ProblemKind::NoText, problem));
                return;
            }
        };
        let (missing_id, missing): (Vec<Role>, Vec<Role>) =
            missing.into_iter().partition(|&role| role == Role::Id);
        let missing_id = missing_id.first().map(|&role| explain(&object, Missing(role)).0);
        let missing: Vec<_> = missing.into_iter().map(|role| explain(&object, Missing(role))).collect();
        let Some(text) = take_text(&mut object, columns.text, &place, out) else { return };
        let cell = |column: Option<usize>| {
            let (_, value) = object.iter().nth(column?)?;
            scalar(value)
        };
        let id = cell(columns.id).unwrap_or_else(|| {
            let id = name;
            let held = columns.id.and_then(|column| object.iter().nth(column));
            let message = held.map(|(key, _)| format!("`{key}` holds no id")).or(missing_id);
            if let Some(message) = message {
                let remedy = format!("The article is called {id}; an id is a string or a number.");
                out.push_back(ReadItem::Problem(
                    ProblemKind::NoId,
                    Problem::mended(place.clone(), message, remedy),
                ));
            }
            id
        });
        for (message, remedy) in missing {
            out.push_back(ReadItem::Problem(
                ProblemKind::NoColumn,
                Problem::mended(place.clone(), message, remedy),
            ));
        }
        let Columns { title, date, source, url, .. } = columns;
        let [title, date, source, url] = [title, date, source, url].map(cell);
        out.push_back(ReadItem::Article(Box::new(Given { id, text, title, date, source, url, place })));
    }
}

/// The text under key number `column`, if there is one; what is wrong with it goes to `out`.
fn take_text(
    object: &mut Map<String, Value>,
    column: usize,
    place: &Place,
    out: &mut VecDeque<ReadItem>,
) -> Option<String> {
    let mut text = match object.iter_mut().nth(column)? {
        (_, Value::String(text)) => std::mem::take(text),
        (key, value) => {
            let problem = Problem::skipped(
                place.clone(),
                format!("`{key}` is {}, not a text", kind_of(value)),
                "Put the text there as one string, or say with --text-column which key holds it.",
            );
            out.push_back(ReadItem::Problem(ProblemKind::NoText, problem));
            return None;
        }
    };
    let nuls = decode::blank_nuls(&mut text);
    if text.trim().is_empty() {
        out.push_back(empty_text(place.clone()));
        return None;
    }
    if nuls > 0 {
        out.push_back(ReadItem::Problem(ProblemKind::Nul, decode::nul_problem(place.clone(), nuls)));
    }
    Some(text)
}

/// What to do with JSON that is not JSONL.
const NOT_JSONL: &str = "Call the file .json, not .jsonl, or turn it into JSONL: `jq -c '.[]' FILE` for a list of objects, \
                         `jq -c . FILE` for objects on several lines.";

impl Reader for Jsonl {
    fn read(&mut self, out: &mut VecDeque<ReadItem>) -> bool {
        let mut line = Vec::new();
        self.line += 1;
        match bytes::read_line(&mut self.bytes, &mut line) {
            Ok(bytes::Line { read: 0, .. }) => {
                if !self.started {
                    let problem = Problem::skipped(
                        Place::file(&self.file),
                        "there is not one article in it",
                        "Put the articles in, one JSON object per line.",
                    );
                    out.push_back(ReadItem::Problem(ProblemKind::File, problem));
                }
                return false;
            }
            Ok(bytes::Line { cut: true, .. }) => {
                self.started = true;
                out.push_back(too_long(self.place(), "the line"));
                return true;
            }
            Ok(_) => {}
            Err(error) => {
                out.push_back(stopped(self.place(), &error, "The articles before this line are kept."));
                return false;
            }
        }
        let decoded = self.charset.decode(line);
        let text = decoded.text.trim();
        if text.is_empty() {
            return true;
        }
        if !self.started && (text == "{" || text.starts_with('[')) {
            let message = "this is JSON, but not one object per line";
            let problem = Problem::skipped(self.place(), message, NOT_JSONL);
            out.push_back(ReadItem::Problem(ProblemKind::File, problem));
            return false;
        }
        self.started = true;
        out.extend(decode::problems(&self.place(), &decoded));
        match parse(text) {
            Ok((object, broken)) => {
                let name = format!("{}#{}", self.name, self.line);
                Record { object, broken, name, place: self.place(), options: &self.options }.take(out);
            }
            Err(message) => {
                let problem = Problem::skipped(self.place(), message, EXAMPLE);
                out.push_back(ReadItem::Problem(ProblemKind::Json, problem));
            }
        }
        true
    }
}

/// The object on a line, and the number of lone surrogates that were replaced to read it.
pub(super) fn parse(line: &str) -> Result<(Map<String, Value>, usize), String> {
    let (Flat(value), broken) = match serde_json::from_str::<Flat>(line) {
        Ok(value) => (value, 0),
        Err(error) => {
            let (mended, broken) = mend_surrogates(line);
            match serde_json::from_str::<Flat>(&mended) {
                Ok(value) if broken > 0 => (value, broken),
                _ => return Err(not_json(&error)),
            }
        }
    };
    match value {
        Value::Object(object) => Ok((object, broken)),
        other => Err(format!("the line is {}, not an object", kind_of(&other))),
    }
}

/// A value of which one level is kept: lists and objects within it come out empty. A list of numbers would take
/// forty times the memory that it takes in the file.
struct Flat(Value);

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Nested { fields: true }).map(Flat)
    }
}

/// Reads a value. Of an object its fields if they are wanted, else only that it is one.
#[derive(Clone, Copy)]
struct Nested {
    fields: bool,
}

impl<'de> serde::de::DeserializeSeed<'de> for Nested {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(Vec::new()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        if self.fields {
            while let Some(key) = map.next_key::<String>()? {
                object.insert(key, map.next_value_seed(Nested { fields: false })?);
            }
        } else {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        }
        Ok(Value::Object(object))
    }
}

fn not_json(error: &serde_json::Error) -> String {
    // A line is parsed by itself, so that "line 1" of the parser's message would mislead.
    words::json_line(error)
}

/// Replaces the escape of a lone surrogate by that of U+FFFD, and counts them. Python writes them
/// where a text was cut in the middle of an emoji.
fn mend_surrogates(line: &str) -> (Cow<'_, str>, usize) {
    static ESCAPE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?i)\\u(?<pair>d[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})|\\u(?<lone>d[89a-f][0-9a-f]{2})|\\.",
        )
        .ok()
    });
    let Some(escape) = &*ESCAPE else { return (Cow::Borrowed(line), 0) };
    let mut count = 0;
    let mended = escape.replace_all(line, |found: &Captures<'_>| {
        if found.name("lone").is_some() {
            count += 1;
            r"\ufffd".to_owned()
        } else {
            found[0].to_owned()
        }
    });
    (mended, count)
}

/// A string or number as a string; none for what is empty, null or nested.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().replace('\0', " "),
        Value::Number(number) => number.to_string(),
        Value::Bool(_) | Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
