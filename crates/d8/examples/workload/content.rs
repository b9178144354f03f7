//! Content Empire: five agents write about fifty topics in two languages, evenly over the day. The agents are those of
//! `content-empire/d8.toml`, which is the source of their prompts.

use std::path::Path;

use serde::Deserialize;

use super::{Failure, InBoth, Language, Line, Request, read};

const SECONDS_A_DAY: usize = 86_400;

/// The part of d8.toml that a line is made of.
#[derive(Deserialize)]
struct Agents {
    agent: Vec<Agent>,
}

#[derive(Deserialize)]
struct Agent {
    name: String,
    max_tokens: u32,
    priority: Option<u8>,
    response_format: Option<String>,
    system: InBoth<String>,
    prompt: InBoth<String>,
    vars: Vars,
}

#[derive(Deserialize)]
struct Vars {
    angle: InBoth<Vec<String>>,
}

#[derive(Deserialize)]
struct Topics {
    topics: Vec<Topic>,
}

/// What it is about, and what the editors know of it.
#[derive(Deserialize)]
struct Topic {
    topic: String,
    fact: String,
}

/// A request for each topic, language and agent: whoever reads a part of the file has met them all.
pub(super) fn requests(folder: &Path) -> Result<Vec<Request>, Failure> {
    let agents: Agents = read(&folder.join("d8.toml"))?;
    let spanish: Topics = read(&folder.join("topics.es.toml"))?;
    let english: Topics = read(&folder.join("topics.en.toml"))?;

    let mut lines = Vec::new();
    for (number, pair) in spanish.topics.iter().zip(&english.topics).enumerate() {
        for (topic, language) in [(pair.0, Language::Spanish), (pair.1, Language::English)] {
            for (position, agent) in agents.agent.iter().enumerate() {
                let id = format!("{}-{}-{:02}", agent.name, language.code(), number + 1);
                lines.push(agent.line(id, language, topic, number + position));
            }
        }
    }
    Ok(evenly_over_the_day(lines))
}

impl Agent {
    fn line(&self, id: String, language: Language, topic: &Topic, turn: usize) -> Line {
        let angles = self.vars.angle.get(language);
        let angle = angles.get(turn % angles.len().max(1)).map_or("", String::as_str);
        let values = [
            ("{{topic}}", topic.topic.as_str()),
            ("{{fact}}", &topic.fact),
            ("{{angle}}", angle),
        ];
        let prompt = self.prompt.get(language).clone();
        let user = values
            .iter()
            .fold(prompt, |text, (name, value)| text.replace(name, value));
        Line::new(id, self.system.get(language).clone(), user, self.max_tokens)
            .asking_for_json(self.response_format.as_deref() == Some("json"))
            .with_priority(self.priority)
    }
}

fn evenly_over_the_day(lines: Vec<Line>) -> Vec<Request> {
    let count = lines.len();
    let at = |(number, line)| Request {
        second: number * SECONDS_A_DAY / count,
        line,
    };
    lines.into_iter().enumerate().map(at).collect()
}
