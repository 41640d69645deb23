//! What an interpreter would work on without end, told from objects alone, before it sees them: functions and colour
//! spaces within each other, code of functions, meshes, the sizes that pictures claim.

use lopdf::{Dictionary, Document, Object, Stream};

use super::class::{Class, Remark};
use super::document::deref;

/// Functions within each other; real ones are one or two.
const FUNCTION_DEPTH_MAX: u32 = 8;
/// Functions that one is made of, each counted as often as it stands there; a rainbow has some hundred.
const FUNCTIONS_MAX: u32 = 4_096;
/// Colour spaces within each other: a pattern in indexed colours of an ink that stands for a profile that stands for another.
const SPACE_DEPTH_MAX: u32 = 6;
/// What the points of a mesh may unpack to; some 100,000 of them.
pub(super) const MESH_BYTES_MAX: u64 = 1 << 20;
/// A dot for which a function with code is worked costs as many others as the code has words, times this.
const DOTS_A_WORD: u64 = 4;

/// Refuses functions and colour spaces that are made of too many others.
pub(super) fn dictionary(document: &Document, dictionary: &Dictionary) -> Result<(), Remark> {
    if !dictionary.has(b"FunctionType") {
        return Ok(());
    }
    let mut left = FUNCTIONS_MAX;
    function(document, dictionary, 0, &mut left)
        .ok_or_else(|| too_complex("functions within each other"))
}

fn function(document: &Document, function: &Dictionary, depth: u32, left: &mut u32) -> Option<()> {
    *left = left.checked_sub(1)?;
    let inner = function
        .get_deref(b"Functions", document)
        .and_then(Object::as_array);
    for object in inner.into_iter().flatten() {
        if depth >= FUNCTION_DEPTH_MAX {
            return None;
        }
        if let Some(inner) = deref(document, object).and_then(of_object) {
            self::function(document, inner, depth + 1, left)?;
        }
    }
    Some(())
}

/// The same for an array, which may be a colour space.
pub(super) fn array(document: &Document, items: &[Object]) -> Result<(), Remark> {
    let mut space = Some(items);
    for _ in 0..SPACE_DEPTH_MAX {
        space = space.and_then(|space| inner_space(document, space));
    }
    match space {
        None => Ok(()),
        Some(_) => Err(too_complex("colour spaces within each other")),
    }
}

/// The colour space that one stands on (ISO 32000-1 8.6.5, 8.6.6).
fn inner_space<'d>(document: &'d Document, items: &'d [Object]) -> Option<&'d [Object]> {
    let kind = deref(document, items.first()?)?.as_name().ok()?;
    let inner = match kind {
        b"Separation" | b"DeviceN" => items.get(2)?,
        b"Indexed" | b"Pattern" => items.get(1)?,
        b"ICCBased" => {
            let profile = deref(document, items.get(1)?)?.as_stream().ok()?;
            profile.dict.get(b"Alternate").ok()?
        }
        _ => return None,
    };
    Some(deref(document, inner)?.as_array().ok()?.as_slice())
}

/// How many others a dot costs for which this code is worked.
pub(super) fn dots_of_code(code: &[u8]) -> u64 {
    let words = code
        .split(|b| b.is_ascii_whitespace())
        .filter(|word| !word.is_empty());
    1 + words.count() as u64 * DOTS_A_WORD
}

/// Pixels that a picture says it has, in its own dictionary or in the parameters of its filter; fax data unpack to as many,
/// however few bytes they are.
pub(super) fn claimed_pixels(document: &Document, stream: &Stream) -> u64 {
    let side = |dictionary: &Dictionary, key: &[u8]| -> Option<u64> {
        let side = dictionary.get_deref(key, document).and_then(Object::as_i64);
        u64::try_from(side.ok()?).ok()
    };
    let width = side(&stream.dict, b"Width").unwrap_or(0);
    let height = side(&stream.dict, b"Height").unwrap_or(0);
    let mut most = width.saturating_mul(height);
    let parameters = stream.dict.get_deref(b"DecodeParms", document);
    let each = match parameters {
        Ok(Object::Array(each)) => each.as_slice(),
        Ok(one) => std::slice::from_ref(one),
        Err(_) => &[],
    };
    for one in each {
        let Some(one) = deref(document, one).and_then(|one| one.as_dict().ok()) else {
            continue;
        };
        if let Some(columns) = side(one, b"Columns").filter(|_| one.has(b"K") || one.has(b"Rows")) {
            let rows = side(one, b"Rows").unwrap_or(0).max(height);
            most = most.max(columns.saturating_mul(rows));
        }
    }
    most
}

fn of_object(object: &Object) -> Option<&Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    }
}

pub(super) fn too_complex(what: &str) -> Remark {
    Remark::of_file(Class::TooComplex, what)
}
