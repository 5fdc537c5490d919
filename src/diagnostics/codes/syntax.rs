//! Codes of the `syntax::` stage.

codes! {
    stage "syntax";
    UNEXPECTED = "unexpected", Error, "something stands where it cannot stand";
    UNKNOWN_CLAUSE = "unknown-clause", Error, "this word opens no clause of this declaration";
    UNKNOWN_DECLARATION = "unknown-declaration", Error, "this word opens no declaration";
    OUTSIDE = "outside-declaration", Error, "these words belong to no declaration";
    UNCLOSED_BLOCK = "unclosed-block", Error, "a `{` is never closed";
    UNCLOSED_TEXT = "unclosed-text", Error, "a quoted text is never closed";
    WRONG_QUOTES = "wrong-quotes", Error, "quotes of a word processor, or single quotes";
    ODD_CHARACTER = "odd-character", Error, "a character that means nothing here";
    FOREIGN_COMMENT = "foreign-comment", Error, "a comment of another language";
    WRITTEN_NUMBER = "written-number", Error, "a number with signs that do not belong to it";
    SIGN = "sign", Error, "a sign of other languages; here it is spelt in words";
    SPELLING = "spelling", Error, "a wording that people read in two ways";
    MIXED = "mixed-and-or", Error, "`and` and `or` are mixed without parentheses";
    MISPLACED_NOT = "misplaced-not", Error, "`not` stands only before a name or a parenthesis";
    MISSING_DIRECTION = "missing-direction", Error, "a span of time without its direction";
    NO_WINDOW = "no-window", Error, "events are added up over no stated time";
    RESERVED = "reserved-word", Error, "a reserved word stands in the place of a name";
    COMMA = "comma-before-clause", Error, "a comma behind a clause, so that the next one was read as a part of it";
    EMPTY_LIST = "empty-list", Error, "a list without members says nothing";
    NO_SUCH_DATE = "no-such-date", Error, "a date or time that does not exist";
    TOO_LONG = "too-long", Error, "a name, text or number is longer than allowed";
    TOO_DEEP = "too-deep", Error, "brackets are nested more than 64 deep";
    FILE_TOO_LARGE = "file-too-large", Error, "the file is larger than 32 MB";
    TOO_MANY = "too-many-errors", Error, "the file has more errors than are shown";
    NOT_YET = "not-yet", Error, "a part of the language that this version does not build yet";
}
