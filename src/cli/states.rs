//! Where a run remembers: a file, or a server by its address. One way for every verb that takes `--state`.
//!
//! Nothing here prints an address as it was written: it may hold a password.

use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use super::{CannotRun, counted};
use crate::diagnostics::codes;
use crate::model::RuleSet;
use crate::runtime::data::MOST_DAYS;
use crate::runtime::looks_back::{LooksFurther, looks_further};
use crate::runtime::store::{EmbeddedStore, Forgotten, Key, StateError, StateStore};

/// An open state.
pub(super) enum State {
    File(Box<EmbeddedStore>),
    #[cfg(feature = "redis")]
    Server(Box<crate::runtime::store::redis::RedisStore>),
}

impl State {
    /// Opens it, a file to be read alone where nothing is to be recorded.
    pub(super) fn open(path: &Path, records: bool) -> Result<Self, StateError> {
        match address(path) {
            Some(address) => server(address),
            None if records => EmbeddedStore::open(path).map(|store| Self::File(Box::new(store))),
            None => EmbeddedStore::open_for_reading(path).map(|store| Self::File(Box::new(store))),
        }
    }

    /// Opens it for a service: a server that is not there now may come back, and what is the matter with it is told besides.
    #[cfg(feature = "serve")]
    pub(super) fn open_for_a_service(path: &Path) -> Result<(Self, Option<StateError>), StateError> {
        #[cfg(feature = "redis")]
        if let Some(address) = address(path) {
            use crate::runtime::store::redis::{Patience, RedisStore};
            let store = RedisStore::new(parse(address)?, Patience::default());
            let gone = store.is_there().err();
            return match gone {
                Some(why) if !why.may_pass() => Err(why),
                gone => Ok((Self::Server(Box::new(store)), gone)),
            };
        }
        Ok((Self::open(path, true)?, None))
    }

    /// The same, in which nothing is kept for longer than so many days.
    pub(super) fn keeping(self, days: Option<NonZeroU32>) -> Self {
        let keeps = days.map(|days| Duration::from_secs(86_400) * days.get());
        match self {
            Self::File(store) => Self::File(Box::new(store.keeping(keeps))),
            #[cfg(feature = "redis")]
            Self::Server(store) => Self::Server(Box::new(store.keeping(keeps))),
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
            Self::File(store) => store.as_ref(),
            #[cfg(feature = "redis")]
            Self::Server(store) => store.as_ref(),
        }
    }

    /// For as many threads as there are.
    #[cfg(feature = "serve")]
    pub(super) fn shared(self) -> std::sync::Arc<dyn StateStore> {
        match self {
            Self::File(store) => std::sync::Arc::from(store as Box<dyn StateStore>),
            #[cfg(feature = "redis")]
            Self::Server(store) => std::sync::Arc::from(store as Box<dyn StateStore>),
        }
    }

    /// Removes what is kept under these keys, and leaves nothing of it in a file.
    pub(super) fn forget_for_good(self, keys: &[Key]) -> Result<Forgotten, StateError> {
        match self {
            Self::File(store) => store.forget_for_good(keys),
            #[cfg(feature = "redis")]
            Self::Server(store) => store.forget(keys),
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

/// A number of days, as `--keep-events` takes it.
pub(super) fn days(text: &str) -> Result<NonZeroU32, String> {
    let days = text.parse().ok().filter(|days: &NonZeroU32| days.get() <= MOST_DAYS);
    days.ok_or_else(|| format!("write a number of days from 1 to {MOST_DAYS}"))
}

/// How many things that look back too far are named.
const NAMED: usize = 4;

/// Refuses rules that look back further than events are kept.
pub(super) fn reach_back(rules: &RuleSet, days: Option<NonZeroU32>) -> Result<(), CannotRun> {
    let Some(days) = days.map(NonZeroU32::get) else { return Ok(()) };
    let mut further = looks_further(rules, days);
    if further.is_empty() {
        return Ok(());
    }
    // The furthest first: who mends that has mended the others, too.
    further.sort_by_key(|one| std::cmp::Reverse(one.days.unwrap_or(u64::MAX)));
    let far = |one: &LooksFurther| match one.days {
        Some(days) => format!("{} {days} days back", one.what),
        None => format!("{} back without end", one.what),
    };
    let named: Vec<String> = further.iter().take(NAMED).map(far).collect();
    let more = match further.len().saturating_sub(named.len()) {
        0 => String::new(),
        more => format!(", and {more} more look back further, too"),
    };
    let kept = counted(days as usize, "day");
    let message = format!("events are kept for {kept}, and the rules look further: {}{more}", named.join(", "));
    let longest = further.iter().filter_map(|one| one.days).max();
    let without_end = further.iter().any(|one| one.days.is_none());
    let help = match (without_end, longest) {
        (false, Some(longest)) => {
            format!("keep events for at least {longest} days, or let the rules look back less far")
        }
        (true, Some(longest)) => {
            format!("keep events for good; or say over which time, such as `in any {longest} days`, and keep as many")
        }
        (true, None) => "keep events for good; or say over which time they count, such as `in any 90 days`".to_owned(),
        (false, None) => "keep events for good".to_owned(),
    };
    Err(CannotRun::new(&codes::state::KEPT_TOO_SHORT, message).help(help))
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
