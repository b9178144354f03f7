//! `[server]`: where D8 listens, and who may come in.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use secrecy::SecretString;

use super::env_names;
use super::fault::{Fault, Place};
use super::file::{ServerTable, Text};
use super::limit::period::duration;
use super::surroundings::Surroundings;
use crate::text;

/// The server's settings.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// What callers beyond loopback must show; none was set.
    pub token: Option<SecretString>,
    /// A worker silent for longer is offline.
    pub worker_timeout: Duration,
    /// So many tasks may be open; more are refused.
    pub max_pending: u64,
    /// Callbacks may go to private addresses, this machine's own among them.
    pub allow_private_callbacks: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5000),
            token: None,
            worker_timeout: Duration::from_secs(60),
            max_pending: 2_000_000,
            allow_private_callbacks: false,
        }
    }
}

/// A text from d8.toml, or from the variable that replaces it.
pub(crate) struct Setting {
    pub(crate) text: String,
    pub(crate) place: Place,
}

impl Setting {
    /// The environment's word first.
    pub(crate) fn find(written: Option<&Text>, variable: &str, around: &Surroundings<'_>) -> Option<Self> {
        let overriding = around.env.get(variable).map(|text| Self {
            text: text.to_owned(),
            place: Place::Variable(variable.to_owned()),
        });
        overriding.or_else(|| {
            written.map(|text| Self {
                text: text.as_ref().clone(),
                place: Place::File(text.span()),
            })
        })
    }

    /// What `read` makes of it; a complaint is about this place.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T, Fault> {
        read(&self.text).map_err(|fault| fault.on(&self.place))
    }
}

/// Judges `[server]` with what the environment replaces.
pub(crate) fn judge(table: &ServerTable, around: &Surroundings<'_>) -> Result<Server, Fault> {
    let defaults = Server::default();
    let listen = Setting::find(table.listen.as_ref(), env_names::D8_SERVER__LISTEN, around);
    let timeout = Setting::find(
        table.worker_timeout.as_ref(),
        env_names::D8_SERVER__WORKER_TIMEOUT,
        around,
    );
    Ok(Server {
        listen: listen.map_or(Ok(defaults.listen), |setting| setting.read(address))?,
        token: token(table, around)?,
        worker_timeout: timeout.map_or(Ok(defaults.worker_timeout), |setting| setting.read(duration))?,
        max_pending: table
            .max_pending
            .as_ref()
            .map_or(defaults.max_pending, |most| *most.as_ref()),
        allow_private_callbacks: table
            .allow_private_callbacks
            .as_ref()
            .map_or(defaults.allow_private_callbacks, |allowed| *allowed.as_ref()),
    })
}

/// An address and a port; `localhost` is the IPv4 loopback.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Fault> {
    let written = text.trim();
    let numeric = written
        .strip_prefix("localhost:")
        .map_or_else(|| written.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric
        .parse()
        .map_err(|_| Fault::new(text!("fault-no-address", written = written)).hint(text!("fault-write-address")))
}

fn token(table: &ServerTable, around: &Surroundings<'_>) -> Result<Option<SecretString>, Fault> {
    let variable = env_names::D8_SERVER__TOKEN;
    if let Some(text) = around.env.get(variable) {
        let secret = around.secret(&SecretString::from(text));
        return secret
            .map(Some)
            .map_err(|fault| fault.on(&Place::Variable(variable.to_owned())));
    }
    let Some(written) = &table.token else { return Ok(None) };
    around
        .secret(&written.as_ref().0)
        .map(Some)
        .map_err(|fault| fault.at(written.span()))
}
