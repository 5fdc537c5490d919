//! The password of a secret key: from a file, from the environment, or typed in.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::terminal::Terminal;
use super::super::{CannotRun, bundles};
use crate::diagnostics::codes;

/// The variable that may hold it.
pub(in crate::cli) const VARIABLE: &str = "CATER_KEY_PASSWORD";

/// Where the password is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Asked {
    /// The file whose first line is the key's password; else it is in CATER_KEY_PASSWORD, or asked for at a terminal.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Asked {
    /// The password of a key that is there.
    pub(in crate::cli) fn for_key(&self, key: &Path, terminal: &Terminal) -> Result<String, CannotRun> {
        if let Some(password) = self.given()? {
            return Ok(password);
        }
        typed(&format!("password of {}: ", key.display()), terminal)
    }

    /// A password for a new key.
    pub(in crate::cli) fn for_new(&self, terminal: &Terminal) -> Result<String, CannotRun> {
        let password = match self.given()? {
            Some(password) => password,
            None => {
                let password = typed("password for the new key: ", terminal)?;
                if typed("the same once more: ", terminal)? != password {
                    return Err(locked("the two passwords are not the same"));
                }
                password
            }
        };
        if password.is_empty() {
            return Err(locked("the password is empty"));
        }
        Ok(password)
    }

    fn given(&self) -> Result<Option<String>, CannotRun> {
        let Some(file) = &self.password_file else {
            return Ok(std::env::var(VARIABLE).ok().filter(|password| !password.is_empty()));
        };
        let text = bundles::text(file)?.ok_or_else(|| locked(&format!("{}: this is no text", file.display())))?;
        Ok(Some(text.lines().next().unwrap_or_default().to_owned()))
    }
}

/// What is typed at the terminal, unseen.
fn typed(prompt: &str, terminal: &Terminal) -> Result<String, CannotRun> {
    if !terminal.is_watched() || !std::io::stdin().is_terminal() {
        return Err(locked("the key needs a password, and there is nobody to type it"));
    }
    rpassword::prompt_password(prompt).map_err(CannotRun::from)
}

fn locked(message: &str) -> CannotRun {
    CannotRun::new(&codes::bundle::LOCKED_KEY, message).help(format!(
        "put the password in a file (--password-file FILE) or in {VARIABLE}; a new key can do without: --no-password"
    ))
}
