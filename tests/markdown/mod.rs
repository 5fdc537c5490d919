//! Reads the parts of Markdown that tests are made of: fences, tables, headings.
//!
//! Takes text, gives lines with their places. Knows nothing of what a fence holds.

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The first word behind the opening fence, empty where there is none.
    pub(crate) language: String,
    /// The words behind it.
    pub(crate) rest: Vec<String>,
    /// The line of the opening fence, from 0.
    pub(crate) opening: usize,
    /// What stands inside, without the indentation of the opening fence.
    pub(crate) lines: Vec<String>,
}

impl Fence {
    /// The block as a text that ends in a newline.
    pub(crate) fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Every fenced block of a document; an error names the line of a fence that is never closed.
pub(crate) fn fences(text: &str) -> Result<Vec<Fence>, String> {
    let mut fences = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((opening, line)) = lines.next() {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        let Some(mark) = ["```", "~~~"].into_iter().find(|mark| body.starts_with(mark)) else { continue };
        let sign = mark.chars().next().unwrap_or('`');
        let length = body.chars().take_while(|c| *c == sign).count();
        let mut words = body[length..].split_whitespace().map(str::to_owned);
        let mut fence =
            Fence { language: words.next().unwrap_or_default(), rest: words.collect(), opening, lines: Vec::new() };
        let is_end = |line: &str| {
            let line = line.trim();
            line.chars().all(|c| c == sign) && line.len() >= length
        };
        loop {
            match lines.next() {
                Some((_, line)) if is_end(line) => break,
                Some((_, line)) => {
                    let outer = line.len() - line.trim_start().len();
                    fence.lines.push(line[indent.min(outer)..].to_owned());
                }
                None => return Err(format!("the fence opened in line {} is never closed", opening + 1)),
            }
        }
        fences.push(fence);
    }
    Ok(fences)
}

/// The cells of every row of the table whose header is `header`, without its two head lines.
pub(crate) fn table(text: &str, header: &[&str]) -> Option<Vec<Vec<String>>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim().trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let mut lines = text.lines().skip_while(|line| !line.starts_with('|') || cells(line) != header);
    lines.next()?;
    Some(lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect())
}

/// The words between backticks of a cell, in order.
pub(crate) fn code_words(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The headings of a document outside its fences, with their level.
pub(crate) fn headings(text: &str) -> Vec<(usize, String)> {
    let mut headings = Vec::new();
    let mut in_fence = false;
    for line in text.lines() {
        in_fence ^= line.trim_start().starts_with("```");
        let level = line.chars().take_while(|c| *c == '#').count();
        if !in_fence && level > 0 && line[level..].starts_with(' ') {
            headings.push((level, line[level..].trim().to_owned()));
        }
    }
    headings
}

#[test]
fn fences_keep_their_words_and_lose_their_indentation() {
    let found = fences("a\n```rules shop.rules\nrule\n```\n- b\n  ```console\n  $ x\n    y\n  ```\n").unwrap();
    let shape: Vec<_> = found.iter().map(|f| (f.language.as_str(), f.opening, f.text())).collect();
    assert_eq!(shape, [("rules", 1, "rule\n".to_owned()), ("console", 5, "$ x\n  y\n".to_owned())]);
    assert_eq!(found[0].rest, ["shop.rules"]);
    assert!(fences("```\nnever closed").is_err());
}

#[test]
fn tables_are_found_by_their_header() {
    let text = "| a | b |\n|---|---|\n| 1 | `x`, `y` |\n\n| c | d |\n|---|---|\n| 2 | 3 |\n";
    let rows = table(text, &["a", "b"]).unwrap();
    assert_eq!(rows, [["1", "`x`, `y`"]]);
    assert_eq!(code_words(&rows[0][1]), ["x", "y"]);
    assert_eq!(table(text, &["e"]), None);
}

#[test]
fn headings_in_fences_are_none() {
    assert_eq!(headings("# a\n```\n# b\n```\n## c\n"), [(1, "a".to_owned()), (2, "c".to_owned())]);
}
