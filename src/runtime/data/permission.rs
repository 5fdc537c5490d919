//! What devices permit, from the same row as a customer's attributes: a column `permission.push` a channel, or in JSON
//! Lines an object `permission` beside the attributes.
//!
//! Read is what some condition asks of. A permission needs a yes, so a cell that is empty or cannot be read, and a column
//! that is not there, is `unknown`, and is counted.

use std::borrow::Cow;

use super::json::{Fields, Json};
use crate::model::{ChannelId, RuleSet};
use crate::value::Permission;

/// The field of JSON that holds permissions by channel.
pub(super) const FIELD: &str = "permission";

/// The channels of which the permission is read, each with its column.
#[derive(Clone, Debug, Default)]
pub(super) struct PermissionColumns(pub(super) Vec<(ChannelId, String)>);

impl PermissionColumns {
    pub(super) fn new(rules: &RuleSet) -> Self {
        let read = rules.permissions_read().into_iter();
        Self(read.map(|id| (id, format!("{FIELD}.{}", rules[id].name))).collect())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, name)| name.as_str())
    }

    /// Whether a field of JSON Lines holds permissions.
    pub(super) fn is_field(&self, name: &str) -> bool {
        !self.0.is_empty() && (name == FIELD || self.names().any(|column| column == name))
    }

    /// The permissions of one line of JSON.
    pub(super) fn of_json(&self, fields: &Fields<'_>, permissions: &mut [Permission], counted: &mut PermissionCells) {
        let object = fields.get(FIELD).and_then(Json::read);
        for (channel, column) in &self.0 {
            let name = column.strip_prefix("permission.").unwrap_or(column);
            let raw = match &object {
                Some(Json::Object(of)) => of.get(name).or_else(|| fields.get(column)),
                Some(Json::Null | Json::YesNo(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) | None => {
                    fields.get(column)
                }
            };
            let cell = match raw.map(|raw| (Json::read(raw), raw)) {
                Some((Some(Json::Text(text)), _)) => Cow::Owned(text),
                Some((Some(Json::Null), _)) | None => Cow::Borrowed(""),
                Some((_, raw)) => Cow::Borrowed(raw.get()),
            };
            // What stands in the place of the object is no permission of anybody.
            let is_odd = matches!(object, Some(Json::YesNo(_) | Json::Number(_) | Json::Text(_) | Json::List(_)));
            counted.take(*channel, if is_odd { "?" } else { &cell }, permissions);
        }
    }
}

/// How often nobody could tell what a device permits, by channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PermissionCells(Vec<PermissionCounts>);

/// Cells of one channel that hold no permission.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionCounts {
    /// Empty, or without a column.
    pub absent: u64,
    /// Not one of the four.
    pub unreadable: u64,
}

impl PermissionCells {
    /// Reads a cell into its place, and counts one that holds nothing.
    pub(super) fn take(&mut self, channel: ChannelId, cell: &str, permissions: &mut [Permission]) {
        let cell = cell.trim();
        let state = Permission::from_word(cell);
        if state.is_none() {
            let index = channel.index();
            if self.0.len() <= index {
                self.0.resize(index + 1, PermissionCounts::default());
            }
            if let Some(counts) = self.0.get_mut(index) {
                if cell.is_empty() { counts.absent += 1 } else { counts.unreadable += 1 }
            }
        }
        if let Some(place) = permissions.get_mut(channel.index()) {
            *place = state.unwrap_or_default();
        }
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.0.fill(PermissionCounts::default());
    }

    /// Adds what another part of the same data counted.
    pub(super) fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), PermissionCounts::default());
        }
        for (counts, more) in self.0.iter_mut().zip(&other.0) {
            counts.absent += more.absent;
            counts.unreadable += more.unreadable;
        }
    }

    /// The channels with any such cell, in order of name.
    pub fn iter(&self) -> impl Iterator<Item = (ChannelId, PermissionCounts)> {
        let all = self.0.iter().enumerate().map(|(index, counts)| (ChannelId::from_index(index), *counts));
        all.filter(|(_, counts)| *counts != PermissionCounts::default())
    }
}
