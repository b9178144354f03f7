//! One task or an array comes in.

use d8_core::change::Demand;
use serde_json::{Value, json};

use super::{MODEL, Site};
use crate::server::ids;
use crate::server::particulars::Particulars;

#[tokio::test]
async fn a_task_is_stored_and_answered_as_one_object_everywhere() {
    let site = Site::still().await;
    let task = json!({
        "prompt": "hi", "priority": 7, "group": "monday", "client": "blog", "metadata": {"page": [1]}, "max_attempts": 2,
        "model": MODEL, "deadline": "2999-01-01T00:00:00Z", "not_before": 32_000_000_000.5,
    });
    let task = site.post("/api/tasks", task).await.ok(201);
    let shown = json!({
        "type": task["type"], "status": task["status"], "priority": task["priority"], "route": task["route"],
        "group": task["group"], "client": task["client"], "metadata": task["metadata"], "deadline": task["deadline"],
        "not_before": task["not_before"], "wait": task["wait"]["code"],
    });
    let expected = json!({
        "type": "agent_action", "status": "pending", "priority": 7, "route": MODEL, "group": "monday", "client": "blog",
        "metadata": {"page": [1]}, "deadline": 32_472_144_000.0, "not_before": 32_000_000_000.5, "wait": "not_before",
    });
    assert_eq!(shown, expected);
    let again = site
        .get(&format!("/api/tasks/{}", task["task_id"].as_str().unwrap()))
        .await;
    assert_eq!(again.ok(200)["created_at"], task["created_at"]);
}

#[tokio::test]
async fn what_is_not_said_is_usual() {
    let site = Site::still().await;
    let task = site
        .post("/api/tasks", json!({"prompt": "hi", "group": null, "priority": null}))
        .await
        .ok(201);
    let usual = [
        ("type", json!("agent_action")),
        ("priority", json!(5)),
        ("route", json!("default")),
        ("group", Value::Null),
        ("client", json!("local")),
        ("deadline", Value::Null),
    ];
    for (field, value) in usual {
        assert_eq!(task[field], value, "{field}");
    }
}

#[tokio::test]
async fn every_form_becomes_the_same_request_and_its_fields_stay_as_they_came() {
    let site = Site::still().await;
    let messages = r#"[{"role":"user","content":"hi"}]"#;
    for (task, body) in [
        (r#"{"prompt":"hi"}"#.to_owned(), format!(r#"{{"messages":{messages}}}"#)),
        (
            format!(r#"{{"max_tokens":7,"messages":{messages},"priority":9,"temperature":0.10,"model":"fast"}}"#),
            format!(r#"{{"messages":{messages},"max_tokens":7,"temperature":0.10,"model":"fast"}}"#),
        ),
        (
            format!(r#"{{"data":{{"x":1e400,"messages":{messages},"model":"fast"}}}}"#),
            format!(r#"{{"x":1e400,"messages":{messages},"model":"fast"}}"#),
        ),
        (
            r#"{"data":{"prompt":"hi","top_p":1}}"#.to_owned(),
            format!(r#"{{"top_p":1,"messages":{messages}}}"#),
        ),
    ] {
        let stored = site.post_with("/api/tasks", &[], task.clone()).await.ok(201);
        assert_eq!(site.body_of(stored["task_id"].as_str().unwrap()).await, body, "{task}");
    }
}

#[tokio::test]
async fn a_route_and_a_model_both_say_where() {
    let site = Site::still().await;
    let there = format!("groq/{MODEL}");
    for (task, route) in [
        (json!({"prompt": "hi", "route": "fast"}), "fast"),
        (json!({"prompt": "hi", "model": "fast"}), "fast"),
        (json!({"prompt": "hi", "model": there}), there.as_str()),
        (json!({"data": {"prompt": "hi", "model": MODEL}}), MODEL),
        (
            json!({"data": {"prompt": "hi", "model": MODEL}, "route": "fast"}),
            "fast",
        ),
    ] {
        assert_eq!(site.post("/api/tasks", task).await.ok(201)["route"], route);
    }
}

#[tokio::test]
async fn types_that_few_know_carry_any_data_and_wait_for_whoever_knows_them() {
    let site = Site::still().await;
    let data = r#"{"genome": [1,  2], "depth": 3}"#;
    let task = format!(r#"{{"type": "evolution_step", "data": {data}}}"#);
    let task = site.post_with("/api/tasks", &[], task).await.ok(201);
    let id = task["task_id"].as_str().unwrap();
    assert_eq!(
        (&task["type"], &task["route"]),
        (&json!("evolution_step"), &json!("default"))
    );
    assert_eq!(site.body_of(id).await, data);
    let stored = site.app.full_task(ids::parse(id).unwrap()).await.unwrap();
    let Demand { rare, plain, .. } = stored.stored().row.demand;
    assert!(rare && plain);
}

#[tokio::test]
async fn an_array_is_answered_in_its_order() {
    let site = Site::still().await;
    let tasks = json!([{"prompt": "a", "priority": 1}, {"prompt": "b", "priority": 2}, {"prompt": "c", "priority": 3}]);
    let answer = site.post("/api/tasks", tasks).await.ok(201);
    let priorities: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["priority"].clone())
        .collect();
    assert_eq!(priorities, [1, 2, 3]);
    assert_eq!(site.post("/api/tasks", json!([])).await.ok(200), json!([]));
}

#[tokio::test]
async fn an_array_is_taken_in_whole_or_not_at_all() {
    let site = Site::with("[server]\nmax_pending = 3").await;
    let wrong = json!([{"prompt": "a"}, {"prompt": "b", "priority": 11}]);
    let message = site.post("/api/tasks", wrong).await.refused(400, "invalid_field");
    assert!(
        message.contains("task 2") && message.contains("`priority`"),
        "{message}"
    );
    let late = json!([{"prompt": "a"}, {"prompt": "b", "deadline": 1_000_000_000}]);
    site.post("/api/tasks", late).await.refused(422, "deadline_infeasible");
    let many: Vec<Value> = (0..4).map(|_| json!({"prompt": "a"})).collect();
    let full = site.post("/api/tasks", Value::from(many)).await;
    assert_eq!(full.retry_after.as_deref(), Some("30"));
    full.refused(429, "queue_full");
    assert_eq!(site.count().await, 0);
}

#[tokio::test]
async fn a_callback_is_kept_for_the_task_s_end_and_shown_to_nobody() {
    let site = Site::still().await;
    let task = json!({"prompt": "hi", "callback": "HTTPS://Example.com/hook?k=1"});
    let task = site.post("/api/tasks", task).await.ok(201);
    assert!(!task.to_string().contains("xample.com"), "{task}");
    let id = task["task_id"].as_str().unwrap();
    let particulars = Particulars::parse(site.payload(id).await.custom.as_deref());
    assert_eq!(particulars.callback.as_deref(), Some("https://example.com/hook?k=1"));
    assert!(
        site.app
            .full_task(ids::parse(id).unwrap())
            .await
            .unwrap()
            .stored()
            .row
            .callback
    );
}
