//! `d8 emulate`: the judge as a server of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::world::{Account, Running, World, all_answered, until};

/// Starts it and waits for the address that it prints.
fn start(world: &World, more: &[&str]) -> (Running, String) {
    let arguments = [&["emulate", "--listen", "127.0.0.1:0"], more].concat();
    let running = world.d8(&arguments).start();
    until("it prints where it is", || running.printed().0.ends_with('\n'));
    let url = running.printed().0.trim().to_owned();
    (running, url)
}

fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(address).unwrap();
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).unwrap();
    reply
}

#[test]
fn it_prints_its_address_and_serves_d8() {
    let world = World::empty();
    let (_emulator, url) = start(&world, &["--tier", "unlimited", "--latency", "5ms"]);
    world.configure(&[Account::groq().at(&url), Account::gemini().at(&url)]);
    world.tasks(10);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 10);
    let score = get(&url, "/__d8/score");
    assert!(score.contains("\"answered\":10"), "{score}");
    assert!(!score.contains("test-key"), "{score}");
}

#[test]
fn limits_of_the_catalogue_hold_against_its_free_tier() {
    let world = World::empty();
    let (_emulator, url) = start(&world, &["--tier", "free"]);
    world.write(
        "d8.toml",
        format!("[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\nbase_url = \"{url}\"\n"),
    );
    world.tasks(40);
    world
        .run(&["run", "work.jsonl", "--for", "3s"])
        .exits(1)
        .says("0 refused");
    assert!(get(&url, "/__d8/score").contains("\"refused\":0"));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let world = World::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let _holder = TcpListener::bind(taken).unwrap();
    world
        .run(&["emulate", "--listen", &taken.to_string()])
        .exits(2)
        .says("cannot listen")
        .says("hint:")
        .says("--listen");
}

#[test]
fn what_its_command_line_means_is_told() {
    let world = World::empty();
    for (arguments, words) in [
        (["--tier", "gold"], "free-2025-11"),
        (["--speed", "0"], "--speed"),
        (["--speed", "fast"], "--speed"),
        (["--fault", "503=2"], "between 0 and 1"),
        (["--fault", "teapot=0.5"], "garbage"),
        (["--latency", "soon"], "--latency"),
        (["--listen", "nonsense"], "--listen"),
    ] {
        world.run(&[&["emulate"], &arguments[..]].concat()).exits(2).says(words);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it() {
    let world = World::empty();
    let (emulator, _) = start(&world, &[]);
    emulator.signal("INT");
    emulator.wait().exits(0);
}
