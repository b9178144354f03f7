//! A key is in nothing that is written, shown or left behind, whatever goes wrong.

use std::path::{Path, PathBuf};

use crate::world::{Account, World, no_limits, until};

const KEYS: [&str; 6] = [
    "planted-literal-key",
    "planted-key-in-file",
    "bad-planted-key-in-environment",
    "planted-key-in-dotenv",
    "broke-planted-key",
    "planted-for-nobody",
];
/// Where the user has put keys.
const THE_USERS_OWN: [&str; 4] = ["d8.toml", "wrong.toml", "key.txt", ".env"];

fn all_kinds_of_keys() -> World {
    let mut world = World::with(no_limits());
    world.set("GROQ_SECRET", KEYS[2]);
    world.set("OPENAI_API_KEY", KEYS[5]);
    world.write("key.txt", format!("{}\n", KEYS[1]));
    world.write(".env", format!("DOTENV_SECRET={}\n", KEYS[3]));
    world.configure(&[
        Account::groq().named("literal").key(KEYS[0]),
        Account::gemini().named("in-file").key("file:key.txt"),
        Account::groq().named("bad").key("env:GROQ_SECRET"),
        Account::groq().named("dotenv").key("env:DOTENV_SECRET"),
        Account::gemini().named("broke").key(KEYS[4]),
        Account::groq().named("closed").key(KEYS[0]).at("http://127.0.0.1:9"),
    ]);
    world.write(
        "work.jsonl",
        (0..40)
            .map(|number| format!("{{\"prompt\":\"task {number}\"}}\n"))
            .collect::<String>(),
    );
    world
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Searches every file of the world but the user's own: the store, OUT, and both streams of every process.
#[track_caller]
fn no_key_in_anything(world: &World) {
    let mut searched = Vec::new();
    for path in files(world.root()) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if THE_USERS_OWN.contains(&&*name) {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for key in KEYS {
            let found = bytes.windows(key.len()).any(|window| window == key.as_bytes());
            assert!(!found, "{key} is in {}", path.display());
        }
        searched.push(name);
    }
    assert!(
        searched.iter().any(|name| name == "d8.db-wal" || name == "d8.db"),
        "{searched:?}"
    );
}

#[test]
fn a_key_is_in_nothing_that_is_written() {
    let world = all_kinds_of_keys();
    world.run(&["run", "work.jsonl", "--for", "4s", "--json"]);
    world.run(&["doctor"]).exits(1).shows("key bad");
    let used: Vec<String> = world.wire().arrivals().into_iter().map(|arrival| arrival.key).collect();
    for key in &KEYS[..5] {
        assert!(
            used.iter().any(|sent| sent.contains(key)),
            "{key} was never sent, so nothing is proven"
        );
    }
    no_key_in_anything(&world);
}

#[test]
fn a_key_is_not_in_the_words_about_a_wrong_configuration() {
    let world = all_kinds_of_keys();
    for wrong in [
        "api_key = \"planted-literal-key\"",
        "apikey = \"planted-literal-key\"",
        "api_key = planted-literal-key",
        "api_key = [\"planted-literal-key\"]",
        "api_key = { secret = \"planted-literal-key\" }",
        "base_url = \"planted-literal-key\"",
        "concurrency = 0 # planted-literal-key",
    ] {
        world.write("wrong.toml", format!("{}{wrong}\n", world.read("d8.toml")));
        world.run(&["run", "work.jsonl", "--config", "wrong.toml"]).exits(2);
    }
    world.run(&["run", "work.jsonl", "--for", "2s"]);
    no_key_in_anything(&world);
}

/// Providers echo keys, in part or whole: what they say is kept and shown.
#[test]
fn a_key_that_the_provider_repeats_goes_no_further() {
    let world = World::unlimited();
    world.configure(&[Account::groq().key(KEYS[0])]);
    world.write("work.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n");
    let said = format!(
        "{{\"error\":{{\"message\":\"no such thing for {}\",\"code\":\"odd\"}}}}",
        KEYS[0]
    );
    world
        .wire()
        .answer_next(2, "400 Bad Request", "content-type: application/json\r\n", &said);
    world.run_work().exits(1);
    no_key_in_anything(&world);
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_is_not_in_the_command_line_that_others_see() {
    let world = all_kinds_of_keys();
    let running = world.d8(&["run", "work.jsonl"]).start();
    until("it works", || !world.wire().arrivals().is_empty());
    let line = std::fs::read_to_string(format!("/proc/{}/cmdline", running.pid())).unwrap();
    assert!(line.contains("work.jsonl"));
    assert!(KEYS.iter().all(|key| !line.contains(key)), "{line}");
    running.kill();
    no_key_in_anything(&world);
}

/// An orchestrator and a worker elsewhere, each with keys of its own, through good answers and refused keys: no answer of any
/// door, no file, no line and no process list holds one.
#[test]
fn a_key_is_in_no_answer_of_the_orchestrator_and_in_nothing_that_its_worker_sends() {
    let world = all_kinds_of_keys();
    let up = world.up();
    let url = up.url();
    let worker = world.d8(&["worker", "--type", "groq", "--orchestrator", &url, "--id", "elsewhere"]);
    let worker = worker
        .variable("GROQ_API_KEY", "planted-for-nobody")
        .variable("GROQ_BASE_URL", &world.origin())
        .start();
    until("the worker is there", || {
        up.get("/api/workers/list").body.contains("elsewhere")
    });
    for model in ["default", "literal", "in-file", "bad", "dotenv", "broke", "closed"] {
        let route = world.read("d8.toml").contains(model).then(|| {
            let which = if ["in-file", "broke"].contains(&model) {
                crate::world::GEMINI_MODEL
            } else {
                crate::world::GROQ_MODEL
            };
            format!("{model}/{which}")
        });
        let model = route.unwrap_or_else(|| "default".to_owned());
        let body = serde_json::json!({"model": model, "messages": [{"role": "user", "content": "hello"}]});
        let task = up.post("/api/tasks", &serde_json::json!({"model": model, "prompt": "hello"}));
        let headers = "x-d8-max-wait: 0.3\r\n";
        let chat = crate::world::http_request(up.address, "POST", "/v1/chat/completions", headers, &body.to_string());
        for answered in [task, chat.unwrap()] {
            assert!(
                KEYS.iter().all(|key| !format!("{answered:?}").contains(key)),
                "{answered:?}"
            );
        }
    }
    let used = || {
        world
            .wire()
            .arrivals()
            .into_iter()
            .map(|arrival| arrival.key)
            .collect::<Vec<_>>()
    };
    until("each key was used", || {
        let used = used();
        [0, 1, 2, 3, 4]
            .iter()
            .all(|key| used.iter().any(|sent| sent.contains(KEYS[*key])))
    });
    for path in [
        "/",
        "/api/accounts",
        "/api/workers/list",
        "/api/stats",
        "/api/tasks?limit=1000",
        "/v1/models",
        "/api/openapi.json",
    ] {
        let answered = up.get(path).is(200);
        assert!(
            KEYS.iter()
                .all(|key| !answered.body.contains(key) && !answered.head.contains(key)),
            "{path}"
        );
    }
    #[cfg(target_os = "linux")]
    for pid in [up.process.pid(), worker.pid()] {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap();
        assert!(KEYS.iter().all(|key| !line.contains(key)), "{line}");
    }
    worker.kill();
    up.process.kill();
    no_key_in_anything(&world);
}
