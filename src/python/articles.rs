//! Articles from Python, converted to lines of JSON.

use std::io::{self, BufRead, Read};

use crossbeam_channel::{Receiver, SendTimeoutError, Sender, bounded};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde_json::{Map, Value};

use crate::waiting::POLL;

/// Capacity of the channel, in lines. The reader has a queue of its own.
const WAITING: usize = 16;

/// A channel for lines.
pub(crate) fn lines() -> (Sender<Vec<u8>>, Lines) {
    let (send, receive) = bounded(WAITING);
    (send, Lines { receive, line: Vec::new(), read: 0 })
}

/// Sends every article of an iterable. False if the reader is gone.
///
/// # Errors
/// What the iterable or the handler of Ctrl-C raises, or if it yields something else.
pub(crate) fn send_all(articles: &Bound<'_, PyAny>, to: &Sender<Vec<u8>>) -> PyResult<bool> {
    let py = articles.py();
    for article in articles.try_iter()? {
        let mut line = line(&article?)?;
        loop {
            match py.detach(|| to.send_timeout(line, POLL)) {
                Ok(()) => break,
                Err(SendTimeoutError::Disconnected(_)) => return Ok(false),
                Err(SendTimeoutError::Timeout(back)) => line = back,
            }
            py.check_signals()?;
        }
    }
    Ok(true)
}

/// The reading end of the channel.
pub(crate) struct Lines {
    receive: Receiver<Vec<u8>>,
    line: Vec<u8>,
    read: usize,
}

impl BufRead for Lines {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.read == self.line.len() {
            // The sender is dropped at the end.
            self.line = self.receive.recv().unwrap_or_default();
            self.read = 0;
        }
        Ok(&self.line[self.read..])
    }

    fn consume(&mut self, count: usize) {
        self.read += count;
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

/// An article as a line of JSON: from a text, or a mapping with a text and more keys; bytes are such a line already.
fn line(article: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let mut object = Map::new();
    if let Ok(text) = article.cast::<PyString>() {
        object.insert("text".to_owned(), whole(text)?.into());
    } else if let Ok(held) = article.cast::<PyDict>() {
        for (key, held) in held.iter() {
            object.insert(whole(&key.str()?)?, value(&held)?);
        }
    } else if let Ok(held) = article.cast::<PyMapping>() {
        for item in held.items()?.iter() {
            let (key, held): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
            object.insert(whole(&key.str()?)?, value(&held)?);
        }
    } else if let Ok(given) = article.cast::<PyBytes>() {
        let mut line = given.as_bytes().trim_ascii_end().to_vec();
        if line.contains(&b'\n') {
            return Err(PyValueError::new_err(
                "a line of JSON has no line end in it; give each line by itself",
            ));
        }
        line.push(b'\n');
        return Ok(line);
    } else {
        return Err(PyTypeError::new_err(format!(
            "an article is a str or a dict with the key `text`, not {}",
            article.get_type().name()?
        )));
    }
    let mut line = Value::Object(object).to_string().into_bytes();
    line.push(b'\n');
    Ok(line)
}

/// A string as UTF-8. Half of a surrogate pair, of which Python's strings may have some, becomes one U+FFFD, so that the places of
/// what follows stay.
fn whole(text: &Bound<'_, PyString>) -> PyResult<String> {
    if let Ok(text) = text.extract() {
        return Ok(text);
    }
    let units = text.call_method1("encode", ("utf-16-le", "surrogatepass"))?;
    units.call_method1("decode", ("utf-16-le", "replace"))?.extract()
}

/// The value of a key. Missing values of pandas (NaN, NaT) become null; dates become ISO 8601.
fn value(held: &Bound<'_, PyAny>) -> PyResult<Value> {
    if held.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(text) = held.cast::<PyString>() {
        return Ok(whole(text)?.into());
    }
    if let Ok(truth) = held.cast::<PyBool>() {
        return Ok(truth.is_true().into());
    }
    if held.is_instance_of::<PyInt>() {
        return Ok(number(&held.str()?.to_string_lossy()));
    }
    if let Ok(float) = held.cast::<PyFloat>() {
        return Ok(float.value().into());
    }
    if held.is_instance_of::<PyList>() || held.is_instance_of::<PyTuple>() {
        return Ok(Value::Array(Vec::new()));
    }
    if held.is_instance_of::<PyDict>() {
        return Ok(Value::Object(Map::new()));
    }
    if let Ok(bytes) = held.cast::<PyBytes>() {
        return Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned().into());
    }
    // NaN, NaT and NA are not equal to themselves.
    if !held.eq(held).unwrap_or(false) {
        return Ok(Value::Null);
    }
    if let Ok(date) = held.call_method0("isoformat") {
        return Ok(date.str()?.to_string_lossy().into_owned().into());
    }
    let said = held.str()?.to_string_lossy().into_owned();
    Ok(if held.hasattr("__index__")? { number(&said) } else { said.into() })
}

/// A whole number; one too long for JSON readers stays a text.
fn number(said: &str) -> Value {
    said.parse::<i64>().map_or_else(|_| said.into(), Value::from)
}
