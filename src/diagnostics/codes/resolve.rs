//! Codes of the `resolve::` stage: names and what they stand for.

codes! {
    stage "resolve";
    DUPLICATE = "declared-twice", Error, "two declarations of one kind have the same name";
    CLAUSE_TWICE = "clause-twice", Error, "a clause stands twice that may stand once";
    NAMED_TWICE = "named-twice", Warning, "a list names the same thing twice";
    CLAUSE_MISSING = "clause-missing", Error, "a clause that must be written is not there";
    CLAUSES_CLASH = "clauses-clash", Error, "two clauses that exclude each other";
    UNKNOWN_ATTRIBUTE = "unknown-attribute", Error, "a name in a condition that nothing declares";
    UNKNOWN_MEMBER = "unknown-member", Error, "a value that is not in the attribute's list";
    UNKNOWN_PURPOSE = "unknown-purpose", Error, "a purpose that nothing declares";
    UNKNOWN_EVENT = "unknown-event", Error, "an event that nothing declares";
    UNKNOWN_FIELD = "unknown-field", Error, "a field that the event does not have";
    HISTORY_WITHOUT_KEY = "history-without-key", Error, "events are read of a customer without a key";
    UNKNOWN_OFFER = "unknown-offer", Error, "an offer that nothing declares";
    UNKNOWN_SLOT = "unknown-slot", Error, "a slot that nothing declares";
    UNKNOWN_RULE = "unknown-rule", Error, "a rule that nothing declares";
    UNKNOWN_CAP = "unknown-cap", Error, "a cap that nothing declares";
    UNKNOWN_TAG = "unknown-tag", Error, "a tag that no offer carries";
    UNKNOWN_CLASS = "unknown-class", Error, "a class that does not exist";
    UNKNOWN_GUARDRAIL = "unknown-guardrail", Error, "something that a class cannot obey";
    LOOSER_CLASS = "looser-class", Error, "a class that would obey less than it must";
    BOUND_CLASS = "bound-class", Error, "a class critical or legal that would obey something";
    UNKNOWN_PERSONA = "unknown-persona", Error, "a persona that nothing declares";
    UNKNOWN_TASK = "unknown-task", Error, "a task that no rule gives to the host";
    MIXED_RANK = "mixed-rank", Error, "rules of one priority of which some rank and some do not";
    UNKNOWN_ZONE = "unknown-zone", Error, "a time zone that does not exist";
    UNKNOWN_STATUS = "unknown-status", Error, "not one of the seven states of a consent";
    ROW_LENGTH = "row-length", Error, "a row of a table has more or fewer cells than the table has columns";
    UNKNOWN_REASON = "unknown-reason", Error, "a reason that no explanation gives";
    CIRCLE = "circle", Error, "definitions, substitutes or an order that go round in a circle";
    OTHER_SLOT = "other-slot", Error, "a rule names a rule of another slot or class";
    CLASS_NOT_ACCEPTED = "class-not-accepted", Error, "an offer whose class the slot does not accept";
    FALLBACK_NOT_TOTAL = "fallback-not-total", Error, "a slot whose last fallback does not answer for everybody";
    FALLBACK_BEHIND_EVERYBODY = "fallback-unreachable", Warning, "a fallback behind one that takes everybody";
    TOO_MUCH = "too-much", Error, "more than a rule set may hold, or than one condition may be";
    CAP_WITHOUT_TARGET = "cap-without-target", Error, "a declared cap that does not say what it is on";
    BLOCK_ON_BOUNDLESS_CLASS = "block-on-critical", Error, "a block on class critical or legal";
    WINDOW_ON_BOUNDLESS_CLASS = "window-on-critical", Error, "a window on class critical or legal";
    WINDOW_NEVER_OPENS = "window-never-opens", Error, "a window that leaves no hour of a week";
    HOLD_WITHOUT_END = "hold-without-end", Error, "a window that holds what never expires, and does not say how long";
    CALENDAR_WITHOUT_ZONE = "calendar-without-zone", Error, "a calendar period in no zone";
    CAP_ON_BOUNDLESS_CLASS = "cap-on-critical", Error, "a cap on a rule of class critical or legal";
    UNKNOWN_FILE = "unknown-file", Error, "a `use` of a file that is not there";
    UNREADABLE_FILE = "unreadable-file", Error, "a `use` of something that cannot be read as rules";
    BAD_PATH = "bad-path", Error, "a `use` whose path would not be understood everywhere";
    PATH_OUTSIDE = "path-outside", Error, "a `use` that leads out of the folder of the rules";
}
