//! How limits, shorthands and the catalogue become counts.

use std::time::Duration;

use super::*;

/// Compares all limits of the first account but concurrency, which is last.
fn check(text: &str, expected: &str) {
    let config = config(text, &[]);
    let all = limits(&config.accounts[0]);
    let shown: Vec<&str> = all.lines().filter(|line| !line.contains("in flight")).collect();
    assert_eq!(shown, expected.trim().lines().map(str::trim).collect::<Vec<_>>());
}

fn groq(more: &str) -> String {
    format!("[[account]]\nname = \"a\"\nprovider = \"groq\"\nmodels = [\"llama-3.3-70b-versatile\"]\n{more}\n")
}

fn gemini(models: &str, more: &str) -> String {
    format!("[[account]]\nname = \"g\"\nprovider = \"gemini\"\nmodels = {models}\n{more}\n")
}

#[test]
fn the_catalogues_limits_are_beliefs() {
    check(
        &groq(""),
        "30 requests a minute | Q/llama-3.3-70b-versatile/requests/60000ms/bucket | bucket 60s | belief | llama-3.3-70b-versatile
         1,000 requests a day | Q/llama-3.3-70b-versatile/requests/1d/bucket | bucket 86400s | belief | llama-3.3-70b-versatile
         12,000 tokens a minute | Q/llama-3.3-70b-versatile/tokens/60000ms/bucket | bucket 60s | belief | llama-3.3-70b-versatile
         100,000 tokens a day | Q/llama-3.3-70b-versatile/tokens/1d/bucket | bucket 86400s | belief | llama-3.3-70b-versatile",
    );
}

#[test]
fn aliases_of_one_base_model_share_one_count() {
    check(
        &gemini("[\"gemini-3-flash-preview\", \"gemini-3-flash\", \"gemini-3.5-flash-lite\"]", "tpm = 1000"),
        "15 requests a minute | Q/gemini-3.5-flash-lite/requests/60000ms/fixed | fixed 60s | belief | gemini-3.5-flash-lite
         1,000 input tokens a minute | Q/gemini-3.5-flash-lite/input_tokens/60000ms/fixed | fixed 60s | ceiling | gemini-3.5-flash-lite
         500 requests a day | Q/gemini-3.5-flash-lite/requests/1d/00:00 America/Los_Angeles | 1137 resets | belief | gemini-3.5-flash-lite
         5 requests a minute | Q/gemini-3-flash/requests/60000ms/fixed | fixed 60s | belief | gemini-3-flash-preview gemini-3-flash
         1,000 input tokens a minute | Q/gemini-3-flash/input_tokens/60000ms/fixed | fixed 60s | ceiling | gemini-3-flash-preview gemini-3-flash
         20 requests a day | Q/gemini-3-flash/requests/1d/00:00 America/Los_Angeles | 1137 resets | belief | gemini-3-flash-preview gemini-3-flash",
    );
}

#[test]
fn written_limits_replace_all_and_are_ceilings() {
    check(
        &groq("limits = [ { requests = 30, per = \"2s\" }, { requests = 9, per = \"1d\" }, { tokens = 5, per = \"1mo\" }, { requests = 8, per = \"1d\", kind = \"sliding\" } ]"),
        "30 requests per 2 s | Q/llama-3.3-70b-versatile/requests/2000ms/unknown | sliding 2s | ceiling | llama-3.3-70b-versatile
         9 requests a day | Q/llama-3.3-70b-versatile/requests/1d/unknown | sliding 90000s | ceiling | llama-3.3-70b-versatile
         5 tokens a month | Q/llama-3.3-70b-versatile/tokens/1mo/unknown | sliding 2682000s | ceiling | llama-3.3-70b-versatile
         8 requests a day | Q/llama-3.3-70b-versatile/requests/1d/sliding | sliding 86400s | ceiling | llama-3.3-70b-versatile",
    );
    check(&groq("limits = []"), "");
}

#[test]
fn shared_limits_are_one_count_over_the_models_that_fit() {
    let text = "[[account]]\nname = \"a\"\nprovider = \"groq\"\nmodels = [\"llama-3.1-8b-instant\", \"openai/gpt-oss-20b\", \"openai/gpt-oss-120b\"]\n\
                limits = [ { cost = 5.00, per = \"1mo\", resets = \"1 00:00 UTC\", models = \"*\" }, { requests = 1, per = \"1s\", models = [\"*oss*\"] } ]\n";
    check(
        text,
        "$5.00 a month | Q/*/cost/1mo/1 00:00 UTC | 38 resets | ceiling | llama-3.1-8b-instant openai/gpt-oss-20b openai/gpt-oss-120b
         1 request a second | Q/*oss*/requests/1000ms/unknown | sliding 1s | ceiling | openai/gpt-oss-20b openai/gpt-oss-120b",
    );
    let cost = &config(text, &[]).accounts[0].limits[0];
    assert_eq!(cost.spec.amount, 5_000_000_000_000);
}

#[test]
fn shorthands_replace_one_number_and_keep_the_rest() {
    check(
        &groq("rpm = 10\ntpd = 7\n"),
        "10 requests a minute | Q/llama-3.3-70b-versatile/requests/60000ms/bucket | bucket 60s | ceiling | llama-3.3-70b-versatile
         1,000 requests a day | Q/llama-3.3-70b-versatile/requests/1d/bucket | bucket 86400s | belief | llama-3.3-70b-versatile
         12,000 tokens a minute | Q/llama-3.3-70b-versatile/tokens/60000ms/bucket | bucket 60s | belief | llama-3.3-70b-versatile
         7 tokens a day | Q/llama-3.3-70b-versatile/tokens/1d/bucket | bucket 86400s | ceiling | llama-3.3-70b-versatile",
    );
    check(
        &groq("rpd = 5").replace("\"llama-3.3-70b-versatile\"", "\"house-model\""),
        "5 requests a day | Q/house-model/requests/1d/unknown | sliding 90000s | ceiling | house-model",
    );
}

#[test]
fn a_shorthand_keeps_the_reset() {
    let config = config(&gemini("[\"gemini-3.1-flash-lite\"]", "rpd = 7"), &[]);
    let daily = limits(&config.accounts[0])
        .lines()
        .nth(2)
        .unwrap_or_default()
        .to_owned();
    assert_eq!(
        daily,
        "7 requests a day | Q/gemini-3.1-flash-lite/requests/1d/00:00 America/Los_Angeles | 1137 resets | ceiling | gemini-3.1-flash-lite"
    );
}

#[test]
fn limits_that_hold_nothing_back_are_told() {
    let notices = |inside: &str| config(&groq(&format!("limits = [ {{ {inside} }} ]")), &[]).notices;
    assert_eq!(
        notices("requests = 1, per = \"1m\", models = \"gpt-*\""),
        ["account `a`: the limit for `gpt-*` covers none of its models"]
    );
    let unpriced = groq("tier = \"developer\"\nlimits = [ { cost = 1, per = \"1d\" } ]")
        .replace("llama-3.3-70b-versatile", "groq/compound");
    assert_eq!(
        config(&unpriced, &[]).notices,
        ["account `a`: the price of `groq/compound` is not known, its limit of cost counts nothing for it"]
    );
}

#[test]
fn concurrency_is_a_limit_too() {
    let count = |text: &str| {
        limits(&config(text, &[]).accounts[0])
            .lines()
            .last()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        count(&groq("limits = []")),
        "512 at once | Q/*/concurrency | in flight | belief | llama-3.3-70b-versatile"
    );
    assert_eq!(
        count(&groq("concurrency = 2")),
        "2 at once | Q/*/concurrency | in flight | ceiling | llama-3.3-70b-versatile"
    );
    let local = "[[account]]\nname = \"a\"\nprovider = \"ollama\"\nmodels = [\"qwen3\"]\n";
    assert_eq!(count(local), "4 at once | Q/*/concurrency | in flight | belief | qwen3");
}

#[test]
fn a_reserve_is_thousandths() {
    let config = config(
        &groq("limits = [ { requests = 10, per = \"1m\", reserve = 0.1 } ]"),
        &[],
    );
    assert_eq!(config.accounts[0].limits[0].spec.reserve_permille, 100);
}

#[test]
fn resets_are_the_zones_midnights() {
    let config = config(&gemini("[\"gemini-3.1-flash-lite\"]", ""), &[]);
    let daily = config.accounts[0]
        .limits
        .iter()
        .find(|limit| limit.nominal_per == "day")
        .unwrap();
    let Window::Resets(edges) = &daily.spec.window else {
        panic!("{daily:?}")
    };
    // At noon UTC of 24 November the day in Los Angeles began at 08:00 UTC.
    let begun = edges.iter().rfind(|edge| **edge <= NOW).unwrap();
    assert_eq!(NOW.since(*begun), Duration::from_secs(4 * 3_600));
}

#[test]
fn accounts_of_one_quota_live_under_the_limits_of_all() {
    let two = "[[account]]\nname = \"a\"\nprovider = \"groq\"\nquota_group = \"p\"\nmodels = [\"llama-3.3-70b-versatile\"]\n\
               limits = [ { requests = 10, per = \"1m\" } ]\n\
               [[account]]\nname = \"b\"\nprovider = \"groq\"\nquota_group = \"p\"\nconcurrency = 2\nmodels = [\"llama-3.3-70b-versatile\", \"house-model\"]\n";
    let config = config(two, &[]);
    assert_eq!(
        limits(&config.accounts[1]),
        "10 requests a minute | Q/llama-3.3-70b-versatile/requests/60000ms/unknown | sliding 60s | ceiling | llama-3.3-70b-versatile\n\
         2 at once | Q/*/concurrency | in flight | ceiling | llama-3.3-70b-versatile house-model"
    );
    let keys = |at: usize| {
        config.accounts[at]
            .limits
            .iter()
            .map(|limit| limit.key.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys(0), keys(1));
}

#[test]
fn a_fast_world_has_short_periods_and_counts_of_its_own() {
    let true_one = config(&gemini("[\"gemini-3.1-flash-lite\"]", ""), &[]);
    let fast = true_one.scaled(60);
    assert_eq!(
        limits(&fast.accounts[0]),
        "15 requests a minute | Q/gemini-3.1-flash-lite/requests/60000ms/fixed@60 | fixed 1s | belief | gemini-3.1-flash-lite\n\
         250,000 input tokens a minute | Q/gemini-3.1-flash-lite/input_tokens/60000ms/fixed@60 | fixed 1s | belief | gemini-3.1-flash-lite\n\
         500 requests a day | Q/gemini-3.1-flash-lite/requests/1d/00:00 America/Los_Angeles@60 | fixed 1440s | belief | gemini-3.1-flash-lite\n\
         512 at once | Q/*/concurrency | in flight | belief | gemini-3.1-flash-lite"
    );
    assert_eq!(fast.routes[0].patience.queued, Duration::from_secs(1));
    assert_eq!(fast.routes[0].last_resort_after, Duration::from_secs(60));
}
