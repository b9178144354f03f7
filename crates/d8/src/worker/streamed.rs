//! An answer that comes in pieces: each is passed on as it comes, and all are put together for the store.
//!
//! Before the first piece has been passed on, a failure is a failure like any other and another attempt may follow. After
//! it the failure ends the task: what somebody has begun to read is never silently begun again.

use bytes::Bytes;
use d8_core::message::Outcome;
use d8_store::ResultRow;
use d8_wire::{Assembly, ChunkKind, Failure, StreamDecoder, StreamEvent, TokenUsage};

use super::attempt::{Call, Concluded, Head, Sink};
use super::no_reply::NoReply;
use super::provider::Opened;
use super::report;

/// Reads the stream to its end.
pub(super) async fn pass_on(call: &Call<'_>, mut opened: Opened, sink: &Sink) -> Concluded {
    let facts = call.provider.wire.read_headers(&call.context(), &opened.headers());
    let mut passing = Passing {
        call,
        sink,
        head: call.head(opened.began_at, &facts),
        // The store wants the usage whether the client does or not.
        decoder: call.provider.wire.stream(&call.context(), true),
        wants_usage: call.job.request.wants_stream_usage(),
        assembly: Assembly::default(),
        usage: None,
        begun: false,
    };
    loop {
        let events = match opened.next().await {
            Ok(Some(bytes)) => passing.decoder.push(&bytes),
            Ok(None) => passing.decoder.finish(),
            Err(no_reply) => return passing.broke_off(&no_reply),
        };
        for event in events {
            match event {
                StreamEvent::Chunk(chunk) => passing.chunk(chunk).await,
                StreamEvent::Usage(usage) => passing.usage = Some(usage),
                StreamEvent::Failed(failure) => return passing.failed(failure),
                StreamEvent::Done => return passing.done(opened.status),
            }
        }
    }
}

struct Passing<'a> {
    call: &'a Call<'a>,
    sink: &'a Sink,
    head: Head,
    decoder: StreamDecoder,
    wants_usage: bool,
    assembly: Assembly,
    usage: Option<TokenUsage>,
    /// A piece has been passed on.
    begun: bool,
}

impl Passing<'_> {
    async fn chunk(&mut self, chunk: Vec<u8>) {
        let chunk = self.call.provider.without_key(chunk);
        if self.assembly.add(&chunk) == ChunkKind::OnlyUsage && !self.wants_usage {
            return;
        }
        self.begun = true;
        // That nobody reads any more is noticed by whoever runs the attempt.
        let _ = self.sink.send(Bytes::from(chunk)).await;
    }

    fn done(self, status: u16) -> Concluded {
        let body = self.assembly.completion();
        self.call.answered(status, body, self.usage, Some(self.head))
    }

    fn failed(self, mut failure: Failure) -> Concluded {
        let message = self.call.provider.without_key(failure.message.into_bytes());
        failure.message = String::from_utf8_lossy(&message).into_owned();
        let row = report::failure_row(&failure);
        if self.begun {
            return self.cut(row);
        }
        self.call.count_refusal(&failure.kind);
        let outcome = report::outcome(&failure.kind, self.call.provider.speed);
        self.call.ended(outcome, row, Some(self.head))
    }

    fn broke_off(self, no_reply: &NoReply) -> Concluded {
        if self.begun {
            return self.cut(report::own_row(&no_reply.message));
        }
        self.call.no_reply(no_reply, Some(self.head))
    }

    fn cut(self, row: ResultRow) -> Concluded {
        self.call.ended(Outcome::Cut, row, Some(self.head))
    }
}
