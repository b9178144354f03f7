//! An account of d8.toml.

use std::fmt::Write;

use super::Quota;

pub(crate) const GROQ_MODEL: &str = "llama-3.3-70b-versatile";
pub(crate) const GEMINI_MODEL: &str = "gemini-2.0-flash";

#[derive(Clone, Debug)]
pub(crate) struct Account {
    name: String,
    provider: &'static str,
    key: String,
    model: &'static str,
    /// Below the origin of the emulated providers.
    path: &'static str,
    origin: Option<String>,
    limits: Option<String>,
    more: String,
}

impl Account {
    /// Named `groq`, with a key that opens, no known limits.
    pub(crate) fn groq() -> Self {
        Self {
            name: "groq".to_owned(),
            provider: "groq",
            key: "test-key-1".to_owned(),
            model: GROQ_MODEL,
            path: "/openai/v1",
            origin: None,
            limits: Some("[]".to_owned()),
            more: String::new(),
        }
    }

    /// Named `gemini`, likewise.
    pub(crate) fn gemini() -> Self {
        Self {
            name: "gemini".to_owned(),
            provider: "gemini",
            key: "test-key-2".to_owned(),
            model: GEMINI_MODEL,
            path: "/v1beta",
            ..Self::groq()
        }
    }

    pub(crate) fn named(self, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..self
        }
    }

    /// `d8 worker` brings it.
    pub(crate) fn without_key(self) -> Self {
        self.key("")
    }

    /// As `api_key` has it.
    pub(crate) fn key(self, key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..self
        }
    }

    pub(crate) fn limits(self, quotas: &[Quota]) -> Self {
        let (in_flight, counted): (Vec<&Quota>, Vec<&Quota>) = quotas.iter().partition(|quota| quota.is_concurrency());
        let all: Vec<String> = counted.into_iter().map(|quota| quota.to_toml()).collect();
        let account = self.limits_text(&format!("[{}]", all.join(", ")));
        in_flight
            .into_iter()
            .fold(account, |account, quota| account.with(&quota.to_toml()))
    }

    /// As `limits` has it.
    pub(crate) fn limits_text(self, text: &str) -> Self {
        Self {
            limits: Some(text.to_owned()),
            ..self
        }
    }

    pub(crate) fn at(self, origin: &str) -> Self {
        Self {
            origin: Some(origin.to_owned()),
            ..self
        }
    }

    /// One more line.
    pub(crate) fn with(mut self, line: &str) -> Self {
        self.more += line;
        self.more.push('\n');
        self
    }

    pub(crate) fn to_toml(&self, origin: &str) -> String {
        let origin = self.origin.as_deref().unwrap_or(origin);
        let (name, provider, key, model, path) = (&self.name, self.provider, &self.key, self.model, self.path);
        let key = if key.is_empty() {
            String::new()
        } else {
            format!("api_key = \"{key}\"\n")
        };
        let mut text = format!(
            "[[account]]\nname = \"{name}\"\nprovider = \"{provider}\"\n{key}models = [\"{model}\"]\n\
             base_url = \"{origin}{path}\"\n"
        );
        if let Some(limits) = &self.limits {
            writeln!(text, "limits = {limits}").unwrap();
        }
        text + &self.more
    }
}
