//! `model pull`, against a hub on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use assert_cmd::Command;

use crate::command::{extract, repository, stderr, triplewire};
use crate::hub::{Hub, Request, Stored};

const ID: &str = "ana/tiny-NER";

/// A tiny BERT with random weights, laid out as on the hub.
fn tiny() -> Hub {
    let content = |name: &str| fs::read(repository("tests/reference/bert").join(name)).unwrap();
    Hub::with(
        ID,
        [
            (".gitattributes", Stored::small("")),
            ("README.md", Stored::small("# Tiny\n")),
            ("config.json", Stored::small(content("config.json"))),
            ("onnx/model.onnx", Stored::large(content("model.onnx"))),
            ("model.safetensors", Stored::large(content("model.safetensors"))),
            ("pytorch_model.bin", Stored::large("a pickle")),
            ("tokenizer_config.json", Stored::small("{\"do_lower_case\": true}")),
            ("training/log.txt", Stored::small("nothing")),
            ("vocab.txt", Stored::small(vocabulary())),
        ],
    )
}

/// The special tokens and the letters.
fn vocabulary() -> String {
    let special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned);
    let letters = ('a'..='z').flat_map(|letter| [letter.to_string(), format!("##{letter}")]);
    special.into_iter().chain(letters).map(|token| token + "\n").collect()
}

/// The program with a cache of its own, and no other settings than these.
fn with_cache(mut command: Command, cache: &Path, hub: &str) -> Command {
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "HF_TOKEN"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env("XDG_CACHE_HOME", cache).env("HF_ENDPOINT", hub);
    command
}

fn pull(hub: &Hub, cache: &Path, args: &[&str]) -> Command {
    let mut command = with_cache(triplewire(), cache, &hub.address);
    command.args(["model", "pull"]).args(args);
    command
}

/// Expects the pull to fail with all of `said`, and no model to be there after it.
fn fails(command: &mut Command, cache: &Path, said: &[&str]) -> String {
    let error = stderr(&command.assert().code(1).stdout(""));
    for part in said {
        assert!(error.contains(part), "{part:?} is not in\n{error}");
    }
    assert!(!folder(cache).exists());
    let list = with_cache(triplewire(), cache, "").args(["model", "list"]).assert().code(0);
    assert!(!String::from_utf8_lossy(&list.get_output().stdout).contains("tiny"));
    error
}

fn folder(cache: &Path) -> PathBuf {
    cache.join("triplewire/models/ana--tiny-NER")
}

/// The files below a folder.
fn files(folder: &Path) -> Vec<String> {
    let all = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter().flatten();
    let files = all.filter(|entry| entry.file_type().is_file());
    files.map(|entry| entry.path().strip_prefix(folder).unwrap().display().to_string()).collect()
}

/// The requests for the content of large files.
fn of_large_files(hub: &Hub) -> Vec<Request> {
    hub.state().requests.iter().filter(|request| request.elsewhere).cloned().collect()
}

#[test]
fn a_model_is_pulled_and_used_by_its_id() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    let pulled = pull(&hub, cache.path(), &[ID]).assert().code(0).stderr("");
    let said = String::from_utf8_lossy(&pulled.get_output().stdout).into_owned();
    for part in ["ana--tiny-NER: 6 files, 0.1 MB (0.1 MB fetched)", "rten (fp32)", "`--model ana/tiny-NER`"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    let expected = [
        "README.md",
        "config.json",
        "model.safetensors",
        "onnx/model.onnx",
        "tokenizer_config.json",
        "vocab.txt",
    ];
    assert_eq!(files(&folder(cache.path())), expected);
    assert_eq!(files(cache.path()).len(), expected.len(), "{:?}", files(cache.path()));

    let run = |args: &[&str]| {
        let info = with_cache(triplewire(), cache.path(), "").args(args).assert().code(0);
        String::from_utf8_lossy(&info.get_output().stdout).into_owned()
    };
    let info = run(&["model", "info", ID]);
    assert!(info.contains("yes, in fp32") && info.contains("onnx/model.onnx"), "{info}");
    assert!(run(&["model", "list"]).contains("ana--tiny-NER: ana--tiny-NER, PER LOC, for rust-bert, rten"));
    let (input, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(input.path().join("one.txt"), "Ana Ruiz flew to Peru.").unwrap();
    with_cache(extract(input.path(), out.path(), &["--model", ID]), cache.path(), "").assert().code(0);
    assert!(out.path().join("mentions.csv").is_file());
}

#[test]
fn a_second_pull_fetches_only_what_has_changed_and_keeps_what_is_the_users() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    pull(&hub, cache.path(), &[ID, "--quiet"]).assert().code(0).stdout("").stderr("");
    let before = of_large_files(&hub).len();
    fs::write(folder(cache.path()).join("model.toml"), "window = 32\n").unwrap();
    hub.state().files.insert("README.md".into(), Stored::small("# Tiny, but more so\n"));
    let assert = pull(&hub, cache.path(), &[ID]).assert().code(0);
    assert!(
        String::from_utf8_lossy(&assert.get_output().stdout).contains("6 files, 0.1 MB (0.0 MB fetched)")
    );
    assert_eq!(of_large_files(&hub).len(), before);
    assert_eq!(fs::read_to_string(folder(cache.path()).join("README.md")).unwrap(), "# Tiny, but more so\n");
    assert!(folder(cache.path()).join("model.toml").is_file());
    assert_eq!(files(cache.path()).len(), 7, "{:?}", files(cache.path()));
}

#[test]
fn an_interrupted_pull_goes_on_where_it_stopped() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    hub.state().left = Some(10_000);
    fails(
        &mut pull(&hub, cache.path(), &[ID]),
        cache.path(),
        &["onnx/model.onnx: 10000 of 63401 bytes arrived", "run the same command again"],
    );
    let info = with_cache(triplewire(), cache.path(), "").args(["model", "info", ID]).assert().code(1);
    assert!(stderr(&info).contains("`triplewire model pull ana/tiny-NER` fetches it"), "{}", stderr(&info));

    hub.state().left = None;
    hub.state().requests.clear();
    pull(&hub, cache.path(), &[ID]).assert().code(0);
    assert_eq!(of_large_files(&hub)[0].range.as_deref(), Some("bytes=10000-"));
    let content = fs::read(folder(cache.path()).join("onnx/model.onnx")).unwrap();
    assert!(content == fs::read(repository("tests/reference/bert/model.onnx")).unwrap());
    assert_eq!(files(cache.path()).len(), 6, "{:?}", files(cache.path()));
}

#[test]
fn a_connection_that_breaks_is_taken_up_again() {
    for ignores_ranges in [false, true] {
        let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
        hub.state().breaks_after = Some(40_000);
        hub.state().ignores_ranges = ignores_ranges;
        if ignores_ranges {
            // It begins anew each time and never gets further.
            fails(&mut pull(&hub, cache.path(), &[ID]), cache.path(), &["40000 of 63401 bytes"]);
            hub.state().breaks_after = None;
        }
        pull(&hub, cache.path(), &[ID]).assert().code(0);
        let content = fs::read(folder(cache.path()).join("onnx/model.onnx")).unwrap();
        assert!(content == fs::read(repository("tests/reference/bert/model.onnx")).unwrap());
    }
}

#[test]
fn a_file_that_is_not_what_the_hub_lists_is_removed() {
    for name in ["vocab.txt", "model.safetensors"] {
        let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
        let good = hub.state().files[name].clone();
        hub.state().files.get_mut(name).unwrap().content[7] ^= 1;
        let error =
            fails(&mut pull(&hub, cache.path(), &[ID]), cache.path(), &["wrong checksum", "is removed"]);
        assert!(error.contains(&format!("ana/tiny-NER: {name}: ")), "{error}");
        assert!(!files(cache.path()).iter().any(|file| file.contains(name)), "{:?}", files(cache.path()));
        hub.state().files.insert(name.into(), good);
        pull(&hub, cache.path(), &[ID]).assert().code(0);
    }
}

#[test]
fn refusals_of_a_table() {
    type Change = fn(&Hub);
    let table: [(&str, Change, &[&str], &[&str]); 8] = [
        (
            "a missing model",
            |_| {},
            &["ana/nonesuch"],
            &["ana/nonesuch: the hub has no such model", "spelling"],
        ),
        (
            "a missing revision",
            |_| {},
            &[ID, "--revision", "v9"],
            &["tiny-NER@v9: the hub has no revision `v9`", "--revision"],
        ),
        (
            "a private model",
            |hub| hub.state().private = Some("secret".into()),
            &[ID],
            &["keeps it private (HTTP 401)", "HF_TOKEN"],
        ),
        ("a gated model", |hub| hub.state().gated = true, &[ID], &["only to those who ask", "HF_TOKEN"]),
        ("an address", |_| {}, &["https://hub.example/ana/tiny-NER"], &["no id of a model", "OWNER/NAME"]),
        ("a path", |_| {}, &["../../ana"], &["no id of a model"]),
        ("a revision that is a path", |_| {}, &[ID, "--revision", "../../v1"], &["no name of a revision"]),
        (
            "a hub without checksums",
            |hub| hub.state().files.get_mut("config.json").unwrap().etag = "../../../../../tmp/x".into(),
            &[ID],
            &["config.json: ", "gives no checksum"],
        ),
    ];
    for (case, change, args, said) in table {
        let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
        change(&hub);
        fails(&mut pull(&hub, cache.path(), args), cache.path(), said);
        assert_eq!(files(cache.path()), [""; 0], "{case}");
    }
}

#[test]
fn the_token_opens_private_models_and_goes_to_the_hub_only() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    hub.state().private = Some("secret".into());
    let error = stderr(&pull(&hub, cache.path(), &[ID]).env("HF_TOKEN", "wrong").assert().code(1));
    assert!(error.contains("not for the token in HF_TOKEN") && !error.contains("wrong"), "{error}");
    pull(&hub, cache.path(), &[ID]).env("HF_TOKEN", "secret").assert().code(0);
    let large = of_large_files(&hub);
    assert!(large.len() == 2 && large.iter().all(|request| request.token.is_none()), "{large:?}");
}

#[test]
fn a_revision_has_a_folder_of_its_own() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    hub.state().revision = "refs%2Fpr%2F1".into();
    pull(&hub, cache.path(), &[ID, "--revision", "refs/pr/1"]).assert().code(0);
    assert!(cache.path().join("triplewire/models/ana--tiny-NER@refs--pr--1/config.json").is_file());
    let named = format!("{ID}@refs/pr/1");
    with_cache(triplewire(), cache.path(), "").args(["model", "info", &named]).assert().code(0);
    with_cache(triplewire(), cache.path(), "").args(["model", "info", ID]).assert().code(1);
}

#[test]
fn without_a_network_it_says_so_at_once() {
    let cache = tempfile::tempdir().unwrap();
    // A port that was free a moment ago.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let start = Instant::now();
    let mut command = with_cache(triplewire(), cache.path(), &format!("http://{address}"));
    let said = ["ana/tiny-NER: cannot reach http://127.0.0.1:", "check the connection", "`--model`"];
    fails(command.args(["model", "pull", ID]), cache.path(), &said);
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(files(cache.path()), [""; 0]);
}

#[test]
fn a_server_that_is_no_hub_is_called_so() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    hub.state().also_listed = vec!["x".repeat(11_000_000)];
    fails(&mut pull(&hub, cache.path(), &[ID]), cache.path(), &["does not answer as the hub does"]);
}

#[test]
fn hostile_names_in_the_listing_are_written_nowhere() {
    let (hub, outer) = (tiny(), tempfile::tempdir().unwrap());
    let cache = outer.path().join("one/two");
    let absolute = outer.path().join("model.toml").display().to_string();
    for name in
        ["../model.toml", "../../config.json", "..\\model.toml", &absolute, "onnx/../../README.md", "a/b"]
    {
        hub.state().files.insert(name.into(), Stored::small("evil"));
    }
    pull(&hub, &cache, &[ID]).assert().code(0);
    let inside = "one/two/triplewire/models/ana--tiny-NER/";
    let all = files(outer.path());
    assert!(all.len() == 6 && all.iter().all(|file| file.starts_with(inside)), "{all:?}");
    assert!(!hub.state().requests.iter().any(|request| request.path.contains("..")));
}

#[test]
fn models_that_no_engine_can_run_are_refused_before_the_weights() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    for name in ["onnx/model.onnx", "model.safetensors"] {
        hub.state().files.remove(name);
    }
    fails(
        &mut pull(&hub, cache.path(), &[ID]),
        cache.path(),
        &["only a pickle (pytorch_model.bin)", "save_pretrained", "refs/pr/1"],
    );
    let hub = tiny();
    let config = r#"{"id2label": {"0": "LABEL_0", "1": "LABEL_1"}, "model_type": "bert"}"#;
    hub.state().files.insert("config.json".into(), Stored::small(config));
    fails(
        &mut pull(&hub, cache.path(), &[ID]),
        cache.path(),
        &["its config.json cannot be used: id2label has only"],
    );
    assert!(of_large_files(&hub).is_empty());
}

#[test]
fn a_model_for_another_engine_is_pulled_and_says_so() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    hub.state().files.remove("onnx/model.onnx");
    let pulled = pull(&hub, cache.path(), &[ID]).assert().code(0);
    let said = String::from_utf8_lossy(&pulled.get_output().stdout).into_owned();
    if !cfg!(feature = "rust-bert") {
        let parts =
            ["No engine of this build can run it", "optimum-cli export onnx --task token-classification"];
        assert!(parts.iter().all(|part| said.contains(part)), "{said}");
    } else {
        assert!(said.contains("Runs with rust-bert"), "{said}");
    }
}

#[test]
fn two_pulls_of_one_model_do_not_meet() {
    let (hub, cache) = (tiny(), tempfile::tempdir().unwrap());
    let unfinished = cache.path().join("triplewire/models/.unfinished");
    fs::create_dir_all(&unfinished).unwrap();
    let held = fs::File::create(unfinished.join("ana--tiny-NER.lock")).unwrap();
    held.lock().unwrap();
    fails(&mut pull(&hub, cache.path(), &[ID]), cache.path(), &["another pull of it is under way"]);
    drop(held);
    pull(&hub, cache.path(), &[ID]).assert().code(0);
}
