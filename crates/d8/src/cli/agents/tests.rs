//! What a person sees of agents, and what the orchestrator is asked.

#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};

use super::*;
use crate::client::standin::{Standin, answered};

fn two_agents() -> Value {
    json!({"agents": [
        {"agent": "tweet", "state": "working", "paused": false, "schedule": {"per_day": 100}, "next": 1012.0, "last": 940.0,
         "n": 1200, "open": 1, "queued": 0, "undelivered": 1, "delivered": 1190, "failed": 0, "skipped": 2, "output": "out/{n}.md",
         "group": "agent/tweet", "new_field": 1},
        {"agent": "digest", "state": "paused", "schedule": {"cron": "0 9 * * *"}, "next": null, "n": 0, "trouble": null}
    ]})
}

#[test]
fn one_line_for_each_agent() {
    let agents: Agents = answered(&two_agents()).read().unwrap();
    let expected = "\
AGENT   STATE    SCHEDULE        NEXT     LAST             N  OPEN  DELIVERED  FAILED  SKIPPED
tweet   working  100 a day       in 12 s  1 m 00 s ago  1,200     2      1,190       0        2
digest  paused   cron 0 9 * * *  -        -                 0     0          0       0        0";
    let squeezed = |text: &str| -> Vec<String> {
        let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        text.lines().map(words).collect()
    };
    let shown = table::of(&agents.agents, 1_000.0).render(Surface::Plain);
    assert_eq!(squeezed(&shown), squeezed(expected));
    let facts = table::facts(&agents.agents[0], 1_000.0);
    assert!(facts.contains("d8 tasks ls --group agent/tweet"), "{facts}");
}

fn parsed(arguments: &[&str]) -> AgentsArguments {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: AgentsArguments,
    }
    let line = ["agents"].iter().chain(arguments);
    <Line as clap::Parser>::try_parse_from(line).unwrap().arguments
}

#[tokio::test]
async fn each_verb_is_a_call_on_the_agent() {
    let server = Standin::start().await;
    server.on("GET /api/d8/agents", 200, &two_agents());
    for verb in ["pause", "resume"] {
        server.on(
            &format!("POST /api/d8/agents/a%20b/{verb}"),
            200,
            &json!({"agent": "a b"}),
        );
        assert_eq!(run(parsed(&[verb, "a b", "--orchestrator", &server.url])).await, Ok(OK));
    }
    let given = json!({"agent": "tweet", "pieces": [{"n": 1, "task_id": "task_1", "topic": null, "output": null}]});
    server.on("POST /api/d8/agents/tweet/run", 200, &given);
    server.on("POST /api/d8/agents/digest/run", 200, &given);
    let all = run(parsed(&["run", "--all", "--times", "2", "--orchestrator", &server.url])).await;
    assert_eq!(all, Ok(OK));
    let expected = [
        "POST /api/d8/agents/a%20b/pause",
        "POST /api/d8/agents/a%20b/resume",
        "GET /api/d8/agents",
        "POST /api/d8/agents/tweet/run",
        "POST /api/d8/agents/digest/run",
    ];
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn an_agent_that_is_not_there_is_told_with_the_nearest_that_is() {
    let server = Standin::start().await;
    server.on("GET /api/d8/agents", 200, &two_agents());
    let failure = run(parsed(&["show", "twet", "--orchestrator", &server.url]))
        .await
        .unwrap_err();
    assert_eq!(failure.message, "there is no agent `twet`");
    assert_eq!(failure.hints, ["did you mean `tweet`?"]);
}
