//! Codes of the `type::` stage: what can be compared with what.

codes! {
    NOT_A_CONDITION = "type::not-a-condition", Error, "a value stands where a condition is needed",
        "`when tenure` says nothing: a whole number is not yes or no. Say what must hold of it: when tenure is at least 12.";
    NOT_A_VALUE = "type::not-a-value", Error, "a condition stands where a value is needed",
        "A condition is yes, no or unknown and cannot be added or compared. To name a condition write segment, to count it write (1 when it_holds).";
    MISMATCH = "type::mismatch", Error, "two things of different kinds are compared or combined",
        "A number can be compared with a number, a time with a time, a member of a list with a member of the same list. The labels name both kinds.";
    NOT_ORDERED = "type::not-ordered", Error, "a comparison of things that have no order",
        "`at least` and its like need an order: numbers have one, and lists written with `<`: one of [bronze < silver < gold]. Times and dates use `is before`, `is after`, or an age: is more than 60 days old.";
    NOT_A_SET = "type::not-a-set", Error, "`has` stands behind something that is no set, or `is` behind a set",
        "`has` asks what a set of text contains: viewed has any of [\"running\"]. A single value is asked with `is`: country is DE.";
    NOT_A_TIME = "type::not-a-time", Error, "an age of something that is neither a time nor a date",
        "`is more than 60 days old` asks how long ago a time or a date was. For a number of days that the data counts itself, compare the number: contacted is more than 60.";
    DATE_IN_HOURS = "type::date-in-hours", Error, "the age of a date in hours, minutes or seconds",
        "A date is a whole day, so its age is counted in days, weeks or months. Use days, or declare the attribute as `time`.";
    TOO_MANY_PLACES = "type::too-many-places", Error, "a number with more decimal places than can be",
        "A value is never rounded behind your back. Write the number with as many places as the attribute has, or declare the attribute with more: decimal(4).";
    TOO_LARGE = "type::too-large", Error, "a calculation whose result may not fit",
        "Every calculation is exact, and its greatest and least result is worked out when compiled. This one may grow past what fits in 18 digits. Give the attributes a range: price: decimal(2) from 0 to 100000.";
    CANNOT_HALVE = "type::cannot-halve", Error, "`halving` behind a calculation or a stand-in",
        "What is left of a number is worked out before a decision, from one number and one time: points halving every 30 days since earned_at. A calculation, or a value that stands in for everybody, has no age. Calculate with the result, and put what stands in behind it: (points halving every 30 days since earned_at) else 0.";
    BAD_RANGE = "type::bad-range", Error, "a range whose ends are the wrong way round or do not fit",
        "`from 0 to 130` has its smaller end first. Both ends are in.";
    BAD_VALUE = "type::bad-value", Error, "a value that does not fit its attribute",
        "The value is of another kind than the attribute, or outside its range or list. A test or a default with it would talk of a customer who cannot exist.";
    BAD_MARK = "type::bad-mark", Error, "a mark that does not fit the attribute",
        "`key` stands on one text attribute of the customer, `as of` on one that must be `fresh`, mapping marks on attributes that are read from data.";
    TIME_DOES_NOT_EXIST = "type::time-does-not-exist", Error, "a civil time that no clock in that zone ever shows",
        "When the clocks go forward, an hour is skipped. Choose a time before or after it, or write the instant in UTC: 2026-03-29T01:30Z.";
    RELATIVE_TIME = "type::relative-time", Error, "`90 days ago` outside a test",
        "In a rule the distance says its direction: last_order is more than 90 days old. `ago` is for the facts of tests.";
}
