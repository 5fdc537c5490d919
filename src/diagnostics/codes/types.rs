//! Codes of the `type::` stage: what can be compared with what.

codes! {
    stage "type";
    NOT_A_CONDITION = "not-a-condition", Error, "a value stands where a condition is needed";
    NOT_A_VALUE = "not-a-value", Error, "a condition stands where a value is needed";
    MISMATCH = "mismatch", Error, "two things of different kinds are compared or combined";
    NOT_ORDERED = "not-ordered", Error, "a comparison of things that have no order";
    NOT_A_SET = "not-a-set", Error, "`has` stands behind something that is no set, or `is` behind a set";
    NOT_A_TIME = "not-a-time", Error, "an age of something that is neither a time nor a date";
    DATE_IN_HOURS = "date-in-hours", Error, "the age of a date in hours, minutes or seconds";
    TOO_MANY_PLACES = "too-many-places", Error, "a number with more decimal places than can be";
    TOO_LARGE = "too-large", Error, "a calculation whose result may not fit";
    CANNOT_HALVE = "cannot-halve", Error, "`halving` behind a calculation or a stand-in";
    BAD_RANGE = "bad-range", Error, "a range whose ends are the wrong way round or do not fit";
    BAD_VALUE = "bad-value", Error, "a value that does not fit its attribute";
    BAD_CELL = "bad-cell", Error, "a cell of a table says what its column does not ask";
    RANK_MAY_BE_MISSING = "rank-may-be-missing", Error, "a score over an attribute that may be missing";
    BAD_MARK = "bad-mark", Error, "a mark that does not fit the attribute";
    CAP_UNIT = "cap-unit", Error, "something by which no cap can count";
    CAP_NUMBER = "cap-number", Error, "an attribute that cannot be the number of a cap";
    TIME_DOES_NOT_EXIST = "time-does-not-exist", Error, "a civil time that no clock in that zone ever shows";
    RELATIVE_TIME = "relative-time", Error, "`90 days ago` outside a test";
}
