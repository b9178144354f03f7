//! The questions: put to a person at a terminal, or to nobody, who takes what is usual.

use std::io::IsTerminal;

use inquire::list_option::ListOption;
use inquire::{InquireError, MultiSelect, Password, PasswordDisplayMode, Select, Text};
use secrecy::SecretString;

use super::Stop;
use crate::cli::{Failure, yes_or_no};
use crate::client::stacked::hanging;
use crate::client::table::{Surface, width};
use crate::text;

/// Lines of a list that are shown at once.
const PAGE: usize = 15;
/// Nobody needs to filter so few.
const SHORT: usize = 5;
/// Columns of the mark before a question, and of the brackets around what is usual.
const MARK: usize = 2;
const BRACKETS: usize = 4;
/// Columns of "y/N".
const YES_OR_NO: usize = 3;
/// Narrower than this a question is not made, however long the usual answer is.
const LEAST: usize = 30;

/// Who answers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Asker {
    /// A person at a terminal.
    Person,
    /// Nobody: `--yes`.
    Nobody,
}

impl Asker {
    /// `yes`: nobody wants to be asked.
    pub(super) fn of_process(yes: bool) -> Result<Self, Failure> {
        let is_terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        match (yes, is_terminal) {
            (true, _) => Ok(Self::Nobody),
            (false, true) => Ok(Self::Person),
            (false, false) => {
                Err(Failure::not_started(text!("setup-no-terminal")).hint(text!("setup-no-terminal-hint")))
            }
        }
    }

    pub(super) fn is_person(self) -> bool {
        self == Self::Person
    }

    /// The number of the chosen one; nobody takes the first.
    pub(super) fn choose(self, question: &str, options: Vec<String>) -> Result<usize, Stop> {
        if self == Self::Nobody {
            return Ok(0);
        }
        // The answer will stand behind the question.
        let longest = options
            .iter()
            .map(|option| width(first_column(option)))
            .max()
            .unwrap_or(0);
        let question = fitted(question, longest);
        // A short list is seen whole: what is typed there is no filter. Somebody may paste a key, which would be shown.
        let is_short = options.len() <= SHORT;
        let help = if is_short {
            text!("setup-help-choose-short")
        } else {
            text!("setup-help-choose")
        };
        // What stands in a second column is for choosing only.
        let shown = |chosen: ListOption<&String>| first_column(chosen.value).to_owned();
        let prompt = Select::new(&question, options)
            .with_page_size(PAGE)
            .with_formatter(&shown);
        let prompt = if is_short { prompt.without_filtering() } else { prompt };
        asked(|| prompt.with_help_message(&help).raw_prompt()).map(|chosen| chosen.index)
    }

    /// The numbers of the chosen ones; nobody takes all.
    pub(super) fn choose_some(self, question: &str, options: Vec<String>) -> Result<Vec<usize>, Stop> {
        if self == Self::Nobody {
            return Ok((0..options.len()).collect());
        }
        let question = fitted(question, 0);
        let help = text!("setup-help-choose-some");
        let prompt = MultiSelect::new(&question, options)
            .with_page_size(PAGE)
            .with_default(&[0]);
        let chosen = asked(|| prompt.with_help_message(&help).raw_prompt())?;
        Ok(chosen.into_iter().map(|one| one.index).collect())
    }

    /// Yes or no; nobody says what is usual.
    pub(super) fn confirm(self, question: &str, usual: bool) -> Result<bool, Stop> {
        if self == Self::Nobody {
            return Ok(usual);
        }
        let question = fitted(question, YES_OR_NO);
        asked(|| yes_or_no::ask(&question, usual))
    }

    /// A line of text; nobody gives what is usual.
    pub(super) fn line(self, question: &str, usual: &str) -> Result<String, Stop> {
        if self == Self::Nobody {
            return Ok(usual.to_owned());
        }
        let question = fitted(question, width(usual));
        let prompt = Text::new(&question);
        let prompt = if usual.is_empty() {
            prompt
        } else {
            prompt.with_default(usual)
        };
        asked(|| prompt.prompt()).map(|answer| answer.trim().to_owned())
    }

    /// A key, of which nothing is shown while it is typed.
    pub(super) fn key(self, question: &str) -> Result<SecretString, Stop> {
        let question = fitted(question, 0);
        let help = text!("setup-help-key");
        let prompt = Password::new(&question)
            .with_display_mode(PasswordDisplayMode::Hidden)
            .with_help_message(&help)
            .without_confirmation();
        asked(|| prompt.prompt()).map(SecretString::from)
    }
}

fn first_column(option: &str) -> &str {
    option.split("  ").next().unwrap_or_default()
}

/// A question in lines that fit the terminal, with its mark before it and what is usual behind it.
fn fitted(question: &str, usual: usize) -> String {
    match Surface::of_talk() {
        Some(Surface::Terminal { width, color }) => {
            let around = if usual > 0 { MARK + usual + BRACKETS } else { MARK };
            let width = usize::from(width).saturating_sub(around).max(LEAST);
            let width = u16::try_from(width).unwrap_or(u16::MAX);
            hanging(question, Surface::Terminal { width, color }, MARK)
        }
        _ => question.to_owned(),
    }
}

/// Puts a question and waits, which must not hold up the rest of the program. Esc and Ctrl-C both mean that it is enough.
fn asked<T>(question: impl FnOnce() -> Result<T, InquireError>) -> Result<T, Stop> {
    tokio::task::block_in_place(question).map_err(|error| match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Stop::Interrupted,
        other => Failure::not_started(text!("setup-terminal-fault", error = other.to_string()))
            .hint(text!("setup-no-terminal-hint"))
            .into(),
    })
}
