//! Content Empire: five agents write about fifty topics in two languages, evenly over the day.

use std::path::Path;

use serde::Deserialize;

use super::{Failure, InBoth, Language, Line, Prompt, Request, fill, read};

const AGENTS: [&str; 5] = ["tweet", "linkedin", "video", "email", "hashtags"];
const SECONDS_A_DAY: usize = 86_400;

#[derive(Deserialize)]
struct Agent {
    max_tokens: u32,
    priority: Option<u8>,
    #[serde(default)]
    json: bool,
    prompt: InBoth<Prompt>,
}

#[derive(Deserialize)]
struct Topics {
    topics: Vec<Topic>,
}

/// What it is about, and what the editors know of it.
#[derive(Deserialize)]
struct Topic(String, String);

/// A request for each topic, language and agent: whoever reads a part of the file has met them all.
pub(super) fn requests(folder: &Path) -> Result<Vec<Request>, Failure> {
    let agents = AGENTS.map(|name| read::<Agent>(&folder.join(format!("{name}.toml"))));
    let spanish: Topics = read(&folder.join("topics.es.toml"))?;
    let english: Topics = read(&folder.join("topics.en.toml"))?;
    let agents = agents.into_iter().collect::<Result<Vec<_>, _>>()?;

    let mut lines = Vec::new();
    for (number, pair) in spanish.topics.iter().zip(&english.topics).enumerate() {
        for (topic, language) in [(pair.0, Language::Spanish), (pair.1, Language::English)] {
            for (position, (agent, name)) in agents.iter().zip(AGENTS).enumerate() {
                let id = format!("{name}-{}-{:02}", language.code(), number + 1);
                lines.push(agent.line(id, language, topic, number + position));
            }
        }
    }
    Ok(evenly_over_the_day(lines))
}

impl Agent {
    fn line(&self, id: String, language: Language, topic: &Topic, turn: usize) -> Line {
        let prompt = self.prompt.get(language);
        let angle = prompt
            .angles
            .get(turn % prompt.angles.len().max(1))
            .map_or("", String::as_str);
        let user = fill(
            &prompt.user,
            &[("topic", &topic.0), ("fact", &topic.1), ("angle", angle)],
        );
        Line::new(id, prompt.system.clone(), user, self.max_tokens)
            .asking_for_json(self.json)
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
