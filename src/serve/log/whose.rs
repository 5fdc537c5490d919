//! Whose a decision was, as a line may say it: not at all, by a digest that only who has the key can match, or plainly.
//!
//! A digest without a key would hide nobody: whoever has a list of addresses digests them all and compares. A key that is
//! thrown away makes the lines nobody's.

use std::fmt;

use super::readable;
use crate::frame::Frame;
use crate::model::RuleSet;

/// For what the key is used: the same file gives other digests elsewhere.
const CONTEXT: &str = "cater serve 2026 decision log, the key of a customer";

/// The fewest bytes of a key.
const LEAST: usize = 32;

/// How a customer is called in the log.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Whose {
    /// Not at all.
    #[default]
    Nobodys,
    /// By a digest under this key.
    Digest([u8; 32]),
    /// By the key that the rules have for them.
    Plain,
}

/// A secret is nobody's business.
impl fmt::Debug for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobodys => "Nobodys",
            Self::Digest(_) => "Digest(..)",
            Self::Plain => "Plain",
        })
    }
}

impl Whose {
    /// By a digest under the bytes of a file; nothing where there are too few of them to be a secret.
    pub fn digest(secret: &[u8]) -> Option<Self> {
        // Whoever writes a file by hand ends it with a line end, which is no secret; of bytes from a die nothing is taken.
        let secret = secret.strip_suffix(b"\n").filter(|rest| rest.len() >= LEAST).unwrap_or(secret);
        (secret.len() >= LEAST).then(|| Self::Digest(blake3::derive_key(CONTEXT, secret)))
    }

    /// What a line says of whoever is in this frame; nothing where their key may not be seen.
    pub(super) fn of(&self, rules: &RuleSet, frame: &Frame) -> Option<String> {
        let key = readable::key(rules, frame)?;
        match self {
            Self::Nobodys => None,
            Self::Digest(secret) => Some(blake3::keyed_hash(secret, key.as_bytes()).to_hex().to_string()),
            Self::Plain => Some(key.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Fact, Facts, gather};
    use crate::model::Verified;
    use crate::model::sample::{at, rule_set};
    use crate::value::{Instant, Value};

    #[test]
    fn a_digest_is_the_same_under_the_same_key_alone() {
        let rules = Verified::new(rule_set()).unwrap();
        let mut facts = Facts::nothing(&rules, Instant::parse("2026-06-15T10:00Z").unwrap());
        let nobody = gather(&rules, &facts);
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        let anna = gather(&rules, &facts);
        let of = |secret: &[u8]| Whose::digest(secret).unwrap().of(&rules, &anna).unwrap();
        let secret = [b'a'; 32];
        assert_eq!(of(&secret), of(&[&secret[..], b"\n"].concat()), "a line end at the end of a file is no part of it");
        assert_ne!(of(&secret), of(&[b'b'; 32]));
        assert_ne!(of(&secret), blake3::hash(b"anna").to_hex().to_string());
        assert!(of(&secret).len() == 64 && !of(&secret).contains("anna"));
        assert_eq!(Whose::digest(&secret[1..]), None);
        assert_eq!(Whose::Plain.of(&rules, &anna).as_deref(), Some("anna"));
        assert_eq!(Whose::Nobodys.of(&rules, &anna), None);
        assert!(
            [Whose::Plain, Whose::digest(&secret).unwrap()].iter().all(|whose| whose.of(&rules, &nobody).is_none())
        );
        assert!(!format!("{:?}", Whose::digest(&secret)).contains("97"));
    }

    #[test]
    fn a_key_that_may_not_be_seen_is_nobodys() {
        let mut rules = rule_set();
        rules.attributes[at::ID.index()].hidden = true;
        let rules = Verified::new(rules).unwrap();
        let mut facts = Facts::nothing(&rules, Instant::parse("2026-06-15T10:00Z").unwrap());
        facts.set(at::ID, Fact::Known(Value::Text("anna".into()), None));
        let anna = gather(&rules, &facts);
        assert!([Whose::Plain, Whose::digest(&[7; 32]).unwrap()].iter().all(|whose| whose.of(&rules, &anna).is_none()));
    }
}
