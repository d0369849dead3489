//! What pronouns and descriptions mean, with the bundled model: a line of `anaphors/cases.tsv` is a text with its names in
//! brackets, and what stands in it for a name, `The company = Acme`, in order; nothing where nothing must be found.

use std::path::Path;

use triplewire::entity::{Aliases, Names, resolve};
use triplewire::model::{EngineChoice, Model, RawMention};
use triplewire::relation::Bracketed;
use triplewire::syntax::Parser;
use triplewire::text::Span;

fn names(model: &Model, parser: &Parser, read: &Bracketed) -> Names {
    let windows = model.windows(&read.text, &read.sentences);
    let scores = model.score(&windows.iter().collect::<Vec<_>>()).expect("scores");
    let spans: Vec<Span> = read.mentions.iter().map(|mention| mention.span).collect();
    let syntax: Vec<_> =
        model.syntax(&scores).iter().map(|scores| parser.parse(&read.text, scores, &spans)).collect();
    let raw = read.mentions.iter().map(|mention| RawMention {
        span: mention.span,
        entity_type: mention.entity_type,
        score: 0.99,
    });
    resolve(&Aliases::built_in(), &read.text, &read.sentences, &syntax, raw.collect())
}

#[test]
fn anaphors_of_a_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/newswire");
    let model = Model::open(&path, EngineChoice::Rten, 1).expect("the bundled model");
    let parser = Parser::new(model.folder().outputs.syntax.as_ref().expect("the bundled model knows syntax"));
    let mut failures = String::new();
    for line in include_str!("anaphors/cases.tsv").lines() {
        let (written, wanted) = line.split_once('\t').expect(line);
        let read = Bracketed::text(written);
        let names = names(&model, &parser, &read);
        let shown = |(at, reason): (&triplewire::entity::Mention, _)| {
            let meant = &names.entities[at.entity].name;
            (format!("{} = {meant}", at.span.of(&read.text)), format!("{reason}"))
        };
        let found: Vec<(String, String)> = names.anaphors.iter().zip(&names.reasons).map(shown).collect();
        let meanings: Vec<&str> = found.iter().map(|(meaning, _)| meaning.as_str()).collect();
        if meanings.join("; ") != wanted {
            failures += &format!("{written}\n  wanted: {wanted}\n  found:  {found:?}\n");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
