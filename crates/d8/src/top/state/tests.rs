//! What keys do.

#![allow(clippy::unwrap_used)]

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

use super::*;

fn tasks(of: &Value) -> Vec<Task> {
    serde_json::from_value(of.clone()).unwrap()
}

fn state() -> State {
    let mut state = State::new("http://127.0.0.1:5000".to_owned());
    let standing = json!({"now": 1_000.0, "accounts": [
        {"account": "groq", "provider": "groq"}, {"account": "gemini", "provider": "gemini", "paused": true}],
        "fleet": [{"worker_id": "groq"}, {"worker_id": "pi-1"}]});
    state.take(
        News::Standing(Box::new(serde_json::from_value(standing).unwrap())),
        990.0,
    );
    let all = [
        json!([{"task_id": "task_5", "status": "assigned", "assigned_to": "groq"}]),
        json!([{"task_id": "task_2", "status": "failed", "error": {"code": "provider_error"}}]),
        json!([{"task_id": "task_9", "status": "pending", "client": "web"}, {"task_id": "task_8", "status": "pending"}]),
    ];
    state.take(News::Tasks([tasks(&all[0]), tasks(&all[1]), tasks(&all[2])]), 990.0);
    state
}

fn press(state: &mut State, keys: &[KeyCode]) -> Vec<Action> {
    let press = |code: &KeyCode| state.press(KeyEvent::new(*code, KeyModifiers::NONE), 990.0);
    keys.iter().filter_map(press).collect()
}

const fn letter(letter: char) -> KeyCode {
    KeyCode::Char(letter)
}

#[test]
fn an_account_is_paused_and_a_paused_one_goes_on() {
    let mut state = state();
    let done = press(
        &mut state,
        &[letter('p'), KeyCode::Down, letter('p'), KeyCode::Down, letter('p')],
    );
    let (groq, gemini) = ("groq".to_owned(), "gemini".to_owned());
    assert_eq!(
        done,
        [
            Action::Pause(groq),
            Action::Resume(gemini.clone()),
            Action::Resume(gemini)
        ]
    );
    assert_eq!(
        press(&mut state, &[KeyCode::Tab, letter('p')]),
        [],
        "workers are not accounts"
    );
    assert!(state.message.is_some(), "it says why nothing happens");
}

#[test]
fn a_failed_task_is_tried_again_and_an_open_one_cancelled_after_a_yes() {
    let mut state = state();
    assert_eq!(press(&mut state, &[letter('4'), letter('r')]), [], "it is at work");
    assert_eq!(
        press(&mut state, &[letter('j'), letter('r')]),
        [Action::Retry("task_2".to_owned())]
    );
    assert_eq!(
        press(&mut state, &[letter('c'), letter('y')]),
        [],
        "it has ended: nobody was asked"
    );
    let no = press(&mut state, &[KeyCode::End, letter('c'), letter('n'), letter('y')]);
    assert_eq!(no, []);
    let yes = press(&mut state, &[letter('c'), letter('y')]);
    assert_eq!(yes, [Action::Cancel("task_8".to_owned())]);
    assert_eq!(
        press(&mut state, &[letter('c'), KeyCode::Esc, letter('q')]),
        [Action::Quit]
    );
}

#[test]
fn what_is_typed_filters_and_is_no_command() {
    let mut state = state();
    assert_eq!(
        press(&mut state, &[letter('4'), letter('/'), letter('q'), KeyCode::Backspace]),
        []
    );
    press(&mut state, &["web"].concat().chars().map(letter).collect::<Vec<_>>());
    assert_eq!(state.items(Panel::Tasks), ["task_9"]);
    press(&mut state, &[KeyCode::Enter]);
    assert_eq!((state.filter.as_str(), &state.mode), ("web", &Mode::Look));
    press(&mut state, &[KeyCode::Esc]);
    assert_eq!(state.items(Panel::Tasks).len(), 4);
}

#[test]
fn the_chosen_one_stays_chosen_while_others_come_and_go() {
    let mut state = state();
    press(&mut state, &[letter('4'), KeyCode::Down, KeyCode::Down]);
    assert_eq!(state.chosen(Panel::Tasks).as_deref(), Some("task_9"));
    let (new, waiting) = (json!([{"task_id": "task_11"}]), json!([{"task_id": "task_9"}]));
    state.take(News::Tasks([tasks(&new), tasks(&new), tasks(&waiting)]), 991.0);
    assert_eq!(state.chosen(Panel::Tasks).as_deref(), Some("task_9"));
    state.take(News::Tasks([tasks(&new), Vec::new(), Vec::new()]), 992.0);
    assert_eq!(state.chosen(Panel::Tasks).as_deref(), Some("task_11"), "what is left");
    state.take(News::Tasks(Default::default()), 993.0);
    assert_eq!(state.chosen(Panel::Tasks), None);
    assert_eq!(
        press(&mut state, &[KeyCode::Down, KeyCode::End, letter('r'), letter('c')]),
        []
    );
}

#[test]
fn ctrl_c_is_an_end_whatever_is_being_typed() {
    let mut state = state();
    press(&mut state, &[letter('/')]);
    let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(state.press(ctrl_c, 990.0), Some(Action::Interrupt));
}

#[test]
fn time_is_the_orchestrators_and_a_loss_has_a_beginning() {
    let mut state = state();
    assert_eq!(state.there(995.0), 1_005.0);
    for now in [1_000.0, 1_001.0] {
        state.take(News::Lost("refused".to_owned()), now);
    }
    assert_eq!(state.link, Link::Lost("refused".to_owned(), 1_000.0));
    state.take(News::Standing(Box::default()), 1_002.0);
    assert_eq!(state.link, Link::Open);
    state.take(News::Said("done".to_owned(), Tone::Good), 1_002.0);
    state.tick(1_003.0);
    assert!(state.message.is_some());
    state.tick(1_010.0);
    assert!(state.message.is_none());
}
