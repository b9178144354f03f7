//! Under which keys the texts of a command's help stand.

use clap::{Arg, Command};

/// A command's name within the program: empty for the program itself, "-tasks-ls".
#[derive(Clone, Default, Debug)]
pub(super) struct Path(Vec<String>);

impl Path {
    /// A command below this one.
    pub(super) fn below(&self, command: &Command) -> Self {
        let name = command.get_name().to_owned();
        Self(self.0.iter().cloned().chain([name]).collect())
    }

    /// What the command does.
    pub(super) fn about(&self) -> String {
        self.prefix(self.0.len())
    }

    /// What follows its options.
    pub(super) fn after(&self) -> String {
        format!("{}-after", self.about())
    }

    /// What one of its arguments does: its own key, then those of the commands above.
    pub(super) fn argument(&self, argument: &Arg) -> Vec<String> {
        let name = argument.get_id().as_str().replace('_', "-");
        let lengths = (0..=self.0.len()).rev();
        lengths
            .map(|length| format!("{}--{name}", self.prefix(length)))
            .collect()
    }

    fn prefix(&self, length: usize) -> String {
        let names = self.0.iter().take(length);
        names.fold("help".to_owned(), |key, name| format!("{key}-{name}"))
    }
}

/// The heading over some arguments: "Connection" is `help-heading-connection`.
pub(super) fn heading(name: &str) -> String {
    format!("help-heading-{}", plain(name))
}

/// What stands for a value: "FILE.jsonl" is `help-value-file-jsonl`.
pub(super) fn value(name: &str) -> String {
    format!("help-value-{}", plain(name))
}

fn plain(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect()
}
