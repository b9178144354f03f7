//! Where the orchestrator is, and what opens it.

use percent_encoding::percent_decode_str;
use reqwest::Url;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

use crate::text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// An orchestrator's URL without its token, and the token. Shown, it is the URL alone.
#[derive(Clone, Debug)]
pub struct Address {
    origin: String,
    credential: Option<Credential>,
}

#[derive(Clone, Debug)]
enum Credential {
    /// `name:password`.
    Basic(SecretString),
    Bearer(SecretString),
}

impl Address {
    /// Reads `http://pi:5000`, `http://d8:TOKEN@pi:5000` or `pi:5000`. A token in the URL comes before the other one. The
    /// complaint does not repeat the text, which may hold a token.
    pub fn parse(text: &SecretString, token: Option<SecretString>) -> Result<Self, String> {
        let text = text.expose_secret().trim();
        let with_scheme = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let mut url = Url::parse(&with_scheme).map_err(|error| error.to_string())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(text!("fault-url-http"));
        }
        let plain = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let credential = match url.password() {
            Some(password) => {
                let both = format!("{}:{}", plain(url.username()), plain(password));
                Some(Credential::Basic(SecretString::from(both)))
            }
            None => token.map(Credential::Bearer),
        };
        // It has a host, so that nothing here can fail.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self {
            origin: url.as_str().trim_end_matches('/').to_owned(),
            credential,
        })
    }

    /// The URL without a token, without a slash at its end.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it runs on this machine.
    pub(super) fn is_here(&self) -> bool {
        crate::worker::provider::is_loopback(&self.origin)
    }

    /// The value of `Authorization`. Fails where the token holds what no header can carry.
    pub(super) fn authorization(&self) -> Result<Option<HeaderValue>, String> {
        let text = match &self.credential {
            None => return Ok(None),
            Some(Credential::Basic(both)) => format!("Basic {}", STANDARD.encode(both.expose_secret())),
            Some(Credential::Bearer(token)) => format!("Bearer {}", token.expose_secret()),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| text!("worker-odd-token"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn address(text: &str, token: Option<&str>) -> Address {
        Address::parse(&SecretString::from(text), token.map(SecretString::from)).unwrap()
    }

    fn header(address: &Address) -> String {
        let value = address.authorization().unwrap();
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    #[test]
    fn the_token_opens_and_is_not_shown() {
        let basic = address("http://d8:to%3Aken@pi:5000/", Some("other"));
        assert_eq!(basic.origin(), "http://pi:5000");
        assert_eq!(header(&basic), format!("Basic {}", STANDARD.encode("d8:to:ken")));
        let bearer = address("pi:5000", Some("token"));
        assert_eq!(
            (bearer.origin(), header(&bearer).as_str()),
            ("http://pi:5000", "Bearer token")
        );
        assert_eq!(header(&address("http://pi:5000", None)), "");
        assert!(!format!("{basic:?} {bearer:?}").contains("ken"));
    }

    #[test]
    fn a_complaint_does_not_repeat_the_url() {
        for text in ["ftp://d8:token@pi", "http://d8:token@", "http://d8:token@pi:port"] {
            let complaint = Address::parse(&SecretString::from(text), None).unwrap_err();
            assert!(!complaint.contains("token"), "{complaint}");
        }
    }
}
