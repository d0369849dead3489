//! Words that tell a time: "July 12, 2017", "in August", "on Monday", "two months ago".

use std::sync::LazyLock;

use jiff::civil::Weekday;
use regex::{Captures, Regex};

use crate::entity::{MONTH, dates};
use crate::relation::time::moment::{Moment, Turn, Unit};
use crate::text::{Span, month_number};

/// A time in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression {
    /// Where, in bytes of the text.
    pub(super) span: Span,
    pub(super) moment: Moment,
    /// Whether another one follows that is its end: "from 2003 to 2007".
    pub(super) has_end: bool,
}

const WEEKDAY: &str = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day";
const NUMBER: &str = r"(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[1-9][0-9]?)";
const TURN: &str = r"(?i:last|past|previous|next|coming|this|(?:earlier|later) this)";

static EXPRESSIONS: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        format!(r"\b(?P<md_m>{MONTH})\s+(?P<md_d>[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?\b"),
        format!(r"\b(?P<dm_d>[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<dm_m>{MONTH})\b"),
        format!(
            r"\b(?:(?P<m_turn>{TURN})\s+|(?i:in|since|during|of|from|early|late|mid-?)\s*)(?P<month>{MONTH})\b"
        ),
        format!(r"\b(?:(?P<w_turn>{TURN})\s+)?(?P<weekday>{WEEKDAY})\b"),
        r"\b(?P<day>(?i:yesterday|today|tonight|tomorrow|last night))\b".to_owned(),
        format!(r"\b(?P<u_turn>{TURN})\s+(?P<unit>week|month|year|weekend)\b"),
        format!(r"\b(?P<count>(?i:{NUMBER}))\s+(?P<ago>day|week|month|year)s?\s+ago\b"),
    ];
    Regex::new(&patterns.join("|")).expect("the patterns are constant")
});

/// What stands before a time that is only its end, or only near it.
const NO_START: [&str; 13] = [
    "until", "till", "before", "after", "by", "to", "than", "through", "'til", "pre-", "except", "every",
    "each",
];
/// What may stand between such a word and the time.
const BETWEEN: [&str; 8] = ["the", "early", "late", "mid", "end", "of", "at", "least"];

/// The times in a sentence, in order, not overlapping. One that only says when something ended, or what it came before
/// or after, is left out.
pub(super) fn expressions(text: &str, sentence: Span) -> Vec<Expression> {
    let within = sentence.of(text);
    let place = |start: usize, end: usize| Span::new(sentence.start + start, sentence.start + end);
    let mut found: Vec<Expression> = dates(within)
        .into_iter()
        .filter_map(|date| {
            let moment = Moment::Absolute(date.name.parse().ok()?);
            Some(Expression { span: place(date.span.start, date.span.end), moment, has_end: false })
        })
        .collect();
    for captures in EXPRESSIONS.captures_iter(within) {
        let whole = captures.get_match();
        let span = place(whole.start(), whole.end());
        // "Twenty-five years ago", "2.5 years ago", "half a year ago".
        let before = &within[..whole.start()];
        let is_tail = captures.name("ago").is_some()
            && (before.ends_with(['-', '.', ',']) || before.ends_with("half "));
        let is_free = !is_tail && found.iter().all(|other| !other.span.overlaps(span));
        if let Some(moment) = moment(&captures).filter(|_| is_free) {
            found.push(Expression { span, moment, has_end: false });
        }
    }
    found.sort_by_key(|expression| expression.span);
    for i in 1..found.len() {
        let (first, second) = (found[i - 1].span, found[i].span);
        let before = text[sentence.start..first.start].trim_end();
        found[i - 1].has_end = match text[first.end..second.start].trim() {
            "to" | "until" | "till" | "-" | "–" | "—" => true,
            "and" => before.ends_with("between") || text[first.start..].starts_with("between"),
            _ => false,
        };
    }
    found.retain(|expression| !has_no_start(&text[sentence.start..expression.span.start]));
    found
}

fn moment(captures: &Captures<'_>) -> Option<Moment> {
    let part = |name: &str| captures.name(name).map(|found| found.as_str());
    let turn = |name: &str| part(name).map_or(Turn::Nearest, turn_of);
    let month = |name: &str| part(name).and_then(month_number);
    let day = |name: &str| part(name).and_then(|day| day.parse().ok());
    if let (Some(month), Some(day)) = (month("md_m").or(month("dm_m")), day("md_d").or(day("dm_d"))) {
        return Some(Moment::Day { month, day });
    }
    if let Some(month) = month("month") {
        return Some(Moment::Month { month, turn: turn("m_turn") });
    }
    if let Some(weekday) = part("weekday").and_then(weekday) {
        return Some(Moment::Weekday { weekday, turn: turn("w_turn") });
    }
    if let Some(day) = part("day") {
        let days = match day.to_ascii_lowercase().as_str() {
            "yesterday" | "last night" => -1,
            "tomorrow" => 1,
            _ => 0,
        };
        return Some(Moment::Away { unit: Unit::Day, count: days });
    }
    if let Some(unit) = part("unit") {
        let count = match turn("u_turn") {
            Turn::Last => -1,
            Turn::Next => 1,
            Turn::This | Turn::Nearest => 0,
        };
        return Some(Moment::Away { unit: unit_of(unit), count });
    }
    let count = part("count").and_then(number)?;
    part("ago").map(|unit| Moment::Away { unit: unit_of(unit), count: -count })
}

fn turn_of(word: &str) -> Turn {
    match word.to_ascii_lowercase().as_str() {
        "last" | "past" | "previous" => Turn::Last,
        "next" | "coming" => Turn::Next,
        _ => Turn::This,
    }
}

fn unit_of(word: &str) -> Unit {
    match word {
        "day" => Unit::Day,
        "month" => Unit::Month,
        "year" => Unit::Year,
        _ => Unit::Week,
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word.get(..2)? {
        "Mo" => Weekday::Monday,
        "Tu" => Weekday::Tuesday,
        "We" => Weekday::Wednesday,
        "Th" => Weekday::Thursday,
        "Fr" => Weekday::Friday,
        "Sa" => Weekday::Saturday,
        "Su" => Weekday::Sunday,
        _ => return None,
    })
}

fn number(word: &str) -> Option<i32> {
    const WORDS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let word = word.to_ascii_lowercase();
    if matches!(word.as_str(), "a" | "an") {
        return Some(1);
    }
    let at = WORDS.iter().position(|&known| known == word);
    at.and_then(|at| i32::try_from(at + 1).ok()).or_else(|| word.parse().ok())
}

/// Whether the words before a time say that it is an end and no beginning.
fn has_no_start(before: &str) -> bool {
    let words = before.rsplit(|c: char| c.is_whitespace()).filter(|word| !word.is_empty()).take(4);
    for word in words {
        let word = word.to_lowercase();
        if NO_START.contains(&word.as_str()) {
            return true;
        }
        if !BETWEEN.contains(&word.as_str()) {
            return false;
        }
    }
    false
}
