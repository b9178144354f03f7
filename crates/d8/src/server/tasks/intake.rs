//! Hands tasks to the orchestrator: all of them or none, or each for itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use d8_core::id::{GroupId, TaskId};

use super::repeat::Keys;
use crate::orchestrator::{NewTask, Refusal};
use crate::server::app::App;
use crate::server::error::ApiError;

/// A task that is stored.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Taken {
    pub(super) id: TaskId,
    /// It was known already, by its key.
    pub(super) repeated: bool,
}

impl Taken {
    fn known(id: TaskId) -> Self {
        Self { id, repeated: true }
    }
}

/// Takes all tasks in, or none.
///
/// # Errors
/// The first refusal, with the place of its task where one is at fault.
pub(super) async fn all(app: &App, tasks: Vec<NewTask>) -> Result<Vec<Taken>, (Option<usize>, ApiError)> {
    let whole = |error| (None, error);
    let sealed = Sealed::among(app, &tasks).await.map_err(whole)?;
    let mut keys = Keys::known(app, &tasks).await.map_err(whole)?;
    let mut taken = Vec::with_capacity(tasks.len());
    let mut fresh = Vec::new();
    for (place, task) in tasks.into_iter().enumerate() {
        let here = |error| (Some(place), error);
        let known = keys.judge(&task).map_err(here)?;
        if known.is_none() {
            sealed.check(&task).map_err(here)?;
        }
        taken.push(known.map_or(
            Taken {
                id: task.id,
                repeated: false,
            },
            Taken::known,
        ));
        if known.is_none() {
            fresh.push(task);
        }
    }
    let stored = store(app, &keys, fresh).await.map_err(whole)?;
    if let Some(error) = stored.values().find_map(|stored| stored.as_ref().err()) {
        // Another request came under one of the keys at this very moment: nothing of this one is to be done.
        let mine = stored.values().filter_map(|stored| stored.as_ref().ok());
        let mine = mine.filter(|taken| !taken.repeated).map(|taken| taken.id).collect();
        app.handle.cancel_now(mine).await.map_err(|error| whole(error.into()))?;
        return Err(whole(error.clone()));
    }
    let as_stored = |taken: Taken| match stored.get(&taken.id) {
        Some(Ok(stored)) if stored.repeated || !taken.repeated => *stored,
        _ => taken,
    };
    Ok(taken.into_iter().map(as_stored).collect())
}

/// Takes each task in for itself; the answers are in the order of the tasks.
pub(super) async fn each(app: &App, tasks: Vec<NewTask>) -> Result<Vec<Result<Taken, ApiError>>, ApiError> {
    let sealed = Sealed::among(app, &tasks).await?;
    let mut keys = Keys::known(app, &tasks).await?;
    let mut judged = Vec::with_capacity(tasks.len());
    let mut parts = vec![Vec::new()];
    for task in tasks {
        let known = keys.judge(&task).and_then(|known| match known {
            Some(id) => Ok(Taken::known(id)),
            None => sealed.check(&task).map(|()| Taken {
                id: task.id,
                repeated: false,
            }),
        });
        if matches!(known, Ok(Taken { repeated: false, .. })) {
            parts[0].push(task);
        }
        judged.push(known);
    }
    let mut outcomes: HashMap<TaskId, Result<Taken, ApiError>> = HashMap::new();
    // One that cannot come in keeps nobody else out: a part that is refused is tried again in halves.
    while let Some(mut part) = parts.pop() {
        match submit(app, &keys, part.clone()).await? {
            Ok(stored) => outcomes.extend(stored),
            Err(refusal) if part.len() < 2 || refusal == Refusal::Stopping => {
                let refused = part.iter().map(|task| (task.id, Err(refusal.clone().into())));
                outcomes.extend(refused);
            }
            Err(_) => {
                let second = part.split_off(part.len() / 2);
                parts.extend([second, part]);
            }
        }
    }
    let settled = |judged: Result<Taken, ApiError>| {
        let judged = judged?;
        match outcomes.get(&judged.id) {
            // One that repeats an earlier one of the same part shares its fate.
            Some(Ok(stored)) => Ok(Taken {
                repeated: stored.repeated || judged.repeated,
                ..*stored
            }),
            Some(Err(error)) => Err(error.clone()),
            None => Ok(judged),
        }
    };
    Ok(judged.into_iter().map(settled).collect())
}

type Stored = HashMap<TaskId, Result<Taken, ApiError>>;

async fn store(app: &App, keys: &Keys, tasks: Vec<NewTask>) -> Result<Stored, ApiError> {
    Ok(submit(app, keys, tasks).await??)
}

/// Submits tasks together. What each came to, by the id that it was given; it is an error where its key was taken for
/// another request meanwhile.
async fn submit(app: &App, keys: &Keys, tasks: Vec<NewTask>) -> Result<Result<Stored, Refusal>, ApiError> {
    if tasks.is_empty() {
        return Ok(Ok(Stored::new()));
    }
    let given: Vec<(TaskId, Option<u128>)> = tasks.iter().map(|task| (task.id, task.request_key)).collect();
    let accepted = match app.handle.submit(tasks).await? {
        Ok(accepted) => accepted,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let pairs = given.into_iter().zip(accepted);
    let (late, in_time): (Vec<_>, Vec<_>) = pairs.partition(|(_, accepted)| accepted.repeated);
    let mut stored: Stored = in_time
        .into_iter()
        .map(|((id, _), _)| (id, Ok(Taken { id, repeated: false })))
        .collect();
    if !late.is_empty() {
        let winners = Keys::of(app, late.iter().filter_map(|((_, key), _)| *key).collect()).await?;
        for ((id, key), accepted) in late {
            let same = key.map_or(Ok(()), |key| keys.compare(key, &winners));
            stored.insert(id, same.map(|()| Taken::known(accepted.id)));
        }
    }
    Ok(Ok(stored))
}

/// Groups of a submission that take no more tasks. The loop knows those that were sealed since it began.
struct Sealed(BTreeSet<Arc<str>>);

impl Sealed {
    async fn among(app: &App, tasks: &[NewTask]) -> Result<Self, ApiError> {
        let names: BTreeSet<Arc<str>> = tasks.iter().map(|task| task.group.clone()).collect();
        let known = names.into_iter().filter(|name| !name.is_empty()).filter_map(|name| {
            let id: GroupId = app.handle.directory.names(|names| names.find(&name))?;
            Some((name, id))
        });
        let known: Vec<_> = known.collect();
        if known.is_empty() {
            return Ok(Self(BTreeSet::new()));
        }
        let sealed = app.library.ask(move |reader| {
            let mut sealed = BTreeSet::new();
            for (name, id) in known {
                if reader.group_counts(id)?.is_some_and(|counts| counts.sealed) {
                    sealed.insert(name);
                }
            }
            Ok(sealed)
        });
        Ok(Self(sealed.await?))
    }

    fn check(&self, task: &NewTask) -> Result<(), ApiError> {
        if self.0.contains(&task.group) {
            return Err(Refusal::Sealed(task.group.to_string()).into());
        }
        Ok(())
    }
}
