//! Where somebody is trusted no verb takes a bundle that they have not signed, and where nobody is each takes what is whole.

use std::fs;
use std::path::Path;

use super::{beside, cater, refused, said, signed, well};
use crate::transcripts::sandbox::verbs;

/// A command for each verb that takes a bundle, with `shop.cater` for it.
const TAKERS: &[&[&str]] = &[
    &["decide", "shop.cater", "--customer", "ada.json", "--now", "2026-11-23T09:00Z"],
    &["confirm", "shop.cater", "d1", "shown", "--state", "seen.state"],
    &["import", "shop.cater", "counted.csv", "--state", "seen.state"],
    &["why", "shop.cater", "ada.json", "--now", "2026-11-23T09:00Z"],
    &["diff", "shop.cater", "shop.cater"],
    &["diff", "shop.rules", "shop.cater"],
    &["manifest", "shop.cater", "--now", "2026-11-23T09:00Z"],
    &["pressure", "shop.cater", "--now", "2026-11-23T09:00Z"],
    &["cost", "shop.cater"],
    &["inspect", "shop.cater"],
    &["inspect", "shop.cater", "--rules"],
    &["verify", "shop.cater"],
    #[cfg(feature = "serve")]
    &["serve", "shop.cater", "--check"],
    &["sign", "place.cater", "--reissue", "shop.cater", "--key", "ops.key", "--sequence", "30"],
    &["graph", "shop.cater"],
    &["list", "shop.cater"],
    &["read", "sale", "shop.cater"],
];

/// The verbs that work on rules, or on neither.
const OTHERS: &[&str] = &["check", "fmt", "test", "build", "forget", "keys", "config", "explain", "new", "completions"];

fn folder() -> tempfile::TempDir {
    let folder = signed();
    for name in ["shop.rules", "ada.json"] {
        fs::copy(beside("format-9").join(name), folder.path().join(name)).unwrap();
    }
    fs::write(folder.path().join("counted.csv"), "customer,event,at\nada,shown,2026-11-20T09:00Z\n").unwrap();
    folder
}

fn all(folder: &Path, extra: &[&str], judge: impl Fn(&[&str])) {
    let _ = folder;
    for taker in TAKERS {
        judge(&[taker, extra].concat());
    }
}

#[test]
fn every_verb_is_asked() {
    let mut known: Vec<String> = TAKERS.iter().map(|taker| taker[0].to_owned()).collect();
    known.extend(OTHERS.iter().map(|verb| (*verb).to_owned()));
    for verb in verbs() {
        assert!(
            known.contains(&verb),
            "does `cater {verb}` take a bundle? then it stands in the list, else in the other"
        );
    }
    let here = folder();
    for verb in ["check", "fmt", "test", "build"] {
        refused(here.path(), &[verb, "shop.cater"], "run::is-a-bundle");
    }
}

#[test]
fn whoever_is_trusted_must_have_signed() {
    let here = folder();
    let path = here.path();
    // Nobody signed in time, somebody else did, the signature is of other bytes, the bytes are not whole.
    let states: [(&str, &dyn Fn()); 5] = [
        ("bundle::unsigned", &|| fs::remove_file(path.join("shop.cater.minisig")).unwrap()),
        ("bundle::untrusted-key", &|| {
            well(path, &["sign", "shop.cater", "--key", "other.key", "--sequence", "9"]);
        }),
        ("bundle::bad-signature", &|| fs::write(path.join("shop.cater.minisig"), "nonsense\n").unwrap()),
        ("bundle::bad-signature", &|| {
            well(path, &["build", "shop.rules", "--output", "shop.cater"]);
            let mut bytes = fs::read(path.join("shop.cater")).unwrap();
            let at = bytes.windows(5).position(|part| part == b"trace").unwrap_or(bytes.len() - 2);
            bytes[at] ^= 1;
            // Whole again, with another text; it may even load.
            let digest = blake3::hash(&[&bytes[..16], &bytes[48..]].concat());
            bytes[16..48].copy_from_slice(digest.as_bytes());
            fs::write(path.join("shop.cater"), bytes).unwrap();
            fs::copy(beside("format-9/shop.cater.minisig"), path.join("shop.cater.minisig")).unwrap();
        }),
        ("bundle::damaged", &|| {
            let bytes = fs::read(path.join("shop.cater")).unwrap();
            fs::write(path.join("shop.cater"), &bytes[..bytes.len() - 1]).unwrap();
        }),
    ];
    for (code, make) in states {
        make();
        all(path, &["--trust", "ops.pub"], |arguments| refused(path, arguments, code));
    }
}

#[test]
fn what_is_signed_and_what_nobody_asks_for_is_taken() {
    for extra in [&["--trust", "ops.pub"][..], &["--trust", "other.pub", "--trust", "ops.pub"], &[]] {
        let here = folder();
        all(here.path(), extra, |arguments| {
            let output = cater(here.path(), arguments);
            // Nothing was decided that could be confirmed; differences are a finding.
            let fine = ["there is no state file"].iter().any(|code| said(&output).contains(code));
            assert!(output.status.code() != Some(2) || fine, "{arguments:?}: {}", said(&output));
            assert!(!said(&output).contains("error[bundle::"), "{arguments:?}: {}", said(&output));
        });
    }
}

#[test]
fn trust_comes_from_the_one_who_asks() {
    let here = folder();
    let path = here.path();
    // A world of ours that trusts, and a bundle of a stranger with a file that trusts the stranger.
    fs::create_dir(path.join("ours")).unwrap();
    fs::create_dir(path.join("theirs")).unwrap();
    fs::write(path.join("ours/cater.toml"), "trust = [\"../ops.pub\"]\n").unwrap();
    fs::write(path.join("theirs/cater.toml"), "trust = [\"../other.pub\"]\n").unwrap();
    fs::copy(path.join("shop.cater"), path.join("theirs/shop.cater")).unwrap();
    well(path, &["sign", "theirs/shop.cater", "--key", "other.key"]);
    refused(&path.join("ours"), &["list", "../theirs/shop.cater"], "bundle::untrusted-key");
    well(&path.join("ours"), &["list", "../shop.cater"]);
    // Where nobody else says anything, what lies with the bundle may ask for a signature.
    well(path, &["list", "theirs/shop.cater"]);
    fs::copy(path.join("shop.cater.minisig"), path.join("theirs/shop.cater.minisig")).unwrap();
    refused(path, &["list", "theirs/shop.cater"], "bundle::untrusted-key");
    // A key that is not there trusts nobody, which is not the same as trusting everybody.
    refused(path, &["list", "shop.cater", "--trust", "no-such.pub"], "run::unreadable-file");
    refused(path, &["list", "shop.cater", "--trust", "ops.key"], "bundle::bad-key");
    fs::write(path.join("cater.toml"), "trust = [\"no-such.pub\"]\n").unwrap();
    refused(path, &["list", "shop.cater"], "run::unreadable-file");
    fs::write(path.join("cater.toml"), "trust = 7\n").unwrap();
    refused(path, &["list", "shop.cater"], "data::bad-world");
}

#[test]
fn who_remembers_takes_no_older_one() {
    let here = folder();
    let path = here.path();
    let trusting = ["--trust", "ops.pub", "--last", "accepted"];
    let verify = |bundle: &'static str| [&["verify", bundle][..], &trusting].concat();
    let decide = |bundle: &'static str| [&["decide", bundle, "--customer", "ada.json"][..], &trusting].concat();
    well(path, &verify("shop.cater"));
    fs::copy(path.join("shop.cater"), path.join("old.cater")).unwrap();
    fs::copy(path.join("shop.cater.minisig"), path.join("old.cater.minisig")).unwrap();
    fs::write(path.join("shop.rules"), "offer a { class service }\nslot home on web { accepts service  fallback a }\n")
        .unwrap();
    well(path, &["build", "shop.rules", "--output", "shop.cater"]);
    well(path, &["sign", "shop.cater", "--key", "ops.key"]);
    // A dry run looks, and remembers nothing.
    well(path, &[&verify("shop.cater")[..], &["--dry-run"]].concat());
    well(path, &verify("old.cater"));
    well(path, &verify("shop.cater"));
    let accepted = fs::read_to_string(path.join("accepted")).unwrap();
    assert!(accepted.starts_with("cater sequence:10 "), "{accepted}");
    refused(path, &verify("old.cater"), "bundle::rolled-back");
    refused(path, &decide("old.cater"), "bundle::rolled-back");
    assert_eq!(fs::read_to_string(path.join("accepted")).unwrap(), accepted);
    // To read an old one is not to use it.
    well(path, &["list", "old.cater", "--trust", "ops.pub"]);
    well(path, &["sign", "shop.cater", "--reissue", "old.cater", "--key", "ops.key", "--trust", "ops.pub"]);
    assert_eq!(fs::read(path.join("shop.cater")).unwrap(), fs::read(path.join("old.cater")).unwrap());
    well(path, &decide("shop.cater"));
    let accepted = fs::read_to_string(path.join("accepted")).unwrap();
    assert!(accepted.starts_with("cater sequence:11 "), "{accepted}");
    refused(path, &["verify", "shop.cater", "--last", "accepted"], "bundle::unsigned");
}

#[test]
fn bundles_are_the_same_to_the_byte_and_secret_keys_are_secret() {
    let here = folder();
    let path = here.path();
    for name in ["one.cater", "two.cater"] {
        well(path, &["build", "shop.rules", "--output", name]);
    }
    assert_eq!(fs::read(path.join("one.cater")).unwrap(), fs::read(path.join("two.cater")).unwrap());
    well(path, &["sign", "one.cater", "--key", "ops.key"]);
    assert_eq!(fs::read(path.join("one.cater")).unwrap(), fs::read(path.join("two.cater")).unwrap());
    well(path, &["keys", "new", "--no-password", "--output", "mine"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(path.join("mine.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let before = fs::read(path.join("mine.key")).unwrap();
    refused(path, &["keys", "new", "--no-password", "--output", "mine"], "run::bad-output");
    fs::remove_file(path.join("mine.key")).unwrap();
    refused(path, &["keys", "new", "--no-password", "--output", "mine"], "run::bad-output");
    assert!(!path.join("mine.key").exists() && !before.is_empty());
}
