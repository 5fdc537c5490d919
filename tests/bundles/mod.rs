//! Bundles: every released format still loads and decides as it did, hostile bytes come to nothing bad, no verb forgets whom
//! to trust, and the real `minisign` agrees.

mod doors;
mod hostile;
mod minisign;
mod released;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::house::root;

const FOLDER: &str = "tests/bundles";

/// A file beside this one.
fn beside(name: &str) -> PathBuf {
    root().join(FOLDER).join(name)
}

/// Runs the tool in a folder, with nobody's settings.
fn cater(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    command.output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs the tool, which must end well, and gives what it says.
#[track_caller]
fn well(folder: &Path, arguments: &[&str]) -> String {
    let output = cater(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", said(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// Runs the tool, which must refuse with that code and say nothing else.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str], code: &str) {
    let output = cater(folder, arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", said(&output));
    assert!(said(&output).starts_with(&format!("error[{code}]: ")), "{arguments:?}: {}", said(&output));
    assert!(output.stdout.is_empty(), "{arguments:?}: {}", said(&output));
}

/// A folder with the bundle of a released format as `shop.cater`, its signature, and both test keys.
fn signed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [
        ("format-9/shop.cater", "shop.cater"),
        ("format-9/shop.cater.minisig", "shop.cater.minisig"),
        ("test-ops.key", "ops.key"),
        ("test-ops.pub", "ops.pub"),
        ("test-other.key", "other.key"),
        ("test-other.pub", "other.pub"),
    ] {
        fs::copy(beside(from), folder.path().join(to)).unwrap_or_else(|why| panic!("{from}: {why}"));
    }
    folder
}
