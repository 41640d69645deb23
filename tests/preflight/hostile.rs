//! Files made to hang, to fill memory or to break a reader: each is refused, or read, and it ends.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use lettermill::preflight::{Class, Rules, inspect};
use lopdf::{Document, Object, Stream, dictionary};
use proptest::prelude::*;

use super::made::{a4, bytes, harmed, loose, single, single_document};

/// Ample for a machine that is busy; without limits these would take hours.
const TIME_MAX: Duration = Duration::from_secs(120);

fn with_resources(
    content: &str,
    resources: impl FnOnce(&mut Document) -> lopdf::Dictionary,
) -> Vec<u8> {
    let mut document = single_document(content, dictionary! {});
    let resources = resources(&mut document);
    let page = document.page_iter().next().unwrap();
    document
        .get_dictionary_mut(page)
        .unwrap()
        .set("Resources", resources);
    bytes(document)
}

/// Forms that each draw the next one twice.
fn doubling(levels: u32) -> Vec<u8> {
    with_resources("/X Do", |document| {
        let mut next = document.add_object(Stream::new(
            dictionary! { "Subtype" => "Form", "BBox" => a4() },
            b"0 0 9 9 re f".to_vec(),
        ));
        for _ in 0..levels {
            let resources = dictionary! { "XObject" => dictionary! { "X" => next } };
            let form =
                dictionary! { "Subtype" => "Form", "BBox" => a4(), "Resources" => resources };
            next = document.add_object(Stream::new(form, b"/X Do /X Do".to_vec()));
        }
        dictionary! { "XObject" => dictionary! { "X" => next } }
    })
}

fn tiled(step: f32, cell: f32) -> Vec<u8> {
    with_resources("/Pattern cs /P scn 0 0 595 842 re f", |document| {
        let pattern = dictionary! {
            "PatternType" => 1, "PaintType" => 1, "TilingType" => 1, "XStep" => step, "YStep" => step,
            "BBox" => vec![0.into(), 0.into(), cell.into(), cell.into()], "Resources" => dictionary! {},
        };
        let pattern = document.add_object(Stream::new(pattern, b"0 0 1 1 re f".to_vec()));
        dictionary! { "Pattern" => dictionary! { "P" => pattern } }
    })
}

fn pictured(filter: Option<&str>, size: i64, data: &[u8]) -> Vec<u8> {
    with_resources("q 500 0 0 700 20 20 cm /I Do Q", |document| {
        let mut picture = dictionary! {
            "Subtype" => "Image", "Width" => size, "Height" => size, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8,
        };
        if let Some(filter) = filter {
            picture.set("Filter", Object::Name(filter.into()));
        }
        let picture = document.add_object(Stream::new(picture, data.to_vec()));
        dictionary! { "XObject" => dictionary! { "I" => picture } }
    })
}

/// Something that unpacks to 200 MB where it is not the content of the page.
fn form_bomb() -> Vec<u8> {
    with_resources("/X Do", |document| {
        let form = dictionary! { "Subtype" => "Form", "BBox" => a4() };
        let mut form = Stream::new(form, vec![b' '; 200 << 20]);
        form.compress().unwrap();
        let form = document.add_object(form);
        dictionary! { "XObject" => dictionary! { "X" => form } }
    })
}

/// A mesh of so many points of one triangle, or of one patch, as large as the page.
fn mesh(kind: i64, count: usize) -> Vec<u8> {
    with_resources("/S sh", |document| {
        let number = |n: u16| n.to_be_bytes();
        let point = |x: u16, y: u16| [number(x), number(y)].concat();
        let triangle = || -> Vec<u8> {
            let corner = |x, y| [vec![0], point(x, y), vec![9]].concat();
            [corner(0, 0), corner(65_535, 0), corner(30_000, 65_535)].concat()
        };
        let patch = || -> Vec<u8> {
            let points = [
                (0, 0),
                (0, 20_000),
                (0, 40_000),
                (0, 65_535),
                (20_000, 65_535),
                (40_000, 65_535),
                (65_535, 65_535),
                (65_535, 40_000),
                (65_535, 20_000),
                (65_535, 0),
                (40_000, 0),
                (20_000, 0),
            ];
            let points = points.iter().flat_map(|&(x, y)| point(x, y));
            [0].into_iter().chain(points).chain([0, 1, 2, 3]).collect()
        };
        let data = match kind {
            4 => triangle().repeat(count / 3),
            _ => patch().repeat(count / 12),
        };
        let decode: Vec<Object> = [0, 600, 0, 842, 0, 1].map(Object::from).to_vec();
        let mesh = dictionary! {
            "ShadingType" => kind, "ColorSpace" => "DeviceGray", "BitsPerCoordinate" => 16, "BitsPerComponent" => 8,
            "BitsPerFlag" => 8, "Decode" => decode,
        };
        let mut mesh = Stream::new(mesh, data);
        mesh.compress().unwrap();
        let mesh = document.add_object(mesh);
        dictionary! { "Shading" => dictionary! { "S" => mesh } }
    })
}

/// An array of so many numbers, packed.
fn object_stream(numbers: usize) -> Vec<u8> {
    let mut pdf = single("", dictionary! {});
    let mut stream = Stream::new(
        dictionary! {},
        [b"90 0 [".to_vec(), b"0 ".repeat(numbers), b"]".to_vec()].concat(),
    );
    stream.compress().unwrap();
    let at = memchr::memmem::rfind(&pdf, b"startxref").unwrap();
    let head = format!(
        "80 0 obj\n<</Type/ObjStm/N 1/First 5/Filter/FlateDecode/Length {}>>stream\n",
        stream.content.len()
    );
    let object = [head.as_bytes(), &stream.content, b"\nendstream\nendobj\n"].concat();
    // Behind the table, which knows nothing of it: it is looked at all the same.
    pdf.splice(at..at, object);
    pdf
}

#[test]
fn what_would_not_end_is_refused() {
    let jpeg = b"\xff\xd8\xff\xc0\x00\x0b\x08\xff\xff\xff\xff\x01\x01\x11\x00\xff\xd9";
    let cases: Vec<(&str, Vec<u8>, Class)> = vec![
        ("forms that double", doubling(40), Class::TooComplex),
        (
            "a dash of nearly nothing",
            single(
                "[0.0000001 0.0000001] 0 d 0 0 m 500 800 l S",
                dictionary! {},
            ),
            Class::TooComplex,
        ),
        (
            "a pattern of small steps",
            tiled(0.05, 500.0),
            Class::TooComplex,
        ),
        (
            "a picture that claims to be large",
            pictured(None, 60_000, b"x"),
            Class::TooComplex,
        ),
        (
            "a picture that is larger than it claims",
            pictured(Some("DCTDecode"), 8, jpeg),
            Class::TooComplex,
        ),
        (
            "a form that unpacks to too much",
            form_bomb(),
            Class::Damaged,
        ),
        (
            "a function of many steps",
            with_resources("/S sh", |document| {
                let function = dictionary! { "FunctionType" => 4, "Domain" => vec![0.into(), 1.into(), 0.into(), 1.into()], "Range" => vec![0.into(), 1.into()] };
                let code = format!("{{ {} pop }}", "1 add ".repeat(100_000));
                let function = document.add_object(Stream::new(function, code.into_bytes()));
                dictionary! { "Shading" => dictionary! { "S" => dictionary! {
                "ShadingType" => 1, "ColorSpace" => "DeviceGray", "Function" => function } } }
            }),
            Class::TooComplex,
        ),
        (
            "functions in functions, each twice",
            with_resources("/S sh", |document| {
                let mut function = document.add_object(dictionary! { "FunctionType" => 2, "N" => 1, "Domain" => vec![0.into(), 1.into()] });
                for _ in 0..40 {
                    function = document.add_object(dictionary! {
                        "FunctionType" => 3, "Domain" => vec![0.into(), 1.into()], "Bounds" => vec![Object::Real(0.5)],
                        "Encode" => vec![0.into(), 1.into(), 0.into(), 1.into()], "Functions" => vec![function.into(); 2],
                    });
                }
                let coords: Vec<Object> = vec![0.into(), 0.into(), 600.into(), 0.into()];
                dictionary! { "Shading" => dictionary! { "S" => dictionary! {
                "ShadingType" => 2, "ColorSpace" => "DeviceGray", "Coords" => coords, "Function" => function } } }
            }),
            Class::TooComplex,
        ),
        (
            "inks that stand for inks",
            with_resources("/C cs .5 scn 0 0 500 500 re f", |document| {
                let tint = document.add_object(dictionary! { "FunctionType" => 2, "N" => 1, "Domain" => vec![0.into(), 1.into()] });
                let mut space = Object::from("DeviceGray");
                for _ in 0..45_000 {
                    let ink: Vec<Object> =
                        vec!["Separation".into(), "X".into(), space, tint.into()];
                    space = document.add_object(ink).into();
                }
                dictionary! { "ColorSpace" => dictionary! { "C" => space } }
            }),
            Class::TooComplex,
        ),
        (
            "a function worked for every dot",
            with_resources(&"/S sh ".repeat(5), |document| {
                let function = dictionary! { "FunctionType" => 4, "Domain" => vec![0.into(), 999.into(), 0.into(), 999.into()], "Range" => vec![0.into(), 1.into()] };
                let code = format!("{{ add {}}}", "dup mul sin ".repeat(66));
                let function = document.add_object(Stream::new(function, code.into_bytes()));
                dictionary! { "Shading" => dictionary! { "S" => dictionary! {
                "ShadingType" => 1, "ColorSpace" => "DeviceGray", "Function" => function,
                "Domain" => vec![0.into(), 999.into(), 0.into(), 999.into()] } } }
            }),
            Class::TooComplex,
        ),
        ("triangles over each other", mesh(4, 300), Class::TooComplex),
        ("patches over each other", mesh(6, 2_000), Class::TooComplex),
        ("points without number", mesh(4, 300_000), Class::TooComplex),
        (
            "a mask larger than its picture",
            with_resources("q 500 0 0 700 20 20 cm /I Do Q", |document| {
                let side = 60_000;
                let grey = || dictionary! { "Subtype" => "Image", "ColorSpace" => "DeviceGray" };
                let mut mask = grey();
                mask.extend(&dictionary! {
                    "Width" => side, "Height" => side, "BitsPerComponent" => 1, "Filter" => "CCITTFaxDecode",
                    "DecodeParms" => dictionary! { "K" => -1, "Columns" => side, "Rows" => side },
                });
                let mask = document.add_object(Stream::new(mask, vec![0xff; 7_500]));
                let mut picture = grey();
                picture.extend(&dictionary! { "Width" => 4, "Height" => 4, "BitsPerComponent" => 8, "SMask" => mask });
                let picture = document.add_object(Stream::new(picture, vec![0; 16]));
                dictionary! { "XObject" => dictionary! { "I" => picture } }
            }),
            Class::TooComplex,
        ),
        (
            "an object stream of numbers without number",
            object_stream(5_000_000),
            Class::TooManyObjects,
        ),
        (
            "lines without number",
            single(
                &format!("{}S", "0 0 m 9 9 l ".repeat(150_000)),
                dictionary! {},
            ),
            Class::TooComplex,
        ),
        (
            "a text without end",
            single(
                &format!("BT ({}) Tj ET", "a".repeat(1 << 20)),
                dictionary! {},
            ),
            Class::TooComplex,
        ),
        (
            "a text without end, in a form",
            with_resources("/X Do", |document| {
                let form = dictionary! { "Subtype" => "Form", "BBox" => a4() };
                let text = format!("BT [{}] TJ ET", "(aaaaaaaa) 1 ".repeat(100_000));
                let mut form = Stream::new(form, text.into_bytes());
                form.compress().unwrap();
                let form = document.add_object(form);
                dictionary! { "XObject" => dictionary! { "X" => form } }
            }),
            Class::TooComplex,
        ),
        (
            "states without number",
            single(&"q ".repeat(200_000), dictionary! {}),
            Class::TooComplex,
        ),
    ];
    for (name, pdf, expected) in cases {
        let mut rules = loose();
        rules.limits.drawn_max = 200_000;
        rules.empty.push(lettermill::preflight::Zone {
            name: "all".into(),
            page: Default::default(),
            area: lettermill::preflight::Area::between(0.0, 0.0, 210.0, 297.0),
        });
        let start = Instant::now();
        let fault = inspect(&pdf, &rules).expect_err(name);
        assert!(fault.has(expected), "{name}: {fault}");
        assert!(start.elapsed() < TIME_MAX, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn rings_and_depths_are_read_to_their_end() {
    let ring = with_resources("/X Do", |document| {
        let form = document.new_object_id();
        let resources = dictionary! { "XObject" => dictionary! { "X" => form } };
        let ring = Stream::new(
            dictionary! { "Subtype" => "Form", "BBox" => a4(), "Resources" => resources.clone() },
            b"0 0 9 9 re f /X Do".to_vec(),
        );
        document.objects.insert(form, ring.into());
        resources
    });
    for (name, pdf) in [
        ("a form within itself", ring),
        (
            "nested arrays",
            single(&"[".repeat(200_000), dictionary! {}),
        ),
        (
            "numbers beyond all bounds",
            single(
                "1e38 0 0 1e38 0 0 cm 1e38 w 0 0 m 1e38 1e38 l S 9 9 1e30 1e30 re f",
                dictionary! {},
            ),
        ),
        (
            "text without font",
            single("BT /F 10 Tf (abc) Tj ET", dictionary! {}),
        ),
    ] {
        let start = Instant::now();
        let _ = inspect(&pdf, &Rules::default());
        assert!(start.elapsed() < TIME_MAX, "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn a_verdict_is_the_same_on_every_thread() {
    use rayon::prelude::*;
    let files: Vec<Vec<u8>> = super::made::odd_but_good()
        .into_iter()
        .map(|(_, pdf)| pdf)
        .collect();
    let one: Vec<_> = files
        .iter()
        .map(|pdf| inspect(pdf, &Rules::default()))
        .collect();
    let many: Vec<_> = files
        .par_iter()
        .map(|pdf| inspect(pdf, &Rules::default()))
        .collect();
    assert_eq!(one, many);
}

/// Real files, changed.
fn harmed_samples() -> impl Strategy<Value = Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/official/print");
    let mut real: Vec<Vec<u8>> = ["notify-pdfs", "digipost-printability-pdfs"]
        .iter()
        .filter_map(|kind| fs::read_dir(folder.join(kind)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "pdf"))
        .map(|path| fs::read(path).unwrap())
        .filter(|pdf| pdf.len() < 40_000)
        .collect();
    real.sort();
    if real.is_empty() {
        eprintln!("`../shared/official/print` is absent: files of our own are changed");
        real.push(single("200 300 100 100 re f", dictionary! {}));
    }
    let change = (any::<prop::sample::Index>(), any::<u8>());
    (
        prop::sample::select(real),
        prop::collection::vec(change, 0..12),
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(mut pdf, changes, cut, cuts)| {
            for (at, byte) in changes {
                let at = at.index(pdf.len());
                pdf[at] = byte;
            }
            if cuts {
                pdf.truncate(cut.index(pdf.len()));
            }
            pdf
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..Default::default() })]

    #[test]
    fn changed_files_are_judged(pdf in harmed()) {
        let start = Instant::now();
        let _ = inspect(&pdf, &Rules::default());
        prop_assert!(start.elapsed() < TIME_MAX);
    }

    #[test]
    fn changed_real_files_are_judged(pdf in harmed_samples()) {
        let start = Instant::now();
        let _ = inspect(&pdf, &Rules::default());
        prop_assert!(start.elapsed() < TIME_MAX);
    }
}
