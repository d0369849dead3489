//! Parses the command line. Errors read like all other messages.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Arg, Command};

use crate::error::words;

/// Parses the command line for `command`.
///
/// # Errors
/// If an argument is wrong, or help or version was asked for.
pub(super) fn read(command: Command, words: &[OsString]) -> Result<clap::ArgMatches, Said> {
    let mut command = signed(command);
    command.try_get_matches_from_mut(words).map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Said::Asked(error),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => Said::Asked(error),
        _ => Said::Wrong(explained(&error, &command, words)),
    })
}

/// The result instead of arguments.
pub(super) enum Said {
    /// The text of help or version.
    Asked(Error),
    /// The error.
    Wrong(String),
}

/// Treats `-1` as a value of options, so that the error is about the value, not about an unknown option.
fn signed(command: Command) -> Command {
    let takes_value = |arg: &Arg| !arg.is_positional() && arg.get_action().takes_values();
    command
        .mut_args(|arg| if takes_value(&arg) { arg.allow_negative_numbers(true) } else { arg })
        .mut_subcommands(signed)
}

fn explained(error: &Error, command: &Command, arguments: &[OsString]) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(" and ")),
        _ => None,
    };
    let listed = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let argument = text(ContextKind::InvalidArg).map(|it| option(&it)).unwrap_or_default();
    let given = text(ContextKind::InvalidValue).unwrap_or_default();
    let help = format!("`{} --help` shows all there is", path(command, arguments));
    let said = match error.kind() {
        ErrorKind::MissingRequiredArgument => {
            let missing = listed(ContextKind::InvalidArg);
            return format!("{} missing. {help}", are(&missing));
        }
        ErrorKind::InvalidValue if given.is_empty() => format!("{argument} has no value"),
        ErrorKind::InvalidValue => {
            let known = listed(ContextKind::ValidValue);
            let near = words::similar(&given, known.iter().map(String::as_str));
            return format!("{argument}: there is no `{given}`{} Give {}", hint(near), one_of(&known));
        }
        ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            let given = if given.trim().is_empty() { String::new() } else { format!(" {given}") };
            return format!("{argument}{given}: {why}");
        }
        ErrorKind::UnknownArgument => {
            if !argument.starts_with('-') {
                return format!("`{argument}` is one argument too many. {help}");
            }
            let near = text(ContextKind::SuggestedArg).map(|it| option(&it));
            return format!("there is no option `{argument}`{} {help}", hint(near.as_deref()));
        }
        ErrorKind::InvalidSubcommand => {
            let name = text(ContextKind::InvalidSubcommand).unwrap_or_default();
            let names = within(command, arguments).get_subcommands().map(|it| it.get_name().to_owned());
            let known: Vec<String> = names.filter(|name| name != "help").collect();
            let near = words::similar(&name, known.iter().map(String::as_str));
            return format!("there is no command `{name}`{} Give {}", hint(near), one_of(&known));
        }
        ErrorKind::ArgumentConflict => {
            let others: Vec<String> = listed(ContextKind::PriorArg).iter().map(|it| option(it)).collect();
            if others.contains(&argument) || others.is_empty() {
                return format!("{argument} is given more than once. Give it once");
            }
            return format!("{argument} and {} do not go together. Leave one out", others.join(", "));
        }
        ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues | ErrorKind::TooManyValues => {
            format!("{argument} has too few or too many values")
        }
        ErrorKind::InvalidUtf8 => "an argument is no text in UTF-8".to_owned(),
        _ => words::plain(error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ")),
    };
    format!("{}. {help}", said.trim_end_matches('.'))
}

/// The end of a message about an unknown name.
fn hint(near: Option<&str>) -> String {
    near.map_or(".".to_owned(), |near| format!(". Did you mean `{near}`?"))
}

/// The allowed values.
fn one_of(known: &[String]) -> String {
    let names = known.join(", ");
    if known.len() == 1 { names } else { format!("one of {names}") }
}

/// The missing argument, as the subject of a sentence.
fn are(missing: &[String]) -> String {
    let missing: Vec<String> =
        missing.iter().map(|it| it.trim_end_matches("...").replace(['<', '>'], "")).collect();
    match missing.split_last() {
        Some((last, [])) => format!("{last} is"),
        Some((last, others)) => format!("{} and {last} are", others.join(", ")),
        None => "something is".to_owned(),
    }
}

/// An option without the name of its value.
fn option(written: &str) -> String {
    let name = written.split(" <").next().unwrap_or(written);
    name.trim_end_matches("...").replace(['<', '>'], "")
}

/// The command line of the subcommand that the arguments name.
fn path(command: &Command, arguments: &[OsString]) -> String {
    let names = named(command, arguments).into_iter().map(Command::get_name);
    std::iter::once(command.get_name()).chain(names).collect::<Vec<_>>().join(" ")
}

fn within<'a>(command: &'a Command, arguments: &[OsString]) -> &'a Command {
    named(command, arguments).last().copied().unwrap_or(command)
}

/// The nested subcommands that the arguments begin with.
fn named<'a>(command: &'a Command, arguments: &[OsString]) -> Vec<&'a Command> {
    let mut found: Vec<&Command> = Vec::new();
    for argument in arguments.iter().skip(1) {
        let here = found.last().copied().unwrap_or(command);
        match argument.to_str().and_then(|name| here.find_subcommand(name)) {
            Some(inner) => found.push(inner),
            None => break,
        }
    }
    found
}
