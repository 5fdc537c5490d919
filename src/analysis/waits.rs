//! What waits, as formulas: where windows and the caps that hold let a candidate pass, and where it would wait for too
//! long.
//!
//! Windows are open or closed and what waits is in time or too late as the search likes; what really is so is looked at
//! where a customer is made (`hours`).

use std::collections::BTreeSet;

use super::domain::{Hours, Source, Waits, channels_of};
use super::formula::Formula;
use super::read::{Read, Simple};
use super::slot::Writer;
use crate::eval;
use crate::model::{
    BlockId, CapId, CapZone, ChannelId, Class, Condition, Expression, OfferId, Outside, RuleId, RuleSet, SlotId, TagId,
    WindowId,
};
use crate::value::Instant;

/// How something stands to its windows and to the caps that hold it.
pub(super) struct Passed {
    /// They let it pass, or hold it.
    pub(super) passes: Formula,
    /// Where they hold it if they do not stop it; nothing where none of them ever holds.
    pub(super) waits: Option<Formula>,
    /// It drops out for a cap that would hold it for too long.
    pub(super) capped: Formula,
}

/// Where something was held for longer than anything holds it, and is let go only now.
pub(super) struct Overdue {
    /// It drops out.
    pub(super) drops: Formula,
    /// So it does, and a cap that would hold it is spent still.
    pub(super) capped: Formula,
}

/// The tag that the slot rotates on and its channels, the class of what is sent, and each channel that is tried with the caps
/// on it.
type Sent<'a> = (Option<TagId>, &'a [ChannelId], Class, Vec<(ChannelId, Vec<CapId>)>);

/// On what it hangs until when something waits: windows, caps that hold, blocks, when it is over, and of what is sent its
/// channels, each with the caps on it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Bound<'a> {
    windows: Vec<WindowId>,
    caps: Vec<CapId>,
    blocks: Vec<BlockId>,
    expires: Option<&'a Condition>,
    ends: Option<Instant>,
    sent: Option<Sent<'a>>,
}

impl Writer<'_, '_> {
    /// Windows and caps that hold let what waits for them pass, or it is held and has its place all the same (R10); of what
    /// this channel carries its windows count, too.
    pub(super) fn passed(&mut self, of: Waits, by: Option<ChannelId>) -> Passed {
        let (rules, (offer, rule, sender)) = (self.rules, of);
        let (mut windows, caps) = rules.holding(offer, rule);
        let blocks = rule.map_or_else(|| rules[offer].blocks.clone(), |rule| rules.blocks_on(rule));
        let expires = rule.and_then(|rule| rules[rule].expires.as_ref()).map(|clause| &clause.condition);
        let ends = eval::ends(rules, offer, rule).into_iter().min();
        let class = rules[offer].class;
        let sent = sender.map(|sender| {
            let channels = channels_of(rules, sender).iter();
            let slot = &rules[sender.0];
            let tried = channels.map(|id| (*id, rules.channel_caps(*id, offer, rule))).collect();
            (slot.rotate, slot.channels.as_slice(), class, tried)
        });
        let bound = Bound { windows: windows.clone(), caps: caps.clone(), blocks, expires, ends, sent };
        windows.extend(by.into_iter().flat_map(|channel| rules.windows_of_message(channel, class)));
        let (mut dropping, mut waits) = (Vec::new(), Vec::new());
        for id in windows.iter().copied() {
            if matches!(rules[id].outside, Outside::Hold(_)) {
                waits.push(self.closed(id));
            }
            dropping.extend(self.drops_outside(id));
        }
        let spent: Vec<Formula> = caps.iter().map(|cap| self.spent(*cap)).collect();
        if waits.is_empty() && spent.is_empty() {
            let stopped = self.compiler.formulas.any(dropping);
            let passes = self.compiler.formulas.not(stopped);
            return Passed { passes, waits: None, capped: Formula::NEVER };
        }
        let may_expire = !spent.is_empty() && (expires.is_some() || ends.is_some());
        let of = *self.compiler.alike.entry(bound).or_insert(of);
        let late = self.compiler.flag(Source::Hours(Hours::Late(of)));
        let expires = if may_expire { self.compiler.flag(Source::Hours(Hours::Expires(of))) } else { Formula::NEVER };
        let formulas = &mut self.compiler.formulas;
        let for_caps = formulas.any(spent);
        let waits = formulas.any(waits.into_iter().chain([for_caps]));
        let too_late = formulas.both(waits, late);
        let dropped = formulas.any(dropping);
        let stopped = formulas.any([dropped, too_late]);
        let (open, lives) = (formulas.not(dropped), formulas.not(expires));
        let capped = formulas.all([open, for_caps, late, lives]);
        Passed { passes: formulas.not(stopped), waits: Some(waits), capped }
    }

    /// Its own hours let it pass, or it is held and has its place all the same; and where it drops out for a cap that would
    /// hold it for too long. How long a message would wait is asked with the channel that carries it.
    pub(super) fn own_hours(&mut self, slot: SlotId, offer: OfferId, rule: Option<RuleId>) -> (Formula, Formula) {
        if !self.rules.sends(slot) {
            let Passed { passes, capped, .. } = self.passed((offer, rule, None), None);
            return (passes, capped);
        }
        let (windows, _) = self.rules.holding(offer, rule);
        let dropping: Vec<Formula> = windows.into_iter().filter_map(|id| self.drops_outside(id)).collect();
        let outside = self.compiler.formulas.any(dropping);
        (self.compiler.formulas.not(outside), Formula::NEVER)
    }

    /// Where a window drops what it is on; nothing where that is asked with the channel.
    fn drops_outside(&mut self, id: WindowId) -> Option<Formula> {
        match self.rules[id].outside {
            Outside::Drop => Some(self.closed(id)),
            // What has no clock has no hour at which it opens, so nothing waits for it.
            Outside::Hold(_) => Some(self.nowhere(id)),
            Outside::NextChannel => None,
        }
    }

    /// What was held is let go too late: whoever lets it go may be late at any time, where that is looked at.
    pub(super) fn overdue(&mut self, of: Waits) -> Overdue {
        let (rules, (offer, rule, sender)) = (self.rules, of);
        let (mut windows, caps) = rules.holding(offer, rule);
        windows.extend(sender.iter().flat_map(|id| rules.windows_by(channels_of(rules, *id), rules[offer].class)));
        let holds = |id: &WindowId| matches!(rules[*id].outside, Outside::Hold(_));
        let is_held = windows.iter().any(holds) || caps.iter().any(|cap| rules[*cap].hold().is_some());
        if !(self.doubts.late && is_held) {
            return Overdue { drops: Formula::NEVER, capped: Formula::NEVER };
        }
        // It was held since when it was, whoever lets it go.
        let holders = (offer, windows.into_iter().filter(holds).collect::<BTreeSet<_>>(), caps.clone());
        let of = *self.overdue.entry(holders).or_insert(of);
        let drops = self.compiler.flag(Source::Hours(Hours::Overdue(of)));
        let spent: Vec<Formula> = caps.iter().map(|cap| self.spent(*cap)).collect();
        let formulas = &mut self.compiler.formulas;
        let spent = formulas.any(spent);
        Overdue { drops, capped: formulas.both(drops, spent) }
    }

    /// Until when an offer waits that is sent may hang on its channels: they have hours, or ask for something that changes
    /// with time. Caps on them only get free, so what carries it now carries it then.
    pub(super) fn ways_turn(&self, channels: &[ChannelId], offer: OfferId, rule: Option<RuleId>) -> bool {
        let (rules, class) = (self.rules, self.rules[offer].class);
        let (windows, caps) = rules.holding(offer, rule);
        let turns = |id: &ChannelId| {
            !rules.channel_windows(*id, class).is_empty()
                || rules[*id].asked().any(|clause| hangs_on_now(rules, &clause.condition))
        };
        !(windows.is_empty() && caps.is_empty()) && channels.iter().any(turns)
    }

    /// A window is closed: by the hour, or because nobody knows on whose clocks it is read.
    pub(super) fn closed(&mut self, id: WindowId) -> Formula {
        let flag = self.compiler.flag(Source::Hours(Hours::Closed(id)));
        let nowhere = self.nowhere(id);
        self.compiler.formulas.any([flag, nowhere])
    }

    /// Nobody knows on whose clocks a window is read.
    fn nowhere(&mut self, id: WindowId) -> Formula {
        let zones = &self.rules[id].zones;
        let mut known = |zone: &CapZone| match zone {
            CapZone::Named(_) => Formula::ALWAYS,
            CapZone::Attribute(read) => self.compiler.readable(&Simple::Attribute(Read::plain(*read, true))),
        };
        let mut any: Vec<Formula> = zones.first.iter().map(&mut known).collect();
        let every: Vec<Formula> = zones.every.iter().map(&mut known).collect();
        if !every.is_empty() {
            any.push(self.compiler.formulas.all(every));
        }
        let somewhere = self.compiler.formulas.any(any);
        self.compiler.formulas.not(somewhere)
    }
}

/// Whether time alone may change what a condition says.
fn hangs_on_now(rules: &RuleSet, condition: &Condition) -> bool {
    let mut found = false;
    condition.each(&mut |part| {
        found |= match part {
            Condition::Age(..) => true,
            Condition::Segment(id) => hangs_on_now(rules, &rules[*id].condition),
            Condition::And(_)
            | Condition::Or(_)
            | Condition::Not(_)
            | Condition::Holds(_)
            | Condition::Equal(..)
            | Condition::OneOf(..)
            | Condition::Compare(..)
            | Condition::Between(..)
            | Condition::Known(_)
            | Condition::Never(_)
            | Condition::Has(..) => false,
        } || part.operands().into_iter().any(|operand| moves(rules, operand));
    });
    found
}

/// Whether time alone may change a value.
fn moves(rules: &RuleSet, of: &Expression) -> bool {
    match of {
        Expression::Now => true,
        Expression::Literal(..)
        | Expression::Attribute(_)
        | Expression::Gathered(_)
        | Expression::Consent(_)
        | Expression::Permission(_) => false,
        Expression::Value(id) => moves(rules, &rules[*id].expression),
        Expression::Rescale(inner, _) => moves(rules, inner),
        Expression::Arithmetic(_, left, right, _) | Expression::Else(left, right, _) => {
            moves(rules, left) || moves(rules, right)
        }
        Expression::When(inner, when, _) => moves(rules, inner) || hangs_on_now(rules, when),
    }
}
