//! Tables of whole cases, properties, and the registry tests of the built-in tables.

use proptest::prelude::*;

use super::*;
use crate::text::{RawMention, Span, sentences};

/// `We met [PER Ana Ruiz].` as text and mentions; `[PER? ...]` is a mention of score 0.5.
fn marked(line: &str) -> (String, Vec<RawMention>) {
    let line = line.replace("\\n", "\n");
    let mut text = String::new();
    let mut raw = Vec::new();
    let mut rest = line.as_str();
    while let Some((before, after)) = rest.split_once('[') {
        let (inside, after) = after.split_once(']').expect("a bracket is closed");
        let (label, name) = inside.split_once(' ').expect("[TYPE name]");
        text.push_str(before);
        let span = Span::new(text.len(), text.len() + name.len());
        text.push_str(name);
        let score = if label.ends_with('?') { 0.5 } else { 0.99 };
        raw.push(RawMention { span, entity_type: EntityType::named(label.trim_end_matches('?')), score });
        rest = after;
    }
    text.push_str(rest);
    (text, raw)
}

/// The entities as the tables write them: `TYPE name: mention, mention | ...`; a mention that is not
/// the model's has a `+`, a demonym a `~`, and one of a type other than its entity's says so.
fn groups(text: &str, names: &Names) -> String {
    let of_entity = |number: usize| {
        let mentions: Vec<String> = names
            .mentions
            .iter()
            .filter(|m| m.entity == number)
            .map(|m| {
                let mut shown = m.span.of(text).to_owned();
                if m.entity_type != names.entities[number].entity_type && !m.demonym {
                    shown = format!("{}/{shown}", m.entity_type);
                }
                shown.push_str(if m.demonym { "~" } else { "" });
                shown.push_str(if m.origin == Origin::Aliases { "+" } else { "" });
                shown
            })
            .collect();
        let entity = &names.entities[number];
        format!("{} {}: {}", entity.entity_type, entity.name, mentions.join(", "))
    };
    (0..names.entities.len()).map(of_entity).collect::<Vec<_>>().join(" | ")
}

#[test]
fn cases_of_the_table() {
    let aliases = Aliases::built_in();
    let mut wrong = Vec::new();
    for (number, line) in include_str!("tests/names.tsv").lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (marked_text, expected) = line.split_once('\t').expect("two columns");
        let (text, raw) = marked(marked_text);
        let names = resolve(&aliases, &text, &sentences(&text), &[], raw);
        let found = groups(&text, &names);
        if found != expected.trim() {
            wrong.push(format!(
                "line {}: {text}\n  expected {}\n     found {found}",
                number + 1,
                expected.trim()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// Every built-in row as `(entity, alias, type, rule, flags, id)`.
fn rows() -> Vec<[String; 6]> {
    let mut rows = Vec::new();
    for (file, content) in super::aliases::BUILT_IN {
        let mut reader = csv::Reader::from_reader(content.as_bytes());
        for record in reader.records() {
            let record = record.unwrap();
            let cell = |at: usize| record.get(at).unwrap_or("").to_owned();
            assert_eq!(record.len(), 6, "{file}: {record:?}");
            rows.push([cell(0), cell(1), cell(2), cell(3), cell(4), cell(5)]);
        }
    }
    rows
}

#[test]
fn built_in_rows_are_well_formed() {
    let mut seen = std::collections::BTreeSet::new();
    for row in rows() {
        let [entity, alias, entity_type, rule, ..] = &row;
        for cell in [entity, alias] {
            assert!(!cell.is_empty() && cell.trim() == cell && !cell.contains("  "), "{row:?}");
        }
        assert!(matches!(entity_type.as_str(), "PER" | "ORG" | "LOC" | "MISC"), "{row:?}");
        assert_eq!(rule, "same", "{row:?}");
        assert!(seen.insert((entity.clone(), alias.clone())), "twice: {row:?}");
    }
}

#[test]
fn every_entity_has_its_own_name_and_one_type() {
    let rows = rows();
    let mut types = std::collections::BTreeMap::new();
    for [entity, _, entity_type, ..] in &rows {
        assert_eq!(types.entry(entity).or_insert(entity_type), &entity_type, "{entity}");
        assert!(rows.iter().any(|[e, alias, ..]| e == entity && alias == entity), "{entity}");
    }
}

#[test]
fn no_alias_is_of_two_entities_unless_it_says_so() {
    let rows = rows();
    let key_of = |alias: &str| super::fold::key(alias);
    let declared: std::collections::BTreeSet<String> = rows
        .iter()
        .filter(|row| row[4].contains("ambiguous") || row[4].contains("namesake"))
        .map(|row| key_of(&row[1]))
        .collect();
    let mut owners: std::collections::BTreeMap<String, (String, String)> = Default::default();
    for [entity, alias, entity_type, ..] in rows {
        if declared.contains(&key_of(&alias)) {
            continue;
        }
        // A name of two types is told apart by the model's type.
        let key = format!("{} {entity_type}", key_of(&alias));
        let owner = owners.entry(key).or_insert_with(|| (entity.clone(), alias.clone()));
        assert_eq!(owner.0, entity, "{alias} and {}", owner.1);
    }
}

#[test]
fn every_country_has_a_demonym() {
    let mut countries: std::collections::BTreeMap<String, bool> = Default::default();
    let mut reader = csv::Reader::from_reader(super::aliases::BUILT_IN[0].1.as_bytes());
    for record in reader.records() {
        let record = record.unwrap();
        *countries.entry(record[0].to_owned()).or_default() |= record[4].contains("demonym");
    }
    assert!(countries.len() >= 195, "{}", countries.len());
    for (country, demonym) in countries {
        // Nothing is called after this one.
        assert!(demonym || country == "Vatican City", "{country}");
    }
}

#[test]
fn built_in_ids_are_of_wikidata_and_of_one_entity_each() {
    let id = regex::Regex::new("^Q[1-9][0-9]*$").unwrap();
    let mut of = std::collections::BTreeMap::new();
    for [entity, _, entity_type, .., external_id] in rows().iter().filter(|row| !row[5].is_empty()) {
        assert!(id.is_match(external_id), "{entity}: {external_id}");
        let other = of.insert(external_id.clone(), (entity.clone(), entity_type.clone()));
        assert_eq!(other, None, "{external_id} is also that of {entity}");
    }
    let countries: std::collections::BTreeSet<String> = {
        let mut reader = csv::Reader::from_reader(super::aliases::BUILT_IN[0].1.as_bytes());
        reader.records().map(|record| record.unwrap()[0].to_owned()).collect()
    };
    for country in countries {
        assert!(of.values().any(|(entity, _)| *entity == country), "{country} has no id");
    }
}

#[test]
fn entities_have_the_ids_of_the_tables() {
    let mut aliases = Aliases::built_in();
    let file = tempfile::NamedTempFile::new().unwrap();
    let table = "entity,alias,rule,id\nZorin Works,Zorin,same,ZW-7\nDaesh,Islamic State,same,\nTurkey,Turkiye,same,TR\n";
    std::fs::write(file.path(), table).unwrap();
    aliases.add_file(file.path()).unwrap();
    let (text, raw) =
        marked("[ORG Zorin] and [ORG ISIS] and [MISC Turkish] men and [LOC France] and [ORG Acme].");
    let names = resolve(&aliases, &text, &sentences(&text), &[], raw);
    let ids: Vec<(&str, Option<&str>)> =
        names.entities.iter().map(|entity| (entity.name.as_str(), entity.external_id.as_deref())).collect();
    assert_eq!(
        ids,
        [
            ("Zorin Works", Some("ZW-7")),
            // Another name for it is no other thing.
            ("Daesh", Some("Q2429253")),
            ("Turkey", Some("TR")),
            ("France", Some("Q142")),
            ("Acme", None),
        ]
    );
}

#[test]
fn a_user_table_wins() {
    let table = [
        // (table, text, groups)
        (
            "entity,alias,type,rule\nDaesh,Islamic State,ORG,same\n",
            "[ORG ISIS] and [ORG Islamic State] and [ORG Daesh].",
            "ORG Daesh: ISIS, Islamic State, Daesh",
        ),
        (
            "entity,alias,type,rule\nDaesh,the Caliphate,ORG,same\n",
            "ISIS and the Caliphate.",
            "ORG Daesh: ISIS+, the Caliphate+",
        ),
        (
            "entity,alias,type,rule\nOttoman Turkey,Turks,MISC,same\n",
            "Turks and Turkey.",
            "MISC Ottoman Turkey: Turks+ | LOC Turkey: Turkey+",
        ),
        (
            "entity,alias,rule\nZorin Works,Zorin,same\n",
            "[ORG Zorin] and [ORG Zorin Works] and Zorin.",
            "ORG Zorin Works: Zorin, Zorin Works",
        ),
        (
            "entity,alias,type,rule\nIslamic State,Daesh,,never\n",
            "[ORG Islamic State] and [ORG Daesh] and [ORG ISIS].",
            "ORG Islamic State: Islamic State, ISIS | ORG Daesh: Daesh",
        ),
        (
            "entity,alias,type,rule\nAna Ruiz,Ruiz,,never\n",
            "[PER Ana Ruiz] and [PER Ruiz].",
            "PER Ana Ruiz: Ana Ruiz | PER Ruiz: Ruiz",
        ),
        // Also where the article names another bearer, but in no mention that names them.
        (
            "entity,alias,type,rule\nAna Ruiz,Ruiz,PER,same\n",
            "[PER Ana Ruiz] met [PER Leo Ruiz]. [PER Ruiz] left.",
            "PER Ana Ruiz: Ana Ruiz, Ruiz | PER Leo Ruiz: Leo Ruiz",
        ),
        (
            "entity,alias,type,rule\nAna Ruiz,Ruiz,PER,same\n",
            "[PER Leo Ruiz] left. [PER Ruiz] spoke.",
            "PER Leo Ruiz: Leo Ruiz | PER Ana Ruiz: Ruiz",
        ),
        // As spreadsheets of many countries write it.
        (
            "\u{feff}entity;alias;type;rule\r\nZorin Works;Zorin;ORG;same\r\n",
            "[ORG Zorin] rose.",
            "ORG Zorin Works: Zorin",
        ),
        // Decisions hold through others; those not taken say nothing.
        (
            "decision,entity,alias,type,new_name\nsame,Zorin Works,Zorin,ORG,\nsame,ZW,Zorin,ORG,\n,Zorin,Acme,ORG,\n",
            "[ORG ZW] rose. [ORG Zorin] fell. [ORG Acme] stayed.",
            "ORG Zorin Works: ZW, Zorin | ORG Acme: Acme",
        ),
        (
            "decision,entity,alias,type,new_name\nrename,Zorin,,ORG,Zorin Group\nsame,Zorin,ZW,ORG,\n",
            "[ORG ZW] rose. [ORG Zorin] fell.",
            "ORG Zorin Group: ZW, Zorin",
        ),
        (
            "decision,entity,alias,type,new_name\ndrop,Image,,,\n",
            "[PER Image] shows [PER Ana Ruiz].",
            "PER Ana Ruiz: Ana Ruiz",
        ),
        (
            "entity,alias,type,rule,flags\nFreedonia,Freedonian,LOC,same,demonym\n",
            "Freedonian men in Freedonia.",
            "LOC Freedonia: Freedonian~+, Freedonia+",
        ),
    ];
    for (content, line, expected) in table {
        let mut aliases = Aliases::built_in();
        let before = aliases.hash();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        aliases.add_file(file.path()).unwrap();
        assert_ne!(aliases.hash(), before);
        let (text, raw) = marked(line);
        assert_eq!(
            groups(&text, &resolve(&aliases, &text, &sentences(&text), &[], raw)),
            expected,
            "{content}"
        );
    }
}

#[test]
fn a_wrong_user_table_is_explained() {
    let table = [
        ("", "there is no column entity, and no column alias, and no column rule"),
        ("entity,alias,type\nA,B,ORG\n", "line 1: there is no column rule"),
        ("entity,alias,type,rule\nAcme,Acme Inc,FIRM,same\n", "line 2: `FIRM` is no type. Write PER, ORG"),
        ("entity,alias,type,rule\nAcme,Acme Inc,ORG,is\n", "line 2: `is` is no rule. Write same or never"),
        ("entity,alias,type,rule\nAcme,A1,ORG,same\n\nAcme, ,ORG,same\n", "line 4: the cell alias is empty"),
        ("entity,alias,type,rule\n,Acme Inc,ORG,same\n", "line 2: the cell entity is empty"),
        (
            "entity,alias,type,rule\nA1,B1,,same\nB1,A1,,never\n",
            "line 3: line 2 says that the two are the same",
        ),
        ("entity,alias,type,rule\nA1,B1,,never\nB1,A1,,same\n", "line 3: line 2 says never"),
        (
            "entity,alias,type,rule\nA1,B1,,same\nA2,B1,,same\n",
            "line 3: \"B1\" is \"A2\" here and \"A1\" in line 2",
        ),
        (
            "entity,alias,type,rule\nA1,B1,ORG,same\nA1,B2,PER,same\n",
            "line 3: \"A1\" is PER here and ORG in line 2",
        ),
        ("entity,alias,type,rule\nA1,a1,,never\n", "line 2: \"A1\" and \"a1\" are the same name"),
        ("entity,alias,type,rule,flags\nA1,B1,,same,fuzzy\n", "line 2: `fuzzy` is no flag"),
        (
            "entity,alias,rule,id\nA1,B1,same,X1\nA1,B2,same,\nA1,B3,same,X2\n",
            "line 4: \"A1\" has the id X2 here and X1 in line 2. Give an entity one id",
        ),
        ("decision,entity,alias\nmaybe,A1,B1\n", "line 2: `maybe` is no decision. Write same, never, drop"),
        ("decision,entity,alias\nrename,A1,\n", "line 2: no column new_name"),
        (
            "decision,entity,alias\nsame,A1,B1\nsame,B1,C1\nnever,A1,C1\n",
            "line 4: never for \"A1\" and \"C1\", which line 2 and others make the same",
        ),
        ("entity,alias,type,rule\nA1,B\u{0}1\n", "line 2: the cell rule is empty"),
    ];
    for (content, expected) in table {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let error = Aliases::built_in().add_file(file.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{content:?}: {error}");
        assert!(error.contains(&file.path().display().to_string()), "{error}");
    }
    let missing = Aliases::built_in().add_file(std::path::Path::new("no/such.csv")).unwrap_err();
    assert!(missing.to_string().contains("no/such.csv"));
}

/// Texts that are full of names, brackets and oddities, with mentions anywhere.
fn article() -> impl Strategy<Value = (String, Vec<(usize, usize, u8, f32)>)> {
    const PIECES: &[&str] = &[
        "Recep Tayyip Erdoğan",
        "Erdogan",
        "Mr. Erdogan's",
        "ERDOGAN",
        "Islamic State",
        "IS",
        "(IS)",
        "ISIS",
        "Kurdistan Workers’ Party",
        "(PKK)",
        "PKK",
        "the U.S.",
        "US",
        "Turkish",
        "Turkey",
        "TURKEY SAYS SO.",
        "Acme Corp.",
        "Acme",
        "in 1951",
        "on March 3, 1951",
        "met",
        "and",
        ".",
        "\n",
        "\n\n",
        "“",
        "é\u{301}",
        "İ",
        "각",
        "MIT",
        "Dominican",
        "Congo",
        "(",
        ")",
        ",",
        "'s",
        "-",
        "Ana Ruiz",
        "Ruiz",
        "Ana",
        "of",
    ];
    let text = prop::collection::vec((prop::sample::select(PIECES), prop::bool::weighted(0.8)), 0..40);
    let text = text.prop_map(|pieces| {
        pieces.into_iter().map(|(piece, blank)| format!("{piece}{}", if blank { " " } else { "" })).collect()
    });
    (text, prop::collection::vec((0..400usize, 1..30usize, 0..6u8, 0.3f32..1.0), 0..12))
}

fn raw_mentions(text: &str, spans: &[(usize, usize, u8, f32)]) -> Vec<RawMention> {
    let types = [
        EntityType::Per,
        EntityType::Org,
        EntityType::Loc,
        EntityType::Misc,
        EntityType::Date,
        EntityType::Org,
    ];
    let inside = spans.iter().filter_map(|&(start, len, of, score)| {
        let floor =
            |at: usize| (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let (start, end) = (floor(start), floor(start + len));
        let entity_type = types[usize::from(of)];
        (start < end).then(|| RawMention { span: Span::new(start, end), entity_type, score })
    });
    inside.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn names_are_consistent((text, spans) in article()) {
        let aliases = shared();
        let sentences = sentences(&text);
        let names = resolve(aliases, &text, &sentences, &[], raw_mentions(&text, &spans));
        let mut at = 0;
        let mut next = 0;
        for mention in &names.mentions {
            prop_assert!(mention.span.start >= at && !mention.span.is_empty());
            prop_assert!(text.is_char_boundary(mention.span.start) && text.is_char_boundary(mention.span.end));
            prop_assert!(sentences[mention.sentence].contains(mention.span));
            prop_assert!(mention.entity < names.entities.len());
            prop_assert!((0.0..=1.0).contains(&mention.score));
            prop_assert!(mention.entity <= next, "entities in order of their first mention");
            next = next.max(mention.entity + 1);
            at = mention.span.end;
        }
        prop_assert_eq!(next, names.entities.len());
        let mut ids: Vec<&str> = names.entities.iter().map(|e| e.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), names.entities.len());
        for entity in &names.entities {
            prop_assert!(!entity.name.is_empty() && entity.id.len() == 13 && entity.id.starts_with('e'));
        }
    }

    #[test]
    fn names_are_idempotent((text, spans) in article()) {
        let aliases = shared();
        let sentences = sentences(&text);
        let once = resolve(aliases, &text, &sentences, &[], raw_mentions(&text, &spans));
        let again = once.mentions.iter().map(|m| RawMention {
            span: m.span,
            entity_type: m.entity_type,
            score: m.score,
        });
        let twice = resolve(aliases, &text, &sentences, &[], again.collect());
        let spans = |names: &Names| names.mentions.iter().map(|m| (m.span, m.entity)).collect::<Vec<_>>();
        prop_assert_eq!(spans(&once), spans(&twice));
        prop_assert_eq!(&once.entities, &twice.entities);
    }
}

fn shared() -> &'static Aliases {
    static ALIASES: std::sync::LazyLock<Aliases> = std::sync::LazyLock::new(Aliases::built_in);
    &ALIASES
}

#[test]
fn hand_labelled_names_are_cut_like_the_programs() {
    let aliases = Aliases::built_in();
    let table = [
        ("President Ruiz.", EntityType::Per, "Ruiz"),
        ("Bo Lind", EntityType::Per, "Bo Lind"),
        ("John F.", EntityType::Per, "John F."),
        ("U.S.", EntityType::Loc, "U.S."),
        ("Acme Corp.", EntityType::Org, "Acme Corp."),
        ("the Bolt Bank.", EntityType::Org, "Bolt Bank"),
        ("Peru.", EntityType::Loc, "Peru"),
    ];
    for (name, entity_type, expected) in table {
        let span = super::clean_name(&aliases, name, Span::new(0, name.len()), entity_type);
        assert_eq!(span.map(|span| span.of(name)), Some(expected));
    }
}
