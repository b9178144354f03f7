//! One entry of `model_list`: a name that callers use, and where one of its requests may go.

use serde_json::{Map, Value};

use super::keys::{self, Keys, plain};
use super::{object, provider};
use crate::catalogue::Provider;
use crate::config::Environment;
use crate::text;

/// A deployment, as LiteLLM calls it.
pub(super) struct Deployment {
    /// Its place in the list, from 1.
    pub(super) at: usize,
    /// The name that callers use.
    pub(super) name: String,
    pub(super) provider: &'static Provider,
    pub(super) model: String,
    /// The variable of its key.
    pub(super) key: Option<String>,
    pub(super) base: Option<String>,
    pub(super) rpm: Option<u64>,
    pub(super) tpm: Option<u64>,
    pub(super) concurrency: Option<u64>,
    /// Lower ones go first.
    pub(super) order: u64,
}

/// What reading brings about besides.
pub(super) struct Reading<'a> {
    pub(super) keys: Keys<'a>,
    pub(super) better: Vec<String>,
    pub(super) left: Vec<String>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(env: &'a Environment) -> Self {
        Self {
            keys: Keys::new(env),
            better: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Something was not taken over. Never with its value, which may be a secret.
    pub(super) fn leave(&mut self, what: String) {
        self.left.push(what);
    }

    fn leave_because(&mut self, what: &str, why: String) {
        self.left.push(text!("import-left-because", what = what, why = why));
    }

    pub(super) fn deployments(&mut self, list: Vec<Value>) -> Vec<Deployment> {
        let entries = list.into_iter().zip(1..);
        entries.filter_map(|(value, at)| self.deployment(value, at)).collect()
    }

    fn deployment(&mut self, value: Value, at: usize) -> Option<Deployment> {
        let here = format!("model_list {at}");
        let Some(mut entry) = object(Some(value)) else {
            self.leave(here);
            return None;
        };
        let name = entry.shift_remove("model_name").as_ref().and_then(plain);
        let params = object(entry.shift_remove("litellm_params"));
        let (Some(name), Some(mut params)) = (name.filter(|name| !name.is_empty()), params) else {
            self.leave_because(&here, text!("import-why-incomplete"));
            return None;
        };
        let here = format!("model_list {at} ({name})");
        let mode = object(entry.shift_remove("model_info")).and_then(|info| plain(info.get("mode")?));
        if let Some(mode) = mode.filter(|mode| !["chat", "completion", "responses"].contains(&mode.as_str())) {
            self.leave_because(&here, text!("import-why-mode", mode = mode));
            return None;
        }
        let model = params
            .shift_remove("model")
            .as_ref()
            .and_then(plain)
            .unwrap_or_default();
        if model.contains('*') || name.contains('*') {
            self.leave_because(&here, text!("import-why-pattern"));
            return None;
        }
        let base = ["api_base", "base_url"]
            .into_iter()
            .filter_map(|key| params.shift_remove(key))
            .next();
        let base = match base.as_ref().and_then(plain) {
            Some(text) => self.base(&here, &text),
            None => None,
        };
        let key = params.shift_remove("api_key").filter(|key| !key.is_null());
        let named = params.shift_remove("custom_llm_provider").as_ref().and_then(plain);
        let Some((provider, model)) = provider::of(&model, named.as_deref(), base.as_deref(), key.is_some()) else {
            let prefix = model.split_once('/').map_or(model.as_str(), |(prefix, _)| prefix);
            self.leave_because(&here, text!("import-why-provider", provider = prefix));
            return None;
        };
        if provider.wire.is_none() {
            self.leave_because(&here, text!("import-why-wire", provider = provider.called()));
            return None;
        }
        if provider.origin.is_none() && base.is_none() {
            self.leave_because(&here, text!("import-why-base"));
            return None;
        }
        let mut number = |name: &str| {
            let value = params.shift_remove(name).or_else(|| entry.shift_remove(name))?;
            whole(&value)
        };
        let (rpm, tpm) = (number("rpm"), number("tpm"));
        let concurrency = number("max_parallel_requests");
        let order = number("order").unwrap_or(0);
        self.leave_rest(&here, &params, &entry);
        Some(Deployment {
            key: self.keys.key(key.as_ref(), provider),
            at,
            name,
            base: base.filter(|base| Some(base.trim_end_matches('/')) != provider.base_url().as_deref()),
            provider,
            model,
            rpm,
            tpm,
            concurrency,
            order,
        })
    }

    /// An address may stand in a variable; d8.toml has the address itself.
    fn base(&mut self, here: &str, text: &str) -> Option<String> {
        let Some(name) = keys::variable(text) else {
            return Some(text.to_owned());
        };
        let value = self.keys.value(name);
        if value.is_none() {
            self.leave_because(&format!("{here} api_base"), text!("import-why-unset", name = name));
        }
        value
    }

    fn leave_rest(&mut self, here: &str, params: &Map<String, Value>, entry: &Map<String, Value>) {
        for key in params.keys() {
            self.leave(format!("{here} litellm_params.{key}"));
        }
        for key in entry.keys() {
            self.leave(format!("{here} {key}"));
        }
    }
}

/// A whole number of 1 or more, written as a number or as text.
fn whole(value: &Value) -> Option<u64> {
    let number = value.as_u64().or_else(|| plain(value)?.parse().ok());
    number.filter(|number| *number > 0)
}
