//! Records as bytes: every name once, every stamp once, instants as the distance from the one before.
//!
//! A piece says its version first. Takes and gives [`Tally`] and [`Entry`]; what cannot be read is said, and never guessed.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::tally::{Entry, Run, Tally};
use super::{Cell, StoredDecision, StoredEvent};
use crate::frame::Via;
use crate::value::Instant;

/// The version of the form that is written, and read.
const VERSION: u8 = 1;

/// Why bytes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unreadable {
    /// Another version wrote them.
    #[error("it has version {0} of its form, and this program reads version {VERSION}")]
    OtherVersion(u8),
    /// They make no sense.
    #[error("{0}")]
    Broken(String),
}

#[derive(Default, Serialize, Deserialize)]
struct Packed<'a> {
    #[serde(borrow)]
    names: Vec<&'a str>,
    stamps: Vec<PackedStamp>,
    lines: Vec<Line<'a>>,
}

/// Names by their places.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct PackedStamp {
    event: u32,
    offer: Option<u32>,
    rule: Option<u32>,
    via: Option<Via>,
    class: Option<u32>,
    tags: Vec<u32>,
    channel: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct Line<'a> {
    stamp: u32,
    /// Since the line before, in microseconds.
    since: i64,
    #[serde(borrow)]
    what: What<'a>,
}

#[derive(Serialize, Deserialize)]
enum What<'a> {
    Happened,
    Of(&'a str),
    Confirmed(Option<&'a str>, i64, Vec<u32>),
    TakenBack(Option<&'a str>, Option<(i64, Vec<u32>)>),
    Run(u64, u32, Option<Vec<u32>>),
}

#[derive(Default)]
struct Packer<'a> {
    packed: Packed<'a>,
    last: i64,
}

impl<'a> Packer<'a> {
    fn name(&mut self, name: &'a str) -> u32 {
        let names = &mut self.packed.names;
        let at = names.iter().position(|other| *other == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        at as u32
    }

    fn names(&mut self, names: &'a [String]) -> Vec<u32> {
        names.iter().map(|name| self.name(name)).collect()
    }

    fn line(&mut self, of: &'a StoredEvent, what: What<'a>) {
        let stamp = PackedStamp {
            event: self.name(&of.event),
            offer: of.offer.as_deref().map(|name| self.name(name)),
            rule: of.rule.as_deref().map(|name| self.name(name)),
            via: of.via,
            class: of.class.as_deref().map(|name| self.name(name)),
            tags: self.names(&of.tags),
            channel: of.channel.as_deref().map(|name| self.name(name)),
        };
        let stamps = &mut self.packed.stamps;
        let at = stamps.iter().position(|other| *other == stamp).unwrap_or_else(|| {
            stamps.push(stamp);
            stamps.len() - 1
        });
        let since = of.at.0.wrapping_sub(self.last);
        self.last = of.at.0;
        self.packed.lines.push(Line { stamp: at as u32, since, what });
    }

    fn event(&mut self, of: &'a StoredEvent) {
        self.line(of, of.decision.as_deref().map_or(What::Happened, What::Of));
    }

    fn entry(&mut self, entry: &'a Entry) {
        match entry {
            Entry::Happened(event) => self.event(event),
            Entry::Confirmed { event, decided, before } => {
                let before = self.names(before);
                self.line(event, What::Confirmed(event.decision.as_deref(), decided.0, before));
            }
            Entry::TakenBack { event, of } => {
                let of = of.as_ref().map(|(decided, before)| (decided.0, self.names(before)));
                self.line(event, What::TakenBack(event.decision.as_deref(), of));
            }
        }
    }

    fn run(&mut self, run: &'a Run) {
        let spread = run.event.at.0.wrapping_sub(run.from.0).cast_unsigned();
        let confirmed = run.confirmed.as_deref().map(|names| self.names(names));
        self.line(&run.event, What::Run(spread, run.count, confirmed));
    }

    fn bytes(&self) -> Vec<u8> {
        written(&self.packed)
    }
}

fn written<T: Serialize + ?Sized>(of: &T) -> Vec<u8> {
    // Writing to memory what consists of names and numbers cannot fail; a piece without content is refused when it is read.
    postcard::to_extend(of, vec![VERSION]).unwrap_or_default()
}

fn read<'a, T: Deserialize<'a>>(piece: &'a [u8]) -> Result<T, Unreadable> {
    let broken = |why: &dyn ToString| Unreadable::Broken(why.to_string());
    match piece.split_first() {
        Some((&VERSION, bytes)) => {
            let (read, rest) = postcard::take_from_bytes(bytes).map_err(|why| broken(&why))?;
            if rest.is_empty() { Ok(read) } else { Err(broken(&"it goes on behind its end")) }
        }
        Some((version, _)) => Err(Unreadable::OtherVersion(*version)),
        None => Err(broken(&"it is empty")),
    }
}

/// What is added to a record.
pub fn pack_entries(entries: &[Entry]) -> Vec<u8> {
    let mut packer = Packer::default();
    entries.iter().for_each(|entry| packer.entry(entry));
    packer.bytes()
}

/// A whole record.
pub fn pack_tally(tally: &Tally) -> Vec<u8> {
    let mut packer = Packer::default();
    tally.runs.iter().for_each(|run| packer.run(run));
    tally.events.iter().for_each(|event| packer.event(event));
    packer.bytes()
}

/// What a record says.
///
/// # Errors
/// Its bytes make no sense.
pub fn unpack_tally(cell: &Cell) -> Result<Tally, Unreadable> {
    let mut tally = Tally::default();
    for piece in pieces(cell)? {
        unpack(piece, &mut tally)?;
    }
    Ok(tally)
}

fn pieces(cell: &Cell) -> Result<Vec<&[u8]>, Unreadable> {
    cell.pieces().ok_or_else(|| Unreadable::Broken("it ends too soon".to_owned()))
}

fn unpack(piece: &[u8], tally: &mut Tally) -> Result<(), Unreadable> {
    let packed: Packed<'_> = read(piece)?;
    let lost = || Unreadable::Broken("a name is missing".to_owned());
    let name = |at: u32| packed.names.get(at as usize).map(|name| (*name).to_owned()).ok_or_else(lost);
    let names = |all: &[u32]| all.iter().map(|at| name(*at)).collect::<Result<Vec<_>, _>>();
    let mut last = 0_i64;
    for line in &packed.lines {
        let stamp = packed.stamps.get(line.stamp as usize).ok_or_else(lost)?;
        last = last.wrapping_add(line.since);
        let decision = match &line.what {
            What::Of(decision) => Some(*decision),
            What::Confirmed(decision, ..) | What::TakenBack(decision, _) => *decision,
            What::Happened | What::Run(..) => None,
        };
        let event = StoredEvent {
            event: name(stamp.event)?,
            at: Instant(last),
            offer: stamp.offer.map(name).transpose()?,
            rule: stamp.rule.map(name).transpose()?,
            via: stamp.via,
            class: stamp.class.map(name).transpose()?,
            tags: names(&stamp.tags)?,
            channel: stamp.channel.map(name).transpose()?,
            decision: decision.map(str::to_owned),
        };
        match &line.what {
            What::Happened | What::Of(_) => tally.add(Entry::Happened(event)),
            What::Confirmed(_, decided, before) => {
                tally.add(Entry::Confirmed { event, decided: Instant(*decided), before: names(before)? });
            }
            What::TakenBack(_, of) => {
                let of = of.as_ref().map(|(decided, before)| Ok((Instant(*decided), names(before)?))).transpose()?;
                tally.add(Entry::TakenBack { event, of });
            }
            What::Run(spread, count, confirmed) => tally.runs.push(Run {
                from: Instant(last.wrapping_sub(spread.cast_signed())),
                event,
                count: *count,
                confirmed: confirmed.as_deref().map(names).transpose()?,
            }),
        }
    }
    Ok(())
}

/// What a request was answered.
pub fn pack_decisions(decisions: &[StoredDecision]) -> Vec<u8> {
    written(decisions)
}

/// What a request was answered; of several answers the last holds.
///
/// # Errors
/// The bytes make no sense.
pub fn unpack_decisions(cell: &Cell) -> Result<Vec<StoredDecision>, Unreadable> {
    pieces(cell)?.last().map_or(Ok(Vec::new()), |piece| read(piece))
}

#[cfg(test)]
mod tests {
    use super::super::conformance::event;
    use super::*;
    use crate::runtime::store::cell::piece;

    fn sample() -> (Vec<Entry>, Tally) {
        let bare = StoredEvent { decision: None, tags: Vec::new(), via: None, ..event("purchase", i64::MIN) };
        let entries = vec![
            Entry::Happened(event("decided", 5)),
            Entry::Happened(bare.clone()),
            Entry::Confirmed { event: event("shown", i64::MAX), decided: Instant(5), before: vec!["sent".into()] },
            Entry::TakenBack { event: event("decided", 5), of: None },
            Entry::TakenBack { event: event("clicked", 6), of: Some((Instant(5), vec!["sent".into()])) },
        ];
        let runs = vec![
            Run { event: bare.clone(), from: Instant(i64::MIN), count: 7, confirmed: None },
            Run {
                event: StoredEvent { decision: None, ..event("decided", 90) },
                from: Instant(-80),
                count: u32::MAX,
                confirmed: Some(vec!["shown".into(), "clicked".into()]),
            },
        ];
        (entries, Tally { events: vec![event("shown", 3), bare], runs })
    }

    #[test]
    fn what_is_packed_comes_out_again() {
        let (entries, tally) = sample();
        let mut body = piece(&pack_tally(&tally));
        body.extend(piece(&pack_entries(&entries)));
        let mut expected = tally;
        entries.into_iter().for_each(|entry| expected.add(entry));
        assert_eq!(unpack_tally(&Cell { version: 1, epoch: 0, body }), Ok(expected));
        assert_eq!(unpack_tally(&Cell::default()), Ok(Tally::default()));
    }

    #[test]
    fn no_bytes_are_guessed_at() {
        let packed = pack_tally(&sample().1);
        let of = |bytes: &[u8]| unpack_tally(&Cell { version: 1, epoch: 0, body: piece(bytes) });
        for length in 0..packed.len() {
            assert!(of(&packed[..length]).is_err(), "{length} of {} bytes", packed.len());
        }
        assert_eq!(of(&[2, 0, 0, 0]), Err(Unreadable::OtherVersion(2)));
        let longer = [packed.as_slice(), &[0]].concat();
        assert!(matches!(of(&longer), Err(Unreadable::Broken(_))));
        // Whatever is flipped, reading ends.
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut flipped = packed.clone();
                flipped[at] ^= 1 << bit;
                drop(of(&flipped));
            }
        }
    }

    #[test]
    fn an_event_more_costs_little() {
        let mut tally = Tally::default();
        let mut last = 0;
        for number in 0..100 {
            let mut one = event("shown", 1_700_000_000_000_000 + number * 90_000_000);
            one.decision = Some(format!("{number}/hero"));
            tally.add(Entry::Happened(one));
            let length = pack_tally(&tally).len();
            assert!(number == 0 || length - last <= 20, "{}", length - last);
            last = length;
        }
    }
}
