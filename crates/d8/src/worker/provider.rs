//! Speaks HTTP to one account's provider. It never retries, never follows a redirect and never shows its key: what must
//! be done again, the ledger decides.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use d8_core::time::Timestamp;
use d8_wire::{AuthScheme, Headers, Quirks, Wire, WireRequest};
use futures_util::{Stream, StreamExt};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::no_reply::NoReply;
use crate::catalogue::HeaderStyle;
use crate::clock::Clock;
use crate::config::Account;
use crate::text;

/// A provider that sends nothing for so long is taken for gone. Models may think for minutes before the first byte.
const SILENCE: Duration = Duration::from_secs(300);
const CONNECT: Duration = Duration::from_secs(10);
/// An answer larger than this is no answer.
const LARGEST_ANSWER: usize = 64 * 1024 * 1024;

/// How to reach one account.
pub struct Provider {
    client: reqwest::Client,
    /// How it speaks.
    pub wire: Wire,
    base_url: String,
    key: Option<SecretString>,
    /// By how much its periods pass faster than it names them.
    pub speed: u32,
}

/// A reply whose head is here and whose body is still coming.
pub(crate) struct Opened {
    pub(crate) status: u16,
    /// When its head was here.
    pub(crate) began_at: Timestamp,
    headers: Vec<(String, String)>,
    pieces: Pieces,
    taken: usize,
}

type Pieces = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

impl Provider {
    /// For an account of the configuration.
    pub fn new(account: &Account, speed: u32) -> Result<Arc<Self>, String> {
        Self::with_silence(account, speed, SILENCE)
    }

    /// For an account whose provider is taken for gone after another time.
    pub(super) fn with_silence(account: &Account, speed: u32, silence: Duration) -> Result<Arc<Self>, String> {
        let client = client_builder(is_loopback(&account.base_url))
            .read_timeout(silence)
            .build()
            .map_err(|error| {
                text!(
                    "no-http-client",
                    account = account.name.as_str(),
                    why = error.to_string()
                )
            })?;
        Ok(Arc::new(Self {
            client,
            wire: wire_of(account),
            base_url: account.base_url.clone(),
            key: account.api_key.clone(),
            speed,
        }))
    }

    /// Sends a request and waits for the head of its reply. Dropping the reply ends the connection.
    pub(crate) async fn open(&self, request: WireRequest, clock: Clock) -> Result<Opened, NoReply> {
        let call = self.client.post(format!("{}{}", self.base_url, request.path));
        let call = call.header(CONTENT_TYPE, "application/json").body(request.body);
        self.send(call, clock).await
    }

    /// Asks for what is there at a path such as `/models`.
    pub(crate) async fn get(&self, path: &str, clock: Clock) -> Result<Opened, NoReply> {
        self.send(self.client.get(format!("{}{path}", self.base_url)), clock)
            .await
    }

    async fn send(&self, call: reqwest::RequestBuilder, clock: Clock) -> Result<Opened, NoReply> {
        let mut call = call;
        if let Some(key) = &self.key {
            let (name, value) = auth_header(self.wire.auth(), key)?;
            call = call.header(name, value);
        }
        let response = call.send().await.map_err(|error| NoReply::of(&error))?;
        let began_at = clock.now();
        let headers = response.headers().iter();
        let headers = headers.filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())));
        Ok(Opened {
            status: response.status().as_u16(),
            began_at,
            headers: headers.collect(),
            pieces: Box::pin(response.bytes_stream()),
            taken: 0,
        })
    }

    /// Providers repeat keys in what they say; it is kept and shown, so the key is starred out.
    pub(crate) fn without_key(&self, mut body: Vec<u8>) -> Vec<u8> {
        let key = self.key.as_ref().map_or("", |key| key.expose_secret()).as_bytes();
        // Shorter ones are no keys but words that an answer may well hold.
        if key.len() < 8 {
            return body;
        }
        let mut at = 0;
        while let Some(found) = body
            .get(at..)
            .and_then(|rest| rest.windows(key.len()).position(|part| part == key))
        {
            body[at + found..at + found + key.len()].fill(b'*');
            at += found + key.len();
        }
        body
    }
}

impl Opened {
    pub(crate) fn headers(&self) -> Headers<'_> {
        let headers = self.headers.iter();
        headers.map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// The next bytes of the body; none at its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, NoReply> {
        let piece = self.pieces.next().await.transpose();
        let Some(piece) = piece.map_err(|error| NoReply::of(&error))? else {
            return Ok(None);
        };
        self.taken += piece.len();
        if self.taken > LARGEST_ANSWER {
            return Err(NoReply::too_much());
        }
        Ok(Some(piece))
    }

    /// The whole body.
    pub(crate) async fn read(&mut self) -> Result<Vec<u8>, NoReply> {
        let mut body = Vec::new();
        while let Some(piece) = self.next().await? {
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

fn auth_header(scheme: AuthScheme, key: &SecretString) -> Result<(HeaderName, HeaderValue), NoReply> {
    let mut value = HeaderValue::from_str(&format!("{}{}", scheme.prefix, key.expose_secret()))
        .map_err(|_| NoReply::unfit_key())?;
    value.set_sensitive(true);
    Ok((HeaderName::from_static(scheme.header), value))
}

/// A client that calls once and follows nobody. `loopback`: to this machine; a proxy is for the world outside, whatever
/// HTTP_PROXY says.
pub(super) fn client_builder(loopback: bool) -> reqwest::ClientBuilder {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("d8/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT)
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none());
    if loopback { builder.no_proxy() } else { builder }
}

pub(super) fn is_loopback(base_url: &str) -> bool {
    let Ok(uri) = base_url.parse::<http::Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn wire_of(account: &Account) -> Wire {
    let headers = match account.header_style {
        HeaderStyle::Groq => d8_wire::HeaderStyle::Groq,
        HeaderStyle::OpenAi => d8_wire::HeaderStyle::OpenAi,
        HeaderStyle::Mistral => d8_wire::HeaderStyle::Mistral,
        HeaderStyle::Cerebras => d8_wire::HeaderStyle::Cerebras,
        HeaderStyle::SambaNova => d8_wire::HeaderStyle::SambaNova,
        HeaderStyle::None => d8_wire::HeaderStyle::None,
    };
    match account.wire {
        crate::config::Wire::Gemini => Wire::GEMINI,
        crate::config::Wire::OpenAi if account.provider == "mistral" => Wire {
            headers,
            quirks: Quirks::MISTRAL,
            ..Wire::OPENAI
        },
        crate::config::Wire::OpenAi => Wire {
            headers,
            ..Wire::OPENAI
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_from_the_world() {
        for url in ["http://127.0.0.1:5000/v1", "http://localhost/v1", "http://[::1]:8080"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.groq.com/openai/v1",
            "http://127.0.0.1.example.com",
            "nonsense",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
