//! `cater verify`: whether a bundle may be used, and by whose word.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::bundles::{self, Opened, Shipped, Trusting};
use super::terminal::Terminal;
use super::{Ended, Format, Outcome, build};
use crate::value::show_instant;

/// Say whether a bundle may be used.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The bundle; its signature is looked for beside it, as BUNDLE.minisig.
    #[arg(default_value = build::DEFAULT)]
    bundle: PathBuf,
    #[command(flatten)]
    trusting: Trusting,
    /// The file that remembers what was accepted last: an older bundle is refused, and this one is noted.
    #[arg(long, value_name = "FILE")]
    last: Option<PathBuf>,
    /// Refuse what `--last` would refuse, and note nothing there.
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    let file = &arguments.bundle;
    let Opened { bundle, bytes, trust, .. } = bundles::open(file, &arguments.trusting)?;
    let shipped = Shipped { file: file.clone(), signed: bundle.signed };
    let last = shipped.accept(arguments.last.clone(), arguments.dry_run)?;
    let noted = last.as_ref().filter(|_| !arguments.dry_run);
    if terminal.format == Format::Json {
        let signed = bundle.signed.map(|signed| {
            let claim = signed.claim();
            let (key, at) = (signed.key().to_string(), show_instant(claim.signed));
            json!({ "key": key, "sequence": claim.sequence, "signed": at })
        });
        terminal.json(&json!({
            "bundle": file, "bytes": bytes.len(), "digest": bundle.digest.to_string(),
            "revision": bundle.manifest.revision, "signature": signed,
            "trusted": trust.keys().iter().map(|key| key.id().to_string()).collect::<Vec<_>>(), "noted": noted,
        }));
        return Ok(Ended::Clean);
    }
    let (digest, revision) = (bundle.digest, &bundle.manifest.revision);
    match &bundle.signed {
        Some(signed) => {
            let claim = signed.claim();
            terminal.line(format!("{}: good, and signed by a trusted key", file.display()));
            terminal.line(format!("  sequence  {}", claim.sequence));
            terminal.line(format!("  key       {}", signed.key()));
            terminal.line(format!("  signed    {}", show_instant(claim.signed)));
        }
        None => terminal.line(format!("{}: whole; nobody is trusted here, so nobody says whose it is", file.display())),
    }
    terminal.line(format!("  digest    {digest}"));
    terminal.line(format!("  revision  {revision}"));
    if let Some(record) = noted {
        terminal.say(format!("{}: no older bundle will be accepted", record.display()));
    }
    Ok(Ended::Clean)
}
