//! Namesakes: a U.S. state and a country or city of the same name. Which does an article mean?

use std::collections::{BTreeMap, BTreeSet};

use crate::entity::EntityType;
use crate::entity::alias_row::Use;
use crate::entity::aliases::{Alias, Aliases, is_country};
use crate::entity::fold::key;
use crate::entity::kinds;
use crate::entity::recognise::{Found, Support, is_whole};

/// The suffix of such a state's name in the tables.
const OF_STATE: &str = " (U.S. state)";

/// Bodies that show that an article is about the U.S.
const BODIES: [&str; 3] = ["U.S. Congress", "U.S. House of Representatives", "U.S. Senate"];

/// Two namesakes.
struct Pair {
    state: usize,
    other: usize,
    /// Whether the other is a country, not a city.
    is_country: bool,
}

/// The place of each mention of a namesake. `keys` are the mentions' folded names.
pub(super) fn namesakes(
    aliases: &Aliases,
    text: &str,
    support: &Support,
    mentions: &[Found],
    keys: &[String],
) -> Vec<Option<usize>> {
    let mut meant = vec![None; mentions.len()];
    let mut of_key: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, (mention, key)) in mentions.iter().zip(keys).enumerate() {
        if mention.entity_type != EntityType::Per && !aliases.namesakes(key).is_empty() {
            of_key.entry(key).or_default().push(i);
        }
    }
    for (key, of) in of_key {
        let is_place = of.iter().any(|&i| mentions[i].entity_type == EntityType::Loc);
        let bearers: Vec<usize> = aliases.namesakes(key).iter().map(|alias| alias.entity).collect();
        let here = Here { aliases, text, support, mentions };
        match bearers[..] {
            _ if !is_place => {}
            [only] => of.iter().for_each(|&i| meant[i] = Some(only)),
            [a, b] => {
                let Some(pair) = here.pair(a, b) else { continue };
                let said: Vec<Option<Option<usize>>> = of.iter().map(|&i| here.said(&pair, i)).collect();
                // If the article names a third one in full, the rest means that.
                let of_rest = match said.contains(&Some(None)) {
                    true => None,
                    false => Some(here.of_article(&pair, key, said.contains(&Some(Some(pair.state))))),
                };
                for (&i, said) in of.iter().zip(said) {
                    meant[i] = said.unwrap_or(of_rest);
                }
            }
            _ => {}
        }
    }
    meant
}

struct Here<'a> {
    aliases: &'a Aliases,
    text: &'a str,
    support: &'a Support,
    mentions: &'a [Found],
}

impl Here<'_> {
    /// The pair, if one of them is a state.
    fn pair(&self, a: usize, b: usize) -> Option<Pair> {
        let is_state = |entity| self.aliases.of_entity(entity).any(|alias| alias.text.ends_with(OF_STATE));
        let (state, other) = match (is_state(a), is_state(b)) {
            (true, false) => (a, b),
            (false, true) => (b, a),
            _ => return None,
        };
        let is_country = self.aliases.of_entity(other).any(|alias| alias.demonym);
        Some(Pair { state, other, is_country })
    }

    /// What the words around a mention say, if anything; it may be neither: "Georgia, Vt.".
    fn said(&self, pair: &Pair, number: usize) -> Option<Option<usize>> {
        let span = self.mentions[number].span;
        let (before, after) = (&self.text[..span.start], &self.text[span.end..]);
        if is_called_state(before, after) {
            return Some(Some(pair.state));
        }
        let line = before.rsplit('\n').next().unwrap_or_default();
        let rest = after.trim_start_matches([')', ' ']);
        let is_dateline = line.trim_matches([' ', '(']).is_empty() && rest.starts_with(['-', '–', '—']);
        if !pair.is_country && is_dateline {
            return Some(Some(pair.other));
        }
        let sides = [number.checked_sub(1), Some(number + 1).filter(|&next| next < self.mentions.len())];
        for side in sides.into_iter().flatten() {
            let next = self.mentions[side].span;
            let (from, to) = (span.end.min(next.end), span.start.max(next.start));
            let between = self.text.get(from..to).unwrap_or_default();
            if !matches!(between, ", " | " and " | ", and " | " or ") {
                continue;
            }
            // The items of a list are of one kind.
            match self.place(side) {
                Some(Place::State(_))
                    if side > number && is_short(self.mentions[side].span.of(self.text)) =>
                {
                    return Some(None);
                }
                Some(Place::State(_)) => return Some(Some(pair.state)),
                Some(Place::Country(_)) if pair.is_country => return Some(Some(pair.other)),
                // No city lies in another.
                None if !pair.is_country
                    && side < number
                    && between == ", "
                    && self.mentions[side].entity_type == EntityType::Loc
                    && !self.knows(side)
                    && after.starts_with([',', '.', ';', ')']) =>
                {
                    return Some(Some(pair.state));
                }
                _ => {}
            }
        }
        None
    }

    /// The namesake that the article as a whole means.
    fn of_article(&self, pair: &Pair, key: &str, is_state_said: bool) -> usize {
        if is_state_said || self.calls_state(key) || self.support.has(pair.state) {
            return pair.state;
        }
        if !pair.is_country {
            return pair.other;
        }
        // Abbreviations such as "R-Ga." and "Ga.".
        let mut short = self.aliases.of_entity(pair.state).filter(|alias| alias.usage == Use::Resolve);
        if short.any(|alias| self.has_word(&alias.text)) {
            return pair.state;
        }
        let country = &self.aliases.known(pair.other).name;
        let is_capital = |found: &Found| {
            kinds::country_of_capital(found.span.of(self.text)).is_some_and(|of| of == country)
        };
        let is_adjective =
            |alias: &Alias| alias.demonym && !alias.text.ends_with('s') && self.has_word(&alias.text);
        if self.support.has(pair.other)
            || self.mentions.iter().any(is_capital)
            || self.aliases.of_entity(pair.other).any(is_adjective)
        {
            return pair.other;
        }
        let places: BTreeSet<Place> = (0..self.mentions.len()).filter_map(|i| self.place(i)).collect();
        let countries = places.iter().filter(|place| matches!(place, Place::Country(_))).count();
        if places.len() - countries > countries { pair.state } else { pair.other }
    }

    /// Whether the text calls the name a state anywhere, in a longer mention too.
    fn calls_state(&self, key: &str) -> bool {
        let bearers = self.aliases.namesakes(key);
        bearers.iter().map(|alias| alias.text.as_str()).any(|name| {
            let mut places = self.text.match_indices(name);
            places.any(|(at, _)| is_called_state(&self.text[..at], &self.text[at + name.len()..]))
        })
    }

    /// Whether the text has a word.
    fn has_word(&self, word: &str) -> bool {
        self.text.match_indices(word).any(|(at, _)| is_whole(self.text, at, at + word.len()))
    }

    fn knows(&self, mention: usize) -> bool {
        let name = self.mentions[mention].span.of(self.text);
        self.aliases.knows(&key(name))
    }

    /// The place that a mention shows the article to be about.
    fn place(&self, mention: usize) -> Option<Place> {
        let name = self.mentions[mention].span.of(self.text);
        let found = self.aliases.written_like(name, &key(name));
        let [alias, rest @ ..] = found.as_slice() else { return None };
        if alias.usage == Use::Namesake || rest.iter().any(|other| other.entity != alias.entity) {
            return None;
        }
        let known = self.aliases.known(alias.entity).name.as_str();
        match known {
            _ if BODIES.contains(&known) => Some(Place::Body(alias.entity)),
            "United States" => None,
            _ if kinds::is_state(known) => Some(Place::State(alias.entity)),
            _ if is_country(known) => Some(Place::Country(alias.entity)),
            _ => None,
        }
    }
}

/// A place or body of the tables.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    State(usize),
    Body(usize),
    Country(usize),
}

/// Whether the name between these is called a state: "the state of Georgia", "Washington state".
fn is_called_state(before: &str, after: &str) -> bool {
    let is_of = ["state of ", "State of ", "STATE OF "].iter().any(|of| before.ends_with(of));
    let behind = [" state", " State"].iter().find_map(|state| after.strip_prefix(state));
    // "Washington State University" is no state.
    let goes_on = |rest: &str| {
        rest.starts_with(char::is_alphanumeric)
            || rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_uppercase))
    };
    is_of || behind.is_some_and(|rest| !goes_on(rest))
}

/// Whether a state's name is abbreviated, as after a place.
fn is_short(state: &str) -> bool {
    state.ends_with('.') || state.chars().all(char::is_uppercase)
}
