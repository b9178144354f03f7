//! The accounts that nobody wrote down: every provider whose key is in the environment is one.

use secrecy::{ExposeSecret, SecretString};

use super::account::costs_nothing;
use super::base_url;
use super::draft::Draft;
use super::fault::Fault;
use super::server::Server;
use super::surroundings::Surroundings;
use crate::catalogue::Provider;
use crate::secret::is_placeholder;
use crate::text;

/// Accounts for the keys that `written` does not use yet. `notices` say which of them is not used, or only when named.
pub(crate) fn find<'a>(
    written: &[Draft<'a>],
    around: &Surroundings<'a>,
    server: &Server,
    notices: &mut Vec<String>,
) -> Result<Vec<Draft<'a>>, Fault> {
    let mut found: Vec<Draft<'a>> = Vec::new();
    for provider in &around.catalogue.providers {
        let Some(credential) = credential(provider, around, notices) else {
            continue;
        };
        let Some(wire) = provider.wire else {
            notices.push(text!("notice-not-spoken", variable = credential.variable));
            continue;
        };
        let Some(base_url) = base_url::default(provider, around, server, notices)? else {
            continue;
        };
        if written
            .iter()
            .any(|account| credential.is_used_by(account, provider, &base_url))
        {
            continue;
        }
        if provider.default_tier().models.is_empty() {
            notices.push(text!(
                "notice-name-models",
                variable = credential.variable,
                provider = provider.called()
            ));
            continue;
        }
        let name = free_name(&provider.id, written);
        let draft = Draft {
            base_url,
            api_key: credential.key.clone(),
            ..Draft::of_catalogue(name, provider, wire)
        };
        notices.extend(only_when_named(&draft, credential.variable));
        found.push(draft);
    }
    Ok(found)
}

/// What the environment holds for a provider.
struct Credential<'a> {
    variable: &'a str,
    key: Option<SecretString>,
}

impl Credential<'_> {
    /// Whether an account of d8.toml is this one: the same key, or without a key the same server.
    fn is_used_by(&self, account: &Draft<'_>, provider: &Provider, base_url: &str) -> bool {
        let exposed = |key: &Option<SecretString>| key.as_ref().map(|key| key.expose_secret().to_owned());
        account.provider.id == provider.id
            && match exposed(&self.key) {
                Some(key) => exposed(&account.api_key) == Some(key),
                None => account.base_url == base_url,
            }
    }
}

fn credential<'a>(
    provider: &'a Provider,
    around: &Surroundings<'_>,
    notices: &mut Vec<String>,
) -> Option<Credential<'a>> {
    for variable in &provider.key_env {
        let Some(key) = around.env.get(variable).map(SecretString::from) else {
            continue;
        };
        if is_placeholder(&key) {
            notices.push(text!("notice-placeholder", variable = variable.as_str()));
            continue;
        }
        return Some(Credential {
            variable,
            key: Some(key),
        });
    }
    // A local server needs no key: that somebody says where it is makes it an account.
    let variable = provider.base_url_env.as_deref().filter(|_| provider.local)?;
    around.env.get(variable).map(|_| Credential { variable, key: None })
}

/// The provider's id, or the first of `id-2`, `id-3` that no account of d8.toml has.
fn free_name(id: &str, written: &[Draft<'_>]) -> String {
    let taken = |name: &str| written.iter().any(|account| account.name == name);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.to_owned())
        .chain(numbered)
        .find(|name| !taken(name))
        .unwrap_or_default()
}

/// A key that was only found must not spend money unasked.
fn only_when_named(draft: &Draft<'_>, variable: &str) -> Option<String> {
    let default = &draft.models.first()?.id;
    (!costs_nothing(draft.provider, draft.tier, default)).then(|| {
        format!(
            "{variable}: account `{0}` may cost money, so it is used only when named, as `{0}/{default}` or in a route",
            draft.name
        )
    })
}
