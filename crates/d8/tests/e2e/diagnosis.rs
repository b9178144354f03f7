//! Why nothing goes on, in words: the seed's own case, and what was learnt of limits.

use std::io::{Read, Write};

use d8_emulator::{DAY, Dimension, Kind, Limit, Options, Provider, Tier};

use crate::world::{Account, World, requests, until};

pub(crate) const PACIFIC: &str = "[{ requests = 1500, per = \"1d\", resets = \"00:00 America/Los_Angeles\" }]";

/// Somebody else spends the key's day, as an earlier run had in November 2025.
pub(crate) fn spend_the_day(origin: &str, requests: u32) {
    let body =
        "{\"contents\":[{\"parts\":[{\"text\":\"an earlier run\"}]}],\"generationConfig\":{\"maxOutputTokens\":1}}";
    for _ in 0..requests {
        let mut socket = std::net::TcpStream::connect(origin.trim_start_matches("http://")).unwrap();
        write!(
            socket,
            "POST /v1beta/models/gemini-2.0-flash:generateContent HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             x-goog-api-key: test-key-2\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let _ = socket.read_to_end(&mut Vec::new());
    }
}

/// Where Gemini allows 20 requests a day, and how d8.toml says so.
pub(crate) fn world_of_a_short_day() -> (World, String) {
    let day = Limit::each(Provider::Gemini, Dimension::Requests, 20, DAY, Kind::PacificDay);
    let world = World::with(Options {
        tier: Tier::Custom(vec![day]),
        ..Options::default()
    });
    (world, PACIFIC.replace("1500", "20"))
}

#[test]
fn a_day_that_others_have_spent_is_told_with_who_takes_over() {
    let day = Limit::each(Provider::Gemini, Dimension::Requests, 1_500, DAY, Kind::PacificDay);
    let world = World::with(Options {
        tier: Tier::Custom(vec![day]),
        ..Options::default()
    });
    world.configure(&[
        Account::gemini().named("gemini-main").limits_text(PACIFIC),
        Account::groq().named("groq-main"),
    ]);
    spend_the_day(&world.origin(), 1_490);
    let up = world.up();
    let before = world.refused();
    for task in 0..40 {
        up.submit(&format!("task {task}"));
    }
    up.until_completed(40);
    assert!(world.refused() - before <= 3, "{} refused", world.refused() - before);
    let accounts = up.get("/api/accounts").is(200).json();
    let gemini = &accounts["accounts"][0];
    let told = gemini["diagnosis"].as_str().unwrap_or_default();
    assert!(
        told.starts_with(
            "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, \
             most of it not by D8; free again at "
        ) && told.ends_with(" (midnight Pacific); groq-main takes over."),
        "{accounts}"
    );
    let others = gemini["limits"][0]["used_by_others"].as_u64().unwrap_or(0);
    assert!((1_450..=1_500).contains(&others), "{others} by others");
    let (_, log) = up.process.printed();
    assert!(log.contains("the free tier's day (1,500 requests) is spent"), "{log}");
    world.run(&["stats", "--orchestrator", &up.url()]).exits(0).shows(told);
}

#[test]
fn a_day_that_others_have_spent_is_known_after_a_restart_and_tried_again_when_somebody_wants_it() {
    let (world, limits) = world_of_a_short_day();
    world.configure(&[
        Account::gemini().named("gemini-main").limits_text(&limits),
        Account::groq().named("groq-main"),
    ]);
    spend_the_day(&world.origin(), 20);
    let up = world.up();
    let pinned = serde_json::json!({"prompt": "pinned", "model": "gemini-main/gemini-2.0-flash"});
    let task = up.post("/api/tasks", &pinned).is(201).json()["task_id"].clone();
    let task = task.as_str().unwrap();
    let stands = |up: &crate::world::Up| {
        let gemini = up.get("/api/accounts").json()["accounts"][0].clone();
        let limit = &gemini["limits"][0];
        let told = gemini["diagnosis"].as_str().unwrap_or_default().to_owned();
        (limit["used"].clone(), limit["used_by_others"].clone(), told)
    };
    until("it is refused", || world.refused() == 1);
    until("that is told", || stands(&up).2.contains("most of it not by D8"));
    let shown = up.get(&format!("/api/tasks/{task}")).is(200).json();
    let wait = shown["wait"]["message"].as_str().unwrap_or_default().to_owned();
    assert!(
        wait.contains("is spent") && !wait.contains("takes over") && !wait.contains(".;"),
        "nobody takes over what names its account: {wait}"
    );
    let before = stands(&up);
    drop(up);
    let up = world.up();
    assert_eq!(stands(&up), before);
    let calls = || world.accepted() + world.refused();
    let asked = calls();
    world
        .run(&["accounts", "unpark", "gemini-main", "--orchestrator", &up.url()])
        .exits(0);
    until("it is tried again", || calls() > asked);
}

#[test]
fn what_is_learnt_of_a_limit_is_shown_kept_and_forgotten() {
    let world = World::with_groq(&[requests(10, 1_000, Kind::Bucket)]);
    world.configure(&[Account::groq().limits(&[requests(30, 1_000, Kind::Bucket)])]);
    let up = world.up();
    let limit = |up: &crate::world::Up| up.get("/api/accounts").json()["accounts"][0]["limits"][0].clone();
    for task in 0..40 {
        up.submit(&format!("task {task}"));
    }
    up.until_completed(40);
    let learnt = limit(&up);
    assert_eq!(
        (&learnt["limit"], &learnt["configured"]),
        (&10.into(), &30.into()),
        "{learnt}"
    );
    assert_eq!(learnt["learnt"]["evidence"], "told", "{learnt}");
    world
        .run(&["stats", "--orchestrator", &up.url()])
        .exits(0)
        .shows("configured 30, real 10");
    // It is known to the next process too, until somebody unlearns it.
    drop(up);
    let up = world.up();
    assert_eq!(limit(&up)["limit"], 10);
    world
        .run(&["accounts", "forget", "groq", "--orchestrator", &up.url()])
        .exits(0);
    until("it is forgotten", || limit(&up)["limit"] == 30);
    assert!(limit(&up)["learnt"].is_null());
    up.post("/api/accounts/nobody/forget", &serde_json::json!({})).is(404);
}
