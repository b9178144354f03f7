//! A line of an output file.

use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) id: String,
    /// Of the error; none where the line was answered.
    pub(crate) code: Option<String>,
    /// Of the error.
    pub(crate) message: String,
    /// The provider's status, where one answered.
    pub(crate) status: Option<u64>,
    /// What the model said.
    pub(crate) text: String,
}

impl Answer {
    /// Every line must be what OpenAI's batch output lines are, and nothing else.
    #[track_caller]
    pub(crate) fn parse_all(text: &str) -> Vec<Self> {
        assert!(text.is_empty() || text.ends_with('\n'), "the last line has no end");
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.map(|line| Self::of(&line)).collect()
    }

    #[track_caller]
    fn of(line: &Value) -> Self {
        let fields: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["id", "custom_id", "response", "error"], "{line}");
        let words = |pointer: &str| {
            line.pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let answer = Self {
            id: words("/custom_id"),
            code: line["error"]["code"].as_str().map(str::to_owned),
            message: words("/error/message"),
            status: line["response"]["status_code"].as_u64(),
            text: words("/response/body/choices/0/message/content"),
        };
        if answer.code.is_none() {
            assert!(line["error"].is_null() && answer.status == Some(200), "{line}");
            assert_eq!(line["response"]["body"]["object"], "chat.completion", "{line}");
        }
        answer
    }

    /// Whether it answers this prompt: the judge's answers begin with the mark of what was asked.
    pub(crate) fn is_to(&self, prompt: &str) -> bool {
        self.text.contains(&d8_emulator::mark(prompt))
    }
}

pub(crate) fn ids(answers: &[Answer]) -> Vec<&str> {
    answers.iter().map(|answer| &*answer.id).collect()
}

/// The codes of the errors, "ok" for an answer.
pub(crate) fn codes(answers: &[Answer]) -> Vec<&str> {
    answers
        .iter()
        .map(|answer| answer.code.as_deref().unwrap_or("ok"))
        .collect()
}

/// `work.jsonl` as `World::tasks` writes it is answered: each line, in its place, with its own answer.
#[track_caller]
pub(crate) fn all_answered(answers: &[Answer], count: usize) {
    assert_eq!(answers.len(), count);
    for (answer, number) in answers.iter().zip(1..) {
        assert_eq!(answer.id, format!("line-{number}"));
        assert!(answer.is_to(&format!("task {number}")), "line {number}: {answer:?}");
    }
}
