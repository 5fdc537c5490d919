//! History in Redis or Valkey, for many nodes that decide at the same time: one server, or a cluster.
//!
//! A cell is a hash of three fields: `v` its version, `e` how often it was written anew, `b` its pieces. Its key names its
//! kind and, as the hash tag, its unit: `cater:s:{..}` what is counted together, `cater:c:{..}` a customer,
//! `cater:r:{..}` a request. One request reads all its cells in one go. It writes each by one script that compares the
//! version and adds, so no script touches two slots of a cluster; where a later one does not fit any more, what the earlier
//! ones added is taken back. A crash in between leaves reservations that end by themselves, and never an answer without
//! them. What a request was answered expires. That an event of a decision was written to a record of many is marked beside it
//! for some minutes (`cater:m:{..}`), so that what is said again after a crash is not written again.
//!
//! Every wait has an end ([`Patience`]). A writing whose answer is lost may have landed, so it is never sent again; what
//! it did is found when it is said again. After a connection has failed the next are refused without asking for a while
//! that grows, so that a store that is gone costs no decision its deadline.

mod address;
mod connection;
#[cfg(test)]
#[cfg(feature = "cli")]
mod faults;
mod forget;
#[cfg(test)]
pub(in crate::runtime) mod server;
#[cfg(test)]
#[cfg(feature = "cli")]
mod tests;

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use redis::{Cmd, ErrorKind, RedisError, ServerErrorKind, Value, cmd};

use super::cell::born;
use super::forget::{Forgotten, Whom};
use super::memory::Buffered;
use super::{Cell, Change, Key, Landed, Once, Refusal, StateError, StateStore, Transaction};
pub use address::Address;
use connection::Connection;

/// One cell: changed where it fits. What it is compared with and what it becomes stand in the order of [`write`].
const WRITE: &str = include_str!("write.lua");

/// How long is waited for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For each answer, and for each question to be taken.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_millis(500), answer: Duration::from_millis(500) }
    }
}

/// What came of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// It was made.
    Now,
    /// It had been made before.
    Before,
    /// It does not fit.
    Not,
}

/// For how long it is remembered that something was made once: for longer than whoever lost the answer to a crash waits to
/// say it again, and not so long that the marks of a busy stock weigh much.
const MARKED: Duration = Duration::from_secs(300);

/// So many connections are kept open while nobody needs them.
const IDLE: usize = 64;

/// How long nobody tries after a connection has failed: the first time, and at most.
const FIRST_REST: Duration = Duration::from_millis(50);
const LONGEST_REST: Duration = Duration::from_secs(2);

/// A store in Redis or Valkey.
pub struct RedisStore {
    address: Address,
    patience: Patience,
    idle: Mutex<Vec<Connection>>,
    rest: Mutex<Rest>,
    digest: String,
    dice: RandomState,
    names: std::sync::atomic::AtomicU64,
    keeps: Option<Duration>,
}

/// Until when nobody tries, and why.
#[derive(Default)]
struct Rest {
    length: Duration,
    until: Option<(Stopwatch, StateError)>,
}

impl std::fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // An address has no secret in it when it is shown.
        f.debug_struct("RedisStore").field("address", &self.address).finish_non_exhaustive()
    }
}

impl RedisStore {
    /// A store at this address. It is asked at once whether it is there.
    ///
    /// # Errors
    /// It does not answer, or does not let us in.
    pub fn open(address: Address, patience: Patience) -> Result<Self, StateError> {
        let store = Self::new(address, patience);
        store.is_there()?;
        Ok(store)
    }

    /// A store at this address, which nobody has asked yet.
    pub fn new(address: Address, patience: Patience) -> Self {
        Self {
            address,
            patience,
            idle: Mutex::default(),
            rest: Mutex::default(),
            digest: redis::Script::new(WRITE).get_hash().to_owned(),
            dice: RandomState::new(),
            names: std::sync::atomic::AtomicU64::new(0),
            keeps: None,
        }
    }

    /// Asks whether it is there.
    ///
    /// # Errors
    /// It does not answer, or does not let us in.
    pub fn is_there(&self) -> Result<(), StateError> {
        self.with(|connection| connection.ask(&cmd("PING")).map(drop))
    }

    /// The store, in which nothing is kept for longer.
    #[must_use]
    pub fn keeping(self, keeps: Option<Duration>) -> Self {
        Self { keeps, ..self }
    }

    /// Runs something on a connection; one that has failed is not used again.
    fn with<T>(&self, ask: impl FnOnce(&mut Connection) -> Result<T, RedisError>) -> Result<T, StateError> {
        // The lock is given back before anybody is waited for.
        let idle = lock(&self.idle).pop();
        let mut connection = match idle {
            Some(idle) => idle,
            None => self.connect()?,
        };
        let answered = ask(&mut connection);
        match &answered {
            // What a server answers, if only that it will not, leaves the connection whole.
            Err(why) if !is_answer(why) => {}
            Ok(_) | Err(_) => {
                let mut idle = lock(&self.idle);
                if idle.len() < IDLE {
                    idle.push(connection);
                }
            }
        }
        answered.map_err(|why| self.error(&why))
    }

    fn connect(&self) -> Result<Connection, StateError> {
        let resting = lock(&self.rest).until.clone();
        if let Some((_, why)) = resting.filter(|(until, _)| Stopwatch::now() < *until) {
            return Err(why);
        }
        let connected = Connection::open(&self.address, self.patience).map_err(|why| self.error(&why));
        let mut rest = lock(&self.rest);
        match &connected {
            Ok(_) => *rest = Rest::default(),
            Err(why) => {
                // Whoever was idle is as gone as this one.
                lock(&self.idle).clear();
                rest.length = (rest.length * 2).clamp(FIRST_REST, LONGEST_REST);
                rest.until = Some((Stopwatch::now() + rest.length, why.clone()));
            }
        }
        connected
    }

    fn key(key: &Key) -> Vec<u8> {
        let (kind, name) = match key {
            Key::Shared(name) => ("s", name),
            Key::Customer(name) => ("c", name),
            Key::Request(name) => ("r", name),
        };
        tagged(kind, name)
    }

    /// Beside a cell: what was made there once, and when.
    fn marks(key: &Key) -> Vec<u8> {
        let name = match key {
            Key::Shared(name) | Key::Customer(name) | Key::Request(name) => name,
        };
        tagged("m", name)
    }

    /// Makes one change where it fits.
    fn change(&self, change: &Change) -> Result<Made, StateError> {
        self.with(|connection| {
            let run = |how: &str, script: &str| {
                let mut command = cmd(how);
                command.arg(script).arg(2).arg(Self::key(&change.key)).arg(Self::marks(&change.key));
                arguments(&mut command, change);
                command
            };
            let answered = match connection.ask(&run("EVALSHA", &self.digest)) {
                // It did not run: the server was started anew, or is another of the cluster.
                Err(why) if why.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                    connection.ask(&run("EVAL", WRITE))?
                }
                answered => answered?,
            };
            let said = [(0, Made::Not), (1, Made::Now), (2, Made::Before)];
            let made = said.into_iter().find(|(number, _)| answered == Value::Int(*number));
            made.map(|(_, made)| made).ok_or_else(|| unexpected(&answered))
        })
    }

    fn error(&self, why: &RedisError) -> StateError {
        let place = self.address.to_string();
        if why.is_timeout() {
            return StateError::Slow(place);
        }
        let refused = |refusal| StateError::Refused { place: place.clone(), refusal };
        let code = code_of(why);
        match (why.kind(), code.as_deref()) {
            (_, Some("READONLY")) => refused(Refusal::ReadOnly),
            (ErrorKind::AuthenticationFailed, _) | (_, Some("NOAUTH" | "WRONGPASS" | "NOPERM")) => {
                refused(Refusal::NotAllowed)
            }
            (_, Some("OOM")) => refused(Refusal::Full),
            (_, Some("MISCONF")) => refused(Refusal::CannotSave),
            (_, Some("WRONGTYPE" | "CATERFOREIGN")) => refused(Refusal::SomethingElse),
            (_, Some("LOADING" | "CLUSTERDOWN" | "MASTERDOWN" | "TRYAGAIN" | "NOREPLICAS" | "BUSY")) => {
                refused(Refusal::NotReady)
            }
            (_, Some(code)) => refused(Refusal::Other(code.to_owned())),
            // What went wrong with the connection; the library's words may hold what was sent.
            (kind, None) => {
                let why = if why.is_connection_refusal() {
                    "nobody listens there".to_owned()
                } else if why.is_connection_dropped() || kind == ErrorKind::Io {
                    "the connection broke off".to_owned()
                } else {
                    format!("{kind:?}")
                };
                StateError::Unreachable { place, why }
            }
        }
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that holds one of these locks can panic half-way.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether the server has answered, so that the next answer is that to the next question.
fn is_answer(why: &RedisError) -> bool {
    code_of(why).is_some()
}

/// The first word of what the server answers; of several answers that of the first that is an error.
fn code_of(why: &RedisError) -> Option<String> {
    let of_several = || Some(why.clone().into_server_errors()?.first()?.1.code().to_owned());
    why.code().map(str::to_owned).or_else(of_several)
}

fn unexpected(_: &Value) -> RedisError {
    RedisError::from((ErrorKind::UnexpectedReturnType, "an answer of another kind than was asked for"))
}

/// What the script is told: see its head.
fn arguments(command: &mut Cmd, change: &Change) {
    command.arg(change.slack.map_or_else(|| "-1".to_owned(), |slack| slack.to_string()));
    command.arg(change.read.version).arg(change.weight.max(1)).arg(born());
    command.arg(change.read.epoch).arg(change.read.length);
    command.arg(i32::from(change.instead.is_some())).arg(change.instead.as_deref().unwrap_or_default());
    command.arg(change.add.as_slice());
    command.arg(change.keep.map_or(0, |keep| keep.as_millis()).to_string());
    let (mark, back) = match change.once {
        Once::Any => (String::new(), false),
        Once::By(mark) => (named(mark), false),
        Once::Back(mark) => (named(mark), true),
    };
    command.arg(mark).arg(i32::from(back)).arg(MARKED.as_secs());
}

/// A key whose hash tag is the name, so that all of one name lie in one slot of a cluster. An empty tag would be none.
fn tagged(kind: &str, name: &str) -> Vec<u8> {
    match name.is_empty() || name.starts_with('}') {
        true => format!("cater:{kind}::{{:}}{name}").into_bytes(),
        false => format!("cater:{kind}:{{{name}}}").into_bytes(),
    }
}

/// A mark as it stands in the server.
fn named(mark: u64) -> String {
    format!("{mark:016x}")
}

fn read(key: &[u8]) -> Cmd {
    let mut command = cmd("HMGET");
    command.arg(key).arg(&["v", "e", "b"]);
    command
}

fn field(value: &Value) -> Result<Option<&[u8]>, RedisError> {
    if let Value::BulkString(bytes) = value {
        return Ok(Some(bytes));
    }
    if *value == Value::Nil { Ok(None) } else { Err(unexpected(value)) }
}

fn cell(value: &Value) -> Result<Cell, RedisError> {
    let Value::Array(fields) = value else { return Err(unexpected(value)) };
    let [version, epoch, body] = fields.as_slice() else { return Err(unexpected(value)) };
    let number = |value: &Value| {
        let text = field(value)?.map_or(Ok("0"), |bytes| str::from_utf8(bytes).map_err(|_| unexpected(value)));
        text?.parse::<u64>().map_err(|_| unexpected(value))
    };
    let body = field(body)?.unwrap_or_default().to_vec();
    Ok(Cell { version: number(version)?, epoch: number(epoch)?, body })
}

impl StateStore for RedisStore {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let commands: Vec<Cmd> = keys.iter().map(|key| read(&Self::key(key))).collect();
        self.with(|connection| connection.ask_all(&commands)?.iter().map(cell).collect())
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        let mut made = Vec::with_capacity(changes.len());
        for change in changes {
            match self.change(change)? {
                Made::Now => made.push(change),
                // What had landed before is not this writing's to take back.
                Made::Before => {}
                Made::Not => {
                    // The last first, so that nobody sees an answer without what it reserves.
                    for change in made.into_iter().rev() {
                        self.change(&change.undone())?;
                    }
                    return Ok(Landed::Conflict);
                }
            }
        }
        Ok(Landed::Whole)
    }

    fn was_made(&self, key: &Key, mark: u64) -> Result<bool, StateError> {
        let mut command = cmd("ZSCORE");
        command.arg(Self::marks(key)).arg(named(mark));
        self.with(|connection| Ok(field(&connection.ask(&command)?)?.is_some()))
    }

    /// Random, so that nobody has to be asked: 64 bits of this store, and how many it has given out.
    fn new_name(&self) -> Result<String, StateError> {
        let number = self.names.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Ok(format!("{:016x}{:x}", self.dice.hash_one("names"), number))
    }

    fn keeps(&self) -> Option<Duration> {
        self.keeps
    }

    fn lands_whole(&self) -> bool {
        false
    }

    /// Whoever writes to the same customers meanwhile keeps the base from landing; a crash while it lands leaves a part.
    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        Ok(Box::new(Buffered::new(self)))
    }

    fn place(&self) -> String {
        self.address.to_string()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        let records = self.remove(&keys.iter().map(Self::key).collect::<Vec<_>>())?;
        let whom = Whom::of(keys);
        let requests = if whom.is_nobody() { 0 } else { self.forget_requests(&whom)? };
        Ok(Forgotten { records, requests })
    }
}
