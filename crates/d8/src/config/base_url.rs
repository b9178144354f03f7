//! Where an account's requests go.

use std::net::SocketAddr;

use reqwest::Url;

use super::fault::{Fault, Place};
use super::server::Server;
use super::surroundings::Surroundings;
use crate::catalogue::Provider;
use crate::text;

/// Completes a base URL: a bare origin gets the provider's version path, any other path is kept. Without a slash at its
/// end. The complaint does not repeat the text, which may hold a password.
pub(crate) fn complete(text: &str, path: &str) -> Result<String, Fault> {
    let bad = |why: &str| {
        Fault::new(text!("fault-no-base-url", why = why))
            .hint(text!("fault-write-it-like", example = "https://api.example.com/v1"))
    };
    let mut url = Url::parse(text.trim()).map_err(|error| bad(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad(&text!("fault-url-http")));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad(&text!("fault-url-query")));
    }
    if url.path() == "/" {
        url.set_path(path);
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Whether requests to this URL would come back to the server that listens there.
pub(crate) fn leads_to(base_url: &str, listen: SocketAddr) -> bool {
    let Ok(url) = Url::parse(base_url) else { return false };
    let host = url.host_str().unwrap_or_default();
    let here = host == "localhost"
        || host
            .trim_matches(['[', ']'])
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback() || ip == listen.ip());
    here && listen.port() != 0 && url.port_or_known_default() == Some(listen.port())
}

/// The base URL of an account that names none: the environment's, else the catalogue's.
pub(crate) fn default(
    provider: &Provider,
    around: &Surroundings<'_>,
    server: &Server,
    notices: &mut Vec<String>,
) -> Result<Option<String>, Fault> {
    let from_env = provider
        .base_url_env
        .as_deref()
        .and_then(|name| around.env.get(name).map(|text| (name, text)));
    let Some((variable, text)) = from_env else {
        return Ok(provider.base_url());
    };
    let url = complete(text, &provider.path).map_err(|fault| fault.on(&Place::Variable(variable.to_owned())))?;
    if !leads_to(&url, server.listen) {
        return Ok(Some(url));
    }
    // Whoever points other programs at D8 sets this variable to D8's own address.
    let notice = text!("notice-own-address", variable = variable, provider = provider.called());
    if !notices.contains(&notice) {
        notices.push(notice);
    }
    Ok(provider.base_url())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_bare_origin_gets_the_version_path() {
        for (text, expected) in [
            ("http://127.0.0.1:9000", "http://127.0.0.1:9000/openai/v1"),
            ("http://127.0.0.1:9000/", "http://127.0.0.1:9000/openai/v1"),
            ("http://127.0.0.1:9000/openai/v1", "http://127.0.0.1:9000/openai/v1"),
            ("https://proxy.test/llm/", "https://proxy.test/llm"),
        ] {
            assert_eq!(complete(text, "/openai/v1").unwrap(), expected);
        }
        for text in ["127.0.0.1:9000", "ftp://a.test", "groq", "", "http://a.test/?x=1"] {
            assert!(complete(text, "/v1").is_err(), "{text}");
        }
    }

    #[test]
    fn our_own_address_is_recognised() {
        let listen = "127.0.0.1:5000".parse().unwrap();
        assert!(leads_to("http://127.0.0.1:5000/v1", listen));
        assert!(leads_to("http://localhost:5000/v1", listen));
        assert!(leads_to("http://[::1]:5000/v1", listen));
        assert!(!leads_to("http://127.0.0.1:5001/v1", listen));
        assert!(!leads_to("http://pi.test:5000/v1", listen));
    }
}
