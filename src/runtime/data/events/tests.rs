//! Tables of events: every shape of a row, what it counts for, and what is said of it.

use super::*;
use crate::frame::{CapState, gather};
use crate::model::sample::{at, rule_set};
use crate::model::{Event, OfferId, RuleId, TagId};
use crate::value::Value;

fn read(text: &'static str) -> EventIndex {
    EventIndex::from_reader(&Verified::new(rule_set()).unwrap(), "events.csv", text.as_bytes()).unwrap()
}

fn told(index: &EventIndex, key: &str) -> Facts {
    let mut facts = Facts::nothing(&rule_set(), Instant::parse("2026-06-15T12:00Z").unwrap());
    index.tell(key, &mut facts);
    facts
}

fn of(index: &EventIndex, key: &str) -> Vec<Happened> {
    told(index, key).history
}

#[test]
fn events_by_customer() {
    let index = read(
        "customer,event,at,offer,rule\n\
         anna,shown,2026-06-01T10:00Z,comeback,comeback\n\
         ben,shown,2026-06-01 12:00,letter,\n\
         anna,purchase,2026-06-02T10:00Z,,\n",
    );
    let stamped = |offer, rule, tags: &[u32]| Stamp::Of {
        offer: Some(OfferId(offer)),
        rule,
        via: None,
        class: None,
        tags: tags.iter().copied().map(TagId).collect(),
        channel: None,
    };
    let anna = of(&index, "anna");
    assert_eq!((anna[0].event, &anna[0].stamp), (Event::SHOWN, &stamped(1, Some(RuleId(0)), &[1])));
    assert_eq!((anna[1].event, &anna[1].stamp), (EventId(7), &Stamp::Unstamped));
    assert_eq!(of(&index, "ben")[0].at, Instant::parse("2026-06-01T10:00Z").unwrap(), "a clock in Berlin");
    assert_eq!(of(&index, "ben")[0].stamp, stamped(2, None, &[0]));
    assert!(of(&index, "chloe").is_empty());
    assert_eq!((index.bad.count, index.doubtful.count), (0, 0));
}

#[test]
fn fields_stand_in_columns_and_an_id_is_one_event() {
    let index = read(
        "customer,event,at,amount,purchase.amount,id\n\
         anna,purchase,2026-06-02T10:00Z,20.00,,a\n\
         anna,purchase,2026-06-01T10:00Z,7,19.90,b\n\
         anna,purchase,2026-06-02T10:00Z,20.00,,a\n\
         anna,purchase,2026-06-02T10:00Z,20.00,,\n\
         anna,purchase,2026-06-02T10:00Z,,,\n\
         anna,purchase,2027-06-02T10:00Z,,0.001,\n\
         anna,shown,2026-06-02T10:00Z,20.00,,\n",
    );
    let fields: Vec<_> = of(&index, "anna").iter().map(|happened| happened.fields.clone()).collect();
    let cents = |cents| vec![Datum::Known(Value::Number(cents))];
    let missing = |reason| vec![Datum::Missing(reason)];
    assert_eq!(
        fields,
        [
            missing(Missing::Absent),
            cents(1990),
            missing(Missing::Absent),
            missing(Missing::Absent),
            missing(Missing::Unreadable),
            Vec::new()
        ],
        "`purchase.amount` goes before `amount`, empty or not"
    );
    assert_eq!((index.repeated, index.bad.count, index.doubtful.count), (1, 0, 0));
    assert_eq!(index.unreadable, [("purchase.amount".to_owned(), 1)].into());
    let late = |now: &str| index.after(Instant::parse(now).unwrap()).collect::<Vec<_>>();
    assert_eq!(late("2026-06-02T10:00Z"), [("purchase", 1)]);
    assert_eq!(late("2026-06-02T09:00Z"), [("purchase", 4), ("shown", 1)]);
}

#[test]
fn an_id_of_two_events_is_doubted_whichever_came_first() {
    let rows = [
        "anna,purchase,2026-06-02T10:00Z,20.00,a",
        "anna,purchase,2026-06-02T10:00Z,25.00,a",
        "ben,purchase,2026-06-02T10:00Z,20.00,a",
        "anna,purchase,2026-06-02T10:00Z,20.00,b",
    ];
    for order in [[0, 1, 2, 3], [2, 3, 1, 0], [3, 1, 0, 2]] {
        let text: String = order.iter().map(|at| format!("{}\n", rows[*at])).collect();
        let rules = Verified::new(rule_set()).unwrap();
        let text = std::io::Cursor::new(format!("customer,event,at,amount,id\n{text}"));
        let index = EventIndex::from_reader(&rules, "events.csv", text).unwrap();
        let [anna, ben] = ["anna", "ben"].map(|key| told(&index, key));
        assert_eq!((anna.history.len(), ben.history.len()), (1, 0), "{order:?}");
        assert_eq!((anna.undated.len(), ben.undated.len()), (2, 1), "{order:?}");
        assert_eq!((index.bad.count, index.doubtful.count), (0, 2));
        assert!(index.notes("anna").is_some() && index.notes("ben").is_some());
    }
}

#[test]
fn what_nobody_knows_is_counted() {
    let index = read(
        "customer,event,at,offer,tags,channel\n\
         anna,shown,2026-06-01T10:00Z,retired,promo|gone,\n\
         anna,shown,2026-06-01T10:00Z,retired,,pigeon\n\
         anna,refund,2026-06-01T10:00Z,,,\n\
         ,shown,2026-06-01T10:00Z,,,\n\
         anna\n",
    );
    assert_eq!(index.unknown_offers, [("retired".to_owned(), 2)].into());
    assert_eq!(index.unknown_tags, [("gone".to_owned(), 1)].into());
    assert_eq!(index.notes("anna").unwrap().count, 6, "two offers, a tag, a channel, an event, and a row without one");
    assert_eq!(index.unknown_channels, [("pigeon".to_owned(), 1)].into());
    assert_eq!(index.bad.count, 2);
    assert_eq!(index.unknown_events, [("refund".to_owned(), 1)].into());
    let stamped = |tags: &[u32]| Stamp::Of {
        offer: None,
        rule: None,
        via: None,
        class: None,
        tags: tags.iter().copied().map(TagId).collect(),
        channel: None,
    };
    let stamps: Vec<_> = of(&index, "anna").iter().map(|happened| happened.stamp.clone()).collect();
    let retired = Stamp::Retired { rule: None, via: None, class: None, channel: None };
    assert_eq!(stamps, [stamped(&[1]), retired], "without tags of its own it may have had any");
}

/// What is used of each cap by one more row, when the customer is known.
fn used(row: &str) -> (Vec<CapState>, EventIndex) {
    let text = format!("customer,event,at,offer,rule,class,tags\n{row}\n");
    let rules = Verified::new(rule_set()).unwrap();
    let index = EventIndex::from_reader(&rules, "events.csv", std::io::Cursor::new(text)).unwrap();
    let mut facts = told(&index, "anna");
    facts.set(at::ID, crate::frame::Fact::Known(Value::Text("anna".into()), None));
    (gather(&rules, &facts).caps, index)
}

#[test]
fn an_event_at_no_readable_time_counts_as_of_now_and_for_nothing_but_caps() {
    let (today, _) = used("anna,shown,2026-06-15T12:00Z,comeback,comeback,,");
    let (nothing, _) = used("ben,shown,2026-06-15T12:00Z,comeback,comeback,,");
    assert_ne!(today, nothing, "a cap of the sample counts it");
    for time in ["yesterday", "", "2026-06-15", "2026-02-30T10:00Z"] {
        let (caps, index) = used(&format!("anna,shown,{time},comeback,comeback,,"));
        assert_eq!(caps, today, "{time:?}");
        assert_eq!((index.bad.count, index.doubtful.count), (0, 1));
        assert_eq!(index.doubtful.first[0].line, 2);
        assert!(of(&index, "anna").is_empty(), "nobody can say that it was lately");
    }
}

#[test]
fn a_row_with_a_cell_too_many_counts_for_caps_and_for_nothing_else() {
    let (today, _) = used("anna,shown,2026-06-15T12:00Z,comeback,,,");
    let (caps, index) = used("anna,shown,2026-06-15T12:00Z,comeback,,,,x");
    assert_eq!(caps, today);
    assert_eq!((index.bad.count, index.doubtful.count), (0, 1));
    assert!(of(&index, "anna").is_empty());
    let why = "it has 8 cells, and the header has 7: it counts for caps as if it had just happened";
    assert_eq!(index.notes("anna").unwrap().first[0].why, why);
}

#[test]
fn blanks_around_a_tag_are_no_part_of_it() {
    let row = |tags: &str| used(&format!("anna,shown,2026-06-15T12:00Z,comeback,,,{tags}"));
    let (caps, index) = row("promo");
    let (spaced, trimmed) = row(" promo | promo ");
    assert_eq!((&caps, of(&index, "anna")), (&spaced, of(&trimmed, "anna")));
    assert!(trimmed.unknown_tags.is_empty());
}

#[test]
fn class_and_tags_are_those_of_the_event() {
    let stamp = |row: &str| of(&used(row).1, "anna")[0].stamp.clone();
    let expected = |class, tags: &[u32]| Stamp::Of {
        offer: Some(OfferId(1)),
        rule: None,
        via: None,
        class,
        tags: tags.iter().copied().map(TagId).collect(),
        channel: None,
    };
    let at = "2026-06-15T12:00Z";
    assert_eq!(stamp(&format!("anna,shown,{at},comeback,,,")), expected(None, &[1]), "today's");
    assert_eq!(stamp(&format!("anna,shown,{at},comeback,,service,")), expected(Some(Class::Service), &[1]));
    let (caps, index) = used(&format!("anna,shown,{at},comeback,,advertising,"));
    assert_eq!(of(&index, "anna")[0].stamp, expected(Some(Class::Marketing), &[1]));
    assert_eq!(index.doubtful.count, 1);
    assert_eq!(caps, used(&format!("anna,shown,{at},comeback,,marketing,")).0);
    assert_ne!(caps, used(&format!("anna,shown,{at},comeback,,service,")).0, "what was a service then used up nothing");
}

#[test]
fn a_column_that_means_nothing_is_refused() {
    let rules = Verified::new(rule_set()).unwrap();
    let refused = |text: &'static str| {
        let error = EventIndex::from_reader(&rules, "events.csv", text.as_bytes()).unwrap_err();
        (error.code.name, error.help.unwrap_or_default())
    };
    assert_eq!(refused("customer,event,at,ofer\n"), ("data::unknown-column", "did you mean `offer`?".into()));
    assert_eq!(refused("customer,event,at,total\n").0, "data::unknown-column");
}
