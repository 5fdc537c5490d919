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

use crate::model::{Active, AttributeId, CapId, OfferId, PurposeId};
use crate::ops::Direction;
use crate::value::{Consent, Date, Period};

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

/// What stands where in a record. Made by [`super::Plan::new`].
#[derive(Clone, Debug)]
pub struct Layout {
    pub(super) id: u64,
    pub(super) words: u32,
    flags: Option<(Word, u8)>,
    pub(super) reads: Vec<Option<Read>>,
    pub(super) consents: Vec<(PurposeId, ConsentPlaces)>,
    pub(super) caps: Vec<(CapId, Bit)>,
    pub(super) taken: Vec<(OfferId, Bit)>,
    pub(super) now: Option<Word>,
    pub(super) today: Option<Word>,
    pub(super) edges: Vec<(Edge, Word)>,
    pub(super) dated: Vec<(Active, Bit)>,
    pub(super) overdue: Vec<(Date, Bit)>,
    pub(super) symbols: HashMap<Arc<str>, i64>,
    pub(super) tells_texts_apart: bool,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Layout {
    pub(super) fn new(attributes: usize) -> Self {
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            words: 0,
            flags: None,
            reads: vec![None; attributes],
            consents: Vec::new(),
            caps: Vec::new(),
            taken: Vec::new(),
            now: None,
            today: None,
            edges: Vec::new(),
            dated: Vec::new(),
            overdue: Vec::new(),
            symbols: HashMap::new(),
            tells_texts_apart: false,
        }
    }

    /// How many words a record has.
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

    fn read(&mut self, id: AttributeId) -> Read {
        self.reads.get(id.index()).and_then(Option::clone).unwrap_or_default()
    }

    fn write(&mut self, id: AttributeId, read: Read) {
        if let Some(place) = self.reads.get_mut(id.index()) {
            *place = Some(read);
        }
    }

    /// The word of an attribute's value.
    pub(super) fn word_of(&mut self, id: AttributeId) -> Word {
        let mut read = self.read(id);
        let word = read.word.unwrap_or_else(|| self.next_word());
        read.word = Some(word);
        self.write(id, read);
        word
    }

    /// The bits of an attribute's values, of which there are `count`.
    pub(super) fn group_of(&mut self, id: AttributeId, count: usize) -> Group {
        let mut read = self.read(id);
        let group = read.group.unwrap_or_else(|| self.next_group(count));
        read.group = Some(group);
        self.write(id, read);
        group
    }

    /// Whether an attribute has a value, its default not counted.
    pub(super) fn known_of(&mut self, id: AttributeId) -> Bit {
        let mut read = self.read(id);
        let bit = read.known.unwrap_or_else(|| self.next_bit());
        read.known = Some(bit);
        self.write(id, read);
        bit
    }

    /// Whether a set is there, its default counted.
    pub(super) fn set_of(&mut self, id: AttributeId) -> Bit {
        let mut read = self.read(id);
        let bit = read.set.unwrap_or_else(|| self.next_bit());
        read.set = Some(bit);
        self.write(id, read);
        bit
    }

    /// Whether a set holds an element.
    pub(super) fn element_of(&mut self, id: AttributeId, element: &Arc<str>) -> Bit {
        let mut read = self.read(id);
        let bit = read.elements.get(element).copied().unwrap_or_else(|| self.next_bit());
        read.elements.insert(Arc::clone(element), bit);
        self.write(id, read);
        bit
    }

    fn consent(&mut self, id: PurposeId) -> ConsentPlaces {
        self.consents.iter().find(|(of, _)| *of == id).map_or_else(ConsentPlaces::default, |(_, places)| *places)
    }

    fn write_consent(&mut self, id: PurposeId, places: ConsentPlaces) {
        match self.consents.iter_mut().find(|(of, _)| *of == id) {
            Some((_, place)) => *place = places,
            None => self.consents.push((id, places)),
        }
    }

    /// Whether a purpose is open.
    pub(super) fn open(&mut self, id: PurposeId) -> Bit {
        let mut places = self.consent(id);
        let bit = places.open.unwrap_or_else(|| self.next_bit());
        places.open = Some(bit);
        self.write_consent(id, places);
        bit
    }

    /// The bits of a consent's seven states.
    pub(super) fn states_of(&mut self, id: PurposeId) -> Group {
        let mut places = self.consent(id);
        let group = places.group.unwrap_or_else(|| self.next_group(Consent::ALL.len()));
        places.group = Some(group);
        self.write_consent(id, places);
        group
    }

    /// The word of a consent's state.
    pub(super) fn state_word(&mut self, id: PurposeId) -> Word {
        let mut places = self.consent(id);
        let word = places.word.unwrap_or_else(|| self.next_word());
        places.word = Some(word);
        self.write_consent(id, places);
        word
    }

    /// Whether a cap has nothing left.
    pub(super) fn spent(&mut self, id: CapId) -> Bit {
        if let Some((_, bit)) = self.caps.iter().find(|(of, _)| *of == id) {
            return *bit;
        }
        let bit = self.next_bit();
        self.caps.push((id, bit));
        bit
    }

    /// Whether an earlier slot shows an offer.
    pub(super) fn taken(&mut self, id: OfferId) -> Bit {
        if let Some((_, bit)) = self.taken.iter().find(|(of, _)| *of == id) {
            return *bit;
        }
        let bit = self.next_bit();
        self.taken.push((id, bit));
        bit
    }

    /// Whether now lies in these dates.
    pub(super) fn dated(&mut self, active: Active) -> Bit {
        if let Some((_, bit)) = self.dated.iter().find(|(of, _)| *of == active) {
            return *bit;
        }
        let bit = self.next_bit();
        self.dated.push((active, bit));
        bit
    }

    /// Whether today lies after `last`.
    pub(super) fn overdue(&mut self, last: Date) -> Bit {
        if let Some((_, bit)) = self.overdue.iter().find(|(of, _)| *of == last) {
            return *bit;
        }
        let bit = self.next_bit();
        self.overdue.push((last, bit));
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
        if let Some((_, word)) = self.edges.iter().find(|(of, _)| *of == edge) {
            return *word;
        }
        let word = self.next_word();
        self.edges.push((edge, word));
        word
    }

    /// The symbol of a written text.
    pub(super) fn symbol(&mut self, text: &Arc<str>) -> i64 {
        let next = self.symbols.len() as i64;
        *self.symbols.entry(Arc::clone(text)).or_insert(next)
    }
}
