//! What a password must be (NIST SP 800-63B: length, and not one that everybody tries first).

use super::error::{Error, Fault, Result};

const SHORTEST: usize = 10;
const LONGEST: usize = 128;

/// Passwords of the published lists that are long enough to pass the length rule.
const COMMON: &[&str] = &[
    "1234567890",
    "12345678910",
    "0123456789",
    "0987654321",
    "9876543210",
    "1111111111",
    "0000000000",
    "qwertyuiop",
    "1q2w3e4r5t",
    "q1w2e3r4t5",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "password12",
    "password123",
    "password1234",
    "password12345",
    "passw0rd123",
    "iloveyou123",
    "administrator",
    "admin12345",
    "admin123456",
    "welcome123",
    "welcome1234",
    "letmein123",
    "changeme123",
    "changemenow",
    "1qaz2wsx3edc",
    "zaq12wsxcde3",
    "abcdefghij",
    "abcd123456",
    "abc1234567",
    "football123",
    "baseball123",
    "superman123",
    "йцукенгшщз",
    "1234567890q",
    "qazwsxedcrfv",
    "asdfghjkl1",
    "asdfghjkl;",
    "bellwire123",
    "contraseña",
    "contrasena1",
    "contrasena123",
];

/// Checks a new password: 10–128 characters, not a common one, not the user's own address.
///
/// # Errors
/// `field` is named with the fault.
pub fn check(field: &'static str, password: &str, email: &str) -> Result<()> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let one_character = password.chars().all(|c| password.starts_with(c));
    let fault = if password.is_empty() {
        Fault::Required
    } else if length < SHORTEST {
        Fault::TooShort(SHORTEST)
    } else if length > LONGEST {
        Fault::TooLong(LONGEST)
    } else if one_character || COMMON.contains(&lower.as_str()) || lower == email.to_lowercase() {
        Fault::PasswordCommon
    } else {
        return Ok(());
    };
    Err(Error::field(field, fault))
}
