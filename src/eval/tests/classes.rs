//! R2: a class that is made stricter obeys more, and counts where it did not.

use crate::compile::compile;
use crate::eval::decide;
use crate::frame::{Fact, Happened};
use crate::frame::{Facts, Outcome, Stamp, gather};
use crate::model::{Event, Guardrail, RuleSet};
use crate::source::SourceSet;
use crate::value::{Instant, Value};

fn rules(class: &str) -> RuleSet {
    let text = format!(
        "{class}
         customer {{ id: text key }}
         offer tips {{ class service  tags gentle }}
         offer sale {{ class lifecycle  tags gentle }}
         cap pressure {{ at most 2 shown in any 7 days per customer on tag gentle }}
         slot home on web {{ accepts service  fallback nothing }}
         slot mail on web {{ accepts lifecycle  fallback nothing }}
         rule tip in home {{ show tips }}
         rule keep in mail {{ show sale }}"
    );
    let (sources, _) = SourceSet::single("classes.rules", text);
    let compiled = compile(sources);
    let messages: Vec<_> = compiled.diagnostics.iter().map(|finding| &finding.message).collect();
    RuleSet::clone(&compiled.rules.unwrap_or_else(|| panic!("{messages:?}")))
}

/// Whether the service tip and the lifecycle offer are shown to somebody who saw the tip so often.
fn shown(rules: &RuleSet, tips_seen: usize) -> [bool; 2] {
    let mut facts = Facts::nothing(rules, Instant::parse("2026-06-15T10:00Z").unwrap());
    facts.set(rules.key().unwrap(), Fact::Known(Value::Text("c".into()), None));
    let offer = rules.offer_named("tips").unwrap();
    let stamp = Stamp::Of {
        offer: Some(offer),
        rule: rules.rule_named("tip"),
        via: None,
        class: Some(rules[offer].class),
        tags: rules[offer].tags.clone(),
        channel: None,
    };
    facts.history = vec![Happened::plain(Event::SHOWN, facts.now, stamp); tips_seen];
    let frame = gather(rules, &facts);
    ["home", "mail"].map(|slot| {
        let decision = decide(rules, &frame, rules.slot_named(slot).unwrap());
        matches!(decision.outcome, Outcome::Shows(_))
    })
}

#[test]
fn as_shipped_service_obeys_no_cap_and_uses_none_up() {
    let shipped = rules("");
    assert_eq!(shown(&shipped, 5), [true, true]);
    assert!(shipped.offers.iter().all(|offer| offer.caps.is_empty() == (offer.name == "tips")));
}

#[test]
fn a_stricter_service_obeys_caps_and_one_that_counts_uses_them_up() {
    let obeys = rules("class service \"Help\" { obeys blocks, windows, caps }");
    assert_eq!(obeys.classes.row(crate::model::Class::Service).label, "Help");
    assert!(obeys.classes.row(crate::model::Class::Service).obeys(Guardrail::Caps));
    assert_eq!(shown(&obeys, 5), [true, true], "it is bound, but what it shows is not counted");
    let counts = rules("class service { counts yes }");
    assert_eq!(shown(&counts, 1), [true, true]);
    assert_eq!(shown(&counts, 2), [true, false], "counted, but not bound");
    let both = rules("class service { obeys consent, blocks, windows, caps  counts yes  store down block }");
    assert_eq!(shown(&both, 1), [true, true]);
    assert_eq!(shown(&both, 2), [false, false]);
}
