//! The example workloads: two services of a small house, and one day on which both are at work.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod content;
mod devices;

/// What can go wrong: a template that is missing, does not parse, or does not hold what it should.
pub(crate) type Failure = Box<dyn Error>;

/// A file to be written: its name inside `examples/`, and its text.
pub(crate) struct Workload {
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

/// The three workloads that the templates in `examples` give; the same templates give the same bytes.
pub(crate) fn generate(examples: &Path) -> Result<[Workload; 3], Failure> {
    let mut content = content::requests(&examples.join("content-empire"))?;
    let mut devices = devices::requests(&examples.join("device-farm"))?;
    let content_text = in_order_of_time(&mut content)?;
    let devices_text = in_order_of_time(&mut devices)?;
    let mut day: Vec<Request> = content.into_iter().chain(devices).collect();
    Ok([
        Workload {
            name: "content-empire.jsonl",
            text: content_text,
        },
        Workload {
            name: "device-farm.jsonl",
            text: devices_text,
        },
        Workload {
            name: "day.jsonl",
            text: in_order_of_time(&mut day)?,
        },
    ])
}

/// One line of a workload and the second of the day at which it comes up.
struct Request {
    second: usize,
    line: Line,
}

/// The short form of a line that `d8 run` reads. Without a model: the default route decides.
#[derive(Serialize)]
struct Line {
    id: String,
    messages: [Message; 2],
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u8>,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: String,
}

#[derive(Serialize)]
struct ResponseFormat {
    r#type: &'static str,
}

impl Line {
    fn new(id: String, system: String, user: String, max_tokens: u32) -> Self {
        let messages = [
            Message {
                role: "system",
                content: system,
            },
            Message {
                role: "user",
                content: user,
            },
        ];
        Self {
            id,
            messages,
            max_tokens,
            response_format: None,
            priority: None,
        }
    }

    fn asking_for_json(mut self, json: bool) -> Self {
        self.response_format = json.then_some(ResponseFormat { r#type: "json_object" });
        self
    }

    fn with_priority(mut self, priority: Option<u8>) -> Self {
        self.priority = priority;
        self
    }
}

/// What a template asks: what the model is to be, and what it is to do now.
#[derive(Deserialize)]
struct Prompt {
    system: String,
    user: String,
}

#[derive(Copy, Clone)]
enum Language {
    English,
    Spanish,
}

impl Language {
    const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
        }
    }
}

#[derive(Deserialize)]
struct InBoth<T> {
    en: T,
    es: T,
}

impl<T> InBoth<T> {
    const fn get(&self, language: Language) -> &T {
        match language {
            Language::English => &self.en,
            Language::Spanish => &self.es,
        }
    }
}

/// A template file. A checkout on Windows may have changed its line ends, which must not change a prompt.
fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    toml::from_str(&text.replace("\r\n", "\n")).map_err(|error| format!("{}: {error}", path.display()).into())
}

/// `template` with each `{name}` replaced by its value.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{name}}}"), value)
    })
}

fn in_order_of_time(requests: &mut [Request]) -> Result<String, Failure> {
    requests.sort_by_key(|request| request.second);
    let mut text = String::new();
    for request in requests {
        text += &serde_json::to_string(&request.line)?;
        text.push('\n');
    }
    Ok(text)
}
