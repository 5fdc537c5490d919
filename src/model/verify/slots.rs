//! Slots, fallback lists, rules and substitutes: classes where they belong, needs that cover what is read, ends that
//! are reached.

use super::flaw::{Checked, InPlace};
use super::lists::{active, ascending, at_most, date, exists, not_empty};
use super::reach::{All, depth_first};
use super::{Flaw, VerifyError, channels, limits, typing};
use crate::model::{Class, Offer, Rule, RuleSet, Slot, Substitute};

const NO_CONSENT: &str = "`if no consent`";

pub(super) fn check(rules: &RuleSet, reads: &All) -> Result<(), VerifyError> {
    let mut nodes = channels::check(rules, reads)?;
    for slot in &rules.slots {
        nodes += self::slot(rules, reads, slot).within("slot", &slot.name)?;
    }
    for rule in &rules.rules {
        references(rules, rule).within("rule", &rule.name)?;
    }
    for rule in &rules.rules {
        nodes += guards(rules, reads, rule).within("rule", &rule.name)?;
        at_most("nodes in all conditions", nodes, limits::NODES_IN_ALL).within("rule", &rule.name)?;
        place(rules, reads, rule).within("rule", &rule.name)?;
    }
    let after = substitutes_end(rules)?;
    selling(rules, reads, &after)
}

/// Gives how many nodes its conditions have.
fn slot(rules: &RuleSet, reads: &All, slot: &Slot) -> Checked<usize> {
    let mut nodes = 0;
    // Whether an entry so far takes people by what is known of them, and so leaves the others to those behind it.
    let mut chooses = false;
    not_empty("classes that it accepts", &slot.accepts)?;
    ascending("classes", &slot.accepts)?;
    ties(rules, slot)?;
    channels::ways(rules, slot)?;
    let Some((last, earlier)) = slot.fallback.split_last() else { return Err(Flaw::Empty("fallback")) };
    for entry in &slot.fallback {
        if let Some(offer) = entry.offer {
            exists("offer", offer.0, rules.offers.len())?;
            if slot.accepts.binary_search(&rules[offer].class).is_err() {
                return Err(Flaw::Class("a fallback"));
            }
        }
    }
    for entry in earlier {
        if let Some(when) = &entry.when {
            typing::condition(rules, when, 0)?;
            let read = reads.of_condition(rules, when)?;
            nodes += read.nodes;
            if read.protective.is_read() {
                return Err(Flaw::Protective);
            }
            chooses |= read.customer;
        }
        // A fallback needs no purpose, so what sells is for everybody, or can be objected to by way of its channel (R3).
        let objectable = channels::ask_direct_marketing(rules, &slot.channels);
        if (chooses || slot.sends())
            && !objectable
            && entry.offer.is_some_and(|offer| rules[offer].class == Class::Marketing)
        {
            return Err(Flaw::Sells("a fallback"));
        }
    }
    let always = |offer: &Offer| offer.class == Class::Service && offer.active.is_none() && offer.off.is_none();
    let shown = last.offer.is_none() || !slot.sends();
    let ends = shown && last.when.is_none() && last.offer.is_none_or(|offer| always(&rules[offer]));
    if ends { Ok(nodes) } else { Err(Flaw::LastFallback) }
}

fn ties(rules: &RuleSet, slot: &Slot) -> Checked {
    for (place, tag) in slot.ties.iter().enumerate() {
        exists("tag", tag.0, rules.tags.len())?;
        if slot.ties.iter().take(place).any(|other| other == tag) {
            return Err(Flaw::Twice("tags of `ties`"));
        }
    }
    Ok(())
}

/// Every id of a rule exists, before any is looked up.
fn references(rules: &RuleSet, rule: &Rule) -> Checked {
    exists("slot", rule.slot.0, rules.slots.len())?;
    exists("offer", rule.show.0, rules.offers.len())?;
    channels::of_rule(rules, rule)?;
    ascending("purposes", &rule.needs)?;
    for purpose in &rule.needs {
        exists("purpose", purpose.0, rules.purposes.len())?;
    }
    for (_, substitute) in substitutes(rule) {
        match substitute {
            Substitute::Show(offer) => exists("offer", offer.0, rules.offers.len())?,
            Substitute::Try(other) => exists("rule", other.0, rules.rules.len())?,
            Substitute::Nothing => {}
        }
    }
    active(rule.active)?;
    rule.review_by.map_or(Ok(()), |day| date("date of review", day))
}

/// Gives how many nodes its conditions have.
fn guards(rules: &RuleSet, reads: &All, rule: &Rule) -> Checked<usize> {
    let mut nodes = 0;
    let clauses = rule.when.iter().map(|clause| (clause, false)).chain(rule.unless.iter().map(|clause| (clause, true)));
    for (clause, is_unless) in clauses {
        typing::condition(rules, &clause.condition, 0)?;
        let read = reads.of_condition(rules, &clause.condition)?;
        if let Some(purpose) = read.purposes.iter().find(|purpose| rule.needs.binary_search(purpose).is_err()) {
            return Err(Flaw::Needs(rules[*purpose].name.clone()));
        }
        if if is_unless { read.protective.chooses() } else { read.protective.is_read() } {
            return Err(Flaw::Protective);
        }
        nodes += read.nodes;
    }
    if let Some(rank) = &rule.rank {
        typing::score(rules, &rank.by)?;
        let read = reads.of_expression(rules, &rank.by)?;
        if let Some(purpose) = read.purposes.iter().find(|purpose| rule.needs.binary_search(purpose).is_err()) {
            return Err(Flaw::Needs(rules[*purpose].name.clone()));
        }
        if read.protective.is_read() {
            return Err(Flaw::Protective);
        }
        nodes += read.nodes;
    }
    ascending("tasks", &rule.tasks)?;
    at_most("tasks", rule.tasks.len(), limits::TASKS)?;
    if rule.tasks.iter().any(|task| task.is_empty()) {
        return Err(Flaw::Empty("name of a task"));
    }
    Ok(nodes)
}

fn place(rules: &RuleSet, reads: &All, rule: &Rule) -> Checked {
    let slot = &rules[rule.slot];
    if rule.class != rules[rule.show].class {
        return Err(Flaw::Class("a rule"));
    }
    if slot.accepts.binary_search(&rule.class).is_err() {
        return Err(Flaw::Class("what it shows"));
    }
    for (clause, substitute) in substitutes(rule) {
        match substitute {
            Substitute::Nothing => {}
            Substitute::Show(offer) => {
                let offer = &rules[offer];
                // What a slot does not accept is shown there by nobody. A class that wins earlier is a higher one; the
                // neutral banner is the exception, in a place (R1).
                let accepted = slot.accepts.binary_search(&offer.class).is_ok();
                let neutral = offer.class == Class::Service && !slot.sends();
                if !accepted || offer.class < rule.class && !neutral {
                    return Err(Flaw::Class(clause));
                }
            }
            Substitute::Try(other) => {
                let other = &rules[other];
                if other.slot != rule.slot {
                    return Err(Flaw::OtherSlot(clause));
                }
                let neutral = other.class == Class::Service && !slot.sends();
                if other.class < rule.class && (!neutral || reads_customer(rules, reads, other)?) {
                    return Err(Flaw::Class(clause));
                }
            }
        }
    }
    Ok(())
}

fn reads_customer(rules: &RuleSet, reads: &All, rule: &Rule) -> Checked<bool> {
    for clause in rule.when.iter().chain(&rule.unless).chain(&rule.expires) {
        typing::condition(rules, &clause.condition, 0)?;
        if reads.of_condition(rules, &clause.condition)?.customer {
            return Ok(true);
        }
    }
    let Some(rank) = &rule.rank else { return Ok(false) };
    typing::score(rules, &rank.by)?;
    Ok(reads.of_expression(rules, &rank.by)?.customer)
}

/// Who chooses people in order to sell, itself or through what stands in for it, needs a purpose that they can object
/// to (R3, R14). `after`: the rules, each after those it tries.
fn selling(rules: &RuleSet, reads: &All, after: &[usize]) -> Result<(), VerifyError> {
    // Of each rule, whether it comes to selling when it is tried for people whom another rule chose: by whether a
    // purpose of direct marketing is known to be open for them.
    let mut sells = vec![[false; 2]; rules.rules.len()];
    let asks = |rule: &Rule| rule.needs.iter().any(|purpose| rules[*purpose].direct_marketing);
    for (at, rule) in after.iter().filter_map(|at| Some((*at, rules.rules.get(*at)?))) {
        let asks_here = asks(rule);
        // What is sent asks its channels.
        let asks_channels = channels::ask_direct_marketing(rules, rules.channels_of(rule));
        let stands_in = |open: bool| {
            substitutes(rule).find(|(clause, substitute)| {
                // The one missing consent may be the only one that could be objected to.
                let open = open || asks_here && *clause != NO_CONSENT;
                match substitute {
                    Substitute::Nothing => false,
                    Substitute::Show(offer) => !open && !asks_channels && rules[*offer].class == Class::Marketing,
                    Substitute::Try(other) => sells.get(other.index()).is_some_and(|of| of[usize::from(open)]),
                }
            })
        };
        let itself = rule.class == Class::Marketing && !asks_here && !asks_channels;
        // Whoever sends, chooses.
        if rules.sends(rule.slot) || reads_customer(rules, reads, rule).within("rule", &rule.name)? {
            if itself {
                return Err(VerifyError::at("rule", &rule.name, Flaw::Sells("a rule")));
            }
            if let Some((clause, _)) = stands_in(false) {
                return Err(VerifyError::at("rule", &rule.name, Flaw::Sells(clause)));
            }
        }
        let found = [itself || stands_in(false).is_some(), stands_in(true).is_some()];
        if let Some(place) = sells.get_mut(at) {
            *place = found;
        }
    }
    Ok(())
}

/// A rule is tried at most once in a decision, but a circle of substitutes is no meaning (R13). Gives the rules, each
/// after those it tries.
fn substitutes_end(rules: &RuleSet) -> Result<Vec<usize>, VerifyError> {
    let tried = |rule: &Rule| {
        let tried = substitutes(rule).filter_map(|(_, substitute)| match substitute {
            Substitute::Try(other) => Some(other.index()),
            Substitute::Show(_) | Substitute::Nothing => None,
        });
        tried.collect()
    };
    let edges: Vec<Vec<usize>> = rules.rules.iter().map(tried).collect();
    let circle = |rule: usize| {
        let name = rules.rules.get(rule).map_or("", |rule| rule.name.as_str());
        VerifyError::at("rule", name, Flaw::Circle("substitutes"))
    };
    depth_first(&edges).map_err(circle)
}

fn substitutes(rule: &Rule) -> impl Iterator<Item = (&'static str, Substitute)> {
    [("`if capped`", rule.if_capped), (NO_CONSENT, rule.if_no_consent), ("`if unknown`", rule.if_unknown)]
        .into_iter()
        .filter_map(|(clause, substitute)| substitute.map(|substitute| (clause, substitute)))
}
