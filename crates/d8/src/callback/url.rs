//! The URL that a caller wants told, judged before the task is taken in.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use reqwest::Url;

use super::address::{NotPublic, not_public};

/// No honest URL is longer; a task keeps its URL for as long as it lives.
const LONGEST: usize = 2048;
/// Names that never leave a machine or its network, whatever a resolver says of them.
const LOCAL_NAMES: [&str; 3] = ["localhost", "local", "internal"];

/// Where the end of a task is told.
#[derive(Clone, PartialEq, Eq)]
pub struct CallbackUrl {
    url: Url,
    host: Arc<str>,
}

/// Why a URL is no callback. The words do not repeat the URL: its path may be a secret between caller and receiver.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("the callback is no URL: {0}")]
    NoUrl(String),
    /// It is longer than 2,048 bytes.
    #[error("the callback is longer than {LONGEST} bytes")]
    TooLong,
    /// It is neither http nor https.
    #[error("the callback begins with `{0}:`, but only http and https are told")]
    Scheme(String),
    /// It carries a user's name or password.
    #[error("the callback carries a user name or a password")]
    UserInfo,
    /// It leads into a network that callers have no business in.
    #[error("the callback's host {host} is {what}, and callbacks go to public addresses only")]
    NotPublic {
        /// As written, in its plainest form.
        host: String,
        /// Such as `a private address`.
        what: NotPublic,
    },
}

impl Refused {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoUrl(_) | Self::Scheme(_) => "write it whole, as in https://example.com/hooks/d8",
            Self::TooLong => "shorten it, and put what identifies the task into `metadata`",
            Self::UserInfo => "leave it out: the receiver knows D8 by the signature in `webhook-signature`",
            Self::NotPublic { .. } => {
                "give a public URL, or, where the receiver is your own, let D8's configuration allow private addresses"
            }
        }
    }
}

impl CallbackUrl {
    /// Judges a URL as written. With `allow_private`, hosts of this machine and of private networks are fine.
    pub fn parse(text: &str, allow_private: bool) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused::TooLong);
        }
        let url = Url::parse(text).map_err(|error| Refused::NoUrl(error.to_string()))?;
        if !["http", "https"].contains(&url.scheme()) {
            return Err(Refused::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        let host = url
            .host_str()
            .ok_or_else(|| Refused::NoUrl("it has no host".to_owned()))?;
        if let Some(what) = private(host).filter(|_| !allow_private) {
            return Err(Refused::NotPublic {
                host: host.to_owned(),
                what,
            });
        }
        let host = host.into();
        Ok(Self { url, host })
    }

    /// The whole URL in its plainest form, to be kept.
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The host alone, which may be shown. An IPv6 address stands in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn shared_host(&self) -> Arc<str> {
        self.host.clone()
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }
}

/// Paths and queries of callbacks hold tokens of the receiver, so only the host is shown.
impl fmt::Debug for CallbackUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackUrl({}://{}/...)", self.url.scheme(), self.host)
    }
}

/// What a host is, where that can be told without asking anybody. All spellings of an address (`0x7f.1`, `2130706433`,
/// full-width digits) have become its plain one when the URL was read.
fn private(host: &str) -> Option<NotPublic> {
    if let Ok(address) = host.trim_matches(['[', ']']).parse::<IpAddr>() {
        return not_public(address);
    }
    let name = host.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or(name);
    LOCAL_NAMES.contains(&last).then_some(NotPublic::LocalName)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn refused(text: &str) -> Refused {
        CallbackUrl::parse(text, false).unwrap_err()
    }

    #[test]
    fn public_urls_are_taken() {
        for (text, host) in [
            ("https://example.com/hooks/d8?task=1", "example.com"),
            ("HTTP://Example.COM:8080", "example.com"),
            ("http://8.8.8.8/", "8.8.8.8"),
            ("https://[2606:4700:4700::1111]/x", "[2606:4700:4700::1111]"),
            ("https://localhost.example.com/", "localhost.example.com"),
            ("https://mylocal/", "mylocal"),
        ] {
            let url = CallbackUrl::parse(text, false).unwrap();
            assert_eq!(url.host(), host, "{text}");
            assert_eq!(CallbackUrl::parse(url.as_str(), false).unwrap(), url, "{text}");
        }
    }

    #[test]
    fn private_hosts_are_refused_in_every_spelling_unless_allowed() {
        for text in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.0.0.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
            "http://\u{ff11}27.0.0.1/",
            "http://0/",
            "http://10.1.2.3:8080/x",
            "http://169.254.169.254/latest/meta-data",
            "http://100.64.1.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://[fe80::1]/",
            "http://[fd00::1]/",
            "http://[2002:7f00:1::]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[ff02::1]/",
            "http://localhost/",
            "http://LOCALHOST:5000/",
            "http://localhost./",
            "http://a.localhost/",
            "http://pi.local/",
            "http://metadata.google.internal/",
            "http://loc%61lhost/",
        ] {
            assert!(matches!(refused(text), Refused::NotPublic { .. }), "{text}");
            assert!(CallbackUrl::parse(text, true).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_callback_is_refused_even_where_private_ones_are_allowed() {
        for text in [
            "",
            "example.com/hook",
            "/hook",
            "http://",
            "http://[::1",
            "http://[fe80::1%25eth0]/",
            "http://a b/",
            "file:///etc/passwd",
            "ftp://example.com/",
            "javascript:alert(1)",
            "https://user@example.com/",
            "https://user:word@example.com/",
            "https://:word@example.com/",
        ] {
            assert!(CallbackUrl::parse(text, true).is_err(), "{text}");
        }
        let long = format!("https://example.com/{}", "a".repeat(LONGEST));
        assert_eq!(refused(&long), Refused::TooLong);
    }

    #[test]
    fn a_refusal_says_what_is_wrong_and_keeps_passwords_to_itself() {
        assert_eq!(
            refused("http://192.168.0.9/hook").to_string(),
            "the callback's host 192.168.0.9 is a private address, and callbacks go to public addresses only"
        );
        let words = refused("https://user:test-key-1@example.com/").to_string();
        assert!(!words.contains("test-key-1"), "{words}");
        let url = CallbackUrl::parse("https://example.com/test-key-1?k=test-key-1", false).unwrap();
        assert_eq!(format!("{url:?}"), "CallbackUrl(https://example.com/...)");
    }
}
