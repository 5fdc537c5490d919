//! One purpose, one thing that is read, one use of it: in words for people.

use crate::analysis::consent::{Back, Need, Source, Used};
use crate::model::{Attribute, Basis, Purpose, RuleSet, Scope};

/// So many names of rules are written out for people.
const MOST_NAMED: usize = 6;

/// On what a purpose rests, and what closes it.
pub(super) fn basis(purpose: &Purpose) -> String {
    let mut words = vec![match &purpose.basis {
        Basis::Consent => "consent".to_owned(),
        Basis::ExplicitConsent => "explicit consent".to_owned(),
        Basis::LegitimateInterest(id) => format!("legitimate interest, weighed in {id}"),
    }];
    words.extend(purpose.version.map(|version| format!("version {version} or later")));
    words.extend(purpose.valid.map(|valid| format!("valid {valid}")));
    words.extend(purpose.confirmed.then(|| "confirmed".to_owned()));
    words.extend(purpose.direct_marketing.then(|| "closed by an objection to direct marketing".to_owned()));
    words.join(", ")
}

/// Its name, and what it is where it is no attribute.
pub(super) fn name(rules: &RuleSet, source: Source) -> String {
    match source {
        Source::Attribute(id) => rules[id].name.clone(),
        Source::Event(id) => format!("event {}", rules[id].name),
        Source::Consent(id) => format!("consent.{}", rules[id].name),
        Source::Permission(id) => format!("permission.{}", rules[id].name),
    }
}

/// Where it comes from, how old it may be, how far back events are read, and how it is protected.
pub(super) fn origin(rules: &RuleSet, need: &Need) -> String {
    match need.source {
        Source::Attribute(id) => attribute(&rules[id]),
        Source::Event(_) => match need.back {
            Some(Back::Days(1)) => "1 day back".to_owned(),
            Some(Back::Days(days)) => format!("{days} days back"),
            Some(Back::Ever) => "as far back as it is kept".to_owned(),
            None => String::new(),
        },
        Source::Consent(_) => "the record of the consent".to_owned(),
        Source::Permission(_) => "the device".to_owned(),
    }
}

pub(super) fn attribute(attribute: &Attribute) -> String {
    let from = match (attribute.scope, attribute.mapping.row_number) {
        (_, true) => "the number of the row".to_owned(),
        (Scope::Moment, false) => format!("the request: {}", column(attribute)),
        (Scope::Customer, false) => format!("column {}", column(attribute)),
    };
    let mut words = vec![from];
    words.extend(attribute.mapping.stamp.as_ref().map(|stamp| format!("its time in {stamp}")));
    words.extend(attribute.fresh.map(|fresh| format!("at most {fresh} old")));
    words.extend(marks(attribute).into_iter().map(str::to_owned));
    words.join(", ")
}

pub(super) fn column(attribute: &Attribute) -> &str {
    attribute.mapping.column.as_deref().unwrap_or(&attribute.name)
}

/// The marks that say how an attribute is protected.
pub(super) fn marks(attribute: &Attribute) -> Vec<&'static str> {
    let all = [
        (attribute.sensitive, "sensitive"),
        (attribute.hidden && !attribute.sensitive && !attribute.protective, "hidden"),
        (attribute.protective, "protective"),
        (attribute.never_used, "never used"),
    ];
    all.into_iter().filter_map(|(is_so, word)| is_so.then_some(word)).collect()
}

/// For what it is read, and by whom: `audience of comeback, winback`.
pub(super) fn used(rules: &RuleSet, used: &Used) -> String {
    let mut by: Vec<String> = used.rules.iter().map(|rule| rules[*rule].name.clone()).collect();
    by.extend(used.fallbacks.iter().map(|at| format!("entry {} of the fallback list", at + 1)));
    let by = some(&by);
    let mut words = used.to.word().to_owned();
    if !by.is_empty() {
        words.push_str(&format!(" of {by}"));
    }
    if let Some(part) = &used.part {
        words.push_str(&format!(" ({part})"));
    }
    let through: Vec<String> = used.through.iter().map(|step| step.words(rules)).collect();
    if !through.is_empty() {
        words.push_str(&format!(" through {}", through.join(", ")));
    }
    words
}

/// Names, the first of many.
pub(super) fn some(names: &[String]) -> String {
    match names.len() {
        0..=MOST_NAMED => names.join(", "),
        many => {
            let first = names.get(..MOST_NAMED).unwrap_or(names).join(", ");
            format!("{first} and {} more", many - MOST_NAMED)
        }
    }
}
