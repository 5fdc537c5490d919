//! What waits, for windows and for caps that hold: whether a candidate may be shown now, and else until when it is held
//! (R10, R32).
//!
//! The release is the earliest instant at which, as known now, every window that binds the candidate is open, every cap
//! lets it pass, no block holds and, if it is sent, one of its channels carries it in the hours of that channel: whichever
//! would be chosen then. Longer than the shortest hold of what holds it on its way, past its expiry or the end of its dates,
//! it is dropped at once. On its way it is held by the windows that are closed and the caps that are spent, then by those
//! that are where none of these is in its way any more, and so on until the release. What is reserved counts as if it happened
//! when it was decided.

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

/// Whether such an offer was held for longer than anything by which it may have waited holds, and is let go only now.
pub fn is_overdue(
    rules: &RuleSet,
    frame: &Frame,
    offer: OfferId,
    rule: Option<RuleId>,
    ways: Option<Ways<'_>>,
) -> bool {
    Guarded::new(rules, frame).bound(offer, rule, ways, None).is_overdue(rules, frame)
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

/// What holds something on its way.
pub(super) struct OnWay {
    /// Since when.
    since: Instant,
    now: Instant,
    /// Until when it may wait whatever holds it, where that is asked.
    whatever: Option<Instant>,
    /// The windows that are or will be closed, each with the instant at which it is met.
    pub(super) windows: Vec<(WindowId, Instant)>,
    /// The caps that are spent.
    pub(super) caps: Vec<CapId>,
    /// Of these what holds it at the instant at which its way has got to.
    holding: (Vec<WindowId>, Vec<CapId>),
    /// The end of the shortest hold of what was met.
    shortest: Option<Instant>,
}

impl OnWay {
    fn new(since: Instant, now: Instant, whatever: Option<Instant>) -> Self {
        let (windows, caps, holding) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
        Self { since, now, whatever, windows, caps, holding, shortest: None }
    }

    fn clear(&mut self) {
        *self = Self::new(self.since, self.now, self.whatever);
    }

    /// Until when it may wait.
    fn limit(&self) -> Instant {
        self.whatever.or(self.shortest).unwrap_or(self.now)
    }

    /// Whether nothing of what held it is in its way.
    fn is_free(&self, rules: &RuleSet, then: &Frame, class: Class) -> bool {
        let (windows, caps) = &self.holding;
        windows.iter().all(|id| is_open(rules, then, *id)) && !caps.iter().any(|cap| then.stops(rules, *cap, class))
    }

    fn meets(&mut self, rules: &RuleSet, then: &Frame, (windows, caps): (Vec<WindowId>, Vec<CapId>)) {
        let of_caps = caps.iter().filter_map(|id| rules[*id].hold());
        let most = windows.iter().filter_map(|id| longest(rules[*id].outside)).chain(of_caps);
        self.shortest = most.map(|most| self.since.plus(most)).chain(self.shortest).min();
        for id in &windows {
            if !self.windows.iter().any(|(met, _)| met == id) {
                self.windows.push((*id, then.now));
            }
        }
        self.caps.extend(caps.iter().filter(|id| !self.caps.contains(id)).copied().collect::<Vec<_>>());
        self.holding = (windows, caps);
    }
}

/// The instants at which something of what is in its way may change.
struct Looks {
    /// Of windows: on which clocks, at which times of day.
    zones: Vec<(Zone, Vec<u32>)>,
    /// The others, in no order.
    known: Vec<Instant>,
}

impl Looks {
    /// Those from `begin` on until `last`.
    fn of(bound: &Bound<'_>, rules: &RuleSet, frame: &Frame, begin: &Frame, last: Instant) -> Self {
        let windows = bound.ever_bound(rules);
        let of_window = |id: &WindowId| {
            let times = rules[*id].times();
            let zones = frame.window_zones(rules, *id).into_iter().filter_map(Zone::named);
            zones.map(move |zone| (zone, times.clone())).collect::<Vec<_>>()
        };
        let of_rows = windows.iter().flat_map(|id| &rules[*id].rows).filter_map(|row| row.when.as_ref());
        let conditions: Vec<&Condition> = of_rows
            .chain(bound.expires)
            .chain(bound.asked(rules))
            .map(|clause| &clause.condition)
            .chain(bound.held_off(rules))
            .collect();
        let mut known = turns(rules, begin, conditions, last);
        let caps = bound.spent(rules, frame).chain(bound.channel_caps(rules));
        known.extend(caps.flat_map(|cap| frame.frees(rules, cap)));
        known.extend(ends(rules, bound.offer, bound.rule));
        known.push(frame.now);
        Self { zones: windows.iter().flat_map(of_window).collect(), known }
    }

    /// Those after the one and up to the other, in order.
    fn within(&self, from: Instant, to: Instant) -> Vec<Instant> {
        let of_zones = self.zones.iter().flat_map(|(zone, times)| zone.turns(from, to, times));
        let known = self.known.iter().copied().filter(|at| from < *at && *at <= to);
        let mut looks: Vec<Instant> = of_zones.chain(known).collect();
        looks.sort_unstable();
        looks.dedup();
        looks
    }
}

impl Bound<'_> {
    /// Whether it has to wait for nothing; or why it drops out, however long it would wait.
    pub(super) fn passes(&self, rules: &RuleSet, frame: &Frame) -> Result<bool, Dropped> {
        match self.expires.map(|clause| condition(rules, frame, &clause.condition)) {
            None | Some(Truth::No) => {}
            Some(Truth::Yes) => return Err(Dropped::Expired),
            Some(Truth::Unknown) => return Err(Dropped::ExpiryNotKnown),
        }
        self.bound_now().for_each(|window| tally::thing(tally::Thing::Window(window.0)));
        let closed: Vec<WindowId> = self.bound_now().filter(|id| !is_open(rules, frame, *id)).collect();
        let spent: Vec<CapId> = self.spent(rules, frame).collect();
        if self.is_overdue(rules, frame) {
            return Err(Dropped::Overdue(spent));
        }
        if closed.is_empty() && spent.is_empty() {
            return Ok(true);
        }
        // What has no clock has no hour at which it opens.
        let is_final =
            |id: &WindowId| *frame.window(*id) == WindowState::UnknownZone || rules[*id].outside == Outside::Drop;
        let dropping: Vec<WindowId> = closed.iter().copied().filter(is_final).collect();
        if dropping.is_empty() { Ok(false) } else { Err(Dropped::Outside(dropping)) }
    }

    pub(super) fn look(&self, rules: &RuleSet, frame: &Frame) -> Waiting {
        match self.passes(rules, frame) {
            Ok(true) => return Waiting::Passes,
            Ok(false) => {}
            Err(dropped) => return Waiting::Drops(dropped),
        }
        let (found, way) = tally::aside(|| self.release(rules, frame, None));
        found.unwrap_or_else(|| {
            let windows = way.windows.into_iter().map(|(id, _)| id).collect();
            Waiting::Drops(Dropped::HoldLimit(windows, way.caps))
        })
    }

    /// What holds it on its way until it is let go, or until it would be too late.
    pub(super) fn way(&self, rules: &RuleSet, frame: &Frame) -> OnWay {
        self.release(rules, frame, None).1
    }

    /// When it would be let go if it could wait as long as anything may; nothing where it would be over before.
    pub(super) fn lets_go(&self, rules: &RuleSet, frame: &Frame) -> Option<Instant> {
        match self.release(rules, frame, Some(frame.now.plus(limits::HOLD))).0? {
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

    /// What comes first: the release, the expiry or the end of its dates; nothing where it is the limit of something that
    /// holds it on its way, or `whatever` holds it. Its way begins where it was held first, as far as is still known.
    fn release(&self, rules: &RuleSet, frame: &Frame, whatever: Option<Instant>) -> (Option<Waiting>, OnWay) {
        let since = self.held.unwrap_or(frame.now);
        let begin = frame.at(rules, since);
        let last = self.holders(rules).map(|(_, most)| since.plus(most)).max().unwrap_or(since);
        let known = Looks::of(self, rules, frame, &begin, whatever.unwrap_or(last).max(frame.now));
        let mut way = OnWay::new(since, frame.now, whatever);
        way.meets(rules, &begin, self.in_the_way(rules, &begin));
        let mut from = since;
        while from < way.limit().max(frame.now) {
            let to = from.plus(STEP).min(way.limit().max(frame.now));
            for at in known.within(from, to) {
                if at <= frame.now {
                    self.goes_on(rules, &frame.at(rules, at), &mut way);
                    continue;
                }
                if way.limit() < at {
                    return (None, way);
                }
                let then = frame.at(rules, at);
                if self.expires.is_some_and(|clause| !condition(rules, &then, &clause.condition).is_no()) {
                    return (Some(Waiting::Drops(Dropped::Expired)), way);
                }
                if let Some(ending) = self.over(rules, &then) {
                    return (Some(Waiting::Drops(Dropped::Ends(ending))), way);
                }
                if self.goes_on(rules, &then, &mut way) {
                    return (Some(Waiting::Until(at)), way);
                }
            }
            from = to;
        }
        (None, way)
    }

    /// One instant of its way: whether everything lets it pass. What it has left behind by now holds it no more.
    fn goes_on(&self, rules: &RuleSet, then: &Frame, way: &mut OnWay) -> bool {
        let passes = self.lets_pass(rules, then);
        if passes || way.is_free(rules, then, self.class) {
            if then.now <= way.now {
                way.clear();
            }
            if !passes {
                way.meets(rules, then, self.in_the_way(rules, then));
            }
        }
        passes
    }

    /// Which windows are closed and which caps are spent; of windows on channels those of the channel that would carry it.
    fn in_the_way(&self, rules: &RuleSet, then: &Frame) -> (Vec<WindowId>, Vec<CapId>) {
        let way = self.ways.map(|ways| Guarded::new(rules, then).way(ways.slot, ways.channels, self.offer, self.rule));
        let by = way.and_then(|way| way.by);
        let of_channel = by.map(|(by, _)| rules.windows_of_message(by, self.class)).unwrap_or_default();
        let closed = self.windows.iter().copied().chain(of_channel).filter(|id| !is_open(rules, then, *id));
        (closed.collect(), self.spent(rules, then).collect())
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
