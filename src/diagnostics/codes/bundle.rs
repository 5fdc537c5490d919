//! Codes of the `bundle::` stage.

codes! {
    NOT_A_BUNDLE = "bundle::not-a-bundle", Error,
    "the file does not begin as a bundle does",
    "A bundle is the one file that `cater build` writes; it begins with eight bytes that no other file has. This file \
     begins differently: it may be a rule file, a compressed copy, or a download that ended in an error page.\n\n\
     avoid:  cater decide --bundle customer.rules\n\
     prefer: cater build rules/ --output rules.cater, then use rules.cater";
    OTHER_VERSION = "bundle::other-version", Error,
    "the bundle was written in a format or language edition that this program does not know",
    "The format of bundles and the language have versions of their own. A program reads those it knows and refuses the \
     rest before it looks at a single rule, because guessing could show the wrong thing to the wrong person. Use the \
     program that built it or a later one, or build the bundle again from its rules.\n\n\
     avoid:  loading a bundle of a later program into an older service\n\
     prefer: upgrade the services first, then build with the later program";
    DAMAGED = "bundle::damaged", Error,
    "the bundle was shortened, lengthened or changed after it was built",
    "Every bundle carries a digest of its own content. Here the digest, a length or the table of sections does not fit, \
     so at least one byte is not the one that was written: a broken copy, a full disk, or somebody's hand. Nothing of \
     it is used. Fetch it again, or build it again.\n\n\
     avoid:  copying the bundle in text mode, or editing it\n\
     prefer: cater build rules/ --output rules.cater";
    TOO_LARGE = "bundle::too-large", Error,
    "the bundle is larger than bundles may be",
    "The size of a bundle is limited, so that loading one cannot take a service's memory away. Half a gigabyte holds \
     more rules than the limit on rules allows, so such a file is a mistake.\n\n\
     avoid:  one bundle for every market of the company\n\
     prefer: one bundle a market";
    UNDECODABLE = "bundle::undecodable", Error,
    "a section of the bundle is whole but does not hold what it should",
    "The digest fits, so nobody changed the file by accident, but a section does not decode: it nests too deeply, claims \
     more than it holds, or was written by a program that does not keep to the format. Such a bundle was not written \
     by `cater build`.\n\n\
     avoid:  writing bundles with a program of one's own\n\
     prefer: cater build rules/ --output rules.cater";
    MODEL_REFUSED = "bundle::model-refused", Error,
    "the model in the bundle is not one that may run",
    "Before a bundle is used its whole model is checked again: every reference exists, every comparison is of one type, \
     fallbacks and substitutes end, the order of rules is the one the language gives, and nobody reads what needs a \
     consent without asking for it. This one fails, so it was not made by the checker, or by a program with a fault. \
     Build it again from the rule text; if it is refused again, please report it with the rules.\n\n\
     avoid:  editing a model and sealing it again\n\
     prefer: editing the rules and running cater build";
    MANIFEST_DIFFERS = "bundle::manifest-differs", Error,
    "the manifest of the bundle does not describe its model",
    "The manifest says which slots the bundle decides, which attributes each purpose protects, and of which revision it \
     is. People rely on that without decoding the model, so a manifest that says something else is refused.\n\n\
     avoid:  replacing one section of a bundle by that of another\n\
     prefer: cater build rules/ --output rules.cater";
}
