//! One customer as JSON: everything that may be said, and what is refused.

use super::*;
use crate::frame::Stamp;
use crate::model::sample::{FITTING, HEALTH, at, rule_set};
use crate::model::{EventId, OfferId, RuleId, TagId};

fn noon() -> Instant {
    Instant::parse("2026-06-15T12:00Z").unwrap()
}

fn read(text: &str) -> Result<Facts, DataError> {
    let rules = rule_set();
    customer_from_json(&rules, text, Facts::nothing(&rules, noon()))
}

#[track_caller]
fn refused(text: &str) -> (&'static str, String) {
    let error = read(text).unwrap_err();
    (error.code.name, error.help.unwrap_or_default())
}

#[test]
fn every_no_to_direct_marketing_is_an_objection() {
    let said = |status: &str| read(&format!(r#"{{ "id": "anna", "consent": {{ "direct marketing": "{status}" }} }}"#));
    let objects = |status: &str| said(status).map(|facts| facts.objects_to_direct_marketing);
    assert_eq!(
        ["objected", "withdrawn", "denied", "granted"].map(|status| objects(status).unwrap()),
        [true, true, true, false]
    );
    for status in ["pending", "expired", "unknown"] {
        assert_eq!(objects(status).unwrap_err().code.name, "data::bad-customer", "it would lift what a table says");
    }
}

#[test]
fn everything_a_customer_may_say() {
    let facts = read(
        r#"{
            "id": "anna", "tier": "gold", "last order": "2026-01-01T00:00Z",
            "given": { "balance": 12.50 },
            "moment": { "device": "web" },
            "now": "2026-06-15T10:00Z",
            "consent": {
                "fitting": "granted",
                "health": { "status": "granted", "granted_at": "2026-01-01T00:00Z", "version": 4, "confirmed": true },
                "direct marketing": "objected"
            },
            "held": { "comeback": "2026-06-15T01:00Z" },
            "history": [
                { "event": "shown", "at": "2026-06-14T09:00Z", "offer": "comeback", "rule": "comeback" },
                { "event": "purchase", "at": "2026-06-13T09:00Z" },
                { "event": "shown", "at": "2026-06-12T09:00Z", "offer": "gone_by_now", "tags": ["promo", "old"] }
            ]
        }"#,
    )
    .unwrap();
    let rules = rule_set();
    let ten = Instant::parse("2026-06-15T10:00Z").unwrap();
    assert_eq!(facts.now, ten);
    assert_eq!(key_of(&rules, &facts), Some("anna"));
    let held = (rules.offer_named("comeback").unwrap(), Instant::parse("2026-06-15T01:00Z").unwrap());
    assert_eq!(facts.held, [held]);
    let known = |id: AttributeId| facts.attributes[id.index()].clone();
    assert_eq!(known(at::BALANCE), Fact::Known(Value::Number(1250), None));
    assert_eq!(known(at::DEVICE), Fact::Known(Value::Member(0), None));
    assert!(matches!(known(at::LAST_ORDER), Fact::Known(Value::Time(_), None)));
    assert_eq!(known(at::TENURE), Fact::Missing(Missing::Absent));
    assert_eq!(facts.consent[FITTING.index()], ConsentRecord::of(Consent::Granted), "nothing but the status");
    assert_eq!(facts.consent[HEALTH.index()].version, Some(4));
    assert!(facts.objects_to_direct_marketing);
    let stamp = |at: usize| facts.history[at].stamp.clone();
    let of = |offer, rule, tags| Stamp::Of { offer, rule, via: None, class: None, tags, channel: None };
    assert_eq!(stamp(0), of(Some(OfferId(1)), Some(RuleId(0)), vec![TagId(1)]), "the offer's tags");
    assert_eq!(stamp(1), Stamp::Unstamped);
    assert_eq!(facts.history[1].event, EventId(7));
    assert_eq!(stamp(2), of(None, None, vec![TagId(1)]), "a tag nobody knows any more is dropped");
}

#[test]
fn what_is_not_understood_is_an_error_with_a_code() {
    assert_eq!(refused("[]").0, "data::bad-customer");
    assert_eq!(refused("{").0, "data::bad-customer");
    assert_eq!(refused(r#"{"teir": "gold"}"#), ("data::unknown-attribute", "did you mean `tier`?".into()));
    assert_eq!(refused(r#"{"momnet": {}}"#), ("data::unknown-attribute", "did you mean `moment`?".into()));
    assert_eq!(refused(r#"{"moment": {"tier": "gold"}}"#).0, "data::unknown-attribute");
    assert_eq!(refused(r#"{"balance": "much"}"#).0, "data::wrong-type");
    assert_eq!(refused(r#"{"balance": true}"#).0, "data::wrong-type");
    assert_eq!(refused(r#"{"illness": 1}"#).0, "data::wrong-type");
    assert_eq!(refused(r#"{"tier": "gold", "given": {"tier": "gold"}}"#).0, "data::field-twice");
    assert_eq!(refused(r#"{"now": "yesterday"}"#).0, "data::bad-customer");
    assert_eq!(refused(r#"{"consent": {"fitting": "yes"}}"#).0, "data::bad-customer");
    assert_eq!(refused(r#"{"consent": {"fiting": "granted"}}"#).0, "data::unknown-attribute");
    assert_eq!(refused(r#"{"history": {"event": "shown"}}"#).0, "data::bad-customer");
    assert_eq!(refused(r#"{"history": [{"event": "shown"}]}"#).0, "data::bad-customer");
    assert_eq!(
        refused(r#"{"history": [{"event": "purchse", "at": "2026-06-14T09:00Z"}]}"#),
        ("data::unknown-attribute", "did you mean `purchase`?".into())
    );
    let platinum = read(r#"{"tier": "platinum"}"#).unwrap();
    assert_eq!(platinum.attributes[at::TIER.index()], Fact::Missing(Missing::NotInList), "missing, no error (R45)");
}

#[test]
fn a_name_that_stands_twice_is_refused_wherever_it_stands() {
    for text in [
        r#"{"consent": {"own_offers": "objected", "own_offers": "granted"}}"#,
        r#"{"consent": {"fitting": {"status": "denied", "status": "granted"}}}"#,
        r#"{"consent": {"own_offers": "objected"}, "consent": {"own_offers": "granted"}}"#,
        r#"{"history": [{"event": "shown", "event": "clicked", "at": "2026-06-14T09:00Z"}]}"#,
        r#"{"history": [], "history": []}"#,
        r#"{"tier": "gold", "tier": "silver"}"#,
        r#"{"last order": "2026-01-01T00:00Z", "last_order": "2026-02-01T00:00Z"}"#,
        r#"{"given": {"tier": "gold", "tier": "silver"}}"#,
        r#"{"moment": {"device": "web", "device": "ios"}}"#,
        r#"{"now": "2026-06-14T09:00Z", "now": "2026-06-15T09:00Z"}"#,
    ] {
        assert_eq!(refused(text), ("data::field-twice", "keep one of the two".into()), "{text}");
    }
    assert!(read(r#"{"consent": {"own_offers": "objected", "fitting": "granted"}}"#).is_ok());
}

#[test]
fn an_empty_key_is_nobodys() {
    let rules = rule_set();
    for text in [r#"{"id": "", "tier": "gold"}"#, r#"{"id": {"value": ""}, "tier": "gold"}"#] {
        let facts = read(text).unwrap();
        assert_eq!(key_of(&rules, &facts), None);
        assert_eq!(facts.attributes[at::ID.index()], Fact::Missing(Missing::Absent));
        let anonymous = read(r#"{"tier": "gold"}"#).unwrap();
        assert_eq!(crate::frame::gather(&rules, &facts), crate::frame::gather(&rules, &anonymous), "R41");
    }
}

#[test]
fn a_number_says_why_it_is_none() {
    let why = |text| read(text).unwrap_err().message;
    assert_eq!(
        why(r#"{"balance": 100000.01}"#),
        "`balance` is from 0.00 to 100000.00, and 100000.01 is outside of that"
    );
    assert_eq!(why(r#"{"balance": "-1"}"#), "`balance` is from 0.00 to 100000.00, and -1 is outside of that");
    assert_eq!(
        why(r#"{"balance": 1e30}"#),
        format!("`balance` is from 0.00 to 100000.00, and 1{} is outside of that", "0".repeat(30))
    );
    assert_eq!(why(r#"{"balance": 12.505}"#), "`balance` has 2 decimal places, and 12.505 has more");
    assert_eq!(
        why(r#"{"balance": "much"}"#),
        "`balance` is a decimal number, and this is a text that cannot be read as one"
    );
}

#[test]
fn a_value_that_not_everybody_may_read_stands_in_no_message() {
    type Mark = fn(&mut Attribute);
    let marks: [Mark; 4] = [
        |attribute| attribute.hidden = true,
        |attribute| (attribute.hidden, attribute.sensitive) = (true, true),
        |attribute| (attribute.hidden, attribute.protective) = (true, true),
        |attribute| attribute.needs = vec![FITTING],
    ];
    for mark in marks {
        let mut rules = rule_set();
        mark(&mut rules.attributes[at::BALANCE.index()]);
        for value in ["777777", "77.7777", "\"777777\"", "\"7seven7\"", "7e77"] {
            let text = format!("{{\"balance\": {value}}}");
            let error = customer_from_json(&rules, &text, Facts::nothing(&rules, noon())).unwrap_err();
            assert_eq!(error.code.name, "data::wrong-type");
            assert!(!error.message.contains('7'), "{}", error.message);
        }
    }
}

#[test]
fn a_bare_grant_opens_only_what_asks_for_no_more() {
    let mut rules = rule_set();
    let read = |rules: &RuleSet| {
        let facts = customer_from_json(rules, r#"{"consent": {"fitting": "granted"}}"#, Facts::nothing(rules, noon()));
        crate::frame::gather(rules, &facts.unwrap()).consent[FITTING.index()]
    };
    let plain = |rules: &mut RuleSet| {
        let purpose = &mut rules.purposes[FITTING.index()];
        (purpose.version, purpose.valid, purpose.confirmed) = (None, None, false);
    };
    plain(&mut rules);
    assert_eq!(read(&rules), Consent::Granted);
    rules.purposes[FITTING.index()].version = Some(1);
    assert_eq!(read(&rules), Consent::Expired);
    plain(&mut rules);
    rules.purposes[FITTING.index()].confirmed = true;
    assert_eq!(read(&rules), Consent::Pending);
}

#[test]
fn an_attribute_called_like_one_of_the_five_words_stands_in_given() {
    let mut rules = rule_set();
    rules.attributes[at::BALANCE.index()].mapping.column = Some("history".into());
    let read = |text| customer_from_json(&rules, text, Facts::nothing(&rules, noon()));
    let facts = read(r#"{"given": {"history": 12.5}, "history": []}"#).unwrap();
    assert_eq!(facts.attributes[at::BALANCE.index()], Fact::Known(Value::Number(1250), None));
    let help = read(r#"{"history": 12.5}"#).unwrap_err().help.unwrap();
    assert_eq!(help, "if the attribute `history` is meant, write { \"given\": { \"history\": ... } }");
}

#[test]
fn what_was_known_before_stays_where_nothing_is_said() {
    let rules = rule_set();
    let mut known = Facts::nothing(&rules, noon());
    moment_from_json(&rules, r#"{"device": "ios"}"#, &mut known).unwrap();
    known.set(at::TIER, Fact::Known(Value::Member(0), None));
    let facts = customer_from_json(&rules, r#"{"tier": "gold"}"#, known).unwrap();
    assert_eq!(facts.attributes[at::DEVICE.index()], Fact::Known(Value::Member(1), None));
    assert_eq!(facts.attributes[at::TIER.index()], Fact::Known(Value::Member(2), None));
    let refused = moment_from_json(&rules, r#"{"tier": "gold"}"#, &mut Facts::nothing(&rules, noon()));
    assert_eq!(refused.unwrap_err().code.name, "data::unknown-attribute");
}

#[test]
fn a_no_that_leaves_a_legitimate_interest_open_is_refused() {
    for status in ["withdrawn", "denied"] {
        for said in
            [format!("\"{status}\""), format!(r#"{{ "status": "{status}", "granted_at": "2026-01-01T00:00Z" }}"#)]
        {
            let error = read(&format!(r#"{{ "consent": {{ "own_offers": {said} }} }}"#)).unwrap_err();
            assert_eq!(error.code.name, "data::bad-customer");
            assert!(error.message.contains("only an objection closes"), "{}", error.message);
        }
    }
    for status in ["objected", "granted", "expired", "unknown"] {
        read(&format!(r#"{{ "consent": {{ "own_offers": "{status}" }} }}"#)).unwrap();
    }
}

#[test]
fn what_is_held_is_held_since_an_earlier_time() {
    let rules = rule_set();
    let at = |after: i64| show_instant(Instant(noon().plus(rules.defaults.skew).0 + 1_000_000 * after));
    let held = |since: String| read(&format!(r#"{{ "held": {{ "comeback": "{since}" }} }}"#));
    held(at(0)).unwrap();
    let error = held(at(1)).unwrap_err();
    assert_eq!(error.code.name, "data::bad-customer");
    assert!(error.message.contains("is still to come"), "{}", error.message);
}

#[test]
fn a_field_of_an_event_is_of_its_type() {
    let of = |amount: &str| {
        read(&format!(
            r#"{{ "history": [ {{ "event": "purchase", "at": "2026-06-14T09:00Z", "fields": {{ "amount": {amount} }} }} ] }}"#
        ))
    };
    for amount in ["20", "20.5", "null"] {
        of(amount).unwrap();
    }
    for amount in ["\"lots\"", "true", "[1]", "20.123456789"] {
        let error = of(amount).unwrap_err();
        assert_eq!(error.code.name, "data::wrong-type", "{amount}");
        assert!(error.message.contains("`amount`"), "{}", error.message);
    }
}

#[test]
fn a_name_that_the_rules_do_not_know_is_named_and_counts_as_far_as_it_can() {
    let rules = rule_set();
    let entry = r#"{ "event": "shown", "at": "2026-06-14T09:00Z", "offer": "zz", "channel": "fax", "tags": ["gone"], "id": "1" }"#;
    let text = format!(r#"{{ "history": [ {entry}, {entry} ] }}"#);
    let customer = JsonCustomer::read(&rules, &text, Facts::nothing(&rules, noon())).unwrap();
    assert_eq!(customer.facts.history.len(), 1, "told twice");
    assert_eq!(
        customer.doubtful,
        [
            "entry 1 of the history: the rules do not have the offer `zz`",
            "entry 1 of the history: the rules do not have the channel `fax`: it counts for every channel",
            "entry 1 of the history: the rules do not have the tag `gone`",
        ]
    );
}
