//! Programs in the book are laid out as `cater fmt` lays them out, but for those that show what cannot be read.

use cater::source::SourceId;
use cater::syntax::format;

use super::pages;
use crate::house::{no_complaints, read};
use crate::markdown::fences;

#[test]
fn every_program_is_laid_out() {
    let mut complaints = Vec::new();
    for page in pages() {
        for fence in fences(&read(&page)).unwrap().into_iter().filter(|fence| fence.language == "rules") {
            let text = fence.text();
            if let Some(right) = format(SourceId(0), &text).ok().filter(|right| *right != text) {
                complaints.push(format!("{}:{}, which `cater fmt` writes\n{right}", page.display(), fence.opening + 1));
            }
        }
    }
    no_complaints("a program that is not laid out", &complaints);
}
