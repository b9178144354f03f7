//! What a person sees of tasks, and what the orchestrator is asked.

#![allow(clippy::unwrap_used)]

use clap::Parser;
use serde_json::{Value, json};

use super::*;
use crate::cli::{NOT_STARTED, OK, PARTLY};
use crate::client::objects::{Task, Tasks};
use crate::client::standin::{Standin, answered};
use crate::client::table::Surface;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: TasksArguments,
}

async fn typed(server: &Standin, words: &[&str]) -> Result<u8, Failure> {
    let line = [&["tasks"], words, &["--orchestrator", &server.url]].concat();
    run(Line::try_parse_from(line).unwrap().arguments).await
}

fn task(fields: &Value) -> Task {
    answered(fields).read().unwrap()
}

#[test]
fn a_list_says_of_each_how_it_stands_and_why() {
    let answer = answered(&json!({"tasks": [
        {"task_id": "task_1", "type": "agent_action", "status": "completed", "priority": 5, "route": "default",
         "group": null, "client": "local", "created_at": 940.0, "completed_at": 950.0, "result": {"choices": []}},
        {"task_id": "task_2", "status": "pending", "created_at": 997.0,
         "wait": {"code": "quota", "message": "groq-main: 30 requests a minute used up", "until": 1012.0, "next": null}},
        {"task_id": "task_3", "status": "failed", "error": {"code": "provider_error", "message": "no\nsuch model"}},
        {"task_id": "task_4", "status": "assigned", "assigned_to": "groq-1", "attempts": null}
    ], "next": null}));
    let tasks: Tasks = answer.read().unwrap();
    let shown = list::table(&tasks.tasks, 1_000.0).render(Surface::Plain);
    let expected = "\
TASK    TYPE          STATUS     PRIORITY  ROUTE    GROUP  CLIENT  AGE         NOTE
task_1  agent_action  completed         5  default  -      local   1 m 00 s ago
task_2  -             pending           -  -        -      -       3 s ago     groq-main: 30 requests a minute used up, in 12 s
task_3  -             failed            -  -        -      -       -           no such model
task_4  -             assigned          -  -        -      -       -           on groq-1";
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |text: &str| text.lines().map(squeezed).collect::<Vec<_>>();
    assert_eq!(lines(&shown), lines(expected));
    let notes: Vec<Option<usize>> = shown
        .lines()
        .map(|line| line.find("on groq-1").or(line.find("NOTE")))
        .collect();
    assert_eq!(notes[0], notes[4], "aligned");
}

#[test]
fn a_task_is_shown_whole() {
    let shown = show::page(
        &task(&json!({
            "task_id": "task_12", "type": "agent_action", "status": "completed", "priority": 7, "client": "local",
            "created_at": 990.0, "completed_at": 998.0,
            "attempts": [
                {"attempt": 1, "worker_id": "groq", "target": "groq-main/llama", "started_at": 990.0, "ended_at": 992.0, "outcome": "refused"},
                {"attempt": 2, "worker_id": "gemini", "target": "gemini-main/flash", "started_at": 995.0, "ended_at": 998.0,
                 "outcome": "completed", "usage": {"prompt_tokens": 1200, "completion_tokens": 45}}],
            "result": {"choices": [{"message": {"role": "assistant", "content": "Hello,\nworld\n"}}]}
        })),
        1_000.0,
        |then| format!("at {then}"),
        Surface::Plain,
    );
    let expected = "\
task      task_12
status    completed
type      agent_action
priority  7
client    local
created   at 990 (10 s ago)
ended     at 998 (2 s ago)

ATTEMPT  TARGET             WORKER  BEGAN     TOOK  OUTCOME    TOKENS
      1  groq-main/llama    groq    10 s ago  2 s   refused    -
      2  gemini-main/flash  gemini  5 s ago   3 s   completed  1,200 in, 45 out

Hello,
world";
    assert_eq!(shown, expected);
}

#[test]
fn the_text_of_an_answer_is_found_wherever_it_is() {
    let content = |content: Value| json!({"choices": [{"message": {"content": content}}]});
    assert_eq!(answer_text(&content(json!("a"))), "a");
    assert_eq!(
        answer_text(&content(
            json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
        )),
        "ab"
    );
    assert_eq!(answer_text(&json!({"success": true, "response": "a"})), "a");
    assert_eq!(answer_text(&json!({"embedding": [1]})), r#"{"embedding":[1]}"#);
}

#[tokio::test]
async fn flags_become_the_query() {
    let server = Standin::start().await;
    server.on("GET /api/tasks", 200, &json!({"tasks": [], "next": null}));
    assert_eq!(typed(&server, &[]).await, Ok(OK));
    let flags = [
        "ls", "--status", "failed", "--route", "a/b", "--group", "g 1", "--client", "me", "--limit", "2", "--after",
        "task_9",
    ];
    assert_eq!(typed(&server, &flags).await, Ok(OK));
    let expected = [
        "GET /api/tasks?limit=50",
        "GET /api/tasks?status=failed&route=a%2Fb&group=g+1&client=me&limit=2&after=task_9",
    ];
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn tasks_are_changed_one_by_one_and_what_fails_is_no_obstacle_to_the_rest() {
    let server = Standin::start().await;
    server.on(
        "POST /api/tasks/task_2/cancel",
        200,
        &json!({"task_id": "task_2", "status": "cancelled"}),
    );
    assert_eq!(typed(&server, &["cancel", "task_1", "task_2"]).await, Ok(PARTLY));
    assert_eq!(
        server.lines(),
        ["POST /api/tasks/task_1/cancel", "POST /api/tasks/task_2/cancel"]
    );
}

#[tokio::test]
async fn many_are_changed_only_on_purpose() {
    let server = Standin::start().await;
    for verb in ["cancel", "retry", "reprioritise"] {
        server.on(&format!("POST /api/tasks/{verb}"), 200, &json!({"count": 3}));
    }
    let nobody_meant = typed(&server, &["cancel"]).await.unwrap_err();
    assert_eq!(nobody_meant.code, NOT_STARTED);
    assert!(nobody_meant.hints.concat().contains("--all"));
    assert_eq!(server.lines(), Vec::<String>::new());

    assert_eq!(typed(&server, &["cancel", "--all", "--yes"]).await, Ok(OK));
    let failed = [
        "retry",
        "--status",
        "failed",
        "--code",
        "quarantined",
        "--group",
        "monday",
        "-y",
    ];
    assert_eq!(typed(&server, &failed).await, Ok(OK));
    assert_eq!(
        typed(&server, &["reprioritise", "--priority", "9", "--client", "me"]).await,
        Ok(OK)
    );
    let bodies: Vec<Value> = server
        .calls()
        .iter()
        .map(|call| serde_json::from_str(&call.body).unwrap())
        .collect();
    let expected = [
        json!({"filter": {}, "all": true}),
        json!({"filter": {"status": "failed", "group": "monday", "code": "quarantined"}, "all": false}),
        json!({"filter": {"client": "me"}, "all": false, "priority": 9}),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn where_nobody_can_be_asked_a_script_means_what_it_says() {
    let server = Standin::start().await;
    for verb in ["cancel", "retry"] {
        server.on(&format!("POST /api/tasks/{verb}"), 200, &json!({"count": 1_203}));
        assert_eq!(typed(&server, &[verb, "--status", "failed", "--dry-run"]).await, Ok(OK));
        assert_eq!(typed(&server, &[verb, "--status", "failed"]).await, Ok(OK));
    }
    let only_counted = |body: &str| serde_json::from_str::<Value>(body).unwrap()["dry_run"] == true;
    let counted: Vec<bool> = server.calls().iter().map(|call| only_counted(&call.body)).collect();
    assert_eq!(counted, [true, false, true, false]);
}

#[tokio::test]
async fn an_age_becomes_a_moment() {
    let server = Standin::start().await;
    server.on("POST /api/tasks/cancel", 200, &json!({"count": 1}));
    let before = crate::client::moment::now();
    assert_eq!(typed(&server, &["cancel", "--older-than", "1h", "--yes"]).await, Ok(OK));
    let body: Value = serde_json::from_str(&server.calls()[0].body).unwrap();
    let since = before - body["filter"]["created_before"].as_f64().unwrap();
    assert!((3_590.0..3_610.0).contains(&since), "{body}");
    assert!(Line::try_parse_from(["tasks", "cancel", "--older-than", "yesterday"]).is_err());
}

#[tokio::test]
async fn a_name_that_would_become_another_call_is_refused() {
    let server = Standin::start().await;
    for name in ["..", ".", ""] {
        let failure = typed(&server, &["cancel", name]).await.unwrap_err();
        assert_eq!(failure.code, NOT_STARTED, "{name:?}: {failure:?}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn flags_that_contradict_each_other_are_refused() {
    for words in [
        &["tasks", "cancel", "task_1", "--all"][..],
        &["tasks", "cancel", "--all", "--group", "g"],
        &["tasks", "ls", "--status", "lost"],
        &["tasks", "ls", "--code", "lost"],
        &["tasks", "cancel", "task_1", "--dry-run"],
        &["tasks", "reprioritise", "--priority", "11", "--all"],
    ] {
        assert!(Line::try_parse_from(words).is_err(), "{words:?}");
    }
}
