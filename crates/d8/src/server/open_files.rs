//! How many sockets and files the process may have open: systems begin with few and let it ask for more.

/// Asks the system for room for so many, as far as it lets us. What it does not give is waited for when connections are
/// accepted.
#[cfg(unix)]
pub(super) fn allow(wanted: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// What macOS gives where it refuses more without naming its limit.
    const MACOS: u64 = 10_240;

    let now = getrlimit(Resource::Nofile);
    let Some(current) = now.current.filter(|current| *current < wanted) else {
        return;
    };
    let most = now.maximum.unwrap_or(wanted).min(wanted);
    for goal in [most, most.min(MACOS)] {
        let asked = Rlimit {
            current: Some(goal),
            maximum: now.maximum,
        };
        if goal > current && setrlimit(Resource::Nofile, asked).is_ok() {
            return;
        }
    }
}

/// Sockets are not counted there.
#[cfg(not(unix))]
pub(super) fn allow(_wanted: u64) {}
