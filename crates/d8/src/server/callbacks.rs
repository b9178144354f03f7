//! Tasks whose clients want to be told elsewhere: what they are told is the task as the API shows it.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use d8_core::id::TaskId;
use d8_store::TaskState;
use futures_util::FutureExt;
use tokio::sync::mpsc;

use super::app::App;
use crate::callback::{self, Deliveries, Message, NoSecret, Secret, Settings};

/// Begins to tell, until the app's shutdown: `due` are the tasks that have ended ([`Opened::callbacks`]), `folder` is where
/// the secret is kept. Blocks for as long as the disk takes; needs a tokio runtime.
///
/// # Errors
/// There is no secret to sign with, and none can be made.
///
/// [`Opened::callbacks`]: crate::orchestrator::Opened::callbacks
pub fn start(
    app: &Arc<App>,
    due: mpsc::UnboundedReceiver<TaskId>,
    folder: &Path,
) -> Result<callback::Handle, NoSecret> {
    let secret = Secret::load_or_make(folder)?;
    let server = &app.handle.directory.config().server;
    let settings = Settings {
        allow_private: server.allow_private_callbacks,
        ..Settings::new(secret, app.shutdown.clone())
    };
    let loading = app.clone();
    let load = move |task| {
        let app = loading.clone();
        async move { message(&app, task).await }.boxed()
    };
    let handle = app.handle.clone();
    let told = move |task, _| {
        // Where the loop has ended it is told again after the next start.
        let _ = handle.told(task);
    };
    let deliveries = Deliveries::start(settings, load, told);
    tokio::spawn(forward(due, deliveries.clone()));
    Ok(deliveries)
}

async fn forward(mut due: mpsc::UnboundedReceiver<TaskId>, deliveries: callback::Handle) {
    loop {
        tokio::select! {
            task = due.recv() => match task {
                Some(task) => deliveries.due(task),
                None => return,
            },
            () = deliveries.ended() => return,
        }
    }
}

/// What is to be told of a task. Nothing where it is open again, or cannot be looked up now: then it is due again at its
/// next end, or after the next start.
async fn message(app: &App, task: TaskId) -> Option<Message> {
    let full = app.full_task(task).await.ok()?;
    if !matches!(full.state(), TaskState::Ended(..)) {
        return None;
    }
    let url = full.particulars().callback?;
    let object = app.many(vec![full]).await.ok()?.pop()?;
    let body = serde_json::to_vec(&object).ok()?;
    Some(Message {
        url,
        body: Bytes::from(body),
    })
}
