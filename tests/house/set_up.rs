//! The set-up: what `make` offers, what a suite without its tool is told, what the hosted check runs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::{read, root};

/// What a script says and how it ends, with `.ci/tools.sh` read and `folder` in the place of `target`. `stubs` are
/// programs in the front of the path.
fn with_tools(folder: &Path, stubs: &[(&str, &str)], script: &str) -> (String, bool) {
    let bin = folder.join("stubs");
    fs::create_dir_all(&bin).unwrap();
    for (name, text) in stubs {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!(". .ci/tools.sh\n{script}")])
        .current_dir(root())
        .env("CARGO_TARGET_DIR", folder)
        .env("PATH", path)
        .output()
        .expect("sh starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[test]
fn a_failed_suite_is_remembered_and_the_next_still_runs() {
    let folder = tempfile::tempdir().unwrap();
    let (said, ok) = with_tools(folder.path(), &[], "suite bad false\nsuite good echo here\nclosing");
    assert!(!ok, "{said}");
    assert!(said.contains("here") && said.contains("FAILED   bad (") && said.contains("ok       good ("), "{said}");
}

#[test]
fn a_suite_without_its_tool_is_listed() {
    let folder = tempfile::tempdir().unwrap();
    let script = "need odd no-such-tool && suite odd true\nsuite good true\nclosing";
    let (said, ok) = with_tools(folder.path(), &[], script);
    assert!(ok, "what could not run is not a failure: {said}");
    assert!(said.contains("NOT RUN  odd: no-such-tool is not here and cannot be had"), "{said}");
    assert!(!fs::read_to_string(folder.path().join("not-run")).unwrap().is_empty(), "`.ci/run` fails on this file");
}

#[test]
fn a_tool_is_brought_without_root() {
    let stubs = [
        ("apt-get", r#"shift; for p in "$@"; do touch "$p.deb"; done"#),
        (
            "dpkg-deb",
            r#"mkdir -p "$3/usr/bin"; printf '#!/bin/sh\necho brought' >"$3/usr/bin/odd-tool"; chmod +x "$3/usr/bin/odd-tool""#,
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    let script = "need odd odd-tool from_deb odd-package && suite odd odd-tool\nclosing";
    let (said, ok) = with_tools(folder.path(), &stubs, script);
    assert!(ok && said.contains("odd needs odd-tool, which is not here: from_deb odd-package"), "{said}");
    assert!(said.contains("\nbrought\n") && !said.contains("NOT RUN"), "{said}");
    // The next run finds it there and says nothing.
    let (said, ok) = with_tools(folder.path(), &[], script);
    assert!(ok && said.contains("\nbrought\n") && !said.contains("is not here"), "{said}");
}

#[test]
fn a_browser_is_brought_with_what_it_stands_on() {
    let stubs = [
        ("apt-cache", "exit 0"),
        (
            "apt-get",
            r#"case "$*" in
                *-s\ install*) echo "Inst libodd (1)"; echo "Inst chromium-headless-shell (2)"; echo "Conf libodd" ;;
                *download\ libodd\ chromium-headless-shell) touch libodd.deb chromium-headless-shell.deb ;;
                *) exit 1 ;;
            esac"#,
        ),
        (
            "dpkg-deb",
            r#"case "$2" in
                *libodd.deb) mkdir -p "$3/usr/lib/odd"; touch "$3/usr/lib/odd/libodd.so.1" ;;
                *) mkdir -p "$3/usr/lib/chromium"; program=$3/usr/lib/chromium/chromium-headless-shell
                   printf '#!/bin/sh\necho "with $LD_LIBRARY_PATH"' >"$program"; chmod +x "$program" ;;
            esac"#,
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    // Not by `need`: where one stands in the path already, it would be taken.
    let script = "chromium_from_deb && suite page chromium-headless-shell\nclosing";
    let (said, ok) = with_tools(folder.path(), &stubs, script);
    let libraries = folder.path().join("tools/chromium/usr/lib/odd");
    assert!(ok && said.contains(&format!("with {}:", libraries.display())), "{said}");
}

#[test]
fn every_target_of_make_explains_itself() {
    let text = read("Makefile");
    let is_target = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase()) && line.contains(':');
    let silent: Vec<_> = text.lines().filter(is_target).filter(|line| !line.contains(" ## ")).collect();
    assert!(silent.is_empty(), "targets that `make help` does not show: {silent:?}");
    let contributing = read("CONTRIBUTING.md");
    for target in ["test", "lint", "bench", "fuzz-quick"] {
        assert!(text.contains(&format!("\n{target}: ")), "there is no `make {target}`");
        assert!(contributing.contains(&format!("make {target}")), "CONTRIBUTING.md does not name `make {target}`");
    }
}

#[test]
fn the_hosted_check_is_the_local_one() {
    let workflow = read(".github/workflows/ci.yml");
    assert!(workflow.contains("run: .ci/run"), "the workflow runs what everybody can run");
    assert!(!workflow.contains("secrets."), "a check of a pull request has no secrets");
    for script in [".ci/run", ".ci/test", ".ci/hunt"] {
        let mode = fs::metadata(root().join(script)).unwrap().permissions().mode();
        assert!(mode & 0o111 != 0, "{script} can be run");
    }
}
