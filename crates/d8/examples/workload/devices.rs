//! Device Farm: twenty devices walk through five demo apps of our own, five times a day, all at about the same time.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Failure, InBoth, Language, Line, Prompt, Request, fill, read};

const APPS: [&str; 5] = ["notes", "shop", "weather", "tasks", "radio"];

/// The screen that the templates' bounds are drawn for, in pixels.
const DRAWN_FOR: [u32; 2] = [1080, 2400];

/// When the tests of a day begin, in seconds: 8:00, then every two and a half hours.
const FIRST_ROUND: usize = 8 * 3600;
const BETWEEN_ROUNDS: usize = 9000;
/// The devices are started one after the other; each takes its time for a step. Seconds.
const BETWEEN_DEVICES: usize = 7;
const BETWEEN_STEPS: usize = 25;

#[derive(Deserialize)]
struct Bench {
    count: usize,
    priority: Option<u8>,
    devices: Vec<Device>,
    prompt: InBoth<Prompt>,
}

#[derive(Deserialize)]
struct Device {
    os: String,
    size: [u32; 2],
}

#[derive(Deserialize)]
struct App {
    max_tokens: u32,
    #[serde(default)]
    json: bool,
    name: InBoth<String>,
    goal: InBoth<String>,
    /// What the goal is about, one for each device of a language.
    items: InBoth<Vec<String>>,
    screens: BTreeMap<String, Vec<Element>>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Element {
    id: String,
    r#type: String,
    at: [u32; 4],
    #[serde(flatten)]
    text: InBoth<String>,
}

/// The screen that a step finds, what was done before it, and what some elements show by now: `{text}` is their own.
#[derive(Deserialize)]
struct Step {
    screen: String,
    last: String,
    result: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
}

/// What the model is shown of a device.
#[derive(Serialize)]
struct State<'a> {
    device: &'a str,
    os: &'a str,
    size: [u32; 2],
    app: &'a str,
    screen: &'a str,
    goal: String,
    step: usize,
    last: &'a str,
    result: &'a str,
    elements: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    r#type: &'a str,
    text: String,
    bounds: [u32; 4],
}

/// A request for each step of each app on each device.
pub(super) fn requests(folder: &Path) -> Result<Vec<Request>, Failure> {
    let bench: Bench = read(&folder.join("devices.toml"))?;
    let apps = APPS.map(|name| read::<App>(&folder.join(format!("{name}.toml"))));
    let apps = apps.into_iter().collect::<Result<Vec<_>, _>>()?;

    let mut requests = Vec::new();
    for (number, device) in bench.devices.iter().cycle().take(bench.count).enumerate() {
        for round in 0..apps.len() {
            // Each device begins with another app, so that a round meets all of them.
            let turn = (number + round) % apps.len();
            let start = FIRST_ROUND + round * BETWEEN_ROUNDS + number * BETWEEN_DEVICES;
            let visit = Visit {
                bench: &bench,
                device,
                number,
                app: &apps[turn],
                app_id: APPS[turn],
            };
            requests.extend(visit.requests(start)?);
        }
    }
    Ok(requests)
}

/// One walk of one device through one app.
struct Visit<'a> {
    bench: &'a Bench,
    device: &'a Device,
    number: usize,
    app: &'a App,
    app_id: &'static str,
}

impl Visit<'_> {
    fn requests(&self, start: usize) -> Result<Vec<Request>, Failure> {
        let at = |(number, step)| {
            let line = self.line(number, step)?;
            Ok(Request {
                second: start + number * BETWEEN_STEPS,
                line,
            })
        };
        self.app.steps.iter().enumerate().map(at).collect()
    }

    fn line(&self, number: usize, step: &Step) -> Result<Line, Failure> {
        let device = format!("device-{:02}", self.number + 1);
        let id = format!("{device}-{}-{:02}", self.app_id, number + 1);
        let state = serde_json::to_string(&self.state(&device, number, step)?)?;
        let prompt = self.bench.prompt.get(self.language());
        let system = fill(&prompt.system, &[("app", self.app.name.get(self.language()))]);
        let user = fill(&prompt.user, &[("state", &state)]);
        Ok(Line::new(id, system, user, self.app.max_tokens)
            .asking_for_json(self.app.json)
            .with_priority(self.bench.priority))
    }

    fn state<'a>(&'a self, device: &'a str, number: usize, step: &'a Step) -> Result<State<'a>, Failure> {
        let screen = self.app.screens.get(&step.screen);
        let elements = screen.ok_or_else(|| format!("{}: no screen named {}", self.app_id, step.screen))?;
        Ok(State {
            device,
            os: &self.device.os,
            size: self.device.size,
            app: self.app.name.get(self.language()),
            screen: &step.screen,
            goal: fill(self.app.goal.get(self.language()), &[("item", self.item()?)]),
            step: number + 1,
            last: &step.last,
            result: &step.result,
            elements: elements
                .iter()
                .map(|element| self.shown(element, step))
                .collect::<Result<_, _>>()?,
        })
    }

    fn shown<'a>(&self, element: &'a Element, step: &Step) -> Result<Shown<'a>, Failure> {
        let own = element.text.get(self.language());
        let shown = step.values.get(&element.id).unwrap_or(own);
        Ok(Shown {
            id: &element.id,
            r#type: &element.r#type,
            text: fill(shown, &[("text", own), ("item", self.item()?)]),
            bounds: scaled(element.at, self.device.size),
        })
    }

    /// Every second device speaks Spanish.
    const fn language(&self) -> Language {
        if self.number.is_multiple_of(2) {
            Language::English
        } else {
            Language::Spanish
        }
    }

    fn item(&self) -> Result<&str, Failure> {
        let items = self.app.items.get(self.language());
        let item = items.get(self.number / 2);
        Ok(item.ok_or_else(|| format!("{}: fewer items than devices", self.app_id))?)
    }
}

fn scaled(at: [u32; 4], size: [u32; 2]) -> [u32; 4] {
    let [width, height] = DRAWN_FOR;
    let [left, top, right, bottom] = at;
    let across = |x: u32| x * size[0] / width;
    let down = |y: u32| y * size[1] / height;
    [across(left), down(top), across(right), down(bottom)]
}
