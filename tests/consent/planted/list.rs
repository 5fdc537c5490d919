//! The list.

use cater::analysis::consent::Masked;

use super::Made::{KeyNeeds, Masked as Rests, Stripped, StrippedHalf};
use super::Plant;
use super::Told::{Decision, Explanation};

/// What all of them know. All that needs profiling is what the two customers differ in.
pub(super) const PRELUDE: &str = r#"
purpose profiling "Score how likely I am to leave" { basis consent  direct marketing }
purpose mails     "Write to me"                    { basis consent  direct marketing }
event cancel "The page to leave was opened" { needs profiling  points: whole from 0 to 100 }
customer {
  id:        text                     key
  vip:       yes or no
  churn:     whole from 0 to 100      needs profiling
  risky:     yes or no                needs profiling
  seen:      time                     needs profiling
  lives:     zone                     needs profiling
  household: text                     needs profiling
  quota:     whole from 1 to 9        needs profiling  else 3
}
moment { page: text  needs profiling }
offer a     { class service }
offer b     { class service }
offer hint  { class service }
offer story { class service }
offer sell  { class marketing }
"#;

/// A slot of which most of them are about.
macro_rules! home {
    ($rules:literal) => {
        concat!("slot home on web { accepts service  fallback story }\n", $rules)
    };
}

const HIGH: &str = r#"{"id": "c", "churn": 80}"#;
const LOW: &str = r#"{"id": "c", "churn": 10}"#;
const NONE: &str = r#"{"id": "c"}"#;
const RISKY: &str = r#"{"id": "c", "risky": true}"#;
const SAFE: &str = r#"{"id": "c", "risky": false}"#;
const LEFT: &str = r#"{"id": "c", "history": [
    {"event": "cancel", "at": "2026-06-14T10:00Z", "fields": {"points": 60}},
    {"event": "cancel", "at": "2026-06-13T10:00Z", "fields": {"points": 50}}]}"#;

pub(super) const PLANTS: &[Plant] = &[
    Plant {
        how: "the audience",
        text: home!(
            "rule first in home { when churn is at least 50  needs profiling  priority 9  show a }
                     rule second in home { priority 1  show b }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "an unless",
        text: home!(
            "rule first in home { unless churn is at least 50  needs profiling  priority 9  show a }
                     rule second in home { priority 1  show b }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "that it is known at all",
        text: home!("rule first in home { when churn is known  needs profiling  show a }"),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: NONE,
    },
    Plant {
        how: "a value that stands in where it is missing",
        text: home!("rule first in home { when (churn else 0) is at least 50  needs profiling  show a }"),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: NONE,
    },
    Plant {
        how: "through two segments",
        text: home!(
            "segment restless = churn is at least 50
                     segment leaving  = restless or vip
                     rule first in home { when leaving  needs profiling  priority 9  show a }
                     rule second in home { priority 1  show b }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "through a value",
        text: home!(
            "value loyalty = 100 - churn
                     rule first in home { when loyalty is at least 50  needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "inside a sum that a condition switches",
        text: home!(
            "value points = (10 when churn is at least 50) + 1
                     rule first in home { when points is at least 5  needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "that a higher rule drops out is seen below it",
        text: home!(
            "rule first in home { before second  when churn is at least 50  needs profiling  show a }
                     rule second in home { priority 5  show b }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "what the host carries out, where both show the same",
        text: home!(
            "rule first in home { when churn is at least 50  needs profiling  priority 9  show a  also call_agent }
                     rule second in home { priority 1  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "an explanation of a rule that never wins",
        text: home!(
            "rule first in home { priority 9  show b }
                     rule second in home { when churn is at least 50  needs profiling  priority 1  show a }"
        ),
        made: Stripped("second"),
        told: Explanation,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "the score of a rule",
        text: home!(
            "rule first in home { needs profiling  priority 5  rank by churn else 0  show a }
                     rule second in home { priority 5  rank by 50  show b }"
        ),
        made: StrippedHalf("first", Masked::Compared),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "the score of a rule, before its consent is asked",
        text: home!(
            "rule first in home { needs profiling  priority 5  rank by churn else 0  show a  if no consent show hint }
                     rule second in home { priority 5  rank by 50  show b }"
        ),
        made: Rests(
            Masked::Compared,
            home!(
                "rule first in home {
                     needs profiling  priority 5  rank by (churn when consent.profiling is granted) else 0
                     show a  if no consent show hint
                   }
                   rule second in home { priority 5  rank by 50  show b }"
            ),
        ),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "the condition of a fallback",
        text: "slot home on web { accepts service  fallback a when churn is at least 50, story }
               rule first in home { when vip  show b }",
        made: Rests(
            Masked::Fallback,
            "slot home on web {
               accepts service
               fallback a when consent.profiling is granted and churn is at least 50, story
             }
             rule first in home { when vip  show b }",
        ),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "the number of a cap",
        text: home!("rule first in home { cap at most quota shown in any 7 days per customer  show a }"),
        made: Rests(
            Masked::HoldsBack,
            home!("rule first in home { cap at most quota shown in any 7 days per customer  needs profiling  show a }"),
        ),
        told: Decision,
        one: r#"{"id": "c", "quota": 1, "history": [{"event": "shown", "at": "2026-06-14T10:00Z", "offer": "a"}]}"#,
        two: r#"{"id": "c", "quota": 5, "history": [{"event": "shown", "at": "2026-06-14T10:00Z", "offer": "a"}]}"#,
    },
    Plant {
        how: "the zone of a cap's calendar",
        text: home!("rule first in home { cap at most 1 shown in each calendar day in lives per customer  show a }"),
        made: Rests(
            Masked::HoldsBack,
            home!(
                "rule first in home {
                     cap at most 1 shown in each calendar day in lives per customer  needs profiling  show a
                   }"
            ),
        ),
        told: Decision,
        one: r#"{"id": "c", "lives": "UTC",
                 "history": [{"event": "shown", "at": "2026-06-14T23:00Z", "offer": "a"}]}"#,
        two: r#"{"id": "c", "lives": "Europe/Berlin",
                 "history": [{"event": "shown", "at": "2026-06-14T23:00Z", "offer": "a"}]}"#,
    },
    Plant {
        how: "whose events a cap counts together",
        text: home!("rule first in home { cap at most 1 shown ever per household  show a }"),
        made: Rests(
            Masked::HoldsBack,
            home!("rule first in home { cap at most 1 shown ever per household  needs profiling  show a }"),
        ),
        told: Decision,
        one: r#"{"id": "c", "household": "h"}"#,
        two: NONE,
    },
    Plant {
        how: "a row of a window",
        text: home!(
            "window hours {
                       zone \"UTC\"
                       open mon to sun 08:00 until 20:00
                       open mon 12:00 until 13:00 when risky
                       on rule first  outside drop
                     }
                     rule first in home { needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: RISKY,
        two: SAFE,
    },
    Plant {
        how: "on whose clocks a window is read",
        text: home!(
            "window hours { zone lives else \"UTC\"  open 09:00 until 11:00  on rule first  outside drop }
                     rule first in home { needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "lives": "UTC"}"#,
        two: r#"{"id": "c", "lives": "America/New_York"}"#,
    },
    Plant {
        how: "until when something is held",
        text: home!(
            "window hours {
                       zone lives else \"UTC\"  open 12:00 until 13:00  on rule first  outside hold at most 20 hours
                     }
                     rule first in home { needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "lives": "UTC"}"#,
        two: r#"{"id": "c", "lives": "America/New_York"}"#,
    },
    Plant {
        how: "until when a rule is good",
        text: home!("rule first in home { needs profiling  expires 24 hours after seen  show a }"),
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "seen": "2026-06-15T09:00Z"}"#,
        two: r#"{"id": "c", "seen": "2026-06-12T09:00Z"}"#,
    },
    Plant {
        how: "when to ask again",
        text: "slot home on web { accepts service  fallback nothing }
               rule first in home { when seen is at least 2 days old  needs profiling  show a }",
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "seen": "2026-06-14T10:00Z"}"#,
        two: r#"{"id": "c", "seen": "2026-06-14T22:00Z"}"#,
    },
    Plant {
        how: "a block",
        text: home!(
            "block spare { while risky  on rule first }
                     rule first in home { needs profiling  show a }"
        ),
        made: StrippedHalf("first", Masked::BeforeConsent),
        told: Decision,
        one: RISKY,
        two: SAFE,
    },
    Plant {
        how: "a block that is asked before the consent",
        text: home!(
            "block spare { while risky  on rule first }
                     rule first in home { needs profiling  priority 9  show a  if no consent show hint }
                     rule second in home { priority 1  show b }"
        ),
        made: Rests(
            Masked::BeforeConsent,
            home!(
                "block spare { while consent.profiling is granted and risky  on rule first }
                   rule first in home { needs profiling  priority 9  show a  if no consent show hint }
                   rule second in home { priority 1  show b }"
            ),
        ),
        told: Decision,
        one: RISKY,
        two: SAFE,
    },
    Plant {
        how: "a block on what stands in",
        text: home!(
            "block spare { while risky  on offer hint }
                     rule first in home { cap at most 1 shown ever per customer  show a  if capped show hint }"
        ),
        made: Rests(
            Masked::StandsIn,
            home!(
                "block spare { while risky  on offer hint }
                   rule first in home {
                     cap at most 1 shown ever per customer  needs profiling  show a  if capped show hint
                   }"
            ),
        ),
        told: Decision,
        one: r#"{"id": "c", "risky": true, "history": [{"event": "shown", "at": "2026-06-14T10:00Z", "offer": "a"}]}"#,
        two: r#"{"id": "c", "risky": false, "history": [{"event": "shown", "at": "2026-06-14T10:00Z", "offer": "a"}]}"#,
    },
    Plant {
        how: "a block on what the fallback list shows",
        text: "slot home on web { accepts service  fallback hint, story }
               block spare { while risky  on offer hint }
               rule first in home { when vip  show b }",
        made: Rests(
            Masked::StandsIn,
            "slot home on web { accepts service  fallback hint, story }
             block spare { while consent.profiling is granted and risky  on offer hint }
             rule first in home { when vip  show b }",
        ),
        told: Decision,
        one: RISKY,
        two: SAFE,
    },
    Plant {
        how: "what stands in for want of consent, for whoever might belong",
        text: home!(
            "rule first in home { when churn is at least 50  needs profiling  show a  if no consent show hint }"
        ),
        made: Rests(
            Masked::MightBelong,
            home!(
                "rule first in home {
                     when consent.profiling is not granted or churn is at least 50
                     needs profiling  show a  if no consent show hint
                   }"
            ),
        ),
        told: Decision,
        one: HIGH,
        two: LOW,
    },
    Plant {
        how: "a count of events",
        text: home!(
            "rule first in home {
                       when times cancel in the last 30 days is at least 2  needs profiling  show a
                     }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: LEFT,
        two: NONE,
    },
    Plant {
        how: "a sum over events",
        text: home!(
            "rule first in home {
                       when sum of cancel.points in the last 30 days is at least 100  needs profiling  show a
                     }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: LEFT,
        two: NONE,
    },
    Plant {
        how: "when something happened last",
        text: home!("rule first in home { when last cancel is at most 3 days old  needs profiling  show a }"),
        made: Stripped("first"),
        told: Decision,
        one: LEFT,
        two: NONE,
    },
    Plant {
        how: "a count that fades",
        text: home!(
            "value leaving = 40 * times cancel halving every 72 hours
                     rule first in home { when leaving is at least 30  needs profiling  show a }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: LEFT,
        two: NONE,
    },
    Plant {
        how: "a number that fades",
        text: home!(
            "rule first in home {
                       when churn halving every 30 days since seen is at least 40  needs profiling  show a
                     }"
        ),
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "churn": 80, "seen": "2026-06-14T10:00Z"}"#,
        two: r#"{"id": "c", "churn": 80, "seen": "2026-01-14T10:00Z"}"#,
    },
    Plant {
        how: "what is known of the moment",
        text: home!("rule first in home { when page is \"leave\"  needs profiling  show a }"),
        made: Stripped("first"),
        told: Decision,
        one: r#"{"id": "c", "moment": {"page": "leave"}}"#,
        two: r#"{"id": "c", "moment": {"page": "buy"}}"#,
    },
    Plant {
        how: "whether a channel reaches, where the channel forgot",
        text: "channel push { needs profiling  reached when seen is at most 14 days old }
               channel email { needs mails }
               slot home by push, email { accepts marketing  fallback nothing }
               rule first in home { send sell }",
        made: StrippedHalf("push", Masked::AskedFirst),
        told: Decision,
        one: r#"{"id": "c", "seen": "2026-06-14T10:00Z", "consent": {"mails": "granted"}}"#,
        two: r#"{"id": "c", "seen": "2026-01-14T10:00Z", "consent": {"mails": "granted"}}"#,
    },
    Plant {
        how: "whether a channel reaches, before its consent is asked",
        text: "channel push { needs profiling  reached when seen is at most 14 days old }
               channel email {}
               slot home by push, email { accepts service  fallback nothing }
               rule first in home { send a }",
        made: Rests(
            Masked::AskedFirst,
            "channel push {
               needs profiling
               reached when consent.profiling is granted and seen is at most 14 days old
             }
             channel email {}
             slot home by push, email { accepts service  fallback nothing }
             rule first in home { send a }",
        ),
        told: Decision,
        one: r#"{"id": "c", "seen": "2026-06-14T10:00Z"}"#,
        two: r#"{"id": "c", "seen": "2026-01-14T10:00Z"}"#,
    },
    Plant {
        how: "whether a message makes a sound",
        text: "channel push { needs profiling  silent when risky }
               slot home by push { accepts marketing  fallback nothing }
               rule first in home { send sell }",
        made: Stripped("push"),
        told: Decision,
        one: RISKY,
        two: SAFE,
    },
    Plant {
        how: "who the customer is",
        text: home!("rule first in home { when vip  show a }"),
        made: KeyNeeds,
        told: Decision,
        one: r#"{"id": "c", "vip": true}"#,
        two: r#"{"vip": true}"#,
    },
];
