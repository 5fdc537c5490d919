//! Who may ask for what: bearer tokens, each with a name and scopes, of which only digests are kept.
//!
//! A file has a line a token: its name, its scopes with commas between them, and the BLAKE3 of the token. Tokens are made by
//! `cater keys token` and are long and random, so a digest that is quick to reckon gives nothing away. A token is compared
//! with every line, in a time that does not depend on which one it is. Refuses to know what a scope opens.

use std::fmt;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use thiserror::Error;

/// What a token opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Decisions and previews, and evaluations of OpenFeature.
    Decide,
    /// Explanations.
    Why,
    /// What has happened.
    Events,
    /// Bundles, their reloading, switches.
    Admin,
    /// Metrics.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Decide, Self::Why, Self::Events, Self::Admin, Self::Metrics];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Decide => "decide",
            Self::Why => "why",
            Self::Events => "events",
            Self::Admin => "admin",
            Self::Metrics => "metrics",
        }
    }

    /// The scope of that name.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    fn bit(self) -> u8 {
        match self {
            Self::Decide => 1,
            Self::Why => 2,
            Self::Events => 4,
            Self::Admin => 8,
            Self::Metrics => 16,
        }
    }
}

/// The tokens that are known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    all: Vec<Known>,
}

/// Digests of secrets are nobody's business.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.all.iter().map(|known| &known.name)).finish()
    }
}

#[derive(Clone, PartialEq, Eq)]
struct Known {
    name: String,
    scopes: u8,
    digest: [u8; 32],
}

/// Why a file of tokens cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {why}")]
pub struct BadTokens {
    /// From 1; the last line where none is at fault alone.
    pub line: usize,
    /// What is wrong; never anything of a digest.
    pub why: String,
}

/// Whom a token is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bearer<'a> {
    pub(super) name: &'a str,
    scopes: u8,
}

impl Bearer<'_> {
    pub(super) fn may(&self, scope: Scope) -> bool {
        self.scopes & scope.bit() != 0
    }
}

/// How a digest is written.
const DIGEST: &str = "blake3:";

/// The line of a token in the file.
pub fn line(name: &str, scopes: &[Scope], token: &str) -> String {
    let words: Vec<_> = scopes.iter().map(|scope| scope.word()).collect();
    format!("{name} {} {DIGEST}{}\n", words.join(","), blake3::hash(token.as_bytes()).to_hex())
}

/// Whether a text may be the name of a token.
pub fn is_name(text: &str) -> bool {
    let fits = |letter: char| letter.is_alphanumeric() || "._-@".contains(letter);
    !text.is_empty() && text.len() <= 64 && text.chars().all(fits)
}

impl Tokens {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// A line is none, a name stands twice, or there is no token at all, so that nobody could ask anything.
    pub fn parse(text: &str) -> Result<Self, BadTokens> {
        let mut all: Vec<Known> = Vec::new();
        let mut last = 1;
        for (at, line) in text.lines().enumerate() {
            last = at + 1;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let bad = |why: String| BadTokens { line: at + 1, why };
            let words: Vec<&str> = line.split_whitespace().collect();
            let [name, scopes, digest] = words.as_slice() else {
                return Err(bad("a line is a name, scopes with commas between them, and a digest".to_owned()));
            };
            if !is_name(name) {
                return Err(bad("a name has letters, digits and `.`, `_`, `-`, `@`, at most 64 of them".to_owned()));
            }
            if all.iter().any(|known| known.name == *name) {
                return Err(bad(format!("`{name}` stands here a second time")));
            }
            let mut bits = 0;
            for word in scopes.split(',') {
                let Some(scope) = Scope::from_word(word) else {
                    let known = Scope::ALL.map(Scope::word).join(", ");
                    return Err(bad(format!("`{word}` is no scope; they are {known}")));
                };
                bits |= scope.bit();
            }
            let digest = digest.strip_prefix(DIGEST).and_then(|digits| blake3::Hash::from_hex(digits).ok());
            let Some(digest) = digest else {
                return Err(bad(format!("the digest of a token is `{DIGEST}` and 64 hexadecimal digits")));
            };
            all.push(Known { name: (*name).to_owned(), scopes: bits, digest: *digest.as_bytes() });
        }
        if all.is_empty() {
            return Err(BadTokens { line: last, why: "no token stands here, so nobody could ask anything".to_owned() });
        }
        Ok(Self { all })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// Whom the token is of, if it is known.
    pub(super) fn bearer(&self, token: &str) -> Option<Bearer<'_>> {
        let asked = *blake3::hash(token.as_bytes()).as_bytes();
        let mut found = u64::MAX;
        for (at, known) in (0_u64..).zip(&self.all) {
            let same: Choice = known.digest.ct_eq(&asked);
            found.conditional_assign(&at, same);
        }
        let known = self.all.get(usize::try_from(found).ok()?)?;
        Some(Bearer { name: &known.name, scopes: known.scopes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_opens_its_scopes() {
        let text = format!(
            "# who asks\n\n{}{}",
            line("shop", &[Scope::Decide, Scope::Events], "a"),
            line("ops", &[Scope::Admin], "b")
        );
        let tokens = Tokens::parse(&text).unwrap();
        assert_eq!(tokens.count(), 2);
        let shop = tokens.bearer("a").unwrap();
        assert_eq!(shop.name, "shop");
        assert_eq!(Scope::ALL.map(|scope| shop.may(scope)), [true, false, true, false, false]);
        assert!(tokens.bearer("b").unwrap().may(Scope::Admin));
        assert_eq!(tokens.bearer("c"), None);
        assert_eq!(tokens.bearer(""), None);
        assert!(!format!("{tokens:?}").contains(&blake3::hash(b"a").to_hex().to_string()));
    }

    #[test]
    fn what_is_no_file_of_tokens_is_refused_by_its_line() {
        let good = line("shop", &[Scope::Decide], "a");
        for (text, at, why) in [
            (String::new(), 1, "no token stands here"),
            ("# nobody\n".to_owned(), 1, "no token stands here"),
            ("shop decide\n".to_owned(), 1, "a line is a name"),
            (format!("{good}shop why blake3:00\n"), 2, "a second time"),
            (format!("{good}other decide,all {}\n", "blake3:00"), 2, "`all` is no scope"),
            (format!("{good}other decide abc\n"), 2, "the digest of a token is"),
            (format!("{good}ot/her decide abc\n"), 2, "a name has letters"),
        ] {
            let bad = Tokens::parse(&text).unwrap_err();
            assert!(bad.line == at && bad.why.contains(why), "{text}: {bad}");
        }
    }
}
