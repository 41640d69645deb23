//! In which fonts a content shows text that can be seen.

use super::lexer::{Lexer, Token};

/// Render mode of text that is not drawn, such as that behind a scan (ISO 32000-1 table 106).
const HIDDEN: &[u8] = b"3";

/// What of the state of text outlasts an operator.
#[derive(Clone, Copy, Default)]
struct State<'c> {
    font: Option<&'c [u8]>,
    is_hidden: bool,
}

/// How a content uses a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::preflight) enum Use<'c> {
    /// Text is seen in the font of this name.
    Shown(&'c [u8]),
    /// It is chosen while a form or picture is drawn.
    Lent(&'c [u8]),
    /// Text is seen in a font that another content has chosen.
    Borrowed,
}

/// Calls `see` with each use of a font.
pub(in crate::preflight) fn fonts_seen<'c>(content: &'c [u8], mut see: impl FnMut(Use<'c>)) {
    let mut lexer = Lexer::new(content);
    let (mut state, mut saved) = (State::default(), Vec::new());
    let (mut name, mut number): (Option<&[u8]>, Option<&[u8]>) = (None, None);
    let mut image = None;
    while let Some(token) = lexer.next() {
        let word = match token {
            Token::Name(found) => {
                name = Some(found);
                continue;
            }
            Token::Word(word) => word,
            Token::String(_) | Token::Open | Token::Close | Token::Other => continue,
        };
        match word {
            b"q" => saved.push(state),
            b"Q" => state = saved.pop().unwrap_or(state),
            b"Tf" => state.font = name.take(),
            b"Tr" => state.is_hidden = number == Some(HIDDEN),
            b"Tj" | b"TJ" | b"'" | b"\"" if !state.is_hidden => {
                see(state.font.map_or(Use::Borrowed, Use::Shown));
            }
            b"Do" if !state.is_hidden => state.font.map(Use::Lent).into_iter().for_each(&mut see),
            b"BI" => image = Some(lexer.at()),
            b"ID" => {
                let head = image
                    .take()
                    .and_then(|from| content.get(from..lexer.at() - 2));
                lexer.skip_image(head.unwrap_or_default());
            }
            _ => number = Some(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_used_when_text_is_seen_in_it() {
        let seen = |content: &'static str| {
            let mut uses = Vec::new();
            fonts_seen(content.as_bytes(), |found| uses.push(found));
            uses
        };
        let shown = |name: &'static str| vec![Use::Shown(name.as_bytes())];
        assert_eq!(
            seen("BT /F1 12 Tf 14 TL ET BT /F2 9 Tf (x) Tj ET"),
            shown("F2")
        );
        assert_eq!(
            seen("BT 3 Tr /F1 9 Tf (x) Tj 0 Tr [(y)] TJ ET"),
            shown("F1")
        );
        assert_eq!(seen("/F1 9 Tf q /F2 9 Tf Q (x) '"), shown("F1"));
        assert_eq!(seen("/F1 9 Tf 3 Tr (x) Tj"), []);
        assert_eq!(seen("q /F1 9 Tf Q (x) Tj"), [Use::Borrowed]);
        assert_eq!(seen("/F1 9 Tf /Fm Do"), [Use::Lent(b"F1")]);
    }
}
