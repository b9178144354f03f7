//! Tasks are cancelled, tried again, given another priority: one by one and by filter.

use serde_json::{Value, json};

use super::Site;

async fn change(site: &Site, task: &str, verb: &str) -> super::Answer {
    site.post(&format!("/api/tasks/{task}/{verb}"), json!({})).await
}

#[tokio::test]
async fn a_task_is_cancelled_once_and_for_all() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    let cancelled = change(&site, &task, "cancel").await.ok(200);
    assert_eq!(
        (&cancelled["status"], &cancelled["error"]["code"]),
        (&json!("cancelled"), &json!("cancelled"))
    );
    assert_eq!(change(&site, &task, "cancel").await.ok(200), cancelled);
}

#[tokio::test]
async fn a_cancelled_task_is_tried_again_under_its_name() {
    let site = Site::still().await;
    let deadline = 32_000_000_000.0;
    let task = site.submit(json!({"prompt": "hi", "deadline": deadline})).await;
    change(&site, &task, "retry").await.refused(409, "not_ended");
    change(&site, &task, "cancel").await.ok(200);
    let again = change(&site, &task, "retry").await.ok(200);
    let shown = (&again["task_id"], &again["status"], &again["error"], &again["deadline"]);
    assert_eq!(shown, (&json!(task), &json!("pending"), &Value::Null, &json!(deadline)));
    assert_eq!(site.count().await, 1);
}

#[tokio::test]
async fn bulk_calls_change_what_the_filter_finds_and_nothing_else() {
    let site = Site::still().await;
    let mut tasks = Vec::new();
    for group in ["a", "a", "b"] {
        tasks.push(site.submit(json!({"prompt": "hi", "group": group})).await);
    }
    let of_a = json!({"filter": {"group": "a"}, "priority": 9});
    assert_eq!(
        site.post("/api/tasks/reprioritise", of_a).await.ok(200),
        json!({"count": 2})
    );
    let list = site.get("/api/tasks").await.ok(200);
    let priorities: Vec<_> = list["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["priority"].clone())
        .collect();
    assert_eq!(priorities, [5, 9, 9]);

    let of_a = json!({"filter": {"group": "a"}});
    assert_eq!(
        site.post("/api/tasks/cancel", of_a.clone()).await.ok(200),
        json!({"count": 2})
    );
    assert_eq!(site.statuses(&tasks).await, ["cancelled", "cancelled", "pending"]);
    assert_eq!(
        site.post("/api/tasks/cancel", of_a.clone()).await.ok(200),
        json!({"count": 0})
    );

    let failed = json!({"filter": {"group": "a", "status": "failed"}});
    assert_eq!(site.post("/api/tasks/retry", failed).await.ok(200), json!({"count": 0}));
    assert_eq!(site.post("/api/tasks/retry", of_a).await.ok(200), json!({"count": 2}));
    assert_eq!(site.statuses(&tasks).await, ["pending"; 3]);
}

#[tokio::test]
async fn many_can_be_counted_before_they_are_changed() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    let waiting = json!({"filter": {"status": "pending"}, "dry_run": true});
    let count = |answer: Value| answer["count"].clone();
    assert_eq!(count(site.post("/api/tasks/cancel", waiting).await.ok(200)), 1);
    assert_eq!(site.statuses(std::slice::from_ref(&task)).await, ["pending"]);
    change(&site, &task, "cancel").await.ok(200);
    let cancelled = json!({"filter": {"status": "cancelled"}, "dry_run": true});
    assert_eq!(count(site.post("/api/tasks/retry", cancelled).await.ok(200)), 1);
    assert_eq!(site.statuses(std::slice::from_ref(&task)).await, ["cancelled"]);
}

#[tokio::test]
async fn tasks_are_found_by_why_they_failed_and_by_when_they_came() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    let found = async |query: &str| {
        let list = site.get(&format!("/api/tasks?{query}")).await.ok(200);
        list["tasks"].as_array().unwrap().len()
    };
    let came = site.get(&format!("/api/tasks/{task}")).await.ok(200)["created_at"]
        .as_f64()
        .unwrap();
    assert_eq!(found(&format!("created_before={came}")).await, 0);
    assert_eq!(found(&format!("created_before={}", came + 1.0)).await, 1);
    for code in [
        "too_large",
        "provider_error",
        "attempts_exhausted",
        "deadline_exceeded",
        "quarantined",
    ] {
        assert_eq!(found(&format!("code={code}")).await, 0, "it has not failed");
        let body = json!({"filter": {"code": code, "created_before": came + 1.0}});
        assert_eq!(site.post("/api/tasks/cancel", body).await.ok(200), json!({"count": 0}));
    }
    assert_eq!(site.statuses(&[task]).await, ["pending"]);
    site.get("/api/tasks?code=lost").await.refused(400, "invalid_request");
}

#[tokio::test]
async fn everything_is_meant_only_where_it_is_said() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    for verb in ["cancel", "retry", "reprioritise"] {
        let path = format!("/api/tasks/{verb}");
        for filter in [
            json!({}),
            json!({"filter": {}}),
            json!({"filter": {"group": null}, "all": false}),
        ] {
            let mut body = filter;
            body["priority"] = json!(3);
            if verb != "reprioritise" {
                body.as_object_mut().unwrap().remove("priority");
            }
            site.post(&path, body).await.refused(400, "empty_filter");
        }
        site.post(&path, json!({"filter": {"gruop": "a"}, "priority": 3}))
            .await
            .refused(400, "invalid_body");
    }
    let unknown = json!({"filter": {"group": "nobody"}});
    assert_eq!(
        site.post("/api/tasks/cancel", unknown).await.ok(200),
        json!({"count": 0})
    );
    site.post("/api/tasks/reprioritise", json!({"all": true, "priority": 11}))
        .await
        .refused(400, "invalid_field");
    assert_eq!(site.statuses(std::slice::from_ref(&task)).await, ["pending"]);
    assert_eq!(
        site.post("/api/tasks/cancel", json!({"all": true})).await.ok(200),
        json!({"count": 1})
    );
    assert_eq!(site.statuses(&[task]).await, ["cancelled"]);
}

#[tokio::test]
async fn more_than_a_page_is_changed() {
    let site = Site::still().await;
    let many: Vec<Value> = (0..2_300).map(|_| json!({"prompt": "hi", "group": "g"})).collect();
    site.post("/api/tasks", Value::from(many)).await.ok(201);
    let group = json!({"filter": {"group": "g"}});
    assert_eq!(
        site.post("/api/tasks/cancel", group.clone()).await.ok(200)["count"],
        2_300
    );
    assert_eq!(site.get("/api/groups/g").await.ok(200)["cancelled"], 2_300);
    assert_eq!(site.post("/api/tasks/retry", group).await.ok(200)["count"], 2_300);
    assert_eq!(site.get("/api/groups/g").await.ok(200)["pending"], 2_300);
}
