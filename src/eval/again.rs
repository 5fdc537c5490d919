//! When to ask again where nothing is shown: the earliest instant at which time alone lets a candidate pass the step at
//! which it dropped out (R16).
//!
//! As known now: what was read stays as it was read and nothing more happens, only clocks go on. Nothing is told that
//! hangs on a fact that is masked or that nobody may see, and nothing of what is over by then. A window that drops, a hold
//! that would be too long and an expiry are final.

use super::candidate::{Dropped, Guarded, guards};
use super::slot::{Candidate, Fate, Replay};
use super::turns::turns;
use super::waiting::ends;
use crate::frame::{Frame, Outcome};
use crate::model::{
    Active, AttributeId, BlockCause, BlockId, CapId, ChannelId, Condition, Fallback, Gathered, GatheredId, Lookback,
    OfferId, RuleId, RuleSet, SlotId, Substitute, WindowId,
};
use crate::value::{Datum, Instant, Missing};

/// When to ask again, after a replay that came to nothing.
pub(super) fn again(rules: &RuleSet, frame: &Frame, slot: SlotId, replay: &Replay) -> Option<Instant> {
    if replay.decision.outcome != Outcome::Nothing {
        return None;
    }
    let mut look = Look { rules, frame, until: frame.now.plus(rules.defaults.horizon) };
    let mut earliest = None;
    for (candidate, fate) in &replay.looked_at {
        let Fate::Dropped(step) = fate else { continue };
        let found = match candidate {
            Candidate::Rule(rule) | Candidate::Substitute(_, _, Substitute::Try(rule)) => look.rule(*rule, step),
            Candidate::Substitute(rule, _, Substitute::Show(offer)) => {
                look.offer(slot, rules.channels_of(&rules[*rule]), *offer, step)
            }
            Candidate::Substitute(_, _, Substitute::Nothing) => None,
            Candidate::Fallback(at) => {
                rules[slot].fallback.get(*at as usize).and_then(|entry| look.fallback(slot, entry, step))
            }
        };
        let over = look.over(slot, candidate);
        if let Some(at) = found.filter(|at| over.is_none_or(|over| *at < over)) {
            // Only what comes before it is still of interest.
            look.until = Instant(at.0.saturating_sub(1));
            earliest = Some(at);
        }
    }
    earliest
}

struct Look<'a> {
    rules: &'a RuleSet,
    frame: &'a Frame,
    /// Beyond this nobody looks.
    until: Instant,
}

impl Look<'_> {
    /// When what a candidate would show or send is over: by then there is nothing to ask for.
    fn over(&self, slot: SlotId, candidate: &Candidate) -> Option<Instant> {
        let (offer, rule) = match candidate {
            Candidate::Rule(rule) | Candidate::Substitute(_, _, Substitute::Try(rule)) => {
                (self.rules[*rule].show, Some(*rule))
            }
            Candidate::Substitute(_, _, Substitute::Show(offer)) => (*offer, None),
            Candidate::Substitute(_, _, Substitute::Nothing) => return None,
            Candidate::Fallback(at) => (self.rules[slot].fallback.get(*at as usize)?.offer?, None),
        };
        ends(self.rules, offer, rule).into_iter().min()
    }

    fn rule(&self, id: RuleId, step: &Dropped) -> Option<Instant> {
        let rule = &self.rules[id];
        match step {
            Dropped::RuleNotActive | Dropped::OfferNotActive => {
                let begins = self.begins([rule.active, self.rules[rule.show].active]);
                self.first(begins, |then| then.switches(id).is_none())
            }
            Dropped::Blocked(_) => {
                let blocks = self.rules.blocks_on(id);
                self.first(self.lifted(&blocks)?, |then| then.blocks(blocks.iter().copied(), rule.class).is_none())
            }
            Dropped::NotApplicable | Dropped::NotKnown => {
                let conditions: Vec<&Condition> = guards(rule).map(|guard| guard.condition).collect();
                self.first(self.turned(&conditions)?, |then| then.audience(id).is_yes())
            }
            Dropped::Capped(_) => {
                let caps = self.rules.caps_on(id);
                self.first(self.freed(&caps)?, |then| then.caps(&caps, rule.class).is_none())
            }
            Dropped::NoChannel(_) => self.carried(rule.slot, self.rules.channels_of(rule), rule.show, Some(id)),
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::ReviewOverdue
            | Dropped::NoConsent(_)
            | Dropped::Taken
            | Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_)
            | Dropped::NoScore => None,
        }
    }

    fn offer(&self, slot: SlotId, channels: &[ChannelId], id: OfferId, step: &Dropped) -> Option<Instant> {
        let offer = &self.rules[id];
        match step {
            Dropped::OfferNotActive => {
                self.first(self.begins([offer.active, None]), |then| then.offer_switches(id).is_none())
            }
            Dropped::Blocked(_) => self.first(self.lifted(&offer.blocks)?, |then| {
                then.blocks(offer.blocks.iter().copied(), offer.class).is_none()
            }),
            Dropped::Capped(_) => {
                self.first(self.freed(&offer.caps)?, |then| then.caps(&offer.caps, offer.class).is_none())
            }
            Dropped::NoChannel(_) => self.carried(slot, channels, id, None),
            Dropped::RuleOff
            | Dropped::OfferOff
            | Dropped::RuleNotActive
            | Dropped::ReviewOverdue
            | Dropped::NoConsent(_)
            | Dropped::NotApplicable
            | Dropped::NotKnown
            | Dropped::Taken
            | Dropped::Expired
            | Dropped::ExpiryNotKnown
            | Dropped::Outside(_)
            | Dropped::HoldLimit(..)
            | Dropped::Overdue(_)
            | Dropped::Ends(_)
            | Dropped::NoScore => None,
        }
    }

    fn fallback(&self, slot: SlotId, entry: &Fallback, step: &Dropped) -> Option<Instant> {
        match (step, &entry.when, entry.offer) {
            (Dropped::NotApplicable | Dropped::NotKnown, Some(when), _) => {
                self.first(self.turned(&[when])?, |then| then.holds(when))
            }
            (_, _, Some(offer)) => self.offer(slot, &self.rules[slot].channels, offer, step),
            (_, _, None) => None,
        }
    }

    /// The first of these instants, up to the horizon, at which the step is passed.
    fn first(&self, mut looks: Vec<Instant>, passes: impl Fn(&Guarded<'_>) -> bool) -> Option<Instant> {
        looks.retain(|at| self.frame.now < *at && *at <= self.until);
        looks.sort_unstable();
        looks.dedup();
        looks.into_iter().find(|at| passes(&Guarded::new(self.rules, &self.frame.at(self.rules, *at))))
    }

    /// When a channel may carry what none carries now.
    fn carried(&self, slot: SlotId, channels: &[ChannelId], offer: OfferId, rule: Option<RuleId>) -> Option<Instant> {
        let asked: Vec<&Condition> =
            channels.iter().flat_map(|id| self.rules[*id].asked()).map(|clause| &clause.condition).collect();
        let caps = channels.iter().flat_map(|id| self.rules.channel_caps(*id, offer, rule)).collect::<Vec<_>>();
        let mut looks = self.turned(&asked)?;
        looks.extend(self.freed(&caps)?);
        let class = self.rules[offer].class;
        let windows = channels.iter().flat_map(|id| self.rules.windows_of_way(*id, class)).collect::<Vec<_>>();
        looks.extend(self.opens(&windows)?);
        self.first(looks, |then| then.at_once(slot, channels, offer, rule).is_ok())
    }

    fn begins(&self, dates: [Option<Active>; 2]) -> Vec<Instant> {
        dates.into_iter().flatten().filter_map(|active| active.from).collect()
    }

    /// When blocks may be over; none where one of them hangs on what may not be told.
    fn lifted(&self, blocks: &[BlockId]) -> Option<Vec<Instant>> {
        let mut looks = Vec::new();
        for block in blocks {
            match &self.rules[*block].cause {
                BlockCause::After(cap) => looks.extend(self.freed(&[*cap])?),
                BlockCause::While(clause) => looks.extend(self.turned(&[&clause.condition])?),
            }
        }
        Some(looks)
    }

    /// When conditions may turn; none where one of them reads what may not be told.
    fn turned(&self, conditions: &[&Condition]) -> Option<Vec<Instant>> {
        let mut read = conditions.iter().flat_map(|condition| self.rules.read_by(condition));
        let mut gathered = conditions.iter().flat_map(|condition| self.rules.gathered_by(condition));
        if read.any(|id| self.is_kept(id)) || gathered.any(|id| self.is_unsteady(id)) {
            return None;
        }
        Some(turns(self.rules, self.frame, conditions.iter().copied(), self.until))
    }

    /// When caps may be free; none where one of them hangs on what may not be told.
    fn freed(&self, caps: &[CapId]) -> Option<Vec<Instant>> {
        let mut looks = Vec::new();
        for id in caps {
            if self.rules[*id].reads().any(|read| self.is_kept(read)) {
                return None;
            }
            looks.extend(self.frame.frees(self.rules, *id));
        }
        Some(looks)
    }

    /// When windows may open; none where the clocks or a row of one of them may not be told.
    fn opens(&self, windows: &[WindowId]) -> Option<Vec<Instant>> {
        let mut looks = Vec::new();
        for id in windows {
            let window = &self.rules[*id];
            if window.zones.attributes().any(|id| self.is_kept(id)) {
                return None;
            }
            let rows = window.rows.iter().filter_map(|row| row.when.as_ref());
            looks.extend(self.turned(&rows.map(|when| &when.condition).collect::<Vec<_>>())?);
            looks.extend(self.frame.window_turns(self.rules, *id, self.frame.now, self.until));
        }
        Some(looks)
    }

    /// Whether nothing may be told that hangs on the attribute: it is masked, or nobody may see it. Of flattened rules it
    /// may be something gathered.
    fn is_kept(&self, id: AttributeId) -> bool {
        let is_flat = self.frame.gathered.len() < self.rules.gathered.len();
        let declared = self.rules.attributes.len() - if is_flat { self.rules.gathered.len() } else { 0 };
        if let Some(gathered) = id.index().checked_sub(declared)
            && self.is_unsteady(GatheredId::from_index(gathered))
        {
            return true;
        }
        self.rules[id].is_protected() || matches!(self.frame.attribute(id), Datum::Missing(Missing::NoConsent))
    }

    /// Whether a gathered value is masked, or changes with time alone: what leaves a look back, and what decays, is not
    /// reckoned ahead.
    fn is_unsteady(&self, id: GatheredId) -> bool {
        let Some(gathered) = self.rules.gathered.get(id.index()) else { return true };
        let is_hidden = |id: AttributeId| self.rules[id].is_protected();
        let steady = match gathered {
            Gathered::Last(_) | Gathered::Times(_, Lookback::Ever) | Gathered::Sum(_, _, Lookback::Ever) => true,
            Gathered::Times(_, Lookback::Last(_))
            | Gathered::Sum(_, _, Lookback::Last(_))
            | Gathered::Decayed(_)
            | Gathered::Halved { .. } => false,
        };
        let is_masked = self.frame.gathered.get(id.index()) == Some(&Datum::Missing(Missing::NoConsent));
        !steady || is_masked || self.rules.attributes_of_gathered(gathered).into_iter().any(is_hidden)
    }
}
