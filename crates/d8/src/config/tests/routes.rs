//! Where a request may be served.

use std::time::Duration;

use super::*;

const TWO: &str = "[[account]]\nname = \"a\"\nprovider = \"groq\"\nmodels = [\"llama-3.1-8b-instant\", \"openai/gpt-oss-20b\"]\n\
                   [[account]]\nname = \"openai\"\nprovider = \"openai-compatible\"\nbase_url = \"http://127.0.0.1:9000\"\n\
                   models = [\"own-model\", \"openai/gpt-oss-20b\"]\n";

fn text(route: &Route) -> String {
    let level = |targets: &Vec<Target>| {
        targets
            .iter()
            .map(|target| format!("{}/{}", target.account, target.model))
            .collect::<Vec<_>>()
            .join(" ")
    };
    format!(
        "{}: {}",
        route.name,
        route.levels.iter().map(level).collect::<Vec<_>>().join(" | ")
    )
}

/// Compares what a request for `model` means; an error is told with its suggestion.
fn check(config: &Config, model: Option<&str>, expected: &str) {
    let shown = match config.resolve(model) {
        Ok(route) => text(&route),
        Err(error) => format!("{error}, {:?}", error.suggestion),
    };
    assert_eq!(shown, expected);
}

#[test]
fn a_model_is_a_route_then_a_target_then_an_id() {
    let config = config(
        &format!("{TWO}[[route]]\nname = \"own-model\"\nprimary = [\"a/llama-3.1-8b-instant\"]\n"),
        &[],
    );
    check(&config, Some("own-model"), "own-model: a/llama-3.1-8b-instant |  | ");
    check(
        &config,
        Some("openai/own-model"),
        "openai/own-model: openai/own-model |  | ",
    );
    check(
        &config,
        Some("a/openai/gpt-oss-20b"),
        "a/openai/gpt-oss-20b: a/openai/gpt-oss-20b |  | ",
    );
    check(
        &config,
        Some("openai/gpt-oss-20b"),
        "openai/gpt-oss-20b: a/openai/gpt-oss-20b openai/openai/gpt-oss-20b |  | ",
    );
    check(&config, None, "default: a/llama-3.1-8b-instant openai/own-model |  | ");
    check(
        &config,
        Some("own-modle"),
        "the model `own-modle` is neither a route nor a model of any account, Some(\"own-model\")",
    );
    check(
        &config,
        Some("gpt-9"),
        "the model `gpt-9` is neither a route nor a model of any account, None",
    );
}

#[test]
fn the_default_route_spends_no_money_unasked() {
    let variables = [
        ("GROQ_API_KEY", "test-key-1"),
        ("OPENAI_API_KEY", "test-key-2"),
        ("DEEPSEEK_API_KEY", "test-key-3"),
    ];
    let found = config("", &variables);
    check(&found, None, "default: groq/llama-3.3-70b-versatile |  | ");
    check(
        &found,
        Some("openai/gpt-4.1-mini"),
        "openai/gpt-4.1-mini: openai/gpt-4.1-mini |  | ",
    );
    let written = "[[account]]\nname = \"paid\"\nprovider = \"openai\"\napi_key = \"env:OPENAI_API_KEY\"\n";
    check(
        &config(written, &variables),
        None,
        "default: paid/gpt-4.1-mini groq/llama-3.3-70b-versatile |  | ",
    );
    check(&config("", &[]), None, "default:  |  | ");
}

#[test]
fn a_route_has_three_levels_and_its_times() {
    let route = "[[route]]\nname = \"mine\"\nprimary = [\"a/llama-3.1-8b-instant\"]\nbackup = [\"openai/own-model\"]\n\
                 last_resort = [\"a/openai/gpt-oss-20b\"]\npatience = \"5m\"\nlast_resort_after = \"2h\"\n\
                 [[route]]\nname = \"plain\"\nprimary = [\"openai/own-model\"]\n";
    let config = config(&format!("{TWO}{route}"), &[]);
    check(
        &config,
        Some("mine"),
        "mine: a/llama-3.1-8b-instant | openai/own-model | a/openai/gpt-oss-20b",
    );
    let secs = Duration::from_secs;
    let mine = config.route("mine").unwrap();
    assert_eq!(
        (mine.patience, mine.last_resort_after),
        (
            Patience {
                interactive: secs(300),
                queued: secs(300)
            },
            secs(7_200)
        )
    );
    let plain = config.route("plain").unwrap();
    assert_eq!(
        (plain.patience, plain.last_resort_after),
        (
            Patience {
                interactive: secs(1),
                queued: secs(60)
            },
            secs(3_600)
        )
    );
}

#[test]
fn a_route_may_use_what_the_environment_brought() {
    let config = config(
        "[[route]]\nname = \"r\"\nprimary = [\"groq/llama-3.1-8b-instant\"]\n",
        &[("GROQ_API_KEY", "test-key-1")],
    );
    check(&config, Some("r"), "r: groq/llama-3.1-8b-instant |  | ");
}
