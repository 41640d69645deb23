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

/// Groups and subtracted classes nested in each other.
const NESTING_MAX: usize = 64;
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

/// Which characters an expression is compiled for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    Ascii,
    Unicode,
}

/// Rewrites an expression of XML Schema for `regex-automata`.
///
/// # Errors
/// What in it is wrong or not supported, by name.
pub(super) fn translate(expression: &str, alphabet: Alphabet) -> Result<String, String> {
    let mut reader = Reader {
        characters: expression.chars().collect(),
        at: 0,
        out: String::new(),
        alphabet,
    };
    reader.expression()?;
    Ok(reader.out)
}

struct Reader {
    characters: Vec<char>,
    at: usize,
    out: String,
    alphabet: Alphabet,
}

impl Reader {
    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        Some(c)
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.characters.get(self.at + ahead).copied()
    }

    fn expression(&mut self) -> Result<(), String> {
        let mut groups = 0;
        let mut after_atom = false; // A quantifier may only follow an atom.
        while let Some(c) = self.next() {
            match c {
                '(' => {
                    groups += 1;
                    if groups > NESTING_MAX {
                        return Err(format!("groups are nested deeper than {NESTING_MAX}"));
                    }
                    self.out.push_str("(?:");
                    after_atom = false;
                }
                ')' if groups == 0 => return Err("`)` without `(`".into()),
                ')' => {
                    groups -= 1;
                    self.out.push(')');
                    after_atom = true;
                }
                '|' => {
                    self.out.push('|');
                    after_atom = false;
                }
                '?' | '*' | '+' | '{' if !after_atom => {
                    return Err(format!("nothing before `{c}` to repeat"));
                }
                '?' | '*' | '+' => {
                    self.out.push(c);
                    after_atom = false;
                }
                '{' => {
                    self.quantity()?;
                    after_atom = false;
                }
                ']' | '}' => return Err(format!("`{c}` must be written `\\{c}`")),
                _ => {
                    let class = match c {
                        '.' => r"[^\n\r]".to_owned(),
                        '[' => self.class(0)?,
                        '\\' => self.escape()?.into_class(),
                        _ => single(c),
                    };
                    self.push_class(&class);
                    after_atom = true;
                }
            }
        }
        if groups > 0 {
            return Err("`(` without `)`".into());
        }
        Ok(())
    }

    fn push_class(&mut self, class: &str) {
        match self.alphabet {
            Alphabet::Unicode => self.out.push_str(class),
            Alphabet::Ascii => {
                self.out.push('[');
                self.out.push_str(class);
                self.out.push_str(r"&&[\x00-\x7F]]");
            }
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; the opening brace is read.
    fn quantity(&mut self) -> Result<(), String> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('}') => break,
                Some(c) if c.is_ascii_digit() || c == ',' => text.push(c),
                _ => {
                    return Err(
                        "`{` must begin a quantity such as {2,5}, or be written `\\{`".into(),
                    );
                }
            }
        }
        let (min, max) = match text.split_once(',') {
            None => (text.as_str(), Some(text.as_str())),
            Some((min, "")) => (min, None),
            Some((min, max)) => (min, Some(max)),
        };
        let number = |text: &str| {
            text.parse::<u32>()
                .map_err(|_| format!("quantity {{{text}}} is not a number"))
        };
        let min = number(min)?;
        if max.map(number).transpose()?.is_some_and(|max| max < min) {
            return Err(format!("quantity {{{text}}} ends before it begins"));
        }
        self.out.push_str(&format!("{{{text}}}"));
        Ok(())
    }

    /// A character class; the opening bracket is read. Gives it in the syntax of `regex-automata`.
    fn class(&mut self, depth: usize) -> Result<String, String> {
        if depth > NESTING_MAX {
            return Err(format!("classes are subtracted deeper than {NESTING_MAX}"));
        }
        let negated = self.peek(0) == Some('^');
        self.at += usize::from(negated);
        let mut items = String::new();
        let mut first = true;
        loop {
            let item = match self.next() {
                None => return Err("`[` without `]`".into()),
                Some(']') if !first => break,
                Some('-') if self.peek(0) == Some('[') && !first => {
                    self.next();
                    let minus = self.class(depth + 1)?;
                    if self.next() != Some(']') {
                        return Err("a subtracted class must end its class".into());
                    }
                    let sign = if negated { "^" } else { "" };
                    return Ok(format!("[[{sign}{items}]--{minus}]"));
                }
                Some('-') if first || self.peek(0) == Some(']') => Escape::Character('-'),
                Some(c @ ('[' | ']')) => {
                    return Err(format!("`{c}` in a class must be written `\\{c}`"));
                }
                Some('-') => return Err("`-` within a class must be written `\\-`".into()),
                Some('\\') => self.escape()?,
                Some(c) => Escape::Character(c),
            };
            first = false;
            items.push_str(&self.range_from(item)?);
        }
        Ok(format!("[{}{items}]", if negated { "^" } else { "" }))
    }

    /// `item`, or the range that it begins.
    fn range_from(&mut self, item: Escape) -> Result<String, String> {
        let Escape::Character(from) = item else {
            return Ok(item.into_class());
        };
        let is_range = self.peek(0) == Some('-') && !matches!(self.peek(1), Some('[' | ']') | None);
        if !is_range {
            return Ok(hexadecimal(from));
        }
        self.next();
        let to = match self.next() {
            Some('\\') => match self.escape()? {
                Escape::Character(c) => c,
                Escape::Class(_) => return Err("a range must end with a character".into()),
            },
            Some(c) => c,
            None => return Err("`[` without `]`".into()),
        };
        if to < from {
            return Err("a range ends before it begins".into());
        }
        Ok(format!("{}-{}", hexadecimal(from), hexadecimal(to)))
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("`\\` at the end")?;
        Ok(match c {
            'n' => Escape::Character('\n'),
            'r' => Escape::Character('\r'),
            't' => Escape::Character('\t'),
            '\\' | '|' | '.' | '?' | '*' | '+' | '(' | ')' | '{' | '}' | '-' | '[' | ']' | '^' => {
                Escape::Character(c)
            }
            's' => Escape::Class(r"[ \t\n\r]".into()),
            'S' => Escape::Class(r"[^ \t\n\r]".into()),
            'd' => Escape::Class(r"\p{Nd}".into()),
            'D' => Escape::Class(r"\P{Nd}".into()),
            'w' => Escape::Class(r"[^\p{P}\p{Z}\p{C}]".into()),
            'W' => Escape::Class(r"[\p{P}\p{Z}\p{C}]".into()),
            'i' => Escape::Class(format!("[{}]", name_start())),
            'I' => Escape::Class(format!("[^{}]", name_start())),
            'c' => Escape::Class(format!("[{}{NAME_REST}]", name_start())),
            'C' => Escape::Class(format!("[^{}{NAME_REST}]", name_start())),
            'p' | 'P' => Escape::Class(self.property(c == 'P')?),
            _ => return Err(format!("`\\{c}` is not an escape of XML Schema")),
        })
    }

    /// `{Lu}` or `{IsGreek}`, behind `\p`.
    fn property(&mut self, negated: bool) -> Result<String, String> {
        let mut name = String::new();
        if self.next() != Some('{') {
            return Err("`\\p` must be followed by `{`".into());
        }
        loop {
            match self.next() {
                Some('}') => break,
                Some(c) if c.is_ascii_alphanumeric() || c == '-' => name.push(c),
                _ => return Err("`\\p{` without `}`".into()),
            }
        }
        let sign = if negated { "^" } else { "" };
        if let Some(block) = name.strip_prefix("Is") {
            let (from, to) =
                blocks::range(block).ok_or(format!("block `\\p{{{name}}}` is not supported"))?;
            return Ok(format!("[{sign}\\x{{{from:X}}}-\\x{{{to:X}}}]"));
        }
        const CATEGORIES: &str = " L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn ";
        if name.is_empty() || !CATEGORIES.contains(&format!(" {name} ")) {
            return Err(format!("category `\\p{{{name}}}` is not one of XML Schema"));
        }
        Ok(format!("[{sign}\\p{{{name}}}]"))
    }
}

enum Escape {
    Character(char),
    /// In the syntax of `regex-automata`.
    Class(String),
}

impl Escape {
    fn into_class(self) -> String {
        match self {
            Self::Character(c) => single(c),
            Self::Class(class) => class,
        }
    }
}

/// Name characters that are not name start characters.
const NAME_REST: &str = r"0-9.\-\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}";

fn name_start() -> String {
    let ranges = super::names::NAME_START.iter();
    ranges.fold("A-Za-z_:".to_owned(), |sum, &(from, to)| {
        format!("{sum}{}-{}", hexadecimal(from), hexadecimal(to))
    })
}

fn single(c: char) -> String {
    format!("[{}]", hexadecimal(c))
}

fn hexadecimal(c: char) -> String {
    format!("\\x{{{:X}}}", u32::from(c))
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
