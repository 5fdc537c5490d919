//! Codes of the `syntax::` stage.

codes! {
    UNEXPECTED = "syntax::unexpected", Error,
        "something stands where it cannot stand",
        "A declaration or one of its clauses could be read up to this place and no further. The message says what was \
         expected, the help shows the clause as it is written. The clause is left out and everything else in the file \
         is still read. Avoid `priority high`, prefer `priority 80`.";
    NO_WINDOW = "syntax::no-window", Error,
        "events are added up over no stated time",
        "A count or a sum of events means something else over a week than over a lifetime, so the time is always \
         written. The window holds what happened after now less its length, up to now. Avoid \
         `when times purchase is at least 3`, prefer `when times purchase in the last 30 days is at least 3`, or `ever`.";
    UNKNOWN_CLAUSE = "syntax::unknown-clause", Error,
        "this word opens no clause of this declaration",
        "Every clause begins with its own word, and each declaration knows a fixed list of them. Most often this is a \
         slip of the fingers. Avoid `prioritty 80`, prefer `priority 80`.";
    UNKNOWN_DECLARATION = "syntax::unknown-declaration", Error,
        "this word opens no declaration",
        "A file is a row of declarations: defaults, purpose, customer, moment, event, segment, value, offer, slot, \
         rule, cap, persona, test. Avoid `rul tip in tips { show a }`, prefer `rule tip in tips { show a }`.";
    OUTSIDE = "syntax::outside-declaration", Error,
        "these words belong to no declaration",
        "Something stands between two declarations. Often a `}` further up closes a declaration too early, or the \
         line that opens this one is missing. Avoid `rule a in s { show a } priority 80 }`, prefer \
         `rule a in s { show a  priority 80 }`.";
    UNCLOSED_BLOCK = "syntax::unclosed-block", Error,
        "a `{` is never closed",
        "The clauses of a declaration stand between `{` and `}`. The closing one is missing before the next \
         declaration begins, or before the file ends. Avoid `offer a { class service`, prefer \
         `offer a { class service }`.";
    UNCLOSED_TEXT = "syntax::unclosed-text", Error,
        "a quoted text is never closed",
        "A text begins and ends with a double quote on the same line. Avoid `about \"Bring them back`, prefer \
         `about \"Bring them back\"`. A quote inside a text is written `\\\"`.";
    WRONG_QUOTES = "syntax::wrong-quotes", Error,
        "quotes of a word processor, or single quotes",
        "Texts stand in straight double quotes. Word processors replace them by curly ones when text is typed or \
         pasted there. Avoid `about “Spring”` and `about 'Spring'`, prefer `about \"Spring\"`.";
    ODD_CHARACTER = "syntax::odd-character", Error,
        "a character that means nothing here",
        "Outside of quoted texts and comments a file is made of the letters a to z, digits, `_` and a few signs. \
         Avoid `größe: text`, prefer `groesse: text`.";
    FOREIGN_COMMENT = "syntax::foreign-comment", Error,
        "a comment of another language",
        "A note for other authors begins with `//` and runs to the end of its line. The comment is stepped over and the \
         rest of the file is read. Avoid `# for spring` and `/* for spring */`, prefer `// for spring`.";
    WRITTEN_NUMBER = "syntax::written-number", Error,
        "a number with signs that do not belong to it",
        "A number is made of digits, with a point before its decimal places and a `-` before it where it is below zero. \
         Thousands stand close together, and the currency is told by the name or label of the attribute. Avoid \
         `$1,000` and `12,50`, prefer `1000` and `12.50`.";
    SIGN = "syntax::sign", Error,
        "a sign of other languages; here it is spelt in words",
        "There is one spelling for each thought, and it is read aloud the same way by everybody. Avoid \
         `age >= 18 && country = DE`, prefer `age is at least 18 and country is DE`.";
    SPELLING = "syntax::spelling", Error,
        "a wording that people read in two ways",
        "Some ways of saying a condition are understood differently by different people, for example whether the last \
         day is in. The language has one spelling for each meaning. Avoid `last_order older than 60 days`, prefer \
         `last_order is more than 60 days old`.";
    MIXED = "syntax::mixed-and-or", Error,
        "`and` and `or` are mixed without parentheses",
        "People group `a and b or c` in both ways, so it is not accepted. Avoid `a and b or c`, prefer \
         `(a and b) or c` or `a and (b or c)`; several `when` clauses say `and` as well.";
    MISPLACED_NOT = "syntax::misplaced-not", Error,
        "`not` stands only before a name or a parenthesis",
        "Avoid `not country is DE`, prefer `country is not DE` or `not (country is DE)`. After `is`, `not` goes with a \
         value, `known`, `never` or `one of`; the opposite of `at least` is `less than`.";
    MISSING_DIRECTION = "syntax::missing-direction", Error,
        "a span of time without its direction",
        "A distance in time says which way it is measured: `old` into the past, `ahead` into the future. Avoid \
         `last_order is more than 60 days`, prefer `last_order is more than 60 days old`.";
    RESERVED = "syntax::reserved-word", Error,
        "a reserved word stands in the place of a name",
        "Ten words are never names: and, or, not, is, has, else, yes, no, nothing, now. All others may be. Avoid \
         `offer now { class service }`, prefer `offer now_or_never { class service }`.";
    COMMA = "syntax::comma-before-clause", Error,
        "a list ends in a comma, and the next clause was read as its last member",
        "A list without brackets goes on after every comma, also on the next line. Avoid `needs personalisation,` \
         followed by `priority 80`, prefer `needs personalisation` followed by `priority 80`.";
    EMPTY_LIST = "syntax::empty-list", Error,
        "a list without members says nothing",
        "`one of []` could never hold. Avoid `country is one of []`, prefer `country is one of [DE, FR]`. Only a value \
         in `given` may be the empty list: it says that the set is known and empty.";
    NO_SUCH_DATE = "syntax::no-such-date", Error,
        "a date or time that does not exist",
        "Dates are written year, month, day: `2026-11-20`. Instants end in `Z` (`2026-11-20T09:00Z`), times of a place \
         name its zone (`2026-11-20 09:00 in \"Europe/Berlin\"`). Avoid `2026-02-30`, prefer `2026-02-28`.";
    TOO_LONG = "syntax::too-long", Error,
        "a name, text or number is longer than allowed",
        "A name has at most 100 letters, a text 10,000 bytes, a number 18 digits, a span of time at most 1,000,000 \
         units. Avoid numbers with hidden precision, prefer the unit people speak of.";
    TOO_DEEP = "syntax::too-deep", Error,
        "brackets are nested more than 64 deep",
        "Nobody can read that, and nothing needs it. Avoid conditions within conditions within conditions, prefer a \
         `segment` with a name for each part.";
    FILE_TOO_LARGE = "syntax::file-too-large", Error,
        "the file is larger than 32 MB",
        "A rule file is read whole. Avoid one file with everything, prefer several files of related rules.";
    TOO_MANY = "syntax::too-many-errors", Error,
        "the file has more errors than are shown",
        "After 1,000 errors the rest of the file is not read. Usually one cause repeats, or the file holds something \
         else altogether. Avoid reading all of them, prefer mending the first ones and checking again.";
    NOT_YET = "syntax::not-yet", Error,
        "a part of the language that this version does not build yet",
        "The word belongs to the language, and its meaning is fixed, but this version cannot run it. The declaration \
         or clause is left out. Avoid it for now, prefer what `cater explain` and the documentation list as built.";
}
