//! `POST /v1/chat/completions`, plain and streamed, and `GET /v1/models`.

/// Chat requests whose clients hung up and may come again.
#[derive(Debug, Default)]
pub struct Orphans {}
