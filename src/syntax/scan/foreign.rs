//! Characters that mean nothing in a file of rules, and what was meant by them: quotes and spaces of word processors,
//! letters that names cannot have, signs of money, comments of other languages.
//!
//! Each gives one finding. What can be stepped over without guessing (a comment, a `;`) leaves no token behind, so that
//! everything around it is read as usual; the grammar steps over the same.

use super::{Comment, Scanner, TokenKind, is_word_byte, shortened};
use crate::diagnostics::{Diagnostic, codes::syntax as codes};

const CURLY: [char; 10] = ['“', '”', '„', '‟', '‘', '’', '‚', '‛', '«', '»'];

/// Words behind which a name stands.
const BEFORE_NAMES: [&str; 9] = ["show", "send", "try", "shows", "sends", "needs", "class", "tags", "before"];

/// Signs of money that stand close to numbers.
const MONEY: [char; 5] = ['$', '€', '£', '¥', '₺'];

/// Signs that are no letters but stand for words of the language.
const MEANT: [(char, &str, &str); 12] = [
    ('≤', "is at most", "is spelt in words"),
    ('≥', "is at least", "is spelt in words"),
    ('≠', "is not", "is spelt in words"),
    ('∧', "and", "is spelt in words"),
    ('∨', "or", "is spelt in words"),
    ('¬', "not", "is spelt in words"),
    ('×', "*", "is not the sign of a product"),
    ('÷', "/", "is not the sign of a division"),
    ('…', "..", "means nothing here"),
    ('–', "-", "is not the minus sign"),
    ('—', "-", "is not the minus sign"),
    ('−', "-", "is not the minus sign"),
];

impl Scanner<'_> {
    /// Whether a comment of another language begins here: `#`, `-- `, `/*`.
    pub(super) fn at_foreign_comment(&self) -> bool {
        let next = |ahead: usize| self.bytes.get(self.at + ahead).copied();
        match next(0) {
            Some(b'#') => true,
            // `3 --1` is a sum, if an odd one.
            Some(b'-') => next(1) == Some(b'-') && !next(2).is_some_and(|byte| byte.is_ascii_digit()),
            Some(b'/') => next(1) == Some(b'*'),
            Some(_) | None => false,
        }
    }

    /// `# note`, `-- note`, `/* note */`: said once for a row of such lines, and then stepped over as a comment.
    pub(super) fn foreign_comment(&mut self) {
        let start = self.at;
        let (mark, end, lines) =
            if self.bytes.get(start) == Some(&b'/') { self.block_comment() } else { self.line_comments() };
        let span = crate::source::Span::new(self.source, start..end);
        let message = format!("a comment begins with `//`, not with `{mark}`");
        let mut finding = Diagnostic::new(&codes::FOREIGN_COMMENT, span, message)
            .primary("taken as a comment")
            .help("write `// a note`; it runs to the end of its line");
        if let Some(lines) = lines {
            finding = finding.fix("write `//`", span, lines);
        }
        self.out.problems.push(finding);
        self.out.comments.push(Comment { start: start as u32, end: end as u32, own_line: self.fresh });
        self.at = end;
    }

    /// The mark of the comment here, where the row of comments ends that it begins, and the row as it is rightly written.
    fn line_comments(&self) -> (&'static str, usize, Option<String>) {
        let mark = if self.bytes.get(self.at) == Some(&b'#') { "#" } else { "--" };
        let right = |line: &str| {
            let words = line.trim_start_matches(if mark == "#" { '#' } else { '-' });
            let gap = if words.is_empty() || words.starts_with([' ', '\t']) { "" } else { " " };
            format!("//{gap}{words}").trim_end().to_owned()
        };
        let line = |from: usize| self.text.get(from..self.line_end(from)).unwrap_or("").trim_end();
        let first = line(self.at);
        let (mut end, mut lines) = (self.at + first.len(), right(first));
        if !self.fresh {
            return (mark, end, Some(lines));
        }
        loop {
            let next = self.line_end(end) + 1;
            let whole = self.text.get(next..self.line_end(next)).unwrap_or("");
            let words = whole.trim();
            if next >= self.bytes.len() || !words.starts_with(mark) {
                break;
            }
            let indent = whole.len() - whole.trim_start().len();
            lines = format!("{lines}\n{}{}", whole.get(..indent).unwrap_or(""), right(words));
            end = next + indent + words.len();
        }
        (mark, end, Some(lines))
    }

    /// A comment that is never closed ends with its line.
    fn block_comment(&self) -> (&'static str, usize, Option<String>) {
        let rest = self.text.get(self.at + 2..).unwrap_or("");
        let Some(len) = rest.find("*/") else { return ("/*", self.line_end(self.at), None) };
        let end = self.at + len + 4;
        let words = rest.get(..len).unwrap_or("").trim();
        let alone = self.text.get(end..self.line_end(end)).unwrap_or("").trim().is_empty();
        let lines: Vec<_> =
            words.lines().map(|line| format!("// {}", line.trim().trim_start_matches('*').trim_start())).collect();
        (("/*"), end, alone.then(|| lines.join("\n").trim_end().to_owned()))
    }

    /// `show sale;`
    pub(super) fn semicolon(&mut self) {
        let end = self.at + 1;
        let span = self.span(end);
        let finding = Diagnostic::new(&codes::ODD_CHARACTER, span, "no `;` ends a clause")
            .primary("not needed")
            .help("leave it out; a clause ends where the next one begins")
            .fix("remove it", span, "");
        self.out.problems.push(finding);
        self.at = end;
    }

    /// Whether a sign of money stands here, before or behind a number.
    pub(super) fn money(&self, from: usize) -> Option<char> {
        self.text.get(from..)?.chars().next().filter(|sign| MONEY.contains(sign))
    }

    /// `$25`, `€ 1,000`; the number is read without its sign of money.
    pub(super) fn money_before(&mut self, sign: char) {
        let behind = self.at + sign.len_utf8();
        let rest = self.text.get(behind..).unwrap_or("");
        let gap = rest.len() - rest.trim_start_matches(' ').len();
        if !rest.trim_start_matches(' ').starts_with(|c: char| c.is_ascii_digit()) {
            self.problem_char(
                behind,
                &format!("`{sign}` means nothing here"),
                Some("an amount is a number alone: `25`, or `25.50`"),
            );
            return;
        }
        let end = self.with_suffix(number_end(self.bytes, behind + gap));
        self.amount(self.at, end, behind + gap, end, sign);
    }

    /// The end of the `k` or `m` that stands close behind a number which ends at `end`; else `end`.
    fn with_suffix(&self, end: usize) -> usize {
        let suffix = self.bytes.get(end).is_some_and(|byte| matches!(byte, b'k' | b'K' | b'm' | b'M'));
        if suffix && !self.bytes.get(end + 1).copied().is_some_and(is_word_byte) { end + 1 } else { end }
    }

    /// Where the amount ends whose number begins at the point of reading and goes on behind a comma: `1.000,50 €`.
    pub(super) fn amount_with_commas(&self) -> Option<(usize, usize, char)> {
        let end = number_end(self.bytes, self.at);
        let behind = end + usize::from(self.bytes.get(end) == Some(&b' '));
        self.bytes.get(self.at..end).filter(|digits| digits.contains(&b','))?;
        [end, behind].into_iter().find_map(|at| Some((end, at, self.money(at)?)))
    }

    /// `25€`, `25 €`: the number at the point of reading ends at `number_end`, the sign stands at `sign_at`.
    pub(super) fn money_behind(&mut self, number_end: usize, sign_at: usize, sign: char) {
        self.amount(self.at, sign_at + sign.len_utf8(), self.at, number_end, sign);
    }

    fn amount(&mut self, from: usize, to: usize, number: usize, number_end: usize, sign: char) {
        let span = crate::source::Span::new(self.source, from..to);
        let written = self.text.get(number..number_end).unwrap_or("");
        let message = format!("a number stands alone, without `{sign}`");
        let mut finding = Diagnostic::new(&codes::WRITTEN_NUMBER, span, message).primary("an amount of money");
        finding = match (thousand_or_places(written), written_out(written)) {
            (Some((thousand, places)), _) => finding.help(format!(
                "write `{thousand}` or `{places}`, whichever is meant: a point stands before the decimal places"
            )),
            (None, Some(right)) => finding
                .help(format!("write `{right}`; the name or label of an attribute says in which currency it is"))
                .suggest(format!("write `{right}`"), span, right),
            (None, None) => finding.help("write the number alone, with a point before its decimal places: `25.50`"),
        };
        self.out.problems.push(finding);
        self.token(TokenKind::Odd, to);
    }

    /// `'text'`: closed on its line it is a text in the wrong quotes, else a sign that means nothing.
    pub(super) fn foreign_quote(&mut self) {
        if self.contraction('\'') {
            return;
        }
        let line = self.text.get(self.at + 1..self.line_end(self.at)).unwrap_or("");
        match line.find('\'') {
            Some(len) => self.wrong_quotes(self.at + 1 + len, self.at + len + 2, "texts stand in double quotes"),
            None => {
                self.problem_char(self.at + 1, "`'` means nothing here", Some("texts stand in double quotes: `\"..\"`"))
            }
        }
    }

    /// `isn't`, `doesn't`: the word before and what stands behind the quote become one odd token.
    fn contraction(&mut self, quote: char) -> bool {
        let Some(last) = self.out.tokens.last().copied() else { return false };
        let word = self.text.get(last.start as usize..last.end as usize).unwrap_or("");
        let behind = self.at + quote.len_utf8();
        let is_t =
            self.bytes.get(behind) == Some(&b't') && !self.bytes.get(behind + 1).copied().is_some_and(is_word_byte);
        let small = word.to_lowercase();
        if last.kind != TokenKind::Word || last.end as usize != self.at || !is_t || !small.ends_with('n') {
            return false;
        }
        let right = match small.as_str() {
            "isn" | "aren" | "wasn" => Some("is not"),
            "hasn" | "haven" | "doesn" | "don" => None,
            _ => return false,
        };
        let span = crate::source::Span::new(self.source, last.start as usize..behind + 1);
        let message = format!("`{word}{quote}t` is written in full");
        let finding = Diagnostic::new(&codes::SPELLING, span, message).primary("shortened");
        self.out.problems.push(match right {
            Some(right) => finding.help(format!("write `{right}`")).fix(format!("write `{right}`"), span, right),
            None => finding.help("write `is not` of a single value, `has none of [..]` of a set"),
        });
        self.token(TokenKind::Odd, behind + 1);
        true
    }

    /// Words in the place of the sign here, which ends at `end`, with the blanks they need where it stood close.
    fn padded(&self, end: usize, words: &str) -> String {
        let is_close = |byte: Option<&u8>| words.len() > 1 && byte.is_some_and(|byte| is_word_byte(*byte));
        let left = if is_close(self.at.checked_sub(1).and_then(|at| self.bytes.get(at))) { " " } else { "" };
        let right = if is_close(self.bytes.get(end)) { " " } else { "" };
        format!("{left}{words}{right}")
    }

    /// Whether one of `words` is the token before this place.
    fn follows(&self, words: &[&str]) -> bool {
        let last = self.out.tokens.last().filter(|last| last.kind == TokenKind::Word);
        let written = last.and_then(|last| self.text.get(last.start as usize..last.end as usize));
        written.is_some_and(|word| words.contains(&word))
    }

    fn wrong_quotes(&mut self, inner_end: usize, end: usize, message: &str) {
        let open = self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
        let inner = self.text.get(self.at + open..inner_end).unwrap_or("");
        let straight = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
        let span = self.span(end);
        let finding = |message: &str| Diagnostic::new(&codes::WRONG_QUOTES, span, message).primary("these quotes");
        let is_name =
            inner.bytes().all(is_word_byte) && inner.bytes().next().is_some_and(|first| !first.is_ascii_digit());
        self.out.problems.push(match is_name && self.follows(&BEFORE_NAMES) {
            true => finding("a name stands here, without quotes").help(format!("write `{inner}`")).fix(
                "remove the quotes",
                span,
                inner,
            ),
            false => finding(message).help(format!("write it as {straight}")).fix(
                "use straight double quotes",
                span,
                straight,
            ),
        });
        self.token(TokenKind::Odd, end);
    }

    pub(super) fn beyond_ascii(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let Some(first) = rest.chars().next() else {
            self.at = self.bytes.len();
            return;
        };
        let end = self.at + first.len_utf8();
        if first == '\u{FEFF}' {
            self.at = end;
            return;
        }
        if CURLY.contains(&first) {
            self.curly_quote(first);
            return;
        }
        if MONEY.contains(&first) {
            self.money_before(first);
            return;
        }
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        if is_part(first) {
            let len = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            let word = shortened(rest.get(..len).unwrap_or(""));
            let message = format!("`{word}` has letters that a name cannot have");
            let finding = Diagnostic::new(&codes::ODD_CHARACTER, self.span(self.at + len), message)
                .primary("not only a to z, digits and `_`")
                .help("names are made of the letters a to z, digits and `_`; anything may stand in a quoted text");
            self.out.problems.push(finding);
            self.token(TokenKind::Odd, self.at + len);
            return;
        }
        if first.is_whitespace() {
            self.odd_space(end);
            return;
        }
        if is_unseen(first) {
            let span = self.span(end);
            let finding = Diagnostic::new(&codes::ODD_CHARACTER, span, "a character that cannot be seen stands here")
                .primary("it came along when text was pasted")
                .help("remove it; delete the words around it and type them again if your editor does not show it")
                .fix("remove it", span, "");
            self.out.problems.push(finding);
            self.token(TokenKind::Odd, end);
            return;
        }
        let meant = MEANT.iter().find(|(sign, ..)| *sign == first);
        let (better, what) = meant.map_or(("", "means nothing here"), |(_, better, what)| (*better, *what));
        let span = self.span(end);
        let mut finding = Diagnostic::new(&codes::ODD_CHARACTER, span, format!("`{first}` {what}"));
        if better.is_empty() {
            finding = finding.help("leave it out, or put it in a quoted text, where anything may stand");
        } else {
            finding = finding.help(format!("write `{better}`")).fix_if(
                !["/", ".."].contains(&better),
                format!("write `{better}`"),
                span,
                self.padded(end, better),
            );
        }
        self.out.problems.push(finding);
        self.token(TokenKind::Odd, end);
    }

    fn curly_quote(&mut self, first: char) {
        if first == '’' && self.contraction(first) {
            return;
        }
        let from = self.at + first.len_utf8();
        let line = self.text.get(from..self.line_end(self.at)).unwrap_or("");
        let close = line.char_indices().find(|(_, c)| *c == '"' || CURLY.contains(c));
        match close {
            Some((len, c)) => self.wrong_quotes(
                from + len,
                from + len + c.len_utf8(),
                "these are the curly quotes of a word processor; texts stand in straight double quotes",
            ),
            None => self.problem_char(
                from,
                "this curly quote is never closed",
                Some("texts stand in straight double quotes: `\"..\"`"),
            ),
        }
    }

    /// A non-breaking space or one of its kin: said once a line, since they come in numbers.
    fn odd_space(&mut self, end: usize) {
        let told = self.out.tokens.iter().rev().take_while(|token| token.start as usize >= self.line).any(|token| {
            token.kind == TokenKind::Odd
                && self.text.get(token.start as usize..token.end as usize).is_some_and(|odd| odd.trim().is_empty())
        });
        if !told {
            let line = self.text.get(self.at..self.line_end(self.at)).unwrap_or("").trim_end();
            // Spaces within a quoted text are the author's.
            let words = line.split('"').next().unwrap_or(line);
            let last = words.char_indices().rev().find(|(_, c)| !c.is_ascii() && c.is_whitespace());
            let to = last.map_or(end, |(at, c)| self.at + at + c.len_utf8());
            let span = crate::source::Span::new(self.source, self.at..to);
            let right: String = self.text.get(self.at..to).unwrap_or("").replace(char::is_whitespace, " ");
            let finding = Diagnostic::new(&codes::ODD_CHARACTER, self.span(end), "this is not an ordinary space")
                .primary("looks like a space and is none")
                .help("put an ordinary space here; texts copied from web pages and word processors often hold such spaces")
                .fix("put ordinary spaces", span, right);
            self.out.problems.push(finding);
        }
        self.token(TokenKind::Odd, end);
    }

    pub(super) fn problem_char(&mut self, end: usize, message: &str, help: Option<&str>) {
        let mut finding = Diagnostic::new(&codes::ODD_CHARACTER, self.span(end), message);
        finding.help = Some(help.unwrap_or("remove it").to_owned());
        self.out.problems.push(finding);
        self.token(TokenKind::Odd, end);
    }
}

/// Spaces without width, marks of direction, hyphens that show only at the end of a line.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{80}'..='\u{9F}')
}

/// Where a number ends that begins at `from`, with points and commas between its digits.
fn number_end(bytes: &[u8], from: usize) -> usize {
    let mut end = from;
    while let Some(byte) = bytes.get(end) {
        let joins = matches!(byte, b'.' | b',') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_digit() || joins) {
            break;
        }
        end += 1;
    }
    end
}

/// `1.000,50`, `1.000.000`: points between thousands, so that a comma can only stand before the decimal places.
fn points_between_thousands(written: &str) -> Option<String> {
    let (whole, places) = written.split_once(',').map_or((written, None), |(whole, places)| (whole, Some(places)));
    let groups: Vec<&str> = whole.split('.').collect();
    let (first, rest) = groups.split_first()?;
    let is_digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let sure = if places.is_some() { !rest.is_empty() } else { rest.len() > 1 };
    let thousands = first.len() <= 3 && *first != "0" && rest.iter().all(|group| group.len() == 3);
    let all = groups.iter().all(is_digits) && places.iter().all(is_digits);
    let places = places.map(|places| format!(".{places}")).unwrap_or_default();
    (sure && thousands && all).then(|| format!("{}{places}", groups.concat()))
}

/// `1.500`, which is 1500 to some and 1.5 to others: both.
fn thousand_or_places(written: &str) -> Option<(String, String)> {
    let (whole, places) = written.split_once('.')?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let either = matches!(whole.len(), 1..=3) && whole != "0" && places.len() == 3;
    let shown = places.trim_end_matches('0');
    let shown = if shown.is_empty() { whole.to_owned() } else { format!("{whole}.{shown}") };
    (either && is_digits(whole) && is_digits(places)).then(|| (format!("{whole}{places}"), shown))
}

/// The same as [`plain_number`], with `10k` and `2.5m` written out.
pub(in crate::syntax) fn written_out(written: &str) -> Option<String> {
    let (number, zeros) = match written.chars().next_back()? {
        'k' | 'K' => (written.get(..written.len() - 1)?, 3),
        'm' | 'M' => (written.get(..written.len() - 1)?, 6),
        _ => return plain_number(written),
    };
    let plain = plain_number(number)?;
    let (whole, places) = plain.split_once('.').unwrap_or((&plain, ""));
    let zeros = "0".repeat(usize::checked_sub(zeros, places.len())?);
    let digits = format!("{whole}{places}{zeros}");
    let digits = digits.trim_start_matches('0');
    Some(if digits.is_empty() { "0" } else { digits }.to_owned())
}

/// A number with commas between its thousands, or before its decimal places, as the language writes it; none where it
/// could be either.
pub(in crate::syntax) fn plain_number(written: &str) -> Option<String> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(plain) = points_between_thousands(written) {
        return Some(plain);
    }
    let mut parts = written.split('.');
    let (whole, places, more) = (parts.next()?, parts.next(), parts.next());
    if more.is_some() || places.is_some_and(|places| !is_digits(places)) {
        return None;
    }
    let groups: Vec<&str> = whole.split(',').collect();
    let (first, rest) = groups.split_first()?;
    let digits = groups.concat();
    if !is_digits(&digits) || groups.iter().any(|group| group.is_empty()) {
        return None;
    }
    let places = places.map(|places| format!(".{places}")).unwrap_or_default();
    match rest {
        [] => Some(format!("{digits}{places}")),
        _ if first.len() <= 3 && *first != "0" && rest.iter().all(|group| group.len() == 3) => {
            Some(format!("{digits}{places}"))
        }
        [decimals] if places.is_empty() => Some(format!("{first}.{decimals}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{plain_number, thousand_or_places, written_out};

    #[test]
    fn letters_stand_for_thousands_and_a_point_may() {
        assert_eq!(written_out("10k").as_deref(), Some("10000"));
        assert_eq!(written_out("2.5k").as_deref(), Some("2500"));
        assert_eq!(written_out("0.5M").as_deref(), Some("500000"));
        assert_eq!(written_out("2.5555k"), None);
        let both = Some(("1500".to_owned(), "1.5".to_owned()));
        assert_eq!(thousand_or_places("1.500"), both);
        assert_eq!(thousand_or_places("1.50"), None);
    }

    #[test]
    fn commas_stand_between_thousands_or_before_decimals() {
        for (written, right) in [
            ("1,000", Some("1000")),
            ("1,000,000", Some("1000000")),
            ("1,000.50", Some("1000.50")),
            ("12,50", Some("12.50")),
            ("0,125", Some("0.125")),
            ("25", Some("25")),
            ("1,00,000", None),
            ("1.000,50", Some("1000.50")),
            ("1.000.000", Some("1000000")),
            ("1.00.000", None),
            ("31.12.2025", None),
            (",5", None),
            ("x", None),
        ] {
            assert_eq!(plain_number(written).as_deref(), right, "{written}");
        }
    }
}
