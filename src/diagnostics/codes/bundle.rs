//! Codes of the `bundle::` stage.

codes! {
    stage "bundle";
    NOT_A_BUNDLE = "not-a-bundle", Error, "the file does not begin as a bundle does";
    OTHER_VERSION = "other-version", Error,
        "the bundle was written in a format or language edition that this program does not know";
    DAMAGED = "damaged", Error, "the bundle was shortened, lengthened or changed after it was built";
    TOO_LARGE = "too-large", Error, "the bundle is larger than bundles may be";
    UNDECODABLE = "undecodable", Error, "a section of the bundle is whole but does not hold what it should";
    MODEL_REFUSED = "model-refused", Error, "the model in the bundle is not one that may run";
    UNSIGNED = "unsigned", Error, "there is no signature, and only what a trusted key has signed may be used";
    BAD_SIGNATURE = "bad-signature", Error, "the signature beside the bundle is none, or not of this bundle";
    UNTRUSTED_KEY = "untrusted-key", Error, "the bundle is signed with a key that is not trusted";
    ROLLED_BACK = "rolled-back", Error, "a later bundle was accepted before";
    BAD_RECORD = "bad-record", Error, "the file that should remember the last bundle is not such a file";
    BAD_KEY = "bad-key", Error, "the file is no key, or not of the kind that is needed";
    LOCKED_KEY = "locked-key", Error, "the password of a secret key is missing or wrong";
    BAD_SEQUENCE = "bad-sequence", Error, "a bundle is to be signed with a sequence that is not above the one before";
    MANIFEST_DIFFERS = "manifest-differs", Error, "the manifest of the bundle does not describe its model";
}
