//! Why the hours let a candidate not pass: windows, caps that hold, its expiry and its ends, with what the customer's clocks
//! show, as far as marks allow.

use super::super::candidate::{Dropped, Ending, Guarded};
use super::super::expression::datum;
use super::super::waiting::{Bound, Holder, Ways, is_open, longest};
use super::steps::capped;
use super::{Reason, facts, ways};
use crate::frame::{Frame, WindowState};
use crate::model::show::show_expression;
use crate::model::{AgeBound, CapId, ChannelId, Condition, OfferId, Rule, RuleId, RuleSet, WindowId};
use crate::value::{Datum, Instant, Missing, Period, Zone, show_date, show_instant};

/// What was to be shown or sent, and how it stands to time.
struct Late<'a> {
    guarded: &'a Guarded<'a>,
    /// The channel that would carry it now, where it got that far, and why those before it do not.
    by: Option<ChannelId>,
    passed_over: Vec<Reason>,
    bound: Bound<'a>,
}

impl<'a> Late<'a> {
    fn new(guarded: &'a Guarded<'a>, sent: Ways<'a>, own: Option<RuleId>, offer: OfferId) -> Self {
        // What its own hours stop was asked of no channel.
        let got_far = guarded.rules.sends(sent.slot) && guarded.hours(offer, own, sent).is_ok();
        let way = got_far.then(|| guarded.way(sent.slot, sent.channels, offer, own));
        let by = way.as_ref().and_then(|way| way.by).map(|(by, _)| by);
        let passed_over = way.map(|way| ways::blocked(guarded, &way.passed_over)).unwrap_or_default();
        Self { guarded, by, passed_over, bound: guarded.bound(offer, own, Some(sent), by) }
    }

    /// A window on the channel speaks of what goes by it.
    fn of(&self, window: WindowId, why: Reason) -> Reason {
        match self.by.filter(|_| self.bound.of_channel.contains(&window)) {
            Some(by) => Reason::Channel { channel: self.guarded.rules[by].name.clone(), why: Box::new(why) },
            None => why,
        }
    }

    /// When it would be let go, where that tells nothing of a protected fact.
    fn lets_go(&self) -> Option<Instant> {
        if self.is_protected() { None } else { self.bound.lets_go(self.guarded.rules, self.guarded.frame) }
    }

    /// Whether it hangs on a protected fact when it would be let go.
    fn is_protected(&self) -> bool {
        let rules = self.guarded.rules;
        let bound = &self.bound;
        let conditions = bound.held_off(rules).chain(bound.asked(rules).chain(bound.expires).map(|of| &of.condition));
        bound.ever_bound(rules).into_iter().any(|id| facts::window_reads_protected(rules, id))
            || bound
                .caps
                .iter()
                .copied()
                .chain(bound.channel_caps(rules))
                .any(|id| facts::cap_reads_protected(rules, id))
            || conditions.into_iter().any(|condition| facts::reads_protected(rules, condition))
    }

    /// The windows that are not in its way yet, each as it will be where it is met; nothing where that hangs on a protected
    /// fact.
    fn met_later(&self) -> Vec<(WindowId, Frame)> {
        let (rules, frame) = (self.guarded.rules, self.guarded.frame);
        if self.is_protected() {
            return Vec::new();
        }
        let met = self.bound.way(rules, frame).windows;
        let later = met.into_iter().filter(|(_, at)| frame.now < *at);
        later.map(|(id, at)| (id, frame.at(rules, at))).collect()
    }

    /// Every window and cap whose own limit is over before it would be let go, then what else it would wait for.
    fn hold_limit(&self, windows: &[WindowId], caps: &[CapId]) -> Vec<Reason> {
        let (rules, frame) = (self.guarded.rules, self.guarded.frame);
        let lets_go = self.lets_go();
        let later = self.met_later();
        let met = |id: &WindowId| later.iter().find(|(met, _)| met == id).map_or(frame, |(_, then)| then);
        let windows: Vec<&WindowId> = windows.iter().filter(|id| !is_open(rules, met(id), **id)).collect();
        let of_window = |id: &WindowId| longest(rules[*id].outside);
        let of_cap = |id: &CapId| rules[*id].hold();
        let all = windows.iter().filter_map(|id| of_window(id)).chain(caps.iter().filter_map(of_cap));
        let since = self.bound.held.unwrap_or(frame.now);
        let shortest = all.map(|most| since.plus(most)).min();
        // Where nobody knows until when, or nobody may see, it is known of the shortest alone.
        let is_over = |most: Period| match lets_go {
            Some(at) => since.plus(most) < at,
            None => Some(since.plus(most)) == shortest,
        };
        let (mut over, mut others) = (Vec::new(), Vec::new());
        for id in windows {
            let then = met(id);
            match of_window(id).filter(|most| is_over(*most)) {
                Some(most) => {
                    let (clock, since) = (clock(rules, then, *id), self.bound.held);
                    let window = rules[*id].name.clone();
                    let limit = Reason::HoldLimit { window, most: most.to_string(), clock, since, lets_go };
                    over.push(self.of(*id, limit));
                }
                None => others.push(self.of(*id, closed(rules, then, *id))),
            }
        }
        for id in caps {
            let why = capped(self.guarded, *id);
            match of_cap(id).filter(|most| is_over(*most)) {
                Some(most) => over.push(Reason::TooLong { why: Box::new(why), most: most.to_string(), lets_go }),
                None => others.push(why),
            }
        }
        over.into_iter().chain(others).collect()
    }

    /// That it was held too long, by what holds longest, then what it would wait for now.
    fn overdue(&self, spent: &[CapId]) -> Vec<Reason> {
        let (rules, frame) = (self.guarded.rules, self.guarded.frame);
        let Some(since) = self.bound.held else { return Vec::new() };
        let holders: Vec<(Holder, Period)> = self.bound.holders(rules).collect();
        let Some(longest) = holders.iter().map(|(_, most)| *most).max_by_key(|most| since.plus(*most)) else {
            return Vec::new();
        };
        let mut by: Vec<String> = holders
            .iter()
            .filter(|(_, most)| since.plus(*most) == since.plus(longest))
            .map(|(holder, _)| match holder {
                Holder::Window(id) => rules[*id].name.clone(),
                Holder::Cap(id) => rules[*id].name.clone(),
            })
            .collect();
        by.dedup();
        let shut = self.bound.bound_now().filter(|id| !is_open(rules, frame, *id));
        let shut: Vec<Reason> = shut.map(|id| self.of(id, closed(rules, frame, id))).collect();
        let spent = spent.iter().map(|id| capped(self.guarded, *id));
        std::iter::once(Reason::Overdue { since, by, most: longest.to_string() }).chain(shut).chain(spent).collect()
    }
}

/// Why the hours stopped an offer that this rule itself or a list brings: the channels that were passed over before, each
/// with its step, then what stopped it.
pub(super) fn late(
    guarded: &Guarded<'_>,
    sent: Ways<'_>,
    own: Option<RuleId>,
    offer: OfferId,
    dropped: &Dropped,
) -> Vec<Reason> {
    let rules = guarded.rules;
    let late = Late::new(guarded, sent, own, offer);
    let why = match dropped {
        Dropped::Outside(windows) => windows.iter().map(|id| late.of(*id, closed(rules, guarded.frame, *id))).collect(),
        Dropped::HoldLimit(windows, caps) => late.hold_limit(windows, caps),
        Dropped::Overdue(caps) => late.overdue(caps),
        Dropped::Ends(ending) => vec![ends(rules, *ending, own, offer)],
        Dropped::Expired => own.map(|id| expired(guarded, &rules[id])).into_iter().collect(),
        Dropped::RuleOff
        | Dropped::OfferOff
        | Dropped::RuleNotActive
        | Dropped::OfferNotActive
        | Dropped::ReviewOverdue
        | Dropped::Blocked(_)
        | Dropped::NoConsent(_)
        | Dropped::NotApplicable
        | Dropped::NotKnown
        | Dropped::Taken
        | Dropped::Capped(_)
        | Dropped::ExpiryNotKnown
        | Dropped::NoScore
        | Dropped::NoChannel(_) => Vec::new(),
    };
    late.passed_over.into_iter().chain(why).collect()
}

/// For what something waits that is held: its windows that are closed, those of the channel that would carry it now, its
/// caps that are spent, and the windows that hold it later on its way.
pub(super) fn waits_for(guarded: &Guarded<'_>, sent: Ways<'_>, own: Option<RuleId>, offer: OfferId) -> Vec<Reason> {
    let (rules, frame) = (guarded.rules, guarded.frame);
    let late = Late::new(guarded, sent, own, offer);
    let bound = &late.bound;
    let mut windows: Vec<WindowId> = bound.bound_now().filter(|id| !is_open(rules, frame, *id)).collect();
    windows.sort_unstable();
    let windows = windows.into_iter().map(|id| closed(rules, frame, id));
    let later = late.met_later().into_iter().map(|(id, then)| late.of(id, closed(rules, &then, id)));
    windows.chain(bound.spent(rules, frame).map(|cap| capped(guarded, cap))).chain(later).collect()
}

/// An offer that would be over before it may be let go.
fn ends(rules: &RuleSet, ending: Ending, own: Option<RuleId>, offer: OfferId) -> Reason {
    let named = |name: &str, until: Option<Instant>| until.map(|at| format!("{name} ends {}", show_instant(at)));
    let rule = own.map(|id| &rules[id]);
    let when = match ending {
        Ending::Offer => named(&rules[offer].name, rules[offer].active.and_then(|active| active.until)),
        Ending::Rule => rule.and_then(|rule| named(&rule.name, rule.active.and_then(|active| active.until))),
        Ending::Review => own.and_then(|id| {
            let (due, over) = (rules[id].review_by?, rules.review_ends(id)?);
            let rule = &rules[id].name;
            Some(format!("the review of {rule} was due {}, its grace ends {}", show_date(due), show_instant(over)))
        }),
    };
    Reason::Expired { when, over: false }
}

/// A window that drops what it is on.
pub(super) fn closed(rules: &RuleSet, frame: &Frame, id: WindowId) -> Reason {
    let nobody = *frame.window(id) == WindowState::UnknownZone;
    Reason::Closed { window: rules[id].name.clone(), clock: clock(rules, frame, id), nobody }
}

/// A rule of which the time is over, or will be before it may be let go.
fn expired(guarded: &Guarded<'_>, rule: &Rule) -> Reason {
    let rules = guarded.rules;
    let over = rule.expires.as_ref().is_some_and(|clause| guarded.holds(&clause.condition));
    let shown = |condition: &Condition| {
        let Condition::Age(of, _, AgeBound::One(_, period)) = condition else { return None };
        let protected = facts::reads_protected(rules, condition);
        (!protected).then(|| format!("{period} after {}", show_expression(rules, of)))
    };
    let when = rule.expires.as_ref().and_then(|clause| shown(&clause.condition));
    Reason::Expired { when, over }
}

/// A rule that expires nobody knows when: the attributes that are missing.
pub(super) fn no_expiry(rules: &RuleSet, frame: &Frame, rule: &Rule) -> Vec<Reason> {
    let Some(Condition::Age(of, ..)) = rule.expires.as_ref().map(|clause| &clause.condition) else { return Vec::new() };
    let named = facts::without_value(rules, frame, of);
    let known = |(id, why): (crate::model::AttributeId, Option<String>)| Reason::NotKnown {
        attribute: rules[id].name.clone(),
        why,
    };
    let mut reasons: Vec<Reason> = named.into_iter().map(known).collect();
    if reasons.is_empty() {
        let why = match datum(rules, frame, of) {
            Datum::Missing(reason) => reason,
            Datum::Known(_) => Missing::Computed,
        };
        reasons.push(Reason::NotKnown { attribute: show_expression(rules, of), why: Some(why.word().to_owned()) });
    }
    reasons.sort();
    reasons
}

/// What the clocks show on which a window is closed: `fri 22:30 in Europe/Berlin`. Nothing where that would tell what a
/// protected attribute says.
fn clock(rules: &RuleSet, frame: &Frame, id: WindowId) -> Option<String> {
    if facts::window_reads_protected(rules, id) || is_open(rules, frame, id) {
        return None;
    }
    let shown = frame.window_zones(rules, id).into_iter().map(|name| {
        let clock = Zone::named(name)?.clock(frame.now);
        Some(format!("{clock} in {name}"))
    });
    let shown: Vec<String> = shown.collect::<Option<_>>()?;
    (!shown.is_empty()).then(|| shown.join(", "))
}
