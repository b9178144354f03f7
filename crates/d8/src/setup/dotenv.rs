//! Changes a `.env` file line by line: comments, order, line ends and whatever else is in it stay.

use secrecy::{ExposeSecret, SecretString};

/// The text with `name` set to `value`: in the place where it is set, which is the first one, as readers take that; else in
/// a line at the end.
pub fn set(text: &str, name: &str, value: &SecretString) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let line = format!("{name}={}{end}", quoted(value.expose_secret()));
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    if let Some(at) = lines.iter().position(|line| sets(line, name)) {
        let exported = lines[at].trim_start().starts_with("export ");
        let line = if exported { format!("export {line}") } else { line };
        lines[at] = &line;
        return lines.concat();
    }
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
            ("A=1\nGROQ_API_KEY='old' # mine\nB=2", "A=1\nGROQ_API_KEY=new\nB=2"),
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
        }
    }
}
