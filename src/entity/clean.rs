//! Cleans names: cuts off titles, possessives, quotes and articles that models include.

use crate::entity::EntityType;
use crate::text::Span;
use crate::text::persons::{self, Mark};

/// Whether a word is a title that stands before a name.
pub(super) fn is_title(word: &str) -> bool {
    persons::is(&word.to_lowercase(), Mark::Title)
}

/// Abbreviations that end a name and keep their full stop: "Acme Corp.", "Bo Lee Jr.", "Calif.".
const ABBREVIATIONS: &[&str] = &[
    "Inc", "Corp", "Co", "Ltd", "Bros", "Cos", "Jr", "Sr", "Ala", "Ariz", "Ark", "Calif", "Colo", "Conn",
    "Del", "Fla", "Ga", "Ill", "Ind", "Kan", "Ky", "La", "Md", "Mass", "Mich", "Minn", "Miss", "Mo", "Mont",
    "Neb", "Nev", "Okla", "Ore", "Pa", "Penn", "Tenn", "Tex", "Va", "Vt", "Wash", "Wis", "Wyo", "Ont", "Que",
];

/// Words that no name ends with.
const OPEN_ENDS: [&str; 6] = [" and", " of", " for", " in", " at", " the"];

/// The span of a name without white space, quotes and unpaired brackets at its ends, a lower-case `the`, and a
/// possessive; a person's also without titles, a place's without the known place behind its comma ("Salem, Ohio" is two
/// names). `is_known` says whether a name is in the tables as it stands (`McDonald's`); it keeps its possessive.
pub(super) fn cleaned(
    text: &str,
    span: Span,
    entity_type: EntityType,
    is_known: impl Fn(&str) -> bool,
) -> Option<Span> {
    let mut span = span.trimmed(text);
    loop {
        let before = span;
        span = without_quotes(text, span);
        let bare = without_possessive(text, span);
        if bare != span && !is_known(span.of(text)) {
            span = bare;
        }
        if entity_type == EntityType::Per {
            span = without_party(text, without_title(text, span), &is_known);
        }
        if entity_type == EntityType::Org {
            span = without_post(text, without_faction(text, span), &is_known);
            span = without_state(text, span, &is_known);
        }
        if entity_type == EntityType::Loc {
            span = without_whole(text, span, &is_known);
        }
        span = with_stop(text, span, entity_type);
        // A list follows, or the name goes on and the model has lost it.
        if let Some(first) = OPEN_ENDS.iter().find_map(|end| span.of(text).strip_suffix(end)) {
            span = Span::new(span.start, span.start + first.len()).trimmed(text);
        }
        let name = span.of(text);
        for article in ["the ", "the\n"] {
            if name.starts_with(article) {
                span = Span::new(span.start + article.len(), span.end).trimmed(text);
            }
        }
        if span == before {
            break;
        }
    }
    let name = span.of(text);
    let only_party = matches!(name, "R" | "D" | "I") && !text[span.end..].starts_with(['&', '.']);
    // "U S Senator R Colorado": the name is missing.
    let party_and_state = || {
        let state = ["R ", "D ", "I "].iter().find_map(|party| name.strip_prefix(party));
        entity_type == EntityType::Per && state.is_some_and(&is_known)
    };
    let only_party = only_party || party_and_state();
    let only_title = entity_type == EntityType::Per && persons::is_in_capital(name, Mark::Alone)
        || is_title_without_stops(name);
    let only_title = only_title || only_party;
    let is_before = |title| text[span.end..].trim_start().starts_with(title);
    // Half of a title.
    let only_adjective =
        name == "Supreme" && is_before("Leader") || name == "National Security" && is_before("Advis");
    (name.chars().any(char::is_alphanumeric) && !only_title && !only_adjective).then_some(span)
}

/// Whether a name is a title whose full stops are gone.
fn is_title_without_stops(name: &str) -> bool {
    matches!(name, "Sen" | "Sens" | "SEN" | "SENS" | "Rep" | "Reps" | "REP" | "REPS")
        || name.starts_with("U S Sen ")
        || name == "U S Sen"
}

fn without_quotes(text: &str, span: Span) -> Span {
    const QUOTES: &[char] = &['"', '“', '”', '„', '«', '»', '‘', '`', '*', '_', '•', '|', '&'];
    const MARKS: &[char] = &[',', ';', ':', '-', '–', '—', '/', '!', '?'];
    let mut name = span.of(text);
    name = name.trim_start_matches(|c: char| {
        c.is_whitespace()
            || QUOTES.contains(&c)
            || MARKS.contains(&c)
            || matches!(c, '.' | ')' | ']' | '\'' | '’')
    });
    let mut start = span.end - name.len();
    name = name.trim_end_matches(|c: char| {
        c.is_whitespace() || QUOTES.contains(&c) || MARKS.contains(&c) || matches!(c, '(' | '[')
    });
    let mut end = start + name.len();
    for (open, close) in [('(', ')'), ('[', ']')] {
        let name = &text[start..end];
        let (opened, closed) = (name.matches(open).count(), name.matches(close).count());
        if opened < closed && name.ends_with(close) {
            end -= 1;
        } else if opened > closed && name.starts_with(open) {
            start += 1;
        }
    }
    if start < end { with_brackets(text, Span::new(start, end).trimmed(text)) } else { span }
}

/// Completes a bracket of which the span has one half: `[Ana] Ruiz`, `James (Jim) Ruiz`. Where the other half does not
/// follow, the bracketed part is cut off.
fn with_brackets(text: &str, mut span: Span) -> Span {
    for (open, close) in [('(', ')'), ('[', ']')] {
        let name = span.of(text);
        let (opened, closed) = (name.matches(open).count(), name.matches(close).count());
        if opened < closed && text[..span.start].ends_with(open) {
            span = Span::new(span.start - 1, span.end);
            // The given name before a nickname.
            let before = text[..span.start].trim_end_matches(' ');
            let word = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
            if open == '(' && word.starts_with(char::is_uppercase) {
                span = Span::new(before.len() - word.len(), span.end);
            }
        } else if opened > closed && text[span.end..].starts_with(close) {
            span = Span::new(span.start, span.end + 1);
        } else if opened > closed
            && let Some((front, _)) = name.rsplit_once(open).filter(|(front, _)| !front.trim().is_empty())
        {
            span = Span::new(span.start, span.start + front.len()).trimmed(text);
        }
    }
    span
}

fn without_possessive(text: &str, span: Span) -> Span {
    let name = span.of(text);
    for ending in ["'s", "’s", "'S", "’S", "'", "’"] {
        if let Some(rest) = name.strip_suffix(ending)
            && rest.chars().next_back().is_some_and(char::is_alphanumeric)
        {
            return Span::new(span.start, span.start + rest.len());
        }
    }
    span
}

/// A chamber without the faction that belongs to a title: "Senate Majority Leader".
fn without_faction(text: &str, span: Span) -> Span {
    let chamber = |side: &str| span.of(text).strip_suffix(side).filter(|rest| !rest.is_empty());
    let title = text[span.end..].trim_start();
    match chamber(" Majority").or_else(|| chamber(" Minority")) {
        Some(rest) if ["Leader", "Whip", "leader", "whip"].iter().any(|t| title.starts_with(t)) => {
            Span::new(span.start, span.start + rest.len()).trimmed(text)
        }
        _ => span,
    }
}

/// Posts that models take for the end of a body's name, the longer ones first.
const POSTS: &[&str] = &[
    "Chief of Staff",
    "Chief of",
    "Secretary of Agriculture",
    "Secretary of Commerce",
    "Secretary of Defense",
    "Secretary of Education",
    "Secretary of Energy",
    "Secretary of Health and Human Services",
    "Secretary of Homeland Security",
    "Secretary of Labor",
    "Secretary of State",
    "Secretary of Transportation",
    "Secretary of Veterans Affairs",
    "Secretary of the Interior",
    "Secretary of the Treasury",
    "Secretary-General",
    "Secretary General",
    "Majority Leader",
    "Minority Leader",
    "Republican Leader",
    "Democratic Leader",
    "District Judge",
    "Circuit Judge",
    "Secretary",
    "Chairman",
    "Senators",
    "Senator",
    "Sens.",
    "Sen.",
    // Its full stop stands behind the name.
    "Sens",
    "Sen",
];

/// A body without the post that follows it: "Air Force Chief of Staff", "U.S. Secretary of State". Nothing is left of what
/// is no name without it: "Defense Secretary". Whole names keep their end: "Ottawa Senators".
fn without_post(text: &str, span: Span, is_known: impl Fn(&str) -> bool) -> Span {
    let name = span.of(text);
    let Some((body, post)) = POSTS.iter().find_map(|post| Some((name.strip_suffix(post)?, *post))) else {
        return span;
    };
    let body = body.trim_end();
    let is_body = is_known(body) || matches!(body, "Senate" | "House" | "U.S. Senate" | "U.S. House");
    let is_joined = body.len() + post.len() == name.len() && !body.is_empty();
    let person_follows = text[span.end..].trim_start().starts_with(char::is_uppercase);
    if is_joined || is_known(name) {
        span
    } else if is_body || post.starts_with("Chief of") && !body.is_empty() {
        Span::new(span.start, span.start + body.len())
    } else if person_follows && (body.is_empty() || post.starts_with("Secretary")) {
        Span::new(span.start, span.start)
    } else {
        span
    }
}

/// A place of which a title follows: "Ohio State Senator Bo Lee".
fn without_state(text: &str, span: Span, is_known: impl Fn(&str) -> bool) -> Span {
    const TITLES: &[&str] = &["Senator", "Sen.", "Representative", "Rep.", "Treasurer", "Auditor"];
    let title = text[span.end..].trim_start();
    match span.of(text).strip_suffix(" State") {
        Some(place) if is_known(place) && TITLES.iter().any(|t| title.starts_with(t)) => {
            Span::new(span.start, span.start + place.len())
        }
        _ => span,
    }
}

/// A place without the known place behind its comma, unless the tables have both as one name; and without the name
/// after a dateline ("SALEM - U.S." before "Senator Ruiz").
fn without_whole(text: &str, span: Span, is_known: impl Fn(&str) -> bool) -> Span {
    let name = span.of(text);
    if let Some(place) = name.strip_suffix(" U.S.") {
        return Span::new(span.start, span.start + place.len()).trimmed(text);
    }
    match name.rsplit_once(',') {
        Some((part, whole)) if !part.contains(',') && is_known(whole.trim()) && !is_known(name) => {
            Span::new(span.start, span.start + part.len()).trimmed(text)
        }
        _ => span,
    }
}

/// The span with the full stop of an abbreviation.
fn with_stop(text: &str, span: Span, entity_type: EntityType) -> Span {
    let last = span.of(text).rsplit(char::is_whitespace).next().unwrap_or_default();
    let stop = text[span.end..].starts_with('.') && !text[span.end..].starts_with("..");
    // "She is married to Mo." is no Missouri.
    let may_end = entity_type != EntityType::Per || matches!(last, "Jr" | "Sr");
    if stop && may_end && ABBREVIATIONS.contains(&last) { Span::new(span.start, span.end + 1) } else { span }
}

/// A person without party and state: `Ana Ruiz R Tenn`, `Ana Ruiz D-Calif`. `John D Ruiz` stays whole.
fn without_party(text: &str, span: Span, is_known: impl Fn(&str) -> bool) -> Span {
    let name = span.of(text);
    let words: Vec<(usize, &str)> =
        name.split_whitespace().map(|word| (word.as_ptr() as usize - name.as_ptr() as usize, word)).collect();
    let is_party = |i: usize| {
        let word = words[i].1.trim_start_matches(['(', ',']);
        let state = |word: &str| word.len() <= 6 && is_known(word.trim_matches(['.', ',', ')']));
        match word.split_once('-') {
            Some(("R" | "D" | "I", rest)) => state(rest),
            None if matches!(word, "R" | "D" | "I") => words.get(i + 1).is_none_or(|(_, next)| state(next)),
            _ => false,
        }
    };
    match (1..words.len()).find(|&i| is_party(i)) {
        Some(i) => Span::new(span.start, span.start + words[i].0).trimmed(text),
        None => span,
    }
}

fn without_title(text: &str, span: Span) -> Span {
    let name = span.of(text);
    if !name.contains(char::is_whitespace) {
        return span;
    }
    let lower = name.to_lowercase();
    if lower.len() != name.len() {
        return span; // lower-casing moved the bytes; such a name starts with no English title
    }
    // Only whole words, and never the whole name: `Major` may be John Major.
    let whole =
        |title: &&str| lower.strip_prefix(*title).is_some_and(|rest| rest.starts_with(char::is_whitespace));
    let longest = persons::all(Mark::Title).filter(whole).map(|title| title.len()).max();
    match longest {
        Some(len) if name[len..].trim_start().starts_with(char::is_uppercase) => {
            Span::new(span.start + len, span.end).trimmed(text)
        }
        _ => span,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::EntityType::{Loc, Org, Per};

    #[test]
    fn names_of_a_table() {
        let table = [
            (Per, "President Recep Tayyip Erdogan", "Recep Tayyip Erdogan"),
            (Per, "Lt. Gen. Smith's", "Smith"),
            (Per, "Former U.S. President Bill Clinton", "Bill Clinton"),
            (Per, "Major", "Major"),
            (Per, "Supreme Leader Bo Lee", "Bo Lee"),
            (Per, "Generalissimo Franco", "Generalissimo Franco"),
            (Org, "General Motors", "General Motors"),
            (Org, "Air Force Chief of Staff", "Air Force"),
            (Org, "Army Chief of", "Army"),
            (Org, "Ohio Secretary of State", "Ohio"),
            (Org, "Ohio Sen.", "Ohio"),
            (Org, "Ohio Sen", "Ohio"),
            (Org, "District Court for the", "District Court"),
            (Org, "Senate Republican Leader", "Senate"),
            (Org, "Ottawa Senators", "Ottawa Senators"),
            (Org, "Executive Secretary", "Executive Secretary"),
            (Org, "Joint Chiefs of Staff", "Joint Chiefs of Staff"),
            (Org, "the Kurdistan Workers' Party", "Kurdistan Workers' Party"),
            (Org, "McDonald's", "McDonald's"),
            (Org, "“Haberdar”", "Haberdar"),
            (Org, "PKK)", "PKK"),
            (Per, "Mahir Alan/", "Mahir Alan"),
            (Per, ". Hagers", "Hagers"),
            (Loc, "Turkey’s", "Turkey"),
            (Loc, " Turkey ", "Turkey"),
            (Loc, "Salem , Ohio", "Salem"),
            (Loc, "SALEM - U.S.", "SALEM"),
            (Loc, "SALEM, D.C. U.S.", "SALEM, D.C."),
            (Loc, "Oak, Elm", "Oak, Elm"),
            (Org, "Salem, Ohio", "Salem, Ohio"),
        ];
        for (entity_type, name, expected) in table {
            let whole = Span::new(0, name.len());
            let span = cleaned(name, whole, entity_type, |known| matches!(known, "McDonald's" | "Ohio"));
            assert_eq!(span.map(|s| s.of(name)), Some(expected));
        }
        for (text, expected) in
            [("Senate Majority Leader Bo Lee", "Senate"), ("Moral Majority left", "Moral Majority")]
        {
            let end = text.find("Majority").map_or(0, |at| at + "Majority".len());
            let span = cleaned(text, Span::new(0, end), Org, |_| false);
            assert_eq!(span.map(|s| s.of(text)), Some(expected));
        }
        let senator = "Ohio State Senator Bo Lee";
        let span = cleaned(senator, Span::new(0, "Ohio State".len()), Org, |name| name == "Ohio");
        assert_eq!(span.map(|s| s.of(senator)), Some("Ohio"));
        for (text, name, expected) in [
            ("to [Ana] Ruiz.", "Ana] Ruiz", "[Ana] Ruiz"),
            ("by Ana [Ruiz].", "Ana [Ruiz", "Ana [Ruiz]"),
            ("by Ana Ruiz R Ohio.", "Ana Ruiz R Ohio", "Ana Ruiz"),
            ("by Ana Ruiz D-Ohio.", "Ana Ruiz D-Ohio", "Ana Ruiz"),
            ("by Ana D Ruiz.", "Ana D Ruiz", "Ana D Ruiz"),
            ("by James (Jim) Ruiz.", "Jim) Ruiz", "James (Jim) Ruiz"),
            ("by Ana (then Ruiz)", "Ana (th", "Ana"),
        ] {
            let start = text.find(name).unwrap_or_default();
            let span = cleaned(text, Span::new(start, start + name.len()), Per, |name| name == "Ohio");
            assert_eq!(span.map(|s| s.of(text)), Some(expected));
        }
        let text = "in Salem, Fla., by Acme Corp. and Bo Lee.";
        for (name, expected) in [("Fla", "Fla."), ("Acme Corp", "Acme Corp."), ("Bo Lee", "Bo Lee")] {
            let start = text.find(name).unwrap_or_default();
            let span = cleaned(text, Span::new(start, start + name.len()), Org, |_| false);
            assert_eq!(span.map(|s| s.of(text)), Some(expected));
        }
        assert_eq!(cleaned("Mr.", Span::new(0, 3), Per, |_| false), None);
        assert_eq!(cleaned("Rep", Span::new(0, 3), Per, |_| false), None);
        assert_eq!(cleaned("Senators Bo Lee and Ana Ruiz", Span::new(0, 8), Org, |_| false), None);
        assert_eq!(cleaned("Defense Secretary Bo Lee", Span::new(0, 17), Org, |_| false), None);
        assert_eq!(cleaned("Supreme Leader Bo Lee", Span::new(0, 7), Org, |_| false), None);
        assert_eq!(cleaned("R Ohio", Span::new(0, 6), Per, |name| name == "Ohio"), None);
        assert!(cleaned("R Ruiz", Span::new(0, 6), Per, |name| name == "Ohio").is_some());
        assert_eq!(cleaned("“”", Span::new(0, 6), Org, |_| false), None);
    }
}
