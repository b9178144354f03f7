//! One attempt at one callback: a signed POST, to checked addresses only, and a look at the answer's status.

use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use d8_core::id::TaskId;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use tokio::sync::OnceCell;

use super::reply::{self, Outcome};
use super::resolver::{Checked, Resolver};
use super::secret::Secret;
use super::signature::{self, ID, SIGNATURE, TIMESTAMP};
use super::url::CallbackUrl;

const CONNECT: Duration = Duration::from_secs(5);
/// From the name to the status; nobody's slowness holds a place for longer.
const WHOLE: Duration = Duration::from_secs(15);

/// What is told, and where.
pub(super) struct Parcel {
    pub(super) task: TaskId,
    pub(super) url: CallbackUrl,
    pub(super) body: Bytes,
}

/// Carries parcels.
pub(super) struct Courier {
    secret: Secret,
    checked: Checked,
    /// Made when it is first needed: most who run D8 never ask for a callback.
    client: OnceCell<Client>,
}

impl Courier {
    pub(super) fn new(secret: Secret, resolver: Arc<dyn Resolver>, allow_private: bool) -> Self {
        Self {
            secret,
            checked: Checked {
                resolver,
                allow_private,
            },
            client: OnceCell::new(),
        }
    }

    /// Tries once.
    pub(super) async fn carry(&self, parcel: Parcel) -> Outcome {
        let host = parcel.url.shared_host();
        let tried = tokio::time::timeout(WHOLE, self.post(parcel)).await;
        tried.unwrap_or_else(|_| Outcome::failed(format!("{host} did not answer within {} s", WHOLE.as_secs())))
    }

    async fn post(&self, parcel: Parcel) -> Outcome {
        let Parcel { task, url, body } = parcel;
        let client = match self.client.get_or_try_init(|| async { client(&self.checked) }).await {
            Ok(client) => client,
            Err(error) => return Outcome::failed(format!("no HTTP client: {error}")),
        };
        let id = task.0.to_string();
        let timestamp = signature::unix_seconds(SystemTime::now()).to_string();
        let signed = signature::sign(&self.secret, &id, &timestamp, &body);
        let call = client
            .post(url.url().clone())
            .header(CONTENT_TYPE, "application/json")
            .header(ID, id)
            .header(TIMESTAMP, timestamp)
            .header(SIGNATURE, signed)
            .body(body);
        // The answer's body is dropped unread, and its connection with it.
        match call.send().await {
            Ok(answer) => reply::judge(url.host(), answer.status(), answer.headers(), SystemTime::now()),
            Err(error) => Outcome::failed(no_answer(url.host(), &error)),
        }
    }
}

/// No proxy: it would resolve names by itself. No idle connections: each attempt asks for the addresses anew.
fn client(checked: &Checked) -> reqwest::Result<Client> {
    Client::builder()
        .user_agent(concat!("d8/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(checked.clone())
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT)
        .build()
}

/// The error's words without the URL.
fn no_answer(host: &str, error: &reqwest::Error) -> String {
    let what = if error.is_connect() {
        format!("{host} cannot be reached")
    } else {
        format!("{host} broke off")
    };
    let mut deepest = error.source();
    while let Some(inner) = deepest.and_then(|cause| cause.source()) {
        deepest = Some(inner);
    }
    deepest.map_or_else(|| what.clone(), |detail| format!("{what}: {detail}"))
}
