//! Codes of the `data::` stage.

codes! {
    stage "data";
    UNREADABLE_FILE = "unreadable-file", Error, "a data file cannot be opened or read to its end";
    OPEN_QUOTE = "open-quote", Error, "a quote of a table is not closed where its cell should end";
    MISSING_COLUMN = "missing-column", Error, "a column that the rules read is not in the file";
    COLUMN_TWICE = "column-twice", Error, "two columns of the file have the name of a column that is read";
    BAD_ROW = "bad-row", Warning, "a row cannot be split into its columns, or has no key";
    BAD_CONFIRMATION = "bad-confirmation", Error, "a confirmation cannot be read, so that none is recorded";
    BAD_HISTORY = "bad-history", Error, "a table that is to be imported cannot be used as it stands, so that none of it is";
    IMPORTED_BEFORE = "imported-before", Error, "a table was imported into this state before";
    BAD_CUSTOMER = "bad-customer", Error, "the customer given as JSON cannot be understood";
    UNKNOWN_ATTRIBUTE = "unknown-attribute", Error,
        "the data names an attribute, purpose or event that the rules do not declare";
    WRONG_TYPE = "wrong-type", Error, "a value that was given by hand is not of its attribute's type";
    BAD_WORLD = "bad-world", Error, "cater.toml cannot be read, or a value in it is not of the kind it must be";
    UNKNOWN_KEY = "unknown-key", Error, "cater.toml has a key that means nothing";
    UNKNOWN_SLOT = "unknown-slot", Error, "a slot is asked for that the rules do not declare";
    UNKNOWN_COLUMN = "unknown-column", Error, "a table of consent or events has a column that means nothing";
    UNKNOWN_PURPOSE = "unknown-purpose", Warning, "records of consent name a purpose that the rules do not declare";
    EVENTS_APART = "events-apart", Warning,
        "events of customers of whom no table says with whom they are counted together";
    FIELD_TWICE = "field-twice", Error, "an object says two things under one name";
    UNKNOWN_CODE = "unknown-code", Error, "cater.toml gives a level to a code or stage that does not exist";
    FIXED_LEVEL = "fixed-level", Error, "cater.toml would lower an error that leaves something out of the rules";
    UNKNOWN_BUDGET = "unknown-budget", Error, "cater.toml gives a budget to what is no class, no channel and no slot";
    UNKNOWN_CLAUSE = "unknown-clause", Error, "cater.toml requires a clause of rules that cannot be required";
}
