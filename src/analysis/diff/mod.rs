//! What a change of the rules does: for whom a slot answers otherwise than before.
//!
//! Takes an old and a new rule set; gives, slot by slot, the regions of customers whose decision differs: disjoint, each
//! in readable conditions, with what answered before, what answers now, and a customer who shows it, replayed in both
//! rule sets. A slot is compared as a request of its own, for one customer with one history at one instant.
//!
//! How it works, in the order of the files: `join` lays both rule sets side by side in one, so that both slots are
//! formulas over the same dimensions (`couple` says how what was declared anew hangs together with what it was); `sides`
//! lists every answer of each; two answers that differ are a cell, and the one search of the analysis asks whether there is
//! anybody in it; `grow` widens that customer to a region, which is left out of the next question, until nobody is left.
//! `without_store` looks at what changes while nobody can look up
//! what happened; `facts` takes customers from one rule set to another, `words` says a region.

mod couple;
mod facts;
pub(super) mod grow;
pub(super) mod join;
mod regions;
pub(super) mod sides;
mod without_store;
pub(super) mod words;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use join::Apart;
pub use regions::{Differences, Open, SlotDifference};

use super::findings::words as words_of_findings;
use super::scores::Scores;
use super::seen::{Seen, What};
use super::{Options, Witness};
use crate::frame::Decision;
use crate::model::{RuleId, RuleSet};

/// Two rule sets, laid side by side.
#[derive(Clone, Debug)]
pub struct Comparison<'r> {
    old: &'r RuleSet,
    new: &'r RuleSet,
    joint: join::Joint,
    flat: RuleSet,
    /// Of each slot, old and new.
    scores: Vec<[Scores; 2]>,
}

impl<'r> Comparison<'r> {
    /// Lays two rule sets side by side.
    ///
    /// # Errors
    ///
    /// What both would have to agree on: otherwise every date and every guardrail may mean something else.
    pub fn new(old: &'r RuleSet, new: &'r RuleSet) -> Result<Self, Vec<Apart>> {
        let joint = join::join(old, new)?;
        let flat = joint.rules.flattened();
        let scores = joint.slots.iter().map(|twin| twin.joint.map(|slot| Scores::of(&flat, slot))).collect();
        Ok(Self { old, new, joint, flat, scores })
    }

    /// Everybody whose decision differs.
    pub fn differences(&self, options: &Options) -> Differences<'_> {
        regions::differences(self, options)
    }
}

/// What a slot lets be seen, by names: equal where no customer can tell the difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// The offer; none where nothing is seen.
    pub offer: Option<String>,
    /// By which channel it is sent, if it is.
    pub channel: Option<String>,
    /// It is sent without a sound.
    pub silent: bool,
    /// It is held until later.
    pub held: bool,
    /// What the host carries out.
    pub tasks: Vec<String>,
    /// Kind and content of the offer.
    content: Vec<(String, String)>,
}

impl Shown {
    /// What a decision lets be seen. Until when something is held is no part of it.
    pub fn of(rules: &RuleSet, decision: &Decision) -> Self {
        Self::seen(rules, &Seen::of(rules, decision))
    }

    fn seen(rules: &RuleSet, seen: &Seen) -> Self {
        let (offer, channel, held) = match seen.what {
            What::Nothing => (None, None, false),
            What::Shows(offer, channel) => (Some(&rules[offer]), channel, false),
            What::Holds(offer) => (Some(&rules[offer]), None, true),
        };
        let kind = offer.and_then(|offer| offer.kind.clone()).map(|kind| (String::new(), kind));
        let content = offer.map(|offer| offer.content.clone()).unwrap_or_default();
        Self {
            offer: offer.map(|offer| offer.name.clone()),
            channel: channel.map(|channel| rules[channel].name.clone()),
            silent: seen.silent,
            held,
            tasks: seen.tasks.clone(),
            content: kind.into_iter().chain(content).collect(),
        }
    }

    /// The same, held or not as another is: what is held goes by no channel yet.
    fn at_the_time_of(&self, other: &Self) -> Self {
        Self { held: other.held, channel: other.channel.clone(), silent: other.silent, ..self.clone() }
    }

    /// Nothing.
    pub fn nothing() -> Self {
        Self { offer: None, channel: None, silent: false, held: false, tasks: Vec::new(), content: Vec::new() }
    }

    /// Whether nothing is seen, now or later.
    pub fn is_nothing(&self) -> bool {
        self.offer.is_none()
    }
}

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answerer {
    /// A rule in its place: itself, or what stands in for it.
    Rule(String),
    /// An entry of the fallback list, from 1.
    Fallback(usize),
    /// The slot is off.
    SlotOff,
    /// There is no such slot.
    NoSlot,
}

/// What a slot answers on one side.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answered {
    /// By whom.
    pub by: Answerer,
    /// What is seen.
    pub shown: Shown,
}

/// What kind of change it is; a region can be several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing was seen, and now something is.
    NewlyContacted,
    /// Something was seen, and now nothing is.
    NewlySilent,
    /// Another offer, content, channel or task than before.
    OtherContent,
    /// Held until later, or no longer.
    OtherTime,
    /// Sent without a sound, or with one again.
    OtherSound,
    /// Who answers now rests on a purpose on which who answered before did not.
    NewPurpose,
    /// A cap stopped it before, and no longer does.
    WeakerCap,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::NewlyContacted,
        Self::NewlySilent,
        Self::OtherContent,
        Self::OtherTime,
        Self::OtherSound,
        Self::NewPurpose,
        Self::WeakerCap,
    ];

    /// As it is written on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyContacted => "newly-contacted",
            Self::NewlySilent => "newly-silent",
            Self::OtherContent => "other-content",
            Self::OtherTime => "other-time",
            Self::OtherSound => "other-sound",
            Self::NewPurpose => "new-purpose",
            Self::WeakerCap => "weaker-cap",
        }
    }

    /// The kind of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Customers whose decision changes alike.
#[derive(Clone, Debug)]
pub struct Region {
    /// What answered.
    pub old: Answered,
    /// What answers now.
    pub new: Answered,
    /// What kind of change it is, each once.
    pub kinds: Vec<Kind>,
    /// The purposes on which the decision did not rest before, by name.
    pub purposes: Vec<String>,
    /// Who they are; everybody where nothing stands here.
    pub who: Vec<String>,
    /// They are whoever is left of those with these answers when the regions before it are taken away.
    pub is_rest: bool,
    /// Somebody of them, as the old and as the new rules read them.
    pub witness: [Witness; 2],
    /// The boxes, with the world of each.
    boxes: Vec<(usize, grow::Box)>,
}

impl Region {
    /// Whether anybody sees a difference; else only what the decision rests on changed.
    pub fn is_seen(&self) -> bool {
        self.old.shown != self.new.shown
    }
}

/// A customer in the words of a test, line by line.
pub fn customer(rules: &RuleSet, witness: &Witness) -> Vec<String> {
    words_of_findings::customer(rules, witness)
}

/// The kinds of a change of what is seen.
fn kinds_of(old: &Shown, new: &Shown) -> Vec<Kind> {
    match (old.is_nothing(), new.is_nothing()) {
        (true, true) if old == new => Vec::new(),
        (true, false) => vec![Kind::NewlyContacted],
        (false, true) => vec![Kind::NewlySilent],
        (_, _) if old == new => Vec::new(),
        (_, _) if old.held != new.held && old.at_the_time_of(new) == *new => vec![Kind::OtherTime],
        (_, _) if (Shown { silent: new.silent, ..old.clone() }) == *new => vec![Kind::OtherSound],
        (_, _) => vec![Kind::OtherContent],
    }
}

/// The purposes on which it rests that a rule answers: those that it needs, and those of what it reads.
fn processed(rules: &RuleSet, id: RuleId) -> BTreeSet<String> {
    let rule = &rules[id];
    let clauses = rule.when.iter().chain(&rule.unless).chain(&rule.expires);
    let mut attributes: BTreeSet<_> = clauses.clone().flat_map(|clause| rules.read_by(&clause.condition)).collect();
    let mut gathered: BTreeSet<_> = clauses.flat_map(|clause| rules.gathered_by(&clause.condition)).collect();
    if let Some(rank) = &rule.rank {
        attributes.extend(rules.read_by_expression(&rank.by));
        gathered.extend(rules.gathered_by_expression(&rank.by));
    }
    attributes.extend(rules.caps_on(id).into_iter().flat_map(|cap| rules[cap].reads().collect::<Vec<_>>()));
    let of_attributes = attributes.iter().flat_map(|id| rules[*id].needs.iter().copied());
    let of_events = gathered.iter().flat_map(|id| rules.needs_of_gathered(&rules[*id]));
    let all = rule.needs.iter().copied().chain(of_attributes).chain(of_events);
    all.map(|purpose| rules[purpose].name.clone()).collect()
}
