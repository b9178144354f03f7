//! What is stored with a piece of work, for when its answer is here; and the answer in its forms.

use d8_core::id::TaskId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::ids;

/// Stored as JSON together with the task. What the agent is called and where the answer goes stays as it was then,
/// whatever d8.toml says by now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// The agent's name.
    pub agent: String,
    /// The number of the piece.
    #[serde(rename = "n")]
    pub number: u64,
    /// When it was due, on the agent's clock.
    pub date: String,
    /// Somebody asked for it beside the schedule.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The topic's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Where the answer goes, relative to the agent's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

impl Note {
    /// As it is stored.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As it was stored.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// An answer that is to be delivered.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) task: TaskId,
    pub(super) note: Note,
    /// What the model said.
    pub(super) text: String,
    /// Which model, as far as it says.
    model: Option<String>,
    usage: Value,
}

impl Answer {
    /// From the body of a chat completion. One of another shape is the answer itself.
    pub(super) fn read(task: TaskId, note: Note, body: &[u8]) -> Self {
        let whole: Value = serde_json::from_slice(body).unwrap_or_default();
        let content = whole["choices"][0]["message"]["content"].as_str();
        let text = content.map_or_else(|| String::from_utf8_lossy(body).into_owned(), str::to_owned);
        Self {
            task,
            note,
            text,
            model: whole["model"].as_str().map(str::to_owned),
            usage: whole["usage"].clone(),
        }
    }

    /// The lines between which a Markdown file says what it is.
    pub(super) fn marks(&self) -> [String; 2] {
        [
            format!("date: {}", quoted(&self.note.date)),
            format!("task_id: {}", ids::shown(self.task)),
        ]
    }

    /// Front matter, then the answer: a draft for a person to review.
    pub(super) fn markdown(&self) -> String {
        let [date, task] = self.marks();
        let line = |name: &str, value: Option<&String>| value.map(|value| format!("{name}: {}", quoted(value)));
        let lines = [
            line("agent", Some(&self.note.agent)),
            Some(format!("n: {}", self.note.number)),
            Some(date),
            line("topic", self.note.topic.as_ref()),
            line("language", self.note.language.as_ref()),
            line("model", self.model.as_ref()),
            Some(task),
            Some("status: draft".to_owned()),
        ];
        let lines: Vec<String> = lines.into_iter().flatten().collect();
        format!("---\n{}\n---\n\n{}", lines.join("\n"), self.plain())
    }

    /// The answer and a line end.
    pub(super) fn plain(&self) -> String {
        format!("{}\n", self.text.trim_end())
    }

    /// One line of JSON.
    pub(super) fn line(&self) -> String {
        let Note {
            agent,
            number,
            date,
            topic,
            language,
            by_hand: _,
            output: _,
        } = &self.note;
        let line = json!({
            "agent": agent, "n": number, "date": date, "topic": topic, "language": language, "model": self.model,
            "task_id": ids::shown(self.task), "usage": self.usage, "answer": self.text,
        });
        format!("{line}\n")
    }
}

/// JSON's quotes are YAML's too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::agents) fn answer(task: u64, text: &str) -> Answer {
        let note = Note {
            agent: "w".to_owned(),
            number: task,
            date: "2026-11-24T13:00:00+01:00".to_owned(),
            by_hand: false,
            topic: Some("say: \"hi\"\n---".to_owned()),
            language: Some("en".to_owned()),
            output: None,
        };
        let body = json!({"model": "m", "usage": {"total_tokens": 3}, "choices": [{"message": {"content": text}}]});
        Answer::read(TaskId(task), note, body.to_string().as_bytes())
    }

    #[test]
    fn a_draft_says_what_it_is_and_no_topic_can_break_its_front_matter() {
        let expected = "---\nagent: \"w\"\nn: 7\ndate: \"2026-11-24T13:00:00+01:00\"\ntopic: \"say: \\\"hi\\\"\\n---\"\n\
             language: \"en\"\nmodel: \"m\"\ntask_id: task_7\nstatus: draft\n---\n\nHello\n";
        assert_eq!(answer(7, "Hello\n\n").markdown(), expected);
    }

    #[test]
    fn a_line_is_one_line() {
        let line = answer(7, "a\nb").line();
        assert_eq!(line.lines().count(), 1);
        let value: Value = serde_json::from_str(&line).unwrap_or_default();
        assert_eq!((value["answer"].as_str(), value["n"].as_u64()), (Some("a\nb"), Some(7)));
    }

    #[test]
    fn a_note_is_read_as_it_was_written() {
        let note = answer(7, "").note;
        assert_eq!(Note::parse(&note.to_text()), Some(note));
    }
}
