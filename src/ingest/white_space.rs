//! White space as XML and XML Schema treat it.

use std::borrow::Cow;

pub(super) use crate::xml::{is_space, spaces};

fn is_space_char(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// True if all white space in the text is single spaces.
fn single_spaced(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(1..).unwrap_or_default();
    // Without an early exit, so that the compiler can use vectors. Of the controls, XML allows white space alone.
    let control = bytes.iter().fold(0, |bad, &b| bad | u8::from(b < b' '));
    let double = |bad, (&a, &b)| bad | (u8::from(a == b' ') & u8::from(b == b' '));
    control == 0 && bytes.iter().zip(next).fold(0, double) == 0
}

/// White space collapsed as `xs:token` has it; borrowed where only the ends had to be cut.
pub(super) fn collapsed(text: Cow<'_, str>) -> Cow<'_, str> {
    let inner = text.trim_matches(is_space_char);
    if !single_spaced(inner) {
        let mut out = String::with_capacity(inner.len());
        for word in inner.split(is_space_char).filter(|w| !w.is_empty()) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        return Cow::Owned(out);
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_matches(is_space_char)),
        Cow::Owned(text) if inner.len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim_matches(is_space_char).to_owned()),
    }
}

/// Every stretch of white space becomes one space; one at the start goes if `cut_start`. Borrowed if nothing else changes.
pub(super) fn folded(text: Cow<'_, str>, cut_start: bool) -> Cow<'_, str> {
    let text = match text {
        Cow::Borrowed(text) if cut_start => Cow::Borrowed(text.trim_start_matches(is_space_char)),
        Cow::Owned(text) if cut_start => {
            Cow::Owned(text.trim_start_matches(is_space_char).to_owned())
        }
        text => text,
    };
    if single_spaced(&text) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !is_space_char(c) {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_collapsed_and_borrowed_where_they_can_be() {
        assert!(matches!(
            collapsed(Cow::Borrowed(" \n a b ")),
            Cow::Borrowed("a b")
        ));
        assert_eq!(
            collapsed(Cow::Borrowed("a \t\r\n b\u{a0} c")),
            "a b\u{a0} c"
        );
        assert_eq!(collapsed(Cow::Borrowed(" \n ")), "");
        assert_eq!(collapsed(Cow::Owned(" a ".into())), "a");
    }
}
