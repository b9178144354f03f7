//! One simulated device: a worker that takes goals, and a client that asks for each step towards them.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::app::Screen;
use crate::board::{Board, Row};
use crate::goal::{Goal, TASK_TYPE, Verdict};
use crate::orchestrator::{Orchestrator, Task, Trouble};

/// Well within the minute after which a worker is taken for dead.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Between two tries to reach an orchestrator that is away.
const AGAIN: Duration = Duration::from_secs(1);
/// So many tries in a row, and a goal is given up: about as long as a restart takes.
const TRIES: u32 = 60;
/// Room for a step in JSON, and for a model that thinks first.
const MAX_TOKENS: u32 = 400;
/// So much of what was done is shown to the model.
const REMEMBERED: usize = 10;

/// The models of the test bench, in turn.
const BENCH: [(&str, [u32; 2]); 5] = [
    ("Android 15", [1080, 2400]),
    ("Android 13", [720, 1600]),
    ("Android 14", [1440, 3120]),
    ("Android 12", [1200, 2000]),
    ("Android 14", [1080, 2340]),
];

/// What all devices of a farm share.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) board: Board,
    /// Whom to ask: a route or a model.
    pub(crate) model: String,
}

/// A device.
#[derive(Debug)]
pub(crate) struct Device {
    bench: Arc<Bench>,
    number: usize,
    id: String,
}

/// Device names by number, from 1.
pub(crate) fn name(number: usize) -> String {
    format!("device-{:02}", number + 1)
}

impl Device {
    pub(crate) fn new(bench: Arc<Bench>, number: usize) -> Self {
        let id = name(number);
        Self { bench, number, id }
    }

    /// Works until it is told to stop; then it takes its leave, and what it was at goes back to the queue.
    pub(crate) async fn live(self, mut stop: watch::Receiver<bool>) {
        let stopped = async {
            // A sender that is gone says the same.
            let _ = stop.wait_for(|stop| *stop).await;
        };
        tokio::select! {
            () = stopped => {}
            () = self.work() => {}
        }
        self.shows("gone");
        let _ = self.bench.orchestrator.unregister(&self.id).await;
    }

    async fn work(&self) {
        loop {
            self.register().await;
            // Whoever was away may have forgotten everybody: then it is told again who is there.
            while let Ok(task) = self.bench.orchestrator.poll(&self.id).await {
                if let Some(task) = task {
                    self.perform(&task).await;
                    self.shows("waits for a goal");
                }
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn register(&self) {
        let (os, size) = BENCH[self.number % BENCH.len()];
        let about = json!({"os": os, "size": size, "simulated": true});
        while let Err(trouble) = self.bench.orchestrator.register(&self.id, TASK_TYPE, &about).await {
            self.shows(&trouble.to_string());
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Does what a task says and reports it. Signs of life go on meanwhile: a step may wait for quota for minutes.
    async fn perform(&self, task: &Task) {
        let result = tokio::select! {
            result = self.result(task) => result,
            never = self.signs_of_life() => match never {},
        };
        let orchestrator = &self.bench.orchestrator;
        let reported = again(|| orchestrator.report(&self.id, &task.task_id, &result)).await;
        if let Err(trouble) = reported {
            self.shows(&trouble.to_string());
        }
    }

    async fn signs_of_life(&self) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let _ = self.bench.orchestrator.heartbeat(&self.id).await;
        }
    }

    async fn result(&self, task: &Task) -> Value {
        let goal: Goal = match serde_json::from_value(task.data.clone()) {
            Ok(goal) => goal,
            Err(error) => return json!({"success": false, "error": format!("the goal cannot be read: {error}")}),
        };
        match self.pursue(&goal).await {
            Ok(verdict) => {
                self.notes(|row| {
                    row.goals += 1;
                    row.passed += u32::from(verdict.passed);
                });
                json!(verdict)
            }
            Err(trouble) => json!({"success": false, "error": trouble.to_string()}),
        }
    }

    /// Step after step until the goal is reached or the steps are used up. Nobody is believed: the app knows.
    async fn pursue(&self, goal: &Goal) -> Result<Verdict, Trouble> {
        let mut app = goal.app.start(goal.variant);
        let (mut steps, mut invalid) = (Vec::new(), 0);
        let mut actions = 0;
        while actions < goal.most_actions && !app.is_at_goal() {
            actions += 1;
            let screen = app.screen();
            self.shows(&format!(
                "{} {actions}/{}: {}",
                goal.app.word(),
                goal.most_actions,
                screen.screen
            ));
            let request = self.request(goal, &screen, &steps, actions);
            let asked = again(|| self.bench.orchestrator.ask(&self.id, &request)).await?;
            self.notes(|row| row.answered(asked.waited));
            match screen.read(&asked.content) {
                Ok(step) => {
                    let outcome = app.carry_out(&step);
                    steps.push(format!("{step}: {outcome}"));
                }
                Err(why) => {
                    invalid += 1;
                    self.notes(|row| row.invalid += 1);
                    steps.push(format!("invalid answer: {why}"));
                }
            }
        }
        let passed = app.is_at_goal();
        let word = if passed { "reached" } else { "not reached" };
        Ok(Verdict {
            success: true,
            output: format!("{}: {word} in {actions} actions: {}", goal.app.word(), goal.goal),
            passed,
            app: goal.app,
            actions,
            invalid,
            screen: app.screen().screen.to_owned(),
            steps,
        })
    }

    fn request(&self, goal: &Goal, screen: &Screen, steps: &[String], action: u32) -> Value {
        let state = json!({
            "device": self.id,
            "app": goal.app,
            "goal": goal.goal,
            "state": screen,
            "done": &steps[steps.len().saturating_sub(REMEMBERED)..],
            "actions_left": goal.most_actions - action + 1,
        });
        let system = "You test demo apps of our own on our own test devices. From the state of the screen choose the next \
            step towards the goal. Answer with one JSON object that fits the schema.";
        let format = json!({"name": "next_step", "strict": true, "schema": screen.schema()});
        json!({
            "model": self.bench.model,
            "max_tokens": MAX_TOKENS,
            "temperature": 0,
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": state.to_string()},
            ],
            "response_format": {"type": "json_schema", "json_schema": format},
        })
    }

    fn shows(&self, what: &str) {
        self.notes(|row| what.clone_into(&mut row.doing));
    }

    fn notes(&self, change: impl FnOnce(&mut Row)) {
        self.bench.board.note(self.number, change);
    }
}

/// Tries as long as another try may help. Waiting for quota is no try.
async fn again<T, F: Future<Output = Result<T, Trouble>>>(call: impl Fn() -> F) -> Result<T, Trouble> {
    let mut tries = 0;
    loop {
        match call().await {
            Err(Trouble::StillWaiting) => {}
            Err(Trouble::Away(_)) if tries < TRIES => {
                tries += 1;
                tokio::time::sleep(AGAIN).await;
            }
            done => return done,
        }
    }
}
