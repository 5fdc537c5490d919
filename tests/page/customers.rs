//! The page against the tool, customer by customer: JSON of customers of the example worlds, drawn from what their rules can tell
//! apart, read and decided by both.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cater::compile::compile;
use cater::frame::{CapState, Facts, Frame, gather};
use cater::graph::page::{Title, page};
use cater::model::{RuleSet, SlotId, Verified};
use cater::runtime::data::customer_from_json;
use cater::source::SourceSet;
use cater::value::{
    Consent, Date, Datum, Instant, Period, Permission, Type, Value, show_date, show_instant, show_number,
};
use serde_json::{Map, Value as Json, json};

use super::browser::Browser;
use super::deciding::{ASK, Tally};
use crate::engines::rng::Rng;
use crate::house::{files_below, root};

/// Customers of each world.
const CUSTOMERS: usize = 200;

#[test]
#[ignore = "needs a browser: `make test` brings one"]
fn the_page_reads_and_decides_customers_as_the_tool() {
    let mut browser = Browser::start();
    let folder = tempfile::tempdir().unwrap();
    let mut tally = Tally::default();
    let (mut read, mut refused) = (0, 0);
    for (seed, world) in (1_u64..).zip(worlds()) {
        let rules = &compiled(&world);
        let slots: Vec<SlotId> = (0..rules.slots.len()).map(SlotId::from_index).collect();
        let path = folder.path().join("world.html");
        std::fs::write(&path, page(rules, &slots, Title::default(), &[])).unwrap();
        browser.open(&path);
        let mut rng = Rng::new(seed);
        let hints = Hints::of(rules);
        let customers: Vec<(String, Instant)> = (0..CUSTOMERS).map(|_| hints.customer(rules, &mut rng)).collect();
        // What the reader of the page says beside the JSON: how far caps are used, what events add up to.
        let told = |text: &str, now: Instant, of: bool| {
            let facts = customer_from_json(rules, text, Facts::nothing(rules, now)).ok().filter(|_| of);
            facts.map_or_else(|| json!({}), |facts| told(rules, &gather(rules, &facts)))
        };
        let asked: Vec<Json> = customers
            .iter()
            .enumerate()
            .map(|(at, (text, now))| json!([text, show_instant(*now), told(text, *now, at % 2 == 0)]))
            .collect();
        let script = format!("{ASK}; {READ}; read({})", json!(asked));
        let answers = browser.ask(&script);
        for ((text, now), answer) in customers.iter().zip(answers.as_array().unwrap()) {
            let facts = customer_from_json(rules, text, Facts::nothing(rules, *now));
            let (Ok(facts), Some(answer)) = (&facts, answer.as_array()) else {
                // What one of the two cannot read the other cannot read either.
                assert!(
                    facts.is_err() && answer.is_string(),
                    "{}: {text}: {answer}, {:?}",
                    world.display(),
                    facts.err()
                );
                refused += 1;
                continue;
            };
            read += 1;
            let frame = gather(rules, facts);
            for (slot, said) in slots.iter().zip(answer) {
                if let Some(difference) = tally.compare(rules, &frame, *slot, said) {
                    panic!(
                        "{}, slot {}: {text} at {}: {difference}",
                        world.display(),
                        rules[*slot].name,
                        show_instant(*now)
                    );
                }
            }
        }
        assert_eq!(browser.complaints(), Vec::<String>::new(), "{}", world.display());
    }
    eprintln!("{read} customers read, {refused} refused by both; {}", tally.summary());
    assert!(read > 2_000 && refused > 20, "{read} read, {refused} refused");
    assert!(tally.unsaid.values().sum::<usize>() * 100 <= tally.decisions * 20, "{}", tally.summary());
}

const READ: &str = r#"
    const read = (customers) => customers.map(([text, now, told]) => {
        try {
            return cater.data.slots.map((slot) => plain(cater.ofCustomer(text, now, slot, told)));
        } catch (error) {
            return error.message;
        }
    });
    "#;

/// What a frame holds that a reader can say: how far each cap is used, and what events add up to.
fn told(rules: &RuleSet, frame: &Frame) -> Json {
    let (mut caps, mut values) = (Map::new(), Map::new());
    for (at, state) in frame.caps.iter().enumerate() {
        if let CapState::Used(used) = state {
            caps.insert(at.to_string(), json!(used));
        }
    }
    for (at, (gathered, datum)) in rules.gathered.iter().zip(&frame.gathered).enumerate() {
        let text = match datum {
            Datum::Known(Value::Number(number)) => {
                let scale = rules.type_of_gathered(gathered).number().map_or(0, |number| number.scale);
                show_number(*number, scale)
            }
            Datum::Known(Value::Time(time)) => show_instant(*time),
            Datum::Known(Value::Never) => "never".to_owned(),
            Datum::Known(_) | Datum::Missing(_) => continue,
        };
        if !gathered.occurrences().is_empty() {
            values.insert(at.to_string(), json!(text));
        }
    }
    json!({ "caps": caps, "values": values })
}

/// Every folder of rules among the examples.
fn worlds() -> Vec<PathBuf> {
    let rules =
        files_below("rules-examples").into_iter().filter(|file| file.extension().is_some_and(|of| of == "rules"));
    let folders: BTreeSet<PathBuf> = rules.filter_map(|file| Some(file.parent()?.to_owned())).collect();
    folders.into_iter().collect()
}

fn compiled(world: &Path) -> Verified {
    let mut sources = SourceSet::default();
    for file in files_below("rules-examples") {
        if file.parent() == Some(world) && file.extension().is_some_and(|of| of == "rules") {
            sources.add(file.display().to_string(), std::fs::read_to_string(root().join(&file)).unwrap());
        }
    }
    compile(sources).rules.expect("an example is right")
}

/// What is worth trying: what stands in the rules.
struct Hints {
    texts: Vec<String>,
    numbers: Vec<i64>,
    periods: Vec<Period>,
    days: Vec<i64>,
}

impl Hints {
    /// Walks the rules as they are written down, so that nothing of them is missed.
    fn of(rules: &RuleSet) -> Self {
        let mut hints = Self {
            texts: vec!["x".to_owned(), String::new()],
            numbers: vec![0, 1],
            periods: Vec::new(),
            days: Vec::new(),
        };
        hints.walk(&serde_json::to_value(rules).unwrap());
        hints
    }

    fn walk(&mut self, of: &Json) {
        match of {
            Json::Object(fields) => {
                for (name, part) in fields {
                    match (name.as_str(), part) {
                        ("Number", Json::Number(number)) => self.numbers.extend(number.as_i64()),
                        ("Text", Json::String(text)) => self.texts.push(text.clone()),
                        ("Time", Json::Number(at)) => self.days.extend(at.as_i64()),
                        ("Has", Json::Array(parts)) => {
                            let texts: Vec<String> = serde_json::from_value(parts[2].clone()).unwrap();
                            self.texts.extend(texts);
                        }
                        _ => {}
                    }
                    self.walk(part);
                }
                if let Ok(period) = serde_json::from_value::<Period>(of.clone()) {
                    self.periods.push(period);
                }
            }
            Json::Array(parts) => parts.iter().for_each(|part| self.walk(part)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// A customer, and when: at the edges of what the rules ask.
    fn customer(&self, rules: &RuleSet, rng: &mut Rng) -> (String, Instant) {
        let now =
            Instant(1_781_517_600_000_000 + rng.between(-200, 200) * 86_400_000_000 + rng.between(0, 86_399_999_999));
        let (mut fields, mut moment, mut consent, mut permission) = (Map::new(), Map::new(), Map::new(), Map::new());
        for attribute in &rules.attributes {
            if rng.percent(if attribute.key { 5 } else { 20 }) {
                continue;
            }
            let value = self.value(rules, attribute.ty, now, rng);
            let stamp = attribute.fresh.map(|fresh| {
                let at = *rng.pick(&[
                    now,
                    now,
                    now.minus(fresh),
                    Instant(now.minus(fresh).0 - 1),
                    Instant(now.0 + 600_000_000),
                ]);
                show_instant(at)
            });
            let value = match stamp.filter(|_| rng.percent(90)) {
                Some(stamp) => json!({ "value": value, "as_of": stamp }),
                None => value,
            };
            let to = if attribute.scope == cater::model::Scope::Moment { &mut moment } else { &mut fields };
            to.insert(attribute.name.clone(), value);
        }
        for purpose in &rules.purposes {
            let status = if rng.percent(70) { Consent::Granted } else { *rng.pick(&Consent::ALL) };
            if rng.percent(10) {
                continue;
            }
            let of = if rng.percent(40) {
                json!(status.word())
            } else {
                let valid = purpose.valid.unwrap_or(Period { count: 1, unit: cater::value::Unit::Day });
                let edge = now.minus(valid);
                let at = *rng.pick(&[now, edge, Instant(edge.0 + 1), Instant(now.0 + 600_000_000)]);
                json!({ "status": status.word(), "granted_at": show_instant(at),
                        "version": rng.between(0, 6), "confirmed": rng.percent(60) })
            };
            consent.insert(purpose.name.clone(), of);
        }
        for channel in &rules.channels {
            permission.insert(channel.name.clone(), json!(rng.pick(&Permission::ALL).word()));
        }
        for (name, of) in [("moment", moment), ("consent", consent), ("permission", permission)] {
            if !of.is_empty() {
                fields.insert(name.to_owned(), Json::Object(of));
            }
        }
        if rng.percent(25) {
            let events = (0..1 + rng.below(4)).map(|_| self.event(rules, now, rng)).collect();
            fields.insert("history".to_owned(), Json::Array(events));
        }
        if rng.percent(3) {
            fields.insert("no_such_attribute".to_owned(), json!(1));
        }
        (Json::Object(fields).to_string(), now)
    }

    /// Something that happened, not too long ago.
    fn event(&self, rules: &RuleSet, now: Instant, rng: &mut Rng) -> Json {
        let at = Instant(now.0 - rng.between(0, 20) * 86_400_000_000);
        let event = rng.pick(&rules.events);
        let mut of = json!({ "event": event.name, "at": show_instant(at) });
        if !rules.offers.is_empty() && rng.percent(80) {
            of["offer"] = json!(rng.pick(&rules.offers).name);
        }
        of
    }

    fn value(&self, rules: &RuleSet, ty: Type, now: Instant, rng: &mut Rng) -> Json {
        let far = Period { count: 1, unit: cater::value::Unit::Day };
        match ty {
            Type::YesNo => json!(rng.percent(50)),
            Type::Number(number) => {
                let near = rng.pick(&self.numbers).saturating_add(rng.between(-1, 1));
                let of =
                    *rng.pick(&[near.clamp(number.min, number.max), near.clamp(number.min, number.max), number.min]);
                let text = show_number(if rng.percent(1) { number.max.saturating_add(1) } else { of }, number.scale);
                serde_json::from_str(&text).unwrap()
            }
            Type::Text => json!(rng.pick(&self.texts)),
            Type::OneOf(list) => match rules.members(list) {
                members if rng.percent(95) => json!(rng.pick(members)),
                _ => json!("none of them"),
            },
            Type::Set => json!(rng.some(&self.texts, 30)),
            Type::Time | Type::Date => {
                let period = if self.periods.is_empty() { far } else { *rng.pick(&self.periods) };
                let edge = if rng.percent(75) { now.minus(period) } else { now.plus(period) };
                let at = Instant(edge.0 + rng.between(-1, 1));
                if ty == Type::Time {
                    json!(show_instant(at))
                } else {
                    let day = i32::try_from(edge.0.div_euclid(86_400_000_000)).unwrap() + rng.between(-1, 1) as i32;
                    json!(show_date(Date(day)))
                }
            }
            Type::Zone => json!(rng.pick(&["Europe/Berlin", "UTC", "Asia/Tokyo"])),
            Type::Score(half_life) => {
                let part = |rng: &mut Rng| {
                    let some = Instant(now.0 - rng.between(0, 9_000_000_000_000));
                    let at = *rng.pick(&[now, now.minus(half_life), some]);
                    json!({ "value": rng.between(-20, 90), "at": show_instant(at) })
                };
                (0..rng.below(4)).map(|_| part(rng)).collect()
            }
        }
    }
}
