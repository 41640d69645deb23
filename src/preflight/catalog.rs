//! What in a PDF acts, is enclosed or is hidden: the catalog, and the annotations of its pages.

use lopdf::{Dictionary, Document, Object};

use super::class::{Class, Remark};
use super::document::deref;
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
        if sub(&names, b"JavaScript").is_some_and(|tree| !tree.is_empty()) {
            remarks.file(Class::Active, "JavaScript");
        }
        if sub(&names, b"EmbeddedFiles").is_some_and(|tree| !tree.is_empty()) {
            remarks.file(Class::EmbeddedFiles, "");
        }
    }
    if catalog.has(b"Collection") || catalog.has(b"AF") {
        remarks.file(Class::EmbeddedFiles, "");
    }
    if sub(catalog, b"AcroForm").is_some_and(|form| form.has(b"XFA")) {
        remarks.file(Class::Xfa, "");
    }
    if sub(catalog, b"OCProperties").is_some_and(|layers| hides(document, &layers)) {
        remarks.file(Class::HiddenLayer, "");
    }
    Ok(())
}

/// Whether some layer is off, or off when printed.
fn hides(document: &Document, layers: &Dictionary) -> bool {
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
pub(super) fn annotations(
    document: &Document,
    page: &Dictionary,
    number: u32,
    remarks: &mut Remarks<'_>,
) {
    let actions = page.get_deref(b"AA", document).and_then(Object::as_dict);
    if actions.is_ok_and(|actions| !actions.is_empty()) {
        remarks.page(number, Class::Active, "actions that start by themselves");
    }
    let Ok(annotations) = page
        .get_deref(b"Annots", document)
        .and_then(Object::as_array)
    else {
        return;
    };
    for annotation in annotations {
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
}

/// Flags of ISO 32000-1 table 165: printed, not hidden; it has a look and an extent.
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
    flags & 0b100 != 0 && flags & 0b10 == 0 && annotation.has(b"AP") && extent
}
