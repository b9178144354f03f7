//! Chat completions, whole and in chunks.

use serde_json::{Map, Value, json};

use super::Flavour;
use crate::answer::Text;
use crate::counting::{Micros, SECOND};
use crate::dialect::{Answer, Form, Job, Piece, slices};
use crate::fingerprint::hash64;

/// A whole completion.
pub(super) fn whole(flavour: Flavour, job: &Job, answer: &Answer) -> Value {
    let choice = |(index, text): (usize, &Text)| {
        let mut message = json!({"role": "assistant", "content": text.text});
        if flavour == Flavour::OpenAi {
            message["refusal"] = Value::Null;
            message["annotations"] = json!([]);
        }
        json!({"index": index, "message": message, "logprobs": null, "finish_reason": finish_reason(text)})
    };
    let choices: Vec<Value> = answer.choices.iter().enumerate().map(choice).collect();
    let mut completion = head(flavour, job, answer, "chat.completion");
    completion.insert("choices".into(), json!(choices));
    completion.insert("usage".into(), usage(flavour, answer));
    match flavour {
        Flavour::Groq => {
            completion.insert("usage_breakdown".into(), Value::Null);
            completion.insert("x_groq".into(), json!({"id": answer.request_id, "seed": seed(answer)}));
            completion.insert("service_tier".into(), json!("on_demand"));
        }
        Flavour::OpenAi => {
            completion.insert("service_tier".into(), json!("default"));
        }
    }
    Value::Object(completion)
}

/// A completion as server-sent events: the role, the text in slices, the end, the usage where it is asked for.
pub(super) fn pieces(flavour: Flavour, job: &Job, answer: &Answer) -> Vec<Piece> {
    let stream = Chunks { flavour, job, answer };
    let mut pieces = Vec::new();
    for (index, text) in answer.choices.iter().enumerate() {
        let first = index == 0;
        pieces.push(stream.piece(index, &json!({"role": "assistant", "content": ""}), None, first, 0));
        for slice in slices(&text.text) {
            let tokens = crate::tokens::of_text(slice);
            pieces.push(stream.piece(index, &json!({"content": slice}), None, false, tokens));
        }
        let last = index + 1 == answer.choices.len();
        pieces.push(stream.piece(index, &json!({}), Some(finish_reason(text)), last, 0));
    }
    if stream.with_usage() {
        pieces.push(stream.usage_piece());
    }
    pieces.push(Piece::new("data: [DONE]\n\n".to_owned(), 0));
    pieces
}

struct Chunks<'a> {
    flavour: Flavour,
    job: &'a Job,
    answer: &'a Answer,
}

impl Chunks<'_> {
    /// `marked`: Groq tells its request id on the first chunk, and the usage too on the last.
    fn piece(&self, index: usize, delta: &Value, finish: Option<&str>, marked: bool, tokens: u64) -> Piece {
        let choice = json!({"index": index, "delta": delta, "logprobs": null, "finish_reason": finish});
        let mut chunk = head(self.flavour, self.job, self.answer, "chat.completion.chunk");
        chunk.insert("choices".into(), json!([choice]));
        if self.flavour == Flavour::Groq && marked {
            let mut mark = json!({"id": self.answer.request_id});
            match finish {
                Some(_) => mark["usage"] = usage(self.flavour, self.answer),
                None => mark["seed"] = json!(seed(self.answer)),
            }
            chunk.insert("x_groq".into(), mark);
        }
        if self.flavour == Flavour::OpenAi && self.with_usage() {
            chunk.insert("usage".into(), Value::Null);
        }
        Piece::new(event(chunk), tokens)
    }

    fn usage_piece(&self) -> Piece {
        let mut chunk = head(self.flavour, self.job, self.answer, "chat.completion.chunk");
        chunk.insert("choices".into(), json!([]));
        chunk.insert("usage".into(), usage(self.flavour, self.answer));
        Piece::new(event(chunk), 0)
    }

    fn with_usage(&self) -> bool {
        self.job.form == Form::Events { include_usage: true }
    }
}

fn event(chunk: Map<String, Value>) -> String {
    format!("data: {}\n\n", Value::Object(chunk))
}

fn head(flavour: Flavour, job: &Job, answer: &Answer, object: &str) -> Map<String, Value> {
    let model = match flavour {
        Flavour::OpenAi if job.model.id == "gpt-4o-mini" => "gpt-4o-mini-2024-07-18",
        Flavour::OpenAi if job.model.id == "gpt-4.1-mini" => "gpt-4.1-mini-2025-04-14",
        _ => &job.model.id,
    };
    let fields = [
        ("id", json!(format!("chatcmpl-{}", answer.id))),
        ("object", json!(object)),
        ("created", json!(answer.created)),
        ("model", json!(model)),
        (
            "system_fingerprint",
            json!(format!("fp_{:010x}", hash64(model.as_bytes()) >> 24)),
        ),
    ];
    fields
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn usage(flavour: Flavour, answer: &Answer) -> Value {
    let Answer {
        prompt_tokens,
        output_tokens,
        ..
    } = answer;
    let total_tokens = prompt_tokens + output_tokens;
    let (prompt_time, completion_time) = (seconds(answer.prompt_time), seconds(answer.completion_time));
    match flavour {
        Flavour::Groq => json!({
            "queue_time": 0.0, "prompt_tokens": prompt_tokens, "prompt_time": prompt_time,
            "completion_tokens": output_tokens, "completion_time": completion_time, "total_tokens": total_tokens,
            "total_time": seconds(answer.prompt_time + answer.completion_time),
        }),
        Flavour::OpenAi => json!({
            "prompt_tokens": prompt_tokens, "completion_tokens": output_tokens, "total_tokens": total_tokens,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0,
                "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
        }),
    }
}

fn finish_reason(text: &Text) -> &'static str {
    if text.cut { "length" } else { "stop" }
}

fn seed(answer: &Answer) -> u64 {
    hash64(answer.id.as_bytes()) >> 33
}

fn seconds(length: Micros) -> f64 {
    length as f64 / SECOND as f64
}
