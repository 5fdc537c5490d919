//! Codes of the `allow::` stage: comments that allow a finding in one place.

codes! {
    stage "allow";
    UNREADABLE = "unreadable", Error, "a comment that speaks to the program and cannot be read";
    WITHOUT_REASON = "without-reason", Error, "an allowance that does not say why";
    UNKNOWN_CODE = "unknown-code", Error, "an allowance of a code that does not exist";
    NOT_ALLOWABLE = "not-allowable", Error, "an allowance of something that cannot be allowed";
    OUTDATED_BASELINE = "outdated-baseline", Note, "a baseline with findings that no longer occur";
    UNUSED = "unused", Warning, "an allowance that silences nothing";
}
