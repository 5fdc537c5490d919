//! What others call in their own repositories: the hooks for pre-commit and the action for GitHub.
//!
//! Both files are read as YAML. The entries of the hooks and the steps of the action are run as their hosts run them, with
//! the program that was just built; `.ci/hooks` runs pre-commit itself.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use yaml_rust2::{Yaml, YamlLoader};

use crate::house::read;
use crate::reports::FLAWED;
use crate::transcripts::sandbox::verbs;

const SOUND: &str = "offer story { class service }\nslot home on web { accepts service  fallback story }\n\
                     rule tip in home { show story }\n";

fn yaml(path: &str) -> Yaml {
    let mut documents = YamlLoader::load_from_str(&read(path)).unwrap_or_else(|why| panic!("{path}: {why}"));
    assert_eq!(documents.len(), 1, "{path} is one document");
    documents.remove(0)
}

/// A folder with rules, and beside it one with `cater` in it.
struct Repository(TempDir);

impl Repository {
    fn new(rules: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bin", "temp", "at/shop"] {
            fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        symlink(env!("CARGO_BIN_EXE_cater"), folder.path().join("bin/cater")).unwrap();
        fs::write(folder.path().join("at/shop/shop.rules"), rules).unwrap();
        fs::write(folder.path().join("at/shop/cater.toml"), "").unwrap();
        Self(folder)
    }

    fn at(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.at(name)).unwrap_or_default()
    }

    /// A process in it, with `cater` on its path and nobody's settings.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:{}", self.at("bin").display(), std::env::var("PATH").unwrap_or_default());
        command
            .current_dir(self.at("at"))
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.0.path())
            .stdin(Stdio::null());
        command
    }
}

fn both(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_hook_can_be_run() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_vec().expect("a list of hooks");
    let mut ids = Vec::new();
    for hook in hooks {
        let text = |key: &str| hook[key].as_str().unwrap_or_else(|| panic!("a hook without {key}: {hook:?}"));
        let known = ["id", "name", "description", "entry", "language", "files", "pass_filenames", "require_serial"];
        let keys = hook.as_hash().unwrap().keys().filter_map(Yaml::as_str);
        assert_eq!(keys.filter(|key| !known.contains(key)).collect::<Vec<_>>(), [""; 0]);
        let words: Vec<&str> = text("entry").split(' ').collect();
        let ["cater", verb] = words.as_slice() else { panic!("{words:?} is no verb of ours") };
        assert!(verbs().iter().any(|known| known == verb), "{verb}");
        assert_eq!(text("language"), if text("id").ends_with("-system") { "system" } else { "rust" });
        // Each way to have the program has the same hooks.
        ids.push(text("id").trim_end_matches("-system").to_owned());
        // One that gets no names looks at everything; one that gets names must take any of them.
        let names: &[&str] =
            if hook["pass_filenames"] == Yaml::Boolean(false) { &[] } else { &["shop/shop.rules", "shop/shop.rules"] };
        let run = |rules: &str| {
            let repository = Repository::new(rules);
            let output = repository.command("cater").arg(verb).args(names).output().unwrap();
            (output.status.code(), repository.text("at/shop/shop.rules"), both(&output))
        };
        let sound = run(SOUND);
        assert_eq!(sound.0, Some(0), "{}", sound.2);
        let flawed = run(&format!("{FLAWED}test \"wrong\" {{ expect home shows tips }}\n"));
        match *verb {
            // It changes files, and pre-commit fails for that.
            "fmt" => assert!(flawed.0 == Some(0) && flawed.1 != FLAWED, "{}", flawed.2),
            _ => assert_eq!(flawed.0, Some(1), "{}", flawed.2),
        }
    }
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert!(ids.len() == 2 * once.len() && once.len() == 3, "{ids:?}");
}

/// What a step of the action comes to.
struct Ran {
    status: i32,
    said: String,
    outputs: BTreeMap<String, String>,
    summary: String,
}

/// The steps of the action with these inputs, as a runner runs them.
fn act(repository: &Repository, inputs: &[(&str, &str)]) -> Ran {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let mut given: BTreeMap<&str, &str> = BTreeMap::new();
    for (name, input) in action["inputs"].as_hash().unwrap() {
        assert!(input["description"].as_str().is_some(), "{name:?} says nothing of itself");
        given.insert(name.as_str().unwrap(), input["default"].as_str().expect("every input has a default"));
    }
    for (name, value) in inputs {
        assert!(given.insert(name, value).is_some(), "no input `{name}`");
    }
    let temp = repository.at("temp").display().to_string();
    let value = |expression: &str| match expression.trim().split('.').collect::<Vec<_>>().as_slice() {
        ["inputs", name] => given.get(name).unwrap_or_else(|| panic!("no input `{name}`")).to_string(),
        ["runner", "temp"] => temp.clone(),
        ["github", "action_path"] => env!("CARGO_MANIFEST_DIR").to_owned(),
        other => panic!("an expression that this test does not know: {other:?}"),
    };
    let filled = |text: &str| {
        let mut parts = text.split("${{");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |filled, part| {
            let (expression, rest) = part.split_once("}}").expect("an expression that ends");
            filled + &value(expression) + rest
        })
    };
    let mut ran = Ran { status: 0, said: String::new(), outputs: BTreeMap::new(), summary: String::new() };
    for step in action["runs"]["steps"].as_vec().unwrap() {
        let is_wanted = match step["if"].as_str() {
            None => true,
            Some(condition) => {
                let (input, word) = condition.split_once(" == ").expect("a comparison");
                value(input) == word.trim_matches('\'')
            }
        };
        if !is_wanted || ran.status != 0 {
            continue;
        }
        let script = step["run"].as_str().expect("every step is a script");
        assert_eq!(step["shell"].as_str(), Some("bash"));
        assert!(!script.contains("${{"), "an input is no part of a script: {script}");
        fs::write(repository.at("step.sh"), script).unwrap();
        let mut command = repository.command("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(repository.at("step.sh"));
        for (name, text) in step["env"].as_hash().unwrap() {
            command.env(name.as_str().unwrap(), filled(text.as_str().unwrap()));
        }
        command.env("GITHUB_OUTPUT", repository.at("output")).env("GITHUB_STEP_SUMMARY", repository.at("summary.md"));
        let output = command.output().expect("bash starts");
        ran.status = output.status.code().unwrap_or(-1);
        ran.said += &both(&output);
    }
    let outputs = repository.text("output");
    ran.outputs = outputs.lines().filter_map(|line| line.split_once('=')).map(|(a, b)| (a.into(), b.into())).collect();
    for (name, output) in action["outputs"].as_hash().unwrap() {
        let value = output["value"].as_str().unwrap();
        assert_eq!(value, format!("${{{{ steps.check.outputs.{} }}}}", name.as_str().unwrap()));
    }
    ran.summary = repository.text("summary.md");
    ran
}

#[test]
fn the_action_checks_annotates_and_sums_up() {
    let repository = Repository::new(FLAWED);
    let ran = act(&repository, &[("binary", "cater")]);
    assert_eq!((ran.status, ran.outputs["exit-code"].as_str()), (1, "1"), "{}", ran.said);
    assert!(ran.said.starts_with("::error file=shop/shop.rules,line="), "{}", ran.said);
    assert!(ran.summary.starts_with("### cater check\n"), "{}", ran.summary);
    assert!(!ran.outputs.contains_key("sarif-file"));

    let ran = act(&Repository::new(SOUND), &[("binary", "cater")]);
    assert_eq!((ran.status, ran.outputs["exit-code"].as_str()), (0, "0"), "{}", ran.said);
    let lenient = act(&Repository::new(FLAWED), &[("binary", "cater"), ("fail", "false")]);
    assert_eq!((lenient.status, lenient.outputs["exit-code"].as_str()), (0, "1"), "{}", lenient.said);
    let strict = act(
        &Repository::new(&FLAWED.replace("priority 50\n  show tips", "priority 60\n  show tips")),
        &[("binary", "cater"), ("args", "--fail-level  warning")],
    );
    assert_eq!(strict.status, 1, "{}", strict.said);
}

#[test]
fn the_action_writes_sarif_for_whoever_uploads_it() {
    let repository = Repository::new(FLAWED);
    let ran =
        act(&repository, &[("binary", "cater"), ("path", "shop\nshop/shop.rules\n"), ("sarif-file", "a file.sarif")]);
    assert_eq!((ran.status, ran.outputs["sarif-file"].as_str()), (1, "a file.sarif"), "{}", ran.said);
    let log: serde_json::Value = serde_json::from_str(&repository.text("at/a file.sarif")).unwrap();
    assert!(log["runs"][0]["results"].as_array().is_some_and(|results| results.len() > 3));
}

#[test]
fn what_could_not_run_fails_the_action_whatever_it_is_told() {
    let repository = Repository::new(FLAWED);
    let inputs = [("binary", "cater"), ("path", "nowhere"), ("fail", "false"), ("sarif-file", "x.sarif")];
    let ran = act(&repository, &inputs);
    assert_eq!((ran.status, ran.outputs["exit-code"].as_str()), (2, "2"), "{}", ran.said);
    assert!(ran.said.contains("::error title=run%3A%3Ano-such-path::"), "{}", ran.said);
    assert!(repository.text("at/x.sarif").contains("\"executionSuccessful\": false"));
}

/// Whose decisions change since a revision: as annotations, in the summary, and as a comment; and it fails the step as
/// `cater.toml` or the input says.
#[test]
fn the_action_says_whose_decisions_change() {
    let repository = Repository::new(SOUND);
    let git = |arguments: &[&str]| {
        let output = repository.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", both(&output));
    };
    git(&["init", "--quiet", "--initial-branch", "main"]);
    git(&["add", "."]);
    git(&["-c", "user.name=ann", "-c", "user.email=ann@shop.example", "commit", "--quiet", "--message", "one"]);
    let base = [("binary", "cater"), ("path", "shop"), ("compare-with", "main")];
    let with = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    let same = act(&repository, &with(&[("comment-file", "same.md")]));
    assert_eq!((same.status, same.outputs["changes-exit-code"].as_str()), (0, "0"), "{}", same.said);
    assert!(repository.text("at/same.md").contains("nobody's decision changes"));

    fs::write(
        repository.at("at/shop/shop.rules"),
        SOUND.replace("show story", "priority 50  show story")
            + "offer tips { class service }\nrule new in home { priority 60  show tips }\n",
    )
    .unwrap();
    let told = act(&repository, &with(&[("comment-file", "changes.md")]));
    assert_eq!((told.status, told.outputs["changes-exit-code"].as_str()), (0, "0"), "{}", told.said);
    assert!(told.said.contains("::notice file=shop/shop.rules,line=5,"), "{}", told.said);
    assert!(
        told.summary.contains("### cater check\n") && told.summary.contains("### cater diff\n"),
        "{}",
        told.summary
    );
    assert_eq!(told.outputs["comment-file"], "changes.md");
    assert!(repository.text("at/changes.md").contains("| other-content | 1 |"));
    for (fail, status) in [("true", 1), ("false", 0)] {
        let failed = act(&repository, &with(&[("fail-on", "newly-silent,other-content"), ("fail", fail)]));
        assert_eq!((failed.status, failed.outputs["changes-exit-code"].as_str()), (status, "1"), "{}", failed.said);
        assert!(failed.said.contains("::error file=shop/shop.rules,line=5,"), "{}", failed.said);
    }
    fs::write(repository.at("at/shop/cater.toml"), "fail_on = [\"any\"]\n").unwrap();
    assert_eq!(act(&repository, &with(&[])).status, 1);
    assert_eq!(act(&repository, &with(&[("fail-on", "none")])).status, 0);
    // A revision that is not there fails it, whatever it is told.
    let inputs = [("binary", "cater"), ("path", "shop"), ("compare-with", "nowhere"), ("fail", "false")];
    let lost = act(&repository, &inputs);
    assert_eq!((lost.status, lost.outputs["changes-exit-code"].as_str()), (2, "2"), "{}", lost.said);
    assert!(lost.said.contains("::error title=run%3A%3Ano-such-path::"), "{}", lost.said);
}

#[test]
fn no_input_becomes_a_command() {
    let repository = Repository::new(SOUND);
    let bad = "$(touch pwned) `touch pwned`; touch pwned";
    for name in ["path", "args", "sarif-file", "fail", "compare-with", "fail-on", "comment-file"] {
        let compare = if name == "compare-with" { bad } else { "main" };
        let mut inputs = vec![("binary", "cater"), ("compare-with", compare)];
        inputs.extend((name != "compare-with").then_some((name, bad)));
        act(&repository, &inputs);
    }
    let names: Vec<_> = fs::read_dir(repository.at("at")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert!(!Path::new(&repository.at("at/pwned")).exists(), "{names:?}");
}

#[test]
fn without_a_program_the_action_builds_its_own() {
    let repository = Repository::new(SOUND);
    // Stands for cargo: notes what it is asked, and installs the program that is there already.
    let cargo = "#!/bin/sh\necho \"$@\" >\"$HOME/asked\"\nwhile [ $# -gt 1 ]; do [ \"$1\" = --root ] && root=$2; shift; done\n\
                 mkdir -p \"$root/bin\" && ln -s \"$HOME/bin/cater\" \"$root/bin/cater\"\n";
    fs::write(repository.at("bin/cargo"), cargo).unwrap();
    fs::set_permissions(repository.at("bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
    let ran = act(&repository, &[]);
    assert_eq!(ran.status, 0, "{}", ran.said);
    let asked = repository.text("asked");
    let root = repository.at("temp/cater").display().to_string();
    assert_eq!(asked.trim(), format!("install --locked --path {} --root {root}", env!("CARGO_MANIFEST_DIR")));
}

#[test]
fn what_the_book_shows_names_what_there_is() {
    let action = yaml("action.yml");
    let workflow = yaml("tests/hosted/workflow.yml");
    let steps = workflow["jobs"]["rules"]["steps"].as_vec().unwrap();
    let ours = steps.iter().find(|step| step["id"].as_str() == Some("cater")).expect("our step");
    for (input, _) in ours["with"].as_hash().unwrap() {
        assert!(!action["inputs"][input.as_str().unwrap()].is_badvalue(), "no input {input:?}");
    }
    let output = |text: &str| {
        let name = text.split("steps.cater.outputs.").nth(1)?.split(' ').next()?;
        Some(!action["outputs"][name].is_badvalue())
    };
    let upload = steps.last().unwrap();
    assert_eq!(output(upload["if"].as_str().unwrap()), Some(true));
    assert_eq!(output(upload["with"]["sarif_file"].as_str().unwrap()), Some(true));
    let hooks = yaml(".pre-commit-hooks.yaml");
    let ids: Vec<&str> = hooks.as_vec().unwrap().iter().filter_map(|hook| hook["id"].as_str()).collect();
    let config = yaml("tests/hosted/pre-commit-config.yaml");
    for hook in config["repos"][0]["hooks"].as_vec().unwrap() {
        assert!(ids.contains(&hook["id"].as_str().unwrap()), "{hook:?}");
    }
    let job = yaml("tests/hosted/gitlab-ci.yml");
    let repository = Repository::new(SOUND);
    let script = job["rules"]["script"][0].as_str().unwrap();
    let output = repository.command("sh").args(["-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", both(&output));
    let report = job["rules"]["artifacts"]["reports"]["codequality"].as_str().unwrap();
    assert_eq!(repository.text(&format!("at/{report}")).trim(), "[]");
}
