//! Codes of the `consent::` stage: what may be read, and for what.

codes! {
    stage "consent";
    MISSING_NEEDS = "missing-needs", Error, "a rule reads what needs a purpose without needing it";
    MARKETING_WITHOUT_PURPOSE = "marketing-without-purpose", Error,
        "a marketing rule chooses people without a purpose they can object to";
    NEVER_USED = "never-used", Error, "a rule reads an attribute that is never used";
    PROTECTIVE_SELECTS = "protective-selects", Error, "a protective attribute is used to choose people";
    SENSITIVE_PURPOSE = "sensitive-purpose", Error,
        "a sensitive attribute without explicit consent for exactly one purpose";
    SUBSTITUTE_CLASS = "substitute-class", Error, "a substitute of a higher class than its rule";
    SUBSTITUTE_NEEDS = "substitute-needs", Error, "a substitute for missing consent that needs the same consent";
    SUBSTITUTE_SELLS = "substitute-sells", Error, "without consent, a marketing substitute for chosen people";
    LEAK = "leak", Error, "a decision tells of what a closed purpose hides";
    FALLBACK_SELLS = "fallback-sells", Error, "a marketing fallback for chosen people";
}
