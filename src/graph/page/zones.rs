//! What the clocks of the zones that the rules name show, as tables for the page: a browser brings time-zone data of its own
//! version, and a page that read it would not decide what the tool decides.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::model::{CapZone, RuleSet};
use crate::value::{Date, Instant, Value, Zone, date_in_zone, zone_is_known};

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400;
/// From 1970 until 2101, in seconds: what the page knows of clocks.
const FROM: i64 = 0;
const UNTIL: i64 = 4_133_980_800;

/// A table for each zone that the rules name.
pub(super) fn tables(rules: &RuleSet) -> Json {
    let of_caps = rules.caps.iter().filter_map(|cap| cap.zone.as_ref());
    let of_windows = rules.windows.iter().flat_map(|window| window.zones.first.iter().chain(&window.zones.every));
    let written = of_caps.chain(of_windows).filter_map(|zone| match zone {
        CapZone::Named(name) => Some(name.as_str()),
        CapZone::Attribute(_) => None,
    });
    let defaults = rules.attributes.iter().filter_map(|attribute| match &attribute.default {
        Some(Value::Text(text)) if zone_is_known(text) => Some(text.as_ref()),
        Some(_) | None => None,
    });
    let all: BTreeSet<&str> = written
        .chain(defaults)
        .chain(["UTC", rules.defaults.zone.as_str()])
        .filter(|zone| zone_is_known(zone))
        .collect();
    all.into_iter().filter_map(|name| Some((name.to_owned(), table(name)?))).collect::<serde_json::Map<_, _>>().into()
}

/// The offset at the beginning, and every instant at which it changes, in seconds.
fn table(name: &str) -> Option<Json> {
    let zone = Zone::named(name)?;
    let offset = |at: i64| {
        let at = Instant(at * SECOND);
        let Date(day) = date_in_zone(at, name);
        i64::from(day) * DAY + zone.clock(at).micros / SECOND - at.0 / SECOND
    };
    let first = offset(FROM);
    let (mut turns, mut before) = (Vec::new(), first);
    // No zone sets its clocks there and back within three days.
    let step = 3 * DAY;
    let mut from = FROM;
    while from < UNTIL {
        let to = (from + step).min(UNTIL);
        if offset(to) != before {
            let (mut low, mut high) = (from, to);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(middle) == before { low = middle } else { high = middle }
            }
            before = offset(high);
            turns.push(json!([high, before]));
        } else {
            from = to;
            continue;
        }
        from = turns.last().and_then(|turn| turn.get(0)?.as_i64()).unwrap_or(to);
    }
    Some(json!({ "from": FROM, "until": UNTIL, "offset": first, "turns": turns }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_the_clocks_say() {
        for name in ["UTC", "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Africa/Casablanca", "Pacific/Apia"] {
            let (zone, table) = (Zone::named(name).unwrap(), table(name).unwrap());
            let turns: Vec<(i64, i64)> = serde_json::from_value(table["turns"].clone()).unwrap();
            // A stride that hits every hour of the day and week, and both sides of every turn.
            let strides = (FROM..UNTIL).step_by(86_400 * 5 + 3_671);
            let edges = turns.iter().flat_map(|(at, _)| [at - 1, *at]);
            for at in strides.chain(edges) {
                let passed = turns.iter().rev().find(|(since, _)| *since <= at).map(|(_, offset)| *offset);
                let offset = passed.unwrap_or_else(|| table["offset"].as_i64().unwrap());
                let shown = (at + offset).rem_euclid(DAY) * SECOND;
                assert_eq!(zone.clock(Instant(at * SECOND)).micros, shown, "{name} at {at}");
            }
        }
    }
}
