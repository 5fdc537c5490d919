//! Codes of the `state::` stage: files that remember what happened.

codes! {
    NOT_A_STATE = "state::not-a-state", Error, "the file given as state is something else",
        "`--state FILE` names the file in which shown offers and other events are remembered. This file was written by another program, and cater never overwrites what it does not know. Name another file; one that does not exist is made.";
    OTHER_VERSION = "state::other-version", Error, "the state file was written by another version of cater",
        "The form of state files has changed between the versions. The file was left as it is: use the version that wrote it.";
    DAMAGED = "state::damaged", Error, "the state file does not hold what was written to it",
        "A checksum does not fit: the file was changed or damaged. Deciding with half of a history would show offers too often, so nothing is decided. The file was left as it is; restore a copy, or start a new file.";
    IN_USE = "state::in-use", Error, "another program has the state file open",
        "Two programs that count in one file would count past each other. Wait for the other one to end, or use another file.";
    UNUSABLE = "state::unusable", Error, "the state file cannot be read or written",
        "The system refused: the message says why. Nothing was decided and nothing was written.";
}
