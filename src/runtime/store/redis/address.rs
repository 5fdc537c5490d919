//! Where a Redis is, as somebody writes it: `redis://[user:password@]host[:port][/number]`, the same with `valkey`, or
//! with `redis+cluster` and several hosts between commas. Shown, it has no secret in it.

use std::fmt;
use std::str::FromStr;

use redis::{ConnectionInfo, IntoConnectionInfo};

use super::StateError;

/// An address.
#[derive(Clone)]
pub struct Address {
    pub(super) nodes: Vec<ConnectionInfo>,
    pub(super) is_cluster: bool,
    /// Without user and password.
    shown: String,
}

impl Address {
    /// Whether a text is meant as an address of a server, and not as the name of a file.
    pub fn is_meant(text: &str) -> bool {
        text.contains("://")
    }
}

impl FromStr for Address {
    type Err = StateError;

    fn from_str(text: &str) -> Result<Self, StateError> {
        let bad = |why: &str| StateError::BadAddress { why: why.to_owned() };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("it has no `://`"))?;
        let is_cluster = match scheme {
            "redis" | "valkey" => false,
            "redis+cluster" | "valkey+cluster" => true,
            "rediss" | "valkeys" => {
                return Err(bad("this program does not speak TLS to a Redis; put a tunnel before it"));
            }
            _ => return Err(bad("it begins with `redis://`, `valkey://` or `redis+cluster://`")),
        };
        // What stands before the last `@` may be secret.
        let (secret, hosts) = rest.rsplit_once('@').map_or((None, rest), |(secret, hosts)| (Some(secret), hosts));
        let (hosts, path) = hosts.split_once('/').unwrap_or((hosts, ""));
        if hosts.contains(',') && !is_cluster {
            return Err(bad("several hosts are a cluster: `redis+cluster://`"));
        }
        if rest.contains('?') {
            return Err(bad("it takes no settings behind a `?`"));
        }
        if is_cluster && !path.is_empty() {
            return Err(bad("a cluster has no numbered databases"));
        }
        if !path.is_empty() && path.parse::<u16>().is_err() {
            return Err(bad("behind the host stands the number of a database, or nothing"));
        }
        let mut nodes = Vec::new();
        for host in hosts.split(',') {
            if host.is_empty() {
                return Err(bad("a host is missing"));
            }
            let secret = secret.map(|secret| format!("{secret}@")).unwrap_or_default();
            let one = format!("redis://{secret}{host}/{path}");
            // The library's words may hold the secret.
            nodes.push(one.into_connection_info().map_err(|_| bad("host, port, user or password cannot be read"))?);
        }
        let path = if path.is_empty() { String::new() } else { format!("/{path}") };
        Ok(Self { nodes, is_cluster, shown: format!("{scheme}://{hosts}{path}") })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_shown_without_secrets() {
        for (text, shown) in [
            ("redis://127.0.0.1", "`redis://127.0.0.1`"),
            ("valkey://127.0.0.1:7000/3", "`valkey://127.0.0.1:7000/3`"),
            ("redis://anna:s3cr%40t@[::1]:7000", "`redis://[::1]:7000`"),
            ("redis://:s3cr@t@db.example", "`redis://db.example`"),
            ("redis+cluster://u:s3cr@a:1,b:2", "`redis+cluster://a:1,b:2`"),
        ] {
            let address: Address = text.parse().unwrap();
            assert_eq!((address.to_string(), format!("{address:?}")), (shown.to_owned(), shown.to_owned()));
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_secret() {
        for text in [
            "shown.state",
            "http://x",
            "rediss://u:s3cr@x",
            "redis://",
            "redis://u:s3cr@",
            "redis://u:s3cr@a,b",
            "redis+cluster://u:s3cr@a/3",
            "redis://u:s3cr@a/three",
            "redis://u:s3cr@a?timeout=3",
            "redis://u:s3cr@a/3?timeout=3",
            "redis://u:s3cr@a:port",
            "redis+cluster://u:s3cr@a,,b",
        ] {
            let error = text.parse::<Address>().unwrap_err();
            assert_eq!(error.code().name, "state::bad-address", "{text}");
            assert!(!error.to_string().contains("s3cr") && !error.help().contains("s3cr"), "{error}");
        }
    }
}
