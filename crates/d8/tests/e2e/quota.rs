//! Nothing is refused where the limits are known, everything is used, and limits that are wrong cost no task.

use std::time::Duration;

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread, Tier};

use crate::world::{Account, Quota, World, all_answered, concurrency, requests, tokens};

/// Ways that differ by 60 ms and answers that take up to 120 ms: arrivals are never when they were sent.
fn jitter() -> Latency {
    let way = Delay {
        least: Duration::from_millis(2),
        spread: Spread::Uniform(Duration::from_millis(60)),
    };
    Latency {
        uplink: way,
        first_token: Delay {
            spread: Spread::Uniform(Duration::from_millis(120)),
            ..way
        },
        per_output_token: Duration::ZERO,
        downlink: way,
    }
}

/// Groq and Gemini with these limits, and a d8.toml that knows them.
fn two_accounts(groq: &[Quota], gemini: &[Quota]) -> World {
    let at = |quotas: &[Quota], provider| quotas.iter().map(|quota| quota.at(provider)).collect::<Vec<_>>();
    let limits = [at(groq, Provider::Groq), at(gemini, Provider::Gemini)].concat();
    let world = World::with(Options {
        tier: Tier::Custom(limits),
        latency: jitter(),
        seed: 11,
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(groq), Account::gemini().limits(gemini)]);
    world
}

/// Both accounts over at least five periods of each limit: none refused, both at work.
#[track_caller]
fn nothing_is_refused(kind: Kind) {
    let world = two_accounts(
        &[requests(8, 1_000, kind.clone()), requests(21, 1_500, kind.clone())],
        &[requests(5, 1_200, kind)],
    );
    world.tasks(90);
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(0).summary();
    let score = world.score();
    assert_eq!((score.totals.refused, &summary["refused"]), (0, &0.into()));
    assert_eq!(score.totals.answered, 90);
    all_answered(&world.answers("work.out.jsonl"), 90);
    let shares: Vec<u64> = score.accounts.iter().map(|row| row.tally.answered).collect();
    assert!(
        shares.len() == 2 && shares.iter().all(|share| *share >= 25),
        "{shares:?}"
    );
    assert!(world.wire().times().values().all(|times| *times == 1));
}

#[test]
fn a_bucket_is_never_overspent() {
    nothing_is_refused(Kind::Bucket);
}

#[test]
fn a_fixed_period_is_never_overspent() {
    nothing_is_refused(Kind::Fixed);
}

#[test]
fn a_sliding_period_is_never_overspent() {
    nothing_is_refused(Kind::Sliding);
}

#[test]
fn a_limit_without_a_kind_holds_however_the_provider_counts() {
    for kind in [Kind::Bucket, Kind::Fixed, Kind::Sliding] {
        let world = World::with(Options {
            tier: Tier::Custom(vec![requests(10, 500, kind.clone()).at(Provider::Groq)]),
            latency: jitter(),
            ..Options::default()
        });
        world.configure(&[Account::groq().limits_text("[{ requests = 10, per = \"500ms\" }]")]);
        world.tasks(45);
        world.run_work().exits(0);
        assert_eq!(world.refused(), 0, "{kind:?}");
    }
}

#[test]
fn token_limits_hold_where_max_tokens_is_given() {
    let world = World::with_groq(&[tokens(800, 1_000, Kind::Bucket), requests(100, 1_000, Kind::Bucket)]);
    let line = |number: u32| {
        format!(
            "{{\"prompt\":\"tell me about number {number}, at length\",\"max_tokens\":{}}}\n",
            20 + number % 5 * 20
        )
    };
    world.write("work.jsonl", (0..40).map(line).collect::<String>());
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(0).summary();
    assert_eq!((world.refused(), &summary["refused"]), (0, &0.into()));
    assert_eq!(summary["done"], 40);
}

#[test]
fn open_requests_are_capped() {
    let world = World::with(Options {
        tier: Tier::Custom(vec![concurrency(3).at(Provider::Groq)]),
        latency: jitter(),
        ..Options::default()
    });
    world.configure(&[Account::groq().with("concurrency = 3")]);
    world.tasks(30);
    world.run_work().exits(0);
    assert_eq!(world.refused(), 0);
}

#[test]
fn models_that_share_a_limit_are_counted_together() {
    let limit = requests(10, 500, Kind::Sliding)
        .at(Provider::Groq)
        .shared_by(d8_emulator::Scope::AllModels);
    let world = World::with(Options {
        tier: Tier::Custom(vec![limit]),
        ..Options::default()
    });
    let shared = "[{ requests = 10, per = \"500ms\", kind = \"sliding\", models = \"*\" }]";
    world.write(
        "d8.toml",
        format!(
            "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\nbase_url = \"{}\"\n\
             models = [\"llama-3.3-70b-versatile\", \"llama-3.1-8b-instant\"]\nlimits = {shared}\n",
            world.origin()
        ),
    );
    let line = |number: u32| {
        let model = ["llama-3.3-70b-versatile", "llama-3.1-8b-instant"][number as usize % 2];
        format!("{{\"prompt\":\"task {number}\",\"model\":\"{model}\"}}\n")
    };
    world.write("work.jsonl", (1..=40).map(line).collect::<String>());
    world.run_work().exits(0);
    assert_eq!(world.refused(), 0);
    assert_eq!(world.score().accounts.len(), 2, "both models were asked");
}

#[test]
fn limits_that_are_too_high_cost_a_few_refusals_and_no_task() {
    let world = World::with_groq(&[requests(10, 1_000, Kind::Bucket)]);
    world.configure(&[Account::groq().limits(&[requests(30, 1_000, Kind::Bucket)])]);
    world.tasks(45);
    let summary = world.run(&["run", "work.jsonl", "--json"]).exits(0).summary();
    all_answered(&world.answers("work.out.jsonl"), 45);
    assert_eq!(summary["refused"], world.refused());
    assert!((1..=4).contains(&world.refused()), "{} refused", world.refused());
}

#[test]
fn limits_that_nobody_knows_are_learnt() {
    let world = World::with_groq(&[requests(10, 1_000, Kind::Bucket)]);
    world.configure(&[Account::groq()]);
    world.tasks(60);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 60);
    assert!(world.refused() <= 4, "{} refused", world.refused());
}

#[test]
fn who_else_spends_the_key_costs_no_task() {
    let world = World::with_groq(&[requests(20, 1_000, Kind::Sliding)]);
    world.tasks(50);
    let (origin, stop) = (world.origin(), std::sync::atomic::AtomicBool::new(false));
    let summary = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                spend(&origin);
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let ended = world.run(&["run", "work.jsonl", "--json"]);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        ended.exits(0).summary()
    });
    all_answered(&world.answers("work.out.jsonl"), 50);
    // One a period at the most, as each is rested after. Who sends into the window as the limit allows is refused half the time.
    assert!(summary["refused"].as_u64().unwrap() <= 16, "{summary}");
}

/// One request with the account's key that d8 knows nothing of.
fn spend(origin: &str) {
    use std::io::{Read, Write};
    let body = "{\"model\":\"llama-3.3-70b-versatile\",\"messages\":[{\"role\":\"user\",\"content\":\"foreign\"}]}";
    let mut socket = std::net::TcpStream::connect(origin.trim_start_matches("http://")).unwrap();
    write!(
        socket,
        "POST /openai/v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer test-key-1\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let _ = socket.read_to_end(&mut Vec::new());
}
