//! Who says what a match says.

use crate::entity::EntityType;
use crate::relation::context::{Certainty, CueMatch, Cues, Source};
use crate::relation::cues::Cue;
use crate::relation::line::TokenKind;

/// Words of a source without a name.
const LONGEST_SOURCE: usize = 5;
/// Words of what is said about a source: "Ana Ruiz, who heads the office, said".
const LONGEST_APPOSITION: usize = 14;

impl Cues<'_, '_> {
    /// Who says or denies a match by a cue, and how certain that leaves it.
    pub(super) fn source(
        &self,
        f: &CueMatch,
        (first, last): (usize, usize),
        in_quotation: bool,
    ) -> Option<(Source, Certainty)> {
        let source = match f.cue {
            Cue::According => self.source_behind(f, first),
            Cue::Denial => self.denier(f),
            _ => self.speaker(f, first, last, in_quotation),
        };
        let believed = f.cue == Cue::Claim || f.cue == Cue::Denial && self.is_belief(f.last);
        Some((source?, if believed { Certainty::Alleged } else { Certainty::Reported }))
    }

    /// Who is named last as speaking in this sentence: whom "he said" in the next one means.
    pub(crate) fn last_speaker(&self) -> Option<String> {
        let verbs = self.found.iter().rev().filter(|f| matches!(f.cue, Cue::Say | Cue::Claim));
        let mut verbs = verbs.filter(|f| !self.is_quoted(f.first) && !self.is_passive(f));
        verbs.find_map(|f| {
            let behind =
                || (f.first == 0 || self.is_mark(f.first - 1)).then(|| self.speaker_behind(f.last + 1));
            match self.source_before(f.first, 0).or_else(|| behind().flatten()) {
                Some(Source::Named(name)) => Some(name),
                _ => None,
            }
        })
    }

    /// A verb of saying that is not also a noun: not the "reports" of "media reports".
    fn says(&self, token: usize) -> bool {
        (self.has(Cue::Say, token) || self.has(Cue::Claim, token)) && !self.has(Cue::Source, token)
    }

    /// Who speaks, if the match is what is said.
    fn speaker(&self, f: &CueMatch, first: usize, last: usize, in_quotation: bool) -> Option<Source> {
        // "We think so," she said: what "think" is about ends with the quotation.
        if self.is_quoted(f.first) || self.is_passive(f) {
            return None;
        }
        if f.last < first {
            // "Officials said (that) ..."; after a quotation something new begins.
            let same_clause = self.same_clause(f.last, first) || in_quotation;
            let addressed = self.is(f.last + 1, "to") || self.is(f.last + 1, ",") && !in_quotation;
            return (same_clause && !addressed).then(|| self.source_before(f.first, 0)).flatten();
        }
        // "..., officials said." or "..., said Ana Ruiz, a ..."
        let clause = (last + 1..f.first).rev().find(|&i| self.is_mark(i))?;
        let closes =
            !self.is_quoted(clause) && !matches!(self.form(clause), ";" | ":") || self.is(clause, ",");
        if !closes || !self.ends_soon(f.last + 1) && !in_quotation {
            return None;
        }
        if clause + 1 == f.first {
            // "told" has its addressee after it, not its speaker.
            let speaker = if self.form(f.first).starts_with(['t', 'T']) {
                None
            } else {
                self.speaker_behind(f.last + 1)
            };
            return speaker.or_else(|| self.source_before(f.first, last + 1));
        }
        self.source_before(f.first, clause + 1)
    }

    fn denier(&self, f: &CueMatch) -> Option<Source> {
        (!self.is_passive(f)).then(|| self.source_before(f.first, 0)).flatten()
    }

    /// Whether nobody is named who says so: "was announced", "has been denied", but not "was saying".
    fn is_passive(&self, f: &CueMatch) -> bool {
        let be = ["is", "are", "was", "were", "be", "been", "being"];
        let before = f.first.checked_sub(1).is_some_and(|before| be.iter().any(|w| self.is(before, w)));
        before && !self.form(f.first).to_ascii_lowercase().ends_with("ing")
    }

    /// Whether the last word of a denial only says what somebody thinks: "do not believe".
    fn is_belief(&self, token: usize) -> bool {
        let word = self.form(token).to_ascii_lowercase();
        ["believe", "think", "doubt"].iter().any(|belief| word.starts_with(belief))
    }

    /// Whether what follows a verb of saying is not what is said: the end, a mark, an addressee, a
    /// time or a place.
    fn ends_soon(&self, mut at: usize) -> bool {
        let over = |at: usize| {
            at >= self.sentence.tokens.len()
                || self.is_mark(at)
                || [
                    "in",
                    "on",
                    "at",
                    "during",
                    "last",
                    "after",
                    "this",
                    "earlier",
                    "late",
                    "yesterday",
                    "today",
                ]
                .iter()
                .any(|w| self.is(at, w))
                || self.form(at).to_ascii_lowercase().ends_with("day")
        };
        if over(at) {
            return true;
        }
        // An addressee, or the speaker himself: "said Turkish officials", "told Reuters".
        for _ in 0..LONGEST_SOURCE {
            at += 1;
            if over(at) {
                return true;
            }
        }
        false
    }

    /// The source whose words end right before token `verb` and start no earlier than `from`.
    fn source_before(&self, verb: usize, from: usize) -> Option<Source> {
        let mut at = verb;
        // "recently claimed", "has also said"
        while at > from && self.is_filler(at - 1) {
            at -= 1;
        }
        if at > from && self.is(at - 1, ",") {
            // "Ana Ruiz, 45, director of the office, said": the name is before one of the commas.
            let earliest = at.saturating_sub(LONGEST_APPOSITION).max(from);
            let mut commas = (earliest..at - 1).rev().filter(|&i| i > from && self.is(i, ","));
            return commas
                .find_map(|comma| self.noun_phrase(from.max(comma.saturating_sub(LONGEST_SOURCE)), comma));
        }
        if at <= from {
            return None;
        }
        self.noun_phrase(from.max(at.saturating_sub(LONGEST_SOURCE)), at)
    }

    /// Who speaks, in the words after a verb: "said Ana Ruiz". Not of whom is spoken: "said it had grown".
    fn speaker_behind(&self, from: usize) -> Option<Source> {
        let end = self.phrase_end(from);
        let goes_on = [
            "is", "are", "was", "were", "has", "have", "had", "does", "did", "will", "would", "can", "could",
            "may", "might", "must", "should",
        ];
        let speaks = end > from && !goes_on.iter().any(|w| self.is(end, w));
        speaks.then(|| self.noun_phrase(from, end)).flatten()
    }

    /// The source behind "according to", whatever its words are, if it is not the match itself that describes
    /// it: "according to Ana Ruiz of the Reds".
    fn source_behind(&self, f: &CueMatch, first: usize) -> Option<Source> {
        let from = f.last + 1;
        let end = self.phrase_end(from);
        let other_clause = (f.last.min(first)..first.max(f.first)).any(|i| self.is(i, ";"));
        if end == from || (from..end).contains(&first) || other_clause {
            return None;
        }
        Some(self.noun_phrase(from, end).unwrap_or_else(|| Source::Named(self.words(from, end))))
    }

    /// The end of the short noun phrase that starts at a token.
    fn phrase_end(&self, from: usize) -> usize {
        let mut end = from;
        while end < self.sentence.tokens.len() && end < from + LONGEST_SOURCE + 1 {
            let stops = self.is_mark(end) || end > from && (self.ends_phrase(end) || self.says(end));
            // A name ends the phrase, unless it stands before a noun: "Reuters reports", "Ana's lawyer".
            let goes_on = self.has(Cue::Source, end) || self.is(end, "'s") || self.is(end, "’s");
            if stops || end > from && self.is_name(end - 1) && !goes_on {
                break;
            }
            end += 1;
        }
        end
    }

    /// The source in a row of tokens, if the last of them can be one.
    fn noun_phrase(&self, from: usize, end: usize) -> Option<Source> {
        let head = end.checked_sub(1)?;
        if let TokenKind::Name(mention) = self.sentence.tokens.get(head)?.kind {
            let document = &self.sentence.document;
            let mention = &document.mentions[mention];
            let entity = document.entities.get(mention.entity)?;
            let speaks = matches!(mention.entity_type, EntityType::Per | EntityType::Org | EntityType::Loc);
            if mention.demonym || !speaks {
                return None;
            }
            // "an official of the embassy in Rome": it is the official who speaks.
            if let Some(head) = self.head_of(head) {
                return Some(Source::Named(self.words(head, end)));
            }
            return Some(Source::Named(entity.name.clone()));
        }
        if self.has(Cue::Source, head) {
            let start = (from..head)
                .rev()
                .take_while(|&i| !self.is_mark(i) && !self.ends_phrase(i) && !self.says(i))
                .last()
                .unwrap_or(head);
            return Some(Source::Named(self.words(start, end)));
        }
        self.has(Cue::Pronoun, head).then_some(Source::Unnamed)
    }

    /// The noun that a name only describes: `official` for the name in "an official of the embassy
    /// in Rome".
    fn head_of(&self, name: usize) -> Option<usize> {
        let mut at = name;
        let mut head = None;
        for _ in 0..2 {
            let earliest = at.saturating_sub(LONGEST_SOURCE);
            let preposition = (earliest..at)
                .rev()
                .take_while(|&i| !self.is_mark(i) && !self.says(i))
                .find(|&i| ["of", "in", "at", "for", "from", "with"].iter().any(|w| self.is(i, w)));
            let noun = preposition.and_then(|it| it.checked_sub(1)).filter(|&i| self.has(Cue::Source, i));
            let Some(noun) = noun else { break };
            head = Some(noun);
            at = noun;
        }
        head
    }

    fn is_name(&self, token: usize) -> bool {
        match self.sentence.tokens.get(token).map(|t| t.kind) {
            Some(TokenKind::Name(mention)) => !self.sentence.document.mentions[mention].demonym,
            _ => false,
        }
    }

    fn is_filler(&self, token: usize) -> bool {
        let word = self.form(token);
        (word.len() > 4 && word.ends_with("ly") && self.sentence.tokens[token].kind == TokenKind::Word)
            || [
                "do",
                "does",
                "did",
                "has",
                "have",
                "had",
                "also",
                "later",
                "then",
                "was",
                "were",
                "meanwhile",
            ]
            .iter()
            .any(|w| self.is(token, w))
    }

    /// Whether a word is no part of a short noun phrase.
    fn ends_phrase(&self, token: usize) -> bool {
        [
            "a",
            "an",
            "the",
            "that",
            "and",
            "but",
            "as",
            "when",
            "while",
            "after",
            "before",
            "because",
            "if",
            "in",
            "on",
            "at",
            "by",
            "with",
            "to",
            "from",
            "for",
            "who",
            "which",
            "whom",
            "is",
            "was",
            "are",
            "were",
            "has",
            "have",
            "had",
            "it",
            "he",
            "she",
            "they",
            "some",
            "of",
            "published",
            "released",
            "quoted",
            "whose",
            "where",
            "since",
            "so",
            "meanwhile",
        ]
        .iter()
        .any(|w| self.is(token, w))
    }

    /// The words of a row of tokens, without an article in front.
    fn words(&self, mut from: usize, end: usize) -> String {
        while from + 1 < end && ["a", "an", "the", "some"].iter().any(|w| self.is(from, w)) {
            from += 1;
        }
        let (first, last) = (self.sentence.tokens[from].span, self.sentence.tokens[end - 1].span);
        let words = &self.sentence.document.text[first.start..last.end];
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
