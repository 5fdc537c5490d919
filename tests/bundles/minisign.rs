//! The real `minisign` and this one take each other's keys and signatures. It has to be there, so these stand aside from a
//! plain `cargo test`; `make test` brings it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{signed, well};

/// Runs `minisign`, which is told `typed`.
#[track_caller]
fn minisign(folder: &Path, arguments: &[&str], typed: &str) -> String {
    let mut command = Command::new("minisign");
    command.args(arguments).current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("minisign is brought by .ci/tools.sh");
    // It may ask for nothing, and be gone.
    let _ = child.stdin.take().unwrap().write_all(typed.as_bytes());
    let output = child.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "minisign {arguments:?}: {said}");
    said
}

/// The sequence that a trusted key says.
fn sequence(folder: &Path, public: &str) -> u64 {
    let told = well(folder, &["verify", "shop.cater", "--trust", public, "--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    told["signature"]["sequence"].as_u64().unwrap()
}

/// Both sign with the key and take what the other has signed with it. `typed` is what opens it for minisign.
fn both_ways(folder: &Path, key: &str, public: &str, password: &[&str], typed: &str) {
    let before = sequence_before(folder);
    well(folder, &[&["sign", "shop.cater", "--key", key][..], password].concat());
    let said = minisign(folder, &["-V", "-m", "shop.cater", "-p", public], "");
    assert!(said.contains(&format!("Trusted comment: cater sequence:{} digest:", before + 1)), "{said}");
    assert_eq!(sequence(folder, public), before + 1);
    let comment = well(folder, &["sign", "shop.cater", "--comment"]);
    let comment = comment.trim_end();
    minisign(folder, &["-S", "-s", key, "-m", "shop.cater", "-t", comment], typed);
    assert_eq!(sequence(folder, public), before + 2);
}

fn sequence_before(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join("shop.cater.minisig")).unwrap();
    let number = text.split("sequence:").nth(1).unwrap().split(' ').next().unwrap();
    number.parse().unwrap()
}

#[test]
#[ignore = "needs minisign: make test"]
fn our_keys_are_its_keys() {
    let folder = signed();
    let path = folder.path();
    fs::write(path.join("password"), "correct horse\n").unwrap();
    well(path, &["keys", "new", "--output", "open", "--no-password"]);
    well(path, &["keys", "new", "--output", "locked", "--password-file", "password"]);
    both_ways(path, "open.key", "open.pub", &[], "");
    both_ways(path, "locked.key", "locked.pub", &["--password-file", "password"], "correct horse\n");
}

#[test]
#[ignore = "needs minisign: make test"]
fn its_keys_are_our_keys() {
    let folder = signed();
    let path = folder.path();
    fs::write(path.join("password"), "battery staple\n").unwrap();
    minisign(path, &["-G", "-W", "-p", "open.pub", "-s", "open.key"], "");
    minisign(path, &["-G", "-p", "locked.pub", "-s", "locked.key"], "battery staple\nbattery staple\n");
    let shown = well(path, &["keys", "show", "open.key", "open.pub", "locked.pub"]);
    for (at, name) in ["open.pub", "open.pub", "locked.pub"].iter().enumerate() {
        let text = fs::read_to_string(path.join(name)).unwrap();
        let id = text.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned();
        assert!(shown.lines().nth(at).unwrap().contains(&id), "{shown} {id}");
    }
    both_ways(path, "open.key", "open.pub", &[], "");
    both_ways(path, "locked.key", "locked.pub", &["--password-file", "password"], "battery staple\n");
}

#[test]
#[ignore = "needs minisign: make test"]
fn the_bundle_of_every_release_is_good_to_it() {
    let folder = signed();
    let said = minisign(folder.path(), &["-V", "-m", "shop.cater", "-p", "ops.pub"], "");
    assert!(said.contains("cater sequence:9 "), "{said}");
}
