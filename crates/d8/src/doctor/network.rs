//! Whether the providers can be reached: names, connections, certificates and proxies, a finding for each host.

use std::collections::BTreeMap;

use d8_core::time::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::asked::{Asked, Patient, Why};
use super::{Finding, milliseconds};
use crate::config::{Environment, env_names};
use crate::probe::{Probed, Verdict};
use crate::text;
use crate::worker::Cause;

/// What lies between this machine and the world.
#[derive(Clone, Debug, Default)]
pub(crate) struct Way {
    /// The proxy for `https`, without its password.
    pub(crate) proxy: Option<String>,
}

impl Way {
    /// What the environment says of proxies, as the HTTP client reads it.
    pub(crate) fn of(env: &Environment) -> Self {
        let upper = [env_names::HTTPS_PROXY, env_names::ALL_PROXY];
        let lower = upper.map(str::to_ascii_lowercase);
        let names = lower.iter().map(String::as_str).chain(upper);
        let mut set = names.filter_map(|name| env.get(name));
        Self {
            proxy: set.next().map(|url| without_password(&SecretString::from(url))),
        }
    }
}

fn without_password(url: &SecretString) -> String {
    let text = url.expose_secret();
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let Ok(parsed) = reqwest::Url::parse(&whole) else {
        return text!("doctor-proxy-unreadable");
    };
    let port = parsed.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{}{port}", parsed.scheme(), parsed.host_str().unwrap_or_default())
}

/// One finding for each host that accounts with a key here are at.
pub(crate) fn judge(patients: &[Patient<'_>], way: &Way, now: Timestamp) -> Vec<Finding> {
    let mut hosts: BTreeMap<String, Vec<&Patient<'_>>> = BTreeMap::new();
    for patient in patients {
        if let Some(host) = patient.account.and_then(|account| host_of(&account.base_url)) {
            hosts.entry(host).or_default().push(patient);
        }
    }
    let all = || hosts.values().flatten();
    let offline = |patient: &&&Patient<'_>| matches!(patient.asked, Asked::Not(Why::Offline));
    if all().any(|patient| offline(&patient)) {
        return vec![Finding::ok("network", text!("doctor-network-offline"))];
    }
    hosts
        .iter()
        .filter_map(|(host, patients)| of_host(host, patients, way, now))
        .collect()
}

fn of_host(host: &str, patients: &[&Patient<'_>], way: &Way, now: Timestamp) -> Option<Finding> {
    let said: Vec<(&Patient<'_>, &Probed)> = patients
        .iter()
        .filter_map(|patient| Some((*patient, patient.said()?)))
        .collect();
    let latency = said
        .iter()
        .filter_map(|(_, probed)| Some(probed.seen.as_ref()?.latency))
        .min();
    if let Some(latency) = latency {
        return Some(Finding::ok(
            "network",
            text!("doctor-network-ok", host = host, time = milliseconds(latency)),
        ));
    }
    let silent = said.iter().find(|(_, probed)| is_network(&probed.verdict));
    let (patient, probed) = silent?;
    let by_way = way
        .proxy
        .as_ref()
        .filter(|_| !is_loopback(host))
        .map_or_else(String::new, |proxy| {
            format!(" {}", text!("doctor-network-proxy", proxy = proxy.as_str()))
        });
    let message = format!("{host}{by_way}: {}", probed.in_words(patient.title, now));
    Some(Finding::problem("network", message).next(probed.next_step().unwrap_or_default()))
}

/// Whether it is the way that does not lead anywhere, and not the key.
pub(crate) fn is_network(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::NoNetwork { cause, .. } if *cause != Cause::UnfitKey)
}

/// "api.groq.com", "127.0.0.1:9000".
fn host_of(base_url: &str) -> Option<String> {
    let url = reqwest::Url::parse(base_url).ok()?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(format!("{}{port}", url.host_str()?))
}

fn is_loopback(host: &str) -> bool {
    host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::super::patients::{account, asked, patient, seen};
    use super::*;

    #[test]
    fn a_host_that_answers_is_fine_whatever_it_says() {
        let account = account("groq");
        let wrong = Verdict::WrongKey {
            words: "Invalid API Key".to_owned(),
        };
        let found = judge(
            &[patient(&account, asked(wrong, Some(seen())))],
            &Way::default(),
            Timestamp::EPOCH,
        );
        assert_eq!((found.len(), found[0].grade), (1, Grade::Ok));
        assert!(found[0].message.starts_with("api.groq.com"), "{found:?}");
    }

    #[test]
    fn what_breaks_off_has_words_of_its_own_and_names_the_host() {
        let account = account("groq");
        let mut told = Vec::new();
        for cause in [Cause::Dns, Cause::Refused, Cause::Timeout, Cause::Tls, Cause::Proxy] {
            let verdict = Verdict::NoNetwork {
                cause,
                words: "no connection".to_owned(),
            };
            let found = judge(
                &[patient(&account, asked(verdict, None))],
                &Way::default(),
                Timestamp::EPOCH,
            );
            assert_eq!(found[0].grade, Grade::Problem);
            assert!(
                found[0].message.starts_with("api.groq.com: ") && found[0].next.is_some(),
                "{found:?}"
            );
            told.push(found[0].message.clone());
        }
        let count = told.len();
        told.dedup();
        assert_eq!(told.len(), count, "{told:?}");
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let env: Environment = [("https_proxy", "http://me:planted-secret@proxy:3128")]
            .into_iter()
            .collect();
        let way = Way::of(&env);
        assert_eq!(way.proxy.as_deref(), Some("http://proxy:3128"));
    }

    #[test]
    fn nothing_is_said_of_hosts_that_were_not_asked() {
        let account = account("groq");
        let offline = patient(&account, Asked::Not(Why::Offline));
        let found = judge(&[offline], &Way::default(), Timestamp::EPOCH);
        assert!(found[0].message.contains("--offline"), "{found:?}");
    }
}
