//! Negation, certainty and attribution.

/// How the text puts a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
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
