//! Rewrites an expression of XML Schema in the syntax of `regex-automata`.

use super::blocks;

/// Groups and subtracted classes nested in each other.
const NESTING_MAX: usize = 64;

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
    let ranges = crate::schema::names::NAME_START.iter();
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
