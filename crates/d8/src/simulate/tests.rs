//! Worlds of which the end is known.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use super::conditions::{Belief, Conditions, Outage};
use super::scenario::config_of;
use super::workload::{Sizes, Workload, default_route};
use super::{DEMO, Figures, Policy, simulate};

fn account(limits: &str) -> String {
    format!(
        r#"
        [[account]]
        name = "only"
        provider = "groq"
        models = ["llama-3.3-70b-versatile"]
        api_key = "k"
        limits = [{limits}]
        "#
    )
}

fn figures(text: &str, count: usize, conditions: &Conditions, policy: Policy) -> Figures {
    let config = config_of(text, conditions.start).unwrap();
    let sizes = Sizes {
        count,
        input: 100,
        output: 50,
        wildness: 0.0,
    };
    let workload = Workload::of_sizes(&sizes, default_route(&config).unwrap(), conditions.seed);
    let mut outcomes = simulate(&config, &workload, conditions, &[policy]);
    outcomes.remove(0).figures
}

#[test]
fn d8_does_the_seeds_day_without_a_refusal_and_at_the_bound() {
    let figures = figures(DEMO, 1_500, &Conditions::default(), Policy::D8);
    assert_eq!((figures.completed, figures.failed, figures.refused), (1_500, 0, 0));
    assert!(figures.ratio > Some(0.99) && figures.ratio <= Some(1.0), "{figures:?}");
}

#[test]
fn the_plain_worker_loses_nearly_everything_to_429s() {
    let figures = figures(DEMO, 1_500, &Conditions::default(), Policy::Plain);
    assert_eq!(figures.completed + figures.failed, 1_500);
    assert_eq!(figures.failed, figures.refused);
    assert!(figures.completed < 200, "{figures:?}");
}

#[test]
fn the_resilient_worker_keeps_to_ten_a_minute() {
    let figures = figures(
        &account("{ requests = 15, per = '1m' }"),
        100,
        &Conditions::default(),
        Policy::Resilient,
    );
    assert_eq!((figures.completed, figures.refused), (100, 0));
    assert!((540.0..=560.0).contains(&figures.seconds), "{figures:?}");
}

#[test]
fn the_same_seed_gives_the_same_figures_and_another_seed_others() {
    let with = |seed| {
        let conditions = Conditions {
            seed,
            ..Conditions::default()
        };
        figures(DEMO, 300, &conditions, Policy::Cooldown)
    };
    assert_eq!(with(7), with(7));
    assert_ne!(with(7), with(8));
}

#[test]
fn nobody_is_served_while_a_provider_is_down() {
    let outage = |to| Outage {
        account: "only".to_owned(),
        from: Duration::ZERO,
        to: Duration::from_secs(to),
    };
    let conditions = Conditions {
        outages: vec![outage(600)],
        ..Conditions::default()
    };
    let figures = figures(
        &account("{ requests = 30, per = '1m', kind = 'bucket' }"),
        60,
        &conditions,
        Policy::D8,
    );
    assert_eq!((figures.completed, figures.refused), (60, 0));
    assert!(figures.overloaded > 0 && figures.seconds > 600.0, "{figures:?}");
    // Thirty at its end, thirty within the minute after it.
    assert!(
        figures.bound_seconds > Some(655.0) && figures.bound_seconds < Some(662.0),
        "{figures:?}"
    );
}

#[test]
fn somebody_else_takes_a_share() {
    let conditions = Conditions {
        foreign: 0.3,
        ..Conditions::default()
    };
    let text = account("{ requests = 30, per = '1m', kind = 'bucket' }");
    let figures = figures(&text, 600, &conditions, Policy::Backoff);
    // A client that knocks all the time leaves them less than they ask for.
    assert!((20..260).contains(&figures.foreign), "{figures:?}");
    assert!(figures.ratio > Some(0.9) && figures.ratio <= Some(1.0), "{figures:?}");
}

#[test]
fn the_end_of_the_world_s_time_leaves_the_rest_open() {
    let conditions = Conditions {
        longest: Duration::from_secs(90),
        ..Conditions::default()
    };
    let figures = figures(&account("{ requests = 10, per = '1m' }"), 50, &conditions, Policy::D8);
    assert_eq!((figures.completed, figures.open, figures.failed), (20, 30, 30));
}

#[test]
fn what_is_believed_too_high_is_refused_and_still_done() {
    let conditions = Conditions {
        belief: Belief::Times(1.5),
        ..Conditions::default()
    };
    let figures = figures(
        &account("{ requests = 30, per = '1m', kind = 'bucket' }"),
        120,
        &conditions,
        Policy::D8,
    );
    assert!(figures.refused > 0, "{figures:?}");
    assert_eq!(figures.completed, 120);
}

#[test]
fn limits_that_nobody_touched_are_not_shown() {
    let text = account(
        "{ requests = 30, per = \"1m\", models = \"llama-3.3-70b-versatile\" }, { requests = 7, per = \"1m\", models = \"llama-3.1-8b-instant\" }",
    )
    .replace("models = [\"llama-3.3-70b-versatile\"]", "models = [\"llama-3.3-70b-versatile\", \"llama-3.1-8b-instant\"]");
    let conditions = Conditions::default();
    let config = config_of(&text, conditions.start).unwrap();
    let sizes = Sizes {
        count: 3,
        input: 100,
        output: 50,
        wildness: 0.0,
    };
    let workload = Workload::of_sizes(&sizes, default_route(&config).unwrap(), conditions.seed);
    let outcomes = simulate(&config, &workload, &conditions, &[Policy::D8]);
    let shown = super::table::of_limits(&outcomes).render(crate::client::table::Surface::Plain);
    assert!(shown.contains("30 requests a minute"), "{shown}");
    assert!(!shown.contains("7 requests a minute"), "{shown}");
}
