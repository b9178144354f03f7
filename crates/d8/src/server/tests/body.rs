//! Bodies as people's tools send them.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::*;
use crate::server::ApiError;
use crate::server::body::{JsonBody, read};
use axum::extract::FromRequest;

#[derive(Debug, Deserialize)]
struct Prompt {
    prompt: String,
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    #[serde(rename = "role")]
    _role: String,
}

async fn prompt_of(bytes: impl Into<Body>, headers: &[(&str, &str)]) -> Result<String, ApiError> {
    let request = request("POST /", "127.0.0.1", headers, bytes);
    let JsonBody(body): JsonBody<Prompt> = JsonBody::from_request(request, &()).await?;
    assert!(body.messages.is_empty());
    Ok(body.prompt)
}

#[tokio::test]
async fn a_letter_is_the_same_however_it_was_sent() {
    let text = r#"{"prompt": "año"}"#;
    let utf16 =
        |unit: fn(u16) -> [u8; 2]| -> Vec<u8> { format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect() };
    let latin1: Vec<u8> = text.chars().map(|letter| letter as u8).collect();
    for (bytes, headers) in [
        (text.as_bytes().to_vec(), &[] as &[(&str, &str)]),
        (
            text.as_bytes().to_vec(),
            &[("content-type", "application/x-www-form-urlencoded")],
        ),
        (
            text.as_bytes().to_vec(),
            &[("content-type", "application/json; charset=iso-8859-1")],
        ),
        (format!("\u{feff}{text}").into_bytes(), &[]),
        (utf16(u16::to_le_bytes), &[]),
        (utf16(u16::to_be_bytes), &[]),
        (latin1.clone(), &[("content-type", "application/json")]),
        (latin1, &[("content-type", "application/json; charset=utf-8")]),
        (
            b"{\"prompt\": \"a\xA4o\"}".to_vec(),
            &[("content-type", "text/plain; charset=\"cp437\"")],
        ),
        (br#"{"prompt": "a\u00f1o"}"#.to_vec(), &[]),
    ] {
        let expected = if bytes.contains(&0xA4) { "a\u{a4}o" } else { "año" };
        assert_eq!(prompt_of(bytes, headers).await.unwrap(), expected, "{headers:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_place() {
    for (text, code, parts) in [
        ("", "invalid_json", &["empty"] as &[&str]),
        ("{\n  \"prompt\": oops}", "invalid_json", &["line 2 column 1"]),
        (
            r#"{"prompt": 5}"#,
            "invalid_body",
            &["`prompt`", "expected a string", "line 1 column 12"],
        ),
        (
            r#"{"prompt": "x", "messages": [{"role": "user"}, {"role": 1}]}"#,
            "invalid_body",
            &["`messages[1].role`"],
        ),
        ("{}", "invalid_body", &["missing field `prompt`"]),
        (r#"{"prompt": "x"} y"#, "invalid_json", &["trailing characters"]),
    ] {
        let error = prompt_of(text, &[]).await.unwrap_err();
        assert_eq!((error.status, error.code), (StatusCode::BAD_REQUEST, code), "{error}");
        for part in parts {
            assert!(error.message.contains(part), "{part} is not in {error}");
        }
    }
}

#[tokio::test]
async fn a_part_that_stays_as_it_came_does() {
    let request = local("POST /", r#"[ {"n": 1.10} ]"#);
    let JsonBody(body): JsonBody<Box<RawValue>> = JsonBody::from_request(request, &()).await.unwrap();
    assert_eq!(body.get(), r#"[ {"n": 1.10} ]"#);
}

#[tokio::test]
async fn what_is_too_large_is_refused_whether_announced_or_not() {
    let announced = request("POST /", "127.0.0.1", &[("content-length", "11")], Body::empty());
    let error = read(announced, 10).await.unwrap_err();
    assert_eq!(error.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(error.message.contains("larger than 10 bytes"), "{error}");
    let error = read(local("POST /", "12345678901"), 10).await.unwrap_err();
    assert_eq!(error.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(read(local("POST /", "1234567890"), 10).await.unwrap(), "1234567890");
}
