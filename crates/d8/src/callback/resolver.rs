//! From a host's name to addresses, each of them judged before anything connects to it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::address::not_public;

/// Finds the addresses of a host.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of a name. Fails where there is no such name, or nobody can be asked.
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>>;
}

/// Asks the operating system.
#[derive(Copy, Clone, Debug)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn addresses(&self, host: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        async move {
            let found = tokio::net::lookup_host((host, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// The only way from a name to a connection: what this does not give out is not connected to.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolver>,
    pub(super) allow_private: bool,
}

/// Words that stand for themselves as an error.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotTold(String);

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let found = self.resolver.addresses(name.as_str().to_owned());
        let allow_private = self.allow_private;
        async move {
            let addresses = judged(found.await, allow_private)?;
            // Port 0 becomes the one of the URL.
            let sockets = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(sockets) as reqwest::dns::Addrs)
        }
        .boxed()
    }
}

/// One private address spoils all: which of them a connection takes is chance.
fn judged(found: io::Result<Vec<IpAddr>>, allow_private: bool) -> Result<Vec<IpAddr>, NotTold> {
    let addresses = found.map_err(|error| NotTold(format!("its name leads nowhere: {error}")))?;
    if addresses.is_empty() {
        return Err(NotTold("its name has no address".to_owned()));
    }
    let private = addresses
        .iter()
        .find_map(|address| Some((address, not_public(*address)?)));
    match private.filter(|_| !allow_private) {
        Some((address, what)) => Err(NotTold(format!(
            "its name leads to {address}, {what}, and callbacks go to public addresses only"
        ))),
        None => Ok(addresses),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn addresses(texts: &[&str]) -> io::Result<Vec<IpAddr>> {
        Ok(texts.iter().map(|text| text.parse().unwrap()).collect())
    }

    #[test]
    fn one_private_address_among_public_ones_is_enough() {
        let mixed = ["8.8.8.8", "10.0.0.1"];
        assert_eq!(
            judged(addresses(&mixed), false).unwrap_err().to_string(),
            "its name leads to 10.0.0.1, a private address, and callbacks go to public addresses only"
        );
        assert_eq!(judged(addresses(&mixed), true).unwrap().len(), 2);
        assert_eq!(judged(addresses(&["8.8.8.8", "2606:4700::1"]), false).unwrap().len(), 2);
        assert!(judged(addresses(&[]), true).is_err());
    }

    #[tokio::test]
    async fn the_system_knows_this_machine() {
        let found = SystemResolver.addresses("localhost".to_owned()).await.unwrap();
        assert!(found.iter().all(|address| address.is_loopback()) && !found.is_empty());
    }
}
