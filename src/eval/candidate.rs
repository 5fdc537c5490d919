//! The guards of one candidate, in the order in which they speak: the first that says no is the reason.
//!
//! switched off or not active -> blocks -> consent -> audience -> already shown in another slot of the request -> caps
//! -> expiry and windows -> score -> the channels of a message (see `channels`). Until when a message waits hangs on the
//! channel that carries it, so whether that is too late is asked with its channel.

use std::cmp::Reverse;

use super::awaited::is_awaited;
use super::channels::Blocked;
use super::condition::condition;
use super::expression::datum;
use super::tally;
use super::waiting::{Bound, Waiting, Ways};
use crate::frame::{CapState, Frame, Outcome};
use crate::model::{
    BlockCause, BlockId, CapId, ChannelId, Class, Condition, Fallback, OfferId, PurposeId, Rule, RuleId, RuleSet,
    SCORE_PLACES, SlotId, Then, WindowId,
};
use crate::ops;
use crate::value::{Consent, Datum, Instant, Truth, Value};

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
    /// It would have to wait for these windows and caps on its way, for longer than one of them holds anything (R32).
    HoldLimit(Vec<WindowId>, Vec<CapId>),
    /// It was held for longer than anything by which it may have waited holds; these caps are spent still.
    Overdue(Vec<CapId>),
    /// It would have to wait until after it is over.
    Ends(Ending),
    /// It ranks, and its score is missing (R6).
    NoScore,
    /// None of its channels carries it: each with its step, in the order in which they were tried.
    NoChannel(Vec<(ChannelId, Blocked)>),
}

/// What ends with a day or an hour that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The rule's dates.
    Rule,
    /// The offer's dates.
    Offer,
    /// The grace after the rule's review (R46).
    Review,
}

impl Dropped {
    /// What is over for a candidate that drops out for its dates or its review.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Self::RuleNotActive => Some(Ending::Rule),
            Self::OfferNotActive => Some(Ending::Offer),
            Self::ReviewOverdue => Some(Ending::Review),
            Self::RuleOff
            | Self::OfferOff
            | Self::Blocked(_)
            | Self::NoConsent(_)
            | Self::NotApplicable
            | Self::NotKnown
            | Self::Taken
            | Self::Capped(_)
            | Self::Expired
            | Self::ExpiryNotKnown
            | Self::Outside(_)
            | Self::HoldLimit(..)
            | Self::Overdue(_)
            | Self::Ends(_)
            | Self::NoScore
            | Self::NoChannel(_) => None,
        }
    }

    /// The caps, pauses and gaps that stopped it, those on its channels with them.
    pub(super) fn spent(&self) -> Vec<CapId> {
        match self {
            Self::Capped(caps) | Self::HoldLimit(_, caps) | Self::Overdue(caps) => caps.clone(),
            Self::NoChannel(ways) => {
                let caps = ways.iter().filter_map(|(_, step)| match step {
                    Blocked::Capped(caps) => Some(caps),
                    Blocked::Permission | Blocked::Reach | Blocked::Consent(_) | Blocked::Outside(_) => None,
                });
                caps.flatten().copied().collect()
            }
            Self::RuleOff
            | Self::OfferOff
            | Self::RuleNotActive
            | Self::ReviewOverdue
            | Self::OfferNotActive
            | Self::Blocked(_)
            | Self::NoConsent(_)
            | Self::NotApplicable
            | Self::NotKnown
            | Self::Taken
            | Self::Expired
            | Self::ExpiryNotKnown
            | Self::Outside(_)
            | Self::Ends(_)
            | Self::NoScore => Vec::new(),
        }
    }
}

/// How a candidate stands to its own hours where they do not drop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hours {
    /// Everything lets it pass.
    Open,
    /// What is shown is held until then.
    Held(Instant),
    /// What is sent waits, until when its channel has a say in.
    Waits,
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
        tally::of(tally::Of::Rule(id.0));
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

    /// What comes of a rule in its turn, or the first step at which it drops out.
    pub(super) fn rule(&self, id: RuleId) -> Result<Outcome, Dropped> {
        let rule = &self.rules[id];
        tally::of(tally::Of::Rule(id.0));
        let dropped = self
            .switches(id)
            .or_else(|| self.blocks(self.rules.blocks_on(id), rule.class))
            .or_else(|| self.consent(rule))
            .or_else(|| refusal(self.audience(id)))
            .or_else(|| self.taken(rule.show))
            .or_else(|| self.caps(&self.rules.caps_on(id), rule.class));
        passed(dropped)?;
        let ways = Ways { slot: rule.slot, channels: self.rules.channels_of(rule) };
        let hours = self.hours(rule.show, Some(id), ways)?;
        passed(self.unscored(id))?;
        self.brings(ways, rule.show, Some(id), hours)
    }

    /// Why the rule drops out, if it does.
    pub(super) fn dropped(&self, id: RuleId) -> Option<Dropped> {
        self.rule(id).err()
    }

    /// How an offer that this rule itself or a list brings stands to its own hours; until when a message waits is not asked.
    pub(super) fn hours(&self, offer: OfferId, rule: Option<RuleId>, ways: Ways<'_>) -> Result<Hours, Dropped> {
        let bound = self.bound(offer, rule, Some(ways), None);
        if bound.passes(self.rules, self.frame)? {
            return Ok(Hours::Open);
        }
        if self.rules.sends(ways.slot) {
            return Ok(Hours::Waits);
        }
        Ok(held(bound.look(self.rules, self.frame))?.map_or(Hours::Open, Hours::Held))
    }

    /// How an offer that this rule itself or a list brings stands to its windows; where a channel carries it now, `by`, also
    /// to those of its channels.
    pub(super) fn waiting(
        &self,
        offer: OfferId,
        rule: Option<RuleId>,
        ways: Option<Ways<'_>>,
        by: Option<ChannelId>,
    ) -> Waiting {
        self.bound(offer, rule, ways, by).look(self.rules, self.frame)
    }

    /// What such an offer has to do with time.
    pub(super) fn bound<'w>(
        &self,
        offer: OfferId,
        rule: Option<RuleId>,
        ways: Option<Ways<'w>>,
        by: Option<ChannelId>,
    ) -> Bound<'w>
    where
        'a: 'w,
    {
        let rules = self.rules;
        let of = &rules[offer];
        let (windows, caps) = rules.holding(offer, rule);
        let (blocks, expires) = match rule {
            Some(id) => (rules.blocks_on(id), rules[id].expires.as_ref()),
            None => (of.blocks.clone(), None),
        };
        let of_channel = by.map(|by| rules.windows_of_message(by, of.class)).unwrap_or_default();
        let channels = ways.map_or(&[][..], |ways| ways.channels);
        let (ways, held) = (ways.filter(|_| by.is_some()), self.frame.held_since(offer));
        Bound { offer, rule, windows, of_channel, blocks, caps, class: of.class, expires, held, ways, channels }
    }

    /// What a slot does with an offer that was chosen for it and stands so to its own hours: shows it, or sends it by the first
    /// of the channels that carries it; where it waits for its windows or for those of that channel, it is held (R10) until it
    /// can go by any of them. What no channel carries now is not held.
    fn brings(&self, ways: Ways<'_>, offer: OfferId, rule: Option<RuleId>, hours: Hours) -> Result<Outcome, Dropped> {
        let at_once = self.at_once(ways.slot, ways.channels, offer, rule)?;
        let class = self.rules[offer].class;
        let has_hours = |by: &ChannelId| hours == Hours::Waits || !self.rules.windows_of_message(*by, class).is_empty();
        let until = match (hours, at_once.channel().filter(has_hours)) {
            (_, Some(by)) => held(self.waiting(offer, rule, Some(ways), Some(by)))?,
            (Hours::Held(until), None) => Some(until),
            (Hours::Open | Hours::Waits, None) => None,
        };
        Ok(until.map_or(at_once, |until| Outcome::Holds { offer, until }))
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
        let way = self.way(slot, channels, offer, rule);
        way.by
            .map(|(channel, silent)| Outcome::Sends { offer, channel, silent })
            .ok_or(Dropped::NoChannel(way.passed_over))
    }

    /// What comes of an offer that stands in, or why it cannot: its dates and switch, its blocks, the other slots, its
    /// caps, its windows, its channels.
    pub(super) fn offer(&self, slot: SlotId, channels: &[ChannelId], id: OfferId) -> Result<Outcome, Dropped> {
        passed(self.offer_stopped(id))?;
        self.stands_in(slot, channels, id)
    }

    /// Why nobody may see an offer now: its switch, its dates, its blocks.
    fn offer_stopped(&self, id: OfferId) -> Option<Dropped> {
        let offer = &self.rules[id];
        self.offer_switches(id).or_else(|| self.blocks(offer.blocks.iter().copied(), offer.class))
    }

    fn stands_in(&self, slot: SlotId, channels: &[ChannelId], id: OfferId) -> Result<Outcome, Dropped> {
        let offer = &self.rules[id];
        passed(self.taken(id).or_else(|| self.caps(&offer.caps, offer.class)))?;
        let ways = Ways { slot, channels };
        let hours = self.hours(id, None, ways)?;
        self.brings(ways, id, None, hours)
    }

    /// What comes of an entry of a fallback list, or why it is passed over. The last entry always answers, at any hour
    /// (R11).
    pub(super) fn fallback(&self, slot: SlotId, entry: &Fallback, is_last: bool) -> Result<Outcome, Dropped> {
        let channels = &self.rules[slot].channels;
        if is_last {
            let at_once = entry.offer.map(|offer| self.at_once(slot, channels, offer, None));
            return Ok(at_once.and_then(Result::ok).unwrap_or(Outcome::Nothing));
        }
        passed(entry.offer.and_then(|offer| self.offer_stopped(offer)))?;
        let when = entry.when.as_ref().map_or(Truth::Yes, |when| condition(self.rules, self.frame, when));
        passed(refusal(when))?;
        entry.offer.map_or(Ok(Outcome::Nothing), |offer| self.stands_in(slot, channels, offer))
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
        rule.needs.iter().for_each(|purpose| tally::thing(tally::Thing::Purpose(purpose.0)));
        let is_closed = |purpose: &PurposeId| self.frame.consent(*purpose) != Consent::Granted;
        let closed: Vec<_> = rule.needs.iter().copied().filter(is_closed).collect();
        (!closed.is_empty()).then_some(Dropped::NoConsent(closed))
    }

    fn unscored(&self, id: RuleId) -> Option<Dropped> {
        let lacks = self.rules[id].rank.is_some() && self.score(id).is_none() && !(self.scored)(id);
        lacks.then_some(Dropped::NoScore)
    }

    fn taken(&self, offer: OfferId) -> Option<Dropped> {
        tally::thing(tally::Thing::Taken(offer.0));
        self.frame.is_taken(offer).then_some(Dropped::Taken)
    }

    pub(super) fn blocks(&self, blocks: impl IntoIterator<Item = BlockId>, class: Class) -> Option<Dropped> {
        let holds = |id: &BlockId| match &self.rules[*id].cause {
            BlockCause::After(cap) => {
                tally::thing(tally::Thing::Cap(cap.0));
                self.frame.stops(self.rules, *cap, class)
            }
            BlockCause::While(clause) => !condition(self.rules, self.frame, &clause.condition).is_no(),
        };
        let holding: Vec<_> = blocks.into_iter().filter(holds).collect();
        (!holding.is_empty()).then_some(Dropped::Blocked(holding))
    }

    /// The cap among these, which are spent, for which no other candidate of the slot comes (R9).
    pub(super) fn stopping(&self, slot: SlotId, spent: &[CapId]) -> Option<CapId> {
        spent.iter().copied().find(|cap| self.rules.then(*cap, slot) == Then::Stop)
    }

    pub(super) fn caps(&self, caps: &[CapId], class: Class) -> Option<Dropped> {
        caps.iter().for_each(|cap| tally::thing(tally::Thing::Cap(cap.0)));
        let spent: Vec<_> = caps.iter().copied().filter(|cap| self.frame.stops(self.rules, *cap, class)).collect();
        spent.iter().any(|cap| !self.is_waited_for(*cap)).then_some(Dropped::Capped(spent))
    }

    /// Whether a candidate may wait until a spent cap lets it pass: it says `then hold`, and somebody knows how it stands.
    fn is_waited_for(&self, id: CapId) -> bool {
        let cap = &self.rules[id];
        let is_known = match self.frame.caps.get(id.index()) {
            Some(CapState::Used(_) | CapState::Until(_)) => self.frame.limit(self.rules, id).is_some(),
            Some(CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore) | None => false,
        };
        is_known && cap.hold().is_some()
    }
}

/// A step that is passed where nothing stops the candidate.
fn passed(dropped: Option<Dropped>) -> Result<(), Dropped> {
    dropped.map_or(Ok(()), Err)
}

/// Until when it is held, if it is.
fn held(waiting: Waiting) -> Result<Option<Instant>, Dropped> {
    match waiting {
        Waiting::Passes => Ok(None),
        Waiting::Until(until) => Ok(Some(until)),
        Waiting::Drops(dropped) => Err(dropped),
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
