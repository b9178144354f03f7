//! `--help` in the user's language. In English it is what stands at the arguments themselves; for other languages the texts
//! are put in by key: `help-tasks-ls` for a command, `help-tasks-ls--limit` for one of its arguments.

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use crate::words::language::{Language, look_up};

/// The language that a command line asks for, before anything else of it is read.
pub(super) fn language_of(arguments: impl IntoIterator<Item = OsString>) -> Language {
    let mut arguments = arguments.into_iter().skip(1).filter_map(|word| word.into_string().ok());
    let mut asked = None;
    while let Some(word) = arguments.next() {
        match word.strip_prefix("--lang") {
            Some("") => asked = arguments.next(),
            Some(rest) => asked = rest.strip_prefix('=').map(str::to_owned),
            None if word == "--" => break,
            None => {}
        }
    }
    Language::wanted(asked.as_deref())
}

/// The whole command, with its help in the spoken language.
pub(super) fn command() -> Command {
    let command = super::Arguments::command();
    match Language::spoken() {
        Language::English => command,
        _ => translated(command, "help"),
    }
}

fn translated(command: Command, key: &str) -> Command {
    let mut command = command;
    if let Some(about) = look_up(key, &[]) {
        command = command.about(about.clone()).long_about(about);
    }
    if let Some(after) = look_up(&format!("{key}-after"), &[]) {
        command = command.after_help(after);
    }
    let names: Vec<String> = command
        .get_arguments()
        .map(|argument| argument.get_id().to_string())
        .collect();
    for name in names {
        if let Some(text) = look_up(&argument_key(key, &name), &[]) {
            command = command.mut_arg(name, |argument| argument.help(text.clone()).long_help(text));
        }
    }
    command.mut_subcommands(|sub| {
        let key = format!("{key}-{}", sub.get_name());
        translated(sub, &key)
    })
}

fn argument_key(command: &str, name: &str) -> String {
    format!("{command}--{}", name.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_says_the_language() {
        let line = |words: &[&str]| language_of(words.iter().map(OsString::from));
        assert_eq!(line(&["d8", "run", "--lang", "es"]), Language::Spanish);
        assert_eq!(line(&["d8", "--lang=es", "run"]), Language::Spanish);
        assert_eq!(
            line(&["d8", "--lang=en", "submit", "--", "--lang=es"]),
            Language::English
        );
    }
}
