//! Hides the secrets in a configuration's text before a line of it is shown.
//!
//! The text is judged without being parsed, since it is shown when parsing failed. Bytes keep their places, so that
//! spans into the text stay right.

/// The same text with every key, token and password in it replaced by stars.
pub(crate) fn masked(source: &str) -> String {
    let mut text: Vec<u8> = source.as_bytes().to_vec();
    for (at, _) in source.match_indices('=') {
        let (key, value) = (key_before(source, at), secret_value(source, at + 1));
        // What is no URL was perhaps pasted into the wrong place.
        let misplaced = key == "base_url" && !source[value.clone()].contains("://");
        if misplaced || is_secret(key) {
            hide(&mut text, value);
        }
    }
    for comment in comments(source) {
        hide(&mut text, comment);
    }
    for (at, _) in source.match_indices("://") {
        hide(&mut text, password(source, at + 3));
    }
    // Only whole characters were replaced, each byte by a star.
    String::from_utf8_lossy(&text).into_owned()
}

/// The insides of comments: a value that was tried before often stands in one.
fn comments(source: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut line_start = 0;
    source.split_inclusive('\n').filter_map(move |line| {
        let (start, content) = (line_start, line.trim_end());
        line_start += line.len();
        let quotes_before = |at: usize| content[..at].matches(['"', '\'']).count();
        let (hash, _) = content.match_indices('#').find(|(at, _)| quotes_before(*at) % 2 == 0)?;
        Some(start + hash + 1..start + content.len())
    })
}

/// The bare or quoted key that ends right before the equals sign.
fn key_before(source: &str, equals: usize) -> &str {
    let before = source[..equals].trim_end_matches([' ', '\t', '"', '\'']);
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    &before[start..]
}

/// Whether a key names a secret: slips such as `api_kye` are meant too.
fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let counts = key.ends_with("tokens");
    let named = ["key", "token", "secret", "password"]
        .iter()
        .any(|word| key.contains(word));
    !counts
        && (named
            || ["api_key", "token"]
                .iter()
                .any(|name| strsim::jaro_winkler(&key, name) > 0.8))
}

/// The bytes of a value that hold a secret: none where it only says where the secret is.
fn secret_value(source: &str, after_equals: usize) -> std::ops::Range<usize> {
    let value = source[after_equals..].trim_start_matches([' ', '\t']);
    let start = source.len() - value.len();
    let quote = ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| value.starts_with(quote))
        .unwrap_or("");
    let inside = &value[quote.len()..];
    if inside.starts_with("env:") || inside.starts_with("file:") {
        return start..start;
    }
    let line = inside.find('\n').unwrap_or(inside.len());
    let length = match quote.len() {
        0 => inside[..line].find([',', '}', '#']).unwrap_or(line),
        1 => inside[..line].find(quote).unwrap_or(line),
        _ => inside.find(quote).unwrap_or(inside.len()),
    };
    start + quote.len()..start + quote.len() + length
}

/// The password of a URL whose authority begins here.
fn password(source: &str, start: usize) -> std::ops::Range<usize> {
    let rest = &source[start..];
    let authority = &rest[..rest.find(['/', '"', '\'', ' ', '\n']).unwrap_or(rest.len())];
    match (authority.find(':'), authority.rfind('@')) {
        (Some(colon), Some(at)) if colon < at => start + colon + 1..start + at,
        _ => start..start,
    }
}

fn hide(text: &mut [u8], range: std::ops::Range<usize>) {
    for byte in &mut text[range] {
        if *byte != b'\n' {
            *byte = b'*';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_become_stars_and_the_rest_stays() {
        for (text, expected) in [
            ("api_key = \"test-key-1\"", "api_key = \"**********\""),
            ("api_kye = 'test-key-1' # mine", "api_kye = '**********' #*****"),
            ("name = \"a#b\"", "name = \"a#b\""),
            ("groq_api_key = test-key-1", "groq_api_key = **********"),
            ("api_key = \"test-ke", "api_key = \"*******"),
            (
                "account = [{ api_key = \"ab\", name = \"x\" }]",
                "account = [{ api_key = \"**\", name = \"x\" }]",
            ),
            ("api_key = \"env:GROQ_API_KEY\"", "api_key = \"env:GROQ_API_KEY\""),
            (
                "token = \"\"\"\nab\ncd\"\"\"\nx = 1",
                "token = \"\"\"\n**\n**\"\"\"\nx = 1",
            ),
            ("tokens = 12000", "tokens = 12000"),
            (
                "url = \"postgres://me:pässe@host/db\"",
                "url = \"postgres://me:******@host/db\"",
            ),
            (
                "url = \"http://127.0.0.1:9000/v1\"",
                "url = \"http://127.0.0.1:9000/v1\"",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }
}
