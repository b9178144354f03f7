//! A client of a running orchestrator, for the commands that talk to one.
//!
//! [`find`] is where it is, and what opens it; [`Client`] speaks to it; `objects` is what it says; [`fault`] is what
//! can go wrong. `reach` is what a user types to choose one, and `table` how rows are shown.

pub mod fault;
pub mod find;
pub(crate) mod moment;
pub(crate) mod objects;
pub(crate) mod reach;
pub(crate) mod stacked;
#[cfg(test)]
pub(crate) mod standin;
pub(crate) mod table;
pub mod token;
pub(crate) mod watch;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, Url};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use fault::ClientError;
pub use find::{Address, Origin};

const CONNECT: Duration = Duration::from_secs(5);
/// An orchestrator answers at once, unless it is asked to wait.
const ANSWER: Duration = Duration::from_secs(30);

/// Speaks to one orchestrator. It never tries anything again: what must be done twice, the user decides.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    /// Where nobody answered before this address was taken, each as a clause.
    passed_over: Vec<String>,
}

/// An answer that says yes, its JSON as it came.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub text: String,
}

impl Answer {
    /// What the JSON says. Fails where it has another shape.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_str(&self.text).map_err(|error| ClientError::Unreadable { why: error.to_string() })
    }
}

impl Client {
    /// For the first of these addresses at which somebody listens; the last one is taken unseen.
    pub async fn open(candidates: Vec<Address>) -> Result<Self, ClientError> {
        let mut passed_over = Vec::new();
        let mut rest = candidates.into_iter().peekable();
        while let Some(address) = rest.next() {
            if rest.peek().is_some()
                && let Err(why) = knock(&address.url).await
            {
                passed_over.push(format!("{}, {why}", address.shown()));
                continue;
            }
            return Self::at(address, passed_over);
        }
        Err(ClientError::Setup {
            why: "no address is known".to_owned(),
        })
    }

    fn at(address: Address, passed_over: Vec<String>) -> Result<Self, ClientError> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("d8/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none());
        // A proxy is for the world outside, whatever HTTP_PROXY says.
        let builder = if find::is_loopback(&address.url) {
            builder.no_proxy()
        } else {
            builder
        };
        let http = builder
            .build()
            .map_err(|error| ClientError::Setup { why: error.to_string() })?;
        Ok(Self {
            http,
            address,
            passed_over,
        })
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Asks for an object. Each part of `path` is one segment, whatever it holds.
    pub async fn get(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Answer, ClientError> {
        self.get_within(path, query, ANSWER).await
    }

    /// Asks for an object that may take so long to come.
    pub async fn get_within(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        longest: Duration,
    ) -> Result<Answer, ClientError> {
        let call = self.call(Method::GET, path, query)?.timeout(longest);
        self.whole(call, longest).await
    }

    /// Hands over an object.
    pub async fn post(&self, path: &[&str], body: &(impl Serialize + Sync)) -> Result<Answer, ClientError> {
        let call = self.call(Method::POST, path, &[])?.timeout(ANSWER).json(body);
        self.whole(call, ANSWER).await
    }

    /// Hands over lines of JSON as they come, and gives back the answer's body to be read as it comes.
    pub async fn post_lines(&self, path: &[&str], lines: reqwest::Body) -> Result<Response, ClientError> {
        let call = self.call(Method::POST, path, &[])?;
        let call = call
            .header(http::header::CONTENT_TYPE, "application/x-ndjson")
            .body(lines);
        let response = call.send().await.map_err(|error| self.unreachable(&error, ANSWER))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        Err(self.refused(status, &text))
    }

    /// Asks for an answer without end, to be read as it comes.
    pub async fn stream(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Response, ClientError> {
        let call = self.call(Method::GET, path, query)?;
        let response = call.send().await.map_err(|error| self.unreachable(&error, ANSWER))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let text = response.text().await.unwrap_or_default();
        Err(self.refused(status, &text))
    }

    fn call(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> Result<RequestBuilder, ClientError> {
        let call = self.http.request(method, join(&self.address.url, path, query)?);
        Ok(match &self.address.token {
            Some(token) => call.bearer_auth(token.expose_secret()),
            None => call,
        })
    }

    async fn whole(&self, call: RequestBuilder, longest: Duration) -> Result<Answer, ClientError> {
        let response = call.send().await.map_err(|error| self.unreachable(&error, longest))?;
        let status = response.status();
        let text = response
            .text()
            .await
            .map_err(|error| self.unreachable(&error, longest))?;
        if status.is_success() {
            return Ok(Answer {
                status: status.as_u16(),
                text,
            });
        }
        Err(self.refused(status.as_u16(), &text))
    }

    fn unreachable(&self, error: &reqwest::Error, longest: Duration) -> ClientError {
        ClientError::Unreachable {
            url: self.address.shown(),
            why: fault::why(error, longest),
            passed_over: self.passed_over.clone(),
            is_here: find::is_here(&self.address.url),
        }
    }

    fn refused(&self, status: u16, text: &str) -> ClientError {
        fault::refused(self.address.shown(), status, text)
    }
}

/// Whether somebody listens there; else why not, in words.
async fn knock(url: &Url) -> Result<(), String> {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = url.port_or_known_default().unwrap_or(80);
    match tokio::time::timeout(CONNECT, tokio::net::TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(fault::io_words(&error)),
        Err(_) => Err(fault::silence(CONNECT)),
    }
}

fn join(base: &Url, path: &[&str], query: &[(&str, &str)]) -> Result<Url, ClientError> {
    // The URL standard drops such segments, and what is left may be another call altogether.
    if let Some(name) = path.iter().find(|name| matches!(**name, "" | "." | "..")) {
        return Err(ClientError::NoName {
            name: (*name).to_owned(),
        });
    }
    let mut url = base.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    Ok(url)
}

#[cfg(test)]
mod tests;
