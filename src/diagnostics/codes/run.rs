//! Codes of the `run::` stage: why the tool could not do what it was asked; it ends with exit code 2.

codes! {
    BAD_ARGUMENT = "run::bad-argument", Error,
    "an argument of the command is unknown, missing, or not what it must be",
    "The command line was not understood, so nothing was done. The message names the argument; `cater VERB --help` lists \
     what each verb takes.\n\n\
     avoid:  cater decide . --now yesterday\n\
     prefer: cater decide . --now 2026-06-15T10:00Z";
    BAD_ENVIRONMENT = "run::bad-environment", Error,
    "a variable of the environment does not hold what it must",
    "Settings may come from the environment: CATER_NOW, CATER_WORKERS and others, as `cater config --explain` lists them. A \
     value that means nothing would silently leave the setting at what cater.toml says, so it is refused. An empty variable \
     is none.\n\n\
     avoid:  CATER_STRICT=maybe\n\
     prefer: CATER_STRICT=true";
    BAD_OUTPUT = "run::bad-output", Error,
    "the output cannot have that name",
    "It is a folder, does not say how it is to be written, or is a file that this very run reads: writing it would destroy \
     what it was made from. Nothing was written.\n\n\
     avoid:  cater decide . --output data/customers.csv\n\
     prefer: cater decide . --output decisions.csv";
    CANNOT_WRITE = "run::cannot-write", Error,
    "a file or folder cannot be written",
    "The system refuses: the folder is not there, may not be written to, or the disk is full. Output appears whole or not at \
     all, so what stood under that name before still does, and nothing was recorded.\n\n\
     avoid:  --output no-such-folder/decisions.csv\n\
     prefer: --output decisions.csv";
    FOLDER_EXISTS = "run::folder-exists", Error,
    "`cater new` would write into a folder that is in use",
    "A new world begins in a folder that is empty or not there yet, so that nothing of yours is written over.\n\n\
     avoid:  cater new shop, where shop has files in it\n\
     prefer: cater new second-shop";
    INTERRUPTED = "run::interrupted", Error,
    "the run was stopped before it was done",
    "Somebody pressed Ctrl-C, or the system asked the program to end. Decisions and state land whole or not at all, so \
     neither has changed, and the run can simply be started again.\n\n\
     avoid:  using a state file from the middle of a run\n\
     prefer: starting the same command once more";
    IO = "run::io", Error,
    "a folder or stream cannot be read or written",
    "The system refuses, in the words of the message. Mostly it is a missing right or a disk that is full.\n\n\
     avoid:  a folder that only somebody else may read\n\
     prefer: a folder of your own, or the right to read this one";
    IS_A_BUNDLE = "run::is-a-bundle", Error,
    "the verb works on rules, and this is a bundle",
    "A bundle is what `cater build` makes for services. `decide`, `why`, `read`, `list` and `graph` take it. It has \
     left out what only authors need: tests and personas as they run, `cater.toml`, customers, consent and events. So \
     checking, testing, laying out and building start from the folder of the rules.\n\n\
     avoid:  cater test shop.cater\n\
     prefer: cater test shop/";
    MANY_WORLDS = "run::many-worlds", Error,
    "the folder holds several worlds, and the verb works on one",
    "A world is a folder with a cater.toml, or with rule files that belong together. `check`, `fmt` and `test` take many at \
     once; the other verbs take one.\n\n\
     avoid:  cater decide rules-examples\n\
     prefer: cater decide rules-examples/01-hello";
    NO_CUSTOMERS = "run::no-customers", Error,
    "nobody says who is to be decided for",
    "The customers of a world stand in its cater.toml. A folder or a bundle without one is told on the command line.\n\n\
     avoid:  cater decide shop.cater\n\
     prefer: cater decide shop.cater --customers customers.csv";
    NO_RULES = "run::no-rules", Error,
    "there are no rule files at that place",
    "Rules stand in files whose names end in .rules, in the folder or below it.\n\n\
     avoid:  cater check data/\n\
     prefer: cater check ., or cater new shop to start";
    NO_SUCH_CODE = "run::no-such-code", Error,
    "there is no finding of that code",
    "A code is a stage and a name with two colons between them, as it stands in the message.\n\n\
     avoid:  cater explain missing-need\n\
     prefer: cater explain consent::missing-needs";
    NO_SUCH_CUSTOMER = "run::no-such-customer", Error,
    "no row of the world's customers has that key",
    "A customer is named by the key as it stands in the table, or by a JSON file whose name ends in .json.\n\n\
     avoid:  cater why shop Anna, where the key is anna\n\
     prefer: cater why shop anna";
    NO_SUCH_PATH = "run::no-such-path", Error,
    "there is no file or folder of that name",
    "Paths on the command line are seen from the folder in which you are; those in cater.toml from the folder in which it \
     lies.\n\n\
     avoid:  cater check shop, from inside shop\n\
     prefer: cater check .";
    NO_SUCH_RULE = "run::no-such-rule", Error,
    "a rule is asked for that is not there",
    "Rules are asked for by the name after `rule`. A rule that is in error is left out and cannot be asked for.\n\n\
     avoid:  cater why shop anna --rule come_back\n\
     prefer: cater why shop anna --rule comeback";
    NO_SUCH_SLOT = "run::no-such-slot", Error,
    "a slot is asked for that is not there",
    "Slots are asked for by the name after `slot`, in the order in which the page fills them.\n\n\
     avoid:  cater decide shop --slot hom\n\
     prefer: cater decide shop --slot home";
    NO_SUCH_TEST = "run::no-such-test", Error,
    "no test has the words of the filter in its sentence",
    "A filter that finds nothing is more often a slip than a wish, and a green run of no tests would hide it.\n\n\
     avoid:  cater test --filter \"comes bakc\"\n\
     prefer: cater test --filter \"comes back\"";
    OTHER_SLOT = "run::other-slot", Error,
    "the rule that is asked for stands in another slot than the one that is asked for",
    "`why --rule` explains a rule in its own slot; together with another `--slot` there is nothing to say.\n\n\
     avoid:  cater why shop anna --slot footer --rule comeback, which stands in home\n\
     prefer: cater why shop anna --rule comeback";
    UNREADABLE_FILE = "run::unreadable-file", Error,
    "a file cannot be read as what it should be",
    "It may not be read, is larger than such a file may be, or is not text in UTF-8.\n\n\
     avoid:  a rule file saved as UTF-16 by an editor\n\
     prefer: the same file saved as UTF-8";
}
