//! The settings of a worker on another machine.

use secrecy::SecretString;

use super::check::Checked;
use super::ending::{say_closed, say_commands};
use super::key::Given;
use super::{Stop, Wizard};
use crate::catalogue::Provider;
use crate::cli::say;
use crate::cli::{Failure, OK};
use crate::config::{self, Account};
use crate::private_file;
use crate::setup::worker_file::{self, WorkerFile};
use crate::setup::{KeptText, Trouble};
use crate::text;
use crate::worker::remote::Address;

impl Wizard {
    pub(super) async fn set_up_worker(&self, provider: &Provider) -> Result<u8, Stop> {
        let name = worker_file::name(provider);
        let path = self.options.cwd.join(&name);
        let trouble = |source| Trouble::File {
            path: name.clone(),
            source,
        };
        let kept = KeptText::read(&path).map_err(trouble)?.unwrap_or_default();
        let orchestrator = self.orchestrator()?;
        let id = self.worker_id(provider)?;
        let base_url = match &self.wishes.base_url {
            Some(text) => Some(
                config::complete_base_url(text, &provider.path)
                    .map_err(|error| Failure::not_started(format!("--base-url: {error}")))?,
            ),
            None => None,
        };
        let mut given = self.worker_key(provider, &kept)?;
        // The ledger is at the orchestrator, which does not know this key yet.
        let mut untold = Vec::new();
        loop {
            let account = self.account_of_worker(provider, &given, base_url.as_deref())?;
            match self.check(provider, &account, &mut untold).await? {
                Checked::Write => break,
                Checked::AnotherKey => given = self.typed_key(provider)?,
                Checked::AnotherModel => return Err(Stop::Interrupted),
            }
        }
        let file = WorkerFile {
            id,
            orchestrator,
            key: given.key.clone(),
            base_url,
        };
        let text = worker_file::write(&kept.text, provider, &file);
        if text == kept.text {
            say(&text!("setup-kept-worker", path = name.as_str()));
        } else {
            let closed = private_file::write(&path, &kept.bytes_of(&text)).map_err(trouble)?;
            let variable = provider.key_env.first().map_or("", String::as_str);
            say_closed(&name, variable, &closed);
        }
        say(&text!("setup-take-along", path = name.as_str()));
        let commands = [
            (format!("d8 worker --type {}", provider.id), text!("setup-next-worker")),
            ("d8 workers".to_owned(), text!("setup-next-workers")),
            ("d8 stats".to_owned(), text!("setup-next-stats")),
        ];
        say_commands(&commands);
        Ok(OK)
    }

    fn orchestrator(&self) -> Result<SecretString, Stop> {
        const HERE: &str = "http://127.0.0.1:5000";
        let read = |text: &str| {
            let url = SecretString::from(text);
            Address::parse(&url, None).map(|_| url)
        };
        if let Some(text) = &self.wishes.orchestrator {
            return read(text).map_err(|why| {
                Failure::not_started(text!("setup-orchestrator-unreadable", why = why))
                    .hint(text!("setup-orchestrator-hint"))
                    .into()
            });
        }
        if !self.asker.is_person() {
            let failure = Failure::not_started(text!("setup-no-orchestrator"));
            return Err(failure.hint(text!("setup-orchestrator-hint")).into());
        }
        loop {
            let answer = self.asker.line(&text!("setup-ask-orchestrator"), HERE)?;
            match read(&answer) {
                Ok(url) => return Ok(url),
                Err(_) => say(&text!("setup-orchestrator-hint")),
            }
        }
    }

    fn worker_id(&self, provider: &Provider) -> Result<String, Stop> {
        let usual = format!("{}-{}", provider.id, crate::run::host());
        match &self.wishes.id {
            Some(id) => Ok(id.clone()),
            None => self.asker.line(&text!("setup-ask-id"), &usual),
        }
    }

    /// What is in the file already is asked about like any other key.
    fn worker_key(&self, provider: &Provider, kept: &KeptText) -> Result<Given, Stop> {
        let there = worker_file::key_in(&kept.text, provider);
        let Some(key) = there.filter(|_| self.key_given.is_none()) else {
            return self.key(provider, &[]);
        };
        let name = worker_file::name(provider);
        let options = vec![text!("setup-use-file", path = name), text!("setup-other-key")];
        match self.asker.choose(&text!("setup-key-there"), options)? {
            0 => Ok(Given {
                key: Some(key),
                is_new: false,
            }),
            _ => self.typed_key(provider),
        }
    }

    fn account_of_worker(&self, provider: &Provider, given: &Given, base_url: Option<&str>) -> Result<Account, Stop> {
        let Wizard { wishes, options, .. } = self;
        let name = provider.id.clone();
        let account = Account::brought(name, &provider.id, None, &wishes.models, String::new(), options.now);
        let account =
            account.ok_or_else(|| Failure::not_started(text!("setup-no-model")).hint(text!("setup-no-model-hint")))?;
        let base_url = base_url.map_or_else(|| account.base_url.clone(), str::to_owned);
        Ok(Account {
            api_key: given.key.clone(),
            base_url,
            ..account
        })
    }
}
