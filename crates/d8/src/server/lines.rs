//! A body as a stream of lines (NDJSON): taken as they come, each of a bounded length, a bad one never stopping the rest.

use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};
use http_body_util::BodyExt;

use super::body::{broken, decode_plain, parts};
use super::error::ApiError;

/// The longest line that is taken, in bytes.
pub const MAX_LINE: usize = 16 * 1024 * 1024;

/// The lines of a body, as an extractor. Blank ones are counted and left out.
pub struct JsonLines {
    body: axum::body::Body,
    declared: Option<&'static Encoding>,
    /// What has come and is not yet a line; UTF-8, or whatever else the client writes line ends as one byte in.
    gathered: BytesMut,
    /// So many bytes of it hold no line end.
    searched: usize,
    state: State,
    utf16: Option<Decoder>,
    number: u64,
    max_line: usize,
}

/// A line of a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// The text without its end, or what is wrong with this line alone.
    pub text: Result<String, ApiError>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum State {
    /// Nothing is known of the encoding yet.
    Beginning,
    Reading,
    /// In a line that is too long: it was told of, its rest is thrown away.
    Skipping,
    Ended,
}

impl<S: Send + Sync> FromRequest<S> for JsonLines {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        Ok(Self::new(request, MAX_LINE))
    }
}

impl std::fmt::Debug for JsonLines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "JsonLines after line {}", self.number)
    }
}

impl JsonLines {
    /// The lines of a request's body, of `max_line` bytes each at most.
    pub fn new(request: Request, max_line: usize) -> Self {
        let (body, declared) = parts(request);
        Self {
            body,
            declared,
            gathered: BytesMut::new(),
            searched: 0,
            state: State::Beginning,
            utf16: None,
            number: 0,
            max_line,
        }
    }

    /// The next line; none at the end. What came before a failure has been given out.
    ///
    /// # Errors
    /// 408 where the body stops coming, 400 where it breaks off. There is no line after that.
    pub async fn next(&mut self) -> Result<Option<Line>, ApiError> {
        loop {
            if let Some(line) = self.complete_line() {
                return Ok(Some(line));
            }
            if self.state == State::Ended {
                return Ok(self.last_line());
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.take(&bytes, false);
                    }
                }
                Some(Err(error)) => {
                    self.state = State::Ended;
                    self.gathered.clear();
                    return Err(broken(&error));
                }
                None => self.end(),
            }
        }
    }

    /// A line that has come to its end, or is too long to wait for it.
    fn complete_line(&mut self) -> Option<Line> {
        while let Some(at) = self.gathered[self.searched..].iter().position(|byte| *byte == b'\n') {
            let mut line = self.gathered.split_to(self.searched + at + 1);
            line.truncate(line.len() - 1);
            self.searched = 0;
            if self.state == State::Skipping {
                self.state = State::Reading;
            } else if let Some(line) = self.line(line.freeze()) {
                return Some(line);
            }
        }
        self.searched = self.gathered.len();
        if self.state == State::Skipping {
            self.gathered.clear();
            self.searched = 0;
        } else if self.gathered.len() > self.max_line {
            self.state = State::Skipping;
            self.gathered.clear();
            self.searched = 0;
            self.number += 1;
            return Some(self.too_long());
        }
        None
    }

    fn last_line(&mut self) -> Option<Line> {
        let rest = self.gathered.split().freeze();
        self.searched = 0;
        if rest.is_empty() { None } else { self.line(rest) }
    }

    /// Counts a line; none where it is blank.
    fn line(&mut self, mut bytes: Bytes) -> Option<Line> {
        self.number += 1;
        if bytes.last() == Some(&b'\r') {
            bytes.truncate(bytes.len() - 1);
        }
        let marked = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        if marked.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        if bytes.len() > self.max_line {
            return Some(self.too_long());
        }
        Some(Line {
            number: self.number,
            text: Ok(decode_plain(bytes, self.declared)),
        })
    }

    fn too_long(&self) -> Line {
        Line {
            number: self.number,
            text: Err(ApiError::too_large("this line", self.max_line)),
        }
    }

    fn end(&mut self) {
        if self.state == State::Beginning {
            self.begin(true);
        }
        self.take(&[], true);
        if self.state == State::Skipping {
            self.gathered.clear();
        }
        self.state = State::Ended;
    }

    fn take(&mut self, bytes: &[u8], last: bool) {
        if self.state == State::Beginning {
            self.gathered.extend_from_slice(bytes);
            self.begin(last);
            return;
        }
        match &mut self.utf16 {
            Some(decoder) => transcode(decoder, bytes, last, &mut self.gathered),
            None => self.gathered.extend_from_slice(bytes),
        }
    }

    /// Two bytes tell whether it is UTF-16; nothing else writes a line end in more than one.
    fn begin(&mut self, last: bool) {
        if self.gathered.len() < 2 && !last {
            return;
        }
        self.state = State::Reading;
        let utf16 = Encoding::for_bom(&self.gathered).filter(|(found, _)| [UTF_16LE, UTF_16BE].contains(found));
        if let Some((encoding, mark)) = utf16 {
            let mut decoder = encoding.new_decoder_without_bom_handling();
            let raw = self.gathered.split();
            self.searched = 0;
            transcode(&mut decoder, &raw[mark..], false, &mut self.gathered);
            self.utf16 = Some(decoder);
        }
    }
}

fn transcode(decoder: &mut Decoder, bytes: &[u8], last: bool, out: &mut BytesMut) {
    let room = decoder
        .max_utf8_buffer_length(bytes.len())
        .unwrap_or(bytes.len() * 3 + 8);
    let begin = out.len();
    out.resize(begin + room, 0);
    let (_, _, written, _) = decoder.decode_to_utf8(bytes, &mut out[begin..], last);
    out.truncate(begin + written);
}
