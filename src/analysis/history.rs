//! Whether some history spends just these caps and leaves just those, and which.
//!
//! Takes caps that must be spent and caps that must not; gives events, or the caps that contradict each other. Caps are
//! free inputs of the search, but not of life: who has seen an offer three times this week has also seen it three times
//! this year. So a search asks here before it names a customer, and learns which combination cannot be.
//!
//! An event counts for a cap or not, by its kind, its stamp and its age; events that count for the same caps are one
//! *cell*. How many events of each cell make every cap of the one list full and leave every cap of the other a place? A
//! small covering problem, solved by trying: a cap still to be filled takes as many events as it needs from a cell, the
//! cells that touch nothing else first. What counts is asked of the frame itself, with one event at a time, so this can
//! never disagree with how a decision counts.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::pauses::{self, Asked};
use crate::frame::{CapState, Facts, Happened, Stamp, cap_states};
use crate::model::{
    Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, ChannelId, Class, EventId, OfferId, Rule, RuleId, RuleSet,
    TagId,
};
use crate::value::Instant;

/// Steps of trying before it is given up.
const BUDGET: usize = 20_000;
/// More events than this are not made up.
pub(super) const MOST_EVENTS: u32 = 100_000;
/// Of so many tags every combination is tried; of more only each alone, all together, and those of offers.
const FEW_TAGS: usize = 4;
/// So many rules are looked at for something that a channel really carries.
const MOST_SENT: usize = 32;

/// What came out.
#[derive(Clone, Debug)]
pub(super) enum History {
    /// These events do it.
    Events(Vec<Happened>),
    /// It cannot be, already because of these caps: those to be spent, those to be left.
    Impossible(Vec<CapId>, Vec<CapId>),
    /// Not found and not excluded.
    Unknown,
}

struct Cell {
    event: Happened,
    /// Which of the caps to be spent it counts for, and which of the others; by their place in the lists.
    fills: Vec<usize>,
    takes: Vec<usize>,
}

/// A history for the customer of `facts`; what is counted per customer is asked for only where the key is known.
///
/// What a pause or a window of the calendar counts hangs on the moment and on the order of events: events for them are looked
/// for, tried on the frame, and found or not (`pauses`).
pub(super) fn history(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> History {
    let by_count = |cap: &CapId| match (&rules[*cap].kind, rules[*cap].window) {
        _ if hangs_on_an_attribute(&rules[*cap]) => false,
        (CapKind::Cap | CapKind::Gap, CapWindow::Rolling(_) | CapWindow::Ever) => true,
        (CapKind::Pause { .. } | CapKind::Block { .. }, _) | (_, CapWindow::Calendar(_)) => false,
    };
    let counted = |caps: &[CapId]| -> Vec<CapId> { caps.iter().copied().filter(by_count).collect() };
    let (some_spent, some_left) = (counted(spent), counted(left));
    let found = plain(rules, facts, &some_spent, &some_left);
    match found {
        History::Events(events) if some_spent.len() < spent.len() || some_left.len() < left.len() => {
            pauses::history(&Asked { rules, facts, spent, left }, events, [&some_spent, &some_left])
        }
        History::Events(_) | History::Impossible(..) | History::Unknown => found,
    }
}

/// How many a cap allows, or whose events it counts, is read from an attribute.
pub(super) fn hangs_on_an_attribute(cap: &Cap) -> bool {
    cap.number.is_some() || matches!(cap.unit, CapUnit::Attribute(_))
}

/// The same of caps and gaps that count by a window that rolls or has no end.
pub(super) fn plain(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> History {
    if spent.is_empty() {
        return History::Events(Vec::new());
    }
    if spent.iter().any(|cap| rules[*cap].at_most > MOST_EVENTS) {
        return History::Unknown;
    }
    let mut events = Vec::new();
    let mut given_up = false;
    for Knot { cells, spent, left } in knots(cells(rules, facts, spent, left), spent, left) {
        let need: Vec<u32> = spent.iter().map(|cap| rules[*cap].at_most).collect();
        let room: Vec<u32> = left.iter().map(|cap| rules[*cap].at_most.saturating_sub(1)).collect();
        match fill(&cells, &need, &room) {
            Some(Some(counts)) => {
                let of_cells = cells.iter().zip(counts);
                events
                    .extend(of_cells.flat_map(|(cell, count)| std::iter::repeat_n(cell.event.clone(), count as usize)));
            }
            Some(None) => return core(&cells, need, room, &spent, &left),
            None => given_up = true,
        }
    }
    if given_up { History::Unknown } else { History::Events(events) }
}

/// Caps that some event counts for together, and caps tied to those; no event concerns two knots.
struct Knot {
    cells: Vec<Cell>,
    spent: Vec<CapId>,
    left: Vec<CapId>,
}

/// The knots with a cap to be spent, in the order of those. Each is solved by itself: thousands of caps, each with an offer
/// of its own, are thousands of small questions and not one of that size.
fn knots(cells: Vec<Cell>, spent: &[CapId], left: &[CapId]) -> Vec<Knot> {
    // By place among the caps to be spent and, behind them, those to be left: one that stands for its knot.
    let mut of: Vec<usize> = (0..spent.len() + left.len()).collect();
    fn root(of: &mut [usize], mut at: usize) -> usize {
        while let Some(up) = of.get(at).copied().filter(|up| *up != at) {
            let above = of.get(up).copied().unwrap_or(up);
            if let Some(place) = of.get_mut(at) {
                *place = above;
            }
            at = up;
        }
        at
    }
    for cell in &cells {
        let mut touched = cell.fills.iter().copied().chain(cell.takes.iter().map(|at| spent.len() + at));
        let Some(first) = touched.next() else { continue };
        for other in touched {
            let (one, other) = (root(&mut of, first), root(&mut of, other));
            if let Some(place) = of.get_mut(one.max(other)) {
                *place = one.min(other);
            }
        }
    }
    // A cap to be spent comes before those to be left, so it is what its knot is named by.
    let mut found: BTreeMap<usize, Knot> = BTreeMap::new();
    let mut places = Vec::with_capacity(of.len());
    for at in 0..of.len() {
        let knot = root(&mut of, at);
        if at >= spent.len() && knot >= spent.len() {
            places.push(0);
            continue;
        }
        let knot = found.entry(knot).or_insert_with(|| Knot { cells: Vec::new(), spent: Vec::new(), left: Vec::new() });
        let (list, cap) = match at.checked_sub(spent.len()) {
            None => (&mut knot.spent, spent.get(at)),
            Some(at) => (&mut knot.left, left.get(at)),
        };
        places.push(list.len());
        list.extend(cap);
    }
    for Cell { event, fills, takes } in cells {
        let Some(knot) = fills.first().map(|first| root(&mut of, *first)).and_then(|knot| found.get_mut(&knot)) else {
            continue;
        };
        let local = |at: usize| places.get(at).copied().unwrap_or(0);
        let fills = fills.into_iter().map(local).collect();
        let takes = takes.into_iter().map(|at| local(spent.len() + at)).collect();
        knot.cells.push(Cell { event, fills, takes });
    }
    found.into_values().collect()
}

/// The caps without which it would still be impossible are left out, one after the other.
fn core(cells: &[Cell], mut need: Vec<u32>, mut room: Vec<u32>, spent: &[CapId], left: &[CapId]) -> History {
    for at in 0..room.len() {
        let Some(place) = room.get_mut(at) else { continue };
        let before = std::mem::replace(place, u32::MAX);
        if !matches!(fill(cells, &need, &room), Some(None))
            && let Some(place) = room.get_mut(at)
        {
            *place = before;
        }
    }
    for at in 0..need.len() {
        let Some(place) = need.get_mut(at) else { continue };
        let before = std::mem::replace(place, 0);
        if !matches!(fill(cells, &need, &room), Some(None))
            && let Some(place) = need.get_mut(at)
        {
            *place = before;
        }
    }
    let spent = spent.iter().zip(&need).filter(|(_, need)| **need > 0).map(|(cap, _)| *cap).collect();
    let left = left.iter().zip(&room).filter(|(_, room)| **room < u32::MAX).map(|(cap, _)| *cap).collect();
    History::Impossible(spent, left)
}

/// How many events of each cell; `Some(None)`: it cannot be; `None`: given up.
fn fill(cells: &[Cell], need: &[u32], room: &[u32]) -> Option<Option<Vec<u32>>> {
    let mut filling =
        Filling { cells, need: need.to_vec(), room: room.to_vec(), counts: vec![0; cells.len()], budget: BUDGET };
    match filling.go() {
        Ok(true) => Some(Some(filling.counts)),
        Ok(false) => Some(None),
        Err(GivenUp) => None,
    }
}

struct GivenUp;

struct Filling<'c> {
    cells: &'c [Cell],
    need: Vec<u32>,
    room: Vec<u32>,
    counts: Vec<u32>,
    budget: usize,
}

impl Filling<'_> {
    fn go(&mut self) -> Result<bool, GivenUp> {
        self.budget = self.budget.checked_sub(1).ok_or(GivenUp)?;
        let Some((cap, need)) = self.need.iter().copied().enumerate().find(|(_, need)| *need > 0) else {
            return Ok(true);
        };
        let cells = self.cells;
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| cell.fills.contains(&cap)) {
            let room = cell.takes.iter().filter_map(|taken| self.room.get(*taken)).min().copied().unwrap_or(u32::MAX);
            // A cell that takes nothing from anybody is as good as any mixture.
            let fewest = if cell.takes.is_empty() { need } else { 1 };
            for count in (fewest..=need.min(room)).rev() {
                let before = (self.need.clone(), self.room.clone(), self.counts.clone());
                for filled in &cell.fills {
                    self.need[*filled] = self.need[*filled].saturating_sub(count);
                }
                for taken in &cell.takes {
                    self.room[*taken] -= count;
                }
                self.counts[at] += count;
                if self.go()? {
                    return Ok(true);
                }
                (self.need, self.room, self.counts) = before;
            }
            if cell.takes.is_empty() {
                return Ok(false);
            }
        }
        Ok(false)
    }
}

/// Every kind of event that counts for one of the caps to be spent; those that count for the fewest others first.
fn cells(rules: &RuleSet, facts: &Facts, spent: &[CapId], left: &[CapId]) -> Vec<Cell> {
    let concerned = Concerned::new(rules, spent, left);
    let mut alone = Facts { history: Vec::new(), ..facts.clone() };
    let mut seen: BTreeSet<(Vec<usize>, Vec<usize>)> = BTreeSet::new();
    let mut found: Vec<Cell> = Vec::new();
    for stamp in stamps(rules, spent) {
        let caps = concerned.by(&stamp);
        let ids: Vec<CapId> = caps.iter().map(|(_, cap)| *cap).collect();
        let kinds: BTreeSet<EventId> =
            caps.iter().filter(|(at, _)| *at < spent.len()).flat_map(|(_, cap)| &rules[*cap].events).copied().collect();
        let windows = ids.iter().filter_map(|cap| match rules[*cap].window {
            CapWindow::Rolling(length) => Some(facts.now.minus(length)),
            CapWindow::Ever | CapWindow::Calendar(_) => None,
        });
        let mut ages: Vec<Instant> = std::iter::once(facts.now).chain(windows).collect();
        ages.sort_unstable_by_key(|at| std::cmp::Reverse(*at));
        ages.dedup();
        for event in &kinds {
            for at in &ages {
                let event = Happened::plain(*event, *at, stamp.clone());
                alone.history = vec![event.clone()];
                let (mut fills, mut takes) = (Vec::new(), Vec::new());
                for ((at, _), state) in caps.iter().zip(cap_states(rules, &alone, &ids)) {
                    let counts = match state {
                        // A gap that runs.
                        CapState::Used(1) | CapState::Until(_) => true,
                        CapState::Used(_) | CapState::UnknownUnit | CapState::UnknownZone | CapState::NoStore => false,
                    };
                    match at.checked_sub(spent.len()) {
                        _ if !counts => {}
                        None => fills.push(*at),
                        Some(at) => takes.push(at),
                    }
                }
                if !fills.is_empty() && seen.insert((fills.clone(), takes.clone())) {
                    found.push(Cell { event, fills, takes });
                }
            }
        }
    }
    found.sort_by_key(|cell| (cell.takes.len(), std::cmp::Reverse(cell.fills.len())));
    found
}

/// Which caps an event with a stamp may count for, found without asking each: there may be thousands, each on an offer of
/// its own. Caps go by their place among those to be spent and, behind them, those to be left.
struct Concerned {
    all: Vec<(usize, CapId)>,
    /// On a class, a channel or anything: always asked.
    wide: BTreeSet<usize>,
    offers: HashMap<OfferId, Vec<usize>>,
    rules: HashMap<RuleId, Vec<usize>>,
    tags: HashMap<TagId, Vec<usize>>,
}

impl Concerned {
    fn new(rules: &RuleSet, spent: &[CapId], left: &[CapId]) -> Self {
        let all = spent.iter().chain(left).copied().enumerate().collect();
        let mut found =
            Self { all, wide: BTreeSet::new(), offers: HashMap::new(), rules: HashMap::new(), tags: HashMap::new() };
        for (at, cap) in &found.all {
            match &rules[*cap].target {
                CapTarget::Offers(of) => of.iter().for_each(|of| found.offers.entry(*of).or_default().push(*at)),
                CapTarget::Rules(of) => {
                    for of in of {
                        found.rules.entry(*of).or_default().push(*at);
                        // Where no rule is stamped, it may have been this one.
                        found.offers.entry(rules[*of].show).or_default().push(*at);
                    }
                }
                CapTarget::Tags(of) => of.iter().for_each(|of| found.tags.entry(*of).or_default().push(*at)),
                CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => {
                    found.wide.insert(*at);
                }
            }
        }
        found
    }

    /// In their order.
    fn by(&self, stamp: &Stamp) -> Vec<(usize, CapId)> {
        let (offer, rule, tags) = match stamp {
            Stamp::Unstamped | Stamp::Retired { .. } => return self.all.clone(),
            Stamp::Of { offer, rule, tags, .. } => (offer, rule, tags),
        };
        let of_offer = offer.iter().filter_map(|of| self.offers.get(of));
        let of_rule = rule.iter().filter_map(|of| self.rules.get(of));
        let of_tags = tags.iter().filter_map(|of| self.tags.get(of));
        let places = of_offer.chain(of_rule).chain(of_tags).flatten().chain(&self.wide);
        let places: BTreeSet<usize> = places.copied().collect();
        places.into_iter().filter_map(|at| self.all.get(at).copied()).collect()
    }
}

/// The rule that shows an offer, where only one does: `history shown of X` in a test is stamped with it.
pub(super) fn only_rule(rules: &RuleSet, offer: OfferId) -> Option<RuleId> {
    let mut showing = rules.rules.iter().enumerate().filter(|(_, rule)| rule.show == offer);
    let (at, _) = showing.next()?;
    showing.next().is_none().then(|| RuleId::from_index(at))
}

/// The same of every offer at once.
pub(in crate::analysis) fn only_rules(rules: &RuleSet) -> Vec<Option<RuleId>> {
    let mut showing = vec![0_u32; rules.offers.len()];
    let mut found = vec![None; rules.offers.len()];
    for (at, rule) in rules.rules.iter().enumerate() {
        if let (Some(count), Some(place)) = (showing.get_mut(rule.show.index()), found.get_mut(rule.show.index())) {
            *count += 1;
            *place = (*count == 1).then(|| RuleId::from_index(at));
        }
    }
    found
}

/// Stamps that the caps look at: first those that events really bear, then the barest ones.
pub(super) fn stamps(rules: &RuleSet, caps: &[CapId]) -> Vec<Stamp> {
    let showing = only_rules(rules);
    let only = |offer: OfferId| showing.get(offer.index()).copied().flatten();
    let mut found: Vec<Stamp> = Vec::new();
    let mut seen: HashSet<(Option<OfferId>, Option<RuleId>, Vec<TagId>)> = HashSet::new();
    let mut add = |offer, rule, tags: &[TagId]| {
        if seen.insert((offer, rule, tags.to_vec())) {
            let stamp = Stamp::Of { offer, rule, via: None, class: None, tags: tags.to_vec(), channel: None };
            found.push(stamp);
        }
    };
    for cap in caps {
        match &rules[*cap].target {
            CapTarget::Offers(offers) => offers.iter().for_each(|offer| {
                add(Some(*offer), only(*offer), &rules[*offer].tags);
                add(Some(*offer), None, &rules[*offer].tags);
            }),
            CapTarget::Rules(of) => of.iter().for_each(|rule| {
                let offer = rules[*rule].show;
                add(Some(offer), Some(*rule), &rules[offer].tags);
            }),
            target @ (CapTarget::Classes(_) | CapTarget::Tags(_)) => {
                let offers = rules.offers.iter().enumerate().map(|(at, offer)| (OfferId::from_index(at), offer));
                for (id, offer) in offers.filter(|(id, offer)| target.has_offer(*id, offer)) {
                    add(Some(id), only(id), &offer.tags);
                    add(Some(id), None, &offer.tags);
                }
            }
            CapTarget::Anything | CapTarget::Channels(_) => {}
        }
    }
    let mut tags: BTreeSet<TagId> = BTreeSet::new();
    for cap in caps {
        match &rules[*cap].target {
            CapTarget::Offers(offers) => offers.iter().for_each(|offer| add(Some(*offer), None, &[])),
            CapTarget::Rules(of) => of.iter().for_each(|rule| add(None, Some(*rule), &[])),
            CapTarget::Tags(of) => tags.extend(of),
            CapTarget::Classes(_) | CapTarget::Channels(_) => {}
            CapTarget::Anything => add(None, None, &[]),
        }
    }
    // What goes by a channel may be anything; with no more than its class it counts for no cap on anything else.
    let channels: BTreeSet<ChannelId> = caps
        .iter()
        .flat_map(|cap| match &rules[*cap].target {
            CapTarget::Channels(of) => of.as_slice(),
            CapTarget::Offers(_)
            | CapTarget::Rules(_)
            | CapTarget::Tags(_)
            | CapTarget::Classes(_)
            | CapTarget::Anything => &[],
        })
        .copied()
        .collect();
    if !channels.is_empty() {
        let sends = |rule: &&Rule| rules.channels_of(rule).iter().any(|channel| channels.contains(channel));
        for rule in rules.rules.iter().filter(sends).take(MOST_SENT) {
            add(Some(rule.show), only(rule.show), &rules[rule.show].tags);
        }
    }
    let tags: Vec<TagId> = tags.into_iter().collect();
    if tags.len() <= FEW_TAGS {
        for subset in 1_usize..1 << tags.len() {
            let chosen: Vec<TagId> =
                tags.iter().enumerate().filter(|(at, _)| subset >> at & 1 == 1).map(|(_, tag)| *tag).collect();
            add(None, None, &chosen);
        }
    } else {
        tags.iter().for_each(|tag| add(None, None, &[*tag]));
        add(None, None, &tags);
    }
    // Without a channel it may have gone by any, and counts for all of them; by one, for that alone.
    let plain: Vec<Stamp> = found.clone();
    for by in channels {
        found.extend(plain.iter().map(|stamp| match stamp {
            Stamp::Of { offer, rule, via, class, tags, .. } => Stamp::Of {
                offer: *offer,
                rule: *rule,
                via: *via,
                class: *class,
                tags: tags.clone(),
                channel: Some(by),
            },
            Stamp::Unstamped | Stamp::Retired { .. } => stamp.clone(),
        }));
        let of_class = |class| Stamp::Of {
            offer: None,
            rule: None,
            via: None,
            class: Some(class),
            tags: Vec::new(),
            channel: Some(by),
        };
        found.extend(Class::ALL.map(of_class));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::rules;
    use crate::frame::Fact;
    use crate::value::Value;

    /// What is looked at is counted: caps on offers of their own are as many small questions, whatever their number.
    #[test]
    fn caps_that_no_event_ties_together_are_solved_by_themselves() {
        let mut text = "customer { id: text key } slot s on web { accepts service  fallback nothing }\n".to_owned();
        for at in 0..60 {
            let cap = format!("cap at most 2 shown in any {} days per customer", 1 + at % 30);
            text.push_str(&format!(
                "offer o{at} {{ class service }} rule r{at} in s {{ priority {at}  {cap}  show o{at} }}\n"
            ));
        }
        let rules = rules(&text);
        let (spent, left): (Vec<CapId>, Vec<CapId>) =
            (0..rules.caps.len()).map(CapId::from_index).partition(|cap| cap.index() % 3 > 0);
        let concerned = Concerned::new(&rules, &spent, &left);
        assert!(stamps(&rules, &spent).iter().all(|stamp| concerned.by(stamp).len() == 1));
        let mut facts = Facts::nothing(&rules, Instant(0));
        facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c1".into()), None));
        let knots = knots(cells(&rules, &facts, &spent, &left), &spent, &left);
        assert_eq!(knots.len(), spent.len());
        assert!(knots.iter().all(|knot| (knot.spent.len(), knot.left.len(), knot.cells.len()) == (1, 0, 1)));
        let History::Events(events) = history(&rules, &facts, &spent, &left) else { panic!("there is a history") };
        assert_eq!(events.len(), 2 * spent.len());
    }
}
