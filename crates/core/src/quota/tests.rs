//! The ledger: what fits, what is reserved, what refusals teach.

use super::*;
use crate::limit::Window;
use crate::message::{LimitSignal, RefusedLimit};

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

fn refuse(ledger: &mut Ledger, named: &[RefusedLimit], hint: Option<u64>, now: Timestamp) -> Vec<learning::Verdict> {
    let reserved = ledger.reserve(&LIMIT, &request(), false, now);
    ledger.settle(&LIMIT, &reserved, Took::Refused, now, now, None);
    let refused = Refused {
        limits: &LIMIT,
        named,
        hint: hint.map(Duration::from_secs),
        granted_at: now,
    };
    ledger.refused(&refused, now, None)
}

fn told(amount: Option<u64>, used: Option<u64>) -> RefusedLimit {
    RefusedLimit {
        dimension: Dimension::Requests,
        per: Some(Duration::from_secs(60)),
        amount,
        used,
    }
}

/// Sends one and hears of it at once.
fn accept(ledger: &mut Ledger, now: Timestamp) {
    let reserved = ledger.reserve(&LIMIT, &request(), false, now);
    ledger.settle(&LIMIT, &reserved, Took::Reserved, now, now, None);
    ledger.accepted(&LIMIT, now, now);
}

fn signal(limit: u64, remaining: u64) -> LimitSignal {
    LimitSignal {
        dimension: Dimension::Requests,
        per: Some(Duration::from_secs(60)),
        limit: Some(limit),
        remaining: Some(remaining),
        reset: None,
    }
}

/// Sends one whose headers tell.
fn look(ledger: &mut Ledger, signals: &[LimitSignal], now: Timestamp) -> Vec<(LimitId, Learnt)> {
    let reserved = ledger.reserve(&LIMIT, &request(), false, now);
    let looked = Looked {
        limits: &LIMIT,
        reserved: &reserved,
        granted_at: now,
        arrived_by: now,
    };
    let news = ledger.look(&looked, signals, now, None);
    ledger.settle(&LIMIT, &reserved, Took::Reserved, now, now, None);
    news
}

fn used(ledger: &Ledger, now: Timestamp) -> (u64, u64) {
    ledger
        .view(LIMIT[0], now)
        .map_or((0, 0), |view| (view.used, view.used_by_others))
}

#[test]
fn what_headers_say_is_left_is_all_there_is() {
    let mut ledger = ledger(Dimension::Requests, 10, minute(), 0);
    look(&mut ledger, &[signal(10, 4)], NOW);
    assert_eq!(used(&ledger, NOW), (6, 5), "one of six was ours");
    // What is not told of this limit changes nothing.
    let other = LimitSignal {
        per: Some(Duration::from_secs(86_400)),
        ..signal(11, 0)
    };
    look(&mut ledger, &[other], NOW);
    assert_eq!(used(&ledger, NOW), (7, 5));
    assert_eq!(used(&ledger, NOW + Duration::from_secs(61)), (0, 0));
}

/// Stand-ins name minutes and count seconds: the amount tells which limit is meant.
#[test]
fn a_limit_that_is_named_for_another_period_is_known_by_its_amount() {
    let per = Duration::from_secs(2);
    let mut ledger = ledger(Dimension::Requests, 10, Window::Sliding { per }, 0);
    look(&mut ledger, &[signal(10, 4)], NOW);
    assert_eq!(used(&ledger, NOW), (6, 5));
    let verdicts = refuse(&mut ledger, &[told(Some(10), Some(10))], Some(1), NOW);
    assert_eq!(verdicts.len(), 1);
    assert!(verdicts[0].learnt.is_none() && verdicts[0].until < NOW + Duration::from_secs(2));
}

#[test]
fn after_a_restart_headers_empty_a_bucket_that_was_taken_for_full() {
    let per = Duration::from_secs(60);
    let mut ledger = ledger(Dimension::Requests, 30, Window::Bucket { per }, 0);
    ledger.begin_full(NOW);
    let now = NOW - Duration::from_secs(50);
    ledger.advance(&LIMIT, now);
    assert!(used(&ledger, now).0 > 20);
    look(&mut ledger, &[signal(30, 29)], now);
    assert_eq!(used(&ledger, now).0, 1);
}

#[test]
fn a_told_amount_is_news_once() {
    let mut ledger = ledger(Dimension::Requests, 15, minute(), 0);
    assert_eq!(look(&mut ledger, &[signal(10, 9)], NOW).len(), 1);
    assert_eq!(look(&mut ledger, &[signal(10, 8)], NOW).len(), 0);
    assert_eq!(
        ledger.view(LIMIT[0], NOW).map(|view| (view.amount, view.spec.amount)),
        Some((10, 15))
    );
    assert!(ledger.forget(LIMIT[0]));
    assert_eq!(ledger.view(LIMIT[0], NOW).map(|view| view.amount), Some(15));
}

/// Some providers write 0 where they have no limit: it must not shut the account for good.
#[test]
fn a_header_of_nothing_closes_nothing() {
    let mut ledger = ledger(Dimension::Requests, 15, minute(), 0);
    assert!(look(&mut ledger, &[signal(0, 0)], NOW).is_empty());
    assert!(!ledger.is_closed(LIMIT[0]));
    assert_eq!(used(&ledger, NOW), (1, 0));
}

#[test]
fn a_refusal_that_tells_what_is_used_corrects_the_ledger() {
    let mut ledger = ledger(Dimension::Requests, 30, minute(), 0);
    accept(&mut ledger, NOW);
    let verdicts = refuse(&mut ledger, &[told(Some(30), Some(30))], Some(2), NOW);
    assert_eq!(verdicts.len(), 1);
    assert_eq!(used(&ledger, NOW), (31, 29), "the refused one may count too");
    assert!(verdicts[0].learnt.is_none(), "it holds what was believed");
}

#[test]
fn a_day_that_others_have_spent_is_theirs_until_its_reset() {
    let reset = NOW + Duration::from_secs(5 * 3_600);
    let edges = [
        NOW - Duration::from_secs(19 * 3_600),
        reset,
        reset + Duration::from_secs(86_400),
    ];
    let mut ledger = ledger(Dimension::Requests, 1_500, Window::Resets(edges.into()), 0);
    accept(&mut ledger, NOW);
    accept(&mut ledger, NOW);
    let day = RefusedLimit {
        per: Some(Duration::from_secs(86_400)),
        ..told(Some(1_500), None)
    };
    let verdicts = refuse(&mut ledger, &[day], None, NOW);
    assert!(verdicts[0].until >= reset);
    assert_eq!(used(&ledger, NOW), (1_500, 1_497), "two are ours, and the refused one");
    let later = reset + Duration::from_secs(10);
    ledger.advance(&LIMIT, later);
    assert_eq!(used(&ledger, later), (0, 0));
}

#[test]
fn those_that_were_under_way_at_a_refusal_teach_nothing_more() {
    let mut ledger = ledger(Dimension::Requests, 30, minute(), 0);
    for _ in 0..20 {
        accept(&mut ledger, NOW);
    }
    let later = NOW + Duration::from_secs(1);
    for _ in 0..4 {
        let refused = Refused {
            limits: &LIMIT,
            named: &[],
            hint: None,
            granted_at: NOW,
        };
        let verdicts = ledger.refused(&refused, later, None);
        assert!(verdicts.iter().all(|verdict| verdict.learnt.is_none()), "{verdicts:?}");
    }
    assert_eq!(ledger.view(LIMIT[0], later).map(|view| view.amount), Some(30));
    // The same again in another minute: the limit is lower than what is written.
    let next = NOW + Duration::from_secs(120);
    ledger.advance(&LIMIT, next);
    for _ in 0..20 {
        accept(&mut ledger, next);
    }
    let verdicts = refuse(&mut ledger, &[], None, next);
    let learnt = verdicts[0].learnt.expect("it was surprised twice");
    assert!((19..=20).contains(&learnt.amount), "{learnt:?}");
}

/// Beyond what was seen to fit few may be under way; those that were not refused for a while have been accepted.
#[test]
fn a_limit_that_nobody_has_seen_is_filled_step_by_step() {
    let mut ledger = ledger(Dimension::Requests, 30, minute(), 0);
    let start = |ledger: &mut Ledger, now: Timestamp| {
        let mut started = 0;
        while ledger.fit(&LIMIT, &request(), now, false).at <= Free::At(now) {
            ledger.reserve(&LIMIT, &request(), false, now);
            started += 1;
        }
        started
    };
    assert_eq!(start(&mut ledger, NOW), 3);
    let later = NOW + Duration::from_secs(3);
    assert_eq!(start(&mut ledger, later), 3, "the first have not been refused");
    ledger.look(
        &Looked {
            limits: &LIMIT,
            reserved: &Reserved([1].into()),
            granted_at: NOW,
            arrived_by: NOW,
        },
        &[signal(30, 24)],
        later,
        None,
    );
    assert_eq!(start(&mut ledger, later), 24, "the provider says that they fit");
}

/// So many requests leave and are accepted, as fast as the ledger lets them within this time.
fn run_for(ledger: &mut Ledger, from: Timestamp, length: Duration) -> Vec<Timestamp> {
    let mut left = Vec::new();
    let mut now = from;
    while now < from + length {
        ledger.advance(&LIMIT, now);
        if ledger.fit(&LIMIT, &request(), now, false).at <= Free::At(now) {
            accept(ledger, now);
            left.push(now);
        } else {
            now = now + Duration::from_millis(50);
        }
    }
    left
}

fn most_within(left: &[Timestamp], length: Duration) -> usize {
    let within = |from: &Timestamp| left.iter().filter(|at| **at >= *from && **at < *from + length).count();
    left.iter().map(within).max().unwrap_or(0)
}

#[test]
fn a_burst_that_is_refused_while_there_is_much_room_is_spread_over_the_minute() {
    const SECOND: Duration = Duration::from_secs(1);
    let mut ledger = ledger(Dimension::Requests, 120, minute(), 0);
    refuse(&mut ledger, &[], Some(1), NOW);
    let later = NOW + SECOND * 2;
    let left = run_for(&mut ledger, later, SECOND * 30);
    assert_eq!(most_within(&left, SECOND), 2, "the second's share of 120 a minute");
    assert!(left.len() >= 58, "{} in 30 s", left.len());
    assert_eq!(
        ledger.view(LIMIT[0], later).and_then(|view| view.slice),
        Some((2, SECOND))
    );

    // Even that is refused: one at a time, and then it was something else.
    let later = later + SECOND * 60;
    refuse(&mut ledger, &[], Some(1), later);
    let left = run_for(&mut ledger, later + SECOND, SECOND * 10);
    assert_eq!(most_within(&left, SECOND / 2), 1);
    let later = later + SECOND * 90;
    refuse(&mut ledger, &[], Some(1), later);
    assert_eq!(ledger.view(LIMIT[0], later).and_then(|view| view.slice), None);
}

#[test]
fn slices_are_tried_without_after_some_hours() {
    const SECOND: Duration = Duration::from_secs(1);
    let slice = |ledger: &Ledger, now| ledger.view(LIMIT[0], now).and_then(|view| view.slice);
    let mut ledger = ledger(Dimension::Requests, 120, minute(), 0);
    refuse(&mut ledger, &[], None, NOW);
    assert!(slice(&ledger, NOW + SECOND * 3_600).is_some());
    let later = NOW + SECOND * 4 * 3_600;
    ledger.advance(&LIMIT, later);
    assert_eq!(slice(&ledger, later), None);
    // They are still there, and that is known however much is used.
    run_for(&mut ledger, later, SECOND * 30);
    refuse(&mut ledger, &[], None, later + SECOND * 30);
    assert!(
        slice(&ledger, later + SECOND * 20 * 3_600).is_some(),
        "now they hold for a day"
    );
}

#[test]
fn a_limit_that_is_nearly_full_is_not_cut_into_slices() {
    let mut ledger = ledger(Dimension::Requests, 120, minute(), 0);
    for _ in 0..80 {
        let reserved = ledger.reserve(&LIMIT, &request(), false, NOW);
        ledger.settle(&LIMIT, &reserved, Took::Reserved, NOW, NOW, None);
    }
    refuse(&mut ledger, &[], Some(1), NOW + Duration::from_secs(1));
    assert_eq!(ledger.view(LIMIT[0], NOW).and_then(|view| view.slice), None);
}

#[test]
fn whoever_wants_it_tried_again_does_not_wait_for_what_was_laid_to_others() {
    let day = Duration::from_secs(86_400);
    let reset = NOW + day / 2;
    let window = Window::Resets([NOW - day / 2, reset, reset + day].into());
    let mut ledger = ledger(Dimension::Requests, 20, window, 0);
    refuse(&mut ledger, &[], None, NOW);
    let used = |ledger: &Ledger| ledger.view(LIMIT[0], NOW).map(|view| (view.used, view.used_by_others));
    assert_eq!(used(&ledger), Some((20, 19)));
    assert!(ledger.fit(&LIMIT, &request(), NOW, false).at >= Free::At(reset));
    ledger.unpark(LIMIT[0]);
    ledger.forgive(LIMIT[0]);
    assert_eq!(used(&ledger), Some((1, 0)), "what we sent stays spent");
    assert_eq!(ledger.fit(&LIMIT, &request(), NOW, false).at, Free::At(NOW));
}

#[test]
fn after_a_restart_a_day_that_was_refused_is_spent() {
    let day = Duration::from_secs(86_400);
    let reset = NOW + day / 2;
    let window = Window::Resets([NOW - day / 2, reset, reset + day].into());
    let mut ledger = ledger(Dimension::Requests, 20, window, 0);
    ledger.record(&LIMIT, &request(), NOW - Duration::from_secs(5));
    ledger.was_refused(LIMIT[0], NOW);
    let used = |ledger: &Ledger, at| ledger.view(LIMIT[0], at).map(|view| (view.used, view.used_by_others));
    assert_eq!(used(&ledger, NOW), Some((20, 19)));
    assert_eq!(used(&ledger, reset + Duration::from_secs(60)), Some((0, 0)));
}

#[test]
fn a_hint_beyond_the_period_that_is_named_is_cut_to_it() {
    let named = |per| {
        [RefusedLimit {
            per: Some(Duration::from_secs(per)),
            ..told(Some(12), None)
        }]
    };
    let rest = |per| {
        let mut ledger = ledger(Dimension::Requests, 12, minute(), 0);
        let verdicts = refuse(&mut ledger, &named(per), Some(3_600), NOW);
        verdicts[0].until.since(NOW).as_secs()
    };
    assert!(rest(60) <= 62, "{} s", rest(60));
    assert!(rest(86_400) >= 3_600, "a day may be empty for so long");
}

#[test]
fn a_quick_bucket_proves_what_it_lets_through() {
    let per = Duration::from_secs(2);
    let mut ledger = ledger(Dimension::Requests, 100, Window::Bucket { per }, 0);
    let way = Duration::from_millis(250);
    let (mut now, mut sent, mut under_way) = (NOW, 0_u64, std::collections::VecDeque::new());
    while now < NOW + per * 20 {
        while under_way.front().is_some_and(|(granted, _)| *granted + way * 2 <= now) {
            if let Some((granted, reserved)) = under_way.pop_front() {
                ledger.settle(&LIMIT, &reserved, Took::Reserved, granted, now, None);
                let _ = ledger.accepted(&LIMIT, granted, now);
            }
        }
        ledger.advance(&LIMIT, now);
        while ledger.fit(&LIMIT, &request(), now, false).at <= Free::At(now) {
            under_way.push_back((now, ledger.reserve(&LIMIT, &request(), false, now)));
            sent += 1;
        }
        now = now + Duration::from_millis(5);
    }
    assert!(sent >= 1_900, "{sent} in 20 periods of 100");
}

#[test]
fn a_window_that_begins_elsewhere_is_found_by_the_hint() {
    let per = Duration::from_secs(60);
    let mut ledger = ledger(Dimension::Requests, 15, Window::Fixed { per }, 0);
    let clock = Some(ClockOffset::from_date(
        NOW.as_micros() / 1_000_000,
        NOW,
        NOW + Duration::from_millis(20),
    ));
    // By our clock a minute begins now; by theirs there are 20 seconds left.
    let refused = Refused {
        limits: &LIMIT,
        named: &[],
        hint: Some(Duration::from_millis(20_500)),
        granted_at: NOW,
    };
    let reserved = ledger.reserve(&LIMIT, &request(), false, NOW);
    ledger.settle(&LIMIT, &reserved, Took::Refused, NOW, NOW, clock);
    ledger.refused(&refused, NOW + Duration::from_millis(100), clock);
    let edge = NOW + Duration::from_millis(20_600);
    ledger.advance(&LIMIT, edge);
    let mut fits = 0;
    while ledger.fit(&LIMIT, &request(), edge, false).at <= Free::At(edge) {
        let reserved = ledger.reserve(&LIMIT, &request(), false, edge);
        ledger.settle(&LIMIT, &reserved, Took::Reserved, edge, edge, clock);
        ledger.accepted(&LIMIT, edge, edge);
        fits += 1;
    }
    // The refused one may have been counted in either.
    assert!(fits >= 14, "{fits}: nothing of it is left to others");
    let resets = ledger.view(LIMIT[0], edge).and_then(|view| view.resets);
    let away = resets.map(|resets| resets.since(edge).as_millis());
    assert!(away.is_some_and(|away| (59_800..=60_200).contains(&away)), "{away:?}");
}

/// A minute of requests of which nobody has said how much it holds.
fn unknown() -> Ledger {
    let mut ledger = Ledger::default();
    let spec = LimitSpec {
        dimension: Dimension::Requests,
        amount: u64::MAX,
        window: minute(),
        reserve_permille: 0,
        standing: crate::limit::Standing::Unknown,
    };
    ledger.add(LIMIT[0], spec);
    ledger
}

#[test]
fn a_period_that_no_reset_bears_out_is_found_to_be_shorter() {
    let mut ledger = unknown();
    // A bucket of 18 in two seconds, whose headers are named like those of a minute: they tell when all of it is free again.
    let mut now = NOW;
    for used in [15, 16, 17, 18, 18, 18, 18, 18, 18, 18] {
        now = now + Duration::from_millis(250);
        let told = LimitSignal {
            reset: Some(Duration::from_millis(used * 2_000 / 18)),
            ..signal(18, 18 - used)
        };
        look(&mut ledger, &[told], now);
    }
    let learnt = ledger.view(LIMIT[0], now).and_then(|view| view.learnt);
    let learnt = learnt.map(|learnt| (learnt.amount, learnt.per.map(|per| per.as_millis())));
    assert!(
        learnt.is_some_and(|(amount, per)| amount == 18 && per.is_some_and(|per| (2_000..=2_500).contains(&per))),
        "{learnt:?}"
    );
}

#[test]
fn a_minute_whose_resets_are_as_long_stays_a_minute() {
    let mut ledger = unknown();
    let mut now = NOW;
    for second in 0..600_u64 {
        now = now + Duration::from_secs(1);
        // A window of the clock that is full after ten seconds.
        let (into, used) = (second % 60, (second % 60 + 1).min(10));
        let told = LimitSignal {
            reset: Some(Duration::from_secs(60 - into)),
            ..signal(10, 10 - used)
        };
        look(&mut ledger, &[told], now);
    }
    let learnt = ledger.view(LIMIT[0], now).and_then(|view| view.learnt);
    assert_eq!(learnt.map(|learnt| (learnt.amount, learnt.per)), Some((10, None)));
}

#[test]
fn a_period_that_was_taken_for_too_short_is_found_to_be_longer() {
    let mut ledger = unknown();
    let told = |used: u64, reset| LimitSignal {
        reset: Some(Duration::from_secs(reset)),
        ..signal(10, 10 - used)
    };
    // Each look happens to fall into the last seconds of a minute.
    for look_at in 0..12 {
        look(&mut ledger, &[told(9, 5)], NOW + Duration::from_secs(look_at / 4 * 60));
    }
    let per = |ledger: &Ledger| {
        let learnt = ledger.view(LIMIT[0], NOW).and_then(|view| view.learnt)?;
        learnt.per
    };
    let short = per(&ledger);
    assert!(short.is_some_and(|per| per < Duration::from_secs(10)), "{short:?}");
    look(&mut ledger, &[told(2, 57)], NOW + Duration::from_secs(190));
    assert!(per(&ledger) >= Some(Duration::from_secs(57)), "{:?}", per(&ledger));
}

#[test]
fn resets_of_a_bucket_do_not_move_a_window() {
    let per = Duration::from_secs(60);
    let clock = Some(ClockOffset::from_date(
        NOW.as_micros() / 1_000_000,
        NOW,
        NOW + Duration::from_millis(20),
    ));
    let resets = |reset: u64| {
        let mut ledger = ledger(Dimension::Requests, 10, Window::Fixed { per }, 0);
        let told = LimitSignal {
            reset: Some(Duration::from_millis(reset)),
            ..signal(10, 8)
        };
        let at = NOW + Duration::from_secs(5);
        let reserved = ledger.reserve(&LIMIT, &request(), false, at);
        let looked = Looked {
            limits: &LIMIT,
            reserved: &reserved,
            granted_at: at,
            arrived_by: at,
        };
        ledger.look(&looked, &[told], at, clock);
        ledger.settle(&LIMIT, &reserved, Took::Reserved, at, at, clock);
        ledger
            .fit(
                &LIMIT,
                &Spend {
                    requests: 10,
                    ..Spend::NONE
                },
                at,
                false,
            )
            .at
    };
    // Two of ten drain in twelve seconds; a window of the clock ends in 55.
    let after = |seconds: u64| Free::At(NOW + Duration::from_secs(seconds));
    let (bucket, window) = (resets(12_100), resets(30_100));
    assert!(bucket >= after(58) && bucket < Free::AfterAnswer, "{bucket:?}");
    assert!(window <= after(37), "{window:?}");
}
