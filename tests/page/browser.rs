//! A real browser without a window, spoken to over a pipe: its own protocol for developers, one JSON text after another with a
//! zero byte between them. No port is opened, and nothing is fetched.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// Programs that are such a browser, by the names that systems give them.
const PROGRAMS: [&str; 5] =
    ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

/// The longest that anything takes on a machine that does other things, too.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Json>,
    next: u64,
    session: Option<String>,
    events: VecDeque<Json>,
    /// Its profile; gone when it is.
    _profile: TempDir,
}

/// What a page is looked at with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
}

impl Browser {
    pub(crate) fn start() -> Self {
        let program = PROGRAMS.into_iter().find(|name| is_in_path(name));
        let program = program.expect("a browser in the path: `make test` brings one");
        let profile = tempfile::tempdir().unwrap();
        let mut child = Command::new("sh")
            // The pipe is wanted as the third and fourth file.
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"#, "sh", program])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--mute-audio"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the browser starts");
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut message = Vec::new();
            while from.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let Ok(read) = serde_json::from_slice(&message) else { break };
                if sender.send(read).is_err() {
                    break;
                }
                message.clear();
            }
        });
        let events = VecDeque::new();
        let mut browser = Self { child, to, from: receiver, next: 0, session: None, events, _profile: profile };
        let target = browser.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached =
            browser.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// A command and its answer.
    pub(crate) fn call(&mut self, method: &str, parameters: Json) -> Json {
        self.next += 1;
        let mut message = json!({ "id": self.next, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser listens");
        loop {
            let mut answer = self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no answer to {method}"));
            if answer["id"] == json!(self.next) {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.events.push_back(answer);
        }
    }

    /// Opens a file and waits until it is there.
    pub(crate) fn open(&mut self, path: &Path) {
        self.events.clear();
        self.call("Page.navigate", json!({ "url": format!("file://{}", path.display()) }));
        loop {
            let loaded = self.events.iter().any(|event| event["method"] == "Page.loadEventFired");
            if loaded {
                return;
            }
            let event = self.from.recv_timeout(PATIENCE).expect("the page loads");
            self.events.push_back(event);
        }
    }

    /// The size of the window and the scheme of its colours.
    pub(crate) fn look(&mut self, look: Look) {
        let Look { width, height, dark } = look;
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// The value of an expression in the page.
    pub(crate) fn ask(&mut self, expression: &str) -> Json {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", parameters);
        let thrown = &answer["exceptionDetails"];
        let short: String = expression.chars().take(200).collect();
        assert!(thrown.is_null(), "{short}: {}", thrown["exception"]["description"]);
        answer["result"]["value"].take()
    }

    /// What the page complained about since it was opened: errors, and what its policy forbade.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.ask("0");
        let told = |event: &Json| match event["method"].as_str()? {
            "Runtime.exceptionThrown" => Some(event["params"]["exceptionDetails"].to_string()),
            "Log.entryAdded" => Some(event["params"]["entry"]["text"].to_string()),
            "Runtime.consoleAPICalled" => Some(event["params"]["args"].to_string()),
            _ => None,
        };
        self.events.iter().filter_map(told).collect()
    }

    /// What was asked of any network, or of any file, since the page was opened.
    pub(crate) fn requests(&mut self) -> Vec<String> {
        self.ask("0");
        let asked = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        asked.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// A key as somebody presses it.
    pub(crate) fn press(&mut self, key: &str) {
        let text = if key == "Enter" { "\r" } else { "" };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            "ArrowDown" => 40,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowLeft" => 37,
            _ => 0,
        };
        let down = json!({ "type": if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "key": key, "text": text,
                           "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "windowsVirtualKeyCode": code }));
    }

    /// Text as somebody types it.
    pub(crate) fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// A picture of the window, under the folder of what is built; its path is printed.
    #[expect(clippy::print_stderr, reason = "whoever runs the tests looks at it")]
    pub(crate) fn picture(&mut self, name: &str) -> PathBuf {
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("page");
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join(format!("{name}.png"));
        std::fs::write(&path, from_base64(shot["data"].as_str().unwrap())).unwrap();
        eprintln!("screenshot: {}", path.display());
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It and what it started end when the pipe does; whoever hangs is ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn is_in_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

fn from_base64(text: &str) -> Vec<u8> {
    let value = |sign: u8| match sign {
        b'A'..=b'Z' => u32::from(sign - b'A'),
        b'a'..=b'z' => u32::from(sign - b'a') + 26,
        b'0'..=b'9' => u32::from(sign - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let signs: Vec<u8> = text.bytes().filter(|sign| *sign != b'=').collect();
    let mut bytes = Vec::with_capacity(signs.len() * 3 / 4);
    for four in signs.chunks(4) {
        let bits = four.iter().enumerate().fold(0, |bits, (at, sign)| bits | value(*sign) << (18 - 6 * at));
        bytes.extend([bits >> 16, bits >> 8, bits].iter().take(four.len() - 1).map(|byte| (byte & 0xff) as u8));
    }
    bytes
}
