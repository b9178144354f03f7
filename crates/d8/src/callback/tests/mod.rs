//! Deliveries as their receivers see them.

#![allow(clippy::unwrap_used, clippy::panic)]

mod receiver;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use d8_core::id::TaskId;
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::agenda::Told;
use super::courier::{Courier, Parcel};
use super::deliveries::{Deliveries, Message, Settings};
use super::reply::Outcome;
use super::resolver::SystemResolver;
use super::signature::verify;
use super::url::CallbackUrl;
use receiver::{Receiver, hold_time, names, secret, silence, status, tell};

const TASK: TaskId = TaskId(42);
const BODY: &[u8] = br#"{"task_id":"42","status":"completed"}"#;

fn message(url: &str) -> Message {
    Message {
        url: url.to_owned(),
        body: Bytes::from_static(BODY),
    }
}

fn parcel(url: &str, allow_private: bool) -> Parcel {
    Parcel {
        task: TASK,
        url: CallbackUrl::parse(url, allow_private).unwrap(),
        body: Bytes::from_static(BODY),
    }
}

fn given_up(told: Told) -> String {
    match told {
        Told::GivenUp(why) => why,
        Told::Delivered => panic!("it was delivered"),
    }
}

fn failed(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed { why, .. } => why,
        other => panic!("{other:?}"),
    }
}

/// Tells one task of one receiver until the end.
async fn end_with(receiver: &Receiver) -> Told {
    let (secret, _folder) = secret();
    let url = receiver.url("127.0.0.1");
    let mut telling = tell(Courier::new(secret, Arc::new(SystemResolver), true), move |_| {
        Some(message(&url))
    });
    telling.handle.due(TASK);
    let (task, told) = telling.told.recv().await.unwrap();
    assert_eq!(task, TASK);
    told
}

#[tokio::test(start_paused = true)]
async fn a_receiver_gets_a_signed_message() {
    let receiver = Receiver::start(vec![status(204, None)]).await;
    let (secret, _folder) = secret();
    let outcome = {
        let _still = hold_time();
        let courier = Courier::new(secret.clone(), names([("hook.test", "127.0.0.1")]), true);
        courier.carry(parcel(&receiver.url("hook.test"), true)).await
    };
    assert_eq!(outcome, Outcome::Taken);
    let arrived = &receiver.arrived()[0];
    assert_eq!((arrived.method.as_str(), arrived.path.as_str()), ("POST", "/hook"));
    assert_eq!(arrived.header("content-type"), "application/json");
    assert_eq!(arrived.header("webhook-id"), "42");
    assert!(arrived.header("host").starts_with("hook.test:"));
    let genuine = verify(
        &secret,
        arrived.header("webhook-id"),
        arrived.header("webhook-timestamp"),
        arrived.header("webhook-signature"),
        &arrived.body,
        SystemTime::now(),
    );
    assert_eq!(genuine, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_always_fails_is_tried_nine_times_and_given_up() {
    let receiver = Receiver::start(vec![status(500, None)]).await;
    let why = given_up(end_with(&receiver).await);
    assert_eq!(why, "127.0.0.1 answered 500, at the last of 9 attempts");
    let gaps = receiver.gaps();
    let planned = [5, 30, 120, 600, 3_600, 10_800, 21_600, 43_200];
    assert_eq!(gaps.len(), planned.len(), "{gaps:?}");
    for (gap, planned) in gaps.into_iter().zip(planned) {
        assert!((planned * 9 / 10..=planned * 11 / 10).contains(&gap), "{gap} {planned}");
    }
    let ids: Vec<String> = receiver
        .arrived()
        .iter()
        .map(|arrived| arrived.header("webhook-id").to_owned())
        .collect();
    assert!(ids.iter().all(|id| id == "42"), "{ids:?}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_recovers_is_told() {
    let receiver = Receiver::start(vec![status(503, None), status(404, None), status(200, None)]).await;
    assert_eq!(end_with(&receiver).await, Told::Delivered);
    assert_eq!(receiver.arrived().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_is_gone_is_not_asked_again() {
    let receiver = Receiver::start(vec![status(410, None)]).await;
    assert!(given_up(end_with(&receiver).await).contains("410"));
    assert_eq!(receiver.arrived().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_asks_for_patience_gets_it() {
    let answers = vec![status(429, Some(("retry-after", "7200"))), status(200, None)];
    let receiver = Receiver::start(answers).await;
    assert_eq!(end_with(&receiver).await, Told::Delivered);
    assert_eq!(receiver.gaps(), [7200]);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let answers = vec![status(307, Some(("location", "/elsewhere"))), status(200, None)];
    let receiver = Receiver::start(answers).await;
    assert_eq!(end_with(&receiver).await, Told::Delivered);
    let paths: Vec<String> = receiver.arrived().into_iter().map(|arrived| arrived.path).collect();
    assert_eq!(paths, ["/hook", "/hook"]);
    assert!(receiver.gaps()[0] >= 4);
}

#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_called() {
    let receiver = Receiver::start(vec![status(200, None)]).await;
    let (secret, _folder) = secret();
    let courier = Courier::new(secret, names([("hook.test", "127.0.0.1")]), false);
    let why = failed(courier.carry(parcel(&receiver.url("hook.test"), false)).await);
    assert!(
        why.contains("leads to 127.0.0.1, this machine itself") && !why.contains("test-key-1"),
        "{why}"
    );
    let nowhere = failed(courier.carry(parcel("http://other.test/", false)).await);
    assert!(nowhere.contains("leads nowhere"), "{nowhere}");
    assert_eq!(receiver.arrived().len(), 0);
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_a_failure_in_words() {
    let receiver = Receiver::start(vec![status(200, None)]).await;
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?key=test-key-1", free.local_addr().unwrap());
    drop(free);
    let (secret, _folder) = secret();
    let courier = Courier::new(secret, Arc::new(SystemResolver), true);
    let why = failed(courier.carry(parcel(&url, true)).await);
    assert!(why.starts_with("127.0.0.1 cannot be reached: "), "{why}");
    assert!(!why.contains("hook"), "{why}");
    // One that cannot be reached is in nobody else's way.
    let outcome = courier.carry(parcel(&receiver.url("127.0.0.1"), true)).await;
    assert_eq!(outcome, Outcome::Taken);
}

#[tokio::test]
async fn a_url_that_is_no_longer_allowed_is_given_up_without_a_call() {
    let receiver = Receiver::start(vec![status(200, None)]).await;
    let (secret, _folder) = secret();
    let url = receiver.url("127.0.0.1");
    let (tell, mut told) = mpsc::unbounded_channel();
    let handle = Deliveries::start(
        Settings::new(secret, CancellationToken::new()),
        move |_| {
            let message = message(&url);
            async { Some(message) }.boxed()
        },
        move |_, end| drop(tell.send(end)),
    );
    handle.due(TASK);
    let why = given_up(told.recv().await.unwrap());
    assert!(why.contains("this machine itself"), "{why}");
    assert_eq!(receiver.arrived().len(), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_not_read() {
    let (dropped, seen) = oneshot::channel::<Infallible>();
    let dropped = std::sync::Mutex::new(Some(dropped));
    let endless = Box::new(move || {
        let dropped = dropped.lock().unwrap().take();
        let pieces = futures_util::stream::repeat_with(move || {
            let _held = &dropped;
            Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 65_536]))
        });
        let response = Response::new(Body::from_stream(pieces));
        async { response }.boxed()
    });
    let receiver = Receiver::start(vec![endless]).await;
    let (secret, _folder) = secret();
    let courier = Courier::new(secret, Arc::new(SystemResolver), true);
    let outcome = courier.carry(parcel(&receiver.url("127.0.0.1"), true)).await;
    assert_eq!(outcome, Outcome::Taken);
    // The receiver notices that nobody listens, and drops what it was sending.
    assert!(seen.await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_never_answers_is_left_after_fifteen_seconds() {
    let _still = hold_time();
    let (called, mut calls) = mpsc::unbounded_channel();
    let never = Box::new(move || {
        called.send(()).unwrap();
        futures_util::future::pending().boxed()
    });
    let receiver = Receiver::start(vec![never]).await;
    let (secret, _folder) = secret();
    let url = receiver.url("127.0.0.1");
    let carried = tokio::spawn(async move {
        let courier = Courier::new(secret, Arc::new(SystemResolver), true);
        courier.carry(parcel(&url, true)).await
    });
    calls.recv().await.unwrap();
    tokio::time::advance(Duration::from_secs(15)).await;
    let why = failed(carried.await.unwrap());
    assert_eq!(why, "127.0.0.1 did not answer within 15 s");
}

#[tokio::test(start_paused = true)]
async fn a_silent_receiver_holds_up_nobody_else_and_no_shutdown() {
    let _still = hold_time();
    let silent = Receiver::start(vec![silence()]).await;
    let quick = Receiver::start(vec![status(200, None)]).await;
    let (secret, _folder) = secret();
    let resolver = names([("silent.test", "127.0.0.1"), ("quick.test", "127.0.0.1")]);
    let (to_silent, to_quick) = (silent.url("silent.test"), quick.url("quick.test"));
    let mut telling = tell(Courier::new(secret, resolver, true), move |task| {
        Some(message(if task.0 < 30 { &to_silent } else { &to_quick }))
    });
    for task in 0..60 {
        telling.handle.due(TaskId(task));
    }
    for _ in 30..60 {
        let (task, told) = telling.told.recv().await.unwrap();
        assert!(task.0 >= 30);
        assert_eq!(told, Told::Delivered);
    }
    assert!(silent.arrived().len() <= 4);
    telling.shutdown.cancel();
    telling.handle.ended().await;
    telling.handle.due(TASK);
    assert_eq!(telling.told.recv().await, None, "nothing is told after the shutdown");
}

#[tokio::test]
async fn a_task_without_anything_to_tell_is_forgotten() {
    let receiver = Receiver::start(vec![status(200, None)]).await;
    let (secret, _folder) = secret();
    let url = receiver.url("127.0.0.1");
    let courier = Courier::new(secret, Arc::new(SystemResolver), true);
    let mut telling = tell(courier, move |task| (task != TASK).then(|| message(&url)));
    telling.handle.due(TASK);
    telling.handle.due(TaskId(43));
    assert_eq!(telling.told.recv().await, Some((TaskId(43), Told::Delivered)));
    // With nothing left to tell and nobody to say that anything is due, it ends by itself.
    drop(telling.handle);
    assert_eq!(telling.told.recv().await, None);
}
