//! The packed record: what of a frame the rules of one rule set can tell apart, in 64-bit words.
//!
//! A place is given to a fact when the first rule asks for it, in the order in which rules win: what is looked at
//! together lies together, and what nobody asks for has no place. Everything with few values is bits: a `yes or no` is
//! two (yes, no), a member of a short list has a bit each, an element of a set that rules mention has one; none set is
//! missing. So a guard's questions about such facts are one masked comparison of one word. Numbers, times, dates and
//! texts are a word each, see [`super::number`]; texts are symbols, so machine code never sees text.
//!
//! What depends on nothing but `now` (dates of rules and offers, the far ends of ages) is worked out once for a `now`
//! and kept in the record. Takes a frame's facts one by one; refuses to know what they are asked for.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::hours::Said;
use crate::model::{Active, Attribute, AttributeId, CapId, ChannelId, OfferId, PurposeId, RuleSet, SlotId, WindowId};
use crate::ops::Direction;
use crate::value::{Consent, Date, Period, Permission};

/// The place of a word in the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(pub(super) u32);

impl Word {
    /// The index of the word.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The place of a fact that holds or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Bit {
    pub(super) word: Word,
    pub(super) shift: u8,
}

impl Bit {
    pub(super) fn mask(self) -> u64 {
        1 << self.shift
    }
}

/// The place of a fact with few values: a bit for each, at most one of them set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Group {
    pub(super) word: Word,
    pub(super) shift: u8,
    pub(super) count: u8,
}

impl Group {
    /// The bit of one value; 0 for a value it has not.
    pub(super) fn mask(self, value: u16) -> u64 {
        if value < u16::from(self.count) { 1 << (u16::from(self.shift) + value) } else { 0 }
    }

    /// All its bits.
    pub(super) fn whole(self) -> u64 {
        ((1_u64 << self.count) - 1) << self.shift
    }
}

/// The longest list whose members have a bit each.
pub(super) const MOST_BITS: usize = 16;

/// The far end of an age: so long before or after now, as an instant or as a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Edge {
    pub(super) direction: Direction,
    pub(super) period: Period,
    pub(super) day: bool,
}

/// Where an attribute is written to.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// Whether there is a value, a declared default not counted.
    pub(super) known: Option<Bit>,
    /// Whether it is missing for another reason than that nobody gave it or that it is too old.
    pub(super) garbled: Option<Bit>,
    /// A bit for each value, of a `yes or no` (yes first) or a short list.
    pub(super) group: Option<Group>,
    /// Its value as a word.
    pub(super) word: Option<Word>,
    /// Of a set: whether there is one, its default counted.
    pub(super) set: Option<Bit>,
    /// Of a set: the elements that rules mention.
    pub(super) elements: HashMap<Arc<str>, Bit>,
}

/// Where a consent is written to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ConsentPlaces {
    /// Granted.
    pub(super) open: Option<Bit>,
    /// A bit for each of the seven.
    pub(super) group: Option<Group>,
    /// The place in the list of the seven.
    pub(super) word: Option<Word>,
}

/// Where a permission is written to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PermissionPlaces {
    /// A bit for each of the four.
    pub(super) group: Option<Group>,
    /// The place in the list of the four.
    pub(super) word: Option<Word>,
}

/// What stands where in a record. Made by [`super::Plan::new`].
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) id: u64,
    pub(super) words: u32,
    flags: Option<(Word, u8)>,
    /// Per attribute of the flattened rules: the declared ones, then the gathered values.
    pub(super) reads: Vec<Option<Read>>,
    /// The gathered values as attributes.
    pub(super) gathered: Vec<Attribute>,
    pub(super) consents: Vec<ConsentPlaces>,
    pub(super) permissions: Vec<PermissionPlaces>,
    /// Of each slot, a bit for each of its channels: the one used last.
    pub(super) last_used: Vec<Option<Group>>,
    /// Of what a store that does not answer stops, and of what it lets pass.
    pub(super) caps: Vec<[Option<Bit>; 2]>,
    /// Of each window whose rows are about everybody, whether it is open.
    pub(super) windows: Vec<Option<Bit>>,
    /// Of each other window, what the clock of that number says.
    pub(super) hours: HashMap<(WindowId, usize, Said), Bit>,
    pub(super) taken: Vec<Option<Bit>>,
    pub(super) now: Option<Word>,
    pub(super) today: Option<Word>,
    pub(super) edges: HashMap<Edge, Word>,
    pub(super) dated: HashMap<Active, Bit>,
    pub(super) overdue: HashMap<Date, Bit>,
    pub(super) symbols: HashMap<Arc<str>, i64>,
    pub(super) tells_texts_apart: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Layout {
    pub(super) fn new(rules: &RuleSet) -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            words: 1,
            flags: Some((Word(0), 0)),
            reads: vec![None; rules.attributes.len()],
            gathered: Vec::new(),
            consents: vec![ConsentPlaces::default(); rules.purposes.len()],
            permissions: vec![PermissionPlaces::default(); rules.channels.len()],
            last_used: vec![None; rules.slots.len()],
            caps: vec![[None; 2]; rules.caps.len()],
            windows: vec![None; rules.windows.len()],
            hours: HashMap::new(),
            taken: vec![None; rules.offers.len()],
            now: None,
            today: None,
            edges: HashMap::new(),
            dated: HashMap::new(),
            overdue: HashMap::new(),
            symbols: HashMap::new(),
            tells_texts_apart: false,
        }
    }

    /// How many words a record has; at least one.
    #[inline]
    pub fn words(&self) -> usize {
        self.words as usize
    }

    fn next_word(&mut self) -> Word {
        self.words += 1;
        Word(self.words - 1)
    }

    /// So many neighbouring bits, at most [`MOST_BITS`], in one half of a word: half a word is what an instruction
    /// compares with a written mask.
    fn next_bits(&mut self, count: u8) -> (Word, u8) {
        let half = u8::BITS as u8 * 4;
        let (word, used) = match self.flags {
            Some((word, used)) if used % half + count <= half && used < 2 * half => (word, used),
            Some((word, used)) if used < half => (word, half),
            Some(_) | None => (self.next_word(), 0),
        };
        self.flags = Some((word, used + count));
        (word, used)
    }

    fn next_bit(&mut self) -> Bit {
        let (word, shift) = self.next_bits(1);
        Bit { word, shift }
    }

    fn next_group(&mut self, count: usize) -> Group {
        let count = count.min(MOST_BITS) as u8;
        let (word, shift) = self.next_bits(count);
        Group { word, shift, count }
    }

    /// The place of a fact of an attribute, new if nobody asked before.
    fn place<T: Copy>(
        &mut self,
        id: AttributeId,
        of: impl Fn(&mut Read) -> &mut Option<T>,
        new: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let read =
            |layout: &mut Self| layout.reads.get_mut(id.index()).and_then(Option::as_mut).and_then(|read| *of(read));
        if let Some(place) = read(self) {
            return place;
        }
        let place = new(self);
        if let Some(read) = self.reads.get_mut(id.index()) {
            *of(read.get_or_insert_default()) = Some(place);
        }
        place
    }

    /// The word of an attribute's value.
    pub(super) fn word_of(&mut self, id: AttributeId) -> Word {
        self.place(id, |read| &mut read.word, Self::next_word)
    }

    /// The bits of an attribute's values, of which there are `count`.
    pub(super) fn group_of(&mut self, id: AttributeId, count: usize) -> Group {
        self.place(id, |read| &mut read.group, |layout| layout.next_group(count))
    }

    /// Whether an attribute has a value, its default not counted.
    pub(super) fn known_of(&mut self, id: AttributeId) -> Bit {
        self.place(id, |read| &mut read.known, Self::next_bit)
    }

    /// Whether an attribute is missing, and neither absent nor stale.
    pub(super) fn garbled_of(&mut self, id: AttributeId) -> Bit {
        self.place(id, |read| &mut read.garbled, Self::next_bit)
    }

    /// Whether a set is there, its default counted.
    pub(super) fn set_of(&mut self, id: AttributeId) -> Bit {
        self.place(id, |read| &mut read.set, Self::next_bit)
    }

    /// Whether a set holds an element.
    pub(super) fn element_of(&mut self, id: AttributeId, element: &Arc<str>) -> Bit {
        let known = self.reads.get(id.index()).and_then(Option::as_ref).and_then(|read| read.elements.get(element));
        if let Some(bit) = known {
            return *bit;
        }
        let bit = self.next_bit();
        if let Some(read) = self.reads.get_mut(id.index()) {
            read.get_or_insert_default().elements.insert(Arc::clone(element), bit);
        }
        bit
    }

    /// The place of a fact of a consent, new if nobody asked before.
    fn consent_place<T: Copy>(
        &mut self,
        id: PurposeId,
        of: impl Fn(&mut ConsentPlaces) -> &mut Option<T>,
        new: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if let Some(place) = self.consents.get_mut(id.index()).and_then(|places| *of(places)) {
            return place;
        }
        let place = new(self);
        if let Some(places) = self.consents.get_mut(id.index()) {
            *of(places) = Some(place);
        }
        place
    }

    /// Whether a purpose is open.
    pub(super) fn open(&mut self, id: PurposeId) -> Bit {
        self.consent_place(id, |places| &mut places.open, Self::next_bit)
    }

    /// The bits of a consent's seven states.
    pub(super) fn states_of(&mut self, id: PurposeId) -> Group {
        self.consent_place(id, |places| &mut places.group, |layout| layout.next_group(Consent::ALL.len()))
    }

    /// The word of a consent's state.
    pub(super) fn state_word(&mut self, id: PurposeId) -> Word {
        self.consent_place(id, |places| &mut places.word, Self::next_word)
    }

    /// The bits of a permission's four states.
    pub(super) fn permission_of(&mut self, id: ChannelId) -> Group {
        if let Some(group) = self.permissions.get(id.index()).and_then(|places| places.group) {
            return group;
        }
        let group = self.next_group(Permission::ALL.len());
        if let Some(places) = self.permissions.get_mut(id.index()) {
            places.group = Some(group);
        }
        group
    }

    /// The bits of the channels of a slot, of which there are `count`: the one used last.
    pub(super) fn last_used(&mut self, id: SlotId, count: usize) -> Group {
        if let Some(Some(group)) = self.last_used.get(id.index()) {
            return *group;
        }
        let group = self.next_group(count);
        if let Some(place) = self.last_used.get_mut(id.index()) {
            *place = Some(group);
        }
        group
    }

    /// The word of a permission's state.
    pub(super) fn permission_word(&mut self, id: ChannelId) -> Word {
        if let Some(word) = self.permissions.get(id.index()).and_then(|places| places.word) {
            return word;
        }
        let word = self.next_word();
        if let Some(places) = self.permissions.get_mut(id.index()) {
            places.word = Some(word);
        }
        word
    }

    /// Whether a cap has nothing left, for what does without the store of events or for what does not.
    pub(super) fn spent(&mut self, id: CapId, does_without_store: bool) -> Bit {
        let place = usize::from(does_without_store);
        if let Some(Some(bit)) = self.caps.get(id.index()).and_then(|places| places.get(place)) {
            return *bit;
        }
        let bit = self.next_bit();
        if let Some(place) = self.caps.get_mut(id.index()).and_then(|places| places.get_mut(place)) {
            *place = Some(bit);
        }
        bit
    }

    /// Whether a window is open whose rows are about everybody.
    pub(super) fn window(&mut self, id: WindowId) -> Bit {
        if let Some(Some(bit)) = self.windows.get(id.index()) {
            return *bit;
        }
        let bit = self.next_bit();
        if let Some(place) = self.windows.get_mut(id.index()) {
            *place = Some(bit);
        }
        bit
    }

    /// What the clock of that number says of a window.
    pub(super) fn hours(&mut self, id: WindowId, nth: usize, said: Said) -> Bit {
        if let Some(bit) = self.hours.get(&(id, nth, said)) {
            return *bit;
        }
        let bit = self.next_bit();
        self.hours.insert((id, nth, said), bit);
        bit
    }

    /// Whether an earlier slot shows an offer.
    pub(super) fn taken(&mut self, id: OfferId) -> Bit {
        if let Some(Some(bit)) = self.taken.get(id.index()) {
            return *bit;
        }
        let bit = self.next_bit();
        if let Some(place) = self.taken.get_mut(id.index()) {
            *place = Some(bit);
        }
        bit
    }

    /// Whether now lies in these dates.
    pub(super) fn dated(&mut self, active: Active) -> Bit {
        if let Some(bit) = self.dated.get(&active) {
            return *bit;
        }
        let bit = self.next_bit();
        self.dated.insert(active, bit);
        bit
    }

    /// Whether today lies after `last`.
    pub(super) fn overdue(&mut self, last: Date) -> Bit {
        if let Some(bit) = self.overdue.get(&last) {
            return *bit;
        }
        let bit = self.next_bit();
        self.overdue.insert(last, bit);
        bit
    }

    /// The word of now.
    pub(super) fn now(&mut self) -> Word {
        let word = self.now.unwrap_or_else(|| self.next_word());
        self.now = Some(word);
        word
    }

    /// The word of today.
    pub(super) fn today(&mut self) -> Word {
        let word = self.today.unwrap_or_else(|| self.next_word());
        self.today = Some(word);
        word
    }

    /// The word of the far end of an age.
    pub(super) fn edge(&mut self, edge: Edge) -> Word {
        if let Some(word) = self.edges.get(&edge) {
            return *word;
        }
        let word = self.next_word();
        self.edges.insert(edge, word);
        word
    }

    /// The symbol of a written text.
    pub(super) fn symbol(&mut self, text: &Arc<str>) -> i64 {
        let next = self.symbols.len() as i64;
        *self.symbols.entry(Arc::clone(text)).or_insert(next)
    }
}
