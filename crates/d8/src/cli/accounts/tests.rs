//! What a person sees of accounts, and what the orchestrator is asked.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::client::standin::{Standin, answered};

fn two_accounts() -> Value {
    json!({"accounts": [
        {"account": "groq-main", "provider": "groq", "tier": "free", "paused": false, "origin": "file", "policy": "resilient",
         "models": ["llama-3.3-70b-versatile"], "workers": 2, "in_flight": 1, "parked": null,
         "limits": [
            {"dimension": "requests", "limit": 30, "per": "1m", "models": "*", "used": 29, "used_by_others": 0,
             "reserved": 1, "free_at": 1012.0, "label": "30 requests a minute", "parked_until": null},
            {"dimension": "tokens", "limit": 12000, "per": "1m", "models": ["llama-3.3-70b-versatile"], "used": 4000,
             "used_by_others": 1500, "reserved": 0, "free_at": null, "label": "12,000 tokens a minute"},
            {"dimension": "cost", "limit": 5.0, "per": "1mo", "used": 0.25}]},
        {"account": "gemini-main", "provider": "gemini", "workers": 1, "models": null, "limits": null,
         "parked": {"code": "bad_key", "message": "the key was refused", "until": null}}
    ]})
}

#[test]
fn accounts_and_their_limits_as_plain_lines() {
    let accounts: Accounts = answered(&two_accounts()).read().unwrap();
    let expected = "\
ACCOUNT      PROVIDER  TIER  FROM  POLICY     WORKERS  AT WORK  STATE                MODELS
groq-main    groq      free  file  resilient        2        1  ready                llama-3.3-70b-versatile
gemini-main  gemini    -     -     -                1        -  the key was refused

ACCOUNT    LIMIT                   MODELS                                            USED  REAL  ROOM
groq-main  30 requests a minute    all                              29/30 (+1 in flight)  -     in 12 s
groq-main  12,000 tokens a minute  llama-3.3-70b-versatile  4,000/12,000 (1,500 by others)  -     now
groq-main  5 cost per 1mo          all                                            0.25/5  -     now";
    let shown = both_tables(&accounts.accounts, 1_000.0, Surface::Plain);
    let squeezed = |text: &str| -> Vec<String> {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(words).collect()
    };
    assert_eq!(squeezed(&shown), squeezed(expected));
}

#[test]
fn an_account_says_why_it_takes_nothing() {
    let of = |account: Value| {
        let account: Account = serde_json::from_value(account).unwrap();
        state(&account, 1_000.0)
    };
    assert_eq!(
        of(json!({"paused": true, "parked": {"code": "quota"}})),
        Cell::toned("paused", Tone::Attention)
    );
    assert_eq!(of(json!({"workers": 0})), Cell::toned("no worker", Tone::Attention));
    let parked = json!({"parked": {"code": "overloaded", "message": "no capacity", "until": 1062.0}});
    assert_eq!(
        of(parked),
        Cell::toned("no capacity, tried again in 1 m 02 s", Tone::Bad)
    );
}

fn parsed(arguments: &[&str]) -> AccountsArguments {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: AccountsArguments,
    }
    let line = ["accounts"].iter().chain(arguments);
    <Line as clap::Parser>::try_parse_from(line).unwrap().arguments
}

#[tokio::test]
async fn each_verb_is_a_call_on_the_account() {
    let server = Standin::start().await;
    for verb in ["pause", "resume", "unpark", "forget"] {
        server.on(
            &format!("POST /api/accounts/a%20b/{verb}"),
            200,
            &json!({"account": "a b"}),
        );
        let code = run(parsed(&[verb, "a b", "--orchestrator", &server.url])).await;
        assert_eq!(code, Ok(OK));
    }
    let expected = ["pause", "resume", "unpark", "forget"].map(|verb| format!("POST /api/accounts/a%20b/{verb}"));
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn what_the_orchestrator_refuses_is_told_in_its_words() {
    let server = Standin::start().await;
    let error = json!({"error": {"message": "no account is called nobody", "type": "x", "code": "not_found"}});
    server.on("POST /api/accounts/nobody/pause", 404, &error);
    let failure = run(parsed(&["pause", "nobody", "--orchestrator", &server.url]))
        .await
        .unwrap_err();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        (1, "no account is called nobody (not_found)")
    );
}
