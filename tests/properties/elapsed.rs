//! What time has brought about stays so: what was once a month old is never younger again, what has left a window does not
//! come back, what has expired stays expired. Months are where it could be otherwise, since they have no one length.

use cater::compile::compile;
use cater::frame::{Fact, Facts, Happened, Stamp, gather};
use cater::model::{Class, EventId, RuleSet, SlotId};
use cater::runtime::Engine;
use cater::source::SourceSet;
use cater::value::{Instant, Value};

const HOUR: i64 = 3_600_000_000;

/// Each slot shows `o` from some instant on, or up to it, whatever the period.
const WORLD: &str = "
event buy {}
customer { id: text key  t: time  f: yes or no  fresh PERIOD }
offer o { class service }
offer capped { class marketing }
purpose p \"P\" { basis legitimate interest \"L\"  direct marketing }
slot older on web { accepts service  fallback nothing }
slot younger on web { accepts service  fallback nothing }
slot coming on web { accepts service  fallback nothing }
slot expires on web { accepts service  fallback nothing }
slot fresh_one on web { accepts service  fallback nothing }
slot counted on web { accepts service  fallback nothing }
slot cap_free on web { accepts marketing  fallback nothing }
rule a in older { when t is at least PERIOD old  show o }
rule b in younger { when t is less than PERIOD old  show o }
rule c in coming { when t is at most PERIOD ahead  show o }
rule d in expires { expires PERIOD after t  show o }
rule e in fresh_one { when f  show o }
rule g in counted { when times buy in the last PERIOD is at least 1  show o }
rule h in cap_free { needs p  cap at most 1 shown in any PERIOD per customer  show capped }
";

/// What a slot shows at first, and with a `t` that lies ahead whether it is asked before it.
const SLOTS: [(&str, bool, bool); 7] = [
    ("older", false, false),
    ("younger", true, false),
    ("coming", false, true),
    ("expires", true, false),
    ("fresh_one", true, false),
    ("counted", true, false),
    ("cap_free", false, false),
];

fn facts(rules: &RuleSet, t: Instant, now: Instant) -> Facts {
    let mut facts = Facts::nothing(rules, now);
    let id = |name: &str| rules.attribute_named(name).expect("an attribute");
    facts.set(id("id"), Fact::Known(Value::Text("c".into()), None));
    facts.set(id("t"), Fact::Known(Value::Time(t), None));
    facts.set(id("f"), Fact::Known(Value::YesNo(true), Some(t)));
    let event = |name: &str| -> EventId { rules.event_named(name).expect("an event") };
    facts.history.push(Happened::plain(event("buy"), t, Stamp::Unstamped));
    let rule = rules.rule_named("h").expect("a rule");
    let (offer, class, tags) = (Some(rules[rule].show), Some(Class::Marketing), Vec::new());
    let shown = Stamp::Of { offer, rule: Some(rule), via: None, class, tags, channel: None };
    facts.history.push(Happened::plain(event("shown"), t, shown));
    facts
}

#[test]
fn what_time_has_done_stays_done() {
    for (period, days) in [("1 month", 70), ("2 months", 100), ("11 months", 370), ("30 days", 70), ("5 weeks", 70)] {
        let compiled = compile(SourceSet::single("months.rules", WORLD.replace("PERIOD", period)).0);
        let rules = compiled.runnable().unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics)).clone();
        let engine = Engine::from_rules(rules.clone());
        let slots: Vec<(SlotId, &str, bool, bool)> = SLOTS
            .into_iter()
            .map(|(name, first, ahead)| (rules.slot_named(name).expect("a slot"), name, first, ahead))
            .collect();
        let mut turned = 0;
        for day in ["2026-01-28", "2026-01-29", "2026-01-31", "2026-02-27", "2026-02-28", "2024-02-29", "2026-03-30"] {
            for time in ["00:00", "12:00", "23:59"] {
                let t = Instant::parse(&format!("{day}T{time}Z")).expect("a time");
                for (slot, name, first, ahead) in &slots {
                    let begin = if *ahead { Instant(t.0 - days * 24 * HOUR) } else { t };
                    let shows: Vec<bool> = (0..days * 4)
                        .map(|step| Instant(begin.0 + step * 6 * HOUR))
                        .filter(|now| !*ahead || now.0 <= t.0)
                        .map(|now| {
                            let decision = engine.decide(&gather(&rules, &facts(&rules, t, now)), *slot);
                            decision.outcome.offer().is_some()
                        })
                        .collect();
                    let turns = shows.windows(2).filter(|pair| pair[0] != pair[1]).count();
                    assert_eq!(shows.first(), Some(first), "{period}, {name}: {day}T{time}");
                    assert_eq!(turns, 1, "{period}, {name}: {day}T{time} turns so often");
                    turned += turns;
                }
            }
        }
        assert!(turned > 100, "{period}: {turned}");
    }
}
