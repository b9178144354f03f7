//! Which tasks are meant: the same flags for listing and for changing many at once.

use clap::Args;
use serde_json::{Map, Value};

use crate::client::moment;
use crate::{config, text};

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
    /// Only tasks that failed for this reason.
    #[arg(long, value_name = "CODE", value_parser = CODES)]
    code: Option<String>,
    /// Only tasks that came in longer ago than that, such as 30m, 1h or 2d.
    #[arg(long, value_name = "TIME", value_parser = age)]
    older_than: Option<f64>,
}

/// Why tasks fail.
const CODES: [&str; 5] = [
    "too_large",
    "provider_error",
    "attempts_exhausted",
    "deadline_exceeded",
    "quarantined",
];

/// Seconds.
fn age(text: &str) -> Result<f64, String> {
    let length = config::duration(text).map_err(|_| text!("tasks-older-than-bad", text = text))?;
    Ok(length.as_secs_f64())
}

impl Filter {
    /// The flags that were given, by the names of the HTTP API.
    pub(super) fn to_json(&self) -> Map<String, Value> {
        let all = [
            ("status", &self.status),
            ("route", &self.route),
            ("group", &self.group),
            ("client", &self.client),
            ("code", &self.code),
        ];
        let given = all.into_iter();
        let mut given: Map<String, Value> = given
            .filter_map(|(name, value)| Some((name.to_owned(), value.as_deref()?.into())))
            .collect();
        if let Some(age) = self.older_than {
            given.insert("created_before".to_owned(), (moment::now() - age).floor().into());
        }
        given
    }

    /// The same for a query.
    pub(super) fn to_query(&self) -> Vec<(String, String)> {
        let plain = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = self.to_json().into_iter();
        pairs.map(|(name, value)| (name, plain(value))).collect()
    }
}
