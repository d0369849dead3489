use super::*;
use crate::entity::EntityType;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, content) in files {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(name), content).unwrap();
    }
    dir
}

#[test]
fn a_folder_of_labels_is_read() {
    let dir = folder(&[
        ("a.txt", "Ána Ruiz leads Acme. She is not from Bonn."),
        ("labels/b.txt", "Nothing."),
        (
            "labels/mentions.csv",
            "\u{feff}note;article;Start;end;text;type;entity\r\n;a;0;8;Ána Ruiz;PER;Ana Ruiz\r\n;a;15;19;Acme;ORG;\r\n;;;;;;\r\n;a;x;19;Acme;ORG;\r\n;c;0;1;A;PER;\r\n",
        ),
        (
            "labels/relations.csv",
            "article,subject,subject_type,predicate,object,object_type,negated,subject_start,subject_end,object_start,object_end\n\
             a,Ana Ruiz,PER,leads,Acme,ORG,false,0,8,15,19\n\
             a,Ana Ruiz,PER,lives_in,Bonn,LOC,TRUE,0,8,37,41\n\
             a,Ana Ruiz,PER,lives_in,Köln,LOC,,0,8,,\n",
        ),
    ]);
    let mut problems = Vec::new();
    let tables = Tables::read(&dir.path().join("labels"), &mut problems).unwrap();
    assert!(tables.has_mentions() && tables.has_negation());
    let documents = tables.documents(&[], &mut problems).unwrap();
    let ids: Vec<&str> = documents.iter().map(|d| d.article.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let labels = &documents[0].labels;
    let names: Vec<(EntityType, bool)> =
        labels.mentions.iter().map(|m| (m.entity_type, m.argument_only)).collect();
    assert_eq!(names, [(EntityType::Per, false), (EntityType::Org, false), (EntityType::Loc, true)]);
    assert_eq!(labels.mentions[0].entity.as_deref(), Some("Ana Ruiz"));
    let relations: Vec<(usize, &str, usize, bool)> =
        labels.relations.iter().map(|r| (r.subject, r.predicate.as_str(), r.object, r.negated)).collect();
    assert_eq!(relations, [(0, "leads", 1, false), (0, "lives_in", 2, true)]);
    let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 5, "{said:#?}");
    let expected = [
        "line 5: in the column `start` stands no whole number",
        "article c: there is no text of that name (c.txt)",
        "`Bonn` of relation lives_in is not in mentions.csv",
        "`Köln` has no offsets",
        "lacks its `Köln`",
    ];
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn relations_without_offsets_are_between_entities() {
    let dir = folder(&[
        ("texts/a.txt", "Ana Ruiz leads Acme. Ruiz, known as the Fox, left Acme. She left Bolt, or BLT."),
        ("texts/b.txt", "Nothing to be found."),
        (
            "labels/mentions.csv",
            "article,start,end,text,type,entity\na,0,8,Ana Ruiz,PER,Ana Ruiz\na,15,19,Acme,ORG,Acme Corp.\n\
             a,21,25,Ruiz,PER,Ana Ruiz\na,50,54,Acme,ORG,Acme Corp.\na,65,69,Bolt,ORG,Bolt\na,74,77,BLT,ORG,Bolt\n",
        ),
        (
            "labels/relations.csv",
            "article,subject,subject_type,predicate,object,object_type,negated,subject_start,subject_end,\
             object_start,object_end,sentence,via,optional\n\
             a,Ana Ruiz,PER,leads,Acme Corp.,ORG,false,0,8,15,19,,name,false\n\
             a,Ana Ruiz,PER,works_for,Acme Corp.,ORG,false,,,,,\"Ruiz, known as the Fox, left Acme.\",pronoun,true\n\
             a,Ana Ruiz,PER,alias_of,the Fox,,false,,,,,,name,false\n\
             a,Bolt,ORG,alias_of,BLT,ORG,false,,,,,\"She left Bolt, or BLT.\",name,false\n\
             a,Ana Ruiz,PER,linked_to,Bolt,ORG,false,56,59,65,69,,,\n\
             a,Bo Lee,PER,linked_to,Bolt,ORG,false,56,59,65,69,,,\n",
        ),
    ]);
    let gold = crate::eval::gold::read(dir.path(), &[]).unwrap();
    assert!(gold.problems.is_empty(), "{:?}", gold.problems);
    let ids: Vec<&str> = gold.documents.iter().map(|d| d.article.id.as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    let Document { article, labels, .. } = &gold.documents[0];
    let spelled = |relation: &Relation| {
        let at = |i: usize| {
            let span = labels.mentions[i].span;
            format!("{} {}", span.of(&article.text), span.start)
        };
        let Relation { subject, predicate, object, by_entity, optional, .. } = relation;
        format!("{} {predicate} {}: {by_entity} {optional}", at(*subject), at(*object))
    };
    let expected = [
        "Ana Ruiz 0 leads Acme 15: false false",
        "Ruiz 21 works_for Acme 15: true true",
        "Ana Ruiz 0 alias_of the Fox 36: true false",
        "Bolt 65 alias_of BLT 74: true false",
        // "She" is a pronoun; nobody is called Bo Lee.
        "Ruiz 21 linked_to Bolt 65: true false",
    ];
    assert_eq!(labels.relations.iter().map(spelled).collect::<Vec<_>>(), expected);
    assert_eq!(labels.relations[1].via.as_deref(), Some("pronoun"));
}

#[test]
fn a_table_without_its_columns_is_an_error() {
    let dir = folder(&[("mentions.csv", "start,end\n1,2\n")]);
    let error = Tables::read(dir.path(), &mut Vec::new()).unwrap_err().to_string();
    assert!(error.contains("line 1: there is no column `article`"), "{error}");
}
