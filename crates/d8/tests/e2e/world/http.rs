//! A client that speaks just enough HTTP: one request, one connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answered {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }
}

/// Sends these bytes; gives what came back until the other side closed.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8]) -> std::io::Result<Answered> {
    let mut socket = TcpStream::connect(address)?;
    socket.set_read_timeout(Some(Duration::from_secs(60)))?;
    socket.write_all(bytes)?;
    let mut text = Vec::new();
    socket.read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    Ok(Answered {
        status: status.ok_or(std::io::ErrorKind::UnexpectedEof)?,
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

/// A request with these further headers, each with its line end.
pub(crate) fn request(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &str,
    body: &str,
) -> std::io::Result<Answered> {
    let host = if headers.to_ascii_lowercase().contains("host:") {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    // The older version closes when all is said, and needs no chunks.
    let text = format!(
        "{method} {path} HTTP/1.0\r\n{host}content-length: {}\r\n{headers}\r\n{body}",
        body.len()
    );
    exchange(address, text.as_bytes())
}
