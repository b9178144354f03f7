//! What a service manager is told of us (systemd's `Type=notify`): that we are ready, how it stands, that we live, that we
//! stop. Where nobody asked to be told, and on other systems, nothing happens.

#[cfg(target_os = "linux")]
pub(super) use linux::{live, stopping};

/// Nobody wants to know.
#[cfg(not(target_os = "linux"))]
pub(super) async fn live(_handle: crate::orchestrator::Handle) {
    std::future::pending::<()>().await;
}

/// Nobody wants to know.
#[cfg(not(target_os = "linux"))]
pub(super) const fn stopping() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use sd_notify::NotifyState;

    use crate::orchestrator::{Handle, Status};
    use crate::text;

    /// How often it is told how it stands.
    const EVERY: Duration = Duration::from_secs(10);

    /// Tells that we are ready, then how it stands, for as long as it is waited for. A sign of life is given only after the
    /// loop has answered: a process whose loop hangs is no use, and systemd starts it again.
    pub(in crate::cli) async fn live(handle: Handle) {
        tell(&[NotifyState::Ready]);
        let watchdog = sd_notify::watchdog_enabled();
        // Twice within the time that is allowed, as systemd advises.
        let every = watchdog.map_or(EVERY, |within| (within / 2).min(EVERY));
        let mut said = String::new();
        while let Ok(status) = handle.status().await {
            let standing = standing(&status);
            if standing != said {
                tell(&[NotifyState::Status(&standing)]);
                said = standing;
            }
            if watchdog.is_some() {
                tell(&[NotifyState::Watchdog]);
            }
            tokio::time::sleep(every).await;
        }
        // The loop has ended; whoever watches it says so.
        std::future::pending::<()>().await;
    }

    /// Tells that the end has begun.
    pub(in crate::cli) fn stopping() {
        tell(&[NotifyState::Stopping, NotifyState::Status(&text!("service-stopping"))]);
    }

    fn standing(status: &Status) -> String {
        let online = status.fleet.iter().filter(|(member, _)| member.online).count();
        text!(
            "service-standing",
            pending = status.tasks.pending,
            assigned = status.tasks.assigned,
            online = online
        )
    }

    fn tell(state: &[NotifyState<'_>]) {
        if let Err(error) = sd_notify::notify(state) {
            tracing::warn!("the service manager cannot be told: {error}");
        }
    }
}
