//! What each purpose opens, slot by slot, and the proof that without it nothing of what it opens has a say.
//!
//! Takes the typed model and no word of the checker: a model that somebody edited is judged like any other. Gives, for
//! every slot, each [`Reading`] of an attribute or of events with the purposes that it needs and how it stands to each of
//! them; [`prove`] gathers them by purpose, [`needs()`] for the page that a privacy officer signs. Refuses to know how a
//! decision is computed, and takes nothing for granted of masking.
//!
//! The idea is information flow typing. The label of something is the set of purposes that its value may tell of: an
//! attribute carries what it `needs`, a segment, a value, a count or a score what it is made of (`labels`). A decision
//! carries the labels of everything that was looked at on the way to it, and not only of what won: that a rule above
//! dropped out tells what it read (implicit flow). So it is asked of *every* step of a slot (`steps`), whether it can be
//! taken while the purpose is closed. What a consent dominates cannot: the consent stops the candidate first, and is itself
//! a function of consent alone. If no step that can be taken reads what the purpose opens, then the decision, its order and
//! its explanation are functions of everything else, whatever order rules stand in and whatever drops out.
//!
//! A reading stands to a purpose in one of five ways ([`Standing`]):
//!
//! - *guarded*: a consent stands before it. This holds though nothing were masked.
//! - *settled*: it is looked at, and what is asked comes to the same whatever it says: `consent.p is granted and ..`
//!   (`settled`). So the decision does not depend on it; what an explanation says of it rests on masking.
//! - *masked*: nothing stands before it, and the language says so ([`Masked`] names where): a fallback's condition (R12),
//!   what only holds back, what is asked before the consent. That nothing leaks there rests on masking, which is done once,
//!   when a frame is gathered.
//! - *counted*: events that hold somebody back, whatever their purpose (R20). They are not masked, and do have a say.
//! - *leaks*: none of these. The checker and the verifier refuse such a model too, each by its own way of asking (R19).
//!
//! Example: `when churn is at least 0.5` where `churn` needs profiling. In a rule that `needs profiling` it is guarded. In a
//! rule that does not it leaks: whether this rule or the next one wins tells the churn. In the fallback list it is masked,
//! and reads as not known.

mod labels;
mod leak;
mod needs;
mod settled;
mod steps;
mod words;

pub use labels::{Source, Through};
pub use leak::leaks;
pub use needs::{Back, Need, Needs, Purposed, SlotNeeds, Use, Used, needs};
pub use steps::{CapPart, ChannelPart, Holder, Masked, Place};

use crate::model::{PurposeId, RuleSet, SlotId};
use crate::source::Span;
use labels::{Labels, Read};
use settled::Closed;
use steps::{Looked, Step, steps};

/// How a reading stands to a purpose that what is read needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// A consent that stands before it stops the candidate.
    Guarded,
    /// What is asked comes to the same whatever it says.
    Settled,
    /// It is missing, because it is masked.
    Masked(Masked),
    /// It is counted to hold back.
    Counted,
    /// It has a say.
    Leaks,
}

/// One reading of an attribute or of events at one step of a slot.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'a> {
    /// At which step.
    pub place: Place,
    /// The clause, or whatever else in the text asks for it.
    pub span: Span,
    /// What is read.
    pub source: Source,
    /// The names on the way to it, the outermost first.
    pub through: &'a [Through],
    /// For each purpose that it needs, how the reading stands to it; in the order of purposes.
    pub standings: &'a [(PurposeId, Standing)],
}

/// The purposes without which it is masked.
pub fn needs_of(rules: &RuleSet, source: Source) -> &[PurposeId] {
    match source {
        Source::Attribute(id) => &rules[id].needs,
        Source::Event(id) => &rules[id].needs,
        Source::Consent(_) | Source::Permission(_) => &[],
    }
}

/// Calls `f` on every reading of a slot, step by step. What is read twice in one clause is one reading.
///
/// Ids are in range, and no segment or value leads back to itself.
pub fn readings(rules: &RuleSet, slot: SlotId, f: &mut dyn FnMut(&Reading<'_>)) {
    Reader::new(rules).readings(slot, f);
}

/// What is the same for all slots.
struct Reader<'a> {
    rules: &'a RuleSet,
    labels: Labels<'a>,
}

impl<'a> Reader<'a> {
    fn new(rules: &'a RuleSet) -> Self {
        Self { rules, labels: Labels::new(rules) }
    }

    fn readings(&self, slot: SlotId, f: &mut dyn FnMut(&Reading<'_>)) {
        let rules = self.rules;
        let ids = (0..rules.purposes.len()).map(PurposeId::from_index);
        let closed: Vec<Closed<'_>> = ids.map(|id| Closed::new(rules, &self.labels, id)).collect();
        let mut standings: Vec<(PurposeId, Standing)> = Vec::new();
        steps(rules, slot, &mut |step| {
            let reads = match step.looked {
                Looked::Condition(condition) => self.labels.of_condition(condition),
                Looked::Expression(expression) => self.labels.of_expression(expression),
                Looked::One(source) => vec![Read { source, through: Vec::new() }],
            };
            for Read { source, through } in &reads {
                standings.clear();
                let needs = needs_of(rules, *source).iter();
                standings.extend(needs.map(|purpose| (*purpose, standing(&step, *purpose, &closed))));
                let Step { place, span, .. } = step;
                f(&Reading { place, span, source: *source, through, standings: &standings });
            }
        });
    }
}

fn standing(step: &Step<'_>, purpose: PurposeId, closed: &[Closed<'_>]) -> Standing {
    if step.counts {
        return Standing::Counted;
    }
    if step.open.iter().any(|needs| needs.contains(&purpose)) {
        return Standing::Guarded;
    }
    let settles = closed.get(purpose.index()).is_some_and(|closed| match step.looked {
        Looked::Condition(condition) => closed.settles(condition),
        Looked::Expression(expression) => closed.settles_value(expression),
        Looked::One(_) => false,
    });
    match step.may_be_masked {
        _ if settles => Standing::Settled,
        Some((only, why)) if only.is_none_or(|only| only.contains(&purpose)) => Standing::Masked(why),
        Some(_) | None => Standing::Leaks,
    }
}

/// A reading that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// At which step.
    pub place: Place,
    /// The clause, or whatever else in the text asks for it.
    pub span: Span,
    /// What is read.
    pub source: Source,
    /// The names on the way to it, the outermost first.
    pub through: Vec<Through>,
}

/// That a slot without one purpose does not depend on what the purpose opens, or where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The purpose.
    pub purpose: PurposeId,
    /// How many readings a consent dominates.
    pub guarded: usize,
    /// Readings that have no say because the purpose was asked beside them.
    pub settled: Vec<Kept>,
    /// Readings that rest on masking, and why they may.
    pub masked: Vec<(Masked, Kept)>,
    /// Events that are counted to hold back.
    pub counted: Vec<Kept>,
    /// Readings that have a say.
    pub leaks: Vec<Kept>,
}

impl Proof {
    /// Whether nothing leaks: what the purpose opens has no say but by counts that hold back.
    pub fn holds(&self) -> bool {
        self.leaks.is_empty()
    }

    /// Whether the decision would not depend on it though nothing were masked.
    pub fn holds_unmasked(&self) -> bool {
        self.holds() && self.masked.is_empty()
    }
}

/// For every purpose, in order, that a slot reads anything for: the proof.
pub fn prove(rules: &RuleSet, slot: SlotId) -> Vec<Proof> {
    let mut proofs = Proofs::new(rules);
    readings(rules, slot, &mut |reading| proofs.note(reading));
    proofs.done()
}

/// The proofs of a slot while its readings come.
struct Proofs(Vec<Option<Proof>>);

impl Proofs {
    fn new(rules: &RuleSet) -> Self {
        Self(vec![None; rules.purposes.len()])
    }

    fn note(&mut self, reading: &Reading<'_>) {
        for (purpose, standing) in reading.standings {
            let Some(place) = self.0.get_mut(purpose.index()) else { continue };
            let proof = place.get_or_insert_with(|| Proof {
                purpose: *purpose,
                guarded: 0,
                settled: Vec::new(),
                masked: Vec::new(),
                counted: Vec::new(),
                leaks: Vec::new(),
            });
            let keep = || Kept {
                place: reading.place,
                span: reading.span,
                source: reading.source,
                through: reading.through.to_vec(),
            };
            match standing {
                Standing::Guarded => proof.guarded += 1,
                Standing::Settled => proof.settled.push(keep()),
                Standing::Masked(why) => proof.masked.push((*why, keep())),
                Standing::Counted => proof.counted.push(keep()),
                Standing::Leaks => proof.leaks.push(keep()),
            }
        }
    }

    fn done(self) -> Vec<Proof> {
        self.0.into_iter().flatten().collect()
    }
}
