//! `xs:anyURI`: what is a URI reference of RFC 2396 as amended by RFC 2732, once the characters that neither allows are
//! escaped as XLink 1.0 §5.4 says (part 2, §3.2.17). Spaces, quotes and letters beyond ASCII are therefore allowed.

/// True for a URI reference, absolute or relative, also an empty one.
pub(super) fn is_reference(value: &str) -> bool {
    if value.contains('%') && !escapes_fit(value.as_bytes()) {
        return false;
    }
    let (rest, fragment) = value.split_once('#').unwrap_or((value, ""));
    if fragment.contains('#') {
        return false;
    }
    let hierarchy = rest
        .split_once('?')
        .map_or(rest, |(hierarchy, _query)| hierarchy);
    let segment_end = hierarchy.find('/').unwrap_or(hierarchy.len());
    let behind_scheme = match hierarchy[..segment_end].find(':') {
        None => hierarchy,
        Some(colon) if is_scheme(&hierarchy[..colon]) => &hierarchy[colon + 1..],
        Some(_) => return false,
    };
    let path = match behind_scheme.strip_prefix("//") {
        None => behind_scheme,
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            if !is_authority(authority) {
                return false;
            }
            path
        }
    };
    !path.contains(['[', ']'])
}

fn escapes_fit(value: &[u8]) -> bool {
    value.iter().enumerate().all(|(at, &byte)| {
        let two = value.get(at + 1..at + 3);
        byte != b'%' || two.is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
    })
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

/// `[user@]host[:port]`; the host may be empty or an address in brackets.
fn is_authority(text: &str) -> bool {
    let host_and_port = text.split_once('@').map_or(text, |(_user, rest)| rest);
    if host_and_port.contains('@') {
        return false;
    }
    let (host, port) = match host_and_port.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => (address, ""),
            Some((address, rest)) => match rest.strip_prefix(':') {
                Some(port) => (address, port),
                None => return false,
            },
            None => return false,
        },
        None => host_and_port.split_once(':').unwrap_or((host_and_port, "")),
    };
    !host.contains(['[', ']']) && port.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for good in [
            "",
            "https://example.org/betal",
            "http://a b/c",
            "a%20b",
            "http://[::1]:80/",
            "å/ö",
            "a\"b{}|\\^`<>",
            "//",
            "http:///x",
            "http://u:p@h/",
            "mailto:x@y",
            "urn:x:y",
            "a:b:c",
            "./a:b",
            "a/b:c",
            "a+b:c",
            "?",
            "#",
            "..",
            "a?b?c",
            "http://@/",
            "http://:80/",
        ] {
            assert!(is_reference(good), "{good}");
        }
        for bad in [
            "%zz",
            "%2",
            "a%",
            "http://[bad",
            "http://a:x/",
            ":foo",
            "1a:b",
            "a#b#c",
            "a[b",
            "a]b",
            "http://a/[",
            "http://u@v@h/",
            "+a:b",
            "a_b:c",
            "http://[::1",
            "http://[::1]x/",
            "1:",
            "-:x",
        ] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
