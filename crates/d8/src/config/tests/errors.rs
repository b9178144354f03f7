//! Every mistake is told with line, column, the line itself, a caret, and what to do.

use super::error;

/// Compares a whole message; `expected` begins and ends with a line break only for the eye.
fn check(text: &str, expected: &str) {
    assert_eq!(error(text, &[]), expected.trim());
}

/// An account with one more line, its fourth.
fn account(line: &str) -> String {
    format!("[[account]]\nname = \"a\"\nprovider = \"groq\"\n{line}\n")
}

/// Compares the message without the excerpt, and the place: "line:column".
fn check_short(text: &str, place: &str, message: &str, hint: &str) {
    let shown = error(text, &[]);
    let expected_place = format!(" --> d8.toml:{place}");
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines[..2], [message, expected_place.as_str()]);
    let hints: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("hint: ")).collect();
    assert_eq!(hints.first().copied().unwrap_or_default(), hint);
}

#[test]
fn unknown_keys() {
    check(
        "[server]\nlisen = \"127.0.0.1:5000\"\n",
        r#"
unknown key `lisen`
 --> d8.toml:2:1
  |
2 | lisen = "127.0.0.1:5000"
  | ^^^^^
hint: did you mean `listen`?
"#,
    );
    check_short(
        "[[acount]]\nname = \"a\"\n",
        "1:3",
        "unknown key `acount`",
        "did you mean `account`?",
    );
    check_short(
        "[store]\nfoo = 1\n",
        "2:1",
        "unknown key `foo`",
        "the keys here are: `url`",
    );
    let limit = account("limits = [ { requests = 30, per = \"1m\", kindd = \"bucket\" } ]");
    check_short(&limit, "4:41", "unknown key `kindd`", "did you mean `kind`?");
}

#[test]
fn wrong_types_and_missing_keys() {
    check(
        &account("concurrency = \"four\""),
        r#"
wrong type: expected a whole number of 0 or more, found text
 --> d8.toml:4:15
  |
4 | concurrency = "four"
  |               ^^^^^^
"#,
    );
    check_short(
        &account("concurrency = -1"),
        "4:15",
        "bad value: expected a whole number of 0 or more, found integer `-1`",
        "",
    );
    check_short(
        &account("models = \"llama\""),
        "4:10",
        "wrong type: expected a list in brackets, found text",
        "",
    );
    check_short("[[account]]\nprovider = \"groq\"\n", "1:1", "`name` is missing", "");
    check_short(&account("name = \"b\""), "4:1", "duplicate key", "");
}

#[test]
fn providers_tiers_and_policies() {
    check(
        "[[account]]\nname = \"a\"\nprovider = \"grok\"\n",
        r#"
unknown provider `grok`
 --> d8.toml:3:12
  |
3 | provider = "grok"
  |            ^^^^^^ not in the catalogue
hint: did you mean `groq`?
"#,
    );
    check_short(
        "[[account]]\nname = \"a\"\nprovider = \"anthropic\"\n",
        "3:12",
        "Anthropic speaks a wire of its own that D8 does not speak yet",
        "its models can be had through `openrouter`, or a gateway as `openai-compatible`",
    );
    check_short(
        &account("tier = \"fre\""),
        "4:8",
        "Groq has no tier `fre`",
        "did you mean `free`?",
    );
    check_short(
        &account("policy = \"resiliant\""),
        "4:10",
        "unknown policy `resiliant`",
        "did you mean `resilient`?",
    );
    let generic = "[[account]]\nname = \"a\"\nprovider = \"openai-compatible\"\n";
    check_short(
        generic,
        "3:12",
        "`models` is missing: the catalogue lists none for `openai-compatible`",
        "add `models = [\"...\"]`; the first is the account's default",
    );
    check_short(
        &format!("{generic}models = [\"m\"]\n"),
        "3:12",
        "`base_url` is missing",
        "add `base_url = \"http://host:port\"`",
    );
}

#[test]
fn names_and_models() {
    check_short(
        "[[account]]\nname = \"groq/main\"\nprovider = \"groq\"\n",
        "2:8",
        "an account's name holds no slash",
        "call it `groq-main`; routes write `account/model`",
    );
    check_short(&(account("") + &account("")), "6:8", "two accounts are named `a`", "");
    check_short(
        &account("models = [\"m\", \"m\"]"),
        "4:16",
        "a model twice, or without a name",
        "",
    );
    check_short(
        &account("models = []"),
        "4:10",
        "an account without models",
        "leave `models` out for all of the catalogue's",
    );
    check_short(
        &account("concurrency = 0"),
        "4:15",
        "`concurrency` of 0 lets nothing through",
        "give at least 1",
    );
    check_short(
        &account("base_url = \"127.0.0.1:9000\""),
        "4:12",
        "this is not a base URL: relative URL without a base",
        "write it like `https://api.example.com/v1`",
    );
}

#[test]
fn keys_that_are_not_there() {
    check(
        &account("api_key = \"env:GROQ_API_KEY\""),
        r#"
the variable `GROQ_API_KEY` is not set
 --> d8.toml:4:11
  |
4 | api_key = "env:GROQ_API_KEY"
  |           ^^^^^^^^^^^^^^^^^^ looked for in the environment and in `.env`
hint: write `GROQ_API_KEY=...` into the file `.env` beside d8.toml, or set it before d8 starts
hint: or leave `api_key` out, if `d8 worker --account a` shall bring it
"#,
    );
    let near = error(
        &account("api_key = \"env:GROQ_KEY\""),
        &[("GROQ_API_KEY", "test-key-1")],
    );
    assert!(near.contains("hint: did you mean `env:GROQ_API_KEY`?"), "{near}");
    let file = error(&account("api_key = \"file:no/such/file\""), &[]);
    assert!(
        file.contains("the secret's file ") && file.contains(" --> d8.toml:4:11"),
        "{file}"
    );
}

#[test]
fn limits() {
    let limit = |inside: &str| account(&format!("limits = [ {{ {inside} }} ]"));
    check(
        &limit("requests = 1, per = \"1d\", kind = \"fixed\", resets = \"00:00 UTC\""),
        r#"
`kind` and `resets` do not go together
 --> d8.toml:4:65
  |
4 | limits = [ { requests = 1, per = "1d", kind = "fixed", resets = "00:00 UTC" } ]
  |                                                                 ^^^^^^^^^^^
hint: a limit that resets by the clock needs no `kind`: leave it out
"#,
    );
    check(
        &account("limits = []\nrpm = 10"),
        r#"
a shorthand and `limits` do not go together
 --> d8.toml:5:7
  |
5 | rpm = 10
  |       ^^
hint: `limits` replaces all of the catalogue's: write this one there too
"#,
    );
    for (inside, place, message, hint) in [
        (
            "requests = 30, per = \"1m\", kind = \"buket\"",
            "4:48",
            "unknown kind `buket`",
            "did you mean `bucket`?",
        ),
        (
            "requests = 30, per = \"soon\"",
            "4:35",
            "`soon` is not a length of time",
            "write it like `90s`, `15m`, `1h30m`, `1d` or `1mo`",
        ),
        (
            "requests = 30, per = \"0s\"",
            "4:35",
            "`0s` is no time at all",
            "give a period longer than zero",
        ),
        (
            "requests = 30",
            "4:12",
            "a limit needs a period",
            "add `per = \"1m\"`, `per = \"1d\"` or another time",
        ),
        (
            "per = \"1m\"",
            "4:12",
            "a limit must say what it counts",
            "give it one of `requests`, `tokens`, `input_tokens`, `output_tokens`, `cost`",
        ),
        (
            "requests = 30, tokens = 1, per = \"1m\"",
            "4:38",
            "a limit counts one thing",
            "write a second limit for this one",
        ),
        (
            "requests = 1, per = \"1d\", resets = \"00:00 America/Los_Angles\"",
            "4:49",
            "unknown time zone `America/Los_Angles`",
            "did you mean `America/Los_Angeles`?",
        ),
        (
            "requests = 1, per = \"1h\", resets = \"00:00 UTC\"",
            "4:49",
            "this reset comes once a day, `per` says otherwise",
            "write `per = \"1d\"`, or `00:00 ZONE` for days and `1 00:00 ZONE` for months",
        ),
        (
            "requests = 1, per = \"1d\", reserve = 1.5",
            "4:50",
            "`reserve` is a share between 0 and 1, not 1.5",
            "",
        ),
        (
            "cost = -5.0, per = \"1mo\"",
            "4:21",
            "`cost` is an amount of dollars up to a million, not -5",
            "",
        ),
        (
            "requests = 1, per = \"1d\", models = []",
            "4:49",
            "a limit for no model",
            "leave `models` out, or write `models = \"*\"`",
        ),
        (
            "requests = 1, per = \"1d\", models = 3",
            "4:49",
            "wrong type: expected `\"*\"` or a list of patterns in brackets, found integer `3`",
            "",
        ),
    ] {
        check_short(&limit(inside), place, message, hint);
    }
}

#[test]
fn routes() {
    let route = |line: &str| account("models = [\"llama-3.1-8b-instant\"]") + "[[route]]\nname = \"r\"\n" + line + "\n";
    for (line, place, message, hint) in [
        (
            "primary = [\"b/llama-3.1-8b-instant\"]",
            "7:12",
            "unknown account `b`",
            "the accounts are: `a`",
        ),
        (
            "primary = [\"a/llama-3.1-8b\"]",
            "7:12",
            "the account `a` has no model `llama-3.1-8b`",
            "did you mean `llama-3.1-8b-instant`?",
        ),
        (
            "backup = [\"a\"]",
            "7:11",
            "`a` is not of the form account/model",
            "did you mean `a/llama-3.1-8b-instant`?",
        ),
        (
            "",
            "6:8",
            "a route without targets",
            "add `primary = [\"account/model\"]`",
        ),
        (
            "primary = [\"a/llama-3.1-8b-instant\"]\nbackup = [\"a/llama-3.1-8b-instant\"]",
            "8:11",
            "`a/llama-3.1-8b-instant` is twice in this route",
            "",
        ),
        (
            "primary = [\"a/llama-3.1-8b-instant\"]\npatience = \"later\"",
            "8:12",
            "`later` is not a length of time",
            "write it like `90s`, `15m`, `1h30m`, `1d` or `1mo`",
        ),
    ] {
        check_short(&route(line), place, message, hint);
    }
}

#[test]
fn server_store_workers_and_agents() {
    check(
        "[store]\nurl = \"postgres://me@host/db\"\n",
        r#"
PostgreSQL is not built in yet
 --> d8.toml:2:7
  |
2 | url = "postgres://me@host/db"
  |       ^^^^^^^^^^^^^^^^^^^^^^^
hint: use a file: `url = "sqlite:d8.db"`
"#,
    );
    let agent = "[[agent]]\nname = \"writer\"\nprompt = \"p\"\n";
    for (text, place, message, hint) in [
        (
            "[server]\nlisten = \"5000\"\n".to_owned(),
            "2:10",
            "`5000` is not an address with a port",
            "write it like `127.0.0.1:5000`, `0.0.0.0:5000` or `[::1]:5000`; port 0 lets the system choose",
        ),
        (
            "[[worker]]\ntimeout = \"1s\"\n".to_owned(),
            "1:1",
            "a worker rule names nobody",
            "add `id = \"groq-*\"` or `type = \"groq\"`",
        ),
        (
            account("[[worker]]\nid = \"x\"\naccount = \"aa\""),
            "6:11",
            "unknown account `aa`",
            "did you mean `a`?",
        ),
        (
            agent.to_owned(),
            "2:8",
            "an agent has one of `every`, `cron` and `per_day`",
            "write `every = \"15m\"`, `cron = \"*/15 * * * *\"` or `per_day = 100`",
        ),
        (
            format!("{agent}cron = \"61 * * * *\"\n"),
            "4:8",
            "`61` is no minute",
            "it is `*`, or 0 to 59, also as a range, a list or with a step",
        ),
        (
            format!("{agent}every = \"1h\"\noutput = \"out/{{agnt}}.md\"\n"),
            "5:10",
            "unknown name `{agnt}`",
            "did you mean `agent`?",
        ),
    ] {
        check_short(&text, place, message, hint);
    }
}
