//! Removing what is kept of somebody. Which requests were theirs no key says, so all that are kept are looked at, some at a
//! time, on every server that holds any: the others wait for no longer than that takes.

use redis::{Cmd, RedisError, Value, cmd, from_redis_value};

use super::connection::{Connection, Node};
use super::{RedisStore, StateError, Whom, cell};

/// About so many keys are looked at in one go.
const IN_ONE_GO: usize = 500;

impl RedisStore {
    /// Removes keys; of each whether it was there.
    pub(super) fn remove(&self, keys: &[Vec<u8>]) -> Result<Vec<bool>, StateError> {
        let mut were_there = Vec::with_capacity(keys.len());
        for keys in keys.chunks(IN_ONE_GO) {
            let commands: Vec<Cmd> = keys.iter().map(|key| unlink(key)).collect();
            let answers = self.with(|connection| connection.ask_all(&commands))?;
            were_there.extend(answers.iter().map(|answer| *answer != Value::Int(0)));
        }
        Ok(were_there)
    }

    /// Removes what requests of these customers were answered; how many there were.
    pub(super) fn forget_requests(&self, whom: &Whom<'_>) -> Result<usize, StateError> {
        let nodes = self.with(Connection::nodes)?;
        let mut found = 0;
        for node in &nodes {
            let mut cursor = 0_u64;
            loop {
                let (next, keys) = self.with(|connection| some_requests(connection, node.as_ref(), cursor))?;
                found += self.forget_of(&keys, whom)?;
                cursor = next;
                if cursor == 0 {
                    break;
                }
            }
        }
        Ok(found)
    }

    fn forget_of(&self, keys: &[Vec<u8>], whom: &Whom<'_>) -> Result<usize, StateError> {
        if keys.is_empty() {
            return Ok(0);
        }
        let commands: Vec<Cmd> = keys.iter().map(|key| super::read(key)).collect();
        let cells =
            self.with(|connection| connection.ask_all(&commands)?.iter().map(cell).collect::<Result<Vec<_>, _>>())?;
        let mut theirs = Vec::new();
        for (key, cell) in keys.iter().zip(&cells) {
            let unreadable = |why: super::super::packed::Unreadable| StateError::Record {
                place: self.address.to_string(),
                why: why.to_string(),
            };
            if whom.asked(cell).map_err(unreadable)? {
                theirs.push(key.clone());
            }
        }
        Ok(self.remove(&theirs)?.into_iter().filter(|was_there| *was_there).count())
    }
}

fn unlink(key: &[u8]) -> Cmd {
    let mut command = cmd("UNLINK");
    command.arg(key);
    command
}

/// Some keys of requests of one server, and where it goes on; 0 is the end.
fn some_requests(
    connection: &mut Connection,
    node: Option<&Node>,
    cursor: u64,
) -> Result<(u64, Vec<Vec<u8>>), RedisError> {
    let mut command = cmd("SCAN");
    command.arg(cursor).arg("MATCH").arg("cater:r:*").arg("COUNT").arg(IN_ONE_GO);
    Ok(from_redis_value(connection.ask_node(node, &command)?)?)
}
