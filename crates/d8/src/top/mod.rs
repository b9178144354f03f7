//! `d8 top`: the dashboard in a terminal.
//!
//! In reading order: `state` is what is known and what a key does; `draw` makes a picture of it; `feed` brings the news from
//! the orchestrator, by its public API alone; here they meet the terminal.

mod draw;
mod feed;
mod state;

use std::io;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyEvent, KeyEventKind};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::cli::{INTERRUPTED, OK, interrupted};
use crate::client::table::{Tone, wants_color};
use crate::client::{Client, ClientError, moment};
use crate::text;
use draw::Ink;
use state::{Action, News, State};

/// Times that are counted down are drawn so often, even if nothing happens.
const TICK: Duration = Duration::from_millis(500);
/// News that come together are drawn together.
const FRAME: Duration = Duration::from_millis(40);
/// How long the thread that reads keys may take to notice that it is over.
const KEY_WAIT: Duration = Duration::from_millis(100);

/// Shows it until the user has seen enough; gives the exit code.
///
/// # Errors
/// The terminal cannot be set up, or not be written to any more.
pub(crate) async fn run(client: Client) -> io::Result<u8> {
    let (send, mut news) = unbounded_channel();
    let feeding = tokio::spawn(feed::feed(client.clone(), send.clone()));
    let mut state = State::new(client.address().shown());
    let mut stopped = std::pin::pin!(interrupted());
    let mut screen = Screen::open()?;
    let mut pressed = keys();
    let ink = Ink { color: wants_color() };
    let mut ticks = tokio::time::interval(TICK);
    let code = loop {
        let now = moment::now();
        state.tick(now);
        screen.0.draw(|frame| draw::draw(frame, &state, now, ink))?;
        let mut done = None;
        tokio::select! {
            biased;
            () = &mut stopped => done = Some(INTERRUPTED),
            key = pressed.recv() => match key {
                Some(Pressed::Key(key)) => done = act(state.press(key, moment::now()), &client, &send),
                Some(Pressed::Resized) => {}
                // The terminal has gone.
                None => done = Some(INTERRUPTED),
            },
            one = news.recv() => {
                if let Some(one) = one {
                    state.take(one, moment::now());
                    tokio::time::sleep(FRAME).await;
                }
                while let Ok(one) = news.try_recv() {
                    state.take(one, moment::now());
                }
            }
            _ = ticks.tick() => {}
        }
        if let Some(code) = done {
            break code;
        }
    };
    feeding.abort();
    Ok(code)
}

/// Has done what the user wants; gives the exit code where that is an end.
fn act(action: Option<Action>, client: &Client, news: &UnboundedSender<News>) -> Option<u8> {
    let action = match action? {
        Action::Quit => return Some(OK),
        Action::Interrupt => return Some(INTERRUPTED),
        action => action,
    };
    let (client, news) = (client.clone(), news.clone());
    tokio::spawn(async move {
        let said = match carry_out(&client, &action).await {
            Ok(said) => News::Said(said, Tone::Good),
            Err(error) => News::Said(text!("error", message = error.to_string()), Tone::Bad),
        };
        let _ = news.send(said);
    });
    None
}

async fn carry_out(client: &Client, action: &Action) -> Result<String, ClientError> {
    let nothing = json!({});
    let said = |name: &String, outcome: String| format!("{name}: {outcome}");
    Ok(match action {
        Action::Pause(name) => {
            client.post(&["api", "accounts", name, "pause"], &nothing).await?;
            said(name, text!("accounts-paused"))
        }
        Action::Resume(name) => {
            client.post(&["api", "accounts", name, "resume"], &nothing).await?;
            said(name, text!("accounts-resumed"))
        }
        Action::Retry(task) => {
            client.post(&["api", "tasks", task, "retry"], &nothing).await?;
            said(task, text!("top-retried"))
        }
        Action::Cancel(task) => {
            client.post(&["api", "tasks", task, "cancel"], &nothing).await?;
            said(task, text!("top-cancelled-task"))
        }
        Action::Quit | Action::Interrupt => String::new(),
    })
}

/// The terminal as a screen; as it was before once this is dropped, and after a panic too.
struct Screen(DefaultTerminal);

impl Screen {
    fn open() -> io::Result<Self> {
        ratatui::try_init().map(Self)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

/// What the terminal tells.
enum Pressed {
    Key(KeyEvent),
    Resized,
}

/// Reads the terminal on a thread of its own, as the system has only calls that block. It ends with the receiver.
fn keys() -> UnboundedReceiver<Pressed> {
    let (send, pressed) = unbounded_channel();
    std::thread::spawn(move || {
        while !send.is_closed() {
            let told = match event::poll(KEY_WAIT) {
                Ok(false) => continue,
                Ok(true) => event::read(),
                Err(error) => Err(error),
            };
            let told = match told {
                // Windows tells of keys that are let go, too.
                Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => Pressed::Key(key),
                Ok(Event::Resize(..)) => Pressed::Resized,
                Ok(_) => continue,
                Err(_) => return,
            };
            if send.send(told).is_err() {
                return;
            }
        }
    });
    pressed
}
