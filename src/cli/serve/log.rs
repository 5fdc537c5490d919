//! The log of `cater serve`, as it is asked for: which file, how much of what is decided, and how customers are called in it.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::CannotRun;
use crate::diagnostics::codes;
use crate::serve::{LogSettings, Whose};

/// What is written down of decisions.
#[derive(Debug, Args)]
pub(super) struct Logging {
    /// Writes a line of JSON for each decision for good and each event: a file, or `/dev/stdout`. No value that marks hide,
    /// or whose purpose is not open, is ever in it.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// The share of requests that is logged, from 0 to 1; a request asked again, and the events of its decisions, are in the
    /// log with it or not at all.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share, requires = "log")]
    log_share: f64,
    /// The size after which the file becomes FILE.1: bytes, or 64K, 100M, 2G.
    #[arg(long, value_name = "SIZE", default_value = "100M", value_parser = size, requires = "log")]
    log_size: u64,
    /// How many older files are kept, FILE.1 to FILE.COUNT.
    #[arg(long, value_name = "COUNT", default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=1_000), requires = "log")]
    log_keep: u32,
    /// Lines that may wait to be written, of 4 KiB each; a longer one counts as several. What comes then is not logged, and
    /// counted.
    #[arg(long, value_name = "LINES", default_value_t = 8_192, requires = "log")]
    log_buffer: usize,
    /// How a customer is called: not at all, by a digest under `--log-key`, or by the key that the rules have for them.
    #[arg(long, value_name = "HOW", default_value = "none", requires = "log")]
    log_customer: Called,
    /// The secret of the digests: a file of 32 bytes or more, such as `openssl rand -hex 32` writes.
    #[arg(long, value_name = "FILE", requires = "log")]
    log_key: Option<PathBuf>,
}

/// How a customer is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Called {
    /// Not at all.
    None,
    /// By a digest.
    Digest,
    /// By their key.
    Plain,
}

impl Logging {
    /// What is asked for, if anything is.
    pub(super) fn settings(&self) -> Result<Option<LogSettings>, CannotRun> {
        let Some(file) = &self.log else { return Ok(None) };
        if self.log_buffer == 0 {
            return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "with --log-buffer 0 nothing could be logged")
                .help("name at least 1, or leave it out"));
        }
        let whose = match (self.log_customer, &self.log_key) {
            (Called::None, None) => Whose::Nobodys,
            (Called::Plain, None) => Whose::Plain,
            (Called::Digest, Some(file)) => digest(file)?,
            (Called::Digest, None) => {
                return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "--log-customer digest needs a secret")
                    .help("make one and name it: openssl rand -hex 32 > log.key, then --log-key log.key"));
            }
            (Called::None | Called::Plain, Some(_)) => {
                return Err(CannotRun::new(&codes::run::BAD_ARGUMENT, "--log-key is for --log-customer digest alone")
                    .help("write --log-customer digest, or leave --log-key out"));
            }
        };
        let (share, size, keep, buffer) = (self.log_share, self.log_size, self.log_keep, self.log_buffer);
        Ok(Some(LogSettings { file: file.clone(), share, size, keep, buffer, whose }))
    }
}

fn digest(file: &Path) -> Result<Whose, CannotRun> {
    let secret = std::fs::read(file).map_err(|error| CannotRun::unreadable(file, &error))?;
    Whose::digest(&secret).ok_or_else(|| {
        let message = format!("{}: this is shorter than 32 bytes, so it could be guessed", file.display());
        CannotRun::new(&codes::serve::BAD_LOG_KEY, message).help("make another: openssl rand -hex 32 > log.key")
    })
}

fn share(text: &str) -> Result<f64, String> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse()
        .ok()
        .filter(|share| is_plain && (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share is a number from 0 to 1, such as 0.1".to_owned())
}

/// `4096`, `64K`, `100M`, `2G`.
fn size(text: &str) -> Result<u64, String> {
    let at = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let factor: u64 = match unit {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => 0,
    };
    let size = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    size.filter(|size| *size >= LEAST)
        .ok_or_else(|| format!("a size is written 65536, 64K, 100M or 2G, and is at least {LEAST}"))
}

/// The smallest file that is worth a name.
const LEAST: u64 = 4_096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units_and_shares_are_parts() {
        for (text, bytes) in [("4096", 4_096), ("64K", 65_536), ("100M", 104_857_600), ("2G", 2_147_483_648)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for bad in ["", "0", "4095", "1K", "K", "-1", "1.5M", "1MB", "99999999999999999999", "20000000000000G"] {
            assert!(size(bad).is_err(), "{bad}");
        }
        for (text, part) in [("0", 0.0), ("0.25", 0.25), (".5", 0.5), ("1", 1.0), ("1.0", 1.0)] {
            assert_eq!(share(text), Ok(part), "{text}");
        }
        for bad in ["", "2", "-0.1", "1.1", "nan", "inf", "1e-1", "10%"] {
            assert!(share(bad).is_err(), "{bad}");
        }
    }
}
