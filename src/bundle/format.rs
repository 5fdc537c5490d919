//! The file around the sections: magic, version, digest, table, and not a byte more.
//!
//! ```text
//!  0   8  magic
//!  8   4  format version
//! 12   4  number of sections
//! 16  32  BLAKE3 of bytes 0 to 15 and of everything from byte 48 on
//! 48  16  per section: kind (4), reserved, zero (4), length (8)
//!         the sections, one after the other, in the order of the table
//! ```
//!
//! Numbers are little-endian. Kinds are in ascending order, each once. A kind with its highest bit set may be skipped
//! by a reader that does not know it, so later writers can add what older readers can do without; any other unknown
//! kind is refused. A signature signs the file as a whole and stands beside it.

use super::{BundleError, Digest};

/// How a bundle begins: a byte no text has, and a line break that careless copying changes.
pub const MAGIC: [u8; 8] = *b"\x93CATERB\n";
/// The version that is written.
pub const FORMAT_VERSION: u32 = 9;
/// The largest bundle that is read or written, in bytes.
pub const MAX_BYTES: usize = 512 * 1024 * 1024;

const HEADER: usize = 48;
const ENTRY: usize = 16;
const MAX_SECTIONS: u32 = 32;
const MAY_BE_SKIPPED: u32 = 1 << 31;

/// The versions that are read: every one that was ever released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Nine,
}

impl Version {
    fn from_number(number: u32) -> Option<Self> {
        match number {
            9 => Some(Self::Nine),
            _ => None,
        }
    }
}

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Manifest = 1,
    Model = 2,
    Text = 3,
}

impl Kind {
    fn from_number(number: u32) -> Option<Self> {
        [Self::Manifest, Self::Model, Self::Text].into_iter().find(|kind| *kind as u32 == number)
    }
}

/// The sections of a bundle, as they stand in it.
#[derive(Clone, Copy)]
pub(super) struct Sections<'a> {
    pub(super) manifest: &'a [u8],
    pub(super) model: &'a [u8],
    pub(super) text: &'a [u8],
}

pub(super) fn write(sections: Sections<'_>) -> Result<Vec<u8>, BundleError> {
    let all = [(Kind::Manifest, sections.manifest), (Kind::Model, sections.model), (Kind::Text, sections.text)];
    let total = HEADER + all.iter().map(|(_, section)| ENTRY + section.len()).sum::<usize>();
    if total > MAX_BYTES {
        return Err(BundleError::TooLarge(total));
    }
    let mut bytes = Vec::with_capacity(total);
    bytes.extend(MAGIC);
    bytes.extend(FORMAT_VERSION.to_le_bytes());
    bytes.extend((all.len() as u32).to_le_bytes());
    bytes.extend([0; 32]);
    for (kind, section) in &all {
        bytes.extend((*kind as u32).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend((section.len() as u64).to_le_bytes());
    }
    for (_, section) in &all {
        bytes.extend(*section);
    }
    seal(&mut bytes);
    Ok(bytes)
}

/// Writes the digest of everything else into its place.
pub(super) fn seal(bytes: &mut [u8]) {
    let digest = digest_of(bytes);
    if let Some(place) = bytes.get_mut(16..HEADER) {
        place.copy_from_slice(&digest.0);
    }
}

fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(bytes.get(..16).unwrap_or(bytes));
    hasher.update(bytes.get(HEADER..).unwrap_or(&[]));
    Digest(hasher.finalize().into())
}

/// The version and the digest, if magic, version and digest are right. So far all versions are alike.
pub(super) fn open(bytes: &[u8]) -> Result<(Version, Digest), BundleError> {
    if bytes.get(..8) != Some(&MAGIC) {
        return Err(BundleError::NotABundle);
    }
    if bytes.len() > MAX_BYTES {
        return Err(BundleError::TooLarge(bytes.len()));
    }
    let number = number(bytes, 8)?;
    let version = Version::from_number(number).ok_or(BundleError::OtherVersion(number))?;
    let digest = digest_of(bytes);
    if bytes.get(16..HEADER) != Some(&digest.0) {
        return Err(BundleError::Damaged("its content is not what its digest says"));
    }
    Ok((version, digest))
}

/// The sections of a file that was opened, if the table of them and their lengths are right.
pub(super) fn sections(bytes: &[u8]) -> Result<Sections<'_>, BundleError> {
    let damaged = BundleError::Damaged;
    let count = number(bytes, 12)?;
    if count > MAX_SECTIONS {
        return Err(damaged("too many sections"));
    }
    let mut start = HEADER + ENTRY * count as usize;
    let mut before = None;
    let (mut manifest, mut model, mut text) = (None, None, None);
    for at in (HEADER..start).step_by(ENTRY) {
        let (kind, reserved, low, high) =
            (number(bytes, at)?, number(bytes, at + 4)?, number(bytes, at + 8)?, number(bytes, at + 12)?);
        if reserved != 0 || before >= Some(kind) {
            return Err(damaged("the table of sections is out of order"));
        }
        before = Some(kind);
        let length = usize::try_from(u64::from(high) << 32 | u64::from(low)).ok();
        let end = length.and_then(|length| start.checked_add(length));
        let section = end.and_then(|end| bytes.get(start..end)).ok_or(damaged("a section is cut off"))?;
        start += section.len();
        match Kind::from_number(kind) {
            Some(Kind::Manifest) => manifest = Some(section),
            Some(Kind::Model) => model = Some(section),
            Some(Kind::Text) => text = Some(section),
            None if kind & MAY_BE_SKIPPED != 0 => {}
            None => return Err(BundleError::UnknownSection(kind)),
        }
    }
    if start != bytes.len() {
        return Err(damaged("bytes are left over at the end"));
    }
    let missing = || damaged("a section is missing");
    Ok(Sections {
        manifest: manifest.ok_or_else(missing)?,
        model: model.ok_or_else(missing)?,
        text: text.ok_or_else(missing)?,
    })
}

fn number(bytes: &[u8], at: usize) -> Result<u32, BundleError> {
    let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
    four.map(u32::from_le_bytes).ok_or(BundleError::Damaged("it is cut off"))
}
