//! What a filter of the API means in the store: names become integers, and one that nobody ever used matches nothing.

use d8_core::change::FailureCode;
use d8_core::id::{RouteId, TaskId};
use d8_core::time::Timestamp;
use d8_store::{Filter, Order, Reader, StoreError, StoredTask, TaskStatus};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::config::DEFAULT_ROUTE;
use crate::orchestrator::{Directory, EVERYBODY};

/// Which tasks are meant: those that match everything that is given.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskFilter {
    /// How it stands.
    pub status: Option<Status>,
    /// Its route, as the task shows it.
    pub route: Option<String>,
    /// Its group.
    pub group: Option<String>,
    /// For whom.
    pub client: Option<String>,
    /// Why it failed.
    pub code: Option<Code>,
    /// It came in before that: seconds since 1970.
    pub created_before: Option<f64>,
}

/// How a task stands.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It waits.
    Pending,
    /// An attempt is under way.
    Assigned,
    /// Answered.
    Completed,
    /// Given up.
    Failed,
    /// No longer wanted.
    Cancelled,
}

impl From<Status> for TaskStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Assigned => Self::Assigned,
            Status::Completed => Self::Completed,
            Status::Failed => Self::Failed,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

/// Why a task failed.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Larger than a limit of every target that could serve it.
    TooLarge,
    /// The provider refused the request itself.
    ProviderError,
    /// Every attempt met a fault.
    AttemptsExhausted,
    /// Its deadline passed.
    DeadlineExceeded,
    /// Its workers fell silent.
    Quarantined,
}

impl From<Code> for FailureCode {
    fn from(code: Code) -> Self {
        match code {
            Code::TooLarge => Self::TooLarge,
            Code::ProviderError => Self::ProviderError,
            Code::AttemptsExhausted => Self::AttemptsExhausted,
            Code::DeadlineExceeded => Self::DeadlineExceeded,
            Code::Quarantined => Self::Quarantined,
        }
    }
}

impl TaskFilter {
    /// Whether it leaves nothing out.
    pub(super) fn is_empty(&self) -> bool {
        let named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
        let narrowed = self.status.is_some() || self.code.is_some() || self.created_before.is_some();
        !narrowed && ![&self.route, &self.group, &self.client].into_iter().any(named)
    }

    /// The same as the store understands it.
    pub(super) fn select(&self, directory: &Directory) -> Selection {
        let given = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let (route, group, client) = (given(&self.route), given(&self.group), given(&self.client));
        directory.names(|names| {
            let mut filter = Filter {
                status: self.status.map(TaskStatus::from),
                failure: self.code.map(FailureCode::from),
                // A number that is no moment saturates: before everything, or after it.
                created_before: self
                    .created_before
                    .map(|seconds| Timestamp::from_micros((seconds * 1e6) as i64)),
                ..Filter::default()
            };
            if let Some(group) = group {
                filter.group = names.find(&group);
                if filter.group.is_none() {
                    return Selection(Vec::new());
                }
            }
            if let Some(client) = client {
                filter.client = names.find(&client);
                if filter.client.is_none() {
                    return Selection(Vec::new());
                }
            }
            let Some(route) = route else {
                return Selection(vec![filter]);
            };
            // What the Hive's calls use of the default route is kept under a name of its own.
            let also = (route == DEFAULT_ROUTE).then_some(EVERYBODY);
            let routes = [Some(route.as_str()), also].into_iter().flatten();
            let known = routes.filter_map(|name| names.find::<RouteId>(name));
            let filters = known.map(|route| Filter {
                route: Some(route),
                ..filter
            });
            Selection(filters.collect())
        })
    }
}

/// Tasks that match one of these.
#[derive(Clone, Debug)]
pub(super) struct Selection(Vec<Filter>);

impl Selection {
    /// The same, of this state only; where the filter says another state there is nothing left.
    pub(super) fn of(&self, status: TaskStatus) -> Self {
        let fits = |filter: &&Filter| filter.status.is_none_or(|wanted| wanted == status);
        let narrowed = |filter: &Filter| Filter {
            status: Some(status),
            ..*filter
        };
        Self(self.0.iter().filter(fits).map(narrowed).collect())
    }

    /// Up to `limit` tasks after that one; to be called by the library.
    pub(super) fn page(
        &self,
        reader: &dyn Reader,
        order: Order,
        after: Option<TaskId>,
        limit: u32,
    ) -> Result<Vec<StoredTask>, StoreError> {
        let mut tasks = Vec::new();
        for filter in &self.0 {
            tasks.extend(reader.tasks(filter, order, after, limit)?);
        }
        if self.0.len() > 1 {
            tasks.sort_by_key(|task| task.row.id);
            if order == Order::NewestFirst {
                tasks.reverse();
            }
            tasks.truncate(limit as usize);
        }
        Ok(tasks)
    }
}
