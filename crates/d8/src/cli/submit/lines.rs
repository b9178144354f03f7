//! `d8 submit --file`: lines go out as they are read, and are answered one by one.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::fields::Fields;
use crate::cli::{Failure, OK, PARTLY, say};
use crate::client::Client;
use crate::client::table::one_line;
use crate::{text, words};

/// A longer line is none; the orchestrator takes no longer one either.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// What is ready goes out in pieces of about this size.
const PIECE: usize = 64 * 1024;
const BOM: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Hands over a file of tasks; prints a line for each.
pub(super) async fn submit(
    client: &Client,
    file: &Path,
    fields: &Fields,
    json: bool,
    tell: &mut (dyn FnMut(&str) + Send),
) -> Result<u8, Failure> {
    let shown = file.display().to_string();
    let input: Box<dyn Read + Send> = if shown == "-" {
        Box::new(std::io::stdin())
    } else {
        let opened = std::fs::File::open(file);
        let opened = opened.map_err(|error| {
            let why = error.to_string();
            Failure::not_started(text!("submit-cannot-be-read", what = shown.as_str(), why = why))
        })?;
        Box::new(opened)
    };
    let told = Arc::new(Told::default());
    let lines = Lines {
        input: BufReader::new(input),
        given: fields.given(),
        key: fields.key.clone(),
        seen: HashMap::new(),
        told: Arc::clone(&told),
    };
    let body = reqwest::Body::wrap_stream(pieces(lines));
    let sent = client.post_lines(&["api", "tasks"], body).await;
    if let Some(fault) = told.fault.get() {
        return Err(Failure::broke_off(format!("{shown}: {fault}")).hint(advice(fields)));
    }
    let counts = answers(sent?, json, tell).await;
    if let Some(fault) = told.fault.get() {
        return Err(Failure::broke_off(format!("{shown}: {fault}")).hint(advice(fields)));
    }
    verdict(counts, told.sent.load(Ordering::Relaxed), fields)
}

/// What became of the lines that were answered.
#[derive(Copy, Clone, Default)]
struct Counts {
    taken: u64,
    refused: u64,
}

fn verdict(counts: Counts, sent: u64, fields: &Fields) -> Result<u8, Failure> {
    let Counts { taken, refused } = counts;
    if taken + refused < sent {
        return Err(Failure::broke_off(text!(
            "submit-broke-off",
            taken = words::number(taken),
            refused = words::number(refused),
            unknown = words::number(sent - taken - refused)
        ))
        .hint(advice(fields)));
    }
    say(&text!(
        "submit-taken",
        taken = words::number(taken),
        refused = words::number(refused)
    ));
    Ok(if refused == 0 { OK } else { PARTLY })
}

fn advice(fields: &Fields) -> String {
    if fields.key.is_some() {
        text!("submit-again-with-key")
    } else {
        text!("submit-again-without-key")
    }
}

fn unreadable(number: u64, error: &std::io::Error) -> String {
    let what = text!("submit-line", number = number.to_string());
    text!("submit-cannot-be-read", what = what, why = error.to_string())
}

/// What the sending side tells the reading side.
#[derive(Default)]
struct Told {
    sent: AtomicU64,
    fault: OnceLock<String>,
}

struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    given: Map<String, Value>,
    key: Option<String>,
    /// How often each line has come, by its hash.
    seen: HashMap<String, u64>,
    told: Arc<Told>,
}

/// Reads on a thread of its own: a pipe may be silent for long.
fn pieces(mut lines: Lines) -> impl Stream<Item = Result<Bytes, std::io::Error>> {
    let (send, receive) = mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        let mut number = 0;
        loop {
            let piece = lines.piece(&mut number);
            let is_last = matches!(&piece, Ok(piece) if piece.is_empty()) || piece.is_err();
            let piece = piece.map_err(|fault| {
                let _ = lines.told.fault.set(fault.clone());
                std::io::Error::other(fault)
            });
            if send.blocking_send(piece).is_err() || is_last {
                return;
            }
        }
    });
    stream::unfold(receive, |mut receive| async {
        let piece = receive.recv().await?;
        Some((piece, receive))
    })
}

impl Lines {
    /// The lines that are ready now; at least one, unless there are no more.
    fn piece(&mut self, number: &mut u64) -> Result<Bytes, String> {
        let mut piece = Vec::new();
        loop {
            *number += 1;
            let mut line = Vec::new();
            let mut longest = (&mut self.input).take(LONGEST_LINE);
            let read = longest.read_until(b'\n', &mut line);
            if read.map_err(|error| unreadable(*number, &error))? == 0 {
                break;
            }
            if line.len() as u64 >= LONGEST_LINE {
                return Err(text!("submit-line-too-long", number = number.to_string()));
            }
            self.write(&line, *number, &mut piece);
            if piece.len() >= PIECE || !self.has_line() {
                break;
            }
        }
        Ok(piece.into())
    }

    /// Whether one more can be had without waiting.
    fn has_line(&self) -> bool {
        self.input.buffer().contains(&b'\n')
    }

    /// A line with what the flags add. One that is no object goes as it is, so that the orchestrator says what is wrong
    /// with it and counts as we do.
    fn write(&mut self, line: &[u8], number: u64, piece: &mut Vec<u8>) {
        let line = if number == 1 {
            line.strip_prefix(BOM).unwrap_or(line)
        } else {
            line
        };
        let line = line.trim_ascii();
        if !line.is_empty() {
            self.told.sent.fetch_add(1, Ordering::Relaxed);
        }
        match serde_json::from_slice::<IndexMap<String, Box<RawValue>>>(line) {
            Ok(mut task) => {
                self.complete(&mut task, line);
                // What was read as JSON can be written as such.
                piece.extend(serde_json::to_vec(&task).unwrap_or_else(|_| line.to_vec()));
            }
            Err(_) => piece.extend_from_slice(line),
        }
        piece.push(b'\n');
    }

    fn complete(&mut self, task: &mut IndexMap<String, Box<RawValue>>, line: &[u8]) {
        for (name, value) in &self.given {
            let said = task.contains_key(name) || (name == "model" && task.contains_key("route"));
            if let (false, Ok(value)) = (said, to_raw_value(value)) {
                task.insert(name.clone(), value);
            }
        }
        if let Some(key) = &self.key
            && !task.contains_key("idempotency_key")
        {
            // By what it says and the how-manieth such line it is: lines may be moved and others added.
            let hash: String = Sha256::digest(line)
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let times = self.seen.entry(hash.clone()).or_insert(0);
            *times += 1;
            if let Ok(value) = to_raw_value(&format!("{key}:{hash}:{times}")) {
                task.insert("idempotency_key".to_owned(), value);
            }
        }
    }
}

/// The answer to a line.
#[derive(Deserialize)]
struct LineAnswer {
    task_id: Option<String>,
    line: Option<u64>,
    error: Option<LineError>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LineError {
    Object {
        message: Option<String>,
        code: Option<String>,
    },
    Text(String),
}

/// Reads answers until there are no more; one that breaks off is found by counting.
async fn answers(response: reqwest::Response, json: bool, tell: &mut (dyn FnMut(&str) + Send)) -> Counts {
    let mut counts = Counts::default();
    let mut pieces = response.bytes_stream();
    let mut rest = Vec::new();
    while let Some(Ok(piece)) = pieces.next().await {
        rest.extend_from_slice(&piece);
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = rest.drain(..=end).collect();
            answer(&line, json, &mut counts, tell);
        }
    }
    answer(&rest, json, &mut counts, tell);
    counts
}

fn answer(line: &[u8], json: bool, counts: &mut Counts, tell: &mut (dyn FnMut(&str) + Send)) {
    let text = String::from_utf8_lossy(line.trim_ascii());
    let Ok(answer) = serde_json::from_str::<LineAnswer>(&text) else {
        return;
    };
    if json {
        tell(&text);
    }
    // A task that is known by its key may have failed before, and says so; it is taken all the same.
    match (answer.task_id, answer.error) {
        (Some(id), _) => {
            counts.taken += 1;
            if !json {
                tell(&one_line(&id));
            }
        }
        (None, error) => {
            counts.refused += 1;
            let line = answer.line.map_or_else(
                || text!("submit-a-line"),
                |number| text!("submit-line", number = number.to_string()),
            );
            let why = error.map_or_else(|| text!("submit-refused"), in_words);
            say(&format!("{line}: {why}"));
        }
    }
}

fn in_words(error: LineError) -> String {
    one_line(&match error {
        LineError::Text(text) => text,
        LineError::Object { message, code } => match (message, code) {
            (Some(message), Some(code)) => format!("{message} ({code})"),
            (message, code) => message.or(code).unwrap_or_else(|| text!("submit-refused")),
        },
    })
}
