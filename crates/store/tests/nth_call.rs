//! A store that fails at its n-th call, for every n: what was acknowledged before is there after, and nothing is half
//! there.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use d8_core::time::Timestamp;
use d8_store::sample::story;
use d8_store::testing::{Fault, Faulty, print};
use d8_store::{Batch, Location, SqliteStore, Store, StoreError, Which};

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(&Location::File(path.to_owned()), Timestamp::EPOCH).unwrap()
}

/// Does what a program does, and counts the batches that were acknowledged.
fn live(store: &mut dyn Store, batches: &[Batch], acknowledged: &mut usize) -> Result<(), StoreError> {
    store.names()?;
    store.load(Which::All, &mut |_| {})?;
    store.spends_since(Timestamp::EPOCH, &mut |_| {})?;
    for batch in batches {
        store.commit(batch)?;
        *acknowledged += 1;
        store.tidy()?;
    }
    store.reader().map(drop)
}

/// What a store prints after the first so many batches of the story, for every number.
fn truth(batches: &[Batch]) -> Vec<Vec<String>> {
    let mut store = SqliteStore::open(&Location::Memory, Timestamp::EPOCH).unwrap();
    let mut prints = vec![print(&store).unwrap()];
    for batch in batches {
        store.commit(batch).unwrap();
        prints.push(print(&store).unwrap());
    }
    prints
}

#[test]
fn a_failure_at_any_call_loses_nothing_acknowledged() {
    let batches = story();
    let truth = truth(&batches);
    for fault in [Fault::Before, Fault::After] {
        let mut failing = 1;
        loop {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("d8.db");
            let mut store = Faulty::new(open(&path), failing, fault);
            let mut acknowledged = 0;
            let ended = live(&mut store, &batches, &mut acknowledged);
            assert_eq!(ended.is_err(), store.has_failed());
            drop(store);
            let found = print(&open(&path)).unwrap();
            // Only a batch whose good news was lost may be there without having been acknowledged.
            let in_doubt = fault == Fault::After && truth.get(acknowledged + 1) == Some(&found);
            assert!(
                found == truth[acknowledged] || in_doubt,
                "call {failing}, {fault:?}, {acknowledged} acknowledged"
            );
            if ended.is_ok() {
                assert_eq!(acknowledged, batches.len());
                break;
            }
            failing += 1;
        }
        assert!(
            failing > 2 * batches.len() as u64,
            "the loop ended too early to have met every call"
        );
    }
}

#[test]
fn after_a_failure_the_same_batches_can_be_brought_to_their_end() {
    let batches = story();
    let truth = truth(&batches);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("d8.db");
    for batch in &batches {
        assert!(Faulty::new(open(&path), 1, Fault::Before).commit(batch).is_err());
        open(&path).commit(batch).unwrap();
    }
    assert_eq!(print(&open(&path)).unwrap(), truth[batches.len()]);
}
