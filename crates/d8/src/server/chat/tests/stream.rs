//! Answers in pieces.

use d8_core::message::Outcome;
use d8_emulator::{FaultKind, Options, Tier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::hand::piece;
use super::*;
use crate::server::chat::Orphans;

async fn by_hand() -> (Door, Hand) {
    Door::by_hand("[]", "", Orphans::default()).await
}

/// What the stream's events say, in order.
fn events(text: &str) -> Vec<&str> {
    let blocks = text.split("\n\n").filter(|block| !block.is_empty());
    blocks
        .map(|block| block.strip_prefix("data: ").unwrap_or_else(|| panic!("{block:?}")))
        .collect()
}

fn text_of(events: &[&str]) -> String {
    let chunks = events
        .iter()
        .filter_map(|event| serde_json::from_str::<Value>(event).ok());
    let texts = chunks.filter_map(|chunk| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned));
    texts.collect()
}

async fn next(reply: &mut Reply) -> String {
    let bytes = tokio::time::timeout(Duration::from_secs(20), reply.chunk()).await;
    String::from_utf8(bytes.unwrap().unwrap().expect("the stream has ended").to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_is_the_providers_and_ends_as_openais_do() {
    let options = Options {
        tier: Tier::Unlimited,
        ..Options::default()
    };
    let (door, _) = Door::emulated(options, "[]").await;
    for wants_usage in [false, true] {
        let mut body = streamed("hello");
        body["stream_options"] = json!({"include_usage": wants_usage});
        let reply = door.post(&body).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), 200);
        assert!(
            reply.headers()["content-type"]
                .to_str()
                .unwrap()
                .starts_with("text/event-stream")
        );
        assert_eq!(reply.headers()["x-d8-target"], format!("groq/{MODEL}"));
        assert!(reply.headers().contains_key("x-d8-task-id") && reply.headers().contains_key("x-d8-queued-ms"));
        let text = reply.text().await.unwrap();
        let events = events(&text);
        assert_eq!(events.last(), Some(&"[DONE]"));
        assert!(text_of(&events).contains(&d8_emulator::mark("hello")));
        let usages = events
            .iter()
            .filter_map(|event| serde_json::from_str::<Value>(event).ok());
        let usages = usages.filter(|chunk| chunk["choices"] == json!([]) && chunk["usage"].is_object());
        assert_eq!(usages.count(), usize::from(wants_usage));
    }
}

#[tokio::test]
async fn each_piece_is_passed_on_before_the_next_one_comes() {
    let (door, mut hand) = by_hand().await;
    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let lease = hand.lease().await;
    let sink = hand.sink(&lease);
    sink.send(piece("he")).await.unwrap();
    // The headers came with it.
    let mut reply = asking.await.unwrap().unwrap();
    assert_eq!(text_of(&events(&next(&mut reply).await)), "he");
    sink.send(piece("llo")).await.unwrap();
    assert_eq!(text_of(&events(&next(&mut reply).await)), "llo");
    drop(sink);
    hand.answer(&lease, &completion("hello"));
    assert_eq!(next(&mut reply).await, "data: [DONE]\n\n");
    assert_eq!(reply.chunk().await.unwrap(), None);
}

#[tokio::test]
async fn a_client_that_does_not_read_slows_the_provider_down() {
    let (door, mut hand) = by_hand().await;
    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let lease = hand.lease().await;
    let sink = hand.sink(&lease);
    let large = piece(&"x".repeat(1_000_000));
    let mut sent = 0;
    while tokio::time::timeout(Duration::from_millis(100), sink.send(large.clone()))
        .await
        .is_ok()
    {
        sent += 1;
        assert!(sent < 200, "nobody holds the provider back");
    }
    let mut reply = asking.await.unwrap().unwrap();
    next(&mut reply).await;
}

#[tokio::test]
async fn another_attempt_may_follow_where_nothing_was_passed_on() {
    let (door, mut hand) = by_hand().await;
    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let first = hand.lease().await;
    let sink = hand.sink(&first);
    door.app
        .sinks
        .put(first.task, sink, tokio_util::sync::CancellationToken::new());
    hand.report(&first, Outcome::GivenBack, 0, &json!({}));
    let second = hand.lease().await;
    assert_eq!(second.task, first.task);
    hand.sink(&second).send(piece("hello")).await.unwrap();
    hand.answer(&second, &completion("hello"));
    let text = asking.await.unwrap().unwrap().text().await.unwrap();
    assert_eq!(text_of(&events(&text)), "hello");
}

#[tokio::test]
async fn an_answer_that_came_whole_is_passed_on_in_pieces() {
    let (door, mut hand) = by_hand().await;
    for wants_usage in [false, true] {
        let mut body = streamed("hello");
        body["stream_options"] = json!({"include_usage": wants_usage});
        let asking = tokio::spawn(door.post(&body).send());
        let lease = hand.lease().await;
        hand.answer(&lease, &completion("hello"));
        let reply = asking.await.unwrap().unwrap();
        assert!(reply.headers().contains_key("x-d8-target"));
        let text = reply.text().await.unwrap();
        let events = events(&text);
        assert_eq!(text_of(&events), "hello");
        assert_eq!(events.len(), 4 + usize::from(wants_usage));
        assert_eq!(events.last(), Some(&"[DONE]"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_cut_ends_with_an_error_and_is_not_begun_again() {
    let options = Options {
        tier: Tier::Unlimited,
        ..Options::default()
    };
    let (door, judge) = Door::emulated(options, "[]").await;
    judge.fail_next(FaultKind::Cut, 1, None);
    let mut body = streamed("hello");
    body["max_tokens"] = json!(64);
    let text = door.post(&body).send().await.unwrap().text().await.unwrap();
    let events = events(&text);
    let last: Value = serde_json::from_str(events.last().unwrap()).unwrap();
    assert_eq!(last["error"]["code"], "provider_error", "{last}");
    assert!(events.len() > 1 && !events.contains(&"[DONE]"));
    assert_eq!(judge.score().totals.accepted, 1);
}

#[tokio::test]
async fn a_client_that_goes_ends_its_stream_at_once() {
    let (door, mut hand) = by_hand().await;
    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let lease = hand.lease().await;
    let sink = hand.sink(&lease);
    asking.abort();
    sink.closed().await;
    assert_eq!(hand.stopped().await, lease.task);

    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let lease = hand.lease().await;
    let sink = hand.sink(&lease);
    sink.send(piece("he")).await.unwrap();
    let reply = asking.await.unwrap().unwrap();
    drop(reply);
    sink.closed().await;
    assert_eq!(hand.stopped().await, lease.task);
    assert_eq!(door.app.orphans.count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn and_the_provider_sees_it_hang_up() {
    let provider = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let door = Door::before(&format!("http://{}", provider.local_addr().unwrap()), "[]").await;
    let asking = tokio::spawn(door.post(&streamed("hello")).send());
    let (mut upstream, _) = provider.accept().await.unwrap();
    // It has asked.
    upstream.read_u8().await.unwrap();
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let event = format!("data: {}\n\n", String::from_utf8(piece("he").to_vec()).unwrap());
    upstream.write_all(format!("{head}{event}").as_bytes()).await.unwrap();
    let mut reply = asking.await.unwrap().unwrap();
    next(&mut reply).await;
    drop(reply);
    let mut request = Vec::new();
    let hung_up = tokio::time::timeout(Duration::from_secs(20), upstream.read_to_end(&mut request)).await;
    assert!(hung_up.is_ok(), "the call to the provider goes on");
}

#[tokio::test]
async fn a_stream_that_may_not_wait_is_a_429_like_any_other() {
    let (door, _hand) = Door::by_hand("[{ requests = 0, per = \"1d\" }]", "", Orphans::default()).await;
    let answer = super::door::answer(door.post(&streamed("hello")).header("x-d8-max-wait", "0.05")).await;
    assert_eq!((answer.status, answer.code()), (429, "d8_max_wait"));
    assert!(answer.header("retry-after").is_some());
}
