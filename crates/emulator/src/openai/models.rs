//! The lists of models at `/v1/models` and `/openai/v1/models`.

use serde_json::{Value, json};

use super::Flavour;
use crate::catalogue::Served;
use crate::emulator::Emulator;
use crate::reply::Reply;

/// When the models were made, for all of them: a date before every test.
const CREATED: i64 = 1_735_689_600;

/// All models.
pub(crate) fn list(flavour: Flavour, emulator: &Emulator) -> Reply {
    let served = emulator.served(flavour.provider());
    let data: Vec<Value> = served.iter().map(|model| object(flavour, model)).collect();
    Reply::new(200, json!({"object": "list", "data": data}))
}

/// One model, or 404.
pub(crate) fn one(flavour: Flavour, emulator: &Emulator, id: &str) -> Reply {
    let found = emulator.find(flavour.provider(), id);
    found.map_or_else(
        || flavour.unknown_model(id),
        |model| Reply::new(200, object(flavour, &model)),
    )
}

fn object(flavour: Flavour, model: &Served) -> Value {
    match flavour {
        Flavour::OpenAi => json!({"id": model.id, "object": "model", "created": CREATED, "owned_by": "system"}),
        Flavour::Groq => json!({
            "id": model.id, "object": "model", "created": CREATED, "owned_by": owner(&model.id), "active": true,
            "context_window": model.context, "public_apps": null, "max_completion_tokens": model.max_output,
        }),
    }
}

fn owner(id: &str) -> &str {
    id.split_once('/').map_or("Meta", |(owner, _)| owner)
}
