//! Why a slot answers what it answers: for every candidate the first step at which it dropped out, and the facts that
//! decided it, as far as their marks allow.
//!
//! Takes a rule set and a frame, replays the decision in the reference evaluator; gives data that serialises and knows
//! its own words. Refuses to know how the decision was found in the first place.
//!
//! What is kept from the reader (R18, R22), and how:
//!
//! - what a closed purpose masks is not in the frame, so nothing here can tell;
//! - a rule dropped for consent says nothing of its audience;
//! - a clause that reads a hidden, sensitive or protective attribute is `a protected fact`, clause text included: that
//!   `credit_score is at least 620` does not hold would be half of the value;
//! - of a protective attribute yes and unknown read alike: `vulnerable is not known to be no`;
//! - a score that reads a hidden, sensitive or protective attribute is not shown, nor whether it equals another;
//! - the smallest change knows of protected facts what the steps tell, and never names one.

mod answer;
mod expect;
mod facts;
mod flat;
mod hints;
mod nearest;
mod steps;
mod text;
mod untold;
mod values;
mod waiting;
mod ways;

pub use expect::{Mismatch, meets, run};
pub use hints::hints;
pub use nearest::nearest;
#[cfg(test)]
pub(crate) use steps::without_change;
pub use steps::{candidates, explain};

use serde::{Deserialize, Serialize};

use crate::frame::Via;
use crate::value::{Consent, Date, Instant};

/// The answer of one slot and the fate of each of its candidates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The slot.
    pub slot: String,
    /// What it answers.
    pub answer: Answer,
    /// The rules in the order in which they win, each followed by what was tried in its place, then the fallback list.
    pub candidates: Vec<Candidate>,
    /// The least that would have to be different for the best rule that dropped out to win, where little is enough.
    pub change: Option<Change>,
    /// What would have been counted, had it not been stamped after now: `1 cancel_page is stamped after now and set
    /// aside`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set_aside: Vec<String>,
}

/// What a slot answers, in names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The offer that is shown; `None` is an empty place.
    pub shows: Option<String>,
    /// What is sent, where the slot sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<Sending>,
    /// The offer that waits, where one does (R10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holds: Option<String>,
    /// Of an offer that waits, when everything is decided anew; where nothing is shown, when to ask again (R16).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Who brought it about.
    pub by: Author,
    /// What the customer may read: the rule's `because` (R50).
    pub because: Option<String>,
    /// What the host carries out with it, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<String>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sending {
    /// The offer.
    pub offer: String,
    /// By which channel.
    pub channel: String,
    /// Whether it arrives without a sound.
    pub silent: bool,
}

/// Who brought an answer about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// A rule's own offer.
    Rule {
        /// Its name.
        rule: String,
    },
    /// What stands in for a rule.
    Substitute {
        /// The rule it stands in for.
        rule: String,
        /// The clause.
        via: Via,
    },
    /// The fallback list.
    Fallback,
    /// The slot is switched off.
    SlotOff {
        /// `off because`.
        because: String,
    },
}

/// One candidate and its fate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who.
    pub who: Who,
    /// What became of it.
    pub fate: Fate,
    /// Of a message, why the channels before the one that carries it do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<Reason>,
    /// Of what is held, the windows that are closed and the caps that are spent, for which it waits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waits_for: Vec<Reason>,
    /// The attributes that stood on their declared default, as `country is DE`; of the winner only, which is for a
    /// substitute where its rule is read.
    pub assumed: Vec<String>,
    /// Its score, where it ranks among several, every guard lets it pass and its marks let it be shown: `18.6`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<String>,
    /// Another slot of the request shows its offer too, and it answers all the same: only the last of a fallback list
    /// does (R11 before R24).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shown_twice: bool,
}

/// Who competes for a slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A rule in its own place.
    Rule {
        /// Its name.
        rule: String,
        /// The offer it shows.
        offer: String,
    },
    /// What a rule names in its place.
    Substitute {
        /// The rule.
        rule: String,
        /// The clause.
        via: Via,
        /// `show running_tips`, `try winback`, `nothing`.
        what: String,
    },
    /// An entry of the fallback list.
    Fallback {
        /// The offer; `None` is `nothing`.
        offer: Option<String>,
    },
}

/// What became of a candidate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is the answer.
    Wins,
    /// It dropped out at its first failing step, for these reasons; at least one.
    Drops(Vec<Reason>),
    /// Nothing speaks against it but a stronger rule.
    Outranked {
        /// The rule whose place the answer has.
        by: String,
        /// What makes it stronger.
        how: Outranking,
    },
    /// A rule that had been tried before in this decision; each is tried once.
    TriedBefore,
    /// An entry of the fallback list that nobody had to look at.
    NotNeeded,
}

/// What makes one rule stronger than another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outranking {
    /// The class.
    Class {
        /// Of the stronger.
        stronger: String,
        /// Of the weaker.
        weaker: String,
    },
    /// The priority; `None` where nothing is written.
    Priority {
        /// Of the stronger.
        stronger: Option<i32>,
        /// Of the weaker.
        weaker: Option<i32>,
    },
    /// A `before`, or a chain of them.
    Before,
    /// The score; both `None` where marks keep one of them from being shown.
    Score {
        /// Of the stronger.
        stronger: Option<String>,
        /// Of the weaker.
        weaker: Option<String>,
    },
    /// The slot's `ties`, or the name where scores are equal.
    Tie {
        /// The score that both have, where they rank.
        score: Option<String>,
        /// The tag of `ties` that the stronger carries; `None` where only the name is left.
        tag: Option<String>,
    },
    /// Nothing an author wrote: the name decides.
    Name,
    /// It is stopped by a cap that lets no other candidate through (`then stop`).
    Stops {
        /// The cap.
        cap: String,
    },
}

/// Why a candidate dropped out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// `off because`.
    SwitchedOff {
        /// The rule or offer.
        what: String,
        /// Why it is off.
        because: String,
    },
    /// Outside its dates.
    NotActive {
        /// The rule or offer.
        what: String,
        /// Its first instant.
        from: Option<Instant>,
        /// The first instant after it.
        until: Option<Instant>,
        /// Whether it is still to come.
        to_come: bool,
    },
    /// Nobody has looked at the rule since its review was due, and the grace is over.
    ReviewOverdue {
        /// When it was due.
        review_by: Date,
    },
    /// A purpose is not open.
    NoConsent {
        /// Which.
        purpose: String,
        /// How it reads.
        reads: Consent,
        /// What a recorded grant lacks: `version 3 of 4`.
        lacks: Option<String>,
    },
    /// A `when` is no, or an `unless` is yes.
    NotApplicable {
        /// The clause and the facts that decided it: `adult_in_market: country is AT`; `None` for protected facts.
        fact: Option<String>,
    },
    /// A `when` reads an attribute that is missing.
    NotKnown {
        /// Which.
        attribute: String,
        /// Why it is missing, if its marks let that be said.
        why: Option<String>,
    },
    /// An `unless` reads an attribute that is missing, or a protective one that does not say no.
    NotKnownToBeNo {
        /// Which.
        attribute: String,
        /// Why it is missing, if its marks let that be said.
        why: Option<String>,
    },
    /// Another slot of the request shows the offer.
    Taken {
        /// Which.
        offer: String,
    },
    /// A block holds.
    Blocked {
        /// Its name.
        block: String,
        /// Whether it is known to hold; else it is not known not to, and a reason beside it says of what.
        known: bool,
        /// The facts that decided it; `None` for protected facts, and where they are not known.
        fact: Option<String>,
    },
    /// A pause or a block after an event runs, or a gap is not over.
    Waiting {
        /// Its name.
        cap: String,
        /// `pause`, `block` or `gap`.
        kind: String,
        /// The first instant after it; `None` where nobody knows whom it is counted for, or where it began in this
        /// request.
        until: Option<Instant>,
        /// What nobody knows, so that nobody knows whom it is counted for.
        missing: Option<String>,
        /// What brings it about: `for 10 days after 3 shown in any 7 days`.
        limit: String,
    },
    /// A window is closed, and what it is on drops out outside of it.
    Closed {
        /// Its name.
        window: String,
        /// What the clocks show, on which it is closed: `fri 22:30 in Europe/Berlin`; `None` where nobody knows on whose
        /// clocks it is read, or nobody may see.
        clock: Option<String>,
        /// Whether nobody knows on whose clocks it is read.
        nobody: bool,
    },
    /// It would have to wait for a window for longer than that holds anything.
    HoldLimit {
        /// Its name.
        window: String,
        /// The longest wait: `12 hours`.
        most: String,
        /// As in [`Self::Closed`].
        clock: Option<String>,
        /// Where it was held before, since when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Instant>,
        /// When it would be let go, where that is known and may be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lets_go: Option<Instant>,
    },
    /// It was held for longer than anything by which it may have waited holds.
    Overdue {
        /// Since when.
        since: Instant,
        /// The windows and caps that hold longest, by their names.
        by: Vec<String>,
        /// The longest wait: `12 hours`.
        most: String,
    },
    /// A cap, a pause or a gap that would let it wait has nothing left for longer than that.
    TooLong {
        /// How it stands.
        why: Box<Self>,
        /// The longest wait: `2 days`.
        most: String,
        /// As in [`Self::HoldLimit`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lets_go: Option<Instant>,
    },
    /// Its time is over, or will be before it may be let go.
    Expired {
        /// `24 hours after cart_at`; `None` for protected facts.
        when: Option<String>,
        /// Whether that is so now already.
        over: bool,
    },
    /// The store of events does not answer, so nobody knows what is left of a cap, or whether a pause runs.
    NoCounter {
        /// Its name.
        cap: String,
        /// `cap`, `pause`, `block` or `gap`.
        kind: String,
    },
    /// A cap has nothing left.
    Capped {
        /// Its name.
        cap: String,
        /// Whether it is the rule's own clause.
        own: bool,
        /// How much is used; `None` where nobody knows whose it is, or in which zone its calendar is read.
        used: Option<u32>,
        /// Why nothing is said of how much: what nobody knows, or may see.
        missing: Option<String>,
        /// How much there is.
        at_most: u32,
        /// What is counted, over which time: `shown in any 7 days`.
        counted: String,
    },
    /// A channel does not carry the message.
    Channel {
        /// Which.
        channel: String,
        /// Why not.
        why: Box<Reason>,
    },
    /// The device does not permit the channel, or nobody knows that it does.
    NotPermitted {
        /// The clause and the facts that decided it; `None` for protected facts.
        fact: Option<String>,
    },
    /// The channel does not reach the customer, or nobody knows that it does.
    NotReached {
        /// The clause and the facts that decided it; `None` for protected facts.
        fact: Option<String>,
    },
}

/// What would have to be different for a rule to win.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The rule.
    pub rule: String,
    /// One or two facts, as `age is 18`; none where a protected fact stands in the rule's way, so that no change of
    /// those that may be named is known to be enough.
    pub facts: Vec<String>,
    /// What must hold as well and may not be named.
    pub provided: Option<Proviso>,
}

/// What a smallest change takes to hold without looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proviso {
    /// The clauses that read protected facts, of this rule or of one above it.
    ProtectedFacts,
    /// The whole audience of a rule that waits for consent.
    Audience,
}
