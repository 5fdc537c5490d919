//! Windows open at hours that there are, on clocks that there are, and bind exactly those whose class obeys windows; what
//! they hold is let go; what expires does so after a time.

use super::caps::{names_offer, names_rule};
use super::flaw::{Checked, InPlace};
use super::lists::{ascending, at_most, exists, longest_wait, not_empty, period};
use super::reach::All;
use super::{Flaw, VerifyError, limits, typing};
use crate::model::{
    AgeBound, CapTarget, CapZone, ChannelId, Condition, OfferId, Outside, PurposeId, Rule, RuleId, RuleSet, Substitute,
    Window, WindowId, WindowRow, Zones,
};
use crate::ops::{Comparison, Direction};
use crate::value::{Type, Weekday, zone_is_known};

pub(super) fn check(rules: &RuleSet, reads: &All) -> Result<(), VerifyError> {
    let names: Vec<_> = rules.windows.iter().map(|window| &window.name).collect();
    at_most("windows", names.len(), limits::WINDOWS)
        .and_then(|()| ascending("windows", &names))
        .within("the windows", "")?;
    for window in &rules.windows {
        self::window(rules, reads, window).within("window", &window.name)?;
    }
    for (at, offer) in rules.offers.iter().enumerate() {
        let on = |window: &Window| names_offer(rules, &window.target, OfferId::from_index(at));
        same(rules, &offer.windows, rules.obeys_windows(offer.class), on).within("offer", &offer.name)?;
    }
    for (at, rule) in rules.rules.iter().enumerate() {
        let on = |window: &Window| names_rule(&window.target, RuleId::from_index(at));
        same(rules, &rule.windows, rules.obeys_windows(rule.class), on).within("rule", &rule.name)?;
    }
    for (at, channel) in rules.channels.iter().enumerate() {
        let on = |window: &Window| matches!(&window.target, CapTarget::Channels(of) if of.contains(&ChannelId::from_index(at)));
        same(rules, &channel.windows, true, on).within("channel", &channel.name)?;
        for window in &channel.windows {
            reads_only(rules, reads, *window, &channel.needs).within("channel", &channel.name)?;
        }
    }
    for (at, rule) in rules.rules.iter().enumerate() {
        let id = RuleId::from_index(at);
        expiry(rules, reads, rule).within("rule", &rule.name)?;
        needs(rules, reads, id).within("rule", &rule.name)?;
        ends(rules, id).within("rule", &rule.name)?;
    }
    for slot in &rules.slots {
        let earlier = slot.fallback.split_last().map_or(&[][..], |(_, earlier)| earlier);
        let endless =
            earlier.iter().filter_map(|entry| entry.offer).any(|offer| waits_for_ever(rules, &slot.channels, offer));
        if endless {
            return Err(VerifyError::at("slot", &slot.name, Flaw::Endless));
        }
    }
    Ok(())
}

fn window(rules: &RuleSet, reads: &All, window: &Window) -> Checked {
    let taken = rules.caps.iter().map(|cap| &cap.name).chain(rules.blocks.iter().map(|block| &block.name));
    if taken.into_iter().any(|name| *name == window.name) {
        return Err(Flaw::Twice("caps, blocks and windows"));
    }
    zones(rules, &window.zones)?;
    not_empty("rows", &window.rows)?;
    at_most("rows", window.rows.len(), limits::ROWS)?;
    window.rows.iter().try_for_each(|row| self::row(rules, reads, row))?;
    if !Weekday::ALL.into_iter().any(|day| opens_on(window, day)) {
        return Err(Flaw::NeverOpens);
    }
    if let Outside::Hold(Some(most)) = window.outside {
        longest_wait(most)?;
    }
    if window.outside == Outside::NextChannel && !matches!(window.target, CapTarget::Channels(_)) {
        return Err(Flaw::Windows);
    }
    super::caps::target(rules, &window.target).map_err(|flaw| if flaw == Flaw::Kind { Flaw::Windows } else { flaw })
}

fn zones(rules: &RuleSet, zones: &Zones) -> Checked {
    if zones.first.is_empty() && zones.every.is_empty() {
        return Err(Flaw::Empty("zone"));
    }
    at_most("zones", zones.first.len().max(zones.every.len()), limits::ZONES)?;
    for zone in zones.first.iter().chain(&zones.every) {
        match zone {
            CapZone::Named(zone) if zone_is_known(zone) => {}
            CapZone::Named(_) => return Err(Flaw::Zone),
            CapZone::Attribute(id) => {
                exists("attribute", id.0, rules.attributes.len())?;
                let attribute = &rules[*id];
                if attribute.ty != Type::Zone {
                    let (found, expected) = (attribute.ty.word(), Type::Zone.word());
                    return Err(Flaw::Type { of: "the zone of a window", found, expected });
                }
                if attribute.never_used {
                    return Err(Flaw::NeverUsed(attribute.name.clone()));
                }
                if attribute.protective {
                    return Err(Flaw::Protective);
                }
            }
        }
    }
    // Behind a zone that is written nothing is ever tried.
    let written = zones.first.iter().position(|zone| matches!(zone, CapZone::Named(_)));
    let is_last = written.is_none_or(|at| at + 1 == zones.first.len() && zones.every.is_empty());
    let twice = zones.every.iter().enumerate().any(|(at, zone)| zones.every.iter().take(at).any(|other| other == zone));
    if is_last && !twice { Ok(()) } else { Err(Flaw::Windows) }
}

fn row(rules: &RuleSet, reads: &All, row: &WindowRow) -> Checked {
    not_empty("days", &row.days)?;
    ascending("days", &row.days)?;
    if row.opens >= 86_400 || row.closes == 0 || row.closes > 86_400 || row.opens == row.closes {
        return Err(Flaw::Time("hour of a window"));
    }
    let Some(when) = &row.when else { return Ok(()) };
    typing::condition(rules, &when.condition, 0)?;
    let read = reads.of_condition(rules, &when.condition)?;
    if read.protective.is_read() { Err(Flaw::Protective) } else { Ok(()) }
}

/// Whether some minute of the hours of a day is left by all rows that speak of it and have no condition; of a day of which
/// only others speak all of it may be. Looked at where one of them begins: if anything is left, something is left there.
fn opens_on(window: &Window, day: Weekday) -> bool {
    let of_day: Vec<&WindowRow> = window.rows.iter().filter(|row| row.days.contains(&day)).collect();
    let for_all: Vec<&WindowRow> = of_day.iter().copied().filter(|row| row.when.is_none()).collect();
    let is_open = |row: &WindowRow, second: u32| {
        let until = if row.closes < row.opens { 86_400 + row.closes } else { row.closes };
        (row.opens..until).contains(&second)
    };
    let is_left = |second: u32| for_all.iter().all(|row| is_open(row, second));
    !of_day.is_empty() && (for_all.is_empty() || for_all.iter().any(|row| is_left(row.opens)))
}

/// A rule expires after a time, and needs the purposes of what it reads for that.
fn expiry(rules: &RuleSet, reads: &All, rule: &Rule) -> Checked {
    let Some(clause) = &rule.expires else { return Ok(()) };
    let Condition::Age(_, Direction::Old, AgeBound::One(Comparison::AtLeast, length)) = &clause.condition else {
        return Err(Flaw::Expiry);
    };
    period("expiry", *length)?;
    if length.count == 0 {
        return Err(Flaw::Time("expiry"));
    }
    typing::condition(rules, &clause.condition, 0)?;
    let read = reads.of_condition(rules, &clause.condition)?;
    if read.protective.is_read() {
        return Err(Flaw::Protective);
    }
    covers(rules, &rule.needs, &read)
}

/// Whoever waits for what data says needs the purposes of that data (R19).
fn needs(rules: &RuleSet, reads: &All, id: RuleId) -> Checked {
    rules.windows_on(id).into_iter().try_for_each(|window| reads_only(rules, reads, window, &rules[id].needs))
}

/// What a window reads is covered by these purposes.
fn reads_only(rules: &RuleSet, reads: &All, window: WindowId, needs: &[PurposeId]) -> Checked {
    for zone in rules[window].zones.first.iter().chain(&rules[window].zones.every) {
        let CapZone::Attribute(zone) = zone else { continue };
        if let Some(purpose) = rules[*zone].needs.iter().find(|purpose| needs.binary_search(purpose).is_err()) {
            return Err(Flaw::Needs(rules[*purpose].name.clone()));
        }
    }
    for when in rules[window].rows.iter().filter_map(|row| row.when.as_ref()) {
        covers(rules, needs, &reads.of_condition(rules, &when.condition)?)?;
    }
    Ok(())
}

fn covers(rules: &RuleSet, needs: &[PurposeId], read: &super::reach::Reads) -> Checked {
    match read.purposes.iter().find(|purpose| needs.binary_search(purpose).is_err()) {
        Some(purpose) => Err(Flaw::Needs(rules[*purpose].name.clone())),
        None => Ok(()),
    }
}

/// What a window may hold without end expires.
fn ends(rules: &RuleSet, id: RuleId) -> Checked {
    let rule = &rules[id];
    let channels = if rule.channels.is_empty() { &rules[rule.slot].channels } else { &rule.channels };
    let own =
        rule.windows.iter().any(|window| holds_for_ever(rules, *window)) || waits_for_ever(rules, channels, rule.show);
    let stands_in = [rule.if_capped, rule.if_no_consent, rule.if_unknown]
        .into_iter()
        .flatten()
        .any(|substitute| matches!(substitute, Substitute::Show(offer) if waits_for_ever(rules, channels, offer)));
    if own && rule.expires.is_none() || stands_in { Err(Flaw::Endless) } else { Ok(()) }
}

/// Whether a window of an offer, or of a channel by which it goes, holds it without an end.
fn waits_for_ever(rules: &RuleSet, channels: &[ChannelId], offer: OfferId) -> bool {
    let obeys = rules.obeys_windows(rules[offer].class);
    let by = channels.iter().filter(|_| obeys).flat_map(|channel| &rules[*channel].windows);
    rules[offer].windows.iter().chain(by).any(|window| holds_for_ever(rules, *window))
}

fn holds_for_ever(rules: &RuleSet, id: WindowId) -> bool {
    rules[id].outside == Outside::Hold(None)
}

fn same(rules: &RuleSet, stated: &[WindowId], obeys: bool, on: impl Fn(&Window) -> bool) -> Checked {
    let all = rules.windows.iter().enumerate().filter(|(_, window)| obeys && on(window));
    let expected: Vec<WindowId> = all.map(|(at, _)| WindowId::from_index(at)).collect();
    if stated == expected { Ok(()) } else { Err(Flaw::Windows) }
}
