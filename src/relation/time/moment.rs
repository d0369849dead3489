//! Times as words give them, and as dates.

use jiff::civil::{self, Weekday};
use jiff::{Span, ToSpan as _};

use crate::text::Date;

/// A time as words give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moment {
    /// "2017", "July 2017", "July 12, 2017".
    Absolute(Date),
    /// "July 12".
    Day {
        /// From 1.
        month: i8,
        /// Of the month.
        day: i8,
    },
    /// "In August", "last August".
    Month {
        /// From 1.
        month: i8,
        /// Which.
        turn: Turn,
    },
    /// "On Monday".
    Weekday {
        /// The day.
        weekday: Weekday,
        /// Which.
        turn: Turn,
    },
    /// So many days, weeks, months or years from the article's: "yesterday", "last year", "two months ago".
    Away {
        /// Of what.
        unit: Unit,
        /// How many; those before are negative.
        count: i32,
    },
}

/// Which of many Mondays or Augusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    /// The nearest in the direction in which the sentence looks.
    Nearest,
    /// The one before.
    Last,
    /// The one of this week or year.
    This,
    /// The one after.
    Next,
}

/// How exact a time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Moment {
    /// The date, as exact as the words are. `article` is the day on which they were written; without it only what needs none
    /// is known. `ahead` says whether the fact was still to come.
    pub(crate) fn date(&self, article: Option<civil::Date>, ahead: bool) -> Option<Date> {
        if let Moment::Absolute(date) = *self {
            return Some(date);
        }
        let today = article?;
        match *self {
            Moment::Absolute(_) => None,
            Moment::Day { month, day } => {
                let of_year = |year: i16| civil::Date::new(year, month, day).ok();
                let this = of_year(today.year());
                let found = match ahead {
                    true => this.filter(|&date| date >= today).or_else(|| of_year(today.year() + 1)),
                    false => this.filter(|&date| date <= today).or_else(|| of_year(today.year() - 1)),
                };
                found.and_then(day_of)
            }
            Moment::Month { month, turn } => {
                let year = match (turn, ahead) {
                    (Turn::This, _) => today.year(),
                    (Turn::Next, _) => today.year() + i16::from(month <= today.month()),
                    (Turn::Nearest, true) => today.year() + i16::from(month < today.month()),
                    (Turn::Last, _) => today.year() - i16::from(month >= today.month()),
                    (Turn::Nearest, false) => today.year() - i16::from(month > today.month()),
                };
                Date::new(year, Some(month), None)
            }
            Moment::Weekday { weekday, turn } => {
                let found = match (turn, ahead) {
                    (Turn::Nearest | Turn::This, false) if today.weekday() == weekday => Ok(today),
                    (Turn::Nearest | Turn::This, true) | (Turn::Next, _) => today.nth_weekday(1, weekday),
                    (Turn::Nearest | Turn::This, false) | (Turn::Last, _) => today.nth_weekday(-1, weekday),
                };
                found.ok().and_then(day_of)
            }
            Moment::Away { unit, count } => away(today, unit, count),
        }
    }
}

fn away(today: civil::Date, unit: Unit, count: i32) -> Option<Date> {
    let by: Span = match unit {
        Unit::Day => count.days(),
        Unit::Week => count.weeks(),
        Unit::Month => count.months(),
        Unit::Year => count.years(),
    };
    // What counts is the month: from the 31st there is no day "a month ago" in every month.
    let start = if unit == Unit::Day || unit == Unit::Week { today } else { today.first_of_month() };
    let then = start.checked_add(by).ok()?;
    match unit {
        Unit::Day => day_of(then),
        Unit::Month => month_of(then),
        Unit::Year => Date::new(then.year(), None, None),
        Unit::Week => {
            let since_monday = i32::from(then.weekday().to_monday_zero_offset());
            let monday = then.checked_sub(since_monday.days()).ok()?;
            let sunday = monday.checked_add(6.days()).ok()?;
            month_of(then).filter(|_| monday.month() == sunday.month())
        }
    }
}

fn day_of(date: civil::Date) -> Option<Date> {
    Date::new(date.year(), Some(date.month()), Some(date.day()))
}

fn month_of(date: civil::Date) -> Option<Date> {
    Date::new(date.year(), Some(date.month()), None)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn words_are_counted_from_the_day_of_the_article() {
        // A Friday.
        let friday = date(2019, 3, 29);
        let away = |unit, count| Moment::Away { unit, count };
        let weekday = |weekday, turn| Moment::Weekday { weekday, turn };
        let month = |month, turn| Moment::Month { month, turn };
        let table = [
            (Moment::Absolute("2014".parse().unwrap()), false, Some("2014")),
            (Moment::Day { month: 7, day: 12 }, false, Some("2018-07-12")),
            (Moment::Day { month: 7, day: 12 }, true, Some("2019-07-12")),
            (Moment::Day { month: 2, day: 30 }, false, None),
            (month(3, Turn::Nearest), false, Some("2019-03")),
            (month(8, Turn::Nearest), false, Some("2018-08")),
            (month(8, Turn::Nearest), true, Some("2019-08")),
            (month(3, Turn::Last), false, Some("2018-03")),
            (month(2, Turn::Last), false, Some("2019-02")),
            (month(1, Turn::Next), true, Some("2020-01")),
            (weekday(Weekday::Monday, Turn::Nearest), false, Some("2019-03-25")),
            (weekday(Weekday::Friday, Turn::Nearest), false, Some("2019-03-29")),
            (weekday(Weekday::Friday, Turn::Last), false, Some("2019-03-22")),
            (weekday(Weekday::Monday, Turn::Nearest), true, Some("2019-04-01")),
            (away(Unit::Day, -1), false, Some("2019-03-28")),
            (away(Unit::Week, -1), false, Some("2019-03")),
            (away(Unit::Week, -4), false, None),
            (away(Unit::Month, -1), false, Some("2019-02")),
            (away(Unit::Month, -3), false, Some("2018-12")),
            (away(Unit::Year, -3), false, Some("2016")),
        ];
        for (moment, ahead, expected) in table {
            let found = moment.date(Some(friday), ahead).map(|date| date.to_string());
            assert_eq!(found.as_deref(), expected, "{moment:?}");
        }
        assert_eq!(away(Unit::Day, 0).date(None, false), None);
        let year: Date = "2014".parse().unwrap();
        assert_eq!(Moment::Absolute(year).date(None, false), Some(year));
    }
}
