//! The log of the real program: rotated, moved away, killed; and what is in it for a million made-up customers.
//!
//! `CATER_LOGGED=1000000 cargo test --test main serve::log` asks a million times; `CATER_LOGGED_SEED` says where the
//! generated rule sets begin. Hidden and masked values are marked so that they would be found wherever they stood: texts by
//! letters that nothing else has, numbers by ten digits, times and dates by a year, a zone by its name.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use cater::bundle;
use cater::frame::{Fact, Facts, gather};
use cater::model::{Attribute, AttributeId, Basis, CapUnit, PurposeId, RuleSet, Scope};
use cater::source::SourceSet;
use cater::value::{
    Consent, Date, Instant, Permission, SCORE, Type, Value as Known, show_date, show_instant, show_number,
    zone_is_known,
};
use serde_json::{Map, Value, json};

use super::server::{RULES, Server, folder, wait_until};
use crate::consent::{made, number, vary, without};
use crate::engines::rng::Rng;
use crate::properties::Subject;

const ANN: &str = r#"{"customer": {"id": "ann", "age": 41}, "slots": ["home"]}"#;

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
}

#[test]
fn it_is_rotated_and_reopened() {
    let folder = folder(RULES);
    let at = |name: &str| folder.path().join(name);
    let mut server = Server::start(folder.path(), &["--log", "log", "--log-size", "4K", "--log-keep", "2"]);
    assert_eq!(server.first["log"], json!({ "file": "log", "share": 1.0 }));
    let ids: Vec<String> =
        (0..60).map(|_| server.post("/v1/decide", ANN).header("cater-decision-id").unwrap().to_owned()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 60);
    wait_until("writing", || fs::read_to_string(at("log")).is_ok_and(|text| text.contains(ids.last().unwrap())));
    assert!(at("log.1").is_file() && at("log.2").is_file() && !at("log.3").exists());
    let mut kept: Vec<Value> = ["log.2", "log.1", "log"].iter().flat_map(|name| lines(&at(name))).collect();
    kept = kept.split_off(kept.len() - 20);
    assert!(kept.iter().zip(&ids[40..]).all(|(line, id)| line["id"] == **id), "the last of them, in their order");
    // Somebody else rotates it, and says so.
    fs::rename(at("log"), at("away")).unwrap();
    server.signal("-HUP");
    wait_until("beginning anew", || {
        server.post("/v1/decide", ANN);
        at("log").is_file()
    });
    assert_eq!(server.end(), Some(0));
    let text = fs::read_to_string(at("log")).unwrap();
    assert!(text.ends_with("}\n") && !text.contains("\"customer\"") && !text.contains("ann"), "{text}");
}

#[test]
fn what_was_decided_before_the_end_is_in_it() {
    let folder = folder(RULES);
    let mut server = Server::start(folder.path(), &["--log", "log"]);
    let many = format!(r#"{{"requests": [{}]}}"#, vec![ANN; 900].join(","));
    assert_eq!(server.post("/v1/decide", &many).status, 200);
    assert_eq!(server.end(), Some(0));
    assert_eq!(lines(&folder.path().join("log")).len(), 900);
}

#[test]
fn killed_it_leaves_whole_lines_or_half_a_one_that_the_next_mends() {
    let folder = folder(RULES);
    let file = folder.path().join("log");
    for _ in 0..3 {
        let server = Server::start(folder.path(), &["--log", "log"]);
        assert_eq!(server.post("/v1/decide", ANN).status, 200);
        wait_until("writing", || fs::metadata(&file).is_ok_and(|file| file.len() > 0));
        server.signal("-KILL");
        drop(server);
        // As if the power had gone in the middle of a line.
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}{}", &text[..40])).unwrap();
    }
    let mut server = Server::start(folder.path(), &["--log", "log"]);
    assert_eq!(server.end(), Some(0));
    assert!(lines(&file).iter().all(|line| line["slot"] == "home"));
}

/// What a customer is asked about with, as JSON.
fn written(rules: &RuleSet, facts: &Facts) -> Value {
    let mut object = Map::new();
    let text = |ty: Type, value: &Known| match (value, ty) {
        (Known::YesNo(yes), _) => Some(json!(yes)),
        (Known::Number(mantissa), Type::Score(_)) => {
            Some(json!({ "value": show_number(*mantissa, SCORE.scale), "as_of": show_instant(facts.now) }))
        }
        (Known::Number(mantissa), _) => Some(json!(show_number(*mantissa, ty.number().unwrap().scale))),
        (Known::Text(zone), Type::Zone) if !zone_is_known(zone) => None,
        (Known::Text(text), _) => Some(json!(text)),
        (Known::Member(member), Type::OneOf(list)) => Some(json!(rules.members(list)[usize::from(*member)])),
        (Known::Set(elements), _) => Some(json!(elements.iter().collect::<Vec<_>>())),
        (Known::Time(at), _) => Some(json!(show_instant(*at))),
        (Known::Date(day), _) => Some(json!(show_date(*day))),
        (Known::Member(_) | Known::Never, _) => None,
    };
    for (attribute, fact) in rules.attributes.iter().zip(&facts.attributes) {
        if let Fact::Known(value, _) = fact {
            object.extend(text(attribute.ty, value).map(|value| (attribute.name.clone(), value)));
        }
    }
    let said = rules.purposes.iter().zip(&facts.consent).filter(|(_, record)| record.status != Consent::Unknown);
    let consent = said.map(|(purpose, record)| {
        let mut said = json!({ "status": record.status.word(), "confirmed": record.confirmed });
        if let (Some(at), Some(fields)) = (record.granted_at, said.as_object_mut()) {
            fields.insert("granted_at".to_owned(), json!(show_instant(at)));
            fields.insert("version".to_owned(), json!(1_000_000));
        }
        (purpose.name.clone(), said)
    });
    object.insert("consent".to_owned(), Value::Object(consent.collect()));
    let known = rules.channels.iter().zip(&facts.permissions).filter(|(_, state)| **state != Permission::Unknown);
    let permission = known.map(|(channel, state)| (channel.name.clone(), json!(state.word())));
    object.insert("permission".to_owned(), Value::Object(permission.collect()));
    let happened = facts.history.iter().filter(|event| event.at <= facts.now);
    let history = happened.map(|event| json!({ "event": rules[event.event].name, "at": show_instant(event.at) }));
    object.insert("history".to_owned(), history.collect());
    Value::Object(object)
}

/// A customer without a purpose, as a request can say it: a legitimate interest is granted or objected to, a consent is not
/// objected to.
fn sayable(subject: &Subject, purpose: PurposeId, now: Instant, rng: &mut Rng) -> Facts {
    let mut facts = Facts { now, ..without(subject, purpose, rng) };
    for (purpose, record) in subject.rules().purposes.iter().zip(&mut facts.consent) {
        let status = match (&purpose.basis, record.status) {
            (_, status @ (Consent::Granted | Consent::Unknown)) => status,
            (Basis::LegitimateInterest(_), _) => Consent::Objected,
            (_, Consent::Objected) => Consent::Denied,
            (_, status) => status,
        };
        record.status = status;
    }
    facts
}

/// Letters, digits, a year and a place that stand in nothing else.
const LETTERS: &str = "qzx7";
const DIGITS: &str = "7351946082";
const YEAR: &str = "1907-";
const PLACE: &str = "Antarctica/Troll";

/// A value that would be found again, where its type has one.
fn marker(ty: Type, rng: &mut Rng) -> Option<Known> {
    let text = format!("{LETTERS}-{}", rng.below(1_000_000));
    let at = rng.between(0, 300);
    Some(match ty {
        Type::Text => Known::Text(text.into()),
        Type::Set => Known::Set([text.into(), format!("{LETTERS} \"\n").as_str().into()].into_iter().collect()),
        Type::Number(number) => {
            let mantissa =
                [735_194_608_240, 73_519_460_824, 7_351_946_082].into_iter().find(|mantissa| *mantissa <= number.max);
            Known::Number(mantissa?)
        }
        Type::Score(_) => Known::Number(735_194_608_200),
        Type::Time => Known::Time(Instant(Instant::parse("1907-02-03T04:05:06Z").unwrap().0 + at * 60_000_000)),
        Type::Date => Known::Date(Date(Date::parse("1907-02-03").unwrap().0 + i32::try_from(at).unwrap())),
        Type::Zone => Known::Text(PLACE.into()),
        Type::YesNo | Type::OneOf(_) => return None,
    })
}

/// Marks every value that may not be seen; gives how many.
fn mark(rules: &RuleSet, facts: &mut Facts, rng: &mut Rng) -> u64 {
    let frame = gather(rules, facts);
    let mut marked = 0;
    for (at, attribute) in rules.attributes.iter().enumerate() {
        let is_open = attribute.needs.iter().all(|purpose: &PurposeId| frame.consent(*purpose) == Consent::Granted);
        if is_open && !attribute.is_protected() {
            continue;
        }
        if let Some(value) = marker(attribute.ty, rng) {
            facts.set(AttributeId::from_index(at), Fact::Known(value, Some(facts.now)));
            marked += 1;
        }
    }
    marked
}

/// What holds of a line whoever it is about.
fn look(rules: &RuleSet, line: &str) -> Value {
    let mut object: Value = serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"));
    let fields = object.as_object_mut().unwrap();
    // A name, a digest and a duration may hold any digits.
    for field in ["id", "trace", "parent", "bundle", "took_us"] {
        fields.remove(field);
    }
    let rest = object.to_string();
    for mark in [LETTERS, YEAR, PLACE] {
        assert!(!rest.contains(mark), "{mark} is in {line}");
    }
    assert!(!rest.replace('.', "").contains(DIGITS), "{DIGITS} is in {line}");
    for name in object["facts"].as_object().unwrap().keys() {
        let attribute = &rules[rules.attribute_named(name).unwrap()];
        assert!(!attribute.is_protected(), "{name}: {line}");
        let is_open = |purpose: &PurposeId| object["consent"][&rules[*purpose].name] == "granted";
        assert!(attribute.needs.iter().all(is_open), "{name}: {line}");
    }
    object
}

/// Where one rule set is served, logged and asked.
struct Served {
    folder: tempfile::TempDir,
    server: Server,
}

impl Served {
    fn new(subject: &Subject, now: Instant) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bytes = bundle::write(subject.engine.rules(), &SourceSet::default(), &[]).unwrap();
        fs::write(folder.path().join("shop.cater"), bytes).unwrap();
        let now = show_instant(now);
        let log = ["--log", "log", "--log-size", "8G", "--log-buffer", "10000000", "--log-customer", "plain"];
        let limits = ["--max-body", "100000000", "--now", &now, "--look", "0"];
        let server = Server::start(folder.path(), &[&log[..], &limits].concat());
        Self { folder, server }
    }

    /// Asks for all of them at once; gives how many were answered.
    fn ask(&self, customers: &[Value], trace: &str) -> usize {
        let requests: Vec<Value> = customers.iter().map(|customer| json!({ "customer": customer })).collect();
        let parent = format!("traceparent: 00-{trace}-00f067aa0ba902b7-00\r\n");
        let said = self.server.post_with("/v1/decide", &parent, &json!({ "requests": requests }).to_string());
        assert_eq!(said.status, 200, "{}", said.body);
        let object = said.json();
        let answers = object["answers"].as_array().unwrap();
        if let Some(problem) = answers.iter().find(|answer| !answer["problem"].is_null()) {
            panic!("{problem}");
        }
        answers.len()
    }

    /// What was logged, once it is all of these lines.
    fn end(mut self, lines: u64) -> String {
        let expected = format!("cater_decision_log_lines_total {lines}\n");
        // Every line is replayed, and some of these rules take long.
        let is_written = (0..12_000).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            self.server.admin("GET", "/metrics").body.contains(&expected)
        });
        assert!(is_written, "not all of {lines} lines were written");
        let counted = self.server.admin("GET", "/metrics").body;
        for cause in ["full", "disk", "broke_off"] {
            let line = format!("cater_decision_log_dropped_total{{cause=\"{cause}\"}} 0\n");
            assert!(counted.contains(&line), "{counted}");
        }
        assert_eq!(self.server.end(), Some(0));
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }
}

/// Customers of one rule set, at once, and so many at a time.
const OF_ONE: u64 = 5_000;
const AT_ONCE: u64 = 250;

#[test]
fn nothing_hidden_and_nothing_masked_is_in_any_line() {
    let wanted = number("CATER_LOGGED", 4_000);
    let first = number("CATER_LOGGED_SEED", 1);
    let start = std::time::Instant::now();
    let (mut asked, mut marked, mut read, mut facts_seen, mut bytes) = (0_u64, 0_u64, 0_u64, 0_u64, 0_u64);
    for seed in first.. {
        if asked >= wanted {
            break;
        }
        let subject = keyed(seed);
        let rules = subject.rules();
        let mut rng = Rng::new(seed ^ 0x10_65);
        let now = subject.customer(&mut rng).now;
        let served = Served::new(&subject, now);
        let mut of_one = 0;
        while of_one < OF_ONE.min(wanted / 4) {
            let customers: Vec<Value> = (0..AT_ONCE)
                .map(|_| {
                    let purpose = PurposeId::from_index(rng.below(rules.purposes.len()));
                    let mut facts = sayable(&subject, purpose, now, &mut rng);
                    marked += mark(rules, &mut facts, &mut rng);
                    written(rules, &facts)
                })
                .collect();
            of_one += served.ask(&customers, &format!("{:032x}", of_one + 1)) as u64;
        }
        asked += of_one;
        let text = served.end(of_one * rules.slots.len() as u64);
        bytes += text.len() as u64;
        read += text.lines().count() as u64;
        for line in text.lines() {
            facts_seen += look(rules, line)["facts"].as_object().unwrap().len() as u64;
        }
    }
    eprintln!(
        "{asked} requests with {marked} marked values, {read} lines of {bytes} bytes in all with {facts_seen} facts, \
         none of them marked; {:.0} s",
        start.elapsed().as_secs_f64()
    );
    assert!(asked >= wanted && marked > asked && facts_seen > read, "{asked}, {marked}, {facts_seen}");
}

#[test]
fn two_who_differ_in_what_is_masked_alone_have_the_same_lines() {
    let wanted = number("CATER_LOGGED", 4_000) / 40;
    let (mut pairs, mut varied) = (0_u64, 0_u64);
    for seed in 1.. {
        if pairs >= wanted {
            break;
        }
        let subject = keyed(seed);
        let rules = subject.rules();
        let mut rng = Rng::new(seed ^ 0x2_10_65);
        let now = subject.customer(&mut rng).now;
        let served = Served::new(&subject, now);
        let mut of_one = 0;
        for _ in 0..100 {
            let purpose = PurposeId::from_index(rng.below(rules.purposes.len()));
            let one = sayable(&subject, purpose, now, &mut rng);
            let (two, changed) = vary(&subject, &one, purpose, &mut rng);
            if changed == 0 {
                continue;
            }
            of_one += 1;
            varied += changed;
            let both = [written(rules, &one), written(rules, &Facts { undated: Vec::new(), ..two })];
            served.ask(&both, &format!("{of_one:032x}"));
        }
        let mut lines: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
        for line in served.end(2 * of_one * rules.slots.len() as u64).lines() {
            let mut line: Value = serde_json::from_str(line).unwrap();
            let key = ["trace", "slot"].map(|field| line[field].as_str().unwrap().to_owned());
            let fields = line.as_object_mut().unwrap();
            assert!(fields.remove("id").is_some() && fields.remove("took_us").is_some());
            lines.entry(key.into()).or_default().push(line);
        }
        assert_eq!(lines.len() as u64, of_one * rules.slots.len() as u64);
        for (key, both) in lines {
            let [one, two] = both.as_slice() else { panic!("{key:?}: {both:?}") };
            assert_eq!(one.to_string(), two.to_string(), "{}, {key:?}", subject.name);
        }
        pairs += of_one;
    }
    eprintln!("{pairs} pairs, {varied} things varied");
    assert!(varied >= pairs);
}

/// A generated rule set whose customers have a key, which may be hidden like anything else.
fn keyed(seed: u64) -> Subject {
    let mut made = made(seed);
    let is_counted_by = |id| made.rules.caps.iter().any(|cap| cap.unit == CapUnit::Attribute(id));
    let may_be = |(at, attribute): &(usize, &Attribute)| {
        attribute.ty == Type::Text && attribute.needs.is_empty() && !is_counted_by(AttributeId::from_index(*at))
    };
    let key = made.rules.attributes.iter().enumerate().find(may_be).map(|(at, _)| at);
    if let Some(key) = key.and_then(|at| made.rules.attributes.get_mut(at)) {
        (key.key, key.scope, key.default, key.never_used) = (true, Scope::Customer, None, false);
    }
    Subject::new(format!("seed {seed}"), Vec::new(), made)
}
