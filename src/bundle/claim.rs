//! What a signature says of the bundle it stands beside: its number among the releases, which one it is, and since when.
//!
//! ```text
//! cater sequence:12 digest:<64 hexadecimal digits> signed:2026-11-23T09:00Z
//! ```
//!
//! The line is the trusted comment of a minisign signature, which is signed with the rest. So the bundle itself stays the
//! same to the byte however often it is signed. The same line, by itself in a file, records what was accepted last.

use std::fmt;

use super::Digest;
use crate::value::{Instant, show_instant};

/// What is signed beside the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// From 1 on; a later release has a higher one.
    pub sequence: u64,
    /// The digest of the bundle.
    pub digest: Digest,
    /// When it was signed, in the words of whoever signed it: for people, nothing is decided by it.
    pub signed: Instant,
}

impl Claim {
    /// Reads the line; only the one spelling that [`Claim`] is written in is one.
    pub fn parse(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("cater sequence:")?;
        let (sequence, rest) = rest.split_once(" digest:")?;
        let (digest, signed) = rest.split_once(" signed:")?;
        let claim = Self {
            sequence: sequence.parse().ok().filter(|sequence| *sequence > 0)?,
            digest: Digest::parse(digest)?,
            signed: Instant::parse(signed)?,
        };
        // `+7`, `007`, a time in another zone: what means the same and is spelt otherwise is none.
        (claim.to_string() == line).then_some(claim)
    }
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sequence, digest, signed } = self;
        write!(f, "cater sequence:{sequence} digest:{digest} signed:{}", show_instant(*signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        let signed = Instant::parse("2026-11-23T09:00:07Z").unwrap();
        Claim { sequence: 12, digest: Digest([0xa5; 32]), signed }
    }

    #[test]
    fn it_is_read_as_it_is_written() {
        let line = claim().to_string();
        assert_eq!(line, format!("cater sequence:12 digest:{} signed:2026-11-23T09:00:07Z", "a5".repeat(32)));
        assert_eq!(Claim::parse(&line), Some(claim()));
        let greatest = Claim { sequence: u64::MAX, ..claim() };
        assert_eq!(Claim::parse(&greatest.to_string()), Some(greatest));
    }

    #[test]
    fn no_other_spelling_is_read() {
        let line = claim().to_string();
        for (from, to) in [
            ("sequence:12", "sequence:012"),
            ("sequence:12", "sequence:+12"),
            ("sequence:12", "sequence:-12"),
            ("sequence:12", "sequence:0"),
            ("sequence:12", "sequence: 12"),
            ("sequence:12", "sequence:"),
            ("sequence:12", "sequence:18446744073709551616"),
            ("sequence:12", "sequence:１２"),
            ("a5a5", "A5A5"),
            ("a5a5", "a5a"),
            ("a5a5", "a5g5"),
            ("a5a5", "+5a5"),
            ("signed:2026", "signed:20226"),
            ("09:00:07Z", "10:00:07+01:00"),
            ("09:00:07Z", "09:00:07.000Z"),
            ("09:00:07Z", "09:00:07Z "),
            ("09:00:07Z", "09:00:07Z file:x"),
            ("cater ", "cater  "),
            ("cater ", "Cater "),
            (" digest", "\tdigest"),
        ] {
            let other = line.replacen(from, to, 1);
            assert_ne!(other, line);
            assert_eq!(Claim::parse(&other), None, "{other:?}");
        }
        for at in 0..line.len() {
            assert_eq!(Claim::parse(&line[..at]), None, "{at}");
        }
        assert_eq!(Claim::parse("timestamp:1700000000\tfile:rules.cater\thashed"), None);
    }
}
