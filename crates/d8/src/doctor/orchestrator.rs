//! Whether an orchestrator runs, and whether it is the one that is meant.

use serde::Deserialize;

use super::Finding;
use super::store::{Holder, holder_in_words};
use crate::cli::Failure;
use crate::client::{Address, Client, ClientError, Origin};
use crate::text;

const NAME: &str = "orchestrator";

/// What was found where an orchestrator should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Facts {
    /// It answers.
    Runs {
        /// Where.
        url: String,
        /// Its version.
        version: String,
        /// Which one it is.
        whose: Whose,
    },
    /// It does not.
    Silent {
        /// Somebody named its address.
        is_named: bool,
        /// What happened.
        message: String,
        /// What to do.
        hints: Vec<String>,
    },
}

/// Which orchestrator one is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(crate) enum Whose {
    /// It holds the store of this configuration.
    Ours,
    /// It was named.
    Named,
    /// It is at the usual address and holds another store.
    Another,
}

#[derive(Deserialize)]
struct Greeting {
    #[serde(default)]
    version: Option<String>,
}

/// Looks for it at these addresses; gives a client of the one that answers.
pub(crate) async fn look(addresses: Vec<Address>, holder: Option<&Holder>) -> (Facts, Option<Client>) {
    let is_named = addresses
        .iter()
        .any(|address| matches!(address.origin, Origin::Flag | Origin::Variable));
    match greeted(addresses).await {
        Ok((client, version)) => {
            let url = client.address().shown();
            let of_holder = holder.and_then(Holder::url);
            let whose = match () {
                () if of_holder.is_some_and(|held| held.trim_end_matches('/') == url) => Whose::Ours,
                () if is_named => Whose::Named,
                () => Whose::Another,
            };
            (Facts::Runs { url, version, whose }, Some(client))
        }
        Err(error) => {
            let failure = Failure::from(error);
            let facts = Facts::Silent {
                is_named,
                message: failure.message,
                hints: failure.hints,
            };
            (facts, None)
        }
    }
}

async fn greeted(addresses: Vec<Address>) -> Result<(Client, String), ClientError> {
    let client = Client::open(addresses).await?;
    let greeting: Greeting = client.get(&[], &[]).await?.read()?;
    Ok((client, greeting.version.unwrap_or_default()))
}

/// `holder`: who has the store of this configuration, where there is one here. `is_readable`: there is a configuration, so that
/// it is known which store that is.
pub(crate) fn judge(facts: &Facts, holder: Option<&Holder>, is_readable: bool) -> Finding {
    let own = env!("CARGO_PKG_VERSION");
    match facts {
        Facts::Runs { url, version, whose } => {
            let told = text!("doctor-runs", url = url.as_str(), version = version.as_str());
            if *whose == Whose::Another && is_readable {
                return Finding::warning(NAME, format!("{told}; {}", text!("doctor-runs-another")))
                    .next(text!("doctor-runs-another-next"));
            }
            if version != own {
                return Finding::warning(NAME, format!("{told}; {}", text!("doctor-runs-version", own = own)))
                    .next(text!("doctor-runs-version-next"));
            }
            Finding::ok(NAME, told)
        }
        Facts::Silent {
            is_named: true,
            message,
            hints,
        } => Finding::problem(NAME, message).next(hints.join("; ")),
        Facts::Silent { message, hints, .. } => match holder {
            Some(holder @ Holder::Somebody(_)) => {
                let held = holder_in_words(holder);
                let message = text!("doctor-holder-silent", held = held, message = message.as_str());
                Finding::problem(NAME, message).next(text!("doctor-holder-silent-next"))
            }
            _ if hints.iter().any(|hint| hint.contains("token")) => {
                Finding::problem(NAME, message).next(hints.join("; "))
            }
            _ => Finding::warning(NAME, text!("doctor-none-runs")).next(text!("doctor-none-runs-next")),
        },
    }
}

#[cfg(test)]
mod tests {
    use d8_store::Owner;

    use super::super::Grade;
    use super::*;

    fn silent(is_named: bool) -> Facts {
        Facts::Silent {
            is_named,
            message: "no orchestrator answers at http://pi:5000: the connection is refused".to_owned(),
            hints: vec!["check the address".to_owned()],
        }
    }

    fn runs(whose: Whose, version: &str) -> Facts {
        Facts::Runs {
            url: "http://127.0.0.1:5000".to_owned(),
            version: version.to_owned(),
            whose,
        }
    }

    #[test]
    fn one_that_was_named_must_answer_and_another_need_not() {
        let named = judge(&silent(true), None, true);
        assert_eq!(
            (named.grade, named.next.as_deref()),
            (Grade::Problem, Some("check the address"))
        );
        let none = judge(&silent(false), Some(&Holder::Nobody), true);
        assert_eq!(none.grade, Grade::Warning);
        assert!(none.next.is_some_and(|next| next.contains("d8 up")));
    }

    #[test]
    fn a_holder_that_is_silent_is_a_problem() {
        let holder = Holder::Somebody(Some(Owner {
            pid: 17,
            ..Owner::default()
        }));
        let found = judge(&silent(false), Some(&holder), true);
        assert_eq!(found.grade, Grade::Problem);
        assert!(found.message.contains("process 17"), "{found:?}");
    }

    #[test]
    fn the_wrong_one_and_another_version_are_told() {
        let own = env!("CARGO_PKG_VERSION");
        assert_eq!(judge(&runs(Whose::Ours, own), None, true).grade, Grade::Ok);
        assert_eq!(judge(&runs(Whose::Another, own), None, true).grade, Grade::Warning);
        // A configuration that cannot be read names no store, so that none is another.
        assert_eq!(judge(&runs(Whose::Another, own), None, false).grade, Grade::Ok);
        assert_eq!(judge(&runs(Whose::Named, "0.0.9"), None, true).grade, Grade::Warning);
    }
}
