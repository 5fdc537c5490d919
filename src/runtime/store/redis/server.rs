//! A real server for tests: started in a folder of its own, killed, stopped, started again. Which program it is, says
//! `CATER_REDIS_SERVER`; without it nothing of this runs.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant as Stopwatch};

use redis::{Cmd, FromRedisValue};
use tempfile::TempDir;

use super::{Patience, RedisStore};
use crate::runtime::store::{Cell, Change, Forgotten, Key, Landed, StateError, StateStore, Transaction};

pub(in crate::runtime) struct Server {
    program: String,
    port: u16,
    folder: TempDir,
    arguments: Vec<String>,
    running: Mutex<Option<Child>>,
}

/// What makes everything that was answered survive whatever is killed.
const DURABLE: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

impl Server {
    /// A server, if there is a program to start.
    pub(in crate::runtime) fn start(arguments: &[&str]) -> Option<Self> {
        let program = std::env::var("CATER_REDIS_SERVER").ok()?;
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let arguments = arguments.iter().map(|one| (*one).to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        let server = Self { program, port, folder, arguments, running: Mutex::new(None) };
        server.run();
        Some(server)
    }

    pub(super) fn of_this_test(arguments: &[&str]) -> Self {
        Self::start(arguments).expect("CATER_REDIS_SERVER names a server")
    }

    /// Starts it on what it has written so far.
    pub(super) fn run(&self) {
        let mut command = Command::new(&self.program);
        command.args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--dir"]);
        command.arg(self.folder.path()).args(DURABLE).args(&self.arguments);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(child);
        let start = Stopwatch::now();
        while start.elapsed() < Duration::from_secs(20) {
            let client = redis::Client::open(self.url("")).unwrap();
            // One that wants a password answers too.
            match client.get_connection_with_timeout(Duration::from_millis(200)) {
                Ok(mut connection) => match redis::cmd("PING").query::<String>(&mut connection) {
                    Ok(_) => return,
                    Err(why) if why.code() == Some("NOAUTH") => return,
                    Err(_) => {}
                },
                Err(why) if why.code().is_some() => return,
                Err(_) => {}
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("{} does not answer", self.program);
    }

    /// As `kill -9` does.
    pub(super) fn kill(&self) {
        if let Some(mut child) = self.running.lock().unwrap_or_else(PoisonError::into_inner).take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&self, name: &str) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let id = running.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    pub(super) fn url(&self, secret: &str) -> String {
        format!("redis://{secret}127.0.0.1:{}", self.port)
    }

    pub(super) fn cluster_url(&self) -> String {
        format!("redis+cluster://127.0.0.1:{}", self.port)
    }

    pub(super) fn open(&self, patience: Patience) -> RedisStore {
        RedisStore::open(self.url("").parse().unwrap(), patience).unwrap()
    }

    /// What it answers to a command of somebody else's.
    pub(super) fn ask<T: FromRedisValue>(&self, command: &Cmd) -> T {
        let mut connection = redis::Client::open(self.url("")).unwrap().get_connection().unwrap();
        command.query(&mut connection).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A store with the server that it is on.
pub(in crate::runtime) struct OnServer {
    store: RedisStore,
    _server: Server,
}

impl OnServer {
    /// One, if there is a program to start.
    pub(in crate::runtime) fn start() -> Option<Self> {
        let server = Server::start(&[])?;
        Some(Self {
            store: server.open(Patience { answer: Duration::from_secs(10), ..Patience::default() }),
            _server: server,
        })
    }
}

impl StateStore for OnServer {
    fn read(&self, keys: &[Key]) -> Result<Vec<Cell>, StateError> {
        self.store.read(keys)
    }

    fn write(&self, changes: &[Change]) -> Result<Landed, StateError> {
        self.store.write(changes)
    }

    fn new_name(&self) -> Result<String, StateError> {
        self.store.new_name()
    }

    fn lands_whole(&self) -> bool {
        self.store.lands_whole()
    }

    fn begin(&self) -> Result<Box<dyn Transaction + '_>, StateError> {
        self.store.begin()
    }

    fn place(&self) -> String {
        self.store.place()
    }

    fn forget(&self, keys: &[Key]) -> Result<Forgotten, StateError> {
        self.store.forget(keys)
    }
}
