//! The one door by which bundles come in: whole, signed by somebody who is trusted where anybody is, and verified, before a
//! verb sees anything of them.
//!
//! Whom to trust is for whoever runs the verb to say, not for what lies beside the bundle: the flag, the environment, and
//! the `cater.toml` at or above the current folder come first. The one at or above the bundle is asked where none of them
//! says anything, so that it can only ask for more.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::settings::{self, Origin, Setting};
use super::{CannotRun, worlds};
use crate::bundle::{
    self, Bundle, MAX_SIGNATURE_BYTES, PublicKey, SIGNATURE_SUFFIX, Signature, SignatureError, Signed, Trust,
};
use crate::diagnostics::codes;
use crate::runtime::data::World as Config;
use crate::runtime::{Record, RecordError};

/// Whose signature a bundle must have.
#[derive(Debug, Default, Args)]
pub(super) struct Trusting {
    /// A public key; a bundle must be signed with one of those that are named. Instead of those of cater.toml.
    #[arg(long, value_name = "FILE")]
    pub(super) trust: Vec<PathBuf>,
}

/// A bundle that may be used.
pub(super) struct Opened {
    pub(super) bundle: Bundle,
    pub(super) bytes: Vec<u8>,
    pub(super) trust: Trust,
}

/// Where rules came from that were not compiled.
#[derive(Debug)]
pub(super) struct Shipped {
    /// The file of the bundle.
    pub(super) file: PathBuf,
    /// What a trusted key says of it; nothing where nobody is trusted.
    pub(super) signed: Option<Signed>,
}

/// Opens a bundle with the signature beside it.
///
/// # Errors
/// It cannot be read, is no bundle, is damaged, or somebody is trusted and none of them has signed it.
pub(super) fn open(path: &Path, trusting: &Trusting) -> Result<Opened, CannotRun> {
    let trust = trust(path, trusting)?;
    let bytes = std::fs::read(path).map_err(|error| CannotRun::unreadable(path, &error))?;
    let signature = if trust.is_nobody() { None } else { text_beside(path)? };
    let bundle =
        bundle::read_trusted(&bytes, signature.as_deref(), &trust).map_err(|refused| about(path, refused.into()))?;
    Ok(Opened { bundle, bytes, trust })
}

/// Who is trusted with a bundle at that path.
pub(super) fn trust(path: &Path, trusting: &Trusting) -> Result<Trust, CannotRun> {
    let flag = (!trusting.trust.is_empty()).then(|| trusting.trust.clone());
    let files = choose(&settings::TRUST, flag, path)?.unwrap_or_default();
    files.iter().map(|file| public_key(file)).collect::<Result<_, _>>().map(Trust::of)
}

/// What holds for a bundle at that path.
fn choose<T>(setting: &Setting<T>, flag: Option<T>, path: &Path) -> Result<Option<T>, CannotRun> {
    let said = setting.choose(flag, None)?;
    if said.origin != Origin::Default {
        return Ok(said.value);
    }
    for folder in [PathBuf::from("."), worlds::beside(path)] {
        let Some(top) = worlds::above(&folder) else { continue };
        let file = top.join(Config::FILE);
        // `./accepted` reads worse than `accepted` in every message.
        let config = Config::open(file.strip_prefix(".").unwrap_or(&file))?;
        let said = setting.choose(None, Some(&config))?;
        if said.value.is_some() {
            return Ok(said.value);
        }
    }
    Ok(None)
}

/// The public key in a file.
pub(super) fn public_key(path: &Path) -> Result<PublicKey, CannotRun> {
    let text = text(path)?.ok_or(SignatureError::BadKey("it is no text"));
    text.and_then(|text| PublicKey::parse(&text)).map_err(|refused| about(path, refused.into()))
}

/// Where the signature of a bundle stands.
pub(super) fn signature_of(bundle: &Path) -> PathBuf {
    let mut name = bundle.as_os_str().to_os_string();
    name.push(SIGNATURE_SUFFIX);
    PathBuf::from(name)
}

/// The signature beside a bundle, if there is one; nothing of it is believed yet.
pub(super) fn signature_beside(bundle: &Path) -> Result<Option<Signature>, CannotRun> {
    let file = signature_of(bundle);
    let text = text_beside(bundle)?;
    text.map(|text| Signature::parse(&text)).transpose().map_err(|refused| about(&file, refused.into()))
}

fn text_beside(bundle: &Path) -> Result<Option<String>, CannotRun> {
    let file = signature_of(bundle);
    match file.try_exists() {
        Ok(false) => Ok(None),
        Ok(true) => text(&file)?.map(Some).ok_or_else(|| about(&file, SignatureError::Bad("it is no text").into())),
        Err(error) => Err(CannotRun::unreadable(&file, &error)),
    }
}

/// A short text; nothing if it is none. Of a long one only as much as shows that it is too long.
pub(super) fn text(path: &Path) -> Result<Option<String>, CannotRun> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_SIGNATURE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| CannotRun::unreadable(path, &error))?;
    Ok(String::from_utf8(bytes).ok())
}

/// The refusal with the file that it is about.
pub(super) fn about(path: &Path, refused: CannotRun) -> CannotRun {
    CannotRun { message: format!("{}: {}", path.display(), refused.message), ..refused }
}

impl Shipped {
    /// Holds the bundle against the record of what was accepted last, if one is kept, and unless `only_asked` notes it there.
    ///
    /// # Errors
    /// A later bundle was accepted before, or another with its sequence; or nobody is trusted, so that no sequence can be
    /// believed.
    pub(super) fn accept(&self, last: Option<PathBuf>, only_asked: bool) -> Result<Option<PathBuf>, CannotRun> {
        let Some(last) = choose(&settings::LAST, last, &self.file)? else { return Ok(None) };
        let Some(signed) = &self.signed else {
            let message =
                format!("{}: nobody is trusted here, so its sequence cannot be believed", self.file.display());
            return Err(CannotRun::new(&codes::bundle::UNSIGNED, message)
                .help("name a public key: --trust FILE.pub, or leave `--last` out"));
        };
        worlds::spare(&last, [&self.file, &signature_of(&self.file)])?;
        let record = Record::at(&last);
        let accepted = if only_asked { record.would_accept(signed) } else { record.accept(signed) };
        accepted.map(|()| Some(last.clone())).map_err(|error| match error {
            RecordError::Refused(refused) => {
                let file = if refused == SignatureError::BadRecord { &last } else { &self.file };
                about(file, refused.into())
            }
            RecordError::Io { path, why, was_read: true } => CannotRun::unwritable(&path, why),
            RecordError::Io { path, why, was_read: false } => CannotRun::unreadable(&path, &why),
        })
    }
}

impl From<SignatureError> for CannotRun {
    fn from(error: SignatureError) -> Self {
        Self::new(error.code(), error.to_string()).help(error.help())
    }
}
