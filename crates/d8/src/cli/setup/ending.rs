//! What was done, what will hold, and what comes next.

use std::path::Path;

use d8_wire::LimitSignal;

use crate::catalogue::Catalogue;
use crate::cli::tell;
use crate::cli::{say, say_whole};
use crate::config::Account;
use crate::private_file::Closed;
use crate::setup::{Draft, Site, Written, limits};
use crate::text;

pub(super) struct Ending<'a> {
    pub(super) site: &'a Site,
    pub(super) draft: &'a Draft,
    pub(super) account: &'a Account,
    pub(super) catalogue: &'a Catalogue,
    /// The limits that headers showed.
    pub(super) seen: Vec<LimitSignal>,
    /// The user named the file, so that other commands must be told of it.
    pub(super) is_named: bool,
}

/// The first of the next commands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum First {
    /// Nobody runs yet.
    Up,
    /// An orchestrator runs and does not know yet.
    Reload,
    /// It knows.
    Accounts,
}

impl Ending<'_> {
    pub(super) fn say(&self, written: &Written) {
        let name = self.account.name.as_str();
        let config = shown(&self.site.config_path);
        match written.config {
            true => say(&text!("setup-wrote-config", path = config.as_str(), account = name)),
            false => say(&text!("setup-kept-config", path = config.as_str(), account = name)),
        }
        if let Some(closed) = &written.env {
            let path = shown(&self.site.env_path);
            let variable = self.draft.settings.variable.as_deref().unwrap_or_default();
            say_closed(&path, variable, closed);
        }
        match &written.shut {
            Some(Closed::Yes) => say(&text!("setup-shut", path = shown(&self.site.env_path))),
            Some(Closed::No(why)) => say(&text!(
                "setup-not-shut",
                path = shown(&self.site.env_path),
                why = why.as_str()
            )),
            None => {}
        }
        self.say_warnings();
        self.say_limits();
    }

    fn say_warnings(&self) {
        let Draft {
            name, settings, key, ..
        } = self.draft;
        if let (Some(variable), Some(key)) = (&settings.variable, key)
            && self.site.is_shadowed(variable, key)
        {
            say(&text!("setup-shadowed", variable = variable.as_str()));
        }
        if let (Some(variable), None) = (&settings.variable, key)
            && self.site.is_only_in_process(variable)
        {
            say(&text!("setup-only-environment", variable = variable.as_str()));
            let print = if cfg!(windows) { "echo %" } else { "printenv " };
            let end = if cfg!(windows) { "%" } else { "" };
            let (id, config) = (settings.provider.as_str(), self.config_flag());
            say_whole(&format!(
                "  {print}{variable}{end} | d8 setup {id} --account {name} --key-stdin --yes{config}"
            ));
        }
        if !self.draft.is_written && name != &settings.provider && name.starts_with(&*settings.provider) {
            say(&text!("setup-one-quota", first = settings.provider.as_str()));
        }
        if self.site.default_route_leaves_out(name) {
            let model = self.account.default_model().map_or("", |model| model.id.as_str());
            say(&text!("setup-route", account = name.as_str(), model = model));
        }
        if !self.account.free && !self.account.local {
            say(&text!("setup-costs", account = name.as_str()));
        }
    }

    /// The limits are what a script may want: they go to standard output.
    fn say_limits(&self) {
        let model = self.account.default_model().map_or("", |model| model.id.as_str());
        let lines = limits::lines(self.catalogue, self.account, &self.seen);
        if lines.is_empty() {
            let none = if self.account.local {
                text!("setup-no-limits-local", model = model)
            } else {
                text!("setup-no-limits", model = model)
            };
            say(&none);
            return;
        }
        say(&text!("setup-limits", model = model));
        let width = lines.iter().map(|line| line.limit.chars().count()).max().unwrap_or(0);
        for line in lines {
            tell(&format!("  {:width$}  {}", line.limit, line.says));
        }
    }

    /// What other commands must be told of the file.
    fn config_flag(&self) -> String {
        match self.is_named {
            true => format!(" --config {}", shown(&self.site.config_path)),
            false => String::new(),
        }
    }

    /// The next three commands.
    pub(super) fn say_next(&self, first: First) {
        let config = self.config_flag();
        let first = match first {
            First::Up => (format!("d8 up{config}"), text!("setup-next-up")),
            First::Reload => (format!("d8 reload{config}"), text!("setup-next-reload")),
            First::Accounts => (format!("d8 accounts{config}"), text!("setup-next-accounts")),
        };
        let commands = [
            first,
            (text!("setup-say-hello"), text!("setup-next-submit")),
            (format!("d8 run work.jsonl{config}"), text!("setup-next-run")),
        ];
        say_commands(&commands);
    }
}

/// As the user would name it from here.
fn shown(path: &Path) -> String {
    let cwd = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&cwd).unwrap_or(path).display().to_string()
}

/// Commands under each other, each with what it is for.
pub(super) fn say_commands(commands: &[(String, String)]) {
    let width = commands
        .iter()
        .map(|(command, _)| command.chars().count())
        .max()
        .unwrap_or(0);
    say(&text!("setup-next"));
    for (command, what) in commands {
        say(&format!("  {command:width$}  {what}"));
    }
}

/// That a file with a key was written, and whether it is closed to others.
pub(super) fn say_closed(path: &str, variable: &str, closed: &Closed) {
    match closed {
        Closed::Yes => say(&text!("setup-wrote-key", path = path, variable = variable)),
        Closed::No(why) => say(&text!(
            "setup-wrote-open",
            path = path,
            variable = variable,
            why = why.as_str()
        )),
    }
}
