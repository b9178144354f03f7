//! Two files as people write them: a team's proxy, and somebody's own.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;

const NOW: Timestamp = Timestamp::from_secs(1_795_521_600);

fn imported(yaml: &str, variables: &[(&str, &str)]) -> Imported {
    let env: Environment = variables.iter().copied().collect();
    litellm(yaml, "config.yaml", &env, NOW).unwrap_or_else(|problem| panic!("{problem}"))
}

/// A team's proxy: two keys at Groq, Gemini behind them, variables everywhere.
const TEAM: &str = r#"
model_list:
  - model_name: fast
    litellm_params:
      model: groq/llama-3.1-8b-instant
      api_key: os.environ/GROQ_API_KEY
      rpm: 100
      tpm: 6000
  - model_name: fast
    litellm_params:
      model: groq/llama-3.1-8b-instant
      api_key: os.environ/GROQ_API_KEY_TEAM
      rpm: 25
      timeout: 30
  - model_name: smart
    litellm_params:
      model: groq/llama-3.3-70b-versatile
      api_key: os.environ/GROQ_API_KEY_TEAM
      rpm: 25
  - model_name: overflow
    litellm_params:
      model: gemini/gemini-3.8-flash
      api_key: os.environ/GEMINI_API_KEY
      max_parallel_requests: 8
    model_info:
      mode: chat
  - model_name: vectors
    litellm_params:
      model: openai/text-embedding-3-small
      api_key: os.environ/OPENAI_API_KEY
    model_info:
      mode: embedding
  - model_name: claude
    litellm_params:
      model: anthropic/claude-sonnet-5
      api_key: os.environ/ANTHROPIC_API_KEY

router_settings:
  routing_strategy: usage-based-routing
  num_retries: 3
  fallbacks: [{"fast": ["overflow", "nobody"]}, {"smart": ["fast"]}]
  model_group_alias: {"gpt-4o-mini": "fast", "old": {"model": "smart", "hidden": true}}

litellm_settings:
  drop_params: true
  default_fallbacks: ["overflow"]

general_settings:
  master_key: os.environ/LITELLM_MASTER_KEY
  database_url: os.environ/DATABASE_URL
"#;

#[test]
fn a_teams_proxy_becomes_accounts_and_routes() {
    let imported = imported(
        TEAM,
        &[("GROQ_API_KEY", "test-key-1"), ("GEMINI_API_KEY", "test-key-2")],
    );
    let expected = r#"# Written by `d8 import litellm config.yaml`. Each part says where it came from.
# rpm and tpm are ceilings; what they leave open is the catalogue's (`d8 config show`). Keys are in .env.

# general_settings.master_key
[server]
token = "env:LITELLM_MASTER_KEY"

# model_list 1
[[account]]
name = "groq"
provider = "groq"
api_key = "env:GROQ_API_KEY"
models = ["llama-3.1-8b-instant"]
rpm = 100
tpm = 6000

# model_list 2, 3
[[account]]
name = "groq-2"
provider = "groq"
api_key = "env:GROQ_API_KEY_TEAM"
models = ["llama-3.1-8b-instant", "llama-3.3-70b-versatile"]
rpm = 25

# model_list 4
[[account]]
name = "gemini"
provider = "gemini"
api_key = "env:GEMINI_API_KEY"
models = ["gemini-3.8-flash"]
concurrency = 8

# model_list 1, 2; router_settings.fallbacks
[[route]]
name = "fast"
primary = ["groq/llama-3.1-8b-instant", "groq-2/llama-3.1-8b-instant"]
backup = ["gemini/gemini-3.8-flash"]

# model_list 3; router_settings.fallbacks; default_fallbacks
[[route]]
name = "smart"
primary = ["groq-2/llama-3.3-70b-versatile"]
backup = ["groq/llama-3.1-8b-instant", "groq-2/llama-3.1-8b-instant"]
last_resort = ["gemini/gemini-3.8-flash"]

# model_list 4
[[route]]
name = "overflow"
primary = ["gemini/gemini-3.8-flash"]

# model_group_alias of fast
[[route]]
name = "gpt-4o-mini"
primary = ["groq/llama-3.1-8b-instant", "groq-2/llama-3.1-8b-instant"]
backup = ["gemini/gemini-3.8-flash"]

# model_group_alias of smart
[[route]]
name = "old"
primary = ["groq-2/llama-3.3-70b-versatile"]
backup = ["groq/llama-3.1-8b-instant", "groq-2/llama-3.1-8b-instant"]
last_resort = ["gemini/gemini-3.8-flash"]
"#;
    assert_eq!(imported.toml, expected);
    assert!(imported.secrets.is_empty());
    assert_eq!(imported.unset, ["GROQ_API_KEY_TEAM", "LITELLM_MASTER_KEY"]);
    assert_eq!(
        imported.better,
        [
            "groq, llama-3.1-8b-instant: rpm 100 is written; the catalogue of 2026-08-14 says 30 for the tier `free`: kept as your \
          ceiling, lower it or leave it out, or name your tier (it has: free, developer, free-2025-11)"
        ]
    );
    assert_eq!(
        imported.left,
        [
            "model_list 2 (fast) litellm_params.timeout",
            "model_list 5 (vectors): D8 does chat completions, this is embedding",
            "model_list 6 (claude): D8 does not speak the wire of Anthropic yet; its models can be had through `openrouter`",
            "router_settings.fallbacks: there is no `nobody`",
            "router_settings.routing_strategy",
            "router_settings.num_retries",
            "litellm_settings.drop_params",
            "general_settings.database_url",
        ]
    );
}

/// Somebody's own proxy: keys as they are, a local server, a server of OpenAI's wire, orders.
const OWN: &str = r#"
environment_variables:
  MISTRAL_API_KEY: "test-key-mistral"
  LANGFUSE_SECRET_KEY: "test-key-langfuse"
model_list:
  - model_name: chat
    litellm_params: {model: openai/gpt-x, api_base: "https://llm.example.test/v1", api_key: "test-key-literal", order: 1}
  - model_name: chat
    litellm_params: {model: gpt-4o-mini, api_key: "test-key-openai", order: 2, rpm: "3"}
  - model_name: chat
    litellm_params: {model: mistral/mistral-small-latest, order: 3}
  - model_name: home
    litellm_params:
      model: openai/qwen
      api_base: http://127.0.0.1:8001/v1
  - model_name: "*"
    litellm_params: {model: "openai/*", api_key: "test-key-openai"}
  - model_name: cloud
    litellm_params: {model: bedrock/some-model, aws_secret_access_key: "test-key-aws"}
general_settings:
  master_key: "test-key-master"
"#;

#[test]
fn keys_that_stand_in_the_file_move_and_are_never_shown() {
    let imported = imported(OWN, &[("OPENAI_API_KEY", "test-key-another")]);
    let names: Vec<&str> = imported.secrets.iter().map(|secret| secret.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "D8_TOKEN",
            "MISTRAL_API_KEY",
            "OPENAI_API_KEY_2",
            "OPENAI_COMPATIBLE_API_KEY"
        ]
    );
    let values: Vec<&str> = imported
        .secrets
        .iter()
        .map(|secret| secret.value.expose_secret())
        .collect();
    assert_eq!(
        values,
        [
            "test-key-master",
            "test-key-mistral",
            "test-key-openai",
            "test-key-literal"
        ]
    );
    let all = format!(
        "{}{:?}{:?}{:?}",
        imported.toml, imported.left, imported.better, imported.secrets
    );
    assert!(!all.contains("test-key"), "{all}");
    for expected in [
        "token = \"env:D8_TOKEN\"",
        "provider = \"openai-compatible\"\napi_key = \"env:OPENAI_COMPATIBLE_API_KEY\"\nbase_url = \"https://llm.example.test/v1\"",
        "provider = \"openai\"\napi_key = \"env:OPENAI_API_KEY_2\"\nmodels = [\"gpt-4o-mini\"]\nrpm = 3",
        "provider = \"vllm\"\nbase_url = \"http://127.0.0.1:8001/v1\"\nmodels = [\"qwen\"]",
        "primary = [\"openai-compatible/gpt-x\"]\nbackup = [\"openai/gpt-4o-mini\"]\nlast_resort = [\"mistral/mistral-small-latest\"]",
    ] {
        assert!(
            imported.toml.contains(expected),
            "{expected}\nis not in\n{}",
            imported.toml
        );
    }
    assert_eq!(imported.counts, (4, 2));
    assert_eq!(
        imported.left,
        [
            "model_list 5 (*): patterns of models: name the models",
            "model_list 6 (cloud): D8 knows no provider `bedrock`",
            "environment_variables.LANGFUSE_SECRET_KEY",
        ]
    );
}

#[test]
fn what_is_no_such_file_is_told_without_its_content() {
    let env = Environment::default();
    for (yaml, expected) in [
        ("key: [test-key", "not the YAML"),
        ("just text", "not the YAML"),
        ("services: {a: 1}", "no `model_list`"),
        ("model_list: []", "nothing of config.yaml"),
        ("model_list:\n  - model_name: a\n", "no litellm_params"),
    ] {
        let problem = litellm(yaml, "config.yaml", &env, NOW).unwrap_err();
        assert!(problem.contains(expected) && !problem.contains("test-key"), "{problem}");
    }
}
