//! The environment as a value, so that nothing below the program's entry asks the process for it.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Variables by name. Those of the process come first; `.env` files only add to them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    /// The file that said it, of those that the process did not have.
    files: BTreeMap<String, PathBuf>,
}

impl Environment {
    /// The variables of this process that are text.
    pub fn of_process() -> Self {
        let text = |part: std::ffi::OsString| part.into_string().ok();
        std::env::vars_os()
            .filter_map(|(name, value)| Some((process_name(text(name)?), text(value)?)))
            .collect()
    }

    /// The value of a variable, blanks around it cut off. One that is empty counts as not set.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// The names of all variables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }

    /// The `.env` file that a variable comes from; none for those of the process.
    pub fn file_of(&self, name: &str) -> Option<&Path> {
        self.files.get(name).map(PathBuf::as_path)
    }

    /// Adds what a `.env` file says of variables that are not set yet. Gives back how many entries cannot be read:
    /// such a file may belong to another program, so they are skipped.
    pub fn add_dotenv(&mut self, text: &str) -> usize {
        self.add_dotenv_file(text, Path::new(".env"))
    }

    /// The same for a file of which it is to be known that a variable came from it.
    pub fn add_dotenv_file(&mut self, text: &str, file: &Path) -> usize {
        let mut unreadable = 0;
        for entry in dotenvy::from_read_iter(text.as_bytes()) {
            match entry {
                Ok((name, value)) if self.get(&name).is_none() => {
                    self.files.insert(name.clone(), file.to_owned());
                    self.variables.insert(name, value);
                }
                Ok(_) => {}
                Err(_) => unreadable += 1,
            }
        }
        unreadable
    }
}

/// Windows does not tell `Path` from `PATH`; we look for capitals.
fn process_name(name: String) -> String {
    if cfg!(windows) { name.to_ascii_uppercase() } else { name }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            files: BTreeMap::new(),
        }
    }
}

/// Names only: half of the values are keys.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_adds_but_never_replaces() {
        let mut environment: Environment = [("A", "process"), ("EMPTY", " ")].into_iter().collect();
        let text = "A=file\nB='two words'\nexport C=3\nEMPTY=now\nnot an entry at all\nD=4\n";
        let file = Path::new("/home/ana/.env");
        assert_eq!(environment.add_dotenv_file(text, file), 1);
        assert_eq!([environment.file_of("A"), environment.file_of("B")], [None, Some(file)]);
        let values: Vec<_> = ["A", "B", "C", "D", "EMPTY", "E"]
            .iter()
            .map(|name| environment.get(name))
            .collect();
        assert_eq!(
            values,
            [
                Some("process"),
                Some("two words"),
                Some("3"),
                Some("4"),
                Some("now"),
                None
            ]
        );
    }

    #[test]
    fn debug_output_shows_names_only() {
        let environment: Environment = [("GROQ_API_KEY", "test-key-1")].into_iter().collect();
        assert_eq!(format!("{environment:?}"), r#"{"GROQ_API_KEY"}"#);
    }
}
