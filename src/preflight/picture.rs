//! What the dictionary of a picture says about it.

use hayro::hayro_interpret::Image;
use hayro::hayro_syntax::object::{Array, Dict, Name, Stream};

/// Colour spaces within each other that are followed.
const DEPTH_MAX: u32 = 4;

/// Pixels of the masks that belong to a picture.
pub(super) fn mask_pixels(image: &Image<'_, '_>) -> u64 {
    let Image::Raster(raster) = image else {
        return 0;
    };
    let pixels = |key: &str| {
        let mask = raster.stream().dict().get::<Stream<'_>>(key)?;
        let side = |key: &str| Dict::get::<u32>(mask.dict(), key).map_or(0, u64::from);
        Some(side("Width").saturating_mul(side("Height")))
    };
    let masks = ["SMask", "Mask"].into_iter().filter_map(pixels);
    masks.fold(0, u64::saturating_add)
}

/// Whether a picture's colour space has colours. A grey picture in a space with colours counts as coloured.
pub(super) fn may_be_coloured(stream: &Stream<'_>) -> bool {
    let dict = stream.dict();
    let named = |key: &str| dict.get::<Name<'_>>(key).map(|name| is_colour_name(&name));
    let listed = |key: &str| {
        dict.get::<Array<'_>>(key)
            .map(|array| is_colour_array(&array, 0))
    };
    named("ColorSpace")
        .or_else(|| listed("ColorSpace"))
        .or_else(|| named("CS"))
        .or_else(|| listed("CS"))
        .unwrap_or(false)
}

fn is_colour_name(name: &[u8]) -> bool {
    !matches!(name, b"DeviceGray" | b"G" | b"CalGray")
}

fn is_colour_array(array: &Array<'_>, depth: u32) -> bool {
    let mut items = array.flex_iter();
    let Some(kind) = items.next::<Name<'_>>() else {
        return true;
    };
    match &*kind {
        b"CalGray" | b"DeviceGray" | b"G" => false,
        b"ICCBased" => items
            .next::<Stream<'_>>()
            .is_none_or(|profile| Dict::get::<u32>(profile.dict(), "N") != Some(1)),
        b"Indexed" | b"I" if depth < DEPTH_MAX => match items.next::<Name<'_>>() {
            Some(name) => is_colour_name(&name),
            None => items
                .next::<Array<'_>>()
                .is_none_or(|base| is_colour_array(&base, depth + 1)),
        },
        b"Separation" => items
            .next::<Name<'_>>()
            .is_none_or(|name| !matches!(&*name, b"Black" | b"All" | b"None")),
        _ => true,
    }
}
