//! A server in this process, and a client so plain that a dropped or cut connection shows as what it is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use d8_emulator::{Clock, Emulator, Micros, Options, serve};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// 2026-11-24T12:00:00Z, a full minute.
pub(crate) const NOON: Micros = 1_795_521_600_000_000;

/// An emulator on a socket of its own.
pub(crate) struct Server {
    pub(crate) emulator: Emulator,
    pub(crate) address: String,
    hand: Arc<AtomicI64>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
    /// Did the body end as it should?
    pub(crate) whole: bool,
}

impl Server {
    /// Starts one whose clock stands at noon.
    pub(crate) async fn start(options: Options) -> Server {
        let (clock, hand) = Clock::manual(NOON);
        let emulator = Emulator::new(Options { clock, ..options });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (stop, stopped) = oneshot::channel();
        let serving = serve(listener, emulator.clone(), async {
            let _ = stopped.await;
        });
        Server {
            emulator,
            address,
            hand,
            stop: Some(stop),
            served: tokio::spawn(serving),
        }
    }

    /// Sets the clock to noon and so much more.
    pub(crate) fn at(&self, after_noon: Micros) {
        self.hand.store(NOON + after_noon, Ordering::SeqCst);
    }

    pub(crate) async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }

    pub(crate) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, "").await.expect("an answer")
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.send("POST", path, headers, &body.to_string())
            .await
            .expect("an answer")
    }

    /// A chat completion at Groq.
    pub(crate) async fn groq(&self, key: &str, body: &Value) -> Answer {
        self.post(
            "/openai/v1/chat/completions",
            &[("authorization", &format!("Bearer {key}"))],
            body,
        )
        .await
    }

    /// A chat completion at OpenAI.
    pub(crate) async fn openai(&self, key: &str, body: &Value) -> Answer {
        self.post(
            "/v1/chat/completions",
            &[("authorization", &format!("Bearer {key}"))],
            body,
        )
        .await
    }

    /// A generateContent, or whatever the verb says.
    pub(crate) async fn gemini(&self, key: &str, call: &str, body: &Value) -> Answer {
        self.post(&format!("/v1beta/models/{call}"), &[("x-goog-api-key", key)], body)
            .await
    }

    /// `None` where the connection was closed before any byte of an answer.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Option<Answer> {
        let mut socket = TcpStream::connect(&self.address).await.unwrap();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n",
            self.address
        );
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A connection that is reset ends the answer as one that is closed does.
        let _ = socket.read_to_end(&mut bytes).await;
        (!bytes.is_empty()).then(|| Answer::read(&bytes))
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    pub(crate) fn message(&self) -> String {
        self.json()["error"]["message"].as_str().unwrap().to_owned()
    }

    /// The data of all events.
    pub(crate) fn events(&self) -> Vec<String> {
        let frames = self.text.split("\n\n").flat_map(|part| part.split("\r\n\r\n"));
        frames
            .filter_map(|frame| frame.trim().strip_prefix("data: ").map(str::to_owned))
            .collect()
    }

    fn read(bytes: &[u8]) -> Answer {
        let head_end = bytes
            .windows(4)
            .position(|four| four == b"\r\n\r\n")
            .expect("a whole head");
        let head = std::str::from_utf8(&bytes[..head_end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let headers: BTreeMap<String, String> = lines.map(header).collect();
        let body = &bytes[head_end + 4..];
        let (body, whole) = match headers.get("content-length") {
            Some(length) => (body.to_vec(), body.len() == length.parse::<usize>().unwrap()),
            None => unchunked(body),
        };
        Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&body).into_owned(),
            whole,
        }
    }
}

/// The body of a chunked answer, and whether its last chunk came.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        let data = &rest[end + 2..];
        if size == 0 {
            return (body, true);
        }
        let Some(chunk) = data.get(..size) else {
            return (body, false);
        };
        body.extend_from_slice(chunk);
        rest = data.get(size + 2..).unwrap_or_default();
    }
    (body, false)
}
