use super::*;
use crate::model::window::Word;
use proptest::prelude::*;
use std::iter::once;

/// Words of one letter, as many as the longest test has.
const TEXT: &str =
    "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o p q r s t u";

fn labels(names: &str) -> Vec<Label> {
    names.split(' ').map(Label::parse).collect()
}

/// One sentence of words `a b c …`, one piece each, with the probabilities of the labels.
fn window(rows: &[Vec<f32>]) -> (Window, Scores) {
    let words: Vec<Word> =
        (0..rows.len()).map(|i| Word { span: Span::new(2 * i, 2 * i + 1), sentence: 0 }).collect();
    window_of(words, (0..rows.len() as u32).collect(), rows)
}

fn window_of(words: Vec<Word>, word_of: Vec<u32>, rows: &[Vec<f32>]) -> (Window, Scores) {
    let width = rows.len();
    let window =
        Window { ids: vec![0; width], token_types: vec![0; width], word_of, words, counted: 0..width };
    let values: Vec<f32> = rows.iter().flatten().map(|p| p.ln()).collect();
    let labels = rows.first().map_or(0, Vec::len);
    (window, Scores { rows: 1, width, labels, values })
}

fn show(mentions: &[RawMention]) -> String {
    let one = |m: &RawMention| format!("{}-{} {}", m.span.start / 2, m.span.end.div_ceil(2), m.entity_type);
    mentions.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn label_sequences_of_a_table() {
    const BIO: &str = "O B-PER I-PER B-ORG I-ORG";
    const IOBES: &str = "O B-PER I-PER E-PER S-PER";
    // Each word is given as its label, which gets 0.9, and perhaps a second one, which gets 0.09;
    // or with tenths of their own.
    let table = [
        (BIO, "B-PER I-PER O", "0-2 PER"),
        (BIO, "B-PER B-PER", "0-1 PER, 1-2 PER"),
        // Two names of one type side by side are less likely than one of two words.
        (BIO, "B-PER B-PER:6/I-PER:4", "0-2 PER"),
        (BIO, "B-PER B-ORG I-ORG", "0-1 PER, 1-3 ORG"),
        (BIO, "O O O", ""),
        // An I- after O becomes B- if that is the next best, …
        (BIO, "O I-PER/B-PER O", "1-2 PER"),
        // … or the word before joins it.
        (BIO, "O/B-PER I-PER O", "0-2 PER"),
        (BIO, "B-ORG I-PER/I-ORG O", "0-2 ORG"),
        (IOBES, "B-PER I-PER E-PER S-PER O", "0-3 PER, 3-4 PER"),
        (IOBES, "S-PER S-PER", "0-1 PER, 1-2 PER"),
        // B- cannot stand alone, nor a mention stay open at the end.
        (IOBES, "B-PER/S-PER O", "0-1 PER"),
        (IOBES, "B-PER I-PER/E-PER", "0-2 PER"),
        // BILOU by other letters.
        ("O B-PER I-PER L-PER U-PER", "B-PER L-PER U-PER", "0-2 PER, 2-3 PER"),
        // IOB1: B- only after a mention of its type, and not for every type.
        ("O B-PER I-PER I-ORG", "I-PER I-PER B-PER I-ORG O I-ORG", "0-2 PER, 2-3 PER, 3-4 ORG, 5-6 ORG"),
        // Bare labels: neighbours of one type are one mention.
        ("O PER ORG", "PER PER ORG O ORG", "0-2 PER, 2-3 ORG, 4-5 ORG"),
    ];
    for (set, words, expected) in table {
        let names: Vec<&str> = set.split(' ').collect();
        let rest = 0.01 / names.len() as f32;
        let row = |word: &str| {
            let mut row = vec![rest; names.len()];
            for (choice, usual) in word.split('/').zip([0.9, 0.09]) {
                let (name, p) = match choice.split_once(':') {
                    Some((name, tenths)) => (name, tenths.parse::<f32>().unwrap() / 10.0),
                    None => (choice, usual),
                };
                row[names.iter().position(|&n| n == name).unwrap()] = p;
            }
            row
        };
        let rows: Vec<Vec<f32>> = words.split(' ').map(row).collect();
        let (window, scores) = window(&rows);
        let found = Decoder::of(&labels(set), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
        assert_eq!(show(&found), expected, "{set}: {words}");
    }
}

#[test]
fn a_score_is_the_product_over_the_words() {
    let (window, scores) = window(&[vec![0.2, 0.8, 0.0], vec![0.5, 0.0, 0.5], vec![1.0, 0.0, 0.0]]);
    let found =
        Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
    assert_eq!(show(&found), "0-1 PER");
    assert!((found[0].score - 0.8).abs() < 1e-5);
    let (window, scores) = self::window(&[vec![0.2, 0.8, 0.0], vec![0.4, 0.0, 0.6]]);
    let found =
        Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
    assert!((found[0].score - 0.48).abs() < 1e-5);
}

#[test]
fn a_temperature_changes_scores_and_nothing_else() {
    let at = |temperature: f32, rows: &[Vec<f32>]| {
        let (window, scores) = window(rows);
        let decoder = Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First);
        let found = Decoder { temperature, ..decoder }.mentions(TEXT, once((&window, &scores)));
        (show(&found), found[0].score)
    };
    let rows = [vec![0.1, 0.9, 0.0], vec![0.8, 0.0, 0.2], vec![0.0, 1.0, 0.0]];
    // Odds of 9 to 1 are 3 to 1 at temperature 2, and 81 to 1 at 1/2.
    for (temperature, expected) in [(1.0, 0.9), (2.0, 0.75), (0.5, 81.0 / 82.0)] {
        let (found, score) = at(temperature, &rows);
        assert_eq!(found, "0-1 PER, 2-3 PER");
        assert!((score - expected).abs() < 1e-5, "{score} at {temperature}");
    }
}

#[test]
fn later_pieces_count_only_where_they_are_labelled() {
    let words = vec![Word { span: Span::new(0, 9), sentence: 0 }];
    let rows = [vec![0.6, 0.4, 0.0], vec![0.05, 0.0, 0.95]];
    let set = labels("O B-PER I-PER");
    let (window, scores) = window_of(words, vec![0, 0], &rows);
    let decode = |pieces| Decoder::of(&set, pieces).mentions(TEXT, once((&window, &scores))).len();
    assert_eq!((decode(LabelledPieces::First), decode(LabelledPieces::Every)), (0, 1));
}

#[test]
fn punctuation_at_the_ends_of_a_table() {
    let table = [
        ("Turkish anti-", "Turkish anti"),
        ("“Acme”,", "Acme"),
        ("- U.S. -", "U.S."),
        ("Workers'", "Workers'"),
        ("A/B", "A/B"),
        ("–", ""),
    ];
    for (text, expected) in table {
        assert_eq!(trimmed(Span::new(0, text.len()), text).of(text), expected, "{text}");
    }
}

#[test]
fn no_mention_crosses_the_border_of_a_sentence() {
    let words =
        vec![Word { span: Span::new(0, 1), sentence: 0 }, Word { span: Span::new(2, 3), sentence: 1 }];
    let rows = [vec![0.05, 0.9, 0.05], vec![0.01, 0.09, 0.9]];
    let (window, scores) = window_of(words, vec![0, 1], &rows);
    let found =
        Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
    assert_eq!(show(&found), "0-1 PER, 1-2 PER");
}

#[test]
fn scores_that_are_no_numbers_do_no_harm() {
    let nan = vec![f32::NAN; 3];
    let inf = vec![f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
    let (window, mut scores) = window(&[nan.clone(), inf.clone(), nan.clone()]);
    scores.values = [nan.clone(), inf, nan.clone()].concat();
    let found =
        Decoder::of(&labels("O B-PER I-PER"), LabelledPieces::First).mentions(TEXT, once((&window, &scores)));
    assert!(found.iter().all(|m| (0.0..=1.0).contains(&m.score)));
    let (window, mut scores) = self::window(&[nan.clone(), nan.clone()]);
    scores.values = [nan.clone(), nan].concat();
    let decoder = Decoder::of(&labels("B-PER I-PER O"), LabelledPieces::First);
    assert_eq!(show(&decoder.mentions(TEXT, once((&window, &scores)))), "");
}

proptest! {
    #[test]
    fn mentions_are_sorted_apart_and_inside(
        logits in prop::collection::vec(prop::collection::vec(-8f32..8.0, 9), 1..60),
        set in prop::sample::select(vec![
            "O B-PER I-PER B-ORG I-ORG B-LOC I-LOC B-MISC I-MISC",
            "O B-PER I-PER E-PER S-PER B-ORG I-ORG E-ORG S-ORG",
            "O I-PER I-ORG I-LOC B-LOC I-MISC B-MISC B-DATE I-DATE",
            "O PER ORG LOC MISC a b c d",
        ]),
        every in any::<bool>(),
    ) {
        let pieces = if every { LabelledPieces::Every } else { LabelledPieces::First };
        let width = logits.len();
        let words: Vec<Word> = (0..width.div_ceil(2))
            .map(|i| Word { span: Span::new(2 * i, 2 * i + 1), sentence: i / 7 })
            .collect();
        let (window, mut scores) = window_of(words, (0..width as u32).map(|t| t / 2).collect(), &logits);
        scores.values = logits.concat();
        let found = Decoder::of(&labels(set), pieces).mentions(TEXT, once((&window, &scores)));
        prop_assert!(found.windows(2).all(|w| w[0].span.end <= w[1].span.start));
        for mention in &found {
            prop_assert!((0.0..=1.0).contains(&mention.score));
            prop_assert!(!mention.span.is_empty() && mention.span.end <= width + 1);
            prop_assert_eq!(mention.span.start / 14, (mention.span.end - 1) / 14);
        }
    }
}
