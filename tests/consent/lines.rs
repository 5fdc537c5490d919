//! The same from the outside: two tables that differ only in what closed purposes open, in values, in cells that nobody can
//! read and in what happened, decided by the tool. What it writes, what it says of the run and what it says of each customer
//! is the same, byte for byte.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use crate::engines::rng::Rng;

const RULES: &str = r#"
purpose suggestions "Use my orders to suggest things" { basis consent  valid 24 months  direct marketing }
purpose scoring     "Score how likely I am to leave"  { basis legitimate interest "LIA-7" }
event order { needs suggestions  total: decimal(2) }
customer {
  id:        text                    key
  favourite: one of [espresso, tea]  needs suggestions  from "FAV"
  churn:     whole from 0 to 100     needs scoring  fresh 7 days as of "SCORED"  hidden
  lives:     zone                    needs scoring  else "UTC"
  vip:       yes or no
}
offer machine { class marketing }
offer stay    { class service }
offer tips    { class service }
offer hint    { class service }
offer story   { class service }
window hours { zone lives else "UTC"  open 09:00 until 18:00  on rule stay  outside hold at most 20 hours }
slot home on web { accepts service, marketing  fallback tips when favourite is tea, story }
slot side on web { accepts service  fallback nothing }
rule machine in home {
  when     times order in the last 30 days is at least 2
  when     favourite is espresso
  needs    suggestions
  priority 20
  show     machine
  if no consent show hint
}
rule stay in home { when churn is at least 70  needs scoring  priority 30  show stay }
rule vips in home { when vip  priority 10  show tips }
rule late in side { when last order is more than 3 days old  needs suggestions  show hint }
"#;

const CUSTOMERS: usize = 200;

fn write(folder: &Path, seed: u64) {
    let mut rng = Rng::new(seed);
    let mut table = "id,FAV,churn,SCORED,lives,vip\n".to_owned();
    let mut events = "customer,event,at,order.total\n".to_owned();
    for at in 0..CUSTOMERS {
        let favourite = *rng.pick(&["espresso", "tea", "cocoa", ""]);
        let churn = rng.pick(&["0", "69", "70", "100", "101", "oops", ""]).to_owned();
        let scored = *rng.pick(&["2026-11-21T00:00Z", "2026-11-01T00:00Z", "soon", ""]);
        let lives = *rng.pick(&["UTC", "Asia/Tokyo", "America/New_York", "Atlantis", ""]);
        // What no purpose opens is the same in both.
        let vip = if at % 3 == 0 { "yes" } else { "no" };
        writeln!(table, "c{at},{favourite},{churn},{scored},{lives},{vip}").unwrap();
        for _ in 0..rng.below(4) {
            let day = 1 + rng.below(21);
            writeln!(events, "c{at},order,2026-11-{day:02}T10:00Z,{}.00", rng.below(90)).unwrap();
        }
    }
    let mut consent = "customer,purpose,status,granted_at\n".to_owned();
    for at in 0..CUSTOMERS {
        let status = ["denied", "withdrawn", "pending", "unknown"][at % 4];
        let status = if at % 7 == 0 { "granted" } else { status };
        // Long out of date, where it was granted at all.
        writeln!(consent, "c{at},suggestions,{status},2020-01-01T00:00Z\nc{at},scoring,objected,").unwrap();
    }
    std::fs::create_dir_all(folder).unwrap();
    for (name, text) in [("a.rules", RULES), ("all.csv", &table), ("events.csv", &events), ("consent.csv", &consent)] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn said(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    let data = ["--customers", "all.csv", "--consent", "consent.csv", "--events", "events.csv"];
    let now = ["--now", "2026-11-22T20:00Z"];
    let output = command.current_dir(folder).args(arguments).args(data).args(now).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let both = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    // How long it took is no one's data.
    let is_time =
        |line: &&str| !["nanoseconds", "seconds", " ns", " µs", "decisions in"].iter().any(|word| line.contains(word));
    both.iter().flat_map(|text| text.lines()).filter(is_time).map(|line| format!("{line}\n")).collect()
}

#[test]
fn what_the_tool_writes_tells_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| folder.path().join(name));
    write(&one, 1);
    write(&two, 2);
    let differ = |name: &str| [&one, &two].map(|of| std::fs::read_to_string(of.join(name)).unwrap());
    for name in ["all.csv", "events.csv"] {
        let [here, there] = differ(name);
        assert_ne!(here, there, "{name} is the same");
    }
    for arguments in [
        &["decide", "a.rules", "--format", "json", "--output", "out.jsonl"][..],
        &["decide", "a.rules", "--output", "out.csv"],
    ] {
        assert_eq!(said(&one, arguments), said(&two, arguments), "{arguments:?}");
    }
    for name in ["out.jsonl", "out.csv"] {
        let [here, there] = differ(name);
        assert!(here.lines().count() >= CUSTOMERS, "{name}: {here}");
        assert_eq!(here, there, "{name}");
    }
    for at in 0..12 {
        let customer = format!("c{at}");
        let arguments = ["why", "a.rules", customer.as_str()];
        assert_eq!(said(&one, &arguments), said(&two, &arguments), "{customer}");
    }
}
