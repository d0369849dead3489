//! Candidates: two names that may be of one entity.

/// Why two names may be of one entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// One has a middle name, or a short given name.
    FullerName,
    /// Alike but for a few letters.
    Transliteration,
    /// One is a surname of the other.
    Surname,
    /// The same but for `Inc.` and the like, or the country in front.
    LegalForm,
    /// An article uses one for the other.
    OtherForm,
    /// They are similar, or one person's name has all words of the other.
    Alike,
    /// One is a kind of which the other is the only one.
    Chamber,
    /// One is the initials of the other.
    Initials,
}

impl Why {
    /// In words.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Why::FullerName => "fuller name",
            Why::Transliteration => "transliteration",
            Why::Surname => "surname",
            Why::LegalForm => "legal form or country",
            Why::OtherForm => "an article calls it so",
            Why::Alike => "they look alike",
            Why::Chamber => "the house of that kind",
            Why::Initials => "initials",
        }
    }
}

/// Two names that may be of one entity.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// The fuller name, and the other.
    pub(crate) names: (u32, u32),
    pub(crate) why: Why,
    /// 0 to 1.
    pub(crate) score: f64,
    /// The number of articles in which the second was joined with the first.
    pub(crate) joined: u32,
}
