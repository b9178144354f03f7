//! A task as a client describes it: read and judged by itself, before anything is looked up for it.

use std::sync::Arc;

use d8_core::time::Timestamp;
use d8_store::Payload;
use serde_json::{Map, Value};

use super::fields::{Fields, is_name, wrong};
use super::repeat::request_key;
use super::work::{PASSED, Work, size, work};
use crate::callback::CallbackUrl;
use crate::config::{Config, UnknownModel};
use crate::orchestrator::{AGENT_ACTION, Handle, MAX_ATTEMPTS, NewTask, Way, is_rare};
use crate::server::Caller;
use crate::server::error::{ApiError, shown};
use crate::server::particulars::Particulars;
use crate::task::{estimate, is_plain, prefix};

/// Fields that are the task's own.
const OWN: [&str; 15] = [
    "type",
    "data",
    "messages",
    "prompt",
    "route",
    "model",
    "priority",
    "not_before",
    "deadline",
    "max_attempts",
    "idempotency_key",
    "metadata",
    "group",
    "client",
    "callback",
];
const PRIORITY: u8 = 5;
/// So many faults a task may be allowed.
const MOST_ATTEMPTS: u8 = 100;
/// What a task of nobody in particular is for.
const CLIENT: &str = "local";
/// The client's own notes, in bytes.
const MOST_METADATA: usize = 64 * 1024;

/// A task that has been read.
#[derive(Debug)]
pub(super) struct Draft {
    kind: String,
    group: String,
    client: String,
    /// The route or model that it names.
    asked: Option<String>,
    priority: u8,
    not_before: Option<Timestamp>,
    deadline: Option<Timestamp>,
    max_attempts: u8,
    work: Work,
    particulars: Particulars,
}

impl Draft {
    /// Reads a task from JSON.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        let mut fields = Fields::parse(text)?;
        fields.know(&OWN, &PASSED)?;
        let kind = fields.take_name("type")?.unwrap_or_else(|| AGENT_ACTION.to_owned());
        let route = fields.take_name("route")?;
        let not_before = fields.take_moment("not_before")?;
        let deadline = fields.take_moment("deadline")?;
        if let (Some(begin), Some(end)) = (not_before, deadline)
            && begin >= end
        {
            return Err(wrong("not_before", "must be earlier than `deadline`"));
        }
        let particulars = Particulars {
            metadata: metadata(&mut fields)?,
            callback: fields.take("callback", "must be a URL")?,
            idempotency_key: fields.take_name("idempotency_key")?,
            ..Particulars::default()
        };
        let mut draft = Self {
            group: fields.take_name("group")?.unwrap_or_default(),
            client: fields.take_name("client")?.unwrap_or_else(|| CLIENT.to_owned()),
            asked: None,
            priority: fields.take_number("priority", 1, 10)?.unwrap_or(PRIORITY),
            not_before,
            deadline,
            max_attempts: fields
                .take_number("max_attempts", 1, MOST_ATTEMPTS)?
                .unwrap_or(MAX_ATTEMPTS),
            work: work(&mut fields, &kind)?,
            particulars,
            kind,
        };
        draft.asked = draft.asks_for(route, fields.take_name("model")?)?;
        Ok(draft)
    }

    /// With the key that came beside the task.
    ///
    /// # Errors
    /// 400 where the task says another.
    pub(super) fn keyed(&mut self, key: &str) -> Result<(), ApiError> {
        let own = self.particulars.idempotency_key.get_or_insert_with(|| key.to_owned());
        if own != key {
            let message = "the header Idempotency-Key and the field `idempotency_key` differ; send one of them";
            return Err(ApiError::bad_request("invalid_field", message));
        }
        Ok(())
    }

    /// With this key, where it has none of its own.
    pub(super) fn keyed_unless_it_is(&mut self, key: String) {
        self.particulars.idempotency_key.get_or_insert(key);
    }

    /// What the task names: a route, a model beside the request, or the request's own.
    fn asks_for(&mut self, route: Option<String>, model: Option<String>) -> Result<Option<String>, ApiError> {
        if route.is_some() && model.is_some() {
            let message = "`route` and `model` say the same thing; give one of them";
            return Err(ApiError::bad_request("invalid_field", message));
        }
        if let Some(model) = model {
            if let Work::Chat(request) = &mut self.work {
                *request = request.with_model(&model);
            }
            return Ok(Some(model));
        }
        let own = match &self.work {
            Work::Chat(request) => request.model(),
            Work::Data(_) => None,
        };
        Ok(route.or(own))
    }

    /// The task for the orchestrator: what it names is looked up.
    ///
    /// # Errors
    /// 404 `model_not_found`, 400 `callback_refused`.
    pub(super) fn into_task(mut self, handle: &Handle, config: &Config, caller: Caller) -> Result<NewTask, ApiError> {
        self.particulars.callback = self.callback(config)?;
        let way = self.way(config)?;
        let (estimate, plain, body, request) = match self.work {
            Work::Chat(request) => {
                let body = request.to_bytes();
                (estimate(&request), is_plain(&request), body, Some(Arc::new(request)))
            }
            Work::Data(body) => (size(&body), true, body, None),
        };
        let key = self.particulars.idempotency_key.as_deref();
        Ok(NewTask {
            kind: self.kind.into(),
            priority: self.priority,
            not_before: self.not_before,
            deadline: self.deadline,
            max_attempts: self.max_attempts,
            plain,
            prefix: request.as_deref().and_then(prefix),
            request_key: key.map(|key| request_key(caller, key)),
            callback: self.particulars.callback.is_some(),
            payload: Some(Payload {
                endpoint: handle.chat,
                custom: self.particulars.to_text(),
                body,
            }),
            request,
            ..NewTask::new(handle.new_id(), self.group.into(), self.client.into(), way, estimate)
        })
    }

    fn callback(&self, config: &Config) -> Result<Option<String>, ApiError> {
        let Some(url) = &self.particulars.callback else {
            return Ok(None);
        };
        match CallbackUrl::parse(url, config.server.allow_private_callbacks) {
            Ok(url) => Ok(Some(url.as_str().to_owned())),
            Err(refused) => {
                let message = format!("{refused}; {}", refused.hint());
                Err(ApiError::bad_request("callback_refused", message))
            }
        }
    }

    /// Types that few workers know go to whoever knows them, unless the task says where.
    fn way(&self, config: &Config) -> Result<Way, ApiError> {
        if self.asked.is_none() && is_rare(&self.kind) {
            return Ok(Way::Everybody);
        }
        let route = config.resolve(self.asked.as_deref());
        route
            .map(|route| Way::Route(Arc::new(route)))
            .map_err(|error| unknown_model(&error))
    }
}

fn unknown_model(unknown: &UnknownModel) -> ApiError {
    let help = match &unknown.suggestion {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`d8 accounts ls` lists the models there are".to_owned(),
    };
    let message = format!(
        "the model `{}` is neither a route nor a model of any account; {help}",
        shown(&unknown.asked)
    );
    ApiError::not_found("model_not_found", message)
}

/// A key in the headers of a request.
pub(super) fn key_of(headers: &http::HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().ok().filter(|key| is_name(key));
    let bad = || {
        let message = "the header Idempotency-Key must be 1 to 256 printable ASCII characters";
        ApiError::bad_request("invalid_header", message)
    };
    key.map(Some).ok_or_else(bad)
}

fn metadata(fields: &mut Fields) -> Result<Option<Map<String, Value>>, ApiError> {
    let Some(raw) = fields.take_raw("metadata") else {
        return Ok(None);
    };
    if raw.get().len() > MOST_METADATA {
        return Err(wrong("metadata", "must not be larger than 64 KiB"));
    }
    let read = serde_json::from_str(raw.get());
    read.map(Some).map_err(|_| wrong("metadata", "must be an object"))
}
