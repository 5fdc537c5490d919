//! Lists, purposes, attributes, events, tags and offers: what everything else refers to.

use std::collections::BTreeSet;

use super::flaw::{Checked, InPlace};
use super::lists::{active, ascending, at_most, declared_type, exists, not_empty, period, value};
use super::{Flaw, VerifyError, limits};
use crate::model::{
    Attribute, Basis, Class, ClassRow, EnumType, Event, Guardrail, Offer, PurposeId, RuleSet, Scope, Spelling,
};
use crate::value::{Consent, Permission, Type, zone_is_known};

pub(super) fn check(rules: &RuleSet) -> Result<(), VerifyError> {
    counts(rules).within("the rule set", "")?;
    names(rules).within("the rule set", "")?;
    defaults(rules).within("the defaults", "")?;
    enums(rules).within("the lists of members", "")?;
    for class in Class::ALL {
        class_row(class, rules.classes.row(class)).within("class", class.word())?;
    }
    for purpose in &rules.purposes {
        purpose.valid.map_or(Ok(()), |valid| period("validity", valid)).within("purpose", &purpose.name)?;
    }
    for attribute in &rules.attributes {
        self::attribute(rules, attribute).within("attribute", &attribute.name)?;
    }
    one_key(rules).within("the attributes", "")?;
    events(rules).within("the events", "")?;
    for event in &rules.events {
        fields(rules, event).within("event", &event.name)?;
    }
    for offer in &rules.offers {
        self::offer(rules, offer).within("offer", &offer.name)?;
    }
    Ok(())
}

fn counts(rules: &RuleSet) -> Checked {
    at_most("lists", rules.enums.len(), limits::LISTS)?;
    at_most("purposes", rules.purposes.len(), limits::PURPOSES)?;
    at_most("attributes", rules.attributes.len(), limits::ATTRIBUTES)?;
    at_most("events", rules.events.len(), limits::EVENTS)?;
    at_most("segments", rules.segments.len(), limits::SEGMENTS)?;
    at_most("values", rules.values.len(), limits::VALUES)?;
    at_most("channels", rules.channels.len(), limits::CHANNELS)?;
    at_most("offers", rules.offers.len(), limits::OFFERS)?;
    at_most("tags", rules.tags.len(), limits::TAGS)?;
    at_most("slots", rules.slots.len(), limits::SLOTS)?;
    at_most("rules", rules.rules.len(), limits::RULES)?;
    at_most("caps", rules.caps.len(), limits::CAPS)
}

/// Every list is in order of name, each name once; caps have an order of their own.
fn names(rules: &RuleSet) -> Checked {
    fn list<'a>(what: &'static str, names: impl Iterator<Item = &'a String>) -> Checked {
        let names: Vec<_> = names.collect();
        if names.iter().any(|name| name.is_empty()) {
            return Err(Flaw::Empty("name"));
        }
        ascending(what, &names)
    }
    list("purposes", rules.purposes.iter().map(|purpose| &purpose.name))?;
    list("attributes", rules.attributes.iter().map(|attribute| &attribute.name))?;
    list("declared events", rules.events.iter().skip(Event::BUILT_IN.len()).map(|event| &event.name))?;
    list("segments", rules.segments.iter().map(|segment| &segment.name))?;
    list("values", rules.values.iter().map(|value| &value.name))?;
    list("channels", rules.channels.iter().map(|channel| &channel.name))?;
    list("offers", rules.offers.iter().map(|offer| &offer.name))?;
    list("tags", rules.tags.iter())?;
    list("slots", rules.slots.iter().map(|slot| &slot.name))?;
    list("rules", rules.rules.iter().map(|rule| &rule.name))
}

fn defaults(rules: &RuleSet) -> Checked {
    let defaults = &rules.defaults;
    if !zone_is_known(&defaults.zone) {
        return Err(Flaw::Zone);
    }
    period("skew", defaults.skew)?;
    period("horizon", defaults.horizon)?;
    period("grace", defaults.grace)
}

fn enums(rules: &RuleSet) -> Checked {
    let consent = Consent::ALL.map(Consent::word);
    if !rules.enums.first().is_some_and(|list| list.members == consent && !list.ordered) {
        return Err(Flaw::BuiltIn("states of a consent"));
    }
    let permission = Permission::ALL.map(Permission::word);
    if !rules.enums.get(1).is_some_and(|list| list.members == permission && !list.ordered) {
        return Err(Flaw::BuiltIn("states of a permission"));
    }
    let mut seen = BTreeSet::new();
    for list in &rules.enums {
        let EnumType { members, ordered } = list;
        not_empty("members", members)?;
        at_most("members", members.len(), limits::ELEMENTS)?;
        if members.iter().collect::<BTreeSet<_>>().len() != members.len() {
            return Err(Flaw::Twice("members"));
        }
        if !seen.insert((members, ordered)) {
            return Err(Flaw::Twice("lists"));
        }
    }
    Ok(())
}

/// The table that is shipped may be made stricter, never looser (R2).
fn class_row(class: Class, row: &ClassRow) -> Checked {
    ascending("guardrails", &row.obeys)?;
    let obeyed: &[Guardrail] = match class {
        Class::Critical | Class::Legal if !row.obeys.is_empty() || row.blocks_without_store => {
            return Err(Flaw::ClassTable);
        }
        Class::Critical | Class::Legal => &[],
        Class::Service => &[Guardrail::Blocks, Guardrail::Windows],
        Class::Lifecycle | Class::Marketing if !row.counts || !row.blocks_without_store => {
            return Err(Flaw::ClassTable);
        }
        Class::Lifecycle | Class::Marketing => &Guardrail::ALL,
    };
    if obeyed.iter().all(|guardrail| row.obeys(*guardrail)) { Ok(()) } else { Err(Flaw::ClassTable) }
}

fn attribute(rules: &RuleSet, attribute: &Attribute) -> Checked {
    declared_type(rules, attribute.ty)?;
    ascending("purposes", &attribute.needs)?;
    for purpose in &attribute.needs {
        exists("purpose", purpose.0, rules.purposes.len())?;
    }
    if attribute.key && (attribute.scope != Scope::Customer || attribute.ty != Type::Text) {
        return Err(Flaw::Mark("key"));
    }
    // Who somebody is stands before any consent, and sparing somebody needs none (R18); neither may be masked.
    if (attribute.key || attribute.protective) && !attribute.needs.is_empty() {
        return Err(Flaw::Mark(if attribute.key { "key" } else { "protective" }));
    }
    if attribute.protective && attribute.ty != Type::YesNo {
        return Err(Flaw::Mark("protective"));
    }
    if let Some(fresh) = attribute.fresh {
        period("freshness", fresh)?;
    }
    if let Some(default) = &attribute.default {
        value(rules, "default", default, attribute.ty)?;
    }
    if (attribute.sensitive || attribute.protective) && !attribute.hidden {
        return Err(Flaw::Mark("hidden"));
    }
    let explicit = |basis: &Basis| match basis {
        Basis::ExplicitConsent => true,
        Basis::Consent | Basis::LegitimateInterest(_) => false,
    };
    let rests_on_one = |needs: &[PurposeId]| matches!(needs, [only] if explicit(&rules[*only].basis));
    if attribute.sensitive && !rests_on_one(&attribute.needs) {
        return Err(Flaw::Mark("sensitive"));
    }
    if attribute.mapping.row_number && !attribute.key {
        return Err(Flaw::Mark("row number"));
    }
    at_most("spellings", attribute.mapping.spellings.len(), limits::ELEMENTS)?;
    for (_, spelling) in &attribute.mapping.spellings {
        match spelling {
            Spelling::Value(meant) => value(rules, "meaning of a cell", meant, attribute.ty)?,
            Spelling::Missing => {}
        }
    }
    Ok(())
}

fn one_key(rules: &RuleSet) -> Checked {
    let keys = rules.attributes.iter().filter(|attribute| attribute.key).count();
    at_most("keys", keys, 1)
}

fn events(rules: &RuleSet) -> Checked {
    let built_in = rules.events.iter().take(Event::BUILT_IN.len());
    let bare = rules.events.iter().take(Event::BUILT_IN.len()).all(|event| event.needs.is_empty());
    if !bare || !built_in.map(|event| event.name.as_str()).eq(Event::BUILT_IN) {
        return Err(Flaw::BuiltIn("events"));
    }
    let declared = rules.events.iter().skip(Event::BUILT_IN.len());
    if declared.into_iter().any(|event| Event::BUILT_IN.contains(&event.name.as_str())) {
        return Err(Flaw::Twice("events"));
    }
    Ok(())
}

fn fields(rules: &RuleSet, event: &Event) -> Checked {
    ascending("purposes", &event.needs)?;
    for purpose in &event.needs {
        exists("purpose", purpose.0, rules.purposes.len())?;
    }
    at_most("fields", event.fields.len(), limits::FIELDS)?;
    let names: BTreeSet<_> = event.fields.iter().map(|field| &field.name).collect();
    if names.len() != event.fields.len() {
        return Err(Flaw::Twice("fields"));
    }
    event.fields.iter().try_for_each(|field| declared_type(rules, field.ty))
}

fn offer(rules: &RuleSet, offer: &Offer) -> Checked {
    active(offer.active)?;
    ascending("tags", &offer.tags)?;
    for tag in &offer.tags {
        exists("tag", tag.0, rules.tags.len())?;
    }
    let content: Vec<_> = offer.content.iter().map(|(name, _)| name).collect();
    ascending("names of its content", &content)
}
