//! Codes of the `lint::` stage.

codes! {
    stage "lint";
    CONFLICT = "conflict", Error, "two rules that can apply to one customer, with nothing but their names to decide";
    NO_ORDER = "no-order", Error,
        "a rule without `priority` or `before` that can apply together with another of its class";
    CONTRADICTION = "contradiction", Warning, "a rule, segment or fallback that can never apply to anybody";
    NEVER_ACTIVE = "never-active", Warning, "a rule whose dates leave no time, or that is over";
    NEVER_TOGETHER = "never-together", Note, "a rule that comes before another, and is never active together with it";
    SERVICE_HIDES = "service-hides", Warning,
        "a rule of a higher class without conditions, which beats every rule of a lower class";
    UNREACHABLE_RULE = "unreachable-rule", Warning,
        "a rule that never wins, because those above it take everybody who could see it";
    DUPLICATE_RULE = "duplicate-rule", Warning, "a rule that says the same as one above it";
    REDUNDANT_RULE = "redundant-rule", Warning, "a rule without which everybody would see the same";
    ONLY_WHEN_CAPPED = "only-when-capped", Note, "a rule that is only seen while a cap of another is spent";
    PREEMPTED_OVERLAP = "preempted-overlap", Note,
        "two rules with nothing but their names to decide, where something else always answers first";
    DOMINATED_CAP = "dominated-cap", Warning, "a cap that is never spent before a stricter one";
    UNREACHABLE_FALLBACK = "unreachable-fallback", Warning,
        "a fallback that is never shown, because what stands before it always answers";
    UNREACHABLE_SUBSTITUTE = "unreachable-substitute", Warning,
        "what a rule names in its place, and is never taken";
    AUDIENCE_GAP = "audience-gap", Note,
        "values of an attribute that the rules of a slot leave out between others that they take";
    ALWAYS_TRUE = "always-true", Warning,
        "a condition that holds for everybody, or for everybody of whom the data is known";
    NOT_DECIDED = "not-decided", Note, "a question that the analysis could neither answer with a customer nor exclude";
    EQUAL_SCORES = "equal-scores", Warning,
        "two rules that can score the same, with nothing but their names to decide";
    UNUSED_SEGMENT = "unused-segment", Warning, "a segment that no rule, segment or fallback reads";
    UNUSED_VALUE = "unused-value", Warning, "a value that no rule, segment or fallback reads";
    UNUSED_OFFER = "unused-offer", Warning, "an offer that no rule, substitute or fallback shows";
    UNUSED_PURPOSE = "unused-purpose", Warning, "a purpose that nothing needs and no condition reads";
    UNUSED_EVENT = "unused-event", Warning, "a declared event that nothing counts or asks for";
    CLOSED_CHANNEL = "closed-channel", Warning, "a channel by which nothing can ever be sent";
    UNUSED_CHANNEL = "unused-channel", Warning, "a channel by which no slot sends";
    UNUSED_CAP = "unused-cap", Warning, "a cap that binds nothing, or for which nothing counts";
    IDLE_EXEMPTION = "idle-exemption", Warning,
        "an `exempt` or `uncounted` that takes nothing out of its cap";
    BLOCK_ON_UNKNOWN = "block-on-unknown", Warning, "a block that stops the customer of whom nothing is known";
    UNUSED_WINDOW = "unused-window", Warning, "a window that binds no rule and no offer";
    WINDOW_ON_UNKNOWN = "window-on-unknown", Warning,
        "a window that is narrower, or closed, for the customer of whom nothing is known";
    WINDOW_GAP = "window-gap", Note, "a day or an hour that lies between those at which windows are open";
    ROWS_EXCLUDE = "rows-exclude", Warning, "rows of a window that leave no hour of a day";
    ROW_WITHOUT_BASE = "row-without-base", Warning, "a day of a window of which only rows with a condition speak";
    HELD_MOMENT = "held-moment", Warning, "a rule that may be held and reads what is only known of the moment";
    UNUSED_TAG = "unused-tag", Warning, "a tag that no cap names, spelt nearly like one that a cap names";
    SLOT_WITHOUT_RULES = "slot-without-rules", Warning, "a slot for which there is no rule";
    UNLESS_AND = "unless-and", Warning, "an `unless` with `and`, which people read in two ways";
    ELSE_MIXED = "else-mixed", Warning, "an `else` within a calculation without parentheses";
    REVIEW_OVERDUE = "review-overdue", Warning, "a rule that nobody has looked at by the day it says itself";
    REQUIRED_CLAUSE = "required-clause", Error, "a rule does not say what cater.toml requires of it";
}
