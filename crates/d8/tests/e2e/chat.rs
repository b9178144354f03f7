//! The chat door: a request waits for quota instead of failing, and nothing is done twice.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use d8_emulator::{Delay, Faults, Kind, Latency, Options, Provider, Spread};
use serde_json::{Value, json};

use crate::world::{Account, Answered, Up, World, http_request, no_limits, requests, tier, until};

fn body(prompt: &str) -> Value {
    json!({"messages": [{"role": "user", "content": prompt}], "max_tokens": 16})
}

fn ask(up: &Up, headers: &str, body: &Value) -> Answered {
    http_request(up.address, "POST", "/v1/chat/completions", headers, &body.to_string()).unwrap()
}

/// Sends a request and gives the socket, to be read piece by piece, or dropped.
fn open(up: &Up, headers: &str, body: &Value) -> TcpStream {
    let mut socket = TcpStream::connect(up.address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let body = body.to_string();
    let length = body.len();
    let text = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}",
        up.address
    );
    socket.write_all(text.as_bytes()).unwrap();
    socket
}

fn slow(first_token_ms: u64, per_token_ms: u64) -> Options {
    let delay = |millis| Delay {
        least: Duration::from_millis(millis),
        spread: Spread::None,
    };
    Options {
        latency: Latency {
            first_token: delay(first_token_ms),
            per_output_token: Duration::from_millis(per_token_ms),
            ..Latency::default()
        },
        ..no_limits()
    }
}

#[test]
fn an_answer_is_the_providers_and_says_where_it_came_from() {
    let world = World::unlimited();
    let up = world.up();
    let answered = ask(&up, "", &body("hello")).is(200);
    assert_eq!(answered.json()["object"], "chat.completion");
    let head = answered.head.to_ascii_lowercase();
    for header in [
        "x-d8-task-id: task_",
        "x-d8-target: groq/llama-3.3-70b-versatile",
        "x-d8-queued-ms: ",
    ] {
        assert!(head.contains(header), "{header}: {head}");
    }
}

#[test]
fn a_client_s_prompts_that_begin_alike_go_to_one_account() {
    let world = World::unlimited();
    world.configure(&[Account::groq(), Account::groq().named("other").key("test-key-3")]);
    let up = world.up();
    let target = |client: &str, system: &str, prompt: &str| {
        let body = json!({"max_tokens": 16, "messages": [
            {"role": "system", "content": system}, {"role": "user", "content": prompt}]});
        let head = ask(&up, &format!("x-d8-client: {client}\r\n"), &body).is(200).head;
        let line = head
            .lines()
            .find(|line| line.to_ascii_lowercase().starts_with("x-d8-target: "));
        line.unwrap_or_else(|| panic!("no target: {head}")).to_owned()
    };
    let (short, long) = (target("ana", "Be short.", "one"), target("ana", "Be long.", "one"));
    assert_ne!(short, long, "what begins like nothing else takes turns");
    for prompt in ["two", "three", "four"] {
        assert_eq!(target("ana", "Be long.", prompt), long);
        assert_eq!(target("ana", "Be long.", prompt), long);
        assert_eq!(target("ana", "Be short.", prompt), short);
    }
}

#[test]
fn three_times_the_quota_at_once_is_answered_whole() {
    let quotas = [requests(10, 1_000, Kind::Sliding)];
    let world = World::with_groq(&quotas);
    let up = world.up();
    std::thread::scope(|scope| {
        let ask = |number: usize| {
            let up = &up;
            scope.spawn(move || ask(up, "", &body(&format!("task {number}"))).is(200))
        };
        let asked: Vec<_> = (0..30).map(ask).collect();
        asked.into_iter().for_each(|asked| drop(asked.join().unwrap()));
    });
    assert_eq!((world.accepted(), world.refused()), (30, 0));
}

#[test]
fn who_has_waited_as_long_as_he_wants_is_told_what_for_and_when_to_come_again() {
    let quotas = [requests(1, 60_000, Kind::Sliding)];
    let world = World::with_groq(&quotas);
    let up = world.up();
    ask(&up, "", &body("one")).is(200);
    let refused = ask(&up, "x-d8-max-wait: 0.3\r\n", &body("two")).is(429);
    assert_eq!(refused.json()["error"]["code"], "d8_max_wait");
    let message = refused.json()["error"]["message"].to_string();
    assert!(message.contains("1 request"), "{message}");
    let head = refused.head.to_ascii_lowercase();
    assert!(head.contains("x-d8-error: d8_max_wait"), "{head}");
    let after = head
        .split("retry-after: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .trim();
    assert!((55..=61).contains(&after.parse::<u64>().unwrap()), "{after}");
    assert_eq!(world.accepted(), 1);
    until("nobody waits for it any more", || up.count("pending") == 0);
}

#[test]
fn a_name_that_nothing_has_is_told_with_the_nearest_one() {
    let world = World::unlimited();
    let up = world.up();
    let mut request = body("hello");
    request["model"] = json!("llama-3.3-70b-versatil");
    let refused = ask(&up, "", &request).is(404).json();
    assert_eq!(refused["error"]["code"], "model_not_found");
    assert!(
        refused["error"]["message"]
            .to_string()
            .contains("llama-3.3-70b-versatile"),
        "{refused}"
    );
}

#[test]
fn pieces_are_passed_on_as_they_come() {
    let world = World::with(slow(100, 60));
    world.configure(&[Account::groq()]);
    let up = world.up();
    let mut request = body("hello");
    request["stream"] = json!(true);
    let mut socket = open(&up, "", &request);
    let (mut text, mut times) = (String::new(), Vec::new());
    let began = Instant::now();
    let mut buffer = [0; 4_096];
    loop {
        let count = socket.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        text.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        times.push(began.elapsed());
    }
    assert!(text.contains("data: [DONE]"), "{text}");
    let between = *times.last().unwrap() - times[0];
    assert!(between > Duration::from_millis(120), "it all came at once: {times:?}");
    assert!(!text.contains("\"choices\":[],"), "nobody asked for the usage: {text}");
}

#[test]
fn a_streams_client_that_goes_takes_the_call_with_it() {
    let world = World::with(slow(50, 400));
    world.configure(&[Account::groq().with("concurrency = 1")]);
    let up = world.up();
    let mut request = body("hello");
    request["stream"] = json!(true);
    request["max_tokens"] = json!(400);
    let mut socket = open(&up, "", &request);
    let mut first = [0; 512];
    assert!(socket.read(&mut first).unwrap() > 0);
    drop(socket);
    until("the task is over", || {
        up.count("assigned") == 0 && up.count("cancelled") == 1
    });
    // Its place is free again: another one is served at once.
    let began = Instant::now();
    let mut quick = body("next");
    quick["max_tokens"] = json!(1);
    ask(&up, "", &quick).is(200);
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_stream_that_breaks_ends_with_an_error_and_is_not_begun_again() {
    let world = World::with(Options {
        faults: Faults {
            cut: 1.0,
            ..Faults::default()
        },
        ..no_limits()
    });
    world.configure(&[Account::groq()]);
    let up = world.up();
    let mut request = body("hello");
    request["stream"] = json!(true);
    let answered = ask(&up, "", &request);
    assert!(answered.body.contains("\"error\""), "{answered:?}");
    assert!(!answered.body.contains("[DONE]"), "{answered:?}");
    assert_eq!(world.accepted(), 1);
}

#[test]
fn a_request_that_is_sent_again_joins_its_orphan() {
    let world = World::with(slow(3_000, 0));
    world.configure(&[Account::groq()]);
    let up = world.up();
    // Who hangs up before the request was read has asked for nothing.
    let gone = open(&up, "", &body("hello"));
    until("it is at the provider", || world.accepted() == 1);
    drop(gone);
    // SDKs wait half a second before they send again; until then it is seen that nobody is there.
    std::thread::sleep(Duration::from_millis(500));
    let again = ask(&up, "x-stainless-retry-count: 1\r\n", &body("hello")).is(200);
    assert_eq!(again.json()["object"], "chat.completion");
    assert_eq!(world.accepted(), 1, "it was not done twice");
    ask(&up, "x-stainless-retry-count: 1\r\n", &body("another")).is(200);
    assert_eq!(world.accepted(), 2, "another request is no orphan's");
}

#[test]
fn what_is_asked_to_be_durable_can_be_looked_up() {
    let world = World::unlimited();
    let up = world.up();
    let answered = ask(&up, "x-d8-durable: true\r\n", &body("hello")).is(200);
    let head = answered.head.to_ascii_lowercase();
    let task = head
        .split("x-d8-task-id: ")
        .nth(1)
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .trim()
        .to_owned();
    assert_eq!(up.status(&task)["status"], "completed");
}

/// Chat requests are not stored before they are sent, and still no quota is overspent after a kill.
#[test]
fn a_kill_in_the_middle_of_chats_overspends_nothing() {
    let quotas = [requests(12, 4_000, Kind::Sliding)];
    let world = World::with(Options {
        tier: tier(Provider::Groq, &quotas),
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&quotas)]);
    let up = world.up();
    std::thread::scope(|scope| {
        for number in 0..10 {
            let up = &up;
            scope.spawn(move || ask(up, "", &body(&format!("before {number}"))));
        }
    });
    up.process.kill();
    let up = world.up();
    std::thread::scope(|scope| {
        for number in 0..12 {
            let up = &up;
            scope.spawn(move || ask(up, "", &body(&format!("after {number}"))).is(200));
        }
    });
    assert_eq!(world.refused(), 0);
}

#[test]
fn streams_come_from_workers_elsewhere_too() {
    let mut world = World::with(slow(50, 40));
    world.set("GROQ_BASE_URL", world.origin());
    let up = world.up();
    let url = up.url();
    let worker = world.d8(&["worker", "--type", "groq", "--orchestrator", &url, "--id", "one"]);
    let _worker = worker.variable("GROQ_API_KEY", "test-key-1").start();
    until("it is there", || up.online() == 1);
    let mut request = body("hello");
    request["stream"] = json!(true);
    let answered = ask(&up, "", &request).is(200);
    assert!(answered.body.matches("data: {").count() > 3, "{answered:?}");
    assert!(answered.body.trim_end().ends_with("data: [DONE]"), "{answered:?}");
    assert_eq!(world.accepted(), 1);
}
