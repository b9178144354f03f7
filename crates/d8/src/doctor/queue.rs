//! What waits, and whether it moves by itself: a wait for quota ends, a pause does not.

use std::collections::BTreeSet;

use d8_core::time::Timestamp;

use super::standing::CountedWait;
use super::{Finding, Standing};
use crate::client::moment;
use crate::client::table::one_line;
use crate::text;
use crate::words;

const NAME: &str = "queue";
/// Reasons that somebody must see to.
const STUCK: [&str; 7] = [
    "paused",
    "no_worker",
    "no_skill",
    "no_target",
    "bad_key",
    "no_money",
    "model_unavailable",
];

/// `url`: where the orchestrator is, for what is to be sent to it.
pub(crate) fn judge(standing: &Standing, url: &str) -> Vec<Finding> {
    let (pending, assigned) = (standing.tasks.pending, standing.tasks.assigned);
    let counts = text!(
        "doctor-queue",
        pending = pending,
        waiting = words::number(pending),
        assigned = words::number(assigned)
    );
    if !standing.is_running {
        return match pending + assigned {
            0 => Vec::new(),
            _ => vec![
                Finding::warning(NAME, text!("doctor-queue-nobody", counts = counts))
                    .next(text!("doctor-none-runs-next")),
            ],
        };
    }
    let is_stuck = |wait: &&CountedWait| wait.wait.code.as_deref().is_some_and(|code| STUCK.contains(&code));
    let mut stuck: Vec<Finding> = standing
        .waits
        .iter()
        .filter(is_stuck)
        .map(|wait| stuck_for(wait, standing, url))
        .collect();
    if !stuck.is_empty() {
        return stuck;
    }
    let moving = standing.waits.iter().max_by_key(|wait| wait.count);
    let mut message = match moving {
        Some(wait) => format!("{counts}; {}", told(wait, standing.now)),
        None => counts,
    };
    if let (1.., Some(then)) = (pending, standing.all_done_at) {
        let instant = |seconds: f64| Timestamp::from_micros((seconds * 1e6) as i64);
        let then = words::clock(instant(then), instant(standing.now));
        message = format!(
            "{}; {}",
            message.trim_end_matches('.'),
            text!("doctor-queue-done", then = then)
        );
    }
    stuck.push(Finding::ok(NAME, message));
    stuck
}

fn stuck_for(wait: &CountedWait, standing: &Standing, url: &str) -> Finding {
    let code = wait.wait.code.as_deref().unwrap_or_default();
    let routes = routes(code, wait, standing);
    let count = wait.count;
    if code == "paused" && wait.wait.account.is_none() && !routes.is_empty() {
        let first = routes.first().cloned().unwrap_or_default();
        return Finding::problem(
            NAME,
            text!(
                "doctor-queue-route-paused",
                count = count,
                waiting = words::number(count),
                routes = routes.into_iter().collect::<Vec<_>>().join(", ")
            ),
        )
        .next(text!("doctor-queue-route-paused-next", url = url, route = first));
    }
    let is_unserved = code == "no_worker" && wait.wait.account.is_none();
    let why = if is_unserved {
        text!("doctor-queue-no-worker")
    } else {
        told(wait, standing.now)
    };
    let routes = routes.into_iter().collect::<Vec<_>>().join(", ");
    let message = if routes.is_empty() {
        text!(
            "doctor-queue-stuck",
            count = count,
            waiting = words::number(count),
            why = why
        )
    } else {
        text!(
            "doctor-queue-stuck-route",
            count = count,
            waiting = words::number(count),
            routes = routes,
            why = why
        )
    };
    let next = match (code, &wait.wait.account) {
        ("paused", Some(account)) => Some(text!("doctor-queue-account-paused-next", account = account.as_str())),
        _ if is_unserved => Some(text!("doctor-queue-no-worker-next", url = url)),
        _ => wait.wait.next.as_deref().map(one_line),
    };
    Finding::problem(NAME, message).next(next.unwrap_or_default())
}

fn told(wait: &CountedWait, now: f64) -> String {
    let why = wait.wait.message.as_deref().or(wait.wait.code.as_deref());
    moment::with_time_left(&one_line(why.unwrap_or_default()), wait.wait.until, now, |when| when)
}

/// The routes of tasks that wait for this, as far as some were looked at.
fn routes(code: &str, wait: &CountedWait, standing: &Standing) -> BTreeSet<String> {
    let same = standing.waiting.iter().filter(|task| {
        task.wait
            .as_ref()
            .is_some_and(|own| own.code.as_deref() == Some(code) && own.account == wait.wait.account)
    });
    same.filter_map(|task| task.route.as_deref()).map(one_line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Grade;
    use super::*;
    use crate::client::objects::{Task, TaskCounts, Wait};

    fn wait(code: &str, account: Option<&str>, message: &str) -> Wait {
        Wait {
            code: Some(code.to_owned()),
            account: account.map(str::to_owned),
            message: Some(message.to_owned()),
            next: Some("do this".to_owned()),
            ..Wait::default()
        }
    }

    fn standing(waits: Vec<Wait>) -> Standing {
        let task = |wait: &Wait| Task {
            route: Some("night".to_owned()),
            wait: Some(wait.clone()),
            ..Task::default()
        };
        Standing {
            is_running: true,
            tasks: TaskCounts {
                pending: 3,
                ..TaskCounts::default()
            },
            waiting: waits.iter().map(task).collect(),
            waits: waits.into_iter().map(|wait| CountedWait { wait, count: 3 }).collect(),
            now: 100.0,
            ..Standing::default()
        }
    }

    #[test]
    fn a_paused_route_is_named_with_how_to_resume_it() {
        let found = judge(
            &standing(vec![wait("paused", None, "it is paused")]),
            "http://127.0.0.1:5000",
        );
        assert_eq!(found[0].grade, Grade::Problem);
        assert_eq!(found[0].message, "3 tasks wait: the route night is paused");
        let next = found[0].next.clone().unwrap_or_default();
        assert!(
            next.ends_with("http://127.0.0.1:5000/api/routes/night/resume"),
            "{next}"
        );
    }

    #[test]
    fn a_paused_account_and_an_absent_worker_are_explained() {
        let paused = wait("paused", Some("groq-main"), "it is paused");
        let absent = wait("no_worker", None, "no account: no worker serves it now");
        let found = judge(&standing(vec![paused, absent]), "http://x");
        let next = found[0].next.clone().unwrap_or_default();
        assert!(next.contains("d8 accounts resume groq-main"), "{found:?}");
        assert_eq!(found[1].message, "3 tasks wait (route night): no worker serves it now");
        let next = found[1].next.clone().unwrap_or_default();
        assert!(next.contains("d8 worker") && next.contains("http://x"), "{next}");
    }

    #[test]
    fn what_moves_by_itself_is_fine_and_says_when() {
        let mut quota = wait("quota", Some("groq-main"), "groq-main: 30 requests a minute used up");
        quota.until = Some(112.0);
        let found = judge(&standing(vec![quota]), "http://x");
        assert_eq!((found.len(), found[0].grade), (1, Grade::Ok));
        assert_eq!(
            found[0].message,
            "3 tasks wait, 0 under way; groq-main: 30 requests a minute used up, in 12 s"
        );
    }

    #[test]
    fn what_waits_without_an_orchestrator_waits_for_one() {
        let mut stored = standing(Vec::new());
        stored.is_running = false;
        let found = judge(&stored, "");
        assert_eq!(found[0].grade, Grade::Warning);
        assert!(found[0].next.as_deref().is_some_and(|next| next.contains("d8 up")));
        stored.tasks.pending = 0;
        assert!(judge(&stored, "").is_empty());
    }
}
