//! Tasks are looked at, listed and waited for.

use serde_json::{Value, json};

use super::{Site, soon, until};
use crate::server::ids;

async fn listed(site: &Site, query: &str) -> Vec<String> {
    let list = site.get(&format!("/api/tasks{query}")).await.ok(200);
    let name = |task: &Value| task["task_id"].as_str().unwrap().to_owned();
    list["tasks"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_wait_ends_with_the_task() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    let id = ids::parse(&task).unwrap();
    let path = format!("/api/tasks/{task}?wait=100");
    let cancel = async {
        until(async || site.app.handle.audience.has_watcher(id)).await;
        site.post(&format!("/api/tasks/{task}/cancel"), json!({})).await.ok(200);
    };
    let (answer, ()) = soon(async { tokio::join!(site.get(&path), cancel) }).await;
    assert_eq!(answer.ok(200)["status"], "cancelled");
    assert_eq!(soon(site.get(&path)).await.ok(200)["status"], "cancelled");
    assert!(!site.app.handle.audience.has_watcher(id));
}

#[tokio::test]
async fn a_wait_that_is_over_tells_how_things_stand_and_why() {
    let site = Site::still().await;
    let task = site.say("hi").await;
    let answer = soon(site.get(&format!("/api/tasks/{task}?wait=0.01"))).await.ok(200);
    assert_eq!(answer["status"], "pending");
    assert!(answer["wait"]["message"].is_string(), "{answer}");
    assert!(!site.app.handle.audience.has_watcher(ids::parse(&task).unwrap()));
}

#[tokio::test]
async fn nobody_waits_longer_than_the_server_lives() {
    let site = Site::still().await;
    let task = site.submit(json!({"prompt": "hi", "group": "g"})).await;
    site.app.shutdown.cancel();
    for path in [
        format!("/api/tasks/{task}?wait=100"),
        "/api/groups/g?wait=100".to_owned(),
    ] {
        soon(site.get(&path)).await.ok(200);
    }
}

#[tokio::test]
async fn a_list_shows_what_matches_everything_given_the_newest_first() {
    let site = Site::still().await;
    let a = site.submit(json!({"prompt": "a", "group": "g", "client": "x"})).await;
    let b = site.submit(json!({"prompt": "b", "group": "g", "route": "fast"})).await;
    let c = site.submit(json!({"prompt": "c", "client": "x"})).await;
    let d = site.submit(json!({"type": "evolution_step", "data": {}})).await;
    site.post(&format!("/api/tasks/{c}/cancel"), json!({})).await.ok(200);
    for (query, expected) in [
        ("", vec![&d, &c, &b, &a]),
        ("?status=pending", vec![&d, &b, &a]),
        ("?status=cancelled&client=x", vec![&c]),
        ("?group=g", vec![&b, &a]),
        ("?group=g&client=x", vec![&a]),
        ("?route=fast", vec![&b]),
        // What only workers with their own keys can do shows the default route too.
        ("?route=default", vec![&d, &c, &a]),
        ("?group=nobody", vec![]),
        ("?client=nobody", vec![]),
        ("?route=nowhere&status=pending", vec![]),
        ("?group=&status=cancelled", vec![&c]),
    ] {
        assert_eq!(
            listed(&site, query).await.iter().collect::<Vec<_>>(),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_overlap() {
    let site = Site::still().await;
    for number in 0..7 {
        let kind = if number % 2 == 0 {
            "agent_action"
        } else {
            "evolution_step"
        };
        site.submit(json!({"type": kind, "data": {"prompt": "hi"}})).await;
    }
    for filter in ["", "&route=default"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let page = site
                .get(&format!("/api/tasks?limit=3{filter}&after={after}"))
                .await
                .ok(200);
            let tasks = page["tasks"].as_array().unwrap();
            assert!(tasks.len() <= 3);
            seen.extend(
                tasks
                    .iter()
                    .map(|task| ids::parse(task["task_id"].as_str().unwrap()).unwrap().0),
            );
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => break,
            }
        }
        assert_eq!(seen.len(), 7, "{filter}");
        assert!(seen.is_sorted_by(|one, next| one > next), "{filter}");
    }
}
