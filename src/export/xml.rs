//! XML of graphs, element by element.

use std::borrow::Cow;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use tempfile::NamedTempFile;

use crate::error::Result;
use crate::output::{Whole, temporary, unwritable};

/// A file of XML that is being written.
pub(super) struct Xml {
    path: PathBuf,
    writer: Writer<BufWriter<NamedTempFile>>,
}

impl Xml {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file = BufWriter::with_capacity(1 << 18, temporary(path)?);
        let mut xml = Xml { path: path.to_path_buf(), writer: Writer::new_with_indent(file, b' ', 1) };
        xml.event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        Ok(xml)
    }

    fn event(&mut self, event: Event<'_>) -> Result<()> {
        self.writer.write_event(event).map_err(|e| unwritable(&self.path, e))
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
        let start = element(name, attributes);
        self.event(Event::Start(start))
    }

    /// Writes an element without content.
    pub(super) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> Result<()> {
        let start = element(name, attributes);
        self.event(Event::Empty(start))
    }

    /// Writes an element with a text in it.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> Result<()> {
        self.open(name, attributes)?;
        self.event(Event::Text(BytesText::new(&allowed(text))))?;
        self.close(name)
    }

    /// Closes an element.
    pub(super) fn close(&mut self, name: &str) -> Result<()> {
        self.event(Event::End(BytesEnd::new(name)))
    }

    /// Gives the file its name.
    pub(super) fn finish(self) -> Result<PathBuf> {
        let mut file = self.writer.into_inner();
        file.write_all(b"\n").map_err(|e| unwritable(&self.path, e))?;
        let file = file.into_inner().map_err(|e| unwritable(&self.path, e.into_error()))?;
        Whole::new(self.path, file)?.name()
    }
}

fn element<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, &*allowed(value)));
    }
    start
}

/// A text without the characters that XML 1.0 cannot hold, however they are escaped.
fn allowed(text: &str) -> Cow<'_, str> {
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_allowed) {
        text.into()
    } else {
        text.chars().filter(|&c| is_allowed(c)).collect::<String>().into()
    }
}
