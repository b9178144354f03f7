//! `d8 doctor`: it finds what is wrong, says it in words, and says what to do.

use d8_emulator::{DAY, Dimension, Kind, Limit, Options, Provider, Tier};
use serde_json::{Value, json};

use crate::diagnosis::{PACIFIC, spend_the_day};
use crate::world::{Account, Ended, Running, Up, World, no_limits, until};

/// What `d8 doctor --json` found.
struct Found(Value);

impl Found {
    #[track_caller]
    fn of(ended: &Ended) -> Self {
        Self(ended.summary())
    }

    /// The findings of a check.
    fn checks(&self, name: &str) -> Vec<&Value> {
        let checks = self.0["checks"].as_array().unwrap();
        checks.iter().filter(|check| check["name"] == name).collect()
    }

    /// The one finding of a check.
    #[track_caller]
    fn check(&self, name: &str) -> &Value {
        let checks = self.checks(name);
        assert_eq!(checks.len(), 1, "{name}: {}", self.0);
        checks[0]
    }

    /// A check has this grade, says this, and advises this.
    #[track_caller]
    fn has(&self, name: &str, status: &str, says: &str, next: &str) -> &Self {
        let fits = |check: &&&Value| {
            let holds = |field: &str, words: &str| check[field].as_str().unwrap_or_default().contains(words);
            check["status"] == status && holds("message", says) && holds("next", next)
        };
        let checks = self.checks(name);
        assert!(
            checks.iter().any(|check| fits(&check)),
            "{name}: no {status} {says:?} with {next:?} in {}",
            self.0
        );
        self
    }
}

/// A world whose configured port is free: others may have 5000.
fn at_a_free_port(mut world: World) -> World {
    world.set("D8_SERVER__LISTEN", "127.0.0.1:0");
    world
}

#[track_caller]
fn doctor(world: &World, code: i32, more: &[&str]) -> Found {
    let arguments = [&["doctor", "--json"], more].concat();
    Found::of(&world.run(&arguments).exits(code))
}

#[track_caller]
fn doctor_of(world: &World, up: &Up, code: i32, more: &[&str]) -> Found {
    let url = up.url();
    doctor(world, code, &[&["--orchestrator", &url], more].concat())
}

#[test]
fn where_all_is_well_it_says_so() {
    let world = at_a_free_port(World::unlimited());
    let up = world.up();
    let found = doctor_of(&world, &up, 0, &[]);
    assert_eq!(found.0["status"], "ok", "{}", found.0);
    found
        .has("config", "ok", "d8.toml: one account (groq)", "")
        .has("store", "ok", "a sync", "")
        .has(
            "store",
            "ok",
            &format!("held by process {} at {}", up.process.pid(), up.url()),
            "",
        )
        .has("port", "ok", "", "")
        .has("orchestrator", "ok", &up.url(), "")
        .has("network", "ok", "127.0.0.1:", "")
        .has("clock", "ok", "", "")
        .has("key groq", "ok", "llama-3.3-70b-versatile", "")
        .has("workers", "ok", "1 online (builtin:groq)", "")
        .has("queue", "ok", "nothing waits", "");
    assert_eq!(world.accepted(), 1, "one small question");
    // The same for people: nothing but words, and the verdict last.
    let ended = world.run(&["doctor", "--orchestrator", &up.url()]).exits(0);
    assert!(ended.out.trim_end().ends_with("All is well."), "{}", ended.out);
    assert!(!ended.out.contains('\u{1b}'));
    let spanish = world
        .d8(&["doctor", "--orchestrator", &up.url()])
        .variable("D8_LANG", "es")
        .start()
        .wait();
    spanish.exits(0).shows("Todo está bien.");
}

#[test]
fn a_bad_key_is_a_problem_that_names_the_set_up_and_no_key() {
    let world = at_a_free_port(World::with(no_limits()));
    world.configure(&[Account::groq().key("bad-planted-key-of-the-doctor")]);
    doctor(&world, 1, &[]).has("key groq", "problem", "refuses the key", "d8 setup groq");
    let ended = world
        .run(&["doctor"])
        .exits(1)
        .shows("PROBLEM")
        .shows("First (key groq): ");
    assert!(!format!("{}{}", ended.out, ended.err).contains("planted"), "{ended:?}");
}

#[test]
fn a_provider_that_is_not_there_is_named_by_its_address() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let world = at_a_free_port(World::empty());
    world.configure(&[Account::groq().at(&format!("http://{closed}"))]);
    let found = doctor(&world, 1, &[]);
    found
        .has("network", "problem", &closed.to_string(), "")
        .has("key groq", "warning", "not reached", "");
    assert!(found.check("network")["next"].is_string(), "{}", found.0);
}

#[test]
fn without_an_account_it_leads_to_the_set_up() {
    let world = at_a_free_port(World::empty());
    doctor(&world, 1, &[]).has("accounts", "problem", "no account", "d8 setup");
}

#[test]
fn a_typo_in_the_configuration_is_told_with_its_line_and_a_suggestion() {
    let world = World::empty();
    world.write(
        "d8.toml",
        "[server]\nlisten = \"127.0.0.1:0\"\nworker_timeuot = \"60s\"\n",
    );
    let found = doctor(&world, 1, &[]);
    found.has("config", "problem", "d8.toml:3", "worker_timeout");
    doctor(&world, 1, &["--config", "missing.toml"]).has("config", "problem", "missing.toml", "");
}

#[test]
fn a_limit_of_nothing_is_a_problem() {
    let world = at_a_free_port(World::empty());
    world.write(
        "d8.toml",
        "[[account]]\nname = \"groq\"\nprovider = \"groq\"\napi_key = \"test-key-1\"\n\
         limits = [{ requests = 0, per = \"1m\" }]\n",
    );
    let found = doctor(&world, 1, &["--offline"]);
    found.has(
        "limits groq",
        "problem",
        "0 requests a minute lets nothing through",
        "d8.toml",
    );
}

#[test]
fn offline_nothing_is_sent() {
    let world = at_a_free_port(World::unlimited());
    let found = doctor(&world, 0, &["--offline"]);
    found
        .has("key groq", "ok", "--offline", "")
        .has("network", "ok", "--offline", "");
    assert!(world.wire().arrivals().is_empty());
    assert_eq!(world.accepted(), 0);
}

#[test]
fn a_port_that_a_stranger_has_is_a_problem_until_we_run_elsewhere() {
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = stranger.local_addr().unwrap().to_string();
    let accepting = std::thread::spawn(move || {
        // It hangs up on everybody.
        while let Ok((socket, _)) = stranger.accept() {
            use std::io::Read;
            let mut word = [0; 4];
            let _ = (&socket).read(&mut word);
            if &word == b"stop" {
                return;
            }
        }
    });
    let mut world = World::unlimited();
    world.set("D8_SERVER__LISTEN", address.as_str());
    doctor(&world, 1, &[]).has(
        "port",
        "problem",
        &format!("{address} is taken by another program"),
        "--listen",
    );
    let up = world.up();
    doctor_of(&world, &up, 0, &[]).has("port", "warning", &up.url(), "");
    let mut last = std::net::TcpStream::connect(&address).unwrap();
    std::io::Write::write_all(&mut last, b"stop").unwrap();
    accepting.join().unwrap();
}

/// Gemini with 1,500 requests a day that somebody else has spent nearly all of, and a Groq account beside it.
fn spent_day() -> World {
    let day = Limit::each(Provider::Gemini, Dimension::Requests, 1_500, DAY, Kind::PacificDay);
    let world = at_a_free_port(World::with(Options {
        tier: Tier::Custom(vec![day]),
        ..Options::default()
    }));
    world.configure(&[
        Account::gemini().named("gemini-main").limits_text(PACIFIC),
        Account::groq().named("groq-main"),
    ]);
    world
}

#[test]
fn a_day_that_others_have_spent_is_told_before_anything_ever_ran() {
    let world = spent_day();
    spend_the_day(&world.origin(), 1_500);
    let found = doctor(&world, 0, &[]);
    let told = "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, none \
                of it by D8; free again at ";
    found
        .has("key gemini-main", "ok", "valid", "")
        .has("quota gemini-main", "warning", told, "")
        .has(
            "quota gemini-main",
            "warning",
            "(midnight Pacific); groq-main takes over.",
            "",
        );
}

#[test]
fn a_day_that_the_ledger_knows_to_be_spent_is_told_and_not_asked_about() {
    let world = spent_day();
    spend_the_day(&world.origin(), 1_490);
    let up = world.up();
    for task in 0..40 {
        up.submit(&format!("task {task}"));
    }
    up.until_completed(40);
    let asked = || {
        let arrivals = world.wire().arrivals();
        arrivals.iter().filter(|arrival| arrival.key == "test-key-2").count()
    };
    let before = asked();
    let told = "gemini-main: the key is valid and the set-up is right; the free tier's day (1,500 requests) is spent, most \
                of it not by D8; free again at ";
    let running = doctor_of(&world, &up, 0, &[]);
    running
        .has("quota gemini-main", "warning", told, "")
        .has("quota gemini-main", "warning", "groq-main takes over.", "")
        .has("key gemini-main", "ok", "not asked", "");
    // What the store remembers says the same when nobody runs.
    drop(up);
    let stopped = doctor(&world, 0, &[]);
    stopped
        .has("orchestrator", "warning", "none runs", "d8 up")
        .has("quota gemini-main", "warning", "day (1,500 requests) is spent", "")
        .has("key gemini-main", "ok", "not asked", "");
    assert_eq!(asked(), before, "nobody asked");
}

#[test]
fn a_task_is_followed_all_the_way_through() {
    let world = at_a_free_port(World::unlimited());
    let up = world.up();
    let found = doctor_of(&world, &up, 0, &["--end-to-end"]);
    for step in 1..=5 {
        assert_eq!(
            found.check(&format!("end-to-end {step}/5"))["status"],
            "ok",
            "{}",
            found.0
        );
    }
    found.has("end-to-end 4/5", "ok", "builtin:groq", "");
    assert_eq!(up.count("completed"), 1);
    world
        .run(&["doctor", "--end-to-end", "--orchestrator", &up.url()])
        .exits(0)
        .shows("end-to-end 5/5");
    drop(up);
    doctor(&world, 1, &["--end-to-end"]).has("end-to-end 1/5", "problem", "none runs", "d8 up");
}

/// A worker of the Hive that polls by plain HTTP and brings its own key.
#[test]
fn a_worker_of_the_hive_can_do_the_task() {
    let world = at_a_free_port(World::empty());
    let up = world.up();
    let worker = json!({"worker_id": "pi-1", "worker_type": "groq", "capabilities": {"models": ["llama"]}});
    up.post("/api/workers/register", &worker).is(200);
    let url = up.url();
    let running: Running = world
        .d8(&["doctor", "--json", "--end-to-end", "--orchestrator", &url])
        .start();
    let mut task = Value::Null;
    until("the task is given out", || {
        task = up.get("/api/workers/pi-1/tasks").is(200).json()["task"].clone();
        task.is_object()
    });
    let result =
        json!({"task_id": task["task_id"], "worker_id": "pi-1", "result": {"success": true, "response": "ok"}});
    up.post("/api/workers/results", &result).is(200);
    let found = Found::of(&running.wait());
    found.has("end-to-end 4/5", "ok", "pi-1", "");
    found.has("accounts", "ok", "the orchestrator has one that workers bring", "");
}

#[test]
fn a_task_that_nobody_does_is_explained_and_taken_back() {
    let world = at_a_free_port(World::unlimited());
    let up = world.up();
    up.post("/api/accounts/groq/pause", &json!({})).is(200);
    let found = doctor_of(&world, &up, 1, &["--end-to-end", "--timeout", "300ms"]);
    found
        .has("end-to-end 4/5", "problem", "paused", "resume")
        .has("end-to-end 4/5", "problem", "cancelled", "")
        .has("quota groq", "warning", "paused", "d8 accounts resume groq");
    assert_eq!((up.count("pending"), up.count("cancelled")), (0, 1));
}

#[test]
fn a_queue_that_is_stuck_says_for_what_and_what_to_do() {
    let world = at_a_free_port(World::with(no_limits()));
    world.configure(&[Account::groq(), Account::gemini().named("absent").without_key()]);
    let up = world.up();
    let submit = |body: Value| up.post("/api/tasks", &body).is(201);
    up.post("/api/routes/default/pause", &json!({})).is(200);
    submit(json!({"prompt": "one", "route": "default"}));
    submit(json!({"prompt": "two", "model": "absent/gemini-2.0-flash"}));
    let found = doctor_of(&world, &up, 1, &[]);
    found
        .has(
            "queue",
            "problem",
            "the route default is paused",
            "/api/routes/default/resume",
        )
        .has("queue", "problem", "no worker serves it now", "d8 worker")
        .has(
            "workers",
            "warning",
            "no worker serves absent now",
            "d8 worker --account absent",
        )
        .has("key absent", "ok", "worker", "");
}

#[test]
fn an_orchestrator_that_was_named_and_is_not_there_is_a_problem() {
    let world = at_a_free_port(World::unlimited());
    let found = doctor(&world, 1, &["--orchestrator", "http://127.0.0.1:9", "--offline"]);
    found.has("orchestrator", "problem", "http://127.0.0.1:9", "d8 up");
    world.run(&["doctor", "--orchestrator", "ftp://nowhere"]).exits(2);
    world.run(&["doctor", "--end-to-end", "--timeout", "soon"]).exits(2);
}
