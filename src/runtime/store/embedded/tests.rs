//! The suite, and what only a file can do: be something else, be damaged, be in use.

use super::super::cell::piece;
use super::super::conformance::{conforms, event};
use super::super::packed::pack_entries;
use super::super::{Entry, StoredEvent};
use super::*;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// A small state with two customers, closed.
fn state(path: &Path) {
    let store = EmbeddedStore::open(path).unwrap();
    store.record("anna", &[event("shown", 1), event("clicked", 2)]).unwrap();
    store.record("ben", &[event("shown", 3)]).unwrap();
    store.record("anna", &[event("shown", 4)]).unwrap();
}

/// Another event of anna's.
fn add(open: &mut dyn Transaction, event: StoredEvent) {
    let key = Key::Customer("anna".into());
    let add = piece(&pack_entries(&[Entry::Happened(event)]));
    open.write(&Change::adding(key.clone(), &open.read(&key).unwrap(), add)).unwrap();
}

fn is_intact(path: &Path) -> bool {
    let store = EmbeddedStore::open(path).unwrap();
    store.history("anna").unwrap() == [event("shown", 1), event("clicked", 2), event("shown", 4)]
        && store.history("ben").unwrap() == [event("shown", 3)]
}

/// The code with which a file is refused; the file must not have changed.
#[track_caller]
fn refused(path: &Path) -> &'static str {
    let before = std::fs::read(path).unwrap();
    let error = EmbeddedStore::open(path).expect_err("a bad file was opened");
    let reading = EmbeddedStore::open_for_reading(path).expect_err("a bad file was opened to be read");
    assert_eq!(reading.code(), error.code());
    assert_eq!(std::fs::read(path).unwrap(), before, "a refused file was changed");
    error.code().name
}

#[test]
fn conforms_to_the_suite() {
    let folder = folder();
    conforms(&EmbeddedStore::open(&folder.path().join("shown.state")).unwrap());
}

#[test]
fn what_was_recorded_is_there_next_time() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    assert!(is_intact(&path));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_was_not_committed_is_not() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    {
        let store = EmbeddedStore::open(&path).unwrap();
        let mut open = store.begin().unwrap();
        add(open.as_mut(), event("shown", 9));
    }
    assert!(is_intact(&path));
}

#[test]
fn one_at_a_time() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    let store = EmbeddedStore::open(&path).unwrap();
    assert_eq!(EmbeddedStore::open(&path).unwrap_err().code().name, "state::in-use");
    let open = store.begin().unwrap();
    assert_eq!(store.begin().err().map(|error| error.code().name), Some("state::in-use"));
    drop(open);
    drop(store);
    assert!(is_intact(&path));
}

#[test]
fn reading_changes_nothing_and_needs_no_leave_to_write() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    assert_eq!(EmbeddedStore::open_for_reading(&path).unwrap_err().code().name, "state::unusable");
    assert!(!path.exists());
    state(&path);
    // As a crash leaves it, which opening to write would repair.
    let store = EmbeddedStore::open(&path).unwrap();
    store.record("ben", &[event("shown", 5)]).unwrap();
    let crashed = folder.path().join("crashed.state");
    std::fs::copy(&path, &crashed).unwrap();
    assert_eq!(EmbeddedStore::open_for_reading(&path).unwrap_err().code().name, "state::in-use");
    drop(store);
    let mut leave = std::fs::metadata(&crashed).unwrap().permissions();
    leave.set_readonly(true);
    std::fs::set_permissions(&crashed, leave).unwrap();
    let before = std::fs::read(&crashed).unwrap();
    {
        let store = EmbeddedStore::open_for_reading(&crashed).unwrap();
        let other = EmbeddedStore::open_for_reading(&crashed).unwrap();
        assert_eq!(other.history("ben").unwrap().len(), 2, "several may read");
        assert_eq!(store.history("ben").unwrap(), [event("shown", 3), event("shown", 5)]);
        assert_eq!(store.record("ben", &[event("shown", 6)]).unwrap_err().code().name, "state::unusable");
        assert_eq!(store.history("nobody").unwrap(), []);
    }
    assert_eq!(std::fs::read(&crashed).unwrap(), before);
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("some.file");
    for (content, code) in [
        (&b""[..], "state::not-a-state-file"),
        (b"id,balance\nanna,12\n", "state::not-a-state-file"),
        (b"red", "state::not-a-state-file"),
        (&MAGIC, "state::damaged"),
    ] {
        std::fs::write(&path, content).unwrap();
        assert_eq!(refused(&path), code, "{content:?}");
    }
    let mut padded = MAGIC.to_vec();
    padded.resize(100_000, 0);
    std::fs::write(&path, padded).unwrap();
    assert!(["state::damaged", "state::other-version"].contains(&refused(&path)));
    assert_eq!(EmbeddedStore::open(folder.path()).unwrap_err().code().name, "state::unusable", "a folder");
    let nowhere = folder.path().join("no/such/folder/shown.state");
    assert_eq!(EmbeddedStore::open(&nowhere).unwrap_err().code().name, "state::unusable");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("other.redb");
    let theirs: TableDefinition<'_, u64, u64> = TableDefinition::new("theirs");
    let write = |database: &Database| {
        let transaction = database.begin_write().unwrap();
        transaction.open_table(theirs).unwrap().insert(1, 2).unwrap();
        transaction.commit().unwrap();
    };
    write(&Database::create(&path).unwrap());
    assert_eq!(refused(&path), "state::not-a-state-file");
    // Left behind by a crash, so that an ordinary opening would repair it.
    let database = Database::open(&path).unwrap();
    write(&database);
    let crashed = folder.path().join("crashed.redb");
    std::fs::copy(&path, &crashed).unwrap();
    drop(database);
    assert_ne!(std::fs::read(&path).unwrap(), std::fs::read(&crashed).unwrap());
    assert_eq!(refused(&crashed), "state::not-a-state-file");
    // A table called as ours that holds something else.
    let path = folder.path().join("third.redb");
    let ours: TableDefinition<'_, u64, u64> = TableDefinition::new("cater");
    let database = Database::create(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(ours).unwrap().insert(1, 1).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert_eq!(refused(&path), "state::not-a-state-file");
}

#[test]
fn another_version_is_refused_and_left_alone() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    let database = Database::open(&path).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(ABOUT).unwrap().insert(VERSION, STATE_VERSION + 1).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert_eq!(refused(&path), "state::other-version");
    let error = EmbeddedStore::open(&path).unwrap_err().to_string();
    assert!(error.ends_with("has format version 8, and this program keeps version 7"), "{error}");
}

#[test]
fn a_crash_leaves_the_last_commit() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    let store = EmbeddedStore::open(&path).unwrap();
    let mut open = store.begin().unwrap();
    add(open.as_mut(), event("shown", 9));
    let crashed = folder.path().join("crashed.state");
    std::fs::copy(&path, &crashed).unwrap();
    assert!(is_intact(&crashed), "before the commit");
    open.commit().unwrap();
    std::fs::copy(&path, &crashed).unwrap();
    drop(store);
    assert_eq!(EmbeddedStore::open(&crashed).unwrap().history("anna").unwrap().len(), 4, "after it");
}

#[test]
fn every_truncation_is_refused() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    let whole = std::fs::read(&path).unwrap();
    for length in (0..64).chain((64..whole.len()).step_by(whole.len() / 40)).chain([whole.len() - 1]) {
        std::fs::write(&path, &whole[..length]).unwrap();
        let code = refused(&path);
        assert!(["state::not-a-state-file", "state::damaged"].contains(&code), "{length} bytes: {code}");
    }
    std::fs::write(&path, &whole).unwrap();
    assert!(is_intact(&path));
}

#[test]
fn no_flip_of_a_byte_loses_anything_unnoticed() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    state(&path);
    let whole = std::fs::read(&path).unwrap();
    // The head, 320 bytes; of the rest bytes that are not zero, which is where anything stands; both thinned out.
    let rest = (320..whole.len()).filter(|at| whole[*at] != 0).step_by(127);
    let mut noticed = 0;
    for at in (0..64).chain((64..320).step_by(3)).chain(rest) {
        let mut flipped = whole.clone();
        flipped[at] ^= 0x55;
        std::fs::write(&path, &flipped).unwrap();
        match EmbeddedStore::open(&path) {
            Ok(store) => {
                drop(store);
                assert!(is_intact(&path), "byte {at} was changed, and history was lost");
            }
            Err(error) => {
                noticed += 1;
                assert!(error.code().name.starts_with("state::"));
                assert_eq!(std::fs::read(&path).unwrap(), flipped, "byte {at}: a refused file was changed");
            }
        }
    }
    assert!(noticed > 30, "{noticed}");
}

/// Of many that begin at once on a file that is not there, each either writes to the one file or is told that it is in
/// use: no record is lost.
#[test]
fn begun_at_once_it_is_one_file() {
    for round in 0..12 {
        let folder = folder();
        let path = folder.path().join("shown.state");
        let start = std::sync::Barrier::new(4);
        let recorded: Vec<String> = std::thread::scope(|scope| {
            let one = |thread: usize| {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    let key = format!("c{thread}");
                    let store = loop {
                        match EmbeddedStore::open(path) {
                            Ok(store) => break store,
                            Err(StateError::InUse(_)) => std::thread::yield_now(),
                            Err(why) => panic!("{why}"),
                        }
                    };
                    // Every other round one that came to nothing takes back what it made.
                    if round % 2 == 1 && thread == 0 {
                        store.take_back();
                        return None;
                    }
                    store.record(&key, &[event("shown", 1)]).unwrap();
                    Some(key)
                })
            };
            let all: Vec<_> = (0..4).map(one).collect();
            all.into_iter().filter_map(|one| one.join().unwrap()).collect()
        });
        let store = EmbeddedStore::open(&path).unwrap();
        assert!(recorded.len() >= 3);
        for key in recorded {
            assert_eq!(store.history(&key).unwrap(), [event("shown", 1)], "{key}, round {round}");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}

/// Whatever the clock says, in milliseconds.
static CLOCK: AtomicU64 = AtomicU64::new(0);

fn clock() -> u64 {
    CLOCK.load(Ordering::Relaxed)
}

fn keeps(store: &EmbeddedStore, key: &Key, hours: u64) {
    let cell = store.read(std::slice::from_ref(key)).unwrap().remove(0);
    let keep = (hours > 0).then(|| Duration::from_secs(hours * 3_600));
    let change = Change { keep, ..Change::adding(key.clone(), &cell, piece(b"x")) };
    assert_eq!(store.write(&[change]).unwrap(), Landed::Whole);
}

fn is_there(store: &EmbeddedStore, key: &Key) -> bool {
    store.read(std::slice::from_ref(key)).unwrap().remove(0) != Cell::default()
}

/// How many entries stand in the index.
fn due(store: &EmbeddedStore) -> u64 {
    use redb::ReadableTableMetadata;
    store.database.begin_read().unwrap().open_table(DUE).unwrap().len().unwrap()
}

#[test]
fn what_is_kept_for_a_while_goes_when_that_is_over() {
    const HOUR: u64 = 3_600_000;
    let folder = folder();
    let path = folder.path().join("shown.state");
    let mut store = EmbeddedStore::open(&path).unwrap();
    store.clock = clock;
    let request = |number: u64| Key::Request(format!("r{number}"));
    let (anna, ben, other) = (Key::Customer("anna".into()), Key::Customer("ben".into()), Key::Shared("h".into()));
    CLOCK.store(HOUR / 2, Ordering::Relaxed);
    (0..100).for_each(|number| keeps(&store, &request(number), 1));
    keeps(&store, &anna, 3);
    keeps(&store, &other, 3);
    keeps(&store, &ben, 0);
    assert_eq!(due(&store), 102);
    // Written to again within the hour, the index does not change; later it moves; for good, it has no entry.
    keeps(&store, &anna, 3);
    assert_eq!(due(&store), 102);
    CLOCK.store(HOUR * 19 / 10, Ordering::Relaxed);
    keeps(&store, &request(0), 2);
    assert!((0..100).all(|number| is_there(&store, &request(number))), "till the hour is full");
    CLOCK.store(HOUR * 21 / 10, Ordering::Relaxed);
    // Some with every commit, the oldest first; who was asked again stays.
    keeps(&store, &ben, 0);
    assert_eq!((1..100).filter(|number| is_there(&store, &request(*number))).count(), 99 - 64);
    drop(store);
    let mut store = EmbeddedStore::open(&path).unwrap();
    store.clock = clock;
    keeps(&store, &ben, 0);
    assert!((1..100).all(|number| !is_there(&store, &request(number))) && is_there(&store, &request(0)));
    assert_eq!(due(&store), 3);
    keeps(&store, &anna, 0);
    store.forget(std::slice::from_ref(&other)).unwrap();
    keeps(&store, &other, 9);
    CLOCK.store(HOUR * 6, Ordering::Relaxed);
    keeps(&store, &ben, 0);
    let there = [&anna, &ben, &other, &request(0)].map(|key| is_there(&store, key));
    assert_eq!(there, [true, true, true, false], "what was forgotten and came again has a time of its own");
    assert_eq!(due(&store), 1);
}

#[test]
fn a_base_takes_out_more_than_it_puts_in() {
    let folder = folder();
    let mut store = EmbeddedStore::open(&folder.path().join("shown.state")).unwrap();
    fn later() -> u64 {
        20 * 3_600_000
    }
    for clock in [|| 1, later as fn() -> u64, later] {
        store.clock = clock;
        let mut base = store.begin().unwrap();
        let keep = Some(Duration::from_secs(3_600));
        for number in 0..500 {
            let key = Key::Request(format!("{number} at {}", clock() / 3_600_000));
            base.write(&Change { keep, ..Change::adding(key.clone(), &base.read(&key).unwrap(), piece(b"x")) })
                .unwrap();
        }
        base.commit().unwrap();
    }
    assert_eq!(due(&store), 500);
}

#[test]
fn nothing_is_left_of_who_is_forgotten_for_good() {
    let folder = folder();
    let path = folder.path().join("shown.state");
    let store = EmbeddedStore::open(&path).unwrap();
    let bytes = || String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
    let name = |number: usize| format!("customer number {number} of this base");
    let mut base = store.begin().unwrap();
    for number in 0..3_000 {
        let key = Key::Customer(name(number));
        base.write(&Change::adding(key, &Cell::default(), piece(&pack_entries(&[Entry::Happened(event("shown", 1))]))))
            .unwrap();
    }
    base.commit().unwrap();
    let gone: Vec<Key> = (0..3_000).step_by(7).map(|number| Key::Customer(name(number))).collect();
    assert!(bytes().contains(&name(7)));
    let forgotten = store.forget_for_good(&gone).unwrap();
    assert_eq!(forgotten.records.iter().filter(|was_there| **was_there).count(), gone.len());
    let left = bytes();
    for number in 0..3_000 {
        assert_eq!(left.contains(&name(number)), number % 7 != 0, "{number}");
    }
    assert_eq!(EmbeddedStore::open(&path).unwrap().history(&name(1)).unwrap().len(), 1);
}
