//! The decision log: a line for each decision for good, and for each event that was told, with nothing in it that marks or
//! purposes keep from being seen.
//!
//! Whoever decides hands over what was decided and goes on. A thread of its own replays it, writes the line and looks after
//! the file; where it cannot keep up, or the disk does not take it, lines are lost and counted, and no decision waits or
//! fails. What is logged is drawn from the name of the request, so a request asked again, on whatever node, and the events
//! of its decisions are in it together or not at all. Refuses to know HTTP.

mod counts;
mod file;
mod line;
mod readable;
mod reasons;
mod shared;
mod whose;
mod writer;

use std::hash::{BuildHasher, RandomState};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel, sync_channel};
use std::time::{Duration, Instant as Moment};

use prometheus_client::registry::Registry;

use super::bundles::{Active, Refused};
use super::trace::Trace;
use super::{Ear, Service};
use crate::diagnostics::Code;
use crate::diagnostics::codes::serve as codes;
use crate::frame::{Decision, Frame};
use crate::model::RuleSet;
use crate::value::{Datum, Instant, Value};
use counts::{Counts, Loss};
use file::LogFile;
pub(super) use readable::Readable;
use shared::Shared;
pub use whose::Whose;
use writer::{Message, Writer};

/// Where the log is written, how much of it, and how much is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct LogSettings {
    /// The file. Older ones are called `FILE.1`, `FILE.2` ..
    pub file: PathBuf,
    /// Of all requests, from 0 to 1.
    pub share: f64,
    /// Bytes after which a file is rotated.
    pub size: u64,
    /// Older files.
    pub keep: u32,
    /// Lines of 4 KiB that may wait to be written.
    pub buffer: usize,
    /// How a customer is called.
    pub whose: Whose,
}

/// Bytes that a line is reckoned with while it waits; one of which more has to be kept counts as several.
const LINE: usize = 4_096;

/// What was decided, with what it is explained from.
pub(super) struct Decided {
    pub(super) active: Arc<Active>,
    /// Under which the request is kept, or was given for the log alone.
    pub(super) name: String,
    pub(super) at: Instant,
    pub(super) decisions: Vec<Decision>,
    /// Of each decision, the frame in which it was made.
    pub(super) frames: Vec<Frame>,
    pub(super) trace: Option<Arc<Trace>>,
    pub(super) without_state: Option<&'static Code>,
    /// It was answered before.
    pub(super) is_repeated: bool,
    /// It is taken for shown.
    pub(super) is_shown: bool,
    pub(super) took: Duration,
}

impl Decided {
    /// How much of the buffer one of its lines needs: the frame is nearly all of it.
    fn weight_of_one(&self) -> usize {
        1 + self.frames.first().map_or(0, size) / LINE
    }
}

/// Roughly the bytes of a frame.
fn size(frame: &Frame) -> usize {
    let inner = |datum: &Datum| match datum {
        Datum::Known(Value::Text(text)) => text.len(),
        Datum::Known(Value::Set(elements)) => elements.iter().map(|element| element.len() + 64).sum(),
        Datum::Known(_) | Datum::Missing(_) => 0,
    };
    let values: usize = frame.attributes.iter().chain(&frame.gathered).map(|datum| 48 + inner(datum)).sum();
    let counted: usize = frame.counted.iter().map(|counted| 64 + 8 * counted.times.len()).sum();
    values + counted + 64 * frame.windows.len() + frame.taken.len()
}

/// What was told, and what became of it.
pub(super) struct Told {
    pub(super) active: Arc<Active>,
    /// Of which decision; of what no decision brought about, nothing.
    pub(super) decision: Option<String>,
    /// When it was told.
    pub(super) at: Instant,
    pub(super) trace: Option<Arc<Trace>>,
    pub(super) customer: Option<String>,
    pub(super) event: String,
    pub(super) happened: Option<Instant>,
    pub(super) offer: Option<String>,
    pub(super) became: &'static str,
    pub(super) cap: Option<String>,
}

/// The log, as whoever decides knows it.
pub(super) struct Log {
    queue: Sender<Message>,
    shared: Arc<Shared>,
    share: f64,
    buffer: usize,
    whose: Whose,
    names: AtomicU64,
    dice: RandomState,
}

impl Log {
    /// A log with its file open and its thread running.
    pub(super) fn open(settings: &LogSettings, registry: &mut Registry, ear: Arc<Ear>) -> Result<Self, Refused> {
        let LogSettings { file, share, size, keep, buffer, whose } = settings;
        let refused = |why: std::io::Error| Refused {
            code: &codes::CANNOT_LOG,
            message: format!("{}: {why}", file.display()),
            help: Some("name a file that may be written, and that no other service writes".to_owned()),
        };
        let opened = LogFile::open(file, *size, *keep).map_err(refused)?;
        let shared = Arc::new(Shared::new(Counts::registered(registry), ear));
        let (queue, taken) = channel();
        let (of_writer, whose) = (Arc::clone(&shared), whose.clone());
        let writer =
            Writer { file: opened, queue: taken, shared: of_writer, whose: whose.clone(), looked: Moment::now() };
        std::thread::Builder::new().name("cater-log".to_owned()).spawn(move || writer.run()).map_err(refused)?;
        let (names, dice) = (AtomicU64::new(0), RandomState::new());
        Ok(Self { queue, shared, share: *share, buffer: *buffer, whose, names, dice })
    }

    /// A name for a request that no store keeps, and that none gives.
    pub(super) fn new_name(&self) -> String {
        let number = self.names.fetch_add(1, Ordering::Relaxed);
        format!("n{:016x}{number:x}", self.dice.hash_one("names"))
    }

    /// Whether what belongs to the request of this name is logged.
    pub(super) fn takes(&self, name: &str) -> bool {
        let digest = blake3::hash(name.as_bytes());
        let first = digest.as_bytes().first_chunk().map_or(0, |first| u32::from_le_bytes(*first));
        // Every share of four thousand million requests can be said, and 1 is all of them.
        f64::from(first) < self.share * 4_294_967_296.0
    }

    /// Counts what is not logged.
    pub(super) fn passes(&self, lines: usize) {
        self.shared.counts.sampled_out(lines as u64);
    }

    /// Hands over what was decided.
    pub(super) fn decided(&self, decided: Decided) {
        let lines = decided.decisions.len();
        let weight = decided.weight_of_one();
        self.hand_over(lines, weight, || Message::Decided(Box::new(decided)));
    }

    /// Hands over what was told of a request of that name, if that is logged.
    pub(super) fn told(&self, name: &str, told: impl FnOnce() -> Told) {
        match self.takes(name) {
            true => self.hand_over(1, 1, || Message::Told(Box::new(told()))),
            false => self.passes(1),
        }
    }

    /// How a customer is called in a line.
    pub(super) fn customer(&self, rules: &RuleSet, frame: &Frame) -> Option<String> {
        self.whose.of(rules, frame)
    }

    fn hand_over(&self, lines: usize, weight: usize, message: impl FnOnce() -> Message) {
        if !self.shared.may_wait(lines, weight, self.buffer) {
            self.shared.lost(lines as u64, Loss::Full, "more lines wait to be written than may");
            return;
        }
        // Without bounds of its own, so nobody ever waits; what may wait was asked before.
        if self.queue.send(message()).is_err() {
            self.shared.wait_no_more(lines, weight);
            self.shared.lost(lines as u64, Loss::BrokeOff, "nobody writes the log any more");
        }
    }

    /// Has the file opened anew, since it was moved away.
    pub(super) fn reopen(&self) {
        self.shared.is_to_reopen.store(true, Ordering::Relaxed);
    }

    /// Waits until everything is written, or for no longer than this.
    pub(super) fn end(&self, patience: Duration) {
        let (done, is_done) = sync_channel(1);
        let is_written = self.queue.send(Message::End(done)).is_ok() && is_done.recv_timeout(patience).is_ok();
        let left = self.shared.waiting() as u64;
        if !is_written && left > 0 {
            self.shared.lost(left, Loss::Ended, "the service ended before all lines were written");
        }
    }
}

impl Service {
    /// What writes down what is decided from now on.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn with_log(mut self, settings: &LogSettings) -> Result<Self, Refused> {
        self.log = Some(Log::open(settings, self.metrics.registry(), Arc::clone(&self.ear))?);
        Ok(self)
    }
}
