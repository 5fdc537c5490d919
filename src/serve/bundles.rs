//! The bundle in use, and how it is replaced by another: verified, tried on made-up customers, accepted, swapped.
//!
//! Where anything of that fails the bundle before stays in use, and what failed is remembered for whoever asks. A request
//! takes the bundle once, at its beginning, so its answer is computed wholly by one; the one before goes when the last
//! request that took it has ended. Where bundles lie, and whom to trust with them, a [`Source`] knows.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use arc_swap::ArcSwap;
use serde_json::{Value, json};

use super::log::Readable;
use super::metrics::{Counters, Metrics};
use super::switches::{Paused, Switches};
use crate::bundle::BundleError;
use crate::diagnostics::Code;
use crate::model::{RuleSet, Verified};
use crate::runtime::clock::Clock;
use crate::runtime::self_check::{Checked, self_check};
use crate::runtime::{Engine, Origin};
use crate::value::{Instant, show_instant};

/// Where bundles come from.
pub trait Source: Send + Sync {
    /// The bundle that lies there now, verified.
    ///
    /// # Errors
    /// It cannot be read, or may not be used.
    fn open(&self) -> Result<Opened, Refused>;

    /// Notes that this one is about to be put to use, so that no older one is from now on.
    ///
    /// # Errors
    /// It is an older one.
    fn accept(&self, file: &str, origin: Option<&Origin>) -> Result<(), Refused>;

    /// Something that changes when what lies there does; cheap enough to be asked every other second.
    fn looks(&self) -> u64;
}

/// A bundle that may be used.
#[derive(Debug)]
pub struct Opened {
    /// Ready to decide.
    pub engine: Engine,
    /// The file it was read from.
    pub file: String,
}

/// Why a bundle is not put to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Its entry in the table of codes.
    pub code: &'static Code,
    /// What is the matter.
    pub message: String,
    /// What can be done.
    pub help: Option<String>,
}

/// The bundle in use.
#[derive(Debug)]
pub(super) struct Active {
    /// With everything off that is paused.
    pub(super) engine: Engine,
    /// As they came.
    rules: Verified,
    /// How much of what it has is paused.
    pub(super) paused: usize,
    pub(super) file: String,
    pub(super) since: Instant,
    pub(super) checked: Checked,
    pub(super) revision: String,
    pub(super) digest: String,
    pub(super) counters: Counters,
    readable: OnceLock<Vec<Readable>>,
    flat: OnceLock<Option<RuleSet>>,
}

impl Active {
    /// What every answer says of the bundle that it was computed by.
    pub(super) fn name(&self) -> Value {
        match self.paused {
            0 => json!({ "revision": self.revision, "digest": self.digest }),
            paused => json!({ "revision": self.revision, "digest": self.digest, "paused": paused }),
        }
    }

    /// The rules as explanations read them, where that is not as they are; made once, by whoever explains many decisions.
    pub(super) fn flat(&self) -> Option<&RuleSet> {
        let rules = self.engine.rules();
        self.flat.get_or_init(|| (!rules.gathered.is_empty()).then(|| rules.flattened())).as_ref()
    }

    /// What a log may say of a customer, by slot; found out once, by whoever logs.
    pub(super) fn readable(&self) -> &[Readable] {
        self.readable.get_or_init(|| Readable::of_all(self.engine.rules()))
    }
}

/// What a reload came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reloaded {
    /// Another bundle is in use from now on.
    Another,
    /// It is the bundle that is in use.
    Same,
}

/// A reload that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) at: Instant,
    pub(super) refused: Refused,
}

/// The bundle in use and where the next one comes from.
pub(super) struct Bundles {
    source: Box<dyn Source>,
    active: ArcSwap<Active>,
    switches: ArcSwap<Switches>,
    /// What failed last, since the last one that did not. Whoever holds it reloads.
    failed: Mutex<Option<Failure>>,
    /// The same, for whoever asks while somebody reloads.
    told: Mutex<Option<Failure>>,
}

impl Bundles {
    /// Puts the first bundle to use.
    ///
    /// # Errors
    /// It may not be used.
    pub(super) fn open(
        source: Box<dyn Source>,
        switches: Switches,
        clock: &dyn Clock,
        metrics: &Metrics,
    ) -> Result<Self, Refused> {
        let first = source.open()?;
        let active = prepare(source.as_ref(), first, &switches, clock.now(), metrics)?;
        metrics.activated(&active);
        Ok(Self {
            source,
            active: ArcSwap::from_pointee(active),
            switches: ArcSwap::from_pointee(switches),
            failed: Mutex::default(),
            told: Mutex::default(),
        })
    }

    /// What is paused now.
    pub(super) fn switches(&self) -> Arc<Switches> {
        self.switches.load_full()
    }

    /// Pauses something, or no longer; gives whether that changed anything. What a request has begun with it ends with.
    ///
    /// # Errors
    /// It cannot be remembered, or the rules may not run without it: nothing was changed.
    pub(super) fn switch(
        &self,
        paused: &Paused,
        is_paused: bool,
        clock: &dyn Clock,
        metrics: &Metrics,
    ) -> Result<bool, Refused> {
        // Nobody reloads in between.
        let _reloading = lock(&self.failed);
        let Some(switches) = self.switches.load().with(paused, is_paused) else { return Ok(false) };
        let before = self.active();
        let engine = before.engine.with_rules(before.rules.clone());
        let opened = Opened { engine, file: before.file.clone() };
        let next = Active { since: before.since, ..tried(opened, &switches, clock.now(), metrics)? };
        switches.keep()?;
        metrics.activated(&next);
        self.active.store(Arc::new(next));
        self.switches.store(Arc::new(switches));
        Ok(true)
    }

    /// The one in use now. A request asks once.
    pub(super) fn active(&self) -> Arc<Active> {
        self.active.load_full()
    }

    /// What failed last, unless something went well since.
    pub(super) fn failure(&self) -> Option<Failure> {
        lock(&self.told).clone()
    }

    /// Changes when what lies at the source does.
    pub(super) fn looks(&self) -> u64 {
        self.source.looks()
    }

    /// Puts to use what lies at the source now. One at a time; it may take seconds.
    ///
    /// # Errors
    /// It may not be used; the one before stays.
    pub(super) fn reload(&self, clock: &dyn Clock, metrics: &Metrics) -> Result<Reloaded, Refused> {
        let mut failed = lock(&self.failed);
        let reloaded = self.try_to_reload(clock, metrics);
        *failed = reloaded.as_ref().err().map(|refused| Failure { at: clock.now(), refused: refused.clone() });
        *lock(&self.told) = failed.clone();
        metrics.reloaded(reloaded.as_ref().ok());
        reloaded
    }

    fn try_to_reload(&self, clock: &dyn Clock, metrics: &Metrics) -> Result<Reloaded, Refused> {
        let opened = self.source.open()?;
        if is_same(&opened, &self.active.load()) {
            return Ok(Reloaded::Same);
        }
        let next = Arc::new(prepare(self.source.as_ref(), opened, &self.switches(), clock.now(), metrics)?);
        metrics.activated(&next);
        self.active.store(next);
        Ok(Reloaded::Another)
    }

    /// For whoever looks after the service.
    pub(super) fn machine(&self) -> Value {
        let active = self.active();
        let signed = active.engine.origin().and_then(|origin| origin.signed.as_ref());
        let failure = self.failure().map(|Failure { at, refused }| {
            json!({
                "at": show_instant(at),
                "code": refused.code.name,
                "detail": refused.message,
                "help": refused.help,
            })
        });
        json!({
            "bundles": [{
                "file": active.file,
                "revision": active.revision,
                "digest": active.digest,
                "signature": signed.map(|signed| json!({
                    "key": signed.key().to_string(),
                    "sequence": signed.claim().sequence,
                    "signed": show_instant(signed.claim().signed),
                })),
                "activated": show_instant(active.since),
                "engine": active.engine.how().to_string(),
                "rules": active.engine.rules().rules.len(),
                "slots": active.engine.rules().slots.iter().map(|slot| slot.name.as_str()).collect::<Vec<_>>(),
                "self_check": { "customers": active.checked.customers, "decisions": active.checked.decisions },
                "failure": failure,
            }]
        })
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // What it guards is replaced whole.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this very bundle is in use, by the word of the same signature.
fn is_same(opened: &Opened, active: &Active) -> bool {
    let said = |engine: &Engine| engine.origin().map(|Origin { digest, signed, .. }| (*digest, *signed));
    said(&opened.engine).is_some_and(|opened| Some(opened) == said(&active.engine))
}

/// Tries a bundle on made-up customers, and has it accepted.
fn prepare(
    source: &dyn Source,
    opened: Opened,
    switches: &Switches,
    now: Instant,
    metrics: &Metrics,
) -> Result<Active, Refused> {
    let active = tried(opened, switches, now, metrics)?;
    source.accept(&active.file, active.engine.origin())?;
    Ok(active)
}

/// A bundle with everything off that is paused, tried on made-up customers.
fn tried(opened: Opened, switches: &Switches, now: Instant, metrics: &Metrics) -> Result<Active, Refused> {
    let rules = opened.engine.rules().clone();
    let switched = switches.applied(&rules).map_err(|why| {
        let refused = BundleError::from(why);
        let message = format!("{}: with what is paused: {refused}", opened.file);
        Refused { code: refused.code(), message, help: Some("pause something else, such as the slot".to_owned()) }
    })?;
    let opened = match switched {
        Some(switched) => Opened { engine: opened.engine.with_rules(switched), ..opened },
        None => opened,
    };
    let checked = self_check(&opened.engine, now).map_err(|found| Refused {
        code: found.code(),
        message: format!("{}: {found}", opened.file),
        help: Some(found.help().to_owned()),
    })?;
    let Opened { engine, file } = opened;
    let (revision, digest) = match engine.origin() {
        Some(origin) => (origin.manifest.revision.clone(), origin.digest.to_string()),
        None => (String::new(), String::new()),
    };
    let counters = metrics.counters(engine.rules());
    let paused = switches.all.iter().filter(|one| one.is_in(&rules)).count();
    let (readable, flat) = (OnceLock::new(), OnceLock::new());
    Ok(Active { engine, rules, paused, file, since: now, checked, revision, digest, counters, readable, flat })
}
