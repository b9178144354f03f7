//! `[[provider]]` in d8.toml: entries that change what the catalogue says, and new ones.

use super::{config, error, limits};
use crate::catalogue::Wire;

/// The message and its place: "line:column message", and the first hint.
fn complaint(text: &str) -> (String, String) {
    let shown = error(text, &[]);
    let mut lines = shown.lines();
    let message = lines.next().unwrap_or_default();
    let place = lines.next().unwrap_or_default().trim_start_matches([' ', '-', '>']);
    let hint = shown.lines().find_map(|line| line.strip_prefix("hint: "));
    let place = place.trim_start_matches("d8.toml:");
    (format!("{place} {message}"), hint.unwrap_or_default().to_owned())
}

fn check(text: &str, expected: &str, hint: &str) {
    assert_eq!(complaint(text), (expected.to_owned(), hint.to_owned()), "{text}");
}

const NEW: &str = r#"
[[provider]]
id = "acme"
title = "Acme"
origin = "https://api.acme.test/"
path = "/llm/v1"
key_env = ["ACME_API_KEY"]
models = [
  { id = "large", price = { input = "1.50", output = "6" } },
  { id = "small", base = "large" },
]

[[provider.tier]]
name = "trial"
free = true
models = ["small"]

[[provider.tier.quota]]
limits = [{ requests = 10, per = "1m", kind = "fixed" }]

[[provider.tier]]
name = "paid"
"#;

#[test]
fn a_new_provider_is_one_like_any_other() {
    let config = config(NEW, &[("ACME_API_KEY", "test-key")]);
    let account = config.account("acme").unwrap();
    assert_eq!(account.base_url, "https://api.acme.test/llm/v1");
    assert_eq!((account.tier.as_str(), account.free), ("trial", true));
    assert_eq!(account.wire, Wire::OpenAi);
    assert_eq!(account.models.len(), 1);
    assert!(
        limits(account)
            .starts_with("10 requests a minute | Q/large/requests/60000ms/fixed | fixed 60s | belief | small"),
        "{}",
        limits(account)
    );
    let provider = config.catalogue.provider("acme").unwrap();
    assert_eq!(provider.tier("paid").unwrap().models, ["large", "small"]);
    assert_eq!(provider.provenance.source, "d8.toml");
}

#[test]
fn little_need_be_said_of_a_new_provider() {
    let text = "[[provider]]\nid = \"acme\"\norigin = \"http://127.0.0.1:9000\"\nmodels = [{ id = \"m\" }]\n\
                [[account]]\nname = \"a\"\nprovider = \"acme\"\napi_key = \"test-key\"\n";
    let config = config(text, &[]);
    let account = config.account("a").unwrap();
    assert_eq!(account.base_url, "http://127.0.0.1:9000/v1");
    assert_eq!((account.tier.as_str(), account.free), ("default", false));
    assert_eq!(account.models[0].id, "m");
}

#[test]
fn a_known_provider_changes_only_in_what_is_named() {
    let text = r#"
[[provider]]
id = "groq"
models = [
  { id = "llama-3.3-70b-versatile", price = { input = "0.10", output = "0.32" } },
  { id = "new-model" },
]

[[provider.tier]]
name = "free"
source = "the console"

[[provider.tier.quota]]
each = ["llama-3.3-*"]
limits = [{ requests = 7, per = "1d", kind = "bucket" }]
"#;
    let config = config(text, &[("GROQ_API_KEY", "test-key")]);
    let account = config.account("groq").unwrap();
    assert_eq!(account.base_url, "https://api.groq.com/openai/v1");
    assert!(account.serves("new-model") && account.serves("llama-3.1-8b-instant"));
    let model = account.default_model().unwrap();
    let price = model.list_price.unwrap();
    assert_eq!(
        (model.id.as_str(), price.input.0, price.output.0),
        ("llama-3.3-70b-versatile", 100_000, 320_000)
    );
    assert_eq!(
        limits(account).lines().next(),
        Some(
            "7 requests a day | Q/llama-3.3-70b-versatile/requests/1d/bucket | bucket 86400s | belief | llama-3.3-70b-versatile"
        )
    );
    assert_eq!(
        account.limits.len(),
        2,
        "the quota is replaced as a whole: {}",
        limits(account)
    );
    let provider = config.catalogue.provider("groq").unwrap();
    assert_eq!(provider.tier("free").unwrap().provenance.source, "d8.toml: the console");
    assert!(provider.provenance.source.starts_with("Groq docs"));
    assert_eq!(provider.tier("developer").unwrap().models.len(), 9);
    assert_eq!(provider.tier("free-2025-11").unwrap().models.len(), 2);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let new = |line: &str| format!("[[provider]]\nid = \"acme\"\n{line}\n");
    check(
        &new("wire = \"opnai\""),
        "3:8 unknown wire `opnai`",
        "did you mean `openai`?",
    );
    check(&new("wires = 1"), "3:1 unknown key `wires`", "did you mean `wire`?");
    check(
        &new("headers = \"grok\""),
        "3:11 unknown header style `grok`",
        "did you mean `groq`?",
    );
    check(
        &new("output_charge = \"later\""),
        "3:17 unknown output charge `later`",
        "it is one of: `at_admission`, `as_produced`",
    );
    check(
        &new("origin = \"https://a.test/v1\""),
        "3:10 this is not an origin: it has a path",
        "write it like `https://api.example.com`; the rest of the address is `path`",
    );
    check(
        &new("path = \"v1\""),
        "3:8 a path begins with a slash",
        "write it like `/v1`",
    );
    check(
        &new("concurrency = 0"),
        "3:15 `concurrency` of 0 lets nothing through",
        "give at least 1",
    );
    check(
        &new("models = [{ id = \"m\", price = { input = \"cheap\", output = \"1\" } }]"),
        "3:41 a price is dollars for a million tokens, like \"0.59\"",
        "",
    );
    check(
        &new("models = [{ id = \"m\" }, { id = \"m\" }]"),
        "3:32 a model twice, or without a name",
        "",
    );
    check(
        &new("models = [{ id = \"large\" }]\n[[provider.tier]]\nname = \"t\"\nmodels = [\"lage\"]"),
        "6:11 the tier serves `lage`, which is not among the models",
        "did you mean `large`?",
    );
    check(
        &new(
            "models = [{ id = \"large\" }]\n[[provider.tier]]\nname = \"t\"\n[[provider.tier.quota]]\neach = [\"lrge\"]\nlimits = []",
        ),
        "7:8 `lrge` fits none of the models",
        "did you mean `large`?",
    );
    check(
        &new("[[provider.tier]]\nname = \"t\"\n[[provider.tier.quota]]\nlimits = [{ requests = 1 }]"),
        "6:11 a limit needs a period",
        "add `per = \"1m\"`, `per = \"1d\"` or another time",
    );
    check(
        &new("[[provider.tier]]\nname = \"t\"\n[[provider.tier]]\nname = \"t\""),
        "6:8 two tiers are called `t`",
        "",
    );
    check(&format!("{0}{0}", new("")), "5:6 two providers are called `acme`", "");
    check(
        "[[provider]]\nid = \"a/b\"\n",
        "2:6 a provider's id is a word without slashes",
        "",
    );
}

#[test]
fn a_key_in_the_place_of_its_variable_is_not_repeated() {
    let shown = error("[[provider]]\nid = \"acme\"\nkey_env = [\"test-key-1\"]\n", &[]);
    assert!(shown.starts_with("this is not the name of a variable"), "{shown}");
    assert!(!shown.contains("test-key-1"), "{shown}");
}
