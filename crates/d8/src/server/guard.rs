//! Who may come in. Programs on this machine may; everybody else shows the token; no foreign web page ever does.
//!
//! A browser on this machine is a program on this machine, and runs what strangers wrote. Three headers that a page
//! cannot forge give it away: `Host` (a name that was made to point here), `Origin` and `Sec-Fetch-Site`. A proxy on this
//! machine speaks for others: its forwarding headers give those away.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, Method, Uri, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::error::{ApiError, shown};
use super::host::{Host, Name};

/// Asked by whatever watches over processes, which has no token; they tell nothing that is secret.
const OPEN: [&str; 3] = ["/health", "/healthz", "/readyz"];

/// Set by proxies, besides all that begin with `x-forwarded-`: the peer is then not whoever asks.
const FORWARDING: [&str; 3] = ["forwarded", "x-real-ip", "via"];

/// Decides who may come in.
#[derive(Clone, Debug)]
pub struct Guard {
    token: Option<Print>,
    names: BTreeSet<String>,
}

/// Who came in; every request that a handler sees has one among its extensions.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// A program on this machine, by a name that only this machine has.
    pub loopback: bool,
    /// Tells callers apart by what they showed, whether it was needed or not; 0 where they showed nothing.
    pub client_key: u64,
}

/// The hash of a credential: enough to compare, nothing to leak.
#[derive(Clone, Debug)]
struct Print([u8; 32]);

impl Print {
    fn of(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// Takes the same time wherever they differ.
    fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    fn short(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0[..8]);
        u64::from_le_bytes(first)
    }
}

impl Guard {
    /// Lets in with this token. `names` are those of this machine; each is known with and without `.local`.
    pub fn new(token: Option<&SecretString>, names: impl IntoIterator<Item = String>) -> Self {
        let mut known = BTreeSet::new();
        for name in names {
            let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
            if let Some(first) = name.split('.').next().filter(|first| !first.is_empty()) {
                known.extend([first.to_owned(), format!("{first}.local"), name]);
            }
        }
        Self {
            token: token.map(|token| Print::of(token.expose_secret().as_bytes())),
            names: known,
        }
    }

    /// Who asks, or why they may not.
    fn judge(&self, peer: Option<IpAddr>, head: &Head<'_>) -> Result<Caller, ApiError> {
        let hosts = head.hosts()?;
        if let Some(stranger) = hosts.iter().find(|host| !self.knows(host)) {
            return Err(unknown_host(stranger));
        }
        head.refuse_foreign_pages(&hosts)?;
        let shown = head.credential();
        let named_loopback = !hosts.is_empty() && hosts.iter().all(Host::is_loopback);
        let peer_loopback = peer.is_some_and(|peer| peer.to_canonical().is_loopback());
        let loopback = named_loopback && peer_loopback && !head.was_forwarded();
        if !loopback {
            self.check(shown.as_ref())?;
        }
        Ok(Caller {
            loopback,
            client_key: shown.as_ref().map_or(0, Print::short),
        })
    }

    fn knows(&self, host: &Host) -> bool {
        match &host.name {
            Name::Address(_) => true,
            Name::Word(word) => word == "localhost" || self.names.contains(word),
        }
    }

    fn check(&self, shown: Option<&Print>) -> Result<(), ApiError> {
        match (&self.token, shown) {
            (None, _) => Err(ApiError::forbidden("no_token_set", NO_TOKEN_SET)),
            (Some(token), Some(shown)) if token.is(shown) => Ok(()),
            (Some(_), Some(_)) => Err(ApiError::unauthorized(format!(
                "this is not the server's token; {WHERE}"
            ))),
            (Some(_), None) => Err(ApiError::unauthorized(format!(
                "this server asks for its token; {WHERE}"
            ))),
        }
    }
}

const WHERE: &str = "send it as `Authorization: Bearer TOKEN`, or as the password of the URL (http://d8:TOKEN@host:port). \
                     It is `[server] token` of the server's d8.toml, else in the file server.token in d8's data folder \
                     on the server's machine";

const NO_TOKEN_SET: &str = "only programs on the server's own machine may ask, without a proxy, by localhost or 127.0.0.1; \
                            to let others in, set `[server] token` in d8.toml, or D8_SERVER__TOKEN, and start d8 again";

fn unknown_host(host: &Host) -> ApiError {
    let name = match &host.name {
        Name::Address(address) => address.to_string(),
        Name::Word(word) => shown(word),
    };
    ApiError::forbidden(
        "unknown_host",
        format!("this server is not called `{name}`; ask for it by its IP address, its machine's name or localhost"),
    )
}

/// What a request says before its body.
struct Head<'a> {
    method: &'a Method,
    uri: &'a Uri,
    version: Version,
    headers: &'a HeaderMap,
}

impl Head<'_> {
    /// All names by which it calls us: `Host`, and the authority of HTTP/2 or of a proxy's request line.
    fn hosts(&self) -> Result<Vec<Host>, ApiError> {
        let mut written = self.headers.get_all(HOST).iter();
        let of_header = written.next().map(|value| value.to_str().unwrap_or_default());
        if written.next().is_some() {
            return Err(ApiError::bad_request("bad_host", "the header `Host` is there twice"));
        }
        let of_uri = self.uri.authority().map(http::uri::Authority::as_str);
        if of_header.is_none() && of_uri.is_none() && self.version == Version::HTTP_11 {
            return Err(ApiError::bad_request("bad_host", "HTTP/1.1 asks for the header `Host`"));
        }
        let read = |text: &str| {
            let unreadable = || format!("`{}` is not a host, or a host and a port", shown(text));
            Host::parse(text).ok_or_else(|| ApiError::bad_request("bad_host", unreadable()))
        };
        [of_header, of_uri].into_iter().flatten().map(read).collect()
    }

    /// A page of our own is same-origin, a typed address has none. Any other has no business here.
    fn refuse_foreign_pages(&self, hosts: &[Host]) -> Result<(), ApiError> {
        for origin in self.headers.get_all(ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            if !is_own(origin, hosts) {
                let message = format!("pages from `{}` may not use this server", shown(origin));
                return Err(ApiError::forbidden("foreign_origin", message));
            }
        }
        let site = self.headers.get("sec-fetch-site").map(|site| site.as_bytes());
        if matches!(site, Some(b"cross-site" | b"same-site")) && !self.follows_link_to_page() {
            return Err(ApiError::forbidden(
                "foreign_origin",
                "another site's page may not use this server; open it by typing its address",
            ));
        }
        Ok(())
    }

    /// A link to the page in another page: the browser shows ours instead, and the other sees nothing of it.
    fn follows_link_to_page(&self) -> bool {
        let says = |name: &str, word: &str| self.headers.get(name).is_some_and(|value| value == word);
        self.method == Method::GET
            && self.uri.path() == "/"
            && says("sec-fetch-mode", "navigate")
            && says("sec-fetch-dest", "document")
    }

    fn was_forwarded(&self) -> bool {
        let forwards = |name: &str| name.starts_with("x-forwarded-") || FORWARDING.contains(&name);
        self.headers.keys().any(|name| forwards(name.as_str()))
    }

    /// The hash of what was shown: a bearer's token, or the password of whatever user.
    fn credential(&self) -> Option<Print> {
        let value = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, rest) = value.trim().split_once(' ')?;
        let rest = rest.trim();
        if scheme.eq_ignore_ascii_case("bearer") {
            return Some(Print::of(rest.as_bytes()));
        }
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let pair = LENIENT.decode(rest).ok()?;
        let colon = pair.iter().position(|byte| *byte == b':')?;
        Some(Print::of(&pair[colon + 1..]))
    }
}

/// With or without padding: clients differ.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a page of this origin came from the very host and port that it now asks.
fn is_own(origin: &str, hosts: &[Host]) -> bool {
    let Some((page, usual)) = Host::of_origin(origin) else {
        return false;
    };
    let port = |host: &Host| host.port.unwrap_or(usual);
    !hosts.is_empty()
        && hosts
            .iter()
            .all(|host| host.name == page.name && port(host) == port(&page))
}

/// Lets a request through with its [`Caller`], or answers why not.
pub async fn guard(State(guard): State<Arc<Guard>>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip());
    let head = Head {
        method: request.method(),
        uri: request.uri(),
        version: request.version(),
        headers: request.headers(),
    };
    let is_open = OPEN.contains(&request.uri().path());
    let caller = match guard.judge(peer, &head) {
        Ok(caller) => caller,
        Err(_) if is_open => Caller {
            loopback: false,
            client_key: 0,
        },
        Err(refusal) => return refusal.into_response(),
    };
    request.extensions_mut().insert(caller);
    next.run(request).await
}
