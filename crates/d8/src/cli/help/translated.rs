//! A command with its help in another language.
//!
//! Arguments are changed before clap completes the command, as they cannot be changed after; headings and usage are changed
//! after, as clap only then knows them. What a language lacks stays English.

use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

use super::keys::{self, Path};
use crate::words::language::{Language, look_up};

/// The names of clap's own arguments.
const HELP: &str = "help";
const VERSION: &str = "version";

/// The command and all below it, ready to read a command line.
pub(super) fn translated(command: Command, language: Language) -> Command {
    let words = Words(language);
    let mut command = words.arguments(command, &Path::default());
    command.build();
    words.headings(command, &Path::default())
}

/// clap's own two arguments, which it names only when it completes a command.
pub(super) fn own_arguments() -> [Arg; 2] {
    let help = Arg::new(HELP).short('h').long(HELP).action(ArgAction::Help);
    let version = Arg::new(VERSION).short('V').long(VERSION).action(ArgAction::Version);
    [help.help("Print help"), version.help("Print version")]
}

struct Words(Language);

impl Words {
    fn of(&self, key: &str) -> Option<String> {
        look_up(self.0, key, &[])
    }

    fn arguments(&self, command: Command, path: &Path) -> Command {
        let mut command = command.disable_help_flag(true).disable_version_flag(true);
        let own: Vec<Arg> = own_arguments().into_iter().filter(|own| !has(&command, own)).collect();
        command = command.args(own);
        if let Some(about) = self.of(&path.about()) {
            if command.get_long_about().is_some() {
                command = command.long_about(about.clone());
            }
            command = command.about(about);
        }
        if let Some(after) = self.of(&path.after()) {
            command = command.after_help(after);
        }
        // Headings come in the order of their first arguments.
        let mut ids: Vec<_> = command
            .get_arguments()
            .map(|argument| (rank(argument), argument.get_id().clone()))
            .collect();
        ids.sort_by_key(|(rank, _)| *rank);
        for (_, id) in ids {
            command = command.mut_arg(id, |argument| self.argument(argument, path));
        }
        command.mut_subcommands(|sub| {
            let path = path.below(&sub);
            self.arguments(sub, &path)
        })
    }

    fn argument(&self, argument: Arg, path: &Path) -> Arg {
        let text = path.argument(&argument).iter().find_map(|key| self.of(key));
        let english = || argument.get_help().map(StyledStr::to_string).unwrap_or_default();
        let mut text = text.unwrap_or_else(english);
        for note in self.notes(&argument) {
            text = format!("{text} [{note}]");
        }
        let heading = match argument.get_help_heading() {
            Some(own) => self.of(&keys::heading(own)).unwrap_or_else(|| own.to_owned()),
            None if argument.is_positional() => self.heading("Arguments"),
            None => self.heading("Options"),
        };
        let names = argument.get_value_names().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| self.value(name)).collect();
        let mut argument = argument;
        if argument.get_long_help().is_some() {
            argument = argument.long_help(text.clone());
        }
        if argument.get_action().takes_values() {
            argument = argument.hide_default_value(true).hide_possible_values(true);
        }
        if !names.is_empty() {
            argument = argument.value_names(names);
        }
        argument.help(text).help_heading(heading)
    }

    /// What clap would add to an argument's text.
    fn notes(&self, argument: &Arg) -> Vec<String> {
        if !argument.get_action().takes_values() {
            return Vec::new();
        }
        let note = |key: &str, values: Vec<String>, between: &str| {
            let shown = self.of(key).filter(|_| !values.is_empty());
            shown.map(|note| format!("{note}: {}", values.join(between)))
        };
        let defaults = argument.get_default_values().iter();
        let defaults = defaults.map(|value| value.to_string_lossy().into_owned());
        let possible = argument.get_possible_values();
        let possible = possible.iter().filter(|value| !value.is_hide_set());
        let possible = possible.map(|value| value.get_name().to_owned());
        [
            note("help-note-default", defaults.collect(), " ").filter(|_| !argument.is_hide_default_value_set()),
            note("help-note-possible", possible.collect(), ", ").filter(|_| !argument.is_hide_possible_values_set()),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn headings(&self, mut command: Command, path: &Path) -> Command {
        let title = self.heading("Usage");
        let styles = command.get_styles();
        let (on, off) = (styles.get_usage().render(), styles.get_usage().render_reset());
        let template =
            format!("{{before-help}}{{about-with-newline}}\n{on}{title}:{off} {{usage}}\n\n{{all-args}}{{after-help}}");
        command = command
            .help_template(template)
            .subcommand_help_heading(self.heading("Commands"))
            .subcommand_value_name(self.value("COMMAND"));
        if command.get_name() == HELP
            && let Some(about) = self.of("help-help")
        {
            command = command.about(about);
        }
        let usage = command.render_usage().ansi().to_string();
        // clap's own title ends at the first blank; further lines stand below the first one.
        let usage = usage.split_once(' ').map_or(usage.as_str(), |(_, usage)| usage);
        let usage = usage
            .replace("[OPTIONS]", &format!("[{}]", self.value("OPTIONS")))
            .replace("\n       ", &format!("\n{}", " ".repeat(title.chars().count() + 2)));
        command = command.override_usage(usage);
        command.mut_subcommands(|sub| {
            let path = path.below(&sub);
            self.headings(sub, &path)
        })
    }

    fn heading(&self, name: &str) -> String {
        self.of(&keys::heading(name)).unwrap_or_else(|| name.to_owned())
    }

    fn value(&self, name: &str) -> String {
        self.of(&keys::value(name)).unwrap_or_else(|| name.to_owned())
    }
}

fn has(command: &Command, own: &Arg) -> bool {
    command
        .get_arguments()
        .any(|argument| argument.get_id() == own.get_id())
}

/// Arguments, options, what has a heading of its own; clap's own at the end.
fn rank(argument: &Arg) -> u8 {
    match argument.get_help_heading() {
        None if argument.is_positional() => 0,
        None => 1,
        Some(_) => 2,
    }
}
