//! Why a call brought no reply, from what the HTTP client tells.

use std::error::Error;
use std::io;

use crate::{text, words};

/// Why there is no reply.
pub(crate) struct NoReply {
    /// Whether the request may have arrived.
    pub(crate) sent: bool,
    /// Where the way broke off.
    pub(crate) cause: Cause,
    /// In words, without URL and key.
    pub(crate) message: String,
}

/// Where the way to a provider breaks off.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Its name has no address: no network, or a name that is misspelt.
    Dns,
    /// The machine is there, and nobody listens at the port.
    Refused,
    /// There is no way to that machine.
    Unreachable,
    /// Nothing came in time.
    Timeout,
    /// No trust: its certificate, or something between that speaks for it.
    Tls,
    /// The proxy that the environment names lets nobody through.
    Proxy,
    /// The connection ended before the answer did.
    Broken,
    /// Nothing was sent: the key holds characters that no header can carry.
    UnfitKey,
}

impl NoReply {
    /// From the client's own error.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        Self {
            sent: !error.is_connect(),
            cause: if error.is_timeout() {
                Cause::Timeout
            } else {
                deepest_cause(error)
            },
            message: what_happened(error),
        }
    }

    /// The key cannot be sent.
    pub(super) fn unfit_key() -> Self {
        Self {
            sent: false,
            cause: Cause::UnfitKey,
            message: text!("no-reply-unfit-key"),
        }
    }

    /// The answer is larger than an answer can be.
    pub(super) fn too_much() -> Self {
        Self {
            sent: true,
            cause: Cause::Broken,
            message: text!("no-reply-too-much"),
        }
    }
}

/// The first error in the chain that says more than "it broke".
fn deepest_cause(error: &reqwest::Error) -> Cause {
    let mut next = error.source();
    while let Some(inner) = next {
        if let Some(cause) = cause_of(inner) {
            return cause;
        }
        next = inner.source();
    }
    Cause::Broken
}

fn cause_of(error: &(dyn Error + 'static)) -> Option<Cause> {
    if error.is::<rustls::Error>() {
        return Some(Cause::Tls);
    }
    if let Some(io) = error.downcast_ref::<io::Error>() {
        // An error of TLS is wrapped into one of input and output, which does not name it as its source.
        let wrapped = io.get_ref().and_then(|inner| cause_of(inner as &(dyn Error + 'static)));
        return wrapped.or_else(|| by_kind(io.kind()));
    }
    let words = error.to_string();
    match () {
        () if words == "dns error" => Some(Cause::Dns),
        () if words.contains("tunnel") || words.contains("proxy") => Some(Cause::Proxy),
        () => None,
    }
}

fn by_kind(kind: io::ErrorKind) -> Option<Cause> {
    match kind {
        io::ErrorKind::ConnectionRefused => Some(Cause::Refused),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkDown => {
            Some(Cause::Unreachable)
        }
        io::ErrorKind::TimedOut => Some(Cause::Timeout),
        _ => None,
    }
}

/// The error's words without its URL, which may hold what is nobody's business.
pub(super) fn what_happened(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        text!("no-reply-in-time")
    } else if error.is_connect() {
        text!("no-reply-no-connection")
    } else {
        text!("no-reply-broke-off")
    };
    let mut cause = error.source();
    let mut deepest = None;
    while let Some(inner) = cause {
        deepest = Some(match inner.downcast_ref::<io::Error>() {
            Some(error) => words::system(error),
            None => inner.to_string(),
        });
        cause = inner.source();
    }
    match deepest {
        Some(detail) => format!("{what}: {detail}"),
        None => what,
    }
}
