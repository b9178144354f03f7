//! Whether there is a configuration, whether it can be read, and what it says.

use std::path::PathBuf;

use super::Finding;
use crate::config::{Config, ConfigError};
use crate::text;

const NAME: &str = "config";
/// So many names are told.
const NAMES: usize = 6;

/// What was found of the configuration.
#[derive(Clone, Debug)]
pub(crate) enum Facts {
    /// It was read.
    Read {
        /// The d8.toml; none: the environment alone decides.
        file: Option<PathBuf>,
        /// Names of accounts.
        accounts: Vec<String>,
        /// Names of routes.
        routes: Vec<String>,
        /// What is odd but allowed.
        notices: Vec<String>,
    },
    /// It cannot be used.
    Broken {
        /// What is wrong, with the line and a caret where there is one.
        message: String,
        /// What to do next.
        hints: Vec<String>,
    },
}

impl Facts {
    /// From what reading brought.
    pub(crate) fn of(read: &Result<Config, ConfigError>) -> Self {
        match read {
            Ok(config) => Self::Read {
                file: config.file.clone(),
                accounts: config.accounts.iter().map(|account| account.name.clone()).collect(),
                routes: config.routes.iter().map(|route| route.name.clone()).collect(),
                notices: config.notices.clone(),
            },
            Err(error) => Self::Broken {
                message: error.what_and_where(),
                hints: error.hints().to_vec(),
            },
        }
    }
}

/// `accounts_elsewhere`: how many accounts a running orchestrator has; `is_remote`: it is on another machine, so that the
/// configuration here need not say anything.
pub(crate) fn judge(facts: &Facts, accounts_elsewhere: usize, is_remote: bool) -> Vec<Finding> {
    let (file, accounts, routes, notices) = match facts {
        Facts::Broken { message, hints } => {
            return vec![Finding::problem(NAME, message).next(hints.join("; "))];
        }
        Facts::Read {
            file,
            accounts,
            routes,
            notices,
        } => (file, accounts, routes, notices),
    };
    let file = file.as_ref().map(|file| file.display().to_string());
    let mut findings = vec![match (&file, accounts.is_empty()) {
        (Some(file), true) => Finding::ok(NAME, text!("doctor-config-file-empty", file = file.as_str())),
        (Some(file), false) => Finding::ok(
            NAME,
            text!(
                "doctor-config-file",
                file = file.as_str(),
                count = accounts.len() as u64,
                accounts = some(accounts),
                routes = some(routes)
            ),
        ),
        (None, false) => Finding::ok(
            NAME,
            text!(
                "doctor-config-environment",
                count = accounts.len() as u64,
                accounts = some(accounts)
            ),
        ),
        (None, true) => Finding::ok(NAME, text!("doctor-config-none")),
    }];
    if accounts.is_empty() && !is_remote {
        findings.push(match accounts_elsewhere {
            0 => Finding::problem("accounts", text!("doctor-no-account")).next(text!("doctor-no-account-next")),
            brought => Finding::ok("accounts", text!("doctor-accounts-brought", count = brought as u64)),
        });
    }
    findings.extend(notices.iter().map(|notice| Finding::warning(NAME, notice)));
    findings
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    let mut told: Vec<String> = names.iter().take(NAMES).cloned().collect();
    if names.len() > NAMES {
        told.push(text!("doctor-more", count = (names.len() - NAMES) as u64));
    }
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;

    fn read(accounts: &[&str], notices: &[&str]) -> Facts {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Facts::Read {
            file: Some("d8.toml".into()),
            accounts: owned(accounts),
            routes: owned(&["default"]),
            notices: owned(notices),
        }
    }

    #[test]
    fn what_it_says_is_told() {
        let found = judge(&read(&["groq-main", "gemini-main"], &[]), 0, false);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "d8.toml: 2 accounts (groq-main, gemini-main); routes: default"
        );
        let many: Vec<String> = (1..=8).map(|number| number.to_string()).collect();
        assert_eq!(some(&many), "1, 2, 3, 4, 5, 6, and 2 more");
    }

    #[test]
    fn no_account_anywhere_leads_to_the_set_up() {
        let found = judge(&read(&[], &[]), 0, false);
        assert_eq!(found[1].grade, Grade::Problem);
        assert!(found[1].next.as_deref().is_some_and(|next| next.contains("d8 setup")));
        assert_eq!(judge(&read(&[], &[]), 2, false)[1].grade, Grade::Ok);
        assert_eq!(judge(&read(&[], &[]), 0, true).len(), 1);
    }

    #[test]
    fn a_fault_keeps_its_line_and_its_suggestion() {
        let facts = Facts::Broken {
            message: "unknown key `modles`\n --> d8.toml:4:1".to_owned(),
            hints: vec!["did you mean `models`?".to_owned()],
        };
        let found = judge(&facts, 0, false);
        assert_eq!((found.len(), found[0].grade), (1, Grade::Problem));
        assert!(found[0].message.contains("d8.toml:4:1"));
        assert_eq!(found[0].next.as_deref(), Some("did you mean `models`?"));
    }

    #[test]
    fn what_is_odd_is_a_warning() {
        let found = judge(&read(&["groq"], &["D8_SERVER__LISTN replaces no setting"]), 0, false);
        assert_eq!(found[1].grade, Grade::Warning);
    }
}
