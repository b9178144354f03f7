//! How handlers read a body: as text or as JSON, in any encoding that people's tools write, whatever its content type.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::Bytes;
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::error::ApiError;
use super::pace::BodyError;

/// The largest body that is taken as a whole, in bytes.
pub const MAX_BODY: usize = 64 * 1024 * 1024;

/// A body as text, of [`MAX_BODY`] at most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text(pub String);

/// A body as JSON, of [`MAX_BODY`] at most. An empty body is no JSON: who takes none reads [`Text`] and [`json`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        read(request, MAX_BODY).await.map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        json(&read(request, MAX_BODY).await?).map(Self)
    }
}

/// All of a body as text, of `limit` bytes at most.
///
/// # Errors
/// 413 where it is larger, 408 where it stops coming, 400 where it breaks off.
pub async fn read(request: Request, limit: usize) -> Result<String, ApiError> {
    let (head, body) = request.into_parts();
    if announced(&head.headers).is_some_and(|length| length > limit as u64) {
        return Err(ApiError::too_large("the body", limit));
    }
    let bytes = match Limited::new(body, limit).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(ApiError::too_large("the body", limit)),
        Err(error) => return Err(broken(&*error)),
    };
    Ok(decode(bytes, declared(&head.headers)))
}

/// JSON as `T`.
///
/// # Errors
/// 400 with line and column, and the field where one is wrong.
pub fn json<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|error| complaint::<T>(text, &error))
}

/// Reads again, now keeping track of the place: only a text that is wrong pays for it.
fn complaint<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> ApiError {
    if text.trim().is_empty() {
        return ApiError::bad_request("invalid_json", "the body is empty; this call takes JSON");
    }
    if !error.is_data() {
        return ApiError::bad_request("invalid_json", format!("the body is not JSON: {error}"));
    }
    let again: Result<T, _> = serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text));
    let place = again.err().map(|error| error.path().to_string());
    let message = match place.filter(|place| place != ".") {
        Some(place) => format!("`{place}`: {error}"),
        None => error.to_string(),
    };
    ApiError::bad_request("invalid_body", message)
}

/// Why a body did not come to its end.
pub(super) fn broken(error: &(dyn std::error::Error + 'static)) -> ApiError {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    if causes.any(|cause| matches!(cause.downcast_ref(), Some(BodyError::TooSlow))) {
        return ApiError::too_slow();
    }
    ApiError::bad_request("broken_body", "the body broke off before its end; send it again")
}

/// The body of a request that is read bit by bit, with what its content type says of the encoding.
pub(super) fn parts(request: Request) -> (Body, Option<&'static Encoding>) {
    let (head, body) = request.into_parts();
    (body, declared(&head.headers))
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The `charset` of the content type. Tools say one more often than they mean it: the bytes are asked first.
fn declared(headers: &HeaderMap) -> Option<&'static Encoding> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parameters = value.split(';').skip(1).filter_map(|part| part.split_once('='));
    let (_, label) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))?;
    Encoding::for_label(label.trim().trim_matches('"').as_bytes())
}

/// A byte order mark decides; else it is UTF-8 if it can be; else what was declared, or what Windows PowerShell sends.
fn decode(bytes: Bytes, declared: Option<&'static Encoding>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes)
        && (encoding == UTF_16LE || encoding == UTF_16BE)
    {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    decode_plain(bytes, declared)
}

/// Text that is not UTF-16 by its mark; a mark of UTF-8 is cut off.
pub(super) fn decode_plain(mut bytes: Bytes, declared: Option<&'static Encoding>) -> String {
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes = bytes.slice(3..);
    }
    String::from_utf8(bytes.into()).unwrap_or_else(|error| {
        let encoding = declared.filter(|encoding| encoding.is_ascii_compatible() && *encoding != encoding_rs::UTF_8);
        let encoding = encoding.unwrap_or(WINDOWS_1252);
        encoding.decode_without_bom_handling(error.as_bytes()).0.into_owned()
    })
}
