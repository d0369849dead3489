//! Many articles through the output, without a model: memory must not grow with them.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;

use triplewire::entity::{Argument, Entity, EntityType, Mention, Names, Origin};
use triplewire::input::Shard;
use triplewire::output::{Making, Output, Settings};
use triplewire::pipeline::{Delivery, Extraction};
use triplewire::relation::{Certainty, Evidence, Predicate, Predicates, Relation, Status};
use triplewire::text::{Article, Span};

/// Entities in each article, all in one sentence, of which one pair is related.
const ENTITIES: usize = 6;
const PAIRS: usize = ENTITIES * (ENTITIES - 1) / 2 - 1;

/// An article about people of whom there are `people`.
fn article(number: u64, people: u64) -> Extraction {
    let mut text = String::new();
    let mut names = Names::default();
    for i in 0..ENTITIES as u64 {
        let person = scatter(number * ENTITIES as u64 + i) % people;
        let name = format!("Person Number {person:07}");
        if i > 0 {
            text += " met ";
        }
        let span = Span::new(text.len(), text.len() + name.len());
        text += &name;
        names.mentions.push(Mention {
            span,
            name: span,
            sentence: 0,
            entity_type: EntityType::Per,
            score: 0.9,
            origin: Origin::Model,
            entity: i as usize,
            demonym: false,
        });
        names.entities.push(Entity {
            id: format!("{person:012x}"),
            name,
            entity_type: EntityType::Per,
            external_id: None,
        });
    }
    let sentence = Span::new(0, text.len());
    let relation = Relation {
        subject: Argument::Mention(0),
        predicate: Predicate::built_in("communicates_with").unwrap(),
        object: Argument::Mention(1),
        score: 0.8,
        evidence: Evidence::default(),
        negated: false,
        certainty: Certainty::Stated,
        attributed_to: None,
        when: None,
        status: Status::Current,
        sentence,
        rule: "test/met".into(),
    };
    let article = Article { id: format!("article-{number}"), text, ..Article::default() };
    Extraction {
        article,
        sentences: vec![sentence],
        syntax: Vec::new(),
        names,
        relations: vec![relation],
        left_out: 0,
    }
}

/// A number that looks random (splitmix64).
fn scatter(mut number: u64) -> u64 {
    number = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// The most memory this process has had, in MB; none where the system does not say.
fn peak_mb() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// `TRIPLEWIRE_SCALE=1000000 cargo test --release --test scale -- --nocapture`
#[test]
fn a_million_articles_and_ten_million_pairs_fit_in_two_gigabytes() {
    let articles: u64 = std::env::var("TRIPLEWIRE_SCALE").map_or(3_000, |it| it.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut output = Output::open(folder.path(), Shard::WHOLE, false).unwrap();
    output.resume(Settings::new(), &mut std::iter::empty()).unwrap();
    for number in 0..articles {
        output.add(&Delivery::Extraction(Box::new(article(number, 2 * articles)))).unwrap();
    }
    let after_articles = peak_mb();
    let tables = output.tables(Making::new(Predicates::built_in())).unwrap();
    let counts = tables.counts().clone();
    assert_eq!(counts.articles, articles);
    assert_eq!(counts.relations["communicates_with"], articles);
    // Some people meet twice, or are named twice in an article.
    let pairs = articles * PAIRS as u64;
    assert!((pairs * 9 / 10..=pairs).contains(&counts.cooccurrences), "{counts:?}");
    println!(
        "{articles} articles, {} distinct pairs: {after_articles:?} MB after the articles, {:?} MB with the tables",
        counts.cooccurrences,
        peak_mb()
    );
    assert!(peak_mb().is_none_or(|mb| mb < 2_000), "{:?} MB", peak_mb());
}
