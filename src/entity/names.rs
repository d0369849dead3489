//! Aliases, acronyms, surnames, demonyms: many mentions, one entity.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use crate::entity::aliases::Aliases;
use crate::entity::clean::cleaned;
use crate::entity::compound::{without_compound, without_compounds};
use crate::entity::dates;
use crate::entity::fold::key;
use crate::entity::junk::without_junk;
use crate::entity::link::{Linked, bracketed, is_acronym, link, missed_acronym};
use crate::entity::recognise::{
    CONFIDENT, Found, SCORE_NAME, Support, add_acronyms, may_become, recognise, sentence_of,
};
use crate::entity::split::split;
use crate::entity::{Entity, EntityType, Mention, Names, Origin};
use crate::syntax::Sentence;
use crate::text::{RawMention, Span};

/// Joins the mentions of one article to entities, and adds the names of `aliases` and the dates that the model does not
/// report.
///
/// `sentences` are in text order and do not overlap; a mention outside them is dropped, one that crosses the end of a
/// sentence is cut there. The stages:
///
/// 1. What models include at the ends of a name (titles, possessives, quotes) is cut off.
/// 2. Names of the tables that the model missed or cut short are added ([`Origin::Aliases`]), then acronyms that the
///    article introduces in brackets, then dates ([`Origin::Dates`]).
/// 3. Mentions are joined to entities. The tables decide an entity's name and type; else the name is the fullest form
///    in the article, the type the one with the greatest sum of scores.
/// 4. A mention of a doubtful type (score below 0.8) takes the type of its entity, unless it is an `ORG` named after a
///    place. A mention that the tables know surely as an organisation or a person takes it at any score. Demonyms are
///    `MISC` with their country as the entity, and so are compounds such as "Boston-based".
/// 5. Pronouns and descriptions are resolved. Without trees (`syntax`) only those of persons are.
///
/// See the [example](crate::entity#example).
pub fn resolve(
    aliases: &Aliases,
    text: &str,
    sentences: &[Span],
    syntax: &[Sentence],
    raw: Vec<RawMention>,
) -> Names {
    let mentions = tidy(aliases, text, sentences, raw);
    let (mut mentions, support) = recognise(aliases, text, sentences, mentions);
    add_introduced(aliases, text, sentences, &mut mentions);
    let found_dates = add_dates(text, sentences, &mut mentions);

    let mut names = join(aliases, text, &support, &mentions, found_dates);
    names.find_anaphors(text, sentences, syntax);
    names
}

/// Joins mentions that are right as they are, as in hand labels, to entities. None is added, cut or retyped; those
/// outside the sentences are dropped.
///
/// See the [example](crate::entity#example).
pub fn resolve_given(aliases: &Aliases, text: &str, sentences: &[Span], given: Vec<RawMention>) -> Names {
    let mut mentions: Vec<Found> = given
        .into_iter()
        .filter_map(|RawMention { span, entity_type, score }| {
            let sentence = sentence_of(sentences, span)?;
            Some(Found { span, sentence, entity_type, score, origin: Origin::Given })
        })
        .collect();
    mentions.sort_by_key(|m| m.span);
    let (_, support) = recognise(aliases, text, sentences, mentions.clone());
    let (dates, mentions): (Vec<Found>, Vec<Found>) =
        mentions.into_iter().partition(|m| m.entity_type == EntityType::Date);
    let dates = dates.into_iter().map(|date| (dates::name_of(date.span.of(text)), date));
    let dates = dates.map(|(name, date)| (date, name)).collect();
    let types: Vec<(Span, EntityType)> = mentions.iter().map(|m| (m.span, m.entity_type)).collect();
    let mut names = join(aliases, text, &support, &mentions, dates);
    for mention in &mut names.mentions {
        if let Ok(at) = types.binary_search_by_key(&mention.span, |&(span, _)| span) {
            mention.entity_type = types[at].1;
        }
    }
    names
}

/// Joins mentions, which hold no dates, to entities.
fn join(
    aliases: &Aliases,
    text: &str,
    support: &Support,
    mentions: &[Found],
    found_dates: Vec<(Found, String)>,
) -> Names {
    let named = without_compounds(aliases, text, mentions);
    let links = link(aliases, text, support, &named);

    let mut placed: Vec<Mention> = Vec::with_capacity(mentions.len());
    let mut entities: Vec<(usize, Entity)> = Vec::new();
    let mut dropped: BTreeSet<String> = BTreeSet::new();
    for mut linked in links.entities {
        drop_named(aliases, text, mentions, &mut linked, &mut dropped);
        if linked.mentions.is_empty() {
            continue;
        }
        let number = entities.len();
        for &i in &linked.mentions {
            let mention = &mentions[i];
            let demonym = links.demonym[i];
            let mut entity_type = mention.entity_type;
            let name = named[i].span;
            let is_adjective = demonym || name != mention.span;
            let better = if is_adjective { EntityType::Misc } else { linked.entity_type };
            let decided = links.decided[i] && !is_adjective;
            if decided || (mention.score < CONFIDENT && may_become(entity_type, better)) {
                entity_type = better;
            }
            // A sure name of the tables outweighs the model's doubt.
            let least = if links.decided[i] { SCORE_NAME } else { 0.0 };
            placed.push(Mention {
                span: mention.span,
                name,
                sentence: mention.sentence,
                entity_type,
                score: mention.score.max(least),
                origin: mention.origin,
                entity: number,
                demonym,
            });
        }
        let first = linked.mentions.iter().map(|&i| mentions[i].span.start).min().unwrap_or(0);
        entities.push((first, entity(linked.entity_type, linked.name, linked.external_id)));
    }
    place_dates(found_dates, &mut placed, &mut entities);
    let dropped = dropped.into_iter().collect();
    Names { dropped, ..in_order(placed, entities) }
}

/// Adds the dates; equal names are one entity.
fn place_dates(
    found_dates: Vec<(Found, String)>,
    placed: &mut Vec<Mention>,
    entities: &mut Vec<(usize, Entity)>,
) {
    let mut number_of: BTreeMap<String, usize> = BTreeMap::new();
    for (mention, name) in found_dates {
        let number = *number_of.entry(name).or_insert_with_key(|name| {
            entities.push((mention.span.start, entity(EntityType::Date, name.clone(), None)));
            entities.len() - 1
        });
        placed.push(Mention {
            span: mention.span,
            name: mention.span,
            sentence: mention.sentence,
            entity_type: EntityType::Date,
            score: mention.score,
            origin: mention.origin,
            entity: number,
            demonym: false,
        });
    }
}

/// Sorts mentions by place, and entities by the place of their first mention, which is given with each.
fn in_order(mut placed: Vec<Mention>, entities: Vec<(usize, Entity)>) -> Names {
    let mut names = Names::default();
    let mut order: Vec<usize> = (0..entities.len()).collect();
    order.sort_by_key(|&i| (entities[i].0, i));
    let mut rank = vec![0; entities.len()];
    for (new, &old) in order.iter().enumerate() {
        rank[old] = new;
    }
    placed.sort_by_key(|m| m.span);
    for mut mention in placed {
        mention.entity = rank[mention.entity];
        names.mentions.push(mention);
    }
    names.entities = order.into_iter().map(|i| entities[i].1.clone()).collect();
    names
}

/// Removes the mentions of names and entities that a user drops.
fn drop_named(
    aliases: &Aliases,
    text: &str,
    mentions: &[Found],
    linked: &mut Linked,
    dropped: &mut BTreeSet<String>,
) {
    let entity = key(&linked.name);
    if aliases.drops(&entity) {
        linked.mentions.clear();
        dropped.insert(entity);
        return;
    }
    linked.mentions.retain(|&i| {
        let name = key(mentions[i].span.of(text));
        let stays = !aliases.drops(&name);
        if !stays {
            dropped.insert(name);
        }
        stays
    });
}

/// An entity with its identifier: `e` and the first 12 hexadecimal digits of the SHA-256 of type and name. Spreadsheets
/// read digits alone, or digits around one `e`, as a number.
pub(super) fn entity(entity_type: EntityType, name: String, external_id: Option<String>) -> Entity {
    const DIGITS: usize = 12;
    let digest = Sha256::digest(format!("{entity_type}\t{name}").as_bytes());
    let digits = base16ct::lower::encode_string(&digest);
    Entity { id: format!("e{}", &digits[..DIGITS]), name, entity_type, external_id }
}

/// The model's mentions, cleaned, in text order, without overlaps (the more likely one stays).
fn tidy(aliases: &Aliases, text: &str, sentences: &[Span], raw: Vec<RawMention>) -> Vec<Found> {
    let is_known = |name: &str| !aliases.written_like(name, &key(name)).is_empty();
    let has_capitals = text.chars().any(char::is_uppercase);
    let mut mentions: Vec<Found> = Vec::with_capacity(raw.len());
    let raw = raw.into_iter().flat_map(|mention| without_compound(text, mention));
    for RawMention { span, entity_type, score } in raw {
        let on_boundaries = text.is_char_boundary(span.start) && text.is_char_boundary(span.end);
        if !on_boundaries || span.is_empty() {
            continue;
        }
        let Some(span) = cleaned(text, within_sentence(text, sentences, span), entity_type, is_known) else {
            continue;
        };
        let span = without_the(aliases, text, span);
        let Some(sentence) = sentence_of(sentences, span) else { continue };
        // A lower-case `interior ministry` is no name in a text with capitals.
        let name = span.of(text);
        if has_capitals && entity_type != EntityType::Date && in_small_letters(name) && !is_known(name) {
            continue;
        }
        let origin = if entity_type == EntityType::Date { Origin::Dates } else { Origin::Model };
        mentions.push(Found { span, sentence, entity_type, score, origin });
    }
    mentions.sort_by_key(|m| (m.span, Reverse(m.entity_type)));
    let mut kept: Vec<Found> = Vec::with_capacity(mentions.len());
    let mut rest = mentions.as_slice();
    while let Some(first) = rest.first() {
        // A run of mentions of which each overlaps one before.
        let mut end = first.span.end;
        let count = rest.iter().take_while(|m| {
            let overlaps = m.span.start < end;
            end = end.max(m.span.end);
            overlaps || m.span.start == first.span.start
        });
        let (run, after) = rest.split_at(count.count());
        likeliest(run, &mut kept);
        rest = after;
    }
    // What was inside a mention may now be at its end.
    let pieces = split(aliases, text, kept).into_iter().filter_map(|found| {
        let span = cleaned(text, found.span, found.entity_type, is_known)?;
        Some(Found { span, ..found })
    });
    without_junk(aliases, text, pieces.collect())
}

/// Adds to `kept` the mentions of `run` that overlap no mention with a higher score.
fn likeliest(run: &[Found], kept: &mut Vec<Found>) {
    if let [only] = run {
        kept.push(only.clone());
        return;
    }
    let mut order: Vec<&Found> = run.iter().collect();
    order.sort_by(|a, b| b.score.total_cmp(&a.score).then(b.span.len().cmp(&a.span.len())));
    let mut chosen: Vec<&Found> = Vec::new();
    for mention in order {
        if chosen.iter().all(|m| !m.span.overlaps(mention.span)) {
            chosen.push(mention);
        }
    }
    chosen.sort_by_key(|m| m.span);
    kept.extend(chosen.into_iter().cloned());
}

/// The span of a name after cleaning: without titles, quotes, a possessive, a lower-case "the" or the sentence's full
/// stop. `None` if nothing is left.
///
/// See the [example](crate::entity#example).
pub fn clean_name(aliases: &Aliases, text: &str, span: Span, entity_type: EntityType) -> Option<Span> {
    let is_known = |name: &str| !aliases.written_like(name, &key(name)).is_empty();
    // Abbreviations keep their full stop.
    let name = span.of(text);
    let as_written = || aliases.written_like(name, &key(name)).iter().any(|alias| alias.text == name);
    let stop = name.ends_with('.') && !is_dotted(name) && !as_written();
    let span = if stop { Span::new(span.start, span.end - 1) } else { span };
    Some(without_the(aliases, text, cleaned(text, span, entity_type, is_known)?))
}

/// Whether the last word of a name has a full stop inside or is an initial: `U.S.`, `John F.`.
fn is_dotted(name: &str) -> bool {
    let last = name.trim_end_matches('.').rsplit(char::is_whitespace).next().unwrap_or_default();
    last.contains('.') || last.chars().count() == 1
}

/// Cuts `The ` off a name that the tables know only without it.
fn without_the(aliases: &Aliases, text: &str, span: Span) -> Span {
    let name = span.of(text);
    let known = |name: &str| aliases.written_like(name, &key(name)).iter().any(|a| a.text == name);
    match name.strip_prefix("The ") {
        Some(rest) if known(rest) && !known(name) => Span::new(span.start + 4, span.end),
        _ => span,
    }
}

/// Whether all letters are lower case, and there is one. Scripts without case have none.
fn in_small_letters(name: &str) -> bool {
    let mut letters = name.chars().filter(|c| c.is_alphanumeric()).peekable();
    letters.peek().is_some() && letters.all(char::is_lowercase)
}

/// `span` up to the end of the sentence in which it begins.
fn within_sentence(text: &str, sentences: &[Span], span: Span) -> Span {
    let span = span.trimmed(text);
    let at = sentences.partition_point(|s| s.end <= span.start);
    match sentences.get(at) {
        Some(sentence) if span.start >= sentence.start && span.end > sentence.end => {
            Span::new(span.start, sentence.end)
        }
        _ => span,
    }
}

/// Adds acronyms that the article introduces in brackets, wherever they stand.
fn add_introduced(aliases: &Aliases, text: &str, sentences: &[Span], mentions: &mut Vec<Found>) {
    let mut introduced: Vec<(String, EntityType)> = Vec::new();
    for mention in mentions.iter() {
        if let Some(acronym) = missed_acronym(text, mention) {
            introduced.push((acronym.to_owned(), EntityType::Org));
        }
    }
    for (_, short) in bracketed(text, mentions) {
        let short = &mentions[short];
        introduced.push((short.span.of(text).to_owned(), short.entity_type));
    }
    introduced.retain(|(acronym, _)| is_acronym(acronym));
    introduced.sort();
    introduced.dedup_by(|a, b| a.0 == b.0);
    add_acronyms(aliases, text, sentences, mentions, &introduced);
}

/// Adds the dates that no mention covers, and returns all dates with their names.
fn add_dates(text: &str, sentences: &[Span], mentions: &mut Vec<Found>) -> Vec<(Found, String)> {
    // Dates among the given mentions get the same kind of name.
    let mut dates: Vec<(Found, String)> = mentions
        .iter()
        .filter(|m| m.entity_type == EntityType::Date)
        .map(|m| (m.clone(), dates::name_of(m.span.of(text))))
        .collect();
    mentions.retain(|m| m.entity_type != EntityType::Date);
    let mut given = 0;
    let mut added: Vec<(Found, String)> = Vec::new();
    for date in dates::dates(text) {
        let Some(sentence) = sentence_of(sentences, date.span) else { continue };
        let at = mentions.partition_point(|m| m.span.end <= date.span.start);
        if mentions.get(at).is_some_and(|m| m.span.overlaps(date.span)) {
            continue;
        }
        while given < dates.len() && dates[given].0.span.end <= date.span.start {
            given += 1;
        }
        if dates.get(given).is_some_and(|(m, _)| m.span.overlaps(date.span)) {
            continue;
        }
        let found = Found {
            span: date.span,
            sentence,
            entity_type: EntityType::Date,
            score: dates::SCORE,
            origin: Origin::Dates,
        };
        added.push((found, date.name));
    }
    dates.extend(added);
    dates.sort_by_key(|(date, _)| date.span);
    dates
}
