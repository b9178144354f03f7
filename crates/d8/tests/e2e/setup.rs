//! `d8 setup` as scripts use it: from a key on standard input to a first answer.

use serde_json::json;

use crate::world::{Invocation, World, all_answered, no_limits, requests, tier, until};

const KEY: &str = "planted-test-key-1";
const DAY: i64 = 86_400_000;

/// A world with providers, and where Groq is in it.
fn world() -> (World, String) {
    let world = World::with(no_limits());
    let url = format!("{}/openai/v1", world.origin());
    (world, url)
}

/// `d8 setup ... --key-stdin --yes` with this text on standard input.
fn setup(world: &World, key: &str, arguments: &[&str]) -> Invocation {
    let file = world.root().join("typed");
    std::fs::write(&file, key).unwrap();
    let arguments: Vec<&str> = ["setup"]
        .iter()
        .chain(arguments)
        .chain(&["--key-stdin", "--yes"])
        .copied()
        .collect();
    world.d8(&arguments).stdin(&file)
}

#[track_caller]
fn nothing_written(world: &World) {
    let left: Vec<_> = std::fs::read_dir(world.path("")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[track_caller]
fn is_private(world: &World, name: &str) {
    use std::os::unix::fs::PermissionsExt;
    let mode = world.path(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{name}");
}

#[cfg(not(unix))]
fn is_private(_: &World, _: &str) {}

#[test]
fn a_good_key_is_written_and_the_next_command_answers_with_it() {
    let (world, url) = world();
    let ended = setup(&world, &format!("  \"{KEY}\"\r\n"), &["groq", "--base-url", &url])
        .start()
        .wait();
    let ended = ended
        .exits(0)
        .says("Groq answers")
        .says("d8 up")
        .says("d8 submit")
        .says("d8 run");
    let ended = ended.shows("30 requests a minute").shows("by the catalogue of 20");
    assert!(!format!("{ended:?}").contains(KEY), "{ended:?}");
    assert!(!world.read("d8.toml").contains(KEY));
    assert_eq!(world.read(".env"), format!("GROQ_API_KEY={KEY}\n"));
    is_private(&world, ".env");
    assert_eq!(world.accepted(), 1, "one small request");
    world.tasks(3);
    world.run_work().exits(0);
    all_answered(&world.answers("work.out.jsonl"), 3);
    assert!(world.wire().arrivals().iter().all(|arrival| arrival.key.contains(KEY)));
}

#[test]
fn a_key_that_is_refused_leaves_nothing_behind() {
    let (world, url) = world();
    let ended = setup(&world, "bad-planted-key", &["groq", "--base-url", &url])
        .start()
        .wait();
    let ended = ended.exits(1).says("refuses the key").says("nothing was written");
    assert!(!format!("{ended:?}").contains("bad-planted-key"), "{ended:?}");
    nothing_written(&world);
}

#[test]
fn a_key_whose_day_is_spent_is_valid() {
    let quotas = [requests(1, DAY, d8_emulator::Kind::Sliding)];
    let world = World::with(d8_emulator::Options {
        tier: tier(d8_emulator::Provider::Groq, &quotas),
        ..Default::default()
    });
    let url = format!("{}/openai/v1", world.origin());
    setup(&world, KEY, &["groq", "--base-url", &url])
        .start()
        .wait()
        .exits(0);
    world.write("elsewhere.toml", "");
    let again = setup(&world, KEY, &["groq", "--base-url", &url, "--config", "elsewhere.toml"])
        .start()
        .wait();
    again
        .exits(0)
        .says("The key is valid; the day's quota is used up")
        .says("--config");
    assert!(world.read("elsewhere.toml").contains("provider = \"groq\""));
}

#[test]
fn what_was_in_the_files_stays_byte_for_byte() {
    let (world, url) = world();
    let config = "# mine\r\n[server]\r\nlisten = \"127.0.0.1:0\"   # any\r\n\r\n# the end";
    let env = "# keys\nOTHER='x'   # of another program\n\nGROQ_API_KEY=your_groq_api_key_here\nLAST=1";
    world.write("d8.toml", config);
    world.write(".env", env);
    setup(&world, KEY, &["groq", "--base-url", &url])
        .start()
        .wait()
        .exits(0);
    let after = world.read("d8.toml");
    assert!(after.starts_with(config) && after.contains("[[account]]"), "{after}");
    assert_eq!(world.read(".env"), env.replace("your_groq_api_key_here", KEY));
    world.tasks(1);
    world.run_work().exits(0);
}

#[test]
fn twice_is_once_and_another_key_is_another_account() {
    let (world, url) = world();
    let arguments = ["groq", "--base-url", &url];
    setup(&world, KEY, &arguments).start().wait().exits(0);
    let before = (world.read("d8.toml"), world.read(".env"));
    setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(0)
        .says("stays as it is");
    assert_eq!((world.read("d8.toml"), world.read(".env")), before);
    // The key that is there already is taken where none is given.
    world.run(&["setup", "groq", "--yes"]).exits(0).says("stays as it is");
    assert_eq!((world.read("d8.toml"), world.read(".env")), before);

    let second = setup(&world, "planted-test-key-2", &arguments).start().wait();
    second.exits(0).says("groq-2").says("quota_group");
    assert!(world.read("d8.toml").starts_with(&before.0));
    assert!(world.read(".env").ends_with("GROQ_API_KEY_2=planted-test-key-2\n"));
    world.tasks(2);
    world.run_work().exits(0);

    let arguments = ["groq", "--base-url", &url, "--account", "groq"];
    setup(&world, "planted-test-key-3", &arguments).start().wait().exits(0);
    assert!(world.read(".env").starts_with("GROQ_API_KEY=planted-test-key-3\n"));
    assert_eq!(world.read("d8.toml").matches("[[account]]").count(), 2);
}

#[test]
fn without_network_nothing_is_written_unless_it_is_wanted() {
    let world = World::empty();
    let arguments = ["groq", "--base-url", "http://127.0.0.1:9/openai/v1"];
    let ended = setup(&world, KEY, &arguments).start().wait();
    ended.exits(1).says("nobody listens").says("--offline");
    nothing_written(&world);
    let arguments = ["groq", "--base-url", "http://127.0.0.1:9/openai/v1", "--offline"];
    setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(0)
        .says("not tried out");
    assert!(world.has(".env") && world.read("d8.toml").contains("127.0.0.1:9"));
}

#[test]
fn what_it_cannot_begin_with_is_said_with_the_way_out() {
    let (world, url) = world();
    world
        .run(&["setup"])
        .exits(2)
        .says("no terminal")
        .says("--key-stdin --yes");
    world.run(&["setup", "groq", "--yes"]).exits(2).says("no key for Groq");
    world.run(&["setup", "--yes"]).exits(2).says("which provider");
    setup(&world, KEY, &["grok"])
        .start()
        .wait()
        .exits(2)
        .says("did you mean groq?");
    setup(&world, KEY, &["anthropic"])
        .start()
        .wait()
        .exits(2)
        .says("openrouter");
    let typed = |text: &str| {
        setup(&world, text, &["groq", "--base-url", &url])
            .start()
            .wait()
            .exits(2)
    };
    typed("your_groq_api_key_here").says("a template");
    typed("").says("no key in that");
    typed("two keys").says("no key");
    let odd = ["groq", "--base-url", "nonsense"];
    setup(&world, KEY, &odd)
        .start()
        .wait()
        .exits(2)
        .says("--base-url")
        .says_nothing_of("nonsense");
    nothing_written(&world);
    world.write("d8.toml", "[[account]\n");
    setup(&world, KEY, &["groq", "--base-url", &url])
        .start()
        .wait()
        .exits(2)
        .says("d8.toml")
        .says("mend");
    assert!(!world.has(".env"));
}

#[test]
fn a_model_of_the_users_own_is_tried_and_written() {
    let (world, url) = world();
    let arguments = ["groq", "--base-url", &url, "--model", "no-such-model"];
    setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(1)
        .says("accepts the key")
        .says("--model");
    nothing_written(&world);
    let arguments = ["groq", "--base-url", &url, "--model", "llama-3.1-8b-instant"];
    setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(0)
        .shows("14,400 requests a day");
    assert!(world.read("d8.toml").contains("models = [\"llama-3.1-8b-instant\"]"));
}

#[test]
fn a_server_of_ones_own_needs_no_key_and_lists_its_models() {
    let world = World::with(no_limits());
    let json = "content-type: application/json\r\n";
    let models =
        json!({"object": "list", "data": [{"id": "nomic-embed-text"}, {"id": "small:3b"}, {"id": "large:8b"}]});
    let answer =
        json!({"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "ok"}}]});
    world.wire().answer_next(1, "200 OK", json, &models.to_string());
    world.wire().answer_next(1, "200 OK", json, &answer.to_string());
    let ended = world.run(&["setup", "ollama", "--yes", "--base-url", &world.origin()]);
    ended.exits(0).says("Ollama answers: small:3b").says("No limits");
    let config = world.read("d8.toml");
    assert!(config.contains("models = [\"small:3b\", \"large:8b\"]"), "{config}");
    assert!(!world.has(".env"));
}

#[test]
fn a_server_of_ones_own_that_is_not_there_is_said_to_be_so() {
    let world = World::empty();
    for more in [&[][..], &["--model", "small:3b"]] {
        let arguments = [&["setup", "ollama", "--yes", "--base-url", "http://127.0.0.1:9"], more].concat();
        let ended = world.run(&arguments).exits(1);
        let ended = ended.says("nobody listens").says("start it: `ollama serve`");
        ended.says_nothing_of("lists no models");
    }
    nothing_written(&world);
}

#[test]
fn a_key_of_this_shell_alone_is_told_and_can_be_kept() {
    let (mut world, url) = world();
    world.set("GROQ_API_KEY", KEY);
    let arguments = ["setup", "groq", "--yes", "--base-url", &url];
    let ended = world.run(&arguments).exits(0);
    ended
        .says("only in this shell's environment")
        .says("d8 setup groq --account groq --key-stdin --yes");
    assert!(!world.has(".env"));
    setup(&world, KEY, &["groq", "--account", "groq"])
        .start()
        .wait()
        .exits(0)
        .says(".env");
    assert!(world.read(".env").contains(KEY));
    world.run(&arguments).exits(0).says_nothing_of("only in this shell");
}

#[test]
fn a_worker_elsewhere_starts_with_what_was_written_for_it() {
    let (world, url) = world();
    let up = world.up();
    let orchestrator = up.url();
    let arguments = [
        "groq",
        "--worker",
        "--orchestrator",
        &orchestrator,
        "--id",
        "on-the-pi",
        "--base-url",
        &url,
    ];
    let ended = setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(0)
        .says("d8 worker --type groq");
    assert!(!format!("{ended:?}").contains(KEY));
    is_private(&world, ".env.worker.groq");
    assert!(!world.has("d8.toml"));
    let file = world.read(".env.worker.groq");
    for line in [
        &format!("GROQ_API_KEY={KEY}"),
        "WORKER_ID=on-the-pi",
        "WORKER_TYPE=groq",
    ] {
        assert!(file.lines().any(|own| own == line), "{line}: {file}");
    }
    let worker = world.d8(&["worker", "--type", "groq"]).start();
    until("the worker is there", || {
        up.get("/api/workers/list").body.contains("on-the-pi")
    });
    let task = up.submit("hello");
    until("the task is done", || {
        up.get(&format!("/api/tasks/{task}")).body.contains("\"completed\"")
    });
    worker.kill();
    up.process.kill();
    setup(&world, KEY, &arguments)
        .start()
        .wait()
        .exits(0)
        .says("stays as it is");
    assert_eq!(world.read(".env.worker.groq"), file);
    let no_orchestrator = setup(&world, KEY, &["groq", "--worker"]).start().wait();
    no_orchestrator.exits(2).says("--orchestrator");
}

#[test]
fn it_speaks_spanish() {
    let (world, url) = world();
    let arguments = ["groq", "--base-url", &url, "--lang", "es"];
    let ended = setup(&world, KEY, &arguments).start().wait().exits(0);
    ended
        .says("responde")
        .says("Lo siguiente")
        .shows("30 peticiones por minuto");
}
