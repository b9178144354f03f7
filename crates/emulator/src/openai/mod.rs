//! The wire of OpenAI, and Groq's version of it: one dialect whose differences are looked up by provider.

mod answer;
mod complaint;
mod fields;
mod models;
mod refusal;
mod request;

use axum::http::{HeaderMap, Uri, header};
use serde_json::{Value, json};

use crate::counting::{Micros, Provider};
use crate::dialect::{Answer, Dialect, Job, Lockout, Piece, Refused, Rejection};
use crate::emulator::{Emulator, Standing};
use crate::faults::FaultKind;

use crate::reply::{Header, Reply};

pub(crate) use models::{list, one};

/// Which of the two it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    Groq,
    OpenAi,
}

impl Flavour {
    pub(crate) fn provider(self) -> Provider {
        match self {
            Flavour::Groq => Provider::Groq,
            Flavour::OpenAi => Provider::OpenAi,
        }
    }

    /// An error body. Groq leaves out what is null.
    pub(crate) fn error(self, message: &str, kind: &str, param: Option<&str>, code: Option<&str>) -> Value {
        let mut error = json!({"message": message, "type": kind, "param": param, "code": code});
        if let (Flavour::Groq, Some(fields)) = (self, error.as_object_mut()) {
            fields.retain(|_, value| !value.is_null());
        }
        json!({"error": error})
    }

    /// 404 for a path that leads nowhere.
    pub(crate) fn unknown_url(self, method: &str, path: &str) -> Reply {
        let (message, code) = match self {
            Flavour::Groq => (
                format!(
                    "Unknown request URL: {method} {path}. Please check the URL for typos, or see the docs at https://console.groq.com/docs/"
                ),
                Some("unknown_url"),
            ),
            Flavour::OpenAi => (format!("Invalid URL ({method} {path})"), None),
        };
        Reply::new(404, self.error(&message, "invalid_request_error", None, code))
    }

    pub(crate) fn unknown_model(self, id: &str) -> Reply {
        let message = format!("The model `{id}` does not exist or you do not have access to it.");
        let param = (self == Flavour::OpenAi).then_some("model");

        Reply::new(
            404,
            self.error(&message, "invalid_request_error", param, Some("model_not_found")),
        )
    }
}

impl Dialect for Flavour {
    fn provider(&self) -> Provider {
        Flavour::provider(*self)
    }

    fn key(&self, headers: &HeaderMap, _uri: &Uri) -> Option<String> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
    }

    fn locked_out(&self, why: Lockout<'_>) -> Reply {
        refusal::locked_out(*self, why)
    }

    fn read(&self, emulator: &Emulator, body: &[u8]) -> Result<Job, Rejection> {
        request::read(*self, emulator, body)
    }

    fn refuse(&self, refused: &Refused<'_>) -> Reply {
        refusal::refuse(*self, refused)
    }

    fn fail(&self, fault: FaultKind) -> Reply {
        refusal::fail(*self, fault)
    }

    fn too_big(&self) -> Reply {
        let message = "Request Entity Too Large";
        Reply::new(
            413,
            self.error(message, "invalid_request_error", None, Some("request_too_large")),
        )
    }

    fn limit_headers(&self, standings: &[Standing]) -> Vec<Header> {
        refusal::limit_headers(*self, standings)
    }

    fn common_headers(&self, request_id: &str, processing: Micros) -> Vec<Header> {
        let id = ("x-request-id", request_id.to_owned());
        match self {
            Flavour::Groq => vec![id, ("x-groq-region", "emulated".to_owned())],
            Flavour::OpenAi => vec![
                id,
                ("openai-processing-ms", (processing / 1_000).to_string()),
                ("openai-version", "2020-10-01".to_owned()),
                ("openai-organization", "emulated".to_owned()),
            ],
        }
    }

    fn whole(&self, job: &Job, answer: &Answer) -> Value {
        answer::whole(*self, job, answer)
    }

    fn pieces(&self, job: &Job, answer: &Answer) -> Vec<Piece> {
        answer::pieces(*self, job, answer)
    }
}

/// The organisation that an account belongs to.
fn organization(flavour: Flavour, account: &str) -> String {
    match flavour {
        Flavour::Groq => format!("org_{account}"),
        Flavour::OpenAi => format!("org-{account}"),
    }
}

/// A wait in whole seconds, rounded up, at least one.
fn retry_after(wait: Micros) -> Header {
    let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000).max(1);
    ("retry-after", seconds.to_string())
}

/// A length no finer than a millisecond, rounded up, as headers and texts have it.
fn in_whole_milliseconds(length: Micros) -> Micros {
    length.saturating_add(999) / 1_000 * 1_000
}
