//! From letters on pages to paragraphs: lines, without those that repeat on the pages, joined.
//!
//! Letters are taken in the order in which a page draws them, which is that of reading with nearly every program that
//! writes articles: columns come out one after the other.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::text::one_line;
use regex::Regex;

/// What a glyph stands for, and where. Lengths are in points, y grows downwards.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) text: String,
    pub(super) x: f64,
    /// Where the next letter of the word begins.
    pub(super) end: f64,
    pub(super) y: f64,
    /// Of the font.
    pub(super) size: f64,
}

/// The letters of a page, and how high it is.
#[derive(Debug, Default)]
pub(super) struct PageLetters {
    pub(super) letters: Vec<Letter>,
    pub(super) height: f64,
}

/// A line, or what a wide gap cuts off.
#[derive(Debug, Clone)]
pub(super) struct Line {
    text: String,
    x: f64,
    end: f64,
    y: f64,
    size: f64,
}

/// The lines of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    lines: Vec<Line>,
    height: f64,
}

/// Gaps in a line, in sizes of its font: between words, and between columns or cells.
const WORD_GAP: f64 = 0.15;
const COLUMN_GAP: f64 = 3.0;

impl Page {
    pub(super) fn of(page: &PageLetters) -> Page {
        let mut lines: Vec<Line> = Vec::new();
        for letter in &page.letters {
            let size = letter.size.max(0.1);
            match lines.last_mut() {
                Some(line) if line.goes_on(letter) => line.add(letter),
                _ => lines.push(Line {
                    text: letter.text.clone(),
                    x: letter.x,
                    end: letter.end,
                    y: letter.y,
                    size,
                }),
            }
        }
        for line in &mut lines {
            line.text = one_line(&line.text);
        }
        lines.retain(|line| !line.text.is_empty());
        Page { lines, height: page.height }
    }

    /// The size in which most of the text of `pages` is.
    fn body_size(pages: &[Page]) -> f64 {
        let mut sizes: HashMap<u64, usize> = HashMap::new();
        for line in pages.iter().flat_map(|page| &page.lines) {
            *sizes.entry((line.size * 2.0).round() as u64).or_default() += line.text.len();
        }
        let most = sizes.into_iter().max_by_key(|&(size, count)| (count, size));
        most.map_or(10.0, |(size, _)| size as f64 / 2.0)
    }
}

impl Line {
    fn goes_on(&self, letter: &Letter) -> bool {
        let size = self.size.max(letter.size);
        let gap = letter.x - self.end;
        (letter.y - self.y).abs() < 0.5 * size && gap > -0.5 * size && gap < COLUMN_GAP * size
    }

    fn add(&mut self, letter: &Letter) {
        // The mark of a footnote: a small number, set high, after a word.
        let is_mark = letter.size < 0.8 * self.size
            && letter.y < self.y - 0.2 * self.size
            && letter.text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '†' | '‡' | ','))
            && !self.text.ends_with(char::is_whitespace);
        if letter.x - self.end > WORD_GAP * letter.size.max(self.size) {
            self.text.push(' ');
        }
        if !is_mark {
            self.text.push_str(&letter.text);
        }
        self.end = letter.end;
        // A raised or large first letter does not set the line.
        if letter.size > self.size && self.text.chars().count() < 4 {
            (self.size, self.y) = (letter.size, letter.y);
        }
    }

    fn ends_a_sentence(&self) -> bool {
        let end = self.text.trim_end_matches(['"', '”', '’', '\'', ')', '»', ']']);
        end.ends_with(['.', '!', '?', ':', '…'])
    }
}

/// How many lines at the top and at the bottom of a page may repeat, and in what part of its height they stand.
const EDGE_LINES: usize = 4;
const EDGE: f64 = 0.15;

/// Takes out what repeats at the top or bottom of the pages, and their numbers.
pub(super) fn drop_running(pages: &mut [Page]) {
    let mut seen: HashMap<String, HashSet<usize>> = HashMap::new();
    for (number, page) in pages.iter().enumerate() {
        for at in page.edges() {
            seen.entry(plain(&page.lines[at].text)).or_default().insert(number);
        }
    }
    let count = pages.len();
    // Left and right pages may have lines of their own.
    let repeats = |text: &str| {
        let on = seen.get(&plain(text)).map_or(0, HashSet::len);
        on >= 2 && on * 5 >= count * 2
    };
    for page in pages.iter_mut() {
        let edges = page.edges();
        let running: HashSet<usize> = edges
            .into_iter()
            .filter(|&at| {
                let text = &page.lines[at].text;
                repeats(text) || (is_page_number(text) && page.is_outermost(at))
            })
            .collect();
        let mut at = 0;
        page.lines.retain(|_| {
            at += 1;
            !running.contains(&(at - 1))
        });
    }
}

/// A line with the numbers in it made equal.
fn plain(text: &str) -> String {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[0-9]+|\b[ivxl]{1,6}\b").expect("the pattern is constant"));
    NUMBER.replace_all(&text.to_lowercase(), "#").into_owned()
}

fn is_page_number(text: &str) -> bool {
    static FORM: LazyLock<Regex> = LazyLock::new(|| {
        let number = r"(?:[0-9]{1,4}|[ivxl]{1,6})";
        let form = format!(
            r"(?i)^[-–—|\[(\s]*(?:page|p\.|seite|página)?\s*{number}(?:\s*(?:of|/|von|de|sur)\s*{number})?[-–—|\])\s]*$"
        );
        Regex::new(&form).expect("the pattern is constant")
    });
    FORM.is_match(text)
}

impl Page {
    /// Some lines before this one and after it.
    fn around(&self, at: usize) -> &[Line] {
        const FAR: usize = 30;
        &self.lines[at.saturating_sub(FAR)..self.lines.len().min(at + FAR)]
    }

    /// The lines that stand where pages have heads and feet.
    fn edges(&self) -> Vec<usize> {
        let mut by_height: Vec<usize> = (0..self.lines.len()).collect();
        by_height.sort_by(|&a, &b| self.lines[a].y.total_cmp(&self.lines[b].y));
        let top = by_height.iter().take(EDGE_LINES).filter(|&&at| self.lines[at].y < EDGE * self.height);
        let bottom = by_height
            .iter()
            .rev()
            .take(EDGE_LINES)
            .filter(|&&at| self.lines[at].y > (1.0 - EDGE) * self.height);
        top.chain(bottom).copied().collect()
    }

    fn is_outermost(&self, at: usize) -> bool {
        let y = self.lines[at].y;
        let half = 0.5 * self.lines[at].size;
        self.lines.iter().all(|line| line.y < y + half) || self.lines.iter().all(|line| line.y > y - half)
    }
}

/// The text of all pages, an empty line between paragraphs.
pub(super) fn text(pages: &[Page]) -> String {
    let words = Words::of(pages);
    let mut text = String::new();
    let mut before: Option<&Line> = None;
    let mut last_page: Option<&Page> = None;
    let mut first_of_paragraph = true;
    for page in pages {
        let leading = leading(page);
        for (at, line) in page.lines.iter().enumerate() {
            let Some(last) = before.replace(line) else {
                text.push_str(&line.text);
                continue;
            };
            let is_new = if at == 0 {
                let around = last_page.map_or([].as_slice(), |page| page.around(page.lines.len()));
                !is_like(last, line) || is_item(&line.text) || ends_paragraph(around, last, line)
            } else {
                starts_paragraph(page.around(at), last, line, leading, first_of_paragraph)
            };
            first_of_paragraph = is_new;
            if is_new {
                text.push_str("\n\n");
                text.push_str(&line.text);
            } else {
                join(&mut text, &line.text, &words);
            }
        }
        if !page.lines.is_empty() {
            last_page = Some(page);
        }
    }
    text
}

/// Whether two lines are of one size.
fn is_like(a: &Line, b: &Line) -> bool {
    (a.size - b.size).abs() < 0.1 * a.size.max(b.size)
}

/// From line to line within paragraphs: the most frequent step.
fn leading(page: &Page) -> f64 {
    let mut steps: HashMap<u64, usize> = HashMap::new();
    for pair in page.lines.windows(2) {
        let step = pair[1].y - pair[0].y;
        if is_like(&pair[0], &pair[1]) && step > 0.5 * pair[0].size && step < 4.0 * pair[0].size {
            *steps.entry((step / pair[0].size * 10.0).round() as u64).or_default() += 1;
        }
    }
    // Of two that are as frequent, the smaller one.
    let most = steps.into_iter().max_by_key(|&(step, count)| (count, u64::MAX - step));
    most.map_or(1.2, |(step, _)| step as f64 / 10.0)
}

fn starts_paragraph(around: &[Line], last: &Line, line: &Line, leading: f64, last_is_first: bool) -> bool {
    let size = line.size;
    if !is_like(last, line) || is_item(&line.text) {
        return true;
    }
    let step = line.y - last.y;
    // Beside it: a cell, or a column.
    if step.abs() < 0.5 * size {
        return true;
    }
    // A new column.
    if step < 0.0 || line.x > last.end {
        return ends_paragraph(around, last, line);
    }
    if step > (leading + 0.35) * size {
        return true;
    }
    let indent = line.x - last.x;
    let is_centred = ((line.x + line.end) - (last.x + last.end)).abs() < size;
    if indent > 0.8 * size && !is_centred {
        return true;
    }
    if indent < -0.8 * size && !last_is_first && !is_centred {
        return true;
    }
    if goes_on(last, line) {
        return false;
    }
    // The first word would have had space before.
    let space = space_behind(around, last);
    let letters = line.text.chars().count().max(1) as f64;
    let word = line.text.split(' ').next().unwrap_or_default().chars().count() as f64;
    let needed = (word + 1.5) * (line.end - line.x) / letters;
    space > needed && (last.ends_a_sentence() || space > last.end - last.x)
}

/// Whether a paragraph ends with the last line of a page or column.
fn ends_paragraph(around: &[Line], last: &Line, line: &Line) -> bool {
    let is_short = || space_behind(around, last) > 0.6 * (last.end - last.x);
    last.ends_a_sentence() || (!goes_on(last, line) && is_short())
}

/// Whether a line must be in the middle of a sentence.
fn goes_on(last: &Line, line: &Line) -> bool {
    line.text.starts_with(char::is_lowercase) && !last.ends_a_sentence()
}

/// The space between the end of a line and that of the longest around it.
fn space_behind(around: &[Line], line: &Line) -> f64 {
    let column = around.iter().filter(|it| (it.x - line.x).abs() < 3.0 * line.size && is_like(it, line));
    column.map(|it| it.end).fold(line.end, f64::max) - line.end
}

/// Whether a line begins a list's item.
fn is_item(text: &str) -> bool {
    text.starts_with(['•', '▪', '●', '◦', '■', '‣', '∙']) || text.starts_with("– ") || text.starts_with("- ")
}

const HYPHENS: [char; 3] = ['-', '\u{ad}', '\u{2010}'];

/// The words of the text, to tell which are divided at the end of a line and which have a hyphen anyway.
struct Words {
    known: HashSet<String>,
    /// Whether words are divided in this text: many lines end so.
    divides: bool,
}

impl Words {
    fn of(pages: &[Page]) -> Words {
        const MANY: f64 = 0.03;
        let lines = || pages.iter().flat_map(|page| &page.lines);
        let ends_in_word = |line: &&Line| {
            let word = line.text.strip_suffix(HYPHENS);
            word.is_some_and(|it| it.ends_with(char::is_lowercase))
        };
        let share = lines().filter(ends_in_word).count() as f64 / lines().count().max(1) as f64;
        let known =
            lines().flat_map(|line| line.text.split(' ')).map(|word| bare(word).to_lowercase()).collect();
        Words { known, divides: share >= MANY }
    }

    /// Whether these are the parts of one word without a hyphen.
    fn is_divided(&self, before: &str, behind: &str) -> bool {
        let can_be = before.ends_with(char::is_alphabetic) && behind.starts_with(char::is_lowercase);
        if !can_be || before.contains('-') || behind.contains('-') {
            return false;
        }
        let whole = format!("{before}{behind}").to_lowercase();
        let parts = format!("{before}-{behind}").to_lowercase();
        self.known.contains(&whole) || (self.divides && !self.known.contains(&parts))
    }
}

fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !c.is_alphanumeric())
}

/// Adds the next line of a paragraph.
fn join(text: &mut String, line: &str, words: &Words) {
    let is_broken = text.ends_with(HYPHENS)
        && text.chars().rev().nth(1).is_some_and(char::is_alphanumeric)
        && line.starts_with(char::is_alphanumeric);
    if !is_broken {
        // Between letters that are not set apart by blanks there is none at the end of a line.
        if !(text.ends_with(is_unspaced) && line.starts_with(is_unspaced)) {
            text.push(' ');
        }
        text.push_str(line);
        return;
    }
    let before = text.rsplit([' ', '\n']).next().unwrap_or_default().trim_end_matches(HYPHENS);
    let behind = line.split(' ').next().unwrap_or_default();
    if text.ends_with('\u{ad}') || words.is_divided(bare(before), bare(behind)) {
        text.pop();
    }
    text.push_str(line);
}

fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// What is set largest at the top of the first page, if it is larger than the text.
pub(super) fn headline(pages: &[Page]) -> Option<String> {
    const LONGEST: usize = 300;
    let first = pages.first()?;
    let body = Page::body_size(pages);
    let upper = first.lines.iter().filter(|line| line.y < 0.5 * first.height);
    let largest = upper.max_by(|a, b| a.size.total_cmp(&b.size))?;
    let lines =
        first.lines.iter().skip_while(|line| !std::ptr::eq(*line, largest) && !is_like(line, largest));
    let lines: Vec<&str> =
        lines.take_while(|line| is_like(line, largest)).map(|line| line.text.as_str()).collect();
    let headline = lines.join(" ");
    let fits =
        largest.size > 1.15 * body && headline.len() <= LONGEST && headline.chars().any(char::is_alphabetic);
    fits.then_some(headline)
}

#[cfg(test)]
mod tests;
