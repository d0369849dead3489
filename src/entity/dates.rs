//! Dates: days, months and years.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::text::{self, Span, month_number};

/// A date in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Date {
    /// Where.
    pub span: Span,
    /// `1951-03-03`, `1951-03` or `1951`.
    pub name: String,
}

/// The score of a date: the patterns are narrow.
pub(super) const SCORE: f32 = 0.95;

pub(crate) const MONTH: &str = r"(?:January|February|March|April|May|June|July|August|September|October|November|December|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?|JANUARY|FEBRUARY|MARCH|APRIL|MAY|JUNE|JULY|AUGUST|SEPTEMBER|OCTOBER|NOVEMBER|DECEMBER)";
const DAY: &str = r"(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?";
const YEAR: &str = r"(?:1[0-9]{3}|20[0-9]{2}|2100)";

static DATES: LazyLock<Regex> = LazyLock::new(|| {
    let patterns = [
        format!(r"(?P<mdy_m>{MONTH})\s+(?P<mdy_d>{DAY}),?\s+(?P<mdy_y>{YEAR})"),
        format!(r"(?P<dmy_d>{DAY})\s+(?:of\s+)?(?P<dmy_m>{MONTH}),?\s+(?P<dmy_y>{YEAR})"),
        format!(r"(?P<my_m>{MONTH}),?\s+(?:of\s+)?(?P<my_y>{YEAR})"),
        format!(r"(?P<iso_y>{YEAR})-(?P<iso_m>0[1-9]|1[0-2])-(?P<iso_d>0[1-9]|[12][0-9]|3[01])"),
        format!(r"(?P<num_a>[0-9]{{1,2}})(?P<num_sep>[/.])(?P<num_b>[0-9]{{1,2}})[/.](?P<num_y>{YEAR})"),
        // A year alone needs a word before it that takes years, or brackets.
        format!(
            r"(?:(?:\b(?i:in|since|until|till|during|before|after|by|from|of|on|circa|around|about|early|late|mid|year|years|summer|autumn|fall|winter|spring|born|founded|established|formed|created|died|and|to|between)(?P<gap>\s+|-))|(?P<open>\(\s*(?:(?i:born|b\.|d\.|died|c\.|ca\.|est\.|since|founded|in)\s*)*))(?P<y>{YEAR})(?:\s?[-–—]\s?(?P<y2>{YEAR}))?"
        ),
    ];
    Regex::new(&patterns.join("|")).expect("the date patterns are constant")
});

/// The dates in `text`, in order, not overlapping.
///
/// A year alone counts only after a word that takes years (`in 1951`, `founded in 1951`, `since 1951`) or in brackets
/// (`(1951)`, `(1951-2003)`, `(born 1951)`). Where the order of day and month is ambiguous (`2/5/2017`) nothing is
/// reported.
pub(crate) fn dates(text: &str) -> Vec<Date> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(captures) = DATES.captures_at(text, at) {
        let whole = captures.get_match();
        at = whole.end();
        if inside_number_or_word(text, &captures) {
            // The next date may begin inside this one.
            at = next_char(text, whole.start());
            continue;
        }
        full_date(text, &captures, &mut found);
        years(text, &captures, &mut found);
    }
    found
}

/// The name of a date that was given: as [`dates`] would write it, or as it stands.
pub(super) fn name_of(surface: &str) -> String {
    if let [date] = dates(surface).as_slice()
        && date.span == Span::new(0, surface.len())
    {
        return date.name.clone();
    }
    surface.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn next_char(text: &str, at: usize) -> usize {
    at + text[at..].chars().next().map_or(1, char::len_utf8)
}

/// Whether the match is cut out of a longer number or word (`12,000`, `2000s`, `1951-A`).
fn inside_number_or_word(text: &str, captures: &Captures<'_>) -> bool {
    let whole = captures.get_match();
    let mut before = text[..whole.start()].chars().rev();
    let first_is_digit = whole.as_str().starts_with(|c: char| c.is_ascii_digit());
    let glued_before = match before.next() {
        Some(c) if c.is_alphanumeric() => true,
        Some('.' | ',' | '-' | '/' | '$' | '€' | '£') => {
            first_is_digit && before.next().is_some_and(|c| c.is_ascii_digit())
                || text[..whole.start()].ends_with(['$', '€', '£'])
        }
        _ => false,
    };
    let mut after = text[whole.end()..].chars();
    let glued_after = match after.next() {
        Some(c) if c.is_alphanumeric() => true,
        Some('%' | '°') => true,
        Some('.' | ',' | '/' | ':') => after.next().is_some_and(|c| c.is_ascii_digit()),
        Some('-' | '\'' | '’') => after.next().is_some_and(char::is_alphanumeric),
        _ => false,
    };
    glued_before || glued_after
}

fn full_date(text: &str, captures: &Captures<'_>, found: &mut Vec<Date>) {
    let span = {
        let whole = captures.get_match();
        Span::new(whole.start(), whole.end()).trimmed(text)
    };
    let part = |name: &str| captures.name(name).map(|m| m.as_str());
    let digits = |name: &str| part(name).map(|digits| digits.trim_end_matches(|c: char| c.is_alphabetic()));
    let number = |name: &str| digits(name).and_then(|digits| digits.parse::<i8>().ok());
    let year = |name: &str| digits(name).and_then(|digits| digits.parse::<i16>().ok());
    let (year, month, day) = if let Some(year) = year("mdy_y") {
        (year, part("mdy_m").and_then(month_number), number("mdy_d"))
    } else if let Some(year) = year("dmy_y") {
        (year, part("dmy_m").and_then(month_number), number("dmy_d"))
    } else if let Some(year) = year("my_y") {
        (year, part("my_m").and_then(month_number), None)
    } else if let Some(year) = year("iso_y") {
        (year, number("iso_m"), number("iso_d"))
    } else if let (Some(year), Some(a), Some(b)) = (year("num_y"), number("num_a"), number("num_b")) {
        match (part("num_sep"), a, b) {
            // With full stops the day comes first.
            (Some("."), day, month) if month <= 12 => (year, Some(month), Some(day)),
            (_, month, day) if day > 12 && month <= 12 => (year, Some(month), Some(day)),
            (_, day, month) if day > 12 && month <= 12 => (year, Some(month), Some(day)),
            (_, day, month) if day == month => (year, Some(month), Some(day)),
            _ => return,
        }
    } else {
        return;
    };
    let date = month.and_then(|month| text::Date::new(year, Some(month), day));
    if let Some(date) = date {
        found.push(Date { span, name: date.to_string() });
    }
}

fn years(text: &str, captures: &Captures<'_>, found: &mut Vec<Date>) {
    let Some(year) = captures.name("y") else { return };
    let last = captures.name("y2").unwrap_or(year);
    if captures.name("open").is_none() && counts_things(&text[last.end()..], year.as_str()) {
        return;
    }
    for year in std::iter::once(year).chain(captures.name("y2")) {
        found.push(Date { span: Span::new(year.start(), year.end()), name: year.as_str().to_owned() });
    }
}

/// Whether the words after a number show that it is no year: `of 1500 people`, `in 1200 cases`. Years common in news
/// are numbers only before the commonest units.
fn counts_things(rest: &str, year: &str) -> bool {
    let Some(rest) = rest.strip_prefix([' ', '\n', '\u{a0}', '-']) else { return false };
    let word: String = rest.chars().take_while(|c| c.is_alphabetic()).collect();
    const UNITS: &[&str] = &[
        "people",
        "men",
        "women",
        "children",
        "percent",
        "per",
        "million",
        "billion",
        "km",
        "kilometers",
        "kilometres",
        "miles",
        "meters",
        "metres",
        "feet",
        "years",
        "days",
        "hours",
        "dollars",
        "euros",
        "pounds",
        "troops",
        "soldiers",
        "fighters",
        "militants",
        "others",
        "members",
        "tons",
        "tonnes",
        "workers",
        "employees",
        "jobs",
        "homes",
        "votes",
        "points",
        "GMT",
        "UTC",
        "local",
        "hrs",
    ];
    if UNITS.contains(&word.as_str()) {
        return true;
    }
    let usual = ("1900".."2031").contains(&year);
    !usual
        && word.starts_with(char::is_lowercase)
        && word.ends_with('s')
        && !matches!(word.as_str(), "was" | "is" | "has" | "as")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> String {
        let all: Vec<String> =
            dates(text).into_iter().map(|d| format!("{}={}", d.span.of(text), d.name)).collect();
        all.join("; ")
    }

    #[test]
    fn dates_of_a_table() {
        let table = [
            ("on March 3, 1951 in", "March 3, 1951=1951-03-03"),
            ("on 3 March 1951.", "3 March 1951=1951-03-03"),
            ("the 3rd of March, 1951,", "3rd of March, 1951=1951-03-03"),
            ("on Feb. 5, 2017. (", "Feb. 5, 2017=2017-02-05"),
            ("Friday, July 01, 2016", "July 01, 2016=2016-07-01"),
            ("started in August of 2016 and", "August of 2016=2016-08"),
            ("since May 2013.", "May 2013=2013-05"),
            ("MARCH 29, 2019", "March 29, 2019=2019-03-29"),
            ("Updated: 2019-03-29T10:00", ""),
            ("on 2019-03-29.", "2019-03-29=2019-03-29"),
            ("2/5/2017", ""),
            ("2/15/2017", "2/15/2017=2017-02-15"),
            ("15.2.2017", "15.2.2017=2017-02-15"),
            ("February 30, 2017", ""),
            ("founded in 1851 and owned", "1851=1851"),
            ("said that 2017 has been", ""),
            ("Ana Ruiz (born 1951) and", "1951=1951"),
            ("Ana Ruiz (1951–2003)", "1951=1951; 2003=2003"),
            ("from 1939 to 1945.", "1939=1939; 1945=1945"),
            ("In 1996, he", "1996=1996"),
            ("in 2000s", ""),
            ("more than 1000 newspapers", ""),
            ("of 1500 people", ""),
            ("in 1200 cases", ""),
            ("in 12,000 and in 1,951", ""),
            ("in 1951.5", ""),
            ("May 3", ""),
            ("Marches 1951", ""),
            ("in the mid-1951 crisis", "1951=1951"),
        ];
        for (text, expected) in table {
            let expected = expected.replace(
                "March 29, 2019",
                if text.starts_with("MARCH") { "MARCH 29, 2019" } else { "March 29, 2019" },
            );
            assert_eq!(found(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn dates_do_not_overlap(text in "([0-9]{1,4}|[ ,./(–-]|in |born |March |May |of |\\PC){0,40}") {
            let mut at = 0;
            for date in dates(&text) {
                prop_assert!(date.span.start >= at && text.is_char_boundary(date.span.start));
                prop_assert!(text.is_char_boundary(date.span.end) && !date.span.is_empty());
                at = date.span.end;
            }
        }
    }
}
