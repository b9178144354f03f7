//! Whether an orchestrator can listen where the configuration says: the port is free, its own, or somebody else's.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde::Deserialize;

use super::Finding;
use crate::client::{Address, Client, ClientError, Origin};
use crate::server::listen;
use crate::text;

const NAME: &str = "port";
const ANSWER: Duration = Duration::from_secs(3);

/// What is at an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Facts {
    /// The system chooses a free port.
    Any,
    /// Nobody.
    Free,
    /// Our orchestrator.
    Ours,
    /// A D8 of another store.
    AnotherD8,
    /// Another program.
    Stranger {
        /// The HTTP status that it answered with, where it speaks HTTP.
        status: Option<u16>,
        /// What to do.
        next: String,
    },
    /// Nobody can listen there.
    Unusable {
        /// Why.
        message: String,
        /// What to do.
        next: String,
    },
}

#[derive(Deserialize)]
struct Greeting {
    project: String,
}

/// Tries to listen at `address` for a moment, and asks who is there where that is not possible. `ours`: where our own
/// orchestrator listens.
pub(crate) async fn look(address: SocketAddr, ours: Option<&str>) -> Facts {
    if address.port() == 0 {
        return Facts::Any;
    }
    let is_ours = || {
        let url = ours.and_then(|url| reqwest::Url::parse(url).ok());
        url.is_some_and(|url| url.port_or_known_default() == Some(address.port()))
    };
    match listen::bind(address).await {
        Ok(_) => Facts::Free,
        Err(_) if is_ours() => Facts::Ours,
        Err(error) if error.source.kind() == io::ErrorKind::AddrInUse => who(error.address, error.hint()).await,
        Err(error) => Facts::Unusable {
            message: error.to_string(),
            next: error.hint(),
        },
    }
}

async fn who(address: SocketAddr, next: String) -> Facts {
    let stranger = |status| Facts::Stranger {
        status,
        next: next.clone(),
    };
    let Ok(url) = format!("http://{}", reached(address)).parse() else {
        return stranger(None);
    };
    let there = Address {
        url,
        token: None,
        origin: Origin::Default,
    };
    let Ok(client) = Client::open(vec![there]).await else {
        return stranger(None);
    };
    match client.get_within(&[], &[], ANSWER).await {
        Ok(answer) if answer.read::<Greeting>().is_ok_and(|it| it.project == "D8") => Facts::AnotherD8,
        Ok(answer) => stranger(Some(answer.status)),
        // It answers in our words: it wants its token.
        Err(ClientError::Refused { status: 401, .. }) => Facts::AnotherD8,
        Err(ClientError::Refused { status, .. } | ClientError::Stranger { status, .. }) => stranger(Some(status)),
        Err(_) => stranger(None),
    }
}

/// A listener for all addresses is reached by the loopback one.
fn reached(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

/// `elsewhere`: where our orchestrator listens, if it runs: then the configured port is not missed.
pub(crate) fn judge(facts: &Facts, address: SocketAddr, elsewhere: Option<&str>) -> Finding {
    let shown = address.to_string();
    let taken = |message: String, next: &str| match elsewhere {
        Some(url) => Finding::warning(
            NAME,
            format!("{message}; {}", text!("doctor-port-elsewhere", url = url)),
        ),
        None => Finding::problem(NAME, message).next(next),
    };
    match facts {
        Facts::Any => Finding::ok(NAME, text!("doctor-port-any")),
        Facts::Free => Finding::ok(NAME, text!("doctor-port-free", address = shown)),
        Facts::Ours => Finding::ok(NAME, text!("doctor-port-ours", address = shown)),
        Facts::AnotherD8 => taken(text!("doctor-port-d8", address = shown), &text!("doctor-port-d8-next")),
        Facts::Stranger { status: None, next } => taken(text!("doctor-port-stranger", address = shown), next),
        Facts::Stranger {
            status: Some(status),
            next,
        } => taken(
            text!(
                "doctor-port-stranger-http",
                address = shown,
                status = status.to_string()
            ),
            next,
        ),
        Facts::Unusable { message, next } => taken(message.clone(), next),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Grade;
    use super::*;

    #[test]
    fn a_strangers_port_is_a_problem_only_where_it_is_needed() {
        let address = "127.0.0.1:5000".parse().unwrap();
        let stranger = Facts::Stranger {
            status: Some(403),
            next: "take another".to_owned(),
        };
        let found = judge(&stranger, address, None);
        assert_eq!(
            (found.grade, found.next.as_deref()),
            (Grade::Problem, Some("take another"))
        );
        assert!(
            found.message.contains("127.0.0.1:5000") && found.message.contains("403"),
            "{found:?}"
        );
        let running = judge(&stranger, address, Some("http://127.0.0.1:5001"));
        assert_eq!(running.grade, Grade::Warning);
        for fine in [Facts::Any, Facts::Free, Facts::Ours] {
            assert_eq!(judge(&fine, address, None).grade, Grade::Ok);
        }
        assert_eq!(judge(&Facts::AnotherD8, address, None).grade, Grade::Problem);
    }

    #[tokio::test]
    async fn a_stranger_is_told_from_nobody() {
        crate::client::standin::set_up_tls();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // It hangs up on whoever calls.
        let calls = std::thread::spawn(move || drop(listener.accept()));
        assert!(matches!(
            look(address, None).await,
            Facts::Stranger { status: None, .. }
        ));
        calls.join().unwrap();
        assert_eq!(look("127.0.0.1:0".parse().unwrap(), None).await, Facts::Any);
        let ours = format!("http://{address}");
        assert!(
            matches!(look(address, Some(&ours)).await, Facts::Free),
            "it is free by now"
        );
    }
}
