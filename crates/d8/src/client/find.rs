//! Where the orchestrator is: what the user says, what the environment says, who holds the configured store, and else
//! the address at which `d8 up` listens unless told otherwise.

use std::fmt;
use std::net::{IpAddr, UdpSocket};
use std::path::{Path, PathBuf};

use d8_store::{Hold, Owner};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::token;
use crate::cli::Failure;
use crate::config::{Config, Environment, LoadOptions, StoreLocation, UserFolders, env_names, location};
use crate::text;

/// Where `d8 up` listens unless told otherwise.
pub const DEFAULT_URL: &str = "http://127.0.0.1:5000";

/// An orchestrator's address, and what opens it.
#[derive(Clone, Debug)]
pub struct Address {
    /// Without user info, query and fragment.
    pub url: Url,
    /// To be sent as a bearer's.
    pub token: Option<SecretString>,
    /// Who named it.
    pub origin: Origin,
}

/// Who named an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// `--orchestrator`.
    Flag,
    /// ORCHESTRATOR_URL.
    Variable,
    /// The process that holds, or held, this store.
    Owner(PathBuf),
    /// Nobody.
    Default,
}

impl Address {
    /// For people: never with a password.
    pub fn shown(&self) -> String {
        self.url.as_str().trim_end_matches('/').to_owned()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("--orchestrator"),
            Self::Variable => f.write_str(env_names::ORCHESTRATOR_URL),
            Self::Owner(store) => f.write_str(&text!("client-holder", store = store.display().to_string())),
            Self::Default => f.write_str(&text!("client-default")),
        }
    }
}

/// Every address at which it may be, best first; never none. Fails on a text that is no URL, and on a `--config` that
/// cannot be used.
pub fn addresses(named: Option<&SecretString>, options: LoadOptions) -> Result<Vec<Address>, Failure> {
    let here = ThisMachine::look(options)?;
    if let Some(text) = named {
        return Ok(vec![here.address(text.expose_secret(), Origin::Flag)?]);
    }
    if let Some(text) = here.env.get(env_names::ORCHESTRATOR_URL) {
        return Ok(vec![here.address(text, Origin::Variable)?]);
    }
    let owner = here
        .owner_url()
        .map(|(url, store)| here.address(url, Origin::Owner(store)));
    let default = here.address(DEFAULT_URL, Origin::Default)?;
    let owner = owner.transpose()?.filter(|owner| owner.url != default.url);
    Ok(owner.into_iter().chain([default]).collect())
}

/// Whoever holds the store of this configuration, where it says so.
pub fn of_owner(owner: &Owner, config: &Config) -> Option<Address> {
    let url = parse(owner.url.as_deref()?).ok()?;
    let kept = || token::of_file(Path::new(owner.token_file.as_deref()?));
    let token = config.env.get(env_names::D8_TOKEN).map(SecretString::from);
    let token = token.or_else(kept).or_else(|| config.server.token.clone());
    Some(Address {
        url,
        token,
        origin: Origin::Default,
    })
}

/// Whoever has the store of this configuration now and listens.
pub fn holder(config: &Config) -> Option<Address> {
    let StoreLocation::Sqlite(store) = &config.store;
    let is_held = Hold::is_held(store).unwrap_or(false);
    of_owner(&Hold::owner(store).filter(|_| is_held)?, config)
}

/// What this machine knows of an orchestrator on it.
struct ThisMachine {
    env: Environment,
    folders: UserFolders,
    store: Option<PathBuf>,
    owner: Option<Owner>,
    /// The token that its own d8.toml sets.
    configured: Option<SecretString>,
}

impl ThisMachine {
    /// A d8.toml that is found but cannot be used is no obstacle: the orchestrator may be elsewhere.
    fn look(options: LoadOptions) -> Result<Self, Failure> {
        let mut env = options.env.clone();
        location::add_dotenv(&mut env, &[&options.cwd], &mut Vec::new());
        let folders = options.folders.clone();
        let is_named = options.config_path.is_some();
        let config = match Config::load(options) {
            Ok(config) => Some(config),
            Err(error) if is_named => return Err(Failure::not_started(error.to_string())),
            Err(_) => None,
        };
        let Some(config) = config else {
            return Ok(Self {
                env,
                folders,
                store: None,
                owner: None,
                configured: None,
            });
        };
        let StoreLocation::Sqlite(store) = config.store;
        Ok(Self {
            env: config.env,
            folders,
            owner: Hold::owner(&store),
            store: Some(store),
            configured: config.server.token,
        })
    }

    fn owner_url(&self) -> Option<(&str, PathBuf)> {
        let url = self.owner.as_ref()?.url.as_deref()?;
        Some((url, self.store.clone()?))
    }

    fn address(&self, text: &str, origin: Origin) -> Result<Address, Failure> {
        let mut url = parse(text).map_err(|why| {
            // The text itself may hold a password.
            Failure::not_started(text!("client-no-url", origin = origin.to_string(), why = why))
                .hint(text!("client-no-url-hint", default = DEFAULT_URL))
        })?;
        let token = self.token(&url);
        let unmade = url.set_username("").is_err() || url.set_password(None).is_err();
        debug_assert!(!unmade, "every http URL can do without user info");
        url.set_query(None);
        url.set_fragment(None);
        Ok(Address { url, token, origin })
    }

    fn token(&self, url: &Url) -> Option<SecretString> {
        let said = token::of_url(url).or_else(|| self.env.get(env_names::D8_TOKEN).map(SecretString::from));
        if said.is_some() || !is_here(url) {
            return said;
        }
        let of_owner = self.owner.as_ref().and_then(|owner| owner.token_file.as_deref());
        let of_user = self.folders.data.as_ref().map(|folder| folder.join(token::FILE_NAME));
        of_owner
            .and_then(|file| token::of_file(Path::new(file)))
            .or_else(|| self.configured.clone())
            .or_else(|| token::of_file(&of_user?))
    }
}

/// `pi:5000` is enough.
fn parse(text: &str) -> Result<Url, String> {
    let text = text.trim();
    let whole = if text.contains("://") {
        text.to_owned()
    } else {
        format!("http://{text}")
    };
    let url = Url::parse(&whole).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".to_owned());
    }
    Ok(url)
}

/// Whether requests to it never leave the machine by way of a proxy.
pub(super) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    host == "localhost" || ip(host).is_some_and(|ip| ip.is_loopback())
}

/// Whether the address is one of this machine's own.
pub(crate) fn is_here(url: &Url) -> bool {
    // Only an own address can be bound.
    is_loopback(url)
        || url
            .host_str()
            .and_then(ip)
            .is_some_and(|ip| UdpSocket::bind((ip, 0)).is_ok())
}

fn ip(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

#[cfg(test)]
mod tests;
