//! The headers by which an answer tells which task it was, where it went, and how long it waited.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::seat::Seat;
use crate::orchestrator::Start;
use crate::server::ids;

const TASK: HeaderName = HeaderName::from_static("x-d8-task-id");
const TARGET: HeaderName = HeaderName::from_static("x-d8-target");
const QUEUED: HeaderName = HeaderName::from_static("x-d8-queued-ms");

/// Writes them; without a start only what is known before it.
pub(super) fn label(headers: &mut HeaderMap, seat: &Seat, start: Option<Start>) {
    let text = |text: String| HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).ok();
    headers.extend(text(ids::shown(seat.task)).map(|id| (TASK, id)));
    let Some(start) = start else { return };
    headers.extend(text(seat.app.target_name(start.target)).map(|target| (TARGET, target)));
    let queued = start.at.since(seat.submitted_at).as_millis();
    headers.insert(QUEUED, HeaderValue::from(u64::try_from(queued).unwrap_or(u64::MAX)));
}
