//! Changes a `.env` file line by line: comments, order, line ends and whatever else is in it stay.

use secrecy::{ExposeSecret, SecretString};

/// The text with `name` set to `value`: in the place where it is set, which is the first one, as readers take that; else in
/// a line at the end.
pub fn set(text: &str, name: &str, value: &SecretString) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = format!("{name}={}", quoted(value.expose_secret()));
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if let Some(at) = lines.iter().position(|line| sets(line, name)) {
        let exported = lines[at].trim_start().starts_with("export ");
        let export = if exported { "export " } else { "" };
        let line = format!("{export}{line}{}{end}", comment(lines[at]));
        lines[at] = &line;
        return lines.concat();
    }
    let line = format!("{line}{end}");
    let gap = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        end
    };
    format!("{text}{gap}{line}")
}

/// Whether a line sets this variable.
fn sets(line: &str, name: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let rest = line.strip_prefix(name).map(str::trim_start);
    rest.is_some_and(|rest| rest.starts_with('='))
}

/// What a line says behind its value, with the blanks before it: " # mine". Empty where that is no comment.
fn comment(line: &str) -> &str {
    let value = line.split_once('=').map_or("", |(_, value)| value).trim();
    let behind = match value.chars().next() {
        Some('\'') => value[1..].find('\'').map(|at| &value[at + 2..]),
        Some('"') => {
            let mut escaped = false;
            let closing = value[1..].find(|character| {
                let closes = character == '"' && !escaped;
                escaped = character == '\\' && !escaped;
                closes
            });
            closing.map(|at| &value[at + 2..])
        }
        _ => value
            .char_indices()
            .find(|(at, character)| *character == '#' && value[..*at].ends_with([' ', '\t']))
            .map(|(at, _)| &value[value[..at].trim_end().len()..]),
    };
    behind
        .filter(|rest| rest.trim_start().starts_with('#'))
        .unwrap_or_default()
}

/// As every reader of such files takes it: quoted where a character means something to one of them.
fn quoted(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=@%,~".contains(&byte);
    match () {
        () if value.bytes().all(is_plain) => value.to_owned(),
        () if !value.contains('\'') => format!("'{value}'"),
        () => {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('$', "\\$");
            format!("\"{escaped}\"")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;

    fn with(text: &str, value: &str) -> String {
        set(text, "GROQ_API_KEY", &SecretString::from(value))
    }

    #[test]
    fn only_its_line_changes() {
        for (before, after) in [
            ("", "GROQ_API_KEY=new\n"),
            ("# keys\n\nA=1", "# keys\n\nA=1\nGROQ_API_KEY=new\n"),
            (
                "A=1\nGROQ_API_KEY='old' # mine\nB=2",
                "A=1\nGROQ_API_KEY=new # mine\nB=2",
            ),
            ("GROQ_API_KEY=old#1  # it's mine", "GROQ_API_KEY=new  # it's mine\n"),
            ("GROQ_API_KEY=\"o\\\"l # d\" # mine\r\n", "GROQ_API_KEY=new # mine\r\n"),
            ("GROQ_API_KEY='old # no comment'\n", "GROQ_API_KEY=new\n"),
            (
                "A=1\r\nexport GROQ_API_KEY = old\r\nB=2\r\n",
                "A=1\r\nexport GROQ_API_KEY=new\r\nB=2\r\n",
            ),
            (
                "#GROQ_API_KEY=old\nGROQ_API_KEY_2=x\n",
                "#GROQ_API_KEY=old\nGROQ_API_KEY_2=x\nGROQ_API_KEY=new\n",
            ),
        ] {
            assert_eq!(with(before, "new"), after);
            assert_eq!(with(&with(before, "new"), "new"), after, "twice is once");
        }
    }

    #[test]
    fn any_key_is_read_as_it_was_written() {
        for key in ["test-key-1", "a$b#c", "it's", "q\"u'o$t\\e", "ends-with=="] {
            let mut env = Environment::default();
            assert_eq!(env.add_dotenv(&with("A=1\n", key)), 0);
            assert_eq!(env.get("GROQ_API_KEY"), Some(key));
            let mut commented = Environment::default();
            assert_eq!(commented.add_dotenv(&with("GROQ_API_KEY=old # mine\nA=1\n", key)), 0);
            assert_eq!(commented.get("GROQ_API_KEY"), Some(key), "with a comment behind it");
        }
    }
}
