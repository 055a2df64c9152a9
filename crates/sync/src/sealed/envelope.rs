//! Age files in memory: closed for whoever has one of several keys, or for whoever knows a passphrase.

use std::io::{Read, Write};

use age::secrecy::SecretString;
use age::x25519::{Identity, Recipient};
use age::{DecryptError, Decryptor, Encryptor, scrypt};

/// How every age file begins.
pub(super) const BEGINNING: &[u8] = b"age-encryption.org/v1\n";

/// More is not spent on a passphrase, whatever a file asks for: 2^20 takes a gigabyte of memory and some seconds.
const EFFORT_MAX: u8 = 20;

/// What a passphrase costs whoever tries one: scrypt with N = 2^this, r = 8, p = 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort(u8);

impl Effort {
    /// That of a passphrase: 128 MiB and some tenths of a second, as OWASP asks for.
    pub const PASSPHRASE: Self = Self(17);

    /// That of a code of a hundred bits, which nobody can try through; and of rehearsals.
    pub const LITTLE: Self = Self(4);
}

/// Why a passphrase did not open a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// It is another one.
    Passphrase,
    /// It is no file that a passphrase opens.
    Damaged,
}

/// Closes a text for whoever has a key to one of the recipients, of which there is at least one.
pub(super) fn close_for<'a>(recipients: impl Iterator<Item = &'a Recipient>, text: &[u8]) -> Vec<u8> {
    let encryptor = Encryptor::with_recipients(recipients.map(|recipient| recipient as &dyn age::Recipient));
    written(encryptor.expect("there is a recipient, and all are of one kind"), text)
}

/// Opens a file with one of several keys; none where none fits, or where it is not as it was.
pub(super) fn open_with<'a>(keys: impl Iterator<Item = &'a Identity>, file: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Decryptor::new_buffered(file).ok()?.decrypt(keys.map(|key| key as &dyn age::Identity)).ok()?;
    let mut text = Vec::with_capacity(file.len());
    reader.read_to_end(&mut text).ok()?;
    Some(text)
}

/// Closes a text for whoever knows a passphrase.
pub(super) fn close_by(passphrase: &str, effort: Effort, text: &[u8]) -> Vec<u8> {
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.to_owned()));
    recipient.set_work_factor(effort.0);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
    written(encryptor.expect("a passphrase stands alone"), text)
}

/// Opens a file with a passphrase.
pub(super) fn open_by(passphrase: &str, file: &[u8]) -> Result<Vec<u8>, Closed> {
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.to_owned()));
    identity.set_max_work_factor(EFFORT_MAX);
    let decryptor = Decryptor::new_buffered(file).map_err(|_| Closed::Damaged)?;
    let mut reader = match decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)) {
        Ok(reader) => reader,
        Err(DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed) => return Err(Closed::Passphrase),
        Err(_) => return Err(Closed::Damaged),
    };
    let mut text = Vec::new();
    reader.read_to_end(&mut text).map_err(|_| Closed::Damaged)?;
    Ok(text)
}

fn written(encryptor: Encryptor, text: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(text.len() + 256);
    let written = encryptor.wrap_output(&mut file).and_then(|mut writer| {
        writer.write_all(text)?;
        writer.finish()
    });
    written.expect("memory takes what is written");
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_opens_for_those_that_it_is_for_and_only_as_it_was() {
        let [one, two, three] = [0; 3].map(|_| Identity::generate());
        let [first, second] = [&one, &two].map(Identity::to_public);
        let mut file = close_for([&first, &second].into_iter(), b"Fix the loom");
        assert!(file.starts_with(BEGINNING) && !file.windows(4).any(|window| window == b"loom"));
        for key in [&one, &two] {
            assert_eq!(open_with([&three, key].into_iter(), &file).as_deref(), Some(&b"Fix the loom"[..]));
        }
        assert_eq!(open_with([&three].into_iter(), &file), None);
        for place in 0..file.len() {
            file[place] ^= 1;
            assert_ne!(open_with([&one].into_iter(), &file).as_deref(), Some(&b"Fix the loom"[..]), "{place}");
            file[place] ^= 1;
        }
    }

    #[test]
    fn a_passphrase_is_told_from_a_file_that_is_damaged() {
        let file = close_by("four unlikely words", Effort::LITTLE, b"key");
        assert_eq!(open_by("four unlikely words", &file), Ok(b"key".to_vec()));
        assert_eq!(open_by("four unlikely wordz", &file), Err(Closed::Passphrase));
        assert_eq!(open_by("four unlikely words", &file[..40]), Err(Closed::Damaged));
        let mut greedy = close_by("x", Effort::LITTLE, b"");
        let place = greedy.windows(3).position(|window| window == b" 4\n").expect("the effort stands in it");
        greedy.splice(place..place + 3, *b" 40\n");
        assert_eq!(open_by("x", &greedy), Err(Closed::Damaged), "nobody waits for that");
    }
}
