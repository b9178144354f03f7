//! Finds out why it does not work: looks at everything between the configuration and a provider's answer, in the order in which
//! causes come, and says of each thing whether it is as it should be, and what to do next.
//!
//! Each check is a file: facts in, [`Finding`]s out, without a socket or a clock; what gathers the facts stands beside it.
//! In reading order: [`finding`]; `configuration`, `store`, `orchestrator` and `port` are about this machine; `standing`
//! is what an orchestrator or its store tells; `asked` what the providers say, `network`, `clock`, `key`, `limits` and `quota`
//! what that means; `workers` and `queue` are about the work; `end_to_end` follows one task all the way through.

mod asked;
mod clock;
mod configuration;
pub(crate) mod end_to_end;
pub mod finding;
mod key;
mod limits;
mod network;
mod orchestrator;
#[cfg(test)]
mod patients;
mod port;
mod queue;
mod quota;
mod standing;
mod store;
mod workers;

use d8_core::time::Timestamp;
use futures_util::StreamExt;
use secrecy::SecretString;

pub use finding::{Finding, Grade, Verdict, verdict};

use self::asked::{Asked, Patient, Why};
use self::standing::Standing;
use self::store::Holder;
use crate::catalogue::Catalogue;
use crate::cli::Failure;
use crate::client::{Address, Client, Origin, find};
use crate::config::{Account, Config, LoadOptions, StoreLocation};
use crate::probe;
use crate::text;

/// So many providers are asked at the same time.
const AT_ONCE: usize = 8;

/// What is to be looked at.
#[derive(Debug)]
pub struct Wishes {
    /// What the configuration is read with.
    pub options: LoadOptions,
    /// The orchestrator that somebody named.
    pub orchestrator: Option<SecretString>,
    /// No provider is asked for anything.
    pub is_offline: bool,
    /// The wall clock.
    pub now: Timestamp,
}

/// What was found.
#[derive(Debug)]
pub struct Examined {
    /// In the order of causes.
    pub findings: Vec<Finding>,
    /// Of the orchestrator, where one answers.
    pub client: Option<Client>,
}

/// Looks at everything; `progress` is told what is being looked at. Fails where the address of an orchestrator is none.
pub async fn examine(wishes: Wishes, progress: &mut (dyn FnMut(String) + Send)) -> Result<Examined, Failure> {
    let Wishes {
        options,
        orchestrator,
        is_offline,
        now,
    } = wishes;
    let read = Config::load(options.clone());
    let addresses = addresses(orchestrator.as_ref(), options, read.is_err())?;
    let is_remote = addresses.iter().all(is_elsewhere);
    let facts = configuration::Facts::of(&read);
    let config = read.ok();

    let here = config.as_ref().filter(|_| !is_remote);
    let store = here.map(|config| {
        let StoreLocation::Sqlite(path) = &config.store;
        progress(text!("doctor-looks-store", path = path.display().to_string()));
        store::look(path)
    });
    let holder = store.as_ref().map(|store| &store.holder);
    progress(text!("doctor-looks-orchestrator"));
    let (runs, client) = orchestrator::look(addresses, holder).await;
    let url = client.as_ref().map(|client| client.address().shown());
    let ours = match &runs {
        orchestrator::Facts::Runs { url, whose, .. } if *whose != orchestrator::Whose::Another => Some(url.as_str()),
        _ => holder.and_then(Holder::url),
    };
    let port = match here {
        Some(config) => Some((port::look(config.server.listen, ours).await, config.server.listen)),
        None => None,
    };
    let (standing, unread) = standing(client.as_ref(), here, store.as_ref()).await;

    let asked = match &config {
        Some(config) => ask_all(config, standing.as_ref(), is_offline, now, progress).await,
        None => Vec::new(),
    };
    if let (Some(config), false) = (&config, store.as_ref().is_some_and(store::Facts::is_older)) {
        count(config, &asked).await;
    }
    let patients = patients(config.as_ref(), standing.as_ref(), asked);
    let routes = config
        .as_ref()
        .map(|config| config.routes.as_slice())
        .unwrap_or_default();
    let way = config
        .as_ref()
        .map(|config| network::Way::of(&config.env))
        .unwrap_or_default();

    let elsewhere = standing
        .as_ref()
        .filter(|it| it.is_running)
        .map_or(0, |it| it.accounts.len());
    let mut findings = configuration::judge(&facts, elsewhere, is_remote);
    findings.extend(store.as_ref().map(store::judge));
    findings.extend(port.map(|(port, address)| port::judge(&port, address, ours)));
    findings.push(orchestrator::judge(&runs, holder, here.is_some()));
    findings.extend(unread);
    findings.extend(network::judge(&patients, &way, now));
    findings.extend(clock::judge(&patients));
    let configured = || patients.iter().filter(|patient| patient.account.is_some());
    findings.extend(configured().map(|patient| key::judge(patient, now)));
    findings.extend(patients.iter().filter_map(limits::judge));
    findings.extend(patients.iter().filter_map(|patient| {
        let successor = quota::successor(patient.name, &patients, routes);
        quota::judge(patient, successor, now)
    }));
    if let Some(standing) = &standing {
        if standing.is_running {
            findings.extend(workers::judge(standing, url.as_deref().unwrap_or_default()));
        }
        findings.extend(queue::judge(standing, url.as_deref().unwrap_or_default()));
    }
    drop(patients);
    Ok(Examined { findings, client })
}

/// Where an orchestrator may be. A configuration that cannot be read is a finding, and no reason not to look.
fn addresses(named: Option<&SecretString>, mut options: LoadOptions, is_broken: bool) -> Result<Vec<Address>, Failure> {
    if is_broken {
        options.config_path = None;
    }
    find::addresses(named, options)
}

/// Somebody named it, and it is on another machine: what is configured here says nothing about it.
fn is_elsewhere(address: &Address) -> bool {
    matches!(address.origin, Origin::Flag | Origin::Variable) && !find::is_here(&address.url)
}

/// How everything stands, and why that cannot be seen where it cannot.
async fn standing(
    client: Option<&Client>,
    config: Option<&Config>,
    store: Option<&store::Facts>,
) -> (Option<Standing>, Option<Finding>) {
    if let Some(client) = client {
        return match Standing::of_orchestrator(client).await {
            Ok(standing) => (Some(standing), None),
            Err(error) => {
                let failure = Failure::from(error);
                let finding = Finding::problem("orchestrator", failure.message).next(failure.hints.join("; "));
                (None, Some(finding))
            }
        };
    }
    let readable = store.filter(|store| store.holder == Holder::Nobody && matches!(store.schema, Some(Ok(_))));
    let (Some(config), Some(store)) = (config, readable) else {
        return (None, None);
    };
    match tokio::task::block_in_place(|| Standing::of_store(config, &store.path)) {
        Ok(standing) => (Some(standing), None),
        // A store of an older shape is brought up to date by whoever opens it, which is not our business.
        Err(_) if store.is_older() => (None, None),
        Err(why) => {
            let unread = Finding::warning("store", text!("doctor-store-unread", why = why));
            (None, Some(unread.next(text!("doctor-store-unread-next"))))
        }
    }
}

/// What the provider of each configured account says, in their order.
async fn ask_all(
    config: &Config,
    standing: Option<&Standing>,
    is_offline: bool,
    now: Timestamp,
    progress: &mut (dyn FnMut(String) + Send),
) -> Vec<Asked> {
    let mut known: Vec<(String, &str)> = Vec::new();
    let mut plans: Vec<Option<Why>> = Vec::new();
    for account in &config.accounts {
        let fingerprint = account.fingerprint();
        let same = known
            .iter()
            .find(|(known, _)| *known == fingerprint)
            .map(|(_, name)| *name);
        plans.push(why_not(account, standing, is_offline, same, now));
        known.push((fingerprint, &account.name));
    }
    let names = config.accounts.iter().zip(&plans).filter(|(_, why)| why.is_none());
    let names: Vec<&str> = names.map(|(account, _)| account.name.as_str()).collect();
    if !names.is_empty() {
        progress(text!("doctor-looks-keys", accounts = names.join(", ")));
    }
    let all = config.accounts.iter().zip(plans).map(|(account, why)| async move {
        match why {
            Some(why) => Asked::Not(why),
            None => match probe::ask_default(account).await {
                Ok(probed) => Asked::Said(Box::new(probed)),
                Err(why) => Asked::Impossible(why),
            },
        }
    });
    futures_util::stream::iter(all).buffered(AT_ONCE).collect().await
}

/// The providers have counted the questions. Where that cannot be written, the store's own check says so.
async fn count(config: &Config, asked: &[Asked]) {
    let said = config
        .accounts
        .iter()
        .zip(asked)
        .filter_map(|(account, asked)| match asked {
            Asked::Said(probed) => Some((account.name.as_str(), probed.as_ref())),
            Asked::Not(_) | Asked::Impossible(_) => None,
        });
    let said: Vec<_> = said.collect();
    if let Err(error) = probe::aside::tell(config, &said).await {
        tracing::debug!("the questions are not in the ledger: {error}");
    }
}

/// Why an account's provider is not to be asked; `same`: the account that was asked with the same key.
fn why_not(
    account: &Account,
    standing: Option<&Standing>,
    is_offline: bool,
    same: Option<&str>,
    now: Timestamp,
) -> Option<Why> {
    if !account.is_served_here() {
        return Some(Why::Elsewhere);
    }
    if is_offline {
        return Some(Why::Offline);
    }
    if let Some(same) = same {
        return Some(Why::Same(same.to_owned()));
    }
    let model = account.default_model().map_or("", |model| model.id.as_str());
    let standing = standing.and_then(|standing| standing.account(&account.name))?;
    asked::spent(standing, model, now.as_micros() as f64 / 1e6)
}

/// The accounts of the configuration, then those that only the orchestrator knows.
fn patients<'a>(config: Option<&'a Config>, standing: Option<&'a Standing>, asked: Vec<Asked>) -> Vec<Patient<'a>> {
    let configured = config.map(|config| config.accounts.as_slice()).unwrap_or_default();
    let mut patients: Vec<Patient<'a>> = configured
        .iter()
        .zip(asked)
        .map(|(account, asked)| Patient {
            name: &account.name,
            title: title(&account.provider),
            account: Some(account),
            standing: standing.and_then(|standing| standing.account(&account.name)),
            asked,
        })
        .collect();
    let brought = standing
        .map(|standing| standing.accounts.as_slice())
        .unwrap_or_default();
    for account in brought {
        if configured.iter().all(|own| own.name != account.account) {
            patients.push(Patient {
                name: &account.account,
                title: title(account.provider.as_deref().unwrap_or_default()),
                account: None,
                standing: Some(account),
                asked: Asked::Not(Why::Elsewhere),
            });
        }
    }
    patients
}

fn title(provider: &str) -> &str {
    let known = Catalogue::builtin().provider(provider);
    known.map_or(provider, |known| known.called())
}

/// A short time: "0.4 ms", "320 ms", "2 s".
fn milliseconds(time: std::time::Duration) -> String {
    match time.as_secs_f64() * 1_000.0 {
        small if small < 10.0 => format!("{small:.1} ms"),
        some if some < 1_000.0 => format!("{some:.0} ms"),
        _ => crate::words::span(time),
    }
}
