//! Brings the answers of one agent to where they belong, one after another.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use d8_core::id::TaskId;
use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::note::{Answer, Note};
use super::{file, program};
use crate::config::Agent;
use crate::orchestrator::Library;
use crate::{text, words};

/// A file that cannot be written is tried again after so long: a full disk may have room by then.
const FILE_AGAIN: Duration = Duration::from_secs(10);
/// A program that has not taken an answer gets it again after so long, and then no more.
const PROGRAM_AGAIN: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// What became of an answer.
#[derive(Clone, Debug)]
pub(super) enum Progress {
    /// It is where it belongs.
    Delivered {
        /// The file that it is in, where there is one.
        file: Option<PathBuf>,
        /// Why the agent's program did not take it.
        refused: Option<String>,
    },
    /// Not yet, and why; it is tried again.
    Delayed(String),
}

/// What all deliveries of one agent share.
pub(super) struct Lane<F> {
    pub(super) agent: Arc<Agent>,
    pub(super) library: Library,
    /// One file at a time is written, whichever agent's: two of them may share one.
    pub(super) files: Arc<Mutex<()>>,
    pub(super) shutdown: CancellationToken,
    /// Hears what becomes of each.
    pub(super) report: F,
}

impl<F: Fn(TaskId, Progress) + Send + Sync + 'static> Lane<F> {
    /// Delivers what comes through the sender, until the shutdown.
    pub(super) fn open(self) -> mpsc::UnboundedSender<(TaskId, Note)> {
        let (sender, mut inbox) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let shutdown = self.shutdown.clone();
            let work = async {
                while let Some((task, note)) = inbox.recv().await {
                    self.deliver(task, note).await;
                }
            };
            tokio::select! {
                () = work => {}
                () = shutdown.cancelled() => {}
            }
        });
        sender
    }

    async fn deliver(&self, task: TaskId, note: Note) {
        let Some(answer) = self.answer(task, note).await else {
            return;
        };
        let answer = Arc::new(answer);
        let file = self.file(&answer).await;
        let refused = self.program(&answer, file.as_ref()).await;
        (self.report)(task, Progress::Delivered { file, refused });
    }

    /// The answer as the store has it. Without one, as while the process ends, it is delivered after the next start.
    async fn answer(&self, task: TaskId, note: Note) -> Option<Answer> {
        let result = self.library.ask(move |reader| reader.result(task)).await;
        let body = result.ok()?.map(|row| row.body).unwrap_or_default();
        Some(Answer::read(task, note, &body))
    }

    async fn file(&self, answer: &Arc<Answer>) -> Option<PathBuf> {
        let path = self.agent.folder.join(answer.note.output.as_ref()?);
        loop {
            let writing = {
                let _alone = self.files.lock().await;
                let (path, answer) = (path.clone(), answer.clone());
                tokio::task::spawn_blocking(move || file::keep(&path, &answer)).await
            };
            let why = match writing {
                Ok(Ok(path)) => return Some(path),
                Ok(Err(error)) => words::system(&error),
                Err(error) => error.to_string(),
            };
            let why = text!("unwritable", path = path.display().to_string(), problem = why);
            tracing::warn!(
                agent = self.agent.name,
                task = answer.task.0,
                "{why}; tried again in 10 s"
            );
            (self.report)(answer.task, Progress::Delayed(why));
            tokio::time::sleep(FILE_AGAIN).await;
        }
    }

    /// Why the program has not taken it, where it has not.
    async fn program(&self, answer: &Answer, file: Option<&PathBuf>) -> Option<String> {
        let mut waits = PROGRAM_AGAIN.iter();
        loop {
            let why = program::give(&self.agent, answer, file.map(PathBuf::as_path))
                .await
                .err()?;
            let (agent, task) = (&self.agent.name, answer.task.0);
            let Some(wait) = waits.next() else {
                tracing::warn!(
                    agent,
                    task,
                    "{why}; it is not tried again, and the answer stays in the store"
                );
                return Some(why);
            };
            tracing::warn!(agent, task, "{why}; tried again in {} s", wait.as_secs());
            (self.report)(answer.task, Progress::Delayed(why));
            tokio::time::sleep(*wait).await;
        }
    }
}
