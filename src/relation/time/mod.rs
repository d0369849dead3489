//! When something was so: the time that a sentence gives for a relation, and whether it still is.
//!
//! `expression` finds words that tell a time, `moment` counts dates from them. A time belongs to the verb or noun that it
//! depends on in the tree, and so to the relations which that word states.

mod expression;
mod moment;

use crate::relation::said::{Said, outer};
use crate::relation::time::expression::{Expression, expressions};
use crate::relation::time::moment::{Moment, Turn};
use crate::syntax::{Deprel, Pos, Sentence};
use crate::text::{Date, Span};

/// A time that a sentence gives for a relation.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    moment: Moment,
    ahead: bool,
}

impl When {
    /// Whether the words themselves say that it is to come: "next month", "tomorrow".
    pub(super) fn is_next(&self) -> bool {
        match self.moment {
            Moment::Month { turn, .. } | Moment::Weekday { turn, .. } => turn == Turn::Next,
            Moment::Away { count, .. } => count > 0,
            Moment::Absolute(_) | Moment::Day { .. } => false,
        }
    }

    /// The date, as exact as the words are. `article` is the date of the article; unless it is known to the day, only what
    /// needs none is ("in 2014", not "on Monday").
    pub fn date(&self, article: Option<Date>) -> Option<Date> {
        self.moment.date(article.and_then(Date::day), self.ahead)
    }
}

/// Nouns of time that stand between a time and what it belongs to: "at the end of August".
const TIMES: [&str; 22] = [
    "end",
    "beginning",
    "start",
    "middle",
    "night",
    "morning",
    "afternoon",
    "evening",
    "day",
    "week",
    "weekend",
    "month",
    "year",
    "time",
    "summer",
    "autumn",
    "fall",
    "winter",
    "spring",
    "half",
    "quarter",
    "noon",
];

/// The times of a sentence, each with the word that it depends on.
#[derive(Debug, Clone, Default)]
pub(super) struct Times {
    all: Vec<(Expression, usize)>,
}

impl Times {
    pub(super) fn of(text: &str, tree: &Sentence) -> Self {
        let (Some(first), Some(last)) = (tree.words.first(), tree.words.last()) else {
            return Times::default();
        };
        let found = expressions(text, Span::new(first.span.start, last.span.end));
        let anchored = found.into_iter().filter_map(|expression| {
            let word = outer(tree, expression.span)?;
            let anchor = said_between(tree, anchor(tree, word)?, expression.span);
            Some((expression, anchor))
        });
        Times { all: anchored.collect() }
    }

    /// The time of what is said of two names. What is `granted`, as a title, has only a time that stands right after it.
    pub(super) fn when(&self, tree: &Sentence, said: &Said, granted: bool) -> Option<When> {
        // Of two the nearer: "named in 2020, she has led it since 2022".
        let place = tree.words[said.words[0]].span.start;
        let own = self.all.iter().filter(|(_, anchor)| said.words.contains(anchor));
        let own = own.min_by_key(|(expression, _)| expression.span.start.abs_diff(place));
        // The parser often attaches "on Monday" to the name before it and not to the verb.
        let is_behind = |expression: &Expression| {
            said.words.iter().any(|&word| tree.words[word].span.end <= expression.span.start)
        };
        let is_next_to = |expression: &Expression| {
            let end = said.names.iter().map(|&name| tree.words[name].span.end).max().unwrap_or_default();
            let between =
                tree.words.iter().filter(|w| w.span.start >= end && w.span.end <= expression.span.start);
            between.count() <= 1
        };
        let of_name = || {
            let is_of_relation = |(expression, anchor): &&(Expression, usize)| {
                said.names.contains(anchor)
                    && is_behind(expression)
                    && if granted { is_next_to(expression) } else { said.is_event(tree) }
            };
            self.all.iter().find(is_of_relation)
        };
        let (expression, _) = own.or_else(of_name)?;
        Some(When { moment: expression.moment.clone(), ahead: said.is_ahead(tree) })
    }

    /// Whether a time with an end belongs to what is said: "from 2003 to 2007".
    pub(super) fn has_end(&self, said: &Said) -> bool {
        self.all.iter().any(|(expression, anchor)| expression.has_end && said.words.contains(anchor))
    }
}

/// What a time belongs to that depends on `anchor`: "Acme bought Bolt, Bo Lee said on Monday" tells when he said it. The parser
/// likes to attach it to what was said.
fn said_between(tree: &Sentence, anchor: usize, time: Span) -> usize {
    let words = &tree.words;
    let is_between = |&word: &usize| {
        words[word].pos == Pos::Verb
            && words[anchor].span.end <= words[word].span.start
            && words[word].span.end <= time.start
    };
    let above = std::iter::successors(Some(anchor), |&at| words[at].head).take(words.len());
    let mut speakers = above.filter_map(|at| match words[at].relation {
        Deprel::Ccomp => words[at].head,
        _ => {
            (0..words.len()).find(|&it| words[it].head == Some(at) && words[it].relation == Deprel::Parataxis)
        }
    });
    speakers.find(is_between).unwrap_or(anchor)
}

/// The head of a time, nouns of time skipped.
fn anchor(tree: &Sentence, time: usize) -> Option<usize> {
    let mut at = tree.words[time].head?;
    while TIMES.contains(&&*tree.words[at].lemma)
        && let Some(head) = tree.words[at].head
    {
        at = head;
    }
    Some(at)
}
