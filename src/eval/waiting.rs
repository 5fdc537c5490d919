//! What waits, for windows and for caps that hold: whether a candidate may be shown now, and else until when it is held
//! (R10, R32).
//!
//! The release is the earliest instant at which, as known now, every window that binds the candidate is open, every cap
//! lets it pass and no block holds. Longer than the shortest hold of the windows that are closed and the caps that are
//! spent, or past its expiry, it is dropped at once. What is reserved counts as if it happened when it was decided.

use super::candidate::{Dropped, Guarded};
use super::condition::condition;
use super::turns::turns;
use crate::frame::{Frame, WindowState};
use crate::model::{
    BlockCause, BlockId, CapId, ChannelId, Class, Clause, Condition, OfferId, Outside, RuleId, RuleSet, WindowId,
    limits,
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

/// What a candidate has to do with time.
pub(super) struct Bound<'a> {
    pub(super) windows: &'a [WindowId],
    pub(super) blocks: &'a [BlockId],
    /// Caps that say `then hold`; of those that do not, none is spent.
    pub(super) caps: &'a [CapId],
    pub(super) class: Class,
    /// Anything but a no is too late.
    pub(super) expires: Option<&'a Clause>,
    /// Where it was held and is let go, since when: from then on it has waited.
    pub(super) held: Option<Instant>,
}

/// Whether a window is open: its day is mentioned, and every row is open, says nothing of that day, or is about others.
pub fn is_open(rules: &RuleSet, frame: &Frame, id: WindowId) -> bool {
    let state = frame.window(id);
    let lifted = |when: &Clause| condition(rules, frame, &when.condition).is_no();
    state.is_mentioned()
        && rules[id]
            .rows
            .iter()
            .enumerate()
            .all(|(at, row)| state.row_is_open(at) || row.when.as_ref().is_some_and(lifted))
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

/// What becomes of an offer that this rule itself or a list brings, by this channel where one is chosen already, if nothing
/// else stops it: blocks, conditions and the caps that hold nothing are not asked. `None` where it has not to wait, or drops
/// out for a window that holds nothing or a cap of which nobody knows when it lets anything pass.
pub fn wait(
    rules: &RuleSet,
    frame: &Frame,
    offer: OfferId,
    rule: Option<RuleId>,
    by: Option<ChannelId>,
) -> Option<Wait> {
    let expires = rule.and_then(|id| rules[id].expires.as_ref());
    let lives = || expires.is_none_or(|clause| condition(rules, frame, &clause.condition).is_no());
    let guarded = Guarded::new(rules, frame);
    let (_, holding) = rules.holding(offer, rule, by);
    if guarded.caps(&holding, rules[offer].class).is_some() {
        return None;
    }
    match guarded.waiting(offer, rule, by) {
        Waiting::Passes => None,
        Waiting::Until(_) => Some(Wait::InTime),
        Waiting::Drops(Dropped::HoldLimit(..)) => Some(Wait::TooLong),
        Waiting::Drops(dropped) => (dropped == Dropped::Expired && lives()).then_some(Wait::Expires),
    }
}

/// How long one look ahead reaches.
const STEP: Period = Period { count: 1, unit: Unit::Day };

/// How long something waits for a window at most; nothing where it does not.
fn longest(outside: Outside) -> Option<Period> {
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
        let closed: Vec<WindowId> = self.windows.iter().copied().filter(|id| !is_open(rules, frame, *id)).collect();
        let spent: Vec<CapId> = self.spent(rules, frame).collect();
        if self.is_overdue(rules, frame) {
            let holding = self.windows.iter().copied().filter(|id| longest(rules[*id].outside).is_some());
            return Waiting::Drops(Dropped::HoldLimit(holding.collect(), spent));
        }
        if closed.is_empty() && spent.is_empty() {
            return Waiting::Passes;
        }
        // What has no clock has no hour at which it opens.
        let is_final =
            |id: &WindowId| frame.window(*id) == WindowState::UnknownZone || rules[*id].outside == Outside::Drop;
        let dropping: Vec<WindowId> = closed.iter().copied().filter(is_final).collect();
        if !dropping.is_empty() {
            return Waiting::Drops(Dropped::Outside(dropping));
        }
        let since = self.held.unwrap_or(frame.now);
        let of_caps = spent.iter().filter_map(|id| rules[*id].hold());
        let most = closed.iter().filter_map(|id| longest(rules[*id].outside)).chain(of_caps);
        let limit = most.map(|most| since.plus(most)).min().unwrap_or(frame.now);
        match self.release(rules, frame, limit) {
            Some(waiting) => waiting,
            None => Waiting::Drops(Dropped::HoldLimit(closed, spent)),
        }
    }

    /// Whether it was held for longer than anything that binds it holds, and is only now let go.
    fn is_overdue(&self, rules: &RuleSet, frame: &Frame) -> bool {
        let of_windows = self.windows.iter().filter_map(|id| longest(rules[*id].outside));
        let of_caps = self.caps.iter().filter_map(|id| rules[*id].hold());
        let Some(since) = self.held else { return false };
        of_windows.chain(of_caps).map(|most| since.plus(most)).max().is_some_and(|last| last < frame.now)
    }

    fn spent<'r>(&'r self, rules: &'r RuleSet, frame: &'r Frame) -> impl Iterator<Item = CapId> + 'r {
        self.caps.iter().copied().filter(|cap| frame.stops(rules, *cap, self.class))
    }

    /// What comes first up to `limit`: the release or the expiry.
    fn release(&self, rules: &RuleSet, frame: &Frame, limit: Instant) -> Option<Waiting> {
        let zones: Vec<(Zone, Vec<u32>)> = self
            .windows
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
        let of_rows = self.windows.iter().flat_map(|id| &rules[*id].rows).filter_map(|row| row.when.as_ref());
        let conditions: Vec<&Condition> =
            of_rows.chain(self.expires).map(|clause| &clause.condition).chain(self.held_off(rules)).collect();
        let mut known = turns(rules, frame, conditions, limit);
        known.extend(self.spent(rules, frame).flat_map(|cap| frame.frees(rules, cap)));
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
                if self.lets_pass(rules, &then) {
                    return Some(Waiting::Until(at));
                }
            }
            from = to;
        }
        None
    }

    /// Whether windows, caps and blocks let it pass. What a block counts only ends with time, so it has ended already.
    fn lets_pass(&self, rules: &RuleSet, frame: &Frame) -> bool {
        self.windows.iter().all(|id| is_open(rules, frame, *id))
            && self.spent(rules, frame).next().is_none()
            && self.held_off(rules).all(|while_so| condition(rules, frame, while_so).is_no())
    }

    /// The conditions while which a block holds.
    fn held_off<'r>(&self, rules: &'r RuleSet) -> impl Iterator<Item = &'r Condition> {
        self.blocks.iter().filter_map(|id| match &rules[*id].cause {
            BlockCause::While(clause) => Some(&clause.condition),
            BlockCause::After(_) => None,
        })
    }
}
