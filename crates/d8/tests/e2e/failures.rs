//! Providers that fail, keys that open nothing, requests that nobody takes.

use d8_emulator::{FaultKind, Faults, Options, Provider, Tier};

use crate::world::{Account, World, all_answered, codes, no_limits, requests, tokens};

const JSON: &str = "content-type: application/json\r\n";

#[test]
fn faults_are_tried_again_and_cost_nobody_an_answer() {
    let world = World::with(Options {
        faults: Faults {
            server_error: 0.05,
            unavailable: 0.03,
            drop: 0.05,
            cut: 0.05,
            garbage: 0.05,
            ..Faults::default()
        },
        seed: 5,
        ..no_limits()
    });
    world.configure(&[Account::groq(), Account::gemini()]);
    world.tasks(60);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 60);
    let faults: u64 = world.score().totals.faults.values().sum();
    assert!(faults > 3, "nothing went wrong");
}

#[test]
fn five_faults_in_a_row_are_enough_and_the_same_command_tries_again() {
    let world = World::unlimited();
    world.judge().fail_next(FaultKind::ServerError, 5, None);
    world.tasks(1);
    world.run_work().exits(1);
    let answer = world.answers("work.out.jsonl").remove(0);
    assert_eq!(
        (answer.code.as_deref(), answer.status),
        (Some("attempts_exhausted"), Some(500))
    );
    assert_eq!(world.accepted(), 5);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 1);
}

#[test]
fn what_is_no_completion_is_no_answer() {
    let world = World::unlimited();
    world.tasks(4);
    let html = "content-type: text/html\r\n";
    world
        .wire()
        .answer_next(1, "502 Bad Gateway", html, "<html><h1>502 Bad Gateway</h1></html>");
    world.wire().answer_next(1, "200 OK", JSON, "{\"hello\":\"world\"}");
    world.wire().answer_next(1, "200 OK", JSON, "");
    world
        .wire()
        .answer_next(1, "200 OK", JSON, "{\"error\":{\"message\":\"odd\",\"code\":500}}");
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 4);
}

#[test]
fn a_redirect_is_not_followed_with_the_key() {
    let world = World::unlimited();
    let elsewhere = World::unlimited();
    world.tasks(1);
    let there = format!("location: {}/openai/v1/chat/completions\r\n", elsewhere.origin());
    world.wire().answer_next(5, "307 Temporary Redirect", &there, "");
    world.run(&["run", "work.jsonl", "--for", "3s"]);
    assert_eq!(elsewhere.wire().arrivals().len(), 0);
}

#[test]
fn a_request_that_the_provider_refuses_fails_at_once_with_its_words() {
    let world = World::unlimited();
    world.write(
        "work.jsonl",
        "{\"id\":\"hot\",\"prompt\":\"a\",\"temperature\":9}\n{\"id\":\"odd\",\"prompt\":\"b\",\"flavour\":1}\n{\"id\":\"fine\",\"prompt\":\"c\"}\n",
    );
    world.run_work().exits(1);
    let answers = world.answers("work.out.jsonl");
    assert_eq!(codes(&answers), ["provider_error", "provider_error", "ok"]);
    for (answer, word) in answers.iter().zip(["temperature", "flavour"]) {
        assert_eq!(answer.status, Some(400));
        assert!(answer.message.contains(word), "{answer:?}");
    }
    assert_eq!(world.wire().prompts().len(), 3, "a request that is wrong is sent once");
}

#[test]
fn a_bad_key_is_told_at_once_and_the_work_flows_to_the_other_account() {
    let world = World::with(no_limits());
    world.configure(&[Account::groq().key("bad-key-1"), Account::gemini()]);
    world.tasks(30);
    world.run_work().exits(0).says("groq").says("the key was refused");
    all_answered(&world.answers("work.out.jsonl"), 30);
}

/// The only account serves nothing: the run ends by itself, says why and loses nothing; mended, it goes on.
#[track_caller]
fn ends_by_itself(key: &str, words: &str) {
    let world = World::with(no_limits());
    world.configure(&[Account::groq().key(key)]);
    world.tasks(6);
    let ended = world
        .run(&["run", "work.jsonl", "--json"])
        .exits(1)
        .says("groq")
        .says(words);
    assert_eq!(ended.summary()["failed"], 6);
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["not_done"; 6]);
    world.configure(&[Account::groq()]);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 6);
}

#[test]
fn a_bad_key_on_the_only_account_ends_the_run() {
    ends_by_itself("bad-key-1", "the key was refused");
}

#[test]
fn a_blocked_key_on_the_only_account_ends_the_run() {
    ends_by_itself("blocked-key-1", "refused");
}

#[test]
fn no_money_on_the_only_account_ends_the_run() {
    ends_by_itself("broke-key-1", "top it up");
}

#[test]
fn the_same_command_asks_the_same_key_again() {
    let world = World::unlimited();
    world.tasks(2);
    world.wire().answer_next(
        2,
        "401 Unauthorized",
        JSON,
        "{\"error\":{\"message\":\"Invalid API Key\",\"code\":\"invalid_api_key\"}}",
    );
    world.run_work().exits(1).says("the key was refused");
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 2);
}

#[test]
fn a_model_that_the_provider_does_not_serve_ends_the_run() {
    let world = World::with(no_limits());
    let text = format!(
        "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\nmodels = [\"no-such-model\"]\nbase_url = \"{}\"\nlimits = []\n",
        world.origin()
    );
    world.write("d8.toml", text);
    world.tasks(3);
    world
        .run_work()
        .exits(1)
        .says("groq/no-such-model")
        .says("does not serve this model");
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["not_done"; 3]);
}

#[test]
fn a_limit_of_nothing_ends_the_run() {
    let world = World::unlimited();
    world.configure(&[Account::groq().limits_text("[{ requests = 0, per = \"1d\" }]")]);
    world.tasks(3);
    world.run_work().exits(1).says("groq").says("allows nothing");
    assert_eq!(world.wire().prompts().len(), 0);
    assert_eq!(codes(&world.answers("work.out.jsonl")), ["not_done"; 3]);
}

#[test]
fn a_task_larger_than_a_known_limit_is_not_sent() {
    let world = World::with_groq(&[tokens(300, 1_000, d8_emulator::Kind::Bucket)]);
    let long = "many words ".repeat(400);
    world.write(
        "work.jsonl",
        format!("{{\"prompt\":\"{long}\",\"max_tokens\":10}}\n{{\"prompt\":\"short\",\"max_tokens\":10}}\n"),
    );
    world.run_work().exits(1);
    let answers = world.answers("work.out.jsonl");
    assert_eq!(codes(&answers), ["too_large", "ok"]);
    assert_eq!(answers[0].status, None);
    assert_eq!(world.wire().prompts(), ["short"]);
}

#[test]
fn a_task_larger_than_an_unknown_limit_is_told_with_the_providers_words() {
    let limit = tokens(300, 60_000, d8_emulator::Kind::Bucket).at(Provider::Groq);
    let world = World::with(Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    });
    world.configure(&[Account::groq()]);
    let long = "many words ".repeat(400);
    world.write("work.jsonl", format!("{{\"prompt\":\"{long}\",\"max_tokens\":10}}\n"));
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(1).summary();
    assert_eq!(summary["refused"], 0, "413 is no refusal for quota");
    let answer = world.answers("work.out.jsonl").remove(0);
    assert_eq!((answer.code.as_deref(), answer.status), (Some("too_large"), Some(413)));
    assert!(answer.message.contains("Request too large"), "{answer:?}");
}

#[test]
fn a_task_too_large_for_one_account_goes_to_the_other() {
    let world = World::with(no_limits());
    world.configure(&[
        Account::groq().limits(&[tokens(300, 1_000, d8_emulator::Kind::Bucket)]),
        Account::gemini(),
    ]);
    let long = "many words ".repeat(400);
    world.write("work.jsonl", format!("{{\"prompt\":\"{long}\",\"max_tokens\":10}}\n"));
    world.run_work().exits(0);
    assert_eq!(world.score().accounts[0].provider, "gemini");
}

#[test]
fn a_refusal_with_a_hint_is_waited_out_and_costs_no_attempt() {
    let world = World::with_groq(&[requests(100, 1_000, d8_emulator::Kind::Bucket)]);
    world.tasks(1);
    let refusal =
        "{\"error\":{\"message\":\"Rate limit reached\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}";
    let headers = format!("{JSON}retry-after: 0.2\r\n");
    world.wire().answer_next(2, "429 Too Many Requests", &headers, refusal);
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(0).summary();
    assert_eq!(summary["refused"], 2);
    all_answered(&world.answers("work.out.jsonl"), 1);
}

#[test]
fn a_provider_that_cannot_be_reached_is_named() {
    let world = World::empty();
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    world.configure(&[Account::groq().at(&format!("http://{closed}"))]);
    world.tasks(1);
    world.run_work().exits(1);
    let answer = world.answers("work.out.jsonl").remove(0);
    assert_eq!(
        (answer.code.as_deref(), answer.status),
        (Some("attempts_exhausted"), None)
    );
    assert!(answer.message.contains("no connection"), "{answer:?}");
}

#[test]
fn with_one_provider_down_the_other_does_the_work() {
    let world = World::with(no_limits());
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    world.configure(&[Account::groq().at(&format!("http://{closed}")), Account::gemini()]);
    world.tasks(40);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 40);
}
