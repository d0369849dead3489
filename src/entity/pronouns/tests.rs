use crate::entity::EntityType::{Org, Per};
use crate::entity::anaphors::meanings;
use crate::entity::{Aliases, Argument, EntityType, resolve};
use crate::text::{RawMention, Span, sentences};

#[test]
fn pronouns_of_a_table() {
    let known = [("Ana Ruiz", Per), ("Bo Lind", Per), ("Ruiz", Per), ("Acme", Org)];
    let table = [
        ("Ana Ruiz left. She runs Acme.", "She = Ana Ruiz"),
        ("Ana Ruiz said she would go. It rained. Her firm, Acme, paid.", "she = Ana Ruiz; Her = Ana Ruiz"),
        ("Ana Ruiz runs Acme. Ruiz said she would go.", "she = Ana Ruiz"),
        // Two candidates, or none nearby.
        ("Ana Ruiz met Bo Lind. He left.", "He = Bo Lind"),
        ("Bo Lind left. Ana Ruiz said she knew.", "she = Ana Ruiz"),
        ("Bo Lind left. It rained. It snowed. He fell.", "He = Bo Lind"),
        (
            "Bo Lind left. It fell. It fell. It fell. It fell. It fell. It fell. It fell. It fell. He fell.",
            "",
        ),
        ("He fell. Bo Lind left.", ""),
        // Another speaker.
        ("Bo Lind left. \"He runs Acme,\" she said.", "she = Bo Lind"),
        ("Bo Lind left. “He runs Acme.” That is all.", ""),
        ("Acme left. He fell.", ""),
        ("Ana Ruiz left. She fell. He knew.", "She = Ana Ruiz"),
        // The sentence goes on about the same person.
        (
            "Ana Ruiz left. She met Bo Lind. She fell. She told Bo Lind that she knew.",
            "She = Ana Ruiz; She = Ana Ruiz; She = Ana Ruiz; she = Ana Ruiz",
        ),
        ("Ana Ruiz met Ruiz Lind and Bo Lind. She studied with Bo Lind. She left.", ""),
        ("Mr. Bo Lind left. She fell. He knew.", "He = Bo Lind"),
        ("Ms. Bo Lind left. She fell. He knew.", "She = Bo Lind"),
    ];
    for (text, expected) in table {
        assert_eq!(meanings(text, &known), expected, "{text}");
    }
}

#[test]
fn a_pronoun_counts_as_no_name() {
    let text = "Ana Ruiz left. She runs Acme.";
    let raw = vec![RawMention { span: Span::new(0, 8), entity_type: EntityType::Per, score: 0.99 }];
    let names = resolve(&Aliases::built_in(), text, &sentences(text), &[], raw);
    assert_eq!((names.mentions.len(), names.entities.len(), names.anaphors.len()), (1, 1, 1));
    assert_eq!(names.argument(Argument::Anaphor(0)).span.of(text), "She");
    assert!(names.anaphors[0].score < names.mentions[0].score);
}
