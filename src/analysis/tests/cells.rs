//! Every customer of a small rule set, found without the analysis: all values of small types, for times every instant
//! that conditions mention or measure, and its neighbours.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::schemas::{DATES, DAYS};
use crate::frame::{CapState, ConsentRecord, Fact, Facts, Frame, Happened, Stamp, gather};
use crate::model::{
    AttributeId, BlockCause, CapTarget, ChannelId, Condition, Event, OfferId, PurposeId, RuleId, RuleSet, SlotId, TagId,
};
use crate::value::{Consent, Date, Instant, Missing, Period, Permission, Type, Unit, Value};

/// All that can be so of one thing, as a change of facts.
type Choice = Vec<Change>;

#[derive(Clone)]
enum Change {
    Attribute(AttributeId, Fact),
    Consent(PurposeId, Consent),
    Permission(ChannelId, Permission),
    History(Vec<Happened>),
    Taken(Vec<OfferId>),
    LastUsed(Option<ChannelId>),
}

/// Every frame of a slot; none if there are more than `most`.
pub(in crate::analysis) fn frames(rules: &RuleSet, slot: SlotId, shared: &[bool], most: usize) -> Option<Vec<Frame>> {
    let reads = Used::of(rules, slot);
    let mut frames = Vec::new();
    for now in nows(rules, &reads) {
        let choices = reads.choices(rules, shared, now);
        let count: usize = choices.iter().map(Vec::len).fold(1, usize::saturating_mul);
        if frames.len().saturating_add(count) > most {
            return None;
        }
        for number in 0..count {
            let mut facts = Facts::nothing(rules, now);
            let (mut taken, mut last) = (Vec::new(), None);
            let mut rest = number;
            for choice in &choices {
                match choice[rest % choice.len()].clone() {
                    Change::Attribute(id, fact) => facts.set(id, fact),
                    Change::Consent(id, status) => {
                        let granted = status == Consent::Granted;
                        let record = ConsentRecord::of(status);
                        facts.set_consent(id, if granted { ConsentRecord::granted(now) } else { record });
                    }
                    Change::Permission(id, state) => facts.set_permission(id, state),
                    Change::History(events) => facts.history = events,
                    Change::Taken(offers) => taken = offers,
                    Change::LastUsed(channel) => last = channel,
                }
                rest /= choice.len();
            }
            let mut frame = gather(rules, &facts);
            // Nobody knows what was sent to whom.
            let known = rules.key().is_some_and(|key| frame.attribute(key).known().is_some());
            frame.last_used[slot.index()] = last.filter(|_| known);
            taken.into_iter().for_each(|offer| frame.taken[offer.index()] = true);
            frames.push(frame);
        }
    }
    Some(frames)
}

fn instant(date: &str) -> i64 {
    Date::parse(date).and_then(|date| date.start_in("UTC")).unwrap().0
}

const DAY: i64 = 86_400_000_000;

/// Instants on both sides of every date, of the day after it, and of every date so many days later or earlier.
fn nows(rules: &RuleSet, used: &Used) -> Vec<Instant> {
    let mut found = BTreeSet::new();
    if !used.attributes.iter().any(|id| matches!(rules[*id].ty, Type::Time | Type::Date)) {
        for date in DATES {
            let at = instant(date);
            found.extend([at - 1, at, at + DAY - 1, at + DAY]);
            if !rules.windows.is_empty() {
                // Before and within the hours of windows, between their rows, and after them, on each side of the date.
                let hours = [4, 7, 10, 15, 21].map(|hour| hour * DAY / 24);
                found.extend(hours.into_iter().flat_map(|hours| [at - DAY + hours, at + hours, at + DAY + hours]));
            }
        }
        return found.into_iter().map(Instant).collect();
    }
    // The default of times stands beside the dates that are mentioned.
    for date in DATES.into_iter().chain(["2026-03-05"]) {
        let at = instant(date);
        let days = DAYS.into_iter().flat_map(|days| [i64::from(days), -i64::from(days)]);
        for days in days.chain([0, 1]) {
            let at = at + days * DAY;
            // A date counts by the day: a day earlier and later is all there is to see.
            found.extend([at - DAY, at - 1, at, at + 1, at + DAY]);
        }
    }
    found.into_iter().map(Instant).collect()
}

/// What a slot looks at.
struct Used {
    attributes: BTreeSet<AttributeId>,
    purposes: BTreeSet<PurposeId>,
    permissions: BTreeSet<ChannelId>,
    offers: BTreeSet<OfferId>,
    caps: bool,
    /// The channels of a slot that rotates.
    ring: Vec<ChannelId>,
    /// Attributes of which the reason for missing counts besides where a default stands in: what is read before an
    /// `if unknown`, which does not answer every reason.
    reasons: BTreeSet<AttributeId>,
}

impl Used {
    fn of(rules: &RuleSet, slot: SlotId) -> Self {
        let slot = &rules[slot];
        let mut used = Self {
            attributes: BTreeSet::new(),
            purposes: BTreeSet::new(),
            permissions: BTreeSet::new(),
            offers: BTreeSet::new(),
            caps: false,
            ring: if slot.rotate.is_some() { slot.channels.clone() } else { Vec::new() },
            reasons: BTreeSet::new(),
        };
        let mut conditions: Vec<&Condition> = slot.fallback.iter().filter_map(|entry| entry.when.as_ref()).collect();
        used.offers.extend(slot.fallback.iter().filter_map(|entry| entry.offer));
        for channel in slot.channels.iter().map(|channel| &rules[*channel]) {
            let clauses = channel.asked();
            conditions.extend(clauses.map(|clause| &clause.condition));
            used.purposes.extend(&channel.needs);
        }
        for rule in slot.order.iter().map(|rule| &rules[*rule]) {
            conditions.extend(rule.when.iter().chain(&rule.unless).map(|clause| &clause.condition));
            if let Some(rank) = &rule.rank {
                used.attributes.append(&mut rules.read_by_expression(&rank.by));
            }
            if rule.if_unknown.is_some() {
                used.reasons.extend(rule.when.iter().flat_map(|clause| rules.read_by(&clause.condition)));
            }
            used.purposes.extend(&rule.needs);
            used.offers.insert(rule.show);
            for substitute in [rule.if_capped, rule.if_no_consent, rule.if_unknown] {
                if let Some(crate::model::Substitute::Show(offer)) = substitute {
                    used.offers.insert(offer);
                }
            }
            used.caps |= !rule.caps.is_empty();
        }
        used.caps |= used.offers.iter().any(|offer| !rules[*offer].caps.is_empty());
        used.caps |= slot.channels.iter().any(|channel| !rules[*channel].caps.is_empty());
        let of_rules = slot.order.iter().flat_map(|rule| &rules[*rule].blocks);
        for block in of_rules.chain(used.offers.iter().flat_map(|offer| &rules[*offer].blocks)) {
            match &rules[*block].cause {
                BlockCause::After(_) => used.caps = true,
                BlockCause::While(clause) => conditions.push(&clause.condition),
            }
        }
        let rows = rules.windows.iter().flat_map(|window| &window.rows);
        conditions.extend(rows.filter_map(|row| row.when.as_ref()).map(|when| &when.condition));
        for condition in conditions {
            used.attributes.append(&mut rules.read_by(condition));
            used.consents(rules, condition);
        }
        for attribute in &used.attributes {
            used.purposes.extend(&rules[*attribute].needs);
        }
        if used.caps
            || !used.ring.is_empty()
            || used.attributes.iter().any(|id| rules[*id].scope == crate::model::Scope::Customer)
        {
            used.attributes.extend(rules.key());
        }
        used
    }

    fn consents(&mut self, rules: &RuleSet, condition: &Condition) {
        let mut segments = Vec::new();
        condition.each(&mut |part| {
            if let Condition::Segment(id) = part {
                segments.push(*id);
            }
            for operand in part.operands() {
                if let crate::model::Expression::Consent(id) = operand {
                    self.purposes.insert(*id);
                }
                if let crate::model::Expression::Permission(id) = operand {
                    self.permissions.insert(*id);
                }
            }
        });
        segments.into_iter().for_each(|id| self.consents(rules, &rules[id].condition));
    }

    fn choices(&self, rules: &RuleSet, shared: &[bool], now: Instant) -> Vec<Choice> {
        let mut choices = Vec::new();
        for id in &self.attributes {
            choices.push(
                facts(rules, *id, now, self.reasons.contains(id))
                    .into_iter()
                    .map(|fact| Change::Attribute(*id, fact))
                    .collect(),
            );
        }
        for id in &self.purposes {
            choices.push(Consent::ALL.into_iter().map(|status| Change::Consent(*id, status)).collect());
        }
        for id in &self.permissions {
            choices.push(Permission::ALL.into_iter().map(|state| Change::Permission(*id, state)).collect());
        }
        if !self.ring.is_empty() {
            let lasts = std::iter::once(None).chain(self.ring.iter().copied().map(Some));
            choices.push(lasts.map(Change::LastUsed).collect());
        }
        let taken: Vec<OfferId> = self.offers.iter().copied().filter(|offer| shared[offer.index()]).collect();
        if !taken.is_empty() {
            let subsets = 0..1_usize << taken.len();
            let taken = &taken;
            let subset =
                |bits: usize| taken.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1).map(|(_, id)| *id);
            choices.push(subsets.map(|bits| Change::Taken(subset(bits).collect())).collect());
        }
        if self.caps {
            choices.push(histories(rules, now).into_iter().map(Change::History).collect());
        }
        choices
    }
}

/// Every fact of an attribute.
fn facts(rules: &RuleSet, id: AttributeId, now: Instant, reason_counts: bool) -> Vec<Fact> {
    let attribute = &rules[id];
    let text = |text: &str| Value::Text(text.into());
    let never = attribute.may_be_never().then_some(Value::Never);
    let values: Vec<Value> = match attribute.ty {
        _ if attribute.key => vec![text("c1")],
        Type::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
        Type::Number(number) => (number.min..=number.max).map(Value::Number).chain(never).collect(),
        Type::OneOf(list) => (0..rules.members(list).len() as u16).map(Value::Member).collect(),
        Type::Text => ["u", "v", "w"].map(text).to_vec(),
        Type::Set => [&[][..], &["u"], &["v"], &["u", "v"], &["w"]]
            .map(|set| Value::Set(set.iter().map(|text| Arc::from(*text)).collect()))
            .to_vec(),
        Type::Time => times(now).into_iter().map(|at| Value::Time(Instant(at))).chain(never).collect(),
        Type::Date => {
            let days: BTreeSet<i64> = times(now).into_iter().map(|at| at.div_euclid(DAY)).collect();
            days.into_iter().map(|day| Value::Date(Date(day as i32))).chain(never).collect()
        }
        Type::Zone | Type::Score(_) => Vec::new(),
    };
    let mut found: Vec<Fact> = values.into_iter().map(|value| Fact::Known(value, Some(now))).collect();
    found.push(Fact::Missing(Missing::Absent));
    if attribute.default.is_some() || reason_counts {
        found.push(Fact::Missing(Missing::Unreadable));
    }
    found
}

/// Every instant mentioned or measured from now, and its neighbours (to a microsecond, and to a day).
fn times(now: Instant) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let measured = DAYS.into_iter().map(|count| Period { count, unit: Unit::Day });
    let measured = measured.flat_map(|period| [now.minus(period).0, now.plus(period).0]);
    for at in DATES.into_iter().map(instant).chain(measured).chain([now.0]) {
        found.extend([at - DAY, at - 1, at, at + 1, at + DAY]);
    }
    found
}

/// Histories of up to two events of every stamp that a cap looks at, now, ten days ago and thirty days ago. Caps count
/// one or two events in five or twenty days, or ever.
fn histories(rules: &RuleSet, now: Instant) -> Vec<Vec<Happened>> {
    let mut stamps: Vec<Stamp> = Vec::new();
    let mut add = |offer: Option<OfferId>, rule: Option<RuleId>, tags: &[TagId]| {
        let stamp = Stamp::Of { offer, rule, via: None, class: None, tags: tags.to_vec(), channel: None };
        if !stamps.contains(&stamp) {
            stamps.push(stamp);
        }
    };
    for cap in &rules.caps {
        match &cap.target {
            CapTarget::Offers(of) => of.iter().for_each(|offer| add(Some(*offer), None, &[])),
            CapTarget::Rules(of) => of.iter().for_each(|rule| add(None, Some(*rule), &[])),
            CapTarget::Classes(_) | CapTarget::Channels(_) | CapTarget::Anything => add(None, None, &[]),
            CapTarget::Tags(of) => {
                add(None, None, of);
                // What a service offer shows counts for a rule's own cap and not for a declared one.
                for (at, offer) in rules.offers.iter().enumerate() {
                    if offer.tags.iter().any(|tag| of.contains(tag)) {
                        add(Some(OfferId::from_index(at)), None, &offer.tags);
                    }
                }
            }
        }
    }
    let mut found: Vec<Vec<Happened>> = vec![Vec::new()];
    // What waits for a cap waits for as long as its events still count, so those that soon do not are told apart.
    let holds = rules.caps.iter().any(|cap| cap.hold().is_some());
    let ages: &[i64] = if holds { &[0, 4, 10, 18, 30] } else { &[0, 10, 30] };
    for stamp in stamps {
        for age in ages.iter().copied() {
            let event = Happened::plain(Event::SHOWN, Instant(now.0 - age * DAY), stamp.clone());
            let more: Vec<Vec<Happened>> = found
                .iter()
                .flat_map(|history| {
                    (0..=2).map(|count| {
                        let mut history = history.clone();
                        history.extend(std::iter::repeat_n(event.clone(), count));
                        history
                    })
                })
                .collect();
            // What matters is how far each cap is used, up to its number; histories that agree in that are one.
            let mut seen = BTreeSet::new();
            found = more.into_iter().filter(|history| seen.insert(used(rules, history, now))).collect();
        }
    }
    found
}

fn used(rules: &RuleSet, history: &[Happened], now: Instant) -> (Vec<u32>, Vec<Instant>) {
    let mut facts = Facts { history: history.to_vec(), ..Facts::nothing(rules, now) };
    if let Some(key) = rules.key() {
        facts.set(key, Fact::Known(Value::Text("c1".into()), Some(now)));
    }
    let frame = gather(rules, &facts);
    let used = frame.caps.iter().zip(&rules.caps).map(|(state, cap)| match state {
        CapState::Used(used) => (*used).min(cap.at_most),
        CapState::UnknownUnit | CapState::UnknownZone | CapState::Until(_) | CapState::NoStore => u32::MAX,
    });
    // Of a cap that holds, when the first of those that spend it is over.
    let held = frame.counted.iter().zip(&rules.caps).filter(|(_, cap)| cap.hold().is_some());
    let first = held.map(|(counted, _)| counted.times.last().copied().unwrap_or(Instant::MIN));
    (used.collect(), first.collect())
}
