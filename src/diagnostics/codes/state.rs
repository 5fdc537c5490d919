//! Codes of the `state::` stage.

codes! {
    NOT_A_STATE_FILE = "state::not-a-state-file", Error,
    "the file given as state is something else",
    "A state file remembers what customers were shown, so that caps hold from one run to the next. This file does not begin \
     as one, or it is a database of another program, or it is empty, which a state file never is. It has not been \
     touched. If you meant to begin anew, name a file that does not exist yet.\n\n\
     avoid:  cater decide . --state customers.csv\n\
     prefer: cater decide . --state shown.state";
    OTHER_VERSION = "state::other-version", Error,
    "the state file was written by a program with another format of state",
    "The format has a version of its own. A file of another version is refused and left as it is: guessing what it says \
     could forget that somebody has seen enough. Use the program that wrote it, or a later one.\n\n\
     avoid:  going back to an older program with the state of a newer one\n\
     prefer: keeping a copy of the state before an upgrade";
    DAMAGED = "state::damaged", Error,
    "the state file was changed by something else than cater, or part of it was lost",
    "Every page of the file carries a checksum, and all of them are looked at when it is opened. One does not fit. The file \
     is refused and left as it is, because using it could forget that somebody has seen enough. Take the last copy, or \
     begin anew with a file that does not exist yet.\n\n\
     avoid:  copying the file while a run is writing it\n\
     prefer: copying it between two runs";
    IN_USE = "state::in-use", Error,
    "another program is using the state file",
    "Two runs that write the same history at once would each count without the other. Wait until the other run has \
     ended, or give each its own file.\n\n\
     avoid:  two runs at the same time with --state shown.state\n\
     prefer: one after the other";
    UNUSABLE = "state::unusable", Error,
    "the state file cannot be read or written",
    "The system refuses: the folder does not exist, the disk is full, or the file may not be written. What was recorded by \
     earlier runs is still there; nothing of this run has been.\n\n\
     avoid:  --state /shown.state without the right to write there\n\
     prefer: --state ./shown.state";
}
