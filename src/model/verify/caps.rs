//! Caps count something, and the lists at offers and rules name exactly those that bind.

use super::flaw::{Checked, InPlace};
use super::lists::{ascending, exists, longest_wait, not_empty, period};
use super::{Flaw, VerifyError};
use crate::model::{Cap, CapId, CapKind, CapTarget, CapUnit, CapWindow, CapZone, Event, OfferId, RuleId, RuleSet};
use crate::value::{NumberType, Type, zone_is_known};

pub(super) fn check(rules: &RuleSet) -> Result<(), VerifyError> {
    for cap in &rules.caps {
        self::cap(rules, cap).within(cap.kind.word(), &cap.name)?;
    }
    in_order(rules).within("the caps", "")?;
    let binding = Binding::of(rules);
    for (index, offer) in rules.offers.iter().enumerate() {
        let expected = if rules.obeys_caps(offer.class) { binding.offer(rules, index) } else { Vec::new() };
        same(&offer.caps, &expected).within("offer", &offer.name)?;
    }
    for (index, rule) in rules.rules.iter().enumerate() {
        same(&rule.caps, &binding.rule(rules, index)).within("rule", &rule.name)?;
    }
    for (index, channel) in rules.channels.iter().enumerate() {
        let expected = binding.by_channel.get(index).cloned().unwrap_or_default();
        same(&channel.caps, &expected).within("channel", &channel.name)?;
    }
    // Only now is it known that every cap that is listed anywhere is there.
    for (index, rule) in rules.rules.iter().enumerate() {
        backed(rules, RuleId::from_index(index)).within("rule", &rule.name)?;
    }
    Ok(())
}

fn cap(rules: &RuleSet, cap: &Cap) -> Checked {
    if cap.at_most == 0 {
        return Err(Flaw::CapOfNothing);
    }
    window(rules, cap)?;
    kind(rules, cap)?;
    number(rules, cap)?;
    unit(rules, cap)?;
    not_empty("events to count", &cap.events)?;
    ascending("events", &cap.events)?;
    for event in &cap.events {
        exists("event", event.0, rules.events.len())?;
    }
    let of_block = matches!(cap.kind, CapKind::Block { .. });
    if !(of_block && cap.target == CapTarget::Anything) {
        target(rules, &cap.target)?;
    }
    if cap.kind != CapKind::Cap && !(cap.exempt.is_empty() && cap.uncounted.is_empty()) {
        return Err(Flaw::Kind);
    }
    if of_block && cap.then.is_some() {
        return Err(Flaw::Kind);
    }
    hold(cap)?;
    cap.exempt.iter().chain(&cap.uncounted).try_for_each(|of| target(rules, of))?;
    // A channel is chosen when every other guard has spoken.
    if cap.exempt.iter().any(|of| matches!(of, CapTarget::Channels(_))) {
        return Err(Flaw::Kind);
    }
    if let Some(rule) = cap.rule {
        exists("rule", rule.0, rules.rules.len())?;
        if !rules[rule].class.may_carry_a_cap() {
            return Err(Flaw::Class("a rule with a cap"));
        }
    }
    Ok(())
}

/// What holds is over at some time, and a channel's cap has another way.
fn hold(cap: &Cap) -> Checked {
    let Some(most) = cap.hold() else { return Ok(()) };
    longest_wait(most)?;
    let is_endless = cap.kind == CapKind::Cap && cap.window == CapWindow::Ever;
    let is_of_channels = cap.rule.is_none() && matches!(cap.target, CapTarget::Channels(_));
    if is_endless || is_of_channels { Err(Flaw::Kind) } else { Ok(()) }
}

pub(super) fn target(rules: &RuleSet, target: &CapTarget) -> Checked {
    match target {
        CapTarget::Offers(offers) => ids("offers", "offer", offers.iter().map(|offer| offer.0), rules.offers.len()),
        CapTarget::Rules(targets) => ids("rules", "rule", targets.iter().map(|rule| rule.0), rules.rules.len()),
        CapTarget::Tags(tags) => ids("tags", "tag", tags.iter().map(|tag| tag.0), rules.tags.len()),
        CapTarget::Classes(classes) => not_empty("classes", classes).and_then(|()| ascending("classes", classes)),
        CapTarget::Channels(channels) => {
            ids("channels", "channel", channels.iter().map(|channel| channel.0), rules.channels.len())
        }
        CapTarget::Anything => Err(Flaw::Kind),
    }
}

/// The number of a cap that is an attribute: a whole number from 0 to just the number stated, with a default.
fn number(rules: &RuleSet, cap: &Cap) -> Checked {
    let Some(id) = cap.number else { return Ok(()) };
    exists("attribute", id.0, rules.attributes.len())?;
    let attribute = &rules[id];
    let fits = |number: NumberType| number.scale == 0 && number.min >= 0 && number.max == i64::from(cap.at_most);
    match attribute.ty {
        _ if cap.kind != CapKind::Cap => Err(Flaw::Kind),
        _ if attribute.never_used => Err(Flaw::NeverUsed(attribute.name.clone())),
        _ if attribute.protective => Err(Flaw::Protective),
        Type::Number(number) if fits(number) && attribute.default.is_some() => Ok(()),
        Type::Number(_)
        | Type::YesNo
        | Type::Text
        | Type::OneOf(_)
        | Type::Set
        | Type::Time
        | Type::Date
        | Type::Zone
        | Type::Score(_) => Err(Flaw::NumberType),
    }
}

/// Whose events are counted: by a text that tells people apart and may be read for it.
fn unit(rules: &RuleSet, cap: &Cap) -> Checked {
    if cap.kind != CapKind::Cap && (cap.alone || cap.reserve.is_some()) {
        return Err(Flaw::Kind);
    }
    if cap.reserve.is_some_and(|length| length.count == 0) {
        return Err(Flaw::CapOfNothing);
    }
    cap.reserve.map_or(Ok(()), |length| period("reservation", length))?;
    let id = match cap.unit {
        CapUnit::Customer => return Ok(()),
        CapUnit::Everybody if cap.alone => return Err(Flaw::Unit),
        CapUnit::Everybody => return of_block(cap),
        CapUnit::Attribute(id) => id,
    };
    exists("attribute", id.0, rules.attributes.len())?;
    let attribute = &rules[id];
    if attribute.never_used {
        return Err(Flaw::NeverUsed(attribute.name.clone()));
    }
    if attribute.protective {
        return Err(Flaw::Protective);
    }
    if attribute.key || attribute.ty != Type::Text {
        return Err(Flaw::Unit);
    }
    of_block(cap)
}

/// What a block counts is the customer's.
fn of_block(cap: &Cap) -> Checked {
    if matches!(cap.kind, CapKind::Block { .. }) { Err(Flaw::Unit) } else { Ok(()) }
}

/// A rule with a cap that counts nothing of whoever is not known has another one, by another unit (R27).
fn backed(rules: &RuleSet, rule: RuleId) -> Checked {
    let own = rules.caps_on(rule);
    let of_channels =
        rules.channels_of(&rules[rule]).iter().map(|id| rules.channel_caps(*id, rules[rule].show, Some(rule)));
    std::iter::once(Vec::new())
        .chain(of_channels)
        .try_for_each(|caps| backed_among(rules, &[own.clone(), caps].concat()))
}

fn backed_among(rules: &RuleSet, caps: &[CapId]) -> Checked {
    let alone = caps.iter().map(|cap| &rules[*cap]).filter(|cap| cap.alone);
    let backs = |unit: CapUnit| caps.iter().any(|cap| !rules[*cap].alone && rules[*cap].unit != unit);
    if alone.map(|cap| cap.unit).all(backs) { Ok(()) } else { Err(Flaw::Unit) }
}

fn window(rules: &RuleSet, cap: &Cap) -> Checked {
    match (cap.window, &cap.zone) {
        (CapWindow::Rolling(length), _) if length.count == 0 => return Err(Flaw::CapOfNothing),
        (CapWindow::Rolling(length), None) => return period("window", length),
        (CapWindow::Ever, None) => return Ok(()),
        (CapWindow::Calendar(_), Some(CapZone::Named(zone))) if zone_is_known(zone) => return Ok(()),
        (CapWindow::Calendar(_), Some(CapZone::Attribute(id))) => {
            exists("attribute", id.0, rules.attributes.len())?;
            let attribute = &rules[*id];
            match attribute.ty {
                Type::Zone if attribute.never_used => return Err(Flaw::NeverUsed(attribute.name.clone())),
                // Whoever is spared would be told apart by when they see something.
                Type::Zone if attribute.protective => return Err(Flaw::Protective),
                Type::Zone => return Ok(()),
                Type::YesNo
                | Type::Number(_)
                | Type::Text
                | Type::OneOf(_)
                | Type::Set
                | Type::Time
                | Type::Date
                | Type::Score(_) => {}
            }
        }
        (CapWindow::Calendar(_), Some(CapZone::Named(_)) | None)
        | (CapWindow::Rolling(_) | CapWindow::Ever, Some(_)) => {}
    }
    Err(Flaw::Zone)
}

fn kind(rules: &RuleSet, cap: &Cap) -> Checked {
    match &cap.kind {
        CapKind::Cap => return Ok(()),
        CapKind::Pause { length, without } => {
            if length.count == 0 {
                return Err(Flaw::CapOfNothing);
            }
            period("pause", *length)?;
            ascending("events", without)?;
            without.iter().try_for_each(|event| exists("event", event.0, rules.events.len()))?;
            if matches!(cap.window, CapWindow::Calendar(_)) {
                return Err(Flaw::Kind);
            }
        }
        CapKind::Block { length } => {
            if length.count == 0 {
                return Err(Flaw::CapOfNothing);
            }
            period("block", *length)?;
            if cap.at_most != 1 || cap.window != CapWindow::Ever {
                return Err(Flaw::Kind);
            }
        }
        CapKind::Gap => {
            let rolls = matches!(cap.window, CapWindow::Rolling(_));
            if !rolls || cap.at_most != 1 || cap.events != Event::REACHING {
                return Err(Flaw::Kind);
            }
        }
    }
    if cap.rule.is_some() { Err(Flaw::Kind) } else { Ok(()) }
}

fn ids(many: &'static str, one: &'static str, list: impl Iterator<Item = u32>, count: usize) -> Checked {
    let list: Vec<_> = list.collect();
    not_empty(many, &list)?;
    ascending(many, &list)?;
    list.into_iter().try_for_each(|id| exists(one, id, count))
}

/// Declared caps by name, then those of rules by rule; no name twice.
fn in_order(rules: &RuleSet) -> Checked {
    let (declared, own) = rules.caps.split_at(rules.caps.partition_point(|cap| cap.rule.is_none()));
    let names: Vec<_> = declared.iter().map(|cap| &cap.name).collect();
    ascending("caps", &names)?;
    if !own.is_sorted_by_key(|cap| cap.rule) || own.iter().any(|cap| cap.rule.is_none()) {
        return Err(Flaw::Unsorted("caps of rules"));
    }
    let mut names: Vec<_> = rules.caps.iter().map(|cap| &cap.name).collect();
    names.sort_unstable();
    if names.iter().any(|name| name.is_empty()) {
        return Err(Flaw::Empty("name"));
    }
    if names.is_sorted_by(|a, b| a < b) { Ok(()) } else { Err(Flaw::Twice("caps")) }
}

/// Which caps bind by what they are `on`, and which are a rule's own clauses.
struct Binding {
    by_offer: Vec<Vec<CapId>>,
    by_tag: Vec<Vec<CapId>>,
    by_rule: Vec<Vec<CapId>>,
    own: Vec<Vec<CapId>>,
    by_channel: Vec<Vec<CapId>>,
}

impl Binding {
    fn of(rules: &RuleSet) -> Self {
        fn add(lists: &mut [Vec<CapId>], index: usize, cap: CapId) {
            if let Some(list) = lists.get_mut(index) {
                list.push(cap);
            }
        }
        let mut binding = Self {
            by_offer: vec![Vec::new(); rules.offers.len()],
            by_tag: vec![Vec::new(); rules.tags.len()],
            by_rule: vec![Vec::new(); rules.rules.len()],
            own: vec![Vec::new(); rules.rules.len()],
            by_channel: vec![Vec::new(); rules.channels.len()],
        };
        for (index, cap) in rules.caps.iter().enumerate() {
            let id = CapId::from_index(index);
            if matches!(cap.kind, CapKind::Block { .. }) {
                continue;
            }
            match (cap.rule, &cap.target) {
                (Some(rule), _) => add(&mut binding.own, rule.index(), id),
                (None, CapTarget::Anything) => {}
                (None, CapTarget::Classes(classes)) => {
                    let offers = rules.offers.iter().enumerate();
                    let of_them = offers.filter(|(_, offer)| classes.contains(&offer.class));
                    of_them.for_each(|(offer, _)| add(&mut binding.by_offer, offer, id));
                }
                (None, CapTarget::Offers(offers)) => {
                    offers.iter().for_each(|offer| add(&mut binding.by_offer, offer.index(), id));
                }
                (None, CapTarget::Tags(tags)) => {
                    tags.iter().for_each(|tag| add(&mut binding.by_tag, tag.index(), id));
                }
                (None, CapTarget::Channels(targets)) => {
                    targets.iter().for_each(|channel| add(&mut binding.by_channel, channel.index(), id));
                }
                (None, CapTarget::Rules(targets)) => {
                    targets.iter().for_each(|rule| add(&mut binding.by_rule, rule.index(), id));
                }
            }
        }
        binding
    }

    /// Declared caps on the offer or on a tag that it carries.
    fn offer(&self, rules: &RuleSet, index: usize) -> Vec<CapId> {
        let tags = rules.offers.get(index).map_or(&[][..], |offer| &offer.tags);
        let by_tags = tags.iter().filter_map(|tag| self.by_tag.get(tag.index()));
        let mut on = sorted(self.by_offer.get(index).into_iter().chain(by_tags));
        on.retain(|cap| !exempts_offer(rules, *cap, OfferId::from_index(index)));
        on
    }

    /// The rule's own clauses, whatever its class, and declared caps on it, if its class obeys caps (R26).
    fn rule(&self, rules: &RuleSet, index: usize) -> Vec<CapId> {
        let obeys = rules.rules.get(index).is_some_and(|rule| rules.obeys_caps(rule.class));
        let declared = self.by_rule.get(index).filter(|_| obeys);
        let mut on = sorted(self.own.get(index).into_iter().chain(declared));
        if let Some(rule) = rules.rules.get(index) {
            let id = RuleId::from_index(index);
            let named = |cap: &CapId| rules[*cap].exempt.iter().any(|target| names_rule(target, id));
            on.retain(|cap| !named(cap) && !exempts_offer(rules, *cap, rule.show));
        }
        on
    }
}

fn exempts_offer(rules: &RuleSet, cap: CapId, id: OfferId) -> bool {
    rules[cap].exempt.iter().any(|target| names_offer(rules, target, id))
}

/// Whether what a cap, block or window is on is this offer: itself, its class, or a tag that it carries.
pub(super) fn names_offer(rules: &RuleSet, target: &CapTarget, id: OfferId) -> bool {
    let offer = &rules[id];
    match target {
        CapTarget::Classes(of) => of.contains(&offer.class),
        CapTarget::Offers(of) => of.contains(&id),
        CapTarget::Tags(of) => of.iter().any(|tag| offer.tags.contains(tag)),
        CapTarget::Rules(_) | CapTarget::Channels(_) | CapTarget::Anything => false,
    }
}

/// Whether it is this rule.
pub(super) fn names_rule(target: &CapTarget, id: RuleId) -> bool {
    match target {
        CapTarget::Rules(of) => of.contains(&id),
        CapTarget::Classes(_)
        | CapTarget::Offers(_)
        | CapTarget::Tags(_)
        | CapTarget::Channels(_)
        | CapTarget::Anything => false,
    }
}

fn sorted<'a>(lists: impl Iterator<Item = &'a Vec<CapId>>) -> Vec<CapId> {
    let mut all: Vec<_> = lists.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn same(stated: &[CapId], expected: &[CapId]) -> Checked {
    if stated == expected { Ok(()) } else { Err(Flaw::Caps) }
}
