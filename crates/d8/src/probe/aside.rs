//! Brings a question to the ledger of a configuration: to the orchestrator that has its store, else into the store itself.

use d8_core::limit::Dimension;
use d8_core::time::Timestamp;
use d8_store::Hold;
use d8_wire::Period;
use serde_json::json;

use super::{Counted, Probed, Verdict};
use crate::client::{Client, find};
use crate::clock::Clock;
use crate::config::{Config, StoreLocation};
use crate::orchestrator::aside::{Aside, remember};
use crate::worker::dimension;

/// What was asked, and under which account's name. Fails in words for a person.
pub(crate) async fn tell(config: &Config, asked: &[(&str, &Probed)]) -> Result<(), String> {
    let counted = asked.iter().filter_map(|(account, probed)| {
        let Counted { at, usage } = probed.counted?;
        Some(Aside {
            account: (*account).to_owned(),
            model: Some(probed.model.clone()),
            requests: 1,
            usage,
            at,
            day_spent: day_spent(&probed.verdict),
        })
    });
    let counted: Vec<Aside> = counted.collect();
    if counted.is_empty() {
        return Ok(());
    }
    let StoreLocation::Sqlite(store) = &config.store;
    if Hold::is_held(store).map_err(|error| error.to_string())? {
        // Whoever has it and does not listen learns of it as of others' requests: from headers and refusals.
        let Some(address) = find::holder(config) else {
            return Ok(());
        };
        let client = Client::open(vec![address]).await.map_err(|error| error.to_string())?;
        return tell_orchestrator(&client, &counted).await;
    }
    let written = tokio::task::block_in_place(|| remember(config, &counted, Clock::start()));
    written.map_err(|error| error.to_string())
}

/// An orchestrator that runs finds it out by itself; one that begins later would ask once more.
fn day_spent(verdict: &Verdict) -> Option<(Dimension, Timestamp)> {
    match verdict {
        Verdict::QuotaSpent {
            limit: Some(limit),
            until: Some(until),
            ..
        } if limit.per == Some(Period::Day) => Some((dimension(limit.dimension), *until)),
        _ => None,
    }
}

async fn tell_orchestrator(client: &Client, counted: &[Aside]) -> Result<(), String> {
    for aside in counted {
        let body = json!({
            "model": aside.model,
            "requests": aside.requests,
            "input_tokens": aside.usage.input_tokens,
            "output_tokens": aside.usage.output_tokens,
        });
        let path = ["api", "accounts", &aside.account, "spent"];
        client.post(&path, &body).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}
