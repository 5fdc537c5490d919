//! Well-written declarations by chance: every clause and every form of expression, with odd spacing and comments, and
//! with attributes that are called like words of the language.

mod case;
mod channel;
mod expr;

use super::dice::Dice;

/// Names that are words of the language, where only position can tell.
const NAMES: [&str; 25] = [
    "age", "country", "tier", "email", "when", "rule", "old", "key", "fresh", "needs", "priority", "show", "customer",
    "segment", "known", "from", "to", "days", "last", "times", "with", "offer", "per", "x_1", "use",
];

/// One declaration and whether it was written on one line.
pub(super) fn item(dice: &mut Dice) -> String {
    let mut out = Writer { dice, out: String::new(), one_line: false };
    out.one_line = out.dice.one_in(3);
    out.item();
    out.out
}

/// A file of `count` declarations, each beginning on a line of its own, with their texts.
pub(super) fn items(dice: &mut Dice, count: usize) -> Vec<String> {
    (0..count).map(|_| item(dice)).collect()
}

struct Writer<'d> {
    dice: &'d mut Dice,
    out: String,
    one_line: bool,
}

impl Writer<'_> {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// A space of some width, rarely with a line break or a comment.
    fn gap(&mut self) {
        let gap = match self.dice.below(40) {
            0 if !self.one_line => "\n    ",
            1 if !self.one_line => " // why \"not\" { so\n   ",
            2 => "   ",
            _ => " ",
        };
        self.put(gap);
    }

    /// Words with gaps between them.
    fn words(&mut self, words: &str) {
        let mut quoted = false;
        for (at, word) in words.split(' ').enumerate() {
            match (at, quoted) {
                (0, _) => {}
                (_, true) => self.put(" "),
                (_, false) => self.gap(),
            }
            self.put(word);
            quoted ^= word.matches('"').count() % 2 == 1;
        }
    }

    fn name(&mut self) -> &'static str {
        self.dice.pick(&NAMES)
    }

    fn put_name(&mut self) {
        let name = self.name();
        self.put(name);
    }

    fn text(&mut self) {
        let text = self.dice.pick(&[
            "\"Bring them back\"",
            "\"\"",
            "\"a \\\"quoted\\\" word, { and } // more\"",
            "\"größer – ja\"",
            "\"rule a in b {\"",
        ]);
        self.put(text);
    }

    fn names(&mut self) {
        self.put_name();
        for _ in 0..self.dice.below(3) {
            self.put(",");
            self.gap();
            self.put_name();
        }
    }

    fn duration(&mut self) {
        let text = self.dice.pick(&["60 days", "1 hour", "24 months", "2 minutes", "5 seconds", "1 week"]);
        self.words(text);
    }

    fn date(&mut self) {
        let text = self.dice.pick(&["2026-11-20", "2024-02-29", "0001-01-01"]);
        self.put(text);
    }

    fn instant(&mut self) {
        let text =
            self.dice.pick(&["2026-06-15T10:00Z", "2026-06-08T10:00:01.25Z", "2026-11-22 09:00 in \"Europe/Berlin\""]);
        self.put(text);
    }

    fn point(&mut self) {
        match self.dice.below(3) {
            0 => self.instant(),
            1 => {
                self.duration();
                self.gap();
                self.put("ago");
            }
            _ => self.put("now"),
        }
    }

    fn clause_gap(&mut self) {
        let gap = match (self.one_line, self.dice.below(12)) {
            (true, _) => "  ",
            (false, 0) => "\n\n  // a comment of its own\n  ",
            (false, 1) => " // behind the clause\n  ",
            (false, _) => "\n  ",
        };
        self.put(gap);
    }

    /// `{`, up to `most` clauses written by `clause`, `}`.
    fn block(&mut self, most: usize, clause: fn(&mut Self)) {
        self.put(" {");
        for _ in 0..=self.dice.below(most) {
            self.clause_gap();
            clause(self);
        }
        self.put(if self.one_line { " }" } else { "\n}" });
    }

    /// The block of an event: perhaps what it needs, then its fields.
    fn event_block(&mut self) {
        self.put(" {");
        if self.dice.one_in(3) {
            self.clause_gap();
            self.put("needs ");
            self.names();
        }
        for _ in 0..self.dice.below(4) {
            self.clause_gap();
            self.attribute();
        }
        self.put(if self.one_line { " }" } else { "\n}" });
    }

    fn label(&mut self) {
        if self.dice.one_in(2) {
            self.put(" ");
            self.text();
        }
    }

    fn item(&mut self) {
        match self.dice.below(17) {
            15 => self.channel(),
            0 => {
                self.put("purpose ");
                self.put_name();
                self.label();
                self.block(4, Self::purpose_clause);
            }
            1 => {
                let word = self.dice.pick(&["customer", "moment"]);
                self.put(word);
                self.block(8, Self::attribute);
            }
            2 => {
                self.put("event ");
                self.put_name();
                self.label();
                self.event_block();
            }
            3 => {
                let word = self.dice.pick(&["segment ", "value "]);
                self.put(word);
                self.put_name();
                self.label();
                self.put(" =");
                self.gap();
                self.condition(0);
            }
            4 => {
                self.put("offer ");
                self.put_name();
                self.label();
                self.block(4, Self::offer_clause);
            }
            5 => {
                if self.dice.one_in(3) {
                    self.sending_slot()
                } else {
                    self.words("slot home_hero on web")
                }
                self.label();
                self.block(3, Self::slot_clause);
            }
            6..=8 => {
                self.put("rule ");
                self.put_name();
                self.put(" in home_hero");
                self.label();
                self.block(10, Self::rule_clause);
            }
            9 => {
                self.put("cap ");
                self.put_name();
                self.label();
                self.block(4, Self::cap_clause);
            }
            10 => {
                self.put("persona ");
                self.put_name();
                self.label();
                self.block(4, Self::fact);
            }
            11 => {
                self.put("test ");
                self.text();
                self.block(6, Self::fact_or_expectation);
            }
            12 => {
                let name = self.dice.pick(&["class service", "class marketing", "class critical"]);
                self.put(name);
                self.label();
                self.block(3, Self::class_clause);
            }
            13 => {
                self.put("use");
                self.gap();
                let path = self.dice.pick(&["\"customer.rules\"", "\"../shared/purposes.rules\"", "\"\""]);
                self.put(path);
            }
            14 => {
                let (word, clause): (_, fn(&mut Self)) = match self.dice.below(4) {
                    3 => ("window ", Self::window_clause),
                    0 => ("pause ", Self::pause_clause),
                    1 => ("gap ", Self::gap_clause),
                    _ => ("block ", Self::block_clause),
                };
                self.put(word);
                self.put_name();
                self.label();
                self.block(4, clause);
            }
            _ => {
                self.put("defaults");
                self.block(3, Self::defaults_clause);
            }
        }
    }

    fn defaults_clause(&mut self) {
        match self.dice.below(2) {
            0 => self.words("zone \"Europe/Berlin\""),
            _ => {
                let word = self.dice.pick(&["skew ", "horizon ", "grace "]);
                self.put(word);
                self.duration();
            }
        }
    }

    fn class_clause(&mut self) {
        let words = self.dice.pick(&[
            "obeys nothing",
            "obeys consent, blocks, windows, caps, holdouts",
            "obeys blocks",
            "counts yes",
            "counts no",
            "store down block",
            "store down allow",
        ]);
        self.words(words);
    }

    fn purpose_clause(&mut self) {
        let words = self.dice.pick(&[
            "basis consent",
            "basis explicit consent",
            "basis legitimate interest \"LIA-1\"",
            "confirmed",
            "version 4 or later",
            "valid 24 months",
            "direct marketing",
        ]);
        self.words(words);
    }

    fn attribute(&mut self) {
        self.put_name();
        self.put(": ");
        let words = self.dice.pick(&[
            "yes or no",
            "whole",
            "whole from -5 to 130",
            "decimal(2)",
            "decimal(2) from 0.01 to 9.99",
            "text",
            "one of [DE, \"A T\", FR,]",
            "one of [bronze < silver < gold]",
            "set of text",
            "time",
            "date",
            "zone",
            "score halving every 72 hours",
        ]);
        self.words(words);
        for _ in 0..self.dice.below(4) {
            self.gap();
            let words = self.dice.pick(&[
                "key",
                "key row number",
                "needs personalisation",
                "fresh 30 days",
                "else DE",
                "else -1",
                "sensitive",
                "hidden",
                "protective",
                "never used",
                "from \"pdays\"",
                "as of \"at\"",
                "-1 is never",
                "\"Y\" is yes",
                "\" \" is missing",
                "999 is never",
            ]);
            self.words(words);
        }
    }

    fn active(&mut self) {
        let words = self.dice.pick(&[
            "active 2026-11-20 to 2026-12-31",
            "active from 2026-11-20",
            "active to 2026-12-31",
            "active until 2026-12-31T12:00Z",
            "active 2026-11-20T09:00Z until 2026-12-31 09:00 in \"Europe/Berlin\"",
        ]);
        self.put(words);
    }

    fn offer_clause(&mut self) {
        match self.dice.below(6) {
            0 => self.words("class marketing"),
            1 => self.words("kind banner"),
            2 => {
                self.put("tags ");
                self.names();
            }
            3 => self.active(),
            4 => {
                self.put("with title: ");
                self.text();
                if self.dice.one_in(2) {
                    self.put(", when: ");
                    self.text();
                }
            }
            _ => {
                self.words("off because ");
                self.text();
            }
        }
    }

    fn slot_clause(&mut self) {
        match self.dice.below(5) {
            0 => self.words("accepts marketing, service"),
            1 => {
                let words = self.dice.pick(&["picks 1", "rotate after the last used on tag used"]);
                self.words(words);
            }
            2 => {
                let words = self.dice.pick(&["ties tag retention", "ties tag tag, tag service, tag ties"]);
                self.words(words);
            }
            3 => {
                self.put("fallback ");
                self.put_name();
                self.put(" when ");
                self.condition(1);
                self.put(", ");
                let last = self.dice.pick(&["nothing", "brand_story"]);
                self.put(last);
            }
            _ => {
                self.words("off because ");
                self.text();
            }
        }
    }

    fn rule_clause(&mut self) {
        match self.dice.below(18) {
            0 => {
                let word = self.dice.pick(&["about ", "owner ", "ticket ", "because "]);
                self.put(word);
                self.text();
            }
            1 => self.words("review by 2027-03-01"),
            15 => {
                self.words("expires 24 hours after");
                self.gap();
                self.sum(0);
            }
            2 => self.active(),
            3..=5 => {
                self.put("when ");
                self.condition(0);
            }
            6 => {
                self.put("unless ");
                self.condition(0);
            }
            7 => {
                let word = self.dice.pick(&["needs ", "before "]);
                self.put(word);
                self.names();
            }
            8 => self.words("priority -80"),
            9 => {
                self.put("cap ");
                self.words("at most 3 shown or clicked");
                for _ in 0..self.dice.below(4) {
                    self.gap();
                    self.cap_part();
                }
            }
            12 => {
                self.words("rank by");
                self.gap();
                self.sum(0);
            }
            13 => {
                self.put("also ");
                self.names();
            }
            14 => self.send(),
            10 => {
                let word = self.dice.pick(&["show ", "metric "]);
                self.put(word);
                self.put_name();
            }
            11 => {
                let words = self.dice.pick(&[
                    "if capped show running_tips",
                    "if no consent try other_rule",
                    "if capped send running_letter",
                    "if unknown nothing",
                ]);
                self.words(words);
            }
            _ => {
                self.words("off because ");
                self.text();
            }
        }
    }

    fn cap_part(&mut self) {
        let words = self.dice.pick(&[
            "in any 7 days",
            "in each calendar day in timezone",
            "in each calendar week from monday in \"Europe/Berlin\"",
            "in each calendar quarter",
            "ever",
            "per customer",
            "per everybody",
            "per household",
            "without household block",
            "alone",
            "reserve 10 minutes",
            "store down block",
            "store down allow",
            "on tag promo",
            "on offer sale",
            "on class marketing",
            "on rule comeback",
            "on channel push",
            "exempt offer sale",
            "uncounted channel push",
            "uncounted tag promo",
            "then next",
            "then hold at most 2 days",
        ]);
        self.words(words);
    }

    fn cap_clause(&mut self) {
        match self.dice.below(4) {
            0 => self.words("at most wish shown"),
            1 => self.words("at most 5 shown"),
            _ => self.cap_part(),
        }
    }

    fn pause_clause(&mut self) {
        let words = self.dice.pick(&[
            "for 10 days",
            "after 3 shown in any 7 days without clicked",
            "after 1 dismissed or rejected",
            "after 2 shown without clicked or converted",
            "per household",
            "on tag promo",
            "store down allow",
            "then next",
            "then hold at most 2 days",
        ]);
        self.words(words);
    }

    fn block_clause(&mut self) {
        match self.dice.below(5) {
            0 => self.words("for 24 hours after sent or shown of fraud_alert"),
            1 => self.words("for 1 week after purchase"),
            3 => self.words("store down block"),
            2 => {
                self.put("while ");
                self.condition(0);
            }
            _ => self.words("on class marketing"),
        }
    }

    fn window_clause(&mut self) {
        match self.dice.below(4) {
            0 => {
                self.words("open mon to sat 09:00 until 21:00 when ");
                self.condition(0);
            }
            _ => {
                let words = self.dice.pick(&[
                    "zone \"Europe/Berlin\"",
                    "zone visited else home else \"Europe/Berlin\"",
                    "zone home else every of [\"Europe/Berlin\", away,]",
                    "open 09:00 until 24:00",
                    "open sat, sunday 22:00 until 06:00:30",
                    "on class marketing",
                    "outside hold at most 12 hours",
                    "outside hold",
                    "outside drop",
                    "on channel push",
                    "outside next channel",
                ]);
                self.words(words);
            }
        }
    }

    fn gap_clause(&mut self) {
        let words =
            self.dice.pick(&["at least 8 hours apart", "per everybody", "on rule comeback", "store down block"]);
        self.words(words);
    }
}
