//! A request as a task.

use std::sync::Arc;

use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::Payload;
use d8_wire::ChatRequest;
use sha2::{Digest, Sha256};

use super::wishes::Wishes;
use crate::config::Route;
use crate::orchestrator::{NewTask, Way};
use crate::server::app::App;
use crate::server::error::ApiError;
use crate::task::{estimate, is_plain};

/// A request that can be handed in.
pub(super) struct Submission {
    pub(super) request: Arc<ChatRequest>,
    pub(super) wishes: Wishes,
    /// The same for the same client and body.
    pub(super) print: u128,
    pub(super) task: TaskId,
    /// When it came.
    pub(super) came: Timestamp,
    route: Arc<Route>,
}

impl Submission {
    pub(super) fn new(app: &App, text: &str, wishes: Wishes, client_key: u64) -> Result<Self, ApiError> {
        let request = ChatRequest::parse(text.as_bytes())
            .map_err(|error| ApiError::bad_request("invalid_request", error.to_string()))?;
        let config = app.handle.directory.config();
        let route = config.resolve(request.model().as_deref()).map_err(|unknown| {
            let near = unknown.suggestion.as_ref();
            let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            ApiError::not_found("model_not_found", format!("{unknown}{near}"))
        })?;
        Ok(Self {
            request: Arc::new(request),
            wishes,
            print: print(text, client_key),
            task: app.handle.new_id(),
            came: app.clock.now(),
            route: Arc::new(route),
        })
    }

    /// Hands it in. Its end must be watched already.
    pub(super) async fn hand_in(&self, app: &App) -> Result<(), ApiError> {
        let handle = &app.handle;
        let durable = self.wishes.durable;
        let payload = durable.then(|| Payload {
            endpoint: handle.chat,
            custom: None,
            body: self.request.to_bytes(),
        });
        let way = Way::Route(self.route.clone());
        let estimate = estimate(&self.request);
        let task = NewTask {
            priority: self.wishes.priority,
            // One of the Hive's reads what it is to do from the store.
            plain: durable && is_plain(&self.request),
            interactive: true,
            durable,
            payload,
            request: Some(self.request.clone()),
            ..NewTask::new(self.task, "".into(), self.wishes.client.clone(), way, estimate)
        };
        if durable {
            handle.submit(vec![task]).await??;
        } else {
            handle.submit_watched(task)?;
        }
        Ok(())
    }
}

fn print(text: &str, client_key: u64) -> u128 {
    let mut hash = Sha256::new();
    hash.update(client_key.to_le_bytes());
    hash.update(text);
    let mut first = [0; 16];
    first.copy_from_slice(&hash.finalize()[..16]);
    u128::from_le_bytes(first)
}
