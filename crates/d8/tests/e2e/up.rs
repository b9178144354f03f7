//! `d8 up`: it begins, says so, and ends as it should.

use crate::world::{Account, World, no_limits, until};

#[test]
fn without_an_account_it_starts_and_says_what_to_do() {
    let world = World::empty();
    let up = world.up();
    assert_eq!(up.get("/health").is(200).json()["status"], "healthy");
    let (_, err) = up.process.printed();
    assert!(err.contains("no account") && err.contains("GROQ_API_KEY"), "{err}");
}

#[test]
fn a_key_in_the_environment_is_an_account() {
    let mut world = World::with(no_limits());
    world.set("GROQ_API_KEY", "test-key-1");
    world.set("GROQ_BASE_URL", world.origin());
    let up = world.up();
    let task = up.submit("hello");
    up.until_completed(1);
    assert_eq!(up.status(&task)["result"]["success"], true);
    assert_eq!(up.get("/api/accounts").json()["accounts"][0]["account"], "groq");
}

#[test]
fn the_port_taken_is_told_with_a_way_out() {
    let world = World::empty();
    let up = world.up();
    let other = World::empty();
    let listen = up.address.to_string();
    other
        .run(&["up", "--listen", &listen])
        .exits(2)
        .says(&listen)
        .says("--listen");
}

#[test]
fn a_held_store_is_told_with_who_holds_it() {
    let world = World::unlimited();
    let up = world.up();
    let pid = up.process.pid().to_string();
    world
        .run(&["up", "--listen", "127.0.0.1:0"])
        .exits(2)
        .says("held")
        .says(&pid)
        .says(&up.url());
}

#[test]
fn an_address_that_is_none_is_told() {
    World::empty()
        .run(&["up", "--listen", "nonsense"])
        .exits(2)
        .says("nonsense")
        .says("127.0.0.1:5000");
}

#[cfg(unix)]
#[test]
fn sigterm_lets_what_is_under_way_end_and_exits_with_0() {
    use d8_emulator::{Delay, Latency, Options, Spread};
    let world = World::with(Options {
        latency: Latency {
            first_token: Delay {
                least: std::time::Duration::from_millis(700),
                spread: Spread::None,
            },
            ..Latency::default()
        },
        ..no_limits()
    });
    world.configure(&[Account::groq()]);
    let up = world.up();
    let task = up.submit("hello");
    until("it is under way", || up.count("assigned") == 1);
    up.process.signal("TERM");
    up.process.wait().exits(0);
    // What was answered while it stopped is stored.
    let up = world.up();
    assert_eq!(up.status(&task)["status"], "completed");
    assert_eq!(world.accepted(), 1);
}

#[cfg(unix)]
#[test]
fn a_silent_connection_holds_no_stop_up() {
    let world = World::unlimited();
    let up = world.up();
    let silent = std::net::TcpStream::connect(up.address).unwrap();
    up.get("/health").is(200);
    up.process.signal("INT");
    up.process.wait().exits(0);
    drop(silent);
}

#[test]
fn what_was_acknowledged_survives_a_kill() {
    let world = World::unlimited();
    world.configure(&[Account::groq().with("concurrency = 1")]);
    let up = world.up();
    for number in 0..20 {
        up.submit(&format!("task {number}"));
    }
    up.process.kill();
    let up = world.up();
    up.until_completed(20);
    let most = world.wire().times().values().copied().max().unwrap();
    assert!(most <= 2, "only what was in flight may have been sent again");
}
