use super::*;
use crate::entity::EntityType::{self, Loc, Org, Per};
use crate::eval::fixtures;

const TEXT: &str = "Ana Ruiz of Acme met Li in Bonn.\nMr. Li left Oslo.";

/// With a score and a rule, which gold does not read.
fn labels(names: &[(&str, EntityType)], relations: &[(usize, &str, usize)]) -> Labels {
    let mut labels = fixtures::labels(TEXT, names, relations);
    labels.mentions.iter_mut().for_each(|mention| mention.score = Some(0.5));
    labels.relations.iter_mut().for_each(|relation| relation.rule = Some("some/rule".to_owned()));
    labels
}

fn gold(labels: Labels) -> Gold {
    fixtures::gold(vec![fixtures::document("a", TEXT, labels)])
}

fn kinds(gold: &Gold, predicted: Labels) -> Vec<&'static str> {
    let evaluation = Evaluation::of(gold, vec![predicted], None);
    mistakes(gold, &evaluation)[0].iter().map(|m| m.kind.as_str()).collect()
}

#[test]
fn every_kind_of_mistake_with_a_name() {
    let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Oslo", Loc)], &[]));
    let found = [("Ana", Per), ("Acme", Loc), ("in Bonn", Org), ("Mr. Li", Per)];
    let expected = ["wrong boundary", "wrong type", "wrong type and boundary", "spurious", "missed"];
    assert_eq!(kinds(&gold, labels(&found, &[])), expected);
}

#[test]
fn every_kind_of_mistake_with_a_relation() {
    let names = [("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Li", Per)];
    let of = |relations: &[(usize, &str, usize)]| labels(&names, relations);
    let gold = gold(of(&[(0, "works_for", 1)]));
    let table: [(Labels, &[&str]); 7] = [
        (of(&[(0, "works_for", 1)]), &[]),
        (of(&[]), &["missed"]),
        (of(&[(0, "works_for", 1), (3, "lives_in", 2)]), &["spurious"]),
        (of(&[(1, "works_for", 0)]), &["wrong direction"]),
        (of(&[(0, "leads", 1), (3, "lives_in", 2)]), &["wrong predicate", "spurious"]),
        (
            labels(&[("Ana Ruiz", Loc), ("Acme", Org), ("Bonn", Loc), ("Li", Per)], &[(0, "works_for", 1)]),
            &["wrong type", "wrong type"],
        ),
        (
            labels(&[("Ruiz", Per), ("Acme", Org), ("Bonn", Loc), ("Li", Per)], &[(0, "works_for", 1)]),
            &["wrong boundary", "wrong boundary"],
        ),
    ];
    for (predicted, expected) in table {
        let case = format!("{:?}", predicted.relations);
        assert_eq!(kinds(&gold, predicted), expected, "{case}");
    }
}

#[test]
fn the_table_says_where() {
    let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "works_for", 1)]));
    let predicted = labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "leads", 1)]);
    let evaluation = Evaluation::of(&gold, vec![predicted], None);
    let table = mistakes_csv(&gold, &mistakes(&gold, &evaluation)).unwrap();
    assert_eq!(
        String::from_utf8(table).unwrap(),
        "kind,item,article,file,start,end,text,type,predicate,object_start,object_end,object,object_type,\
         negated,sentence,gold,score,rule,via\n\
         wrong predicate,relation,a,\"g, line 3\",0,8,Ana Ruiz,PER,leads,12,16,Acme,ORG,false,\
         Ana Ruiz of Acme met Li in Bonn.,PER 0-8 Ana Ruiz | works_for | ORG 12-16 Acme,,some/rule,\n"
    );
}

#[test]
fn triples_are_listed_by_their_entities_and_the_words_that_state_them() {
    let named = |relations: &[(usize, &str, usize)], acme: &str| {
        let mut labels = labels(&[("Ana Ruiz", Per), ("Acme", Org), ("Bonn", Loc)], relations);
        for (mention, entity) in labels.mentions.iter_mut().zip(["Ana Ruiz", acme, "Bonn"]) {
            mention.entity = Some(entity.to_owned());
        }
        labels
    };
    let mut of_gold = named(&[(0, "works_for", 1), (1, "based_in", 2)], "Acme Corp.");
    for (relation, via) in of_gold.relations.iter_mut().zip(["name", "pronoun"]) {
        (relation.by_entity, relation.via) = (true, Some(via.to_owned()));
        relation.sentence = Some("It is\nin Bonn.".to_owned());
    }
    let gold = gold(of_gold);
    let evaluation = Evaluation::of(&gold, vec![named(&[(1, "leads", 0)], "Acme")], None);
    let table = mistakes_csv(&gold, &mistakes(&gold, &evaluation)).unwrap();
    let table = String::from_utf8(table).unwrap();
    let triples: Vec<&str> = table.lines().filter(|line| line.contains(",triple,")).collect();
    let expected = [
        "wrong predicate,triple,a,\"g, line 3\",12,16,Acme,ORG,leads,0,8,Ana Ruiz,PER,false,\
         Ana Ruiz of Acme met Li in Bonn.,Ana Ruiz | works_for | Acme Corp.,,some/rule,name",
        "missed,triple,a,\"g, line 3\",12,16,Acme Corp.,ORG,based_in,27,31,Bonn,LOC,false,It is in Bonn.,,,,pronoun",
    ];
    assert_eq!(triples, expected);
}

#[test]
fn what_only_one_of_two_got_right() {
    let gold = gold(labels(&[("Ana Ruiz", Per), ("Acme", Org)], &[(0, "works_for", 1)]));
    let names = [("Ana Ruiz", Per), ("Acme", Org)];
    let a = Evaluation::of(&gold, vec![labels(&names, &[(0, "works_for", 1), (0, "leads", 1)])], None);
    let b = Evaluation::of(&gold, vec![labels(&names[..1], &[])], None);
    let found = advantages(&gold, &a, &b);
    let table = String::from_utf8(advantages_csv(&gold, &found).unwrap()).unwrap();
    let starts: Vec<String> =
        table.lines().skip(1).map(|line| line.split(',').take(3).collect::<Vec<_>>().join(",")).collect();
    assert_eq!(starts, ["A,B missed it,entity", "B,A made it up,relation", "A,B missed it,relation"]);
}
