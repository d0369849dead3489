//! A reader that goes away early, as `head` does.

use std::fs;
use std::process::{Command, Stdio};

use crate::command::{repository, rows};

/// The program, without arguments yet, and a pipe that nobody reads.
fn unread() -> (Command, Stdio) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    (Command::new(assert_cmd::cargo::cargo_bin!("triplewire")), writer.into())
}

/// A command whose standard output nobody reads ends well, and says nothing.
fn assert_ends_quietly(mut command: Command, stdout: Stdio) {
    let running = command.stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let output = running.wait_with_output().unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), errors.as_str()), (Some(0), ""), "{command:?}");
}

#[test]
fn a_reader_of_standard_output_may_leave() {
    let model = repository("models/newswire");
    for args in [&["rules", "list"], &["model", "list"], &["model", "info"]] {
        let (mut command, closed) = unread();
        command.args(args).args((args[1] == "info").then_some(&model));
        assert_ends_quietly(command, closed);
    }
}

#[test]
fn a_reader_of_standard_error_may_leave() {
    let folder = tempfile::tempdir().unwrap();
    let (input, out) = (folder.path().join("articles"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("empty.txt"), "").unwrap();
    fs::write(input.join("good.txt"), "Angela Merkel visited Paris.").unwrap();
    let (mut command, closed) = unread();
    let status = command
        .arg("extract")
        .arg(&input)
        .arg("--out")
        .arg(&out)
        .args(["--engine", "rten"])
        .stdout(Stdio::null())
        .stderr(closed)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
    assert_eq!(rows(&out.join("mentions.csv")).len(), 2);
}

#[test]
fn a_broken_pipe_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("good.txt");
    fs::write(&input, "Angela Merkel visited Paris.").unwrap();
    let treebank = folder.path().join("good.conllu");
    fs::write(&treebank, "1\tAna\t_\t_\t_\t_\t_\t_\t_\t_\n\n").unwrap();
    for args in [&["extract", "--out", "-", "--quiet"][..], &["parse"]] {
        for input in [&input, &treebank].into_iter().take(if args == ["parse"] { 2 } else { 1 }) {
            let (mut command, closed) = unread();
            command.args(args).args(["--engine", "rten"]).arg(input);
            assert_ends_quietly(command, closed);
        }
    }
}
