//! The date that a text itself gives: on a line of its own at its head (`Friday, March 29, 2019`), as the day of its
//! release (`For immediate release: March 29, 2019`), or in the dateline before its first sentence (`ANKARA, March 29,
//! 2019 (Agency) — ...`).

use std::sync::LazyLock;

use regex::Regex;

use crate::text::Date;

/// Where the head of a text ends: after so many bytes or lines that are not blank.
const HEAD: usize = 2000;
const LINES: usize = 12;

/// Bytes of the longest line that may hold nothing but a date and what introduces it.
const LONGEST: usize = 100;

/// A day, with the day of the week or without.
const DAY: &str = r"(?P<date>(?i:(?:[a-z]{3,6}day,?\s+)?(?:MONTH\s+[0-9]{1,2},?\s+[0-9]{4}|[0-9]{1,2}\s+MONTH,?\s+[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})))\b";
const MONTH: &str = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?";

/// What may stand before a date on its line.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:first\s+)?(?:published|posted|issued|released|dated?)(?:\s+(?:on|at))?\b\s*[:|,–—-]*\s*",
    )
});

static RELEASE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i:for\s+immediate\s+release)\s*:?\s*{DAY}")));

/// A day at the very start, and after it a capital: texts that have lost their lines begin so.
static START: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"^{DAY}\s+\p{{Lu}}")));

/// A place in capitals, a day, an agency in brackets or slashes, a dash.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"\p{Lu}[\p{Lu}.'’-]+(?:[^\n—–]{0,60}?[\s(/])??\s?[,(/]?\s?";
    let agency = r"(?:[(/][^)/\n]{1,40}[)/])?";
    pattern(&format!(r"^(?:{place})?{DAY}\)?\s*{agency}(?:\s*(?:—|–|--)|\s+-\s)"))
});

fn pattern(pattern: &str) -> Regex {
    Regex::new(&pattern.replace("MONTH", MONTH)).expect("the patterns are constant")
}

/// The day that the head of a text gives. Where it is unclear which number is the day, that is none.
pub(super) fn date_of(text: &str) -> Option<Date> {
    let head = text[..text.floor_char_boundary(HEAD)].trim_start();
    let found = [&RELEASE, &START].into_iter().find_map(|form| read(&form.captures(head)?["date"]));
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    found.or_else(|| lines.find_map(of_line))
}

fn of_line(line: &str) -> Option<Date> {
    let alone = || {
        let line = line.trim_matches(|c: char| !c.is_alphanumeric());
        read(&LABEL.replace(line, ""))
    };
    let alone = if line.len() <= LONGEST { alone() } else { None };
    alone.or_else(|| read(&DATELINE.captures(line)?["date"]))
}

fn read(text: &str) -> Option<Date> {
    Date::read(text, None).ok().filter(|date| date.day().is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_of_a_table() {
        for (text, expected) in [
            ("Friday, January 4, 2019\u{a0}\n\n\nAn apartment building collapsed.", "2019-01-04"),
            ("\n\n\nSaturday, January 5, 2019\u{a0} \n\nA fire.", "2019-01-05"),
            ("Turkey Says So\n\nBy Ana Ruiz\n• March 29, 2019 11:00 am\n\nA report.", "2019-03-29"),
            ("Published: 29 March 2019\nAna left.", "2019-03-29"),
            ("Posted on March 29, 2019\nAna left.", "2019-03-29"),
            ("FOR IMMEDIATE RELEASE: March 29, 2019\nAna left.", "2019-03-29"),
            ("For immediate release\nMarch 29, 2019\nAna left.", "2019-03-29"),
            (
                "Ana Leaves For Immediate Release: March 29, 2019\nPARIS (March 28, 2019) – Ana left.",
                "2019-03-29",
            ),
            ("LATEST NEWS FOR IMMEDIATE RELEASEMarch 29 2019 Ana Leaves", "2019-03-29"),
            ("March 29 2019 Ana Ruiz leaves Ankara", "2019-03-29"),
            ("(2019-03-29)\nAna left.", "2019-03-29"),
            ("29/03/2019\nAna left.", "2019-03-29"),
            ("ANKARA, March 29, 2019 (Agency) — Ana left.", "2019-03-29"),
            ("ANKARA, Turkey, 29 March 2019 - Ana left.", "2019-03-29"),
            ("WASHINGTON, D.C., March 29, 2019 -- Ana left.", "2019-03-29"),
            ("NEW YORK, Mar. 29, 2019 /Wire/ -- Ana left.", "2019-03-29"),
            ("LONDON (29 March 2019) – Ana left.", "2019-03-29"),
            ("LONDON, Friday, March 29, 2019 (WIRE)--Ana left.", "2019-03-29"),
            ("March 29, 2019 — Ana left.", "2019-03-29"),
            // No year, no day, no telling which is the day.
            ("ANKARA, July 1 — Ana left.", ""),
            ("March 2019\nAna left.", ""),
            ("2019\nAna left.", ""),
            ("2/5/2017\nAna left.", ""),
            // Dates of other things.
            ("March 29, 2019 was the day on which Ana left.", ""),
            ("Ana left on March 29, 2019 - at last.", ""),
            ("Ana left Ankara.\nShe came back on March 29, 2019.", ""),
            ("ANA LEFT ON A SHIP THAT WAS BUILT ON MARCH 29, 2019", ""),
            ("Ana Ruiz (born March 29, 2019) — a child.", ""),
            ("", ""),
        ] {
            let found = date_of(text).map(|date| date.to_string()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        }
        let deep = format!("{}March 29, 2019\n", "Ana left.\n".repeat(LINES));
        assert_eq!(date_of(&deep), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_has_a_date_or_none(text in "(ANKARA|March |29|, |2019|[ \n(/)—-]|\\PC){0,60}") {
            if let Some(date) = date_of(&text) {
                prop_assert!(date.day().is_some());
            }
        }
    }
}
