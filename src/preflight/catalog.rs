//! What in a PDF acts, is enclosed or is hidden: the catalog, and the annotations of its pages.

use lopdf::{Dictionary, Document, Object};

use super::class::{Class, Remark};
use super::document::{deref, is_unreadable};
use super::remarks::Remarks;

/// What acts, what is enclosed, what is hidden.
///
/// # Errors
/// There is no catalog.
pub(super) fn catalog(document: &Document, remarks: &mut Remarks<'_>) -> Result<(), Remark> {
    let catalog = document
        .catalog()
        .map_err(|_| Remark::damaged("its catalog"))?;
    let sub = |parent: &'_ Dictionary, key: &[u8]| -> Option<Dictionary> {
        parent
            .get_deref(key, document)
            .ok()?
            .as_dict()
            .ok()
            .cloned()
    };
    let opening = sub(catalog, b"OpenAction"); // An array is a place to open at, which does nothing.
    let kind = opening
        .as_ref()
        .map(|action| action.get_deref(b"S", document).and_then(Object::as_name));
    if !matches!(kind, None | Some(Ok(b"GoTo"))) {
        remarks.file(Class::Active, "an action that starts when it is opened");
    }
    if sub(catalog, b"AA").is_some_and(|actions| !actions.is_empty()) {
        remarks.file(Class::Active, "actions that start by themselves");
    }
    if let Some(names) = sub(catalog, b"Names") {
        let has_entry = |key| sub(&names, key).is_some_and(|tree| has_entry(document, &tree, 0));
        if has_entry(b"JavaScript") {
            remarks.file(Class::Active, "JavaScript");
        }
        if has_entry(b"EmbeddedFiles") {
            remarks.file(Class::EmbeddedFiles, "");
        }
    }
    if catalog.has(b"Collection") || has_something(document, catalog, b"AF") {
        remarks.file(Class::EmbeddedFiles, "");
    }
    if sub(catalog, b"AcroForm").is_some_and(|form| has_something(document, &form, b"XFA")) {
        remarks.file(Class::Xfa, "");
    }
    if sub(catalog, b"OCProperties").is_some_and(|layers| hides(document, &layers)) {
        remarks.file(Class::HiddenLayer, "");
    }
    Ok(())
}

/// Whether an entry is there and is no empty list.
fn has_something(document: &Document, dictionary: &Dictionary, key: &[u8]) -> bool {
    match dictionary.get_deref(key, document) {
        Ok(Object::Array(items)) => !items.is_empty(),
        Ok(Object::Null) | Err(_) => false,
        Ok(_) => true,
    }
}

/// Whether a tree of names has one (ISO 32000-1 7.9.6).
fn has_entry(document: &Document, tree: &Dictionary, depth: u32) -> bool {
    const DEPTH_MAX: u32 = 16;
    if depth > DEPTH_MAX || has_something(document, tree, b"Names") {
        return true;
    }
    let kids = tree.get_deref(b"Kids", document).and_then(Object::as_array);
    kids.into_iter().flatten().any(|kid| {
        let kid = deref(document, kid).and_then(|kid| kid.as_dict().ok());
        kid.is_none_or(|kid| has_entry(document, kid, depth + 1))
    })
}

/// Whether some layer is off, or off when printed.
fn hides(document: &Document, layers: &Dictionary) -> bool {
    if !has_something(document, layers, b"OCGs") {
        return false;
    }
    let default = layers.get_deref(b"D", document).and_then(Object::as_dict);
    let off = default.is_ok_and(|d| {
        let listed = d.get_deref(b"OFF", document).and_then(Object::as_array);
        let base = d
            .get_deref(b"BaseState", document)
            .and_then(Object::as_name);
        listed.is_ok_and(|groups| !groups.is_empty()) || base.is_ok_and(|name| name != b"ON")
    });
    let groups = layers
        .get_deref(b"OCGs", document)
        .and_then(Object::as_array);
    off || groups.is_ok_and(|groups| {
        groups.iter().any(|group| {
            let usage = deref(document, group)
                .and_then(|g| g.as_dict().ok())
                .and_then(|g| g.get_deref(b"Usage", document).ok()?.as_dict().ok());
            let print = usage.and_then(|u| u.get_deref(b"Print", document).ok()?.as_dict().ok());
            let state =
                print.and_then(|p| p.get_deref(b"PrintState", document).ok()?.as_name().ok());
            state == Some(b"OFF")
        })
    })
}

/// Annotations are never drawn in a spool, so those that would be seen on paper must be refused.
///
/// # Errors
/// They cannot be read.
pub(super) fn annotations(
    document: &Document,
    page: &Dictionary,
    number: u32,
    remarks: &mut Remarks<'_>,
) -> Result<(), Remark> {
    let actions = page.get_deref(b"AA", document).and_then(Object::as_dict);
    if actions.is_ok_and(|actions| !actions.is_empty()) {
        remarks.page(number, Class::Active, "actions that start by themselves");
    }
    let lost = |object: &Object| {
        object
            .as_reference()
            .is_ok_and(|id| is_unreadable(document, id))
    };
    let unreadable = || {
        Remark::on_page(
            number,
            Class::Damaged,
            "a remark or form field cannot be read",
        )
    };
    if page.get(b"Annots").is_ok_and(lost) {
        return Err(unreadable());
    }
    let Ok(annotations) = page
        .get_deref(b"Annots", document)
        .and_then(Object::as_array)
    else {
        return Ok(());
    };
    for annotation in annotations {
        if lost(annotation) {
            return Err(unreadable());
        }
        let Some(annotation) = deref(document, annotation).and_then(|o| o.as_dict().ok()) else {
            continue;
        };
        let name = |key: &[u8], of: &Dictionary| {
            of.get_deref(key, document)
                .and_then(Object::as_name)
                .map(<[u8]>::to_vec)
                .ok()
        };
        let action = annotation
            .get_deref(b"A", document)
            .and_then(Object::as_dict)
            .ok();
        match action.and_then(|action| name(b"S", action)).as_deref() {
            Some(b"JavaScript") => remarks.page(number, Class::Active, "JavaScript"),
            Some(b"Launch") => {
                remarks.page(number, Class::Active, "an action that starts a program");
            }
            _ => {}
        }
        let seen_on_paper = match name(b"Subtype", annotation).as_deref() {
            Some(b"Link" | b"Popup") => None,
            Some(b"FileAttachment") => {
                remarks.page(number, Class::EmbeddedFiles, "");
                continue;
            }
            Some(b"Screen" | b"Movie" | b"Sound" | b"RichMedia" | b"3D") => {
                remarks.page(number, Class::Active, "film, sound or a model");
                continue;
            }
            Some(b"Widget") => Some("a form field or signature"),
            _ => Some("a remark or stamp"),
        };
        match seen_on_paper {
            Some(what) if prints(document, annotation) => {
                remarks.page(number, Class::PrintingAnnotation, what);
            }
            _ => remarks.file(Class::AnnotationsLeftOut, ""),
        }
    }
    Ok(())
}

/// Flags of ISO 32000-1 table 165: printed, not hidden; it has an extent and something to show.
fn prints(document: &Document, annotation: &Dictionary) -> bool {
    let flags = annotation
        .get_deref(b"F", document)
        .and_then(Object::as_i64)
        .unwrap_or(0);
    let rectangle = annotation
        .get_deref(b"Rect", document)
        .and_then(Object::as_array);
    let corners: Vec<f32> = rectangle
        .map(|r| {
            r.iter()
                .filter_map(|n| deref(document, n)?.as_float().ok())
                .collect()
        })
        .unwrap_or_default();
    let extent = matches!(corners[..], [a, b, c, d] if a != c && b != d);
    flags & 0b100 != 0 && flags & 0b10 == 0 && extent && shows(document, annotation)
}

/// Whether it shows something: readers make a look for what brings none along, but for a field without value, border and
/// ground. A field that can be switched shows the look of its state, if there is one (12.5.5).
fn shows(document: &Document, annotation: &Dictionary) -> bool {
    let looks = annotation
        .get_deref(b"AP", document)
        .and_then(Object::as_dict);
    let Ok(looks) = looks else {
        let is_field = annotation
            .get_deref(b"Subtype", document)
            .and_then(Object::as_name)
            .is_ok_and(|name| name == b"Widget");
        return !is_field || field_shows(document, annotation);
    };
    let states = looks.get_deref(b"N", document).and_then(Object::as_dict);
    let state = annotation
        .get_deref(b"AS", document)
        .and_then(Object::as_name);
    match (states, state) {
        // A dictionary of looks, and none of them is a stream by that name.
        (Ok(states), Ok(state)) => states
            .get(state)
            .is_ok_and(|look| matches!(deref(document, look), None | Some(Object::Stream(_)))),
        _ => true,
    }
}

/// Whether a field without a look has a value, a border or a ground. Values are inherited.
fn field_shows(document: &Document, field: &Dictionary) -> bool {
    const DEPTH_MAX: u32 = 16;
    let mut above = Some(field);
    for _ in 0..DEPTH_MAX {
        let Some(node) = above else {
            return field_has_frame(document, field);
        };
        if has_something(document, node, b"V") || node.has(b"RV") {
            return true;
        }
        above = node
            .get_deref(b"Parent", document)
            .and_then(Object::as_dict)
            .ok();
    }
    true
}

fn field_has_frame(document: &Document, field: &Dictionary) -> bool {
    let looks = field.get_deref(b"MK", document).and_then(Object::as_dict);
    looks.is_ok_and(|looks| {
        [b"BC".as_slice(), b"BG", b"CA"]
            .iter()
            .any(|key| has_something(document, looks, key))
    })
}
