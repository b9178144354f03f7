//! Demo Notes: log in, write, post.

use super::{App, Element, Screen};
use crate::step::Step;

const USER: &str = "tester";
const NOTES: [&str; 5] = [
    "Water the plants",
    "Call the landlord",
    "Buy lentils",
    "Return the books",
    "Feed the cat",
];

/// The note of a variant.
pub(super) fn note(number: usize) -> &'static str {
    NOTES[number % NOTES.len()]
}

#[derive(Clone, Debug)]
pub(super) struct Notes {
    wanted: &'static str,
    at: At,
    user: Option<String>,
    body: Option<String>,
    posted: Vec<String>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum At {
    Login,
    List,
    Edit,
}

impl Notes {
    pub(super) fn start(number: usize) -> Self {
        Self {
            wanted: note(number),
            at: At::Login,
            user: None,
            body: None,
            posted: Vec::new(),
        }
    }
}

impl App for Notes {
    fn screen(&self) -> Screen {
        let shown = |typed: &Option<String>, empty: &str| typed.clone().unwrap_or_else(|| empty.to_owned());
        let (screen, elements) = match self.at {
            At::Login => (
                "login",
                vec![
                    Element::field("user", shown(&self.user, "User"), &[USER]),
                    Element::button("enter", "Log in"),
                ],
            ),
            At::List => (
                "list",
                vec![
                    Element::label("count", format!("{} notes", self.posted.len())),
                    Element::button("new", "New note"),
                ],
            ),
            At::Edit => (
                "edit",
                vec![
                    Element::button("back", "Notes"),
                    Element::field("body", shown(&self.body, "Write here"), &[self.wanted]),
                    Element::button("post", "Post"),
                ],
            ),
        };
        Screen { screen, elements }
    }

    fn carry_out(&mut self, step: &Step) -> &'static str {
        match (self.at, step) {
            (At::Login, Step::Type { text, .. }) => {
                self.user = Some(text.clone());
                "typed"
            }
            (At::Login, _) if self.user.is_none() => "who are you?",
            (At::Login, _) => {
                self.at = At::List;
                "logged in"
            }
            (At::List, _) => {
                self.at = At::Edit;
                "opened"
            }
            (At::Edit, Step::Type { text, .. }) => {
                self.body = Some(text.clone());
                "typed"
            }
            (At::Edit, Step::Tap { .. }) => match self.body.take() {
                Some(note) => {
                    self.posted.push(note);
                    self.at = At::List;
                    "posted"
                }
                None => "the note is empty",
            },
            (At::Edit, Step::Back {}) => {
                self.at = At::List;
                "nothing was posted"
            }
        }
    }

    fn is_at_goal(&self) -> bool {
        self.posted.iter().any(|note| note == self.wanted)
    }
}
