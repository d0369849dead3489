use super::*;
use crate::model::MadeUp;
use proptest::prelude::*;

const TAGS: [&str; 3] = ["NOUN", "VERB", "ADP"];
const RELATIONS: [&str; 8] =
    ["part", "root", "nsubj", "nsubj:pass", "csubj", "obj", "obl", "no:relation of universal dependencies"];

fn parser() -> Parser {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Parser::new(&SyntaxOutputs {
        tags: names(&TAGS),
        relations: names(&RELATIONS),
        ..SyntaxOutputs::default()
    })
}

/// A sentence whose words stand apart, and its scores: of each word tag, relation and head (itself for the root),
/// each scored 5 and all else 0.
fn scored(words: &[(&str, &str, &str, usize)]) -> (String, SyntaxScores) {
    let mut text = String::new();
    let one = |at: usize, count: usize| (0..count).map(|i| if i == at { 5.0 } else { 0.0 }).collect();
    let place = |names: &[&str], name: &str| names.iter().position(|it| *it == name).unwrap();
    let mut rows = Vec::new();
    for &(word, tag, relation, head) in words {
        let span = Span::new(text.len(), text.len() + word.len());
        text = text + word + " ";
        let tags: Vec<f32> = one(place(&TAGS, tag), TAGS.len());
        let relations: Vec<f32> = one(place(&RELATIONS, relation), RELATIONS.len());
        rows.push(MadeUp { span, tags, relations, first_head: 0, heads: one(head, words.len()) });
    }
    (text, SyntaxScores::made_up(rows))
}

/// Words as `word/relation/head`.
fn written(text: &str, sentence: &Sentence) -> String {
    let word = |word: &Word| {
        let head = word.head.map_or("-", |head| sentence.words[head].span.of(text));
        format!("{}/{}/{head}", word.span.of(text), word.relation)
    };
    sentence.words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_best_tags_heads_and_relations_are_taken() {
    let (text, scores) = scored(&[
        ("Dogs", "NOUN", "nsubj", 1),
        ("chase", "VERB", "root", 1),
        ("cats", "NOUN", "obj", 1),
        ("in", "ADP", "no:relation of universal dependencies", 4),
        ("gardens", "NOUN", "obl", 1),
    ]);
    let sentence = parser().parse(&text, &scores, &[]);
    let expected = "Dogs/nsubj/chase chase/root/- cats/obj/chase in/dep/gardens gardens/obl/chase";
    assert_eq!(written(&text, &sentence), expected);
    let [dogs, chase, ..] = &sentence.words[..] else { panic!("five words") };
    assert_eq!((dogs.pos, &*dogs.lemma, chase.pos), (Pos::Noun, "dog", Pos::Verb));
}

#[test]
fn the_words_of_a_name_hang_together() {
    let words = [
        ("Bank", "NOUN", "nsubj", 3),
        ("of", "ADP", "obl", 3),
        ("Lima", "NOUN", "obl", 1),
        ("fell", "VERB", "root", 3),
    ];
    let (text, scores) = scored(&words);
    let apart = parser().parse(&text, &scores, &[]);
    assert_eq!(written(&text, &apart), "Bank/nsubj/fell of/obl/fell Lima/obl/of fell/root/-");
    let name = Span::new(0, "Bank of Lima".len());
    let together = parser().parse(&text, &scores, &[name]);
    assert_eq!(written(&text, &together), "Bank/nsubj/fell of/obl/Bank Lima/obl/of fell/root/-");
}

#[test]
fn a_verb_has_one_subject_and_one_object() {
    let (text, mut scores) = scored(&[
        ("we", "NOUN", "nsubj", 2),
        ("dogs", "NOUN", "nsubj", 2),
        ("chase", "VERB", "root", 2),
        ("cats", "NOUN", "obj", 2),
        ("mice", "NOUN", "obj", 2),
    ]);
    // "we" is the surer subject and "cats" the surer object. What comes next for "dogs" is an object too.
    let relation = |word: usize, name: &str| {
        word * RELATIONS.len() + RELATIONS.iter().position(|it| *it == name).unwrap()
    };
    scores.relations[relation(0, "nsubj")] = 9.0;
    scores.relations[relation(3, "obj")] = 9.0;
    scores.relations[relation(1, "csubj")] = 4.0;
    scores.relations[relation(1, "obj")] = 3.0;
    scores.relations[relation(1, "obl")] = 2.0;
    scores.relations[relation(4, "nsubj")] = 4.0;
    scores.relations[relation(4, "obl")] = 3.0;
    let sentence = parser().parse(&text, &scores, &[]);
    let expected = "we/nsubj/chase dogs/obl/chase chase/root/- cats/obj/chase mice/obl/chase";
    assert_eq!(written(&text, &sentence), expected);
}

#[test]
fn words_without_a_unit_hang_on_the_word_before() {
    let (text, scores) = scored(&[("cannot", "VERB", "root", 0), ("dogs", "NOUN", "obj", 0)]);
    let words = [(0, 3), (3, 6), (7, 11)].map(|(start, end)| Span::new(start, end));
    let sentence = parser().parse_words(&text, &scores, &words);
    assert_eq!(written(&text, &sentence), "can/root/- not/dep/can dogs/obj/can");
}

#[test]
fn thousands_of_words_and_names_take_linear_time() {
    let count = 5000;
    let mut text = String::new();
    let mut names = Vec::new();
    let rows: Vec<_> = (0..count)
        .map(|i: usize| {
            let span = Span::new(text.len(), text.len() + 3);
            text += "abc ";
            if i % 2 == 1 {
                names.push(Span::new(span.start - 4, span.end));
            }
            let first_head = i.saturating_sub(60);
            let heads = (first_head..(i + 60).min(count)).map(|head| ((head * 7 + i) % 13) as f32).collect();
            let (tags, relations) = (vec![0.0; TAGS.len()], vec![0.0; RELATIONS.len()]);
            MadeUp { span, tags, relations, first_head, heads }
        })
        .collect();
    let start = cpu_time::ThreadTime::now();
    let sentence = parser().parse(&text, &SyntaxScores::made_up(rows), &names);
    assert!(sentence.is_cut && sentence.words.len() == count);
    check(&sentence, &names);
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
}

/// That a sentence is what it should be whatever the scores.
fn check(sentence: &Sentence, names: &[Span]) {
    let words = &sentence.words;
    assert!(words.iter().all(|word| word.head.is_none_or(|head| head < words.len())));
    assert!(words.is_empty() || words.iter().filter(|word| word.head.is_none()).count() == 1);
    assert!(words.iter().all(|word| (word.head.is_none()) == (word.relation == Deprel::Root)));
    // Every word leads to the root: 0 is not known yet, 1 on the way, 2 known.
    let mut known = vec![0; words.len()];
    for start in 0..words.len() {
        let mut path = vec![start];
        while let Some(&at) = path.last()
            && known[at] == 0
        {
            known[at] = 1;
            path.extend(words[at].head);
        }
        assert!(path.pop().is_none_or(|end| known[end] == 2 || words[end].head.is_none()), "a cycle");
        path.into_iter().for_each(|at| known[at] = 2);
        known[start] = 2;
    }
    for (head, _) in words.iter().enumerate() {
        for set in constraints::ONCE {
            let of_set = words.iter().filter(|it| it.head == Some(head) && set.contains(&it.relation));
            assert!(words.len() > 100 || of_set.count() <= 1, "{set:?} of word {head}");
        }
    }
    for name in names {
        let first = words.partition_point(|word| word.span.start < name.start);
        let last = first + words[first..].partition_point(|word| word.span.end <= name.end);
        let outwards =
            (first..last).filter(|&i| words[i].head.is_none_or(|head| !(first..last).contains(&head)));
        assert!(first == last || outwards.count() == 1, "{name:?}");
    }
}

fn score() -> impl Strategy<Value = f32> {
    prop_oneof![8 => -9f32..9.0, 1 => Just(f32::NAN), 1 => Just(f32::INFINITY), 1 => Just(f32::NEG_INFINITY)]
}

/// The units of a sentence, some of them touching the one before, as pieces of text with their scores; each has
/// been compared with a run of units around it.
fn sentence() -> impl Strategy<Value = (String, SyntaxScores)> {
    let unit = prop::sample::select(vec!["a", "Don", "'", "t", ".", "-", "é", "İ", "words"]);
    let one = move |count: usize| {
        let scores = |count| prop::collection::vec(score(), count);
        let around = (0..count, 1..=count);
        (unit.clone(), any::<bool>(), scores(TAGS.len()), scores(RELATIONS.len()), around, scores(count))
    };
    (0usize..12).prop_flat_map(move |count| prop::collection::vec(one(count.max(1)), count)).prop_map(
        |units| {
            let mut text = String::new();
            let count = units.len();
            let mut rows = Vec::new();
            for (i, (unit, touches, tags, relations, (before, behind), heads)) in
                units.into_iter().enumerate()
            {
                text.push_str(if touches { "" } else { " " });
                let span = Span::new(text.len(), text.len() + unit.len());
                text.push_str(unit);
                let (first, end) = (i.saturating_sub(before), (i + behind).min(count));
                let heads = heads[first..end].to_vec();
                rows.push(MadeUp { span, tags, relations, first_head: first, heads });
            }
            (text, SyntaxScores::made_up(rows))
        },
    )
}

/// Spans between some of these borders, some with a gap before the next one.
fn between(borders: &[usize], taken: &[bool]) -> Vec<Span> {
    let some: Vec<usize> =
        borders.iter().zip(taken.iter().cycle()).filter(|(_, taken)| **taken).map(|(at, _)| *at).collect();
    some.windows(2).step_by(if taken[0] { 1 } else { 2 }).map(|it| Span::new(it[0], it[1])).collect()
}

proptest! {
    #[test]
    fn whatever_the_scores_there_is_a_tree(
        (text, scores) in sentence(),
        taken in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        // Names may cut units, and begin or end beyond the sentence.
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len(), text.len() + 5]).collect();
        let names = between(&borders, &taken);
        let sentence = parser().parse(&text, &scores, &names);
        check(&sentence, &names);
        let spans: Vec<Span> = sentence.words.iter().map(|word| word.span).collect();
        prop_assert!(spans.iter().all(|span| !span.is_empty()) && spans.is_sorted_by(|a, b| a.end <= b.start));
        let letters = |text: &str| text.replace(' ', "");
        prop_assert_eq!(spans.iter().map(|span| span.of(&text)).collect::<String>(), letters(&text));
    }

    #[test]
    fn whatever_words_are_given_there_is_a_tree_over_them(
        (text, scores) in sentence(),
        taken in prop::collection::vec(any::<bool>(), 1..40),
    ) {
        let borders: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let words = between(&borders, &taken);
        let sentence = parser().parse_words(&text, &scores, &words);
        check(&sentence, &[]);
        prop_assert!(sentence.words.iter().map(|word| word.span).eq(words));
    }
}
