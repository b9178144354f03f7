//! The wire of the Gemini API, in its native form.

mod answer;
mod messages;
mod models;
mod refusal;
mod request;
mod shape;

use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

use crate::counting::{Micros, Provider};
use crate::dialect::{Answer, Dialect, Form, Job, Lockout, Piece, Refused, Rejection};
use crate::emulator::{Emulator, Standing};
use crate::faults::FaultKind;
use crate::options::Options;
use crate::reply::{Header, Reply};

pub(crate) use models::{list, one};

/// The dialect, for one request to one model.
#[derive(Debug, Clone)]
pub(crate) struct Gemini<'a> {
    pub(crate) options: &'a Options,
    /// The model id from the path.
    pub(crate) model: &'a str,
    /// How the answer is to be sent; the path says it.
    pub(crate) form: Form,
}

impl Gemini<'_> {
    /// `:countTokens`: the tokens of a prompt. It spends no quota.
    pub(crate) fn count_tokens(&self, emulator: &Emulator, body: &[u8]) -> Reply {
        match request::count(emulator, self.model, body) {
            Ok(tokens) => Reply::new(
                200,
                json!({"totalTokens": tokens, "promptTokensDetails": answer::details(tokens)}),
            ),
            Err(rejection) => *rejection.reply,
        }
    }

    /// Errors of the array form are array-wrapped, too.
    fn wrapped(&self, reply: Reply) -> Reply {
        if self.form == Form::Array {
            Reply {
                body: json!([reply.body]),
                ..reply
            }
        } else {
            reply
        }
    }
}

impl Dialect for Gemini<'_> {
    fn provider(&self) -> Provider {
        Provider::Gemini
    }

    fn key(&self, headers: &HeaderMap, uri: &Uri) -> Option<String> {
        let from_header = headers
            .get("x-goog-api-key")
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned);
        from_header.or_else(|| query(uri, "key"))
    }

    fn locked_out(&self, why: Lockout<'_>) -> Reply {
        self.wrapped(refusal::locked_out(why))
    }

    fn read(&self, emulator: &Emulator, body: &[u8]) -> Result<Job, Rejection> {
        let wrapped = |rejection: Rejection| Rejection::new(self.wrapped(*rejection.reply), &rejection.model);
        request::read(emulator, self.model, self.form, body).map_err(wrapped)
    }

    fn refuse(&self, refused: &Refused<'_>) -> Reply {
        self.wrapped(refusal::refuse(self.options, refused))
    }

    fn fail(&self, fault: FaultKind) -> Reply {
        self.wrapped(refusal::fail(fault))
    }

    fn too_big(&self) -> Reply {
        let message = "Request payload size exceeds the limit: 20971520 bytes.";
        self.wrapped(error(400, message, "INVALID_ARGUMENT", None))
    }

    /// Gemini tells nothing about its limits outside of refusals.
    fn limit_headers(&self, _standings: &[Standing]) -> Vec<Header> {
        Vec::new()
    }

    fn common_headers(&self, _request_id: &str, processing: Micros) -> Vec<Header> {
        vec![
            ("server-timing", format!("gfet4t7; dur={}", processing / 1_000)),
            ("vary", "Origin".to_owned()),
        ]
    }

    fn whole(&self, job: &Job, answer: &Answer) -> Value {
        answer::whole(job, answer)
    }

    fn pieces(&self, job: &Job, answer: &Answer) -> Vec<Piece> {
        answer::pieces(job, answer)
    }
}

/// An error in Google's envelope.
pub(crate) fn error(code: u16, message: &str, status: &str, details: Option<Value>) -> Reply {
    let mut error = json!({"code": code, "message": message, "status": status});
    if let Some(details) = details {
        error["details"] = details;
    }
    Reply::new(code, json!({"error": error}))
}

/// 404 for a model or a method that does not exist.
pub(crate) fn unknown_model(id: &str) -> Reply {
    let message = format!(
        "models/{id} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods."
    );
    error(404, &message, "NOT_FOUND", None)
}

/// The first value of a query parameter, as it stands in the URL.
pub(crate) fn query(uri: &Uri, name: &str) -> Option<String> {
    let pairs = uri.query()?.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}
