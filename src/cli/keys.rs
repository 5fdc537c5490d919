//! `cater keys`: key pairs to sign bundles with, in minisign's form.

pub(super) mod password;
pub(super) mod secret;
#[cfg(feature = "serve")]
mod token;

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use minisign::{KeyPair, PError};
use serde_json::json;

use super::terminal::Terminal;
use super::{CannotRun, Ended, Format, Outcome, bundles};
use crate::bundle::PublicKey;
use crate::diagnostics::codes;
use secret::Kind;

/// Make keys to sign bundles with, and say which is which.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a key pair: NAME.key to sign with and keep, NAME.pub to give to whoever loads bundles.
    New(New),
    /// Say of key files what they are, and the id of each.
    Show(Show),
    /// Make a token with which somebody may ask a service, and a line for its file of tokens.
    #[cfg(feature = "serve")]
    Token(token::Arguments),
}

#[derive(Debug, Args)]
struct New {
    /// The name of both files, without its ending.
    #[arg(long, short, value_name = "NAME", default_value = "cater")]
    output: PathBuf,
    #[command(flatten)]
    password: password::Asked,
    /// Lock the secret key with no password: whoever can read the file can sign.
    #[arg(long, conflicts_with = "password_file")]
    no_password: bool,
}

#[derive(Debug, Args)]
struct Show {
    /// Public or secret keys.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, terminal: &mut Terminal) -> Outcome {
    match &arguments.what {
        What::New(arguments) => new(arguments, terminal),
        What::Show(arguments) => show(arguments, terminal),
        #[cfg(feature = "serve")]
        What::Token(arguments) => token::run(arguments, terminal),
    }
}

fn new(arguments: &New, terminal: &Terminal) -> Outcome {
    let with = |ending: &str| {
        let mut name = arguments.output.as_os_str().to_os_string();
        name.push(ending);
        PathBuf::from(name)
    };
    let (secret, public) = (with(".key"), with(".pub"));
    for file in [&secret, &public] {
        if file.exists() {
            return Err(is_there(file));
        }
    }
    let failed = |error: PError| CannotRun::new(&codes::run::IO, format!("no key can be made: {error}"));
    let (pair, comment) = if arguments.no_password {
        (KeyPair::generate_unencrypted_keypair().map_err(failed)?, "minisign secret key, not locked")
    } else {
        let password = arguments.password.for_new(terminal)?;
        (KeyPair::generate_encrypted_keypair(Some(password)).map_err(failed)?, "minisign encrypted secret key")
    };
    let secret_text = pair.sk.to_box(Some(comment)).map_err(failed)?.into_string();
    let public_text = pair.pk.to_box().map_err(failed)?.into_string();
    let id = PublicKey::parse(&public_text).map_err(CannotRun::from)?.id().to_string();
    create(&secret, &secret_text, true)?;
    // A secret key whose public one nobody has is worth nothing.
    create(&public, &public_text, false).inspect_err(|_| drop(std::fs::remove_file(&secret)))?;
    if terminal.format == Format::Json {
        terminal.json(&json!({ "key": id, "secret": secret, "public": public, "locked": !arguments.no_password }));
    } else {
        terminal.line(format!("{}: secret key {id}: keep it, and let nobody read it", secret.display()));
        terminal.line(format!("{}: public key {id}: trust it where bundles are loaded", public.display()));
    }
    Ok(Ended::Clean)
}

fn is_there(file: &Path) -> CannotRun {
    CannotRun::new(&codes::run::BAD_OUTPUT, format!("`{}` is there, and a key is never written over", file.display()))
        .help("choose another name: --output NAME")
}

/// Writes a file that was not there; a secret one can be read by its owner alone, from the beginning.
fn create(path: &Path, text: &str, secret: bool) -> Result<(), CannotRun> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    let mut file = options.open(path).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists { is_there(path) } else { CannotRun::unwritable(path, error) }
    })?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        let _ = std::fs::remove_file(path);
        CannotRun::unwritable(path, error)
    })
}

fn show(arguments: &Show, terminal: &Terminal) -> Outcome {
    let mut all = Vec::new();
    for file in &arguments.files {
        // What is no secret key is judged as a public one.
        all.push((
            file,
            match secret::kind(file)? {
                Some(kind) => kind,
                None => Kind::Public(bundles::public_key(file)?.id()),
            },
        ));
    }
    if terminal.format == Format::Json {
        let one = |(file, kind): &(&PathBuf, Kind)| {
            let (what, id) = (kind.word(), kind.id().map(|id| id.to_string()));
            json!({ "file": file, "kind": what, "key": id })
        };
        terminal.json(&json!({ "keys": all.iter().map(one).collect::<Vec<_>>() }));
    } else {
        for (file, kind) in all {
            let said = match kind {
                Kind::Public(id) => format!("public key {id}"),
                Kind::Open(id) => format!("secret key {id}, not locked"),
                Kind::Locked => "secret key, locked with a password".to_owned(),
            };
            terminal.line(format!("{}: {said}", file.display()));
        }
    }
    Ok(Ended::Clean)
}
