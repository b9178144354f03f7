//! `d8 man`: the manual, one page for each command.

use std::path::{Path, PathBuf};

use clap::{Args, Command};

use super::{Failure, OK, help, say, tell};
use crate::{text, words};

/// Print the manual page of d8 or of one of its commands, or write the pages of all of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
  d8 man | man -l -                             the page of d8\n  \
  d8 man tasks ls | man -l -                    that of one command\n  \
  d8 man --out ~/.local/share/man/man1          all of them; then: man d8-tasks-ls")]
pub(super) struct ManArguments {
    /// The command; without it d8 itself.
    #[arg(value_name = "COMMAND", conflicts_with = "out")]
    command: Vec<String>,
    /// Write a page for each command into this folder.
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &ManArguments) -> Result<u8, Failure> {
    let root = root();
    if let Some(folder) = &arguments.out {
        let count = write(&root, folder)?;
        let folder = folder.display().to_string();
        say(&text!(
            "man-written",
            count = count as u64,
            shown = words::number(count as u64),
            folder = folder
        ));
        return Ok(OK);
    }
    let found = arguments
        .command
        .iter()
        .try_fold(&root, |command, name| command.find_subcommand(name));
    let command = found.ok_or_else(|| {
        let name = arguments.command.join(" ");
        Failure::not_started(text!("man-unknown", name = name)).hint(text!("man-unknown-next"))
    })?;
    tell(String::from_utf8_lossy(&page(command)).trim_end());
    Ok(OK)
}

/// The whole command with all names filled in, such as `d8-tasks-ls`.
fn root() -> Command {
    let mut root = help::command().disable_help_subcommand(true);
    root.build();
    root
}

/// Writes the pages of a command and of all below it; gives how many there are.
fn write(command: &Command, folder: &Path) -> Result<usize, Failure> {
    let failed = |path: &Path, error: &std::io::Error| {
        let (path, why) = (path.display().to_string(), error.to_string());
        Failure::not_started(text!("man-not-written", path = path, why = why))
    };
    std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    let path = folder.join(format!("{}.1", name(command)));
    std::fs::write(&path, page(command)).map_err(|error| failed(&path, &error))?;
    let mut count = 1;
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        count += write(below, folder)?;
    }
    Ok(count)
}

fn name(command: &Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(command.clone()).render(&mut page);
    page
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// "d8", "d8 tasks", "d8 tasks ls" ... as the command line has them.
    fn every_command(command: &Command, before: &str, found: &mut Vec<String>) {
        let name = format!("{before}{}", command.get_name());
        for below in command.get_subcommands() {
            every_command(below, &format!("{name}-"), found);
        }
        found.push(format!("{name}.1"));
    }

    #[test]
    fn every_command_has_a_page_that_shows_its_examples() {
        let folder = tempfile::tempdir().unwrap();
        let pages = folder.path().join("new/man1");
        let count = write(&root(), &pages).unwrap();
        let mut written: Vec<String> = std::fs::read_dir(&pages)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut expected = Vec::new();
        every_command(&super::super::help::command(), "", &mut expected);
        written.sort();
        expected.sort();
        assert_eq!((written.len(), &written), (count, &expected));
        for name in ["d8.1", "d8-run.1", "d8-tasks-ls.1"] {
            let text = std::fs::read_to_string(pages.join(name)).unwrap();
            assert!(
                text.contains(".SH SYNOPSIS") && text.contains("Example"),
                "{name}:\n{text}"
            );
        }
    }

    #[test]
    fn a_page_that_cannot_be_written_is_told_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let failure = write(&root(), &file).unwrap_err();
        assert!(failure.message.contains(&file.display().to_string()), "{failure:?}");
    }
}
