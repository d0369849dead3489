use super::*;
use crate::entity::{Entity, EntityType, Mention, Origin};
use crate::relation::Bracketed;
use crate::relation::reader::Case;
use crate::text::Span;
use proptest::prelude::*;
use std::sync::LazyLock;

static BUILT_IN: LazyLock<Matcher> = LazyLock::new(|| Matcher::new(&RuleSet::built_in()).unwrap());

fn matcher(rules: &str) -> Matcher {
    Matcher::new(&RuleSet::of(rules)).unwrap()
}

fn triples(matcher: &Matcher, text: &str) -> String {
    let read = Bracketed::sentence(text);
    let found = matcher.relations(read.document());
    found.iter().map(|relation| read.told(relation)).collect::<Vec<_>>().join("; ")
}

const TABLE: &str = r#"
[lists]
organ = ["ministry", "armed forces"]
[[rule]]
id = "fights/x"
pattern = ["SUBJ fights OBJ", "SUBJ , ANY , fights OBJ", "SUBJ and OBJ clash", "^ OBJ fears SUBJ $", "SUBJ MOD MOD OBJ"]
score = 0.9
[[rule]]
id = "allied_with/x"
pattern = "SUBJ and OBJ are allies"
score = 0.5
[[rule]]
id = "allied_with/better"
pattern = ["SUBJ and OBJ are", "OBJ @det ally of SUBJ"]
score = 0.6
[[rule]]
id = "alias_of/x"
pattern = 'SUBJ "(" OBJ ")"'
score = 0.9
[[rule]]
id = "part_of/x"
pattern = "OBJ 's SUBJ=@organ"
score = 0.5
[[rule]]
id = "leads/adj"
pattern = ["OBJ/adj (gov | president) SUBJ", "SUBJ , president~ of OBJ -"]
score = 0.9
unless = "former OBJ/adj"
"#;

#[test]
fn a_title_before_a_list_is_the_first_names() {
    let rules = r#"
[[rule]]
id = "leads/adj"
pattern = "OBJ/adj @leader SUBJ"
granted = true
score = 0.9
[[rule]]
id = "works_for/adj"
pattern = "OBJ/adj (senators | leaders)? SUBJ"
granted = true
score = 0.9
"#;
    let matcher = matcher(rules);
    let table = [
        ("[LOC/adj Spanish] President [PER A], [PER B] and [PER C] met.", "A leads Spanish"),
        ("[LOC/adj Spanish] senators [PER A] and [PER B] met.", "A works_for Spanish; B works_for Spanish"),
    ];
    for (text, expected) in table {
        assert_eq!(triples(&matcher, text), expected, "{text}");
    }
}

#[test]
fn matches_of_a_table() {
    let matcher = matcher(TABLE);
    let table = [
        ("[LOC A] fights [LOC B].", "A fights B"),
        ("[LOC A] FIGHTS [LOC B].", "A fights B"),
        ("[LOC A] fights [LOC A].", ""),
        ("[LOC A] fights [MISC B].", ""),
        (
            "[LOC A], [LOC C] and [LOC B] fight; [LOC D] and the [LOC E] fights [LOC F].",
            "D fights F; E fights F",
        ),
        ("[LOC A] fights [LOC B], [LOC C] and [LOC D].", "A fights B; A fights C; A fights D"),
        // Commas alone make no list.
        ("[LOC A] fights [LOC B], [LOC C].", "A fights B"),
        ("[LOC A], [LOC B] and [LOC C] clash.", "A fights B; A fights C; B fights C"),
        ("[LOC A], strong, fights [LOC B].", "A fights B"),
        ("\"[LOC A] fears [LOC B]!\"", "B fights A"),
        ("So [LOC A] fears [LOC B].", ""),
        ("[LOC A] old red [LOC B], [LOC C] of red [LOC D].", "A fights B"),
        ("[LOC A] 2,600,000 old [LOC B], [LOC C] 26, 27 [LOC D].", "A fights B"),
        // Once for both directions, by the better rule.
        ("[LOC A] and [LOC B] are allies.", "A allied_with B"),
        ("[LOC B] an ally of [LOC A].", "B allied_with A"),
        ("The [ORG Alpha Beta] ([ORG AB]).", "Alpha Beta alias_of AB"),
        ("The [ORG AB] ([ORG AB]).", ""),
        ("[LOC A]'s [ORG Ministry of War].", "Ministry of War part_of A"),
        ("[LOC A]'s [ORG Royal Armed Forces] and [ORG War Bank].", ""),
        (
            "[LOC A]'s [ORG War Ministry] and [ORG Ministry of Fun].",
            "War Ministry part_of A; Ministry of Fun part_of A",
        ),
        ("[LOC A]'s [ORG War Bank].", ""),
        ("[LOC/adj Turkish] Gov. [PER Ana] left.", "Ana leads Turkish"),
        ("Former [LOC/adj Turkish] Gov. [PER Ana] left.", ""),
        ("[LOC Turkey] Gov. [PER Ana] left.", ""),
        ("[PER Ana], presidents of [LOC Turkey]-based firms.", "Ana leads Turkey"),
    ];
    for (text, expected) in table {
        assert_eq!(triples(&matcher, text), expected, "{text}");
    }
}

#[test]
fn without_punctuation_rules_are_careful() {
    let matcher = matcher(
        r#"
[[rule]]
id = "leads/plain"
pattern = "OBJ president SUBJ"
punctuated = true
score = 0.9
[[rule]]
id = "fights/far"
pattern = "SUBJ fights ANY* OBJ"
score = 0.9
"#,
    );
    let table = [
        ("[LOC Iraq] president [PER Ana] said that she was not going to resign so soon.", "Ana leads Iraq"),
        ("The troops went to [LOC Iraq] president [PER Ana] said that they would stay there", ""),
        ("[ORG Acme] fights a b c d e f g h i j [ORG Bolt]", "Acme fights Bolt"),
        ("[ORG Acme] fights a b c d e f g h i j k l [ORG Bolt]", ""),
        ("[ORG Acme] fights a b c d e f g h i j k l [ORG Bolt].", "Acme fights Bolt"),
    ];
    for (text, expected) in table {
        assert_eq!(triples(&matcher, text), expected, "{text}");
    }
}

#[test]
fn workers_can_share_a_matcher() {
    fn shared<T: Send + Sync>() {}
    shared::<Matcher>();
}

#[test]
fn every_built_in_pattern_can_be_compiled() {
    for pattern in &BUILT_IN.patterns.patterns {
        assert!(pattern.regex.get(&BUILT_IN.lexicon).is_some(), "{}", BUILT_IN.rules[pattern.rule].id);
    }
    assert!(
        BUILT_IN
            .rules
            .iter()
            .flat_map(|rule| &rule.unless)
            .all(|unless| unless.get(&BUILT_IN.lexicon).is_some())
    );
}

#[test]
fn the_best_rule_wins_and_less_sure_names_score_less() {
    let matcher = matcher(TABLE);
    let mut read = Bracketed::sentence("[LOC A] and [LOC B] are allies.");
    let mut last = 1.0;
    // A model's names are trusted less where it is sure, and more where it is not.
    let names = [(Origin::Given, 1.0, 1.0), (Origin::Model, 1.0, 0.9025), (Origin::Model, 0.16, 0.361)];
    for (origin, score, trusted) in names {
        for mention in &mut read.mentions {
            *mention = Mention { score, origin, ..mention.clone() };
        }
        read.mentions[1].score = 1.0;
        let relations = matcher.relations(read.document());
        assert_eq!(relations.len(), 1);
        let Relation { rule, evidence, score, sentence, .. } = &relations[0];
        assert_eq!(&**rule, "allied_with/better");
        assert_eq!(*sentence, Span::new(0, read.text.len()));
        assert!((evidence.names - trusted).abs() < 1e-6 && evidence.rule == 0.6, "{evidence:?}");
        assert_eq!(*score, Calibration::default().score(evidence));
        assert!(*score < last);
        last = *score;
    }
}

#[test]
fn who_has_a_better_rival_scores_less() {
    let matcher = matcher(
        r#"
[[rule]]
id = "leads/head"
pattern = "SUBJ , head of OBJ"
score = 0.9
[[rule]]
id = "leads/near"
pattern = "OBJ (, | met | and){1,2} SUBJ"
score = 0.7
"#,
    );
    let found = |text: &str| {
        let read = Bracketed::sentence(text);
        let of = |relation: &Relation| (read.told(relation), relation.evidence.rivals, relation.score);
        matcher.relations(read.document()).iter().map(of).collect::<Vec<_>>()
    };
    let [alone] = &found("[ORG Acme] met [PER Bo Lee].")[..] else { panic!() };
    let [head, rival] = &found("[PER Ana Ruiz], head of [ORG Acme], met [PER Bo Lee].")[..] else { panic!() };
    assert_eq!((head.1, rival.1, alone.1), (0, 1, 0));
    assert!(rival.2 < alone.2, "{rival:?} {alone:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Any text, any mentions, even overlapping or in the wrong sentence.
    #[test]
    fn nothing_panics(
        words in prop::collection::vec("(president|of|,|killed|the|\"|\\(|\\)|and|'s|in|\\PC{1,3})", 0..60),
        cuts in prop::collection::vec((0usize..300, 0usize..30, 0usize..5, any::<bool>()), 0..12),
        sorted in any::<bool>(),
    ) {
        let text = words.join(" ");
        let ends = |at: usize| (0..=at.min(text.len())).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
        let types = [EntityType::Per, EntityType::Org, EntityType::Loc, EntityType::Date, EntityType::Other("X")];
        let mut mentions: Vec<Mention> = cuts.iter().enumerate().map(|(i, &(start, length, entity_type, demonym))| {
            let (start, end) = (ends(start), ends(start + length));
            Mention {
                span: Span::new(start, end.max(start)),
                name: Span::new(start, end.max(start)),
                sentence: i % 2,
                entity_type: types[entity_type],
                score: 1.0,
                origin: Origin::Model,
                entity: i % 4,
                demonym,
            }
        }).collect();
        if sorted {
            mentions.sort_by_key(|m| m.span);
            mentions.iter_mut().for_each(|m| m.sentence = 0);
        }
        let entities: Vec<Entity> = (0..3).map(|i| Entity {
            id: i.to_string(), name: i.to_string(), entity_type: types[i], external_id: None,
        }).collect();
        let sentences = [Span::new(0, ends(200)), Span::new(ends(200), text.len())];
        let document = Document { text: &text, sentences: &sentences, mentions: &mentions, entities: &entities, syntax: &[] };
        for relation in BUILT_IN.relations(document) {
            prop_assert!(relation.subject != relation.object);
            prop_assert!((0.0..=1.0).contains(&relation.score));
        }
    }
}

fn long_sentence(words: usize) -> Bracketed {
    let unit = "[LOC/adj Turkish] police killed [PER Ana Ruiz], president of [ORG Acme], and [PER Bo Lee] met in \
                [LOC Bolt], [LOC Ohio], with officials who said nothing of the attack by [ORG Reds] ";
    Bracketed::sentence(&unit.repeat(words / 31))
}

/// A method whose time grew with the square of the words would not come to an end here.
#[test]
fn a_sentence_of_a_hundred_thousand_words_has_the_relations_of_its_pieces() {
    let words = 100_000;
    let read = long_sentence(words);
    // Each piece tells its triples, however often it repeats them.
    assert!(BUILT_IN.relations(read.document()).len() > words / 300);
}

#[test]
fn a_sentence_gives_a_triple_once_by_its_nearest_names() {
    let text = "[PER Ana Ruiz] and guards say [PER Ana Ruiz] fights [ORG Acme], and [PER Ana Ruiz] fights [ORG Acme].";
    let found = matcher(TABLE).relations(Bracketed::sentence(text).document()).len();
    assert_eq!(found, 1);
}

#[test]
fn of_a_list_of_two_hundred_names_the_first_thirty_are_matched() {
    let names: Vec<String> = (0..200).map(|i| format!("[PER Name{i}]")).collect();
    let matcher = matcher(TABLE);
    let text = format!("{} and [PER Last] clash.", names.join(", "));
    let found = matcher.relations(Bracketed::sentence(&text).document());
    assert_eq!(found.len(), line::LONGEST_COORDINATION * (line::LONGEST_COORDINATION - 1) / 2);
    let text = format!("{} fights [LOC Peru].", names.join(" fights "));
    // One pair is lost where the sentence is cut into pieces.
    assert_eq!(matcher.relations(Bracketed::sentence(&text).document()).len(), 199);
}

/// What the second reader of `tests/reference/reader` and a rule find of its sentence.
fn with_second(rules: &str, asked: Learned, least: Option<f32>) -> Vec<(String, f32)> {
    let (reader, Case { text, sentence, .. }) = Case::read();
    let mut read = Bracketed::sentence(
        "[PER Ana Ruiz] , head of [ORG Acme] in [LOC Lima] met [PER Bo Lee] , who left [LOC Spain] . ",
    );
    assert_eq!(read.text, text);
    read.syntax = vec![sentence];
    let mut set = RuleSet::of(rules);
    set.set_least_score(least);
    let found = Matcher::new(&set).unwrap().with_reader(reader, asked).relations(read.document());
    let told = |r: &Relation| (format!("{} ({})", read.told(r), r.rule), r.score);
    found.iter().map(told).collect()
}

#[test]
fn the_second_reader_adds_what_no_rule_finds_and_hides_nothing() {
    const RULE: &str = r#"
            [[rule]]
            id = "works_for/x"
            pattern = "SUBJ , head of OBJ"
            score = 0.6
            yes = ["[PER Ana Ruiz], head of [ORG Acme], left."]
        "#;
    let rules_alone = with_second(RULE, Learned::Off, None);
    assert_eq!(rules_alone.len(), 1, "{rules_alone:?}");
    let all = with_second(RULE, Learned::Add, Some(0.0));
    assert!(all.contains(&rules_alone[0]), "{all:?}");
    let learned: Vec<_> = all.iter().filter(|(told, _)| told.contains("(learned/")).collect();
    assert_eq!(learned.len(), all.len() - 1);
    assert!(!learned.is_empty());
    let of_known_pair = |told: &str| told.starts_with("Ana Ruiz ") && told.contains(" Acme (");
    assert!(!learned.iter().any(|(told, _)| of_known_pair(told)), "{all:?}");
    for (told, _) in learned {
        let predicate = told.split("(learned/").nth(1).unwrap().trim_end_matches(')');
        assert!(told.contains(&format!(" {predicate} ")), "{told}");
    }
    // Less is told where more is asked for, and what a rule finds is doubted only where that is asked for.
    assert!(with_second(RULE, Learned::Add, None).len() < all.len());
    assert_eq!(with_second(RULE, Learned::Check, Some(0.0)).len(), 1);
}
