//! What is used of each cap, and what a decision takes from it for the rest of its request (R24, R25).
//!
//! Takes the customer's events and a decision; gives counts. Refuses to know how events are stored. A cap reads events,
//! not a counter of its own (R30).
//!
//! What a class of offers without `counts` shows uses up no declared cap (R2); a rule's own clause counts what its rule
//! shows whatever the class, else the clause that a service rule may carry could never bind.

use std::iter::repeat_n;

use super::past::{Past, Pasts};
use super::{By, CapState, Counted, Decision, Facts, Frame, Happened, Reserved, Stamp, rotation, unit_key, windows};
use crate::model::{
    Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone, Class, Event, EventId, EventTarget, OfferId, RuleSet,
};
use crate::value::{Datum, Instant, Period, Truth, Unit};

/// What is used of every cap, in the order of the rule set; nothing is known where nobody knows whose events they are.
/// `attributes` are masked.
pub(super) fn count(rules: &RuleSet, facts: &Facts, attributes: &[Datum], pasts: &Pasts<'_>) -> Vec<CapState> {
    states(rules, facts, attributes, pasts, (0..rules.caps.len()).map(CapId::from_index))
}

/// What is used of some caps, each by itself, as [`gather`](super::gather) counts it for a frame; of a calendar in a zone
/// that an attribute names it is not told.
pub fn cap_states(rules: &RuleSet, facts: &Facts, caps: &[CapId]) -> Vec<CapState> {
    states(rules, facts, &[], &Pasts::of(rules, facts), caps.iter().copied())
}

fn states(
    rules: &RuleSet,
    facts: &Facts,
    attributes: &[Datum],
    pasts: &Pasts<'_>,
    caps: impl Iterator<Item = CapId>,
) -> Vec<CapState> {
    let mut known: Vec<(CapUnit, bool)> = Vec::new();
    let mut is_known = |unit: CapUnit| match known.iter().find(|(of, _)| *of == unit) {
        Some((_, is_known)) => *is_known,
        None => {
            let is_known = unit_key(rules, facts, unit).is_some();
            known.push((unit, is_known));
            is_known
        }
    };
    let state = |id: CapId| {
        let cap = &rules[id];
        let past = pasts.of_unit(cap.unit);
        // Of most customers most caps know nothing, and there may be thousands.
        let is_unused = past.is_empty() && !matches!(cap.window, CapWindow::Calendar(_));
        let counting = Counting { rules, now: facts.now, past, cap };
        let state = match (is_known(cap.unit), &cap.kind) {
            (false, _) if cap.alone => CapState::Used(0),
            (false, _) => CapState::UnknownUnit,
            (true, _) if facts.store_down => CapState::NoStore,
            (true, _) if is_unused => CapState::Used(0),
            (true, CapKind::Cap) => counting.used(attributes),
            (true, CapKind::Pause { length, without }) => counting.pause(*length, without),
            (true, CapKind::Block { length }) => counting.pause(*length, &[]),
            (true, CapKind::Gap) => counting.gap(),
        };
        match state {
            CapState::Used(counted) => {
                let beside = facts.used.iter().filter(|(of, _)| *of == id).map(|(_, count)| *count);
                CapState::Used(beside.fold(counted, u32::saturating_add))
            }
            CapState::UnknownUnit | CapState::UnknownZone | CapState::Until(_) | CapState::NoStore => state,
        }
    };
    caps.map(state).collect()
}

/// How long a decision is reserved for what it brings about, where the cap does not say (R25).
const RESERVED_FOR: Period = Period { count: 10, unit: Unit::Minute };

/// Until when a decision made at `at` counts for the cap, unless what it counts happens before; `None` where it reserves
/// nothing of it.
fn reserved_until(cap: &Cap, at: Instant, brings: &[EventId]) -> Option<Instant> {
    let comes = cap.events.iter().any(|event| brings.contains(event));
    cap.reserve.or_else(|| comes.then_some(RESERVED_FOR)).map(|length| at.plus(length))
}

/// Since when a window holds events; until now in any case.
#[derive(Clone, Copy)]
enum Since {
    Ever,
    After(Instant),
    From(Instant),
}

impl Since {
    fn holds(self, at: Instant) -> bool {
        match self {
            Self::Ever => true,
            Self::After(edge) => edge < at,
            Self::From(edge) => edge <= at,
        }
    }
}

/// One cap and the events of its unit.
struct Counting<'a> {
    rules: &'a RuleSet,
    now: Instant,
    past: Past<'a>,
    cap: &'a Cap,
}

impl Counting<'_> {
    fn used(&self, attributes: &[Datum]) -> CapState {
        let Some(since) = self.since(attributes) else { return CapState::UnknownZone };
        let undated = self.undated().filter(|at| since.holds(*at)).map(|_| 1);
        let dated = self.sums().filter(|(at, _)| since.holds(*at)).map(|(_, times)| times);
        let live = self.live_sums().map(|reserved| reserved.times);
        CapState::Used(undated.chain(dated).chain(live).fold(0, u32::saturating_add))
    }

    /// Since when its window holds events; `None` where nobody knows in which zone its calendar is read.
    fn since(&self, attributes: &[Datum]) -> Option<Since> {
        let now = self.now;
        match (self.cap.window, zone(self.rules, attributes, self.cap)) {
            (CapWindow::Rolling(length), _) => Some(Since::After(now.minus(length))),
            (CapWindow::Ever, _) => Some(Since::Ever),
            (CapWindow::Calendar(period), zone) => period.start(now, zone?).map(Since::From),
        }
    }

    /// The times of the events that count, in no order; one that nobody can date may have been just now.
    fn times(&self) -> impl Iterator<Item = Instant> {
        self.dated().chain(self.undated())
    }

    fn undated(&self) -> impl Iterator<Item = Instant> {
        let now = self.now;
        let undated = self.past.undated.iter().filter(move |(event, stamp)| self.is_counted(*event, stamp));
        undated.map(move |_| now)
    }

    /// The times of those that somebody dated, in no order.
    fn dated(&self) -> impl Iterator<Item = Instant> {
        self.sums().flat_map(|(at, times)| repeat_n(at, times as usize))
    }

    /// The same, with how often.
    fn sums(&self) -> impl Iterator<Item = (Instant, u32)> {
        let counted = |happened: &&Happened| self.is_counted(happened.event, &happened.stamp);
        let events = self.past.may_hit(self.rules, &self.cap.target).filter(counted);
        events.filter_map(|happened| Some((self.by_now(happened)?, happened.times)))
    }

    fn is_counted(&self, event: EventId, stamp: &Stamp) -> bool {
        self.cap.events.contains(&event) && counts(self.rules, self.cap, stamp)
    }

    /// When it happened, as everything that reads events takes it: as of now where it is stamped a little later, and not
    /// at all where it is stamped later than that (R44).
    fn by_now(&self, happened: &Happened) -> Option<Instant> {
        let horizon = self.now.plus(self.rules.defaults.skew);
        (happened.at <= horizon).then(|| happened.at.min(self.now))
    }

    /// What is reserved and counts, in no order.
    fn live(&self) -> impl Iterator<Item = &Reserved> {
        self.live_sums().flat_map(|reserved| repeat_n(reserved, reserved.times as usize))
    }

    /// The same, each once; it says how often.
    fn live_sums(&self) -> impl Iterator<Item = &Reserved> {
        let is_live = |reserved: &&Reserved| {
            let until = reserved_until(self.cap, reserved.at, &reserved.brings);
            until.is_some_and(|until| self.now < until)
                && !self.cap.events.iter().any(|event| reserved.confirmed.contains(event))
                && counts(self.rules, self.cap, &reserved.stamp)
        };
        self.past.reserved.iter().filter(is_live)
    }

    /// When what is reserved and counts was decided: a pause, a gap or a block takes it as if it had happened then. In no order.
    fn decided(&self) -> impl Iterator<Item = Instant> {
        self.live().map(|reserved| reserved.at.min(self.now))
    }

    /// When what is reserved and counts was decided, where it is not reserved for longer than it would stay in the window had
    /// it happened then.
    fn live_leaving(&self, attributes: &[Datum]) -> impl Iterator<Item = Instant> {
        let end = match self.cap.window {
            CapWindow::Calendar(period) => {
                zone(self.rules, attributes, self.cap).and_then(|zone| period.end(self.now, zone))
            }
            CapWindow::Rolling(_) | CapWindow::Ever => None,
        };
        let leaves = move |at: Instant| match self.cap.window {
            CapWindow::Rolling(length) => Some(at.gone_by(length)),
            CapWindow::Calendar(_) => end,
            CapWindow::Ever => None,
        };
        self.live()
            .filter(move |reserved| {
                let until = reserved_until(self.cap, reserved.at, &reserved.brings);
                leaves(reserved.at).zip(until).is_some_and(|(leaves, until)| until <= leaves)
            })
            .map(|reserved| reserved.at)
    }

    /// A pause starts at the event that makes its number, whatever happens later; one of those that start during another
    /// can only make it longer (R29).
    fn pause(&self, length: Period, without: &[EventId]) -> CapState {
        let now = self.now;
        let mut times: Vec<Instant> = self.times().chain(self.decided()).collect();
        times.sort_unstable();
        // Only what surely belongs to the target, at a time that is known, lets the count start anew.
        let certain = self.past.may_hit(self.rules, &self.cap.target).filter(|happened| {
            without.contains(&happened.event) && hits(self.rules, &self.cap.target, &happened.stamp) == Truth::Yes
        });
        let mut breaks: Vec<Instant> = certain.filter_map(|happened| self.by_now(happened)).collect();
        breaks.sort_unstable();
        let fills = |first: Instant, last: Instant| {
            let fits = match self.cap.window {
                CapWindow::Rolling(window) => last.minus(window) < first,
                CapWindow::Ever | CapWindow::Calendar(_) => true,
            };
            let next = breaks.get(breaks.partition_point(|at| *at < first));
            fits && next.is_none_or(|at| last < *at)
        };
        let wanted = (self.cap.at_most as usize).max(1);
        let runs = times.windows(wanted).filter_map(|run| Some((*run.first()?, *run.last()?)));
        let ends = runs.filter(|(first, last)| fills(*first, *last)).map(|(_, last)| last.plus(length));
        if let Some(end) = ends.max().filter(|end| now < *end) {
            return CapState::Until(end);
        }
        // What would count towards a pause that starts now.
        let last = times.iter().rev().take(wanted - 1).take_while(|first| fills(**first, now));
        CapState::Used(u32::try_from(last.count()).unwrap_or(u32::MAX))
    }

    fn gap(&self) -> CapState {
        let CapWindow::Rolling(length) = self.cap.window else { return self.used(&[]) };
        let ends = self.times().chain(self.decided()).map(|at| at.plus(length)).filter(|end| self.now < *end);
        ends.max().map_or(CapState::Used(0), CapState::Until)
    }
}

/// When what is used of each cap happened, so that somebody can tell when it is free again.
pub(super) fn counted(
    rules: &RuleSet,
    facts: &Facts,
    attributes: &[Datum],
    pasts: &Pasts<'_>,
    states: &[CapState],
) -> Vec<Counted> {
    let of_cap = |(cap, state): (&Cap, &CapState)| {
        let used = match (state, &cap.kind, cap.window) {
            (CapState::Used(used @ 1..), CapKind::Cap, CapWindow::Rolling(_) | CapWindow::Calendar(_)) => *used,
            (
                CapState::Used(_)
                | CapState::UnknownUnit
                | CapState::UnknownZone
                | CapState::NoStore
                | CapState::Until(_),
                CapKind::Cap | CapKind::Pause { .. } | CapKind::Block { .. } | CapKind::Gap,
                CapWindow::Rolling(_) | CapWindow::Calendar(_) | CapWindow::Ever,
            ) => return Counted::default(),
        };
        // A cap `alone` counts nothing of a unit that nobody knows.
        if facts.store_down || unit_key(rules, facts, cap.unit).is_none() {
            return Counted { lasting: used, times: Vec::new() };
        }
        let counting = Counting { rules, now: facts.now, past: pasts.of_unit(cap.unit), cap };
        let Some(since) = counting.since(attributes) else { return Counted::default() };
        let reserved = counting.live_leaving(attributes);
        let mut times: Vec<Instant> = counting.dated().filter(|at| since.holds(*at)).chain(reserved).collect();
        times.sort_unstable_by(|a, b| b.cmp(a));
        let lasting = used.saturating_sub(u32::try_from(times.len()).unwrap_or(u32::MAX));
        times.truncate(cap.at_most as usize);
        Counted { lasting, times }
    };
    rules.caps.iter().zip(states).map(of_cap).collect()
}

impl Frame {
    /// The instants after now at which a cap may let one more through, as known now: where events leave its window, its
    /// calendar begins anew, or a pause, a gap or a block is over. In no order.
    pub fn frees(&self, rules: &RuleSet, id: CapId) -> Vec<Instant> {
        let cap = &rules[id];
        let counted = self.counted.get(id.index());
        let found = match (self.caps.get(id.index()), cap.window) {
            (Some(CapState::Until(end)), _) => vec![*end],
            (Some(CapState::Used(_)), CapWindow::Rolling(length)) => {
                counted.into_iter().flat_map(|of| &of.times).map(|at| at.gone_by(length)).collect()
            }
            (Some(CapState::Used(_)), CapWindow::Calendar(period)) => {
                let end = zone(rules, &self.attributes, cap).and_then(|zone| period.end(self.now, zone));
                end.into_iter().collect()
            }
            (Some(CapState::Used(_)), CapWindow::Ever) => Vec::new(),
            (Some(CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore) | None, _) => Vec::new(),
        };
        found.into_iter().filter(|at| self.now < *at).collect()
    }

    /// How far each cap is used at a later instant, as known now.
    pub(super) fn caps_at(&self, rules: &RuleSet, now: Instant) -> Vec<CapState> {
        let later = |(at, state): (usize, &CapState)| {
            let (Some(cap), Some(counted)) = (rules.caps.get(at), self.counted.get(at)) else { return *state };
            let still = |holds: &dyn Fn(Instant) -> bool| {
                let held = counted.times.iter().filter(|time| holds(**time)).count();
                CapState::Used(counted.lasting.saturating_add(u32::try_from(held).unwrap_or(u32::MAX)))
            };
            match (state, cap.window) {
                (CapState::Until(end), _) if *end <= now => CapState::Used(0),
                (CapState::Used(_), CapWindow::Rolling(length)) if matches!(cap.kind, CapKind::Cap) => {
                    still(&|time| now.minus(length) < time)
                }
                (CapState::Used(_), CapWindow::Calendar(period)) => {
                    let start = zone(rules, &self.attributes, cap).and_then(|zone| period.start(now, zone));
                    start.map_or(*state, |start| still(&|time| start <= time))
                }
                (
                    CapState::Used(_)
                    | CapState::Until(_)
                    | CapState::UnknownUnit
                    | CapState::UnknownZone
                    | CapState::NoStore,
                    _,
                ) => *state,
            }
        };
        self.caps.iter().enumerate().map(later).collect()
    }
}

/// The zone of a cap's calendar: as written, or as the attribute reads, its default counted (R5).
fn zone<'a>(rules: &'a RuleSet, attributes: &'a [Datum], cap: &'a Cap) -> Option<&'a str> {
    let id = match cap.zone.as_ref()? {
        CapZone::Named(zone) => return Some(zone),
        CapZone::Attribute(id) => *id,
    };
    windows::named(rules, attributes, id)
}

/// Whether an event with this stamp belongs to what the cap counts: a restriction is lifted only by a no.
fn counts(rules: &RuleSet, cap: &Cap, stamp: &Stamp) -> bool {
    let class = match stamp {
        Stamp::Unstamped => return true,
        Stamp::Retired { class, .. } => *class,
        Stamp::Of { class, offer, .. } => class.or_else(|| class_today(rules, (*offer)?)),
    };
    // A rule's own clause counts whatever the class, and so does a block.
    let any_class = cap.rule.is_some() || matches!(cap.kind, CapKind::Block { .. });
    // Only what surely is of them is left out of the count.
    let left_out = cap.uncounted.iter().any(|target| hits(rules, target, stamp) == Truth::Yes);
    !left_out
        && hits(rules, &cap.target, stamp) != Truth::No
        && (any_class || class.is_none_or(|class| rules.classes.row(class).counts))
}

/// Whether an event with this stamp is of the target.
pub(super) fn hits(rules: &RuleSet, target: &CapTarget, stamp: &Stamp) -> Truth {
    let one = |target| belongs(rules, target, stamp);
    match target {
        CapTarget::Offers(of) => any(of.iter().map(|offer| one(EventTarget::Offer(*offer)))),
        CapTarget::Rules(of) => any(of.iter().map(|rule| one(EventTarget::Rule(*rule)))),
        CapTarget::Tags(of) => any(of.iter().map(|tag| one(EventTarget::Tag(*tag)))),
        CapTarget::Classes(of) => any(of.iter().map(|class| one(EventTarget::Class(*class)))),
        CapTarget::Channels(of) => any(of.iter().map(|channel| one(EventTarget::Channel(*channel)))),
        CapTarget::Anything => match stamp {
            Stamp::Unstamped => Truth::Unknown,
            Stamp::Retired { .. } | Stamp::Of { .. } => Truth::Yes,
        },
    }
}

/// Yes if one is, no if none may be.
fn any(mut of: impl Iterator<Item = Truth>) -> Truth {
    of.try_fold(Truth::No, |so_far, next| match next {
        Truth::Yes => Err(Truth::Yes),
        Truth::Unknown => Ok(Truth::Unknown),
        Truth::No => Ok(so_far),
    })
    .unwrap_or_else(|yes| yes)
}

/// Whether an event with this stamp is one of the target.
pub(super) fn belongs(rules: &RuleSet, target: EventTarget, stamp: &Stamp) -> Truth {
    match (stamp, target) {
        (Stamp::Unstamped, _) | (Stamp::Retired { .. }, EventTarget::Tag(_)) => Truth::Unknown,
        (Stamp::Retired { .. }, EventTarget::Offer(_)) => Truth::No,
        (Stamp::Of { offer, .. }, EventTarget::Offer(of)) => (*offer == Some(of)).into(),
        (Stamp::Of { tags, .. }, EventTarget::Tag(of)) => tags.contains(&of).into(),
        (Stamp::Retired { class, .. }, EventTarget::Class(of)) => {
            class.map_or(Truth::Unknown, |class| (class == of).into())
        }
        (Stamp::Of { offer, class, .. }, EventTarget::Class(of)) => {
            let class = class.or_else(|| class_today(rules, (*offer)?));
            class.map_or(Truth::Unknown, |class| (class == of).into())
        }
        (Stamp::Retired { channel, rule, .. } | Stamp::Of { channel, rule, .. }, EventTarget::Channel(of)) => {
            // What a place shows goes by no channel; of all else it was not written down.
            let is_shown = || rule.is_some_and(|rule| !rules.sends(rules[rule].slot));
            match channel {
                Some(channel) => (*channel == of).into(),
                None if is_shown() => Truth::No,
                None => Truth::Unknown,
            }
        }
        // What a substitute showed is not the rule's.
        (Stamp::Retired { via: Some(_), .. } | Stamp::Of { via: Some(_), .. }, EventTarget::Rule(_)) => Truth::No,
        (Stamp::Retired { rule: Some(rule), .. } | Stamp::Of { rule: Some(rule), .. }, EventTarget::Rule(of)) => {
            (*rule == of).into()
        }
        (Stamp::Retired { rule: None, .. }, EventTarget::Rule(_)) => Truth::No,
        // Who showed it was not written down, or is no rule any more: it may have been this one, if it shows that.
        (Stamp::Of { offer, rule: None, .. }, EventTarget::Rule(of)) => {
            if *offer == Some(rules[of].show) {
                Truth::Unknown
            } else {
                Truth::No
            }
        }
    }
}

fn class_today(rules: &RuleSet, offer: OfferId) -> Option<Class> {
    rules.offers.get(offer.index()).map(|offer| offer.class)
}

/// What the events of a decision are stamped with; `None` where nothing is shown or sent, or by a fallback, which never
/// counts (R11).
pub fn stamp(rules: &RuleSet, decision: &Decision) -> Option<Stamp> {
    let offer = decision.outcome.offer()?;
    let channel = decision.outcome.channel();
    let (rule, via) = match decision.by {
        By::Rule(rule) => (rule, None),
        By::Substitute(rule, via) => (rule, Some(via)),
        By::Fallback(_) | By::SlotOff => return None,
    };
    let tags = rules.offers.get(offer.index()).map(|offer| offer.tags.clone()).unwrap_or_default();
    Some(Stamp::Of { offer: Some(offer), rule: Some(rule), via, class: class_today(rules, offer), tags, channel })
}

/// Writes into the frame what a decided slot takes from the slots after it: its offer is taken, and every cap that
/// counts what happens when an offer is shown or sent has as many more of it. Caps that count only what the customer does later
/// (clicks, purchases) have one more where they say `reserve`.
pub fn reserve(rules: &RuleSet, frame: &mut Frame, decision: &Decision) {
    // What is held has won this slot, and an offer wins one of a request.
    if let Some(offer) = decision.outcome.offer().or(decision.outcome.held())
        && let Some(taken) = frame.taken.get_mut(offer.index())
    {
        *taken = true;
    }
    let Some(stamp) = stamp(rules, decision) else {
        return;
    };
    rotation::note(rules, frame, &stamp, decision);
    for (at, (cap, state)) in rules.caps.iter().zip(&mut frame.caps).enumerate() {
        if let CapState::Used(used) = state
            && counts(rules, cap, &stamp)
        {
            let brought = cap.events.iter().filter(|event| brought_about(&stamp).contains(event)).count();
            // What the customer does later is one, where it is reserved.
            let brought = brought.max(usize::from(cap.reserve.is_some()));
            *used = used.saturating_add(u32::try_from(brought).unwrap_or(u32::MAX));
            if let Some(counted) = frame.counted.get_mut(at) {
                counted.times.splice(0..0, repeat_n(frame.now, brought));
            }
        }
    }
}

/// What counts a decision once it is shown or sent: caps, those that only reserve it too, pauses, gaps and blocks.
pub fn spends(rules: &RuleSet, decision: &Decision) -> Vec<CapId> {
    let Some(stamp) = stamp(rules, decision) else { return Vec::new() };
    let brought = brought_about(&stamp);
    let ids = (0..rules.caps.len()).map(CapId::from_index);
    let is_brought = |cap: &Cap| cap.reserve.is_some() || cap.events.iter().any(|event| brought.contains(event));
    ids.filter(|id| is_brought(&rules[*id]) && counts(rules, &rules[*id], &stamp)).collect()
}

/// Whether a cap counts an event of this stamp.
pub fn is_counted(rules: &RuleSet, cap: &Cap, event: EventId, stamp: &Stamp) -> bool {
    cap.events.contains(&event) && counts(rules, cap, stamp)
}

/// Whether some cap of the unit has to know of an event of this stamp: it counts it, or what was so decided is reserved.
pub fn concerns(rules: &RuleSet, unit: CapUnit, event: EventId, stamp: &Stamp) -> bool {
    rules.caps.iter().filter(|cap| cap.unit == unit).any(|cap| {
        let breaks = matches!(&cap.kind, CapKind::Pause { without, .. } if without.contains(&event));
        let reserves = event == Event::DECIDED && reserved_until(cap, Instant(0), &brought_about(stamp)).is_some();
        let of_it = counts(rules, cap, stamp);
        of_it && (cap.events.contains(&event) || reserves) || breaks && hits(rules, &cap.target, stamp) != Truth::No
    })
}

/// Whether no cap of the unit reckons any more with what was decided at `at`.
pub fn is_over(rules: &RuleSet, unit: CapUnit, at: Instant, stamp: &Stamp, now: Instant) -> bool {
    let of_unit = rules.caps.iter().filter(|cap| cap.unit == unit && counts(rules, cap, stamp));
    let is_live = |cap: &Cap| {
        let until = reserved_until(cap, at, &brought_about(stamp));
        cap.events.contains(&Event::DECIDED) || until.is_some_and(|until| now < until)
    };
    !of_unit.into_iter().any(is_live)
}

/// Whether what was decided at `at` was reserved for an event of this stamp, and is no longer.
pub fn is_late(rules: &RuleSet, event: EventId, at: Instant, stamp: &Stamp, now: Instant) -> bool {
    let counting = rules.caps.iter().filter(|cap| is_counted(rules, cap, event, stamp));
    counting.filter_map(|cap| reserved_until(cap, at, &brought_about(stamp))).any(|until| until <= now)
}

/// The events that a decision with this stamp brings about: that it was decided, and that it was shown, or sent where a
/// channel carries it. Everything else is the customer's doing (R25).
pub fn brought_about(stamp: &Stamp) -> [EventId; 2] {
    match stamp {
        Stamp::Of { channel: Some(_), .. } => [Event::DECIDED, Event::SENT],
        Stamp::Of { channel: None, .. } | Stamp::Retired { .. } | Stamp::Unstamped => [Event::DECIDED, Event::SHOWN],
    }
}
