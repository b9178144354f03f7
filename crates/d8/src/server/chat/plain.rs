//! A whole answer.

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use d8_core::change::Ending;
use d8_core::id::TaskId;
use d8_core::time::Timestamp;
use d8_store::ResultRow;
use tokio::sync::oneshot;

use super::failure;
use super::orphans::{Orphan, Orphans};
use super::submission::Submission;
use crate::orchestrator::{Done, Start};
use crate::server::app::App;
use crate::server::error::ApiError;
use crate::server::hive::REPORTED;
use crate::server::ids;

pub(super) async fn answer(app: Arc<App>, submission: Submission) -> Result<Response, ApiError> {
    let max_wait = submission.wishes.max_wait;
    let adopted = submission
        .wishes
        .is_resend
        .then(|| app.orphans.adopt(submission.print))
        .flatten();
    let waiting = match adopted {
        Some(orphan) => Waiting::new(&app, submission.print, orphan),
        None => {
            let orphan = Orphan {
                task: submission.task,
                came: submission.came,
                done: app.handle.audience.watch(submission.task),
            };
            let waiting = Waiting::new(&app, submission.print, orphan);
            submission.hand_in(&app).await?;
            waiting
        }
    };
    // What waits long shall be small.
    drop(submission);
    waiting.answer(max_wait).await
}

/// Somebody waits. Dropped in the middle, the client has hung up.
struct Waiting {
    app: Arc<App>,
    print: u128,
    orphan: Option<Orphan>,
}

impl Waiting {
    fn new(app: &Arc<App>, print: u128, orphan: Orphan) -> Self {
        Self {
            app: app.clone(),
            print,
            orphan: Some(orphan),
        }
    }

    async fn answer(mut self, max_wait: std::time::Duration) -> Result<Response, ApiError> {
        let Some(orphan) = &mut self.orphan else {
            return Err(ApiError::internal());
        };
        let (task, came) = (orphan.task, orphan.came);
        let done = tokio::select! {
            biased;
            done = &mut orphan.done => done,
            () = tokio::time::sleep(max_wait) => {
                self.orphan = None;
                return Err(failure::waited_enough(&self.app, task, max_wait).await);
            }
            () = self.app.shutdown.cancelled() => {
                self.orphan = None;
                return Err(ApiError::stopped());
            }
        };
        self.orphan = None;
        let done = done.map_err(|oneshot::error::RecvError { .. }| ApiError::stopped())?;
        Ok(respond(&self.app, done, came))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(orphan) = self.orphan.take() {
            Orphans::put(&self.app, self.print, orphan);
        }
    }
}

/// A task's end as a response.
pub(super) fn respond(app: &App, done: Done, came: Timestamp) -> Response {
    let mut response = if done.ending == Ending::Completed {
        let result = done.result.map(Arc::unwrap_or_clone).unwrap_or_default();
        let mut response = Response::new(Body::from(completion(result)));
        response
            .headers_mut()
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    } else {
        failure::of(&done)
    };
    mark(app, response.headers_mut(), done.task, done.start, came);
    response
}

/// The completion alone, without what a worker of the Hive reported beside it.
fn completion(result: ResultRow) -> Vec<u8> {
    let needle = REPORTED.as_bytes();
    let from_hive = result.body.windows(needle.len()).any(|window| window == needle);
    match from_hive.then(|| crate::server::objects::answer(&result)).flatten() {
        Some(answer) => answer.get().as_bytes().to_vec(),
        None => result.body,
    }
}

/// Says which task it was, where it went and how long it waited.
pub(super) fn mark(app: &App, headers: &mut HeaderMap, task: TaskId, start: Option<Start>, came: Timestamp) {
    let mut set = |name: &'static str, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    };
    set("x-d8-task-id", ids::shown(task));
    if let Some(start) = start {
        set("x-d8-target", app.target_name(start.target));
        set("x-d8-queued-ms", start.at.since(came).as_millis().to_string());
    }
}
