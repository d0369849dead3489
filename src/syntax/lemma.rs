//! Base forms of English words: `was` -> `be`, `forces` -> `force`, `largest` -> `large`.
//!
//! A table holds the irregular words, and rules on the last letters take the others apart. The rules for
//! `-ed` and `-ing` have to decide whether the base had an `e` (`hoping`) or a single consonant (`stopping`);
//! English spelling leaves little doubt, so the table lists only the bases that go against it rather than
//! every verb. The conventions are those of the English Universal Dependencies treebanks EWT and GUM, except
//! that only proper nouns and `I` keep their capitals.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::syntax::Pos;

/// The words that the rules get wrong; its first lines explain its format.
const EXCEPTIONS: &str = include_str!("lemma_exceptions.tsv");

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables::read(EXCEPTIONS));

/// The base form of `word`, which stands in the text as a `pos`.
///
/// It is in lower case unless `pos` is [`Pos::Propn`], and is borrowed where it is the beginning of `word`.
/// Hyphenated words take the base form of their last part.
pub fn lemma(word: &str, pos: Pos) -> Cow<'_, str> {
    match pos {
        Pos::Propn => return proper(word),
        Pos::Num if word.contains(',') => return without_commas(word),
        // `GPS`, unlike `CDs`
        Pos::Noun if word.len() <= 3 && word.ends_with('S') => return lower_case(word),
        _ => {}
    }
    let lower = lower_case(word);
    let edit = match pos {
        Pos::Verb => inflected(&lower, &TABLES.verb, verb),
        Pos::Noun => inflected(&lower, &TABLES.noun, noun),
        Pos::Adj => inflected(&lower, &TABLES.adj, compared),
        Pos::Adv => match TABLES.adv.get(&*lower) {
            Some(base) => Edit::Whole(base),
            None => inflected(&lower, &TABLES.adj, compared),
        },
        _ => closed_class(&lower, pos).map_or(Edit::NONE, Edit::Whole),
    };
    edit.apply(lower)
}

/// What turns a word into its base form.
#[derive(Clone, Copy)]
enum Edit {
    /// Drop so many bytes, all of them ASCII letters, from the end and put others there.
    End(usize, &'static str),
    /// Put another word in its place.
    Whole(&'static str),
    /// The same for the part from this byte on.
    From(usize, &'static str),
}

impl Edit {
    const NONE: Self = Self::End(0, "");

    fn apply(self, word: Cow<'_, str>) -> Cow<'_, str> {
        match (self, word) {
            (Self::Whole(base), _) => Cow::Borrowed(base),
            (Self::End(cut, ""), Cow::Borrowed(word)) => Cow::Borrowed(begin(word, cut)),
            (Self::End(cut, end), Cow::Borrowed(word)) => Cow::Owned([begin(word, cut), end].concat()),
            (Self::End(cut, end), Cow::Owned(mut word)) => {
                word.truncate(begin(&word, cut).len());
                word.push_str(end);
                Cow::Owned(word)
            }
            (Self::From(start, base), word) => {
                Cow::Owned([word.get(..start).unwrap_or_default(), base].concat())
            }
        }
    }
}

/// `word` without its last `cut` bytes; all of it if that would split a character, which no rule does.
fn begin(word: &str, cut: usize) -> &str {
    word.len().checked_sub(cut).and_then(|end| word.get(..end)).unwrap_or(word)
}

/// Lower case, with straight apostrophes.
fn lower_case(word: &str) -> Cow<'_, str> {
    if !word.is_ascii() {
        let lower = word.to_lowercase().replace(['\u{2019}', '\u{2018}'], "'");
        return if lower == word { Cow::Borrowed(word) } else { Cow::Owned(lower) };
    }
    if word.bytes().any(|b| b.is_ascii_uppercase()) {
        return Cow::Owned(word.to_ascii_lowercase());
    }
    Cow::Borrowed(word)
}

/// Looks `word` and then the part after its last hyphen up in `table`, and falls back on `rule`.
fn inflected(word: &str, table: &'static Table, rule: fn(&str) -> Edit) -> Edit {
    if let Some(base) = table.get(word) {
        return Edit::Whole(base);
    }
    let Some(hyphen) = word.rfind('-') else {
        return rule(word);
    };
    let last = &word[hyphen + 1..];
    match table.get(last) {
        Some(base) => Edit::From(hyphen + 1, base),
        None => rule(last),
    }
}

/// Words of the classes that take no new members, and tokens that are no words.
fn closed_class(word: &str, pos: Pos) -> Option<&'static str> {
    Some(match pos {
        Pos::Aux => match word {
            "is" | "was" | "are" | "were" | "been" | "am" | "'s" | "being" | "'m" | "'re" | "s" | "m"
            | "re" | "ai" => "be",
            "has" | "had" | "'ve" | "having" | "ve" => "have",
            "did" | "does" | "done" | "doing" => "do",
            "'ll" | "wo" | "ll" => "will",
            "'d" => "would",
            "ca" => "can",
            "got" | "gets" | "getting" | "gotten" => "get",
            _ => return None,
        },
        Pos::Pron => match word {
            "i" | "me" => "I",
            "him" => "he",
            "them" | "em" | "'em" => "they",
            "us" | "'s" | "s" => "we",
            "hers" => "her",
            "mine" => "my",
            "ours" => "our",
            "yours" => "your",
            "theirs" => "their",
            "those" => "that",
            "these" => "this",
            "whom" => "who",
            "ya" => "you",
            _ => return None,
        },
        Pos::Det => match word {
            "an" => "a",
            "those" => "that",
            "these" => "this",
            _ => return None,
        },
        Pos::Part => match word {
            "n't" | "nt" => "not",
            "na" | "ta" => "to",
            "s" | "'" => "'s",
            _ => return None,
        },
        Pos::Adp => match word {
            "'til" | "til" => "till",
            "thru" => "through",
            "vs" => "versus",
            _ => return None,
        },
        Pos::Num => match word {
            "k" => "thousand",
            "m" | "mn" => "million",
            "b" | "bn" => "billion",
            "t" | "tn" => "trillion",
            _ => return None,
        },
        Pos::Punct | Pos::Sym => match word {
            "\u{201c}" | "\u{201d}" | "\u{201e}" | "``" => "\"",
            "\u{2013}" => "-",
            _ => return None,
        },
        _ => return None,
    })
}

/// `20,000` is the number 20000; `2,5` stays as it is.
fn without_commas(word: &str) -> Cow<'_, str> {
    let digits = |part: &str| part.bytes().take_while(u8::is_ascii_digit).count();
    let mut groups = word.split(',');
    if groups.next().is_some_and(|first| digits(first) > 0) && groups.all(|group| digits(group) == 3) {
        Cow::Owned(word.replace(',', ""))
    } else {
        lower_case(word)
    }
}

/// Names stay as they are, apart from those in the table and the names of peoples and parties in the plural.
fn proper(word: &str) -> Cow<'_, str> {
    if let Some(base) = TABLES.propn.get(word) {
        return Cow::Borrowed(base);
    }
    match word.strip_suffix('s') {
        Some(singular) if word.len() > 6 && PEOPLES.iter().any(|end| singular.ends_with(end)) => {
            Cow::Borrowed(singular)
        }
        _ => Cow::Borrowed(word),
    }
}

/// How names of peoples and of followers end; with `an` alone, `Evans` would be a plural.
const PEOPLES: [&str; 13] =
    ["ican", "rian", "tian", "nian", "dian", "sian", "lian", "gian", "pean", "rean", "German", "crat", "ist"];

/// The rules for verbs that the table does not hold.
fn verb(word: &str) -> Edit {
    if let Some(stem) = word.strip_suffix("ing") {
        return participle(stem, 3);
    }
    if let Some(stem) = word.strip_suffix("in'") {
        return participle(stem, 3);
    }
    if word.ends_with("ied") && word.len() > 4 {
        return Edit::End(3, "y");
    }
    if word.ends_with("eed") {
        // `freed` and `guaranteed` are in the table, so this is `need`.
        return Edit::NONE;
    }
    if let Some(stem) = word.strip_suffix("ed") {
        return participle(stem, 2);
    }
    third_person(word)
}

/// The end of the base form whose `-ed` or `-ing`, of `suffix` letters, follows `stem`.
fn participle(stem: &str, suffix: usize) -> Edit {
    let stem = stem.as_bytes();
    if !stem.iter().enumerate().any(|(i, &b)| is_vowel(b) || b == b'y' && i > 0 || !b.is_ascii()) {
        // `bring`, `shed`: the suffix is part of the base.
        return Edit::NONE;
    }
    match base_end(stem) {
        BaseEnd::Same => Edit::End(suffix, ""),
        BaseEnd::AddE => Edit::End(suffix, "e"),
        BaseEnd::Undouble => Edit::End(suffix + 1, ""),
    }
}

enum BaseEnd {
    Same,
    AddE,
    Undouble,
}

/// What the base form looks like whose `-ed` or `-ing` follows `stem`.
///
/// A base with a short last vowel would have doubled its consonant, so a single consonant after a single
/// vowel speaks for an `e` in words of one syllable. In longer words it depends on which letters they are.
fn base_end(stem: &[u8]) -> BaseEnd {
    use BaseEnd::{AddE, Same, Undouble};
    let before = |n: usize| stem.len().checked_sub(n).map_or(b' ', |i| stem[i]);
    let (c, b, a) = (before(1), before(2), before(3));
    if c == b {
        return match c {
            _ if !c.is_ascii_lowercase() => Same,
            b'l' if vowel_groups(stem) < 2 => Same,
            b's' | b'f' | b'z' | b'e' | b'o' | b'c' => Same,
            _ => Undouble,
        };
    }
    // The u of `quote` makes no second vowel.
    let after_vowel = is_vowel(b) || b == b'y';
    let after_two = after_vowel && is_vowel(a) && !(a == b'u' && before(4) == b'q');
    let after_one = after_vowel && !after_two;
    let syllables = vowel_groups(stem);
    let with_e = match c {
        b'c' | b's' | b'u' | b'v' => true,
        b'z' => b != b't',
        b'g' => match b {
            b'n' => matches!(a, b'e' | b'u'),
            _ => true,
        },
        b'd' => match b {
            b'a' => after_one || a == b'u',
            b'i' | b'o' | b'u' | b'y' => after_one,
            b'e' => syllables == 1 && after_one,
            _ => false,
        },
        b'k' | b'b' => after_one,
        b'l' => match b {
            b'a' | b'e' | b'o' => after_one && syllables == 1,
            b'i' | b'u' | b'y' => after_one,
            b'r' | b'w' | b'h' => false,
            _ => true,
        },
        b'm' => match b {
            b'a' | b'i' | b'u' => after_one,
            _ => after_one && syllables == 1,
        },
        b'n' => match b {
            b'i' | b'u' | b'a' => after_one,
            _ => after_one && syllables == 1,
        },
        b'p' => match b {
            b'a' | b'y' | b'u' => after_one,
            _ => after_one && syllables == 1,
        },
        b'r' => match b {
            b'a' | b'u' => after_one,
            b'i' => after_one || a == b'u',
            b'e' | b'o' | b'y' => after_one && syllables == 1,
            b't' | b'c' | b'b' | b'g' | b'v' => true,
            _ => false,
        },
        b't' => match b {
            b'a' => after_one || matches!(a, b'i' | b'u'),
            b'u' => after_one,
            b'e' | b'i' | b'o' | b'y' => after_one && syllables == 1,
            _ => false,
        },
        _ => false,
    };
    if with_e { AddE } else { Same }
}

/// The rules for the `-s` of verbs.
fn third_person(word: &str) -> Edit {
    let Some(stem) = word.strip_suffix('s') else {
        return Edit::NONE;
    };
    match stem.as_bytes() {
        // `miss`, `focus`
        [.., b's' | b'u' | b'\''] | [] | [_] => Edit::NONE,
        _ => without_s(stem),
    }
}

/// The rules for nouns that the table does not hold.
fn noun(word: &str) -> Edit {
    if word.ends_with("men") {
        return Edit::End(2, "an");
    }
    let Some(stem) = word.strip_suffix('s') else {
        return Edit::NONE;
    };
    match stem.as_bytes() {
        // `1990's`
        [.., digit, b'\''] if digit.is_ascii_digit() => Edit::End(2, "s"),
        // `class`, `virus`, `crisis`
        [.., b's' | b'u' | b'i' | b'\''] | [] | [_] => Edit::NONE,
        // `1990s`
        [.., digit] if digit.is_ascii_digit() => Edit::NONE,
        // `viruses`, unlike `houses` and `causes`
        [.., b'u', b's', b'e'] if !matches!(before_use(stem), Some(b'o' | b'a')) => Edit::End(2, ""),
        _ if stem.ends_with("lyse") => Edit::End(2, "is"),
        // Fields of study, and the names of files and sites.
        _ if SCIENCES.iter().any(|end| stem.ends_with(end)) || stem.contains('.') => Edit::NONE,
        _ => without_s(stem),
    }
}

/// How fields of study end, before their `s`.
const SCIENCES: [&str; 6] = ["matic", "netic", "nomic", "olitic", "physic", "nautic"];

/// The letter before the `use` that `stem` ends in, as in `house`.
fn before_use(stem: &str) -> Option<u8> {
    stem.len().checked_sub(4).map(|i| stem.as_bytes()[i])
}

/// Takes the rest of an ending in `-s` off `stem`, which has already lost its `s`.
fn without_s(stem: &str) -> Edit {
    match stem.as_bytes() {
        // `cities`, unlike `ties`
        [_, _, .., b'i', b'e'] => Edit::End(3, "y"),
        [.., b'c' | b's', b'h', b'e'] | [.., b'x' | b'o', b'e'] => Edit::End(2, ""),
        [.., b's', b's', b'e'] | [.., b'z' | b't', b'z', b'e'] => Edit::End(2, ""),
        _ => Edit::End(1, ""),
    }
}

/// The rules for compared forms that the table does not hold: only `-ier` and `-iest` are sure.
fn compared(word: &str) -> Edit {
    if word.len() > 5 && word.ends_with("iest") {
        Edit::End(4, "y")
    } else if word.len() > 5 && word.ends_with("ier") {
        Edit::End(3, "y")
    } else {
        Edit::NONE
    }
}

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

/// How many runs of vowels a stem has: about its syllables.
fn vowel_groups(stem: &[u8]) -> usize {
    let mut groups = 0;
    let mut in_vowels = false;
    for (i, &letter) in stem.iter().enumerate() {
        let u_of_qu = letter == b'u' && i > 0 && stem[i - 1] == b'q';
        let vowel = is_vowel(letter) && !u_of_qu || letter == b'y' && i > 0 || !letter.is_ascii();
        groups += usize::from(vowel && !in_vowels);
        in_vowels = vowel;
    }
    groups
}

/// Base forms by inflected form.
type Table = HashMap<Box<str>, Box<str>>;

/// The exceptions, by part of speech; adverbs are looked up as adjectives after their own table.
#[derive(Default)]
struct Tables {
    verb: Table,
    noun: Table,
    adj: Table,
    adv: Table,
    propn: Table,
}

impl Tables {
    fn read(lines: &str) -> Self {
        let mut tables = Self::default();
        for (kind, base, form) in forms(lines) {
            let table = match kind {
                "verb" => &mut tables.verb,
                "noun" => &mut tables.noun,
                "adj" => &mut tables.adj,
                "adv" => &mut tables.adv,
                _ => &mut tables.propn,
            };
            table.entry(form.into()).or_insert_with(|| base.into());
        }
        tables
    }
}

/// Every part of speech, base form and inflected form that `lines` stand for.
fn forms(lines: &str) -> Vec<(&str, String, String)> {
    let mut found = Vec::new();
    for line in lines.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (kind, bases) = (columns.next().unwrap_or_default(), columns.next().unwrap_or_default());
        let (pos, how) = kind.split_once('-').unwrap_or((kind, ""));
        if how.is_empty() {
            let inflected = columns.next().unwrap_or_default();
            let prefixes = columns.next().unwrap_or_default().split(' ').filter(|prefix| !prefix.is_empty());
            for prefix in prefixes.chain([""]) {
                for form in inflected.split(' ') {
                    found.push((pos, [prefix, bases].concat(), [prefix, form].concat()));
                }
            }
            continue;
        }
        for base in bases.split(' ') {
            found.extend(regular_forms(pos, how, base).into_iter().map(|form| (pos, base.to_owned(), form)));
        }
    }
    found
}

/// The inflected forms of `base` that a list of kind `pos`-`how` stands for.
fn regular_forms(pos: &str, how: &str, base: &str) -> Vec<String> {
    let without_e = base.strip_suffix('e').unwrap_or(base);
    let add = |stem: &str, endings: &[&str]| endings.iter().map(|end| [stem, end].concat()).collect();
    let doubled = || [base, base.get(base.len() - 1..).unwrap_or_default()].concat();
    let plural = if base.ends_with(['s', 'x', 'z']) || base.ends_with("ch") || base.ends_with("sh") {
        "es"
    } else {
        "s"
    };
    match (pos, how) {
        ("verb", "regular") => vec![
            [base, plural].concat(),
            [without_e, "ed"].concat(),
            [without_e, "ing"].concat(),
            [base, "ing"].concat(),
        ],
        ("verb", "double") => add(&doubled(), &["ed", "ing"]),
        ("noun" | "propn", "regular") => add(base, &[plural]),
        ("adj", "regular") => match base.as_bytes() {
            [stem @ .., b'y'] if !stem.ends_with(b"e") => {
                add(&base[..base.len() - 1], &["ier", "iest", "yer", "yest"])
            }
            // `bigger`, but `newer`, `cheaper` and `fuller`.
            [.., b, v, b'b' | b'd' | b'g' | b'm' | b'n' | b'p' | b't']
                if is_vowel(*v) && !is_vowel(*b) && vowel_groups(base.as_bytes()) == 1 =>
            {
                add(&doubled(), &["er", "est"])
            }
            _ => add(without_e, &["er", "est"]),
        },
        _ => vec![base.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use strum::IntoEnumIterator;

    /// Lines of a part of speech and words with their base forms.
    const WORDS: &str = "
        VERB making>make hoping>hope hopping>hop stopped>stop controlled>control called>call missed>miss
        VERB including>include seeing>see agreed>agree needed>need dying>die tried>try studying>study
        VERB created>create treated>treat waited>wait united>unite writing>write sitting>sit visited>visit
        VERB managed>manage hanged>hang changed>change longing>long plunged>plunge judged>judge
        VERB travelled>travel cancelled>cancel installed>install fulfilled>fulfill polling>poll
        VERB realised>realise focused>focus focussed>focus passes>pass uses>use watches>watch goes>go
        VERB acquired>acquire repaired>repair offered>offer referred>refer interfered>interfere scored>score
        VERB poured>pour secured>secure occurred>occur centred>centre handled>handle hurled>hurl
        VERB killed>kill traded>trade persuaded>persuade loaded>load provided>provide avoided>avoid
        VERB breathed>breathe bathing>bathe panicked>panic quoted>quote piloted>pilot executed>execute
        VERB was>be went>go bought>buy took>take left>leave said>say understood>understand overrode>override
        VERB bring>bring sings>sing shed>shed need>need lying>lie lies>lie carries>carry relent>relent
        VERB co-founded>co-found re-elected>re-elect Met>meet HELD>hold goin\u{2019}>go added>add freed>free
        AUX was>be \u{2019}s>be 's>be 're>be 'll>will wo>will ca>can could>could 'd>would has>have did>do
        PART n't>not n\u{2019}t>not to>to 's>'s not>not
        NOUN men>man spokeswomen>spokeswoman police>police forces>force children>child cities>city
        NOUN houses>house viruses>virus buses>bus bosses>boss crises>crisis analyses>analysis lives>life
        NOUN heroes>hero shoes>shoe videos>video churches>church headaches>headache boxes>box
        NOUN news>news series>series headquarters>headquarters politics>politics topics>topic
        NOUN ex-wives>ex-wife brothers-in-law>brother-in-law check-ins>check-in 1990s>1990s 60's>60s GPS>gps
        NOUN Teachers>teacher CEOs>ceo specimen>specimen criteria>criterion meeting>meeting status>status
        NOUN movies>movie prizes>prize
        NOUN class>class proceeds>proceeds taxis>taxi menus>menu \u{c9}lites>\u{e9}lite
        ADJ better>good worst>bad largest>large bigger>big newer>new easiest>easy fuller>full
        ADJ former>former honest>honest premier>premier Other>other further>further better-known>better-known
        ADV better>well best>well earlier>early harder>hard farther>far never>never more>more Quickly>quickly
        PRON him>he their>their me>I I>I them>they those>that whom>who mine>my its>its She>she
        DET an>a The>the these>this those>that
        ADP Of>of thru>through
        CCONJ And>and
        SCONJ If>if
        INTJ Yes>yes
        NUM 20,000>20000 1,234,567.8>1234567.8 2,5>2,5 bn>billion Two>two
        PROPN Reuters>Reuters Americans>American James>James Sept.>September Times>Times Germans>German
        PUNCT \u{201c}>\" \u{2014}>\u{2014} .>.
        SYM \u{2013}>- $>$
        X Et>et
    ";

    #[test]
    fn words_have_the_base_forms_that_a_reader_gives_them() {
        let mut words = 0;
        for line in WORDS.lines() {
            let mut fields = line.split_whitespace();
            let Some(pos) = fields.next() else { continue };
            for (word, base) in fields.filter_map(|field| field.split_once('>')) {
                assert_eq!(lemma(word, pos.parse().unwrap()), base, "{word} {pos}");
                words += 1;
            }
        }
        assert!(words > 150, "{words} words");
    }

    #[test]
    fn base_forms_and_their_beginnings_are_borrowed() {
        for (word, pos) in
            [("walk", Pos::Verb), ("walks", Pos::Verb), ("force", Pos::Noun), ("the", Pos::Det)]
        {
            assert!(matches!(lemma(word, pos), Cow::Borrowed(_)), "{word}");
        }
        assert!(matches!(lemma("Reuters", Pos::Propn), Cow::Borrowed("Reuters")));
    }

    #[test]
    fn any_text_is_a_word() {
        let parts = [
            "",
            "s",
            "es",
            "ies",
            "ed",
            "ing",
            "in'",
            "men",
            "lyse",
            "-",
            "'",
            "7,",
            "\u{2019}",
            "q",
            "\u{e9}",
            "\u{130}",
            "\u{1f600}",
        ];
        for pos in Pos::iter() {
            for word in
                parts.iter().flat_map(|a| parts.iter().flat_map(move |b| parts.map(|c| [a, b, c].concat())))
            {
                assert_eq!(lemma(&word, pos).is_empty(), word.is_empty(), "{word} {pos}");
            }
        }
    }

    #[test]
    fn every_line_of_the_table_is_well_formed() {
        for line in EXCEPTIONS.lines().filter(|line| !line.starts_with('#')) {
            let columns: Vec<&str> = line.split('\t').collect();
            let wanted = match columns[0] {
                "verb" | "noun" | "adj" | "adv" | "propn" => 3..=4,
                "verb-regular" | "verb-double" | "verb-same" | "noun-regular" | "noun-same"
                | "propn-regular" | "adj-regular" | "adj-same" => 2..=2,
                _ => 0..=0,
            };
            assert!(wanted.contains(&columns.len()), "{line}");
            let mut words = columns.iter().flat_map(|column| column.split(' '));
            assert!(
                words.all(|word| !word.is_empty()
                    && (columns[0].starts_with("propn") || word.to_lowercase() == word)),
                "{line}"
            );
        }
    }

    #[test]
    fn no_form_has_two_bases_and_no_base_is_idle() {
        let mut bases: BTreeMap<(&str, String), String> = BTreeMap::new();
        let mut needed: BTreeMap<(&str, String), bool> = BTreeMap::new();
        let mut clashes = Vec::new();
        for (pos, base, form) in forms(EXCEPTIONS) {
            let rule = match pos {
                "verb" => verb(&form),
                "noun" => noun(&form),
                "propn" => continue,
                _ => compared(&form),
            };
            *needed.entry((pos, base.clone())).or_default() |= rule.apply(Cow::Borrowed(&form)) != base;
            if let Some(other) = bases.insert((pos, form.clone()), base.clone())
                && other != base
            {
                clashes.push(format!("{form}: {other} or {base}"));
            }
        }
        assert_eq!(clashes, Vec::<String>::new());
        let idle: Vec<String> =
            needed.into_iter().filter(|(_, needed)| !needed).map(|(base, _)| base.1).collect();
        assert_eq!(idle, Vec::<String>::new());
    }
}
