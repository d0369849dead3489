//! The cue lists: words of negation, doubt and attribution.

/// The kind of a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cue {
    Negation,
    /// An expression that contains a cue and is none.
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

/// By the names of their lists in rule files.
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

/// The cue of a list.
pub(crate) fn cue(list: &str) -> Option<Cue> {
    CUES.iter().find(|(known, _)| *known == list).map(|(_, cue)| *cue)
}

/// Whether there is a cue list of that name.
pub(crate) fn is_cue_list(name: &str) -> bool {
    cue(name).is_some()
}

/// The names of all cue lists.
pub(crate) fn cue_lists() -> String {
    CUES.map(|(name, _)| name).join(", ")
}
