//! Hearing all that is wrong at once: a form that names one fault per try is filled in five times.

use super::error::{Error, Result};

/// Both values, or the faults of both.
///
/// # Errors
/// The faults of either side; an error that is no fault of a field goes first.
pub fn both<A, B>(a: Result<A>, b: Result<B>) -> Result<(A, B)> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Error::Invalid(mut faults)), Err(Error::Invalid(more))) => {
            faults.extend(more);
            Err(Error::Invalid(faults))
        }
        (Err(error), Ok(_) | Err(Error::Invalid(_))) | (_, Err(error)) => Err(error),
    }
}

/// The value that `parse` makes of a text that may be absent.
///
/// # Errors
/// What `parse` says.
pub fn optional<T>(text: Option<&str>, parse: impl FnOnce(&str) -> Result<T>) -> Result<Option<T>> {
    text.map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::name;
    use crate::domain::email::Email;

    #[test]
    fn the_faults_of_all_fields_are_heard() {
        let heard = both(both(name("name", "", 9), Email::parse("email", "@")), name("title", "x", 9));
        let Err(Error::Invalid(faults)) = heard else { panic!("{heard:?}") };
        assert_eq!(faults.iter().map(|f| f.field.as_ref()).collect::<Vec<_>>(), ["name", "email"]);
        assert_eq!(both(Ok(1), Err::<(), _>(Error::NotFound)), Err(Error::NotFound));
        let fault = name("name", "", 9);
        assert_eq!(both(fault, Err::<(), _>(Error::Overloaded)), Err(Error::Overloaded));
    }
}
