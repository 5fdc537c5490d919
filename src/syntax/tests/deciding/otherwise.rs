//! What of the language no row can depend on, by the reason why.

/// What no fact of a customer can make missing or bring to a boundary, by the reason why. Whatever stands here and has
/// both rows all the same is a leftover.
pub(super) const OTHERWISE: [(&str, &[&str]); 8] = [
    (
        "what a test expects: it is compared with the decision and brings nothing about",
        &[
            "`also` (production `also`)",
            "`spends` (production `spends`)",
            "`expect` (production `column_expect`)",
            "`holds` (production `holds`)",
            "`passes over` (production `passes_over`)",
            "`sends` (production `sends`)",
            "`shows` (production `shows`)",
            "clause `expect` of a test",
            "production `cell_expect`",
            "production `until_stamp`",
        ],
    ),
    (
        "how a table of cases is laid out: without it there is no row that could depend on it",
        &[
            "`as` (production `column_as`)",
            "`history` (production `column_history`)",
            "`used` (production `used`)",
            "production `row_label`",
            "production `test_head`",
        ],
    ),
    (
        "words for people, kept beside the decision",
        &[
            "clause `about` of a rule",
            "clause `because` of a rule",
            "clause `kind` of an offer",
            "clause `metric` of a rule",
            "clause `owner` of a rule",
            "clause `ticket` of a rule",
            "clause `with` of an offer",
            "production `offer_kind`",
            "production `offer_with`",
            "production `rule_about`",
            "production `rule_because`",
            "production `rule_metric`",
            "production `rule_owner`",
            "production `rule_ticket`",
            "production `with_field`",
        ],
    ),
    (
        "how a file of customers is read: what a test gives is in no file",
        &[
            "`as of` (production `as_of`)",
            "`row number` (production `row_number`)",
            "production `mark_as_of`",
            "production `mark_cell`",
            "production `mark_from`",
        ],
    ),
    (
        "marks that keep a value from readers of an explanation, or from every rule: they decide nothing",
        &["`sensitive` (production `mark_sensitive`)", "production `mark_never_used`"],
    ),
    (
        "a grant in a test is confirmed where nothing is said (R47); that one from a file need not be is tested with files",
        &["`confirmed` (production `purpose_confirmed`)", "clause `confirmed` of a purpose"],
    ),
    (
        "what happens anyway: on a place the next candidate is asked, and who is not known is blocked",
        &[
            "clause `then` of a gap",
            "clause `then` of a pause",
            "clause `without` of a cap",
            "production `without_unit`",
        ],
    ),
    (
        "where a declaration stands, a switch that is thrown in the file, and the one number that there is: none of it looks at \
         a customer",
        &[
            "clause `off` of a slot",
            "clause `picks` of a slot",
            "declaration `use`",
            "production `slot_picks`",
            "production `use_file`",
        ],
    ),
];
