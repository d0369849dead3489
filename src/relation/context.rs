//! Negation, certainty and attribution: what the sentence around a match says of it.
//!
//! Everything is found by the word lists of `rules/context.toml` and the position of their entries
//! relative to the match:
//!
//! - A negation counts inside the match, or as `neither` or `nobody from` right before it; a denial ("denied that")
//!   counts before it in the same clause, too. Who denies is the source.
//! - A doubt ("allegedly", "suspected") counts inside the match, or up to three words before it.
//! - "X said" counts before the match, or after it when a comma or a quotation mark comes first;
//!   "according to X" counts anywhere. X becomes the source.
//! - A match inside quotation marks is reported even if nobody is named. The source of "he said",
//!   or of a quotation without a source, is looked for in the sentences before: see [`Cues::last_speaker`].
//! - What is planned or expected ("plans to", "will") is no fact yet, and alleged.
//!
//! What a rule calls `granted`, a title before a name for instance, is not part of the statement.

mod source;

use serde::{Deserialize, Serialize};

use crate::relation::cues::{Cue, cue};
use crate::relation::line::{TaggedSentence, TokenKind};
use crate::relation::lists::Tagger;

/// How the text puts a relation.
///
/// See the [example](crate::relation#example).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// As a fact.
    #[default]
    Stated,
    /// The text names a source, or quotes one.
    Reported,
    /// Suspected, claimed, believed.
    Alleged,
}

impl Certainty {
    /// The word in the output.
    pub fn as_str(self) -> &'static str {
        match self {
            Certainty::Stated => "stated",
            Certainty::Reported => "reported",
            Certainty::Alleged => "alleged",
        }
    }
}

/// What the context says about a match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Context {
    pub(crate) negated: bool,
    pub(crate) certainty: Certainty,
    pub(crate) attributed_to: Option<String>,
    /// Whether only another sentence names who says so.
    pub(crate) source_elsewhere: bool,
}

/// Words before a match in which a doubt counts.
const DOUBT_BEFORE: usize = 3;
/// Words before a match in which a denial counts.
const DENIAL_BEFORE: usize = 10;

/// The cues of one sentence.
#[derive(Debug)]
pub(crate) struct Cues<'s, 'd> {
    sentence: &'s TaggedSentence<'d>,
    found: Vec<CueMatch>,
    /// For each token whether it is inside quotation marks.
    quoted: Vec<bool>,
}

/// An entry of a cue list, from its first to its last token.
#[derive(Debug, Clone, Copy)]
struct CueMatch {
    cue: Cue,
    first: usize,
    last: usize,
}

/// Who is named as the source.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// By name, or by words such as "Turkish officials".
    Named(String),
    /// Somebody in another sentence.
    Unnamed,
}

impl<'s, 'd> Cues<'s, 'd> {
    /// Finds the cues of a sentence. `names` are the names of the tagger's lists, by number.
    pub(crate) fn of(sentence: &'s TaggedSentence<'d>, tagger: &Tagger, names: &[String]) -> Self {
        let row: Vec<Option<u32>> = sentence.tokens.iter().map(|token| token.word).collect();
        let mut found = Vec::new();
        tagger.tag(&row, |first, length, list| {
            let name = names.get(list as usize).map(String::as_str).unwrap_or_default();
            if let Some(cue) = cue(name) {
                found.push(CueMatch { cue, first, last: first + length - 1 });
            }
        });
        let no_cues: Vec<CueMatch> = found.iter().copied().filter(|f| f.cue == Cue::Lookalike).collect();
        found.retain(|f| !no_cues.iter().any(|no| (no.first..=no.last).contains(&f.first)));
        let mut inside = false;
        let mut has_mark = false;
        let mut quoted = Vec::with_capacity(sentence.tokens.len());
        for i in 0..sentence.tokens.len() {
            let mark = sentence.form(i);
            if !matches!(mark, "\"" | "“" | "”" | "``" | "''" | "` `" | "' '") {
                quoted.push(inside);
                continue;
            }
            // The quotation began in a sentence before.
            if mark == "”" && !has_mark {
                quoted.fill(true);
            }
            inside = mark != "”" && (mark == "“" || !inside);
            has_mark = true;
            quoted.push(false);
        }
        // A quotation that is still open at the end goes on in the next sentence.
        Cues { sentence, found, quoted }
    }

    /// The context of a match that covers the tokens `first..=last`. What is `granted` is only
    /// denied or doubted by words inside it, or right before it ("the suspected Reds member"). `own`
    /// says which tokens the rule itself needs.
    pub(crate) fn context(
        &self,
        (first, last): (usize, usize),
        granted: bool,
        own: impl Fn(usize) -> bool,
    ) -> Context {
        let of = |cues: &'static [Cue]| {
            let own = &own;
            self.found.iter().filter(move |f| cues.contains(&f.cue) && !(f.first..=f.last).any(own))
        };
        let inside = |f: &CueMatch| f.first >= first && f.last <= last;
        let denies = |f: &CueMatch| {
            let before = f.last < first && first - f.last <= DENIAL_BEFORE && self.same_clause(f.last, first);
            // What a quotation denies ends with it.
            let ended = self.is_quoted(f.first) && !self.is_quoted(first);
            !granted && (before || inside(f)) && !ended
        };
        // "Rather than embracing the plan, she left".
        let instead = |f: &CueMatch| {
            f.last + 1 == first && ["rather", "instead"].iter().any(|word| self.is(f.first, word))
        };
        let negated = of(&[Cue::Negation]).any(|f| inside(f) || instead(f) || self.none_of(f, first))
            || of(&[Cue::Denial]).any(denies);

        let inside_or_before = |f: &CueMatch, most: usize| inside(f) || self.before(f, first, most);
        if granted {
            let doubted = of(&[Cue::Doubtful]).any(|f| inside_or_before(f, 1))
                || of(&[Cue::Alleged, Cue::Reportedly]).any(inside);
            let certainty = if doubted { Certainty::Alleged } else { Certainty::Stated };
            return Context { negated, certainty, ..Context::default() };
        }
        let mut certainty = Certainty::Stated;
        let in_quotation = (first..=last).all(|i| self.is_quoted(i));
        if in_quotation || of(&[Cue::Reportedly]).any(|f| inside_or_before(f, 2 * DOUBT_BEFORE)) {
            certainty = Certainty::Reported;
        }
        let mut attributed_to = None;
        let mut unnamed = false;
        let outside = |f: &CueMatch| f.last < first || f.first > last;
        let says = of(&[Cue::According, Cue::Say, Cue::Claim]).filter(|f| outside(f));
        for f in says.chain(of(&[Cue::Denial]).filter(|f| denies(f))) {
            let Some((source, how)) = self.source(f, (first, last), in_quotation) else { continue };
            certainty = certainty.max(how);
            match source {
                Source::Named(name) => {
                    attributed_to.get_or_insert(name);
                }
                Source::Unnamed => unnamed = true,
            }
        }
        let source_elsewhere = attributed_to.is_none() && (unnamed || in_quotation);
        if of(&[Cue::Alleged, Cue::Doubtful]).any(|f| inside_or_before(f, DOUBT_BEFORE))
            || of(&[Cue::Intended]).any(inside)
        {
            certainty = Certainty::Alleged;
        }
        Context { negated, certainty, attributed_to, source_elsewhere }
    }

    /// Whether a negation denies that there is such a subject: "neither Ana", "none of the".
    fn none_of(&self, f: &CueMatch, subject: usize) -> bool {
        let nobody = ["neither", "none", "nobody", "no"].iter().any(|w| self.is(f.first, w));
        let linked = f.last + 2 == subject && ["of", "from", "in"].iter().any(|w| self.is(f.last + 1, w));
        nobody && (f.last + 1 == subject || linked)
    }

    /// Whether a cue ends at most `most` tokens before `first`, in the same clause.
    fn before(&self, f: &CueMatch, first: usize, most: usize) -> bool {
        f.last < first && first - f.last <= most && (f.last + 1..first).all(|i| !self.is_mark(i))
    }

    fn form(&self, token: usize) -> &'d str {
        self.sentence.form(token)
    }

    fn is(&self, token: usize, word: &str) -> bool {
        self.form(token).eq_ignore_ascii_case(word)
    }

    fn is_quoted(&self, token: usize) -> bool {
        self.quoted.get(token).copied().unwrap_or(false)
    }

    fn is_mark(&self, token: usize) -> bool {
        self.sentence.tokens.get(token).is_none_or(|t| t.kind == TokenKind::Punct)
            && !matches!(self.form(token), "-" | "'s" | "’s" | "'" | "’" | "&")
    }

    /// No semicolon, and no "but" after a comma, between two tokens.
    fn same_clause(&self, a: usize, b: usize) -> bool {
        (a..b).all(|i| {
            !(matches!(self.form(i), ";" | "." | ":") || self.is(i, "but") || self.is(i, "although"))
        })
    }

    fn has(&self, cue: Cue, token: usize) -> bool {
        self.found.iter().any(|f| f.cue == cue && (f.first..=f.last).contains(&token))
    }
}

#[cfg(test)]
mod tests;
