//! A command line that cannot be read, said as every other fault is: what happened, what to do next, in the user's language.

use std::error::Error as _;
use std::num::{ParseFloatError, ParseIntError};

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::Failure;
use crate::config::suggestion::{nearest, quoted};
use crate::text;

/// What is wrong with a command line. None for what is no fault (help, version), and for faults so rare that clap's own
/// English has to do.
pub(in crate::cli) fn failure(error: &clap::Error) -> Option<Failure> {
    let words = Words(error);
    let argument = words.one(ContextKind::InvalidArg);
    let message = match error.kind() {
        ErrorKind::UnknownArgument => match argument? {
            option if option.starts_with('-') => text!("usage-unknown-argument", argument = option),
            word => text!("usage-word-too-many", word = word),
        },
        ErrorKind::InvalidSubcommand => text!(
            "usage-unknown-command",
            command = words.one(ContextKind::InvalidSubcommand)?
        ),
        ErrorKind::InvalidValue => match words.one(ContextKind::InvalidValue)? {
            empty if empty.is_empty() => text!("usage-no-value", argument = argument?),
            value => text!("usage-bad-value", argument = argument?, value = value),
        },
        ErrorKind::ValueValidation => text!(
            "usage-wrong-value",
            argument = argument?,
            value = words.one(ContextKind::InvalidValue)?,
            why = why(error)
        ),
        ErrorKind::MissingRequiredArgument => text!("usage-missing", arguments = argument?),
        ErrorKind::ArgumentConflict => {
            let (argument, other) = (argument?, words.one(ContextKind::PriorArg)?);
            match argument == other {
                true => text!("usage-twice", argument = argument),
                false => text!("usage-conflict", argument = argument, other = other),
            }
        }
        _ => return None,
    };
    let suggested = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let typed = [
        ContextKind::InvalidSubcommand,
        ContextKind::InvalidArg,
        ContextKind::InvalidValue,
    ];
    let typed = typed.into_iter().find_map(|kind| words.one(kind)).unwrap_or_default();
    let near = suggested.into_iter().find_map(|kind| {
        let all = words.all(kind);
        // Of several, the one most like what was typed.
        let likest = nearest(&typed, all.iter().map(String::as_str)).map(str::to_owned);
        likest.or_else(|| all.first().cloned())
    });
    let valid = words.all(ContextKind::ValidValue);
    let failure = Failure::not_started(message);
    let failure = match near {
        Some(near) => failure.hint(text!("fault-did-you-mean", near = near)),
        None if valid.is_empty() => failure,
        None => {
            let list = quoted(valid.iter().map(String::as_str));
            failure.hint(format!("{}: {list}", text!("fault-one-of")))
        }
    };
    Some(match words.usage() {
        Some(usage) => failure.hint(text!("usage-is", usage = usage)),
        None => failure.hint(text!("usage-see-help")),
    })
}

/// Why a value was refused. Numbers are clap's to read; the rest says so itself.
fn why(error: &clap::Error) -> String {
    let Some(source) = error.source() else {
        return String::new();
    };
    if source.is::<ParseIntError>() || source.is::<ParseFloatError>() {
        return text!("usage-no-number");
    }
    let said = source.to_string();
    match said.split_once(" is not in ") {
        Some((_, range)) => text!("usage-out-of-range", range = range),
        None => said,
    }
}

struct Words<'a>(&'a clap::Error);

impl Words<'_> {
    fn all(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(word)) => vec![word.clone()],
            Some(ContextValue::Strings(words)) => words.clone(),
            _ => Vec::new(),
        }
    }

    /// Where there are several they stand beside each other.
    fn one(&self, kind: ContextKind) -> Option<String> {
        let all = self.all(kind);
        (!all.is_empty()).then(|| all.join(" "))
    }

    /// "d8 submit [OPTIONS] [PROMPT]", without its title.
    fn usage(&self) -> Option<String> {
        let ContextValue::StyledStr(usage) = self.0.get(ContextKind::Usage)? else {
            return None;
        };
        let usage = usage.to_string();
        let usage = usage.split_once(' ').map_or(usage.as_str(), |(_, usage)| usage);
        usage.lines().next().map(|line| line.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::cli::help::command;
    use crate::words::language::Language;
    use crate::words::language::tests::speaking;

    fn said(language: Language, line: &[&str]) -> String {
        speaking(language, || {
            let error = command().try_get_matches_from(line).unwrap_err();
            let failure = failure(&error).unwrap();
            assert_eq!(failure.code, crate::cli::NOT_STARTED);
            format!("{} | {}", failure.message, failure.hints.join(" | "))
        })
    }

    #[test]
    fn slips_are_said_in_the_users_language_with_what_was_meant() {
        let english = said(Language::English, &["d8", "submit", "hola", "--prio", "3"]);
        assert!(
            english.starts_with(
                "there is no option `--prio` here | did you mean `--priority`? | usage: d8 submit --priority <N> <PROMPT>"
            ),
            "{english}"
        );
        let spanish = |line: &[&str]| said(Language::Spanish, line);
        let typo = spanish(&["d8", "submti"]);
        assert!(
            typo.starts_with("no existe la orden `submti` | ¿querías decir `submit`? | uso: d8 "),
            "{typo}"
        );
        let several = said(Language::English, &["d8", "stat"]);
        assert!(several.contains("| did you mean `stats`? |"), "{several}");
        let range = spanish(&["d8", "submit", "hola", "--priority", "11"]);
        assert!(
            range.contains("`11` no vale para `--priority <N>`: tiene que estar en 1..=10"),
            "{range}"
        );
        let word = spanish(&["d8", "submit", "hola", "--priority", "mucha"]);
        assert!(word.contains("no es un número"), "{word}");
        let value = spanish(&["d8", "tasks", "cancel", "--status", "xx"]);
        assert!(value.contains("puede ser: `pending`, `assigned`"), "{value}");
        let blank = spanish(&["d8", "submit", "di", "hola"]);
        assert!(
            blank.starts_with("`hola` sobra; un texto con espacios va entre comillas"),
            "{blank}"
        );
        let missing = spanish(&["d8", "completions"]);
        assert!(missing.starts_with("falta <SHELL>"), "{missing}");
    }

    #[test]
    fn help_and_version_are_no_faults() {
        for word in ["--help", "--version"] {
            let error = command().try_get_matches_from(["d8", word]).unwrap_err();
            assert_eq!(failure(&error), None);
        }
    }
}
