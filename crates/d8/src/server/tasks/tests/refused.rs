//! What is refused, and in which words.

use serde_json::json;

use super::Site;

#[tokio::test]
async fn a_wrong_task_is_told_what_is_wrong_with_it() {
    let site = Site::still().await;
    let long = "x".repeat(257);
    for (task, code, words) in [
        (
            json!({"prompt": "hi", "pirority": 3}),
            "unknown_field",
            "`pirority`; did you mean `priority`?",
        ),
        (
            json!({"prompt": "hi", "zzz": 3}),
            "unknown_field",
            "there are `type`, `data`",
        ),
        (
            json!({"prompt": "hi", "route": "fast", "model": "fast"}),
            "invalid_field",
            "`route` and `model`",
        ),
        (
            json!({"priority": 3}),
            "missing_field",
            "`prompt`, `messages`, or `data`",
        ),
        (
            json!({"prompt": "hi", "data": {}}),
            "invalid_field",
            "one of `data`, `prompt`",
        ),
        (json!({"prompt": 3}), "invalid_field", "`prompt` must be a text"),
        (json!({"messages": []}), "invalid_request", "messages"),
        (
            json!({"messages": [{"role": "user"}], "temperature": 1, "stream": true}),
            "unknown_field",
            "`stream`",
        ),
        (json!({"data": []}), "invalid_field", "`data` must be an object"),
        (
            json!({"data": {"x": 1}}),
            "missing_field",
            "neither `messages` nor `prompt`",
        ),
        (
            json!({"data": {"messages": "hi"}}),
            "invalid_request",
            "`data` holds no chat request",
        ),
        (
            json!({"data": {"prompt": "hi"}, "max_tokens": 3}),
            "invalid_field",
            "`max_tokens` belongs into `data`",
        ),
        (json!({"prompt": "hi", "priority": 0}), "invalid_field", "from 1 to 10"),
        (
            json!({"prompt": "hi", "priority": "high"}),
            "invalid_field",
            "from 1 to 10",
        ),
        (
            json!({"prompt": "hi", "max_attempts": 0}),
            "invalid_field",
            "from 1 to 100",
        ),
        (
            json!({"prompt": "hi", "group": ""}),
            "invalid_field",
            "`group` must be a text of 1 to 256 bytes",
        ),
        (json!({"prompt": "hi", "client": long}), "invalid_field", "`client`"),
        (
            json!({"prompt": "hi", "metadata": "x"}),
            "invalid_field",
            "`metadata` must be an object",
        ),
        (
            json!({"prompt": "hi", "deadline": "tomorrow"}),
            "invalid_field",
            "2026-08-01T14:00:00Z",
        ),
        (json!({"prompt": "hi", "deadline": -1}), "invalid_field", "`deadline`"),
        (
            json!({"prompt": "hi", "not_before": 1e300}),
            "invalid_field",
            "`not_before`",
        ),
        (
            json!({"prompt": "hi", "not_before": 32_000_000_001_u64, "deadline": 32_000_000_000_u64}),
            "invalid_field",
            "`not_before` must be earlier than `deadline`",
        ),
        (
            json!({"prompt": "hi", "callback": "http://127.0.0.1:1/x"}),
            "callback_refused",
            "allow private",
        ),
        (
            json!({"prompt": "hi", "callback": "ftp://example.com"}),
            "callback_refused",
            "https://example.com/hooks",
        ),
        (json!("hi"), "invalid_body", "not a JSON object"),
        (json!([1]), "invalid_body", "task 1 of the array"),
    ] {
        let message = site.post("/api/tasks", task.clone()).await.refused(400, code);
        assert!(message.contains(words), "{task}: {message}");
    }
    assert_eq!(site.count().await, 0);
}

#[tokio::test]
async fn a_body_that_is_no_json_is_told_where_it_ends_to_be() {
    let site = Site::still().await;
    for (body, words) in [
        ("", "the body is empty"),
        ("{\"prompt\": ", "line 1 column"),
        ("{\"prompt\": \"a\"}{\"prompt\": \"b\"}", "trailing characters"),
        ("[{\"prompt\": \"a\"},]", "trailing comma"),
    ] {
        let message = site
            .post_with("/api/tasks", &[], body)
            .await
            .refused(400, "invalid_json");
        assert!(message.contains(words), "{body}: {message}");
    }
    let half = site.post_with("/api/tasks", &[], r#"{"prompt": "\ud800"}"#).await;
    half.refused(400, "invalid_field");
}

#[tokio::test]
async fn an_unknown_model_is_not_found_and_the_nearest_is_named() {
    let site = Site::still().await;
    for field in ["route", "model"] {
        let task = json!({"prompt": "hi", field: "fasst"});
        let message = site.post("/api/tasks", task).await.refused(404, "model_not_found");
        assert!(message.contains("did you mean `fast`?"), "{message}");
    }
    let data = json!({"data": {"prompt": "hi", "model": "watsonx"}});
    site.post("/api/tasks", data).await.refused(404, "model_not_found");
}

#[tokio::test]
async fn what_cannot_be_done_in_time_is_refused_before_it_is_taken_in() {
    let site = Site::still().await;
    let late = json!({"prompt": "hi", "deadline": "2001-01-01T00:00:00Z"});
    let message = site.post("/api/tasks", late).await.refused(422, "deadline_infeasible");
    assert!(message.contains("past"), "{message}");
}

#[tokio::test]
async fn a_full_queue_takes_nothing_more_and_says_when_to_come_again() {
    let site = Site::with("[server]\nmax_pending = 1").await;
    site.say("hi").await;
    let full = site.post("/api/tasks", json!({"prompt": "hi"})).await;
    assert_eq!(full.retry_after.as_deref(), Some("30"));
    full.refused(429, "queue_full");
}

#[tokio::test]
async fn wrong_queries_are_refused_and_not_overlooked() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    for path in [
        "/api/tasks?limit=0".to_owned(),
        "/api/tasks?limit=1001".to_owned(),
        "/api/tasks?status=open".to_owned(),
        "/api/tasks?stauts=pending".to_owned(),
        "/api/tasks?after=x".to_owned(),
        format!("/api/tasks/{task}?wait=121"),
        format!("/api/tasks/{task}?wait=-1"),
        format!("/api/tasks/{task}?wait=NaN"),
        format!("/api/tasks/{task}?wait=soon"),
    ] {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.body["error"]["message"].is_string(), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let site = Site::still().await;
    for (method, path) in [
        ("GET", "/api/tasks/task_99"),
        ("GET", "/api/tasks/nonsense?wait=1"),
        ("GET", "/api/tasks/task_99?wait=1"),
        ("POST", "/api/tasks/task_99/cancel"),
        ("POST", "/api/tasks/task_99/retry"),
    ] {
        let answer = match method {
            "GET" => site.get(path).await,
            _ => site.post(path, json!({})).await,
        };
        answer.refused(404, "task_not_found");
    }
    assert!(!site.app.handle.audience.has_watcher(d8_core::id::TaskId(99)));
    site.get("/api/groups/none").await.refused(404, "group_not_found");
    site.get("/api/groups/none?wait=1")
        .await
        .refused(404, "group_not_found");
    site.post("/api/groups/none/seal", json!({}))
        .await
        .refused(404, "group_not_found");
}
