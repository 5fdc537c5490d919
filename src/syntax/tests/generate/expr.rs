//! Expressions by chance: every operand, operator and test, nested a few levels deep.

use super::Writer;

impl Writer<'_> {
    pub(super) fn number(&mut self) {
        let text = self.dice.pick(&["0", "18", "-1", "0.30", "999999999999999999", "-7.5"]);
        self.put(text);
    }

    pub(super) fn literal(&mut self) {
        match self.dice.below(6) {
            0 => self.text(),
            1 => self.date(),
            2 => self.point(),
            3 => self.put("yes"),
            4 => self.put("no"),
            _ => self.number(),
        }
    }

    pub(super) fn list(&mut self) {
        self.put("[");
        for at in 0..=self.dice.below(3) {
            if at > 0 {
                self.put(", ");
            }
            if self.dice.one_in(2) { self.put_name() } else { self.literal() }
        }
        let end = self.dice.pick(&["]", ",]", " ]"]);
        self.put(end);
    }

    pub(super) fn operand(&mut self, depth: usize) {
        match self.dice.below(if depth > 1 { 6 } else { 9 }) {
            0..=2 => self.put_name(),
            3 => self.literal(),
            4 => {
                let operand = self.dice.pick(&["consent.profiling", "permission.push"]);
                self.put(operand);
            }
            5 => self.events(),
            6 => {
                self.put("(");
                self.condition(depth + 1);
                self.put(")");
            }
            7 => {
                self.put("(");
                self.number();
                self.put(" when ");
                self.condition(depth + 1);
                self.put(")");
            }
            _ => {
                self.put("decimal(2) of (");
                self.sum(depth + 1);
                self.put(" / ");
                self.sum(depth + 1);
                self.put(")");
            }
        }
    }

    /// `times shown of tag promo in the last 7 days`, `last purchase`, `sum of purchase.amount ever`
    fn events(&mut self) {
        let what = self.dice.pick(&["times", "last", "sum of"]);
        self.words(what);
        self.gap();
        self.words(if what == "sum of" { "purchase.amount" } else { "shown" });
        if self.dice.one_in(2) {
            self.gap();
            let target = self.dice.pick(&["of summer_sale", "of tag promo", "of rule comeback", "of tag"]);
            self.words(target);
        }
        if what != "last" {
            self.gap();
            match self.dice.below(3) {
                0 => self.words("ever"),
                1 => {
                    self.words("in the last");
                    self.gap();
                    self.duration();
                }
                _ => {
                    self.words("halving every");
                    self.gap();
                    self.duration();
                }
            }
        }
    }

    pub(super) fn sum(&mut self, depth: usize) {
        if self.dice.one_in(8) {
            self.put("90% of ");
        }
        self.operand(depth);
        for _ in 0..self.dice.below(6).saturating_sub(3) {
            self.gap();
            let joint = self.dice.pick(&["+", "-", "*", "else"]);
            self.put(joint);
            self.gap();
            self.operand(depth);
            if self.dice.one_in(8) {
                self.gap();
                self.words("halving every");
                self.gap();
                self.duration();
                self.gap();
                self.words("since");
                self.gap();
                self.put_name();
                // Behind it stands no `else`: that belongs to what is halved.
                break;
            }
        }
    }

    pub(super) fn test(&mut self, depth: usize) {
        if self.dice.one_in(6) {
            self.words("not ");
            if self.dice.one_in(2) {
                self.put_name();
            } else {
                self.put("(");
                self.condition(depth + 1);
                self.put(")");
            }
            return;
        }
        self.sum(depth);
        self.gap();
        match self.dice.below(16) {
            0 => self.words("is known"),
            1 => self.words("is not known"),
            2 => self.words("is never"),
            3 | 4 => {
                let words = self.dice.pick(&["is one of", "is not one of", "has any of", "has all of", "has none of"]);
                self.words(words);
                self.gap();
                self.list();
            }
            5 | 6 => {
                let words = self.dice.pick(&["is at least", "is at most", "is more than", "is less than"]);
                self.words(words);
                self.gap();
                self.sum(depth);
            }
            7 => {
                self.words("is from 1 to");
                self.gap();
                self.sum(depth);
            }
            8 => {
                let words = self.dice.pick(&["is at least", "is at most", "is more than", "is less than"]);
                self.words(words);
                self.gap();
                self.duration();
                self.gap();
                let direction = self.dice.pick(&["old", "ahead"]);
                self.put(direction);
            }
            9 => self.words("is from 180 to 540 days old"),
            10 => {
                let words = self.dice.pick(&["is before", "is after"]);
                self.words(words);
                self.gap();
                self.sum(depth);
            }
            11 => {
                self.put("has");
                self.gap();
                self.literal();
            }
            12 | 13 => {
                let words = self.dice.pick(&["is", "is not"]);
                self.words(words);
                self.gap();
                let value = self.dice.pick(&["DE", "(known)"]);
                self.put(value);
            }
            _ => self.words("is yes"),
        }
    }

    pub(super) fn condition(&mut self, depth: usize) {
        self.test(depth);
        let joint = self.dice.pick(&["and", "or"]);
        for _ in 0..self.dice.below(5).saturating_sub(2) {
            self.gap();
            self.put(joint);
            self.gap();
            self.test(depth);
        }
    }
}
