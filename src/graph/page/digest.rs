//! The digest by which the page's policy knows its own style and script: SHA-256 (FIPS 180-4), the only one that browsers
//! take and that this house has no crate for.
//!
//! The constants are what the standard says they are, the first 32 bits of the fractional parts of roots of primes, and are
//! worked out that way: there is no table to mistype.

/// A text as a policy names it: `sha256-` and its digest in base 64.
pub(super) fn source(text: &str) -> String {
    format!("sha256-{}", base64(&sha256(text.as_bytes())))
}

/// The first 64 primes.
const PRIMES: [u64; 64] = {
    let mut primes = [0; 64];
    let (mut found, mut next) = (0, 2);
    while found < 64 {
        let (mut of, mut is_prime) = (2, true);
        while of * of <= next {
            if next % of == 0 {
                is_prime = false;
            }
            of += 1;
        }
        if is_prime {
            primes[found] = next;
            found += 1;
        }
        next += 1;
    }
    primes
};

/// The first 32 bits behind the point of the second or third root of a number: the whole root of `n * 2^(32 * degree)`.
const fn root_fraction(n: u64, degree: u32) -> u32 {
    let wanted = (n as u128) << (32 * degree);
    let (mut low, mut high) = (0_u128, 1_u128 << 40);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        let power = if degree == 2 { middle * middle } else { middle * middle * middle };
        if power <= wanted {
            low = middle;
        } else {
            high = middle;
        }
    }
    (low & 0xffff_ffff) as u32
}

const ROUNDS: [u32; 64] = {
    let mut rounds = [0; 64];
    let mut at = 0;
    while at < 64 {
        rounds[at] = root_fraction(PRIMES[at], 3);
        at += 1;
    }
    rounds
};

const START: [u32; 8] = {
    let mut start = [0; 8];
    let mut at = 0;
    while at < 8 {
        start[at] = root_fraction(PRIMES[at], 2);
        at += 1;
    }
    start
};

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((bytes.len() as u64 * 8).to_be_bytes());
    let state = padded.chunks_exact(64).fold(START, block);
    let mut digest = [0; 32];
    for (to, word) in digest.chunks_exact_mut(4).zip(state) {
        to.copy_from_slice(&word.to_be_bytes());
    }
    digest
}

fn block(state: [u32; 8], bytes: &[u8]) -> [u32; 8] {
    let word = |four: &[u8]| four.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
    let mut schedule: Vec<u32> = bytes.chunks_exact(4).map(word).collect();
    while let [.., w16, w15, _, _, _, _, _, _, _, w7, _, _, _, _, w2, _] = schedule.as_slice()
        && schedule.len() < 64
    {
        let small = w15.rotate_right(7) ^ w15.rotate_right(18) ^ (w15 >> 3);
        let large = w2.rotate_right(17) ^ w2.rotate_right(19) ^ (w2 >> 10);
        let next = w16.wrapping_add(small).wrapping_add(*w7).wrapping_add(large);
        schedule.push(next);
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    for (word, constant) in schedule.iter().zip(ROUNDS) {
        let large = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let choice = (e & f) ^ (!e & g);
        let first = h.wrapping_add(large).wrapping_add(choice).wrapping_add(constant).wrapping_add(*word);
        let small = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let majority = (a & b) ^ (a & c) ^ (b & c);
        let second = small.wrapping_add(majority);
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(first), c, b, a, first.wrapping_add(second));
    }
    let mut next = state;
    for (of, more) in next.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *of = of.wrapping_add(more);
    }
    next
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| three.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4 {
            let sign = SIGNS.get((bits >> (18 - 6 * at) & 63) as usize).copied().unwrap_or(b'=');
            text.push(if at as usize > three.len() { '=' } else { char::from(sign) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_standard_gives_as_examples() {
        let hex = |text: &str| sha256(text.as_bytes()).map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        let two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
        assert_eq!(hex(two_blocks), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        assert_eq!(hex(&"a".repeat(1_000_000)), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    #[test]
    fn base_64_of_every_length() {
        let given = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let wanted = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
        assert_eq!(given.map(|text| base64(text.as_bytes())), wanted);
    }
}
