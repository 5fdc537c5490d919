//! Who is in a base: keys that come twice, and rows of consent and events about nobody in it.
//!
//! Takes the key of every row as it is read, and what was said of whom; gives counts and the first names. Of each key
//! eight bytes are kept, never the key: of millions of customers one may so be named by mistake, and nobody is missed.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::runtime::data::{ConsentIndex, EventIndex};

/// Rows whose keys stand out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyRows {
    /// How many rows.
    pub rows: u64,
    /// How many keys.
    pub keys: u64,
    /// The first [`KeyRows::NAMED`] of the keys; none where the rules keep the key from readers.
    pub first: Vec<String>,
}

impl KeyRows {
    /// How many keys are named.
    pub const NAMED: usize = 10;

    fn add(&mut self, key: &str, rows: u64, is_new: bool, may_be_named: bool) {
        self.rows += rows;
        self.keys += u64::from(is_new);
        if is_new && may_be_named && self.first.len() < Self::NAMED {
            self.first.push(key.to_owned());
        }
    }
}

/// The keys that were met, and those that were not yet.
pub(super) struct Census<'a> {
    may_be_named: bool,
    met: HashSet<u64>,
    met_twice: HashSet<u64>,
    consent: BTreeMap<&'a str, u64>,
    events: BTreeMap<&'a str, u64>,
    twice: KeyRows,
}

impl<'a> Census<'a> {
    pub(super) fn new(consent: Option<&'a ConsentIndex>, events: Option<&'a EventIndex>, may_be_named: bool) -> Self {
        Self {
            may_be_named,
            met: HashSet::new(),
            met_twice: HashSet::new(),
            consent: consent.into_iter().flat_map(ConsentIndex::rows).collect(),
            events: events.into_iter().flat_map(EventIndex::rows).collect(),
            twice: KeyRows::default(),
        }
    }

    /// Notes one more row.
    pub(super) fn meet(&mut self, key: &str) {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let hash = hasher.finish();
        if !self.met.insert(hash) {
            let is_new = self.met_twice.insert(hash);
            self.twice.add(key, 1, is_new, self.may_be_named);
            return;
        }
        self.consent.remove(key);
        self.events.remove(key);
    }

    /// Rows of customers who had been there, of consent about nobody, and of events about nobody.
    pub(super) fn finish(self) -> [KeyRows; 3] {
        let nobodys = |left: BTreeMap<&str, u64>| {
            let mut all = KeyRows::default();
            left.into_iter().for_each(|(key, rows)| all.add(key, rows, true, self.may_be_named));
            all
        };
        [self.twice, nobodys(self.consent), nobodys(self.events)]
    }
}
