//! TLS on both sockets: whoever trusts the certificate is answered, nobody else, and another certificate is taken up.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring};

use super::server::{RULES, Said, Server, answer, connect, ended, folder, raw, wait_until};
use crate::house::root;

/// Puts a certificate and its key where the service reads them, whole.
fn put(folder: &Path, name: &str) {
    for (ending, to) in [("pem", "my.pem"), ("key", "my.key")] {
        let from = root().join(format!("tests/serve/tls-{name}.{ending}"));
        fs::copy(from, folder.join("new")).unwrap();
        fs::rename(folder.join("new"), folder.join(to)).unwrap();
    }
}

/// One request by somebody who trusts that certificate alone; nothing where they do not trust the service.
fn ask(to: &str, trusted: &str, method: &str, path: &str, body: &str) -> Option<Said> {
    let mut roots = RootCertStore::empty();
    let file = root().join(format!("tests/serve/tls-{trusted}.pem"));
    roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, connect(to));
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    answer(&mut stream)
}

const ANN: &str = r#"{"customer": {"id": "ann"}, "slots": ["home"]}"#;

#[test]
fn whoever_trusts_the_certificate_is_answered_and_nobody_else() {
    let folder = folder(RULES);
    put(folder.path(), "one");
    let proof = ["--tls-certificate", "my.pem", "--tls-key", "my.key"];
    let mut server = Server::start(folder.path(), &[&proof[..], &["--look", "50ms", "--timeout", "2s"]].concat());
    assert!(server.first["listening"].as_str().unwrap().starts_with("https://127.0.0.1:"), "{}", server.first);
    let decide = |trusted: &str| ask(&server.public, trusted, "POST", "/v1/decide", ANN);
    assert_eq!(decide("one").unwrap().shows(), [Some("tip".to_owned())]);
    assert_eq!(ask(&server.admin, "one", "GET", "/readyz", "").unwrap().status, 200);
    assert!(decide("other").is_none(), "it proves to be another");
    // Neither plain words nor silence are answered, and neither keeps anybody else from it.
    assert!(raw(&server.public, b"POST /v1/decide HTTP/1.1\r\nHost: t\r\n\r\n").is_none());
    let silent = connect(&server.public);
    assert_eq!(decide("one").unwrap().status, 200);
    let counted = || {
        let metrics = ask(&server.admin, "one", "GET", "/metrics", "").unwrap().body;
        let line = metrics.lines().find(|line| line.starts_with("cater_tls_handshake_failures_total ")).unwrap();
        line.rsplit(' ').next().unwrap().parse::<u32>().unwrap()
    };
    wait_until("giving up on who says nothing", || counted() == 3);
    drop(silent);
    // Another is taken up, a broken one is not.
    put(folder.path(), "other");
    wait_until("proving to be another", || decide("other").is_some());
    assert!(decide("one").is_none());
    fs::write(folder.path().join("my.pem"), "nothing").unwrap();
    let told = || fs::read_to_string(folder.path().join("stderr.log")).unwrap();
    wait_until("refusing it", || told().contains("serve::bad-certificate"));
    std::thread::sleep(Duration::from_millis(100));
    assert!(decide("other").is_some());
    assert!(told().contains(r#""notice":"certificates""#), "{}", told());
    assert_eq!(server.end(), Some(0));
}

#[test]
fn what_proves_nothing_is_refused() {
    let folder = folder(RULES);
    put(folder.path(), "one");
    fs::copy(root().join("tests/serve/tls-other.key"), folder.path().join("other.key")).unwrap();
    fs::write(folder.path().join("empty.pem"), "").unwrap();
    for (certificate, key) in [
        ("nowhere.pem", "my.key"),
        ("empty.pem", "my.key"),
        ("shop.cater", "my.key"),
        ("my.key", "my.key"),
        ("my.pem", "my.pem"),
        ("my.pem", "nowhere.key"),
        ("my.pem", "other.key"),
    ] {
        let own = ["serve", "shop.cater", "--check", "--tls-certificate", certificate, "--tls-key", key];
        let (code, said) = ended(folder.path(), &own);
        assert_eq!(code, Some(2), "{certificate} {key}: {said}");
        assert!(said.contains("error[serve::bad-certificate]"), "{certificate} {key}: {said}");
    }
    let (code, said) = ended(folder.path(), &["serve", "shop.cater", "--check", "--tls-certificate", "my.pem"]);
    assert_eq!((code, said.contains("--tls-key")), (Some(2), true), "{said}");
}
