//! From a request's body to a task.

use std::sync::Arc;

use axum::extract::Request;
use d8_core::id::TaskId;
use d8_store::Payload;
use d8_wire::ChatRequest;

use super::orphans::Print;
use super::problem::Problem;
use super::wishes::Wishes;
use crate::orchestrator::{Handle, NewTask, Way};
use crate::server::app::App;
use crate::server::body::{self, MAX_BODY};
use crate::server::{ApiError, Caller};
use crate::task;

/// A request that can be submitted. The bytes that it came in are gone: many wait at once.
pub(super) struct Ask {
    pub(super) request: Arc<ChatRequest>,
    way: Way,
    pub(super) wishes: Wishes,
    pub(super) print: Print,
}

impl Ask {
    /// Reads a request to its end.
    ///
    /// # Errors
    /// 400 where it is no chat request, 404 where nothing serves its model, and those of [`body::read`].
    pub(super) async fn read(app: &App, caller: Caller, request: Request) -> Result<Self, Problem> {
        let wishes = Wishes::read(request.headers())?;
        let path = request.uri().path().to_owned();
        let text = body::read(request, MAX_BODY).await?;
        let print = Print::of(caller, &wishes.client, &path, &text);
        let request = ChatRequest::parse(text.as_bytes())
            .map_err(|invalid| Problem::invalid(&invalid.param, &invalid.to_string()))?;
        let route = app.handle.directory.config().resolve(request.model().as_deref());
        let route = route.map_err(|unknown| unknown_model(&unknown))?;
        Ok(Self {
            request: Arc::new(request),
            way: Way::Route(Arc::new(route)),
            wishes,
            print,
        })
    }

    /// The task.
    pub(super) fn into_task(self, id: TaskId, handle: &Handle) -> NewTask {
        let Self {
            request, way, wishes, ..
        } = self;
        let payload = wishes.durable.then(|| Payload {
            endpoint: handle.chat,
            custom: None,
            body: request.to_bytes(),
        });
        NewTask {
            priority: wishes.priority,
            plain: task::is_plain(&request),
            prefix: task::prefix(&request),
            interactive: true,
            durable: wishes.durable,
            payload,
            request: Some(request.clone()),
            ..NewTask::new(id, "".into(), wishes.client, way, task::estimate(&request))
        }
    }
}

/// 404, with the name that may have been meant.
pub(super) fn unknown_model(unknown: &crate::config::UnknownModel) -> ApiError {
    let meant = match &unknown.suggestion {
        Some(name) => format!("did you mean `{name}`? GET /v1/models lists all"),
        None => "GET /v1/models lists those there are".to_owned(),
    };
    ApiError::not_found("model_not_found", format!("{unknown}; {meant}"))
}
