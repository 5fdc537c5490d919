//! What is written is read again, byte for byte the same; what is damaged is refused, with a code, never a panic.

use super::format::{Kind, Sections, seal};
use super::{Bundle, BundleError, MAGIC, format, read, write};
use crate::model::sample::{at, rule_set, span};
use crate::model::{Clause, Condition, Expression, RuleId, Verified, limits};
use crate::source::SourceSet;

fn small() -> Vec<u8> {
    let (sources, _) = SourceSet::single("small.rules", "// some rules\n");
    write(&Verified::new(rule_set()).unwrap(), &sources, &["types", "conflicts"]).unwrap()
}

#[test]
fn a_bundle_comes_back_whole() {
    let bytes = small();
    let Bundle { manifest, rules, sources, digest, .. } = read(&bytes).unwrap();
    assert_eq!(*rules, rule_set());
    assert_eq!(sources, SourceSet::single("small.rules", "// some rules\n").0);
    assert_eq!(digest.to_string().len(), 64);
    assert_eq!(manifest.checks, ["types", "conflicts"]);
    assert_eq!(manifest.slots[1].name, "hero");
    assert_eq!(manifest.purposes[0].attributes, ["churn", "viewed"]);
    assert_eq!(bytes, small(), "the same input gives the same bytes");
    assert_eq!(bytes, write(&rules, &sources, &["types", "conflicts"]).unwrap());
}

#[test]
fn revisions_follow_the_rules_and_not_the_checks() {
    let rules = Verified::new(rule_set()).unwrap();
    let revision = |sources: &SourceSet, checks: &[&str]| {
        read(&write(&rules, sources, checks).unwrap()).unwrap().manifest.revision
    };
    let (one, other) = (SourceSet::single("a", "x").0, SourceSet::single("a", "y").0);
    assert_eq!(revision(&one, &[]), revision(&one, &["types"]));
    assert_ne!(revision(&one, &[]), revision(&other, &[]));
}

#[test]
fn every_truncation_is_refused() {
    let bytes = small();
    for end in 0..bytes.len() {
        let error = read(&bytes[..end]).expect_err("a truncated bundle was read");
        let expected = if end < MAGIC.len() { "bundle::not-a-bundle" } else { "bundle::damaged" };
        assert_eq!(error.code().name, expected, "{end} bytes: {error}");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(read(&longer).unwrap_err().code().name, "bundle::damaged");
}

#[test]
fn every_flip_of_a_byte_is_refused() {
    let mut bytes = small();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            bytes[at] ^= flip;
            assert!(read(&bytes).is_err(), "byte {at} changed by {flip:#x} and read all the same");
            bytes[at] ^= flip;
        }
    }
    read(&bytes).unwrap();
}

#[test]
fn resealed_flips_are_refused_or_hold_a_model_that_may_run() {
    let original = small();
    let mut read_again = 0;
    for at in 0..original.len() {
        for flip in [0x01, 0x02, 0x10, 0x80, 0xff] {
            let mut bytes = original.clone();
            bytes[at] ^= flip;
            seal(&mut bytes);
            match read(&bytes) {
                Ok(bundle) => {
                    read_again += 1;
                    // It was verified, so writing it again and reading that must work.
                    let again = write(&bundle.rules, &bundle.sources, &[]).unwrap();
                    assert_eq!(*read(&again).unwrap().rules, *bundle.rules);
                }
                Err(error) => assert!(error.code().name.starts_with("bundle::"), "{error}"),
            }
        }
    }
    assert!(read_again > 0, "a changed letter in the checks of the manifest does no harm");
}

/// The sections of the small bundle, with one of them replaced, sealed.
fn with(kind: Kind, section: &[u8]) -> Result<Bundle, BundleError> {
    let bytes = small();
    let sections = format::sections(&bytes).unwrap();
    let sections = match kind {
        Kind::Manifest => Sections { manifest: section, ..sections },
        Kind::Model => Sections { model: section, ..sections },
        Kind::Text => Sections { text: section, ..sections },
    };
    read(&format::write(sections).unwrap())
}

#[test]
fn sections_that_lie_are_refused() {
    let code = |result: Result<Bundle, BundleError>| result.unwrap_err().code().name;
    assert_eq!(code(with(Kind::Model, &[])), "bundle::undecodable");
    assert_eq!(code(with(Kind::Manifest, b"{}")), "bundle::undecodable");
    assert_eq!(code(with(Kind::Text, &[0])), "bundle::manifest-differs");
    assert_eq!(code(with(Kind::Text, &[0, 0])), "bundle::undecodable");
    let mut wrong = rule_set();
    wrong.slots[1].order.swap(0, 1);
    let wrong = postcard::to_stdvec(&wrong).unwrap();
    assert_eq!(code(with(Kind::Model, &wrong)), "bundle::model-refused");
    let mut renamed = rule_set();
    renamed.slots[1].name = "hero_two".into();
    let renamed = postcard::to_stdvec(&renamed).unwrap();
    assert_eq!(code(with(Kind::Model, &renamed)), "bundle::manifest-differs");
    let manifest = |from: &str, to: &str| {
        let bytes = small();
        let sections = format::sections(&bytes).unwrap();
        let text = std::str::from_utf8(sections.manifest).unwrap();
        assert!(text.contains(from), "{text}");
        let text = text.replacen(from, to, 1);
        with(Kind::Manifest, text.as_bytes()).map(|bundle| bundle.manifest)
    };
    let refused = |from, to| manifest(from, to).unwrap_err().code().name;
    assert_eq!(refused("\"edition\":\"2026\"", "\"edition\":\"2031\""), "bundle::other-version");
    assert_eq!(refused("hero", "hera"), "bundle::manifest-differs");
    assert_eq!(refused("viewed", "hidden"), "bundle::manifest-differs");
    assert!(manifest("{", "{\"later\":[1],").is_ok(), "a later writer may add keys");
}

#[test]
fn the_table_of_sections_is_read_strictly() {
    let patched = |at: usize, value: &[u8]| {
        let mut bytes = small();
        bytes[at..at + value.len()].copy_from_slice(value);
        seal(&mut bytes);
        read(&bytes).unwrap_err()
    };
    let other = super::FORMAT_VERSION + 1;
    assert_eq!(patched(8, &other.to_le_bytes()), BundleError::OtherVersion(other));
    assert_eq!(patched(12, &u32::MAX.to_le_bytes()).code().name, "bundle::damaged");
    assert_eq!(patched(12, &2_u32.to_le_bytes()).code().name, "bundle::damaged");
    assert_eq!(patched(48, &2_u32.to_le_bytes()).code().name, "bundle::damaged", "a kind twice");
    assert_eq!(patched(52, &[1]).code().name, "bundle::damaged", "reserved");
    assert_eq!(patched(56, &u64::MAX.to_le_bytes()).code().name, "bundle::damaged");
    assert_eq!(patched(80, &9_u32.to_le_bytes()), BundleError::UnknownSection(9));
    assert_eq!(patched(80, &(9_u32 | 1 << 31).to_le_bytes()).code().name, "bundle::damaged", "the text is missing");
    // A fourth section that readers may skip.
    let mut bytes = small();
    bytes[12] = 4;
    let mut entry = (1_u32 << 31).to_le_bytes().to_vec();
    entry.extend([0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    bytes.splice(96..96, entry);
    bytes.extend(b"hi");
    seal(&mut bytes);
    assert_eq!(*read(&bytes).unwrap().rules, rule_set());
}

#[test]
fn a_bomb_of_a_million_levels_is_refused() {
    // Where the first rule's first condition stands: two models that differ only there.
    let mut other = rule_set();
    other.rules[0].when[0].condition = Condition::Known(Expression::Now);
    let (model, other) = (postcard::to_stdvec(&rule_set()).unwrap(), postcard::to_stdvec(&other).unwrap());
    let place = model.iter().zip(&other).position(|(a, b)| a != b).unwrap();
    let not = 2;
    let mut bomb = model[..place].to_vec();
    bomb.extend(std::iter::repeat_n(not, 1_000_000));
    bomb.extend(&model[place..]);
    let error = with(Kind::Model, &bomb).unwrap_err();
    assert_eq!(error.code().name, "bundle::undecodable", "{error}");
}

#[test]
fn the_deepest_model_is_read_on_a_small_stack() {
    let mut rules = rule_set();
    let deepest = (3..limits::DEPTH)
        .fold(Condition::Known(Expression::Attribute(at::TIER)), |inner, _| Condition::Not(Box::new(inner)));
    rules.rules[RuleId(3).index()].when.push(Clause { condition: deepest, span: span() });
    let read_back = move || {
        let rules = Verified::new(rules).unwrap();
        let bytes = write(&rules, &SourceSet::default(), &[]).unwrap();
        assert_eq!(*read(&bytes).unwrap().rules, *rules);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(read_back).unwrap().join().unwrap();
}
