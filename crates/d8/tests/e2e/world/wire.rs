//! Stands between `d8` and the judge: notes every request with its prompt and key, and can answer in the judge's place.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The last thing that was said in it.
    pub(crate) prompt: String,
    /// The value of the header that carries the key.
    pub(crate) key: String,
    /// The body.
    pub(crate) body: Value,
}

#[derive(Clone)]
pub(crate) struct Wire {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    arrivals: Mutex<Vec<Arrival>>,
    /// Answers in the judge's place, for the next requests.
    canned: Mutex<VecDeque<String>>,
}

impl Wire {
    /// Begins to listen.
    pub(super) async fn before(judge: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            address: listener.local_addr().unwrap(),
            shared: Arc::default(),
        };
        let shared = wire.shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // A connection that breaks is the tests' daily bread.
                tokio::spawn(relay(client, judge, shared.clone()));
            }
        });
        wire
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn arrivals(&self) -> Vec<Arrival> {
        self.shared.arrivals.lock().unwrap().clone()
    }

    /// The prompts in the order of their arrival.
    pub(crate) fn prompts(&self) -> Vec<String> {
        self.arrivals().into_iter().map(|arrival| arrival.prompt).collect()
    }

    /// How often each prompt arrived.
    pub(crate) fn times(&self) -> BTreeMap<String, usize> {
        let mut times = BTreeMap::new();
        for prompt in self.prompts() {
            *times.entry(prompt).or_default() += 1;
        }
        times
    }

    /// The next `count` requests get this answer, and the judge never sees them. `headers`: lines, each with its end.
    pub(crate) fn answer_next(&self, count: usize, status: &str, headers: &str, body: &str) {
        let length = body.len();
        let reply = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
        self.shared.canned.lock().unwrap().extend(vec![reply; count]);
    }
}

/// One connection, to the end of either side.
async fn relay(client: TcpStream, judge: SocketAddr, shared: Arc<Shared>) -> io::Result<()> {
    let server = TcpStream::connect(judge).await?;
    for socket in [&client, &server] {
        socket.set_nodelay(true)?;
    }
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let to_client = Arc::new(tokio::sync::Mutex::new(to_client));
    tokio::select! {
        there = requests(from_client, to_server, &to_client, &shared) => there,
        back = replies(from_server, &to_client) => back,
    }
}

async fn requests(
    client: OwnedReadHalf,
    mut server: OwnedWriteHalf,
    back: &tokio::sync::Mutex<OwnedWriteHalf>,
    shared: &Shared,
) -> io::Result<()> {
    let mut client = BufReader::new(client);
    while let Some((request, arrival)) = read_request(&mut client).await? {
        shared.arrivals.lock().unwrap().push(arrival);
        let canned = shared.canned.lock().unwrap().pop_front();
        match canned {
            Some(reply) => back.lock().await.write_all(reply.as_bytes()).await?,
            None => server.write_all(&request).await?,
        }
    }
    Ok(())
}

async fn replies(mut server: OwnedReadHalf, back: &tokio::sync::Mutex<OwnedWriteHalf>) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = server.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        back.lock().await.write_all(&buffer[..read]).await?;
    }
}

/// A whole request, and what is to be noted of it. None at the connection's end.
async fn read_request(client: &mut BufReader<OwnedReadHalf>) -> io::Result<Option<(Vec<u8>, Arrival)>> {
    let (mut request, mut length, mut key) = (Vec::new(), 0, String::new());
    loop {
        let start = request.len();
        if client.read_until(b'\n', &mut request).await? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&request[start..]).trim().to_owned();
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or(0),
            "authorization" | "x-goog-api-key" => key = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    client.read_exact(&mut body).await?;
    let parsed: Value = serde_json::from_slice(&body).unwrap_or_default();
    request.extend_from_slice(&body);
    let arrival = Arrival {
        prompt: prompt(&parsed),
        key,
        body: parsed,
    };
    Ok(Some((request, arrival)))
}

/// The last message, in OpenAI's or in Gemini's form.
fn prompt(body: &Value) -> String {
    let last = |list: &Value| list.as_array().and_then(|all| all.last()).cloned().unwrap_or_default();
    let (message, content) = (last(&body["messages"]), last(&body["contents"]));
    let text = message["content"].as_str().or(content["parts"][0]["text"].as_str());
    text.unwrap_or_default().to_owned()
}
