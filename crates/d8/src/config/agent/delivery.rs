//! Where an agent's answers go.

use std::time::Duration;

use super::text::{Braces, Names, Template};
use crate::callback::{CallbackUrl, Refused};
use crate::config::fault::Fault;
use crate::config::file::AgentTable;
use crate::text;

/// No program that takes an answer in needs longer.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn output(table: &AgentTable, names: &Names<'_>) -> Result<Option<Template>, Fault> {
    let Some(text) = &table.output else { return Ok(None) };
    let path = text.as_ref();
    if path.trim().is_empty() || path.ends_with(['/', '\\']) {
        return Err(Fault::new(text!("agent-output-nameless"))
            .at(text.span())
            .hint(text!("fault-write-it-like", example = "out/{agent}/{date}/{n}.md")));
    }
    let template = Template::new(path, Braces::Single);
    names.check(&template).map_err(|fault| fault.at(text.span()))?;
    Ok(Some(template))
}

pub(super) fn webhook(table: &AgentTable, allow_private: bool) -> Result<Option<String>, Fault> {
    let Some(text) = &table.webhook else { return Ok(None) };
    match CallbackUrl::parse(text.as_ref(), allow_private) {
        Ok(url) => Ok(Some(url.as_str().to_owned())),
        Err(refused) => Err(no_webhook(refused).at(text.span())),
    }
}

/// Why a URL is not told, in the words of d8.toml.
fn no_webhook(refused: Refused) -> Fault {
    match refused {
        Refused::NoUrl(why) => Fault::new(text!("agent-webhook-no-url", why = why)).hint(text!("agent-webhook-write")),
        Refused::TooLong => Fault::new(text!("agent-webhook-too-long")).hint(text!("agent-webhook-shorten")),
        Refused::Scheme(scheme) => {
            Fault::new(text!("agent-webhook-scheme", scheme = scheme)).hint(text!("agent-webhook-write"))
        }
        Refused::UserInfo => Fault::new(text!("agent-webhook-user")).hint(text!("agent-webhook-leave-out")),
        Refused::NotPublic { host, what } => {
            Fault::new(text!("agent-webhook-not-public", host = host, what = what.code()))
                .hint(text!("agent-webhook-public"))
        }
    }
}

pub(super) fn command(table: &AgentTable) -> Result<Vec<String>, Fault> {
    let Some(words) = &table.command else {
        return Ok(Vec::new());
    };
    match words.as_ref().first() {
        Some(program) if !program.trim().is_empty() => Ok(words.as_ref().clone()),
        _ => Err(Fault::new(text!("agent-no-program"))
            .at(words.span())
            .hint(text!("agent-write-command"))),
    }
}
