use super::*;
use crate::error::Place;
use crate::relation::scope::{Phrase, Scopes};
use proptest::prelude::*;
use std::path::Path;

fn scopes() -> Scopes {
    let mut scopes = Scopes::default();
    let file = scopes.add(Path::new("x.toml"));
    for (name, text) in [("who", "SUBJ (, a ANY)?"), ("loop", "a <loop>"), ("bad", "a )")] {
        let phrase = Phrase { place: Place::file("x.toml"), text: text.into() };
        scopes.define_phrase(file, name, phrase);
    }
    for list in ["leader", "school", "x", "a"] {
        scopes.define_list(file, list);
    }
    scopes
}

fn parse(text: &str) -> Result<Node, PatternError> {
    super::parse(text, &scopes(), 0)
}

#[test]
fn patterns_read_back_as_written() {
    for pattern in [
        "SUBJ ,? (the | a)? ANY{0,2} @leader (of | at) the? OBJ",
        "OBJ/adj (president | prime minister) SUBJ",
        "SUBJ \"(\" OBJ \")\"",
        "^ SUBJ kill~ NUM{2,} (PER | ENT/adj)+ in* OBJ{1} $",
        "the OBJ 's president , SUBJ",
        "SUBJ=@school of LOC/adj=@x OBJ",
    ] {
        let node = parse(pattern).unwrap();
        assert_eq!(node.to_string(), pattern);
        assert_eq!(parse(&node.to_string()).unwrap(), node);
    }
}

#[test]
fn words_are_cut_as_sentences_are() {
    assert_eq!(
        parse("SUBJ U.S.-led Gov. president’s OBJ").unwrap().to_string(),
        "SUBJ u.s - led gov president 's OBJ"
    );
}

#[test]
fn phrases_stand_for_their_pattern() {
    assert_eq!(parse("<who> met OBJ").unwrap(), parse("SUBJ (, a ANY)? met OBJ").unwrap());
}

#[test]
fn broken_patterns_say_what_is_wrong() {
    let table = [
        ("", "empty"),
        ("SUBJ", "no OBJ"),
        ("SUBJ OBJ?", "may be missing"),
        ("SUBJ OBJ OBJ", "more than once"),
        ("SUBJ (x | OBJ)", "may be missing"),
        ("SUBJ+ OBJ", "more than once"),
        ("SUBJ (OBJ", "never closed"),
        ("SUBJ OBJ)", "closes nothing"),
        ("SUBJ \"OBJ", "never closed"),
        ("SUBJ ? OBJ", "follows nothing"),
        ("SUBJ ANY{0,1000} OBJ", "more than 50"),
        ("SUBJ ANY{x} OBJ", "no number"),
        ("SUBJ ANY{3,1} OBJ", "allows nothing"),
        ("SUBJ ANY{3 OBJ", "never closed"),
        ("SUBJ ANY?? OBJ", "two repetitions"),
        ("SUBJECT met OBJ", "`SUBJECT` is unknown"),
        ("SUBJ @Leader OBJ", "no name of a word list"),
        ("SUBJ ANY/adj OBJ", "can be /adj"),
        ("SUBJ ANY=@x OBJ", "no name that could"),
        ("SUBJ=@X OBJ", "no name of a word list"),
        ("SUBJ () OBJ", "empty"),
        ("SUBJ , ~ OBJ", "no inflections"),
        ("<whom> OBJ", "no phrase `<whom>`"),
        ("<who OBJ", "never closed"),
        ("<who> SUBJ OBJ", "more than once"),
        ("<loop> SUBJ OBJ", "too deeply"),
        ("<bad> SUBJ OBJ", "a `)` too many"),
    ];
    for (pattern, part) in table {
        let error = parse(pattern).unwrap_err();
        assert!(error.problem.contains(part), "{pattern}: {}", error.problem);
        assert!(!error.remedy.is_empty());
    }
    assert!(parse(&format!("{} SUBJ OBJ", "(".repeat(100_000))).is_err());
    assert!(parse_veto("(the | a)?", &scopes(), 0).is_err());
}

/// Any quotation mark is a mark of that kind, of which a pattern can hold all but the one that it quotes with.
#[test]
fn a_quotation_mark_comes_back() {
    for mark in ['`', '“', '»'] {
        let node = parse(&format!("SUBJ {mark}* OBJ")).unwrap();
        assert_eq!(parse(&node.to_string()), Ok(node));
    }
}

proptest! {
    #[test]
    fn parsing_never_panics(text in "(SUBJ|OBJ|ANY|MOD|=|@a|<who>|<|[a(){}|?*+^$~\"@, 0-9]|\\PC){0,40}") {
        if let Ok(node) = parse(&text) {
            prop_assert_eq!(parse(&node.to_string()), Ok(node));
        }
    }
}
