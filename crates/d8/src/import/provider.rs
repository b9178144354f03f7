//! Whose models these are: LiteLLM's prefixes, and what D8's catalogue calls them.

use crate::catalogue::{Catalogue, Provider};

/// LiteLLM's word before the slash, and the catalogue's.
const PREFIXES: [(&str, &str); 26] = [
    ("groq", "groq"),
    ("gemini", "gemini"),
    ("openai", "openai"),
    ("anthropic", "anthropic"),
    ("mistral", "mistral"),
    ("cerebras", "cerebras"),
    ("openrouter", "openrouter"),
    ("deepseek", "deepseek"),
    ("cohere", "cohere"),
    ("cohere_chat", "cohere"),
    ("together_ai", "together"),
    ("fireworks_ai", "fireworks"),
    ("nvidia_nim", "nvidia"),
    ("sambanova", "sambanova"),
    ("github", "github"),
    ("ollama", "ollama"),
    ("ollama_chat", "ollama"),
    ("hosted_vllm", "vllm"),
    ("vllm", "vllm"),
    ("llamafile", OTHER),
    ("lm_studio", OTHER),
    ("openai_like", OTHER),
    ("custom_openai", OTHER),
    ("litellm_proxy", OTHER),
    ("text-completion-openai", "openai"),
    ("xinference", OTHER),
];

/// Any server that speaks OpenAI's wire.
const OTHER: &str = "openai-compatible";
/// One on a machine of the user's, which asks for no key.
const LOCAL: &str = "vllm";
const OPENAI_HOST: &str = "api.openai.com";

/// The provider and its own name of a model; none where D8 knows no such provider.
pub(super) fn of(
    model: &str,
    named: Option<&str>,
    base: Option<&str>,
    has_key: bool,
) -> Option<(&'static Provider, String)> {
    let known = |prefix: &str| {
        PREFIXES
            .iter()
            .find(|(theirs, _)| *theirs == prefix)
            .map(|(_, ours)| *ours)
    };
    let by_prefix = model
        .split_once('/')
        .and_then(|(prefix, rest)| Some((known(prefix)?, rest)));
    let (id, name) = match (by_prefix, named.and_then(known)) {
        (Some(found), _) => found,
        (None, Some(id)) => (id, model),
        (None, None) => (by_name(model)?, model),
    };
    let elsewhere = base.is_some_and(|base| !base.contains(OPENAI_HOST));
    let id = match id {
        // OpenAI's prefix before another address means only its wire.
        "openai" | OTHER if elsewhere && !has_key => LOCAL,
        "openai" if elsewhere => OTHER,
        other => other,
    };
    Some((Catalogue::builtin().provider(id)?, name.to_owned()))
}

/// Without a prefix LiteLLM goes by the model's name.
fn by_name(model: &str) -> Option<&'static str> {
    let begins = |names: &[&str]| names.iter().any(|name| model.starts_with(name));
    match model {
        _ if model.contains('/') => None,
        _ if begins(&["gpt-", "chatgpt-", "o1", "o3", "o4"]) => Some("openai"),
        _ if begins(&["claude-"]) => Some("anthropic"),
        _ => None,
    }
}
