//! The one table of codes: each stage's in a file of its own, so that adding a finding touches one place there, and its
//! page in `docs/codes`.

macro_rules! codes {
    (stage $stage:literal; $($id:ident = $name:literal, $severity:ident, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $id: $crate::diagnostics::Code = $crate::diagnostics::Code {
                name: concat!($stage, "::", $name),
                severity: $crate::diagnostics::Severity::$severity,
                summary: $summary,
                page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes/", $stage, "/", $name, ".md")),
            };
        )*
        pub(super) static ALL: &[&$crate::diagnostics::Code] = &[$(&$id),*];
    };
}

pub mod allow;
pub mod bundle;
pub mod consent;
pub mod cost;
pub mod data;
pub mod lint;
pub mod pressure;
pub mod resolve;
pub mod run;
pub mod serve;
pub mod state;
pub mod syntax;
pub mod types;

use super::Code;

/// Every code there is, by stage.
pub fn all() -> impl Iterator<Item = &'static Code> {
    [
        syntax::ALL,
        resolve::ALL,
        types::ALL,
        consent::ALL,
        lint::ALL,
        allow::ALL,
        bundle::ALL,
        data::ALL,
        pressure::ALL,
        cost::ALL,
        state::ALL,
        serve::ALL,
        run::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The code of that name.
pub fn find(name: &str) -> Option<&'static Code> {
    all().find(|code| code.name == name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_are_unique_and_speak_plainly() {
        let mut names: Vec<_> = super::all().map(|code| code.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "a code stands twice in the table");
        for code in super::all() {
            assert!(code.name.contains("::"), "{}: stage::what-it-flags", code.name);
            assert!(!code.summary.ends_with('.'), "{}", code.name);
        }
    }

    #[test]
    fn every_page_is_whole() {
        for code in super::all() {
            let page = code.parts();
            assert_eq!(page.title, code.name, "the title of docs/codes/{}.md", code.name.replace("::", "/"));
            for (part, text) in page.named() {
                assert!(!text.is_empty(), "the page of {} lacks the part \"{part}\"", code.name);
            }
            let refuses = page.allow.starts_with("It cannot be allowed: ");
            assert_eq!(refuses, !code.can_be_allowed(), "{}: when to allow it, and whether one can", code.name);
        }
    }
}
