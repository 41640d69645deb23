//! Content streams of PDFs that were given, unpacked: they stay packed as they came.

use lopdf::{Dictionary, Object as Value, Stream};

use super::flate;
use super::reader::{Object, Part, get, reference, value_end};

/// What the parameters of a filter may say (ISO 32000-1 tables 8 and 9).
const PARAMETERS: [&[u8]; 5] = [
    b"/Predictor",
    b"/Colors",
    b"/BitsPerComponent",
    b"/Columns",
    b"/EarlyChange",
];
/// Filters of a stream.
const FILTERS_MAX: usize = 8;

/// What a stream holds; `None` where it is damaged, larger than allowed, or packed in a way that no content is.
pub(super) fn given(part: &Part<'_>, stream: Object<'_>, bytes_max: usize) -> Option<Vec<u8>> {
    if let Some(usual) = flate::inflated(stream, bytes_max) {
        return Some(usual).filter(|content| content.len() <= bytes_max);
    }
    let data = stream.data?;
    let filters = items(part, get(stream.text, b"/Filter")?);
    let parameters = get(stream.text, b"/DecodeParms").map(|value| items(part, value));
    let parameters = parameters.unwrap_or_default();
    if filters[..] == [b"/FlateDecode"]
        && parameters
            .iter()
            .all(|one| get(one, b"/Predictor").is_none())
    {
        // Some producers write a wrong checksum, and readers do not ask for it.
        return flate::unpacked_raw(data.get(2..)?, bytes_max);
    }
    let mut dictionary = Dictionary::new();
    let names = filters.iter().filter_map(|name| name.strip_prefix(b"/"));
    dictionary.set(
        "Filter",
        names
            .map(|name| Value::Name(name.to_vec()))
            .collect::<Vec<_>>(),
    );
    let mut all: Vec<_> = parameters
        .iter()
        .map(|one| Value::Dictionary(numbers(one)))
        .collect();
    match (all.len(), all.pop()) {
        (1, Some(one)) => dictionary.set("DecodeParms", one),
        (_, Some(last)) => {
            all.push(last);
            dictionary.set("DecodeParms", all);
        }
        (_, None) => {}
    }
    let stream = Stream::new(dictionary, data.to_vec());
    stream.get_plain_content_with_limit(bytes_max).ok()
}

/// The items of an array, or the one value; what they refer to in place of references.
fn items<'t>(part: &'t Part<'_>, value: &'t [u8]) -> Vec<&'t [u8]> {
    let target = |value: &'t [u8]| match reference(value) {
        Some(number) => part.object(number).map_or(value, |object| object.text),
        None => value,
    };
    let value = target(value);
    let Some(mut rest) = value.strip_prefix(b"[") else {
        return vec![value];
    };
    let mut out = Vec::new();
    while let Some(end) = value_end(rest, 0).filter(|_| out.len() < FILTERS_MAX) {
        let (item, behind) = rest.split_at(end);
        let item = item.trim_ascii();
        if item.is_empty() || item == b"]" {
            break;
        }
        out.push(target(item));
        rest = behind;
    }
    out
}

fn numbers(text: &[u8]) -> Dictionary {
    let mut out = Dictionary::new();
    for key in PARAMETERS {
        let value = get(text, key).and_then(|value| std::str::from_utf8(value).ok());
        if let Some(number) = value.and_then(|value| value.trim().parse::<i64>().ok()) {
            out.set(key.get(1..).unwrap_or_default(), Value::Integer(number));
        }
    }
    out
}
