//! Codes of the `pressure::` stage: what `cater pressure` holds against the budgets of `cater.toml`.

codes! {
    stage "pressure";
    OVER_BUDGET = "over-budget", Error,
        "a customer can receive more than a budget of cater.toml allows, or nobody can show that none does";
}
