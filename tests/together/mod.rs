//! Whoever asks counts alike: `why`, `decide --customer` and `decide` over the base give one decision for the same
//! customer, whatever the caps count together and wherever what they count stands: in a table of events, in a state file,
//! of whoever lives in the same household, and in a state that another clock is ahead of.
//!
//! Worlds are thrown with dice. Beside the agreement it is counted what was seen, so that none of it holds for want of a
//! case.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::engines::rng::Rng;

const NOW: &str = "2026-06-15T10:00:00Z";

/// Runs the program without a terminal; what it says is not looked at.
fn cater(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out.into_owned()
}

/// What is shown in each slot, by name.
type Shown = BTreeMap<String, String>;

fn decided(folder: &Path, customer: &str, extra: &[&str]) -> Shown {
    let text =
        cater(folder, &[&["decide", ".", "--customer", customer, "--dry-run", "--format", "json"], extra].concat());
    let object: Value = serde_json::from_str(&text).unwrap();
    let of =
        |one: &Value| (one["slot"].as_str().unwrap().to_owned(), one["shows"].as_str().unwrap_or("nothing").to_owned());
    object["decisions"].as_array().unwrap().iter().map(of).collect()
}

fn explained(folder: &Path, customer: &str, extra: &[&str]) -> Shown {
    let text = cater(folder, &[&["why", ".", customer, "--format", "json"], extra].concat());
    let object: Value = serde_json::from_str(&text).unwrap();
    let of = |one: &Value| {
        let shows = one["answer"]["shows"].as_str().or(one["shows"].as_str()).unwrap_or("nothing");
        (one["slot"].as_str().unwrap().to_owned(), shows.to_owned())
    };
    object["slots"].as_array().unwrap().iter().map(of).collect()
}

fn of_base(folder: &Path, extra: &[&str]) -> BTreeMap<String, Shown> {
    cater(folder, &[&["decide", ".", "--dry-run", "-q", "-o", "out.csv"], extra].concat());
    let mut all: BTreeMap<String, Shown> = BTreeMap::new();
    for line in fs::read_to_string(folder.join("out.csv")).unwrap().lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [_, _, customer, slot, shows, ..] = cells[..] else { panic!("{line}") };
        let shows = if shows.is_empty() { "nothing" } else { shows };
        all.entry(customer.into()).or_default().insert(slot.into(), shows.into());
    }
    all
}

/// Writes a world: three caps on one offer by three units, and the events of some of eight customers in four homes.
fn write(folder: &Path, rng: &mut Rng) {
    let mut pick = |most: usize| rng.below(most);
    let kinds = ["per customer", "per household", "per everybody"];
    let mut rules = "customer { id: text key  household: text }\nevent purchase {}\n\
                     offer tv { class marketing }\noffer pc { class marketing }\noffer story { class service }\n\
                     slot home on web { accepts service, marketing  fallback story }\n\
                     slot side on web { accepts service, marketing  fallback story }\n\
                     rule a in home { priority 9  show tv }\nrule b in home { priority 5  show pc }\n\
                     rule c in side { priority 9  show pc }\nrule d in side { priority 5  show tv }\n"
        .to_owned();
    for at in 0..=pick(2) {
        let event = ["shown", "purchase", "decided", "shown or purchase"][pick(4)];
        let window = ["ever", "in any 2 days", "in each calendar day in \"Europe/Berlin\""][pick(3)];
        let reserve = ["", "reserve 10 minutes"][pick(2)];
        let (most, kind, offer) = (1 + pick(6), kinds[pick(3)], ["tv", "pc"][pick(2)]);
        writeln!(rules, "cap c{at} {{ at most {most} {event} {window} {kind} on offer {offer} {reserve} }}").unwrap();
    }
    fs::write(folder.join("a.rules"), rules).unwrap();
    let toml = format!("now = \"{NOW}\"\nevents = \"events.csv\"\n[[customers]]\nfile = \"people.csv\"\n");
    fs::write(folder.join("cater.toml"), toml).unwrap();
    let mut people = "id,household\n".to_owned();
    for at in 0..6 {
        let home = ["h0", "h1", "h2", "h0", ""][pick(5)];
        writeln!(people, "p{at},{home}").unwrap();
    }
    fs::write(folder.join("people.csv"), people).unwrap();
    let mut events = "customer,event,at,offer\n".to_owned();
    for _ in 0..pick(7) {
        let event = ["shown", "purchase", "decided"][pick(3)];
        // The last two are nobody's; one time in six nobody can read.
        let at = [
            "2026-06-15T09:00Z",
            "2026-06-14T21:00Z",
            "2026-06-14T09:00Z",
            "2026-05-01T00:00Z",
            "2026-06-15T11:00Z",
            "soon",
        ];
        let (who, at, offer) = (pick(8), at[pick(6)], ["tv", "pc", ""][pick(3)]);
        writeln!(events, "p{who},{event},{at},{offer}").unwrap();
    }
    fs::write(folder.join("events.csv"), events).unwrap();
}

#[test]
fn whoever_asks_counts_alike() {
    let mut rng = Rng::new(20_261_122);
    let (mut capped, mut free, mut stated) = (0, 0, 0);
    for world in 0..14 {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        write(folder, &mut rng);
        let mut extra: Vec<&str> = Vec::new();
        // What earlier runs showed, on a clock that was as often ahead.
        let earlier = ["2026-06-15T09:59:30Z", "2026-06-15T10:00:01Z", "2026-06-14T10:00Z"];
        if world % 4 != 0 {
            for _ in 0..=rng.below(2) {
                let (who, now) = (format!("p{}", rng.below(6)), earlier[rng.below(3)]);
                cater(folder, &["decide", ".", "--customer", &who, "--state", "s.state", "--now", now]);
            }
            extra = vec!["--state", "s.state"];
            stated += 1;
        }
        let base = of_base(folder, &extra);
        assert_eq!(base.len(), 6);
        for (customer, shown) in &base {
            let look = || {
                let files = ["a.rules", "people.csv", "events.csv"];
                files.map(|file| fs::read_to_string(folder.join(file)).unwrap()).join("\n")
            };
            assert_eq!(&decided(folder, customer, &extra), shown, "world {world}, {customer}\n{}", look());
            assert_eq!(&explained(folder, customer, &extra), shown, "world {world}, {customer}\n{}", look());
            match shown["home"].as_str() {
                "tv" => free += 1,
                _ => capped += 1,
            }
        }
    }
    assert!(capped > 10 && free > 10 && stated > 5, "{capped} {free} {stated}");
}

/// A world of one cap, with its events.
fn homes(unit: &str, events: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "a.rules",
        &format!(
            "customer {{ id: text key  household: text }}\nevent purchase {{}}\noffer tv {{ class marketing }}\n\
             offer story {{ class service }}\nslot home on web {{ accepts service, marketing  fallback story }}\n\
             rule a in home {{ show tv }}\n\
             cap one {{ at most 1 purchase ever per {unit} on offer tv }}\n"
        ),
    );
    let toml = format!("now = \"{NOW}\"\nevents = \"events.csv\"\n[[customers]]\nfile = \"people.csv\"\n");
    write("cater.toml", &toml);
    write("people.csv", "id,household\nann,h1\nben,h1\ncyd,h2\n");
    write("events.csv", &format!("customer,event,at,offer\n{events}"));
    folder
}

#[test]
fn what_others_of_a_household_did_counts() {
    let folder = homes("household", "ben,purchase,2026-06-15T09:00Z,tv\n");
    let shown = |who: &str| explained(folder.path(), who, &[])["home"].clone();
    assert_eq!(["ann", "ben", "cyd"].map(shown), ["story", "story", "tv"]);
    let base = of_base(folder.path(), &[]);
    assert_eq!(["ann", "ben", "cyd"].map(|who| base[who]["home"].as_str()), ["story", "story", "tv"]);
}

/// A row at no readable time counts once for its customer, whoever asks.
#[test]
fn what_nobody_can_date_counts_once() {
    let folder = homes("everybody", "ann,purchase,soon,tv\n");
    let text = fs::read_to_string(folder.path().join("a.rules")).unwrap();
    fs::write(folder.path().join("a.rules"), text.replace("at most 1", "at most 2")).unwrap();
    let base = of_base(folder.path(), &[]);
    for who in ["ann", "ben", "cyd"] {
        assert_eq!(
            (base[who]["home"].as_str(), decided(folder.path(), who, &[])["home"].as_str()),
            ("tv", "tv"),
            "{who}"
        );
    }
}

/// A household that no table tells is said, and its events are for nobody else.
#[test]
fn a_household_that_nobody_tells_is_said() {
    let folder = homes("household", "dan,purchase,2026-06-15T09:00Z,tv\n");
    let text = cater(folder.path(), &["why", ".", "ann", "--format", "json"]);
    let object: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(object["findings"][0]["code"], "data::events-apart", "{text}");
    let folder = homes("household", "cyd,purchase,2026-06-15T09:00Z,tv\n");
    let text = cater(folder.path(), &["why", ".", "ann", "--format", "json"]);
    assert!(!text.contains("events-apart"), "{text}");
}
