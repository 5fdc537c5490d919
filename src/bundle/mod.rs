//! The one file that is shipped: the verified model, the rule text for people, and a manifest.
//!
//! Takes a [`Verified`] model and its sources and gives bytes, the same for the same input; takes bytes, every one of
//! them hostile, and gives the model back only after digest, bounded decoding and `model::verify`. Carries no machine
//! code. Refuses to know how rules are compiled or decided.

mod claim;
mod decode;
mod format;
mod manifest;
mod signature;
#[cfg(test)]
#[cfg(feature = "cli")]
pub(crate) mod signature_tests;
#[cfg(test)]
mod tests;

pub use claim::Claim;
pub use format::{FORMAT_VERSION, MAGIC, MAX_BYTES};
pub use manifest::{EDITION, Manifest, PurposeEntry, ReadEntry, SlotEntry};
pub use signature::{
    Accepted, KeyId, MAX_SIGNATURE_BYTES, PublicKey, SIGNATURE_SUFFIX, Signature, SignatureError, Signed, Trust,
};

use std::fmt;

use thiserror::Error;

use format::Version;

use crate::diagnostics::Code;
use crate::diagnostics::codes::bundle as codes;
use crate::model::{RuleSet, Verified, VerifyError, limits};
use crate::source::SourceSet;

/// A BLAKE3 digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Reads 64 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            // A sign counts as no digit here.
            let pair = text.get(2 * at..2 * at + 2).filter(|pair| !pair.starts_with('+'))?;
            *byte = u8::from_str_radix(pair, 16).ok()?;
        }
        (text.len() == 64).then_some(Self(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

/// What was in the file.
#[derive(Clone, Debug)]
pub struct Bundle {
    /// What it says of itself; slots, purposes, readings and revision have been compared with the content.
    pub manifest: Manifest,
    /// The rules.
    pub rules: Verified,
    /// The rule text, for explanations that show it.
    pub sources: SourceSet,
    /// The digest of the whole file.
    pub digest: Digest,
    /// The version of the format it is written in.
    pub format: u32,
    /// Its sections by name, in their order, with their bytes.
    pub sections: Vec<(&'static str, usize)>,
    /// What a trusted key has signed; nothing where nobody is trusted.
    pub signed: Option<Signed>,
}

/// Why bytes are no bundle that may be used, or a bundle cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BundleError {
    /// It does not begin as a bundle does.
    #[error("this is not a bundle of cater")]
    NotABundle,
    /// Written in a format that this program does not know.
    #[error("the bundle has format version {0}, and this program reads version {FORMAT_VERSION}")]
    OtherVersion(u32),
    /// Written in another edition of the language.
    #[error("the bundle is in edition `{0}` of the language, and this program speaks edition `{EDITION}`")]
    OtherEdition(String),
    /// Shortened, lengthened or changed.
    #[error("the bundle is damaged: {0}")]
    Damaged(&'static str),
    /// A section without which it cannot be understood, and this program does not know it.
    #[error("the bundle has a section of kind {0}, which this program does not know")]
    UnknownSection(u32),
    /// Larger than a bundle may be; its bytes.
    #[error("the bundle has {0} bytes, and {MAX_BYTES} are the most")]
    TooLarge(usize),
    /// Whole, but a section does not decode.
    #[error("the {section} of the bundle cannot be decoded: {why}")]
    Undecodable {
        /// Which.
        section: &'static str,
        /// In the decoder's words.
        why: String,
    },
    /// The model may not run.
    #[error("the model in the bundle is refused: {0}")]
    Model(#[from] VerifyError),
    /// The manifest and the content do not belong together.
    #[error("the manifest of the bundle names other {0} than its model has")]
    Manifest(&'static str),
    /// Nobody who is trusted has signed it.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl BundleError {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::NotABundle => &codes::NOT_A_BUNDLE,
            Self::OtherVersion(_) | Self::OtherEdition(_) | Self::UnknownSection(_) => &codes::OTHER_VERSION,
            Self::Damaged(_) => &codes::DAMAGED,
            Self::TooLarge(_) => &codes::TOO_LARGE,
            Self::Undecodable { .. } => &codes::UNDECODABLE,
            Self::Model(_) => &codes::MODEL_REFUSED,
            Self::Manifest(_) => &codes::MANIFEST_DIFFERS,
            Self::Signature(error) => error.code(),
        }
    }

    /// What can be done about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::NotABundle => {
                "name a file that `cater build` wrote, a folder of rules, or a file that ends in .rules"
            }
            Self::OtherVersion(_) | Self::OtherEdition(_) | Self::UnknownSection(_) => {
                "build it again from its rules with this program, or use the program that built it"
            }
            Self::Damaged(_) => "fetch it again, or build it again from its rules",
            Self::TooLarge(_) => "build one bundle a market, or a part of the site",
            Self::Undecodable { .. } | Self::Model(_) | Self::Manifest(_) => "build it again from its rules",
            Self::Signature(error) => error.help(),
        }
    }
}

/// One enum stands for each condition and expression; a literal holds two more, and a rule a few of its own.
const BOUNDS: decode::Bounds = decode::Bounds { depth: limits::DEPTH + 8, enums: 10_000_000 };

/// The bytes of a bundle; the same input gives the same bytes. `checks` are the names of what the rules passed.
///
/// # Errors
/// The bundle would be larger than [`MAX_BYTES`].
pub fn write(rules: &Verified, sources: &SourceSet, checks: &[&str]) -> Result<Vec<u8>, BundleError> {
    pack(rules, sources, checks).map(|(_, bytes)| bytes)
}

/// What a bundle says of itself, and its bytes.
fn pack(rules: &Verified, sources: &SourceSet, checks: &[&str]) -> Result<(Manifest, Vec<u8>), BundleError> {
    let undecodable = |section, why: String| BundleError::Undecodable { section, why };
    let set: &RuleSet = rules;
    let model = postcard::to_stdvec(set).map_err(|why| undecodable("model", why.to_string()))?;
    let text: Vec<(&str, &str)> =
        sources.iter().map(|(_, source)| (source.name.as_str(), source.text.as_str())).collect();
    let text = postcard::to_stdvec(&text).map_err(|why| undecodable("rule text", why.to_string()))?;
    let manifest = Manifest::new(rules, [&model, &text], checks);
    let said = serde_json::to_vec(&manifest).map_err(|why| undecodable("manifest", why.to_string()))?;
    let bytes = format::write(format::Sections { manifest: &said, model: &model, text: &text })?;
    Ok((manifest, bytes))
}

/// The revision that a bundle of these rules has: the same rules and text have the same one, whatever built it.
///
/// # Errors
/// The bundle would be larger than [`MAX_BYTES`].
pub fn revision(rules: &Verified, sources: &SourceSet) -> Result<String, BundleError> {
    pack(rules, sources, &[]).map(|(manifest, _)| manifest.revision)
}

/// Reads a bundle, whoever made it; nothing of it is used before all of it has been checked.
///
/// # Errors
/// The bytes are no bundle, of another version, damaged, too large, or hold a model that may not run.
pub fn read(bytes: &[u8]) -> Result<Bundle, BundleError> {
    read_trusted(bytes, None, &Trust::nobody())
}

/// Reads a bundle that a trusted key has signed, with the text of its signature. Where nobody is trusted that is not looked
/// at. The signature is checked before anything is decoded.
///
/// # Errors
/// The signature is missing, not good, or of a key that is not trusted; or as [`read`].
pub fn read_trusted(bytes: &[u8], signature: Option<&str>, trust: &Trust) -> Result<Bundle, BundleError> {
    let (version, digest) = format::open(bytes)?;
    let signed = trust.check(bytes, digest, signature)?;
    // A reader for each format that was ever released: a later one is one more arm, and none goes.
    let bundle = match version {
        Version::Nine => read_nine(bytes, digest)?,
    };
    Ok(Bundle { signed, ..bundle })
}

/// What stands in a bundle of format 9, the digest of which is right.
fn read_nine(bytes: &[u8], digest: Digest) -> Result<Bundle, BundleError> {
    let sections = format::sections(bytes)?;
    let undecodable = |section, why: String| BundleError::Undecodable { section, why };
    let manifest: Manifest =
        serde_json::from_slice(sections.manifest).map_err(|why| undecodable("manifest", why.to_string()))?;
    let text: Vec<(String, String)> =
        decode::from_bytes(sections.text, BOUNDS).map_err(|why| undecodable("rule text", why.to_string()))?;
    let rules: RuleSet =
        decode::from_bytes(sections.model, BOUNDS).map_err(|why| undecodable("model", why.to_string()))?;
    let rules = Verified::new(rules)?;
    manifest.agrees(&rules, [sections.model, sections.text])?;
    let mut sources = SourceSet::default();
    for (name, text) in text {
        sources.add(name, text);
    }
    let sizes = [("manifest", sections.manifest), ("model", sections.model), ("rule text", sections.text)];
    let sections = sizes.map(|(name, section)| (name, section.len())).to_vec();
    Ok(Bundle { manifest, rules, sources, digest, format: 9, sections, signed: None })
}
