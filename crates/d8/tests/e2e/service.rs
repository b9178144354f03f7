//! As a service: what systemd is told, and that a stop under load loses nothing and sends nothing twice.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use d8_emulator::{Delay, Latency, Options, Spread};

use crate::world::{Account, Up, World, concurrency, no_limits, until};

/// What a service manager hears, line by line.
struct Manager {
    socket: UnixDatagram,
    heard: std::cell::RefCell<Vec<String>>,
}

impl Manager {
    fn for_world(world: &mut World) -> Self {
        let path = world.root().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_nonblocking(true).unwrap();
        world.set("NOTIFY_SOCKET", path.to_str().unwrap());
        Self {
            socket,
            heard: std::cell::RefCell::default(),
        }
    }

    /// Everything up to now.
    fn heard(&self) -> Vec<String> {
        let mut letter = [0; 4096];
        while let Ok(length) = self.socket.recv(&mut letter) {
            let text = String::from_utf8_lossy(&letter[..length]).into_owned();
            self.heard.borrow_mut().extend(text.lines().map(str::to_owned));
        }
        self.heard.borrow().clone()
    }

    fn count(&self, line: &str) -> usize {
        self.heard().iter().filter(|heard| *heard == line).count()
    }
}

/// Two calls at once, each of which takes its time.
fn slow() -> World {
    let first_token = Delay {
        least: Duration::from_millis(700),
        spread: Spread::None,
    };
    let world = World::with(Options {
        latency: Latency {
            first_token,
            ..Latency::default()
        },
        ..no_limits()
    });
    world.configure(&[Account::groq().limits(&[concurrency(2)])]);
    world
}

#[test]
fn systemd_hears_when_it_is_ready_that_it_lives_and_that_it_stops() {
    let mut world = slow();
    world.set("WATCHDOG_USEC", "400000");
    let manager = Manager::for_world(&mut world);
    let up: Up = world.up();
    until("it is ready", || manager.count("READY=1") == 1);
    // Ready means that somebody is there.
    up.get("/readyz").is(200);
    until("it lives on", || manager.count("WATCHDOG=1") >= 3);
    let heard = manager.heard();
    assert_eq!(heard[0], "READY=1", "{heard:?}");
    assert!(heard[1].starts_with("STATUS=0 waiting, 0 under way, "), "{heard:?}");
    assert_eq!(manager.count("STOPPING=1"), 0);
    up.process.signal("TERM");
    up.process.wait().exits(0);
    assert_eq!((manager.count("STOPPING=1"), manager.count("READY=1")), (1, 1));
}

#[test]
fn a_stop_under_load_lets_what_is_under_way_end_and_the_next_start_does_the_rest_once() {
    let world = slow();
    let up = world.up();
    for number in 0..6 {
        up.submit(&format!("task {number}"));
    }
    until("two are at the provider", || world.accepted() == 2);
    up.process.signal("TERM");
    up.process.wait().exits(0).says("what is under way may end");
    assert_eq!(
        world.score().totals.answered,
        2,
        "both were waited for, no third one began"
    );
    let up = world.up();
    assert_eq!(up.count("completed"), 2, "their answers were kept");
    up.until_completed(6);
    assert_eq!((world.accepted(), world.refused()), (6, 0));
}
