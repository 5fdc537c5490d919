//! A bundle of every format that was ever released: `format-N` has one with its signature, the people it decided for, and
//! what it decided then.
//!
//! `cargo test --test main -- --ignored bundles::released::write` makes the one of a new format, from the rules beside it.

use std::fs;
use std::path::Path;

use cater::bundle::{FORMAT_VERSION, PublicKey, Trust, read, read_trusted};
use cater::runtime::Engine;

use super::{beside, well};
use crate::house::read as text;

/// Every format of which a reader was ever shipped.
const RELEASED: &[u32] = &[9];

const NOW: &str = "2026-11-23T09:00Z";

/// What a bundle decides for the people beside it.
fn decided(folder: &Path, bundle: &str) -> String {
    let out = tempfile::tempdir().unwrap();
    let output = out.path().join("decisions.csv").display().to_string();
    let arguments = ["decide", bundle, "--customers", "customers.jsonl", "--consent", "consent.csv"];
    well(folder, &[&arguments[..], &["--events", "events.csv", "--now", NOW, "--output", &output]].concat());
    fs::read_to_string(output).unwrap()
}

#[test]
fn each_still_loads_and_decides_as_it_did() {
    assert!(RELEASED.contains(&FORMAT_VERSION), "what is written is kept: see CONTRIBUTING.md, a new format");
    let keys = vec![PublicKey::parse(&text("tests/bundles/test-ops.pub")).unwrap()];
    let trust = Trust::of(keys);
    for format in RELEASED {
        let name = format!("format-{format}");
        let folder = beside(&name);
        let bytes = fs::read(folder.join("shop.cater")).unwrap();
        assert_eq!(bytes[8..12], format.to_le_bytes(), "{name}");
        let signature = text(format!("tests/bundles/{name}/shop.cater.minisig"));
        let bundle = read_trusted(&bytes, Some(&signature), &trust).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(bundle.signed.map(|signed| signed.claim().sequence), Some(u64::from(*format)));
        assert_eq!(bundle.format, *format);
        let engine = Engine::load_trusted(&bytes, Some(&signature), &trust).unwrap();
        assert_eq!(engine.origin().map(|origin| origin.digest), Some(bundle.digest));
        assert_eq!(decided(&folder, "shop.cater"), text(format!("tests/bundles/{name}/decisions.csv")), "{name}");
        let why = well(&folder, &["why", "shop.cater", "ada.json", "--now", NOW, "--format", "plain"]);
        assert_eq!(why, text(format!("tests/bundles/{name}/why.txt")), "{name}");
    }
}

#[test]
fn rules_and_bundle_are_still_the_same() {
    let folder = beside(&format!("format-{FORMAT_VERSION}"));
    let bytes = fs::read(folder.join("shop.cater")).unwrap();
    let bundle = read(&bytes).unwrap();
    let of_rules = text(format!("tests/bundles/format-{FORMAT_VERSION}/shop.rules"));
    assert_eq!(bundle.sources.iter().map(|(_, source)| &*source.text).collect::<Vec<_>>(), [of_rules.as_str()]);
    assert_eq!(decided(&folder, "shop.rules"), decided(&folder, "shop.cater"));
}

/// Makes the bundle of the format that is written now. One that was released is never made again.
#[test]
#[ignore = "writes the bundle of a new format"]
fn write() {
    let name = format!("format-{FORMAT_VERSION}");
    let folder = beside(&name);
    assert!(!folder.join("shop.cater").exists(), "{name} is there; a released bundle stays as it is");
    let (key, sequence) = (beside("test-ops.key").display().to_string(), FORMAT_VERSION.to_string());
    well(&folder, &["build", "shop.rules", "--output", "shop.cater"]);
    well(&folder, &["sign", "shop.cater", "--key", &key, "--sequence", &sequence, "--now", NOW]);
    fs::write(folder.join("decisions.csv"), decided(&folder, "shop.cater")).unwrap();
    let why = well(&folder, &["why", "shop.cater", "ada.json", "--now", NOW, "--format", "plain"]);
    fs::write(folder.join("why.txt"), why).unwrap();
}
