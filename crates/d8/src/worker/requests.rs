//! Reads requests on a thread of its own: the store's calls block.

use std::sync::mpsc;
use std::thread;

use d8_core::id::TaskId;
use d8_store::{Payload, Reader};
use tokio::sync::oneshot;

type Answer = oneshot::Sender<Result<Option<Payload>, String>>;

/// The way to the thread that reads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Requests {
    questions: mpsc::Sender<(TaskId, Answer)>,
}

impl Requests {
    /// Starts the thread; it ends with the last handle.
    pub fn start(reader: Box<dyn Reader>) -> std::io::Result<Self> {
        let (questions, inbox) = mpsc::channel::<(TaskId, Answer)>();
        thread::Builder::new().name("d8-reader".into()).spawn(move || {
            while let Ok((task, answer)) = inbox.recv() {
                let _ = answer.send(reader.payload(task).map_err(|error| error.to_string()));
            }
        })?;
        Ok(Self { questions })
    }

    /// A task's request.
    pub async fn read(&self, task: TaskId) -> Result<Option<Payload>, String> {
        let (reply, answer) = oneshot::channel();
        let gone = || "the store's reader has stopped".to_owned();
        self.questions.send((task, reply)).map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}
