//! A folder in which a document's commands run, with the program that was just built in the path.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::compare::Said;
use crate::house::{files_below, root};

/// Stands for cargo: what is shown as `cargo run --release --` is built already; the others would run these tests.
const CARGO: &str = r#"#!/bin/sh
case "$1 $2 $3" in "run --release --") shift 3; exec cater "$@" ;; esac
case "$1" in bench | clippy | doc | fmt | insta | test) exit 0 ;; esac
echo "no command of cargo that a document shows: $*"; exit 101
"#;

/// Stands for make: what is shown must be a target.
const MAKE: &str = r#"#!/bin/sh
grep -q "^$1:" "$CATER_ROOT/Makefile" || { echo "no target of the Makefile: $1"; exit 2; }
"#;

/// Stands for curl, which a reader has and a machine that tests may not: what the documents show of it.
const CURL: &str = r#"#!/usr/bin/env python3
import sys, urllib.error, urllib.request
url, data, headers, method, rest = None, None, {}, None, sys.argv[1:]
while rest:
    word = rest.pop(0)
    if word == "-s":
        continue
    elif word == "-d":
        data = rest.pop(0).encode()
    elif word == "-H":
        name, value = rest.pop(0).split(":", 1)
        headers[name] = value.strip()
    elif word == "-X":
        method = rest.pop(0)
    else:
        url = word
try:
    answer = urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method), timeout=30)
except urllib.error.HTTPError as refused:
    answer = refused
sys.stdout.buffer.write(answer.read())
"#;

/// A folder of its own for one document.
pub(crate) struct Sandbox {
    folder: TempDir,
    /// Where commands start.
    place: PathBuf,
}

impl Sandbox {
    /// For the document at `path`: commands of a world's README start in a copy of the world, all others beside a copy
    /// of `rules-examples`.
    pub(crate) fn new(path: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the document");
        for file in files_below("rules-examples") {
            let copy = folder.path().join("at").join(&file);
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(root().join(&file), copy).unwrap();
        }
        let bin = folder.path().join("bin");
        fs::create_dir_all(&bin).unwrap();
        symlink(env!("CARGO_BIN_EXE_cater"), bin.join("cater")).unwrap();
        for (name, text) in [("cargo", CARGO), ("make", MAKE), ("curl", CURL)] {
            fs::write(bin.join(name), text).unwrap();
            fs::set_permissions(bin.join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        let world = path.parent().filter(|parent| parent.starts_with("rules-examples"));
        let place = folder.path().join("at").join(world.unwrap_or(Path::new("")));
        fs::create_dir_all(&place).unwrap();
        Self { folder, place }
    }

    /// Puts a file there.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.place.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Takes a file away.
    pub(crate) fn remove(&self, name: &str) {
        fs::remove_file(self.place.join(name)).unwrap();
    }

    /// Runs a command in `sh`, with nothing to read and nobody's settings.
    pub(crate) fn run(&self, command: &str) -> Said {
        let bin = self.folder.path().join("bin");
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .current_dir(&self.place)
            .env_clear()
            .envs([("PATH", path.as_str()), ("LC_ALL", "C.UTF-8"), ("TZ", "UTC"), ("COLUMNS", "100")])
            .env("CATER_ROOT", root())
            .env("HOME", self.folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("sh starts");
        let text = String::from_utf8_lossy(&output.stdout).replace(&*self.place.to_string_lossy(), "[HERE]");
        let mut lines: Vec<String> = text.lines().map(|line| line.trim_end().to_owned()).collect();
        while lines.last().is_some_and(String::is_empty) {
            lines.pop();
        }
        Said { status: output.status.code().unwrap_or(-1), lines }
    }
}

/// The verbs that the program lists in its help.
pub(crate) fn verbs() -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_cater")).arg("--help").output().expect("the program starts");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let list = help.lines().skip_while(|line| line.trim() != "Commands:").skip(1);
    let names = list.take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}
