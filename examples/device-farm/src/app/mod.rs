//! The apps under test: small state machines with a screen, buttons that do something, and a goal that they know to be
//! reached or not. A test of a real app would put its device's driver here.

mod notes;
mod radio;
mod shop;
mod weather;

use serde::{Deserialize, Serialize};

use crate::step::Step;

/// One of the apps.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum AppName {
    /// Log in and post a note.
    Notes,
    /// Find the cheapest shoes and put them in the cart.
    Shop,
    /// Set the radio alarm.
    Radio,
    /// Look up tomorrow's weather.
    Weather,
}

/// What a person would see.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Screen {
    /// Its name.
    pub(crate) screen: &'static str,
    /// From top to bottom.
    pub(crate) elements: Vec<Element>,
}

/// Something on a screen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Element {
    /// What a step calls it.
    pub(crate) id: &'static str,
    /// What can be done with it.
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    /// What it shows.
    pub(crate) text: String,
    /// What may be typed here: a test types nothing but its own data.
    #[serde(skip)]
    pub(crate) data: Vec<String>,
}

/// What can be done with an element.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// It can be read.
    Label,
    /// It can be tapped.
    Button,
    /// It can be typed into.
    Field,
}

impl Element {
    pub(crate) fn label(id: &'static str, text: impl Into<String>) -> Self {
        let (kind, text, data) = (Kind::Label, text.into(), Vec::new());
        Self { id, kind, text, data }
    }

    pub(crate) fn button(id: &'static str, text: impl Into<String>) -> Self {
        let kind = Kind::Button;
        Self {
            kind,
            ..Self::label(id, text)
        }
    }

    pub(crate) fn field(id: &'static str, text: impl Into<String>, data: &[&str]) -> Self {
        let data = data.iter().map(|text| (*text).to_owned()).collect();
        let kind = Kind::Field;
        Self {
            kind,
            data,
            ..Self::label(id, text)
        }
    }
}

/// An app that runs.
pub(crate) trait App: Send {
    /// What it shows now.
    fn screen(&self) -> Screen;

    /// Does what a step says, and tells what came of it. The step is one that the screen offers.
    fn carry_out(&mut self, step: &Step) -> &'static str;

    /// Whether the goal is reached.
    fn is_at_goal(&self) -> bool;
}

impl AppName {
    /// All of them, in the order in which a test plan takes them.
    pub(crate) const ALL: [Self; 4] = [Self::Notes, Self::Shop, Self::Radio, Self::Weather];

    /// What a person would ask for, in a variant by number.
    pub(crate) fn goal(self, number: usize) -> String {
        match self {
            Self::Notes => format!("Log in as tester and post the note '{}'.", notes::note(number)),
            Self::Shop => "Find the cheapest shoes and put them, and nothing else, in the cart.".to_owned(),
            Self::Radio => "Set the radio alarm for 07:30 and switch it on.".to_owned(),
            Self::Weather => format!("Check tomorrow's weather in {}.", weather::city(number)),
        }
    }

    /// Starts it anew, for that variant of its goal.
    pub(crate) fn start(self, number: usize) -> Box<dyn App> {
        match self {
            Self::Notes => Box::new(notes::Notes::start(number)),
            Self::Shop => Box::new(shop::Shop::start(number)),
            Self::Radio => Box::new(radio::Radio::start()),
            Self::Weather => Box::new(weather::Weather::start(number)),
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Notes => "notes",
            Self::Shop => "shop",
            Self::Radio => "radio",
            Self::Weather => "weather",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks through an app as somebody would who knows it.
    fn walk(app: AppName, number: usize, way: &[(&str, &str)]) -> Box<dyn App> {
        let mut running = app.start(number);
        for (target, text) in way {
            assert!(!running.is_at_goal(), "{app:?}: reached before {target}");
            let step = match (*target, *text) {
                ("back", _) => Step::Back {},
                (target, "") => Step::Tap { target: target.into() },
                (target, text) => Step::Type {
                    target: target.into(),
                    text: text.into(),
                },
            };
            assert!(
                running.screen().offers(&step),
                "{app:?}: {step:?} on {:?}",
                running.screen()
            );
            running.carry_out(&step);
        }
        running
    }

    #[test]
    fn every_goal_can_be_reached_in_time() {
        let post: &[_] = &[
            ("user", "tester"),
            ("enter", ""),
            ("new", ""),
            ("body", "Water the plants"),
            ("post", ""),
        ];
        let buy: &[_] = &[("search", "shoes"), ("second", ""), ("add", "")];
        let wake: &[_] = &[("alarm", ""), ("hour", ""), ("half", ""), ("switch", "")];
        let look: &[_] = &[("cities", ""), ("first", ""), ("tomorrow", "")];
        for (app, way) in [
            (AppName::Notes, post),
            (AppName::Shop, buy),
            (AppName::Radio, wake),
            (AppName::Weather, look),
        ] {
            assert!(walk(app, 0, way).is_at_goal(), "{app:?}");
        }
    }

    #[test]
    fn mistakes_are_not_a_goal_and_can_be_mended() {
        let dearest = walk(AppName::Shop, 0, &[("search", "shoes"), ("first", ""), ("add", "")]);
        assert!(!dearest.is_at_goal());
        let way = [
            ("search", "shoes"),
            ("first", ""),
            ("add", ""),
            ("cart", ""),
            ("remove", ""),
            ("back", ""),
            ("second", ""),
            ("add", ""),
        ];
        assert!(walk(AppName::Shop, 0, &way).is_at_goal());
        let elsewhere = walk(AppName::Weather, 1, &[("cities", ""), ("first", ""), ("tomorrow", "")]);
        assert!(!elsewhere.is_at_goal());
        let nobody = walk(AppName::Notes, 0, &[("enter", "")]);
        assert_eq!(nobody.screen().screen, "login");
    }
}
