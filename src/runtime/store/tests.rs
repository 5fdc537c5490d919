//! One conformance suite for every store, and what only a file can suffer.

use super::{MemoryStore, StateStore, StoredEvent};
use crate::frame::Via;
use crate::value::Instant;

fn event(name: &str, at: i64) -> StoredEvent {
    StoredEvent {
        event: name.to_owned(),
        at: Instant(at),
        offer: Some("sale".to_owned()),
        rule: Some("comeback".to_owned()),
        via: Some(Via::Capped),
        tags: Some(vec!["promo".to_owned()]),
    }
}

/// What every store must do; `reopened` gives the same store as another process would see it.
fn conforms<S: StateStore>(store: S, reopened: impl Fn(S) -> S) {
    assert_eq!(store.history("nobody"), Ok(Vec::new()), "a unit never seen has no history");
    let batch = [
        ("c1".to_owned(), vec![event("shown", 30), event("shown", 10)]),
        ("c2".to_owned(), vec![StoredEvent { offer: None, rule: None, via: None, tags: None, ..event("purchase", 5) }]),
    ];
    assert_eq!(store.record(&batch), Ok(()));
    assert_eq!(store.record(&[("c1".to_owned(), vec![event("clicked", 20), event("clicked", 10)])]), Ok(()));
    assert_eq!(store.record(&[]), Ok(()));
    let expected = vec![event("shown", 10), event("clicked", 10), event("clicked", 20), event("shown", 30)];
    assert_eq!(store.history("c1"), Ok(expected.clone()), "earliest first, equals in the order recorded");
    let store = reopened(store);
    assert_eq!(store.history("c1"), Ok(expected), "and after a restart");
    assert_eq!(store.history("c2").map(|events| events.len()), Ok(1));
    assert_eq!(store.history(""), Ok(Vec::new()));
}

#[test]
fn memory_conforms() {
    conforms(MemoryStore::new(), |store| store);
}

#[cfg(feature = "cli")]
mod file {
    use std::path::{Path, PathBuf};

    use super::super::{EmbeddedStore, STATE_VERSION, StateError, StateStore};
    use super::{conforms, event};

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    /// A small state file.
    fn written(folder: &Path) -> PathBuf {
        let path = folder.join("state");
        let store = EmbeddedStore::open(&path).unwrap();
        store
            .record(&[("c1".to_owned(), vec![event("shown", 1)]), ("c2".to_owned(), vec![event("shown", 2)])])
            .unwrap();
        path
    }

    #[test]
    fn embedded_conforms() {
        let folder = folder();
        let path = folder.path().join("state");
        conforms(EmbeddedStore::open(&path).unwrap(), |store| {
            drop(store);
            EmbeddedStore::open(&path).unwrap()
        });
    }

    #[test]
    fn what_is_no_state_is_refused_and_left_alone() {
        let folder = folder();
        let path = folder.path().join("notes.txt");
        let other = folder.path().join("other.redb");
        {
            let database = redb::Database::create(&other).unwrap();
            let write = database.begin_write().unwrap();
            write.open_table(redb::TableDefinition::<&str, u64>::new("theirs")).unwrap().insert("a", 1).unwrap();
            write.commit().unwrap();
        }
        for (path, bytes) in
            [(&path, b"my notes".to_vec()), (&other, std::fs::read(&other).unwrap()), (&path, Vec::new())]
        {
            std::fs::write(path, &bytes).unwrap();
            assert!(matches!(EmbeddedStore::open(path), Err(StateError::NotAState(_))), "{}", path.display());
            assert_eq!(std::fs::read(path).unwrap(), bytes, "left as it was");
        }
    }

    #[test]
    fn another_version_is_refused_and_left_alone() {
        let folder = folder();
        let path = written(folder.path());
        {
            let database = redb::Database::open(&path).unwrap();
            let write = database.begin_write().unwrap();
            let meta = redb::TableDefinition::<&str, u32>::new("cater-state");
            write.open_table(meta).unwrap().insert("version", STATE_VERSION + 1).unwrap();
            write.commit().unwrap();
        }
        let bytes = std::fs::read(&path).unwrap();
        let refused = EmbeddedStore::open(&path).unwrap_err();
        let expected = StateError::OtherVersion {
            file: path.display().to_string(),
            found: STATE_VERSION + 1,
            known: STATE_VERSION,
        };
        assert_eq!(refused, expected);
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_state_in_use_is_refused() {
        let folder = folder();
        let path = written(folder.path());
        let _held = EmbeddedStore::open(&path).unwrap();
        assert!(matches!(EmbeddedStore::open(&path), Err(StateError::InUse(_))));
    }

    /// Cuts and flips all over what the file holds: refused and left as it is, or nothing is lost.
    #[test]
    fn a_damaged_state_is_refused_or_whole() {
        let folder = folder();
        let path = written(folder.path());
        let whole = std::fs::read(&path).unwrap();
        let held: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
        let flips = held.iter().copied().step_by(held.len() / 300 + 1).map(|at| {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x10;
            (format!("flip at {at}"), bytes)
        });
        let cuts =
            (0..whole.len()).step_by(whole.len() / 64 + 1).map(|at| (format!("cut at {at}"), whole[..at].to_vec()));
        let (mut refused, mut harmless) = (0, 0);
        std::panic::set_hook(Box::new(|_| {}));
        for (what, bytes) in flips.chain(cuts) {
            std::fs::write(&path, &bytes).unwrap();
            match EmbeddedStore::open(&path) {
                Ok(store) => {
                    harmless += 1;
                    assert_eq!(store.history("c1"), Ok(vec![event("shown", 1)]), "{what}");
                    assert_eq!(store.history("c2"), Ok(vec![event("shown", 2)]), "{what}");
                }
                Err(_) => {
                    refused += 1;
                    assert_eq!(std::fs::read(&path).unwrap(), bytes, "{what}: left as it was");
                }
            }
        }
        let _ = std::panic::take_hook();
        assert!(refused > 64, "refused {refused}, harmless {harmless}");
    }
}
