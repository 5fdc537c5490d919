//! Codes of the `cost::` stage: what `cater cost` holds against the budgets of `cater.toml`.

codes! {
    stage "cost";
    OVER_BUDGET = "over-budget", Error,
        "a decision can ask more questions than a budget of cater.toml allows";
}
