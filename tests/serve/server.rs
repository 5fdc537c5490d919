//! A service that runs, and a client that sends just the bytes it is told to.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Rules with a cap per customer, one per everybody, and something without any.
pub(crate) const RULES: &str = "purpose tips \"Show me tips\" { basis legitimate interest \"LIA\"  direct marketing }
customer { id: text key  age: whole from 0 to 130 hidden }
offer tip { class marketing }
offer voucher { class marketing }
offer welcome { class service }
offer wine { class service }
slot bar on web { accepts service  fallback nothing }
slot home on web { accepts service, marketing  fallback welcome }
slot till on web { accepts service, marketing  fallback nothing }
rule tip in home {
  because \"We thought you might like it\"
  needs tips
  show tip
  cap at most 1 shown in any 7 days per customer
}
rule wine in bar { when age is at least 18  show wine }
rule voucher in till { needs tips  show voucher  cap at most 3 shown ever per everybody }
";

/// A folder with a bundle of these rules.
pub(crate) fn folder(rules: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    build(folder.path(), rules, "shop.cater");
    folder
}

/// Builds a bundle into a folder, whole or not at all.
pub(crate) fn build(folder: &Path, rules: &str, name: &str) {
    fs::write(folder.join("shop.rules"), rules).unwrap();
    let built = cater(folder, &["build", "shop.rules", "--output", name]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

pub(crate) fn cater(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cater"));
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the tool answers to whoever waits for it to end.
pub(crate) fn ended(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = cater(folder, arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

/// A running service; dropped, it is killed.
pub(crate) struct Server {
    child: Child,
    _out: BufReader<ChildStdout>,
    pub(crate) first: Value,
    pub(crate) public: String,
    pub(crate) admin: String,
    token: Option<String>,
}

impl Server {
    /// Serves `shop.cater` of the folder, on ports that are free.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::start_with(folder, "shop.cater", arguments)
    }

    pub(crate) fn start_with(folder: &Path, bundle: &str, arguments: &[&str]) -> Self {
        let own = ["serve", bundle, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--format", "json"];
        let mut command = cater(folder, &[&own[..], arguments].concat());
        let log = fs::File::create(folder.join("stderr.log")).unwrap();
        let mut child = command.stderr(log).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let first: Value = serde_json::from_str(&line).unwrap_or_else(|why| {
            let said = fs::read_to_string(folder.join("stderr.log")).unwrap();
            panic!("the first line is no JSON: {why}: {line}{said}");
        });
        let address = |name: &str| first[name].as_str().unwrap().rsplit("//").next().unwrap().to_owned();
        let (public, admin) = (address("listening"), address("admin"));
        Self { child, _out: out, first, public, admin, token: None }
    }

    /// From now on this token is sent.
    pub(crate) fn bearing(&mut self, token: Option<&str>) {
        self.token = token.map(str::to_owned);
    }

    pub(crate) fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// How much memory it has, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Waits until it has ended by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "it does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Tells it to end and waits for that.
    pub(crate) fn end(&mut self) -> Option<i32> {
        self.signal("-TERM");
        self.wait().code()
    }

    pub(crate) fn post(&self, path: &str, body: &str) -> Said {
        self.ask(&self.public, "POST", path, Some(body))
    }

    /// With a header more, with its line end.
    pub(crate) fn post_with(&self, path: &str, header: &str, body: &str) -> Said {
        self.ask_with(&self.public, "POST", path, header, Some(body))
    }

    pub(crate) fn get(&self, path: &str) -> Said {
        self.ask(&self.public, "GET", path, None)
    }

    pub(crate) fn admin(&self, method: &str, path: &str) -> Said {
        self.ask(&self.admin, method, path, (method == "POST").then_some(""))
    }

    pub(crate) fn admin_with(&self, path: &str, body: &str) -> Said {
        self.ask(&self.admin, "POST", path, Some(body))
    }

    fn ask(&self, to: &str, method: &str, path: &str, body: Option<&str>) -> Said {
        self.ask_with(to, method, path, "", body)
    }

    fn ask_with(&self, to: &str, method: &str, path: &str, header: &str, body: Option<&str>) -> Said {
        let mut headers = header.to_owned();
        if let Some(token) = &self.token {
            headers.push_str(&format!("Authorization: Bearer {token}\r\n"));
        }
        let body = body.unwrap_or_default();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
        );
        raw(to, request.as_bytes()).unwrap_or_else(|| panic!("{method} {path} is not answered"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// In lower case, a line each.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Said {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The status and the code of a problem, which must be one in all its parts.
    pub(crate) fn problem(&self) -> (u16, String) {
        let object = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(object["status"], self.status, "{self:?}");
        let code = object["code"].as_str().unwrap().to_owned();
        assert_eq!(object["type"], format!("/v1/codes/{}", code.replace("::", "/")));
        assert!(object["title"].is_string() && object["detail"].is_string(), "{self:?}");
        (self.status, code)
    }

    /// What the slots show, in their order.
    pub(crate) fn shows(&self) -> Vec<Option<String>> {
        let object = self.json();
        let decisions = object["decisions"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        decisions.iter().map(|one| one["shows"].as_str().map(str::to_owned)).collect()
    }

    /// The id of the first decision.
    pub(crate) fn id(&self) -> String {
        self.json()["decisions"][0]["id"].as_str().unwrap_or_else(|| panic!("no id: {self:?}")).to_owned()
    }
}

/// Sends bytes, and reads what comes until the other end closes; nothing where it says nothing.
pub(crate) fn raw(to: &str, bytes: &[u8]) -> Option<Said> {
    let mut stream = connect(to);
    // Whoever refuses may close before all of it is there.
    let _ = stream.write_all(bytes);
    answer(&mut stream)
}

pub(crate) fn connect(to: &str) -> TcpStream {
    let stream = TcpStream::connect(to).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// One answer.
pub(crate) fn answer(stream: &mut impl Read) -> Option<Said> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Said { status, head: head.to_lowercase().replace("\r\n", "\n"), body: body.to_owned() })
}

/// Waits for something that the service does by itself.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what} took more than a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}
