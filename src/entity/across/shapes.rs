//! Keys of names: an organisation without its legal form, a surname with its particles.

use itertools::Itertools;

use crate::entity::fold::key;
use crate::entity::link::{says_what, without_company_form, without_storm};
use crate::entity::person::parts;

/// An organisation's name without legal form, country in front and plurals.
pub(super) fn plain_organisation(name: &str) -> String {
    let key = key(name);
    let key = without_company_form(&key);
    let key = without_country(key).filter(|rest| rest.split(' ').count() > 2).unwrap_or(key);
    let words: Vec<&str> = key.split(' ').collect();
    let long = words.len() > 2;
    words.iter().map(|word| if long && word.len() > 4 { word.trim_end_matches('s') } else { word }).join(" ")
}

/// A folded name without the country in front of it.
pub(super) fn without_country(key: &str) -> Option<&str> {
    ["united states ", "us ", "the "].iter().find_map(|country| key.strip_prefix(country))
}

/// Whether a name contains the words of a folded one.
pub(super) fn has_words(long: &str, short: &str) -> bool {
    format!(" {} ", key(long)).contains(&format!(" {short} "))
}

/// Whether a folded name may stand for another in any article: it has other words, or the other only adds its kind, as
/// `Hurricane Dora` to `Dora`. `University of Lima` is not `University of Lima Press`.
pub(super) fn may_stand_for(short: &str, long: &str) -> bool {
    if !has_words(long, short) {
        return true;
    }
    let rest = long.strip_prefix(short).map(str::trim_start);
    let says = |rest: &str| says_what(rest) && !matches!(rest.split(' ').next(), Some("of" | "on" | "for"));
    without_country(long) == Some(short) || without_storm(long) == short || rest.is_some_and(says)
}

/// The particles in front of a surname.
const PARTICLES: &[&str] = &[
    "van", "von", "de", "der", "den", "del", "della", "di", "da", "la", "le", "el", "al", "bin", "ibn",
    "ben", "mac",
];

/// The surname of a person with a given name, with its particles: `de la fuente`.
pub(super) fn with_particles(name: &str) -> Option<String> {
    let parts: Vec<String> = key(name).split(' ').map(str::to_owned).collect();
    let last = parts.len().checked_sub(1)?;
    let first = (1..last).rev().take_while(|&i| PARTICLES.contains(&parts[i].as_str())).last()?;
    Some(parts[first..].join(" "))
}

/// A name that is particles and one word only: `de la fuente`.
pub(super) fn only_particles(name: &str) -> Option<String> {
    let key = key(name);
    let (particles, _) = key.rsplit_once(' ')?;
    particles.split(' ').all(|word| PARTICLES.contains(&word)).then_some(key)
}

/// The given name of a person, if there is one.
pub(super) fn given_name(name: &str) -> Option<String> {
    let mut parts = parts(name);
    (parts.len() > 1).then(|| parts.swap_remove(0))
}
