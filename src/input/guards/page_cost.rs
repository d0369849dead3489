//! Whether a page can be taken apart in bounded time and memory.
//!
//! Browsers and parsers repair a page as the HTML standard says, and that costs time and memory with
//! the square of what is left open in it. So a page is first read tag by tag, which is cheap, and what
//! its repair would cost is added up.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use html5ever::LocalName;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

/// Elements that are still open, added up over all tags: each tag may look at all of them.
const MOST_STEPS: u64 = 20_000_000;
/// The same of elements that give their content a look: each tag may repeat all of them.
const MOST_REPEATS: u64 = 500_000;
/// Tags of the page itself, each of which adds to the attributes of the first.
const MOST_ROOTS: u64 = 100;
/// What may divide the attributes of a single tag, each of which is compared with all the others.
const MOST_DIVIDERS: u64 = 50_000;

/// Bytes that are read between two looks at the sums.
const STEP: usize = 16 * 1024;

/// Whether the page costs too much to take apart.
pub(in crate::input) fn too_much(html: &str) -> bool {
    let tokenizer = Tokenizer::new(Sums::default(), Default::default());
    let input = BufferQueue::default();
    let mut dividers = 0;
    let mut rest = html;
    while !rest.is_empty() {
        let (step, behind) = rest.split_at(rest.ceil_char_boundary(STEP));
        rest = behind;
        input.push_back(StrTendril::from(step));
        // It stops early only where the sink asks it to, for a script to run.
        let _ = tokenizer.feed(&input);
        let sums = &tokenizer.sink;
        if sums.seen.take() {
            dividers = 0;
        }
        dividers +=
            step.bytes().filter(|byte| byte.is_ascii_whitespace() || b"/\"'".contains(byte)).count() as u64;
        let over = sums.steps.get() > MOST_STEPS
            || sums.repeats.get() > MOST_REPEATS
            || sums.roots.get() > MOST_ROOTS
            || dividers > MOST_DIVIDERS;
        if over {
            return true;
        }
    }
    false
}

/// What is open, and what that costs.
#[derive(Default)]
struct Sums {
    open: RefCell<HashMap<LocalName, u64>>,
    depth: Cell<u64>,
    looks: Cell<u64>,
    steps: Cell<u64>,
    repeats: Cell<u64>,
    roots: Cell<u64>,
    /// Whether there was a token since this was last asked.
    seen: Cell<bool>,
}

impl Sums {
    fn tag(&self, tag: &Tag) {
        self.steps.set(self.steps.get() + self.depth.get());
        self.repeats.set(self.repeats.get() + self.looks.get());
        let mut open = self.open.borrow_mut();
        let count = open.entry(tag.name.clone()).or_default();
        let change = |sum: &Cell<u64>| match tag.kind {
            TagKind::StartTag => sum.set(sum.get() + 1),
            TagKind::EndTag => sum.set(sum.get().saturating_sub(1)),
        };
        match tag.kind {
            TagKind::StartTag if is_void(&tag.name) => return,
            TagKind::StartTag => *count += 1,
            // Nothing is closed by it.
            TagKind::EndTag if *count == 0 => return,
            TagKind::EndTag => *count -= 1,
        }
        change(&self.depth);
        if gives_a_look(&tag.name) {
            change(&self.looks);
        }
        if tag.kind == TagKind::StartTag && matches!(&*tag.name, "html" | "body") {
            change(&self.roots);
        }
    }
}

impl TokenSink for Sums {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if !matches!(token, Token::ParseError(_)) {
            self.seen.set(true);
        }
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        self.tag(&tag);
        match (&*tag.name, tag.kind) {
            ("script", TagKind::StartTag) => TokenSinkResult::RawData(RawKind::ScriptData),
            ("style" | "xmp" | "iframe" | "noembed" | "noframes", TagKind::StartTag) => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            ("title" | "textarea", TagKind::StartTag) => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

/// Elements that are never open.
fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
    )
}

/// The formatting elements of the HTML standard: one that was left open goes on in what follows.
fn gives_a_look(name: &str) -> bool {
    matches!(
        name,
        "a" | "b"
            | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}
