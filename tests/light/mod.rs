//! A service that embeds cater: it loads a bundle that the full tool made, decides, explains, and links nothing of what
//! makes rules from text.

use std::path::{Path, PathBuf};
use std::process::Command;

use cater::bundle;
use cater::compile::compile;
use cater::source::SourceSet;

/// What a service must not have to build, sign for and update.
const NOT_LINKED: [&str; 19] = [
    "pest",
    "pest_derive",
    "miette",
    "clap",
    "petgraph",
    "csv",
    "flate2",
    "minisign",
    "rpassword",
    "scrypt",
    "redb",
    "tokio",
    "axum",
    "toml",
    "indicatif",
    "cranelift-codegen",
    "cranelift-frontend",
    "cranelift-jit",
    "cranelift-native",
];

/// Cargo for the package beside this file, with a target folder of its own.
fn cargo(command: &str) -> Command {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/light/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.arg(command).arg("--manifest-path").arg(manifest).arg("--locked");
    cargo.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("light"));
    cargo
}

/// What it wrote; where the lock file is not that of the manifests any more, cargo says how to mend it.
fn output(mut command: Command) -> String {
    let output = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}\n{out}\n{err}");
    out.into_owned()
}

#[test]
fn its_dependencies_are_few() {
    let mut tree = cargo("tree");
    tree.args(["--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = output(tree);
    let linked: Vec<_> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(linked.contains(&"cater") && linked.contains(&"postcard"), "{tree}");
    for name in NOT_LINKED {
        assert!(!linked.contains(&name), "a service links {name}:\n{tree}");
    }
}

#[test]
fn it_loads_a_bundle_decides_and_explains() {
    let hello = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules-examples/01-hello");
    let text = std::fs::read_to_string(hello.join("shop.rules")).unwrap();
    let compiled = compile(SourceSet::single("shop.rules", text).0);
    let bytes = bundle::write(compiled.runnable().unwrap(), &compiled.sources, &["check"]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    };
    let good = write("shop.cater", &bytes);
    let damaged = write("damaged.cater", &bytes[..bytes.len() - 1]);
    let anna = write(
        "anna.json",
        br#"{ "id": "anna", "last_order": "2026-08-20T10:15:00Z", "favourite": "espresso",
              "consent": { "personalisation": "granted" } }"#,
    );
    let emre = write("emre.json", br#"{ "id": "emre", "consent": { "personalisation": "withdrawn" } }"#);
    let light = |bundle: &Path, customer: &Path| {
        let mut run = cargo("run");
        run.arg("--quiet").arg("--").args([bundle, customer]).args(["home", "2026-11-22T09:00Z"]);
        run
    };
    let said = output(light(&good, &anna));
    assert!(said.starts_with("home shows espresso_week, found by the reference evaluator\n"), "{said}");
    let said = output(light(&good, &emre));
    assert!(said.starts_with("home shows our_story,"), "{said}");
    assert!(said.contains("comeback") && said.contains("consent"), "it says why:\n{said}");
    it_takes_what_is_signed_alone(folder.path());
    let refused = light(&damaged, &anna).output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("bundle::damaged"));
}

/// The bundle of a released format, with and without the key that has signed it.
fn it_takes_what_is_signed_alone(folder: &Path) {
    let anybody = folder.join("nobody.json");
    std::fs::write(&anybody, r#"{ "id": "x" }"#).unwrap();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bundles");
    let (shop, key) = (tests.join("format-9/shop.cater"), |name: &str| tests.join(name));
    let record = folder.join("accepted");
    let light = |key: PathBuf| {
        let mut run = cargo("run");
        run.arg("--quiet").arg("--").args([&shop, &anybody]).args(["home", "2026-11-22T09:00Z"]).args([&key, &record]);
        run
    };
    assert!(output(light(key("test-ops.pub"))).starts_with("home shows "));
    assert!(std::fs::read_to_string(&record).unwrap().starts_with("cater sequence:9 "));
    let refused = |key: PathBuf, code: &str| {
        let refused = light(key).output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(code), "{said}");
    };
    refused(key("test-other.pub"), "bundle::untrusted-key");
    let later = std::fs::read_to_string(&record).unwrap().replace("sequence:9", "sequence:10");
    std::fs::write(&record, later).unwrap();
    refused(key("test-ops.pub"), "bundle::rolled-back");
}
