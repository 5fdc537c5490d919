//! What `cater check` tells machines: each format read back by a reader of its own, against the schema where there is one,
//! with fingerprints that stay and names that are out to break it.

mod baseline;
mod changes;
mod formats;
mod github;
mod hostile;
mod prints;
mod schemas;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Rules with findings of every severity, of which one is allowed.
pub(crate) const FLAWED: &str = r#"// A shop that nobody has looked at for a while.
customer { id: text key  age: whole from 0 to 130  tier: one of [bronze < silver < gold] }

offer tips   { class service }

offer story  { class service  tags warm }

offer spring { class service }

// cater: allow(lint::unused-offer) because "its rule comes in June"
offer summer { class service }

slot home on web { accepts service  fallback story }

segment idle = tier is gold

event refund "Money was given back" {}

purpose surveys "Ask me questions" { basis consent }

rule young in home {
  when age is at least 18
  when age is less than 18
  priority 80
  show tips
}

rule gold in home {
  when tier is gold
  priority 50
  show tips
}

rule silver in home {
  when tier is at least silver
  priority 50
  show story
}
"#;

/// The program, with nobody's settings.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null());
    for variable in ["CI", "GITHUB_STEP_SUMMARY", "CATER_FORMAT", "CATER_BASELINE", "CATER_FAIL_LEVEL", "CATER_FAIL_ON"]
    {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn cater(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().expect("the program starts")
}

/// What it says on standard output.
fn said(folder: &Path, arguments: &[&str]) -> String {
    String::from_utf8(cater(folder, arguments).stdout).expect("it says UTF-8")
}

/// The object it says.
fn object(folder: &Path, arguments: &[&str]) -> Value {
    let output = cater(folder, arguments);
    let complaint = || format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|why| panic!("{}\n{why}", complaint()))
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// A list within an object.
fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text within an object.
fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer} of {value:#}"))
}

/// A number within an object.
fn number(value: &Value, pointer: &str) -> usize {
    let number = value.pointer(pointer).and_then(Value::as_u64);
    number
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or_else(|| panic!("no number at {pointer}: {value:#}"))
}
