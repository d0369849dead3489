//! The canonical name of an entity that the tables do not know: the fullest of its forms.

use crate::entity::EntityType;
use crate::entity::clean::is_title;
use crate::entity::fold::is_upper_word;
use crate::entity::link::forms::bare;
use crate::entity::recognise::Found;

/// The fullest form among the mentions: preferably not in capitals, then most words, most letters, most frequent,
/// first.
pub(super) fn fullest(text: &str, mentions: &[Found], of: &[usize]) -> String {
    let mut forms: Vec<(String, usize)> = Vec::new();
    for &i in of {
        let form = written(bare(mentions[i].span.of(text)));
        match forms.iter_mut().find(|(other, _)| *other == form) {
            Some((_, count)) => *count += 1,
            None => forms.push((form, 1)),
        }
    }
    let in_capitals = |form: &str| {
        let longest = form.split_whitespace().map(str::len).max().unwrap_or(0);
        is_upper_word(form) && longest > 3
    };
    let all = |entity_type| of.iter().all(|&i| mentions[i].entity_type == entity_type);
    let persons = of.iter().filter(|&&i| mentions[i].entity_type == EntityType::Per).count();
    let is_person = 2 * persons > of.len();
    // `GEORGE HOLM` is fuller than `George`, unless it is part of a headline.
    let single = forms
        .iter()
        .filter(|(form, _)| !form.contains(' ') && !in_capitals(form))
        .map(|(_, count)| *count)
        .max();
    let is_set_apart = |form: &str| {
        let mut of_form =
            of.iter().map(|&i| mentions[i].span).filter(|span| written(bare(span.of(text))) == form);
        of_form.any(|span| {
            text[span.end..].starts_with([':', ','])
                || text[..span.start].split_whitespace().next_back().is_some_and(is_title)
        })
    };
    let is_whole = |form: &str, count: usize| {
        let is_sure = || single.is_some_and(|other| count >= other) || is_set_apart(form);
        !in_capitals(form) || is_person && form.contains(' ') && is_sure()
    };
    let rank = |(form, count): &(String, usize)| {
        let letters = form.chars().filter(|c| c.is_alphanumeric()).count();
        (
            is_whole(form, *count),
            form.starts_with(|c: char| !c.is_lowercase()),
            form.split_whitespace().count(),
            !in_capitals(form),
            letters,
            *count,
        )
    };
    let mut best: Option<&(String, usize)> = None;
    for form in &forms {
        if best.is_none_or(|b| rank(form) > rank(b)) {
            best = Some(form);
        }
    }
    let Some((form, _)) = best else { return String::new() };
    // Datelines are in capitals. What is in capitals may be an acronym: an organisation, a station.
    let is_place =
        all(EntityType::Loc) && form.split(|c: char| !c.is_alphabetic()).any(|word| word.len() > 4);
    let is_no_acronym = is_place || (is_person && form.contains(' '));
    if is_no_acronym && in_capitals(form) { in_title_case(form) } else { form.clone() }
}

/// A name with single blanks and straight apostrophes, without the brackets of an editor.
fn written(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").replace(['’', '‘'], "'").replace(['[', ']'], "")
}

/// `JOHN SMITH` as `John Smith`, `ISLE OF MAN` as `Isle of Man`.
fn in_title_case(name: &str) -> String {
    const SMALL: [&str; 10] = ["of", "the", "and", "in", "on", "upon", "de", "del", "la", "les"];
    let mut out = String::with_capacity(name.len());
    for (i, word) in name.split(' ').enumerate() {
        let lower = word.to_lowercase();
        if i > 0 {
            out.push(' ');
        }
        if i > 0 && SMALL.contains(&lower.as_str()) {
            out.push_str(&lower);
            continue;
        }
        let mut inside = false;
        for c in word.chars() {
            if inside {
                out.extend(c.to_lowercase());
            } else {
                out.push(c);
            }
            inside = c.is_alphabetic();
        }
    }
    out
}
