//! The user wants an end, at once or after some time: what is there is written, and the same command goes on.

use d8_emulator::Kind;

use crate::world::{Answer, World, all_answered, requests};

/// Exactly `done` lines are answered, and the others wait.
#[track_caller]
fn answered_or_not_done(answers: &[Answer], lines: usize, done: usize) {
    assert_eq!(answers.len(), lines);
    let (answered, open): (Vec<&Answer>, Vec<&Answer>) = answers.iter().partition(|answer| answer.code.is_none());
    assert_eq!(answered.len(), done);
    for answer in open {
        assert_eq!(
            (answer.code.as_deref(), answer.status),
            (Some("not_done"), None),
            "{answer:?}"
        );
        assert!(answer.message.contains("same command"), "{answer:?}");
    }
}

#[cfg(unix)]
mod by_signal {
    use d8_emulator::{FaultKind, Kind};

    use super::answered_or_not_done;
    use crate::world::{World, all_answered, codes, requests, until};

    #[test]
    fn ctrl_c_writes_what_is_there() {
        for signal in ["INT", "TERM"] {
            let world = World::with_groq(&[requests(12, 400, Kind::Sliding)]);
            world.tasks(60);
            let running = world.d8(&["run", "work.jsonl", "--json"]).start();
            until("some answers", || world.accepted() > 20);
            running.signal(signal);
            let ended = running.wait().exits(130).says("the same command goes on");
            let done = usize::try_from(world.accepted()).unwrap();
            let sums = ended.summary();
            assert_eq!(
                [&sums["total"], &sums["done"], &sums["failed"]].map(|sum| sum.as_u64().unwrap() as usize),
                [60, done, 60 - done]
            );
            answered_or_not_done(&world.answers("work.out.jsonl"), 60, done);
            world.run_work().exits(0).says(&format!("{done} done before"));
            all_answered(&world.answers("work.out.jsonl"), 60);
            assert_eq!((world.accepted(), world.refused()), (60, 0));
        }
    }

    #[test]
    fn ctrl_c_ends_a_wait_of_hours() {
        let world = World::with_groq(&[requests(2, 3_600_000, Kind::Sliding)]);
        world.tasks(5);
        let running = world.d8(&["run", "work.jsonl"]).start();
        until("the quota is spent", || world.accepted() == 2);
        running.signal("INT");
        running.wait().exits(130);
        answered_or_not_done(&world.answers("work.out.jsonl"), 5, 2);
    }

    #[test]
    fn ctrl_c_while_the_input_is_read_loses_nothing() {
        let world = World::unlimited();
        world.tasks(8_000);
        let running = world.d8(&["run", "work.jsonl"]).start();
        until("it has begun", || world.has("work.out.jsonl.partial"));
        running.signal("INT");
        running.wait().exits(130).says("the same command goes on");
        world.run_work().exits(0);
        all_answered(&world.answers("work.out.jsonl"), 8_000);
    }

    #[test]
    fn a_second_ctrl_c_does_not_wait_for_a_provider_that_hangs() {
        let world = World::unlimited();
        world.judge().fail_next(FaultKind::Hang, 1, None);
        world.tasks(1);
        let running = world.d8(&["run", "work.jsonl"]).start();
        until("the request is there", || world.accepted() == 1);
        running.signal("INT");
        std::thread::sleep(std::time::Duration::from_millis(300));
        running.signal("INT");
        running.wait().exits(130);
        assert_eq!(codes(&world.answers("work.out.jsonl")), ["not_done"]);
    }

    #[test]
    fn standard_output_has_every_line_after_ctrl_c_too() {
        let world = World::with_groq(&[requests(4, 3_600_000, Kind::Sliding)]);
        world.tasks(7);
        let running = world.d8(&["run", "work.jsonl", "-o", "-"]).start();
        until("the first answers are out", || running.printed().0.lines().count() == 4);
        running.signal("INT");
        let ended = running.wait().exits(130);
        answered_or_not_done(&crate::world::Answer::parse_all(&ended.out), 7, 4);
    }
}

#[test]
fn when_the_time_is_up_the_rest_is_marked() {
    let world = World::with_groq(&[requests(10, 600, Kind::Sliding)]);
    world.tasks(40);
    let ended = world
        .run(&["run", "work.jsonl", "--for", "1s", "--json"])
        .exits(1)
        .says("the same command goes on");
    let done = usize::try_from(world.accepted()).unwrap();
    assert!((10..40).contains(&done), "{done}");
    assert_eq!(ended.summary()["failed"], 40 - done);
    answered_or_not_done(&world.answers("work.out.jsonl"), 40, done);
    assert_eq!(
        world.read("work.out.jsonl.partial").lines().count(),
        done,
        "the partial file stays for the next time"
    );
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 40);
    assert_eq!((world.accepted(), world.refused()), (40, 0));
    assert!(!world.has("work.out.jsonl.partial"));
}

#[test]
fn enough_time_changes_nothing() {
    let world = World::unlimited();
    world.tasks(3);
    world
        .run(&["run", "work.jsonl", "--for", "1h"])
        .exits(0)
        .says_nothing_of("stopped");
}

#[test]
fn a_time_that_is_none_is_refused() {
    let world = World::unlimited();
    world.tasks(1);
    for time in ["soon", "5 parsecs", "-1s", ""] {
        world
            .run(&["run", "work.jsonl", &format!("--for={time}")])
            .exits(2)
            .says("--for");
    }
    assert_eq!(world.accepted(), 0);
}
