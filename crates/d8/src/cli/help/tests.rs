//! The help of every command in every language.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use clap::{Arg, ArgAction};

use super::keys::{self, Path};
use super::translated::{own_arguments, translated};
use super::*;
use crate::words::language::tests::keys as keys_of;

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

/// What a language's help lacks, has without need, or says of two things that differ.
fn faults(command: &Command, known: &BTreeSet<&str>) -> Vec<String> {
    let mut wanted = Wanted::default();
    wanted.command(command, &Path::default());
    for fixed in ["Usage", "Commands", "Arguments", "Options"] {
        wanted.want(vec![keys::heading(fixed)], &fixed);
    }
    for fixed in ["help-note-default", "help-note-possible", "help-help"] {
        wanted.want(vec![fixed.to_owned()], &"clap's own words");
    }
    wanted.values.extend(["COMMAND", "OPTIONS"].map(keys::value));
    wanted.faults(known)
}

#[derive(Default)]
struct Wanted {
    /// The keys that a text may have, the best one first, and the English text.
    texts: Vec<(Vec<String>, String)>,
    /// Values may stay as they are: URL, JSON, N.
    values: BTreeSet<String>,
}

impl Wanted {
    fn want(&mut self, keys: Vec<String>, english: &impl ToString) {
        self.texts.push((keys, english.to_string()));
    }

    fn command(&mut self, command: &Command, path: &Path) {
        self.want(vec![path.about()], &command.get_about().cloned().unwrap_or_default());
        if let Some(after) = command.get_after_help() {
            self.want(vec![path.after()], after);
        }
        for argument in command.get_arguments() {
            self.want(
                path.argument(argument),
                &argument.get_help().cloned().unwrap_or_default(),
            );
            let names = argument.get_value_names().unwrap_or_default();
            self.values.extend(names.iter().map(|name| keys::value(name)));
            if let Some(heading) = argument.get_help_heading() {
                self.want(vec![keys::heading(heading)], &heading);
            }
        }
        for own in own_arguments() {
            self.want(path.argument(&own), &own.get_help().cloned().unwrap_or_default());
        }
        for sub in command.get_subcommands() {
            self.command(sub, &path.below(sub));
        }
    }

    fn faults(self, known: &BTreeSet<&str>) -> Vec<String> {
        let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut faults = Vec::new();
        for (keys, english) in self.texts {
            match keys.iter().find(|key| known.contains(key.as_str())) {
                Some(key) => drop(used.entry(key.clone()).or_default().insert(english)),
                None => faults.push(format!("{} is missing: {english}", keys[0])),
            }
        }
        let several = used.iter().filter(|(_, english)| english.len() > 1);
        faults.extend(several.map(|(key, english)| format!("{key} says several things: {english:?}")));
        let of_help = known.iter().filter(|key| key.starts_with("help-"));
        let left = of_help.filter(|key| !used.contains_key(**key) && !self.values.contains(**key));
        faults.extend(left.map(|key| format!("{key} is left over")));
        faults
    }
}

#[test]
fn every_command_and_argument_has_its_help_in_spanish() {
    let faults = faults(&crate::cli::Arguments::command(), &keys_of(Language::Spanish));
    assert!(faults.is_empty(), "es.ftl:\n  {}", faults.join("\n  "));
}

/// `mix [--speed N] fast [--speed N] [--json]`
fn sample() -> Command {
    let speed = || Arg::new("speed").long("speed").help("How fast");
    let json = Arg::new("as_json").long("json").help("As JSON").help_heading("Output");
    Command::new("mix").about("Mix it").arg(speed()).subcommand(
        Command::new("fast")
            .about("Mix it fast")
            .after_help("Example")
            .args([speed(), json.action(ArgAction::SetTrue)]),
    )
}

const COMPLETE: [&str; 15] = [
    "help",
    "help-fast",
    "help-fast-after",
    "help--speed",
    "help-fast--as-json",
    "help--help",
    "help--version",
    "help-heading-output",
    "help-heading-usage",
    "help-heading-commands",
    "help-heading-arguments",
    "help-heading-options",
    "help-note-default",
    "help-note-possible",
    "help-help",
];

#[test]
fn whatever_is_missing_or_left_over_is_found() {
    let complete = BTreeSet::from(COMPLETE);
    assert_eq!(faults(&sample(), &complete), Vec::<String>::new());
    for key in COMPLETE {
        let mut lacks = complete.clone();
        lacks.remove(key);
        assert!(!faults(&sample(), &lacks).is_empty(), "{key}");
    }
    for more in [
        "help-slow",
        "help-fast--speed-up",
        "help-value-lost",
        "help-heading-lost",
    ] {
        let mut more_than_needed = complete.clone();
        more_than_needed.insert(more);
        assert_eq!(faults(&sample(), &more_than_needed), [format!("{more} is left over")]);
    }
    let other = sample().mut_subcommand("fast", |fast| {
        fast.mut_arg("speed", |speed| speed.help("How fast it is"))
    });
    let found = faults(&other, &complete);
    assert!(
        found.len() == 1 && found[0].contains("says several things"),
        "{found:?}"
    );
}

#[test]
fn help_is_shown_in_spanish() {
    let mut command = translated(crate::cli::Arguments::command(), Language::Spanish);
    let whole = command.render_help().to_string();
    for shown in [
        "Uso: d8 [OPCIONES] <COMANDO>",
        "\nComandos:\n",
        "\nOpciones:\n",
        "[valores posibles: en, es]",
        "\nEjemplos:\n",
    ] {
        assert!(whole.contains(shown), "{shown} is not in\n{whole}");
    }
    let run = command.find_subcommand_mut("run").unwrap().render_help().to_string();
    for shown in [
        "Uso: d8 run [OPCIONES] <ARCHIVO.jsonl>",
        "\nArgumentos:\n",
        "\nOpciones:\n",
        "Códigos de salida",
    ] {
        assert!(run.contains(shown), "{shown} is not in\n{run}");
    }
}

/// Words of clap's and ours that no Spanish help may show.
#[test]
fn no_english_is_left_in_any_help() {
    fn look(command: &mut Command, found: &mut Vec<String>) {
        let help = command.render_help().to_string();
        let english = [
            " the ",
            " of ",
            "Usage",
            "Options",
            "Commands",
            "Arguments",
            "[default",
            "[possible",
            "OPTIONS",
            "Example",
            "true",
        ];
        let shown = english.iter().filter(|word| help.contains(**word));
        found.extend(shown.map(|word| format!("{}: {word:?}", command.get_name())));
        command.get_subcommands_mut().for_each(|sub| look(sub, found));
    }
    let mut found = Vec::new();
    look(
        &mut translated(crate::cli::Arguments::command(), Language::Spanish),
        &mut found,
    );
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn a_command_line_is_read_as_in_english() {
    let command = || translated(crate::cli::Arguments::command(), Language::Spanish);
    let read = |line: &str| command().try_get_matches_from(line.split(' '));
    for line in [
        "d8 run work.jsonl -o out.jsonl --for 1h --lang es",
        "d8 tasks --status failed --limit 3",
        "d8 submit hello --wait 5s",
    ] {
        assert!(read(line).is_ok(), "{line}: {:?}", read(line).err());
    }
    use clap::error::ErrorKind;
    let shown = [
        ("d8 --help", ErrorKind::DisplayHelp),
        ("d8 run -h", ErrorKind::DisplayHelp),
        ("d8 help tasks ls", ErrorKind::DisplayHelp),
        ("d8 run --version", ErrorKind::DisplayVersion),
        ("d8 run", ErrorKind::MissingRequiredArgument),
        ("d8 tasks --status lost", ErrorKind::InvalidValue),
    ];
    for (line, kind) in shown {
        assert_eq!(read(line).err().map(|error| error.kind()), Some(kind), "{line}");
    }
}
