//! Filters spans that are no names.

use std::collections::BTreeSet;

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::fold::key;
use crate::entity::link::{bodies, is_common};
use crate::entity::recognise::Found;

/// Below this score a mention is doubtful.
const DOUBT: f32 = 0.7;

/// Labels of pictures, before a colon.
const CAPTIONS: &[&str] = &[
    "Image", "Images", "Photo", "Photos", "Picture", "File", "Video", "Credit", "Source", "Caption", "Watch",
];

/// Degrees after a person's name, without their last full stop.
const DEGREES: &[&str] = &["M.D", "Ph.D", "PhD", "J.D", "D.O", "D.D.S", "D.V.M", "Esq", "R.N"];

/// Time zones, which follow a time of day: `1800 UTC`.
const ZONES: &[&str] = &[
    "UTC", "GMT", "BST", "CET", "CEST", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "AEST",
    "AEDT", "IST", "JST",
];

/// Drops currency signs, time zones, labels of speakers and pictures, and doubtful words that the article also has in
/// lower case.
pub(super) fn without_junk(aliases: &Aliases, text: &str, mut mentions: Vec<Found>) -> Vec<Found> {
    let known = |name: &str| !aliases.written_like(name, &key(name)).is_empty();
    let is_doubted = |m: &Found| {
        let name = m.span.of(text);
        m.score < DOUBT
            && m.entity_type != EntityType::Date
            && !name.contains(char::is_whitespace)
            && !known(name)
    };
    // A generic noun names nobody, unless the article has one body of that kind.
    let kind_of = |m: &Found| {
        let name = m.span.of(text);
        let kind = key(name);
        (m.entity_type == EntityType::Org && is_common(&kind) && !known(name)).then_some(kind)
    };
    let mut nobodies: BTreeSet<String> = mentions.iter().filter_map(kind_of).collect();
    if !nobodies.is_empty() {
        let organisations = mentions.iter().filter(|m| m.entity_type == EntityType::Org);
        let names: BTreeSet<String> = organisations.map(|m| key(m.span.of(text))).collect();
        let names: Vec<(&str, ())> = names.iter().map(|name| (name.as_str(), ())).collect();
        nobodies.retain(|kind| bodies(&names, kind).len() != 1);
    }
    let is_nobody =
        |m: &Found| !nobodies.is_empty() && kind_of(m).is_some_and(|kind| nobodies.contains(&kind));
    let mut small: BTreeSet<&str> = BTreeSet::new();
    if mentions.iter().any(is_doubted) {
        let words = text.split(|c: char| !c.is_alphanumeric());
        small = words.filter(|word| word.starts_with(char::is_lowercase)).collect();
    }
    mentions.retain(|m| {
        let name = m.span.of(text);
        let is_word = is_doubted(m) && small.contains(name.to_lowercase().as_str());
        let is_caption = CAPTIONS.contains(&name) && text[m.span.end..].starts_with(':');
        let is_sign = is_currency(name) || is_zone(text, m);
        let is_degree = m.entity_type == EntityType::Per && DEGREES.contains(&name.trim_end_matches('.'));
        !is_word
            && !is_caption
            && !is_sign
            && !is_degree
            && !is_nobody(m)
            && (known(name) || !is_speaker(text, m))
    });
    mentions
}

/// `US$`, `C$`.
fn is_currency(name: &str) -> bool {
    name.strip_suffix(['$', '€', '£'])
        .is_some_and(|rest| rest.len() <= 3 && rest.chars().all(char::is_uppercase))
}

/// `1800 UTC`, `6 p.m. EST`, `12:30 (UTC)`.
fn is_zone(text: &str, mention: &Found) -> bool {
    let before = text[..mention.span.start].trim_end_matches([' ', '(', '\u{a0}']);
    let is_half = |half: &&str| {
        let end = before.len().checked_sub(half.len()).and_then(|at| before.get(at..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(half))
    };
    let is_time =
        before.ends_with(|c: char| c.is_ascii_digit()) || ["am", "pm", "a.m.", "p.m."].iter().any(is_half);
    ZONES.contains(&mention.span.of(text)) && is_time
}

/// Initials of a speaker at the beginning of a line: `AB: I do.`, `((AB)) Do you?`
fn is_speaker(text: &str, mention: &Found) -> bool {
    let name = mention.span.of(text);
    let initials = (1..=3).contains(&name.len()) && name.chars().all(char::is_uppercase);
    let before = text[..mention.span.start].trim_end_matches(['(', '[', '*', '\'']);
    let after = text[mention.span.end..].trim_start_matches(['*', '\'']);
    let begins = before.trim_end_matches([' ', '\u{a0}']).is_empty() || before.ends_with('\n');
    initials && begins && [":", "))", "]]"].iter().any(|sign| after.starts_with(sign))
}
