//! Properties of counting, tried on random arrivals: never more than allowed, and never less.

#![allow(clippy::unwrap_used, clippy::panic)]

use proptest::prelude::*;

use super::*;

const AMOUNT: u64 = 20;
const PER: Micros = 1_000;

/// Arrivals as (gap since the one before, cost).
fn arrivals() -> impl Strategy<Value = Vec<(Micros, u64)>> {
    prop::collection::vec((0..400_i64, 1..8_u64), 1..120)
}

fn account(kind: Kind) -> Account {
    Account::new(
        vec![Limit::each(Provider::Groq, Dimension::OutputTokens, AMOUNT, PER, kind)],
        Speed::REAL,
    )
}

/// Runs the arrivals; gives (time, cost, verdict) of each.
fn run(kind: Kind, arrivals: &[(Micros, u64)]) -> Vec<(Micros, u64, Result<(), Wait>)> {
    let mut account = account(kind);
    let mut now = 0;
    let mut judge = |&(gap, cost): &(Micros, u64)| {
        now += gap;
        let verdict = account.arrive(now, "m", Cost::request(0, cost));
        (
            now,
            cost,
            verdict.map(|_ticket| ()).map_err(|refusal| refusal.longest().wait),
        )
    };
    arrivals.iter().map(&mut judge).collect()
}

fn admitted(run: &[(Micros, u64, Result<(), Wait>)]) -> Vec<(Micros, u64)> {
    run.iter()
        .filter(|(_, _, verdict)| verdict.is_ok())
        .map(|&(at, cost, _)| (at, cost))
        .collect()
}

fn sum(admitted: &[(Micros, u64)], inside: impl Fn(Micros) -> bool) -> u64 {
    admitted
        .iter()
        .filter(|(at, _)| inside(*at))
        .map(|(_, cost)| cost)
        .sum()
}

proptest! {
    #[test]
    fn no_fixed_window_holds_more_than_the_limit_and_what_fits_is_admitted(arrivals in arrivals()) {
        let run = run(Kind::Fixed, &arrivals);
        let admitted = admitted(&run);
        for (index, &(at, cost, verdict)) in run.iter().enumerate() {
            let before: Vec<_> = self::admitted(&run[..index]);
            let used = sum(&before, |other| other / PER == at / PER);
            prop_assert_eq!(verdict.is_ok(), used + cost <= AMOUNT);
            prop_assert!(sum(&admitted, |other| other / PER == at / PER) <= AMOUNT);
        }
    }

    #[test]
    fn no_period_at_all_holds_more_than_a_sliding_limit_and_what_fits_is_admitted(arrivals in arrivals()) {
        let run = run(Kind::Sliding, &arrivals);
        let admitted = admitted(&run);
        for (index, &(at, cost, verdict)) in run.iter().enumerate() {
            let before = self::admitted(&run[..index]);
            let used = sum(&before, |other| other > at - PER);
            prop_assert_eq!(verdict.is_ok(), used + cost <= AMOUNT);
            prop_assert!(sum(&admitted, |other| (at..at + PER).contains(&other)) <= AMOUNT);
        }
    }

    #[test]
    fn between_any_two_arrivals_a_bucket_admits_at_most_the_burst_and_the_refill(arrivals in arrivals()) {
        let admitted = admitted(&run(Kind::Bucket, &arrivals));
        for (index, &(from, _)) in admitted.iter().enumerate() {
            let mut spent = 0_i64;
            for &(to, cost) in &admitted[index..] {
                spent += cost as i64;
                prop_assert!(spent * PER <= AMOUNT as i64 * (PER + to - from));
            }
        }
    }

    /// The oracle keeps the level as a whole number of micro-tokens by another road: it replays all history each time.
    #[test]
    fn what_fits_a_bucket_is_admitted(arrivals in arrivals()) {
        let run = run(Kind::Bucket, &arrivals);
        for (index, &(at, cost, verdict)) in run.iter().enumerate() {
            let (mut level, mut last) = (0_i64, 0);
            for (time, cost) in self::admitted(&run[..index]) {
                level = (level - (time - last) * AMOUNT as i64).max(0) + cost as i64 * PER;
                last = time;
            }
            level = (level - (at - last) * AMOUNT as i64).max(0);
            prop_assert_eq!(verdict.is_ok(), level + cost as i64 * PER <= AMOUNT as i64 * PER);
        }
    }

    #[test]
    fn the_told_wait_is_exact_in_every_kind(arrivals in arrivals(), kind in prop::sample::select(vec![Kind::Bucket, Kind::Fixed, Kind::Sliding])) {
        let mut account = account(kind);
        let mut now = 0;
        for (gap, cost) in arrivals {
            now += gap;
            let Err(refusal) = account.arrive(now, "m", Cost::request(0, cost)) else { continue };
            let Wait::For(wait) = refusal.longest().wait else { panic!("it fits an empty limit") };
            let (mut early, mut due) = (account.clone(), account.clone());
            prop_assert!(early.arrive(now + wait - 1, "m", Cost::request(0, cost)).is_err());
            prop_assert!(due.arrive(now + wait, "m", Cost::request(0, cost)).is_ok());
        }
    }

    #[test]
    fn settling_at_once_is_as_if_the_real_use_had_arrived(
        arrivals in arrivals(),
        kind in prop::sample::select(vec![Kind::Bucket, Kind::Fixed, Kind::Sliding]),
    ) {
        let (mut reserved_first, mut exact) = (account(kind.clone()), account(kind));
        let mut now = 0;
        for (gap, cost) in arrivals {
            now += gap;
            let Ok(ticket) = reserved_first.arrive(now, "m", Cost::request(0, cost + 3)) else { continue };
            reserved_first.finish(now, ticket, Some(Cost::request(0, cost)));
            let _ = exact.arrive(now, "m", Cost::request(0, cost));
            prop_assert_eq!(reserved_first.readings(now, "m"), exact.readings(now, "m"));
        }
    }
}
