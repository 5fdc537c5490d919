//! Workflow commands and job summaries of GitHub, read as its runner reads them.

use std::fs;

use super::{FLAWED, cater, command, folder};

/// A command as the runner takes it apart: name, properties, text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Annotation {
    pub(super) level: String,
    pub(super) properties: Vec<(String, String)>,
    pub(super) text: String,
}

impl Annotation {
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The commands in what a step says, and the other lines.
pub(super) fn read(said: &str) -> (Vec<Annotation>, Vec<String>) {
    let (mut commands, mut others) = (Vec::new(), Vec::new());
    // The runner takes both for the end of a line.
    for line in said.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        let Some((head, text)) = line.trim_start().strip_prefix("::").and_then(|rest| rest.split_once("::")) else {
            assert!(!line.contains("##["), "the older form of a command: {line}");
            others.push(line.to_owned());
            continue;
        };
        let (level, properties) = head.split_once(' ').unwrap_or((head, ""));
        let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
        let value = |text: &str| {
            let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
            text.replace("%25", "%")
        };
        let properties = properties.split(',').filter_map(|one| one.split_once('='));
        commands.push(Annotation {
            level: level.to_owned(),
            properties: properties.map(|(key, text)| (key.to_owned(), value(text))).collect(),
            text: data(text),
        });
    }
    (commands, others)
}

#[test]
fn the_worst_come_first_and_a_line_says_how_many() {
    let mut rules = FLAWED.to_owned();
    for at in 0..30 {
        rules.push_str(&format!("offer idle_{at} {{ class service }}\n"));
    }
    let folder = folder(&[("shop.rules", &rules)]);
    let output = cater(folder.path(), &["check", "--format", "github"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "",
        "no line that somebody else's words could turn into a command"
    );
    let (commands, others) = read(&String::from_utf8(output.stdout).unwrap());
    let levels: Vec<&str> = commands.iter().map(|one| one.level.as_str()).collect();
    let mut sorted = levels.clone();
    sorted.sort_by_key(|level| ["error", "warning", "notice"].iter().position(|one| one == level));
    assert_eq!(levels, sorted);
    let conflict = &commands[0];
    assert_eq!((conflict.level.as_str(), conflict.property("title")), ("error", Some("lint::conflict")));
    let places: Vec<_> = ["file", "line", "endLine", "col"].iter().map(|key| conflict.property(key)).collect();
    let line = (1 + rules.lines().position(|line| line.starts_with("rule silver")).unwrap()).to_string();
    assert_eq!(places, [Some("shop.rules"), Some(&*line), Some(&*line), Some("6")], "{conflict:?}");
    assert!(conflict.text.contains("help: "), "{conflict:?}");
    let total = commands.iter().find(|one| one.property("title") == Some("cater check")).expect("a total");
    assert!(total.text.contains("1 error, ") && total.text.contains("1 allowed"), "{total:?}");
    assert_eq!(others.len(), 1, "{others:?}");
    assert!(others[0].starts_with("1 error, ") && others[0].ends_with("1 allowed"), "{others:?}");
}

#[test]
fn the_summary_of_the_job_is_added_to() {
    let folder = folder(&[("shop.rules", FLAWED), ("summary.md", "from a step before\n")]);
    let run = |arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command.env("GITHUB_STEP_SUMMARY", folder.path().join("summary.md")).output().unwrap()
    };
    run(&["check", "--format", "github"]);
    let summary = fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(summary.starts_with("from a step before\n### cater check\n\n1 error, "), "{summary}");
    assert_eq!(summary.matches("<details>").count(), summary.matches("</details>").count());
    // No other format touches it.
    run(&["check", "--format", "sarif"]);
    run(&["check"]);
    assert_eq!(fs::read_to_string(folder.path().join("summary.md")).unwrap(), summary);
    // A run that could not run says so there, too.
    let refused = run(&["check", "nowhere", "--format", "github"]);
    assert_eq!(refused.status.code(), Some(2));
    let (commands, _) = read(&String::from_utf8(refused.stdout).unwrap());
    assert_eq!(commands[0].property("title"), Some("run::no-such-path"));
    assert!(fs::read_to_string(folder.path().join("summary.md")).unwrap().contains("could not run"));
}

#[test]
fn the_environment_asks_those_verbs_that_can() {
    let folder = folder(&[("shop.rules", FLAWED)]);
    let run = |verb: &str| command(folder.path(), &[verb]).env("CATER_FORMAT", "github").output().unwrap();
    assert!(String::from_utf8_lossy(&run("check").stdout).starts_with("::error "));
    let listed = run("config");
    assert_eq!(listed.status.code(), Some(0), "{}", String::from_utf8_lossy(&listed.stderr));
    let asked = cater(folder.path(), &["list", "--format", "github"]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&asked.stderr).contains("only `cater check` and `cater diff` write github"));
}
