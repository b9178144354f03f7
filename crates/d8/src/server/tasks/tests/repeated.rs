//! A submission comes again with its key.

use serde_json::{Value, json};

use super::super::repeat::forget;
use super::Site;

const KEY: &str = "idempotency-key";

fn keyed(prompt: &str) -> Value {
    json!({"prompt": prompt, "idempotency_key": "k", "metadata": {"a": 1}})
}

#[tokio::test]
async fn the_same_key_is_the_same_task_also_after_a_restart() {
    let site = Site::still().await;
    let task = site.submit(keyed("hi")).await;
    assert_eq!(
        site.post("/api/tasks", keyed("hi")).await.ok(200)["task_id"],
        json!(task)
    );
    let site = site.again().await;
    assert_eq!(
        site.post("/api/tasks", keyed("hi")).await.ok(200)["task_id"],
        json!(task)
    );
    assert_eq!(site.count().await, 1);
}

#[tokio::test]
async fn the_header_is_as_good_as_the_field_and_both_must_agree() {
    let site = Site::still().await;
    let task = site.submit(keyed("hi")).await;
    let body = json!({"prompt": "hi", "metadata": {"a": 1}}).to_string();
    let again = site.post_with("/api/tasks", &[(KEY, "k")], body).await.ok(200);
    assert_eq!(again["task_id"], json!(task));
    let other = site
        .post_with("/api/tasks", &[(KEY, "l")], keyed("hi").to_string())
        .await;
    other.refused(400, "invalid_field");
    let empty = site
        .post_with("/api/tasks", &[(KEY, "")], keyed("hi").to_string())
        .await;
    empty.refused(400, "invalid_header");
}

#[tokio::test]
async fn the_same_key_for_another_request_is_a_conflict() {
    let site = Site::still().await;
    let task = site.submit(keyed("hi")).await;
    for (field, value) in [
        ("prompt", json!("ho")),
        ("metadata", json!({"a": 2})),
        ("model", json!("fast")),
        ("route", json!("fast")),
        ("group", json!("g")),
        ("type", json!("other")),
        ("max_tokens", json!(9)),
    ] {
        let mut other = keyed("hi");
        other[field] = value;
        let message = site
            .post("/api/tasks", other)
            .await
            .refused(409, "idempotency_conflict");
        assert!(message.contains(&task), "{field}: {message}");
    }
    assert_eq!(site.count().await, 1);
}

#[tokio::test]
async fn order_and_white_space_are_no_other_request() {
    let site = Site::still().await;
    let first = r#"{"idempotency_key":"k","data":{"messages":[{"role":"user","content":"hi"}],"n":1},"metadata":{"a":1,"b":2}}"#;
    let again = r#"{"data":{"n": 1, "messages":[{"content":"hi","role":"user"}]},"metadata":{"b":2,"a":1},"idempotency_key":"k"}"#;
    let first = site.post_with("/api/tasks", &[], first).await.ok(201);
    assert_eq!(
        site.post_with("/api/tasks", &[], again).await.ok(200)["task_id"],
        first["task_id"]
    );
}

#[tokio::test]
async fn whoever_shows_another_credential_has_other_keys() {
    let site = Site::still().await;
    let task = site.submit(keyed("hi")).await;
    let credential = ("authorization", "Bearer test-key-2");
    let other = site
        .post_with("/api/tasks", &[credential], keyed("ho").to_string())
        .await
        .ok(201);
    assert_ne!(other["task_id"], json!(task));
}

#[tokio::test]
async fn after_its_end_the_key_gives_the_result_until_it_is_forgotten() {
    let site = Site::still().await;
    let task = site.submit(keyed("hi")).await;
    site.post(&format!("/api/tasks/{task}/cancel"), json!({})).await.ok(200);
    assert_eq!(
        site.post("/api/tasks", keyed("hi")).await.ok(200)["status"],
        "cancelled"
    );
    let now = site.app.clock.now();
    assert_eq!(forget(&site.app, now.offset(-1_000_000_000)).await.unwrap(), 0);
    assert_eq!(forget(&site.app, now.offset(1_000_000_000)).await.unwrap(), 1);
    // Another process does not know it from its own time either.
    let site = site.again().await;
    assert_eq!(site.post("/api/tasks", keyed("ho")).await.ok(201)["status"], "pending");
}

#[tokio::test]
async fn an_array_is_repeatable_as_a_whole() {
    let site = Site::still().await;
    let tasks = json!([{"prompt": "a"}, {"prompt": "b"}, {"prompt": "c", "idempotency_key": "own"}]).to_string();
    let send = || site.post_with("/api/tasks", &[(KEY, "night")], tasks.clone());
    let first = send().await.ok(201);
    assert_eq!(send().await.ok(200), first);
    let more = json!([{"prompt": "a"}, {"prompt": "new", "idempotency_key": "new"}]).to_string();
    let more = site.post_with("/api/tasks", &[(KEY, "night")], more).await.ok(201);
    assert_eq!(more[0]["task_id"], first[0]["task_id"]);
    let changed = json!([{"prompt": "fresh", "idempotency_key": "fresh"}, {"prompt": "x"}]).to_string();
    let message = site.post_with("/api/tasks", &[(KEY, "night")], changed).await;
    assert!(message.refused(409, "idempotency_conflict").contains("task 2"));
    assert_eq!(site.count().await, 4);
}

#[tokio::test]
async fn one_key_twice_in_an_array_is_one_task_or_a_conflict() {
    let site = Site::still().await;
    let twice = site.post("/api/tasks", json!([keyed("hi"), keyed("hi")])).await.ok(201);
    assert_eq!(twice[0]["task_id"], twice[1]["task_id"]);
    let other = |prompt| json!({"prompt": prompt, "idempotency_key": "l"});
    site.post("/api/tasks", json!([other("a"), other("b")]))
        .await
        .refused(409, "idempotency_conflict");
    assert_eq!(site.count().await, 1);
}

#[tokio::test]
async fn of_many_at_once_one_is_taken_in_and_the_others_get_it() {
    let site = Site::still().await;
    let submits = (0..20).map(|_| site.post("/api/tasks", keyed("hi")));
    let answers = futures_util::future::join_all(submits).await;
    let new = answers.iter().filter(|answer| answer.status == 201).count();
    let first = &answers[0].body["task_id"];
    assert!(answers.iter().all(|answer| &answer.body["task_id"] == first));
    assert_eq!((new, site.count().await), (1, 1));
}

#[tokio::test]
async fn of_different_ones_at_once_one_is_taken_in_and_the_others_conflict() {
    let site = Site::still().await;
    let prompts: Vec<String> = (0..10).map(|number| format!("say {number}")).collect();
    let submits = prompts.iter().map(|prompt| site.post("/api/tasks", keyed(prompt)));
    let mut statuses: Vec<u16> = futures_util::future::join_all(submits)
        .await
        .iter()
        .map(|answer| answer.status.as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 9]].concat());
    assert_eq!(site.count().await, 1);
}
