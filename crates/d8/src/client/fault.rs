//! What can go wrong between a command and its orchestrator, in words, with the next step.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use serde::Deserialize;

use crate::cli::Failure;
use crate::text;
use crate::words;

/// Why a call brought nothing. No token is in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ClientError {
    /// Nobody answered, or not to the end.
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
    Refused {
        /// The HTTP status.
        status: u16,
        /// For programs; may be empty.
        code: String,
        /// For people.
        message: String,
    },
    /// What answered is no orchestrator.
    Stranger {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer has a shape that this version does not know.
    Unreadable {
        /// What is wrong with it.
        why: String,
    },
    /// Not a name of anything.
    NoName {
        /// What was given.
        name: String,
    },
    /// No client can be made.
    Setup {
        /// Why.
        why: String,
    },
}

impl Error for ClientError {}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Unreachable { url, why, .. } => text!("client-unreachable", url = url.as_str(), why = why.as_str()),
            Self::Refused { message, code, .. } if code.is_empty() => message.clone(),
            Self::Refused { message, code, .. } => format!("{message} ({code})"),
            Self::Stranger { url, status } => {
                text!("client-stranger", url = url.as_str(), status = status.to_string())
            }
            Self::Unreadable { why } => text!("client-unreadable", why = why.as_str()),
            Self::NoName { name } => text!("client-no-name", name = name.as_str()),
            Self::Setup { why } => text!("client-no-client", why = why.as_str()),
        })
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let message = error.to_string();
        match error {
            ClientError::Refused { status: 401, .. } => Self::broke_off(message).hint(text!("client-give-token")),
            ClientError::Refused { .. } => Self::broke_off(message),
            ClientError::Unreachable {
                passed_over, is_here, ..
            } => passed_over
                .iter()
                .fold(Self::not_started(message), |failure, other| {
                    failure.hint(text!("client-tried-before", other = other.as_str()))
                })
                .hint(next_step(is_here)),
            ClientError::Stranger { .. } => Self::not_started(message).hint(text!("client-another-program")),
            ClientError::Unreadable { .. } => Self::broke_off(message).hint(text!("client-same-version")),
            ClientError::NoName { .. } | ClientError::Setup { .. } => Self::not_started(message),
        }
    }
}

fn next_step(is_here: bool) -> String {
    if is_here {
        text!("client-start-one")
    } else {
        text!("client-check-address")
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
        message: message.unwrap_or_else(|| text!("client-refused", status = status.to_string())),
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
        text!("client-no-connection")
    } else {
        text!("client-broke-off")
    };
    deepest.map_or_else(|| what.clone(), |detail| format!("{what} ({detail})"))
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
        io::ErrorKind::ConnectionRefused => text!("client-nothing-listens"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => text!("client-no-way"),
        _ => format!("{} ({error})", text!("client-no-connection")),
    }
}

/// Nothing came for so long.
pub(super) fn silence(longest: Duration) -> String {
    text!("client-silence", longest = words::span(longest))
}
