//! Answers that a test can predict: they depend on seed, model, prompt and nothing else.

mod instance;

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::fingerprint::{hash64, mark};
use crate::tokens;

/// What the caller wants the text to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Words.
    Text,
    /// Some JSON object.
    Json,
    /// JSON that fits a schema.
    Schema(Value),
}

/// What an answer is made from.
#[derive(Debug, Clone)]
pub(crate) struct Wish<'a> {
    pub(crate) seed: u64,
    pub(crate) model: &'a str,
    pub(crate) last_user_message: &'a str,
    pub(crate) shape: &'a Shape,
    pub(crate) length: &'a RangeInclusive<u64>,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) stop: &'a [String],
    /// Which of several answers to the same prompt.
    pub(crate) choice: u64,
}

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) tokens: u64,
    /// Was it cut at the maximum?
    pub(crate) cut: bool,
}

/// Writes the answer.
pub(crate) fn compose(wish: &Wish<'_>) -> Text {
    let full = match wish.shape {
        Shape::Text if asks_for_json(wish.last_user_message) => object(wish).to_string(),
        Shape::Text => words(wish),
        Shape::Json => object(wish).to_string(),
        Shape::Schema(schema) => instance::of(schema, &mark(wish.last_user_message), dice(wish)).to_string(),
    };
    let stopped = wish.stop.iter().filter_map(|stop| full.find(stop.as_str())).min();
    let full = &full[..stopped.unwrap_or(full.len())];
    let text = tokens::truncated(full, wish.max_tokens.unwrap_or(u64::MAX));
    Text {
        text: text.to_owned(),
        tokens: tokens::of_text(text),
        cut: text.len() < full.len(),
    }
}

fn asks_for_json(prompt: &str) -> bool {
    prompt.to_ascii_lowercase().contains("json")
}

fn object(wish: &Wish<'_>) -> Value {
    json!({"prompt": mark(wish.last_user_message), "model": wish.model, "answer": words(wish)})
}

/// What an answer depends on, as a number.
fn subject(wish: &Wish<'_>) -> u64 {
    let subject = format!(
        "{}/{}/{}/{}",
        wish.seed, wish.model, wish.choice, wish.last_user_message
    );
    hash64(subject.as_bytes())
}

/// Chance that the same request meets again.
fn dice(wish: &Wish<'_>) -> Dice {
    Dice::new(wish.seed, subject(wish))
}

const VOCABULARY: [&str; 16] = [
    "quota", "river", "minute", "lantern", "window", "harbour", "token", "morning", "ledger", "garden", "bucket",
    "signal", "answer", "stone", "queue", "summer",
];

/// The mark of the prompt, then words of a length that the prompt decides.
fn words(wish: &Wish<'_>) -> String {
    let mut state = subject(wish);
    let (least, most) = (*wish.length.start(), (*wish.length.end()).max(*wish.length.start()));
    let tokens = least + state % (most - least + 1);
    let mut text = format!("[{}] {}:", mark(wish.last_user_message), wish.model);
    while tokens::of_text(&text) < tokens {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push(' ');
        text.push_str(VOCABULARY[(state >> 60) as usize]);
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn wish<'a>(prompt: &'a str, shape: &'a Shape) -> Wish<'a> {
        Wish {
            seed: 1,
            model: "m",
            last_user_message: prompt,
            shape,
            length: &(20..=40),
            max_tokens: None,
            stop: &[],
            choice: 0,
        }
    }

    #[test]
    fn an_answer_tells_which_prompt_it_answers_and_is_always_the_same() {
        let one = compose(&wish("one", &Shape::Text));
        assert!(one.text.starts_with(&format!("[{}] m:", mark("one"))));
        assert_eq!(one, compose(&wish("one", &Shape::Text)));
        assert_ne!(
            one.text,
            compose(&Wish {
                choice: 1,
                ..wish("one", &Shape::Text)
            })
            .text
        );
        assert!((20..=44).contains(&one.tokens) && !one.cut);
    }

    #[test]
    fn a_maximum_cuts_and_a_stop_word_ends() {
        let cut = compose(&Wish {
            max_tokens: Some(5),
            ..wish("one", &Shape::Text)
        });
        assert!(cut.cut && cut.tokens == 5);
        let stopped = compose(&Wish {
            stop: &[" m:".to_owned()],
            ..wish("one", &Shape::Text)
        });
        assert_eq!(stopped.text, format!("[{}]", mark("one")));
        assert!(!stopped.cut);
    }

    #[test]
    fn who_asks_for_json_gets_json() {
        for shape in [Shape::Json, Shape::Text] {
            let answer: Value = serde_json::from_str(&compose(&wish("as JSON please", &shape)).text).unwrap();
            assert_eq!(answer["prompt"], mark("as JSON please"));
        }
    }
}
