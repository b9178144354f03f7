//! A worker and an orchestrator that goes, comes back, says no and changes its mind.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use d8_emulator::{Emulator, FaultKind};
use secrecy::SecretString;
use serde_json::Value;
use serde_json::value::RawValue;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::stand_in::{Seen, StandIn};
use super::*;
use crate::cli::{NOT_STARTED, PARTLY};
use crate::config::Account;
use crate::protocol::{AttemptName, Job, Outcome, VERSION, WorkReport};
use crate::worker::test_provider::{emulated, event, scripted};

const MODEL: &str = "llama-3.3-70b-versatile";
const FIRST: &str = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"he"},"finish_reason":null}]}"#;
const LAST: &str = r#"{"id":"c","choices":[{"index":0,"delta":{"content":"llo"},"finish_reason":"stop"}]}"#;

/// A worker at work, and the orchestrator it works for.
struct Scene {
    orchestrator: StandIn,
    seen: mpsc::UnboundedReceiver<Seen>,
    ending: Ending,
    worker: JoinHandle<Result<(), Failure>>,
}

impl Scene {
    fn begin(account: &Account) -> Self {
        Self::of("groq-1", account)
    }

    fn of(id: &str, account: &Account) -> Self {
        let (orchestrator, seen) = StandIn::start();
        let ending = Ending::default();
        let url = format!("http://d8:to%2Dken@{}", orchestrator.address);
        let worker = RemoteWorker {
            address: Address::parse(&SecretString::from(url), None).unwrap(),
            id: id.to_owned(),
            kind: "groq".to_owned(),
            introduction: Introduction {
                protocol: VERSION,
                incarnation: new_incarnation().unwrap(),
                provider: "groq".to_owned(),
                base_url: account.base_url.clone(),
                fingerprint: "0".repeat(16),
                account: None,
                tier: None,
                models: Vec::new(),
                slots: 2,
                attempts: None,
            },
            provider: Provider::new(account, 1).unwrap(),
            pace: Pace {
                least_wait: Duration::from_millis(5),
                most_wait: Duration::from_millis(50),
                drain: Duration::from_millis(300),
                ..Pace::default()
            },
        };
        let worker = tokio::spawn(worker.work(ending.clone()));
        Self {
            orchestrator,
            seen,
            ending,
            worker,
        }
    }

    /// The next thing that is one.
    async fn next<T>(&mut self, is_one: impl Fn(Seen) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(found) = is_one(self.seen.recv().await.unwrap()) {
                    return found;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.unwrap()
    }

    async fn incarnation(&mut self) -> String {
        let of = |seen| match seen {
            Seen::Registered(registration, _) => registration.d8,
            _ => None,
        };
        self.next(of).await.incarnation
    }

    async fn report(&mut self) -> WorkReport {
        let of = |seen| match seen {
            Seen::Report(report) => Some(report),
            _ => None,
        };
        self.next(of).await
    }

    async fn chunk(&mut self) -> Value {
        let of = |seen| match seen {
            Seen::Chunk(chunk) => Some(chunk),
            Seen::Report(report) => panic!("no chunk but {report:?}"),
            _ => None,
        };
        serde_json::from_slice(&self.next(of).await).unwrap()
    }

    async fn at_work(&mut self, task: &str) {
        let of = |seen| match seen {
            Seen::Beat(beat) => beat.attempts.iter().any(|name| name.task_id == task).then_some(()),
            _ => None,
        };
        self.next(of).await;
    }

    /// Ends it, and says how it ended.
    async fn end(mut self) -> Result<(), Failure> {
        self.ending.drain.cancel();
        let of = |seen| match seen {
            Seen::Unregistered(words) => Some(words),
            _ => None,
        };
        assert!(self.next(of).await["incarnation"].is_string());
        self.worker.await.unwrap()
    }
}

fn job(task: &str, stream: bool) -> Job {
    let request = r#"{"messages":[{"role":"user","content":"say something"}],"max_tokens":16}"#;
    Job {
        task_id: task.to_owned(),
        attempt: 1,
        model: MODEL.to_owned(),
        send_within_ms: 60_000,
        stream,
        request: RawValue::from_string(request.to_owned()).unwrap(),
    }
}

fn name(task: &str) -> AttemptName {
    AttemptName {
        task_id: task.to_owned(),
        attempt: 1,
    }
}

fn body(report: &WorkReport) -> Value {
    serde_json::from_str(report.body.as_ref().unwrap().get()).unwrap()
}

fn accepted(provider: &Emulator) -> u64 {
    provider.score().totals.accepted
}

#[tokio::test]
async fn it_registers_works_reports_and_says_goodbye() {
    let (provider, account) = emulated().await;
    let mut scene = Scene::begin(&account);
    let of = |seen| match seen {
        Seen::Registered(registration, authorization) => Some((registration, authorization)),
        _ => None,
    };
    let (registration, authorization) = scene.next(of).await;
    assert_eq!(registration.d8.unwrap().slots, 2);
    assert!(authorization.unwrap().starts_with("Basic "));
    scene.orchestrator.hand_out(job("a/b", false));
    let report = scene.report().await;
    assert_eq!(
        (report.task_id.as_str(), report.attempt, report.status),
        ("a/b", 1, 200)
    );
    assert!(matches!(report.outcome, Outcome::Answered { usage: Some(_) }));
    assert!(report.sent_ms_ago.is_some() && report.date.is_some());
    assert_eq!(body(&report)["object"], "chat.completion");
    scene.end().await.unwrap();
    assert_eq!(accepted(&provider), 1);
}

#[tokio::test]
async fn an_answer_that_came_while_the_orchestrator_was_away_gets_there() {
    let (script, account) = scripted().await;
    let mut scene = Scene::begin(&account);
    let incarnation = scene.incarnation().await;
    scene.orchestrator.hand_out(job("1", false));
    scene.at_work("1").await;
    scene.orchestrator.go();
    script
        .send(r#"{"id":"c","choices":[{"index":0,"message":{}}]}"#.to_owned())
        .unwrap();
    drop(script);
    scene.orchestrator.come();
    assert_eq!(scene.incarnation().await, incarnation, "it is the same life");
    let report = scene.report().await;
    assert!(matches!(report.outcome, Outcome::Answered { .. }));
    scene.end().await.unwrap();
}

#[tokio::test]
async fn a_stream_that_loses_the_orchestrator_ends_and_is_reported_when_it_is_back() {
    let (script, account) = scripted().await;
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(job("1", true));
    script.send(event(FIRST)).unwrap();
    scene.chunk().await;
    scene.orchestrator.go();
    // The connection to the provider is dropped.
    script.closed().await;
    scene.orchestrator.come();
    assert_eq!(scene.report().await.outcome, Outcome::Cut);
    scene.end().await.unwrap();
}

#[tokio::test]
async fn a_report_is_sent_again_until_it_is_answered() {
    let (provider, account) = emulated().await;
    let mut scene = Scene::begin(&account);
    scene.orchestrator.answer_reports(&[503, 500]);
    scene.orchestrator.hand_out(job("1", false));
    for _ in 0..3 {
        assert_eq!(scene.report().await.task_id, "1");
    }
    scene.orchestrator.hand_out(job("2", false));
    assert_eq!(scene.report().await.task_id, "2");
    scene.end().await.unwrap();
    assert_eq!(accepted(&provider), 2, "work was done again");
}

#[tokio::test]
async fn a_report_that_is_refused_is_dropped() {
    let (_, account) = emulated().await;
    let mut scene = Scene::begin(&account);
    // The second time by one that surely knows the worker.
    scene.orchestrator.answer_reports(&[409, 409]);
    scene.orchestrator.hand_out(job("1", false));
    assert_eq!(scene.report().await.task_id, "1");
    assert_eq!(scene.report().await.task_id, "1");
    scene.orchestrator.hand_out(job("2", false));
    assert_eq!(scene.report().await.task_id, "2");
    scene.end().await.unwrap();
}

#[tokio::test]
async fn a_cancelled_job_stops() {
    let (provider, account) = emulated().await;
    provider.fail_next(FaultKind::Hang, 1, None);
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(job("1", false));
    scene.at_work("1").await;
    scene.orchestrator.cancel(name("1"));
    let report = scene.report().await;
    assert!(matches!(
        report.outcome,
        Outcome::Fault { sent: true } | Outcome::GivenBack
    ));
    scene.end().await.unwrap();
}

#[tokio::test]
async fn chunks_are_passed_on_as_they_come() {
    let (script, account) = scripted().await;
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(job("1", true));
    script.send(event(FIRST)).unwrap();
    assert_eq!(scene.chunk().await["choices"][0]["delta"]["content"], "he");
    script.send(event(LAST)).unwrap();
    assert_eq!(scene.chunk().await["choices"][0]["delta"]["content"], "llo");
    script.send(event("[DONE]")).unwrap();
    let ended = |seen| match seen {
        Seen::ChunksEnded => Some(()),
        Seen::Report(_) => panic!("the report came before the end of the chunks"),
        _ => None,
    };
    scene.next(ended).await;
    assert_eq!(body(&scene.report().await)["choices"][0]["message"]["content"], "hello");
    scene.end().await.unwrap();
}

#[tokio::test]
async fn a_stream_that_nobody_hears_is_ended_and_not_begun_again() {
    let (script, account) = scripted().await;
    let mut scene = Scene::begin(&account);
    scene.orchestrator.stop_listening();
    scene.orchestrator.hand_out(job("1", true));
    script.send(event(FIRST)).unwrap();
    scene.chunk().await;
    assert_eq!(scene.report().await.outcome, Outcome::Cut);
    script.closed().await;
    scene.end().await.unwrap();
}

#[tokio::test]
async fn what_comes_too_late_is_given_back_unsent() {
    let (provider, account) = emulated().await;
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(Job {
        send_within_ms: 0,
        ..job("1", false)
    });
    let report = scene.report().await;
    assert_eq!((report.outcome, report.sent_ms_ago), (Outcome::GivenBack, None));
    scene.end().await.unwrap();
    assert_eq!(accepted(&provider), 0);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_stopped_and_reported() {
    let (provider, account) = emulated().await;
    provider.fail_next(FaultKind::Hang, 1, None);
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(job("1", false));
    scene.at_work("1").await;
    scene.ending.drain.cancel();
    assert_eq!(scene.report().await.outcome, Outcome::Fault { sent: true });
    scene.end().await.unwrap();
}

#[tokio::test]
async fn the_second_signal_ends_it_at_once() {
    let (provider, account) = emulated().await;
    provider.fail_next(FaultKind::Hang, 1, None);
    let mut scene = Scene::begin(&account);
    scene.orchestrator.hand_out(job("1", false));
    scene.at_work("1").await;
    scene.ending.drain.cancel();
    scene.ending.now.cancel();
    scene.worker.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_is_not_let_in_is_told_why() {
    let (_, account) = emulated().await;
    let scene = Scene::of("stranger", &account);
    let failure = scene.worker.await.unwrap().unwrap_err();
    assert_eq!(failure.code, NOT_STARTED);
    assert!(failure.message.contains("a token is needed"), "{failure:?}");
    assert!(!format!("{failure:?}").contains("ken@"), "{failure:?}");
    assert_ne!(failure.code, PARTLY);
}
