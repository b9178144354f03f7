//! Demo Radio: an alarm with an hour, a half hour and a switch.

use super::{App, Element, Screen};
use crate::step::Step;

const WANTED: (u8, bool) = (7, true);

#[derive(Clone, Debug)]
pub(super) struct Radio {
    in_alarm: bool,
    plays: bool,
    hour: u8,
    half: bool,
    on: bool,
}

impl Radio {
    pub(super) const fn start() -> Self {
        Self {
            in_alarm: false,
            plays: false,
            hour: 6,
            half: false,
            on: false,
        }
    }
}

impl App for Radio {
    fn screen(&self) -> Screen {
        if !self.in_alarm {
            let play = if self.plays { "Stop" } else { "Play Test One" };
            let elements = vec![Element::button("play", play), Element::button("alarm", "Alarm")];
            return Screen {
                screen: "player",
                elements,
            };
        }
        let time = format!("{:02}:{}", self.hour, if self.half { "30" } else { "00" });
        let elements = vec![
            Element::label("time", time),
            Element::button("hour", "One hour later"),
            Element::button("half", "Half an hour more or less"),
            Element::button("switch", if self.on { "On" } else { "Off" }),
        ];
        Screen {
            screen: "alarm",
            elements,
        }
    }

    fn carry_out(&mut self, step: &Step) -> &'static str {
        let Step::Tap { target } = step else {
            return "nothing happened";
        };
        match target.as_str() {
            "alarm" => self.in_alarm = true,
            "play" => self.plays = !self.plays,
            // Six to nine: nobody is woken earlier.
            "hour" => self.hour = if self.hour >= 9 { 6 } else { self.hour + 1 },
            "half" => self.half = !self.half,
            _ => self.on = !self.on,
        }
        "ok"
    }

    fn is_at_goal(&self) -> bool {
        self.on && (self.hour, self.half) == WANTED
    }
}
