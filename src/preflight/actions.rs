//! What acts or is enclosed anywhere in a file: in an action that follows another, in a form field, in the outlines, on a
//! page. Most of it would not reach a spool; but a file that holds such things is no letter.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::class::Class;
use super::remarks::Remarks;

/// Arrays and dictionaries within each other in one object.
const NESTING_MAX: u32 = 64;

/// Remarks it, unless something of the kind has been remarked.
pub(super) fn actions(document: &Document, remarks: &mut Remarks<'_>) {
    // A cheap look at all objects first: hardly a file has any.
    let everything = document.objects.values();
    if everything
        .into_iter()
        .all(|object| suspect(object, 0).is_none())
    {
        return;
    }
    let mut found = Vec::new();
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut waiting: Vec<&Object> = document.trailer.iter().map(|(_, value)| value).collect();
    while let Some(object) = waiting.pop() {
        found.extend(suspect(object, 0));
        references(object, 0, &mut |id| {
            if seen.insert(id) {
                waiting.extend(document.objects.get(&id));
            }
        });
    }
    for (class, what) in found {
        if !remarks.has(class) {
            remarks.file(class, what);
        }
    }
}

/// What of this object acts or is enclosed.
fn suspect(object: &Object, depth: u32) -> Option<(Class, &'static str)> {
    if depth > NESTING_MAX {
        return None;
    }
    match object {
        Object::Array(items) => items.iter().find_map(|item| suspect(item, depth + 1)),
        Object::Dictionary(dictionary) => of_dictionary(dictionary, depth),
        Object::Stream(stream) => of_dictionary(&stream.dict, depth),
        _ => None,
    }
}

fn of_dictionary(dictionary: &Dictionary, depth: u32) -> Option<(Class, &'static str)> {
    dictionary
        .iter()
        .find_map(|(key, value)| match (key.as_slice(), value) {
            (b"S", Object::Name(name)) if name == b"JavaScript" => {
                Some((Class::Active, "JavaScript"))
            }
            (b"S", Object::Name(name)) if name == b"Launch" => {
                Some((Class::Active, "an action that starts a program"))
            }
            (b"AA", Object::Dictionary(actions))
                if !actions.is_empty() && keys(actions, is_trigger) =>
            {
                Some((Class::Active, "actions that start by themselves"))
            }
            (b"EF", Object::Dictionary(files)) if !files.is_empty() && keys(files, is_platform) => {
                Some((Class::EmbeddedFiles, ""))
            }
            (_, Object::Array(_) | Object::Dictionary(_)) => suspect(value, depth + 1),
            _ => None,
        })
}

/// Whether all keys are such; a resource may have the same name by chance.
fn keys(dictionary: &Dictionary, are: fn(&[u8]) -> bool) -> bool {
    dictionary.iter().all(|(key, _)| are(key))
}

/// ISO 32000-1 tables 194 to 197: none has more than two letters.
fn is_trigger(key: &[u8]) -> bool {
    key.len() <= 2
}

/// ISO 32000-1 table 44.
fn is_platform(key: &[u8]) -> bool {
    matches!(key, b"F" | b"UF" | b"DOS" | b"Mac" | b"Unix")
}

fn references(object: &Object, depth: u32, see: &mut impl FnMut(ObjectId)) {
    if depth > NESTING_MAX {
        return;
    }
    match object {
        Object::Reference(id) => see(*id),
        Object::Array(items) => items
            .iter()
            .for_each(|item| references(item, depth + 1, see)),
        Object::Dictionary(dictionary) => {
            dictionary
                .iter()
                .for_each(|(_, value)| references(value, depth + 1, see));
        }
        Object::Stream(stream) => {
            stream
                .dict
                .iter()
                .for_each(|(_, value)| references(value, depth + 1, see));
        }
        _ => {}
    }
}
