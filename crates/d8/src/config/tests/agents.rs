//! What an agent may say, and what is said of its mistakes.

use super::*;

/// An agent with one more line, its fifth.
fn agent(line: &str) -> String {
    format!("[[agent]]\nname = \"w\"\nevery = \"1h\"\nprompt = \"p\"\n{line}\n")
}

fn only(text: &str) -> Agent {
    config(text, &[]).agents.remove(0)
}

#[test]
fn an_agent_needs_little_and_its_defaults_work() {
    let agent = only(&agent(""));
    assert_eq!(
        (agent.overlap, agent.catch_up, agent.priority),
        (Overlap::Skip, CatchUp::Last, 5)
    );
    assert!(agent.topics.is_empty() && agent.output.is_none() && agent.command.is_empty() && !agent.paused);
    assert_eq!(agent.asks_for, None);
}

#[test]
fn everything_that_can_be_said() {
    let text = r#"
[[account]]
name = "local"
provider = "ollama"
models = ["m"]
[[agent]]
name = "w"
cron = "30 2 * * *"
zone = "Europe/Madrid"
active = "08:00-24:00"
jitter = "5m"
overlap = "queue"
catch_up = "all"
paused = true
prompt.es = "Sobre {{topic}}: {{fact}} {{angle}}"
prompt.en = "About {{topic}}: {{fact}} {{angle}} {{date}} {{time}} {{n}} {{agent}}"
system = "You are {{who}}."
topics = [{ topic = "pan", fact = "18 h", language = "es" }, { topic = "bread", fact = "18 h", language = "en" }]
vars = { who = "a writer", angle = { es = ["uno", "dos"], en = ["one"] }, year = 2026 }
model = "local/m"
priority = 8
max_tokens = 300
temperature = 1
schema = { type = "object", required = ["a"] }
output = "out/{agent}/{language}/{n}.md"
webhook = "https://example.com/hook"
command = ["publish", "--draft"]
command_timeout = "5s"
"#;
    let agent = only(text);
    assert_eq!(agent.schedule, Schedule::Cron("30 2 * * *".to_owned()));
    assert_eq!(agent.zone.iana_name(), Some("Europe/Madrid"));
    assert_eq!(
        agent.prompt.get(Some("es")).map(Template::text),
        Some("Sobre {{topic}}: {{fact}} {{angle}}")
    );
    assert_eq!(agent.topics[1].vars["fact"], "18 h");
    assert_eq!(agent.vars["year"], ByLanguage::Same(vec!["2026".to_owned()]));
    assert_eq!(agent.asks_for.as_deref(), Some("local/m"));
    assert_eq!((agent.max_tokens, agent.temperature), (Some(300), Some(1.0)));
    let format = agent.response_format.unwrap();
    assert_eq!(format["json_schema"]["schema"]["required"][0], "a");
    assert_eq!(agent.command_timeout, std::time::Duration::from_secs(5));
}

#[test]
fn topics_come_from_files_which_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.txt"), "# mine\none\n\ntwo\nthree\n").unwrap();
    let table = "language = \"es\"\ntopics = [\"uno\", { topic = \"dos\", language = \"gl\" }]\n";
    std::fs::write(folder.path().join("b.toml"), table).unwrap();
    std::fs::write(folder.path().join("p.md"), "\u{feff}About {{topic}}\r\n").unwrap();
    let text =
        "[[agent]]\nname = \"w\"\nper_day = 3\nprompt = \"file:p.md\"\ntopics = [\"file:a.txt\", \"file:b.toml\"]\n";
    let options = LoadOptions {
        cwd: folder.path().to_owned(),
        ..options(&[])
    };
    let config = Config::from_text(text, options.clone()).unwrap();
    let topics = &config.agents[0].topics;
    let texts: Vec<&str> = topics.iter().map(|topic| topic.text.as_str()).collect();
    assert_eq!(texts, ["one", "uno", "two", "dos", "three"]);
    assert_eq!((topics[1].language(), topics[3].language()), (Some("es"), Some("gl")));
    assert_eq!(
        config.agents[0].prompt,
        ByLanguage::Same(Template::new("About {{topic}}\n", agent::Braces::Double))
    );
    // Looked at alone, the keys of accounts play no part.
    let whole = format!("[[account]]\nname = \"a\"\nprovider = \"groq\"\napi_key = \"env:NOT_SET\"\n{text}");
    std::fs::write(folder.path().join("d8.toml"), whole).unwrap();
    let agents = Config::load_agents(&options).unwrap();
    assert_eq!(agents[0].topics, *topics);
}

#[test]
fn every_mistake_has_its_place_and_its_hint() {
    for (line, place, message, hint) in [
        (
            "zone = \"Europe/Madird\"",
            "5:8",
            "unknown zone `Europe/Madird`",
            "did you mean `Europe/Madrid`?",
        ),
        (
            "overlap = \"skipp\"",
            "5:11",
            "unknown overlap `skipp`",
            "did you mean `skip`?",
        ),
        (
            "catch_up = \"lst\"",
            "5:12",
            "unknown catch_up `lst`",
            "did you mean `last`?",
        ),
        (
            "active = \"22:00-08:00\"",
            "5:10",
            "the hours end before they begin",
            "write it like `08:00-22:00`",
        ),
        (
            "active = \"always\"",
            "5:10",
            "`always` are no hours of a day",
            "write it like `08:00-22:00`",
        ),
        (
            "jitter = \"soon\"",
            "5:10",
            "`soon` is not a length of time",
            "write it like `90s`, `15m`, `1h30m`, `1d` or `1mo`",
        ),
        ("priority = 11", "5:12", "a priority is 1 to 10, higher first", ""),
        ("temperature = \"hot\"", "5:15", "a temperature is 0 to 2", ""),
        (
            "response_format = \"jsn\"",
            "5:19",
            "unknown response_format `jsn`",
            "did you mean `json`?",
        ),
        (
            "schema = 3",
            "5:10",
            "a schema is a table or a file of JSON",
            "write `schema = { type = \"object\", ... }` or `schema = \"file:answer.schema.json\"`",
        ),
        (
            "schema = \"file:none.json\"",
            "5:10",
            "the schema's file /home/ana/none.json cannot be read: No such file or directory (os error 2)",
            "",
        ),
        (
            "topics = [3]",
            "5:10",
            "a topic is no text",
            "write a topic as \"rust\" or { topic = \"rust\", language = \"en\" }, or `file:` and a path",
        ),
        (
            "topics = [\"file:none.txt\"]",
            "5:10",
            "the file /home/ana/none.txt of topics cannot be read: No such file or directory (os error 2)",
            "",
        ),
        (
            "system = \"as {{whoo}}\"\nvars = { who = \"x\" }",
            "5:10",
            "unknown name `{{whoo}}`",
            "did you mean `who`?",
        ),
        (
            "system = \"on {{topic}}\"",
            "5:10",
            "unknown name `{{topic}}`",
            "the agent has no topics; add `topics = [\"...\"]`",
        ),
        (
            "system = \"{{fact}}\"\ntopics = [\"a\", { topic = \"b\", fact = \"c\" }]",
            "5:10",
            "the topic `a` has no `fact`",
            "give it to every topic, or to all of a file above its list",
        ),
        (
            "system.es = \"hola\"\ntopics = [{ topic = \"b\", language = \"en\" }]",
            "5:1",
            "`system` has nothing for the language `en`",
            "it has: `es`",
        ),
        (
            "vars = { n = \"1\" }",
            "5:10",
            "`n` has its own meaning",
            "choose another name",
        ),
        (
            "route = \"defualt\"",
            "5:9",
            "there is no route `defualt`",
            "did you mean `default`?",
        ),
        (
            "route = \"a\"\nmodel = \"b\"",
            "6:9",
            "`route` and `model` say the same thing",
            "give one of them",
        ),
        (
            "output = \"out/{agnt}.md\"",
            "5:10",
            "unknown name `{agnt}`",
            "did you mean `agent`?",
        ),
        (
            "output = \"out/\"",
            "5:10",
            "the output has no name",
            "write it like `out/{agent}/{date}/{n}.md`",
        ),
        (
            "webhook = \"http://127.0.0.1/x\"",
            "5:11",
            "the webhook's host 127.0.0.1 is a loopback address, and callbacks go to public addresses only",
            "give a public URL, or, where the receiver is your own, write `allow_private_callbacks = true` under [server]",
        ),
        (
            "command = []",
            "5:11",
            "the command names no program",
            "write it like `command = [\"publish\", \"--draft\"]`; no shell reads it",
        ),
        ("promt = \"x\"", "5:1", "unknown key `promt`", "did you mean `prompt`?"),
    ] {
        let shown = error(&agent(line), &[]);
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(
            lines[..2],
            [message, format!(" --> d8.toml:{place}").as_str()],
            "{line}"
        );
        let hints: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("hint: ")).collect();
        assert_eq!(hints.first().copied().unwrap_or_default(), hint, "{line}");
    }
    let fast = agent("").replace("1h", "10ms");
    assert!(error(&fast, &[]).starts_with("an agent works once a second at most"));
    let model = format!(
        "[[account]]\nname = \"l\"\nprovider = \"ollama\"\nmodels = [\"mistral\"]\n{}",
        agent("model = \"mistrl\"")
    );
    assert!(
        error(&model, &[]).ends_with("hint: did you mean `mistral`?"),
        "{}",
        error(&model, &[])
    );
}
