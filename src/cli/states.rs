//! Where a run remembers: a file, or a server by its address. One way for every verb that takes `--state`.
//!
//! Nothing here prints an address as it was written: it may hold a password.

use std::path::Path;

use super::CannotRun;
use crate::diagnostics::codes;
use crate::runtime::store::{EmbeddedStore, StateError, StateStore};

/// An open state.
pub(super) enum State {
    File(EmbeddedStore),
    #[cfg(feature = "redis")]
    Server(Box<crate::runtime::store::redis::RedisStore>),
}

impl State {
    /// Opens it, a file to be read alone where nothing is to be recorded.
    pub(super) fn open(path: &Path, records: bool) -> Result<Self, StateError> {
        match address(path) {
            Some(address) => server(address),
            None if records => EmbeddedStore::open(path).map(Self::File),
            None => EmbeddedStore::open_for_reading(path).map(Self::File),
        }
    }

    /// One that is there; a file that is not is named.
    pub(super) fn open_known(path: &Path, records: bool, wrote: &str) -> Result<Self, CannotRun> {
        if !is_there(path) {
            let message = format!("there is no state file `{}`", path.display());
            let help = format!("name the file that `{wrote}` wrote");
            return Err(CannotRun::new(&codes::run::NO_SUCH_PATH, message).help(help));
        }
        Ok(Self::open(path, records)?)
    }

    pub(super) fn store(&self) -> &dyn StateStore {
        match self {
            Self::File(store) => store,
            #[cfg(feature = "redis")]
            Self::Server(store) => store.as_ref(),
        }
    }

    /// For as many threads as there are.
    #[cfg(feature = "serve")]
    pub(super) fn shared(self) -> std::sync::Arc<dyn StateStore> {
        match self {
            Self::File(store) => std::sync::Arc::new(store),
            #[cfg(feature = "redis")]
            Self::Server(store) => std::sync::Arc::from(store as Box<dyn StateStore>),
        }
    }

    /// Takes back a file that was made for a run that came to nothing.
    pub(super) fn take_back(self) {
        match self {
            Self::File(store) => store.take_back(),
            #[cfg(feature = "redis")]
            Self::Server(_) => {}
        }
    }
}

/// The address, where a server is meant and not a file.
fn address(path: &Path) -> Option<&str> {
    path.to_str().filter(|text| is_address(text))
}

/// Whether a text is an address, and not the name of a file.
pub(super) fn is_address(text: &str) -> bool {
    text.contains("://")
}

/// Whether there is something to be opened, as far as that shows without opening it.
pub(super) fn is_there(path: &Path) -> bool {
    address(path).is_some() || path.exists()
}

/// As it may be shown: without user and password.
pub(super) fn shown(path: &Path) -> String {
    let Some(text) = address(path) else { return path.display().to_string() };
    let (scheme, rest) = text.split_once("://").unwrap_or(("", text));
    let hosts = rest.rsplit_once('@').map_or(rest, |(_, hosts)| hosts);
    format!("{scheme}://{hosts}")
}

/// Whether an address can be read, without asking who is there; nothing of a file.
pub(super) fn read_address(path: &Path) -> Option<Result<(), StateError>> {
    address(path).map(|address| parse(address).map(drop))
}

#[cfg(feature = "redis")]
fn parse(address: &str) -> Result<crate::runtime::store::redis::Address, StateError> {
    address.parse()
}

#[cfg(feature = "redis")]
fn server(address: &str) -> Result<State, StateError> {
    use crate::runtime::store::redis::{Patience, RedisStore};
    Ok(State::Server(Box::new(RedisStore::open(parse(address)?, Patience::default())?)))
}

#[cfg(not(feature = "redis"))]
fn parse(_: &str) -> Result<String, StateError> {
    let why = "this program was built without Redis; build it with `--features redis`, or name a file";
    Err(StateError::BadAddress { why: why.to_owned() })
}

#[cfg(not(feature = "redis"))]
fn server(address: &str) -> Result<State, StateError> {
    Err(parse(address).err().unwrap_or(StateError::BadAddress { why: "there is no Redis in this program".to_owned() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        for (written, expected) in [
            ("seen.state", "seen.state"),
            ("redis://anna:s3cr@t@db:1/3", "redis://db:1/3"),
            ("redis://db", "redis://db"),
            ("odd://u:s3cr@", "odd://"),
        ] {
            assert_eq!(shown(Path::new(written)), expected);
        }
        let error = State::open(Path::new("redis://u:s3cr@"), true).map(|_| ()).unwrap_err();
        assert_eq!(error.code().name, "state::bad-address");
        assert!(!error.to_string().contains("s3cr"));
    }
}
