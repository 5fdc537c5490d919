//! `lint::dominated-cap`: whenever the cap is spent, another one is that binds the same.
//!
//! One cap dominates another if it counts everything that the other counts, over at least the same time, to at most the
//! same number, and binds everything that the other binds. What is compared are the stamps that a decision of these rules
//! can leave behind, as the frame counts them; caps with a number from an attribute, and calendars that differ, are left
//! alone. An event keeps the tags and the class of its time (R30), so where it hangs on those of today the finding says so.

use super::Look;
use super::idle_cap::stamps;
use super::words::called;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::codes::lint;
use crate::frame::{Stamp, is_counted};
use crate::model::{Cap, CapId, CapKind, CapWindow, Class, RuleId, RuleSet, Then};
use crate::value::Unit;

pub(super) fn find(look: &Look<'_>) -> Vec<Diagnostic> {
    let rules = look.rules;
    // What was left out may be bound by one of the two alone.
    if !look.options.left_out.is_empty() {
        return Vec::new();
    }
    let stamps = stamps(rules);
    let earlier = earlier(&stamps);
    let bound = Bound::new(rules);
    let ids = (0..rules.caps.len()).map(CapId::from_index);
    let dominated = |id: CapId| {
        let by = bound.alike(id).filter(|by| dominates(rules, &stamps, *by, id));
        // Of two that say the same, the later one is told of.
        let is_same = |by: CapId| bound.binds_all(id, by) && dominates(rules, &stamps, id, by);
        by.filter(|by| *by < id || !is_same(*by)).min()
    };
    let told = |id: CapId| {
        let by = dominated(id)?;
        Some(finding(rules, id, by, dominates(rules, &earlier, by, id)))
    };
    ids.filter_map(told).collect()
}

/// What the same would have left behind under other tags or in another class.
fn earlier(stamps: &[Stamp]) -> Vec<Stamp> {
    let other = |stamp: &Stamp| match stamp {
        Stamp::Unstamped | Stamp::Retired { .. } => Vec::new(),
        Stamp::Of { offer, rule, via, channel, .. } => {
            let of = |class| {
                let (offer, rule, via, channel) = (*offer, *rule, *via, *channel);
                Stamp::Of { offer, rule, via, class: Some(class), tags: Vec::new(), channel }
            };
            Class::ALL.map(of).to_vec()
        }
    };
    stamps.iter().flat_map(other).collect()
}

fn finding(rules: &RuleSet, id: CapId, by: CapId, always: bool) -> Diagnostic {
    let (cap, other) = (&rules[id], &rules[by]);
    let word = cap.kind.word();
    let (one, other_cap) = (called(rules, cap), called(rules, other));
    let message = match always {
        true => format!("{one} never has a say: whenever it is spent, {other_cap} is"),
        false => format!(
            "{one} has no say while tags and classes stay as they are: whenever it is spent by what it counts today, \
             {other_cap} is"
        ),
    };
    let help = match always {
        true => format!("remove the {word}, or make it stricter than the other"),
        false => {
            format!(
                "remove the {word} once nothing counts that happened under other tags, or make it stricter than the other"
            )
        }
    };
    Diagnostic::new(&lint::DOMINATED_CAP, cap.span, message)
        .primary("everything that it counts, the other counts too, for at least as long and to no higher number")
        .label(other.span, format!("the stricter {}", other.kind.word()))
        .help(help)
}

/// Whether `cap`, where `by` binds the same, is spent only while `by` is, and does no more then.
fn dominates(rules: &RuleSet, stamps: &[Stamp], by: CapId, cap: CapId) -> bool {
    let (other, one) = (&rules[by], &rules[cap]);
    let alike = |cap: &Cap| (cap.unit, cap.alone, cap.reserve, cap.store_down_blocks, cap.number, cap.zone.clone());
    let does_the_same = match (one.then, other.then) {
        // What is held is not dropped, and what stops the slot does more than drop.
        (Some(Then::Hold(_) | Then::Stop), _) | (_, Some(Then::Hold(_) | Then::Stop)) => one.then == other.then,
        (None | Some(Then::Next), None | Some(Then::Next)) => true,
    };
    matches!((&one.kind, &other.kind), (CapKind::Cap, CapKind::Cap))
        && one.number.is_none()
        && alike(one) == alike(other)
        && does_the_same
        && other.at_most <= one.at_most
        && lasts(one.window, other.window)
        && one.events.iter().all(|event| {
            other.events.contains(event)
                && stamps
                    .iter()
                    .all(|stamp| !is_counted(rules, one, *event, stamp) || is_counted(rules, other, *event, stamp))
        })
}

/// Whether the second window holds whatever the first holds.
fn lasts(one: CapWindow, other: CapWindow) -> bool {
    match (one, other) {
        (_, CapWindow::Ever) => true,
        (CapWindow::Calendar(one), CapWindow::Calendar(other)) => one == other,
        (CapWindow::Rolling(one), CapWindow::Rolling(other)) => {
            let fixed = |unit: Unit| unit.microseconds();
            match (fixed(one.unit), fixed(other.unit)) {
                (Some(a), Some(b)) => a.saturating_mul(one.count.into()) <= b.saturating_mul(other.count.into()),
                // Months: only against months.
                (None, None) => one.count <= other.count,
                (Some(_), None) | (None, Some(_)) => false,
            }
        }
        (CapWindow::Ever | CapWindow::Calendar(_), CapWindow::Rolling(_))
        | (CapWindow::Ever | CapWindow::Rolling(_), CapWindow::Calendar(_)) => false,
    }
}

/// What binds what: a rule, an offer or a channel each has its caps, and a cap has those it is bound to.
struct Bound {
    /// The caps of each thing, in order.
    caps: Vec<Vec<CapId>>,
    /// Per cap the places of the things in `caps`.
    things: Vec<Vec<usize>>,
}

impl Bound {
    fn new(rules: &RuleSet) -> Self {
        let of_rules = (0..rules.rules.len()).map(|at| rules.caps_on(RuleId::from_index(at)));
        let of_offers = rules.offers.iter().map(|offer| offer.caps.clone());
        let of_channels = rules.channels.iter().map(|channel| channel.caps.clone());
        let mut caps: Vec<Vec<CapId>> = of_rules.chain(of_offers).chain(of_channels).collect();
        let mut things = vec![Vec::new(); rules.caps.len()];
        for (at, caps) in caps.iter_mut().enumerate() {
            caps.sort_unstable();
            for cap in caps {
                things[cap.index()].push(at);
            }
        }
        Self { caps, things }
    }

    /// The other caps that bind everything that `cap` binds; none where it binds nothing.
    fn alike(&self, cap: CapId) -> impl Iterator<Item = CapId> {
        let first = self.things[cap.index()].first().map(|at| self.caps[*at].as_slice()).unwrap_or_default();
        first.iter().copied().filter(move |by| *by != cap && self.binds_all(*by, cap))
    }

    /// Whether `by` binds everything that `cap` binds.
    fn binds_all(&self, by: CapId, cap: CapId) -> bool {
        self.things[cap.index()].iter().all(|at| self.caps[*at].binary_search(&by).is_ok())
    }
}
