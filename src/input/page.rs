//! The article in a web page: its text without menus, advertisements and links to other stories, and
//! what the page says about itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use dom_query::Document;
use dom_smoothie::{Config, Readability, TextMode};
use encoding_rs::{Encoding, UTF_8};
use regex::bytes::Regex;

use super::address::is_address;
use super::decode::{Charset, Decoded, blank_nuls};
use super::guards::page_cost;
use super::reader::Given;
use crate::error::Place;
use crate::text::Date;

/// The longest page that is read, in bytes. A page in memory takes some thirty times its size.
pub(super) const LONGEST_PAGE: usize = 4 << 20;

/// Where a page may name its encoding, in bytes from its start (browsers look as far).
const HEAD: usize = 1024;

/// How deep elements may lie in each other, and how many there may be. Time and stack grow with both;
/// browsers stop at about this depth, and an article's page has a few thousand elements.
const DEEPEST: usize = 500;
const MOST_NODES: usize = 200_000;

/// The article in a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// One line a paragraph, with an empty line between them.
    pub(super) text: String,
    pub(super) title: Option<String>,
    pub(super) date: Option<String>,
    /// The name of its site.
    pub(super) source: Option<String>,
    /// What it says is its address.
    pub(super) url: Option<String>,
}

impl Page {
    /// The article of this id.
    pub(super) fn given(self, id: String, place: Place) -> Given {
        let Page { text, title, date, source, url } = self;
        Given { id, text, title, date, source, url, place }
    }
}

/// The encoding of that name in a page, which was read as bytes to find it: so it is not UTF-16, whatever it says.
pub(super) fn named(label: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_label(label).map(Encoding::output_encoding)
}

/// Decodes a page: as UTF-8 if it is, whatever it says; else as `declared` (by the server) or by itself
/// in a `meta` element; else as what it looks like.
pub(super) fn decode(bytes: Vec<u8>, declared: Option<&'static Encoding>) -> Decoded {
    if std::str::from_utf8(&bytes).is_err()
        && let Some(encoding) = marked(&bytes).or(declared).or_else(|| own(&bytes))
        && encoding != UTF_8
    {
        let mut text = encoding.decode(&bytes).0.into_owned();
        let nuls = blank_nuls(&mut text);
        return Decoded { text, nuls, ..Decoded::default() };
    }
    Charset::default().decode(bytes)
}

/// The encoding that a byte-order mark shows.
fn marked(bytes: &[u8]) -> Option<&'static Encoding> {
    Encoding::for_bom(bytes).map(|(encoding, _)| encoding)
}

/// The encoding that a page names itself.
fn own(bytes: &[u8]) -> Option<&'static Encoding> {
    static META: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?i-u)<meta[^>]{1,200}charset\s*=\s*["']?([a-z0-9_:.-]+)"#).ok());
    let head = &bytes[..bytes.len().min(HEAD)];
    named(META.as_ref()?.captures(head)?.get(1)?.as_bytes())
}

/// Why there is nothing to read in a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoArticle {
    /// There is no text in it, or none but menus and the like.
    NoText,
    /// Its elements are too many or lie too deep in each other.
    TooComplex,
    /// The parser failed.
    Broken,
}

impl NoArticle {
    /// The message for it.
    pub(super) fn message(self) -> &'static str {
        match self {
            NoArticle::NoText => "there is no text of an article in this page",
            NoArticle::TooComplex => "the elements of this page are too many or lie too deep in each other",
            NoArticle::Broken => "this page cannot be taken apart",
        }
    }
}

/// The article in a page.
///
/// # Errors
/// If there is none that can be read.
pub(super) fn read(html: &str) -> Result<Page, NoArticle> {
    // A page that the parser fails on costs that page and not the run.
    catch_unwind(AssertUnwindSafe(|| extract(html))).unwrap_or(Err(NoArticle::Broken))
}

fn extract(html: &str) -> Result<Page, NoArticle> {
    if page_cost::too_much(html) {
        return Err(NoArticle::TooComplex);
    }
    let document = Document::from(html);
    if too_complex(&document) {
        return Err(NoArticle::TooComplex);
    }
    let canonical = document.select("link[rel=canonical][href]").attr("href").map(|it| it.to_string());
    let dates = dates(&document);
    let config = Config { text_mode: TextMode::Formatted, ..Config::default() };
    let article = Readability::with_document(document, None, Some(config)).and_then(|mut it| it.parse());
    let article = article.map_err(|_| NoArticle::NoText)?;
    let text = paragraphs(&article.text_content);
    if text.is_empty() {
        return Err(NoArticle::NoText);
    }
    let said = article.published_time.and_then(one_line);
    let readable = |date: &&String| Date::read(date, None).is_ok();
    let date = said.iter().chain(&dates).find(readable).cloned();
    let mut addresses = [canonical, article.url].into_iter().flatten().filter_map(one_line);
    Ok(Page {
        text,
        title: one_line(article.title),
        date: date.or(said),
        source: article.site_name.and_then(one_line),
        url: addresses.find(|it| is_address(it)),
    })
}

/// Where a page may say when it was published, the surest first, besides `article:published_time` and the JSON-LD of
/// a single article, which come before them: with the attribute that says it, if it is not the text.
const DATED: [(&str, Option<&str>); 9] = [
    ("meta[itemprop='datePublished']", Some("content")),
    ("meta[name='date'], meta[name='pubdate'], meta[name='publish-date']", Some("content")),
    ("meta[name='dc.date'], meta[name='DC.date'], meta[name='DC.date.issued']", Some("content")),
    ("time[itemprop='datePublished'], time[pubdate]", Some("datetime")),
    ("[itemprop='datePublished']", None),
    ("article time", Some("datetime")),
    ("main time", Some("datetime")),
    ("time", Some("datetime")),
    ("time", None),
];

/// What a page says of its date in other ways than dom_smoothie looks at.
fn dates(document: &Document) -> Vec<String> {
    if document.select_single("meta[property='article:published_time']").exists() {
        return Vec::new();
    }
    static PUBLISHED: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r#""datePublished"\s*:\s*"([^"]{4,60})""#).ok());
    // A graph of several things is not taken apart there.
    let linked = document.select("script[type='application/ld+json']").text();
    let published = PUBLISHED.as_ref().and_then(|it| it.captures(&linked)).map(|found| found[1].to_owned());
    let elsewhere = DATED.iter().filter_map(|&(selector, attribute)| {
        let first = document.select_single(selector);
        let said = attribute.map_or_else(|| Some(first.text()), |name| first.attr(name))?;
        one_line(said.to_string())
    });
    published.into_iter().chain(elsewhere).collect()
}

fn too_complex(document: &Document) -> bool {
    let mut nodes = 0;
    let mut open = vec![(document.root(), 0)];
    while let Some((node, depth)) = open.pop() {
        nodes += 1;
        if nodes > MOST_NODES || depth > DEEPEST {
            return true;
        }
        open.extend(node.children_it(false).map(|child| (child, depth + 1)));
    }
    false
}

fn one_line(text: String) -> Option<String> {
    let line = crate::text::one_line(&text);
    Some(line).filter(|line| !line.is_empty())
}

/// Blanks at the ends of lines dropped, and one empty line between paragraphs.
fn paragraphs(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n\n")
}
