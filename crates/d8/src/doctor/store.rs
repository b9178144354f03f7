//! Whether the store can keep what is acknowledged: its place, room, speed and shape, and who has it.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use d8_store::{Hold, Location, Owner, Schema, SqliteStore, StoreError};

use super::{Finding, milliseconds};
use crate::{text, words};

const NAME: &str = "store";
/// Below this an orchestrator takes in nothing more.
const LEAST_SPACE: u64 = 64 << 20;
const LITTLE_SPACE: u64 = 1 << 30;
/// Each batch of work waits for one sync or two.
const SLOW: Duration = Duration::from_millis(50);
/// So many syncs are measured, unless they take too long.
const SYNCS: usize = 15;
const LONGEST: Duration = Duration::from_millis(600);

/// What was found of the store.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// Its file.
    pub(crate) path: PathBuf,
    /// Its tables; none: there is no file yet.
    pub(crate) schema: Option<Result<Schema, Fault>>,
    /// Bytes that are free where it is.
    pub(crate) free: Option<u64>,
    /// How long it takes until something is surely on the disk; else why nothing can be written there.
    pub(crate) sync: Result<Duration, String>,
    /// Who has it.
    pub(crate) holder: Holder,
}

impl Facts {
    /// Its tables have an older shape than this program's.
    pub(crate) fn is_older(&self) -> bool {
        matches!(&self.schema, Some(Ok(schema)) if schema.found < schema.known)
    }
}

/// What the store says of itself when it cannot be used.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// What.
    pub(crate) message: String,
    /// What to do.
    pub(crate) hint: String,
}

/// Who has a store.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Holder {
    /// No process.
    Nobody,
    /// A process, and what it says of itself.
    Somebody(Option<Owner>),
    /// It cannot be seen; why.
    Unknown(String),
}

impl Holder {
    /// Where the holder listens.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Somebody(Some(owner)) => owner.url.as_deref(),
            _ => None,
        }
    }
}

/// Looks at a store; takes up to a second. Writes a small file beside it and removes it.
pub(crate) fn look(path: &Path) -> Facts {
    let folder = existing_folder(path);
    Facts {
        path: path.to_owned(),
        schema: path.is_file().then(|| {
            SqliteStore::schema(&Location::File(path.to_owned())).map_err(|error: StoreError| Fault {
                message: words::store_error(&error),
                hint: words::store_hint(&error),
            })
        }),
        free: fs4::available_space(&folder).ok(),
        sync: sync_time(&folder).map_err(|error| format!("{}: {error}", folder.display())),
        holder: match Hold::is_held(path) {
            Ok(false) => Holder::Nobody,
            Ok(true) => Holder::Somebody(Hold::owner(path)),
            Err(error) => Holder::Unknown(error.to_string()),
        },
    }
}

/// The nearest folder that is there: d8 makes the others.
fn existing_folder(store: &Path) -> PathBuf {
    let mut folders = store.ancestors().skip(1);
    let found = folders.find(|folder| folder.is_dir());
    found.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The middle one of several: one that was held up by something else says nothing.
fn sync_time(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!(".d8-doctor-{}", std::process::id()));
    let measured = measure(&path);
    let _ = std::fs::remove_file(&path);
    let mut times = measured?;
    times.sort_unstable();
    Ok(times.get(times.len() / 2).copied().unwrap_or_default())
}

fn measure(path: &Path) -> io::Result<Vec<Duration>> {
    let mut file = File::create(path)?;
    let (began, mut times) = (Instant::now(), Vec::new());
    while times.len() < SYNCS && began.elapsed() < LONGEST {
        let start = Instant::now();
        file.write_all(&[0; 4096])?;
        file.sync_data()?;
        times.push(start.elapsed());
    }
    Ok(times)
}

/// The worst of what can be said of it.
pub(crate) fn judge(facts: &Facts) -> Finding {
    let path = facts.path.display().to_string();
    if let Some(Err(fault)) = &facts.schema {
        return Finding::problem(NAME, &fault.message).next(&fault.hint);
    }
    let sync = match &facts.sync {
        Ok(sync) => *sync,
        Err(why) => {
            let message = text!("doctor-store-unwritable", path = path, why = why.as_str());
            return Finding::problem(NAME, message).next(text!("doctor-store-unwritable-next"));
        }
    };
    let told = format!("{path}: {}", particulars(facts, sync));
    match facts.free {
        Some(free) if free < LEAST_SPACE => {
            Finding::problem(NAME, format!("{told}. {}", text!("doctor-store-full"))).next(text!("doctor-store-room"))
        }
        Some(free) if free < LITTLE_SPACE => Finding::warning(NAME, told).next(text!("doctor-store-room")),
        _ if sync > SLOW => Finding::warning(NAME, format!("{told}. {}", text!("doctor-store-slow")))
            .next(text!("doctor-store-slow-next")),
        _ => Finding::ok(NAME, told),
    }
}

fn particulars(facts: &Facts, sync: Duration) -> String {
    let mut parts = Vec::new();
    parts.extend(facts.free.map(|free| text!("doctor-store-free", size = size(free))));
    parts.push(text!("doctor-store-sync", time = milliseconds(sync)));
    parts.push(match &facts.schema {
        None => text!("doctor-store-new"),
        Some(Ok(schema)) if schema.found < schema.known => text!(
            "doctor-store-older",
            found = schema.found.to_string(),
            known = schema.known.to_string()
        ),
        Some(Ok(schema)) => text!("doctor-store-version", found = schema.found.to_string()),
        Some(Err(_)) => String::new(),
    });
    parts.push(holder_in_words(&facts.holder));
    parts.join(", ")
}

/// Who has it: "held by process 17 at http://127.0.0.1:5000".
pub(crate) fn holder_in_words(holder: &Holder) -> String {
    match holder {
        Holder::Nobody => text!("doctor-store-nobody"),
        Holder::Somebody(None) => text!("doctor-store-somebody"),
        Holder::Somebody(Some(owner)) => match &owner.url {
            Some(url) => text!("doctor-store-held-at", pid = owner.pid.to_string(), url = url.as_str()),
            None => text!("doctor-store-held", pid = owner.pid.to_string()),
        },
        Holder::Unknown(why) => text!("doctor-store-unknown", why = why.as_str()),
    }
}

/// "12.4 GB".
fn size(bytes: u64) -> String {
    const UNITS: [(&str, f64); 3] = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6)];
    let bytes = bytes as f64;
    let unit = UNITS.iter().find(|(_, size)| bytes >= *size).unwrap_or(&UNITS[2]);
    format!("{:.1} {}", bytes / unit.1, unit.0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::Grade;
    use super::*;

    fn facts() -> Facts {
        Facts {
            path: "/srv/d8.db".into(),
            schema: Some(Ok(Schema { found: 3, known: 3 })),
            free: Some(12_400_000_000),
            sync: Ok(Duration::from_micros(400)),
            holder: Holder::Nobody,
        }
    }

    #[test]
    fn a_good_store_is_told_in_one_line() {
        let found = judge(&facts());
        assert_eq!(found.grade, Grade::Ok);
        assert_eq!(
            found.message,
            "/srv/d8.db: 12.4 GB free, 0.4 ms a sync, schema 3, held by nobody"
        );
        let owner = Owner {
            pid: 17,
            url: Some("http://127.0.0.1:5000".to_owned()),
            ..Owner::default()
        };
        let held = judge(&Facts {
            holder: Holder::Somebody(Some(owner)),
            ..facts()
        });
        assert!(
            held.message.ends_with("held by process 17 at http://127.0.0.1:5000"),
            "{held:?}"
        );
        let new = judge(&Facts {
            schema: None,
            ..facts()
        });
        assert_eq!(new.grade, Grade::Ok);
    }

    #[test]
    fn little_room_and_slow_disks_are_told() {
        let grade = |free, millis| {
            let sync = Ok(Duration::from_millis(millis));
            judge(&Facts {
                free: Some(free),
                sync,
                ..facts()
            })
        };
        assert_eq!(grade(500_000_000, 1).grade, Grade::Warning);
        assert_eq!(grade(1_000_000, 1).grade, Grade::Problem);
        let slow = grade(5_000_000_000, 120);
        assert_eq!(slow.grade, Grade::Warning);
        assert!(slow.message.contains("120 ms a sync"), "{slow:?}");
    }

    #[test]
    fn what_cannot_be_used_is_a_problem_with_a_way_out() {
        let foreign = judge(&Facts {
            schema: Some(Err(Fault {
                message: "/srv/d8.db is the database of another program".to_owned(),
                hint: "check store.url".to_owned(),
            })),
            ..facts()
        });
        assert_eq!(
            (foreign.grade, foreign.next.as_deref()),
            (Grade::Problem, Some("check store.url"))
        );
        let read_only = judge(&Facts {
            sync: Err("/srv: Permission denied".to_owned()),
            ..facts()
        });
        assert_eq!(read_only.grade, Grade::Problem);
        assert!(read_only.message.contains("Permission denied") && read_only.next.is_some());
    }

    #[test]
    fn a_look_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let seen = look(&folder.path().join("not-yet").join("d8.db"));
        assert!(seen.schema.is_none() && seen.sync.is_ok() && seen.free.is_some());
        assert_eq!(seen.holder, Holder::Nobody);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
