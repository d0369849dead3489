//! Joins of small tables, and of a large one.

use crate::entity::EntityType;
use crate::entity::aliases::Aliases;
use crate::entity::decisions::{Asked, Decision};
use crate::error::Place;

use super::{Corpus, KnownNames};

/// Its year, and the name, type and form of each mention.
type Article = (Option<i16>, Vec<(String, EntityType, String)>);

/// Articles of a text: one a line, `year: name, name / form`, with the type in front of what is no person.
fn articles(text: &str) -> Vec<Article> {
    let mention = |it: &str| {
        let (entity_type, name) = match it.trim().split_once(' ') {
            Some(("ORG", name)) => (EntityType::Org, name),
            Some(("LOC", name)) => (EntityType::Loc, name),
            Some(("MISC", name)) => (EntityType::Misc, name),
            Some(("PER", name)) => (EntityType::Per, name),
            _ => (EntityType::Per, it.trim()),
        };
        let (name, form) = name.split_once(" / ").unwrap_or((name, name));
        (name.to_owned(), entity_type, form.to_owned())
    };
    let article = |line: &str| {
        let (year, names) = line.trim().split_once(':').unwrap();
        (year.parse().ok(), names.split(',').map(mention).collect())
    };
    text.trim().lines().map(article).collect()
}

/// What is joined: `name > name` of each article, in the order of the articles.
fn joined(text: &str, known: &KnownNames, order: impl Fn(usize) -> usize) -> Vec<String> {
    let articles = articles(text);
    let mut corpus = Corpus::default();
    let mut number = vec![0; articles.len()];
    for i in 0..articles.len() {
        let (year, mentions) = &articles[order(i)];
        let mentions = mentions.iter().map(|(name, of, form)| (name.as_str(), *of, form.as_str()));
        number[order(i)] = corpus.add(*year, mentions);
    }
    let joins = corpus.joins(known);
    let mut found = Vec::new();
    for ((_, mentions), number) in articles.iter().zip(number) {
        for (name, entity_type, _) in mentions {
            if let Some(entity) = joins.of(number, name, *entity_type) {
                found.push(format!("{name} > {}", entity.name));
            }
        }
    }
    found
}

const NEWS: &str = "
    2019: Ana Ruiz, LOC Lima, ORG Acme
    2020: Ana Ruiz, LOC Lima
    2019: Ana Ruiz, ORG Acme
    2020: Ruiz, LOC Lima, ORG Acme
    2020: Ana Maria Ruiz, LOC Lima, ORG Acme
    2020: Ruiz, Leo Ruiz, ORG Acme
    1980: Ruiz, ORG Acme
    2020: ORG Lima Institute of Sea Life / LISL, LOC Lima
    2020: ORG LISL, LOC Lima
    2020: ORG Zorin Inc., LOC Arica
    2020: ORG Zorin, LOC Arica, Osama bin Laden
    2020: Usama bin Ladin, LOC Arica, ORG Acme
    2020: Usama bin Ladin, Bill Holm, LOC Quito
    2020: William Holm, LOC Quito
    2020: William Holm, LOC Quito
";

#[test]
fn joins_of_a_table() {
    let expected = [
        "Ruiz > Ana Ruiz",
        "Ana Maria Ruiz > Ana Ruiz",
        "LISL > Lima Institute of Sea Life",
        "Zorin > Zorin Inc.",
        "Osama bin Laden > Usama bin Ladin",
        "Bill Holm > William Holm",
    ];
    assert_eq!(joined(NEWS, &KnownNames::default(), |i| i), expected);
}

#[test]
fn the_order_of_articles_does_not_matter() {
    let expected = joined(NEWS, &KnownNames::default(), |i| i);
    for step in [2, 4, 7, 8, 11, 13, 14] {
        // Steps that have no factor of the number of articles come to each of them.
        let found = joined(NEWS, &KnownNames::default(), |i| (i * step + 1) % 15);
        assert_eq!(found, expected, "step {step}");
    }
}

#[test]
fn a_chamber_is_that_of_its_neighbours() {
    let news = "
        2020: ORG U.S. House of Representatives, LOC Albany, PER Ana Ruiz, ORG Ohio Fund
        2020: ORG U.S. House of Representatives, LOC Albany, PER Ana Ruiz
        2020: ORG U.S. House of Representatives, LOC Albany
        2020: ORG House of Commons, LOC Leeds, PER Leo Holm, ORG Leeds Fund
        2020: ORG House of Commons, LOC Leeds, PER Leo Holm
        2020: ORG House, LOC Albany, PER Ana Ruiz
        2020: ORG House, LOC Leeds, PER Leo Holm
        2020: ORG House, LOC Quito
        2020: ORG House, ORG U.S. Senate, LOC Sitka
    ";
    let known = KnownNames::new(&Aliases::built_in(), std::iter::empty());
    let expected = [
        "House > U.S. House of Representatives",
        "House > House of Commons",
        "House > U.S. House of Representatives",
    ];
    assert_eq!(joined(news, &known, |i| i), expected);
}

#[test]
fn an_army_beside_the_senate_is_that_of_its_country() {
    let news = "
        2020: ORG U.S. Army, LOC Albany
        2020: ORG Army, ORG U.S. Senate, LOC Lima
        2020: ORG Army, LOC Lima
        2020: ORG Navy, ORG U.S. Senate
    ";
    let known = KnownNames::new(&Aliases::built_in(), std::iter::empty());
    assert_eq!(joined(news, &known, |i| i), ["Army > U.S. Army"]);
}

#[test]
fn a_surname_is_that_of_a_bearer_of_the_tables() {
    let news = "
        2020: George W. Bush, LOC Albany, Ana Ruiz
        2020: George W. Bush, LOC Quito
        2020: Bush, LOC Lima, Ana Ruiz
        2020: Bush, Nelson Bush, Ana Ruiz
    ";
    let known = KnownNames::new(&Aliases::built_in(), std::iter::empty());
    assert_eq!(joined(news, &known, |i| i), ["Bush > George W. Bush"]);
    assert_eq!(joined(news, &KnownNames::default(), |i| i), Vec::<String>::new());
}

#[test]
fn a_word_of_a_rare_name_is_not_that_name() {
    let army = "2020: ORG Navy Board for Mending / Navy, LOC Lima\n".to_owned()
        + &"2020: ORG Navy, LOC Lima\n".repeat(9);
    assert_eq!(joined(&army, &KnownNames::default(), |i| i), Vec::<String>::new());
    let storm = "
        2020: MISC Hurricane Zora / Zora, LOC Lima
        2020: MISC Zora, LOC Lima
    ";
    assert_eq!(joined(storm, &KnownNames::default(), |i| i), ["Zora > Hurricane Zora"]);
}

/// What a user's lines say: `same` or `never`, and two names.
fn decided(lines: &[(Asked, &str, &str)]) -> KnownNames {
    let decisions: Vec<Decision> = lines
        .iter()
        .map(|&(asked, entity, alias)| Decision {
            place: Place::file("names.csv"),
            asked,
            entity: entity.to_owned(),
            alias: alias.to_owned(),
        })
        .collect();
    KnownNames::new(&Aliases::built_in(), decisions.iter())
}

#[test]
fn what_a_user_keeps_apart_stays_apart() {
    let known = decided(&[(Asked::Never, "Ana Ruiz", "Ruiz"), (Asked::Never, "Zorin Inc.", "Zorin")]);
    let found = joined(NEWS, &known, |i| i);
    assert!(found.iter().all(|it| !it.starts_with("Ruiz") && !it.starts_with("Zorin")), "{found:?}");
}

#[test]
fn what_a_user_keeps_apart_is_not_joined_through_a_third() {
    let news = "
        2020: Ana Ruiz, LOC Lima, ORG Acme
        2020: Ana Maria Ruiz, LOC Lima, ORG Acme
        2020: Ana Maria Elena Ruiz, LOC Lima, ORG Acme
    ";
    let all = joined(news, &KnownNames::default(), |i| i);
    assert_eq!(all.len(), 2, "{all:?}");
    let known = decided(&[(Asked::Never, "Ana Maria Elena Ruiz", "Ana Ruiz")]);
    let found = joined(news, &known, |i| i);
    assert_eq!(found.len(), 1, "{found:?}");
    // Nor through another line: what is called so is not she either.
    let known = decided(&[
        (Asked::Same, "Ana Maria Elena Ruiz", "Nena Ruiz"),
        (Asked::Never, "Nena Ruiz", "Ana Ruiz"),
    ]);
    assert!(known.forbids("Ana Ruiz", "Ana Maria Elena Ruiz"));
    // Two forms that are never the same are not both hers in one article.
    let news = "
        2020: ORG Lima Institute of Sea Life / LISL, ORG Acme, LOC Lima
        2020: ORG Lima Institute of Sea Life / Sea Life Institute, ORG Acme, LOC Lima
        2020: ORG LISL, ORG Sea Life Institute, ORG Acme, LOC Lima
    ";
    assert_eq!(joined(news, &KnownNames::default(), |i| i).len(), 2);
    let known = decided(&[(Asked::Never, "LISL", "Sea Life Institute")]);
    assert_eq!(joined(news, &known, |i| i).len(), 1);
}

#[test]
fn a_surname_of_two_is_joined_with_neither() {
    let news = "
        2020: Ana Ruiz, LOC Lima
        2020: Leo Ruiz, LOC Lima
        2020: Ruiz, LOC Lima
        2020: Ruiz, LOC Lima
        2020: George H. W. Holm, LOC Lima
        2020: George W. Holm, LOC Lima
        2020: George Holm, LOC Lima
    ";
    assert_eq!(joined(news, &KnownNames::default(), |i| i), Vec::<String>::new());
}

/// The most memory this process has had, in MB; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()).map_or(0, |kb| kb / 1024)
}

/// A million articles of 300 words take three and a half hours at 24,000 words a second: the pass may take a tenth.
///
/// `cargo test --release --lib -- --ignored --nocapture five_million`, alone; `TRIPLEWIRE_SCALE=100000` for fewer articles.
#[test]
#[ignore = "takes minutes and a gigabyte of memory: CONTRIBUTING.md has the command"]
fn a_million_articles_with_five_million_names() {
    let articles: u64 = std::env::var("TRIPLEWIRE_SCALE").map_or(1_000_000, |it| it.parse().unwrap());
    let before = peak_mb();
    let start = std::time::Instant::now();
    let mut corpus = Corpus::default();
    let mut state = 1_u64;
    let mut next = || {
        // xorshift: the same in every run.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let letters =
        |n: u64| -> String { (0..5).map(|i| char::from(b'a' + (n / 26_u64.pow(i) % 26) as u8)).collect() };
    let mut reading = std::time::Duration::ZERO;
    for _ in 0..articles {
        let mut names: Vec<(String, EntityType, String)> = Vec::new();
        for i in 0..25 {
            // Some names are in many articles, most in one.
            let n = match i {
                0..15 => (next() % 1_000_000) * (next() % 1_000_000) / 1_000_000_000,
                _ => next() % (9 * articles),
            };
            let (name, entity_type) = match n % 3 {
                0 => (format!("A{} Z{}", letters(n / 7), letters(n % 50_000)), EntityType::Per),
                1 => (format!("Z{}", letters(n % 50_000)), EntityType::Per),
                _ => (format!("B{} C{} Fund", letters(n), letters(n / 11)), EntityType::Org),
            };
            let form = if n % 6 == 2 { letters(n).to_uppercase() } else { name.clone() };
            names.push((name, entity_type, form));
        }
        let added = std::time::Instant::now();
        corpus.add(Some(2020), names.iter().map(|(name, of, form)| (name.as_str(), *of, form.as_str())));
        reading += added.elapsed();
    }
    let made = start.elapsed() - reading;
    let distinct = corpus.names.len();
    let joins = corpus.joins(&KnownNames::new(&Aliases::built_in(), std::iter::empty()));
    let (taken, memory) = (start.elapsed() - made, peak_mb() - before);
    println!(
        "{articles} articles, {distinct} names: {reading:?} to take them in, {taken:?} in all, {memory} MB"
    );
    println!("{} joins", joins.count());
    assert!(memory < 1_000, "{memory} MB");
    assert!(taken.as_secs_f64() < 0.1 * articles as f64 * 300.0 / 24_000.0, "{taken:?}");
}
