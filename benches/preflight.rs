//! Judging given PDFs: pages a second by the cheap look alone, and where pages must be rendered.
//!
//! Workloads: 20 pages of 45 lines of text, an embedded font; the same with a line in the left margin on each page, so that
//! each is rendered, its strip too; a page that is a scan; a small letter, as most are, with and without the verdicts
//! kept by [`Inspector`]. The yardstick is `lopdf`, which only loads: 26,500 small PDFs/s (`docs/dependencies.md`).

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a bench has no one to report to"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lettermill::preflight::{AddressRules, Class, Inspector, Rules, Verdict, inspect};
use lopdf::{Document, Object, Stream, dictionary};

fn document(pages: u32, margin: bool, scan: bool) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let tree = document.new_object_id();
    let program = notosans::REGULAR_TTF;
    let mut file = Stream::new(dictionary! {}, program.to_vec());
    file.compress().unwrap();
    let file = document.add_object(file);
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor", "FontName" => "NotoSans", "Flags" => 32, "FontFile2" => file,
    });
    let font = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "NotoSans", "FirstChar" => 32, "LastChar" => 126,
        "Widths" => vec![Object::from(560); 95], "FontDescriptor" => descriptor, "Encoding" => "WinAnsiEncoding",
    });
    let picture = document.add_object(Stream::new(
        dictionary! { "Subtype" => "Image", "Width" => 1240, "Height" => 1754, "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8 },
        vec![255; if scan { 1240 * 1754 } else { 0 }],
    ));
    let resources = document.add_object(dictionary! {
        "Font" => dictionary! { "F" => font }, "XObject" => dictionary! { "I" => picture },
    });
    let kids: Vec<Object> = (0..pages)
        .map(|page| {
            let mut text = String::new();
            if scan {
                text += "q 595 0 0 842 0 0 cm /I Do Q\n";
            } else {
                for line in 0..45 {
                    let y = 780 - line * 16;
                    text += &format!("BT /F 10 Tf 62 {y} Td (Page {page}, line {line}: a decision is a decision is a decision.) Tj ET\n");
                }
            }
            if margin {
                text += "30 400 20 1 re f\n";
            }
            let mut content = Stream::new(dictionary! {}, text.into_bytes());
            content.compress().unwrap();
            let content = document.add_object(content);
            let page = document.add_object(dictionary! {
                "Type" => "Page", "Parent" => tree, "Contents" => content, "Resources" => resources,
                "MediaBox" => vec![0.into(), 0.into(), Object::Real(595.276), Object::Real(841.89)],
            });
            page.into()
        })
        .collect();
    let node = dictionary! { "Type" => "Pages", "Count" => i64::from(pages), "Kids" => kids };
    document.objects.insert(tree, node.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut out = Vec::new();
    document.save_to(&mut out).unwrap();
    out
}

fn judge(criterion: &mut Criterion) {
    let rules = Rules {
        address: Some(AddressRules::default()),
        verdicts: [(Class::InkInMargin, Verdict::Note)].into(),
        ..Rules::default()
    };
    let cases = [
        ("cheap look, 20 pages", document(20, false, false), 20, 0),
        ("rendered, 20 pages", document(20, true, false), 20, 20),
        ("a scan, rendered", document(1, false, true), 1, 1),
        ("a small letter", document(2, false, false), 2, 0),
    ];
    let mut group = criterion.benchmark_group("preflight");
    group.sample_size(10);
    for (name, pdf, pages, rendered) in &cases {
        let facts = inspect(pdf, &rules).unwrap();
        assert_eq!((facts.pages, facts.rendered), (*pages, *rendered), "{name}");
        group.throughput(Throughput::Elements(u64::from(*pages)));
        group.bench_function(*name, |b| b.iter(|| inspect(pdf, &rules).unwrap()));
    }
    let inspector = Inspector::new(rules);
    let (_, pdf, ..) = &cases[3];
    group.throughput(Throughput::Elements(2));
    group.bench_function("a small letter, known", |b| {
        b.iter(|| inspector.inspect(pdf).unwrap());
    });
    group.finish();
}

criterion_group!(benches, judge);
criterion_main!(benches);
