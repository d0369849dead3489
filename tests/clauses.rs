//! The clauses of sentences, with the bundled model: a line of `clauses/cases.tsv` is a sentence, the clauses that must
//! (with `-`: must not) be found in it, and the phenomenon that it is about. `clauses/README.md` describes the columns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use triplewire::model::{EngineChoice, Model};
use triplewire::relation::Bracketed;
use triplewire::syntax::clause::{Clause, Clauses, Kind, Mood, Node, Role};
use triplewire::text::Span;

/// A parser that is right about nine arcs of ten cannot be right about every sentence.
const AT_LEAST: f64 = 0.9;

/// A clause as a case writes it.
#[derive(Debug)]
struct Wanted {
    absent: bool,
    lemma: String,
    roles: Vec<(Role, BTreeSet<String>)>,
    flag: Option<char>,
    flagged: bool,
}

impl Wanted {
    fn read(written: &str) -> Self {
        let absent = written.starts_with('-');
        let (lemma, rest) = written.trim_start_matches('-').split_once('(').expect(written);
        let (inside, after) = rest.rsplit_once(')').expect(written);
        let role = |part: &str| {
            let (role, heads) = part.split_once('=').expect(written);
            (Role::named(role.trim()), heads.split('+').map(|head| head.trim().to_lowercase()).collect())
        };
        let flag = after.trim().chars().find(|c| "!?>".contains(*c));
        Wanted {
            absent,
            lemma: lemma.trim().to_owned(),
            roles: inside.split(", ").filter(|part| !part.is_empty()).map(role).collect(),
            flag,
            flagged: after.contains(['!', '?', '>']),
        }
    }

    fn fits(&self, clause: &Clause, clauses: &Clauses, names: &BTreeSet<String>) -> bool {
        let form = |node: usize| clauses.nodes[node].form.clone();
        let filled = |role: &Role| -> BTreeSet<String> {
            let joint = joint(clause, role).into_iter().flat_map(|node| clauses.members(node));
            clauses.filled(clause, role).into_iter().chain(joint).map(form).collect()
        };
        let roles = self.roles.iter().all(|(role, heads)| {
            let found = filled(role);
            heads.is_subset(&found)
                && (self.absent || found.difference(heads).all(|other| !names.contains(other)))
        });
        let flag = match (clause.negated, clause.mood) {
            (true, _) => Some('!'),
            (_, Mood::Doubtful) => Some('?'),
            (_, Mood::Planned) => Some('>'),
            _ => None,
        };
        let flags = flag == self.flag || self.absent && !self.flagged;
        clause.lemma == self.lemma && roles && flags
    }
}

/// Of a noun, whose it is counts as who does it; `whose` stands for what tells whose it is.
fn joint(clause: &Clause, role: &Role) -> Vec<usize> {
    let parts: &[&str] = match (role.name(), clause.kind) {
        ("agent", Kind::Noun) => &["poss", "mod", "by"],
        ("whose", _) => &["poss", "mod", "of"],
        _ => &[],
    };
    parts.iter().flat_map(|part| clause.fillers(&Role::named(part)).collect::<Vec<_>>()).collect()
}

#[test]
fn cases_hold() {
    let model = std::env::var("TRIPLEWIRE_MODEL").map_or(PathBuf::from("models/newswire"), PathBuf::from);
    let model =
        Model::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join(model), EngineChoice::Rten, 1).unwrap();
    let table = include_str!("clauses/cases.tsv");
    let mut by_phenomenon: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut failures = String::new();
    for line in table.lines() {
        let [written, wanted, phenomenon] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let mut read = Bracketed::sentence(written);
        read.parse(&model).unwrap();
        let names: Vec<Span> = read.mentions.iter().map(|mention| mention.span).collect();
        let clauses = Clauses::of(&read.text, &read.syntax[0], &names);
        let listed: BTreeSet<String> =
            (0..names.len()).map(|name| read.name_of(name).to_lowercase()).collect();
        let wrong: Vec<&str> = wanted
            .split(" ; ")
            .filter(|clause| {
                let wanted = Wanted::read(clause);
                let found = clauses.all.iter().any(|clause| wanted.fits(clause, &clauses, &listed));
                found == wanted.absent
            })
            .collect();
        let [right, all] = by_phenomenon.entry(phenomenon).or_default();
        *all += 1;
        *right += usize::from(wrong.is_empty());
        if !wrong.is_empty() {
            failures += &format!(
                "{phenomenon}: {}\n  wrong: {}\n  found: {}\n  tree: {}\n",
                read.text,
                wrong.join(" ; "),
                clauses.written().join(" ; "),
                tree(&clauses)
            );
        }
    }
    let right: usize = by_phenomenon.values().map(|counts| counts[0]).sum();
    let all: usize = by_phenomenon.values().map(|counts| counts[1]).sum();
    let share = right as f64 / all as f64;
    println!("{failures}");
    for (phenomenon, [right, all]) in &by_phenomenon {
        println!("{right:>4} of {all:>3}  {phenomenon}");
    }
    println!("{right} of {all}");
    assert!(share >= AT_LEAST, "{right} of {all}\n{failures}");
}

/// Each word, or name, with its part of speech, its relation and what it hangs on.
fn tree(clauses: &Clauses) -> String {
    let one = |node: &Node| {
        let head = node.head.map_or("", |head| &clauses.nodes[head].form);
        format!("{}[{} {}<{head}]", node.form.replace(' ', "_"), node.pos, node.relation)
    };
    clauses.nodes.iter().map(one).collect::<Vec<_>>().join(" ")
}
