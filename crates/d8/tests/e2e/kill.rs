//! `kill -9` at any moment: nothing is lost, nothing that was reported is sent again, and no quota is overspent.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime};

use d8_emulator::{Delay, Kind, Latency, Options, Provider, Spread, Tier};

use crate::world::{Account, World, all_answered, requests, until};

/// Some moment, another one each time; a failure shows it.
fn moment(most: u64) -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::from(now.subsec_nanos()) / 1_000 % most
}

/// What the partial file reports: whole lines only.
fn reported(world: &World) -> BTreeSet<String> {
    if !world.has("work.out.jsonl.partial") {
        return BTreeSet::new();
    }
    let text = world.read("work.out.jsonl.partial");
    let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
    let ids = whole.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            line["error"].is_null(),
            "the partial file holds what may change: {line}"
        );
        line["custom_id"].as_str().unwrap().replace("line-", "task ")
    });
    ids.collect()
}

/// What each life of the process sent, told apart by the counts at the kills.
#[derive(Default)]
struct Lives {
    sent: BTreeMap<String, usize>,
    reported: BTreeSet<String>,
}

impl Lives {
    /// A life has ended: it sent nothing twice, and nothing that was reported before it.
    fn end(&mut self, world: &World) {
        let sent = world.wire().times();
        for (prompt, times) in &sent {
            let now = times - self.sent.get(prompt).copied().unwrap_or(0);
            let allowed = usize::from(!self.reported.contains(prompt));
            assert!(now <= allowed, "{prompt} was sent {now} times, allowed are {allowed}");
        }
        let reported = reported(world);
        if world.has("work.out.jsonl.partial") {
            let gone: Vec<_> = self.reported.difference(&reported).collect();
            assert!(gone.is_empty(), "no longer reported: {gone:?}");
            self.reported = reported;
        }
        self.sent = sent;
    }
}

#[test]
fn killed_five_times_each_line_is_answered_once() {
    let quota = requests(25, 1_000, Kind::Bucket);
    let slow = Delay {
        least: Duration::from_millis(20),
        spread: Spread::Uniform(Duration::from_millis(100)),
    };
    let world = World::with(Options {
        tier: Tier::Custom(vec![quota.at(Provider::Groq)]),
        latency: Latency {
            first_token: slow,
            ..Latency::default()
        },
        ..Options::default()
    });
    world.configure(&[Account::groq().limits(&[quota])]);
    world.tasks(130);
    let mut lives = Lives::default();
    for kill in 1..=5 {
        let goal = kill * 20 + moment(15);
        let running = world.d8(&["run", "work.jsonl"]).start();
        until("enough requests", || world.wire().prompts().len() as u64 >= goal);
        std::thread::sleep(Duration::from_millis(moment(80)));
        running.kill();
        lives.end(&world);
    }
    assert!(lives.reported.len() > 50, "little was reported: {:?}", lives.reported);
    world.run_work().exits(0).says("done before");
    lives.end(&world);
    all_answered(&world.answers("work.out.jsonl"), 130);
    assert_eq!(world.refused(), 0, "a quota was overspent over a restart");
    assert!(!world.has("work.out.jsonl.partial"));
}

#[test]
fn killed_while_it_reads_its_input_it_begins_again() {
    let world = World::unlimited();
    world.tasks(1_500);
    for wait in [15, 40, 70, 120] {
        let running = world.d8(&["run", "work.jsonl"]).start();
        std::thread::sleep(Duration::from_millis(wait + moment(25)));
        running.kill();
    }
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 1_500);
}

#[test]
fn what_a_key_has_spent_is_known_after_a_kill() {
    let world = World::with_groq(&[requests(6, 60_000, Kind::Sliding)]);
    world.tasks(20);
    let running = world.d8(&["run", "work.jsonl"]).start();
    until("the quota is spent", || world.accepted() == 6);
    running.kill();
    world.run(&["run", "work.jsonl", "--for", "1s"]).exits(1);
    world
        .run(&["run", "work.jsonl", "--run", "another", "--for", "1s"])
        .exits(1);
    assert_eq!((world.accepted(), world.refused()), (6, 0));
    assert_eq!(world.wire().prompts().len(), 6);
}

#[test]
fn a_new_name_for_an_account_is_no_new_quota() {
    let world = World::with_groq(&[requests(3, 60_000, Kind::Sliding)]);
    world.tasks(6);
    world.run(&["run", "work.jsonl", "--for", "1s"]).exits(1);
    let renamed = Account::groq()
        .named("renamed")
        .limits(&[requests(3, 60_000, Kind::Sliding)]);
    world.configure(&[renamed]);
    world.run(&["run", "work.jsonl", "--for", "1s"]).exits(1);
    assert_eq!((world.accepted(), world.refused()), (3, 0));
}

#[test]
fn what_a_kill_leaves_lying_about_is_no_obstacle() {
    let world = World::with_groq(&[requests(4, 60_000, Kind::Sliding)]);
    world.tasks(6);
    let running = world.d8(&["run", "work.jsonl"]).start();
    until("four answers are reported", || reported(&world).len() == 4);
    running.kill();
    let whole = world.read("work.out.jsonl.partial");
    world.write(
        "work.out.jsonl.partial",
        whole + "{\"id\":\"batch_req_5\",\"custom_id\":\"line-5\",\"resp",
    );
    world.write("work.out.jsonl.new", "half of an earlier");
    world.judge().reset();
    world.configure(&[Account::groq()]);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 6);
    assert!(!world.has("work.out.jsonl.new") && !world.has("work.out.jsonl.partial"));
}
