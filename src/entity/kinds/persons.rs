//! Nouns and first names of persons.

use crate::text::persons::{self, Mark};

/// Whether a noun names a person.
pub(in crate::entity) fn is_person(noun: &str) -> bool {
    let noun = noun.rsplit(' ').next().unwrap_or(noun);
    persons::is(noun, Mark::Person)
}

/// The sex that a noun shows; true for a woman.
pub(in crate::entity) fn is_she(noun: &str) -> Option<bool> {
    if persons::is(noun, Mark::She) { Some(true) } else { persons::is(noun, Mark::He).then_some(false) }
}

/// The sex of a first name, if it is the same in most countries; true for a woman.
pub(in crate::entity) fn is_she_by_name(first: &str) -> Option<bool> {
    const SHE: &str = " Alice Amanda Amy Ana Angela Anna Anne Barbara Caroline Catherine Charlotte Christine Claire \
                       Cynthia Deborah Denise Diana Elizabeth Emily Emma Fatima Hannah Helen Hillary Jacinda Jane Janet \
                       Jennifer Jessica Joanna Julia Julie Kamala Karen Kate Katherine Laura Linda Lisa Lucy Margaret \
                       Maria Marie Marine Martha Mary Melania Melissa Michelle Nancy Natalie Nicole Olivia Pamela \
                       Patricia Rachel Rebecca Rosa Ruth Samantha Sandra Sarah Serena Sharon Sophie Stephanie Susan \
                       Teresa Theresa Tulsi Ursula Venus Victoria Virginia Yulia ";
    const HE: &str = " Adam Ahmed Alan Albert Alexander Ali Andrew Anthony Antonio Arthur Barack Ben Benjamin Bernie \
                      Bill Bob Boris Brian Bruce Carl Carlos Charles Christopher Colin Daniel David Dmitry Donald Douglas \
                      Edward Emmanuel Eric Ernest Francis Frank Fred Gary Geoffrey George Gordon Graham Gregory Harry \
                      Henry Howard Hugh Ian Igor Ivan Jack Jacob Jacques James Jason Jeff Jeremy Jim Joe John Jonathan \
                      Jose Joseph Juan Justin Keith Ken Kenneth Kevin Larry Lawrence Luis Luke Mahmoud Malcolm Marco Mark \
                      Martin Matthew Michael Mike Mohamed Mohammed Muhammad Neil Nicholas Nick Nigel Oliver Patrick Paul \
                      Pedro Peter Philip Pierre Ralph Raymond Recep Richard Robert Roger Ron Ronald Roy Sergei Simon Stephen \
                      Steve Steven Thomas Tim Tom Tony Victor Vladimir Walter William ";
    let has = |names: &str| names.split_whitespace().any(|name| name == first);
    if has(SHE) { Some(true) } else { has(HE).then_some(false) }
}

/// Whether a noun describes a person only for the moment, or in relation to another: "the winner", "the son".
pub(in crate::entity) fn is_passing(noun: &str) -> bool {
    const PASSING: [&str; 47] = [
        // Not persons themselves.
        "administration",
        "government",
        "campaign",
        "family",
        "team",
        "office",
        "trial",
        "era",
        "man",
        "woman",
        "person",
        "boy",
        "girl",
        "son",
        "daughter",
        "father",
        "mother",
        "brother",
        "sister",
        "wife",
        "husband",
        "widow",
        "friend",
        "colleague",
        "member",
        "one",
        "victim",
        "suspect",
        "winner",
        "child",
        "people",
        "name",
        "head",
        "cousin",
        "uncle",
        "aunt",
        "partner",
        "rival",
        "opponent",
        "predecessor",
        "successor",
        "resident",
        "native",
        "citizen",
        "official",
        "part",
        "face",
    ];
    PASSING.contains(&noun)
}
