//! Which accounts there are: those of d8.toml, and those that the environment brings.

use secrecy::ExposeSecret;

use super::*;

/// What is told of an account in one line.
fn line(account: &Account) -> String {
    let key = account.api_key.as_ref().map_or("no key", |key| key.expose_secret());
    let models: Vec<&str> = account.models.iter().map(|model| model.id.as_str()).collect();
    let free = if account.free { "free" } else { "paid" };
    format!(
        "{} {} {} {} {key} {free}: {}",
        account.name,
        account.provider,
        account.tier,
        account.base_url,
        models.join(" ")
    )
}

fn check(text: &str, variables: &[(&str, &str)], expected: &[&str]) {
    let config = config(text, variables);
    assert_eq!(config.accounts.iter().map(line).collect::<Vec<_>>(), expected);
}

const ONE: &str = "[[account]]\nname = \"main\"\nprovider = \"groq\"\nmodels = [\"llama-3.1-8b-instant\"]\n";

#[test]
fn an_account_takes_from_the_catalogue_what_it_does_not_say() {
    check(
        ONE,
        &[],
        &["main groq free https://api.groq.com/openai/v1 no key free: llama-3.1-8b-instant"],
    );
    let text = "[[account]]\nname = \"g\"\nprovider = \"gemini\"\ntier = \"free-2025-11\"\napi_key = \"test-key-1\"\nbase_url = \"http://127.0.0.1:9000\"\n";
    check(
        text,
        &[],
        &["g gemini free-2025-11 http://127.0.0.1:9000/v1beta test-key-1 free: gemini-2.0-flash gemini-2.5-flash"],
    );
}

#[test]
fn details_of_a_resolved_account() {
    let config = config(
        &format!("{ONE}policy = \"resilient\"\nconcurrency = 3\ntier = \"developer\"\n"),
        &[],
    );
    let account = config.account("main").unwrap();
    assert_eq!(
        (account.wire, account.header_style, account.local),
        (Wire::OpenAi, HeaderStyle::Groq, false)
    );
    assert_eq!(
        (account.policy, account.origin, account.concurrency),
        (Policy::Resilient, Origin::File, 3)
    );
    let rule = account.models[0].cost_rule;
    assert_eq!((rule.price.input.0, rule.price.output.0), (50_000, 80_000));
    assert!(!account.free);
    assert_eq!(
        super::config(ONE, &[]).accounts[0].models[0].cost_rule.price,
        d8_core::money::Price::default()
    );
}

#[test]
fn keys_in_the_environment_are_accounts() {
    check(
        "",
        &[
            ("MISTRAL_API_KEY", "test-key-1"),
            ("GOOGLE_API_KEY", "test-key-2"),
            ("MISTRAL_BASE_URL", "http://127.0.0.1:9000"),
        ],
        &[
            "gemini gemini free https://generativelanguage.googleapis.com/v1beta test-key-2 free: gemini-3.1-flash-lite \
             gemini-3.5-flash-lite gemini-3.8-flash gemini-3.7-flash gemini-3.6-flash gemini-3.5-flash gemini-3-flash \
             gemini-3-flash-preview gemma-4-31b-it gemma-4-26b-a4b-it",
            "mistral mistral free http://127.0.0.1:9000/v1 test-key-1 free: mistral-small-latest ministral-8b-latest \
             mistral-medium-latest",
        ],
    );
    check(
        "",
        &[("OLLAMA_BASE_URL", "http://nas.test:11434")],
        &["ollama ollama local http://nas.test:11434/v1 no key free: llama3.2"],
    );
}

#[test]
fn a_key_that_the_file_uses_makes_no_second_account() {
    let variables = [("GROQ_API_KEY", "test-key-1")];
    let used = format!("{ONE}api_key = \"env:GROQ_API_KEY\"\n");
    check(
        &used,
        &variables,
        &["main groq free https://api.groq.com/openai/v1 test-key-1 free: llama-3.1-8b-instant"],
    );
    let elsewhere = format!("{used}base_url = \"http://127.0.0.1:9000\"\n");
    assert_eq!(config(&elsewhere, &variables).accounts.len(), 1);
    let local = "[[account]]\nname = \"here\"\nprovider = \"ollama\"\nmodels = [\"qwen3\"]\n";
    assert_eq!(
        config(local, &[("OLLAMA_BASE_URL", "http://127.0.0.1:11434")])
            .accounts
            .len(),
        1
    );
}

#[test]
fn another_key_is_another_account_under_a_free_name() {
    let text = ONE.replace("main", "groq") + "api_key = \"test-key-1\"\n";
    let names: Vec<String> = config(&text, &[("GROQ_API_KEY", "test-key-2")])
        .accounts
        .into_iter()
        .map(|account| account.name)
        .collect();
    assert_eq!(names, ["groq", "groq-2"]);
}

#[test]
fn what_the_environment_holds_but_d8_does_not_use_is_told() {
    for (variable, value, accounts, notice) in [
        (
            "ANTHROPIC_API_KEY",
            "test-key-1",
            0,
            "ANTHROPIC_API_KEY: not used, as D8 does not speak its wire yet",
        ),
        (
            "GROQ_API_KEY",
            "your_groq_api_key_here",
            0,
            "GROQ_API_KEY holds only the example text of a template: not used",
        ),
        (
            "VLLM_BASE_URL",
            "http://127.0.0.1:8000",
            0,
            "VLLM_BASE_URL: name the models of vLLM in d8.toml to use it",
        ),
        (
            "OPENAI_API_KEY",
            "test-key-1",
            1,
            "OPENAI_API_KEY: account `openai` may cost money, so it is used only when named, as `openai/gpt-4.1-mini` or in a route",
        ),
    ] {
        let config = config("", &[(variable, value)]);
        assert_eq!(
            (config.accounts.len(), config.notices),
            (accounts, vec![notice.to_owned()])
        );
    }
    assert!(config("", &[("GROQ_API_KEY", "  ")]).accounts.is_empty());
}

#[test]
fn the_quota_belongs_to_the_key_and_not_to_the_name() {
    let keyed = |name: &str, key: &str, more: &str| {
        let text = ONE.replace("main", name) + &format!("api_key = \"{key}\"\n{more}");
        config(&text, &[]).accounts[0].quota_key.clone()
    };
    assert_eq!(keyed("a", "test-key-1", ""), keyed("b", "test-key-1", ""));
    assert_ne!(keyed("a", "test-key-1", ""), keyed("a", "test-key-2", ""));
    assert_ne!(
        keyed("a", "test-key-1", ""),
        keyed("a", "test-key-1", "base_url = \"http://127.0.0.1:9000\"\n")
    );
    assert_eq!(
        keyed("a", "test-key-1", "quota_group = \"project-a\"\n"),
        "groq:project-a"
    );
    let plain = keyed("a", "test-key-1", "");
    assert!(plain.len() == 16 && plain.chars().all(|c| c.is_ascii_hexdigit()));
}

#[test]
fn a_free_tier_is_free_only_for_the_models_it_lists() {
    let with = |model: &str| {
        let text = format!("[[account]]\nname = \"o\"\nprovider = \"openrouter\"\nmodels = [\"{model}\"]\n");
        config(&text, &[]).accounts[0].free
    };
    assert_eq!((with("openai/gpt-oss-20b:free"), with("openai/gpt-5.5")), (true, false));
}

#[test]
fn a_worker_may_bring_an_account() {
    let brought = |provider: &str, tier: Option<&str>, models: &[String]| {
        Account::brought("w".to_owned(), provider, tier, models, "0123".to_owned(), NOW)
    };
    let account = brought("groq", None, &["llama-3.1-8b-instant".to_owned()]).unwrap();
    assert_eq!(
        (account.origin, account.quota_key.as_str(), account.limits.len()),
        (Origin::Worker, "0123", 5)
    );
    assert_eq!(
        account.limits[0].key,
        "0123/llama-3.1-8b-instant/requests/60000ms/bucket"
    );
    assert_eq!(brought("groq", Some("free-2025-11"), &[]).unwrap().models.len(), 2);
    assert!(brought("watsonx", None, &[]).is_none());
    assert!(brought("vllm", None, &[]).is_none());
}

#[test]
fn d8_never_calls_itself() {
    let config = config(
        "",
        &[
            ("OPENAI_API_KEY", "test-key-1"),
            ("OPENAI_BASE_URL", "http://127.0.0.1:5000/v1"),
        ],
    );
    assert_eq!(config.accounts[0].base_url, "https://api.openai.com/v1");
    assert_eq!(
        config.notices[0],
        "OPENAI_BASE_URL is the address of D8 itself: not used for OpenAI"
    );
    let written = error(&format!("{ONE}base_url = \"http://localhost:5000/openai/v1\"\n"), &[]);
    assert!(
        written.starts_with("this is the address where D8 itself listens\n --> d8.toml:5:12"),
        "{written}"
    );
}

#[test]
fn models_the_catalogue_does_not_know_are_allowed_and_told() {
    let with = |models: &str| config(&ONE.replace("\"llama-3.1-8b-instant\"", models), &[]).notices;
    assert_eq!(
        with("\"llama-3.3-70b\""),
        [
            "account `main`, model `llama-3.3-70b`: the catalogue does not know it; did you mean `llama-3.3-70b-versatile`?"
        ]
    );
    assert_eq!(
        with("\"zephyr\""),
        ["account `main`, model `zephyr`: the catalogue does not know it; its limits will be learnt"]
    );
    let old = "[[account]]\nname = \"g\"\nprovider = \"gemini\"\nmodels = [\"gemini-2.0-flash\"]\n";
    assert_eq!(
        config(old, &[]).notices,
        ["account `g`, model `gemini-2.0-flash`: the catalogue knows no quota for it in tier `free`"]
    );
}

#[test]
fn the_whole_example_of_the_design_is_taken() {
    let prompt = concat!("file:", env!("CARGO_MANIFEST_DIR"), "/src/config/tests/example.toml").replace('\\', "/");
    let config = config(
        &include_str!("example.toml").replace("file:prompts/tech.md", &prompt),
        &[("D8_TOKEN", "test-token"), ("GROQ_API_KEY", "test-key-1")],
    );
    assert_eq!(
        config.notices,
        ["account `gemini-main`, model `gemini-2.0-flash`: the catalogue knows no quota for it in tier `free`"]
    );
    assert_eq!(
        config.server.token.as_ref().map(|token| token.expose_secret()),
        Some("test-token")
    );
    assert_eq!(config.store, StoreLocation::Sqlite(PathBuf::from("/home/ana/d8.db")));
    assert_eq!(config.accounts[0].limits.len(), 6);
    assert!(config.workers[0].names("groq-7", "groq") && !config.workers[0].names("gemini-7", "gemini"));
    assert_eq!(config.workers[0].timeout, Some(std::time::Duration::from_secs(180)));
    let agent = &config.agents[0];
    assert_eq!(agent.name, "tech-writer");
    assert_eq!(agent.schedule, Schedule::Every(std::time::Duration::from_secs(900)));
    let topics: Vec<&str> = agent.topics.iter().map(|topic| topic.text.as_str()).collect();
    assert_eq!(topics, ["rust", "raspberry pi"]);
    assert_eq!(
        agent.output.as_ref().map(Template::text),
        Some("out/{agent}/{date}/{n}.md")
    );
}
