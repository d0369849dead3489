//! Dates of publication: a day, a month or a year, and the many ways in which people and programs write one.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::Offset;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

/// A date, as exact as its source: `2017`, `2017-07` or `2017-07-12` (ISO 8601). Of two that begin on one day the less
/// exact comes first, so that they sort like their texts.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    first: civil::Date,
    exact_to: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Unit {
    Year,
    Month,
    Day,
}

/// Which of the numbers in `03/04/2019` is the day.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayOrder {
    /// The first one: April 3.
    DayFirst,
    /// The second one: March 4.
    MonthFirst,
}

/// Why a text gives no date.
///
/// See the [example](crate::text#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It is none, or not in a form that is known.
    NoDate,
    /// Either of its numbers may be the day.
    Unclear {
        /// If the first one is.
        day_first: Date,
        /// If the second one is.
        month_first: Date,
    },
}

/// Years that are taken for one: outside of them is what programs write for "none", such as year 1 and year 9999.
const YEARS: std::ops::RangeInclusive<i16> = 1000..=2100;

/// Bytes of the longest text that is looked at.
const LONGEST: usize = 120;

impl Date {
    /// A year, a month of it, or a day of that; none if there is no such date, if the year is not one from 1000 to
    /// 2100, or if there is a day but no month.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Option<Self> {
        let exact_to = match (month, day) {
            (None, None) => Unit::Year,
            (Some(_), None) => Unit::Month,
            (Some(_), Some(_)) => Unit::Day,
            (None, Some(_)) => return None,
        };
        let first = civil::Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).ok()?;
        YEARS.contains(&year).then_some(Date { first, exact_to })
    }

    /// The year.
    pub fn year(self) -> i16 {
        self.first.year()
    }

    /// The day, if it is that exact.
    pub fn day(self) -> Option<civil::Date> {
        (self.exact_to == Unit::Day).then_some(self.first)
    }

    /// The first day that it may be.
    pub fn first_day(self) -> civil::Date {
        self.first
    }

    /// The last day that it may be.
    pub fn last_day(self) -> civil::Date {
        match self.exact_to {
            Unit::Year => self.first.last_of_year(),
            Unit::Month => self.first.last_of_month(),
            Unit::Day => self.first,
        }
    }

    /// The date that a text gives, if it gives nothing else but a time of day after it, or a day of the week before it:
    /// `2019-03-29T10:00:00Z`, `2019-03`, `2019`, `20190329`, `Fri, 29 Mar 2019 10:00:00 +0000` (RFC 2822),
    /// `March 29, 2019`, `29 March 2019`, `March 2019`, `29.03.2019`, `29/03/2019`, and seconds (or thousandths and so
    /// on) since 1970. The day is the one where it was written: no time zone is looked at. Where either number may be
    /// the day, `order` decides.
    ///
    /// # Errors
    /// If it gives none, or it is unclear which.
    pub fn read(text: &str, order: Option<DayOrder>) -> Result<Self, Unread> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(Unread::NoDate);
        }
        if let Some(found) = numbers(text) {
            return found.date(order);
        }
        let forms = FORMS.iter().find_map(|form| form.captures(text));
        forms.and_then(|found| in_order(&found)).or_else(|| since_1970(text)).ok_or(Unread::NoDate)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.first.year(), self.first.month(), self.first.day());
        match self.exact_to {
            Unit::Year => write!(f, "{year:04}"),
            Unit::Month => write!(f, "{year:04}-{month:02}"),
            Unit::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

impl FromStr for Date {
    type Err = String;

    /// Reads what is displayed, and nothing else.
    fn from_str(text: &str) -> Result<Self, String> {
        let digits = |text: &str, count| text.len() == count && text.bytes().all(|it| it.is_ascii_digit());
        let mut parts = text.splitn(3, '-');
        let year = parts.next().filter(|it| digits(it, 4)).and_then(|it| it.parse().ok());
        let [month, day] = [parts.next(), parts.next()];
        let part = |it: Option<&str>| it.and_then(|it| it.parse().ok());
        let written = [month, day].into_iter().flatten().all(|it| digits(it, 2));
        let date = year.filter(|_| written).and_then(|year| Date::new(year, part(month), part(day)));
        date.ok_or_else(|| format!("`{text}` is no date; dates are like 2017, 2017-07 or 2017-07-12"))
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl DayOrder {
    /// The order that a text shows: `29/03/2019` can be read in one way only. None if it shows none.
    pub fn shown_by(text: &str) -> Option<Self> {
        let found = numbers(text.trim()).filter(|found| !found.dotted)?;
        match (found.day_first(), found.month_first()) {
            (Some(_), None) => Some(DayOrder::DayFirst),
            (None, Some(_)) => Some(DayOrder::MonthFirst),
            _ => None,
        }
    }
}

const WEEKDAY: &str = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+)?";
const MONTH: &str = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?";
const DAY: &str = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?";
const YEAR: &str = r"(?P<year>[0-9]{4})";
/// A time of day after a date, and whatever stands after that: the zone, most often.
const TIME: &str = r"(?:(?:T[0-9]{4,6}Z?\b|(?:T|[\s,|•·@–—-]+)(?:at\s+)?(?:[0-9]{1,2}[:.h][0-9]{2}|[0-9]{1,2}\s?[ap]\.?m\b|[0-9]{4}\s?(?:Z|UTC|[A-Z]{2,4}T)\b)).{0,60})?";

/// A pattern for the whole of a text, letter case not counted.
fn whole(pattern: &str) -> Regex {
    Regex::new(&format!("^(?is:{pattern})$")).expect("the patterns are constant")
}

/// Dates in which each part says what it is.
static FORMS: LazyLock<[Regex; 6]> = LazyLock::new(|| {
    [
        whole(&format!("{YEAR}(?:[-/](?P<month>[0-9]{{1,2}}))?")),
        whole(&format!("{YEAR}[-/.](?P<month>[0-9]{{1,2}})[-/.](?P<day>[0-9]{{1,2}}){TIME}")),
        // With a time of four or six digits: counts of thousandths since 1970 have another number of them.
        whole(&format!(
            "{YEAR}(?P<month>[0-9]{{2}})(?P<day>[0-9]{{2}})(?:T?(?:[0-9]{{4}}|[0-9]{{6}})(?:[^0-9].{{0,20}})?)?"
        )),
        whole(&format!(r"{WEEKDAY}(?:{MONTH}\s+{DAY},?\s+{YEAR}{TIME})")),
        whole(&format!(r"{WEEKDAY}(?:{DAY}[\s-]+(?:of\s+)?)?{MONTH},?[\s-]+(?:of\s+)?{YEAR}{TIME}")),
        // As C and Twitter write it: `Fri Mar 29 10:00:00 +0000 2019`.
        whole(&format!(
            r"{WEEKDAY}{MONTH}\s+{DAY}\s+[0-9]{{1,2}}:[0-9:]{{2,5}}(?:\s+[A-Z+0-9-]{{2,6}})?\s+{YEAR}"
        )),
    ]
});

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    whole(&format!(
        "{WEEKDAY}(?P<first>[0-9]{{1,2}})(?P<mark>[/.-])(?P<second>[0-9]{{1,2}})[/.-]{YEAR}{TIME}"
    ))
});

/// The number that a part of a match holds.
fn number<T: FromStr>(found: &Captures<'_>, part: &str) -> Option<T> {
    found.name(part)?.as_str().parse().ok()
}

fn in_order(found: &Captures<'_>) -> Option<Date> {
    let month = match found.name("month") {
        Some(month) => Some(month_number(month.as_str())?),
        None => None,
    };
    let day = match found.name("day") {
        Some(day) => Some(day.as_str().parse().ok()?),
        None => None,
    };
    Date::new(number(found, "year")?, month, day)
}

/// The number of a month, from 1, of a number or of how an English name begins.
pub(crate) fn month_number(text: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let start = text.get(..3).unwrap_or_default().to_ascii_lowercase();
    let named = MONTHS.iter().position(|month| *month == start);
    named.and_then(|month| i8::try_from(month + 1).ok()).or_else(|| text.parse().ok())
}

/// A date of three numbers, the year last.
struct Numbers {
    first: i8,
    second: i8,
    year: i16,
    /// With full stops between them, of which the day is always the first.
    dotted: bool,
}

fn numbers(text: &str) -> Option<Numbers> {
    let found = NUMBERS.captures(text)?;
    Some(Numbers {
        first: number(&found, "first")?,
        second: number(&found, "second")?,
        year: number(&found, "year")?,
        dotted: &found["mark"] == ".",
    })
}

impl Numbers {
    fn day_first(&self) -> Option<Date> {
        Date::new(self.year, Some(self.second), Some(self.first))
    }

    fn month_first(&self) -> Option<Date> {
        Date::new(self.year, Some(self.first), Some(self.second)).filter(|_| !self.dotted)
    }

    fn date(&self, order: Option<DayOrder>) -> Result<Date, Unread> {
        match (self.day_first(), self.month_first()) {
            (Some(day_first), Some(month_first)) if day_first != month_first => match order {
                Some(DayOrder::DayFirst) => Ok(day_first),
                Some(DayOrder::MonthFirst) => Ok(month_first),
                None => Err(Unread::Unclear { day_first, month_first }),
            },
            (Some(date), _) | (None, Some(date)) => Ok(date),
            (None, None) => Err(Unread::NoDate),
        }
    }
}

/// The day (in UTC) of a count of seconds, or of their thousandths, millionths or thousand millionths, from 2001 to
/// 2033: as many digits, and no others.
fn since_1970(text: &str) -> Option<Date> {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    if !digits.starts_with('1') || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let per_second: i64 = match digits.len() {
        10 => 1,
        13 => 1_000,
        16 => 1_000_000,
        19 => 1_000_000_000,
        _ => return None,
    };
    let seconds = digits.parse::<i64>().ok()? / per_second;
    let day = Offset::UTC.to_datetime(jiff::Timestamp::from_second(seconds).ok()?).date();
    Date::new(day.year(), Some(day.month()), Some(day.day()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> String {
        match Date::read(text, None) {
            Ok(date) => date.to_string(),
            Err(Unread::NoDate) => "none".into(),
            Err(Unread::Unclear { day_first, month_first }) => format!("{day_first} or {month_first}"),
        }
    }

    #[test]
    fn dates_of_a_table() {
        let table = [
            ("2019", "2019"),
            ("2019-03", "2019-03"),
            ("2019/3", "2019-03"),
            ("2019-03-29", "2019-03-29"),
            (" 2019/03/29 ", "2019-03-29"),
            ("2019.03.29", "2019-03-29"),
            ("2019-03-29T23:30:00-05:00", "2019-03-29"),
            ("2019-03-29T10:00:00.123Z", "2019-03-29"),
            ("2019-03-29 10:00:00 +00:00", "2019-03-29"),
            ("2019-03-29T10:00[Europe/Berlin]", "2019-03-29"),
            ("20190329", "2019-03-29"),
            ("20190329101500", "2019-03-29"),
            ("20190329T101500Z", "2019-03-29"),
            ("29 March 2019 1030 GMT", "2019-03-29"),
            ("Fri, 29 Mar 2019 10:00:00 +0000", "2019-03-29"),
            ("29 Mar 2019 10:00 GMT", "2019-03-29"),
            ("March 29, 2019", "2019-03-29"),
            ("MARCH 29, 2019", "2019-03-29"),
            ("Mar. 29 2019", "2019-03-29"),
            ("Friday, March 29th, 2019 at 11:00 am ET", "2019-03-29"),
            ("March 29, 2019 | 11 a.m.", "2019-03-29"),
            ("29 March 2019", "2019-03-29"),
            ("29. March 2019", "2019-03-29"),
            ("29th of March, 2019", "2019-03-29"),
            ("29-Mar-2019", "2019-03-29"),
            ("Sept. 1, 2019", "2019-09-01"),
            ("March 2019", "2019-03"),
            ("March of 2019", "2019-03"),
            ("Fri Mar 29 10:00:00 +0000 2019", "2019-03-29"),
            ("Fri Mar 29 2019 10:00:00 GMT+0000 (Coordinated Universal Time)", "2019-03-29"),
            ("29/03/2019", "2019-03-29"),
            ("3/29/2019 10:00", "2019-03-29"),
            ("04/04/2019", "2019-04-04"),
            ("03/04/2019", "2019-04-03 or 2019-03-04"),
            ("3-4-2019", "2019-04-03 or 2019-03-04"),
            ("03.04.2019", "2019-04-03"),
            ("1553817600", "2019-03-29"),
            ("1553817600.0", "2019-03-29"),
            ("1553817600000", "2019-03-29"),
            ("1512061234567", "2017-11-30"),
            ("1553817600000000000", "2019-03-29"),
            ("", "none"),
            ("yesterday", "none"),
            ("3 hours ago", "none"),
            ("February 30, 2019", "none"),
            ("2019-02-29", "none"),
            ("2019-13", "none"),
            ("31/02/2019", "none"),
            ("29.13.2019", "none"),
            ("12/29/2019.5", "none"),
            ("0001-01-01T00:00:00Z", "none"),
            ("9999-12-31", "none"),
            ("0000-00-00", "none"),
            ("12345678901", "none"),
            ("March 29, 2019 in Ankara", "none"),
            ("He left on March 29, 2019", "none"),
            ("2019-2020", "none"),
            ("NaN", "none"),
        ];
        for (text, expected) in table {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn which_number_is_the_day_is_shown_or_told() {
        for (text, order) in [
            ("29/03/2019", Some(DayOrder::DayFirst)),
            ("03-29-2019 10:00", Some(DayOrder::MonthFirst)),
            ("03/04/2019", None),
            ("04/04/2019", None),
            ("99/99/2019", None),
            // With full stops it is the rule, which is no evidence for slashes.
            ("29.03.2019", None),
            ("2019-03-29", None),
        ] {
            assert_eq!(DayOrder::shown_by(text), order, "{text}");
        }
        let read = |order| Date::read("03/04/2019", Some(order)).map(|date| date.to_string());
        assert_eq!(read(DayOrder::DayFirst), Ok("2019-04-03".into()));
        assert_eq!(read(DayOrder::MonthFirst), Ok("2019-03-04".into()));
    }

    #[test]
    fn only_what_is_displayed_is_parsed() {
        for text in ["2019", "2019-03", "2019-03-29"] {
            assert_eq!(text.parse::<Date>().map(|date| date.to_string()), Ok(text.to_owned()));
        }
        for text in ["2019-3", "March 2019", "2019-03-29T10:00", "", " 2019"] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_is_known_only_where_the_date_is_that_exact() {
        let day = |text: &str| Date::read(text, None).ok().and_then(Date::day);
        assert_eq!(day("March 29, 2019"), Some(civil::date(2019, 3, 29)));
        assert_eq!((day("2019-03"), day("2019")), (None, None));
    }

    /// Any date, of any exactness.
    fn date() -> impl Strategy<Value = Date> {
        (1000i16..=2100, 1i8..=12, 1i8..=31, 0..3u8).prop_filter_map(
            "no such day",
            |(year, month, day, exact)| {
                let (month, day) = ((exact > 0).then_some(month), (exact > 1).then_some(day));
                Date::new(year, month, day)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn dates_survive_their_text_and_sort_like_it(a in date(), b in date()) {
            prop_assert_eq!(a.to_string().parse::<Date>(), Ok(a));
            prop_assert_eq!(serde_json::from_str::<Date>(&serde_json::to_string(&a).unwrap()).unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn a_day_is_read_in_every_form(date in date(), capitals: bool) {
            let Some(day) = date.day() else { return Ok(()) };
            let forms = [
                "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%B %d, %Y",
                "%B %-d, %Y", "%A, %B %-d, %Y", "%b %-d, %Y", "%b. %-d, %Y", "%-d %B %Y", "%-d %b %Y", "%d-%b-%Y",
                "%a, %d %b %Y %H:%M:%S +0000", "%a %b %d %H:%M:%S %Y", "%d.%m.%Y", "%B %-d, %Y %I:%M %p",
            ];
            for form in forms {
                let mut text = day.at(10, 5, 59, 0).strftime(form).to_string();
                if capitals {
                    text = text.to_uppercase();
                }
                prop_assert_eq!(Date::read(&text, None), Ok(date), "{}", text);
            }
            for (form, order) in [("%d/%m/%Y", DayOrder::DayFirst), ("%m/%d/%Y", DayOrder::MonthFirst)] {
                let text = day.strftime(form).to_string();
                prop_assert_eq!(Date::read(&text, Some(order)), Ok(date), "{}", text);
                // Without being told, it is this date, or this or another.
                let alone = Date::read(&text, None);
                let is_unclear = matches!(
                    alone,
                    Err(Unread::Unclear { day_first, month_first }) if [day_first, month_first].contains(&date)
                );
                prop_assert!(alone == Ok(date) || is_unclear, "{}", text);
                prop_assert!(DayOrder::shown_by(&text).is_none_or(|shown| shown == order), "{}", text);
            }
        }

        #[test]
        fn no_text_makes_it_fail(text in "([0-9]{1,4}|[ ,./:T–-]|Mar|May |Friday|\\PC){0,20}") {
            if let Ok(date) = Date::read(&text, None) {
                prop_assert!(date.to_string().parse::<Date>().is_ok());
            }
            DayOrder::shown_by(&text);
        }
    }
}
