//! D8's own headers.

use super::door::answer;
use super::*;
use crate::server::chat::Orphans;

#[tokio::test]
async fn a_header_that_cannot_be_read_is_400_and_named() {
    let (door, _hand) = Door::by_hand("[]", "", Orphans::default()).await;
    for (name, value) in [
        ("x-d8-max-wait", "soon"),
        ("x-d8-priority", "11"),
        ("x-d8-durable", "maybe"),
    ] {
        let answer = answer(door.post(&chat("hello")).header(name, value)).await;
        assert_eq!((answer.status, answer.code()), (400, "invalid_header"), "{name}");
        assert!(answer.body["error"]["message"].as_str().unwrap().contains(name));
        assert_eq!(answer.header("x-d8-error"), Some("invalid_header"));
    }
}

#[tokio::test]
async fn a_higher_priority_goes_first() {
    let (door, mut hand) = Door::by_hand("[]\nconcurrency = 1", "", Orphans::default()).await;
    let _first = tokio::spawn(door.post(&chat("first")).send());
    let lease = hand.lease().await;
    let mut asking = Vec::new();
    for (count, priority) in [(1, "1"), (2, "9")] {
        asking.push(tokio::spawn(
            door.post(&chat(priority)).header("x-d8-priority", priority).send(),
        ));
        while door.app.handle.status().await.unwrap().tasks.pending < count {}
    }
    hand.answer(&lease, &completion("first"));
    let lease = hand.lease().await;
    hand.answer(&lease, &completion("second"));
    let answered = asking.pop().unwrap().await.unwrap().unwrap();
    assert_eq!(Answer::of(answered).await.text(), "second");
}
