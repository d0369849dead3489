//! Negation, certainty and attribution: how the sentence around a match puts it.
//!
//! Everything is found by the word lists of `rules/context.toml` and the position of their entries
//! relative to the match:
//!
//! - A negation counts inside the match, or as `neither` or `nobody from` right before it; a denial ("denied that")
//!   counts before it in the same clause, too. Who denies is the source.
//! - A doubt ("allegedly", "suspected") counts inside the match, or up to three words before it.
//! - "X said" counts before the match, or behind it when a comma or a quotation mark comes first;
//!   "according to X" counts anywhere. X becomes the source.
//! - A match inside quotation marks is reported even if nobody is named. Who "he" in "he said" is, or whose
//!   a bare quotation, the sentences before tell: see [`Cues::last_speaker`].
//! - What is planned or expected ("plans to", "will") is no fact yet, and alleged.
//!
//! What a rule calls `granted`, a title before a name for instance, is no part of what is said.

use serde::{Deserialize, Serialize};

use crate::entity::EntityType;
use crate::relation::line::{Kind, Sentence};
use crate::relation::lists::Tagger;

/// How the text puts a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// As a fact.
    #[default]
    Stated,
    /// Somebody is said to say so.
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
    /// Whether somebody says so whom only another sentence names.
    pub(crate) source_elsewhere: bool,
}

/// The cue lists that this module knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cue {
    Negation,
    Lookalike,
    Denial,
    Alleged,
    Doubtful,
    Intended,
    Claim,
    Say,
    According,
    Reportedly,
    Source,
    Pronoun,
}

const CUES: [(&str, Cue); 12] = [
    ("negation", Cue::Negation),
    ("no_cue", Cue::Lookalike),
    ("denial", Cue::Denial),
    ("alleged", Cue::Alleged),
    ("doubtful", Cue::Doubtful),
    ("intended", Cue::Intended),
    ("claim", Cue::Claim),
    ("say", Cue::Say),
    ("according", Cue::According),
    ("reportedly", Cue::Reportedly),
    ("source", Cue::Source),
    ("pronoun", Cue::Pronoun),
];

/// Whether a cue list of that name means anything.
pub(crate) fn is_cue_list(name: &str) -> bool {
    CUES.iter().any(|(known, _)| *known == name)
}

/// The names of all cue lists.
pub(crate) fn cue_lists() -> String {
    CUES.map(|(name, _)| name).join(", ")
}

/// Words before a match in which a doubt counts.
const DOUBT_BEFORE: usize = 3;
/// Words before a match in which a denial counts.
const DENIAL_BEFORE: usize = 10;
/// Words of a source without a name.
const LONGEST_SOURCE: usize = 5;
/// Words of what is said about a source: "Ana Ruiz, who heads the office, said".
const LONGEST_APPOSITION: usize = 14;

/// The cues of one sentence.
#[derive(Debug)]
pub(crate) struct Cues<'s, 'd> {
    sentence: &'s Sentence<'d>,
    found: Vec<Found>,
    /// For each token whether it is inside quotation marks.
    quoted: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Found {
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
    pub(crate) fn of(sentence: &'s Sentence<'d>, tagger: &Tagger, names: &[String]) -> Self {
        let row: Vec<Option<u32>> = sentence.tokens.iter().map(|token| token.word).collect();
        let mut found = Vec::new();
        tagger.tag(&row, |first, length, list| {
            let name = names.get(list as usize).map(String::as_str).unwrap_or_default();
            if let Some((_, cue)) = CUES.iter().find(|(known, _)| *known == name) {
                found.push(Found { cue: *cue, first, last: first + length - 1 });
            }
        });
        let no_cues: Vec<Found> = found.iter().copied().filter(|f| f.cue == Cue::Lookalike).collect();
        found.retain(|f| !no_cues.iter().any(|no| (no.first..=no.last).contains(&f.first)));
        let mut inside = false;
        let mut quoted = Vec::with_capacity(sentence.tokens.len());
        for i in 0..sentence.tokens.len() {
            if matches!(form(sentence, i), "\"" | "“" | "”" | "``" | "''" | "` `" | "' '") {
                inside = !inside;
                quoted.push(false);
            } else {
                quoted.push(inside);
            }
        }
        // A quotation that goes on in the next sentence is one; a stray mark at the end is not.
        Cues { sentence, found, quoted }
    }

    /// The context of a match that covers the tokens `first..=last`. What is `granted` is only
    /// denied or doubted by words inside it, or right before it ("the suspected Reds member"). `own`
    /// tells the tokens that the rule cannot do without.
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
        let inside = |f: &Found| f.first >= first && f.last <= last;
        let denies = |f: &Found| {
            let before = f.last < first && first - f.last <= DENIAL_BEFORE && self.same_clause(f.last, first);
            // What a quotation denies ends with it.
            let ended = self.is_quoted(f.first) && !self.is_quoted(first);
            !granted && (before || inside(f)) && !ended
        };
        let negated = of(&[Cue::Negation]).any(|f| inside(f) || self.none_of(f, first))
            || of(&[Cue::Denial]).any(denies);

        let inside_or_before = |f: &Found, most: usize| inside(f) || self.before(f, first, most);
        if granted {
            let doubted = of(&[Cue::Doubtful]).any(|f| inside_or_before(f, 1))
                || of(&[Cue::Alleged, Cue::Reportedly]).any(inside);
            let certainty = if doubted { Certainty::Alleged } else { Certainty::Stated };
            return Context { negated, certainty, ..Context::default() };
        }
        let mut certainty = Certainty::Stated;
        if of(&[Cue::Reportedly]).any(|f| inside_or_before(f, 2 * DOUBT_BEFORE)) {
            certainty = Certainty::Reported;
        }
        let mut attributed_to = None;
        let mut unnamed = false;
        let in_quotation = (first..=last).all(|i| self.is_quoted(i));
        if in_quotation {
            certainty = Certainty::Reported;
        }
        let outside = |f: &Found| f.last < first || f.first > last;
        let says = of(&[Cue::According, Cue::Say, Cue::Claim]).filter(|f| outside(f));
        for f in says.chain(of(&[Cue::Denial]).filter(|f| denies(f))) {
            let source = match f.cue {
                Cue::According => self.source_behind(f, first),
                Cue::Denial => self.denier(f),
                _ => self.speaker(f, first, last, in_quotation),
            };
            let Some(source) = source else { continue };
            let believed = f.cue == Cue::Claim || f.cue == Cue::Denial && self.is_belief(f.last);
            certainty = certainty.max(if believed { Certainty::Alleged } else { Certainty::Reported });
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

    /// Whoever is the last to be named as speaking in this sentence: whom "he said" in the next one means.
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

    /// Whether a negation denies that there is such a subject: "neither Ana", "none of the".
    fn none_of(&self, f: &Found, subject: usize) -> bool {
        let nobody = ["neither", "none", "nobody", "no"].iter().any(|w| self.is(f.first, w));
        let linked = f.last + 2 == subject && ["of", "from", "in"].iter().any(|w| self.is(f.last + 1, w));
        nobody && (f.last + 1 == subject || linked)
    }

    /// Whether a cue ends at most `most` tokens before `first`, in the same clause.
    fn before(&self, f: &Found, first: usize, most: usize) -> bool {
        f.last < first && first - f.last <= most && (f.last + 1..first).all(|i| !self.is_mark(i))
    }

    fn form(&self, token: usize) -> &'d str {
        form(self.sentence, token)
    }

    fn is(&self, token: usize, word: &str) -> bool {
        self.form(token).eq_ignore_ascii_case(word)
    }

    fn is_quoted(&self, token: usize) -> bool {
        self.quoted.get(token).copied().unwrap_or(false)
    }

    fn is_mark(&self, token: usize) -> bool {
        self.sentence.tokens.get(token).is_none_or(|t| t.kind == Kind::Punct)
            && !matches!(self.form(token), "-" | "'s" | "’s" | "'" | "’" | "&")
    }

    /// No semicolon, and no "but" behind a comma, between two tokens.
    fn same_clause(&self, a: usize, b: usize) -> bool {
        (a..b).all(|i| {
            !(matches!(self.form(i), ";" | "." | ":") || self.is(i, "but") || self.is(i, "although"))
        })
    }

    fn has(&self, cue: Cue, token: usize) -> bool {
        self.found.iter().any(|f| f.cue == cue && (f.first..=f.last).contains(&token))
    }

    /// A verb of saying that is not also a noun: not the "reports" of "media reports".
    fn says(&self, token: usize) -> bool {
        (self.has(Cue::Say, token) || self.has(Cue::Claim, token)) && !self.has(Cue::Source, token)
    }

    /// Who speaks, if the match is what is said.
    fn speaker(&self, f: &Found, first: usize, last: usize, in_quotation: bool) -> Option<Source> {
        // "We think so," she said: what "think" is about ends with the quotation.
        if self.is_quoted(f.first) || self.is_passive(f) {
            return None;
        }
        if f.last < first {
            // "Officials said (that) ..."; behind a quotation something new begins.
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
            // "told" has its addressee behind it, not its speaker.
            let speaker = if self.form(f.first).starts_with(['t', 'T']) {
                None
            } else {
                self.speaker_behind(f.last + 1)
            };
            return speaker.or_else(|| self.source_before(f.first, last + 1));
        }
        self.source_before(f.first, clause + 1)
    }

    fn denier(&self, f: &Found) -> Option<Source> {
        (!self.is_passive(f)).then(|| self.source_before(f.first, 0)).flatten()
    }

    /// Whether nobody is named who says so: "was announced", "has been denied", but not "was saying".
    fn is_passive(&self, f: &Found) -> bool {
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

    /// Who speaks, in the words behind a verb: "said Ana Ruiz". Not of whom is spoken: "said it had grown".
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
    fn source_behind(&self, f: &Found, first: usize) -> Option<Source> {
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
            let stops = self.is_mark(end) || end > from && (self.is_little(end) || self.says(end));
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
        if let Kind::Name(mention) = self.sentence.tokens.get(head)?.kind {
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
                .take_while(|&i| !self.is_mark(i) && !self.is_little(i) && !self.says(i))
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
            Some(Kind::Name(mention)) => !self.sentence.document.mentions[mention].demonym,
            _ => false,
        }
    }

    fn is_filler(&self, token: usize) -> bool {
        let word = self.form(token);
        (word.len() > 4 && word.ends_with("ly") && self.sentence.tokens[token].kind == Kind::Word)
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

    /// Words that are no part of a short noun phrase.
    fn is_little(&self, token: usize) -> bool {
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

fn form<'d>(sentence: &Sentence<'d>, token: usize) -> &'d str {
    sentence.tokens.get(token).map(|t| t.span.of(sentence.document.text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use crate::relation::{Bracketed, Matcher, RuleSet};

    /// Rules that fire on most ways to say that somebody met, killed or owns somebody.
    const RULES: &str = r#"
[[rule]]
id = "killed/test"
pattern = ["SUBJ ANY{0,5} (kill~ | killing | attack~) (of)? ANY{0,4} OBJ", "killing of OBJ by SUBJ", "OBJ ANY{0,5} killed by SUBJ"]
score = 0.9
[[rule]]
id = "travels_to/test"
pattern = "SUBJ ANY{0,6} (visit~ | visited | travel~ to) OBJ"
score = 0.9
[[rule]]
id = "owns/test"
pattern = ["SUBJ ANY{0,6} (own~ | bought | buy~) OBJ", "OBJ ANY{0,6} (bought | owned) by SUBJ"]
score = 0.9
[[rule]]
id = "opposes/test"
pattern = "SUBJ @aux* accuse~ OBJ"
score = 0.9
[[rule]]
id = "supports/test"
pattern = ["SUBJ @aux* @support OBJ", "SUBJ @aux* (charged | suspected) of aiding OBJ"]
score = 0.9
[[rule]]
id = "leads/title"
granted = true
pattern = ["OBJ/adj president SUBJ", "OBJ leader SUBJ"]
score = 0.9
[[rule]]
id = "located_in/test"
granted = true
pattern = "SUBJ , OBJ ANY"
score = 0.9
[[rule]]
id = "leads/test"
pattern = "SUBJ , ANY{0,3} (president | head) of OBJ"
score = 0.9
[[rule]]
id = "member_of/test"
pattern = "SUBJ ANY{0,4} member of OBJ"
score = 0.9
"#;

    /// `expected` is `negated certainty source`, in this order, as far as they differ from
    /// "stated by nobody".
    fn context_of(text: &str) -> String {
        static MATCHER: LazyLock<Matcher> = LazyLock::new(|| {
            let mut set = RuleSet::empty();
            set.add_files(vec![("test.toml".into(), RULES.into())]).unwrap();
            Matcher::new(&set).unwrap()
        });
        let relations = MATCHER.relations(Bracketed::text(text).document());
        let Some(relation) = relations.last() else { return "no relation".to_owned() };
        let mut words = Vec::new();
        if relation.negated {
            words.push("negated".to_owned());
        }
        if relation.certainty != super::Certainty::Stated {
            words.push(relation.certainty.as_str().to_owned());
        }
        words.extend(relation.attributed_to.iter().map(|name| format!("by {name}")));
        words.join(" ")
    }

    #[test]
    fn contexts_of_a_table() {
        let mut wrong = Vec::new();
        for (number, line) in include_str!("context_cases.tsv").lines().enumerate().skip(1) {
            let (expected, text) = line.split_once('\t').unwrap();
            let got = context_of(text);
            if got != expected {
                wrong.push(format!("line {}: {text}\n  expected {expected:?}, got {got:?}", number + 1));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
