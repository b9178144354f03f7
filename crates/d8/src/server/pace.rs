//! Nobody stalls a connection: a body that stops coming ends in an error, an answer that nobody takes ends the connection.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

/// So much of a body that nobody wanted is thrown away, for so long, for the answer's sake.
const UNREAD_BYTES: usize = 64 * 1024 * 1024;
const UNREAD_TIME: Duration = Duration::from_secs(2);

/// Why a request's body did not come to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// Nothing came for too long.
    #[error("the body does not go on")]
    TooSlow,
    /// The connection or its framing broke.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
}

/// A limit on standing still, in time since the last progress.
#[derive(Debug)]
struct Stall {
    limit: Duration,
    until: Option<Pin<Box<Sleep>>>,
}

impl Stall {
    fn new(limit: Duration) -> Self {
        Self { limit, until: None }
    }

    /// Something moved.
    fn moved(&mut self) {
        self.until = None;
    }

    /// Ready when nothing has moved for too long. The clock starts with the first call after a move.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let limit = self.limit;
        let until = self
            .until
            .get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + limit)));
        until.as_mut().poll(cx)
    }
}

/// A request's body with a limit on the time between its pieces.
#[derive(Debug)]
pub(super) struct Paced {
    inner: Option<Incoming>,
    stall: Stall,
    /// The client sends its body only when asked, and asking is reading. Unread, nothing is under way.
    waits_to_be_asked: bool,
}

impl Paced {
    pub(super) fn new(inner: Incoming, limit: Duration, waits_to_be_asked: bool) -> Self {
        Self {
            inner: Some(inner),
            stall: Stall::new(limit),
            waits_to_be_asked,
        }
    }
}

impl Body for Paced {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = &mut *self;
        this.waits_to_be_asked = false;
        let Some(inner) = &mut this.inner else {
            return Poll::Ready(None);
        };
        match Pin::new(inner).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                this.stall.moved();
                Poll::Ready(Some(Ok(frame)))
            }
            Poll::Ready(end) => {
                this.inner = None;
                Poll::Ready(end.map(|last| last.map_err(BodyError::from)))
            }
            Poll::Pending => {
                ready!(this.stall.poll(cx));
                this.inner = None;
                Poll::Ready(Some(Err(BodyError::TooSlow)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

impl Drop for Paced {
    /// A client that is still sending when the connection closes may lose the answer that says why. So the rest of a
    /// body that nobody wanted is read, within limits, while the answer leaves.
    fn drop(&mut self) {
        let Some(rest) = self.inner.take().filter(|rest| !rest.is_end_stream()) else {
            return;
        };
        if self.waits_to_be_asked {
            return;
        }
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(tokio::time::timeout(UNREAD_TIME, async {
                let mut rest = Limited::new(rest, UNREAD_BYTES);
                while let Some(Ok(_)) = rest.frame().await {}
            }));
        }
    }
}

/// A socket that fails when what was written is not taken for too long.
#[derive(Debug)]
pub(super) struct Brisk {
    socket: TcpStream,
    stall: Stall,
}

impl Brisk {
    pub(super) fn new(socket: TcpStream, limit: Duration) -> Self {
        Self {
            socket,
            stall: Stall::new(limit),
        }
    }

    fn within<T>(&mut self, written: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stall.moved();
            return written;
        }
        ready!(self.stall.poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Brisk {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Brisk {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.within(written, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        self.within(written, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
