//! Personas and tests by chance: facts, tables of cases, expectations.

use super::Writer;

impl Writer<'_> {
    fn given(&mut self) {
        self.put("given { ");
        for at in 0..self.dice.below(5) {
            if at > 0 {
                self.put(",");
                self.gap();
            }
            self.put_name();
            self.put(": ");
            match self.dice.below(7) {
                0 => self.put("missing"),
                1 => self.put("never"),
                2 => self.put("DE"),
                3 => {
                    let list = self.dice.pick(&["[]", "[\"a\", \"b\"]", "[40 at 3 days ago, 30 at now]", "[1, 2,]"]);
                    self.put(list);
                }
                4 => {
                    self.number();
                    self.words(" as of ");
                    self.point();
                }
                _ => self.literal(),
            }
        }
        self.put(" }");
    }

    pub(super) fn fact(&mut self) {
        match self.dice.below(9) {
            8 => {
                self.words("held ");
                self.put_name();
                self.words(" since ");
                self.point();
            }
            5 => self.permission_fact(),
            7 => self.words("store down"),
            4 => {
                self.words("used 2 of ");
                self.put_name();
            }
            0 => {
                self.put("as ");
                self.put_name();
            }
            1 => {
                self.put("now ");
                self.instant();
            }
            2 => self.given(),
            3 => {
                let words = self.dice.pick(&[
                    "consent all granted",
                    "consent direct marketing objected",
                    "consent a granted at 90 days ago version 4 confirmed, b unknown",
                    "consent profiling withdrawn",
                ]);
                self.words(words);
            }
            _ => {
                self.put("history ");
                self.put_name();
                if self.dice.one_in(2) {
                    self.put(" of ");
                    self.put_name();
                    if self.dice.one_in(3) {
                        self.put(" by ");
                        self.put_name();
                    }
                }
                if self.dice.one_in(3) {
                    self.words(" { amount: 20.00 }");
                }
                self.put(" at ");
                self.point();
                for _ in 0..self.dice.below(2) {
                    self.put(", ");
                    self.point();
                }
            }
        }
    }

    fn table_line(&mut self) {
        let is_row = self.dice.one_in(2);
        self.put(if is_row { "row " } else { "cases " });
        if is_row && self.dice.one_in(3) {
            self.text();
            self.put(": ");
        }
        for at in 0..=self.dice.below(4) {
            if at > 0 {
                self.put(",");
                self.gap();
            }
            if is_row {
                self.cell();
            } else {
                self.column();
            }
        }
    }

    fn column(&mut self) {
        let words = self.dice.pick(&[
            "now",
            "as",
            "expect hero",
            "history shown of sale",
            "history purchase",
            "used of when",
            "consent.profiling",
            "permission.push",
            "history sent of sale by push",
            "when",
            "age",
            "row",
        ]);
        self.words(words);
    }

    fn cell(&mut self) {
        match self.dice.below(8) {
            0 => {
                let words = self.dice.pick(&[
                    "shows sale",
                    "shows sale because comeback",
                    "gives nothing because fallback",
                    "sends sale by push because silent",
                    "passes over comeback because \"tier is not known\"",
                ]);
                self.words(words);
            }
            1 => {
                let words = self.dice.pick(&[
                    "granted",
                    "granted at 90 days ago version 4 confirmed",
                    "missing",
                    "never",
                    "DE",
                ]);
                self.words(words);
            }
            2 => {
                let list = self.dice.pick(&["[]", "[\"a\", \"b\"]", "[3 days ago, now]", "[40 at 3 days ago]"]);
                self.put(list);
            }
            3 => {
                self.number();
                self.words(" as of ");
                self.point();
            }
            _ => self.literal(),
        }
    }

    /// A customer of several, on one line or several; nothing but clauses in it.
    fn request(&mut self) {
        self.put("request ");
        self.put_name();
        self.put(" {");
        let gap = if self.one_line || self.dice.one_in(2) { "  " } else { "\n    " };
        for _ in 0..=self.dice.below(3) {
            self.put(gap);
            if self.dice.one_in(2) {
                self.fact();
            } else {
                self.words("expect hero shows sale because comeback");
            }
        }
        self.put(if gap == "  " { " }" } else { "\n  }" });
    }

    pub(super) fn fact_or_expectation(&mut self) {
        if self.dice.one_in(2) {
            self.fact();
            return;
        }
        if self.dice.one_in(2) {
            self.table_line();
            return;
        }
        if self.dice.one_in(4) {
            self.request();
            return;
        }
        let words = self.dice.pick(&[
            "expect hero shows sale",
            "expect hero shows sale because comeback",
            "expect hero shows sale because comeback and also call_agent, letter",
            "expect hero shows sale and also nothing",
            "expect hero gives nothing because fallback",
            "expect hero shows sale and also letter and spends nothing",
            "expect hero gives nothing and spends nothing",
            "expect hero sends sale",
            "expect hero sends sale by push because silent and also letter",
            "expect hero passes over comeback because capped",
            "expect hero passes over comeback because \"tier is not known\"",
        ]);
        self.words(words);
    }
}
