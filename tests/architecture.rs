//! The map in `docs/architecture.md`, held against the imports of `src`.
//!
//! A module imports only modules that `src/lib.rs` declares before it, and no files import each other in a circle. Both are
//! read from the text of the files: `use` lines and paths such as `crate::text::words`. A name that a module only hands on
//! (`pub use`) counts for the file that defines it. Code for tests does not count.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Imports (from, to) that may break a rule, and why. One that breaks none any more fails the test.
const EXCEPTIONS: [(&str, &str, &str); 1] = [(
    "model::int8::weights",
    "model::int8",
    "it makes the network of that file, whose parts are nobody else's business",
)];

static HOUSE: LazyLock<House> = LazyLock::new(House::read);

#[test]
fn modules_import_only_those_declared_before_them() {
    let house = &*HOUSE;
    assert!(house.order().len() > 10, "{:?}", house.order());
    let upwards: Vec<String> = house
        .imports
        .iter()
        .filter(|(import, _)| house.is_upwards(import) && !house.excepted.contains(*import))
        .map(|((from, to), names)| format!("{from} imports {to}: {}", listed(names)))
        .collect();
    assert!(upwards.is_empty(), "src/lib.rs declares these in another order:\n{}", upwards.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let house = &*HOUSE;
    let circles = house.circles(&house.excepted);
    let shown: Vec<String> = circles.iter().map(|circle| house.shown(circle)).collect();
    assert!(shown.is_empty(), "these import each other in a circle:\n{}", shown.join("\n"));
}

#[test]
fn every_exception_is_needed() {
    let house = &*HOUSE;
    for exception in &house.excepted {
        assert!(house.imports.contains_key(exception), "nothing imports so any more: {exception:?}");
        let mut others = house.excepted.clone();
        others.remove(exception);
        let is_needed = house.is_upwards(exception) || !house.circles(&others).is_empty();
        assert!(is_needed, "this breaks no rule: {exception:?}");
    }
}

/// The figures of the map are those of the pages that say how they were taken.
#[test]
fn figures_are_those_of_speed_and_accuracy() {
    let page = |name: &str| fs::read_to_string(format!("docs/{name}.md")).unwrap();
    let map = page("architecture");
    let (_, decisions) = map.split_once("## Three decisions").unwrap();
    let taken = page("speed") + &page("accuracy");
    let figures_of = |text: &str| -> BTreeSet<String> {
        text.split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_digit()).to_owned())
            .filter(|word| word.chars().any(|c| c.is_ascii_digit()) && !word.contains(char::is_alphabetic))
            .collect()
    };
    let figures = figures_of(decisions);
    assert!(figures.len() > 8, "{figures:?}");
    let taken = figures_of(&taken);
    let unknown: Vec<&String> = figures.difference(&taken).collect();
    assert!(unknown.is_empty(), "not in docs/speed.md or docs/accuracy.md: {unknown:?}");
}

#[test]
fn imports_are_read_as_the_compiler_reads_them() {
    let text = r##"
        use crate::text::{self, Span, words as cut};
        pub use inner::{Kept, other::*};
        // use crate::comment::No;
        const QUOTE: &str = "use crate::quoted::No;";
        const MARK: char = '"';
        const RAW: &str = r#"crate::raw::No"#;
        fn length<'a>(of: &'a str) -> usize { text::count(of) + super::beside::LONG }
        #[cfg(test)]
        mod tests { use crate::test::No; }
        fn last() -> crate::after::Tests { todo!() }
        mod within { fn of() { super::super::beside::of(super::SIZE) } }
    "##;
    let file = File::parse(text);
    let used: Vec<(String, String)> = file.uses.iter().map(|u| (u.path.join("::"), u.name.clone())).collect();
    let expected = [
        ("crate::text", "text"),
        ("crate::text::Span", "Span"),
        ("crate::text::words", "cut"),
        ("inner::Kept", "Kept"),
        ("inner::other::*", "*"),
    ];
    assert_eq!(used, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
    assert_eq!(
        file.uses.iter().map(|u| u.is_handed_on).collect::<Vec<_>>(),
        [false, false, false, true, true]
    );
    let paths: Vec<String> = file.paths.iter().map(|path| path.join("::")).collect();
    let expected = [
        "text::count",
        "super::beside::LONG",
        "crate::after::Tests",
        "self::super::beside::of",
        "self::SIZE",
    ];
    assert_eq!(paths, expected);
}

/// The module of `src/lib.rs` that a file belongs to.
fn top(file: &str) -> &str {
    file.split("::").next().unwrap_or(file)
}

fn listed(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

type Import = (String, String);

/// All files of `src` but other crates, tests and `main.rs`, each named as a module: `entity::across::pass`.
struct House {
    files: BTreeMap<String, File>,
    /// What a file takes from another, and the names that it takes.
    imports: BTreeMap<Import, BTreeSet<String>>,
    excepted: BTreeSet<Import>,
}

impl House {
    fn read() -> Self {
        let mut files = BTreeMap::new();
        add_files(&mut files, "lib", Path::new("src/lib.rs"), Path::new("src"));
        let mut house = House { files, imports: BTreeMap::new(), excepted: BTreeSet::new() };
        house.excepted = EXCEPTIONS.iter().map(|(from, to, _)| ((*from).into(), (*to).into())).collect();
        let mut imports: BTreeMap<Import, BTreeSet<String>> = BTreeMap::new();
        for (name, file) in &house.files {
            let own = file.uses.iter().filter(|used| !used.is_handed_on).map(|used| &used.path);
            for path in own.chain(&file.paths) {
                if let Some(Found::Item(owner, taken)) = house.find(name, path, 0)
                    && owner != *name
                    && owner != "lib"
                {
                    imports.entry((name.clone(), owner)).or_default().insert(taken);
                }
            }
        }
        house.imports = imports;
        house
    }

    /// The modules in the order of `src/lib.rs`.
    fn order(&self) -> &[String] {
        &self.files["lib"].children
    }

    /// Whether it is of another module that is declared later.
    fn is_upwards(&self, (from, to): &Import) -> bool {
        let place = |file: &str| self.order().iter().position(|module| module == top(file));
        place(to) > place(from)
    }

    /// What a path means in a module. `depth` ends the search where names are handed on in a circle.
    fn find(&self, module: &str, path: &[String], depth: usize) -> Option<Found> {
        let mut here = module.to_owned();
        for (i, segment) in path.iter().enumerate() {
            let file = self.files.get(&here)?;
            here = match segment.as_str() {
                "crate" => "lib".to_owned(),
                "self" => here,
                "super" => parent(&here),
                "*" => return Some(Found::Item(here, "*".to_owned())),
                name if file.children.iter().any(|child| child == name) => child(&here, name),
                name => {
                    // In the middle of a path from elsewhere only what is handed on can be meant.
                    let used = file.uses.iter().find(|used| used.name == name);
                    match used {
                        Some(used) if depth < 8 => match self.find(&here, &used.path, depth + 1)? {
                            Found::Module(module) => module,
                            item => return Some(item),
                        },
                        // The first of a path that is neither a module here nor imported is another crate or a type.
                        _ if i == 0 => return None,
                        _ => return Some(Found::Item(here, name.to_owned())),
                    }
                }
            };
        }
        Some(Found::Module(here))
    }

    /// Sets of files that reach each other.
    fn circles(&self, excepted: &BTreeSet<Import>) -> Vec<BTreeSet<&str>> {
        let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in self.imports.keys().filter(|import| !excepted.contains(*import)) {
            next.entry(from).or_default().push(to);
        }
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            next.keys().map(|&from| (from, reach(from, &next))).collect();
        let together = |a: &str| -> BTreeSet<&str> {
            reached[a]
                .iter()
                .copied()
                .filter(|b| reached.get(b).is_some_and(|back| back.contains(a)))
                .collect()
        };
        let circles: BTreeSet<BTreeSet<&str>> = next.keys().map(|file| together(file)).collect();
        circles.into_iter().filter(|circle| !circle.is_empty()).collect()
    }

    /// A circle's imports, one a line.
    fn shown(&self, circle: &BTreeSet<&str>) -> String {
        let within =
            self.imports.iter().filter(|((from, to), _)| circle.contains(&**from) && circle.contains(&**to));
        let lines = within.map(|((from, to), names)| format!("  {from} imports {to}: {}", listed(names)));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }
}

fn reach<'a>(from: &'a str, next: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut ahead = vec![from];
    while let Some(file) = ahead.pop() {
        ahead.extend(next.get(file).into_iter().flatten().filter(|&&file| reached.insert(file)));
    }
    reached
}

enum Found {
    Module(String),
    /// A file, and what it defines.
    Item(String, String),
}

fn parent(module: &str) -> String {
    module.rsplit_once("::").map_or("lib", |(parent, _)| parent).to_owned()
}

fn child(module: &str, name: &str) -> String {
    if module == "lib" { name.to_owned() } else { format!("{module}::{name}") }
}

/// Adds the file of a module and those of the modules in it, which lie in `folder`.
fn add_files(files: &mut BTreeMap<String, File>, name: &str, path: &Path, folder: &Path) {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = File::parse(&text);
    for module in &file.children {
        let inside = folder.join(module);
        let beside = folder.join(format!("{module}.rs"));
        let path = if beside.is_file() { beside } else { inside.join("mod.rs") };
        add_files(files, &child(name, module), &path, &inside);
    }
    files.insert(name.to_owned(), file);
}

#[derive(Default)]
struct File {
    children: Vec<String>,
    uses: Vec<Use>,
    /// Paths in the code.
    paths: Vec<Vec<String>>,
}

/// A name that a `use` brings.
struct Use {
    path: Vec<String>,
    name: String,
    is_handed_on: bool,
}

impl File {
    fn parse(text: &str) -> Self {
        let tokens = without_tests(tokens(text));
        let mut file = File::default();
        // The depth of braces, and that of each module written here.
        let (mut depth, mut inner) = (0_usize, Vec::<usize>::new());
        let mut i = 0;
        while i < tokens.len() {
            let end =
                |from: usize, mark: &str| from + tokens[from..].iter().position(|t| t == mark).unwrap_or(0);
            match tokens[i].as_str() {
                "use" => {
                    let is_handed_on = i > 0 && (tokens[i - 1] == "pub" || tokens[i - 1] == ")");
                    let stop = end(i, ";");
                    let mut rest = &tokens[i + 1..stop];
                    let known = file.uses.len();
                    file.add_uses(&mut rest, &[], is_handed_on);
                    file.uses[known..].iter_mut().for_each(|used| leave(&mut used.path, inner.len()));
                    i = stop;
                }
                "mod" if tokens.get(i + 2).is_some_and(|t| t == ";") => {
                    file.children.push(tokens[i + 1].clone())
                }
                "mod" if tokens.get(i + 2).is_some_and(|t| t == "{") => inner.push(depth),
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    inner.pop_if(|start| *start == depth);
                }
                first if is_name(first) && tokens.get(i + 1).is_some_and(|t| t == "::") => {
                    let mut path = vec![first.to_owned()];
                    while tokens.get(i + 1).is_some_and(|t| t == "::")
                        && tokens.get(i + 2).is_some_and(|t| is_name(t))
                    {
                        path.push(tokens[i + 2].clone());
                        i += 2;
                    }
                    if path.len() > 1 {
                        leave(&mut path, inner.len());
                        file.paths.push(path);
                    }
                }
                _ => {}
            }
            i += 1;
        }
        file
    }

    /// Reads one tree of a `use`: `a::{b, c as d}`.
    fn add_uses(&mut self, rest: &mut &[String], before: &[String], is_handed_on: bool) {
        let mut path = before.to_vec();
        while let Some((token, after)) = rest.split_first() {
            match token.as_str() {
                "," | "}" => break,
                "::" => *rest = after,
                "{" => {
                    *rest = after;
                    while !rest.is_empty() && rest[0] != "}" {
                        self.add_uses(rest, &path, is_handed_on);
                        if rest.first().is_some_and(|t| t == ",") {
                            *rest = &rest[1..];
                        }
                    }
                    *rest = rest.get(1..).unwrap_or_default();
                    return;
                }
                "as" => {
                    let name = after[0].clone();
                    *rest = &after[1..];
                    self.uses.push(Use { path, name, is_handed_on });
                    return;
                }
                name => {
                    if name != "self" || before.is_empty() {
                        path.push(name.to_owned());
                    }
                    *rest = after;
                }
            }
        }
        let name = path.last().cloned().unwrap_or_default();
        self.uses.push(Use { path, name, is_handed_on });
    }
}

/// Takes a path out of modules that are written in a file to where the file itself is.
fn leave(path: &mut Vec<String>, inner: usize) {
    let outwards = path.iter().take(inner).take_while(|segment| *segment == "super").count();
    if outwards > 0 {
        path.splice(..outwards, ["self".to_owned()]);
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single marks; without comments, strings and characters.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_raw = (rest.starts_with("r\"") || rest.starts_with("r#\"") || rest.starts_with("r##\""))
            && !rest.starts_with("r#_");
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if is_raw {
            let opening = rest.find('"').unwrap_or(0) + 1;
            let closing = format!("\"{}", &rest[1..opening - 1]);
            opening + rest[opening..].find(&closing).unwrap_or(0) + closing.len()
        } else if first == '"' {
            quoted(rest)
        } else if first == '\'' {
            character(rest)
        } else if first.is_alphabetic() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let token = &rest[..length];
        let is_code = is_name(token) && !is_raw || token == "::" || length == 1 && !first.is_whitespace();
        if is_code && first != '\'' && first != '"' {
            tokens.push(token.to_owned());
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of the string that `text` begins with.
fn quoted(text: &str) -> usize {
    let mut is_escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        if c == '"' && !is_escaped {
            return i + 1;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
    text.len()
}

/// The length of the character that `text` begins with; 1 if it is the mark of a lifetime.
fn character(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    let (_, second) = chars.next().unwrap_or((0, ' '));
    let (third, mark) = chars.next().unwrap_or((0, ' '));
    match (second, mark) {
        ('\\', _) => third + 1 + text[third + 1..].find('\'').unwrap_or(0) + 1,
        (_, '\'') => third + 1,
        _ => 1,
    }
}

/// Leaves out what `#[cfg(test)]` stands before.
fn without_tests(tokens: Vec<String>) -> Vec<String> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        if tokens[i..].iter().take(mark.len()).eq(mark.iter()) {
            let mut depth = 0;
            while i < tokens.len() {
                match tokens[i].as_str() {
                    "{" => depth += 1,
                    "}" => depth -= 1,
                    _ => {}
                }
                i += 1;
                if depth == 0 && matches!(tokens[i - 1].as_str(), "}" | ";") {
                    break;
                }
            }
        } else {
            kept.push(tokens[i].clone());
            i += 1;
        }
    }
    kept
}
