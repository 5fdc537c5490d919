//! Codes of the `run::` stage: why the tool could not do what it was asked; it ends with exit code 2.

codes! {
    stage "run";
    BAD_ARGUMENT = "bad-argument", Error, "an argument of the command is unknown, missing, or not what it must be";
    BAD_OUTPUT = "bad-output", Error, "the output cannot have that name";
    CANNOT_WRITE = "cannot-write", Error, "a file or folder cannot be written";
    FOLDER_EXISTS = "folder-exists", Error, "`cater new` would write into a folder that is in use";
    INTERRUPTED = "interrupted", Error, "the run was stopped before it was done";
    IO = "io", Error, "a folder or stream cannot be read or written";
    IS_A_BUNDLE = "is-a-bundle", Error, "the verb works on rules, and this is a bundle";
    MANY_WORLDS = "many-worlds", Error, "the folder holds several worlds, and the verb works on one";
    NO_CUSTOMERS = "no-customers", Error, "nobody says who is to be decided for";
    NO_GIT = "no-git", Error, "git does not give what it is asked for";
    NO_RULES = "no-rules", Error, "there are no rule files at that place";
    NO_SUCH_CODE = "no-such-code", Error, "there is no finding of that code";
    NO_SUCH_CUSTOMER = "no-such-customer", Error, "no row of the world's customers has that key";
    NO_SUCH_DECISION = "no-such-decision", Error, "something is confirmed of a decision that the state does not know";
    NO_SUCH_OWNER = "no-such-owner", Error, "the rules of an owner are asked for whom no rule names";
    NO_SUCH_PATH = "no-such-path", Error, "there is no file or folder of that name";
    NO_SUCH_RULE = "no-such-rule", Error, "a rule is asked for that is not there";
    NO_SUCH_SLOT = "no-such-slot", Error, "a slot is asked for that is not there";
    NO_SUCH_TEST = "no-such-test", Error, "no test is what the filter asks for";
    NOT_COMPARABLE = "not-comparable", Error, "two states of the rules differ in what decides what all of them mean";
    OTHER_SLOT = "other-slot", Error,
        "the rule that is asked for stands in another slot than the one that is asked for";
    UNREADABLE_FILE = "unreadable-file", Error, "a file cannot be read as what it should be";
    BAD_ENVIRONMENT = "bad-environment", Error, "a variable of the environment does not hold what it must";
}
