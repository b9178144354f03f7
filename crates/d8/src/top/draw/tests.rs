//! Pictures of the dashboard.

#![allow(clippy::unwrap_used)]

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};

use super::*;
use crate::top::state::News;

const NOW: f64 = 1_000.0;

fn limit(dimension: &str, label: &str, used: u64, limit: u64, more: &Value) -> Value {
    let mut object = json!({"dimension": dimension, "label": label, "used": used, "limit": limit, "configured": limit});
    for (name, value) in more.as_object().unwrap() {
        object[name] = value.clone();
    }
    object
}

fn busy() -> State {
    let mut state = State::new("http://127.0.0.1:5000".to_owned());
    let others =
        json!({"used_by_others": 900, "configured": 1500, "learnt": {"amount": 1000, "at": 900.0, "evidence": "told"}});
    let standing = json!({
        "now": NOW,
        "workers": {"online": 3, "busy": 2}, "tasks": {"pending": 1203, "assigned": 4, "completed": 5120, "failed": 2, "cancelled": 0},
        "routes": [{"route": "default", "pending": 1200, "paused": false}, {"route": "slow", "pending": 3, "paused": true}],
        "waits": [{"code": "quota", "account": "groq-main", "until": 1012.0, "count": 1200, "message": "groq-main: 30 requests a minute used up"},
                  {"code": "paused", "count": 3, "message": "it is paused"}],
        "pace": {"minute": {"completed": 29, "refused": 1, "input_tokens": 9000, "output_tokens": 3000},
                 "five_minutes": {"completed": 150, "refused": 2, "input_tokens": 45000, "output_tokens": 15000}},
        "accounts": [
            {"account": "groq-main", "provider": "groq", "workers": 2, "in_flight": 4, "limits": [
                limit("requests", "30 requests a minute", 30, 30, &json!({"free_at": 1012.0, "reserved": 4})),
                limit("tokens", "12,000 tokens a minute", 4000, 12_000, &json!({}))]},
            {"account": "gemini-main", "provider": "gemini", "workers": 1, "limits": [
                limit("requests", "1,000 requests a day", 1000, 1000, &others)],
             "diagnosis": "gemini-main: the key is valid and the set-up is right; the free tier's day (1,000 requests) is spent, most of it not by D8; free again at 09:00 (midnight Pacific); groq-main takes over."},
            {"account": "openai", "workers": 1, "limits": [], "parked": {"code": "bad_key", "message": "openai: the key was refused"}}],
        "fleet": [
            {"worker_id": "groq-main", "worker_type": "groq", "status": "busy", "slots": 512, "in_flight": 4, "built_in": true},
            {"worker_id": "pi-gemini-worker-with-a-long-name-1", "worker_type": "gemini", "status": "offline", "last_heartbeat": 700.0, "slots": 1, "in_flight": 0}]
    });
    state.take(News::Standing(Box::new(serde_json::from_value(standing).unwrap())), NOW);
    let tasks = [
        json!([{"task_id": "task_5001", "status": "assigned", "assigned_to": "groq-main", "created_at": 990.0},
               {"task_id": "task_5002", "status": "assigned", "assigned_to": "groq-main", "created_at": 991.0}]),
        json!([{"task_id": "task_77", "status": "failed", "completed_at": 940.0,
                "error": {"code": "provider_error", "message": "the provider refuses the request: no such\u{1b}[31m model, 日本語 and a long explanation of it"}}]),
        json!([{"task_id": "task_6000", "status": "pending", "created_at": 400.0, "wait": {"code": "quota", "message": "groq-main: 30 requests a minute used up", "until": 1012.0}}]),
    ];
    state.take(
        News::Tasks(tasks.map(|tasks| serde_json::from_value(tasks).unwrap())),
        NOW,
    );
    state
}

fn press(state: &mut State, code: KeyCode) {
    state.press(KeyEvent::new(code, KeyModifiers::NONE), NOW);
}

fn picture(state: &State, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal
        .draw(|frame| draw(frame, state, NOW, Ink { color: false }))
        .unwrap();
    terminal.backend().to_string()
}

#[track_caller]
fn shows(picture: &str, words: &[&str]) {
    for word in words {
        assert!(picture.contains(word), "{word:?} is missing:\n{picture}");
    }
}

#[test]
fn a_usual_window_shows_everything_that_matters() {
    let shown = picture(&busy(), 80, 24);
    let words = [
        "1,203 pending",
        "4 at work",
        "2 failed",
        "29 answers in 1 min, 150 in 5",
        "1 refused (429)",
        "groq-main",
        "30 requests a minute",
        "30/30",
        "in 12 s",
        "the key is valid",
        "route default",
        "quota · groq-main",
        "task_5001",
        "task_77",
        "q quit",
    ];
    shows(&shown, &words);
    assert!(shown.contains("offline") && !shown.contains('\u{1b}'), "{shown}");
}

#[test]
fn a_wide_window_has_room_for_notes() {
    let shown = picture(&busy(), 120, 40);
    shows(
        &shown,
        &["900 by others · configured 1,500, real 1,000 (the provider said so"],
    );
    shows(&picture(&busy(), 200, 40), &["+4 in flight"]);
    shows(
        &shown,
        &[
            "groq-main takes over.",
            "provider refuses the request",
            "5 m 00 s",
            "slow",
            "paused",
        ],
    );
}

#[test]
fn a_small_window_shows_the_panel_that_keys_go_to() {
    let mut state = busy();
    let accounts = picture(&state, 40, 12);
    shows(&accounts, &["Accounts", "30/30", "in 12 s"]);
    assert!(!accounts.contains("route default"), "{accounts}");
    press(&mut state, KeyCode::Char('3'));
    shows(&picture(&state, 40, 12), &["Queue", "route default", "1,200", "? help"]);
}

#[test]
fn any_size_can_be_drawn_in_any_state() {
    for code in [
        KeyCode::Tab,
        KeyCode::End,
        KeyCode::Char('?'),
        KeyCode::Char('/'),
        KeyCode::Char('x'),
        KeyCode::Enter,
    ] {
        let mut state = busy();
        press(&mut state, code);
        for (width, height) in [
            (1, 1),
            (12, 3),
            (20, 5),
            (40, 12),
            (56, 13),
            (57, 17),
            (80, 24),
            (110, 16),
            (120, 40),
            (300, 90),
        ] {
            picture(&state, width, height);
            picture(&State::new(String::new()), width, height);
        }
    }
}

#[test]
fn what_is_not_there_is_said() {
    let mut state = State::new("http://pi:5000".to_owned());
    shows(
        &picture(&state, 80, 24),
        &["connecting to http://pi:5000", "no account yet", "nothing waits"],
    );
    state.take(
        News::Lost("no orchestrator answers at http://pi:5000: the connection is refused".to_owned()),
        NOW - 5.0,
    );
    shows(&picture(&state, 80, 24), &["CONNECTION LOST 5 s ago", "refused"]);
    let mut state = busy();
    for letter in "/zzz".chars() {
        press(&mut state, KeyCode::Char(letter));
    }
    shows(&picture(&state, 80, 24), &["nothing here matches zzz", "filter: zzz"]);
    let mut state = busy();
    press(&mut state, KeyCode::Char('?'));
    shows(&picture(&state, 80, 24), &["pause or resume", "Any key closes this."]);
}

#[test]
fn more_rows_than_there_is_room_for_are_counted() {
    let mut state = busy();
    let many: Vec<Value> = (0..200)
        .map(|task| json!({"task_id": format!("task_{task}"), "status": "pending"}))
        .collect();
    state.take(
        News::Tasks([Vec::new(), Vec::new(), serde_json::from_value(many.into()).unwrap()]),
        NOW,
    );
    press(&mut state, KeyCode::Char('4'));
    shows(&picture(&state, 80, 24), &["task_0 ", " more ─"]);
    press(&mut state, KeyCode::End);
    shows(&picture(&state, 80, 24), &["task_199"]);
}

#[test]
fn models_that_nobody_uses_leave_room_for_the_next_account() {
    let of = |model: &str, used: u64| {
        limit(
            "requests",
            "30 requests a minute",
            used,
            30,
            &json!({"models": [model]}),
        )
    };
    let standing = json!({
        "now": NOW,
        "accounts": [
            {"account": "groq-main", "models": ["usual", "busy", "idle"], "limits": [of("usual", 0), of("busy", 3), of("idle", 0)]},
            {"account": "gemini-main", "models": ["flash"], "limits": [of("flash", 1)]}]
    });
    let mut state = State::new("http://127.0.0.1:5000".to_owned());
    state.take(News::Standing(Box::new(serde_json::from_value(standing).unwrap())), NOW);
    let picture = picture(&state, 80, 24);
    shows(
        &picture,
        &["usual", "busy", "one limit of another model, untouched", "gemini-main"],
    );
    assert!(!picture.contains("idle"), "{picture}");
}
