//! The guards of one candidate, in the order in which they speak: the first that says no is the reason.
//!
//! switched off or not active -> blocks -> consent -> audience -> already shown in another slot of the request -> caps
//! -> expiry and windows -> score -> the channels of a message (see `channels`).

use std::cmp::Reverse;

use super::awaited::is_awaited;
use super::channels::Blocked;
use super::condition::condition;
use super::expression::datum;
use super::waiting::{Bound, Waiting};
use crate::frame::{Frame, Outcome};
use crate::model::{
    BlockCause, BlockId, CapId, ChannelId, Class, Condition, Fallback, OfferId, PurposeId, Rule, RuleId, RuleSet,
    SCORE_PLACES, SlotId, Then, WindowId,
};
use crate::ops;
use crate::value::{Consent, Datum, Truth, Value};

/// The first step at which a candidate dropped out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// The rule is switched off.
    RuleOff,
    /// The offer is switched off.
    OfferOff,
    /// Now lies outside the rule's dates.
    RuleNotActive,
    /// The rule's review is overdue, and its grace is over (R46).
    ReviewOverdue,
    /// Now lies outside the offer's dates.
    OfferNotActive,
    /// These blocks hold, or nobody knows that they do not.
    Blocked(Vec<BlockId>),
    /// These purposes of the rule's `needs` are not open.
    NoConsent(Vec<PurposeId>),
    /// A `when` is no or an `unless` is yes; a fallback's condition is no.
    NotApplicable,
    /// Nothing is against it, but something it reads is missing.
    NotKnown,
    /// Another slot of the request shows the offer (R24).
    Taken,
    /// These caps have nothing left.
    Capped(Vec<CapId>),
    /// Its time is over: `expires`.
    Expired,
    /// It expires, and nobody knows when.
    ExpiryNotKnown,
    /// These windows are closed and drop it, or nobody knows on whose clocks they are read.
    Outside(Vec<WindowId>),
    /// These windows are closed for longer than anything is held (R32).
    HoldLimit(Vec<WindowId>),
    /// It ranks, and its score is missing (R6).
    NoScore,
    /// None of its channels carries it: each with its step, in the order in which they were tried.
    NoChannel(Vec<(ChannelId, Blocked)>),
}

/// A clause of a rule and how it must stand: `when` needs a yes, `unless` is lifted only by a no.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guard<'a> {
    pub(super) condition: &'a Condition,
    pub(super) is_unless: bool,
}

/// Every clause of a rule, `when` before `unless`.
pub(super) fn guards(rule: &Rule) -> impl Iterator<Item = Guard<'_>> {
    let when = rule.when.iter().map(|clause| Guard { condition: &clause.condition, is_unless: false });
    when.chain(rule.unless.iter().map(|clause| Guard { condition: &clause.condition, is_unless: true }))
}

/// One rule set over one frame.
pub(super) struct Guarded<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) frame: &'a Frame,
    /// Guards taken to pass without being looked at; only the search for a smallest change leaves any out.
    pub(super) assumed: &'a dyn Fn(RuleId, Guard<'_>) -> bool,
    /// Rules of which it is taken for granted that they have a score; likewise.
    pub(super) scored: &'a dyn Fn(RuleId) -> bool,
}

/// Nothing is taken for granted.
pub(super) fn nothing_assumed(_: RuleId, _: Guard<'_>) -> bool {
    false
}

/// No score is taken for granted.
fn no_score_assumed(_: RuleId) -> bool {
    false
}

impl<'a> Guarded<'a> {
    pub(super) fn new(rules: &'a RuleSet, frame: &'a Frame) -> Self {
        Self { rules, frame, assumed: &nothing_assumed, scored: &no_score_assumed }
    }

    /// The rules of a slot in the order in which they come to their turn: those that rank together by their scores, the
    /// highest first and those without one last; equals as the slot has them, by `ties` and name (R6).
    pub(super) fn order(&self, slot: SlotId) -> Vec<RuleId> {
        let mut order = Vec::with_capacity(self.rules[slot].order.len());
        for tier in self.rules.tiers(slot) {
            let mut scored: Vec<(Option<i64>, RuleId)> = match tier {
                [only] => vec![(None, *only)],
                several => several.iter().map(|rule| (self.score(*rule), *rule)).collect(),
            };
            // A stable sort leaves equals where they stand.
            scored.sort_by_key(|(score, _)| Reverse(*score));
            order.extend(scored.into_iter().map(|(_, rule)| rule));
        }
        order
    }

    /// The score of a rule that ranks, in units of the places at which scores are compared; rounded half to even, here
    /// and nowhere before (R44).
    pub(super) fn score(&self, id: RuleId) -> Option<i64> {
        let by = &self.rules[id].rank.as_ref()?.by;
        let exact = datum(self.rules, self.frame, by);
        match ops::rescale(exact, self.rules.scale_of(by), SCORE_PLACES) {
            Datum::Known(Value::Number(score)) => Some(score),
            // Never is no number to be compared with.
            Datum::Known(
                Value::YesNo(_)
                | Value::Text(_)
                | Value::Member(_)
                | Value::Set(_)
                | Value::Time(_)
                | Value::Date(_)
                | Value::Never,
            )
            | Datum::Missing(_) => None,
        }
    }

    /// Why the rule drops out, if it does, before its channels are asked.
    pub(super) fn rule(&self, id: RuleId) -> Option<Dropped> {
        let rule = &self.rules[id];
        self.switches(id)
            .or_else(|| self.blocks(self.rules.blocks_on(id), rule.class))
            .or_else(|| self.consent(rule))
            .or_else(|| refusal(self.audience(id)))
            .or_else(|| self.taken(rule.show))
            .or_else(|| self.caps(&self.rules.caps_on(id), rule.class))
            .or_else(|| dropped(self.rule_waiting(id)))
            .or_else(|| self.unscored(id))
    }

    /// How a rule stands to its windows and its expiry.
    pub(super) fn rule_waiting(&self, id: RuleId) -> Waiting {
        self.waiting(self.rules[id].show, Some(id), None)
    }

    /// How an offer that stands in stands to its windows. It expires with no rule.
    pub(super) fn offer_waiting(&self, id: OfferId) -> Waiting {
        self.waiting(id, None, None)
    }

    /// How an offer that this rule itself or a list brings stands to its windows, and where a channel carries it, to those of
    /// the channel that speak of the message.
    pub(super) fn waiting(&self, offer: OfferId, rule: Option<RuleId>, by: Option<ChannelId>) -> Waiting {
        let of = &self.rules[offer];
        let (mut windows, blocks, expires) = match rule {
            Some(id) => (self.rules.windows_on(id), self.rules.blocks_on(id), self.rules[id].expires.as_ref()),
            None => (of.windows.clone(), of.blocks.clone(), None),
        };
        windows.extend(by.into_iter().flat_map(|channel| self.rules.windows_of_message(channel, of.class)));
        windows.sort_unstable();
        Bound { windows: &windows, blocks: &blocks, expires, held: self.frame.held_since(offer) }
            .look(self.rules, self.frame)
    }

    /// Why the rule drops out, its channels asked too.
    pub(super) fn dropped(&self, id: RuleId) -> Option<Dropped> {
        self.rule(id).or_else(|| self.brings_own(id).err())
    }

    /// What comes of a rule that everything before its channels lets pass.
    pub(super) fn brings_own(&self, id: RuleId) -> Result<Outcome, Dropped> {
        let rule = &self.rules[id];
        self.brings(rule.slot, self.rules.channels_of(rule), rule.show, Some(id))
    }

    /// What a slot does with an offer that was chosen for it, by this rule itself or by what stands in: shows it, or
    /// sends it by the first of the channels that carries it; where it waits for its windows or those of that channel, it is
    /// held (R10). What no channel carries now is not held.
    pub(super) fn brings(
        &self,
        slot: SlotId,
        channels: &[ChannelId],
        offer: OfferId,
        rule: Option<RuleId>,
    ) -> Result<Outcome, Dropped> {
        let at_once = self.at_once(slot, channels, offer, rule)?;
        match self.waiting(offer, rule, at_once.channel()) {
            Waiting::Until(until) => Ok(Outcome::Holds { offer, until }),
            Waiting::Passes => Ok(at_once),
            Waiting::Drops(dropped) => Err(dropped),
        }
    }

    /// The same whatever the hour.
    pub(super) fn at_once(
        &self,
        slot: SlotId,
        channels: &[ChannelId],
        offer: OfferId,
        rule: Option<RuleId>,
    ) -> Result<Outcome, Dropped> {
        if !self.rules.sends(slot) {
            return Ok(Outcome::Shows(offer));
        }
        let way = self.way(slot, &self.rules.ring(slot, channels, self.frame.last_used(slot)), offer, rule);
        way.by
            .map(|(channel, silent)| Outcome::Sends { offer, channel, silent })
            .ok_or(Dropped::NoChannel(way.passed_over))
    }

    /// Why the offer cannot stand in, if it cannot, before channels are asked: its dates and switch, its blocks, the
    /// other slots, its caps, its windows.
    pub(super) fn offer(&self, id: OfferId) -> Option<Dropped> {
        let offer = &self.rules[id];
        self.offer_switches(id)
            .or_else(|| self.blocks(offer.blocks.iter().copied(), offer.class))
            .or_else(|| self.taken(id))
            .or_else(|| self.caps(&offer.caps, offer.class))
            .or_else(|| dropped(self.offer_waiting(id)))
    }

    /// Why an entry of a fallback list is passed over, if it is. The last entry always answers (R11).
    pub(super) fn fallback(&self, slot: SlotId, entry: &Fallback, is_last: bool) -> Option<Dropped> {
        if is_last {
            return None;
        }
        let switches = entry.offer.and_then(|offer| self.offer_switches(offer));
        let when = || entry.when.as_ref().map_or(Truth::Yes, |when| condition(self.rules, self.frame, when));
        let blocks = || entry.offer.map(|offer| &self.rules[offer]);
        let blocks = || blocks().and_then(|offer| self.blocks(offer.blocks.iter().copied(), offer.class));
        let channels = &self.rules[slot].channels;
        let offered = |offer| self.offer(offer).or_else(|| self.brings(slot, channels, offer, None).err());
        switches.or_else(blocks).or_else(|| refusal(when())).or_else(|| entry.offer.and_then(offered))
    }

    /// Whether the customer might belong to the rule's audience and nothing speaks against it (R14).
    pub(super) fn might_belong(&self, id: RuleId) -> bool {
        guards(&self.rules[id]).filter(|guard| !(self.assumed)(id, *guard)).all(|guard| {
            let truth = condition(self.rules, self.frame, guard.condition);
            if guard.is_unless { truth.is_no() } else { !truth.is_no() }
        })
    }

    /// Whether the customer might belong, and all that would decide it is absent or stale (R15). Every `unless` is no
    /// then, so what is unknown is a `when`.
    pub(super) fn awaits(&self, id: RuleId) -> bool {
        let undecided = |guard: &Guard<'_>| condition(self.rules, self.frame, guard.condition) == Truth::Unknown;
        self.might_belong(id)
            && guards(&self.rules[id])
                .filter(|guard| !(self.assumed)(id, *guard) && undecided(guard))
                .all(|guard| is_awaited(self.rules, self.frame, guard.condition))
    }

    pub(super) fn audience(&self, id: RuleId) -> Truth {
        guards(&self.rules[id])
            .filter(|guard| !(self.assumed)(id, *guard))
            .map(|guard| passes(self.rules, self.frame, guard))
            .fold(Truth::Yes, Truth::and)
    }

    /// Whether a condition is yes.
    pub(super) fn holds(&self, of: &Condition) -> bool {
        condition(self.rules, self.frame, of).is_yes()
    }

    pub(super) fn switches(&self, id: RuleId) -> Option<Dropped> {
        let rule = &self.rules[id];
        match () {
            () if rule.off.is_some() => Some(Dropped::RuleOff),
            () if rule.active.is_some_and(|active| !active.holds(self.frame.now)) => Some(Dropped::RuleNotActive),
            () if self.rules.last_day(id).is_some_and(|day| day < self.frame.today) => Some(Dropped::ReviewOverdue),
            () => self.offer_switches(rule.show),
        }
    }

    pub(super) fn offer_switches(&self, id: OfferId) -> Option<Dropped> {
        let offer = &self.rules[id];
        match () {
            () if offer.off.is_some() => Some(Dropped::OfferOff),
            () if offer.active.is_some_and(|active| !active.holds(self.frame.now)) => Some(Dropped::OfferNotActive),
            () => None,
        }
    }

    fn consent(&self, rule: &Rule) -> Option<Dropped> {
        let is_closed = |purpose: &PurposeId| self.frame.consent(*purpose) != Consent::Granted;
        let closed: Vec<_> = rule.needs.iter().copied().filter(is_closed).collect();
        (!closed.is_empty()).then_some(Dropped::NoConsent(closed))
    }

    fn unscored(&self, id: RuleId) -> Option<Dropped> {
        let lacks = self.rules[id].rank.is_some() && self.score(id).is_none() && !(self.scored)(id);
        lacks.then_some(Dropped::NoScore)
    }

    fn taken(&self, offer: OfferId) -> Option<Dropped> {
        self.frame.is_taken(offer).then_some(Dropped::Taken)
    }

    pub(super) fn blocks(&self, blocks: impl IntoIterator<Item = BlockId>, class: Class) -> Option<Dropped> {
        let holds = |id: &BlockId| match &self.rules[*id].cause {
            BlockCause::After(cap) => self.frame.stops(self.rules, *cap, class),
            BlockCause::While(clause) => !condition(self.rules, self.frame, &clause.condition).is_no(),
        };
        let holding: Vec<_> = blocks.into_iter().filter(holds).collect();
        (!holding.is_empty()).then_some(Dropped::Blocked(holding))
    }

    /// Whether one of these caps, which are spent, lets no other candidate of the slot through (R9).
    pub(super) fn stop_slot(&self, slot: SlotId, spent: &[CapId]) -> bool {
        spent.iter().any(|cap| self.rules.then(*cap, slot) == Then::Stop)
    }

    /// The cap for which no other candidate comes behind one that dropped out so.
    pub(super) fn stopping(&self, slot: SlotId, dropped: &Dropped) -> Option<CapId> {
        let of_ways = |ways: &[(ChannelId, Blocked)]| match ways.last() {
            Some((_, Blocked::Capped(caps))) => caps.clone(),
            Some((_, Blocked::Permission | Blocked::Reach | Blocked::Consent(_) | Blocked::Outside(_))) | None => {
                Vec::new()
            }
        };
        let spent = match dropped {
            Dropped::Capped(caps) => caps.clone(),
            Dropped::NoChannel(ways) => of_ways(ways),
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::ReviewOverdue
            | Dropped::OfferNotActive
            | Dropped::Blocked(_)
            | Dropped::NoConsent(_)
            | Dropped::NotApplicable
            | Dropped::NotKnown
            | Dropped::Taken
            | Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(_)
            | Dropped::NoScore => Vec::new(),
        };
        spent.into_iter().find(|cap| self.rules.then(*cap, slot) == Then::Stop)
    }

    pub(super) fn caps(&self, caps: &[CapId], class: Class) -> Option<Dropped> {
        let spent: Vec<_> = caps.iter().copied().filter(|cap| self.frame.stops(self.rules, *cap, class)).collect();
        (!spent.is_empty()).then_some(Dropped::Capped(spent))
    }
}

fn dropped(waiting: Waiting) -> Option<Dropped> {
    match waiting {
        Waiting::Passes | Waiting::Until(_) => None,
        Waiting::Drops(dropped) => Some(dropped),
    }
}

/// Whether a clause lets the customer through.
pub(super) fn passes(rules: &RuleSet, frame: &Frame, guard: Guard<'_>) -> Truth {
    let truth = condition(rules, frame, guard.condition);
    if guard.is_unless { truth.negate() } else { truth }
}

fn refusal(audience: Truth) -> Option<Dropped> {
    match audience {
        Truth::Yes => None,
        Truth::No => Some(Dropped::NotApplicable),
        Truth::Unknown => Some(Dropped::NotKnown),
    }
}
