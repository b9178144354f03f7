//! How the emulator counts tokens: a rule that anybody can follow with a pencil, where the real ones need a tokenizer.

use serde_json::Value;

/// Tokens that each message costs besides its text.
pub const PER_MESSAGE: u64 = 4;
/// Tokens that a prompt costs besides its messages.
pub const PER_PROMPT: u64 = 3;
/// What Groq and OpenAI reserve for the answer of a request that names no maximum. Their real estimate is not known.
pub const UNNAMED_OUTPUT: u64 = 16;

const BYTES_PER_TOKEN: u64 = 4;

/// The tokens of a text: a quarter of its bytes, rounded up.
pub fn of_text(text: &str) -> u64 {
    (text.len() as u64).div_ceil(BYTES_PER_TOKEN)
}

/// The tokens of anything else that a prompt carries (tools, schemas, images): as its JSON text.
pub fn of_json(value: &Value) -> u64 {
    of_text(&value.to_string())
}

/// The part of a text that a number of tokens holds, cut between characters.
pub(crate) fn truncated(text: &str, tokens: u64) -> &str {
    let bytes = usize::try_from(tokens.saturating_mul(BYTES_PER_TOKEN)).unwrap_or(usize::MAX);
    if bytes >= text.len() {
        return text;
    }
    let end = (0..=bytes).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_four_bytes_begun() {
        assert_eq!(
            [of_text(""), of_text("a"), of_text("abcd"), of_text("abcde")],
            [0, 1, 1, 2]
        );
    }

    #[test]
    fn a_cut_text_has_no_more_tokens_than_asked_for_and_whole_characters() {
        assert_eq!(truncated("abcdefgh", 1), "abcd");
        assert_eq!(truncated("abcd", 9), "abcd");
        assert_eq!(truncated("ab€", 1), "ab");
    }
}
