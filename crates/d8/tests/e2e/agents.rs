//! `[[agent]]`: work that comes by itself, its answers, and what a person may do about it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::world::{Up, World, no_limits, until};
use d8_emulator::{Delay, Latency, Options, Spread};

impl World {
    /// With one agent more in d8.toml.
    fn agent(&self, text: &str) {
        self.append(
            "d8.toml",
            &format!("\n[[agent]]\nname = \"w\"\nprompt = \"piece {{{{n}}}}\"\nmax_tokens = 16\n{text}\n"),
        );
    }

    /// The files below a folder, relative to it.
    fn files(&self, folder: &str) -> BTreeSet<PathBuf> {
        let root = self.path(folder);
        let mut found = BTreeSet::new();
        let mut folders = vec![root.clone()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(&root).unwrap().to_owned());
                }
            }
        }
        found
    }

    /// The numbers of the files `out/N.md`.
    fn numbers(&self) -> BTreeSet<u64> {
        let number = |path: &PathBuf| path.file_stem()?.to_str()?.parse().ok();
        let ready = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "md");
        self.files("out").iter().filter(ready).filter_map(number).collect()
    }
}

impl Up {
    fn agent(&self) -> Value {
        self.get("/api/d8/agents").is(200).json()["agents"][0].clone()
    }
}

/// With a provider whose answers take so long.
fn slow(milliseconds: u64) -> World {
    let world = World::with(Options {
        latency: Latency {
            first_token: Delay {
                least: std::time::Duration::from_millis(milliseconds),
                spread: Spread::None,
            },
            ..Latency::default()
        },
        ..no_limits()
    });
    world.configure(&[crate::world::Account::groq()]);
    world
}

fn whole(last: u64) -> BTreeSet<u64> {
    (1..=last).collect()
}

#[test]
fn killed_and_started_again_it_gives_no_number_twice_and_loses_none() {
    let world = slow(150);
    world.agent("every = \"1s\"\noutput = \"out/{n}.md\"\ntopics = [\"bread\", \"rust\"]");
    for round in 1..=3 {
        let up = world.up();
        until("some files", || world.numbers().len() as u64 >= 2 * round);
        up.process.kill();
    }
    let up = world.up();
    until("some more", || world.numbers().len() >= 8);
    up.post("/api/d8/agents/w/pause", &json!({})).is(200);
    until("all is delivered", || {
        let agent = up.agent();
        agent["open"] == 0 && agent["undelivered"] == 0
    });
    let given = up.agent()["n"].as_u64().unwrap();
    assert_eq!(up.agent()["delivered"].as_u64(), Some(given), "counted across restarts");
    assert_eq!(
        world.numbers(),
        whole(given),
        "each number once, and none without its file"
    );
    assert_eq!(world.files("out").len() as u64, given, "nothing else is there");
    let tasks = up.get("/api/groups/agent%2Fw").is(200).json();
    assert_eq!(tasks["completed"].as_u64(), Some(given));
    let second = world.read("out/2.md");
    for line in ["agent: \"w\"", "n: 2", "topic: \"rust\"", "status: draft"] {
        assert!(second.lines().any(|found| found == line), "{line}: {second}");
    }
}

#[test]
fn what_failed_is_still_known_after_a_restart() {
    let world = World::unlimited();
    world.agent("every = \"1000h\"");
    let json = "content-type: application/json\r\n";
    let refusal = json!({"error": {"message": "no", "type": "invalid_request_error"}});
    world
        .wire()
        .answer_next(1, "400 Bad Request", json, &refusal.to_string());
    let up = world.up();
    until("it has failed", || up.agent()["failed"] == 1);
    up.process.kill();
    let agent = world.up().agent();
    assert_eq!(
        ["n", "failed", "delivered"].map(|name| agent[name].as_u64()),
        [Some(1), Some(1), Some(0)]
    );
}

#[test]
fn a_restart_between_an_answer_and_its_file_writes_the_file_once() {
    let world = World::unlimited();
    world.agent("every = \"1000h\"\noutput = \"out/{n}.md\"");
    // Where the folder should be there is a file: the answer cannot be written.
    world.write("out", "in the way");
    let up = world.up();
    until("the answer is kept from its file", || up.agent()["trouble"].is_string());
    assert_eq!(up.agent()["state"], "trouble");
    up.process.kill();
    std::fs::remove_file(world.path("out")).unwrap();
    let up = world.up();
    until("the file", || world.numbers() == whole(1));
    until("it is known", || up.agent()["undelivered"] == 0);
    // A draft that somebody edits is never written again.
    world.append("out/1.md", "mine");
    let edited = world.read("out/1.md");
    up.process.kill();
    let up = world.up();
    until("it is up", || up.agent()["n"] == 1);
    up.post("/api/d8/agents/w/run", &json!({})).is(200);
    until("the second", || world.numbers() == whole(2));
    assert_eq!(world.read("out/1.md"), edited);
    assert_eq!(world.judge().score().totals.accepted, 2);
}

#[test]
fn paused_it_does_nothing_resumed_it_goes_on_and_by_hand_it_works_at_once() {
    let world = World::unlimited();
    world.agent("every = \"1s\"\noutput = \"out/{n}.md\"\npaused = false");
    let up = world.up();
    let at = ["--orchestrator", &up.url()];
    let d8 = |words: &[&str]| world.run(&[words, at.as_slice()].concat());
    until("the first", || !world.numbers().is_empty());
    d8(&["agents", "pause", "w"]).exits(0).says("paused");
    until("nothing is under way", || {
        up.agent()["open"] == 0 && up.agent()["undelivered"] == 0
    });
    let before = world.numbers();
    assert_eq!(up.agent()["next"], Value::Null);
    d8(&["agents", "ls"]).exits(0).shows("paused");
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert_eq!(world.numbers(), before);
    d8(&["agents", "run", "w", "--times", "3"]).exits(0).shows("task_");
    until("three by hand", || world.numbers().len() == before.len() + 3);
    let paused = world.numbers();
    // A pause survives a restart.
    up.process.kill();
    let up = world.up();
    assert_eq!(up.agent()["state"], "paused");
    let at = ["--orchestrator", &up.url()];
    world
        .run(&["agents", "resume", "w", at[0], at[1]])
        .exits(0)
        .says("goes on");
    until("it goes on", || world.numbers().len() > paused.len());
    world
        .run(&["agents", "pause", "v", at[0], at[1]])
        .exits(1)
        .says("no agent `v`");
    up.post("/api/d8/agents/w/run", &json!({"times": 0})).is(400);
    up.post("/api/d8/agents/w/run", &json!({"tims": 1})).is(400);
    up.post("/api/d8/agents/w/run", &json!({"times": 1001})).is(400);
}

#[test]
fn what_d8_toml_holds_back_no_command_sets_free() {
    let world = World::unlimited();
    world.agent("every = \"1s\"\npaused = true");
    let up = world.up();
    assert_eq!(
        up.post("/api/d8/agents/w/resume", &json!({})).is(409).json()["error"]["code"],
        "paused_in_config"
    );
    assert_eq!(
        (up.agent()["n"].as_u64(), up.agent()["state"].as_str()),
        (Some(0), Some("paused"))
    );
}

#[test]
fn a_preview_says_what_and_when_and_sends_nothing() {
    let world = World::unlimited();
    world.agent(
        "per_day = 24\nzone = \"Europe/Madrid\"\ntopics = [\"pan\", \"vino\"]\nsystem = \"On {{topic}}, {{date}}\"\noutput = \"out/{n}-{topic}.md\"",
    );
    let preview = world.run(&[
        "agents",
        "preview",
        "w",
        "--times",
        "3",
        "--orchestrator",
        "http://127.0.0.1:9",
    ]);
    let preview = preview.exits(0).says("numbers begin at 1");
    preview
        .shows("#1 · ")
        .shows("#3 · ")
        .shows("topic: vino")
        .shows("goes to: out/2-vino.md")
        .shows("prompt: piece 3")
        .shows("system: On pan, 20");
    assert_eq!(world.wire().arrivals().len(), 0);
    assert!(!world.has("out") && !world.has("d8.db"));
    world
        .run(&["agents", "preview", "v"])
        .exits(2)
        .says("no agent `v`")
        .says("w");
}

#[test]
fn a_webhook_is_told_and_signed() {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let world = World::unlimited();
    let text = world.read("d8.toml");
    world.write("d8.toml", format!("[server]\nallow_private_callbacks = true\n{text}"));
    world.agent(&format!("every = \"1000h\"\nwebhook = \"{url}\""));
    let up = world.up();
    let (mut stream, _) = listener.accept().unwrap();
    let mut heard = Vec::new();
    let mut piece = [0; 4_096];
    let text = loop {
        let read = stream.read(&mut piece).unwrap();
        heard.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&heard).into_owned();
        if read == 0
            || text
                .split_once("\r\n\r\n")
                .is_some_and(|(_, body)| serde_json::from_str::<Value>(body).is_ok())
        {
            break text;
        }
    };
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.to_lowercase().contains("webhook-signature: v1,"), "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        (&body["status"], &body["metadata"]["agent"]),
        (&json!("completed"), &json!("w"))
    );
    drop(up);
}

#[cfg(unix)]
#[test]
fn a_program_gets_each_answer_and_its_failure_is_told() {
    let mut world = World::unlimited();
    world.set("GROQ_API_KEY", "test-key-of-mine");
    let script = "cat >> got; echo $D8_AGENT_NUMBER $D8_AGENT_OUTPUT >> said; env > env";
    world.agent(&format!(
        "every = \"1000h\"\noutput = \"all.jsonl\"\ncommand = [\"sh\", \"-c\", {script:?}]"
    ));
    let up = world.up();
    until("the first", || up.agent()["delivered"] == 1);
    up.post("/api/d8/agents/w/run", &json!({"times": 2})).is(200);
    until("three", || up.agent()["delivered"] == 3);
    assert_eq!(
        world.read("got").lines().count(),
        world.read("all.jsonl").lines().count()
    );
    let said = world.read("said");
    // In the order in which the answers came.
    let numbers: BTreeSet<&str> = said.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(numbers, BTreeSet::from(["1", "2", "3"]));
    assert!(said.contains("all.jsonl"));
    assert!(!world.read("env").contains("test-key-of-mine"));
    let lines: Vec<Value> = world
        .read("all.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), lines[0]["n"].as_u64(), lines[0]["agent"].as_str()),
        (3, Some(1), Some("w"))
    );
}

#[test]
fn while_the_former_piece_is_not_done_an_agent_does_as_it_says() {
    for (overlap, most_at_once) in [("skip", 1), ("queue", 1), ("allow", 99)] {
        let world = slow(2_500);
        world.agent(&format!("every = \"1s\"\noverlap = \"{overlap}\""));
        let up = world.up();
        let mut at_once = 0;
        let mut left_out = 0;
        let mut queued = 0;
        until("five occurrences", || {
            let agent = up.agent();
            let count = |name: &str| agent[name].as_u64().unwrap();
            at_once = at_once.max(count("open"));
            (left_out, queued) = (count("skipped"), count("queued"));
            count("n") + left_out + queued >= 5
        });
        assert!(at_once <= most_at_once, "{overlap}: {at_once}");
        match overlap {
            "skip" => assert!(left_out > 0 && queued == 0, "{left_out} {queued}"),
            "queue" => assert!(queued > 0 && left_out == 0, "{left_out} {queued}"),
            _ => assert!(at_once > 1 && left_out == 0 && queued == 0, "{at_once}"),
        }
    }
}

#[test]
fn what_was_missed_is_made_up_for_once() {
    let world = World::unlimited();
    world.agent("every = \"1h\"\noutput = \"out/{n}.md\"");
    let up = world.up();
    until("the first", || world.numbers() == whole(1));
    until("it is known", || up.agent()["undelivered"] == 0);
    up.process.kill();
    // As if it had been away for five and a half hours.
    let store = rusqlite::Connection::open(world.path("d8.db")).unwrap();
    store
        .execute("UPDATE agents SET last = last - 19800000000", [])
        .unwrap();
    drop(store);
    let up = world.up();
    until("one for all that was missed", || world.numbers() == whole(2));
    let agent = up.agent();
    assert_eq!((agent["n"].as_u64(), agent["skipped"].as_u64()), (Some(2), Some(4)));
    let ahead = agent["next"].as_f64().unwrap() - agent["last"].as_f64().unwrap();
    assert!((ahead - 3_600.0).abs() < 0.001, "{agent}");
    until("both are delivered", || up.agent()["delivered"] == 2);
    up.process.kill();
    let agent = world.up().agent();
    let counts = ["n", "delivered", "skipped"].map(|name| agent[name].as_u64());
    assert_eq!(counts, [Some(2), Some(2), Some(4)], "a restart forgets nothing");
}

#[test]
fn a_run_of_its_own_starts_no_agent() {
    let world = World::unlimited();
    world.agent("every = \"1s\"\noutput = \"out/{n}.md\"");
    world.tasks(3);
    world.run_work().exits(0);
    assert_eq!(world.accepted(), 3);
    assert!(!world.has("out"));
}

/// The example of the repository, from a copy: its files are nobody's to write into.
#[test]
fn content_empire_shows_its_drafts_with_one_command_and_no_key() {
    let world = World::empty();
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/content-empire");
    for entry in std::fs::read_dir(example).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, world.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
        }
    }
    let command = [
        "agents", "run", "--all", "--times", "5", "--demo", "--config", "d8.toml",
    ];
    let ended = world.run(&command).exits(0);
    ended
        .says("25 of 25 done")
        .says("filler text")
        .says("refused 0")
        .shows("demo/drafts/tweet/");
    let drafts = world.files("demo/drafts");
    assert_eq!(drafts.len(), 25);
    let texts: Vec<String> = drafts
        .iter()
        .map(|path| std::fs::read_to_string(world.path("demo/drafts").join(path)).unwrap())
        .collect();
    let with = |line: &str| {
        texts
            .iter()
            .filter(|text| text.lines().any(|found| found == line))
            .count()
    };
    assert_eq!(
        (
            with("status: draft"),
            with("language: \"es\""),
            with("language: \"en\"")
        ),
        (25, 15, 10)
    );
    assert!(!world.has("d8.db") && !world.has("drafts"));
    // Again it makes the next ones; stopped, it goes on with what is left.
    let running = world.d8(&command).start();
    until("some of them", || world.files("demo/drafts").len() > 27);
    running.kill();
    let again = world.run(&command).exits(0);
    let in_all = world.files("demo/drafts").len();
    assert_eq!(in_all, 50, "{:?}", again);
}
