//! Channels, and what a slot, a rule and a test say of them.

use super::Writer;

impl Writer<'_> {
    pub(super) fn channel(&mut self) {
        self.put("channel ");
        self.put_name();
        self.label();
        self.block(4, Self::channel_clause);
    }

    fn channel_clause(&mut self) {
        if self.dice.one_in(4) {
            self.put("needs ");
            self.names();
            return;
        }
        let words = self.dice.pick(&["allowed when", "silent when", "reached when"]);
        self.words(words);
        self.gap();
        self.condition(0);
    }

    /// `slot season by push, email`
    pub(super) fn sending_slot(&mut self) {
        let words = self.dice.pick(&["slot season by push", "slot season by push, email, in_app"]);
        self.words(words);
    }

    /// `send new_season by push, email`
    pub(super) fn send(&mut self) {
        self.put("send ");
        self.put_name();
        if self.dice.one_in(2) {
            self.words(" by ");
            self.names();
        }
    }

    pub(super) fn permission_fact(&mut self) {
        let words = self.dice.pick(&["permission push full", "permission push provisional, permission denied"]);
        self.words(words);
    }
}
