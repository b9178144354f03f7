//! GenerateContentResponse: whole, as events, and as an array.

use serde_json::{Value, json};

use crate::answer::Text;
use crate::dialect::{Answer, Form, Job, Piece, slices};
use crate::tokens;

/// A whole response.
pub(super) fn whole(job: &Job, answer: &Answer) -> Value {
    let text = &answer.choices[0];
    response(job, answer, &text.text, Some(finish_reason(text)), answer.output_tokens)
}

/// The response in slices of its text: events, or the elements of one array. There is no `[DONE]`.
pub(super) fn pieces(job: &Job, answer: &Answer) -> Vec<Piece> {
    let text = &answer.choices[0];
    let slices = if text.text.is_empty() {
        vec![""]
    } else {
        slices(&text.text)
    };
    let last = slices.len() - 1;
    let mut sent = 0;
    let piece = |(index, slice): (usize, &str)| {
        let tokens = tokens::of_text(slice);
        sent += tokens;
        let (finish, so_far) = if index == last {
            (Some(finish_reason(text)), answer.output_tokens)
        } else {
            (None, sent)
        };
        let response = response(job, answer, slice, finish, so_far);
        Piece::new(framed(job.form, &response, index == 0, index == last), tokens)
    };
    slices.into_iter().enumerate().map(piece).collect()
}

fn framed(form: Form, response: &Value, first: bool, last: bool) -> String {
    match form {
        Form::Array => {
            let (open, close) = (if first { "[" } else { ",\r\n" }, if last { "\n]\n" } else { "" });
            format!("{open}{response:#}{close}")
        }
        Form::Events { .. } | Form::Whole => format!("data: {response}\r\n\r\n"),
    }
}

fn response(job: &Job, answer: &Answer, text: &str, finish: Option<&str>, output_tokens: u64) -> Value {
    let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    candidate["index"] = json!(0);
    let mut usage = json!({
        "promptTokenCount": answer.prompt_tokens, "candidatesTokenCount": output_tokens,
        "totalTokenCount": answer.prompt_tokens + output_tokens,
        "promptTokensDetails": details(answer.prompt_tokens),
    });
    if let (0, Some(fields)) = (output_tokens, usage.as_object_mut()) {
        fields.shift_remove("candidatesTokenCount");
    }
    json!({
        "candidates": [candidate], "usageMetadata": usage, "modelVersion": job.model.id, "responseId": answer.id,
    })
}

/// Tokens by modality.
pub(super) fn details(tokens: u64) -> Value {
    json!([{"modality": "TEXT", "tokenCount": tokens}])
}

fn finish_reason(text: &Text) -> &'static str {
    if text.cut { "MAX_TOKENS" } else { "STOP" }
}
