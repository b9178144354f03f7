//! What can go wrong between a command and its orchestrator, in words, with the next step.

use std::error::Error;
use std::io;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::Failure;
use crate::words;

/// Why a call brought nothing. No token is in it.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ClientError {
    /// Nobody answered, or not to the end.
    #[error("no orchestrator answers at {url}: {why}")]
    Unreachable {
        /// The address tried.
        url: String,
        /// Why, as a clause.
        why: String,
        /// Where else nobody answered.
        passed_over: Vec<String>,
        /// Whether the address is this machine's.
        is_here: bool,
    },
    /// The orchestrator said no.
    #[error("{message}{}", in_brackets(code))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// For programs; may be empty.
        code: String,
        /// For people.
        message: String,
    },
    /// What answered is no orchestrator.
    #[error("{url} answered {status}, and not as an orchestrator does")]
    Stranger {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer has a shape that this version does not know.
    #[error("the orchestrator's answer cannot be read: {why}")]
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Not a name of anything.
    #[error("`{name}` is no name")]
    NoName {
        /// What was given.
        name: String,
    },
    /// No client can be made.
    #[error("no HTTP client: {why}")]
    Setup {
        /// Why.
        why: String,
    },
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Refused { status: 401, .. } => Self::broke_off(message).hint(
                "give its token: D8_TOKEN, or --orchestrator http://d8:TOKEN@HOST:PORT; `d8 up` keeps it where it runs",
            ),
            ClientError::Refused { .. } => Self::broke_off(message),
            ClientError::Unreachable {
                passed_over, is_here, ..
            } => passed_over
                .iter()
                .fold(Self::not_started(message), |failure, other| {
                    failure.hint(format!("tried before: {other}"))
                })
                .hint(next_step(is_here)),
            ClientError::Stranger { .. } => Self::not_started(message)
                .hint("another program may have that port (on macOS AirPlay uses 5000): name the right one with --orchestrator"),
            ClientError::Unreadable { .. } => {
                Self::broke_off(message).hint("are d8 and the orchestrator of the same version?")
            }
            ClientError::NoName { .. } | ClientError::Setup { .. } => Self::not_started(message),
        }
    }
}

fn next_step(is_here: bool) -> &'static str {
    if is_here {
        "start one with `d8 up`, or name another with --orchestrator URL or ORCHESTRATOR_URL"
    } else {
        "check the address, and that `d8 up --listen 0.0.0.0:5000` runs there and no firewall is between"
    }
}

/// An error's body: D8's own, or the Hive's plain text.
#[derive(Deserialize)]
struct ErrorBody {
    error: Complaint,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Complaint {
    Object {
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        code: Option<String>,
    },
    Text(String),
}

/// Reads a refusal.
pub(super) fn refused(url: String, status: u16, text: &str) -> ClientError {
    let Ok(body) = serde_json::from_str::<ErrorBody>(text) else {
        return ClientError::Stranger { url, status };
    };
    let (message, code) = match body.error {
        Complaint::Object { message, code } => (message, code),
        Complaint::Text(message) => (Some(message), None),
    };
    ClientError::Refused {
        status,
        code: code.unwrap_or_default(),
        message: message.unwrap_or_else(|| format!("refused with status {status}")),
    }
}

/// A transport error as a clause, without its URL.
pub(super) fn why(error: &reqwest::Error, longest: Duration) -> String {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut deepest = None;
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<io::Error>()
            && is_telling(io.kind())
        {
            return io_words(io);
        }
        deepest = Some(inner.to_string());
        cause = inner.source();
    }
    if error.is_timeout() {
        return silence(if error.is_connect() { super::CONNECT } else { longest });
    }
    let what = if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    };
    deepest.map_or_else(|| what.to_owned(), |detail| format!("{what} ({detail})"))
}

fn is_telling(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable
    )
}

/// A system's error as a clause.
pub(super) fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "the connection is refused, so nothing listens there".to_owned(),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => "there is no way to it".to_owned(),
        _ => format!("no connection ({error})"),
    }
}

/// Nothing came for so long.
pub(super) fn silence(longest: Duration) -> String {
    format!("no answer within {}", words::span(longest))
}

fn in_brackets(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        format!(" ({code})")
    }
}
