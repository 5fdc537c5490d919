//! Whether somebody who is trusted has signed a bundle: minisign's public keys and signatures, read and checked.
//!
//! Takes texts, every byte of them hostile; gives a [`Signed`], which only [`Trust`] can make. Refuses to know where keys
//! and signatures lie, and how one is made.

use std::fmt;

use ct_codecs::{Base64, Decoder};
use thiserror::Error;

use super::{Claim, Digest};
use crate::diagnostics::Code;
use crate::diagnostics::codes::bundle as codes;

/// What the name of a signature has behind that of its bundle.
pub const SIGNATURE_SUFFIX: &str = ".minisig";

/// The longest text of a key or signature that is looked at; real ones have about 300 bytes.
pub const MAX_SIGNATURE_BYTES: usize = 8 * 1024;

const UNTRUSTED: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";
/// Algorithm, key id and what follows, in bytes.
const PUBLIC_KEY: usize = 2 + 8 + 32;
const SECRET_KEY: usize = 2 + 2 + 2 + 32 + 8 + 8 + 8 + 64 + 32;
const SIGNATURE: usize = 2 + 8 + 64;

/// The name that minisign gives a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u64);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl KeyId {
    /// Of what base64 holds, behind the two letters of the algorithm.
    fn of(bytes: &[u8]) -> Option<Self> {
        let id = bytes.get(2..10)?.try_into().ok()?;
        Some(Self(u64::from_le_bytes(id)))
    }
}

/// Why no trusted signature stands behind a bundle, or a key or record is none.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is no signature.
    #[error("the bundle is not signed, and only what a trusted key has signed is used here")]
    Unsigned,
    /// It is no signature, or not of this bundle.
    #[error("the signature is not good: {0}")]
    Bad(&'static str),
    /// Made with a key that nobody here trusts.
    #[error("the bundle is signed with the key {0}, which is not trusted here")]
    Untrusted(KeyId),
    /// A later one was accepted before.
    #[error("the bundle has the sequence {sequence}, and {accepted} was accepted before")]
    RolledBack {
        /// What it has.
        sequence: u64,
        /// The highest so far.
        accepted: u64,
    },
    /// Another bundle had that sequence.
    #[error("the bundle has the sequence {0}, with which another one was accepted before")]
    SameSequence(u64),
    /// A text that is no public key.
    #[error("this is no public key: {0}")]
    BadKey(&'static str),
    /// The record of what was accepted last is not one.
    #[error("this is no record of the bundle that was accepted last")]
    BadRecord,
}

impl SignatureError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Unsigned => &codes::UNSIGNED,
            Self::Bad(_) => &codes::BAD_SIGNATURE,
            Self::Untrusted(_) => &codes::UNTRUSTED_KEY,
            Self::RolledBack { .. } | Self::SameSequence(_) => &codes::ROLLED_BACK,
            Self::BadKey(_) => &codes::BAD_KEY,
            Self::BadRecord => &codes::BAD_RECORD,
        }
    }

    /// What can be done about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Unsigned => "fetch its `.minisig` too, or sign it: cater sign BUNDLE --key FILE",
            Self::Bad(_) => "fetch bundle and signature again, or sign it anew: cater sign BUNDLE --key FILE",
            Self::Untrusted(_) => "have it signed with a trusted key, or trust this one too: --trust FILE.pub",
            Self::RolledBack { .. } | Self::SameSequence(_) => {
                "take the later bundle; where the old one is meant, sign it anew: cater sign --reissue OLD --key FILE"
            }
            Self::BadKey(_) => "name the file that ends in .pub, as `cater keys new` or `minisign -G` wrote it",
            Self::BadRecord => {
                "name the file that `--last` wrote; if it is lost, remove it and the next bundle begins anew"
            }
        }
    }
}

/// A key by which signatures are checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    id: KeyId,
    key: minisign_verify::PublicKey,
}

impl PublicKey {
    /// Reads a file as minisign writes it, or its second line alone.
    ///
    /// # Errors
    /// The text is no public key.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bad = SignatureError::BadKey;
        if text.len() > MAX_SIGNATURE_BYTES {
            return Err(bad("it is too long"));
        }
        let lines: Vec<&str> = text.lines().collect();
        let key = match lines.as_slice() {
            [comment, key] if comment.starts_with(UNTRUSTED) => key,
            [key] => key,
            _ => return Err(bad("it has other lines than a key has")),
        };
        let bytes = Base64::decode_to_vec(key, None).map_err(|_| bad("its last line is no base64"))?;
        match bytes.len() {
            PUBLIC_KEY => {}
            SECRET_KEY => return Err(bad("it is a secret one, which nobody but its owner should have")),
            _ => return Err(bad("it has another length")),
        }
        let id = KeyId::of(&bytes).ok_or(bad("it has another length"))?;
        let key = minisign_verify::PublicKey::from_base64(key).map_err(|_| bad("it is of another kind"))?;
        Ok(Self { id, key })
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        self.id
    }
}

/// A signature as it stands in its file, of which nothing is believed yet.
#[derive(Clone)]
pub struct Signature {
    id: KeyId,
    claim: Option<Claim>,
    inner: minisign_verify::Signature,
}

impl Signature {
    /// Reads the four lines of a signature.
    ///
    /// # Errors
    /// The text is no signature.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        let bad = SignatureError::Bad;
        if text.len() > MAX_SIGNATURE_BYTES {
            return Err(bad("it is too long"));
        }
        let lines: Vec<&str> = text.lines().collect();
        let [untrusted, signature, trusted, _] = lines.as_slice() else {
            return Err(bad("it has other than four lines"));
        };
        let (true, Some(comment)) = (untrusted.starts_with(UNTRUSTED), trusted.strip_prefix(TRUSTED)) else {
            return Err(bad("its comments are not where minisign has them"));
        };
        let bytes = Base64::decode_to_vec(signature, None).map_err(|_| bad("its second line is no base64"))?;
        if bytes.len() != SIGNATURE {
            return Err(bad("its second line is cut off"));
        }
        let id = KeyId::of(&bytes).ok_or(bad("its second line is cut off"))?;
        let inner = minisign_verify::Signature::decode(text).map_err(|_| bad("it is not in minisign's form"))?;
        Ok(Self { id, claim: Claim::parse(comment), inner })
    }

    /// The key with which it says it was made.
    pub fn key(&self) -> KeyId {
        self.id
    }

    /// What it says, if it says what cater wants to know; nobody has checked it.
    pub fn claim(&self) -> Option<&Claim> {
        self.claim.as_ref()
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").field("id", &self.id).field("claim", &self.claim).finish_non_exhaustive()
    }
}

/// What a trusted key has signed of a bundle. Only [`Trust`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    key: KeyId,
    claim: Claim,
}

impl Signed {
    /// Who signed.
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// What was signed.
    pub fn claim(&self) -> &Claim {
        &self.claim
    }
}

/// Whose signatures count. Where nobody is trusted, none is asked for.
#[derive(Clone, Debug, Default)]
pub struct Trust(Vec<PublicKey>);

impl Trust {
    /// Bundles are used as they come, if they are whole.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// A bundle that any of these keys has signed is good.
    pub fn of(keys: Vec<PublicKey>) -> Self {
        Self(keys)
    }

    /// Whether no signature is asked for.
    pub fn is_nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys.
    pub fn keys(&self) -> &[PublicKey] {
        &self.0
    }

    /// What is signed of the bundle with these bytes and that digest; nothing where nobody is trusted.
    ///
    /// # Errors
    /// There is no signature, it is of another bundle, or of a key that is not trusted.
    pub(super) fn check(
        &self,
        bytes: &[u8],
        digest: Digest,
        signature: Option<&str>,
    ) -> Result<Option<Signed>, SignatureError> {
        if self.is_nobody() {
            return Ok(None);
        }
        let signature = Signature::parse(signature.ok_or(SignatureError::Unsigned)?)?;
        // Eight bytes name a key, and two keys may have the same.
        let mut known = self.0.iter().filter(|key| key.id == signature.id).peekable();
        if known.peek().is_none() {
            return Err(SignatureError::Untrusted(signature.id));
        }
        let allow_legacy = false;
        let verified = known.any(|key| key.key.verify(bytes, &signature.inner, allow_legacy).is_ok());
        let bad = |why| Err(SignatureError::Bad(why));
        match signature.claim {
            Some(claim) if claim.digest != digest => bad("it is of a bundle with another digest"),
            _ if !verified => bad("the key has not signed these bytes with this comment"),
            None => bad("its comment has no sequence and digest, as `cater sign BUNDLE --comment` prints it"),
            Some(claim) => Ok(Some(Signed { key: signature.id, claim })),
        }
    }
}

/// The highest sequence that was accepted, so that nobody brings back an older bundle unnoticed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accepted(Option<Claim>);

impl Accepted {
    /// Reads a record: one line, or nothing yet.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, SignatureError> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let claim = text.strip_suffix('\n').and_then(Claim::parse);
        claim.map(|claim| Self(Some(claim))).ok_or(SignatureError::BadRecord)
    }

    /// The record as it is kept.
    pub fn to_text(&self) -> String {
        self.0.map_or_else(String::new, |claim| format!("{claim}\n"))
    }

    /// What was accepted last.
    pub fn last(&self) -> Option<&Claim> {
        self.0.as_ref()
    }

    /// The record once this bundle is accepted.
    ///
    /// # Errors
    /// Its sequence is below the highest, or another bundle had it.
    pub fn with(&self, signed: &Signed) -> Result<Self, SignatureError> {
        let claim = signed.claim;
        match self.0 {
            Some(last) if claim.sequence < last.sequence => {
                Err(SignatureError::RolledBack { sequence: claim.sequence, accepted: last.sequence })
            }
            Some(last) if claim.sequence == last.sequence && claim.digest != last.digest => {
                Err(SignatureError::SameSequence(claim.sequence))
            }
            Some(last) if claim.sequence == last.sequence => Ok(Self(Some(last))),
            _ => Ok(Self(Some(claim))),
        }
    }
}
