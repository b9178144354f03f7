//! What opens an orchestrator, and who may be shown it: a token kept on this machine is for this machine's orchestrator
//! only, whatever address somebody types.

use std::path::Path;

use percent_encoding::percent_decode_str;
use reqwest::Url;
use secrecy::SecretString;

use crate::config::text_file;

/// The file in the user's data folder in which `d8 up` keeps the token that it made.
pub const FILE_NAME: &str = "server.token";

/// The password of a URL's user info, such as `TOKEN` in `http://d8:TOKEN@pi:5000`.
pub(super) fn of_url(url: &Url) -> Option<SecretString> {
    let written = url.password()?;
    let token = percent_decode_str(written).decode_utf8_lossy();
    (!token.is_empty()).then(|| SecretString::from(token.as_ref()))
}

/// What a file holds, blanks around it cut off; none where there is no such file or it is empty.
pub(super) fn of_file(path: &Path) -> Option<SecretString> {
    let text = text_file::read(path).ok()?;
    let token = text.trim();
    (!token.is_empty()).then(|| SecretString::from(token))
}
