//! Whole answers, and what comes in their place.

use d8_core::message::Outcome;
use d8_emulator::{Counting, Dimension, FaultKind, Kind, Limit, Options, Provider, Tier};
use futures_util::future::join_all;

use super::door::answer;
use super::*;
use crate::server::chat::Orphans;
use crate::server::ids;

fn unlimited() -> Options {
    Options {
        tier: Tier::Unlimited,
        ..Options::default()
    }
}

/// So many requests in so many milliseconds, as the judge and as d8.toml have it.
fn quota(amount: u64, millis: i64) -> (Options, String) {
    let limit = Limit::each(
        Provider::Groq,
        Dimension::Requests,
        amount,
        millis * 1_000,
        Kind::Sliding,
    );
    let options = Options {
        tier: Tier::Custom(vec![limit]),
        // Who sends what is refused shall be found out.
        groq_counts: Counting {
            refused: true,
            ..Options::default().groq_counts
        },
        ..Options::default()
    };
    let toml = format!("[{{ requests = {amount}, per = \"{millis}ms\", kind = \"sliding\" }}]");
    (options, toml)
}

async fn by_hand() -> (Door, Hand) {
    Door::by_hand("[]", "", Orphans::default()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_comes_as_the_provider_gave_it_and_says_where_from() {
    let (door, _) = Door::emulated(unlimited(), "[]").await;
    let answer = door.ask(&chat("hello")).await;
    assert!(answer.text().contains(&d8_emulator::mark("hello")));
    // Groq's own field, which nobody here knows.
    assert!(answer.body["x_groq"]["id"].is_string(), "{}", answer.body);
    assert!(answer.header("x-d8-task-id").unwrap().starts_with("task_"));
    assert_eq!(answer.header("x-d8-target"), Some(format!("groq/{MODEL}").as_str()));
    let queued: u64 = answer.header("x-d8-queued-ms").unwrap().parse().unwrap();
    assert!(queued < 20_000);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-d8-error"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_may_be_a_route_an_accounts_model_or_none() {
    let (door, judge) = Door::emulated(unlimited(), "[]").await;
    for model in [Some("default"), Some("groq/llama-3.3-70b-versatile"), None] {
        let mut body = chat("hello");
        match model {
            Some(model) => body["model"] = json!(model),
            None => drop(body.as_object_mut().unwrap().remove("model")),
        }
        assert!(door.ask(&body).await.text().contains(&d8_emulator::mark("hello")));
    }
    assert_eq!(judge.score().totals.answered, 3);
}

#[tokio::test]
async fn an_unknown_model_is_404_with_the_name_that_may_be_meant() {
    let (door, _hand) = by_hand().await;
    let mut body = chat("hello");
    body["model"] = json!("llama-3.3-70b-versatil");
    let answer = door.ask(&body).await;
    assert_eq!((answer.status, answer.code()), (404, "model_not_found"));
    assert_eq!(answer.header("x-d8-error"), Some("model_not_found"));
    assert!(
        answer.body["error"]["message"]
            .as_str()
            .unwrap()
            .contains(&format!("`{MODEL}`"))
    );
}

#[tokio::test]
async fn a_request_that_is_none_is_400_and_names_its_field() {
    let (door, _hand) = by_hand().await;
    let answer = door
        .ask(&json!({"messages": [{"role": "wizard", "content": "x"}]}))
        .await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.body["error"]["param"], "messages[0].role");
    assert_eq!(answer.body["error"]["type"], "invalid_request_error");
    assert_eq!(answer.header("x-d8-error"), Some("invalid_request"));
    let answer = super::door::answer(door.post(&json!(7)).body("{")).await;
    assert_eq!((answer.status, answer.code()), (400, "invalid_json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_at_once_wait_for_three_periods_and_none_is_refused() {
    let (options, limits) = quota(34, 300);
    let (door, judge) = Door::emulated(options, &limits).await;
    let prompts: Vec<String> = (0..100).map(|number| format!("prompt {number}")).collect();
    let answers = join_all(prompts.iter().map(async |prompt| door.ask(&chat(prompt)).await)).await;
    for (answer, prompt) in answers.iter().zip(&prompts) {
        assert!(answer.text().contains(&d8_emulator::mark(prompt)), "{prompt}");
    }
    let totals = judge.score().totals;
    assert_eq!((totals.answered, totals.refused), (100, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_will_not_wait_is_told_when_to_come_again() {
    let (options, limits) = quota(1, 600_000);
    let (door, judge) = Door::emulated(options, &limits).await;
    door.ask(&chat("first")).await.text();
    let answer = answer(door.post(&chat("second")).header("x-d8-max-wait", "50ms")).await;
    assert_eq!((answer.status, answer.code()), (429, "d8_max_wait"));
    assert_eq!(answer.header("x-d8-error"), Some("d8_max_wait"));
    assert!(answer.header("x-d8-task-id").is_some());
    let again: u64 = answer.header("retry-after").unwrap().parse().unwrap();
    assert!((500..=610).contains(&again), "{again}");
    let message = answer.body["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("groq") && message.contains("1 request per"),
        "{message}"
    );
    let counts = door.app.handle.status().await.unwrap().tasks;
    assert_eq!((counts.pending, counts.cancelled), (0, 1));
    assert_eq!(judge.score().totals.refused, 0);
}

#[tokio::test]
async fn who_is_being_answered_is_not_sent_away() {
    let (door, mut hand) = by_hand().await;
    let request = door.post(&chat("slow")).header("x-d8-max-wait", "0");
    let asking = tokio::spawn(answer(request));
    let lease = hand.lease().await;
    tokio::time::sleep(Duration::from_millis(30)).await;
    hand.answer(&lease, &completion("here"));
    assert_eq!(asking.await.unwrap().text(), "here");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_provider_refuses_is_passed_on_as_its_own() {
    let (door, _) = Door::emulated(unlimited(), "[]").await;
    let mut body = chat("hello");
    body["n"] = json!(2);
    for stream in [false, true] {
        body["stream"] = json!(stream);
        let answer = door.ask(&body).await;
        assert_eq!(answer.status, 400, "{}", answer.body);
        assert_eq!(answer.body["error"]["type"], "invalid_request_error");
        assert!(answer.body["error"]["message"].as_str().unwrap().contains('n'));
        assert_eq!(answer.header("x-d8-error"), None);
        assert!(answer.header("x-d8-target").is_some());
    }
}

#[tokio::test]
async fn a_provider_that_fails_each_time_is_not_to_be_tried_again_by_the_sdk() {
    let (door, mut hand) = by_hand().await;
    let said = json!({"error": {"message": "out of order", "code": null}});
    for (outcome, status, want, code) in [
        (Outcome::Rejected, 0, 400, "unsupported"),
        (Outcome::Rejected, 500, 502, "provider_error"),
        (Outcome::Rejected, 422, 422, ""),
        (Outcome::TooLarge, 413, 413, ""),
    ] {
        let asking = tokio::spawn(answer(door.post(&chat("hello"))));
        let lease = hand.lease().await;
        hand.report(&lease, outcome, status, &said);
        let answer = asking.await.unwrap();
        assert_eq!((answer.status, answer.code()), (want, code), "{}", answer.body);
        assert!(
            answer.body["error"]["message"]
                .as_str()
                .unwrap()
                .contains("out of order")
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_is_tried_again_and_nobody_notices() {
    let (door, judge) = Door::emulated(unlimited(), "[]").await;
    judge.fail_next(FaultKind::ServerError, 1, None);
    assert!(
        door.ask(&chat("hello"))
            .await
            .text()
            .contains(&d8_emulator::mark("hello"))
    );
    assert_eq!(judge.score().totals.accepted, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_durable_request_is_stored_with_its_answer() {
    let (door, _) = Door::emulated(unlimited(), "[]").await;
    let request = door.post(&chat("hello")).header("x-d8-durable", "true");
    let answer = answer(request.header("x-d8-priority", "8").header("x-d8-client", "nightly")).await;
    let id = ids::parse(answer.header("x-d8-task-id").unwrap()).unwrap();
    let task = door.app.task(id).await.unwrap();
    assert_eq!(task.status, "completed");
    assert_eq!((task.priority, task.client.as_str(), task.group), (8, "nightly", None));
    let stored: Value = serde_json::from_str(task.result.unwrap().get()).unwrap();
    assert_eq!(stored, answer.body);
}

#[tokio::test]
async fn a_full_queue_says_so() {
    let (door, _hand) = Door::by_hand(
        "[{ requests = 0, per = \"1d\" }]",
        "[server]\nmax_pending = 1",
        Orphans::default(),
    )
    .await;
    let _first = tokio::spawn(door.post(&chat("first")).send());
    while door.app.handle.status().await.unwrap().tasks.pending == 0 {}
    for body in [chat("second"), streamed("second")] {
        for durable in ["false", "true"] {
            let answer = answer(door.post(&body).header("x-d8-durable", durable)).await;
            assert_eq!((answer.status, answer.code()), (429, "queue_full"));
            assert!(answer.header("retry-after").is_some());
            assert_eq!(answer.header("x-d8-error"), Some("queue_full"));
        }
    }
}

#[tokio::test]
async fn a_task_that_somebody_cancels_ends_its_request() {
    let (door, mut hand) = by_hand().await;
    let asking = tokio::spawn(answer(door.post(&chat("hello"))));
    let lease = hand.lease().await;
    door.app.handle.cancel(vec![lease.task]).unwrap();
    let answer = asking.await.unwrap();
    assert_eq!((answer.status, answer.code()), (409, "cancelled"));
    assert_eq!(answer.header("x-should-retry"), Some("false"));
}

#[tokio::test]
async fn who_waits_when_the_server_stops_is_told() {
    let (door, _hand) = Door::by_hand("[{ requests = 0, per = \"1d\" }]", "", Orphans::default()).await;
    let asking = [chat("plain"), streamed("in pieces")].map(|body| tokio::spawn(answer(door.post(&body))));
    while door.app.handle.status().await.unwrap().tasks.pending < 2 {}
    door.app.shutdown.cancel();
    for asking in asking {
        let answer = asking.await.unwrap();
        assert_eq!((answer.status, answer.code()), (503, "stopped"));
        assert!(answer.header("retry-after").is_some());
    }
}
