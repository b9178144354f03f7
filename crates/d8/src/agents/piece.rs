//! One piece of an agent's work: its number, its moment and its topic, filled into the agent's texts.

use d8_core::time::Timestamp;
use d8_wire::ChatRequest;
use jiff::Zoned;
use serde_json::{Map, Value, json};

use super::note::Note;
use super::path;
use super::timetable::local;
use crate::config::agent::Topic;
use crate::config::{Agent, Template};

/// One piece of work, before it is handed in.
#[derive(Clone, Debug)]
pub struct Piece<'a> {
    agent: &'a Agent,
    /// From 1, never given twice.
    pub number: u64,
    /// When it is due.
    pub at: Timestamp,
    local: Zoned,
    topic: Option<&'a Topic>,
}

impl<'a> Piece<'a> {
    /// Topics and other lists take turns by the number.
    pub fn new(agent: &'a Agent, number: u64, at: Timestamp) -> Self {
        let local = local(at, &agent.zone).unwrap_or_default();
        let topic = taken(&agent.topics, turn(number));
        Self {
            agent,
            number,
            at,
            local,
            topic,
        }
    }

    /// What stands for a name in a prompt.
    fn value(&self, name: &str) -> String {
        match name {
            "agent" => self.agent.name.clone(),
            "n" => self.number.to_string(),
            "date" => self.local.date().to_string(),
            "time" => self.local.strftime("%H:%M").to_string(),
            "topic" => self.topic.map(|topic| topic.text.clone()).unwrap_or_default(),
            name => self.own_value(name),
        }
    }

    /// What the topic or the agent itself calls so.
    fn own_value(&self, name: &str) -> String {
        if let Some(value) = self.topic.and_then(|topic| topic.vars.get(name)) {
            return value.clone();
        }
        let values = self.agent.vars.get(name).and_then(|values| values.get(self.language()));
        // A list meets each topic with another of its values when the topics come round again.
        let round = turn(self.number) / self.agent.topics.len().max(1);
        let turn = turn(self.number) + round;
        values
            .and_then(|values| taken(values, turn))
            .cloned()
            .unwrap_or_default()
    }

    /// What it is about.
    pub fn topic(&self) -> Option<&str> {
        self.topic.map(|topic| topic.text.as_str())
    }

    /// The topic's language.
    pub fn language(&self) -> Option<&str> {
        self.topic.and_then(Topic::language)
    }

    /// What is asked.
    pub fn prompt(&self) -> String {
        let template = self.agent.prompt.get(self.language());
        template.map(|template| self.filled(template)).unwrap_or_default()
    }

    /// Who shall answer.
    pub fn system(&self) -> Option<String> {
        let template = self.agent.system.as_ref()?.get(self.language())?;
        Some(self.filled(template))
    }

    fn filled(&self, template: &Template) -> String {
        template.fill(|name| self.value(name))
    }

    /// Where the answer goes, relative to the agent's folder. Whatever stands for a name is one part of a name there: it
    /// leads nowhere else.
    pub fn output(&self) -> Option<String> {
        let template = self.agent.output.as_ref()?;
        let value = |name: &str| match name {
            "time" => self.local.strftime("%H-%M-%S").to_string(),
            name => path::part(&self.value(name)),
        };
        Some(template.fill(value))
    }

    /// As the orchestrator takes it; none where the wire has no such request, which a judged agent never makes.
    pub fn request(&self) -> Option<ChatRequest> {
        let mut messages = Vec::new();
        if let Some(system) = self.system() {
            messages.push(json!({"role": "system", "content": system}));
        }
        messages.push(json!({"role": "user", "content": self.prompt()}));
        let mut body = Map::new();
        body.insert("messages".to_owned(), Value::Array(messages));
        if let Some(most) = self.agent.max_tokens {
            body.insert("max_tokens".to_owned(), most.into());
        }
        if let Some(temperature) = self.agent.temperature {
            body.insert("temperature".to_owned(), temperature.into());
        }
        if let Some(format) = &self.agent.response_format {
            body.insert("response_format".to_owned(), format.clone());
        }
        ChatRequest::parse(Value::Object(body).to_string().as_bytes()).ok()
    }

    /// What must be known when the answer is delivered.
    pub fn note(&self) -> Note {
        Note {
            agent: self.agent.name.clone(),
            number: self.number,
            date: self.local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
            by_hand: false,
            topic: self.topic().map(str::to_owned),
            language: self.language().map(str::to_owned),
            output: self.output(),
        }
    }
}

/// Which turn a number has, from 0.
fn turn(number: u64) -> usize {
    usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX)
}

fn taken<T>(all: &[T], turn: usize) -> Option<&T> {
    all.get(turn.checked_rem(all.len())?)
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use super::*;
    use crate::config::{Config, Environment, LoadOptions, UserFolders};

    /// The agent of a text that says only what is particular of it.
    pub(in crate::agents) fn agent(text: &str) -> Agent {
        let whole = format!("[[agent]]\nname = \"w\"\nzone = \"Europe/Madrid\"\n{text}");
        let options = LoadOptions {
            config_path: None,
            cwd: Path::new(".").to_owned(),
            env: Environment::default(),
            folders: UserFolders::default(),
            now: Timestamp::from_secs(1_795_521_600),
        };
        Config::from_text(&whole, options).unwrap().agents.remove(0)
    }

    fn noon() -> Timestamp {
        Timestamp::from_secs(1_795_521_600)
    }

    #[test]
    fn topics_take_turns_and_lists_meet_each_of_them_anew() {
        let agent = agent(
            "every = \"1h\"\nprompt = \"{{n}} {{topic}} {{angle}}\"\ntopics = [\"a\", \"b\"]\nvars = { angle = [\"x\", \"y\"] }\n",
        );
        let prompts: Vec<String> = (1..=5)
            .map(|number| Piece::new(&agent, number, noon()).prompt())
            .collect();
        assert_eq!(prompts, ["1 a x", "2 b y", "3 a y", "4 b x", "5 a x"]);
    }

    #[test]
    fn a_request_says_all_that_the_agent_wants() {
        let agent = agent(
            "every = \"1h\"\nprompt.es = \"Di {{topic}} el {{date}} a las {{time}}\"\nprompt.en = \"-\"\n\
             system = \"{{agent}}\"\nmax_tokens = 9\ntemperature = 0.5\nresponse_format = \"json\"\n\
             topics = [{ topic = \"pan\", language = \"es\" }]\n",
        );
        let request = Piece::new(&agent, 1, noon()).request().unwrap();
        let body: Value = serde_json::from_slice(&request.to_bytes()).unwrap();
        assert_eq!(
            body,
            json!({
                "messages": [
                    {"role": "system", "content": "w"},
                    {"role": "user", "content": "Di pan el 2026-11-24 a las 13:00"},
                ],
                "max_tokens": 9, "temperature": 0.5, "response_format": {"type": "json_object"},
            })
        );
    }

    #[test]
    fn no_topic_leads_out_of_the_folder() {
        let agent = agent(
            "every = \"1h\"\nprompt = \"p\"\noutput = \"out/{topic}/{date}/{time}-{n}.md\"\n\
             topics = [\"../../etc\", \"..\", \"a\\\\b:c\", \"/abs\", \"con\"]\n",
        );
        let outputs: Vec<String> = (1..=5)
            .map(|number| Piece::new(&agent, number, noon()).output().unwrap())
            .collect();
        assert_eq!(
            outputs,
            [
                "out/_.._etc/2026-11-24/13-00-00-1.md",
                "out/_/2026-11-24/13-00-00-2.md",
                "out/a_b_c/2026-11-24/13-00-00-3.md",
                "out/_abs/2026-11-24/13-00-00-4.md",
                "out/_con/2026-11-24/13-00-00-5.md",
            ]
        );
    }
}
