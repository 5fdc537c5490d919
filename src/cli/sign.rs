//! `cater sign`: says with a key which release a bundle is, so that who loads it knows whose it is and that it is no older
//! one.
//!
//! The one verb that takes a bundle nobody has signed: it is whole, and it is what is about to be signed.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::bundles::{self, Trusting, about, signature_of};
use super::keys::password;
use super::keys::secret::Secret;
use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, build, customer, worlds};
use crate::bundle::{self, Claim, Digest, SIGNATURE_SUFFIX, SignatureError, Trust};
use crate::diagnostics::codes;
use crate::value::{Instant, show_instant};

/// Sign a bundle.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The bundle; its signature is written beside it, as BUNDLE.minisig.
    #[arg(default_value = build::DEFAULT)]
    bundle: PathBuf,
    /// The secret key.
    #[arg(long, short, value_name = "FILE", required_unless_present = "comment")]
    key: Option<PathBuf>,
    #[command(flatten)]
    password: password::Asked,
    /// The number of the release; one above the one before, if nobody says otherwise.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    sequence: Option<u64>,
    /// The release before, or its signature, where it is not what BUNDLE.minisig is of.
    #[arg(long, value_name = "FILE")]
    after: Option<PathBuf>,
    /// Go back: put this older bundle in the place of BUNDLE, signed as the next release.
    #[arg(long, value_name = "OLD")]
    reissue: Option<PathBuf>,
    /// Sign nothing and print what is to be signed, for a key that only minisign can use: minisign -S -t "$(..)".
    #[arg(long, conflicts_with_all = ["key", "reissue"])]
    comment: bool,
    /// When it is signed; now, if nobody says otherwise.
    #[arg(long, value_name = "INSTANT", value_parser = customer::instant)]
    now: Option<Instant>,
    #[command(flatten)]
    trusting: Trusting,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let place = &arguments.bundle;
    let (bytes, digest) = content(arguments)?;
    let before = before(arguments)?;
    let sequence = next(arguments, before.as_ref(), digest)?;
    let claim = Claim { sequence, digest, signed: whole_second(customer::now(arguments.now, None)?) };
    let Some(key) = arguments.key.as_deref().filter(|_| !arguments.comment) else {
        terminal.line(claim.to_string());
        return Ok(Ended::Clean);
    };
    let trust = bundles::trust(place, &arguments.trusting)?;
    let signature = signature_of(place);
    worlds::spare(&signature, [&key.to_path_buf()])?;
    let secret = Secret::open(key, &arguments.password, terminal)?;
    let id = secret.public.id();
    // What nobody here would load is better not shipped.
    if !trust.is_nobody() && !trust.keys().contains(&secret.public) {
        let message =
            format!("{}: the key {id} is not trusted here, so nobody here would take what it signs", key.display());
        return Err(CannotRun::new(&codes::bundle::UNTRUSTED_KEY, message)
            .help("trust its public key first, here and wherever bundles are loaded: then sign with it"));
    }
    let text = secret.sign(&bytes, &claim)?;
    // What was signed must be good for whoever trusts the key: they read it with the same eyes.
    bundle::read_trusted(&bytes, Some(&text), &Trust::of(vec![secret.public.clone()])).map_err(|_| {
        let message = format!("{}: what the key signs is not good: it was changed after it was made", key.display());
        CannotRun::new(&codes::bundle::BAD_KEY, message).help("take a copy of the key that is whole, or make a new one")
    })?;
    if arguments.reissue.is_some() {
        build::write_all_whole(&[(place, bytes.as_slice()), (&signature, text.as_bytes())])?;
    } else {
        build::write_whole(&signature, text.as_bytes())?;
    }
    if terminal.format == Format::Json {
        terminal.json(&json!({
            "bundle": place, "signature": signature, "digest": digest.to_string(), "sequence": sequence,
            "key": id.to_string(), "signed": show_instant(claim.signed), "reissued": arguments.reissue,
        }));
    } else {
        if let Some(old) = &arguments.reissue {
            terminal.line(format!("{}: now what {} is", place.display(), old.display()));
        }
        terminal.line(format!("{}: sequence {sequence}, key {id}", signature.display()));
    }
    Ok(Ended::Clean)
}

/// What is signed, after it was verified.
fn content(arguments: &Arguments) -> Result<(Vec<u8>, Digest), CannotRun> {
    if let Some(old) = &arguments.reissue {
        // It was released once, so where somebody is trusted it is signed.
        let opened = bundles::open(old, &arguments.trusting)?;
        worlds::spare(&arguments.bundle, std::iter::empty())?;
        return Ok((opened.bytes, opened.bundle.digest));
    }
    let place = &arguments.bundle;
    let bytes = std::fs::read(place).map_err(|error| CannotRun::unreadable(place, &error))?;
    let read = bundle::read(&bytes).map_err(|refused| about(place, refused.into()))?;
    Ok((bytes, read.digest))
}

/// The latest release that is known: the one in the place, the one that is named, the older one itself. Their signatures
/// are not checked: a false one could only make the next number higher.
fn before(arguments: &Arguments) -> Result<Option<Claim>, CannotRun> {
    let mut latest: Option<Claim> = None;
    let mut known = vec![(arguments.bundle.clone(), false)];
    known.extend(arguments.after.iter().map(|after| (without_suffix(after), true)));
    for (bundle, is_named) in known.iter().cloned().chain(arguments.reissue.iter().map(|old| (old.clone(), false))) {
        let file = signature_of(&bundle);
        let Some(signature) = bundles::signature_beside(&bundle)? else {
            if is_named {
                let message = format!("{}: nobody has signed it, so nobody knows which is next", bundle.display());
                return Err(CannotRun::new(&codes::bundle::UNSIGNED, message)
                    .help(format!("put its signature beside it, as {}", file.display())));
            }
            continue;
        };
        let Some(claim) = signature.claim() else {
            let why = SignatureError::Bad("its comment has no sequence, so nobody knows which is next");
            return Err(about(&file, why.into()).help("remove it, and say which is next: --sequence NUMBER"));
        };
        latest = latest.filter(|latest| latest.sequence >= claim.sequence).or(Some(*claim));
    }
    // An old bundle says what was once, not what is now.
    let present = known.iter().any(|(bundle, _)| signature_of(bundle).exists());
    if arguments.reissue.is_some() && !present && arguments.sequence.is_none() {
        let message = format!("{}: nothing says which sequence is in use now", arguments.bundle.display());
        return Err(CannotRun::new(&codes::bundle::BAD_SEQUENCE, message)
            .help("name the release that is in use, or its signature: --after FILE"));
    }
    Ok(latest)
}

/// The bundle of which a signature may have been named.
fn without_suffix(path: &Path) -> PathBuf {
    let text = path.to_str().and_then(|text| text.strip_suffix(SIGNATURE_SUFFIX));
    text.map_or_else(|| path.to_path_buf(), PathBuf::from)
}

fn next(arguments: &Arguments, before: Option<&Claim>, digest: Digest) -> Result<u64, CannotRun> {
    let taken = |before: &Claim, asked: u64| {
        let message = format!("the sequence {asked} is not above {}, which the release before has", before.sequence);
        CannotRun::new(&codes::bundle::BAD_SEQUENCE, message)
            .help("leave `--sequence` out for the next one: whoever accepted the release before refuses a lower")
    };
    match (before, arguments.sequence) {
        (None, asked) => Ok(asked.unwrap_or(1)),
        (Some(before), None) => before.sequence.checked_add(1).ok_or_else(|| {
            CannotRun::new(&codes::bundle::BAD_SEQUENCE, "the release before has the highest sequence there is")
                .help("if that is not so, remove its signature and say which is next: --sequence NUMBER")
        }),
        // The same bundle may be signed again with its number: by another key, say.
        (Some(before), Some(asked)) if asked == before.sequence && digest == before.digest => Ok(asked),
        (Some(before), Some(asked)) if asked <= before.sequence => Err(taken(before, asked)),
        (Some(_), Some(asked)) => Ok(asked),
    }
}

fn whole_second(now: Instant) -> Instant {
    Instant(now.0 - now.0.rem_euclid(1_000_000))
}
