//! What the system and the crates say that read files, in words for people who do not program.

use std::fmt;
use std::io::{self, ErrorKind};

/// Words of our own as what an [`io::Error`] says: where the system's mean something else than they seem to.
#[derive(Debug)]
pub(crate) struct Own(pub(crate) &'static str);

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Own {}

/// What the operating system says of a file, a folder or a server.
pub(crate) fn io(error: &io::Error) -> String {
    if let Some(Own(words)) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return (*words).to_owned();
    }
    use ErrorKind::{
        AlreadyExists, BrokenPipe, ConnectionAborted, ConnectionRefused, ConnectionReset, FileTooLarge,
        HostUnreachable, InvalidData, InvalidFilename, InvalidInput, IsADirectory, NetworkDown,
        NetworkUnreachable, NotADirectory, NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem,
        StorageFull, TimedOut, UnexpectedEof,
    };
    let said = error.to_string();
    let words = match error.kind() {
        NotFound => "there is no such file or folder",
        PermissionDenied => "you have no right to it",
        AlreadyExists => "there is a file of that name already",
        IsADirectory => "it is a folder and no file",
        NotADirectory => "a part of its path is a file and no folder",
        InvalidFilename => "the system takes no such name",
        StorageFull => "the disk is full",
        QuotaExceeded => "your share of the disk is full",
        FileTooLarge => "the file would be larger than the disk allows",
        ReadOnlyFilesystem => "the disk can be read only",
        BrokenPipe => "nobody reads it any more",
        UnexpectedEof => "it ends too early",
        InvalidData if said.contains("UTF-8") => "it is not text in UTF-8",
        InvalidData | InvalidInput if error.raw_os_error().is_none() => "its content is damaged",
        ConnectionRefused => "nothing answers there",
        ConnectionReset | ConnectionAborted => "the connection was broken off",
        TimedOut => "it did not answer in time",
        HostUnreachable | NetworkUnreachable | NetworkDown => "there is no way to it by the network",
        _ => return plain(&said),
    };
    words.to_owned()
}

/// The message of an error of the system, without its number.
pub(crate) fn plain(said: &str) -> String {
    let end = said.find(" (os error").unwrap_or(said.len());
    said[..end].trim_end_matches('.').to_owned()
}

/// What is wrong with JSON.
pub(crate) fn json(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Io => "it cannot be read".to_owned(),
        Category::Eof => "it ends in the middle".to_owned(),
        Category::Syntax => format!("it is no JSON from line {}, column {} on", error.line(), error.column()),
        Category::Data => format!("line {}: {}", error.line().max(1), value(&without_place(error))),
    }
}

/// What is wrong with a line of JSON that was read by itself.
pub(crate) fn json_line(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Data => value(&without_place(error)),
        Category::Eof => "it ends in the middle".to_owned(),
        Category::Io | Category::Syntax => format!("it is no JSON from column {} on", error.column()),
    }
}

fn without_place(error: &serde_json::Error) -> String {
    let said = error.to_string();
    said.rfind(" at line ").map_or(said.clone(), |end| said[..end].to_owned())
}

/// What is wrong with TOML.
pub(crate) fn toml(error: &toml::de::Error) -> String {
    value(&error.message().trim().replace('\n', "; "))
}

/// What is wrong with a table, whose columns these are.
pub(crate) fn csv(error: &csv::Error, columns: &csv::StringRecord) -> String {
    use csv::DeserializeErrorKind as Cell;
    match error.kind() {
        csv::ErrorKind::Io(error) => io(error),
        csv::ErrorKind::Utf8 { .. } => "it is not text in UTF-8".to_owned(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} cells, and the first line {expected_len}")
        }
        csv::ErrorKind::Deserialize { err, .. } => {
            let column = err.field().and_then(|at| columns.get(usize::try_from(at).ok()?));
            let what = match err.kind() {
                Cell::ParseInt(_) => "no whole number".to_owned(),
                Cell::ParseFloat(_) => "no number".to_owned(),
                Cell::ParseBool(_) => "neither true nor false".to_owned(),
                Cell::UnexpectedEndOfRow => return "it ends before its last column".to_owned(),
                Cell::InvalidUtf8(_) => "no text in UTF-8".to_owned(),
                Cell::Message(said) | Cell::Unsupported(said) => match (said.as_str(), column) {
                    // A missing column is reported as such.
                    (said, Some(column)) if !said.starts_with("missing field") => {
                        return format!("in the column `{column}`: {}", value(said));
                    }
                    (said, _) => return value(said),
                },
            };
            match column {
                Some(column) => format!("in the column `{column}` stands {what}"),
                None => format!("in one of its cells stands {what}"),
            }
        }
        _ => "it is no table".to_owned(),
    }
}

/// What serde says of a value that has another form than it should have.
fn value(said: &str) -> String {
    if let Some((found, needed)) = said
        .strip_prefix("invalid type: ")
        .or_else(|| said.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        return format!("{} stands where {} should", kind(found), kind(needed));
    }
    if let Some((name, known)) = said.strip_prefix("unknown field `").and_then(|rest| rest.split_once('`')) {
        return format!("there is no key `{name}`{}", nearest(name, known));
    }
    if let Some((name, known)) = said.strip_prefix("unknown variant `").and_then(|rest| rest.split_once('`'))
    {
        return format!("`{name}` is none of {}", ticked(known).join(", "));
    }
    if let Some(name) = said.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = said.strip_prefix("duplicate field ") {
        return format!("{name} stands there twice");
    }
    let said = said.strip_prefix("TOML parse error: ").unwrap_or(said);
    // What a parser would take next is said for programmers, unless it is a sign.
    let said = match said.split_once(", expected ") {
        Some((said, next)) if !next.starts_with('`') => said,
        _ => said,
    };
    plain(&said.replace("string values", "texts").replace("literal string", "text"))
}

/// The kind of a value.
fn kind(name: &str) -> String {
    let rest = |start: &str| name.strip_prefix(start).map(|rest| rest.trim_matches('`'));
    if let Some(number) = rest("integer ").or_else(|| rest("floating point ")) {
        return format!("the number {number}");
    }
    if let Some(text) = rest("string ") {
        return format!("the text {text}");
    }
    if let Some(truth) = rest("boolean ") {
        return format!("the word {truth}");
    }
    let kind = match name {
        "a string" | "string" | "str" => "a text",
        "f64" | "f32" | "a number" => "a number",
        "usize" | "u64" | "u32" | "u16" | "u8" | "i64" | "i32" | "a nonzero usize" => "a whole number",
        "a boolean" => "true or false",
        "null" | "unit" | "unit value" => "nothing",
        "sequence" | "a sequence" | "array" => "a list",
        "map" | "a map" | "table" => "a table",
        _ if name.starts_with("struct ") => "a table",
        _ if name.starts_with("a sequence") || name.starts_with("a tuple") => "a list",
        _ => name,
    };
    kind.to_owned()
}

/// What was perhaps meant by a name that is not among those between backticks.
fn nearest(name: &str, known: &str) -> String {
    let known = ticked(known);
    similar(name, known.iter().copied()).map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default()
}

/// The words between backticks.
fn ticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// The one of some names that looks most like another, if any does.
pub(crate) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |other: &str| strsim::jaro_winkler(&name.to_lowercase(), &other.to_lowercase());
    let scored = known.into_iter().map(|other| (likeness(other), other));
    // The first of equals.
    let best = scored.fold(None, |best: Option<(f64, &str)>, (score, other)| match best {
        Some((most, _)) if most >= score => best,
        _ => Some((score, other)),
    });
    best.filter(|(score, _)| *score > 0.8).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_speak_plainly() {
        for (number, words) in [
            (libc_number::ENOENT, "there is no such file or folder"),
            (libc_number::EACCES, "you have no right to it"),
            (libc_number::ENOSPC, "the disk is full"),
        ] {
            assert_eq!(io(&io::Error::from_raw_os_error(number)), words);
        }
        let strange = io(&io::Error::from_raw_os_error(libc_number::EMFILE));
        assert!(!strange.contains("os error"), "{strange}");
        assert_eq!(io(&io::Error::from(ErrorKind::UnexpectedEof)), "it ends too early");
        let text = String::from_utf8(vec![255]).unwrap_err();
        assert_eq!(io(&io::Error::new(ErrorKind::InvalidData, text)), "its content is damaged");
    }

    /// Those of Linux and macOS.
    #[cfg(not(windows))]
    mod libc_number {
        pub(super) const ENOENT: i32 = 2;
        pub(super) const EACCES: i32 = 13;
        pub(super) const EMFILE: i32 = 24;
        pub(super) const ENOSPC: i32 = 28;
    }

    /// What Windows calls the same.
    #[cfg(windows)]
    mod libc_number {
        pub(super) const ENOENT: i32 = 2;
        pub(super) const EACCES: i32 = 5;
        pub(super) const EMFILE: i32 = 4;
        pub(super) const ENOSPC: i32 = 112;
    }

    #[test]
    fn values_are_told_of_in_words() {
        for (said, words) in [
            ("invalid type: integer `5`, expected a string", "the number 5 stands where a text should"),
            ("invalid type: string \"high\", expected f64", "the text \"high\" stands where a number should"),
            (
                "invalid value: integer `-1`, expected usize",
                "the number -1 stands where a whole number should",
            ),
            (
                "unknown field `patern`, expected one of `id`, `pattern`",
                "there is no key `patern` (did you mean `pattern`?)",
            ),
            ("unknown field `zzz`, expected `id` or `pattern`", "there is no key `zzz`"),
            ("unknown variant `a`, expected one of `b`, `c`", "`a` is none of b, c"),
            ("missing field `id`", "`id` is missing"),
            ("string values must be quoted, expected literal string", "texts must be quoted"),
            ("key with no value, expected `=`", "key with no value, expected `=`"),
        ] {
            assert_eq!(value(said), words);
        }
    }

    #[test]
    fn damaged_json_is_placed() {
        let wrong = |text: &str| serde_json::from_str::<Vec<u8>>(text).unwrap_err();
        assert_eq!(json(&wrong("[1,\nx]")), "it is no JSON from line 2, column 1 on");
        assert_eq!(json(&wrong("[1,")), "it ends in the middle");
        assert_eq!(json(&wrong("[1,\n\"x\"]")), "line 2: the text \"x\" stands where a whole number should");
        assert_eq!(json_line(&wrong("[1, x]")), "it is no JSON from column 5 on");
    }

    #[test]
    fn cells_are_named_by_their_column() {
        let mut reader = csv::Reader::from_reader("a,b\nx,y\n".as_bytes());
        let columns = reader.headers().unwrap().clone();
        let error = reader.deserialize::<(String, u32)>().next().unwrap().unwrap_err();
        assert_eq!(csv(&error, &columns), "in the column `b` stands no whole number");
    }
}
