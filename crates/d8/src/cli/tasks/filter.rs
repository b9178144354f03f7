//! Which tasks are meant: the same flags for listing and for changing many at once.

use clap::Args;
use serde_json::{Map, Value};

/// Each flag narrows it further.
#[derive(Clone, Debug, Default, Args)]
#[group(id = "filter", multiple = true)]
pub(super) struct Filter {
    /// Only tasks that stand so.
    #[arg(long, value_name = "STATUS", value_parser = ["pending", "assigned", "completed", "failed", "cancelled"])]
    status: Option<String>,
    /// Only tasks of this route.
    #[arg(long, value_name = "ROUTE")]
    route: Option<String>,
    /// Only tasks of this group, such as a run.
    #[arg(long, value_name = "GROUP")]
    group: Option<String>,
    /// Only tasks for this client.
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
}

impl Filter {
    /// The flags that were given, by the names of the HTTP API.
    pub(super) fn given(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("status", &self.status),
            ("route", &self.route),
            ("group", &self.group),
            ("client", &self.client),
        ];
        let given = all.into_iter();
        given
            .filter_map(|(name, value)| Some((name, value.as_deref()?)))
            .collect()
    }

    pub(super) fn to_json(&self) -> Map<String, Value> {
        let pairs = self.given().into_iter();
        pairs.map(|(name, value)| (name.to_owned(), value.into())).collect()
    }
}
