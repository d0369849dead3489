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
    for (word, pos) in [("walk", Pos::Verb), ("walks", Pos::Verb), ("force", Pos::Noun), ("the", Pos::Det)] {
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
    for line in exceptions::TSV.lines().filter(|line| !line.starts_with('#')) {
        let columns: Vec<&str> = line.split('\t').collect();
        let wanted = match columns[0] {
            "verb" | "noun" | "adj" | "adv" | "propn" => 3..=4,
            "verb-regular" | "verb-double" | "verb-same" | "noun-regular" | "noun-same" | "propn-regular"
            | "adj-regular" | "adj-same" => 2..=2,
            _ => 0..=0,
        };
        assert!(wanted.contains(&columns.len()), "{line}");
        let mut words = columns.iter().flat_map(|column| column.split(' '));
        assert!(
            words
                .all(|word| !word.is_empty()
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
    for (pos, base, form) in exceptions::forms(exceptions::TSV) {
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
