//! A secret key: read from its file, unlocked, and signed with.

use std::io::Cursor;
use std::path::Path;

use ct_codecs::{Base64, Decoder};
use minisign::{PublicKey as SigningPublic, SecretKey, SecretKeyBox};

use super::super::terminal::Terminal;
use super::super::{CannotRun, bundles};
use super::password;
use crate::bundle::{Claim, KeyId, PublicKey};
use crate::diagnostics::codes;

/// A key that can sign.
pub(in crate::cli) struct Secret {
    secret: SecretKey,
    signing: SigningPublic,
    /// Its other half.
    pub(in crate::cli) public: PublicKey,
}

/// What a key file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Public(KeyId),
    /// A secret key without a password.
    Open(KeyId),
    /// A secret key of which a password hides everything, its id too.
    Locked,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Public(_) => "public",
            Self::Open(_) => "secret",
            Self::Locked => "locked",
        }
    }

    pub(super) fn id(self) -> Option<KeyId> {
        match self {
            Self::Public(id) | Self::Open(id) => Some(id),
            Self::Locked => None,
        }
    }
}

/// The bytes of a secret key, in minisign's order: what it is for, how it is locked, how it is checked, three settings of the
/// lock, then the id.
const LENGTH: usize = 158;
const LOCK: std::ops::Range<usize> = 2..4;
const ID: std::ops::Range<usize> = 54..62;
const CHECKSUM: std::ops::RangeFrom<usize> = 126..;

/// What kind of secret key a file holds; nothing if it is none.
pub(super) fn kind(path: &Path) -> Result<Option<Kind>, CannotRun> {
    Ok(kind_of(&text(path)?))
}

fn kind_of(text: &str) -> Option<Kind> {
    let line = text.lines().nth(1)?;
    let bytes = Base64::decode_to_vec(line, None).ok().filter(|bytes| bytes.len() == LENGTH)?;
    match bytes.get(LOCK)? {
        [0, 0] => Some(Kind::Open(KeyId(u64::from_le_bytes(bytes.get(ID)?.try_into().ok()?)))),
        b"Sc" => Some(Kind::Locked),
        _ => None,
    }
}

/// A key that `minisign -G -W` made: it writes no checksum, and its library asks for one. Whether the key is whole shows when
/// what it signs is checked.
fn unchecked(text: &str) -> Option<SecretKey> {
    let bytes = Base64::decode_to_vec(text.lines().nth(1)?, None).ok()?;
    let has_none = bytes.get(CHECKSUM)?.iter().all(|byte| *byte == 0);
    has_none.then(|| SecretKey::from_bytes(&bytes).ok()).flatten()
}

fn text(path: &Path) -> Result<String, CannotRun> {
    Ok(bundles::text(path)?.unwrap_or_default())
}

impl Secret {
    /// Reads the key, and unlocks it if it is locked.
    ///
    /// # Errors
    /// The file cannot be read or is no secret key, or the password is missing or wrong.
    pub(in crate::cli) fn open(path: &Path, asked: &password::Asked, terminal: &Terminal) -> Result<Self, CannotRun> {
        let bad = |why: &str| {
            CannotRun::new(&codes::bundle::BAD_KEY, format!("{}: this is no secret key{why}", path.display()))
                .help("name the file that ends in .key, as `cater keys new` or `minisign -G` wrote it")
        };
        let text = text(path)?;
        let kind = kind_of(&text)
            .ok_or_else(|| bad(if PublicKey::parse(&text).is_ok() { ": it is a public one" } else { "" }))?;
        let held = SecretKeyBox::from_string(&text).map_err(|_| bad(""))?;
        let secret = match kind {
            Kind::Locked => {
                let password = asked.for_key(path, terminal)?;
                held.into_secret_key(Some(password)).map_err(|_| {
                    let message = format!("{}: the password does not unlock the key", path.display());
                    CannotRun::new(&codes::bundle::LOCKED_KEY, message)
                        .help("give the password with which it was made; without it the key is lost, so make a new one")
                })?
            }
            Kind::Open(_) | Kind::Public(_) => match unchecked(&text) {
                Some(secret) => secret,
                None => held.into_unencrypted_secret_key().map_err(|_| bad(": it was changed after it was made"))?,
            },
        };
        let signing = SigningPublic::from_secret_key(&secret).map_err(|_| bad(""))?;
        let public = PublicKey::parse(&signing.to_base64()).map_err(|_| bad(""))?;
        Ok(Self { secret, signing, public })
    }

    /// The signature of these bytes with that claim.
    pub(in crate::cli) fn sign(&self, bytes: &[u8], claim: &Claim) -> Result<String, CannotRun> {
        let (trusted, untrusted) = (claim.to_string(), format!("signature from key {}", self.public.id()));
        minisign::sign(Some(&self.signing), &self.secret, Cursor::new(bytes), Some(&trusted), Some(&untrusted))
            .map(minisign::SignatureBox::into_string)
            .map_err(|error| CannotRun::new(&codes::bundle::BAD_KEY, format!("the key cannot sign: {error}")))
    }
}
