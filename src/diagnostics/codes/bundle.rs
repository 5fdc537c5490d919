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
    MANIFEST_DIFFERS = "manifest-differs", Error, "the manifest of the bundle does not describe its model";
}
