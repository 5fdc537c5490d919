//! Codes of the `data::` stage.

codes! {
    UNREADABLE_FILE = "data::unreadable-file", Error,
    "a data file cannot be opened or read to its end",
    "The file is not there, may not be read, breaks off in the middle of its compression, or holds a row so long that a \
     quote must be missing somewhere. Nothing is decided from half a file.\n\n\
     avoid:  file = \"data/customer.csv.gz\" where the file is called customers.csv.gz\n\
     prefer: a path as seen from the folder of cater.toml";
    MISSING_COLUMN = "data::missing-column", Error,
    "a column that the rules read is not in the file",
    "Every customer attribute has a column: the one its mapping names, else one of its own name. Without it the attribute \
     would be missing for everybody and nobody would notice, so it is an error before anything is decided. Name the \
     right column in the rules or in cater.toml, or say there that this file does not have it.\n\n\
     avoid:  tenure: whole from 0 to 100, with a file whose column is called months\n\
     prefer: tenure: whole from 0 to 100 from \"months\", or in cater.toml: tenure = { absent = true }";
    COLUMN_TWICE = "data::column-twice", Error,
    "two columns of the file have the name of a column that is read",
    "Nobody can say which of the two is meant, and they may disagree. Rename one of them; columns that no attribute is \
     read from may share a name.\n\n\
     avoid:  id,balance,balance\n\
     prefer: id,balance,balance_last_year";
    BAD_ROW = "data::bad-row", Warning,
    "a row cannot be split into its columns, or has no key",
    "The row has more or fewer fields than the header, is not UTF-8, is no JSON object, or does not say whose it is. It is \
     named, counted and skipped; all others are decided. `--strict` makes it an error instead.\n\n\
     avoid:  anna,12,5,espresso under the header id,balance,favourite\n\
     prefer: anna,\"12,5\",espresso, or better 12.5";
    BAD_CUSTOMER = "data::bad-customer", Error,
    "the customer given as JSON cannot be understood",
    "A customer is one JSON object. Its fields are attributes; `moment`, `consent`, `history`, `now` and `given` hold the \
     rest. An attribute that is itself called like one of these five stands inside `given`. Since it was written for this one question, what cannot be understood is an error and not a missing value.\n\n\
     avoid:  { \"consent\": \"granted\" }\n\
     prefer: { \"id\": \"anna\", \"consent\": { \"personalisation\": \"granted\" } }";
    UNKNOWN_ATTRIBUTE = "data::unknown-attribute", Error,
    "the data names an attribute, purpose or event that the rules do not declare",
    "A word that the rules do not know is more often a slip than a wish, and would silently change nothing. Use the name \
     from the rules, or the name of the column that it is mapped from.\n\n\
     avoid:  { \"teir\": \"gold\" }\n\
     prefer: { \"tier\": \"gold\" }";
    WRONG_TYPE = "data::wrong-type", Error,
    "a value that was given by hand is not of its attribute's type",
    "In a table such a cell is missing and counted; in a customer written by hand it is an error, because it can be mended \
     at once. Numbers are never rounded: write no more decimal places than the attribute has, and stay in its range.\n\n\
     avoid:  { \"balance\": \"12,50 EUR\" }\n\
     prefer: { \"balance\": 12.50 }";
    BAD_WORLD = "data::bad-world", Error,
    "cater.toml cannot be read, or a value in it is not of the kind it must be",
    "cater.toml says where rules, customers, consent and events lie, which slots are decided and at what time. It is TOML: \
     texts in quotes, lists in brackets, one [[customers]] a file of customers.\n\n\
     avoid:  now = 2026\n\
     prefer: now = \"2026-11-22T09:00:00Z\"";
    UNKNOWN_KEY = "data::unknown-key", Error,
    "cater.toml has a key that means nothing",
    "A misspelt key would leave a setting at its default without a word, so every key must be one that is known. The keys \
     are now, slots, rules, consent, events, customers (with name, file, delimiter, columns), moment, state, assume, strict, \
     workers, jit, fail_level, bundle, required and lints; `cater config --explain` says what each does.\n\n\
     avoid:  slot = [\"home\"]\n\
     prefer: slots = [\"home\"]";
    UNKNOWN_SLOT = "data::unknown-slot", Error,
    "a slot is asked for that the rules do not declare",
    "Slots are asked for by the name after `slot` in the rules, in the order in which the page fills them. The order counts: \
     what an earlier slot shows, a later one does not show again.\n\n\
     avoid:  slots = [\"home_heroe\"]\n\
     prefer: slots = [\"home_hero\"]";
    UNKNOWN_COLUMN = "data::unknown-column", Error,
    "a table of consent or events has a column that means nothing",
    "These tables have columns of fixed names: customer, purpose, status, granted_at, version, confirmed for consent, and \
     customer, event, at, offer, rule, tags, class for events. A misspelt one would not be read, so that a grant had no \
     time and every purpose with a term would close without a word. A table of customers may have more columns than are \
     read; the summary names them.\n\n\
     avoid:  customer,purpose,status,granted-at\n\
     prefer: customer,purpose,status,granted_at";
    UNKNOWN_PURPOSE = "data::unknown-purpose", Warning,
    "records of consent name a purpose that the rules do not declare",
    "What was said about a purpose that nobody knows opens nothing. It may close something: the name may be misspelt, so an \
     objection under it, or a row under it that cannot be read, is taken as an objection to direct marketing and closes \
     every purpose marked so for that customer. Correct the name in the table or declare the purpose; rows of a purpose \
     that is no business of these rules should be left out of the file.\n\n\
     avoid:  anna,ofers,objected\n\
     prefer: anna,offers,objected";
    FIELD_TWICE = "data::field-twice", Error,
    "an object says two things under one name",
    "JSON lets a name stand twice and most programs take the last in silence. One of the two would be lost, and it may be \
     the objection. So a customer that says anything twice is refused, and in a file of many the row is passed over. An \
     attribute counts as said twice also if it stands under its own name and under that of its column.\n\n\
     avoid:  { \"consent\": { \"offers\": \"objected\", \"offers\": \"granted\" } }\n\
     prefer: { \"consent\": { \"offers\": \"objected\" } }";
    UNKNOWN_CODE = "data::unknown-code", Error,
    "cater.toml gives a level to a code or stage that does not exist",
    "Under [lints] stand codes of findings about rules, such as lint::unused-tag, and stages, such as lint. A misspelt one \
     would change nothing without a word. Findings about data and about a run have no level: they are about this one run.\n\n\
     avoid:  \"lint::unsued-tag\" = \"allow\"\n\
     prefer: \"lint::unused-tag\" = \"allow\"";
    FIXED_LEVEL = "data::fixed-level", Error,
    "cater.toml would lower an error that leaves something out of the rules",
    "What cannot be read, resolved, typed, or squared with consent is left out of the rule set. Were that a warning, \
     somebody would decide with rules that nobody wrote. So these stay errors; findings of stage lint, and warnings of any \
     stage, may have any level.\n\n\
     avoid:  \"resolve::unknown-offer\" = \"warning\"\n\
     prefer: declaring the offer, or `off because \"..\"` for the rule";
    UNKNOWN_CLAUSE = "data::unknown-clause", Error,
    "cater.toml requires a clause of rules that cannot be required",
    "Under [required] stand clauses on which no decision rests: about, owner, metric, review by, ticket, because and \
     active. All others change who sees what, so a house cannot ask for them without knowing the rule.\n\n\
     avoid:  rules = [\"owners\"]\n\
     prefer: rules = [\"owner\"]";
}
