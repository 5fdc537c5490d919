//! What waits, for windows and for caps that hold: whether a candidate may be shown now, and else until when it is held
//! (R10, R32).
//!
//! The release is the earliest instant at which, as known now, every window that binds the candidate is open, every cap
//! lets it pass, no block holds and, if it is sent, one of its channels carries it in the hours of that channel: whichever
//! would be chosen then. Longer than the shortest hold of the windows that are closed and the caps that are spent, past its
//! expiry or the end of its dates, it is dropped at once. What is reserved counts as if it happened when it was decided.

use super::candidate::{Dropped, Ending, Guarded};
use super::condition::condition;
use super::tally;
use super::turns::turns;
use crate::frame::{Frame, WindowState};
use crate::model::{
    BlockCause, BlockId, CapId, ChannelId, Class, Clause, Condition, OfferId, Outside, RuleId, RuleSet, SlotId,
    WindowId, limits,
};
use crate::value::{Instant, Period, Truth, Unit, Zone};

/// How a candidate stands to its windows and to the caps that hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Waiting {
    /// They let it pass.
    Passes,
    /// It is held until then.
    Until(Instant),
    /// It drops out.
    Drops(Dropped),
}

/// The channels of a slot by which something is sent, in the order in which its author wrote them.
#[derive(Clone, Copy, Debug)]
pub struct Ways<'a> {
    /// The slot.
    pub slot: SlotId,
    /// Its own channels, or those of the rule in whose place it goes.
    pub channels: &'a [ChannelId],
}

/// What a candidate has to do with time.
pub(super) struct Bound<'a> {
    pub(super) offer: OfferId,
    /// The rule itself that shows or sends it; nothing of what stands in.
    pub(super) rule: Option<RuleId>,
    /// What binds it at every hour.
    pub(super) windows: Vec<WindowId>,
    /// Where a channel carries it now, the windows that bind the message there.
    pub(super) of_channel: Vec<WindowId>,
    pub(super) blocks: Vec<BlockId>,
    /// Caps that say `then hold`; of those that do not, none is spent.
    pub(super) caps: Vec<CapId>,
    pub(super) class: Class,
    /// Anything but a no is too late.
    pub(super) expires: Option<&'a Clause>,
    /// Where it was held and is let go, since when: from then on it has waited.
    pub(super) held: Option<Instant>,
    /// By what it is sent, where its channels have a say.
    pub(super) ways: Option<Ways<'a>>,
    /// Every channel by which it may have waited; none where it is shown.
    pub(super) channels: &'a [ChannelId],
}

/// Whether a window is open for a customer: a row whose condition is no is about others.
pub fn is_open(rules: &RuleSet, frame: &Frame, id: WindowId) -> bool {
    let when = |at: usize| rules[id].rows.get(at).and_then(|row| row.when.as_ref());
    let is_about_others = |when: &Clause| condition(rules, frame, &when.condition).is_no();
    frame.window(id).is_open(&rules[id], |at| !when(at).is_some_and(is_about_others))
}

/// What becomes of something that has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// It is held.
    InTime,
    /// It drops out: nothing waits so long.
    TooLong,
    /// It drops out: it would be over before.
    Expires,
}

/// What becomes of an offer that this rule itself or a list brings, by one of these channels if it is sent and got that far,
/// if nothing else stops it: blocks, conditions and the caps that hold nothing are not asked. `None` where it has not to
/// wait, or drops out for a channel, a window that holds nothing or a cap of which nobody knows when it lets anything pass.
pub fn wait(
    rules: &RuleSet,
    frame: &Frame,
    offer: OfferId,
    rule: Option<RuleId>,
    ways: Option<Ways<'_>>,
) -> Option<Wait> {
    let expires = rule.and_then(|id| rules[id].expires.as_ref());
    let lives = || expires.is_none_or(|clause| condition(rules, frame, &clause.condition).is_no());
    let guarded = Guarded::new(rules, frame);
    let (_, holding) = rules.holding(offer, rule);
    if guarded.caps(&holding, rules[offer].class).is_some() {
        return None;
    }
    let by = match ways {
        Some(ways) => Some(guarded.way(ways.slot, ways.channels, offer, rule).by?.0),
        None => None,
    };
    match guarded.waiting(offer, rule, ways, by) {
        Waiting::Passes => None,
        Waiting::Until(_) => Some(Wait::InTime),
        Waiting::Drops(Dropped::HoldLimit(..) | Dropped::Overdue(_)) => Some(Wait::TooLong),
        Waiting::Drops(Dropped::Ends(_)) => Some(Wait::Expires),
        Waiting::Drops(dropped) => (dropped == Dropped::Expired && lives()).then_some(Wait::Expires),
    }
}

/// What lets something wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Window(WindowId),
    Cap(CapId),
}

/// How long one look ahead reaches.
const STEP: Period = Period { count: 1, unit: Unit::Day };

/// How long something waits for a window at most; nothing where it does not.
pub(super) fn longest(outside: Outside) -> Option<Period> {
    match outside {
        Outside::Hold(most) => Some(most.unwrap_or(limits::HOLD)),
        Outside::Drop | Outside::NextChannel => None,
    }
}

impl Bound<'_> {
    pub(super) fn look(&self, rules: &RuleSet, frame: &Frame) -> Waiting {
        match self.expires.map(|clause| condition(rules, frame, &clause.condition)) {
            None | Some(Truth::No) => {}
            Some(Truth::Yes) => return Waiting::Drops(Dropped::Expired),
            Some(Truth::Unknown) => return Waiting::Drops(Dropped::ExpiryNotKnown),
        }
        self.bound_now().for_each(|window| tally::thing(tally::Thing::Window(window.0)));
        let closed: Vec<WindowId> = self.bound_now().filter(|id| !is_open(rules, frame, *id)).collect();
        let spent: Vec<CapId> = self.spent(rules, frame).collect();
        if self.is_overdue(rules, frame) {
            return Waiting::Drops(Dropped::Overdue(spent));
        }
        if closed.is_empty() && spent.is_empty() {
            return Waiting::Passes;
        }
        // What has no clock has no hour at which it opens.
        let is_final =
            |id: &WindowId| *frame.window(*id) == WindowState::UnknownZone || rules[*id].outside == Outside::Drop;
        let dropping: Vec<WindowId> = closed.iter().copied().filter(is_final).collect();
        if !dropping.is_empty() {
            return Waiting::Drops(Dropped::Outside(dropping));
        }
        let since = self.held.unwrap_or(frame.now);
        let of_caps = spent.iter().filter_map(|id| rules[*id].hold());
        let most = closed.iter().filter_map(|id| longest(rules[*id].outside)).chain(of_caps);
        let limit = most.map(|most| since.plus(most)).min().unwrap_or(frame.now);
        match tally::aside(|| self.release(rules, frame, limit)) {
            Some(waiting) => waiting,
            None => Waiting::Drops(Dropped::HoldLimit(closed, spent)),
        }
    }

    /// When it would be let go if it could wait as long as anything may; nothing where it would be over before.
    pub(super) fn lets_go(&self, rules: &RuleSet, frame: &Frame) -> Option<Instant> {
        match self.release(rules, frame, frame.now.plus(limits::HOLD))? {
            Waiting::Until(at) => Some(at),
            Waiting::Passes | Waiting::Drops(_) => None,
        }
    }

    /// The windows that bind it now: its own and those of the channel that carries it.
    pub(super) fn bound_now(&self) -> impl Iterator<Item = WindowId> {
        self.windows.iter().chain(&self.of_channel).copied()
    }

    /// Whether it was held for longer than anything by which it may have waited holds, and is only now let go.
    fn is_overdue(&self, rules: &RuleSet, frame: &Frame) -> bool {
        let Some(since) = self.held else { return false };
        self.holders(rules).map(|(_, most)| since.plus(most)).max().is_some_and(|last| last < frame.now)
    }

    /// What may have held it, each with its longest wait: its windows, those of any of its channels, its caps.
    pub(super) fn holders<'r>(&'r self, rules: &'r RuleSet) -> impl Iterator<Item = (Holder, Period)> + 'r {
        let of_channels = rules.windows_by(self.channels, self.class);
        let windows = self.windows.iter().copied().chain(of_channels);
        let windows = windows.filter_map(|id| Some((Holder::Window(id), longest(rules[id].outside)?)));
        windows.chain(self.caps.iter().filter_map(|id| Some((Holder::Cap(*id), rules[*id].hold()?))))
    }

    /// The caps that are spent, for which it waits.
    pub(super) fn spent<'r>(&'r self, rules: &'r RuleSet, frame: &'r Frame) -> impl Iterator<Item = CapId> + 'r {
        self.caps.iter().copied().filter(|cap| frame.stops(rules, *cap, self.class))
    }

    /// What comes first up to `limit`: the release, the expiry or the end of its dates.
    fn release(&self, rules: &RuleSet, frame: &Frame, limit: Instant) -> Option<Waiting> {
        let windows = self.ever_bound(rules);
        let zones: Vec<(Zone, Vec<u32>)> = windows
            .iter()
            .flat_map(|id| {
                let times = rules[*id].times();
                frame
                    .window_zones(rules, *id)
                    .into_iter()
                    .filter_map(Zone::named)
                    .map(move |zone| (zone, times.clone()))
            })
            .collect();
        let of_rows = windows.iter().flat_map(|id| &rules[*id].rows).filter_map(|row| row.when.as_ref());
        let conditions: Vec<&Condition> = of_rows
            .chain(self.expires)
            .chain(self.asked(rules))
            .map(|clause| &clause.condition)
            .chain(self.held_off(rules))
            .collect();
        let mut known = turns(rules, frame, conditions, limit);
        known.extend(self.spent(rules, frame).chain(self.channel_caps(rules)).flat_map(|cap| frame.frees(rules, cap)));
        known.extend(ends(rules, self.offer, self.rule));
        let mut from = frame.now;
        while from < limit {
            let to = from.plus(STEP).min(limit);
            let within = known.iter().copied().filter(|at| from < *at && *at <= to);
            let mut looks: Vec<Instant> = zones.iter().flat_map(|(zone, times)| zone.turns(from, to, times)).collect();
            looks.extend(within);
            looks.sort_unstable();
            looks.dedup();
            for at in looks {
                let then = frame.at(rules, at);
                if self.expires.is_some_and(|clause| !condition(rules, &then, &clause.condition).is_no()) {
                    return Some(Waiting::Drops(Dropped::Expired));
                }
                if let Some(ending) = self.over(rules, &then) {
                    return Some(Waiting::Drops(Dropped::Ends(ending)));
                }
                if self.lets_pass(rules, &then) {
                    return Some(Waiting::Until(at));
                }
            }
            from = to;
        }
        None
    }

    /// What of it is over.
    fn over(&self, rules: &RuleSet, frame: &Frame) -> Option<Ending> {
        let guarded = Guarded::new(rules, frame);
        let dropped = match self.rule {
            Some(rule) => guarded.switches(rule),
            None => guarded.offer_switches(self.offer),
        };
        dropped.and_then(|dropped| dropped.ending())
    }

    /// Whether windows, caps and blocks let it pass, and if it is sent a channel carries it in its hours. What a block counts
    /// only ends with time, so it has ended already.
    fn lets_pass(&self, rules: &RuleSet, frame: &Frame) -> bool {
        self.windows.iter().all(|id| is_open(rules, frame, *id))
            && self.spent(rules, frame).next().is_none()
            && self.held_off(rules).all(|while_so| condition(rules, frame, while_so).is_no())
            && self.ways.is_none_or(|ways| {
                let way = Guarded::new(rules, frame).way(ways.slot, ways.channels, self.offer, self.rule);
                let is_open = |by| rules.windows_of_message(by, self.class).iter().all(|id| is_open(rules, frame, *id));
                way.by.is_some_and(|(by, _)| is_open(by))
            })
    }

    /// Every window that may have a say before it is let go: its own and those of all its channels.
    pub(super) fn ever_bound(&self, rules: &RuleSet) -> Vec<WindowId> {
        let of_channels = self.ways.map(|ways| rules.windows_by(ways.channels, self.class)).unwrap_or_default();
        self.windows.iter().copied().chain(of_channels).collect()
    }

    /// The caps on its channels.
    pub(super) fn channel_caps(&self, rules: &RuleSet) -> Vec<CapId> {
        let channels = self.ways.map_or(&[][..], |ways| ways.channels);
        channels.iter().flat_map(|id| rules.channel_caps(*id, self.offer, self.rule)).collect()
    }

    /// What its channels ask of the device and the customer.
    pub(super) fn asked<'r>(&'r self, rules: &'r RuleSet) -> impl Iterator<Item = &'r Clause> {
        let channels = self.ways.map_or(&[][..], |ways| ways.channels);
        channels.iter().flat_map(|id| rules[*id].asked())
    }

    /// The conditions while which a block holds.
    pub(super) fn held_off<'r>(&self, rules: &'r RuleSet) -> impl Iterator<Item = &'r Condition> {
        self.blocks.iter().filter_map(|id| match &rules[*id].cause {
            BlockCause::While(clause) => Some(&clause.condition),
            BlockCause::After(_) => None,
        })
    }
}

/// The instants at which an offer is over: the ends of its dates, and of the dates and the review of the rule that shows or
/// sends it.
pub fn ends(rules: &RuleSet, offer: OfferId, rule: Option<RuleId>) -> Vec<Instant> {
    let dates = [rules[offer].active, rule.and_then(|rule| rules[rule].active)];
    let review = rule.and_then(|rule| rules.review_ends(rule));
    dates.into_iter().flatten().filter_map(|active| active.until).chain(review).collect()
}
