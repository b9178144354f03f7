//! Where an agent's answers go.

use std::time::Duration;

use super::text::{Braces, Names, Template};
use crate::callback::CallbackUrl;
use crate::config::fault::Fault;
use crate::config::file::AgentTable;

/// No program that takes an answer in needs longer.
pub(super) const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) fn output(table: &AgentTable, names: &Names<'_>) -> Result<Option<Template>, Fault> {
    let Some(text) = &table.output else { return Ok(None) };
    let path = text.as_ref();
    let hint = "write it like `out/{agent}/{date}/{n}.md`";
    if path.trim().is_empty() || path.ends_with(['/', '\\']) {
        return Err(Fault::new("the output has no name").at(text.span()).hint(hint));
    }
    let template = Template::new(path, Braces::Single);
    names.check(&template).map_err(|fault| fault.at(text.span()))?;
    Ok(Some(template))
}

pub(super) fn webhook(table: &AgentTable, allow_private: bool) -> Result<Option<String>, Fault> {
    let Some(text) = &table.webhook else { return Ok(None) };
    match CallbackUrl::parse(text.as_ref(), allow_private) {
        Ok(url) => Ok(Some(url.as_str().to_owned())),
        Err(refused) => {
            let words = refused.to_string().replacen("the callback", "the webhook", 1);
            let hint = refused.hint().replace(
                "let D8's configuration allow private addresses",
                "write `allow_private_callbacks = true` under [server]",
            );
            Err(Fault::new(words).at(text.span()).hint(hint))
        }
    }
}

pub(super) fn command(table: &AgentTable) -> Result<Vec<String>, Fault> {
    let Some(words) = &table.command else {
        return Ok(Vec::new());
    };
    match words.as_ref().first() {
        Some(program) if !program.trim().is_empty() => Ok(words.as_ref().clone()),
        _ => Err(Fault::new("the command names no program")
            .at(words.span())
            .hint("write it like `command = [\"publish\", \"--draft\"]`; no shell reads it")),
    }
}
