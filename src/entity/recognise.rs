//! Finds the names of the alias tables in a text, and the acronyms that an article introduces.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::entity::alias_row::Use;
use crate::entity::aliases::{Alias, Aliases};
use crate::entity::fold::{Plain, in_capitals, is_upper_word, key};
use crate::entity::{EntityType, Origin};
use crate::text::Span;

/// Scores of names of the tables that the model missed: rough precisions, below those of a confident model, so that
/// relations score less too.
pub(super) const SCORE_NAME: f32 = 0.9;
pub(super) const SCORE_CASED: f32 = 0.85;
pub(super) const SCORE_SUPPORTED: f32 = 0.8;

/// From this score on, the model overrules the tables.
pub(super) const CONFIDENT: f32 = 0.8;

/// Whether the tables may correct a doubtful `from` to `to`. A place that the model labels as an organisation more
/// often stands for its team or government than it is wrong.
pub(super) fn may_become(from: EntityType, to: EntityType) -> bool {
    from != to && (from, to) != (EntityType::Org, EntityType::Loc)
}

/// A mention on its way to its entity.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    pub span: Span,
    pub sentence: usize,
    pub entity_type: EntityType,
    pub score: f32,
    pub origin: Origin,
}

/// The entities with a sure name in the article.
#[derive(Debug, Default)]
pub(super) struct Support {
    entities: Vec<usize>,
}

impl Support {
    /// Whether `entity` has a sure name in the article.
    pub fn has(&self, entity: usize) -> bool {
        self.entities.binary_search(&entity).is_ok()
    }

    fn of(mut entities: Vec<usize>) -> Self {
        entities.sort_unstable();
        entities.dedup();
        Support { entities }
    }
}

/// A place where aliases are written.
struct Hit<'t> {
    span: Span,
    surface: &'t str,
    sentence: usize,
    /// Index of the pattern.
    pattern: usize,
    /// Whether its neighbours are in capitals, so that an acronym is no evidence.
    among_capitals: bool,
}

/// Adds to the model's mentions, which are in text order, the names of the tables that the model missed or cut short;
/// also returns which entities have a sure name in the article.
///
/// - A name inside a longer mention, or at the same place, leaves the mention as it is; only a doubtful type (below
///   0.8) is corrected.
/// - A compound (`anti-IS`, `U.S.-led`, `Turkish-Syrian`) is reduced to the names in it.
/// - A name that is longer than the mentions in it replaces them.
/// - A name that overlaps a mention in part replaces it only if the mention is doubtful.
pub(super) fn recognise(
    aliases: &Aliases,
    text: &str,
    sentences: &[Span],
    mentions: Vec<Found>,
) -> (Vec<Found>, Support) {
    let hits = hits(aliases, text, sentences);
    let sure = longest(&hits, |hit| sure_entity(aliases, hit));
    let (mentions, accepted) = merge(aliases, text, mentions, &sure);
    let mut entities: Vec<usize> = accepted.into_iter().filter(|a| !a.demonym).map(|a| a.entity).collect();
    // A mention may be a sure name that the search skips: other case.
    for mention in mentions.iter().filter(|m| is_whole(text, m.span.start, m.span.end)) {
        let name = mention.span.of(text);
        for alias in aliases.written_like(name, &key(name)) {
            if matches!(alias.usage, Use::Name | Use::Cased) && !alias.demonym {
                entities.push(alias.entity);
            }
        }
    }
    let support = Support::of(entities);
    let supported =
        longest(&hits, |hit| sure_entity(aliases, hit).or_else(|| supported_entity(aliases, hit, &support)));
    let (mentions, _) = merge(aliases, text, mentions, &supported);
    (mentions, support)
}

/// Whether the model's mention is longer than `span`, or overlaps it in part and is sure.
fn stands_against(aliases: &Aliases, text: &str, mention: &Found, span: Span) -> bool {
    let longer =
        mention.span.contains(span) && mention.span != span && !is_compound(aliases, text, mention, span);
    let partly = !mention.span.contains(span) && !span.contains(mention.span);
    longer || (partly && mention.score >= CONFIDENT)
}

/// Whether the mention is one word made of the name at `span` and a part that is no name (`anti-IS`, `U.S.-led`), or an
/// adjective of two names of the tables (`Turkish-Syrian`).
fn is_compound(aliases: &Aliases, text: &str, mention: &Found, span: Span) -> bool {
    const DASHES: &[char] = &['-', '‐', '‑', '–', '/'];
    if mention.span.of(text).contains(char::is_whitespace) {
        return false;
    }
    let front = match &text[mention.span.start..span.start] {
        "" => None,
        before => Some(before.strip_suffix(DASHES).unwrap_or("")),
    };
    let back = match &text[span.end..mention.span.end] {
        "" => None,
        after => Some(after.strip_prefix(DASHES).unwrap_or("")),
    };
    let small =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_lowercase() || DASHES.contains(&c));
    if front.is_none_or(is_prefix) && back.is_none_or(small) {
        return true;
    }
    let sure = |alias: &&Alias| matches!(alias.usage, Use::Name | Use::Cased);
    let known = |part: &str| aliases.written_like(part, &key(part)).iter().any(sure);
    matches!((front, back), (Some(other), None) | (None, Some(other)) if known(other))
}

fn is_prefix(word: &str) -> bool {
    const PREFIXES: &[&str] =
        &["anti", "pro", "ex", "non", "post", "pre", "un", "inter", "trans", "mid", "all"];
    PREFIXES.contains(&word.to_lowercase().as_str())
}

/// All occurrences of aliases as whole words inside one sentence, by start, longest first.
fn hits<'t>(aliases: &Aliases, text: &'t str, sentences: &[Span]) -> Vec<Hit<'t>> {
    let plain = Plain::of(text);
    let (finder, _) = aliases.finder();
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for found in finder.find_overlapping_iter(&plain.text) {
        if !is_whole(&plain.text, found.start(), found.end()) {
            continue;
        }
        let span = plain.original(found.start(), found.end());
        if !text.is_char_boundary(span.start) || !text.is_char_boundary(span.end) {
            continue;
        }
        if let Some(sentence) = sentence_of(sentences, span) {
            let pattern = found.pattern().as_usize();
            let surface = span.of(text);
            hits.push(Hit { span, surface, sentence, pattern, among_capitals: false });
        }
    }
    hits.sort_by_key(|hit| (hit.span.start, std::cmp::Reverse(hit.span.end)));
    let mut capitals = Capitals::default();
    for hit in &mut hits {
        hit.among_capitals = capitals.around(aliases, text, sentences, hit.sentence, hit.span);
    }
    hits
}

/// The index of the sentence that contains `span`.
pub(super) fn sentence_of(sentences: &[Span], span: Span) -> Option<usize> {
    let after = sentences.partition_point(|s| s.start <= span.start);
    let index = after.checked_sub(1)?;
    sentences[index].contains(span).then_some(index)
}

/// Whether `start..end` of `text` begins and ends a word, and is no part of an address.
pub(super) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].chars().next_back();
    let mut rest = text[end..].chars();
    let (after, next) = (rest.next(), rest.next());
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '@' | '_' | '$');
    if before.is_some_and(joins) || after.is_some_and(joins) {
        return false;
    }
    // `turkey.com` and `A&B` go on; `Turkey.` and `R&D` with blanks do not.
    let goes_on = |c: char| c.is_lowercase() || c.is_ascii_digit();
    match after {
        Some('.') => !next.is_some_and(goes_on),
        Some('&') => !next.is_some_and(char::is_alphanumeric),
        _ => before != Some('&') || text[..start].ends_with(" &"),
    }
}

/// Whether the words around `span` are in capitals: both neighbours, or one of four letters or more. Names of the
/// tables side by side (`US NATO envoy`) do not count. `it IS` does.
fn in_run_of_capitals(aliases: &Aliases, text: &str, sentence: Span, span: Span) -> bool {
    let before = text[sentence.start..span.start].split_whitespace().next_back().unwrap_or("");
    // A suffix belongs to the word itself: `US-led`, `IS's`.
    let after = text[span.end..sentence.end].split_whitespace().next().unwrap_or("");
    let shouted = |word: &str| is_upper_word(word) && !aliases.knows(&key(word));
    let loud = |word: &str| shouted(word) && word.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    let before_letters = before.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let verb = span.of(text) == "IS"
        && matches!(before_letters.as_str(), "it" | "this" | "he" | "she" | "there" | "here");
    verb || loud(before) || loud(after) || (shouted(before) && shouted(after))
}

/// The hits that `choose` accepts, leftmost and longest first, not overlapping.
fn longest<'h, 't, T>(hits: &'h [Hit<'t>], choose: impl Fn(&Hit<'t>) -> Option<T>) -> Vec<(&'h Hit<'t>, T)> {
    let mut chosen = Vec::new();
    let mut at = 0;
    for hit in hits.iter().filter(|hit| !hit.span.is_empty()) {
        if hit.span.start < at {
            continue;
        }
        if let Some(choice) = choose(hit) {
            at = hit.span.end;
            chosen.push((hit, choice));
        }
    }
    chosen
}

/// The alias that counts in any article, and its score.
fn sure_entity<'a>(aliases: &'a Aliases, hit: &Hit<'_>) -> Option<(&'a Alias, f32)> {
    one_entity(aliases, hit, |alias| match alias.usage {
        Use::Name => Some(SCORE_NAME),
        Use::Cased if !hit.among_capitals => Some(SCORE_CASED),
        _ => None,
    })
}

/// The alias that counts because the article has a sure name of its entity.
fn supported_entity<'a>(aliases: &'a Aliases, hit: &Hit<'_>, support: &Support) -> Option<(&'a Alias, f32)> {
    if hit.among_capitals {
        return None;
    }
    one_entity(aliases, hit, |alias| match alias.usage {
        Use::Supported | Use::Ambiguous | Use::Namesake if support.has(alias.entity) => Some(SCORE_SUPPORTED),
        _ => None,
    })
}

/// The accepted alias of the hit's pattern, unless accepted ones are of several entities.
fn one_entity<'a>(
    aliases: &'a Aliases,
    hit: &Hit<'_>,
    accept: impl Fn(&Alias) -> Option<f32>,
) -> Option<(&'a Alias, f32)> {
    let (_, patterns) = aliases.finder();
    let mut found: Option<(&Alias, f32)> = None;
    // `MİT` and `MIT` are one pattern, but not one alias.
    let exact = patterns[hit.pattern].iter().any(|&index| aliases.alias(index).text == hit.surface);
    for &index in &patterns[hit.pattern] {
        let alias = aliases.alias(index);
        if exact && alias.text != hit.surface {
            continue;
        }
        let Some(score) = accept(alias) else { continue };
        match found {
            Some((other, _)) if other.entity != alias.entity => return None,
            Some(_) => {}
            None => found = Some((alias, score)),
        }
    }
    found
}

/// Adds the hits that no mention overrules, and returns their aliases.
fn merge<'a>(
    aliases: &Aliases,
    text: &str,
    mut mentions: Vec<Found>,
    hits: &[(&Hit<'_>, (&'a Alias, f32))],
) -> (Vec<Found>, Vec<&'a Alias>) {
    let mut accepted: Vec<&Alias> = Vec::new();
    let mut added: Vec<Found> = Vec::new();
    let mut gone = vec![false; mentions.len()];
    let mut open: Vec<&(&Hit<'_>, (&Alias, f32))> = hits.iter().collect();
    // A replaced mention no longer overrules other hits.
    loop {
        let before = open.len();
        open.retain(|&&(hit, (alias, score))| {
            let Some(entity_type) = type_of(aliases, alias) else { return false };
            let first = mentions.partition_point(|m| m.span.end <= hit.span.start);
            let touched: Vec<usize> = (first..mentions.len())
                .take_while(|&i| mentions[i].span.start < hit.span.end)
                .filter(|&i| !gone[i])
                .collect();
            if touched.iter().any(|&i| stands_against(aliases, text, &mentions[i], hit.span)) {
                return true;
            }
            accepted.push(alias);
            if let &[only] = touched.as_slice()
                && mentions[only].span == hit.span
            {
                let mention = &mut mentions[only];
                if mention.score < CONFIDENT && may_become(mention.entity_type, entity_type) {
                    mention.entity_type = entity_type;
                    mention.origin = Origin::Aliases;
                }
                return false;
            }
            for i in touched {
                gone[i] = true;
            }
            let origin = Origin::Aliases;
            added.push(Found { span: hit.span, sentence: hit.sentence, entity_type, score, origin });
            false
        });
        if open.len() == before {
            break;
        }
    }
    let mut kept = gone.iter();
    mentions.retain(|_| kept.next().is_none_or(|gone| !gone));
    mentions.extend(added);
    mentions.sort_by_key(|m| m.span);
    (mentions, accepted)
}

/// The type of the mention: demonyms are `MISC`, other names have their entity's type.
fn type_of(aliases: &Aliases, alias: &Alias) -> Option<EntityType> {
    if alias.demonym { Some(EntityType::Misc) } else { aliases.known(alias.entity).entity_type }
}

/// Adds the occurrences of `acronyms` as whole words, not among capitals and not in a mention.
pub(super) fn add_acronyms(
    aliases: &Aliases,
    text: &str,
    sentences: &[Span],
    mentions: &mut Vec<Found>,
    acronyms: &[(String, EntityType)],
) {
    if acronyms.is_empty() {
        return;
    }
    let builder =
        AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(acronyms.iter().map(|a| &a.0));
    let Ok(finder) = builder else { return }; // too many for an automaton: the model's mentions stay
    let mut added: Vec<Found> = Vec::new();
    let mut capitals = Capitals::default();
    for hit in finder.find_iter(text) {
        let span = Span::new(hit.start(), hit.end());
        let Some(sentence) = sentence_of(sentences, span) else { continue };
        let at = mentions.partition_point(|m| m.span.end <= span.start);
        let free = mentions.get(at).is_none_or(|m| !m.span.overlaps(span));
        if free
            && is_whole(text, span.start, span.end)
            && !capitals.around(aliases, text, sentences, sentence, span)
        {
            let (origin, entity_type) = (Origin::Aliases, acronyms[hit.pattern().as_usize()].1);
            added.push(Found { span, sentence, entity_type, score: SCORE_SUPPORTED, origin });
        }
    }
    mentions.extend(added);
    mentions.sort_by_key(|m| m.span);
}

/// Whether places are among capitals; caches the last sentence.
#[derive(Default)]
struct Capitals {
    last: Option<(usize, bool)>,
}

impl Capitals {
    fn around(
        &mut self,
        aliases: &Aliases,
        text: &str,
        sentences: &[Span],
        sentence: usize,
        span: Span,
    ) -> bool {
        let all = match self.last {
            Some((last, all)) if last == sentence => all,
            _ => in_capitals(sentences[sentence].of(text)),
        };
        self.last = Some((sentence, all));
        all || in_run_of_capitals(aliases, text, sentences[sentence], span)
    }
}
