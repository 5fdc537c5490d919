//! The tool as whoever runs it every night meets it: it is stopped in the middle, started twice, asked for JSON when it
//! refuses, and asked what each of its codes means.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use cater::diagnostics::codes;
use tempfile::TempDir;

const RULES: &str = "purpose tips \"Show me tips\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key }
offer tip { class marketing }
offer welcome { class service }
slot home on web { accepts service, marketing  fallback welcome }
rule tip in home { needs tips  show tip  cap at most 1 shown in any 7 days per customer }
";

fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tips.rules"), RULES).unwrap();
    fs::write(folder.path().join("people.csv"), "id\nann\nbob\n").unwrap();
    folder
}

fn cater(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    cater(folder, arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Waits for something that another process does.
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} took more than a minute");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A run over a base that does not end before its input does.
fn endless(folder: &Path) -> Child {
    let arguments =
        ["decide", "tips.rules", "--customers", "/dev/stdin", "--state", "seen.state", "--output", "out.csv"];
    let mut child = cater(folder, &arguments).stdin(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.as_mut().unwrap();
    input.write_all(b"id\nann\nbob\n").unwrap();
    input.flush().unwrap();
    wait_until("beginning to write", || names(folder).iter().any(|name| name.ends_with(".part")));
    child
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_is_interrupted_leaves_nothing_behind() {
    for signal in ["-INT", "-TERM"] {
        let folder = folder();
        let before = names(folder.path());
        let mut child = endless(folder.path());
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        // What waits for more input looks up when it comes.
        std::thread::sleep(Duration::from_millis(100));
        drop(child.stdin.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("error[run::interrupted]"), "{}", said(&output));
        assert_eq!(names(folder.path()), before, "after {signal}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn two_runs_on_one_state_file_do_not_meet() {
    let folder = folder();
    let mut first = endless(folder.path());
    let second = run(folder.path(), &["decide", "tips.rules", "--customers", "people.csv", "--state", "seen.state"]);
    assert_eq!(second.status.code(), Some(2));
    assert!(said(&second).contains("error[state::in-use]") && said(&second).contains("help: "), "{}", said(&second));
    drop(first.stdin.take());
    let first = first.wait_with_output().unwrap();
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    assert!(said(&first).contains("2 showings recorded"), "{}", said(&first));
}

#[test]
fn every_code_is_explained() {
    let folder = folder();
    let all = String::from_utf8(run(folder.path(), &["explain"]).stdout).unwrap();
    for code in codes::all() {
        assert!(all.lines().any(|line| line.starts_with(&format!("{} ", code.name))), "{} is in no list", code.name);
        let page = run(folder.path(), &["explain", code.name]);
        let text = String::from_utf8_lossy(&page.stdout).into_owned();
        assert!(page.status.success() && text.contains(code.summary), "{}: {text}", code.name);
        assert!(text.lines().count() > 3, "{} has no page: {text}", code.name);
    }
}

/// A code that is written out as a text, and not taken from the table, would be printed and not be known to `explain`.
#[test]
fn no_code_is_made_up_outside_of_the_table() {
    let mut complaints = Vec::new();
    for file in crate::house::rust_below("src") {
        let text = crate::house::read(&file);
        for quoted in text.split('"').filter(|quoted| !quoted.is_empty()) {
            let Some((stage, name)) = quoted.split_once("::") else { continue };
            let is_stage = codes::all().any(|code| code.name.split("::").next() == Some(stage));
            let is_name = !name.is_empty()
                && !name.ends_with('-')
                && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
            if is_stage && is_name && codes::find(quoted).is_none() {
                complaints.push(format!("{}: {quoted}", file.display()));
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn every_refusal_has_code_and_help_and_is_json_where_that_is_asked() {
    let folder = folder();
    fs::write(folder.path().join("half.gz"), [0x1f, 0x8b, 8, 0, 0, 0]).unwrap();
    fs::write(folder.path().join("notes.txt"), "notes").unwrap();
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    fs::create_dir(folder.path().join("nothing")).unwrap();
    assert!(run(folder.path(), &["build", "tips.rules", "--output", "tips.cater"]).status.success());
    let people = ["--customers", "people.csv"];
    let decide = |rest: &[&'static str]| [&["decide", "tips.rules"], &people[..], rest].concat();
    let cases: Vec<(&str, Vec<&str>)> = vec![
        ("run::no-such-path", vec!["check", "nowhere"]),
        ("run::no-rules", vec!["check", "nothing"]),
        ("run::is-a-bundle", vec!["check", "tips.cater"]),
        ("run::is-a-bundle", vec!["test", "tips.cater"]),
        ("run::is-a-bundle", vec!["fmt", "tips.cater"]),
        ("run::is-a-bundle", vec!["build", "tips.cater"]),
        ("run::bad-argument", vec!["check", "--fail-level", "loud"]),
        ("run::bad-argument", vec!["decide", "--wrokers", "2"]),
        ("run::bad-argument", decide(&["--workers", "0"])),
        ("run::bad-argument", decide(&["--now", "yesterday"])),
        ("run::no-such-slot", decide(&["--slot", "hom"])),
        ("run::bad-argument", decide(&["--slot", "home", "--slot", "home"])),
        ("run::no-such-owner", vec!["list", "tips.rules", "--owner", "x"]),
        ("run::no-such-code", vec!["explain", "no::such"]),
        ("run::no-such-test", vec!["test", "tips.rules", "--filter", "x"]),
        ("run::no-such-rule", vec!["why", "tips.rules", "people.csv", "--rule", "x"]),
        ("run::no-customers", vec!["decide", "tips.cater"]),
        ("run::no-customers", vec!["why", "tips.cater", "ann"]),
        ("run::folder-exists", vec!["new", "."]),
        ("run::bad-output", decide(&["--output", "people.csv"])),
        ("run::bad-output", decide(&["--output", "decisions.xlsx"])),
        ("run::cannot-write", decide(&["--output", "nowhere/decisions.csv"])),
        ("run::cannot-write", vec!["build", "tips.rules", "--output", "nowhere/tips.cater"]),
        ("run::unreadable-file", vec!["why", "tips.rules", "nobody.json"]),
        ("bundle::not-a-bundle", vec!["list", "notes.txt"]),
        ("state::not-a-state-file", decide(&["--state", "notes.txt"])),
        ("state::unusable", decide(&["--state", "nowhere/seen.state"])),
        ("data::unreadable-file", vec!["decide", "tips.rules", "--customers", "half.gz"]),
        ("data::unreadable-file", vec!["decide", "tips.rules", "--customers", "nobody.csv"]),
        ("data::unreadable-file", vec!["decide", "tips.rules", "--customers", "nothing"]),
        ("data::missing-column", vec!["decide", "tips.rules", "--customers", "empty.csv"]),
        ("data::missing-column", vec!["decide", "tips.rules", "--customers", "notes.txt"]),
    ];
    for (code, arguments) in cases {
        assert!(codes::find(code).is_some(), "{code}");
        let people = run(folder.path(), &arguments);
        let text = said(&people);
        assert_eq!(people.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(&format!("error[{code}]: ")), "{arguments:?}: {text}");
        assert!(text.contains("help: ") || text.contains("--help"), "{arguments:?} is told without a help: {text}");
        assert!(people.stdout.is_empty(), "{arguments:?}: {text}");
        let machine = run(folder.path(), &[&arguments[..], &["--format", "json"]].concat());
        assert_eq!(machine.status.code(), Some(2), "{arguments:?}");
        let object: serde_json::Value = serde_json::from_slice(&machine.stdout)
            .unwrap_or_else(|why| panic!("{arguments:?} is no JSON: {why}: {}", said(&machine)));
        let finding = &object["diagnostics"][0];
        assert_eq!((&finding["code"], &finding["severity"]), (&code.into(), &"error".into()), "{arguments:?}");
        assert!(finding["help"].is_string() && finding["message"].is_string(), "{arguments:?}: {object}");
    }
}

/// Decides for the two people and remembers; gives the exit code and everything that was said.
fn decided(folder: &Path, output: &str) -> (Option<i32>, String) {
    let arguments = ["decide", "tips.rules", "--customers", "people.csv", "--state", "seen.state", "-o", output];
    let output = run(folder, &arguments);
    (output.status.code(), said(&output))
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_put_in_its_place_is_not_counted() {
    let folder = folder();
    // Somebody takes the name while the run is on its way.
    let mut child = endless(folder.path());
    fs::create_dir(folder.path().join("out.csv")).unwrap();
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("error[run::cannot-write]"), "{}", said(&output));
    assert_eq!(names(folder.path()), ["out.csv", "people.csv", "tips.rules"], "no state, and nothing half done");
    // Again, with a place: everybody is shown the tip and counted once.
    let (code, said) = decided(folder.path(), "again.csv");
    assert!(code == Some(0) && said.contains("2 showings recorded"), "{said}");
    let rows = fs::read_to_string(folder.path().join("again.csv")).unwrap();
    assert_eq!(rows.matches("tip,rule").count(), 2, "{rows}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_that_cannot_be_written_takes_the_output_back() {
    let folder = folder();
    let (code, said) = decided(folder.path(), "out.csv");
    assert_eq!(code, Some(0), "{said}");
    let old = fs::read(folder.path().join("out.csv")).unwrap();
    // Ten thousand more, so that the state must grow, on a disk that has no room for it.
    let people: String = (0..10_000).map(|at| format!("p{at}\n")).collect();
    fs::write(folder.path().join("people.csv"), format!("id\nann\nbob\n{people}")).unwrap();
    let blocks = fs::metadata(folder.path().join("seen.state")).unwrap().len() / 1024;
    let program = env!("CARGO_BIN_EXE_cater");
    for (output, left) in [("out.csv", Some(old)), ("new.csv", None)] {
        let command = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec {program} decide tips.rules --customers people.csv --state seen.state -o {output}"
        );
        let full = Command::new("bash").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
        assert_eq!(full.status.code(), Some(2), "{}", self::said(&full));
        assert_eq!(fs::read(folder.path().join(output)).ok(), left, "{}", self::said(&full));
        assert_eq!(names(folder.path()), ["out.csv", "people.csv", "seen.state", "tips.rules"]);
    }
    let (code, said) = decided(folder.path(), "out.csv");
    assert!(code == Some(0) && said.contains("10,000 showings recorded"), "nobody was counted before: {said}");
}

#[cfg(target_os = "linux")]
#[test]
fn one_decision_that_nobody_could_read_is_not_counted() {
    let folder = folder();
    fs::write(folder.path().join("ann.json"), r#"{"id": "ann"}"#).unwrap();
    let arguments = ["decide", "tips.rules", "--customer", "ann.json", "--state", "seen.state"];
    for (format, shown) in [("plain", "tip"), ("json", "\"shows\": \"tip\"")] {
        let arguments = [&arguments[..], &["--format", format]].concat();
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let lost = cater(folder.path(), &arguments).stdout(full).output().unwrap();
        assert_eq!(lost.status.code(), Some(2), "{}", said(&lost));
        let told = said(&run(folder.path(), &[&arguments[..], &["--dry-run"]].concat()));
        assert!(told.contains(shown), "{told}");
    }
    let arguments = [&arguments[..], &["--format", "json"]].concat();
    assert!(said(&run(folder.path(), &arguments)).contains("\"shows\": \"tip\""));
    assert!(said(&run(folder.path(), &arguments)).contains("\"shows\": \"welcome\""), "now it counts");
}

/// Two spellings of one letter, and blanks at an end, are one key wherever it is written.
#[test]
fn a_customer_is_found_by_a_key_in_any_form() {
    let folder = folder();
    fs::write(folder.path().join("people.csv"), "id\nzo\u{eb}\n").unwrap();
    let toml = "rules = [\".\"]\n[[customers]]\nfile = \"people.csv\"\n";
    fs::write(folder.path().join("cater.toml"), toml).unwrap();
    for key in ["zo\u{eb}", "zoe\u{308}", " zo\u{eb} "] {
        for verb in [&["decide", ".", "--customer", key][..], &["why", ".", key]] {
            let output = run(folder.path(), verb);
            assert_eq!(output.status.code(), Some(0), "{verb:?}: {}", said(&output));
            assert!(said(&output).contains("home shows tip"), "{verb:?}: {}", said(&output));
        }
    }
}
