//! Tasks that are really worked on, by an emulated provider.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::any;
use d8_emulator::{FaultKind, Provider};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::{Site, soon};
use crate::server::callbacks;

async fn ended(site: &Site, task: &str) -> Value {
    soon(site.get(&format!("/api/tasks/{task}?wait=60"))).await.ok(200)
}

#[tokio::test]
async fn a_task_is_done_and_its_answer_is_there() {
    let (emulator, site) = Site::working("").await;
    let task = site
        .submit(json!({"prompt": "hi", "group": "g", "max_tokens": 5}))
        .await;
    let done = ended(&site, &task).await;
    assert_eq!(done["status"], "completed");
    assert!(done["result"]["choices"][0]["message"]["content"].is_string(), "{done}");
    assert_eq!(done["attempts"][0]["outcome"], "answered");
    assert_eq!(done["wait"], Value::Null);
    assert_eq!(emulator.score().totals.accepted, 1);
    let group = soon(site.get("/api/groups/g?wait=60")).await.ok(200);
    assert_eq!((&group["completed"], &group["total"]), (&json!(1), &json!(1)));
    for (verb, code) in [("cancel", "already_ended"), ("retry", "already_completed")] {
        site.post(&format!("/api/tasks/{task}/{verb}"), json!({}))
            .await
            .refused(409, code);
    }
}

#[tokio::test]
async fn a_key_that_comes_again_gives_the_answer_and_sends_nothing() {
    let (emulator, site) = Site::working("").await;
    let task = json!({"prompt": "hi", "idempotency_key": "k"});
    let id = site.submit(task.clone()).await;
    ended(&site, &id).await;
    let again = site.post("/api/tasks", task).await.ok(200);
    assert!(again["result"]["choices"].is_array(), "{again}");
    assert_eq!(emulator.score().totals.accepted, 1);
}

#[tokio::test]
async fn a_failed_task_is_tried_again() {
    let (emulator, site) = Site::working("").await;
    emulator.fail_next(FaultKind::ServerError, 1, Some(Provider::Groq));
    let task = site.submit(json!({"prompt": "hi", "max_attempts": 1})).await;
    let failed = ended(&site, &task).await;
    assert_eq!(
        (&failed["status"], &failed["error"]["code"]),
        (&json!("failed"), &json!("attempts_exhausted"))
    );
    let of_failed = json!({"filter": {"status": "failed"}});
    assert_eq!(
        site.post("/api/tasks/retry", of_failed).await.ok(200),
        json!({"count": 1})
    );
    let done = ended(&site, &task).await;
    assert_eq!((&done["status"], &done["error"]), (&json!("completed"), &Value::Null));
    assert_eq!(done["attempts"].as_array().unwrap().len(), 2);
}

/// A receiver of callbacks: its URL, and what came.
async fn receiver() -> (String, mpsc::UnboundedReceiver<(String, Value)>) {
    let (told, heard) = mpsc::unbounded_channel();
    let told = Arc::new(told);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let hear = any(move |request: Request<Body>| {
        let told = told.clone();
        async move {
            let id = request.headers()["webhook-id"].to_str().unwrap().to_owned();
            let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap();
            told.send((id, serde_json::from_slice(&body).unwrap())).unwrap();
        }
    });
    tokio::spawn(async move { axum::serve(listener, Router::new().route("/hook", hear)).await });
    (url, heard)
}

#[tokio::test]
async fn whoever_wants_to_be_told_hears_the_task_s_end() {
    let (_emulator, mut site) = Site::working("[server]\nallow_private_callbacks = true").await;
    let (url, mut heard) = receiver().await;
    let (_, none) = mpsc::unbounded_channel();
    let due = std::mem::replace(&mut site.opened.callbacks, none);
    let deliveries = callbacks::start(&site.app, due, site.folder.path()).unwrap();
    let task = site
        .submit(json!({"prompt": "hi", "callback": url, "metadata": {"n": 1}}))
        .await;
    site.say("nobody is told of this").await;
    let (_, body) = soon(heard.recv()).await.unwrap();
    assert_eq!(
        (&body["task_id"], &body["status"], &body["metadata"]["n"]),
        (&json!(task), &json!("completed"), &json!(1))
    );
    assert!(body["result"]["choices"].is_array());
    site.app.shutdown.cancel();
    soon(deliveries.ended()).await;
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn an_end_that_was_not_told_is_told_after_the_next_start() {
    let site = Site::with("[server]\nallow_private_callbacks = true").await;
    let (url, mut heard) = receiver().await;
    let task = site.submit(json!({"prompt": "hi", "callback": url})).await;
    site.post(&format!("/api/tasks/{task}/cancel"), json!({})).await.ok(200);
    let mut site = site.again().await;
    let (_, none) = mpsc::unbounded_channel();
    let due = std::mem::replace(&mut site.opened.callbacks, none);
    callbacks::start(&site.app, due, site.folder.path()).unwrap();
    let (_, body) = soon(heard.recv()).await.unwrap();
    assert_eq!((&body["task_id"], &body["status"]), (&json!(task), &json!("cancelled")));
}
