//! How wide a text is at most, without any font at hand, and how it is shortened to fit.
//!
//! A drawing is read in whatever sans-serif face the reader's machine has. So the table holds for each character the
//! widest advance among the bold faces in common use (DejaVu Sans, Verdana, Inter, Open Sans, Noto Sans, Roboto,
//! Arial and its likenesses), in thousandths of the size. A label that fits by this table fits everywhere; in a
//! narrow face it leaves some air. Regular faces are narrower than bold ones and use the same table.

use unicode_normalization::UnicodeNormalization;

/// Advances of U+0020 to U+007E in thousandths of the size.
const ASCII: [u16; 95] = [
    348, 456, 587, 867, 711, 1272, 872, 332, 543, 543, 711, 867, 380, 480, 380, 689, //
    711, 711, 711, 711, 711, 711, 711, 711, 711, 711, 402, 402, 867, 867, 867, 617, //
    1031, 776, 762, 752, 830, 683, 683, 821, 837, 546, 570, 775, 637, 995, 847, 850, //
    733, 850, 782, 720, 682, 812, 774, 1128, 771, 737, 725, 543, 689, 543, 867, 711, //
    711, 675, 716, 593, 716, 678, 435, 716, 712, 343, 403, 671, 343, 1058, 712, 687, //
    716, 716, 497, 595, 478, 712, 652, 979, 669, 652, 597, 712, 551, 712, 867,
];

/// The sign that a text goes on.
const ELLIPSIS: char = '…';

/// The width in pixels, rounded up, of `text` set at `size` pixels.
pub(super) fn width(text: &str, size: i32) -> i32 {
    let mills: i64 = text.nfc().map(|c| i64::from(advance(c))).sum();
    i32::try_from((mills * i64::from(size) + 999) / 1000).unwrap_or(i32::MAX)
}

/// The advance of one character in thousandths of the size, never too small.
fn advance(c: char) -> u32 {
    match c {
        ' '..='~' => ASCII.get(c as usize - 0x20).map_or(1400, |w| u32::from(*w)),
        // Marks above and below sit on the letter before them.
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '·' | '’' | '‘' => 480,
        '“' | '”' | '„' | '–' => 711,
        '\u{a0}' => 348,
        ELLIPSIS | '—' => 1000,
        'ß' | 'ı' | 'ø' | 'ł' | 'đ' => 760,
        '\u{a1}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => composed(c),
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => 1100,
        '\u{590}'..='\u{5ff}' | '\u{e00}'..='\u{e7f}' => 1000,
        // Hangul, kana, ideographs and full-width forms fill their square.
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' => 1050,
        '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}' | '\u{ff01}'..='\u{ff60}' => 1050,
        '\u{ff61}'..='\u{ffdc}' => 1050,
        '\u{20000}'..='\u{3ffff}' => 1050,
        // Whole phrases and very broad signs in one character.
        '\u{fdf0}'..='\u{fdff}' | '\u{12000}'..='\u{1254f}' | '\u{a980}'..='\u{a9df}' => 12_000,
        '‱' | '⸻' | '⸺' => 4000,
        _ => 1600,
    }
}

/// A letter with marks is as wide as the letter; what does not come apart gets the widest of its block.
fn composed(c: char) -> u32 {
    let base = std::iter::once(c).nfd().next().unwrap_or(c);
    if base.is_ascii() && base != c { advance(base) } else { 1600 }
}

/// `text` made fit to be drawn: one line, no characters that XML forbids or that turn the direction of what follows.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => {}
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() || c.is_whitespace() && c != '\u{a0}' => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// `text` itself where it fits into `room` pixels, else its beginning and an ellipsis; never parts a letter from its
/// marks. Empty when not even the ellipsis fits.
pub(super) fn fit(text: &str, size: i32, room: i32) -> String {
    if width(text, size) <= room {
        return text.to_owned();
    }
    let room = room - width("…", size);
    if room < 0 {
        return String::new();
    }
    let mut kept = String::new();
    let mut used = 0_i64;
    let mut chars = text.chars().peekable();
    let mut whole = 0;
    while let Some(c) = chars.next() {
        used += i64::from(advance(c)) * i64::from(size);
        if used > i64::from(room) * 1000 {
            break;
        }
        kept.push(c);
        let joined = c == '\u{200d}' || chars.peek().is_some_and(|n| clings(*n));
        if !joined {
            whole = kept.len();
        }
    }
    kept.truncate(whole);
    kept.truncate(kept.trim_end_matches([' ', '_', '-', '·']).len());
    kept.push(ELLIPSIS);
    kept
}

/// Whether a character belongs to the one before it.
fn clings(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
        || matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Widths in thousandths, the widest of thirteen faces, taken from the font files themselves.
    #[test]
    fn no_text_is_measured_too_small() {
        let known = [
            ("Winterreifen", 7146),
            ("comeback_runner", 9949),
            ("WWWW@%mm", 8498),
            ("Überraschung für Größe", 13642),
            ("Жёлтый щит", 7553),
            ("priority 80 · marketing", 12822),
            ("illi.,;", 2531),
            ("ΑΒΓΩ", 3023),
        ];
        for (text, mills) in known {
            assert!(width(text, 1000) >= mills, "{text}: {} < {mills}", width(text, 1000));
        }
        assert!(width("comeback_runner", 1000) < 9949 * 11 / 10, "conservative, not wasteful");
    }

    #[test]
    fn a_letter_and_its_mark_are_one() {
        assert_eq!(width("u\u{308}", 100), width("ü", 100));
        let spelled = "u\u{308}".repeat(40);
        let short = fit(&spelled, 10, 100);
        assert!(short.ends_with("u\u{308}…"), "{short}");
        assert!(width(&short, 10) <= 100);
    }

    #[test]
    fn what_fits_stays_and_what_does_not_is_cut() {
        assert_eq!(fit("short", 12, 200), "short");
        assert_eq!(fit("anything", 12, 3), "");
        for text in ["a_very_long_name_that_goes_on_and_on", "顧客離反防止キャンペーン特別優待", "👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦"]
        {
            let short = fit(text, 12, 90);
            assert!(short.ends_with('…') && width(&short, 12) <= 90, "{short}");
            assert!(!short.ends_with("\u{200d}…"), "{short:?}");
        }
    }

    #[test]
    fn cleaning_leaves_one_drawable_line() {
        assert_eq!(clean(" a\n\tb\u{0}c\u{202e}d \u{ffff}"), "a b cd");
    }
}
