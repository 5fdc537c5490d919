//! Codes of the `state::` stage.

codes! {
    stage "state";
    NOT_A_STATE_FILE = "not-a-state-file", Error, "the file given as state is something else";
    OTHER_VERSION = "other-version", Error, "the state file was written by a program with another format of state";
    DAMAGED = "damaged", Error, "the state file was changed by something else than cater, or part of it was lost";
    IN_USE = "in-use", Error, "another program is using the state file";
    BAD_ADDRESS = "bad-address", Error, "what is given as the address of a state is none";
    UNREACHABLE = "unreachable", Error, "there is no connection to the store";
    SLOW = "slow", Error, "the store does not answer in time";
    REFUSED = "refused", Error, "the store answers that it will not";
    BUSY = "busy", Error, "others keep changing what is to be written";
    KEPT_TOO_SHORT = "kept-too-short", Error, "the rules look back further than events are kept";
    UNUSABLE = "unusable", Error, "the state file cannot be read or written";
}
