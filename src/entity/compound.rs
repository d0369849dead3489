//! Compounds such as "Boston-based" and "Iranian-backed", which models label as one `MISC` name.

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::fold::key;
use crate::entity::recognise::Found;
use crate::text::{RawMention, Span};

/// The word after the place of a seat.
const SEAT: &str = "based";

/// Other words after the hyphen.
const DEEDS: [&str; 30] = [
    "administered",
    "affiliated",
    "aligned",
    "allied",
    "armed",
    "backed",
    "born",
    "brokered",
    "built",
    "controlled",
    "dominated",
    "flagged",
    "funded",
    "held",
    "inspired",
    "led",
    "linked",
    "listed",
    "made",
    "mediated",
    "occupied",
    "orchestrated",
    "owned",
    "registered",
    "ruled",
    "run",
    "sponsored",
    "style",
    "supported",
    "trained",
];

/// A mention of the model, split in two if it starts with a compound: "Bolt-based Acme".
pub(super) fn without_compound(text: &str, raw: RawMention) -> Vec<RawMention> {
    let name = text.get(raw.span.start..raw.span.end).unwrap_or_default();
    let gaps = name.match_indices(' ').map(|(at, _)| at);
    let ends = |&at: &usize| is_compound(&name[..at]) && name[at + 1..].starts_with(char::is_uppercase);
    match gaps.into_iter().find(ends).filter(|_| raw.entity_type != EntityType::Misc) {
        Some(at) => {
            let middle = raw.span.start + at;
            let compound = Span::new(raw.span.start, middle);
            let rest = Span::new(middle + 1, raw.span.end);
            vec![
                RawMention { span: compound, entity_type: EntityType::Misc, ..raw },
                RawMention { span: rest, ..raw },
            ]
        }
        None => vec![raw],
    }
}

/// Replaces compounds by the names in them. The type of a seat is `LOC`; another name counts if the tables or another
/// mention of the article have it, and takes its type from there.
pub(super) fn without_compounds(aliases: &Aliases, text: &str, mentions: &[Found]) -> Vec<Found> {
    let named = |name: &str| {
        let same = mentions.iter().find(|m| m.span.of(text) == name).map(|m| m.entity_type);
        same.or_else(|| {
            let known = aliases.written_like(name, &key(name));
            let alias = known.first()?;
            if alias.demonym { Some(EntityType::Misc) } else { aliases.known(alias.entity).entity_type }
        })
    };
    let inside = |mention: &Found| {
        let (name, rest) = parts(text, mention)?;
        let entity_type =
            if rest == SEAT { named(name.of(text)).or(Some(EntityType::Loc)) } else { named(name.of(text)) };
        Some(Found { span: name, entity_type: entity_type?, ..mention.clone() })
    };
    mentions.iter().map(|mention| inside(mention).unwrap_or_else(|| mention.clone())).collect()
}

/// The name before the hyphen, and the word behind it.
fn parts<'t>(text: &'t str, mention: &Found) -> Option<(Span, &'t str)> {
    if mention.entity_type != EntityType::Misc {
        return None;
    }
    let (name, rest) =
        mention.span.of(text).rsplit_once('-').filter(|_| is_compound(mention.span.of(text)))?;
    Some((Span::new(mention.span.start, mention.span.start + name.len()), rest))
}

fn is_compound(name: &str) -> bool {
    let parts = name.rsplit_once('-');
    parts.is_some_and(|(name, rest)| !name.is_empty() && (rest == SEAT || DEEDS.contains(&rest)))
}
