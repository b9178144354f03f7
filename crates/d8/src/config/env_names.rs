//! Every name that D8 looks up in the environment or in `.env`, each with what it does. Nothing else is read.

/// Declares the constants and the list of them all.
macro_rules! names {
    ($($(#[doc = $doc:literal])+ $name:ident;)+) => {
        $($(#[doc = $doc])+ pub const $name: &str = stringify!($name);)+

        /// All names with what each does.
        pub const ALL: &[(&str, &str)] = &[$(($name, concat!($($doc),+))),+];
    };
}

names! {
    /// Read on Windows only: the machine's name, part of the name of a run.
    COMPUTERNAME;
    /// The language of what the program says: en or es; `--lang` comes first, the system's locale last.
    D8_LANG;
    /// Replaces `listen` of `[server]`.
    D8_SERVER__LISTEN;
    /// Replaces `token` of `[server]`; in the same notation.
    D8_SERVER__TOKEN;
    /// Replaces `worker_timeout` of `[server]`.
    D8_SERVER__WORKER_TIMEOUT;
    /// Replaces `url` of `[store]`.
    D8_STORE__URL;
    /// The token for the HTTP API, where d8.toml says `token = "env:D8_TOKEN"`, and for commands that talk to a server.
    D8_TOKEN;
    /// Set for the command of an agent: the agent's name.
    D8_AGENT;
    /// Set for the command of an agent: the number of the piece of work.
    D8_AGENT_NUMBER;
    /// Set for the command of an agent: the topic, where there is one.
    D8_AGENT_TOPIC;
    /// Set for the command of an agent: the task's id.
    D8_AGENT_TASK;
    /// Set for the command of an agent: the file that the answer was written to, where it was.
    D8_AGENT_OUTPUT;
    /// The orchestrator that commands and workers talk to.
    ORCHESTRATOR_URL;
    /// The id of a worker; `d8 worker --id`.
    WORKER_ID;
    /// The type of a worker; `d8 worker --type`.
    WORKER_TYPE;
    /// Seconds between the polls of a worker.
    WORKER_POLL_INTERVAL;
    /// Seconds between the polls of a worker; WORKER_POLL_INTERVAL comes first.
    POLL_INTERVAL;
    /// The key of a worker where its provider's own variable is not set.
    API_KEY;
    /// The proxy to providers, as the HTTP client reads it, in small letters too; `d8 doctor` names it.
    HTTPS_PROXY;
    /// The proxy where HTTPS_PROXY is not set, in small letters too; `d8 doctor` names it.
    ALL_PROXY;
    /// Turns colour off, whatever its value.
    NO_COLOR;
    /// Key for Groq.
    GROQ_API_KEY;
    /// Base URL for Groq, with or without the version path.
    GROQ_BASE_URL;
    /// Key for Google Gemini.
    GEMINI_API_KEY;
    /// Key for Google Gemini; GEMINI_API_KEY comes first.
    GOOGLE_API_KEY;
    /// Base URL for Google Gemini, with or without the version path.
    GEMINI_BASE_URL;
    /// Key for OpenAI.
    OPENAI_API_KEY;
    /// Base URL for OpenAI, with or without the version path.
    OPENAI_BASE_URL;
    /// Key for Anthropic.
    ANTHROPIC_API_KEY;
    /// Base URL for Anthropic, with or without the version path.
    ANTHROPIC_BASE_URL;
    /// Key for Mistral.
    MISTRAL_API_KEY;
    /// Base URL for Mistral, with or without the version path.
    MISTRAL_BASE_URL;
    /// Key for Cerebras.
    CEREBRAS_API_KEY;
    /// Base URL for Cerebras, with or without the version path.
    CEREBRAS_BASE_URL;
    /// Key for OpenRouter.
    OPENROUTER_API_KEY;
    /// Base URL for OpenRouter, with or without the version path.
    OPENROUTER_BASE_URL;
    /// Key for DeepSeek.
    DEEPSEEK_API_KEY;
    /// Base URL for DeepSeek, with or without the version path.
    DEEPSEEK_BASE_URL;
    /// Key for Cohere.
    COHERE_API_KEY;
    /// Key for Cohere; COHERE_API_KEY comes first.
    CO_API_KEY;
    /// Base URL for Cohere's OpenAI-compatible endpoint, with or without its path.
    COHERE_BASE_URL;
    /// Key for Together.
    TOGETHER_API_KEY;
    /// Base URL for Together, with or without the version path.
    TOGETHER_BASE_URL;
    /// Key for Fireworks.
    FIREWORKS_API_KEY;
    /// Base URL for Fireworks, with or without the version path.
    FIREWORKS_BASE_URL;
    /// Key for NVIDIA's hosted models.
    NVIDIA_API_KEY;
    /// Base URL for NVIDIA's hosted models, with or without the version path.
    NVIDIA_BASE_URL;
    /// Key for SambaNova.
    SAMBANOVA_API_KEY;
    /// Base URL for SambaNova, with or without the version path.
    SAMBANOVA_BASE_URL;
    /// Token for GitHub Models. GITHUB_TOKEN is not read: it is often set for other purposes.
    GITHUB_MODELS_TOKEN;
    /// Base URL for GitHub Models, with or without its path.
    GITHUB_MODELS_BASE_URL;
    /// Base URL of an Ollama server; being set makes it an account.
    OLLAMA_BASE_URL;
    /// Base URL of a llama.cpp server; being set makes it an account.
    LLAMACPP_BASE_URL;
    /// Key of a llama.cpp server that asks for one.
    LLAMACPP_API_KEY;
    /// Base URL of a vLLM server; being set makes it an account where models are named in d8.toml.
    VLLM_BASE_URL;
    /// Key of a vLLM server that asks for one.
    VLLM_API_KEY;
}

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn every_name_of_the_catalogue_is_documented_here() {
        for provider in &crate::catalogue::Catalogue::builtin().providers {
            for name in provider.key_env.iter().chain(&provider.base_url_env) {
                assert!(ALL.iter().any(|(known, _)| known == name), "{name} of {}", provider.id);
            }
        }
    }
}
