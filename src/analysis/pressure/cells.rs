//! What a customer can be sent or shown, cell by cell: a slot, who brings the offer about, the offer, and the channel.
//!
//! Takes the rules; gives every cell that its switches and dates leave. Refuses to know caps.

use crate::frame::{By, Decision, Outcome, Stamp, Via, stamp};
use crate::model::{
    Active, BlockCause, BlockId, CapId, ChannelId, Class, OfferId, RuleId, RuleSet, SlotId, Substitute, WindowId,
};
use crate::value::Instant;

/// One way in which something reaches a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where it is decided.
    pub slot: SlotId,
    /// Who brings it about.
    pub by: By,
    /// What.
    pub offer: OfferId,
    /// By which channel it is sent; nothing where a place shows it.
    pub channel: Option<ChannelId>,
    /// The class of the offer.
    pub class: Class,
    /// What its events are stamped with; nothing where they never count.
    pub(super) stamp: Option<Stamp>,
    /// Every cap, pause and gap that stops it, and what its blocks count; sorted.
    pub(super) bound: Vec<CapId>,
    /// Every window outside of which it does not come; sorted.
    pub(super) windows: Vec<WindowId>,
    /// When it can be.
    pub(super) lives: Active,
}

impl Cell {
    /// The rule in whose name it comes; nothing of a fallback list.
    pub fn rule(&self) -> Option<RuleId> {
        match self.by {
            By::Rule(rule) | By::Substitute(rule, _) => Some(rule),
            By::Fallback(_) | By::SlotOff => None,
        }
    }
}

/// Every cell; `from` on time matters. What sends comes before what shows, each in the order of slots and rules.
pub(super) fn cells(rules: &RuleSet, from: Option<Instant>) -> Vec<Cell> {
    let mut all = Vec::new();
    for at in 0..rules.slots.len() {
        let slot = SlotId::from_index(at);
        if rules[slot].off.is_some() {
            continue;
        }
        for rule in &rules[slot].order {
            of_rule(rules, *rule, &mut all);
        }
        let last = rules[slot].fallback.len().saturating_sub(1);
        for (at, entry) in rules[slot].fallback.iter().enumerate() {
            let Some(offer) = entry.offer else { continue };
            // The last entry answers whatever its switch and dates say (R11).
            let (lives, binds) =
                if at == last { (Some(Active::default()), false) } else { (alive(rules, offer), true) };
            let by = By::Fallback(u32::try_from(at).unwrap_or(u32::MAX));
            let of = Of { slot, by, offer, channels: &rules[slot].channels, rule: None, binds };
            all.extend(lives.into_iter().flat_map(|lives| of.cells(rules, lives)));
        }
    }
    all.retain(|cell| !is_over(cell.lives, from));
    all.sort_by_key(|cell| cell.channel.is_none());
    all
}

fn of_rule(rules: &RuleSet, id: RuleId, all: &mut Vec<Cell>) {
    let rule = &rules[id];
    // What stands in for a rule does so while the rule itself is on.
    let Some(lives) = rule_lives(rules, id) else { return };
    let channels = rules.channels_of(rule);
    let own = Of { slot: rule.slot, by: By::Rule(id), offer: rule.show, channels, rule: Some(id), binds: true };
    all.extend(own.cells(rules, lives));
    let clauses =
        [(Via::Capped, rule.if_capped), (Via::NoConsent, rule.if_no_consent), (Via::Unknown, rule.if_unknown)];
    for (via, substitute) in clauses {
        let Some(Substitute::Show(offer)) = substitute else { continue };
        let Some(lives) = alive(rules, offer).and_then(|alive| both(lives, alive)) else { continue };
        let by = By::Substitute(id, via);
        all.extend(Of { slot: rule.slot, by, offer, channels, rule: None, binds: true }.cells(rules, lives));
    }
}

/// What is brought, before the channels are told apart.
struct Of<'r> {
    slot: SlotId,
    by: By,
    offer: OfferId,
    channels: &'r [ChannelId],
    /// The rule itself that brings it.
    rule: Option<RuleId>,
    /// Whether caps and blocks stop it.
    binds: bool,
}

impl Of<'_> {
    fn cells(&self, rules: &RuleSet, lives: Active) -> Vec<Cell> {
        let ways: Vec<Option<ChannelId>> =
            if rules.sends(self.slot) { self.channels.iter().copied().map(Some).collect() } else { vec![None] };
        ways.into_iter().map(|channel| self.cell(rules, lives, channel)).collect()
    }

    fn cell(&self, rules: &RuleSet, lives: Active, channel: Option<ChannelId>) -> Cell {
        let Self { slot, by, offer, .. } = *self;
        let outcome = match channel {
            Some(channel) => Outcome::Sends { offer, channel, silent: false },
            None => Outcome::Shows(offer),
        };
        let mut bound = Vec::new();
        if self.binds {
            bound.extend(match self.rule {
                Some(rule) => rules.caps_on(rule),
                None => rules[offer].caps.clone(),
            });
            let blocks = match self.rule {
                Some(rule) => rules.blocks_on(rule),
                None => rules[offer].blocks.clone(),
            };
            bound.extend(blocks.into_iter().filter_map(|block| counter(rules, block)));
        }
        bound.extend(channel.into_iter().flat_map(|channel| rules.channel_caps(channel, offer, self.rule)));
        bound.sort_unstable();
        bound.dedup();
        let mut windows = Vec::new();
        if self.binds {
            windows.extend(match self.rule {
                Some(rule) => rules.windows_on(rule),
                None => rules[offer].windows.clone(),
            });
            let of_channel = |channel| rules.channel_windows(channel, rules[offer].class);
            windows.extend(channel.into_iter().flat_map(of_channel));
        }
        windows.sort_unstable();
        windows.dedup();
        let stamp = stamp(rules, &Decision::new(slot, outcome, by));
        Cell { slot, by, offer, channel, class: rules[offer].class, stamp, bound, windows, lives }
    }
}

/// What a block counts by, if it counts.
fn counter(rules: &RuleSet, block: BlockId) -> Option<CapId> {
    match rules[block].cause {
        BlockCause::After(cap) => Some(cap),
        BlockCause::While(_) => None,
    }
}

/// When an offer can be; nothing where it is off.
fn alive(rules: &RuleSet, offer: OfferId) -> Option<Active> {
    let offer = &rules[offer];
    offer.off.is_none().then(|| offer.active.unwrap_or_default())
}

/// When a rule can come to its turn: its switch and dates, those of what it shows, its review (R46).
fn rule_lives(rules: &RuleSet, id: RuleId) -> Option<Active> {
    let rule = &rules[id];
    if rule.off.is_some() {
        return None;
    }
    let reviewed = Active { from: None, until: rules.review_ends(id) };
    let lives = both(alive(rules, rule.show)?, rule.active.unwrap_or_default())?;
    both(lives, reviewed)
}

/// The time in both; nothing where there is none.
fn both(one: Active, other: Active) -> Option<Active> {
    let from = one.from.max(other.from);
    let until = match (one.until, other.until) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let is_empty = from.zip(until).is_some_and(|(from, until)| until <= from);
    (!is_empty).then_some(Active { from, until })
}

fn is_over(lives: Active, from: Option<Instant>) -> bool {
    from.zip(lives.until).is_some_and(|(from, until)| until <= from)
}
