//! Records of consent: which row counts, what a bad one closes, what is told of them.

use super::*;
use crate::model::sample::{FITTING, OWN, rule_set};
use crate::value::Instant;

fn read(text: &'static str) -> Result<ConsentIndex, DataError> {
    ConsentIndex::from_reader(&Verified::new(rule_set()).unwrap(), "consent.csv", text.as_bytes())
}

fn told(index: &ConsentIndex, key: &str) -> Facts {
    let mut facts = Facts::nothing(&rule_set(), Instant::parse("2026-06-15T12:00Z").unwrap());
    index.tell(key, &mut facts);
    facts
}

#[test]
fn the_latest_row_counts() {
    let index = read(
        "customer,purpose,status,granted_at,version,confirmed\n\
         anna,fitting,granted,2026-01-01T00:00Z,3,yes\n\
         anna,fitting,denied,2025-01-01T00:00Z,,\n\
         ben,own_offers,objected,,,\n\
         ben,newsletter,granted,,,\n\
         chloe,direct marketing,objected,,,\n",
    )
    .unwrap();
    let granted_at = Instant::parse("2026-01-01T00:00Z");
    let expected = ConsentRecord { status: Consent::Granted, granted_at, version: Some(3), confirmed: true };
    assert_eq!(told(&index, "anna").consent[FITTING.index()], expected);
    assert_eq!(told(&index, "ben").consent[OWN.index()].status, Consent::Objected);
    assert_eq!(told(&index, "dario").consent[FITTING.index()], ConsentRecord::default());
    assert!(told(&index, "chloe").objects_to_direct_marketing);
    assert!(!told(&index, "anna").objects_to_direct_marketing);
    let once = UnknownPurpose { rows: 1, objections: 0 };
    assert_eq!(index.unknown_purposes, [("newsletter".to_owned(), once)].into());
    assert!(!told(&index, "ben").objects_to_direct_marketing);
    assert_eq!((index.bad.count, index.customers()), (0, 2));
}

#[test]
fn every_no_to_direct_marketing_is_an_objection() {
    let index = read(
        "customer,purpose,status,granted_at\n\
         anna,direct marketing,withdrawn,\n\
         ben,direct marketing,denied,2026-01-01T00:00Z\n\
         chloe,direct marketing,pending,\n\
         dario,direct marketing,granted,\n\
         emre,direct marketing,denied,2026-01-01T00:00Z\n\
         emre,direct marketing,granted,2026-02-01T00:00Z\n",
    )
    .unwrap();
    let objects = |who: &&str| told(&index, who).objects_to_direct_marketing;
    assert_eq!(
        ["anna", "ben", "chloe", "dario", "emre"].iter().filter(|who| objects(who)).collect::<Vec<_>>(),
        [&"anna", &"ben"]
    );
    assert_eq!((index.bad.count, index.doubtful.count), (0, 1));
    assert!(index.doubtful.first[0].why.starts_with("`pending` says nothing of direct marketing as such"));
    assert!(index.notes("chloe").is_some());
}

#[test]
fn a_no_that_leaves_a_legitimate_interest_open_is_named() {
    let index = read(
        "customer,purpose,status,granted_at\n\
         anna,own_offers,withdrawn,2026-01-01T00:00Z\n\
         ben,own_offers,denied,\n\
         chloe,own_offers,objected,\n\
         dario,own_offers,unknown,\n\
         emre,fitting,withdrawn,2026-01-01T00:00Z\n",
    )
    .unwrap();
    let rules = rule_set();
    let reads = |who| crate::frame::gather(&rules, &told(&index, who)).consent[OWN.index()];
    assert_eq!(["anna", "ben", "dario"].map(reads), [Consent::Granted; 3], "the letter of R23");
    assert_eq!(reads("chloe"), Consent::Objected);
    assert_eq!((index.bad.count, index.doubtful.count), (0, 2));
    assert_eq!(
        index.doubtful.first[0].why,
        "`own_offers` rests on legitimate interest, so `withdrawn` leaves it open; is `objected` meant?"
    );
    assert!(index.notes("anna").is_some() && index.notes("ben").is_some());
    assert!(["chloe", "dario", "emre"].iter().all(|who| index.notes(who).is_none()), "each means what it says");
}

#[test]
fn what_cannot_be_read_takes_a_permission_back_and_never_an_objection() {
    let index = read(
        "purpose,status,customer,version\n\
         fitting,granted,anna,3\n\
         fitting,withdrawnn,anna,3\n\
         own_offers,objectd,ben,\n\
         fitting,granted,ben,three\n\
         fitting,granted,,3\n\
         fitting,granted\n\
         direct marketing,?,chloe,\n",
    )
    .unwrap();
    assert_eq!(told(&index, "anna").consent[FITTING.index()].status, Consent::Unknown);
    assert_eq!(told(&index, "ben").consent[OWN.index()].status, Consent::Objected);
    assert_eq!(told(&index, "ben").consent[FITTING.index()].status, Consent::Unknown);
    assert!(told(&index, "chloe").objects_to_direct_marketing);
    assert_eq!(index.bad.count, 6);
    assert_eq!(
        index.bad.first[0].why,
        "its status is `withdrawnn`, and none of granted, denied, withdrawn, expired, pending, unknown, objected; is \
         `withdrawn` meant?; all direct marketing to this customer is closed"
    );
    assert_eq!((index.bad.first[0].row, index.bad.first[0].line), (2, 3));
}

#[test]
fn an_objection_is_never_lost_by_the_rest_of_its_row() {
    for row in [
        "x,own_offers,objected,,,",
        "x,own_offers,objected,,,Yes",
        "x,own_offers,objected,12.03.2026,,",
        "x,own_offers,objected,,4.0,",
        "x,own_offers,Objected,,,",
        "x,own_offers, objected ,,,",
        "x,own_offers,objectd",
        "x,own_offers,objection",
        "x,own_offers,objected,,,,",
        "x,news,objected,extra,,,,",
        "x,fitting,Nein",
        "x,fitting",
        "x,,objected",
        "x",
        " x ,own_offers,objected",
        "x,own_offers,objected,\u{fffd},,",
    ] {
        let text = format!("customer,purpose,status,granted_at,version,confirmed\n{row}\nx,own_offers,granted,,,\n");
        let mut bytes = text.into_bytes();
        if row.contains('\u{fffd}') {
            let at = bytes.iter().position(|byte| *byte == 0xef).unwrap();
            bytes.splice(at..at + 3, [0xfc]);
        }
        let rules = Verified::new(rule_set()).unwrap();
        let index = ConsentIndex::from_reader(&rules, "consent.csv", std::io::Cursor::new(bytes)).unwrap();
        let frame = crate::frame::gather(&rules, &told(&index, "x"));
        assert_eq!(frame.consent[OWN.index()], Consent::Objected, "{row}");
        let usable = row.ends_with("objected,,,") || row.starts_with(' ');
        assert_eq!(index.bad.count, u64::from(!usable), "{row}");
        assert!(index.notes("x").is_some(), "a contradiction or a bad row: {row}");
    }
}

#[test]
fn rows_in_no_order_come_to_the_most_closed() {
    let status = |rows: &[&str]| {
        let read = |rows: Vec<&str>| {
            let text = format!("customer,purpose,status,granted_at\n{}\n", rows.join("\n"));
            let rules = Verified::new(rule_set()).unwrap();
            ConsentIndex::from_reader(&rules, "consent.csv", std::io::Cursor::new(text)).unwrap()
        };
        let index = read(rows.to_vec());
        let back = read(rows.iter().rev().copied().collect());
        let record = told(&index, "x").consent[FITTING.index()];
        assert_eq!(record, told(&back, "x").consent[FITTING.index()], "whatever the order of the file: {rows:?}");
        (record.status, index.doubtful.count)
    };
    let (early, late) = ("2026-01-01T00:00Z", "2026-02-01T00:00Z");
    let row = |status: &str, at: &str| format!("x,fitting,{status},{at}");
    let both = |a: String, b: String| status(&[&a, &b]);
    assert_eq!(both(row("denied", early), row("granted", late)), (Consent::Granted, 0));
    assert_eq!(both(row("granted", early), row("denied", late)), (Consent::Denied, 0));
    assert_eq!(both(row("granted", early), row("denied", early)), (Consent::Denied, 1));
    assert_eq!(both(row("withdrawn", ""), row("granted", late)), (Consent::Withdrawn, 1));
    assert_eq!(both(row("unknown", ""), row("expired", "")), (Consent::Unknown, 1));
    assert_eq!(both(row("objected", early), row("granted", "2027-01-01T00:00Z")), (Consent::Objected, 0));
    let three = [row("unknown", ""), row("denied", early), row("granted", late)];
    assert_eq!(status(&three.each_ref().map(String::as_str)).0, Consent::Unknown);
}

#[test]
fn an_objection_under_a_misspelt_purpose_is_not_lost() {
    let index = read(
        "customer,purpose,status,granted_at\n\
         anna,own_ofers,objected\n\
         ben,own_ofers,objectd\n\
         chloe,own_ofers,granted\n\
         chloe,weather,withdrawn\n\
         dario,weather,objected,2026-01-01T00:00Z\n\
         dario,weather,granted,2026-01-02T00:00Z\n\
         dario,own_ofers,objected\n\
         dario,direct marketing,granted\n\
         emre,weather,objected,2026-01-01T00:00Z\n\
         emre,weather,granted,2026-01-02T00:00Z\n",
    )
    .unwrap();
    let closed = |key| told(&index, key).objects_to_direct_marketing;
    assert!(closed("anna"));
    assert!(closed("ben"), "it cannot be read, so it may be one");
    assert!(!closed("chloe"));
    assert!(closed("dario"), "taken back under the other words only");
    assert!(!closed("emre"), "the later row counts");
    let rules = rule_set();
    let findings = index.findings(&rules);
    let said: Vec<_> = findings.iter().map(|one| (one.code.name, one.message.as_str(), one.help.as_deref())).collect();
    assert_eq!(
        said,
        [
            (
                "data::unknown-purpose",
                "`consent.csv`: 4 rows speak of purpose `own_ofers`, which the rules do not declare; 3 may be \
                 objections, which closes every purpose of direct marketing for those customers",
                Some("did you mean `own_offers`?")
            ),
            (
                "data::unknown-purpose",
                "`consent.csv`: 5 rows speak of purpose `weather`, which the rules do not declare; 2 may be \
                 objections, which closes every purpose of direct marketing for those customers",
                Some("correct the name, declare the purpose, or leave these rows out of the file")
            ),
        ]
    );
    let frame = crate::frame::gather(&rules, &told(&index, "anna"));
    assert_eq!(frame.consent[OWN.index()], Consent::Objected);
}

#[test]
fn a_column_that_means_nothing_is_refused() {
    let refused = |text| {
        let error = read(text).unwrap_err();
        (error.code.name, error.message, error.help.unwrap_or_default())
    };
    let (code, message, help) = refused("customer,purpose,status,granted-at\nanna,fitting,granted,2026-01-01T00:00Z\n");
    assert_eq!(code, "data::unknown-column");
    assert_eq!(message, "`consent.csv` has a column `granted-at`, which means nothing here");
    assert_eq!(help, "did you mean `granted_at`?");
    let (code, _, help) = refused("customer,purpose,status,remarks\n");
    assert_eq!(code, "data::unknown-column");
    assert!(help.ends_with("the columns are customer, purpose, status, granted_at, version, confirmed"), "{help}");
}

#[test]
fn three_columns_are_needed() {
    let error = read("customer,purpose,state\n").unwrap_err();
    assert_eq!((error.code.name, error.help.as_deref()), ("data::missing-column", Some("did you mean `state`?")));
}
