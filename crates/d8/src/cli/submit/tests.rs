//! What is handed over, what is printed, and how it ends.

#![allow(clippy::unwrap_used)]

use clap::Parser;
use serde_json::{Value, json};

use super::*;
use crate::cli::{NOT_STARTED, PARTLY};
use crate::client::standin::Standin;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: SubmitArguments,
}

fn parsed(words: &[&str]) -> SubmitArguments {
    Line::try_parse_from(["submit"].iter().chain(words)).unwrap().arguments
}

async fn typed(server: &Standin, words: &[&str]) -> Result<u8, Failure> {
    run(parsed(&[words, &["--orchestrator", &server.url]].concat())).await
}

fn body(server: &Standin, call: usize) -> Value {
    serde_json::from_str(&server.calls()[call].body).unwrap()
}

fn task(status: &str) -> Value {
    let answer = json!({"choices": [{"message": {"content": "Ebro, Duero, Tajo"}}]});
    json!({"task_id": "task_12", "status": status, "result": (status == "completed").then_some(answer),
           "error": (status == "failed").then(|| json!({"code": "provider_error", "message": "no such model"}))})
}

#[tokio::test]
async fn flags_become_fields() {
    let server = Standin::start().await;
    server.on("POST /api/tasks", 201, &task("pending"));
    let words = [
        "Name three rivers",
        "-m",
        "groq-main/llama",
        "--priority",
        "9",
        "--type",
        "x",
        "--group",
        "g",
        "--client",
        "c",
        "--key",
        "k",
        "--metadata",
        r#"{"a": 1}"#,
        "--max-tokens",
        "7",
        "--not-before",
        "1785585600",
        "--deadline",
        "2026-08-01T12:00:00Z",
        "--callback",
        "http://127.0.0.1:1/done",
    ];
    assert_eq!(typed(&server, &words).await, Ok(OK));
    let expected = json!({
        "prompt": "Name three rivers", "model": "groq-main/llama", "priority": 9, "type": "x", "group": "g", "client": "c",
        "metadata": {"a": 1}, "max_tokens": 7, "not_before": 1785585600.0, "deadline": 1785585600.0,
        "callback": "http://127.0.0.1:1/done", "idempotency_key": "k",
    });
    assert_eq!(body(&server, 0), expected);
}

#[tokio::test]
async fn waiting_asks_until_it_is_over() {
    let server = Standin::start().await;
    server
        .on("POST /api/tasks", 201, &task("pending"))
        .on("GET /api/tasks/task_12", 200, &task("assigned"))
        .on("GET /api/tasks/task_12", 200, &task("completed"));
    let client = server.client().await;
    let answer = client.post(&["api", "tasks"], &json!({})).await.unwrap();
    let task: Task = answer.read().unwrap();
    let (task, _) = wait::until_over(&client, task, answer, None, Duration::ZERO, &mut |_| ())
        .await
        .unwrap();
    assert_eq!(
        wait::ending(&task),
        wait::Ending::Answered("Ebro, Duero, Tajo".to_owned())
    );
    assert_eq!(
        server.lines()[1..],
        ["GET /api/tasks/task_12?wait=60", "GET /api/tasks/task_12?wait=60"]
    );
}

#[tokio::test]
async fn each_reason_to_wait_is_said_once() {
    let server = Standin::start().await;
    let mut waits = task("pending");
    waits["wait"] = json!({"code": "quota", "message": "groq-main: 30 requests a minute used up", "until": null});
    server
        .on("POST /api/tasks", 201, &waits)
        .on("GET /api/tasks/task_12", 200, &waits)
        .on("GET /api/tasks/task_12", 200, &task("completed"));
    let client = server.client().await;
    let answer = client.post(&["api", "tasks"], &json!({})).await.unwrap();
    let task: Task = answer.read().unwrap();
    let mut said = Vec::new();
    let mut say = |line: &str| said.push(line.to_owned());
    wait::until_over(&client, task, answer, None, Duration::ZERO, &mut say)
        .await
        .unwrap();
    assert_eq!(said, ["task_12: groq-main: 30 requests a minute used up"]);
}

#[tokio::test]
async fn what_fails_or_does_not_end_in_time_ends_with_one() {
    let server = Standin::start().await;
    server
        .on("POST /api/tasks", 201, &task("pending"))
        .on("GET /api/tasks/task_12", 200, &task("failed"));
    let failed = typed(&server, &["hi", "--wait"]).await.unwrap_err();
    assert_eq!(
        (failed.code, failed.message.as_str()),
        (PARTLY, "task_12 failed: no such model (provider_error)")
    );

    let server = Standin::start().await;
    server
        .on("POST /api/tasks", 201, &task("pending"))
        .on("GET /api/tasks/task_12", 200, &task("assigned"));
    let open = typed(&server, &["hi", "--wait", "20ms"]).await.unwrap_err();
    assert_eq!(
        (open.code, open.message.as_str()),
        (PARTLY, "task_12 is still assigned")
    );
    assert_eq!(open.hints, ["it is kept and goes on: d8 tasks show task_12"]);
}

#[tokio::test]
async fn what_the_orchestrator_refuses_is_told_in_its_words() {
    let server = Standin::start().await;
    let error = json!({"error": {"message": "the queue is full", "type": "x", "code": "queue_full"}});
    server.on("POST /api/tasks", 429, &error);
    let failure = typed(&server, &["hi"]).await.unwrap_err();
    assert_eq!(
        (failure.code, failure.message.as_str()),
        (PARTLY, "the queue is full (queue_full)")
    );
}

#[test]
fn the_word_after_wait_is_a_time_or_the_prompt() {
    let prompt = |prompt: &str, wait| Meant::Prompt {
        prompt: prompt.to_owned(),
        wait,
    };
    let five = Some(Some(Duration::from_secs(300)));
    assert_eq!(meant(&parsed(&["hi"])), Ok(prompt("hi", None)));
    assert_eq!(meant(&parsed(&["hi", "--wait"])), Ok(prompt("hi", Some(None))));
    assert_eq!(meant(&parsed(&["hi", "--wait", "5m"])), Ok(prompt("hi", five)));
    assert_eq!(meant(&parsed(&["--wait", "5m", "hi"])), Ok(prompt("hi", five)));
    assert_eq!(
        meant(&parsed(&["--wait", "name a river"])),
        Ok(prompt("name a river", Some(None)))
    );
    assert_eq!(meant(&parsed(&["--wait", "-"])), Ok(prompt("-", Some(None))));
    for words in [&["--wait", "5m"][..], &["hi", "--wait", "soon"], &[]] {
        assert_eq!(meant(&parsed(words)).unwrap_err().code, NOT_STARTED, "{words:?}");
    }
}

#[test]
fn flags_that_cannot_be_meant_are_refused() {
    for words in [
        &["hi", "--priority", "0"][..],
        &["hi", "--metadata", "[1]"],
        &["hi", "--deadline", "90"],
        &["hi", "--file", "a.jsonl"],
        &["--file", "a.jsonl", "--wait"],
    ] {
        assert!(
            Line::try_parse_from(["submit"].iter().chain(words)).is_err(),
            "{words:?}"
        );
    }
}

#[tokio::test]
async fn a_file_goes_line_by_line_with_what_the_flags_add() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("work.jsonl");
    let text = "\u{feff}{\"prompt\":\"a\",\"x\":1e400}\r\n\n{\"prompt\":\"b\",\"route\":\"r\",\"priority\":1}\nnonsense\n{\"prompt\":\"b\",\"route\":\"r\",\"priority\":1}";
    std::fs::write(&file, text).unwrap();
    let server = Standin::start().await;
    server.on_text(
        "POST /api/tasks",
        200,
        "{\"task_id\":\"task_1\",\"status\":\"pending\"}\n{\"task_id\":\"task_2\",\"status\":\"failed\",\"error\":{\"code\":\"x\"}}\n\
         {\"line\":4,\"error\":{\"message\":\"not a JSON object\",\"code\":\"invalid_line\"}}\n{\"task_id\":\"task_3\"}\n",
    );
    let mut told = Vec::new();
    let fields = parsed(&["hi", "-m", "m", "--priority", "7", "--key", "k"]).fields;
    let mut tell = |line: &str| told.push(line.to_owned());
    let code = lines::submit(&server.client().await, &file, &fields, false, &mut tell).await;
    assert_eq!(code, Ok(PARTLY), "one line was refused");
    assert_eq!(told, ["task_1", "task_2", "task_3"]);

    let sent = server.calls()[0].body.clone();
    let sent: Vec<&str> = sent.split('\n').collect();
    assert!(
        sent[0].starts_with(r#"{"prompt":"a","x":1e400,"model":"m","priority":7,"idempotency_key":"k:"#),
        "{}",
        sent[0]
    );
    assert_eq!((sent[1], sent[3], sent[5]), ("", "nonsense", ""));
    assert!(
        sent[2].starts_with(r#"{"prompt":"b","route":"r","priority":1,"idempotency_key":"k:"#),
        "{}",
        sent[2]
    );
    assert!(
        sent[2].ends_with(":1\"}") && sent[4].ends_with(":2\"}"),
        "the same line twice is two tasks"
    );
    assert_eq!(sent[2].len(), sent[4].len());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("work.jsonl");
    std::fs::write(&file, "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n").unwrap();
    let server = Standin::start().await;
    server.on_text("POST /api/tasks", 200, "{\"task_id\":\"task_1\"}\n");
    let words = ["--file", file.to_str().unwrap(), "--key", "k"];
    let failure = typed(&server, &words).await.unwrap_err();
    assert_eq!(failure.code, PARTLY);
    assert!(failure.message.contains("1 taken"), "{failure:?}");
    assert_eq!(failure.hints, ["the same command again takes nothing twice"]);
}

#[tokio::test]
async fn a_file_that_is_missing_is_named() {
    let server = Standin::start().await;
    let failure = typed(&server, &["--file", "missing.jsonl"]).await.unwrap_err();
    assert!(failure.message.contains("missing.jsonl"), "{failure:?}");
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn the_name_of_a_file_is_no_prompt() {
    let server = Standin::start().await;
    let failure = typed(&server, &["work.jsonl"]).await.unwrap_err();
    assert_eq!(failure.hints, ["hand in its tasks: d8 submit --file work.jsonl"]);
    assert_eq!(server.lines(), Vec::<String>::new());
}
