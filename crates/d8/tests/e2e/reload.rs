//! `d8 reload` and SIGHUP: another configuration comes into force under load, and nothing is lost, refused or sent twice.

use std::time::Duration;

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread};

use crate::world::{Account, GEMINI_MODEL, GROQ_MODEL, Up, World, no_limits, requests, tier, until};

/// Hands so many tasks in.
fn submit(up: &Up, count: usize) {
    for number in 1..=count {
        up.submit(&format!("task {number}"));
    }
}

/// The default route over these targets.
fn route(primary: &[&str], backup: &[&str]) -> String {
    format!("\n[[route]]\nname = \"default\"\nprimary = {primary:?}\nbackup = {backup:?}\n")
}

fn accounts(up: &Up) -> Vec<String> {
    let listed = up.get("/api/accounts").is(200).json();
    let accounts = listed["accounts"].as_array().unwrap().iter();
    accounts
        .map(|account| account["account"].as_str().unwrap().to_owned())
        .collect()
}

/// Every request takes so long.
fn slow(millis: u64) -> World {
    World::with(Options {
        latency: Latency {
            first_token: Delay {
                least: Duration::from_millis(millis),
                spread: Spread::None,
            },
            ..Latency::default()
        },
        ..no_limits()
    })
}

#[track_caller]
fn sent_once_each(world: &World, tasks: usize) {
    let times = world.wire().times();
    assert_eq!(times.len(), tasks);
    assert!(times.values().all(|times| *times == 1), "{times:?}");
    assert_eq!(world.refused(), 0);
}

#[test]
fn a_limit_raised_under_load_holds_at_once_and_nothing_is_refused() {
    let truth = [requests(30, 1_000, Kind::Sliding)];
    let world = World::with(Options {
        tier: tier(Provider::Groq, &truth),
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&[requests(2, 1_000, Kind::Sliding)])]);
    let up = world.up();
    submit(&up, 60);
    until("some are done", || up.count("completed") >= 4);
    world.configure(&[Account::groq().limits(&truth)]);
    let ended = world.run(&["reload"]).exits(0);
    assert_eq!(
        ended.out, "account groq: limit 2 -> 30 requests a second\n",
        "{}",
        ended.err
    );
    let configured = || up.get("/api/accounts").json()["accounts"][0]["limits"][0]["configured"].clone();
    assert_eq!(configured(), 30);
    up.until_completed(60);
    sent_once_each(&world, 60);
    // Lowered again it holds as well.
    world.configure(&[Account::groq().limits(&[requests(5, 1_000, Kind::Sliding)])]);
    world.run(&["reload"]).exits(0).shows("limit 30 -> 5 requests a second");
    assert_eq!(configured(), 5);
    world.run(&["reload"]).exits(0).says("nothing has changed");
}

#[test]
fn a_limit_that_is_new_knows_what_was_spent_before_it_was_written() {
    let truth = [requests(20, 3_600_000, Kind::Sliding)];
    let world = World::with(Options {
        tier: tier(Provider::Groq, &truth),
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&[requests(20, 700, Kind::Sliding)])]);
    let up = world.up();
    submit(&up, 18);
    up.until_completed(18);
    world.configure(&[Account::groq().limits(&truth)]);
    world
        .run(&["reload"])
        .exits(0)
        .shows("account groq: limit + 20 requests an hour")
        .shows("account groq: limit - 20 requests per 700 ms");
    let accounts = up.get("/api/accounts").json();
    let limits = accounts["accounts"][0]["limits"].as_array().unwrap().iter();
    let mut hours = limits.filter(|limit| limit["label"].as_str().unwrap().contains("an hour"));
    assert_eq!(hours.next().unwrap()["used"], 18);
    for number in 19..=30 {
        up.submit(&format!("task {number}"));
    }
    until("the hour is spent", || up.count("completed") == 20);
    assert_eq!(up.count("pending"), 10);
    sent_once_each(&world, 20);
}

#[test]
fn an_account_and_a_route_more_are_used_by_what_waits_already() {
    let world = World::with(no_limits());
    let groq = || Account::groq().limits(&[requests(1, 3_600_000, Kind::Sliding)]);
    world.configure(&[groq()]);
    let up = world.up();
    submit(&up, 20);
    until("the hour's quota is spent", || up.count("completed") == 1);
    world.configure(&[groq(), Account::gemini()]);
    let target = format!("gemini/{GEMINI_MODEL}");
    world.append("d8.toml", &route(&[&format!("groq/{GROQ_MODEL}"), &target], &[]));
    world
        .run(&["reload"])
        .exits(0)
        .shows("account gemini added (gemini)")
        .shows(&format!("route default: primary + {target}"));
    up.until_completed(20);
    sent_once_each(&world, 20);
    assert_eq!(accounts(&up), ["groq", "gemini"]);
    assert_eq!(up.online(), 2);
}

#[test]
fn a_removed_account_finishes_what_it_is_at_and_the_others_do_the_rest() {
    let world = slow(400);
    let two = || Account::groq().with("concurrency = 2");
    world.configure(&[two(), two().named("other").key("test-key-3")]);
    let up = world.up();
    submit(&up, 12);
    until("both are at work", || up.count("assigned") == 4);
    world.configure(&[two()]);
    world
        .run(&["reload"])
        .exits(0)
        .shows("account other removed: its running tasks end, nothing new is given to it")
        .shows(&format!("route default: primary - other/{GROQ_MODEL}"));
    up.until_completed(12);
    sent_once_each(&world, 12);
    assert_eq!(accounts(&up), ["groq"]);
    let by_the_other = world.wire().arrivals();
    let by_the_other = by_the_other.iter().filter(|arrival| arrival.key.contains("test-key-3"));
    assert!(by_the_other.count() <= 4, "it was given work after it was removed");
    until("its worker has gone", || up.online() == 1);
    // What it spent is known when it comes back.
    world.configure(&[two(), two().named("other").key("test-key-3")]);
    world.run(&["reload"]).exits(0).shows("account other added (groq)");
    up.submit("task 13");
    up.until_completed(13);
    assert_eq!(up.online(), 2);
}

#[test]
fn what_asks_for_an_account_that_is_gone_waits_for_it_and_says_so() {
    let world = World::with(no_limits());
    let gemini = || Account::gemini().limits(&[requests(1, 3_600_000, Kind::Sliding)]);
    world.configure(&[Account::groq(), gemini()]);
    let up = world.up();
    let model = format!("gemini/{GEMINI_MODEL}");
    for number in 1..=4 {
        let prompt = format!("task {number}");
        up.post(
            "/api/tasks",
            &serde_json::json!({"model": model, "prompt": prompt, "max_tokens": 16}),
        );
    }
    until("one is done, the others wait", || {
        up.count("completed") == 1 && up.count("pending") == 3
    });
    world.configure(&[Account::groq()]);
    world.run(&["reload"]).exits(0).shows("account gemini removed");
    assert_eq!(up.count("pending"), 3);
    let waits = world
        .run(&["tasks", "ls", "--status", "pending", "--json"])
        .exits(0)
        .out;
    assert!(waits.contains("\"no_target\""), "{waits}");
    // Back it is the same account, whose hour is spent; with more to spend it goes on.
    world.configure(&[Account::groq(), gemini()]);
    world.run(&["reload"]).exits(0).shows("account gemini added");
    assert_eq!(up.count("completed"), 1);
    world.configure(&[Account::groq(), Account::gemini()]);
    world.run(&["reload"]).exits(0).shows("limit - 1 request");
    up.until_completed(4);
    sent_once_each(&world, 4);
}

#[test]
fn another_key_is_used_from_then_on() {
    let world = World::with(no_limits());
    let account = Account::groq().key("env:MY_KEY");
    world.write(".env", "MY_KEY=bad-test-key\n");
    world.configure(&[account]);
    let up = world.up();
    let task = up.submit("hello");
    until("the key is refused", || {
        !up.get("/api/accounts").json()["accounts"][0]["parked"].is_null()
    });
    until("it waits for a key", || up.status(&task)["status"] == "pending");
    world.write(".env", "MY_KEY=test-key-2\n");
    let ended = world.run(&["reload"]).exits(0).shows("account groq: another key");
    assert!(!ended.out.contains("test-key") && !ended.err.contains("test-key"));
    up.until_completed(1);
    let keys: Vec<String> = world.wire().arrivals().into_iter().map(|arrival| arrival.key).collect();
    assert!(keys.last().unwrap().contains("test-key-2"), "{keys:?}");
    let (_, log) = up.process.printed();
    assert!(
        log.contains("reload: account groq: another key") && !log.contains("test-key"),
        "{log}"
    );
}

#[test]
fn a_faulty_file_changes_nothing_and_says_what_is_wrong() {
    let world = World::unlimited();
    let up = world.up();
    world.append("d8.toml", "rpm = \"many\"\n");
    let url = up.url();
    world
        .run(&["reload", "--orchestrator", &url])
        .exits(2)
        .says("wrong type")
        .says("rpm = \"many\"")
        .says("nothing has changed");
    // Without its address the same file says why nobody is found.
    world.run(&["reload"]).exits(2).says("wrong type");
    let answered = up.post("/api/reload", &serde_json::json!({})).is(422).json();
    assert_eq!(answered["error"]["code"], "faulty_configuration");
    let (_, log) = up.process.printed();
    assert!(log.contains("reload: nothing has changed"), "{log}");
    up.submit("hello");
    up.until_completed(1);
    // The command that checks it says the same.
    world.run(&["config", "check", "d8.toml"]).exits(2).says("wrong type");
}

#[test]
fn what_cannot_change_is_said_and_stays() {
    let world = World::unlimited();
    let up = world.up();
    let account = world.read("d8.toml");
    world.write(
        "d8.toml",
        format!("[server]\nlisten = \"127.0.0.1:1\"\nmax_pending = 3\n[store]\nurl = \"sqlite:other.db\"\n{account}"),
    );
    let ended = world
        .run(&["reload", "--orchestrator", &up.url()])
        .exits(0)
        .shows("server: max_pending 2,000,000 -> 3")
        .says("store.url differs and needs a restart");
    // The address was given on the command line, which goes before the file.
    assert!(!ended.err.contains("server.listen"), "{}", ended.err);
    up.submit("hello");
    up.until_completed(1);
}

#[cfg(unix)]
#[test]
fn a_hang_up_does_the_same() {
    let world = World::with(no_limits());
    world.configure(&[Account::groq().limits(&[requests(1, 3_600_000, Kind::Sliding)])]);
    let up = world.up();
    submit(&up, 10);
    until("the hour's quota is spent", || up.count("completed") == 1);
    world.append("d8.toml", "rpm = 5\n");
    up.process.signal("HUP");
    let says = |words: &str| up.process.printed().1.contains(words);
    until("the fault is in the log", || says("reload: nothing has changed"));
    world.configure(&[Account::groq().limits(&[requests(50, 3_600_000, Kind::Sliding)])]);
    up.process.signal("HUP");
    until("the change is in the log", || {
        says("reload: account groq: limit 1 -> 50 requests an hour")
    });
    up.until_completed(10);
    sent_once_each(&world, 10);
}

#[test]
fn agents_come_change_and_go_and_give_no_number_twice() {
    let world = World::with(no_limits());
    world.configure(&[Account::groq()]);
    let up = world.up();
    let appoint = |schedule: &str| {
        world.configure(&[Account::groq()]);
        let text = "\n[[agent]]\nname = \"w\"\nprompt = \"piece {{n}}\"\nmax_tokens = 16\noutput = \"out/{n}.md\"\n";
        world.append("d8.toml", &format!("{text}{schedule}\n"));
        world.run(&["reload"]).exits(0)
    };
    let agents = || up.get("/api/d8/agents").is(200).json()["agents"].clone();
    let number = || agents()[0]["n"].as_u64().unwrap_or_default();
    let is_there = |number: u64| world.path(&format!("out/{number}.md")).exists();
    assert_eq!(agents().as_array().map(Vec::len), Some(0));
    appoint("every = \"1s\"").shows("agent w added");
    until("it works", || number() >= 2);
    appoint("every = \"1h\"").shows("agent w changed");
    let last = number();
    until("all is delivered", || (1..=last).all(is_there));
    world.configure(&[Account::groq()]);
    world.run(&["reload"]).exits(0).shows("agent w removed");
    assert_eq!(agents().as_array().map(Vec::len), Some(0));
    world.run(&["agents", "run", "w"]).exits(1);
    appoint("every = \"1h\"").shows("agent w added");
    world.run(&["agents", "run", "w"]).exits(0);
    until("it goes on with the next number", || is_there(last + 1));
    assert_eq!(number(), last + 1);
}
