//! `--help` in the user's language. In English it is what stands at the arguments themselves; other languages have the texts
//! by key: `help-tasks-ls` for a command, `help-tasks-ls-after` for what follows its options, `help-tasks-ls--limit` for one of
//! its arguments. An argument that several commands have alike stands at the command above them: `help-tasks--limit`, `help--json`.

mod keys;
mod misuse;
mod translated;

use std::ffi::OsString;

use clap::{Command, CommandFactory};

use crate::words::language::Language;
pub(super) use misuse::failure;

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
        language => translated::translated(command, language),
    }
}

#[cfg(test)]
mod tests;
