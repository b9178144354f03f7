//! Looks things up in the store, on a thread of its own: the store's calls block.

use std::sync::mpsc;
use std::thread;

use d8_store::{Reader, StoreError};
use tokio::sync::oneshot;

type Question = Box<dyn FnOnce(&dyn Reader) + Send>;

/// The way to the thread that reads. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Library {
    questions: mpsc::Sender<Question>,
}

/// Why something cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The process is about to end.
    #[error("the store's reader has stopped")]
    Stopped,
}

impl Library {
    /// Starts the thread; it ends with the last handle.
    pub fn start(reader: Box<dyn Reader>) -> std::io::Result<Self> {
        let (questions, inbox) = mpsc::channel::<Question>();
        thread::Builder::new().name("d8-reader".into()).spawn(move || {
            while let Ok(question) = inbox.recv() {
                question(reader.as_ref());
            }
        })?;
        Ok(Self { questions })
    }

    /// Asks the store; what is asked sees one committed state in each of its calls.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, LookupError> {
        let (reply, answer) = oneshot::channel();
        let question: Question = Box::new(move |reader| drop(reply.send(question(reader))));
        self.questions.send(question).map_err(|_| LookupError::Stopped)?;
        Ok(answer.await.map_err(|_| LookupError::Stopped)??)
    }
}
