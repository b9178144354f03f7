//! Asks the provider whether the key is right, and what to do when it is not.

use super::account::start;
use super::{Stop, Wizard};
use crate::catalogue::Provider;
use crate::cli::say;
use crate::cli::{Failure, interrupted};
use crate::clock::Clock;
use crate::config::Account;
use crate::probe::{self, Probed, Verdict};
use crate::text;
use crate::worker::Cause;

/// What follows from the provider's answer.
pub(super) enum Checked {
    /// Write it.
    Write,
    /// The user gives another key.
    AnotherKey,
    /// The user chooses another model.
    AnotherModel,
}

impl Wizard {
    /// Asks, says what came of it, and lets a person decide where it is not plain. What was asked is added to `asked`.
    pub(super) async fn check(
        &self,
        provider: &Provider,
        account: &Account,
        asked: &mut Vec<Probed>,
    ) -> Result<Checked, Stop> {
        if self.wishes.offline {
            say(&text!("setup-unasked"));
            return Ok(Checked::Write);
        }
        loop {
            let probed = ask(account).await?;
            asked.push(probed.clone());
            let title = provider.called();
            let words = probed.in_words(title, Clock::start().now());
            if matches!(probed.verdict, Verdict::Works | Verdict::QuotaSpent { .. }) {
                say(&words);
                return Ok(Checked::Write);
            }
            if !self.asker.is_person() {
                return Err(refusal(provider, &probed, words).into());
            }
            say(&words);
            if let Some(next) = next_step(provider, &probed) {
                say(&text!("setup-advice", advice = next));
            }
            if let Some(checked) = self.what_now(&probed)? {
                return Ok(checked);
            }
        }
    }

    /// None: the same again.
    fn what_now(&self, probed: &Probed) -> Result<Option<Checked>, Stop> {
        let is_wrong = matches!(probed.verdict, Verdict::WrongKey { .. });
        let mut options = vec![(text!("setup-again"), What::Again)];
        match &probed.verdict {
            // A key that is refused is refused again.
            Verdict::WrongKey { .. } => options.clear(),
            Verdict::ModelUnavailable { .. } => options.insert(0, (text!("setup-other-model"), What::Model)),
            _ => {}
        }
        options.push((text!("setup-other-key"), What::Key));
        if !is_wrong {
            options.push((text!("setup-write-anyway"), What::Write));
        }
        options.push((text!("setup-give-up"), What::Stop));
        let lines = options.iter().map(|(line, _)| line.clone()).collect();
        let chosen = self.asker.choose(&text!("setup-what-now"), lines)?;
        Ok(match options.get(chosen).map(|(_, what)| what) {
            Some(What::Again) => None,
            Some(What::Key) => Some(Checked::AnotherKey),
            Some(What::Model) => Some(Checked::AnotherModel),
            Some(What::Write) => Some(Checked::Write),
            Some(What::Stop) | None => return Err(Stop::Interrupted),
        })
    }
}

#[derive(Copy, Clone)]
enum What {
    Again,
    Key,
    Model,
    Write,
    Stop,
}

async fn ask(account: &Account) -> Result<Probed, Stop> {
    let model = account.default_model().map_or("", |model| model.id.as_str());
    say(&text!("setup-asking", model = model, url = account.base_url.as_str()));
    tokio::select! {
        probed = probe::ask_default(account) => Ok(probed.map_err(Failure::not_started)?),
        () = interrupted() => Err(Stop::Interrupted),
    }
}

/// A server of one's own is started by whoever asks for it.
fn next_step(provider: &Provider, probed: &Probed) -> Option<String> {
    let is_refused = matches!(
        probed.verdict,
        Verdict::NoNetwork {
            cause: Cause::Refused,
            ..
        }
    );
    let start = is_refused.then(|| start(provider)).flatten();
    start.or_else(|| probed.next_step())
}

/// For scripts: nothing is written, and the exit code says so.
fn refusal(provider: &Provider, probed: &Probed, words: String) -> Failure {
    let failure = Failure::broke_off(words);
    let failure = next_step(provider, probed).into_iter().fold(failure, Failure::hint);
    match probed.verdict {
        Verdict::WrongKey { .. } => failure.hint(text!("setup-nothing-written")),
        Verdict::ModelUnavailable { .. } => failure.hint(text!("setup-model-hint")),
        _ => failure.hint(text!("setup-offline-hint")),
    }
}
