//! Groups.

use serde_json::{Value, json};

use super::{Site, soon};

async fn group(site: &Site, name: &str) -> Value {
    site.get(&format!("/api/groups/{name}")).await.ok(200)
}

#[tokio::test]
async fn a_group_is_open_then_sealed_then_done() {
    let site = Site::still().await;
    let task = site.submit(json!({"prompt": "a", "group": "g"})).await;
    site.submit(json!({"prompt": "b", "group": "g"})).await;
    site.post(&format!("/api/tasks/{task}/cancel"), json!({})).await.ok(200);
    let expected = json!({
        "group": "g", "state": "open", "total": 2, "pending": 1, "assigned": 0, "completed": 0, "failed": 0, "cancelled": 1,
    });
    assert_eq!(group(&site, "g").await, expected);
    assert_eq!(
        site.post("/api/groups/g/seal", json!({})).await.ok(200)["state"],
        "sealed"
    );
    let more = json!({"prompt": "c", "group": "g"});
    site.post("/api/tasks", more.clone()).await.refused(409, "group_sealed");
    let site = site.again().await;
    site.post("/api/tasks", more).await.refused(409, "group_sealed");
    site.post("/api/tasks/cancel", json!({"filter": {"group": "g"}}))
        .await
        .ok(200);
    assert_eq!(group(&site, "g").await["state"], "done");
}

#[tokio::test]
async fn a_wait_ends_when_nothing_of_the_group_is_open() {
    let site = Site::still().await;
    let many: Vec<Value> = (0..20).map(|_| json!({"prompt": "hi", "group": "g"})).collect();
    let tasks = site.post("/api/tasks", Value::from(many)).await.ok(201);
    let cancel = async {
        for task in tasks.as_array().unwrap() {
            let path = format!("/api/tasks/{}/cancel", task["task_id"].as_str().unwrap());
            site.post(&path, json!({})).await.ok(200);
        }
    };
    let (answer, ()) = soon(async { tokio::join!(site.get("/api/groups/g?wait=100"), cancel) }).await;
    let answer = answer.ok(200);
    assert_eq!((&answer["state"], &answer["cancelled"]), (&json!("open"), &json!(20)));
    soon(site.get("/api/groups/g?wait=100")).await.ok(200);
}

#[tokio::test]
async fn a_wait_that_is_over_tells_how_things_stand() {
    let site = Site::still().await;
    site.submit(json!({"prompt": "hi", "group": "a/b c"})).await;
    let answer = soon(site.get("/api/groups/a%2Fb%20c?wait=0.01")).await.ok(200);
    assert_eq!((&answer["group"], &answer["pending"]), (&json!("a/b c"), &json!(1)));
}
