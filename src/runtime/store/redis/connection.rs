//! One connection, to a server or to a cluster: asks one question, or several in one go.

use redis::cluster::{ClusterClient, ClusterConnection, cluster_pipe};
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{Client, Cmd, ConnectionLike, ErrorKind, RedisError, RedisResult, Value, cmd, from_redis_value};

use super::{Address, Patience};

pub(super) enum Connection {
    One(Box<redis::Connection>),
    Cluster(Box<ClusterConnection>),
}

impl Connection {
    pub(super) fn open(address: &Address, patience: Patience) -> RedisResult<Self> {
        if address.is_cluster {
            let client = ClusterClient::builder(address.nodes.clone())
                .connection_timeout(patience.connect)
                .response_timeout(patience.answer)
                // To follow a slot that has moved.
                .retries(3)
                .max_retry_wait(50)
                .build()?;
            return Ok(Self::Cluster(Box::new(client.get_connection()?)));
        }
        let none = || RedisError::from((ErrorKind::InvalidClientConfig, "no host"));
        let node = address.nodes.first().cloned().ok_or_else(none)?;
        let connection = Client::open(node)?.get_connection_with_timeout(patience.connect)?;
        connection.set_read_timeout(Some(patience.answer))?;
        connection.set_write_timeout(Some(patience.answer))?;
        Ok(Self::One(Box::new(connection)))
    }

    pub(super) fn ask(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::One(connection) => connection.req_command(command),
            Self::Cluster(connection) => connection.req_command(command),
        };
        answer?.extract_error()
    }

    /// The answers in the order of the questions.
    pub(super) fn ask_all(&mut self, commands: &[Cmd]) -> RedisResult<Vec<Value>> {
        match self {
            Self::One(connection) => {
                // By hand: the library would wait for each answer of a server that stands still.
                let asked: Vec<u8> = commands.iter().flat_map(Cmd::get_packed_command).collect();
                connection.send_packed_command(&asked)?;
                let mut answers = Vec::with_capacity(commands.len());
                for _ in commands {
                    answers.push(connection.recv_response()?);
                }
                answers.into_iter().map(Value::extract_error).collect()
            }
            Self::Cluster(connection) => {
                let mut all = cluster_pipe();
                for command in commands {
                    all.add_command(command.clone());
                }
                all.query(connection)
            }
        }
    }

    /// Those that hold keys: each of a cluster, or the one that there is.
    pub(super) fn nodes(&mut self) -> RedisResult<Vec<Option<Node>>> {
        let Self::Cluster(_) = self else { return Ok(vec![None]) };
        // Of each stretch of slots its beginning, its end, and who holds it: the first is no replica.
        let stretches: Vec<(u64, u64, Node)> = first_three(self.ask(cmd("CLUSTER").arg("SLOTS"))?)?;
        let mut nodes: Vec<Node> = stretches.into_iter().map(|(_, _, node)| node).collect();
        nodes.sort_unstable();
        nodes.dedup();
        Ok(nodes.into_iter().map(Some).collect())
    }

    /// Asks one of those.
    pub(super) fn ask_node(&mut self, node: Option<&Node>, command: &Cmd) -> RedisResult<Value> {
        match (self, node) {
            (Self::Cluster(connection), Some((host, port))) => {
                let node = SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port };
                connection.route_command(command, RoutingInfo::SingleNode(node))?.extract_error()
            }
            (this, _) => this.ask(command),
        }
    }
}

/// Host and port.
pub(super) type Node = (String, u16);

/// Of each stretch the first three parts, and of the third host and port: what follows differs between versions.
fn first_three(answer: Value) -> RedisResult<Vec<(u64, u64, Node)>> {
    let Value::Array(stretches) = answer else { return Err(unexpected()) };
    let stretch = |parts: Value| {
        let Value::Array(parts) = parts else { return Err(unexpected()) };
        let [from, to, Value::Array(node), ..] = parts.as_slice() else { return Err(unexpected()) };
        let [host, port, ..] = node.as_slice() else { return Err(unexpected()) };
        let (from, to) = (from_redis_value(from.clone())?, from_redis_value(to.clone())?);
        Ok((from, to, (from_redis_value(host.clone())?, from_redis_value(port.clone())?)))
    };
    stretches.into_iter().map(stretch).collect()
}

fn unexpected() -> RedisError {
    RedisError::from((ErrorKind::UnexpectedReturnType, "an answer of another kind than was asked for"))
}
