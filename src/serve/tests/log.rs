//! The log: what stands in it, and that no decision waits for it or fails with it.

use std::fs;
use std::path::Path;

use super::*;
use crate::runtime::store::{MemoryStore, StateStore};

const MARKED: &str = "purpose offers \"Choose offers for me\" { basis consent  direct marketing }
purpose health \"Use what I said of my health\" { basis explicit consent }
customer {
  id: text key
  tier: one of [bronze < silver < gold]
  balance: decimal(2) from -1000 to 100000
  seen: set of text needs offers
  illness: text needs health sensitive
  score: whole from 0 to 1000 hidden
  vulnerable: yes or no protective
}
moment { device: text }
offer tip { class marketing }
offer welcome { class service }
slot home on web { accepts service, marketing  fallback welcome }
slot side on web { accepts service  fallback nothing }
rule tip in home {
  when tier is at least silver and balance is more than 0
  when device is \"phone\" or seen has \"shoes\"
  when score is at least 500
  unless vulnerable
  needs offers
  show tip
  cap at most 2 shown in any 7 days per customer
}
rule well in side { when illness is \"none\"  needs health  show welcome }
";

fn settings(file: &Path) -> LogSettings {
    LogSettings { file: file.to_owned(), share: 1.0, size: 1 << 30, keep: 3, buffer: 10_000, whose: Whose::Plain }
}

fn open(rules: &str, settings: &LogSettings, store: Option<Box<dyn StateStore>>) -> (Arc<Service>, Heard) {
    let (parts, heard) = parts(Given::these([Ok(rules.to_owned())]), Limits::default());
    let service = Service::open(parts).unwrap().with_log(settings).unwrap();
    let service = match store {
        Some(store) => service.with_store(Arc::from(store)),
        None => service,
    };
    (Arc::new(service), heard)
}

fn memory() -> Option<Box<dyn StateStore>> {
    Some(Box::new(MemoryStore::new()))
}

/// Every line there is, once all are written.
fn lines(service: &Service, file: &Path) -> Vec<Value> {
    service.log.as_ref().unwrap().end(Duration::from_secs(30));
    let text = fs::read_to_string(file).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}"))).collect()
}

fn counted(service: &Service, line: &str) -> bool {
    service.metrics.text().lines().any(|one| one == line)
}

const ANNA: &str = r#"{"customer": {"id": "anna", "tier": "gold", "balance": -12.5, "seen": ["hats"], "illness": "flu-7351", "score": 731,
    "vulnerable": true, "device": "phone\n\"", "consent": {"offers": "granted", "health": "withdrawn"}}}"#;

#[test]
fn a_line_says_what_was_decided_and_nothing_that_may_not_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let (service, _) = open(MARKED, &settings(&file), memory());
        let router = routes::public(&service);
        let said = ask(&router, "/v1/decide", ANNA).await;
        let lines = lines(&service, &file);
        let [home, side] = lines.as_slice() else { panic!("{lines:?}") };
        let mut object = home.clone();
        let fields = object.as_object_mut().unwrap();
        assert!(fields.remove("took_us").is_some_and(|took| took.is_u64()));
        let expected = serde_json::json!({
            "kind": "decision", "id": "1/home", "at": "2026-06-15T12:00Z", "bundle": said.body["bundle"], "customer": "anna",
            "slot": "home", "shows": "welcome", "by": "fallback", "rule": null, "tasks": [], "cause": "not_applicable",
            "passed_over": [], "facts": { "balance": -12.5, "device": "phone\n\"", "seen": ["hats"], "tier": "gold" },
            "consent": { "offers": "granted" }, "masked": [], "hidden": ["score", "vulnerable"],
        });
        assert!(!side.to_string().contains("flu"), "{side}");
        assert_eq!(object, expected);
        assert_eq!(side["passed_over"], serde_json::json!([{ "rule": "well", "reason": "no consent for health" }]));
        assert_eq!((&side["cause"], &side["shows"]), (&"no_consent".into(), &Value::Null));
        assert_eq!((&side["hidden"], &side["facts"]), (&serde_json::json!(["illness"]), &serde_json::json!({})));
        assert_eq!(said.headers["cater-decision-id"], "1/home, 1/side");
        assert!(counted(&service, "cater_fallback_total{slot=\"side\",cause=\"no_consent\"} 1"));
        assert!(counted(&service, "cater_decision_log_lines_total 2"));
        assert!(counted(&service, "cater_decision_log_dropped_total{cause=\"full\"} 0"));
    });
}

#[test]
fn what_a_closed_purpose_hides_changes_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let (service, _) = open(MARKED, &settings(&file), None);
        let router = routes::public(&service);
        for seen in [r#""seen": ["shoes"],"#, r#""seen": [],"#, ""] {
            let body = format!(
                r#"{{"customer": {{"id": "anna", {seen} "tier": "gold", "balance": 5, "score": 600, "vulnerable": false}}}}"#
            );
            ask(&router, "/v1/decide", &body).await;
        }
        let mut lines = lines(&service, &file);
        assert_eq!(lines.len(), 6);
        for line in &mut lines {
            let fields = line.as_object_mut().unwrap();
            assert!(fields.remove("id").is_some() && fields.remove("took_us").is_some());
        }
        assert_eq!(lines[0]["masked"], serde_json::json!(["seen"]));
        assert_eq!(lines[0]["passed_over"][0]["reason"], "no consent for offers");
        for pair in [2, 4] {
            assert_eq!(lines[..2], lines[pair..pair + 2]);
        }
    });
}

#[test]
fn what_leaves_nothing_behind_is_not_logged_and_what_was_told_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let (service, _) = open(RULES, &settings(&file), memory());
        let router = routes::public(&service);
        let anna = r#"{"customer": {"id": "anna"}, "slots": ["home"]}"#;
        assert!(!ask(&router, "/v1/preview", anna).await.headers.contains_key("cater-decision-id"));
        ask(&router, "/v1/why", anna).await;
        ask(&router, "/ofrep/v1/evaluate/flags", r#"{"context": {"targetingKey": "anna"}}"#).await;
        ask(&router, "/v1/decide", r#"{"customer": {"idd": "anna"}}"#).await;
        let flag = ask(&router, "/ofrep/v1/evaluate/flags/home", r#"{"context": {"targetingKey": "anna"}}"#).await;
        assert_eq!(flag.headers["cater-decision-id"], "1/home");
        let events = r#"{"events": [{"decision": "1/home"}, {"decision": "1/home", "event": "clicked", "at": "2026-06-15T11:59Z"},
            {"decision": "1/home", "not_shown": true}, {"id": "secret order", "event": "converted", "customer": {"id": "anna"}, "offer": "tip"}]}"#;
        assert_eq!(ask(&router, "/v1/events", events).await.status, 200);
        assert_eq!(ask(&router, "/v1/events", r#"{"events": [{"decision": "9/home"}]}"#).await.status, 404);
        let lines = lines(&service, &file);
        let bundle = lines[0]["bundle"].clone();
        assert_eq!((&lines[0]["shows"], &lines[0]["id"], lines.len()), (&"tip".into(), &"1/home".into(), 5));
        let at = "2026-06-15T12:00Z";
        let expected = [
            serde_json::json!({ "kind": "event", "id": "1/home", "at": at, "bundle": bundle, "event": "shown", "happened": at, "became": "in time" }),
            serde_json::json!({ "kind": "event", "id": "1/home", "at": at, "bundle": bundle, "event": "clicked", "happened": "2026-06-15T11:59Z", "became": "in time" }),
            serde_json::json!({ "kind": "event", "id": "1/home", "at": at, "bundle": bundle, "event": "not_shown", "became": "happened" }),
            serde_json::json!({ "kind": "event", "at": at, "bundle": bundle, "customer": "anna", "event": "converted", "happened": at, "offer": "tip", "became": "in time" }),
        ];
        assert_eq!(lines[1..], expected);
    });
}

#[test]
fn a_request_that_is_asked_again_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let (service, _) = open(RULES, &settings(&file), memory());
        let router = routes::public(&service);
        let body = r#"{"customer": {"id": "anna"}, "slots": ["home"], "request": "page", "shown": true}"#;
        for _ in 0..2 {
            ask(&router, "/v1/decide", body).await;
        }
        let lines = lines(&service, &file);
        assert_eq!((lines[0]["id"].clone(), &lines[1]["repeated"]), (lines[1]["id"].clone(), &true.into()));
        assert!(lines[0].get("repeated").is_none() && lines[1].get("passed_over").is_none(), "{lines:?}");
        assert!(lines.iter().all(|line| line["shown"] == true && line["shows"] == "tip"));
    });
}

#[test]
fn what_is_not_in_the_share_is_left_out_with_its_events_and_on_every_node() {
    let folder = tempfile::tempdir().unwrap();
    let half = |name: &str| LogSettings { share: 0.5, whose: Whose::Nobodys, ..settings(&folder.path().join(name)) };
    run(async {
        let mut seen: Vec<Vec<String>> = Vec::new();
        for node in ["one", "two"] {
            let (service, _) = open(RULES, &half(node), memory());
            let router = routes::public(&service);
            for number in 0..200 {
                let body =
                    format!(r#"{{"customer": {{"id": "c{number}"}}, "slots": ["home"], "request": "page {number}"}}"#);
                let id = ask(&router, "/v1/decide", &body).await.body["decisions"][0]["id"].clone();
                ask(&router, "/v1/events", &format!(r#"{{"events": [{{"decision": {id}}}]}}"#)).await;
            }
            let lines = lines(&service, &folder.path().join(node));
            let ids = |kind: &str| -> Vec<String> {
                let of_kind = lines.iter().filter(|line| line["kind"] == kind);
                of_kind.map(|line| line["id"].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(ids("decision"), ids("event"));
            assert!((60..140).contains(&ids("decision").len()), "{}", lines.len());
            assert!(lines.iter().all(|line| line.get("customer").is_none()));
            let left = 400 - lines.len();
            assert!(counted(&service, &format!("cater_decision_log_sampled_out_total {left}")));
            seen.push(ids("decision"));
        }
        assert_eq!(seen[0], seen[1]);
    });
    for (share, logged) in [(0.0, 0), (1.0, 50)] {
        let file = folder.path().join(format!("all {share}"));
        run(async {
            let (service, _) = open(RULES, &LogSettings { share, ..settings(&file) }, None);
            let router = routes::public(&service);
            for _ in 0..50 {
                ask(&router, "/v1/decide", r#"{"customer": {}, "slots": ["side"]}"#).await;
            }
            assert_eq!(lines(&service, &file).len(), logged);
        });
    }
}

/// A pipe that nobody reads takes some dozens of kilobytes, and then stands still.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_stands_still_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    let settings = LogSettings { buffer: 50, ..settings(&file) };
    run(async {
        let (service, heard) = open(RULES, &settings, None);
        let router = routes::public(&service);
        let body = format!(r#"{{"requests": [{}]}}"#, vec![r#"{"customer": {}}"#; 500].join(","));
        for _ in 0..4 {
            let said = ask(&router, "/v1/decide", &body).await;
            assert_eq!((said.status, said.body["answers"].as_array().unwrap().len()), (200, 500));
        }
        let lost = |cause: &str| -> u64 {
            let text = service.metrics.text();
            let name = format!("cater_decision_log_dropped_total{{cause=\"{cause}\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
        };
        assert!(lost("full") > 1_000, "{}", lost("full"));
        assert_eq!(heard.lock().unwrap().len(), 1, "it is said once: {heard:?}");
        assert!(matches!(&heard.lock().unwrap()[0], Notice::LogFails(why) if why.contains("more lines wait")));
        // Its end waits no longer than it may.
        let begun = std::time::Instant::now();
        service.log.as_ref().unwrap().end(Duration::from_millis(100));
        assert!(begun.elapsed() < Duration::from_secs(5));
        let left = lost("ended");
        assert!((40..=50).contains(&left), "the buffer is full: {left}");
        // Somebody reads: what waited is written, whole lines all of it, and with what was lost it is all there was.
        let before = lost("full");
        let read = tokio::task::spawn_blocking(move || {
            let mut lines = 0;
            let pipe = std::io::BufReader::new(fs::File::open(&file).unwrap());
            for line in std::io::BufRead::lines(pipe) {
                let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
                assert_eq!(line["kind"], "decision");
                lines += 1;
                if lines + before == 4_000 {
                    break;
                }
            }
            lines
        });
        assert_eq!(read.await.unwrap() + before, 4_000);
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_loses_lines_and_no_decision() {
    run(async {
        let (service, heard) = open(RULES, &settings(Path::new("/dev/full")), None);
        let router = routes::public(&service);
        for _ in 0..30 {
            assert_eq!(ask(&router, "/v1/decide", r#"{"customer": {}}"#).await.status, 200);
        }
        service.log.as_ref().unwrap().end(Duration::from_secs(30));
        assert!(counted(&service, "cater_decision_log_dropped_total{cause=\"disk\"} 60"), "{}", service.metrics.text());
        assert!(counted(&service, "cater_decision_log_lines_total 0"));
        assert!(matches!(heard.lock().unwrap().as_slice(), [Notice::LogFails(why)] if why.contains("No space left")));
    });
}

#[test]
fn a_disk_that_comes_back_is_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let (place, file) = (folder.path().join("disk"), folder.path().join("disk/log"));
    fs::create_dir(&place).unwrap();
    run(async {
        let (service, heard) = open(RULES, &settings(&file), None);
        let router = routes::public(&service);
        let decide = || ask(&router, "/v1/decide", r#"{"customer": {}, "slots": ["side"]}"#);
        let until = async |what: &str, is_so: &dyn Fn(&Notice) -> bool| {
            for _ in 0..1_000 {
                if heard.lock().unwrap().iter().any(is_so) {
                    return;
                }
                decide().await;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("{what} was not said: {heard:?}");
        };
        decide().await;
        fs::remove_dir_all(&place).unwrap();
        until("that it fails", &|notice| matches!(notice, Notice::LogFails(_))).await;
        fs::create_dir(&place).unwrap();
        until("that it goes on", &|notice| matches!(notice, Notice::LogGoesOn { lost } if *lost > 0)).await;
        decide().await;
        assert!(!lines(&service, &file).is_empty());
        assert_eq!(heard.lock().unwrap().len(), 2, "each is said once: {heard:?}");
    });
}

#[test]
fn without_its_store_a_decision_is_logged_with_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let store = faults::Moody::new(faults::Mood::Gone);
        let (service, _) = open(RULES, &settings(&file), Some(Box::new(store)));
        let router = routes::public(&service);
        let said = ask(&router, "/v1/decide", r#"{"customer": {"id": "anna"}}"#).await;
        let lines = lines(&service, &file);
        assert_eq!(
            said.headers["cater-decision-id"],
            format!("{}, {}", lines[0]["id"].as_str().unwrap(), lines[1]["id"].as_str().unwrap())
        );
        assert!(lines.iter().all(|line| line["without_state"] == "state::unreachable"));
        assert_eq!(lines[0]["cause"], "counter_unavailable");
        assert!(counted(&service, "cater_cap_denied_total{cap=\"cap of tip\"} 1"), "{}", service.metrics.text());
    });
}

#[test]
fn a_log_that_cannot_be_opened_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |file: &Path| {
        let (parts, _) = parts(Given::these([Ok(RULES.to_owned())]), Limits::default());
        Service::open(parts).unwrap().with_log(&settings(file))
    };
    assert_eq!(open(&folder.path().join("gone/log")).err().unwrap().code.name, "serve::cannot-log");
    let _first = open(&folder.path().join("log")).ok().unwrap();
    let second = open(&folder.path().join("log")).err().unwrap();
    assert!(second.message.ends_with("another service writes it"), "{}", second.message);
}

#[test]
fn a_trace_is_named_in_the_line_and_in_the_answer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log");
    run(async {
        let (service, _) = open(RULES, &settings(&file), None);
        let router = routes::public(&service);
        let asked = async |parent: &str| {
            let request = Request::post("/v1/decide").header("traceparent", parent).header("tracestate", "a=1");
            let body = Body::from(r#"{"customer": {}, "slots": ["side"]}"#);
            TowerToHyperService::new(router.clone()).call(request.body(body).unwrap()).await.unwrap()
        };
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        let good = asked(&format!("00-{id}-00f067aa0ba902b7-01")).await;
        assert_eq!(good.headers()["cater-trace-id"], id);
        let bad = asked("00-0-0-0").await;
        assert_eq!(bad.status(), 200);
        assert!(!bad.headers().contains_key("cater-trace-id"));
        let lines = lines(&service, &file);
        assert_eq!(
            (&lines[0]["trace"], &lines[0]["parent"], &lines[0]["tracestate"]),
            (&id.into(), &"00f067aa0ba902b7".into(), &"a=1".into())
        );
        assert!(lines[1].get("trace").is_none() && lines[1].get("tracestate").is_none());
    });
}
