//! Clients that hang up, and come again.

use d8_emulator::{Delay, Latency, Options, Tier};

use super::door::answer;
use super::*;
use crate::server::chat::Orphans;

/// Sends a request and hangs up once it is being worked on.
async fn hang_up(door: &Door, hand: &mut Hand, body: &Value) -> d8_core::message::Lease {
    let asking = tokio::spawn(door.post(body).send());
    let lease = hand.lease().await;
    let before = door.app.orphans.count();
    asking.abort();
    until("the request lives on", || door.app.orphans.count() > before).await;
    lease
}

fn resent(door: &Door, body: &Value) -> reqwest::RequestBuilder {
    door.post(body).header("x-stainless-retry-count", "1")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resend_gets_the_answer_of_the_first_and_the_provider_is_asked_once() {
    let options = Options {
        tier: Tier::Unlimited,
        latency: Latency {
            first_token: Delay::fixed(Duration::from_millis(150)),
            ..Latency::default()
        },
        ..Options::default()
    };
    let (door, judge) = Door::emulated(options, "[]").await;
    let asking = tokio::spawn(door.post(&chat("hello")).send());
    until("it is asked", || judge.score().totals.accepted == 1).await;
    asking.abort();
    until("the request lives on", || door.app.orphans.count() == 1).await;
    let answer = answer(resent(&door, &chat("hello"))).await;
    assert!(answer.text().contains(&d8_emulator::mark("hello")));
    assert_eq!(judge.score().totals.accepted, 1);
    assert_eq!(door.app.orphans.count(), 0);
}

#[tokio::test]
async fn an_answer_that_came_meanwhile_is_kept() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let lease = hang_up(&door, &mut hand, &chat("hello")).await;
    hand.answer(&lease, &completion("here"));
    until("it has ended", || !door.app.handle.audience.has_watcher(lease.task)).await;
    let answer = answer(resent(&door, &chat("hello"))).await;
    assert_eq!(answer.text(), "here");
    assert_eq!(
        answer.header("x-d8-task-id"),
        Some(crate::server::ids::shown(lease.task).as_str())
    );
    assert!(answer.header("x-d8-target").is_some());
    assert!(hand.is_idle());
}

#[tokio::test]
async fn only_the_same_request_of_the_same_client_is_the_same() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let first = hang_up(&door, &mut hand, &chat("hello")).await;
    let others = [
        door.post(&chat("hello")),
        resent(&door, &chat("another")),
        resent(&door, &chat("hello")).header("authorization", "Bearer test-key-2"),
        resent(&door, &chat("hello")).header("x-d8-client", "another"),
    ];
    for other in others {
        let asking = tokio::spawn(answer(other));
        let lease = hand.lease().await;
        assert_ne!(lease.task, first.task);
        hand.answer(&lease, &completion("of its own"));
        assert_eq!(asking.await.unwrap().text(), "of its own");
    }
    let asking = tokio::spawn(answer(resent(&door, &chat("hello"))));
    until("it is joined", || door.app.orphans.count() == 0).await;
    hand.answer(&first, &completion("of the first"));
    assert_eq!(asking.await.unwrap().text(), "of the first");
}

#[tokio::test]
async fn two_that_are_the_same_are_two() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::default()).await;
    let first = hang_up(&door, &mut hand, &chat("hello")).await;
    let second = hang_up(&door, &mut hand, &chat("hello")).await;
    let asking = [1, 2].map(|_| tokio::spawn(answer(resent(&door, &chat("hello")))));
    hand.answer(&first, &completion("one"));
    hand.answer(&second, &completion("two"));
    let mut texts = Vec::new();
    for asking in asking {
        texts.push(asking.await.unwrap().text().to_owned());
    }
    texts.sort();
    assert_eq!(texts, ["one", "two"]);
    assert!(hand.is_idle());
}

#[tokio::test]
async fn who_does_not_come_again_in_time_is_cancelled() {
    let (door, mut hand) = Door::by_hand("[]", "", Orphans::living(Duration::from_millis(40))).await;
    for _ in 0..2 {
        let asking = tokio::spawn(door.post(&chat("hello")).send());
        let lease = hand.lease().await;
        asking.abort();
        assert_eq!(hand.stopped().await, lease.task);
        assert_eq!(door.app.orphans.count(), 0);
    }
    let asking = tokio::spawn(answer(resent(&door, &chat("hello"))));
    let lease = hand.lease().await;
    hand.answer(&lease, &completion("anew"));
    assert_eq!(asking.await.unwrap().text(), "anew");
}
