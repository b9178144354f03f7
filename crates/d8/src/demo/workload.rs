//! The work: a part of the example day on which Content Empire and Device Farm are both at it.

use crate::run::Line;

/// `examples/day.jsonl`, which the templates of the examples give.
const DAY: &str = include_str!("../../../../examples/day.jsonl");

/// So many there are.
pub const MOST: usize = 1_500;

/// So many lines from all over the day: one of each part of it, at changing places, as posts come by turns.
pub(super) fn lines(count: usize) -> Result<Vec<Line>, String> {
    let day: Vec<&str> = DAY.lines().filter(|line| !line.trim().is_empty()).collect();
    let count = count.min(day.len());
    let place = |index: usize| {
        let (first, after) = (index * day.len() / count, (index + 1) * day.len() / count);
        first + index * 7 % (after - first)
    };
    (0..count)
        .filter_map(|index| day.get(place(index)))
        .map(|line| Line::parse(line.as_bytes(), None))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_number_of_tasks_is_a_mixture_of_both_services() {
        for count in [60, 300, MOST] {
            let lines = lines(count).unwrap();
            assert_eq!(lines.len(), count);
            let of_kind = |kind: &str| {
                let ids = lines.iter().filter_map(|line| line.id.as_deref());
                ids.filter(|id| id.starts_with(kind)).count()
            };
            let devices = of_kind("device") * 100 / count;
            assert!((60..75).contains(&devices), "{devices} % of {count} are for devices");
            let posts = ["tweet", "linkedin", "video", "email", "hashtags"].map(of_kind);
            assert!(posts.iter().all(|posts| *posts > 0), "{posts:?}");
        }
    }
}
