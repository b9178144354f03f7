//! A question at the terminal that is answered with yes or no, in whichever language.

use inquire::{Confirm, InquireError};

use crate::text;

/// Asks; Enter alone says `usual`.
pub(super) fn ask(question: &str, usual: bool) -> Result<bool, InquireError> {
    let wrong = text!("ask-yes-or-no");
    let shown = |said: bool| if said { text!("ask-yes") } else { text!("ask-no") };
    let usual_shown = |usual: bool| {
        if usual {
            text!("ask-yes-no")
        } else {
            text!("ask-no-yes")
        }
    };
    Confirm::new(question)
        .with_default(usual)
        .with_parser(&meant)
        .with_error_message(&wrong)
        .with_formatter(&shown)
        .with_default_value_formatter(&usual_shown)
        .prompt()
}

/// Both languages are understood in both: the answer is one letter, and habits are strong.
fn meant(said: &str) -> Result<bool, ()> {
    match said.trim().to_lowercase().as_str() {
        "y" | "yes" | "s" | "sí" | "si" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_understood_and_nothing_else() {
        for yes in ["y", "Yes", "s", " SÍ ", "si"] {
            assert_eq!(meant(yes), Ok(true), "{yes}");
        }
        assert_eq!([meant("n"), meant("No")], [Ok(false), Ok(false)]);
        assert_eq!([meant("d8 tasks"), meant("")], [Err(()), Err(())]);
    }
}
