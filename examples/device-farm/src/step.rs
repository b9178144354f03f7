//! One step of a test: what the screen offers, as a JSON schema for the model; and what the model chose, checked against the
//! same screen.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::app::{Element, Kind, Screen};

/// The button with this id is the way back.
const BACK: &str = "back";

/// What a device does next.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Step {
    /// Taps a button.
    Tap {
        /// Its id.
        target: String,
    },
    /// Types into a field.
    Type {
        /// Its id.
        target: String,
        /// One of the texts that the test has for it.
        text: String,
    },
    /// Goes back.
    Back {},
}

/// What a model answers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    #[serde(rename = "why")]
    _why: String,
    next: Step,
}

impl Screen {
    /// What an answer must be: one of the steps that this screen offers, and why. It uses only what every provider's schemas
    /// know: types, `enum`, `anyOf`, all properties required, no others.
    pub(crate) fn schema(&self) -> Value {
        let mut steps: Vec<Value> = Vec::new();
        let taps: Vec<&str> = self
            .of(Kind::Button)
            .map(|button| button.id)
            .filter(|id| *id != BACK)
            .collect();
        if !taps.is_empty() {
            steps.push(object(&json!({"action": one_of(&["tap"]), "target": one_of(&taps)})));
        }
        for field in self.of(Kind::Field) {
            let data: Vec<&str> = field.data.iter().map(String::as_str).collect();
            steps.push(object(
                &json!({"action": one_of(&["type"]), "target": one_of(&[field.id]), "text": one_of(&data)}),
            ));
        }
        if self.of(Kind::Button).any(|button| button.id == BACK) {
            steps.push(object(&json!({"action": one_of(&[BACK])})));
        }
        object(&json!({"why": {"type": "string", "description": "at most eight words"}, "next": {"anyOf": steps}}))
    }

    /// Reads an answer.
    ///
    /// # Errors
    /// In words, where it is not what the schema asks for.
    pub(crate) fn read(&self, answer: &str) -> Result<Step, String> {
        let answer: Answer = serde_json::from_str(answer).map_err(|error| error.to_string())?;
        if self.offers(&answer.next) {
            Ok(answer.next)
        } else {
            Err(format!("{:?} is not on the screen {}", answer.next, self.screen))
        }
    }

    /// Whether this can be done here.
    pub(crate) fn offers(&self, step: &Step) -> bool {
        match step {
            Step::Tap { target } => target != BACK && self.of(Kind::Button).any(|button| button.id == target),
            Step::Type { target, text } => {
                let mut fields = self.of(Kind::Field);
                fields.any(|field| field.id == target && field.data.contains(text))
            }
            Step::Back {} => self.of(Kind::Button).any(|button| button.id == BACK),
        }
    }

    fn of(&self, kind: Kind) -> impl Iterator<Item = &Element> {
        self.elements.iter().filter(move |element| element.kind == kind)
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tap { target } => write!(f, "tap {target}"),
            Self::Type { target, .. } => write!(f, "type {target}"),
            Self::Back {} => write!(f, "back"),
        }
    }
}

fn one_of(texts: &[&str]) -> Value {
    json!({"type": "string", "enum": texts})
}

/// An object with these properties, all of them.
fn object(properties: &Value) -> Value {
    let names: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.keys())
        .collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn screen() -> Screen {
        let elements = vec![
            Element::button("back", "Back"),
            Element::label("price", "24.00"),
            Element::field("search", "", &["shoes", "socks"]),
            Element::button("buy", "Buy"),
        ];
        Screen {
            screen: "shop",
            elements,
        }
    }

    #[test]
    fn the_schema_offers_what_the_screen_does() {
        let schema = screen().schema();
        let steps = schema["properties"]["next"]["anyOf"].as_array().unwrap();
        let actions: Vec<&Value> = steps
            .iter()
            .map(|step| &step["properties"]["action"]["enum"][0])
            .collect();
        assert_eq!(actions, ["tap", "type", "back"]);
        assert_eq!(steps[0]["properties"]["target"]["enum"], json!(["buy"]));
        assert_eq!(steps[1]["properties"]["text"]["enum"], json!(["shoes", "socks"]));
        assert_eq!(steps[1]["required"], json!(["action", "target", "text"]));
    }

    #[test]
    fn what_fits_is_read() {
        let read = |next: Value| screen().read(&json!({"why": "it is next", "next": next}).to_string());
        assert_eq!(read(json!({"action": "back"})), Ok(Step::Back {}));
        let typed = read(json!({"action": "type", "target": "search", "text": "socks"}));
        assert_eq!(typed.unwrap().to_string(), "type search");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for answer in [
            "",
            "tap buy",
            r#"{"next": {"action": "back"}}"#,
            r#"{"why": "", "next": {"action": "swipe"}}"#,
            r#"{"why": "", "next": {"action": "tap", "target": "sell"}}"#,
            r#"{"why": "", "next": {"action": "tap", "target": "price"}}"#,
            r#"{"why": "", "next": {"action": "tap", "target": "buy", "text": "shoes"}}"#,
            r#"{"why": "", "next": {"action": "type", "target": "search", "text": "rm -r"}}"#,
            r#"{"why": "", "next": {"action": "back"}, "more": 1}"#,
        ] {
            assert!(screen().read(answer).is_err(), "{answer}");
        }
    }
}
