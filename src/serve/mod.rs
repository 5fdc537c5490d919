//! The service: decisions, explanations and events over HTTP, from one bundle that can be replaced while it runs.
//!
//! Takes a [`Source`] of bundles, a store, tokens and limits; answers on two sockets, one for whoever asks and one for
//! whoever looks after it. Everything is read, decided and recorded by `runtime`, in the same words as the tool's: the
//! service adds who may ask, how much at once and for how long, and what is answered when the store fails. Deciding is
//! synchronous and has threads of its own; a request's slots are decided in order, by one bundle, in one transaction.
//! Refuses to know how rules are spelt, where bundles lie and whom to trust with them.

mod ask;
mod body;
mod bundles;
mod decide;
mod guard;
mod lanes;
mod listen;
mod log;
mod metrics;
mod problem;
mod routes;
mod switches;
#[cfg(test)]
mod tests;
mod tls;
mod tokens;
mod trace;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use crate::diagnostics::Code;
use crate::runtime::clock::Clock;
use crate::runtime::store::{StateError, StateStore};
use bundles::{Bundles, Reloaded};
pub use bundles::{Opened, Refused, Source};
use lanes::Lanes;
pub use listen::{Sockets, run};
use log::Log;
pub use log::{LogSettings, Whose};
use metrics::Metrics;
pub use switches::Kind;
use switches::Switches;
pub use tls::Identity;
pub use tokens::{BadTokens, Scope, Tokens, is_name, line as token_line};

/// What one request, and all of them together, may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// How deep the JSON of a body is nested.
    pub depth: usize,
    /// Customers, or events, in one request.
    pub at_once: usize,
    /// Requests in hand.
    pub in_hand: usize,
    /// Open connections; more wait to be taken.
    pub connections: usize,
    /// Threads that ask the store.
    pub store_threads: usize,
    /// How long a request may take to arrive, and again to be answered.
    pub patience: Duration,
    /// How long the store may take, before it is decided without it.
    pub store: Duration,
}

/// How other protocols than the service's own are spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manners {
    /// Origins of pages whose scripts may ask, such as `https://shop.example`; `*` is all of them.
    pub origins: Vec<String>,
    /// To clients of OpenFeature a fallback is `UNKNOWN` instead of `DEFAULT`, which the protocol's schema leaves out.
    pub strict_reasons: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1 << 20,
            depth: 32,
            at_once: 1_000,
            in_hand: 512,
            connections: 4_096,
            store_threads: 64,
            patience: Duration::from_secs(10),
            store: Duration::from_millis(500),
        }
    }
}

/// What whoever looks after the service should hear of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Another bundle is in use.
    Activated {
        /// The file it came from.
        file: String,
        /// Its revision.
        revision: String,
        /// Its digest.
        digest: String,
    },
    /// A bundle was refused, and the one before stays; or a file of tokens was.
    Refused(Refused),
    /// Other certificates prove from now on who the service is.
    Certificates,
    /// Other tokens are known from now on.
    Tokens(usize),
    /// Somebody paused something, or no longer.
    Switched {
        /// What kind of thing.
        kind: Kind,
        /// Which.
        name: String,
        /// Whether it is paused from now on.
        is_paused: bool,
        /// Who wanted it.
        who: String,
        /// Why.
        why: String,
    },
    /// What was kept of so many customers was removed.
    Forgot(usize),
    /// The store fails, and decisions are made without it.
    StateFails(&'static Code),
    /// It answers again.
    StateAnswers,
    /// Lines of the log are lost, for this reason; decisions go on.
    LogFails(String),
    /// None are any more.
    LogGoesOn {
        /// How many were.
        lost: u64,
    },
    /// No new request is taken, and those in hand are ended.
    Ending,
}

/// Hears notices.
pub type Ear = Box<dyn Fn(&Notice) + Send + Sync>;

/// The tokens that lie where they lie now.
pub type TokenSource = Box<dyn Fn() -> Result<Tokens, Refused> + Send + Sync>;

/// What a service is made of.
pub struct Parts {
    /// Where its bundle comes from.
    pub source: Box<dyn Source>,
    /// By which decisions are made.
    pub clock: Box<dyn Clock>,
    /// Who may ask; without any everybody may who can reach it.
    pub tokens: Option<TokenSource>,
    /// What may be asked.
    pub limits: Limits,
    /// Where it is remembered what is paused; else that is forgotten when the service ends.
    pub switches: Option<PathBuf>,
    /// And how it is answered where that is a matter of taste.
    pub manners: Manners,
    /// Who hears what happens.
    pub ear: Ear,
}

/// The service, without its sockets.
pub struct Service {
    bundles: Bundles,
    store: Option<Arc<dyn StateStore>>,
    clock: Box<dyn Clock>,
    tokens: ArcSwapOption<Tokens>,
    token_source: Option<TokenSource>,
    limits: Limits,
    manners: Manners,
    lanes: Lanes,
    metrics: Metrics,
    log: Option<Log>,
    identity: Option<Arc<Identity>>,
    ear: Arc<Ear>,
    /// No new request is taken.
    is_ending: AtomicBool,
    /// The store failed when it was asked last.
    is_without_state: AtomicBool,
}

impl Service {
    /// A service with its first bundle in use.
    ///
    /// # Errors
    /// The bundle, or the file of tokens, cannot be used.
    pub fn open(parts: Parts) -> Result<Self, Refused> {
        let Parts { source, clock, tokens, limits, switches, manners, ear } = parts;
        let metrics = Metrics::new();
        let known = tokens.as_ref().map(|tokens| tokens()).transpose()?;
        let bundles = Bundles::open(source, Switches::open(switches)?, clock.as_ref(), &metrics)?;
        // Who only reckons needs a core, and a few more so that one long request holds nobody up.
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            bundles,
            store: None,
            clock,
            tokens: ArcSwapOption::from_pointee(known),
            token_source: tokens,
            limits,
            manners,
            lanes: Lanes::new(limits.store_threads, 2 * cores),
            metrics,
            log: None,
            identity: None,
            ear: Arc::new(ear),
            is_ending: AtomicBool::new(false),
            is_without_state: AtomicBool::new(false),
        })
    }

    /// What remembers from now on; without one nothing is remembered, and caps count what a request tells.
    #[must_use]
    pub fn with_store(mut self, store: Arc<dyn StateStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// What speaks TLS on both sockets; without it they are open to be read.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// That the store does not answer, which whoever opened it knows first.
    pub fn state_is_gone(&self, why: &StateError) {
        self.state_answered(Some(why.code()));
    }

    /// The revision and digest of the bundle in use.
    pub fn bundle(&self) -> (String, String) {
        let active = self.bundles.active();
        (active.revision.clone(), active.digest.clone())
    }

    /// For how many made-up customers the bundle in use was tried, and in how many decisions.
    pub fn tried(&self) -> (u32, u64) {
        let checked = self.bundles.active().checked;
        (checked.customers, checked.decisions)
    }

    /// Something that changes when something else lies at one of the sources.
    fn looks(&self) -> u64 {
        let identity = self.identity.as_ref().map_or(0, |identity| identity.looks());
        self.bundles.looks() ^ identity.rotate_left(1)
    }

    /// Puts to use what lies at the sources now, tokens first. It may take seconds.
    fn reload(&self) -> Result<Reloaded, Refused> {
        let (identity, tokens) = (self.reload_identity(), self.reload_tokens());
        let reloaded = self.bundles.reload(self.clock.as_ref(), &self.metrics);
        match &reloaded {
            Ok(Reloaded::Another) => {
                let active = self.bundles.active();
                let (file, revision, digest) = (active.file.clone(), active.revision.clone(), active.digest.clone());
                (self.ear)(&Notice::Activated { file, revision, digest });
            }
            Ok(Reloaded::Same) => {}
            Err(refused) => (self.ear)(&Notice::Refused(refused.clone())),
        }
        identity.and(tokens).and(reloaded)
    }

    /// Proves by other certificates, if others lie there; where they cannot be used those before stay.
    fn reload_identity(&self) -> Result<(), Refused> {
        let Some(identity) = &self.identity else { return Ok(()) };
        match identity.reload() {
            Ok(true) => (self.ear)(&Notice::Certificates),
            Ok(false) => {}
            Err(refused) => {
                (self.ear)(&Notice::Refused(refused.clone()));
                return Err(refused);
            }
        }
        Ok(())
    }

    /// Knows other tokens, if others stand in their file; where it cannot be used those before stay.
    fn reload_tokens(&self) -> Result<(), Refused> {
        let Some(source) = &self.token_source else { return Ok(()) };
        let read = source();
        match read {
            Ok(tokens) => {
                let count = tokens.count();
                let is_other = self.tokens.load().as_deref().is_none_or(|before| *before != tokens);
                self.tokens.store(Some(Arc::new(tokens)));
                if is_other {
                    (self.ear)(&Notice::Tokens(count));
                }
                Ok(())
            }
            Err(refused) => {
                (self.ear)(&Notice::Refused(refused.clone()));
                Err(refused)
            }
        }
    }

    /// Notes how the store answered, and tells where that is news.
    fn state_answered(&self, failed: Option<&'static Code>) {
        if let Some(code) = failed {
            self.metrics.state_failed(code);
        }
        if self.is_without_state.swap(failed.is_some(), Ordering::Relaxed) != failed.is_some() {
            (self.ear)(&failed.map_or(Notice::StateAnswers, Notice::StateFails));
        }
    }

    fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}
