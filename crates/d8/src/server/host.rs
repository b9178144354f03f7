//! The names by which a server is called: what stands in `Host`, in an authority and in `Origin`.

use std::net::{IpAddr, Ipv6Addr};

/// A host and the port behind it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Host {
    pub(super) name: Name,
    pub(super) port: Option<u16>,
}

/// How a host is called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Name {
    /// By its address: no resolver was asked, so none can have lied.
    Address(IpAddr),
    /// By a name, in lower case and without a last dot.
    Word(String),
}

impl Host {
    /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`. None where it is nothing of the kind.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('[') {
            let (inside, after) = rest.split_once(']')?;
            // A zone (`fe80::1%25eth0`) says through which interface, not which host.
            let address: Ipv6Addr = inside.split('%').next()?.parse().ok()?;
            return Some(Self {
                name: Name::Address(address.to_canonical()),
                port: port(after)?,
            });
        }
        let (name, after) = match text.find(':') {
            Some(colon) => text.split_at(colon),
            None => (text, ""),
        };
        Some(Self {
            name: Name::parse(name)?,
            port: port(after)?,
        })
    }

    /// Whether it names this machine to itself, and nothing else ever.
    pub(super) fn is_loopback(&self) -> bool {
        match &self.name {
            Name::Address(address) => address.is_loopback(),
            Name::Word(word) => word == "localhost",
        }
    }

    /// Reads an `Origin`: its scheme's port where it names none. None for `null` and whatever is no web page.
    pub(super) fn of_origin(origin: &str) -> Option<(Self, u16)> {
        let (scheme, rest) = origin.split_once("://")?;
        let usual = match scheme.to_ascii_lowercase().as_str() {
            "http" => 80,
            "https" => 443,
            _ => return None,
        };
        Some((Self::parse(rest)?, usual))
    }
}

impl Name {
    fn parse(text: &str) -> Option<Self> {
        let word = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if word.is_empty() || !word.bytes().all(fits) {
            return None;
        }
        Some(word.parse().map_or(Self::Word(word), Self::Address))
    }
}

/// What follows a host: nothing, or a colon and a port, which may be empty.
fn port(after: &str) -> Option<Option<u16>> {
    match after.strip_prefix(':') {
        None if after.is_empty() => Some(None),
        Some("") => Some(None),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok().map(Some),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn loopback_has_many_spellings_and_no_lookalikes() {
        for host in [
            "localhost",
            "LOCALHOST:1",
            "localhost.:5000",
            "127.0.0.1",
            "127.9.9.9:5000",
            "[::1]",
            "[::1]:80",
            "[::ffff:127.0.0.1]:5000",
        ] {
            assert!(Host::parse(host).unwrap().is_loopback(), "{host}");
        }
        for host in [
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "0.0.0.0",
            "10.0.0.1",
            "2130706433",
            "[::]",
            "127.1",
        ] {
            assert!(!Host::parse(host).unwrap().is_loopback(), "{host}");
        }
    }

    #[test]
    fn what_is_no_host_is_none() {
        for text in [
            "",
            ":80",
            "a b",
            "a@localhost",
            "localhost/",
            "localhost:x",
            "localhost:99999",
            "[::1",
            "[::1]x",
            "::1",
            "localhost,localhost",
        ] {
            assert_eq!(Host::parse(text), None, "{text}");
        }
    }

    #[test]
    fn an_origin_has_a_port_even_where_it_names_none() {
        assert_eq!(Host::of_origin("https://pi.local").unwrap().1, 443);
        assert_eq!(Host::of_origin("http://pi.local:5000").unwrap().0.port, Some(5000));
        for origin in ["null", "file://", "chrome-extension://abc", "pi.local"] {
            assert_eq!(Host::of_origin(origin), None, "{origin}");
        }
    }
}
