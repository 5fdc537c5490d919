//! Signatures: what a trusted key has signed is believed, and nothing else, whatever the bytes are.

use std::io::Cursor;

use minisign::KeyPair;

use super::{
    Accepted, BundleError, Claim, Digest, PublicKey, Signature, SignatureError, Signed, Trust, read, read_trusted,
    write,
};
use crate::model::Verified;
use crate::model::sample::rule_set;
use crate::source::SourceSet;
use crate::value::Instant;

/// A key that signs in tests.
pub(crate) struct Key(KeyPair);

impl Key {
    pub(crate) fn new() -> Self {
        Self(KeyPair::generate_unencrypted_keypair().unwrap())
    }

    pub(crate) fn public_text(&self) -> String {
        self.0.pk.to_box().unwrap().into_string()
    }

    pub(crate) fn public(&self) -> PublicKey {
        PublicKey::parse(&self.public_text()).unwrap()
    }

    fn sign_with(&self, bytes: &[u8], comment: &str) -> String {
        minisign::sign(None, &self.0.sk, Cursor::new(bytes), Some(comment), Some("a test")).unwrap().into_string()
    }

    fn sign(&self, bytes: &[u8], sequence: u64) -> String {
        let digest = read(bytes).unwrap().digest;
        self.sign_with(bytes, &Claim { sequence, digest, signed: noon() }.to_string())
    }

    /// What is known of a bundle of these rules once it is signed.
    pub(crate) fn signed(&self, text: &str, sequence: u64) -> Signed {
        let bytes = bundle(text);
        let trust = Trust::of(vec![self.public()]);
        read_trusted(&bytes, Some(&self.sign(&bytes, sequence)), &trust).unwrap().signed.unwrap()
    }
}

fn noon() -> Instant {
    Instant::parse("2026-11-23T12:00Z").unwrap()
}

fn bundle(text: &str) -> Vec<u8> {
    write(&Verified::new(rule_set()).unwrap(), &SourceSet::single("a.rules", text).0, &[]).unwrap()
}

fn refused(bytes: &[u8], signature: Option<&str>, trust: &Trust) -> SignatureError {
    match read_trusted(bytes, signature, trust) {
        Err(BundleError::Signature(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn any_of_several_trusted_keys_is_enough() {
    let (old, new, other) = (Key::new(), Key::new(), Key::new());
    let trust = Trust::of(vec![old.public(), new.public()]);
    let bytes = bundle("// a");
    for key in [&old, &new] {
        let read = read_trusted(&bytes, Some(&key.sign(&bytes, 7)), &trust).unwrap();
        let signed = read.signed.unwrap();
        assert_eq!((signed.key(), signed.claim().sequence), (key.public().id(), 7));
        assert_eq!((signed.claim().digest, signed.claim().signed), (read.digest, noon()));
    }
    let by_other = other.sign(&bytes, 8);
    assert_eq!(refused(&bytes, Some(&by_other), &trust), SignatureError::Untrusted(other.public().id()));
    assert_eq!(refused(&bytes, None, &trust), SignatureError::Unsigned);
    assert_eq!(read_trusted(&bytes, Some("nonsense"), &Trust::nobody()).unwrap().signed, None);
}

#[test]
fn a_signature_is_of_one_bundle_with_one_comment() {
    let key = Key::new();
    let trust = Trust::of(vec![key.public()]);
    let (bytes, other) = (bundle("// a"), bundle("// b"));
    let code = |signature: &str| refused(&bytes, Some(signature), &trust).code().name;
    assert_eq!(code(&key.sign(&other, 1)), "bundle::bad-signature");
    // Somebody takes the comment, or the signature, of another release of the same bundle.
    let (one, two) = (key.sign(&bytes, 1), key.sign(&bytes, 2));
    let line = |text: &str, at: usize| text.lines().nth(at).unwrap().to_owned();
    for at in 1..4 {
        let lines: Vec<String> = (0..4).map(|own| line(if own == at { &two } else { &one }, own)).collect();
        assert_eq!(code(&lines.join("\n")), "bundle::bad-signature", "line {at} of another");
    }
    // The right bytes with the digest of others, and no words of ours.
    let digest = read(&other).unwrap().digest;
    for comment in [Claim { sequence: 1, digest, signed: noon() }.to_string(), "timestamp:1 file:a".to_owned()] {
        assert_eq!(code(&key.sign_with(&bytes, &comment)), "bundle::bad-signature", "{comment}");
    }
}

#[test]
fn a_key_of_the_same_name_is_not_the_same_key() {
    let (key, other) = (Key::new(), Key::new());
    let bytes = bundle("// a");
    // The id of the first around the second.
    let mut forged = ct_codecs_decode(&other);
    forged[2..10].copy_from_slice(&ct_codecs_decode(&key)[2..10]);
    let forged = PublicKey::parse(&encode(&forged)).unwrap();
    assert_eq!(forged.id(), key.public().id());
    let signature = key.sign(&bytes, 1);
    assert!(matches!(refused(&bytes, Some(&signature), &Trust::of(vec![forged.clone()])), SignatureError::Bad(_)));
    let both = Trust::of(vec![forged, key.public()]);
    assert!(read_trusted(&bytes, Some(&signature), &both).is_ok(), "one of both has signed it");
}

fn ct_codecs_decode(key: &Key) -> Vec<u8> {
    use ct_codecs::Decoder;
    ct_codecs::Base64::decode_to_vec(key.public_text().lines().nth(1).unwrap(), None).unwrap()
}

fn encode(bytes: &[u8]) -> String {
    use ct_codecs::Encoder;
    ct_codecs::Base64::encode_to_string(bytes).unwrap()
}

#[test]
fn every_flip_of_a_bit_of_a_signature_is_refused() {
    let key = Key::new();
    let trust = Trust::of(vec![key.public()]);
    let bytes = bundle("// a");
    let signature = key.sign(&bytes, 12);
    let comment = "untrusted comment: ".len()..signature.find('\n').unwrap();
    let mut harmless = 0;
    for at in 0..signature.len() {
        for bit in 0..8 {
            let mut changed = signature.clone().into_bytes();
            changed[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            match read_trusted(&bytes, Some(&changed), &trust) {
                Ok(_) => {
                    assert!(comment.contains(&at), "byte {at}, bit {bit}: {changed}");
                    harmless += 1;
                }
                Err(error) => assert!(error.code().name.starts_with("bundle::"), "{error}"),
            }
        }
    }
    assert!(harmless > 0, "the comment that nobody trusts may say anything");
    // Without its last line end it is still whole.
    for end in 0..signature.len() - 1 {
        assert!(matches!(refused(&bytes, Some(&signature[..end]), &trust), SignatureError::Bad(_)), "{end} bytes");
    }
    assert!(read_trusted(&bytes, Some(signature.trim_end()), &trust).is_ok());
    assert!(read_trusted(&bytes, Some(&signature.replace('\n', "\r\n")), &trust).is_ok(), "as some editors save it");
    for longer in [format!("{signature}\n"), format!("{signature}x"), format!("{signature}{signature}")] {
        assert!(matches!(refused(&bytes, Some(&longer), &trust), SignatureError::Bad(_)), "{longer}");
    }
    assert_eq!(refused(&bytes, Some(&"x".repeat(1 << 20)), &trust), SignatureError::Bad("it is too long"));
}

#[test]
fn a_signed_bundle_that_is_damaged_is_damaged() {
    let key = Key::new();
    let trust = Trust::of(vec![key.public()]);
    let bytes = bundle("// a");
    let signature = key.sign(&bytes, 1);
    for at in (48..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x20;
        assert!(read_trusted(&changed, Some(&signature), &trust).is_err(), "byte {at}");
        // With the digest made right it is another bundle, whatever it holds.
        super::format::seal(&mut changed);
        if read(&changed).is_ok() {
            assert_eq!(refused(&changed, Some(&signature), &trust).code().name, "bundle::bad-signature", "byte {at}");
        }
        // Signed again as well, it comes to what it would unsigned: decoder and `verify` judge it alone.
        if let Ok((_, digest)) = super::format::open(&changed) {
            let again = key.sign_with(&changed, &Claim { sequence: 2, digest, signed: noon() }.to_string());
            let judged = |read: Result<super::Bundle, BundleError>| read.map(|bundle| bundle.manifest);
            assert_eq!(judged(read_trusted(&changed, Some(&again), &trust)), judged(read(&changed)), "byte {at}");
        }
    }
}

#[test]
fn what_is_no_public_key_is_refused() {
    let key = Key::new();
    let text = key.public_text();
    let line = text.lines().nth(1).unwrap();
    assert_eq!(PublicKey::parse(line), PublicKey::parse(&text), "the second line is the key");
    let secret = key.0.sk.to_box(None).unwrap().into_string();
    for bad in [
        "",
        "\n",
        "untrusted comment: x",
        "untrusted comment: x\n",
        "untrusted comment: x\nnot base64!",
        &text[..text.len() - 5],
        &format!("comment\n{line}"),
        &format!("{text}{line}"),
        &secret,
        &text.replacen("RW", "XX", 1),
    ] {
        assert_eq!(PublicKey::parse(bad).unwrap_err().code().name, "bundle::bad-key", "{bad:?}");
    }
    assert!(PublicKey::parse(&secret).unwrap_err().to_string().contains("secret"));
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            if let Ok(other) = PublicKey::parse(&changed) {
                // It may be a key; then it is another one, or its comment is.
                assert!(other != key.public() || at <= text.find('\n').unwrap(), "byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn sequences_only_go_up() {
    let key = Key::new();
    let (a, b) = (|sequence| key.signed("// a", sequence), |sequence| key.signed("// b", sequence));
    let none = Accepted::default();
    assert_eq!((none.last(), none.to_text().as_str()), (None, ""));
    let seven = none.with(&a(7)).unwrap();
    assert_eq!(seven.last(), Some(a(7).claim()));
    assert_eq!(seven.with(&a(7)), Ok(seven), "the same again");
    assert_eq!(seven.with(&b(7)), Err(SignatureError::SameSequence(7)));
    assert_eq!(seven.with(&b(6)), Err(SignatureError::RolledBack { sequence: 6, accepted: 7 }));
    assert_eq!(seven.with(&a(6)), Err(SignatureError::RolledBack { sequence: 6, accepted: 7 }));
    let nine = seven.with(&b(9)).unwrap();
    assert_eq!(nine.last().unwrap().sequence, 9);
    assert_eq!(nine.with(&a(10)).unwrap().last().unwrap().sequence, 10, "an older bundle, signed anew");
    assert_eq!(Accepted::parse(&nine.to_text()), Ok(nine));
    for bad in ["\n", "9\n", nine.to_text().trim_end(), &format!("{0}{0}", nine.to_text()), "\u{feff}"] {
        assert_eq!(Accepted::parse(bad), Err(SignatureError::BadRecord), "{bad:?}");
    }
}

#[test]
fn a_signature_tells_who_says_what() {
    let key = Key::new();
    let bytes = bundle("// a");
    let signature = Signature::parse(&key.sign(&bytes, 3)).unwrap();
    assert_eq!(signature.key(), key.public().id());
    assert_eq!(signature.claim().map(|claim| claim.sequence), Some(3));
    assert_eq!(Signature::parse(&key.sign_with(&bytes, "hello")).unwrap().claim(), None);
    let id = key.public().id().to_string();
    assert!(key.public_text().contains(&format!("minisign public key: {id}")), "{id} is what minisign calls it");
    assert_eq!(Digest::parse(&Digest([7; 32]).to_string()), Some(Digest([7; 32])));
}
