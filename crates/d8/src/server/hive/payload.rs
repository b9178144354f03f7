//! A task as the Hive's workers see it: the payload at the top, in `task_data` and in `data`, as each of them reads
//! another place.

use d8_core::message::Lease;
use serde_json::{Map, Value};

use crate::catalogue::Catalogue;
use crate::orchestrator::ANY_MODEL;
use crate::orchestrator::fleet::WorkerName;
use crate::server::app::App;
use crate::server::ids;

/// The task of a lease, in words why not.
pub(super) async fn for_worker(app: &App, lease: &Lease) -> Result<Value, String> {
    let task = lease.task;
    let found = app
        .library
        .ask(move |reader| Ok((reader.task(task)?, reader.payload(task)?)))
        .await;
    let (stored, payload) = found.map_err(|error| error.to_string())?;
    // A task that its client does not want kept may not be in the store yet, or ever.
    let body = match payload {
        Some(payload) => payload.body,
        None => app.handle.requests.read(task).await?.to_bytes(),
    };
    let mut data: Map<String, Value> = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    if let Some(model) = model(app, lease, data.get("model").and_then(Value::as_str)) {
        data.insert("model".to_owned(), Value::from(model));
    }
    let kind = stored.as_ref().and_then(|stored| {
        let kind = stored.row.demand.kind;
        app.handle.directory.names(|names| names.name(kind).map(str::to_owned))
    });
    let mut shown = Map::new();
    shown.insert("task_id".to_owned(), Value::from(ids::shown(task)));
    shown.insert(
        "type".to_owned(),
        Value::from(kind.unwrap_or_else(|| "agent_action".to_owned())),
    );
    shown.insert(
        "priority".to_owned(),
        Value::from(stored.map_or(5, |stored| stored.row.priority)),
    );
    for (name, value) in &data {
        shown.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    shown.insert("task_data".to_owned(), Value::Object(data.clone()));
    shown.insert("data".to_owned(), Value::Object(data));
    Ok(Value::Object(shown))
}

/// The model that the worker shall ask for: `worker_fixed` sends on what it is given, so it is one that its provider serves.
fn model(app: &App, lease: &Lease, wish: Option<&str>) -> Option<String> {
    let plan = app.handle.directory.plan();
    let target = plan.targets.get(&lease.target)?;
    if target.model != ANY_MODEL {
        return Some(target.model.clone());
    }
    let kept = app
        .handle
        .directory
        .names(|names| names.name(lease.worker).map(str::to_owned))?;
    let provider = Catalogue::builtin().provider(&WorkerName::parse(&kept)?.kind)?;
    let models = &provider.default_tier().models;
    let serves = |model: &str| models.iter().any(|known| known == model) || provider.model(model).is_some();
    match wish {
        Some(wish) if serves(wish) => None,
        _ => models.first().cloned(),
    }
}
