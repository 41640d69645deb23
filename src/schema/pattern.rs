//! `xs:pattern`: the regular expressions of part 2, appendix F, as automata.
//!
//! The dialect has no anchors and no lazy or possessive quantifiers, `^` and `$` are ordinary characters, `.` stops at
//! line ends, classes can be subtracted, `\i` and `\c` are name characters. [`translate`] checks the whole expression
//! itself and rewrites it for `regex-automata` with every class spelled out.
//!
//! Nearly all values are ASCII, so each pattern is compiled twice: a small dense automaton over ASCII alone (its
//! classes cut down to ASCII), and the full Unicode one, which only values with other characters meet.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind, meta, nfa::thompson};

mod blocks;
mod translate;

use translate::{Alphabet, translate};

/// Bytes of compiled automaton a pattern may take; `(.{0,1000}){0,1000}` is refused.
const AUTOMATON_BYTES_MAX: usize = 8 << 20;
/// Bytes of dense ASCII automaton; above it the slower engine serves ASCII too.
const DENSE_BYTES_MAX: usize = 1 << 20;

/// The alternatives of one derivation step.
#[derive(Debug)]
pub(super) struct Pattern {
    /// As the schema writes it, alternatives joined by ` or `.
    pub shown: String,
    ascii: Option<(dense::DFA<Vec<u32>>, StateID)>,
    full: meta::Regex,
}

impl Pattern {
    /// Compiles the alternatives of one step.
    ///
    /// # Errors
    /// What in the expression is wrong, not supported or too large.
    pub fn new(alternatives: &[String]) -> Result<Self, String> {
        let joined = |alphabet| -> Result<String, String> {
            let parts: Result<Vec<_>, _> = alternatives
                .iter()
                .map(|text| Ok::<_, String>(format!("(?:{})", translate(text, alphabet)?)))
                .collect();
            Ok(parts?.join("|"))
        };
        let full = joined(Alphabet::Unicode)?;
        let full = meta::Builder::new()
            .configure(
                meta::Config::new()
                    .nfa_size_limit(Some(AUTOMATON_BYTES_MAX))
                    .onepass(false),
            )
            .build(&format!(r"\A(?:{full})\z"))
            .map_err(|_| {
                format!("pattern needs more than {AUTOMATON_BYTES_MAX} bytes of automaton")
            })?;
        Ok(Self {
            shown: alternatives.join(" or "),
            ascii: dense_automaton(&joined(Alphabet::Ascii)?),
            full,
        })
    }

    /// True when the whole value matches one of the alternatives.
    #[inline]
    pub fn matches(&self, value: &str) -> bool {
        match &self.ascii {
            Some((automaton, start)) if value.is_ascii() => {
                runs(automaton, *start, value.as_bytes())
            }
            _ => self
                .full
                .is_match(Input::new(value).anchored(Anchored::Yes)),
        }
    }
}

fn dense_automaton(expression: &str) -> Option<(dense::DFA<Vec<u32>>, StateID)> {
    let automaton = dense::Builder::new()
        .configure(
            dense::Config::new()
                .start_kind(StartKind::Anchored)
                .match_kind(MatchKind::All)
                .minimize(false)
                .accelerate(false)
                .dfa_size_limit(Some(DENSE_BYTES_MAX))
                .determinize_size_limit(Some(4 * DENSE_BYTES_MAX)),
        )
        .thompson(thompson::Config::new().nfa_size_limit(Some(AUTOMATON_BYTES_MAX)))
        .syntax(syntax::Config::new().utf8(false))
        .build(&format!("(?:{expression})"))
        .ok()?;
    let start = automaton.universal_start_state(Anchored::Yes)?;
    Some((automaton, start))
}

/// Match states are one byte late, so a match that ends where the value ends shows after the end-of-input step.
#[inline]
fn runs(automaton: &dense::DFA<Vec<u32>>, start: StateID, value: &[u8]) -> bool {
    let mut state = start;
    for &byte in value {
        state = automaton.next_state(state, byte);
        if automaton.is_dead_state(state) {
            return false;
        }
    }
    automaton.is_match_state(automaton.next_eoi_state(state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expression: &str, value: &str) -> bool {
        Pattern::new(&[expression.to_owned()])
            .unwrap()
            .matches(value)
    }

    #[test]
    fn the_dialect_of_xml_schema() {
        for (expression, yes, no) in [
            (r"\d{8}-?\d{4}", "18000101-1234", "1800010-1234"),
            (r"\d+", "٣٤", "3a"),
            (r"a|bc", "bc", "ac"),
            (r"(a|)b", "b", "a"),
            ("", "", "a"),
            (r"^a$", "^a$", "a"),
            (r".+", "åäö", "a\nb"),
            (r"[a-z-[aeiou]]+", "xyz", "xyza"),
            (r"[^a-z-[0-9]]", "Å", "5"),
            (r"[\w-[\d]]+", "abÅ", "ab1"),
            (r"[-a]+", "-a", "b"),
            (r"[a-]+", "-a", "b"),
            (r"[^-a]", "b", "-"),
            (r"[A-Za-z0-9._:\-]{0,3}", "a-:", "a b"),
            (r"\i\c*", "_a-1·", "1a"),
            (r"[\i-[:]][\c-[:]]*", "a.b", "a:b"),
            (r"\I\C", "1 ", "a "),
            (r"\p{Lu}\p{IsGreek}\P{L}", "Åα1", "åα1"),
            (r"\p{IsBasicLatin}+", "az", "å"),
            (r"\w\W", "å ", "  "),
            (r"\s\S", "\ta", "aa"),
            (r"[^<>:/\\|?*]+", "fil.pdf", "a|b"),
            (r"a{2}", "aa", "aaa"),
            (r"a{2,}", "aaaa", "a"),
            (r"x\^\.\-\{\}", "x^.-{}", "x^..{}"),
            (r"[+--]", ",", "a"),
            (r"((18|19|20)\d{2})|16[2-9]", "1999", "161"),
            (r".+Z", "2026Z", "2026"),
            (r"[å-ö]+x", "æöx", "ax"),
        ] {
            assert!(matches(expression, yes), "{expression} {yes}");
            assert!(!matches(expression, no), "{expression} {no}");
        }
    }

    #[test]
    fn what_is_not_in_the_dialect_is_refused() {
        for expression in [
            "a**",
            "a+?",
            "a{2}{3}",
            "*",
            "(",
            ")",
            "(?:a)",
            "[",
            "[]",
            "[^]",
            "[a",
            "a{",
            "a{,3}",
            "a{3,2}",
            "a{x}",
            "}",
            "]",
            r"\",
            r"\b",
            r"\1",
            r"\$",
            r"\p",
            r"\p{",
            r"\p{Xx}",
            r"\p{IsNowhere}",
            r"\p{Cs}",
            "[z-a]",
            "[a-z-[b]c]",
            "[a-\\d]",
            "[a[b]",
            "[a-b-c]",
            "a{99999999999}",
            "(.{0,1000}){0,1000}",
        ] {
            assert!(
                Pattern::new(&[expression.to_owned()]).is_err(),
                "{expression}"
            );
        }
    }

    #[test]
    fn alternatives_of_one_step_are_joined() {
        let pattern = Pattern::new(&["a|b".into(), r"\d".into()]).unwrap();
        assert!(pattern.matches("b") && pattern.matches("7") && !pattern.matches("b7"));
        assert_eq!(pattern.shown, r"a|b or \d");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_translated_or_refused(text in r"[\[\]()\\{}a-c0-9,|^\-.*+?dpLIs]{0,24}") {
            if let Ok(expression) = translate(&text, Alphabet::Unicode) {
                // What we let through, the engine understands (or finds too large).
                let built = regex_automata::nfa::thompson::Compiler::new().configure(thompson::Config::new().nfa_size_limit(Some(1 << 20))).build(&expression);
                if let Err(error) = built {
                    proptest::prop_assert!(error.size_limit().is_some(), "{} {}", expression, error);
                }
            }
        }
    }
}
