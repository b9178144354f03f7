//! What a person and a program see of the statistics.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::client::standin::Standin;

fn stats() -> Value {
    json!({"workers": {"total": 3, "online": 2, "busy": 1, "by_type": {"groq": 2}},
           "tasks": {"pending": 1200, "assigned": 3, "completed": 120, "failed": 1, "cancelled": 0, "total": 1324},
           "performance": {"total_completed": 120, "total_failed": 1, "success_rate": 0.9917}})
}

fn accounts() -> Value {
    json!({"accounts": [
        {"account": "groq-main", "paused": false, "parked": null, "limits": [
            {"dimension": "requests", "limit": 30, "per": "1m", "models": "*", "used": 30, "used_by_others": 0,
             "reserved": 0, "free_at": null, "label": "30 requests a minute", "parked_until": null}]},
        {"account": "gemini-main", "paused": true, "limits": []}]})
}

async fn server() -> Standin {
    let server = Standin::start().await;
    let tasks = json!({"tasks": [{"task_id": "task_12", "status": "pending", "wait": {
        "code": "quota", "message": "groq-main: 30 requests a minute used up, next in 12 s", "until": null,
        "account": "groq-main", "limit": {"dimension": "requests"}, "next": null}}], "next": "task_12"});
    server
        .on("GET /api/workers/stats", 200, &stats())
        .on("GET /api/accounts", 200, &accounts())
        .on("GET /api/tasks", 200, &tasks);
    server
}

#[tokio::test]
async fn one_look_says_what_runs_and_why_the_rest_waits() {
    let server = server().await;
    let shown = as_text(&server.client().await, Surface::Plain).await.unwrap();
    let expected = "\
workers  2 online, 1 busy (groq 2)
tasks    1,200 pending, 3 assigned, 120 completed, 1 failed, 0 cancelled
success  99.2%
waiting  task_12: groq-main: 30 requests a minute used up, next in 12 s
account  gemini-main: paused

ACCOUNT    LIMIT                 MODELS   USED  REAL  ROOM
groq-main  30 requests a minute  all     30/30  -     after an answer";
    assert_eq!(shown, expected);
    assert_eq!(server.lines().last().unwrap(), "GET /api/tasks?status=pending&limit=1");
}

#[tokio::test]
async fn limits_of_models_that_nobody_uses_are_counted_not_listed() {
    let limit = |model: &str, used: u32| {
        json!({"dimension": "requests", "limit": 30, "per": "1m", "models": [model], "used": used, "free_at": null,
               "label": format!("30 requests a minute of {model}"), "parked_until": null})
    };
    let accounts = json!({"accounts": [{"account": "groq", "models": ["usual", "busy", "idle", "idle-too"], "limits": [
        limit("usual", 0), limit("busy", 3), limit("idle", 0), limit("idle-too", 0)]}]});
    let server = Standin::start().await;
    server
        .on("GET /api/workers/stats", 200, &json!({}))
        .on("GET /api/accounts", 200, &accounts);
    let shown = as_text(&server.client().await, Surface::Plain).await.unwrap();
    assert!(shown.contains("of usual") && shown.contains("of busy"), "{shown}");
    assert!(!shown.contains("of idle"), "{shown}");
    assert!(shown.ends_with("\n2 more limits are untouched: d8 accounts"), "{shown}");
}

#[tokio::test]
async fn what_is_to_be_expected_has_a_line_each() {
    let at = moment::now() + 30.0 * 86_400.0;
    let mut expected = accounts();
    expected["accounts"][0]["forecast"] = json!({"runs_out_at": 1.0, "next_start_at": at});
    expected["accounts"][1]["forecast"] = json!({"runs_out_at": null, "next_start_at": null});
    expected["forecast"] = json!({"open": 3, "all_done_at": at});
    let server = Standin::start().await;
    server
        .on("GET /api/workers/stats", 200, &json!({}))
        .on("GET /api/accounts", 200, &expected);
    let shown = as_text(&server.client().await, Surface::Plain).await.unwrap();
    assert!(
        shown.contains("\nforecast groq-main: has run out, next start "),
        "{shown}"
    );
    assert!(shown.contains("\nforecast all done "), "{shown}");
    assert!(!shown.contains("forecast gemini-main"), "{shown}");
}

#[tokio::test]
async fn programs_get_the_objects_of_the_api() {
    let server = server().await;
    let shown = as_json(&server.client().await).await.unwrap();
    let mut expected = stats();
    expected["accounts"] = accounts()["accounts"].clone();
    assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), expected);
    assert!(!shown.contains('\n'), "one line, so that --watch gives a line a look");
}

#[tokio::test]
async fn an_older_orchestrator_that_says_little_is_shown_as_well() {
    let server = Standin::start().await;
    server
        .on(
            "GET /api/workers/stats",
            200,
            &json!({"workers": {"online": 1}, "performance": null}),
        )
        .on("GET /api/accounts", 200, &json!({}));
    let shown = as_text(&server.client().await, Surface::Plain).await.unwrap();
    assert!(shown.starts_with("workers  1 online, 0 busy\n"), "{shown}");
}
