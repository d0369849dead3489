//! The date that a text itself gives: on a line of its own at its head (`Friday, March 29, 2019`), or in the dateline
//! before its first sentence (`ANKARA, March 29, 2019 (Agency) — ...`).

use std::sync::LazyLock;

use regex::Regex;

use crate::text::Date;

/// Where the head of a text ends: after so many bytes or lines that are not blank.
const HEAD: usize = 2000;
const LINES: usize = 12;

/// Bytes of the longest line that may hold nothing but a date and what introduces it.
const LONGEST: usize = 100;

/// What may stand before a date on its line.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"(?i)^(?:(?:first\s+)?(?:published|posted|issued|released|dated?)(?:\s+(?:on|at))?|for\s+immediate\s+release)\b\s*[:|,–—-]*\s*",
    )
});

/// A place in capitals, a day, an agency in brackets or slashes, a dash.
static DATELINE: LazyLock<Regex> = LazyLock::new(|| {
    constant(
        r"^(?:\p{Lu}[\p{Lu}.'’-]+(?:[^\n—–]{0,60}?[\s(/])??\s?[,(/]?\s?)?(?P<date>(?i:(?:[a-z]{3,9}\.?,\s+)?(?:[a-z]{3,9}\.?\s+[0-9]{1,2},?\s+[0-9]{4}|[0-9]{1,2}\s+[a-z]{3,9}\.?,?\s+[0-9]{4}|[0-9]{4}-[0-9]{2}-[0-9]{2})))\)?\s*(?:[(/][^)/\n]{1,40}[)/])?(?:\s*(?:—|–|--)|\s+-\s)",
    )
});

fn constant(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns are constant")
}

/// The day that the head of a text gives. Where it is unclear which number is the day, that is none.
pub(super) fn date_of(text: &str) -> Option<Date> {
    let head = &text[..text.floor_char_boundary(HEAD)];
    let mut lines = head.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES);
    lines.find_map(|line| of_line(line).filter(|date| date.day().is_some()))
}

fn of_line(line: &str) -> Option<Date> {
    let read = |text: &str| Date::read(text, None).ok();
    if line.len() <= LONGEST {
        let line = line.trim_matches(|c: char| !c.is_alphanumeric());
        let date = LABEL.replace(line, "");
        if let Some(date) = read(&date) {
            return Some(date);
        }
    }
    DATELINE.captures(line).and_then(|found| read(&found["date"]))
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
