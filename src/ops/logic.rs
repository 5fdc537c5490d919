//! `and`, `or`, `not`: the register's entries; the tables themselves are [`crate::value::Truth`]'s.

pub(super) use docs::DOCS;

mod docs {
    use crate::ops::Operator;
    use crate::ops::register::Sample::{No, Unknown, Yes};
    use crate::ops::register::{OperatorDoc, Row, row};

    pub(in crate::ops) static DOCS: &[OperatorDoc] = &[
        OperatorDoc {
            operator: Operator::And,
            spelling: "C and C",
            signature: "condition, condition -> condition",
            doc: "Yes when both are yes, no when one is no, else unknown. Never mixed with `or` without parentheses.",
            examples: &[
                row(Row::Yes, &[Yes, Yes], Yes),
                row(Row::No, &[Yes, No], No),
                row(Row::Missing, &[Yes, Unknown], Unknown),
                row(Row::Boundary, &[No, Unknown], No),
                row(Row::Missing, &[Unknown, Unknown], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::Or,
            spelling: "C or C",
            signature: "condition, condition -> condition",
            doc: "Yes when one is yes, no when both are no, else unknown. Never mixed with `and` without parentheses.",
            examples: &[
                row(Row::Yes, &[No, Yes], Yes),
                row(Row::No, &[No, No], No),
                row(Row::Missing, &[No, Unknown], Unknown),
                row(Row::Boundary, &[Yes, Unknown], Yes),
                row(Row::Missing, &[Unknown, Unknown], Unknown),
            ],
        },
        OperatorDoc {
            operator: Operator::Not,
            spelling: "not C",
            signature: "condition -> condition",
            doc: "Turns yes and no round and leaves unknown unknown. `is not v`, `is not one of [..]`, `has none of [..]` and \
              `x is no` are this word: of something missing they are unknown, not yes.",
            examples: &[
                row(Row::Yes, &[No], Yes),
                row(Row::No, &[Yes], No),
                row(Row::Missing, &[Unknown], Unknown),
                row(Row::Boundary, &[Unknown], Unknown),
            ],
        },
    ];
}
