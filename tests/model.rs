//! The bundled model finds names in raw text.

use std::path::Path;

use triplewire::model::{EngineChoice, Model, Window};
use triplewire::text::sentences;

/// The mentions of a text, as `text/TYPE`, and their scores.
fn mentions(model: &Model, text: &str) -> Vec<(String, f32)> {
    let windows = model.windows(text, &sentences(text));
    let scores = model.score(&windows.iter().collect::<Vec<&Window>>()).expect("the engine runs");
    let found = model.decode(text, &windows, &scores);
    found.iter().map(|m| (format!("{}/{}", m.span.of(text), m.entity_type), m.score)).collect()
}

fn names(model: &Model, text: &str) -> String {
    mentions(model, text).into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ")
}

fn rten() -> Model {
    Model::open(Path::new("models/newswire"), EngineChoice::Rten, 1).expect("the bundled model opens")
}

#[test]
fn names_of_a_table() {
    let model = rten();
    let table = [
        (
            "Angela Merkel met Recep Tayyip Erdogan in Ankara on Monday.",
            "Angela Merkel/PER, Recep Tayyip Erdogan/PER, Ankara/LOC",
        ),
        ("The U.S. Senate voted on Tuesday.", "U.S. Senate/ORG"),
        ("He lives in the U.S. and works for Siemens.", "U.S./LOC, Siemens/ORG"),
        ("GERMANY BEATS FRANCE IN PARIS", "GERMANY/LOC, FRANCE/LOC, PARIS/LOC"),
        ("Sérgio Conceição flew from São Paulo to Milan.", "Sérgio Conceição/PER, São Paulo/LOC, Milan/LOC"),
        ("It rained all day, and nobody came.", ""),
        ("", ""),
    ];
    for (text, expected) in table {
        assert_eq!(names(&model, text), expected, "{text}");
    }
}

#[test]
fn the_fast_model_finds_clear_names() {
    let model = Model::open(Path::new("models/newswire-fast"), EngineChoice::Rten, 1).expect("it opens");
    let text =
        "Angela Merkel met Recep Tayyip Erdogan in Ankara. SIEMENS LEAVES RUSSIA.\nThe French Senate voted.";
    assert_eq!(
        names(&model, text),
        "Angela Merkel/PER, Recep Tayyip Erdogan/PER, Ankara/LOC, SIEMENS/ORG, RUSSIA/LOC, French/MISC, Senate/ORG"
    );
}

#[test]
fn scores_are_probabilities_and_clear_names_have_high_ones() {
    let found = mentions(&rten(), "Angela Merkel visited London.");
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|&(_, score)| (0.9..=1.0).contains(&score)), "{found:?}");
}

#[test]
fn a_name_at_the_end_of_a_long_sentence_is_found() {
    let model = rten();
    let text = format!("{} said Angela Merkel in Berlin.", "The price of oil rose, and ".repeat(60));
    assert!(text.len() > 1500);
    assert!(names(&model, &text).ends_with("Angela Merkel/PER, Berlin/LOC"));
}

#[test]
fn odd_characters_do_no_harm() {
    let model = rten();
    for text in [
        "\u{feff}Angela\u{a0}Merkel\0 visited Lon\u{ad}don\u{200b}.",
        "Ange\u{0301}la Merkel visited LONDON🔥!",
        "\u{202e}[SEP] Angela Merkel [CLS] visited London [PAD]",
    ] {
        let found = names(&model, text);
        assert!(found.contains("Merkel") && found.contains("/LOC"), "{text:?}: {found}");
    }
}
