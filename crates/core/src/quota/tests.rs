//! The ledger: what fits, what is reserved, what refusals teach.

use super::*;
use crate::limit::Window;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const LIMIT: [LimitId; 1] = [LimitId(1)];

fn ledger(dimension: Dimension, amount: u64, window: Window, reserve_permille: u16) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.add(
        LIMIT[0],
        LimitSpec {
            dimension,
            amount,
            window,
            reserve_permille,
            standing: crate::limit::Standing::Ceiling,
        },
    );
    ledger
}

fn minute() -> Window {
    Window::Sliding {
        per: Duration::from_secs(60),
    }
}

fn request() -> Spend {
    Spend {
        requests: 1,
        input_tokens: 50,
        ..Spend::NONE
    }
}

#[test]
fn a_limit_of_nothing_lets_nothing_through() {
    for dimension in [Dimension::Requests, Dimension::Tokens] {
        for window in [
            minute(),
            Window::Bucket {
                per: Duration::from_secs(60),
            },
        ] {
            let ledger = ledger(dimension, 0, window, 0);
            assert_eq!(ledger.fit(&LIMIT, &request(), NOW, true).at, Free::AfterAnswer);
            assert!(ledger.is_closed(LIMIT[0]));
        }
    }
}

#[test]
fn an_estimate_above_the_limit_is_cut_to_it() {
    let mut ledger = ledger(Dimension::Tokens, 40, minute(), 0);
    assert_eq!(ledger.fit(&LIMIT, &request(), NOW, false).at, Free::At(NOW));
    let reserved = ledger.reserve(&LIMIT, &request(), false, NOW);
    assert_eq!(reserved.get(0), Some(40));
    assert_eq!(ledger.fit(&LIMIT, &request(), NOW, false).at, Free::AfterAnswer);
    let answered = NOW + Duration::from_secs(2);
    ledger.settle(
        &LIMIT,
        &reserved,
        Took::Known(Spend {
            input_tokens: 10,
            ..Spend::NONE
        }),
        NOW,
        answered,
        None,
    );
    let free = ledger.fit(&LIMIT, &request(), answered, false).at;
    assert_eq!(
        free,
        Free::At(answered + Duration::from_secs(60)),
        "one period after the answer, not the send"
    );
}

#[test]
fn a_reserve_is_for_high_priority_only() {
    let mut ledger = ledger(Dimension::Requests, 10, minute(), 100);
    for _ in 0..9 {
        let reserved = ledger.reserve(&LIMIT, &request(), false, NOW);
        ledger.settle(&LIMIT, &reserved, Took::Reserved, NOW, NOW, None);
    }
    let full = Free::At(NOW + Duration::from_secs(60));
    assert_eq!(ledger.fit(&LIMIT, &request(), NOW, false).at, full);
    assert_eq!(ledger.fit(&LIMIT, &request(), NOW, true).at, Free::At(NOW));
}

/// A bucket that load kept full for hours is full after a restart too, though only its last period is replayed.
#[test]
fn a_busy_bucket_is_not_empty_after_a_restart() {
    let per = Duration::from_secs(60);
    let mut ledger = ledger(Dimension::Requests, 30, Window::Bucket { per }, 0);
    ledger.begin_full(NOW);
    for second in (1..60).rev().step_by(2) {
        ledger.record(&LIMIT, &request(), NOW - Duration::from_secs(second));
    }
    ledger.advance(&LIMIT, NOW);
    let mut granted = 0;
    while ledger.fit(&LIMIT, &request(), NOW, false).at == Free::At(NOW) {
        ledger.reserve(&LIMIT, &request(), false, NOW);
        granted += 1;
    }
    assert!(granted <= 1, "{granted} more fit into a bucket that is full");
}

#[test]
fn an_idle_bucket_is_empty_after_a_restart() {
    let mut ledger = ledger(
        Dimension::Requests,
        30,
        Window::Bucket {
            per: Duration::from_secs(60),
        },
        0,
    );
    ledger.begin_full(NOW);
    ledger.advance(&LIMIT, NOW);
    assert_eq!(ledger.view(LIMIT[0], NOW).map(|view| view.used), Some(0));
}

#[test]
fn refusals_in_a_row_rest_longer_than_a_wrong_hint_says() {
    let mut ledger = ledger(Dimension::Requests, 10, minute(), 0);
    let hint = Some(Duration::from_secs(1));
    let rests: Vec<u64> = (0..4)
        .map(|_| {
            ledger
                .rest_after_refusal(LIMIT[0], hint, NOW, None)
                .since(NOW)
                .as_secs()
        })
        .collect();
    assert_eq!(rests, [1, 4, 8, 16]);
    ledger.accepted(&LIMIT, NOW, NOW);
    assert_eq!(
        ledger
            .rest_after_refusal(LIMIT[0], hint, NOW, None)
            .since(NOW)
            .as_secs(),
        1
    );
}

#[test]
fn a_daily_refusal_rests_until_the_reset_whatever_the_hint() {
    let reset = NOW + Duration::from_secs(5 * 3_600);
    let edges = [
        NOW - Duration::from_secs(19 * 3_600),
        reset,
        reset + Duration::from_secs(86_400),
    ];
    let mut ledger = ledger(Dimension::Requests, 10, Window::Resets(edges.into()), 0);
    let until = ledger.rest_after_refusal(LIMIT[0], Some(Duration::from_secs(28)), NOW, None);
    assert!(
        until >= reset && until <= reset + Duration::from_secs(10),
        "{until:?} is not about {reset:?}"
    );
}
