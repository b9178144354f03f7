//! What is wrong with a request, and how each provider says it.

use super::Flavour;
use crate::reply::Reply;

/// What is wrong with a request's body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Complaint {
    /// The body is not JSON, or no object.
    NotJson(String),
    /// A field that must be there is not.
    Missing(String),
    /// A field that does not exist.
    Unknown(String),
    /// A field that exists elsewhere, but not here.
    Unsupported(String),
    WrongType {
        field: String,
        expected: &'static str,
        got: &'static str,
    },
    TooSmall {
        field: String,
        least: String,
        got: String,
    },
    TooLarge {
        field: String,
        most: String,
        got: String,
    },
    /// A list that must hold something holds nothing.
    EmptyList(String),
    NotOneOf {
        field: String,
        allowed: &'static [&'static str],
        got: String,
    },
    /// Two fields that exclude each other.
    Both(&'static str, &'static str),
    /// `stream_options` without `stream`.
    NotStreamed,
    /// JSON mode, and no word of JSON in the messages.
    NoWordOfJson,
    ContextTooLong {
        context: u64,
        prompt: u64,
        output: u64,
    },
}

impl Complaint {
    /// The 400 that says it.
    pub(super) fn reply(&self, flavour: Flavour) -> Reply {
        let message = match flavour {
            Flavour::Groq => self.by_groq(),
            Flavour::OpenAi => self.by_openai(),
        };
        let param = match flavour {
            Flavour::OpenAi => self.field(),
            Flavour::Groq => None,
        };
        Reply::new(
            400,
            flavour.error(&message, "invalid_request_error", param, self.code(flavour)),
        )
    }

    fn by_openai(&self) -> String {
        match self {
            Complaint::NotJson(_) => {
                "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)".to_owned()
            }
            Complaint::Missing(field) if field == "model" => "you must provide a model parameter".to_owned(),
            Complaint::Missing(field) => format!("Missing required parameter: '{field}'."),
            Complaint::Unknown(field) => format!("Unrecognized request argument supplied: {field}"),
            Complaint::Unsupported(field) => format!("Unsupported parameter: '{field}' is not supported with this model."),
            Complaint::WrongType { field, expected, got } => {
                format!("Invalid type for '{field}': expected {expected}, but got {got} instead.")
            }
            Complaint::TooSmall { field, least, got } => {
                format!("Invalid '{field}': value below minimum. Expected a value >= {least}, but got {got} instead.")
            }
            Complaint::TooLarge { field, most, got } if is_output_maximum(field) => format!(
                "{field} is too large: {got}. This model supports at most {most} completion tokens, whereas you provided {got}."
            ),
            Complaint::TooLarge { field, most, got } => {
                format!("Invalid '{field}': value above maximum. Expected a value <= {most}, but got {got} instead.")
            }
            Complaint::EmptyList(field) => format!(
                "Invalid '{field}': empty array. Expected an array with minimum length 1, but got an empty array instead."
            ),
            Complaint::NotOneOf { field, allowed, got } => {
                let allowed: Vec<String> = allowed.iter().map(|value| format!("'{value}'")).collect();
                format!("Invalid value: '{got}'. Supported values for '{field}' are: {}.", allowed.join(", "))
            }
            Complaint::Both(one, other) => {
                format!("Setting '{one}' and '{other}' at the same time is not supported.")
            }
            Complaint::NotStreamed => {
                "The 'stream_options' parameter is only allowed when 'stream' is enabled.".to_owned()
            }
            Complaint::NoWordOfJson => {
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.".to_owned()
            }
            Complaint::ContextTooLong { context, prompt, output } => format!(
                "This model's maximum context length is {context} tokens. However, you requested {} tokens ({prompt} in the messages, {output} in the completion). Please reduce the length of the messages or completion.",
                prompt + output
            ),
        }
    }

    fn by_groq(&self) -> String {
        match self {
            Complaint::NotJson(why) => format!("failed to decode json: {why}"),
            Complaint::Missing(field) => format!("property '{field}' is missing"),
            Complaint::Unknown(field) | Complaint::Unsupported(field) => format!("property '{field}' is unsupported"),
            Complaint::WrongType { field, expected, .. } => format!("'{}' : value must be {expected}", dotted(field)),
            Complaint::TooSmall { field, least, .. } => {
                format!("'{}' : number must be at least {least}", dotted(field))
            }
            Complaint::TooLarge { field, most, .. } if is_output_maximum(field) => {
                format!(
                    "`{field}` must be less than or equal to `{most}`, the maximum value for `{field}` is less than the `context_window` for this model"
                )
            }
            Complaint::TooLarge { field, most, .. } => format!("'{}' : number must be at most {most}", dotted(field)),
            Complaint::EmptyList(field) => format!("'{}' : minimum number of items is 1", dotted(field)),
            Complaint::NotOneOf { field, allowed, .. } => {
                format!("'{}' : value must be one of [{}]", dotted(field), allowed.join(", "))
            }
            Complaint::Both(one, other) => format!("only one of `{one}` and `{other}` can be set"),
            Complaint::NotStreamed => "`stream_options` is only allowed when `stream` is true".to_owned(),
            Complaint::NoWordOfJson => {
                "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
                    .to_owned()
            }
            Complaint::ContextTooLong { .. } => "Please reduce the length of the messages or completion.".to_owned(),
        }
    }

    fn field(&self) -> Option<&str> {
        match self {
            Complaint::Missing(field)
            | Complaint::EmptyList(field)
            | Complaint::Unsupported(field)
            | Complaint::WrongType { field, .. }
            | Complaint::TooSmall { field, .. }
            | Complaint::TooLarge { field, .. }
            | Complaint::NotOneOf { field, .. } => Some(field),
            Complaint::Both(one, _) => Some(one),
            Complaint::NotStreamed => Some("stream_options"),
            Complaint::NoWordOfJson | Complaint::ContextTooLong { .. } => Some("messages"),
            Complaint::NotJson(_) | Complaint::Unknown(_) => None,
        }
    }

    fn code(&self, flavour: Flavour) -> Option<&'static str> {
        if let Complaint::ContextTooLong { .. } = self {
            return Some("context_length_exceeded");
        }
        if flavour == Flavour::Groq {
            return None;
        }
        match self {
            Complaint::Missing(_) => Some("missing_required_parameter"),
            Complaint::Unsupported(_) => Some("unsupported_parameter"),
            Complaint::WrongType { .. } => Some("invalid_type"),
            Complaint::TooSmall { .. } => Some("integer_below_min_value"),
            Complaint::TooLarge { field, .. } if is_output_maximum(field) => None,
            Complaint::TooLarge { .. } => Some("integer_above_max_value"),
            Complaint::EmptyList(_) => Some("empty_array"),
            Complaint::NotOneOf { .. } => Some("invalid_value"),
            _ => None,
        }
    }
}

fn is_output_maximum(field: &str) -> bool {
    field == "max_tokens" || field == "max_completion_tokens"
}

/// Groq writes `messages.0.role` where OpenAI writes `messages[0].role`.
fn dotted(field: &str) -> String {
    field.replace('[', ".").replace(']', "")
}
