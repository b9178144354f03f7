//! The requests of open tasks, for whoever makes an attempt: in memory where they came a moment ago or are kept nowhere
//! else, in the store otherwise.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use d8_core::id::TaskId;
use d8_wire::ChatRequest;

use super::library::Library;

/// So many requests of tasks that the store knows too are kept in memory.
const MOST_COPIES: usize = 1_024;

/// Where requests are read. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Requests {
    library: Library,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Those that only memory holds.
    only_here: HashMap<TaskId, Arc<ChatRequest>>,
    /// Those that the store holds too.
    copies: HashMap<TaskId, Arc<ChatRequest>>,
}

impl Requests {
    /// Reads from the store what is not in memory.
    pub fn new(library: Library) -> Self {
        Self {
            library,
            kept: Arc::default(),
        }
    }

    /// Keeps a request until its task has ended; `stored`: it can be dropped when there are many.
    pub(super) fn keep(&self, task: TaskId, request: Arc<ChatRequest>, stored: bool) {
        let mut kept = self.lock();
        if !stored {
            kept.only_here.insert(task, request);
        } else if kept.copies.len() < MOST_COPIES {
            kept.copies.insert(task, request);
        }
    }

    pub(super) fn forget(&self, task: TaskId) {
        let mut kept = self.lock();
        if kept.only_here.remove(&task).is_none() {
            kept.copies.remove(&task);
        }
    }

    /// A task's request, in words why not.
    pub async fn read(&self, task: TaskId) -> Result<Arc<ChatRequest>, String> {
        let known = {
            let kept = self.lock();
            kept.only_here.get(&task).or_else(|| kept.copies.get(&task)).cloned()
        };
        if let Some(request) = known {
            return Ok(request);
        }
        let found = self.library.ask(move |reader| reader.payload(task)).await;
        let payload = found
            .map_err(|error| error.to_string())?
            .ok_or("the request is not in the store")?;
        let request = ChatRequest::parse(&payload.body).map_err(|error| error.to_string())?;
        Ok(Arc::new(request))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
